/* store.c - what is in force, and who holds it.
 *
 * The lock covers two instructions: read the pointer and count one more owner. A plain atomic pointer would let the
 * last owner free what it points to between the two. Policy and namespaces change apart from each other. */
#include "store.h"

#include <pthread.h>
#include <stdlib.h>

struct pl_store {
	pthread_mutex_t lock;
	const struct pl_policy *current;
	struct pl_namespaces *namespaces;
};

struct pl_store *pl_store_new(void)
{
	struct pl_store *store = calloc(1, sizeof *store);
	if (store)
		pthread_mutex_init(&store->lock, NULL);
	return store;
}

void pl_store_free(struct pl_store *store)
{
	if (!store)
		return;
	pl_policy_release(store->current);
	pl_namespaces_release(store->namespaces);
	pthread_mutex_destroy(&store->lock);
	free(store);
}

void pl_store_put(struct pl_store *store, const struct pl_policy *policy)
{
	pthread_mutex_lock(&store->lock);
	const struct pl_policy *before = store->current;
	store->current = policy;
	pthread_mutex_unlock(&store->lock);
	pl_policy_release(before);
}

const struct pl_policy *pl_store_take(struct pl_store *store)
{
	pthread_mutex_lock(&store->lock);
	const struct pl_policy *policy = store->current ? pl_policy_retain(store->current) : NULL;
	pthread_mutex_unlock(&store->lock);
	return policy;
}

void pl_store_put_namespaces(struct pl_store *store, struct pl_namespaces *table)
{
	pthread_mutex_lock(&store->lock);
	struct pl_namespaces *before = store->namespaces;
	store->namespaces = table;
	pthread_mutex_unlock(&store->lock);
	pl_namespaces_release(before);
}

struct pl_namespaces *pl_store_take_namespaces(struct pl_store *store)
{
	pthread_mutex_lock(&store->lock);
	struct pl_namespaces *table = store->namespaces ? pl_namespaces_retain(store->namespaces) : NULL;
	pthread_mutex_unlock(&store->lock);
	return table;
}
