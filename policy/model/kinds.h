/* kinds.h - which Kubernetes objects carry a pod template, and where. */
#ifndef PL_MODEL_KINDS_H
#define PL_MODEL_KINDS_H

#include "schema.h"

struct pl_kind {
	const char *name;
	const char *group, *old_group; /* old_group may be NULL */
	uint16_t record;	       /* of the whole object */
	const char *where;	       /* "spec.template"; empty for a Pod */
	uint16_t steps[4];	       /* name ids; PL_NAME_NONE ends them early */
};

/* The kind by name, whatever its group; NULL if there is none. */
const struct pl_kind *pl_kind_named(pl_str name);
/* The text before '/' of an apiVersion; empty for the core group. */
pl_str pl_kind_group(pl_str api_version);
/* The apiVersion is of a group that has the kind. */
bool pl_kind_fits(const struct pl_kind *kind, pl_str api_version);
/* The kind whose name differs from this one in case only; NULL if there is none. */
const struct pl_kind *pl_kind_miscased(pl_str name);

#endif
