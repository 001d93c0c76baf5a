/* invariant.h - what must be true. PL_ASSERT states an invariant in test builds; PL_NEVER marks a condition that no
 * input can cause: it aborts in test builds, and in release lets the caller return PL_E_INTERNAL, which fails closed.
 */
#ifndef PL_BASE_INVARIANT_H
#define PL_BASE_INVARIANT_H

#ifdef PL_CHECKED
#include <stdlib.h>
#define PL_ASSERT(x) ((x) ? (void)0 : abort())
#define PL_NEVER(x)  ((x) ? (abort(), 1) : 0)
#else
#define PL_ASSERT(x) ((void)0)
#define PL_NEVER(x)  (__builtin_expect(!!(x), 0))
#endif
#define PL_ALWAYS(x) (!PL_NEVER(!(x)))

#endif
