/* intern.c - a hash table of byte strings with open addressing. Keys come from policies, which the operator trusts: the
 * hash need not withstand an attacker. */
#include "intern.h"

#include <string.h>

#define FIRST_SIZE 64u

void pl_intern_init(struct pl_intern *in, struct pl_arena *arena)
{
	*in = (struct pl_intern){.arena = arena};
}

void *pl_intern_grow(struct pl_arena *arena, void *items, uint32_t count, uint32_t *room, size_t size)
{
	if (count < *room)
		return items;
	if (*room > UINT32_MAX / 4)
		return NULL;
	uint32_t larger = *room ? *room * 2 : 16;
	void *copy = pl_arena_zalloc(arena, larger, size);
	if (!copy)
		return NULL;
	if (count)
		memcpy(copy, items, count * size);
	*room = larger;
	return copy;
}

static uint32_t hash(pl_str key)
{
	uint64_t h = 14695981039346656037u;
	for (size_t i = 0; i < key.len; i++)
		h = (h ^ (unsigned char)key.ptr[i]) * 1099511628211u;
	return (uint32_t)(h ^ (h >> 32));
}

/* The place of key, or the free place where it belongs. */
static uint32_t place(const struct pl_intern *in, pl_str key)
{
	uint32_t i = hash(key) & (in->size - 1);
	while (in->table[i] && !pl_str_eq(in->keys[in->table[i] - 1], key))
		i = (i + 1) & (in->size - 1);
	return i;
}

static pl_err widen(struct pl_intern *in)
{
	if (in->count < in->size / 2)
		return PL_OK;
	uint32_t size = in->size ? in->size * 2 : FIRST_SIZE;
	uint32_t *table = pl_arena_zalloc(in->arena, size, sizeof *table);
	if (!table)
		return PL_E_MEMORY;
	in->table = table;
	in->size = size;
	for (uint32_t n = 0; n < in->count; n++)
		in->table[place(in, in->keys[n])] = n + 1;
	return PL_OK;
}

bool pl_intern_find(const struct pl_intern *in, pl_str key, uint32_t *ret)
{
	if (in->size == 0)
		return false;
	uint32_t at = place(in, key);
	if (in->table[at] == 0)
		return false;
	*ret = in->table[at] - 1;
	return true;
}

pl_err pl_intern_add(struct pl_intern *in, pl_str key, uint32_t *ret, bool *ret_new)
{
	if (ret_new)
		*ret_new = false;
	if (pl_intern_find(in, key, ret))
		return PL_OK;
	PL_TRY(widen(in));
	pl_str *keys = pl_intern_grow(in->arena, in->keys, in->count, &in->room, sizeof *keys);
	if (!keys)
		return PL_E_MEMORY;
	in->keys = keys;
	pl_str copy = pl_arena_dup(in->arena, key);
	if (!copy.ptr)
		return PL_E_MEMORY;
	in->table[place(in, key)] = in->count + 1;
	in->keys[in->count] = copy;
	*ret = in->count++;
	if (ret_new)
		*ret_new = true;
	return PL_OK;
}
