/* volumes_from.h - which mounts an ECS container gets from others, through any number of steps. */
#ifndef PL_MODEL_VOLUMES_FROM_H
#define PL_MODEL_VOLUMES_FROM_H

#include "subjects.h"

/* How a container reaches the mounts of another. */
enum pl_reach { PL_REACH_NONE, PL_REACH_READ_ONLY, PL_REACH_AS_IS };

struct pl_volumes_from;

/* Reads the volumesFrom lists of the containers in w, which have their names; notes those that name no container.
 * PL_E_MEMORY. */
PL_MUST_USE pl_err pl_volumes_from_read(struct pl_workload *w, struct pl_volumes_from **ret);
/* How container `user` reaches the mounts of `source`; *ret_entry is the volumesFrom entry of user that begins the way.
 * Where there are several ways, the one that leaves more writable. */
enum pl_reach pl_volumes_from_reach(const struct pl_volumes_from *v, uint32_t user, uint32_t source,
				    pl_node *ret_entry);

#endif
