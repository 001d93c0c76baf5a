/* keys.h - names that must differ, such as those of containers and volumes: looking for one that is given twice. */
#ifndef PL_MODEL_KEYS_H
#define PL_MODEL_KEYS_H

#include "plimsoll/doc.h"

/* Stores the index of the second of two equal texts, the earliest such index; SIZE_MAX if all differ. Empty texts are
 * never equal. n log n comparisons at worst, whatever the texts are. PL_E_MEMORY. */
PL_MUST_USE pl_err pl_keys_find_equal(const pl_str *texts, size_t count, struct pl_arena *arena, size_t *ret);

#endif
