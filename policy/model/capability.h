/* capability.h - names of Linux capabilities as manifests spell them. spec: capabilities(7) */
#ifndef PL_MODEL_CAPABILITY_H
#define PL_MODEL_CAPABILITY_H

#include "plimsoll/arena.h"

/* An added capability as a runtime understands it: upper case, without CAP_. In arena only where it differs from text.
 */
PL_MUST_USE pl_err pl_capability_normal(pl_str text, struct pl_arena *arena, pl_str *ret);
/* All of them, sorted; ALL is one. */
size_t pl_capability_names(const char *const **ret_names);
/* True for ALL and for exactly spelled names: only those count as dropped. */
bool pl_capability_is_exact(pl_str text);

#endif
