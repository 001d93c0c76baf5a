/* editpath.h - a path as findings print it, `spec.containers[0].labels["a/b"]`, in steps. */
#ifndef PL_TOOLS_EDITPATH_H
#define PL_TOOLS_EDITPATH_H

#include "edit.h"

struct pl_edit_step {
	pl_str key; /* when is_index is false */
	uint32_t index;
	bool is_index;
};

/* Splits path into at most PL_EDIT_MAX_STEPS steps; keys live in arena. NULL, or why it is no path; memory running out
 * is such a reason too, with *ret_err. */
const char *pl_editpath_split(pl_str path, struct pl_arena *arena, struct pl_edit_step *steps, uint32_t *ret_count,
			      pl_err *ret_err);

#define PL_EDIT_MAX_PLAIN 256 /* code points of a key that are shown */
/* Appends a step as findings print it. */
void pl_editpath_add(const struct pl_edit_step *step, bool first, struct pl_buf *out);

#endif
