/* yamltape.h - a tape under construction from YAML: tokens, decoded text, anchors.
 *
 * A document gets one block of ten times its length (and a little): tokens fill it from the front, decoded text from
 * the back, and what is left between them is given back at the end. Text that needs more is refused, so the house's
 * bound on memory holds by construction. Copies made by aliases count against the budget of the stream instead, and may
 * move the tokens into a block of their own. */
#ifndef PL_DOC_YAMLTAPE_H
#define PL_DOC_YAMLTAPE_H

#include "tape.h"

#define PL_YAML_MAX_ANCHORS 1000
#define PL_YAML_MAX_COPIES  100000 /* nodes, in a stream */
#define PL_YAML_MAX_DEPTH   64

struct pl_anchor {
	pl_str name;
	uint32_t hash;
	pl_node node; /* PL_NO_NODE: went into its parent by a merge key */
	bool complete;
};

struct pl_yamltape {
	struct pl_arena *arena;
	char *block;
	size_t block_size;
	struct pl_token *tokens; /* in the block, until a copy moves them */
	uint32_t count, cap;	 /* cap counts only once they are moved */
	uint32_t own;		 /* tokens that stand for text of the document itself */
	uint32_t side_len;	 /* bytes of decoded text, at the end of the block */
	uint32_t copies;	 /* left of PL_YAML_MAX_COPIES, over all documents */
	/* Of this stream; those of this document begin at first_anchor. Nodes ascend, because documents are read in
	 * order. */
	struct pl_anchor *anchors;
	uint32_t anchor_count, first_anchor;
};

/* Begins a document of at most source_len bytes. PL_E_MEMORY. */
PL_MUST_USE pl_err pl_yamltape_begin(struct pl_yamltape *tape, size_t source_len);
/* Appends one token. PL_E_LIMIT when the document needs more than its block; PL_E_MEMORY. */
PL_MUST_USE pl_err pl_yamltape_push(struct pl_yamltape *tape, struct pl_token token);
/* Stores decoded text that stood at `at` of the source, for a token of flag PL_TOKEN_SIDE; *ret_pos counts in the block
 * until pl_yamltape_end. PL_E_LIMIT, PL_E_MEMORY. */
PL_MUST_USE pl_err pl_yamltape_add_side(struct pl_yamltape *tape, pl_str text, struct pl_span at, uint32_t *ret_pos);
/* Appends a copy of the complete subtree at node. PL_E_LIMIT when the budget is used up; PL_E_MEMORY. */
PL_MUST_USE pl_err pl_yamltape_copy(struct pl_yamltape *tape, pl_node node);
/* Levels of the subtree at node: 0 for a scalar. */
uint32_t pl_yamltape_depth(const struct pl_yamltape *tape, pl_node node);
/* Names the node that comes next. *ret_index is the anchor's. PL_E_LIMIT, PL_E_MEMORY. */
PL_MUST_USE pl_err pl_yamltape_anchor(struct pl_yamltape *tape, pl_str name, uint32_t *ret_index);
/* The newest anchor of that name in this document; NULL if there is none. */
const struct pl_anchor *pl_yamltape_find(const struct pl_yamltape *tape, pl_str name);
/* The tape as it is, for the accessors of doc.h. */
void pl_yamltape_show(const struct pl_yamltape *tape, struct pl_doc *doc);
/* The whole tape as the document's; gives back what the block has left. */
void pl_yamltape_end(struct pl_yamltape *tape, struct pl_doc *doc);

#endif
