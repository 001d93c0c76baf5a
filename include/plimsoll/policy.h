/* policy.h - a compiled policy set: immutable, shared by threads, counted. */
#ifndef PLIMSOLL_POLICY_H
#define PLIMSOLL_POLICY_H

#include "plimsoll/diag.h"

struct pl_policy;

struct pl_policy_source {
	pl_str name; /* as diagnostics show it */
	pl_str text;
};

/* --set NAME=VALUE: VALUE is a literal of the language of the parameter's type; for a string, image or path the quotes
 * may be left out, and a set may be written a,b,c. */
struct pl_param_setting {
	pl_str name;
	pl_str value;
};

/* The content of a data file, read by the client: the library reads no files. A declaration without one, or with one
 * whose text is NULL, is a table nobody knows: what reads it cannot be decided. spec: language.md 3.10, 7.1 */
#define PL_POLICY_DATA_MAX (32u * 1024 * 1024) /* bytes of one */
struct pl_policy_data {
	pl_str name;	  /* of the `data` declaration */
	pl_str file;	  /* as diagnostics show it */
	pl_str text;	  /* JSON, or one value a line for a set in a file that does not end in .json */
	int64_t modified; /* seconds since 1970: with `fresh for` it says how long the content may be used */
};

/* Everything a policy is made of. */
struct pl_policy_input {
	const struct pl_policy_source *sources;
	size_t source_count;
	const struct pl_param_setting *settings;
	size_t setting_count;
	const struct pl_policy_data *data; /* one for a name; a name that no source declares is an error */
	size_t data_count;
	bool explained; /* keep what pl_decide_explained shows of conditions, and pl_policy_rule of rules */
};

/* Compiles sources (their order does not matter) and the shipped packs that they `use` into one policy. Copies what it
 * keeps. Errors: PL_E_POLICY with diagnostics, PL_E_MEMORY, PL_E_LIMIT. */
PL_MUST_USE pl_err pl_policy_compile(const struct pl_policy_input *input, struct pl_policy **ret_policy,
				     struct pl_diags *diags);

/* A data file that a policy set reads. */
struct pl_policy_want {
	pl_str name;		/* of the declaration */
	pl_str from;		/* as written: relative to the folder of the source */
	pl_str source;		/* name of the source, or of the pack */
	bool pack;		/* declared by a shipped pack, which has no folder */
	uint32_t fresh_seconds; /* 0: for ever */
};
/* The data files that these sources and the packs they use declare, in the order of sources; texts in arena. Only
 * parses.
 */
PL_MUST_USE pl_err pl_policy_wants(const struct pl_policy_source *sources, size_t source_count, struct pl_arena *arena,
				   const struct pl_policy_want **ret_wants, size_t *ret_count, struct pl_diags *diags);
/* One more and one less owner. Safe from any thread. NULL is allowed for release. */
const struct pl_policy *pl_policy_retain(const struct pl_policy *policy);
void pl_policy_release(const struct pl_policy *policy);

/* Packs shipped in the library: text of one by name (empty if there is none), and their names. */
pl_str pl_policy_pack(pl_str name);
size_t pl_policy_packs(const char *const **ret_names);

size_t pl_policy_rule_count(const struct pl_policy *policy);
enum pl_read_kind { PL_READ_PARAM, PL_READ_DATA, PL_READ_LET };
/* A parameter, data file or `let` that a rule reads, itself or through others. */
struct pl_rule_read_info {
	pl_str name;
	pl_str text;	/* its declaration, as written */
	pl_str setting; /* what --set made of it */
	bool set;	/* there is a setting */
	uint8_t kind;	/* enum pl_read_kind */
};
/* One `require` or `forbid`; {...} stands for what a message shows. A message that is empty is written by the compiler.
 */
struct pl_rule_check_info {
	pl_str condition, message, remedy;
};
/* One rule of a policy; texts live as long as the policy. */
struct pl_rule_info {
	pl_str name, title, policy;
	pl_str source; /* file or pack */
	bool pack;     /* it is a pack */
	struct pl_position position;
	const pl_str *refs;
	size_t ref_count;
	pl_str subject;	  /* "container" */
	uint8_t mode;	  /* enum pl_mode; with a rollout, the strictest */
	uint8_t severity; /* enum pl_severity */
	bool kubernetes, ecs;
	bool rollout;
	bool data;   /* reads a data file */
	pl_str text; /* as it stands in its source, with the comments above it */
	/* of a policy that was compiled with `explained`: */
	const struct pl_rule_read_info *reads;
	size_t read_count;
	const struct pl_rule_check_info *checks;
	size_t check_count;
};
/* Rules by name, from 0. */
void pl_policy_rule(const struct pl_policy *policy, size_t index, struct pl_rule_info *ret);
/* How many rules read what a client may not be able to tell them; namespaces: of rules for Kubernetes. */
struct pl_policy_reads {
	size_t namespace_labels, namespace_annotations, cluster_version;
};
void pl_policy_reads(const struct pl_policy *policy, struct pl_policy_reads *ret);
/* Names of the data files that rules read and that were not given, each once; the list is in arena, and empty when
 * memory is out. */
size_t pl_policy_missing(const struct pl_policy *policy, struct pl_arena *arena, const pl_str **ret_names);
/* SHA-256-free identity of the policy text and settings: 16 hex digits, for logs and reload checks. */
const char *pl_policy_fingerprint(const struct pl_policy *policy);

enum pl_policy_stage { PL_STAGE_TOKENS, PL_STAGE_AST, PL_STAGE_CODE };
/* Prints a stage of one source (AST, tokens) or of the whole program (code): for `plimsoll explain`. */
struct pl_buf;
PL_MUST_USE pl_err pl_policy_print(const struct pl_policy_source *sources, size_t source_count,
				   enum pl_policy_stage stage, struct pl_buf *out, struct pl_diags *diags);

#endif
