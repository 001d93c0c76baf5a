/* parts.h - what is inside a condition, with values: a line of text for each part, those inside it below. */
#ifndef PL_VM_PARTS_H
#define PL_VM_PARTS_H

#include "run.h"

#define PL_PARTS_TEXT ((size_t)4 << 20) /* where the text is longer, parts are left out and it says so */

/* Appends the parts of the condition that has just given `outcome` where the run stands; `parts` as in lang/code.h.
 * PL_E_INTERNAL when the whole, computed once more, is not that: an explanation must not differ from the verdict. */
PL_MUST_USE pl_err pl_parts_show(struct pl_run *run, uint32_t parts, unsigned indent, const struct pl_value *outcome,
				 struct pl_buf *out);

#endif
