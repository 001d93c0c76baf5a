/* store.h - what is in force: the policy, and what is known of namespaces. */
#ifndef PL_SERVER_STORE_H
#define PL_SERVER_STORE_H

#include "namespaces.h"
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
/* The same of the table of namespaces; taken, it is given back with pl_namespaces_release. */
void pl_store_put_namespaces(struct pl_store *store, struct pl_namespaces *table);
struct pl_namespaces *pl_store_take_namespaces(struct pl_store *store);

#endif
