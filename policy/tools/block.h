/* block.h - a text block of a policy file as a document whose every place is one in that file. */
#ifndef PL_TOOLS_BLOCK_H
#define PL_TOOLS_BLOCK_H

#include "edit.h"
#include "plimsoll/policy.h"

/* A manifest as it stands in a policy file. */
struct pl_block {
	const struct pl_policy_source *source;
	pl_str text;	   /* common indentation removed */
	struct pl_span at; /* of the block with its quotes */
};

/* Reads the YAML of the block, which holds exactly one document. Errors are E0112 with their place in the policy file:
 * PL_E_POLICY; PL_E_MEMORY. */
PL_MUST_USE pl_err pl_block_read(const struct pl_block *block, struct pl_arena *arena, struct pl_edit *ret_edit,
				 struct pl_diags *diags);
/* The same of a JSON value that is a part of the text of source. */
PL_MUST_USE pl_err pl_block_read_json(const struct pl_policy_source *source, pl_str json, struct pl_arena *arena,
				      struct pl_edit *ret_edit, struct pl_diags *diags);

#endif
