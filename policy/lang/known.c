/* known.c - the sets of what is known to be present (the capital phi of language.md 3.7): sorted arrays that never
 * change. They hold a handful of ids each, so copying is cheaper than anything clever. */
#include "term.h"

bool pl_known_has(struct pl_known set, uint32_t id)
{
	uint32_t low = 0, high = set.count;
	while (low < high) {
		uint32_t middle = low + (high - low) / 2;
		if (set.ids[middle] == id)
			return true;
		if (set.ids[middle] < id)
			low = middle + 1;
		else
			high = middle;
	}
	return false;
}

pl_err pl_known_union(struct pl_known a, struct pl_known b, struct pl_arena *arena, struct pl_known *ret)
{
	if (a.count == 0 || b.count == 0) {
		*ret = a.count ? a : b;
		return PL_OK;
	}
	uint32_t *ids = pl_arena_zalloc(arena, (size_t)a.count + b.count, sizeof *ids);
	if (!ids)
		return PL_E_MEMORY;
	uint32_t i = 0, k = 0, n = 0;
	while (i < a.count || k < b.count) {
		bool from_a = k == b.count || (i < a.count && a.ids[i] <= b.ids[k]);
		uint32_t id = from_a ? a.ids[i++] : b.ids[k++];
		if (n == 0 || ids[n - 1] != id)
			ids[n++] = id;
	}
	*ret = (struct pl_known){ids, n};
	return PL_OK;
}

pl_err pl_known_common(struct pl_known a, struct pl_known b, struct pl_arena *arena, struct pl_known *ret)
{
	if (a.count == 0 || b.count == 0) {
		*ret = (struct pl_known){0};
		return PL_OK;
	}
	uint32_t *ids = pl_arena_zalloc(arena, a.count, sizeof *ids);
	if (!ids)
		return PL_E_MEMORY;
	uint32_t n = 0;
	for (uint32_t i = 0; i < a.count; i++) {
		if (pl_known_has(b, a.ids[i]))
			ids[n++] = a.ids[i];
	}
	*ret = (struct pl_known){ids, n};
	return PL_OK;
}
