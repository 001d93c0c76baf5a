/* mergekey.h - the YAML 1.1 merge key `<<`. */
#ifndef PL_DOC_MERGEKEY_H
#define PL_DOC_MERGEKEY_H

#include "yamltape.h"

/* Resolves the merge keys (PLAIN keys `<<`) of the object at node, the last and complete subtree of the tape: their
 * members become members of the object. PL_E_SYNTAX with *ret_bad when a value is neither a mapping nor a list of
 * mappings; PL_E_MEMORY. */
PL_MUST_USE pl_err pl_mergekey_resolve(struct pl_yamltape *tape, const struct pl_doc *doc, pl_node node,
				       pl_node *ret_bad);
/* True for a key token that merges. doc gives the text. */
bool pl_mergekey_is(const struct pl_doc *doc, const struct pl_token *key);

#endif
