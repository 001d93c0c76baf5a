/* trace.h - what each rule did with each subject, as text: also the rules that did not fire.
 *
 * The collector tells a trace every step it takes; nothing is computed twice, so that a trace cannot differ from the
 * verdict. A block of text for each rule and subject, kept by rule and place until it is printed. */
#ifndef PL_VM_TRACE_H
#define PL_VM_TRACE_H

#include "run.h"

/* What is asked for, and what there was. */
struct pl_tracing {
	struct pl_buf *out;
	uint32_t rule; /* this one only, and its conditions part by part; PL_NO_CODE: all */
	pl_str at;     /* only subjects at this path, in it or around it; empty: all */
	pl_str *paths; /* of all subjects that were looked at */
	uint32_t path_count, path_room;
	uint32_t shown; /* subjects */
};

struct pl_trace;
/* A trace of a run, in its arena. PL_E_MEMORY. */
PL_MUST_USE pl_err pl_trace_new(struct pl_run *run, struct pl_tracing *tracing, struct pl_trace **ret_trace);
/* True when a subject at this path is asked for. */
bool pl_trace_wants(const struct pl_tracing *tracing, pl_str path);

/* A rule begins with the subject at which the run stands. */
PL_MUST_USE pl_err pl_trace_subject(struct pl_trace *t, uint32_t rule);
/* Runs a fragment of the rule and notes its words, outcome and what it read, or its parts. */
PL_MUST_USE pl_err pl_trace_fragment(struct pl_trace *t, uint32_t code, pl_str words, uint32_t parts,
				     struct pl_value *ret);
/* The list of the further loop that was just read has nothing in it, if so. */
void pl_trace_list(struct pl_trace *t, const struct pl_value *list);
/* The rule goes on with the next element of its loop at this depth. */
void pl_trace_element(struct pl_trace *t, uint16_t depth);
/* The rule does not apply, because of the part before this. */
void pl_trace_idle(struct pl_trace *t);
/* The rule was decided: true is violated. `by` covers that; NULL: nothing does. */
void pl_trace_result(struct pl_trace *t, const struct pl_value *violated, const struct pl_exception_code *by);
/* One more line about the part before this. */
void pl_trace_remark(struct pl_trace *t, pl_str text);

/* Appends everything that was asked for; of a rule without a block, why it has none. `skip`: bits of the rules whose
 * context was not given, or NULL; `known`: bits of enum pl_needs. PL_E_MEMORY when something is missing. */
PL_MUST_USE pl_err pl_trace_print(const struct pl_trace *t, const uint8_t *skip, unsigned known);
/* Appends that a violation was there before the change. */
void pl_trace_already(const struct pl_finding *f, struct pl_buf *out);
/* Appends why no rule was evaluated. */
void pl_trace_malformed(const struct pl_finding *findings, size_t count, struct pl_buf *out);

#endif
