/* arena.c - a chain of heap chunks, filled from the front.
 *
 * Invariants: `first` is the chunk kept over resets (at most `retain` bytes, grown to what earlier rounds needed);
 * `used` is the sum of what was handed out, never above `ceiling`. In sanitizer builds every allocation is a heap block
 * of its own, so that the sanitizer sees overruns between neighbours. */
#include "plimsoll/arena.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define ALIGN	  16u
#define MIN_CHUNK (16u * 1024u)

struct chunk {
	struct chunk *older;
	size_t cap, len;
	_Alignas(ALIGN) char data[];
};

struct pl_arena {
	struct chunk *newest;
	size_t ceiling, retain;
	size_t used, peak;
};

struct pl_arena *pl_arena_new(size_t ceiling, size_t retain)
{
	struct pl_arena *arena = calloc(1, sizeof *arena);
	if (arena) {
		arena->ceiling = ceiling;
		arena->retain = retain < ceiling ? retain : ceiling;
	}
	return arena;
}

static void free_chunks(struct chunk *c)
{
	while (c) {
		struct chunk *older = c->older;
		free(c);
		c = older;
	}
}

void pl_arena_free(struct pl_arena *arena)
{
	if (!arena)
		return;
	free_chunks(arena->newest);
	free(arena);
}

static size_t round_up(size_t size)
{
	return (size + (ALIGN - 1)) & ~(size_t)(ALIGN - 1);
}

/* A new chunk with room for at least size bytes, on top of the chain. */
static struct chunk *add_chunk(struct pl_arena *arena, size_t size)
{
	size_t cap = size;
#ifndef PL_ARENA_SPLIT
	size_t wish = arena->newest ? arena->newest->cap * 2 : MIN_CHUNK;
	if (wish > arena->retain)
		wish = arena->retain;
	if (cap < wish)
		cap = wish;
#endif
	struct chunk *c = malloc(sizeof *c + cap);
	if (!c)
		return NULL;
	c->older = arena->newest;
	c->cap = cap;
	c->len = 0;
	arena->newest = c;
	return c;
}

void *pl_arena_alloc(struct pl_arena *arena, size_t size)
{
	if (size > arena->ceiling || size > SIZE_MAX / 2)
		return NULL;
	size_t room = round_up(size);
	if (room > arena->ceiling - arena->used)
		return NULL;
	struct chunk *c = arena->newest;
#ifdef PL_ARENA_SPLIT
	c = NULL;
#endif
	if (!c || room > c->cap - c->len) {
		c = add_chunk(arena, room);
		if (!c)
			return NULL;
	}
	void *ptr = c->data + c->len;
	c->len += room;
	arena->used += room;
	if (arena->used > arena->peak)
		arena->peak = arena->used;
	return ptr;
}

void *pl_arena_zalloc(struct pl_arena *arena, size_t count, size_t size)
{
	size_t bytes;
	if (__builtin_mul_overflow(count, size, &bytes))
		return NULL;
	void *ptr = pl_arena_alloc(arena, bytes);
	if (ptr && bytes)
		memset(ptr, 0, bytes);
	return ptr;
}

void pl_arena_shrink(struct pl_arena *arena, void *ptr, size_t old_size, size_t new_size)
{
	struct chunk *c = arena->newest;
	size_t old_room = round_up(old_size), new_room = round_up(new_size);
	if (!c || new_room >= old_room || c->len < old_room || c->data + c->len - old_room != (char *)ptr)
		return;
	c->len -= old_room - new_room;
	arena->used -= old_room - new_room;
}

pl_str pl_arena_dup(struct pl_arena *arena, pl_str text)
{
	char *copy = pl_arena_alloc(arena, text.len);
	if (!copy)
		return (pl_str){0};
	if (text.len)
		memcpy(copy, text.ptr, text.len);
	return (pl_str){copy, text.len};
}

pl_str pl_arena_printf(struct pl_arena *arena, const char *fmt, ...)
{
	va_list ap;
	va_start(ap, fmt);
	int len = vsnprintf(NULL, 0, fmt, ap);
	va_end(ap);
	char *text = len < 0 ? NULL : pl_arena_alloc(arena, (size_t)len + 1);
	if (!text)
		return (pl_str){0};
	va_start(ap, fmt);
	vsnprintf(text, (size_t)len + 1, fmt, ap);
	va_end(ap);
	return (pl_str){text, (size_t)len};
}

void pl_arena_reset(struct pl_arena *arena)
{
	size_t total = arena->used;
	struct chunk *keep = arena->newest;
	arena->used = 0;
	if (!keep)
		return;
	free_chunks(keep->older);
	keep->older = NULL;
	keep->len = 0;
	/* One chunk that holds a whole round of the same size: the next one allocates nothing. */
	size_t wish = total < arena->retain ? total : arena->retain;
	if (keep->cap > arena->retain || keep->cap < wish) {
		free(keep);
		arena->newest = NULL;
		add_chunk(arena, wish);
	}
}

size_t pl_arena_used(const struct pl_arena *arena)
{
	return arena->used;
}

size_t pl_arena_peak(const struct pl_arena *arena)
{
	return arena->peak;
}
