/* check.h - the inside of the checker: from the declarations of a policy set to typed terms. Shared by the check_*.c
 * files, by the compiler, and by the analysis in policy/tools, which reads terms; nobody else includes it.
 *
 * One checker serves one policy set. Functions that make a term return NULL after reporting what is wrong (or when
 * memory is out: then `err` says so); callers pass the NULL on and report nothing more. */
#ifndef PL_LANG_CHECK_H
#define PL_LANG_CHECK_H

#include "catalogue.h"
#include "plimsoll/policy.h"
#include "table.h"
#include "term.h"
#include "types.h"

#define PL_CHECK_DEPTH	 400	  /* expressions inside each other, `let`s expanded: bounds the C stack */
#define PL_CHECK_NESTING 3	  /* spec: language.md 3.14: quantifiers and further `for each` */
#define PL_CHECK_TERMS	 4000000u /* terms of a policy set, `let`s expanded: bounds time and memory */

/* spec: language.md 3.7. POSITIVE: making it true can only help the workload. */
enum pl_polarity { PL_POSITIVE, PL_NEGATIVE, PL_EITHER };

/* What is being checked with `if set`. */
enum pl_if_set { PL_IF_NOT_GIVEN, PL_IF_REQUIRE, PL_IF_FORBID };

/* A `let`, or a `param` with what --set made of it. */
struct pl_def {
	const struct pl_decl *decl;
	const struct pl_policy_source *source;
	const struct pl_param_setting *setting; /* NULL: as the policy says */
	struct pl_term *constant;		/* its value, once known to be one */
	bool open;				/* being expanded just now: a second time is a circle */
	bool used;
};

/* A `data` declaration. */
struct pl_data_def {
	const struct pl_decl *decl;
	const struct pl_policy_source *source;
	struct pl_type type;		    /* PL_T_NONE: not a sound one, which has been reported */
	struct pl_table_form form;	    /* of its file */
	const struct pl_type *types;	    /* of its columns */
	const struct pl_policy_data *given; /* NULL: nobody gave a file */
	struct pl_policy_source file;	    /* its name and text; text.ptr NULL: there is none */
};

/* A table as it is used: its values as they stand, or one column converted to what it is compared with. */
struct pl_data_use {
	uint32_t data;	 /* which declaration */
	uint16_t column; /* that is converted */
	bool converted;
	bool failed; /* and reported */
	struct pl_cell_form form;
	struct pl_value value; /* absent: there is no file */
};

/* A variable in scope. */
struct pl_binding {
	pl_str name;
	struct pl_term *term;
	const struct pl_binding *next;
};

/* Where names are looked up: replaced as a whole when a `let` is entered. */
struct pl_scope {
	const struct pl_policy_source *source;
	uint16_t source_index;
	const struct pl_binding *bindings;
	uint8_t subject;   /* enum pl_subject of the rule; NONE in policy guards and parameters */
	uint8_t platforms; /* enum pl_platforms on which it applies */
	bool inside_let;   /* of the rule's subjects only `workload` and `object` are in scope */
	bool inside_call;  /* of a `let` with arguments: useless tests are not the fault of its text */
};

struct pl_checker {
	struct pl_arena *arena;
	struct pl_diags *diags;
	pl_err err;	 /* PL_OK, or why nothing can be made any more */
	unsigned errors; /* reported */
	bool quiet;	 /* trying something out: errors are counted, not reported */
	bool lenient;	 /* absence is not judged: nobody knows the polarity of a `let` that is not called */

	const struct pl_policy_source *sources;
	struct pl_decl *const *decls;
	size_t source_count;
	const struct pl_policy_data *data; /* files the client read */
	size_t data_count;
	bool explained;							    /* the parts of conditions are wanted */
	struct pl_intern let_names, param_names, rule_names, fixture_names; /* numbers are indices of the following */
	struct pl_def *lets, *params;
	const struct pl_decl **rules, **fixtures;
	uint32_t let_room, param_room, rule_room, fixture_room;
	struct pl_intern data_names; /* numbers are indices of data_defs */
	struct pl_data_def *data_defs;
	struct pl_data_use *uses;
	uint32_t data_room, use_count, use_room;
	struct pl_intern exception_names; /* of all sources */
	const struct pl_decl **exceptions;
	uint32_t exception_room;

	struct pl_scope scope;
	struct pl_known known;	  /* what is known to be present here */
	const char *absence_note; /* why a missing value would matter here, for E0301 */
	pl_str name_note;	  /* whose names are in scope here, for E0302 and E0303; empty: the rule's own */
	enum pl_if_set if_set;	  /* waiting for its comparison */
	struct pl_span if_at;
	unsigned depth, nesting;
	uint32_t bindings_made;
	uint32_t terms_made;
	struct pl_part_term *part; /* whose parts are being noted; NULL: nobody asks */
	uint32_t parts_made;
	struct pl_intern ids;
};

/* A checked condition, and what is known to be present where it is true and where it is false. */
struct pl_cond {
	struct pl_term *term;
	struct pl_known when_true, when_false;
};

/* --- check_error.c: reporting ------------------------------------------------------------------------------------- */

struct pl_complaint {
	enum pl_code code;
	struct pl_span at;
	const struct pl_policy_source *source; /* NULL: that of the scope */
	pl_str label, note, help;
};
void pl_check_complain(struct pl_checker *c, const struct pl_complaint *complaint, const char *fmt, ...)
	PL_PRINTF(3, 4);
/* A text for a label, note or help; empty when memory is out. */
pl_str pl_check_text(struct pl_checker *c, const char *fmt, ...) PL_PRINTF(2, 3);
/* An expression as canonical text, cut when long. */
pl_str pl_check_print(struct pl_checker *c, const struct pl_expr *e);
pl_str pl_check_type_text(struct pl_checker *c, struct pl_type t);
/* "did you mean `x`?", or empty. */
pl_str pl_check_did_you_mean(struct pl_checker *c, const struct pl_nearest *nearest);
/* A term as its author wrote it. */
pl_str pl_check_written(struct pl_checker *c, const struct pl_term *t);
/* Remembers that memory is out; gives NULL. */
void *pl_check_memory(struct pl_checker *c);
/* E0304 for two operands that do not go together; `verb` as in "memory compared with CPU". */
void pl_check_mismatch(struct pl_checker *c, struct pl_span at, const struct pl_term *a, const struct pl_term *b,
		       const char *verb);
/* Counts one level of nesting in; false when it is too deep. Pair with depth--. */
bool pl_check_enter(struct pl_checker *c, struct pl_span at);

/* --- check_term.c: making terms ----------------------------------------------------------------------------------- */

/* A new term at the place of e with room for n items; NULL when memory or the budget is out. */
struct pl_term *pl_check_new(struct pl_checker *c, enum pl_term_kind kind, struct pl_span at, struct pl_type type,
			     uint32_t n);
struct pl_term *pl_check_new1(struct pl_checker *c, enum pl_term_kind kind, struct pl_span at, struct pl_type type,
			      struct pl_term *a);
struct pl_term *pl_check_new2(struct pl_checker *c, enum pl_term_kind kind, struct pl_span at, struct pl_type type,
			      struct pl_term *a, struct pl_term *b);
struct pl_term *pl_check_const(struct pl_checker *c, struct pl_span at, struct pl_type type, struct pl_value value);
/* A copy whose items can be replaced. */
struct pl_term *pl_check_copy(struct pl_checker *c, const struct pl_term *t);
/* True when the term can be absent where `known` is known to be present. */
bool pl_check_absent(struct pl_checker *c, struct pl_term *t, struct pl_known known);
/* Adds what is present when t is: itself and everything it is read through. */
void pl_check_presence(struct pl_checker *c, struct pl_term *t, struct pl_known *known);
/* What is known to be present wherever the expression that is being checked is used. */
struct pl_known pl_check_known_here(const struct pl_checker *c);
void pl_check_learn(struct pl_checker *c, struct pl_known more); /* adds to c->known */

/* --- check_name.c, check_field.c, check_literal.c, check_value.c, check_call.c ------------------------------------ */

/* The value of an expression. */
struct pl_term *pl_check_value(struct pl_checker *c, const struct pl_expr *e);
struct pl_term *pl_check_name(struct pl_checker *c, const struct pl_expr *e);
/* The `let` that a name or call means here; NULL if it means something else. */
struct pl_def *pl_check_find_let(struct pl_checker *c, const struct pl_expr *e);
/* Enters the body of a let: evaluates arguments, binds them, sets *ret_before for pl_check_leave. */
bool pl_check_enter_let(struct pl_checker *c, struct pl_def *def, const struct pl_expr *call,
			struct pl_scope *ret_before);
void pl_check_leave(struct pl_checker *c, struct pl_def *def, const struct pl_scope *before);
/* True, with an error, when a new variable would hide something. */
bool pl_check_hides(struct pl_checker *c, const struct pl_name *name);
/* The root that a name stands for in the scope; NULL (without an error) if it is none. */
struct pl_term *pl_check_root(struct pl_checker *c, pl_str name, struct pl_span at);

struct pl_term *pl_check_field(struct pl_checker *c, const struct pl_expr *e);
/* True when the subject has such a field in rules like this one. */
bool pl_check_has_field(struct pl_checker *c, enum pl_subject subject, pl_str name);
struct pl_term *pl_check_literal(struct pl_checker *c, const struct pl_expr *e);
struct pl_term *pl_check_set(struct pl_checker *c, const struct pl_expr *e);
struct pl_term *pl_check_map(struct pl_checker *c, const struct pl_expr *e);
struct pl_term *pl_check_call(struct pl_checker *c, const struct pl_expr *e);
struct pl_term *pl_check_aggregate(struct pl_checker *c, const struct pl_expr *e);

/* Makes a term fit what it stands next to: literals are converted, others must go together with it. */
struct pl_want {
	struct pl_type type;
	struct pl_domain domain;
	bool base; /* images as approved places */
};
enum pl_fit { PL_FIT_OK, PL_FIT_NOT /* the caller says so */, PL_FIT_FAILED /* reported */ };
enum pl_fit pl_check_fit(struct pl_checker *c, struct pl_term **term, const struct pl_want *want);
/* Consists of literals and sets of data files only, tables of them included: may be converted. */
bool pl_check_is_literal(const struct pl_term *t);
/* Makes two operands fit each other; reports when they do not. */
bool pl_check_pair(struct pl_checker *c, struct pl_span at, struct pl_term **a, struct pl_term **b, const char *verb);
/* Brings several to one type: that of the first that is not a literal, else of the first. */
bool pl_check_unify(struct pl_checker *c, struct pl_span at, struct pl_term **items, uint32_t n, const char *verb,
		    struct pl_type *ret_type);

/* --- check_loop.c: variables of quantifiers, aggregates and further `for each` -------------------------------------
 */

struct pl_loop_var {
	struct pl_term *list, *var;
	struct pl_known known_before;
	const struct pl_binding *bindings_before;
};
bool pl_check_loop_enter(struct pl_checker *c, const struct pl_name *name, const struct pl_expr *list,
			 struct pl_loop_var *ret);
void pl_check_loop_leave(struct pl_checker *c, const struct pl_loop_var *loop);

/* --- check_cond.c, check_atom.c, check_pattern.c -------------------------------------------------------------------
 */

bool pl_check_cond(struct pl_checker *c, const struct pl_expr *e, enum pl_polarity polarity, struct pl_cond *ret);
/* The same with the reason why absence would matter. */
bool pl_check_cond_as(struct pl_checker *c, const struct pl_expr *e, enum pl_polarity polarity, const char *note,
		      struct pl_cond *ret);
/* One comparison, test of presence or bool: the atoms of 3.7. */
bool pl_check_atom(struct pl_checker *c, const struct pl_expr *e, enum pl_polarity polarity, struct pl_cond *ret);
/* The cheapest exact test for `a matches pattern`. */
struct pl_term *pl_check_pattern(struct pl_checker *c, const struct pl_expr *e, struct pl_term *a);

/* --- check_param.c --------------------------------------------------------------------------------------------------
 */

/* The type as written; PL_T_NONE, with an error, when there is none. */
struct pl_type pl_check_type(struct pl_checker *c, const struct pl_type_expr *t);
/* A decision table with its column and keys; items 1 and on, the outcomes, are left to the caller. */
struct pl_term *pl_check_table(struct pl_checker *c, struct pl_span at, struct pl_type type, const struct pl_expr *key,
			       const struct pl_table_row *rows);
/* The value of a parameter in the present scope. */
struct pl_term *pl_check_param(struct pl_checker *c, struct pl_def *def, struct pl_span at);

/* A scalar type by its name; PL_T_NONE, with an error, when there is none. */
struct pl_type pl_check_named_type(struct pl_checker *c, const struct pl_type_expr *t);

/* --- check_data.c ---------------------------------------------------------------------------------------------------
 */

/* Reads the files of all `data` declarations, and refuses files for data that nobody declares. */
void pl_check_data(struct pl_checker *c);
/* The table of a declaration. */
struct pl_term *pl_check_data_term(struct pl_checker *c, uint32_t data, struct pl_span at);
/* One field of a row. */
struct pl_term *pl_check_row_field(struct pl_checker *c, const struct pl_expr *e, struct pl_term *row);
/* Values of a data file become what they stand next to, as literals do: *term becomes a use of the converted table.
 * PL_FIT_NOT when it is not read from a data file, or needs no conversion, or there is none. */
enum pl_fit pl_check_data_fit(struct pl_checker *c, struct pl_term **term, const struct pl_want *want);
/* Stands for all values of a set of a data file, which are converted as one. */
bool pl_check_is_data(const struct pl_term *t);

/* True when the parameter takes the literal; reports why not. */
bool pl_check_param_takes(struct pl_checker *c, const struct pl_def *def, const struct pl_expr *literal);

/* --- check_test.c ----------------------------------------------------------------------------------------------------
 */

/* The names and types of a test, once all names are collected. */
void pl_check_test(struct pl_checker *c, const struct pl_decl *test);

/* --- check_decl.c ----------------------------------------------------------------------------------------------------
 */

/* Collects the names of all sources, and refuses what is defined twice or not carried out. */
PL_MUST_USE pl_err pl_check_collect(struct pl_checker *c, const struct pl_param_setting *settings,
				    size_t setting_count);
/* Checks every parameter, and every `let` that no rule used. */
void pl_check_rest(struct pl_checker *c);
/* False, with E0326, when no rule is called so. */
bool pl_check_known_rule(struct pl_checker *c, const struct pl_name *name);

/* --- check_part.c: the parts of conditions, for who asks to see their values ---------------------------------------
 */

/* An expression inside a condition, with what it became; those inside it in the order of the text. A `let` that is
 * called holds its arguments and what it stands for. */
struct pl_part_term {
	const struct pl_expr *expr;
	struct pl_term *term;
	bool condition;
	struct pl_part_term *first, *last, *next;
};
/* Begins a condition (or list) of a rule; does nothing unless the policy is to be explained. Pair with end. */
void pl_check_part_begin(struct pl_checker *c);
/* The part that is the whole condition; NULL when nobody asked. */
const struct pl_part_term *pl_check_part_end(struct pl_checker *c);
/* Enters an expression; gives what surrounds it, for leave. term: NULL after an error. */
struct pl_part_term *pl_check_part_enter(struct pl_checker *c, const struct pl_expr *e, bool condition);
void pl_check_part_leave(struct pl_checker *c, struct pl_part_term *around, struct pl_term *term);

/* --- check_rule.c: a rule as terms
 * ------------------------------------------------------------------------------------ */

struct pl_piece_term {
	pl_str text; /* when term is NULL */
	struct pl_term *term;
};
struct pl_text_terms {
	struct pl_piece_term *pieces;
	uint32_t count, room;
};
struct pl_guard_term {
	bool unless;
	struct pl_term *cond;
	pl_str words;
	const struct pl_part_term *parts; /* NULL: nobody asks */
};
struct pl_rule_check {
	bool forbid;
	struct pl_term *cond;
	struct pl_text_terms message, remedy;
	pl_str condition;
	const struct pl_part_term *parts;
};
struct pl_rule_loop {
	struct pl_term *list, *var, *where; /* where: NULL if none */
	pl_str name, words, where_words;
	const struct pl_part_term *parts, *where_parts;
};
/* An exception in the scope of one rule. */
struct pl_rule_exception {
	const struct pl_decl *decl;
	struct pl_term *where;
	pl_str words;
	const struct pl_part_term *parts;
};
struct pl_rule_terms {
	const struct pl_decl *decl;
	uint8_t subject, platforms;
	uint8_t mode; /* enum pl_ast_mode; with a rollout the strictest of its table */
	struct pl_term *where;
	pl_str where_words;
	const struct pl_part_term *where_parts;
	struct pl_rule_loop *loops;
	struct pl_guard_term *guards;
	struct pl_rule_check *checks;
	uint16_t loop_count, guard_count, check_count;
	struct pl_rule_exception *exceptions; /* in no order */
	uint32_t exception_count, exception_room;
	struct pl_term *rollout; /* NULL: none */
	uint64_t cost;		 /* steps at most: cost.h */
};
/* `known`: by the guards of the policy. False after an error. */
bool pl_check_rule(struct pl_checker *c, const struct pl_decl *decl, struct pl_known known, struct pl_rule_terms *ret);
/* A rule of a checked set, with the guards of its policy. */
struct pl_checked_rule {
	const struct pl_rule_terms *terms;
	const struct pl_guard_term *guards;
	uint16_t guard_count;
};
/* compile.c: checks a policy set and compiles nothing: its rules by name, in arena. Errors as of pl_compile. */
PL_MUST_USE pl_err pl_check_rules(const struct pl_policy_input *input, struct pl_decl *const *decls,
				  struct pl_arena *arena, struct pl_checked_rule **ret_rules, uint32_t *ret_count,
				  struct pl_diags *diags);
/* The guards of a policy declaration: *ret_known is what they make known. */
bool pl_check_policy_guards(struct pl_checker *c, const struct pl_decl *decl, struct pl_guard_term **ret,
			    uint16_t *ret_count, struct pl_known *ret_known);
/* A part of a rule as its author wrote it, between lead and tail: for listings and traces. */
pl_str pl_check_words(struct pl_checker *c, pl_str lead, const struct pl_expr *e, const char *tail);

/* --- check_exception.c, check_rollout.c: what a site adds to rules -------------------------------------------------
 */

/* Complains about rules that the declaration names and that are not there, or twice. */
void pl_check_exception_names(struct pl_checker *c, const struct pl_decl *decl);
/* `rolled`: names of rules that have a rollout already. */
void pl_check_rollout_names(struct pl_checker *c, struct pl_intern *rolled, const struct pl_decl *decl);
/* Adds the declaration to the rules it names. `rules`: by their number in rule_names; NULL: has errors. */
void pl_check_exception(struct pl_checker *c, const struct pl_decl *decl, struct pl_rule_terms *const *rules);
void pl_check_rollout(struct pl_checker *c, const struct pl_decl *decl, struct pl_rule_terms *const *rules);

/* --- check_message.c, default_message.c
 * -------------------------------------------------------------------------------- */

/* A subject where a message shows it: `{image}` is more than its reference. */
struct pl_term *pl_check_as_subject(struct pl_checker *c, struct pl_term *t);
bool pl_check_message(struct pl_checker *c, const struct pl_text *text, struct pl_text_terms *ret);
void pl_check_text_add(struct pl_checker *c, struct pl_text_terms *out, pl_str text);
void pl_check_text_add_term(struct pl_checker *c, struct pl_text_terms *out, struct pl_term *term);
/* True when showing the term could show the value of an environment variable. */
bool pl_check_is_secret(const struct pl_term *t);
/* True when it could show that, words of a command or the value of a header: where nobody asked for it, it is not
 * shown. */
bool pl_check_is_private(const struct pl_term *t);
/* True when a message can show values of this type. */
bool pl_check_is_shown(struct pl_type t);
/* The message of a check whose author wrote none. spec: language.md 7.7 */
bool pl_default_message(struct pl_checker *c, const struct pl_ast_check *check, struct pl_term *cond,
			struct pl_text_terms *ret);

#endif
