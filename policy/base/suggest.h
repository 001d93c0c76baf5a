/* suggest.h - "did you mean": the candidate that a person most likely meant. */
#ifndef PL_BASE_SUGGEST_H
#define PL_BASE_SUGGEST_H

#include "plimsoll/base.h"

/* The nearest candidate: the same text in another case first, else the one with the fewest edits (insertions,
 * deletions, changes, swaps of neighbours), if these are at most a third of the length; ties go to the earlier one. The
 * empty text when nothing is close. Candidates longer than 64 bytes are only compared by case. */
pl_str pl_suggest(pl_str given, const pl_str *candidates, size_t n);

#endif
