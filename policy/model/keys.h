/* keys.h - the keys of one object: looking for one that stands twice. */
#ifndef PL_MODEL_KEYS_H
#define PL_MODEL_KEYS_H

#include "plimsoll/doc.h"

/* Stores the second occurrence of the first key, in document order of second occurrences, that stands twice in this
 * very object (not below it); PL_NO_NODE if none does. Escaped keys are compared decoded. n log n comparisons at worst,
 * whatever the keys are. PL_E_MEMORY. */
PL_MUST_USE pl_err pl_keys_find_repeated(const struct pl_doc *doc, pl_node object, struct pl_arena *arena,
					 pl_node *ret);
/* The same for texts that are no keys: the index of the second of two equal texts; SIZE_MAX if all differ. Empty texts
 * are never equal. */
PL_MUST_USE pl_err pl_keys_find_equal(const pl_str *texts, size_t count, struct pl_arena *arena, size_t *ret);

#endif
