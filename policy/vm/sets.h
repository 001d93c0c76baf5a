/* sets.h - hash indexes over the constant sets and maps of a policy, so that 100,000 elements cost what 100 do. */
#ifndef PL_VM_SETS_H
#define PL_VM_SETS_H

#include "model/value.h"

/* Sets and maps up to this size are searched without an index. */
#define PL_SETS_SMALL 8

struct pl_set_index;

/* A list like `list` with an index in its `index` when its elements are of one kind that has a hash; without one else.
 * Elements are borrowed. NULL when memory is out. */
const struct pl_list *pl_sets_prepare(const struct pl_list *list, struct pl_arena *arena);
/* The hash under which an element stands, and all that equal it. 0 for kinds that have none. */
uint64_t pl_sets_hash(const struct pl_value *v);
/* The kind of all elements; PL_V_ABSENT without an index. INT and NUMBER elements count as PL_V_NUMBER. */
enum pl_value_kind pl_sets_kind(const struct pl_list *list);

/* The elements with a hash, one after the other; NULL at the end. */
struct pl_set_cursor {
	const struct pl_set_index *index;
	uint64_t hash;
	uint32_t cell;
};
void pl_sets_find(const struct pl_list *list, uint64_t hash, struct pl_set_cursor *cursor);
const struct pl_value *pl_sets_next(struct pl_set_cursor *cursor);

/* The set of image bases has one that the image is under; the set of paths one that the path is at or below, or one
 * that is at or below the path; the set of networks one that has the address. The cost is that of the text, of a binary
 * search, and of the prefix lengths there are. */
bool pl_sets_image_under(const struct pl_list *bases, const struct pl_image *image);
bool pl_sets_path_under(const struct pl_list *paths, pl_str path);
bool pl_sets_path_covers(const struct pl_list *paths, pl_str path);
bool pl_sets_network_has(const struct pl_list *networks, const struct pl_ip *ip);

/* A map like `map` whose sets, also those in its rows, are prepared, and which has an index of its keys when it is
 * large. NULL when memory is out. */
const struct pl_map *pl_sets_prepare_map(const struct pl_map *map, struct pl_arena *arena);
/* The entry of a map that has an index; absent if there is none. */
struct pl_value pl_sets_entry(const struct pl_map *map, pl_str key);

#endif
