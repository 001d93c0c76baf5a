/* store.h - the policy in force. */
#ifndef PL_SERVER_STORE_H
#define PL_SERVER_STORE_H

#include "plimsoll/policy.h"

struct pl_store;
/* Empty; NULL when memory is out. */
struct pl_store *pl_store_new(void);
void pl_store_free(struct pl_store *store);
/* Puts a policy in force (taking over the caller's ownership) and lets go of the one before; requests that hold it keep
 * it. */
void pl_store_put(struct pl_store *store, const struct pl_policy *policy);
/* The policy in force, to be given back with pl_policy_release; NULL while there is none. */
const struct pl_policy *pl_store_take(struct pl_store *store);

#endif
