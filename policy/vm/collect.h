/* collect.h - walks every subject of a workload with every rule about it, and gathers what is violated. */
#ifndef PL_VM_COLLECT_H
#define PL_VM_COLLECT_H

#include "run.h"
#include "trace.h"
#include "update.h"

/* A violation on its way to becoming a finding. */
struct pl_violation {
	struct pl_finding finding;
	struct pl_violation_key key; /* evidence is of use only where `keyed` */
	bool keyed;
	uint32_t order; /* in which it was found */
};

struct pl_collection {
	struct pl_violation *items;
	uint32_t count, cap;
	uint8_t *rules; /* bits: rules with a keyed violation */
};

struct pl_collect_options {
	bool keys;		/* give violations their evidence */
	bool words;		/* render messages */
	const uint8_t *only;	/* bits: rules to look at; NULL: all */
	const uint8_t *skip;	/* bits: rules to leave out; NULL: none */
	struct pl_trace *trace; /* NULL: nobody asks what each rule did */
};

static inline bool pl_bit(const uint8_t *bits, uint32_t i)
{
	return bits[i / 8] >> (i % 8) & 1;
}
static inline void pl_bit_set(uint8_t *bits, uint32_t i)
{
	bits[i / 8] |= (uint8_t)(1u << (i % 8));
}

/* Appends to collection, in the arena of the run. PL_E_MEMORY or PL_E_INTERNAL. */
PL_MUST_USE pl_err pl_collect(struct pl_run *run, const struct pl_collect_options *options,
			      struct pl_collection *collection);

#endif
