/* ast.h - a policy file as the parser understood it: declarations and expressions, each with its place in the source.
 *
 * Nodes live in the arena of the compilation; lists are linked in source order. Texts of names are borrowed from the
 * source; string literals are decoded (arena). No types yet: that is check.c. The grammar is language.md 3.4. */
#ifndef PL_LANG_AST_H
#define PL_LANG_AST_H

#include "plimsoll/policy.h"

/* A name with its place. */
struct pl_name {
	pl_str text;
	struct pl_span at;
	struct pl_name *next; /* in lists: from, of, rollout */
};

enum pl_expr_kind {
	PL_EXPR_STRING,	 /* u.text */
	PL_EXPR_INT,	 /* u.integer */
	PL_EXPR_DECIMAL, /* u.text as written */
	PL_EXPR_QTY,	 /* u.text as written, underscores removed */
	PL_EXPR_RANGE,	 /* u.range */
	PL_EXPR_VERSION, /* u.text as written */
	PL_EXPR_DATE,	 /* u.integer: days since 1970-01-01 */
	PL_EXPR_BOOL,	 /* u.integer 0 or 1 */
	PL_EXPR_NAME,	 /* u.text */
	PL_EXPR_FIELD,	 /* a .name */
	PL_EXPR_INDEX,	 /* a [b] */
	PL_EXPR_CALL,	 /* name (args in list a) */
	PL_EXPR_SET,	 /* items in list a */
	PL_EXPR_MAP,	 /* keys and values alternate in list a */
	PL_EXPR_ELSE,	 /* alternatives in list a (two or more) */
	PL_EXPR_ADD,	 /* a + b */
	PL_EXPR_SUB,	 /* a - b */
	PL_EXPR_MUL,	 /* a * b */
	PL_EXPR_MINUS,	 /* a minus b: lists */
	PL_EXPR_COMPARE, /* a op b; op and negated */
	PL_EXPR_MATCHES, /* a matches u.regex */
	PL_EXPR_IS,	 /* a is op: PL_IS_* */
	PL_EXPR_AND,	 /* operands in list a */
	PL_EXPR_OR,	 /* operands in list a */
	PL_EXPR_NOT,	 /* a */
	PL_EXPR_QUANT,	 /* op: PL_QUANT_*; name in a [where b] satisfies c */
	PL_EXPR_COUNT,	 /* count(name in a [where b]) ; count(L) is a CALL */
	PL_EXPR_SUM,	 /* sum(c for name in a [where b]) */
};

enum pl_relation {
	PL_REL_EQ,
	PL_REL_NE,
	PL_REL_LT,
	PL_REL_LE,
	PL_REL_GT,
	PL_REL_GE,
	PL_REL_IN,
	PL_REL_WITHIN,
	PL_REL_OVERLAPS,
	PL_REL_CONTAINS,
	PL_REL_UNDER,
	PL_REL_COVERS,
	PL_REL_LIKE,
};
enum pl_is { PL_IS_SET, PL_IS_ABSENT, PL_IS_EMPTY, PL_IS_NOT_EMPTY };
enum pl_quant { PL_QUANT_SOME, PL_QUANT_EVERY, PL_QUANT_NO };

/* Expressions are never deeper than this: recursion over them is safe. */
#define PL_MAX_EXPR_HEIGHT 256

struct pl_expr {
	enum pl_expr_kind kind;
	uint8_t op;	 /* enum pl_relation, pl_is or pl_quant */
	bool negated;	 /* not in, not matches, ... */
	bool parens;	 /* stood in parentheses, which `at` covers */
	uint16_t height; /* 1 + that of the deepest operand, at most PL_MAX_EXPR_HEIGHT */
	struct pl_span at;
	struct pl_span op_at; /* of the operator or field name */
	struct pl_name name;  /* field, function, quantifier variable */
	struct pl_expr *a, *b, *c;
	struct pl_expr *next; /* in a list */
	union {
		pl_str text;
		int64_t integer;
		struct {
			int64_t low, high;
		} range;
		struct {
			pl_str pattern; /* with \/ turned to / */
			bool ignore_case;
		} regex;
	} u;
};

/* A type as written: "set of image". */
struct pl_type_expr {
	struct pl_span at;
	enum { PL_TYPE_NAMED, PL_TYPE_LIST, PL_TYPE_MAP, PL_TYPE_RECORD } form; /* set and list are the same */
	struct pl_name name;							/* PL_TYPE_NAMED */
	struct pl_type_expr *elem;						/* of list and map */
	struct pl_type_field *fields;						/* of record */
};
struct pl_type_field {
	struct pl_name name;
	struct pl_type_expr *type;
	bool optional;
	struct pl_type_field *next;
};

/* A message or remedy: literal pieces and interpolated expressions in turn. */
struct pl_piece {
	pl_str text;	      /* decoded literal, when expr is NULL */
	struct pl_expr *expr; /* spans refer to the source file */
	struct pl_piece *next;
};
struct pl_text {
	struct pl_span at;
	struct pl_piece *pieces; /* NULL: not given */
};

struct pl_ast_guard {
	bool unless;
	struct pl_expr *cond;
	struct pl_ast_guard *next;
};

struct pl_ast_check {
	bool forbid;
	bool if_set;
	struct pl_span at;    /* the keyword */
	struct pl_span if_at; /* `if set` */
	struct pl_expr *cond;
	struct pl_text message, remedy;
	struct pl_ast_check *next;
};

/* A further `for each NAME in LIST`. */
struct pl_ast_loop {
	struct pl_name var;
	struct pl_expr *list, *where;
	struct pl_ast_loop *next;
};

struct pl_arg {
	struct pl_name name;
	struct pl_type_expr *type; /* NULL: the name is its own type */
	struct pl_arg *next;
};

struct pl_table_row {
	struct pl_span at;
	pl_str key;
	struct pl_expr *value; /* or, for rollouts, mode */
	uint8_t mode;	       /* enum pl_ast_mode */
	struct pl_table_row *next;
};
enum pl_ast_mode { PL_AST_DENY, PL_AST_WARN, PL_AST_AUDIT, PL_AST_EXCEPTED };

enum pl_decl_kind {
	PL_DECL_POLICY,
	PL_DECL_USE,
	PL_DECL_LET,
	PL_DECL_PARAM,
	PL_DECL_DATA,
	PL_DECL_RULE,
	PL_DECL_ROLLOUT,
	PL_DECL_EXCEPTION,
	PL_DECL_FIXTURE,
	PL_DECL_TEST,
};

struct pl_decl {
	enum pl_decl_kind kind;
	uint16_t source;     /* index of the file */
	struct pl_span at;   /* the keyword */
	struct pl_name name; /* `use`: the pack; test: its title */
	struct pl_decl *next;
	union {
		struct {
			pl_str title, owner;
			struct pl_ast_guard *guards;
		} policy;
		struct {
			struct pl_arg *args;
			bool has_args; /* let f() is refused by the checker, not by the grammar */
			struct pl_expr *value;
		} let;
		struct {
			struct pl_type_expr *type;
			struct pl_expr *value; /* NULL: a table */
			struct pl_expr *key;
			struct pl_table_row *rows;
			struct pl_expr *otherwise;
		} param;
		struct {
			struct pl_type_expr *type;
			pl_str from;
			uint32_t fresh_seconds; /* 0: not given */
		} data;
		struct {
			uint8_t mode;	  /* enum pl_ast_mode */
			uint8_t severity; /* 0 not given, else 1 low .. 4 critical */
			pl_str title;
			struct pl_name *refs;
			uint8_t platform; /* 0 both, 'p' pod, 't' task */
			struct pl_span platform_at;
			struct pl_name subject;
			struct pl_expr *where;
			struct pl_ast_loop *loops;
			struct pl_ast_guard *guards;
			struct pl_ast_check *checks;
		} rule;
		struct {
			struct pl_name *rules;
			struct pl_expr *key;
			struct pl_table_row *rows;
			uint8_t otherwise;
		} rollout;
		struct {
			struct pl_name *from;
			struct pl_expr *where;
			pl_str owner, reason, ticket;
			int64_t expires; /* days since 1970-01-01 */
		} exception;
		struct {
			uint8_t form; /* 'p' pod, 't' task, 'm' manifest */
			pl_str text;  /* common indentation removed */
			struct pl_span text_at;
		} fixture;
		struct {
			struct pl_name *of;
			struct pl_name given; /* a fixture, or empty */
			uint8_t form;	      /* of the manifest given in place, 0 if none */
			pl_str text;
			struct pl_span text_at;
			struct pl_ast_edit *edits;
			struct pl_ast_expect *expects;
		} test;
	} u;
};

/* set/remove/with of a test. */
struct pl_ast_edit {
	enum { PL_EDIT_SET, PL_EDIT_REMOVE, PL_EDIT_WITH } what;
	struct pl_span at;
	pl_str path; /* of the manifest */
	struct pl_span path_at;
	pl_str json;			/* value of `set`, as written */
	struct pl_expr *target, *value; /* of `with` */
	uint8_t form;			/* of a manifest as value of `with`, 0 if none */
	pl_str text;
	struct pl_span text_at;
	struct pl_ast_edit *next;
};
struct pl_ast_expect {
	bool allow;
	uint8_t mode;
	struct pl_span at;
	struct pl_name rule;
	pl_str path; /* empty: any */
	struct pl_ast_expect *next;
};

/* Parses one source. *ret_decls is the list of its declarations (those that parsed, when there were errors). Errors go
 * to diags; PL_E_POLICY when there was one, PL_E_MEMORY. */
PL_MUST_USE pl_err pl_parse(const struct pl_policy_source *source, uint16_t source_index, struct pl_arena *arena,
			    struct pl_decl **ret_decls, struct pl_diags *diags);
/* Parses VALUE of --set as one elsex. */
PL_MUST_USE pl_err pl_parse_value(const struct pl_policy_source *source, struct pl_arena *arena,
				  struct pl_expr **ret_expr, struct pl_diags *diags);
struct pl_buf;
/* Prints declarations, an indented line each part: for `explain --stage=ast` and goldens. */
void pl_ast_dump(const struct pl_decl *decls, struct pl_buf *out);
/* "within", "<=": as the language writes it; static. */
const char *pl_relation_name(enum pl_relation relation);
/* Appends an expression in the language's own canonical spelling (messages, labels, later fmt). */
void pl_expr_print(const struct pl_expr *e, struct pl_buf *out);

#endif
