/* grammar.h - random conditions of the policy language, well typed where they stand and sound in their polarity (spec:
 * language.md 3.6, 3.7). What they need besides, parameters, `let`s and data, is declared on the way. */
#ifndef PL_FUZZ_GRAMMAR_H
#define PL_FUZZ_GRAMMAR_H

#include "reach.h"

#define PL_GRAMMAR_PARAMS 12

enum pl_grammar_side { PL_SIDE_NEGATIVE = -1, PL_SIDE_EITHER = 0, PL_SIDE_POSITIVE = 1 };

struct pl_grammar_param {
	pl_str name;
	uint8_t kind;
	bool set;
};

struct pl_grammar {
	struct pl_reach reach;
	struct pl_buf decls; /* declared on the way */
	unsigned next;	     /* number of the next name */
	unsigned nesting;    /* quantifiers and further loops around this place */
	uint64_t turns;	     /* how often this place is evaluated in the largest document */
	unsigned shared;     /* names at the front of the scope that a `let` sees too */
	struct pl_grammar_param params[PL_GRAMMAR_PARAMS];
	unsigned param_count;
};

/* A condition; `bare` when it stands alone and needs no parentheses. */
pl_str pl_grammar_condition(struct pl_grammar *g, int side, unsigned depth, bool bare);
/* The condition of `when`, `where` or `unless`: what it makes known stays known. */
pl_str pl_grammar_guard(struct pl_grammar *g, bool unless, unsigned depth);
/* One comparison for `if set` to stand behind; false when nothing optional was found. */
bool pl_grammar_if_set(struct pl_grammar *g, pl_str *ret);
/* `x is set`, and x is present from here on; false when nothing optional was found. */
bool pl_grammar_presence(struct pl_grammar *g, pl_str *ret);
/* A list to go over, and the variable that goes over it, which is then in scope. */
bool pl_grammar_loop(struct pl_grammar *g, pl_str *ret_var, pl_str *ret_list);
/* A value that a message can show. */
bool pl_grammar_shown(struct pl_grammar *g, pl_str *ret);
/* A string that nothing of the object decides, and that is there: what tables go by. */
pl_str pl_grammar_key(struct pl_grammar *g);
/* How many of a subject there can be in a workload. */
uint64_t pl_grammar_cap(enum pl_subject subject);
/* One more name: "p7". */
pl_str pl_grammar_fresh(struct pl_grammar *g, const char *letter);

#endif
