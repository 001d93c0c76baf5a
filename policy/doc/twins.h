/* twins.h - which keys are the same: bringing equal keys side by side. */
#ifndef PL_DOC_TWINS_H
#define PL_DOC_TWINS_H

#include "tape.h"

struct pl_twin {
	uint64_t hash; /* of the decoded text */
	pl_node node;  /* the key */
	uint32_t order;
};

/* The entry of a key; order is what keeps equal keys in order. */
struct pl_twin pl_twin_of(const struct pl_doc *doc, pl_node key, uint32_t order);
/* The keys of two entries decode to the same text. */
bool pl_twin_same(const struct pl_doc *doc, const struct pl_twin *a, const struct pl_twin *b);
/* Sorts items[0..n) so that equal keys are neighbours, in their order; spare has room for n. n log n steps at worst,
 * whatever the keys are: the hash only saves comparisons, so that keys made to collide gain nothing. */
void pl_twins_sort(const struct pl_doc *doc, struct pl_twin *items, struct pl_twin *spare, uint32_t n);

#endif
