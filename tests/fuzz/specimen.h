/* specimen.h - random objects to judge, made along the schema, and what surrounds them. */
#ifndef PL_FUZZ_SPECIMEN_H
#define PL_FUZZ_SPECIMEN_H

#include "choice.h"
#include "plimsoll/eval.h"

/* An object as JSON: of a kind that carries a pod, or a task definition. Mostly well-formed. */
pl_str pl_specimen_object(struct pl_choice *choice, bool ecs, struct pl_arena *arena);
struct pl_context pl_specimen_context(struct pl_choice *choice);

#endif
