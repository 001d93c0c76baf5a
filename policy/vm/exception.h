/* exception.h - whether an exception covers what a rule finds where a run stands. spec: language.md 3.8 */
#ifndef PL_VM_EXCEPTION_H
#define PL_VM_EXCEPTION_H

#include "run.h"
#include "trace.h"

struct pl_grant {
	bool judged;			    /* false: not asked yet */
	const struct pl_exception_code *by; /* NULL: no exception covers it */
	pl_str note;			    /* who covers it until when, or why one that might does not; may be empty */
};

/* Judges the exceptions of a rule by name, and stops at the first that covers. Reads what the run stands at, loop
 * variables of the rule included; what it read last for excerpts stays as it was. `words`: make the note. trace may be
 * NULL. PL_E_MEMORY or PL_E_INTERNAL. */
PL_MUST_USE pl_err pl_exception_judge(struct pl_run *run, const struct pl_rule *rule, bool words,
				      struct pl_trace *trace, struct pl_grant *ret);

#endif
