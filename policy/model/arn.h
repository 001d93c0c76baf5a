/* arn.h - Amazon resource names and IAM roles. spec: arn:partition:service:region:account:resource */
#ifndef PL_MODEL_ARN_H
#define PL_MODEL_ARN_H

#include "plimsoll/base.h"

struct pl_arn {
	pl_str text;
	pl_str partition, service, region /* may be empty */, account /* may be empty */, resource;
};

/* False when the text is not an ARN. Parts are borrowed. */
bool pl_arn_parse(pl_str text, struct pl_arn *ret);

/* A role as ECS takes it: an ARN of a role, or a short name that stands for that role in the account of the cluster. */
struct pl_role {
	pl_str text;
	pl_str name;	/* last part of the path */
	pl_str account; /* empty: a short name */
};
/* False when it is neither. */
bool pl_role_parse(pl_str text, struct pl_role *ret);
/* Same name and account; an empty account is `cluster_account`. */
bool pl_role_eq(const struct pl_role *a, const struct pl_role *b, pl_str cluster_account);

#endif
