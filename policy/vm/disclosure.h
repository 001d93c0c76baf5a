/* disclosure.h - a value as a trace may show it: escaped and cut as in messages, secrets as "(hidden)". */
#ifndef PL_VM_DISCLOSURE_H
#define PL_VM_DISCLOSURE_H

#include "run.h"

#define PL_HIDDEN "(hidden)"

/* True when what stands at the node, of the object or of the one before it, may be a secret. */
bool pl_disclosure_hides(const struct pl_run *run, pl_node node);
/* Appends the value. */
void pl_disclosure_value(const struct pl_run *run, const struct pl_value *v, struct pl_buf *out);
/* Appends the outcome of a condition, or how many elements a list has. */
void pl_disclosure_outcome(const struct pl_run *run, const struct pl_value *v, struct pl_buf *out);
/* True when the value read may be a secret; after_secret: a secret was read before it, for the same condition. */
bool pl_disclosure_is_secret(const struct pl_run *run, const struct pl_read *read, bool after_secret);
/* True when what was computed from these values may tell a secret. Some of them may be lost. */
bool pl_disclosure_from_secret(const struct pl_run *run, const struct pl_reads *reads);

#endif
