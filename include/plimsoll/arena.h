/* arena.h - memory that is taken piece by piece and given back all at once.
 *
 * An arena has a ceiling in bytes; reaching it is an ordinary error (NULL). After a reset it keeps up to `retain` bytes, so
 * that a request path allocates nothing from the heap once it is warm. One thread at a time. */
#ifndef PLIMSOLL_ARENA_H
#define PLIMSOLL_ARENA_H

#include "plimsoll/base.h"

struct pl_arena;

/* A new arena; NULL when the heap is exhausted. Owned by the caller until pl_arena_free. */
struct pl_arena *pl_arena_new(size_t ceiling, size_t retain);
/* Gives back everything. NULL is allowed. */
void pl_arena_free(struct pl_arena *arena);
/* size bytes aligned to 16, not cleared; NULL at the ceiling or when the heap is exhausted. Size 0 gives a valid pointer. */
void *pl_arena_alloc(struct pl_arena *arena, size_t size);
/* The same, cleared; count * size is checked for overflow. */
void *pl_arena_zalloc(struct pl_arena *arena, size_t count, size_t size);
/* Gives back the tail of the newest allocation; does nothing for an older one. */
void pl_arena_shrink(struct pl_arena *arena, void *ptr, size_t old_size, size_t new_size);
/* A copy of the bytes that lives as long as the arena; ptr is NULL when memory is out. */
pl_str pl_arena_dup(struct pl_arena *arena, pl_str text);
/* Formats into the arena; ptr is NULL when memory is out. */
pl_str pl_arena_printf(struct pl_arena *arena, const char *fmt, ...) PL_PRINTF(2, 3);
/* Forgets everything allocated; memory up to `retain` stays with the arena. */
void pl_arena_reset(struct pl_arena *arena);
/* Bytes handed out since the last reset, and the most ever at once. */
size_t pl_arena_used(const struct pl_arena *arena);
size_t pl_arena_peak(const struct pl_arena *arena);

#endif
