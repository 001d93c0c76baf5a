/* run.h - runs the fragments of a verified program over one workload.
 *
 * A run stands at one subject at a time; what a path reads from it is kept in its slot until the run moves on, so that
 * all rules about that subject share it. With `evidence` set the same code runs without shortcuts and every value read
 * goes into the digest. */
#ifndef PL_VM_RUN_H
#define PL_VM_RUN_H

#include "evidence.h"
#include "operators.h"
#include "plimsoll/eval.h"
#include "ready.h"
#include "regex.h"

struct pl_eval_loop {
	struct pl_value_iter it;
	struct pl_value list;
	struct pl_value result;
};

struct pl_eval_digest {
	struct pl_evidence outer; /* what was read before the loop */
	struct pl_digest sum;	  /* of the elements so far */
};

/* What fragments read, for who asks to see it: the first values, and the last, which decide. */
#define PL_READS_FIRST 8
#define PL_READS_LAST  8
struct pl_read {
	uint32_t path;
	int16_t var;  /* the variable that the path begins at; -1: none, or what a function or look-up gave */
	uint8_t root; /* PL_ROOT_NONE: not that of a slot */
	struct pl_value value;
};
struct pl_reads {
	struct pl_read first[PL_READS_FIRST], last[PL_READS_LAST]; /* last: a ring */
	uint32_t count;
};

struct pl_run {
	const struct pl_ready *ready;
	const struct pl_program *program;
	const struct pl_workload *workload;
	const struct pl_workload *old; /* NULL: none */
	const struct pl_context *context;
	struct pl_regex_scratch *regex;
	struct pl_arena *arena;
	struct pl_operands operands;
	struct pl_evidence *evidence; /* NULL: an ordinary run */
	struct pl_reads *reads;	      /* NULL: nobody asks */

	/* where the run stands */
	enum pl_subject subject;
	uint32_t index, container;
	struct pl_value roots[PL_ROOT_COUNT_];
	uint32_t root_stamps[PL_ROOT_COUNT_]; /* a slot with the stamp of its root is filled */
	uint32_t serial;
	uint32_t *slot_stamps;
	struct pl_value *slots;
	struct pl_value vars[PL_MAX_VARS];
	pl_node read; /* where the first value read of this subject stands; set to PL_NO_NODE before a check */
#ifdef PL_CHECKED
	uint64_t steps; /* taken so far, as lang/cost.c counts them; not those that only gather evidence */
#endif

	struct pl_value stack[PL_MAX_STACK];
	struct pl_eval_loop loops[PL_MAX_VARS];
	struct pl_eval_digest digests[PL_MAX_VARS];
};

/* A run over a workload; made in arena. NULL when memory is out. */
struct pl_run *pl_run_new(const struct pl_ready *ready, const struct pl_workload *w, const struct pl_workload *old,
			  const struct pl_context *context, struct pl_regex_scratch *regex, struct pl_arena *arena);
/* Moves to the index-th subject of a kind. */
void pl_run_stand(struct pl_run *run, enum pl_subject subject, uint32_t index);
/* The value of the fragment that begins at code. PL_E_MEMORY or PL_E_INTERNAL. */
PL_MUST_USE pl_err pl_run_fragment(struct pl_run *run, uint32_t code, struct pl_value *ret);
/* The mode of a rule in this request, enum pl_ast_mode: that of its rollout, if it has one. *ret_key, if given, is
 * unknown when the key of the rollout is: the mode is the strictest of the table then. */
PL_MUST_USE pl_err pl_run_mode(struct pl_run *run, const struct pl_rule *rule, uint8_t *ret_mode,
			       struct pl_value *ret_key);
/* Notes a value read. */
void pl_run_note_read(struct pl_reads *reads, const struct pl_read *read);
/* Walks a path of the program from *v. */
PL_MUST_USE pl_err pl_run_walk(const struct pl_run *run, uint32_t path, struct pl_value *v);
/* What a slot of the program holds where the run stands. */
PL_MUST_USE pl_err pl_run_slot(struct pl_run *run, uint32_t slot, struct pl_value *ret);
/* Reads a slot anew. */
PL_MUST_USE pl_err pl_run_fill_slot(struct pl_run *run, uint32_t slot);
/* The same as pl_run_slot where it is kept, until the run moves on; NULL after an error. */
static inline const struct pl_value *pl_run_slot_at(struct pl_run *run, uint32_t slot)
{
	bool current = run->slot_stamps[slot] == run->root_stamps[run->program->slots[slot].root];
	return current || pl_run_fill_slot(run, slot) == PL_OK ? &run->slots[slot] : NULL;
}
/* An unknown value that names no path yet is of this one. */
void pl_run_name_origin(struct pl_value *v, uint32_t path);
/* The path that an unknown value came from, as written in the policy; empty when it came from none. */
pl_str pl_run_origin(const struct pl_run *run, const struct pl_value *unknown);

#endif
