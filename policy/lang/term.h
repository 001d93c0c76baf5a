/* term.h - a typed term: an expression after checking. Names are resolved, `let`s and non-constant parameters inlined,
 * literals converted to what they stand next to. The compiler turns terms into code and asks no further questions.
 *
 * Terms are made by the checker, live in its arena and are shared: nobody changes one that is reachable from another.
 */
#ifndef PL_LANG_TERM_H
#define PL_LANG_TERM_H

#include "code.h"
#include "intern.h"

enum pl_term_kind {
	PL_TERM_CONST, /* u.value */
	PL_TERM_ROOT,  /* root, subject */
	PL_TERM_VAR,   /* u.var */
	PL_TERM_DATA,  /* the table of a data file: u.data */
	PL_TERM_FIELD, /* of item 0: u.field */
	PL_TERM_INDEX, /* item 0 [item 1]; op: enum pl_index */
	PL_TERM_ELSE,  /* the first item that is not absent */
	PL_TERM_ADD,   /* items 0 and 1 */
	PL_TERM_SUB,
	PL_TERM_MUL,
	PL_TERM_LESS,	/* lists */
	PL_TERM_SET,	/* of items */
	PL_TERM_MAP,	/* u.keys[i] => item i; keys sorted */
	PL_TERM_SWITCH, /* key is item 0; u.keys[i] => item i + 1; the last item is the otherwise */
	PL_TERM_CALL,	/* op: enum pl_builtin */
	PL_TERM_LOOP,	/* op: enum pl_loop_kind; items: list, condition, for SUM the number; u.var */
	/* conditions */
	PL_TERM_COMPARE, /* op: enum pl_relation, EQ to GE */
	PL_TERM_TEST,	 /* op: enum pl_relation, IN to LIKE; negated */
	PL_TERM_MATCH,	 /* item 0; u.pattern; negated */
	PL_TERM_IS,	 /* item 0; op: enum pl_is */
	PL_TERM_TRUTH,	 /* item 0 */
	PL_TERM_NOT,
	PL_TERM_AND, /* two or more items */
	PL_TERM_OR,
};

/* What an index reads: an entry of a map, which may not be there; or of a row a field, whose name is the constant item
 * 1, and which is there when the row is, or may be missing. */
enum pl_index { PL_INDEX_ENTRY, PL_INDEX_FIELD, PL_INDEX_OPTIONAL_FIELD };

/* The only values a text can take; count 0: any. */
struct pl_domain {
	const char *const *values;
	uint16_t count;
};

struct pl_term {
	uint8_t kind;
	uint8_t op;
	bool negated;
	uint8_t root;	 /* enum pl_root */
	uint8_t subject; /* enum pl_subject */
	bool private;	 /* a variable over words of a command: not shown where nobody asked for it */
	struct pl_type type;
	struct pl_domain domain; /* of a string that is not of an enum type */
	const struct pl_policy_source *source;
	struct pl_span at;
	struct pl_term **items;
	uint32_t count;
	struct pl_term *plain; /* of values of a data file that were converted: the term before, which is present when
				* this one is; NULL: not converted */
	uint32_t id;	       /* of pl_term_id, plus one */
	uint32_t constant;     /* of the compiler: index of the constant, plus one */
	uint32_t size;	       /* of pl_term_size; 0: not yet counted */
	union {
		struct pl_value value;
		struct {
			struct pl_step step;
			uint16_t record;
			uint8_t presence; /* enum pl_presence */
			const char *name;
			const char *dflt;
		} field;
		struct {
			uint32_t binding; /* no two loops share one */
			uint8_t slot;	  /* where the machine keeps it */
		} var;
		struct {
			pl_str text;
			bool ignore_case;
		} pattern;
		struct {
			uint32_t use;	/* of the checker's: a table with its values as they are compared here */
			uint32_t count; /* values or rows; 0 when there is no file */
			bool given;
		} data;
		const pl_str *keys;
	} u;
};

/* Paths (and other terms) known to be present here: sorted ids. Zero is the empty set; sets never change. */
struct pl_known {
	const uint32_t *ids;
	uint32_t count;
};

bool pl_known_has(struct pl_known set, uint32_t id);
PL_MUST_USE pl_err pl_known_union(struct pl_known a, struct pl_known b, struct pl_arena *arena, struct pl_known *ret);
PL_MUST_USE pl_err pl_known_common(struct pl_known a, struct pl_known b, struct pl_arena *arena, struct pl_known *ret);

/* Terms that always have the same value get the same number. */
PL_MUST_USE pl_err pl_term_id(struct pl_intern *ids, struct pl_term *t, uint32_t *ret);
/* Parts of a term when nothing is shared: what it costs to walk it. Stops counting at UINT32_MAX. */
uint32_t pl_term_size(struct pl_term *t);
/* Constants, and sets and maps of them. */
bool pl_term_is_constant(const struct pl_term *t);
/* The value of a constant term, sets and maps included, in arena. */
PL_MUST_USE pl_err pl_term_value(const struct pl_term *t, struct pl_arena *arena, struct pl_value *ret);
/* A byte string that equal constants share: appended to out. */
struct pl_buf;
void pl_term_value_key(const struct pl_value *v, struct pl_buf *out);
/* The domain of a term that is, or holds, texts. */
struct pl_domain pl_term_domain(const struct pl_term *t);

#endif
