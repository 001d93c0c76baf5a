/* code.h - the program format: what the compiler of policy/lang makes and the evaluator of policy/vm runs.
 *
 * Code is a row of fragments; each begins with an empty stack and ends with RETURN and one value. A rule is data that
 * points at fragments: the evaluator iterates over subjects and further loops, the fragments only compute. Jumps go
 * forward, loops run over a list: every fragment ends. policy/vm/verify.c proves all this before a program is run.
 * Absent and unknown: an instruction with an absent operand gives false (comparisons) or absent; with an unknown one
 * unknown. */
#ifndef PL_LANG_CODE_H
#define PL_LANG_CODE_H

#include "ast.h"
#include "model/value.h"

enum pl_op {
#define PL_OP(name, pops, pushes, operands, sentence) PL_OP_##name,
#include "ops.def"
#undef PL_OP
	PL_OP_COUNT_
};

enum pl_builtin {
#define PL_BUILTIN(id, name, ...) PL_BUILTIN_##id,
#include "builtins.def"
#undef PL_BUILTIN
	PL_BUILTIN_COUNT_
};

enum pl_loop_kind { PL_LOOP_SOME, PL_LOOP_EVERY, PL_LOOP_NO, PL_LOOP_COUNT, PL_LOOP_SUM };

struct pl_insn {
	uint8_t op; /* enum pl_op */
	uint8_t a;
	uint16_t b;
	uint32_t c;
};

#define PL_NO_CODE	  UINT32_MAX
#define PL_MAX_VARS	  8 /* nesting of quantifiers and further loops is 3 */
#define PL_MAX_STACK	  64
#define PL_MAX_RULES	  4096
#define PL_MAX_PART_DEPTH 402 /* expressions inside each other; as check.h's PL_CHECK_DEPTH */

/* Where a path begins. */
enum pl_root {
	PL_ROOT_NONE,	   /* a loop variable: the value is on the stack */
	PL_ROOT_SUBJECT,   /* what the rule is about */
	PL_ROOT_CONTAINER, /* the container that encloses it */
	PL_ROOT_POD,
	PL_ROOT_TASK,
	PL_ROOT_WORKLOAD,
	PL_ROOT_OBJECT,
	PL_ROOT_OLD_POD,
	PL_ROOT_OLD_TASK,
	PL_ROOT_REQUEST,
	PL_ROOT_NAMESPACE,
	PL_ROOT_CLUSTER,
	PL_ROOT_TODAY,
	PL_ROOT_COUNT_
};

struct pl_path_step {
	struct pl_step step;
	uint16_t record; /* static record of the base, for defaults through absent parents; PL_NO_RECORD if none */
};

struct pl_path {
	const struct pl_path_step *steps;
	uint16_t count;	     /* 0: the root itself */
	struct pl_type type; /* of the result */
	pl_str text;	     /* as written, for messages and listings: "container.securityContext.privileged" */
};

struct pl_slot {
	uint8_t root;	 /* enum pl_root */
	uint8_t subject; /* enum pl_subject the root stands for: slots of different subjects are different slots */
	uint32_t path;
};

struct pl_pattern {
	pl_str text;
	bool ignore_case;
	const void *compiled; /* policy/vm/regex.c fills it when the program is prepared */
};

struct pl_switch {
	const pl_str *keys; /* distinct, byte order */
	const uint32_t *targets;
	uint32_t count;
	uint32_t otherwise;
	uint32_t end; /* where the rows meet: an unknown key goes there with an unknown value */
};

struct pl_template_piece {
	pl_str text;   /* literal, when code is PL_NO_CODE */
	uint32_t code; /* fragment whose value is shown */
};
struct pl_template {
	const struct pl_template_piece *pieces;
	uint32_t count;
};

/* A part of a condition, kept when the policy is to be explained: its value can be shown. Parts stand in one row, each
 * before those inside it. */
struct pl_part_code {
	pl_str words;	/* as its author wrote it */
	uint32_t code;	/* fragment; PL_NO_CODE: too large to be run on its own */
	uint32_t value; /* of a bool field that is a condition: the field; else PL_NO_CODE */
	uint32_t end;	/* those from the next one to here are inside it */
	bool condition; /* gives true, false or unknown; else a value */
	bool secret;	/* may show the value of an environment variable, or a word of a command */
	bool filter;	/* the `where` of a loop: an element that does not meet it is not looked at */
	bool loop;	/* a quantifier, `count` or `sum`: */
	uint8_t kind;	/* enum pl_loop_kind */
	uint8_t var;
	uint32_t list, body; /* fragments; the body says whether an element counts */
	uint32_t inner;	     /* parts from here to the end are about one element */
	pl_str name;	     /* of the variable */
};

struct pl_loop_code {
	uint8_t var;
	uint32_t list;
	uint32_t where; /* PL_NO_CODE: none */
	pl_str name;	/* of the variable */
	pl_str words;	/* `for each v in container.env`, for traces */
	pl_str where_words;
	uint32_t parts, where_parts; /* the first of its parts, plus one; 0: not kept */
};
struct pl_guard_code {
	bool unless;
	uint32_t cond;
	pl_str words; /* `when cluster.environment == "prod"`, for traces */
	uint32_t parts;
};
struct pl_check_code {
	bool forbid; /* `if set` is already part of cond */
	uint32_t cond;
	struct pl_template message; /* never empty: the compiler writes one where the author has not */
	struct pl_template remedy;
	pl_str condition; /* the check in words, for undecided findings and listings */
	uint32_t parts;
};

/* An exception as it applies to one rule. spec: language.md 3.8, 3.10 */
struct pl_exception_code {
	pl_str name, owner;
	uint32_t where;	 /* true: the violation is excepted; false or unknown: it is not */
	int32_t expires; /* its last day, since 1970-01-01 */
	pl_str where_words;
	uint32_t parts;
};

/* A data file. */
struct pl_data_code {
	pl_str name, from;
	uint32_t value;		/* the table as a constant; PL_NO_CODE: there is none, and `why` says why */
	const char *why;	/* unknown because: "no file was given for data `scans`" */
	const char *stale;	/* the same for a file that is too old; its age follows */
	int64_t modified;	/* seconds since 1970 */
	uint32_t fresh_seconds; /* 0: for ever */
};

/* What a rule needs to know beyond the object; bits. */
enum pl_needs {
	PL_NEEDS_REQUEST = 1,
	PL_NEEDS_NAMESPACE = 2,		 /* its name */
	PL_NEEDS_NAMESPACE_METADATA = 4, /* labels or annotations */
	PL_NEEDS_CLUSTER = 8,
	PL_NEEDS_OLD = 16,
	PL_NEEDS_DATA = 32, /* a data file that was not given: never known */
};

struct pl_rule {
	pl_str name, title;
	pl_str policy;	    /* name of its policy */
	pl_str source;	    /* file, and place of the declaration */
	pl_str source_text; /* of that source */
	struct pl_span at;  /* the name, in source_text */
	const pl_str *refs;
	uint32_t ref_count;
	uint8_t mode;	   /* PL_AST_DENY, WARN, AUDIT; with a rollout the strictest of its table */
	uint64_t cost;	   /* steps at most, for the largest document: cost.h */
	uint32_t rollout;  /* fragment: the mode in effect as an int; unknown: `mode`. PL_NO_CODE: none */
	uint8_t severity;  /* 1 low .. 4 critical; medium when not given */
	uint8_t subject;   /* enum pl_subject */
	uint8_t platforms; /* enum pl_platforms on which it applies */
	uint8_t needs;	   /* enum pl_needs */
	uint32_t where;	   /* PL_NO_CODE: none */
	pl_str where_words;
	uint32_t where_parts;
	const struct pl_loop_code *loops;
	const struct pl_guard_code *guards; /* those of the policy first */
	const struct pl_check_code *checks;
	uint16_t loop_count, guard_count, check_count;
	const struct pl_exception_code *exceptions; /* by name */
	uint32_t exception_count;
	bool reads_data, reads_labels, reads_annotations, reads_version;
	pl_str text; /* as it stands in its source */
	/* only when the policy is explained: */
	const struct pl_rule_read_info *reads;
	uint32_t read_count;
	const struct pl_rule_check_info *check_texts; /* check_count of them */
};

struct pl_param_info {
	pl_str name;
	pl_str type; /* as written */
	bool table;
};

struct pl_program {
	const struct pl_insn *code;
	uint32_t code_count;
	const struct pl_value *consts;
	uint32_t const_count;
	const struct pl_path *paths;
	uint32_t path_count;
	const struct pl_slot *slots;
	uint32_t slot_count;
	struct pl_pattern *patterns;
	uint32_t pattern_count;
	const struct pl_switch *switches;
	uint32_t switch_count;
	const struct pl_rule *rules; /* sorted by name */
	uint32_t rule_count;
	const struct pl_param_info *params;
	uint32_t param_count;
	const struct pl_data_code *data;
	uint32_t data_count;
	const struct pl_part_code *parts;
	uint32_t part_count;
};

/* Compiles parsed sources with their settings and data files; `decls[i]` belong to input->sources[i]. The program lives
 * in arena; errors in diags. */
PL_MUST_USE pl_err pl_compile(const struct pl_policy_input *input, struct pl_decl *const *decls, struct pl_arena *arena,
			      struct pl_program **ret_program, struct pl_diags *diags);

#endif
