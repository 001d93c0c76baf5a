/* desk.h - what one worker thread works with: an evaluator, and memory for the answer that a large request cannot use
 * up. */
#ifndef PL_SERVER_DESK_H
#define PL_SERVER_DESK_H

#include "plimsoll/eval.h"

struct pl_desk {
	struct pl_evaluator *ev; /* the document, the workload, the verdict */
	struct pl_arena *reply;	 /* the answer and the log line */
};

/* NULL when the heap is exhausted. */
struct pl_desk *pl_desk_new(size_t memory_ceiling);
void pl_desk_free(struct pl_desk *desk);
/* Clears the desk for the next request. */
void pl_desk_clear(struct pl_desk *desk);

/* One desk for each thread that asks. */
struct pl_desks;
struct pl_desks *pl_desks_new(size_t memory_ceiling);
/* After the threads that had one have ended; each frees its own when it ends. */
void pl_desks_free(struct pl_desks *desks);
/* The desk of this thread, cleared; NULL when the heap is exhausted. */
struct pl_desk *pl_desks_mine(struct pl_desks *desks);

#endif
