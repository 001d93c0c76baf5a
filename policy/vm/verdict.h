/* verdict.h - a workload, a program and a context in; a verdict out. */
#ifndef PL_VM_VERDICT_H
#define PL_VM_VERDICT_H

#include "plimsoll/eval.h"
#include "ready.h"
#include "regex.h"

/* See pl_decide. The verdict lives in arena. */
PL_MUST_USE pl_err pl_verdict_make(const struct pl_ready *ready, const struct pl_workload *w,
				   const struct pl_workload *old, const struct pl_context *context,
				   struct pl_regex_scratch *regex, struct pl_arena *arena,
				   const struct pl_verdict **ret_verdict);
/* The same, and what each rule did; when one rule is asked for, only that one is judged. NULL: nobody asks. */
struct pl_tracing;
PL_MUST_USE pl_err pl_verdict_trace(const struct pl_ready *ready, const struct pl_workload *w,
				    const struct pl_workload *old, const struct pl_context *context,
				    struct pl_regex_scratch *regex, struct pl_arena *arena, struct pl_tracing *tracing,
				    const struct pl_verdict **ret_verdict);

#endif
