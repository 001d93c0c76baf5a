/* tags.h - the tags of a task definition, which rules read as `workload.labels`. spec: ecs.md, RegisterTaskDefinition
 */
#ifndef PL_MODEL_TAGS_H
#define PL_MODEL_TAGS_H

#include "subjects.h"

/* The list of tags: of the task, or beside it in the answer of describe-task-definition; PL_NO_NODE if there is none.
 */
pl_node pl_tags_list(const struct pl_workload *w);
/* Notes as malformed a key that stands twice, or that cannot be told: readers would disagree about it. PL_E_MEMORY. */
PL_MUST_USE pl_err pl_tags_check(struct pl_workload *w);

#endif
