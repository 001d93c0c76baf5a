/* constant.h - constants that stand beside what a rule reads: literals, and the parameters, `let`s and data files that
 * are declared to be used in their place. */
#ifndef PL_FUZZ_CONSTANT_H
#define PL_FUZZ_CONSTANT_H

#include "grammar.h"

/* One value of a type; one of `words`, if there are any. */
pl_str pl_constant_one(struct pl_grammar *g, struct pl_type type, struct pl_words_known words);
/* The same without any name: what `else` and tables want. */
pl_str pl_constant_literal(struct pl_grammar *g, struct pl_type type, struct pl_words_known words);
/* A set of values of a type; of approved places, networks, globs. */
pl_str pl_constant_set(struct pl_grammar *g, struct pl_type type, struct pl_words_known words);
pl_str pl_constant_bases(struct pl_grammar *g);
pl_str pl_constant_networks(struct pl_grammar *g);
pl_str pl_constant_globs(struct pl_grammar *g);
/* Declares a map in a data file, which is then in reach. */
void pl_constant_map(struct pl_grammar *g);

#endif
