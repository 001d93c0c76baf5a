/* intern.h - equal byte strings get equal numbers, counted from 0 in the order of their first appearance. Everything
 * lives in the arena it was begun with. */
#ifndef PL_LANG_INTERN_H
#define PL_LANG_INTERN_H

#include "plimsoll/arena.h"

struct pl_intern {
	struct pl_arena *arena;
	pl_str *keys;
	uint32_t *table; /* number + 1; 0 is free */
	uint32_t count, room;
	uint32_t size; /* of table; a power of two, at most half full */
};

void pl_intern_init(struct pl_intern *in, struct pl_arena *arena);
/* The number of key, which is copied when it is new; *ret_new (if given) says so. PL_E_MEMORY. */
PL_MUST_USE pl_err pl_intern_add(struct pl_intern *in, pl_str key, uint32_t *ret, bool *ret_new);
bool pl_intern_find(const struct pl_intern *in, pl_str key, uint32_t *ret);

/* Room for one more element: doubles the array in arena when it is full. The array as it was, or a larger copy; NULL
 * when memory is out. */
void *pl_intern_grow(struct pl_arena *arena, void *items, uint32_t count, uint32_t *room, size_t size);

#endif
