/* desk.c - thread-local scratch, made at a thread's first request and freed with the thread. Once warm, no request
 * takes memory from the heap here. */
#include "desk.h"

#include <pthread.h>
#include <stdlib.h>

/* Room for a uid of the greatest length, escaped, three times over; for the message, warnings and the log line. */
#define REPLY_CEILING (4u * 1024u * 1024u)
#define REPLY_RETAIN  (64u * 1024u)

struct pl_desks {
	pthread_key_t key;
	size_t memory_ceiling;
};

struct pl_desk *pl_desk_new(size_t memory_ceiling)
{
	struct pl_desk *desk = calloc(1, sizeof *desk);
	if (!desk)
		return NULL;
	desk->ev = pl_evaluator_new(memory_ceiling);
	desk->reply = pl_arena_new(REPLY_CEILING, REPLY_RETAIN);
	if (desk->ev && desk->reply)
		return desk;
	pl_desk_free(desk);
	return NULL;
}

void pl_desk_free(struct pl_desk *desk)
{
	if (!desk)
		return;
	if (desk->ev)
		pl_evaluator_free(desk->ev);
	pl_arena_free(desk->reply);
	free(desk);
}

void pl_desk_clear(struct pl_desk *desk)
{
	pl_evaluator_reset(desk->ev);
	pl_arena_reset(desk->reply);
}

static void free_own(void *desk)
{
	pl_desk_free(desk);
}

struct pl_desks *pl_desks_new(size_t memory_ceiling)
{
	struct pl_desks *desks = calloc(1, sizeof *desks);
	if (!desks)
		return NULL;
	desks->memory_ceiling = memory_ceiling;
	if (pthread_key_create(&desks->key, free_own) == 0)
		return desks;
	free(desks);
	return NULL;
}

void pl_desks_free(struct pl_desks *desks)
{
	if (!desks)
		return;
	pthread_key_delete(desks->key);
	free(desks);
}

struct pl_desk *pl_desks_mine(struct pl_desks *desks)
{
	struct pl_desk *desk = pthread_getspecific(desks->key);
	if (!desk) {
		desk = pl_desk_new(desks->memory_ceiling);
		if (!desk)
			return NULL;
		if (pthread_setspecific(desks->key, desk) != 0) {
			pl_desk_free(desk);
			return NULL;
		}
	}
	pl_desk_clear(desk);
	return desk;
}
