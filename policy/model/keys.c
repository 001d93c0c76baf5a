/* keys.c - see keys.h. A few texts are compared pairwise; many are sorted by a bottom-up merge sort in the arena, which
 * no choice of keys makes slow, as it could a hash. */
#include "keys.h"

#include <string.h>

#define FEW 12

/* Order of texts, then of positions, so that equal texts stand in document order. */
static bool goes_first(const pl_str *texts, uint32_t a, uint32_t b)
{
	int order = pl_str_cmp(texts[a], texts[b]);
	return order < 0 || (order == 0 && a < b);
}

static void merge(const pl_str *texts, const uint32_t *from, uint32_t *to, size_t low, size_t middle, size_t high)
{
	size_t a = low, b = middle;
	for (size_t i = low; i < high; i++) {
		if (a < middle && (b >= high || goes_first(texts, from[a], from[b])))
			to[i] = from[a++];
		else
			to[i] = from[b++];
	}
}

/* Sorts the indices 0..count; the result is in one of the two areas. */
static uint32_t *sort(const pl_str *texts, size_t count, uint32_t *a, uint32_t *b)
{
	for (size_t width = 1; width < count; width *= 2) {
		for (size_t low = 0; low < count; low += 2 * width) {
			size_t middle = low + width < count ? low + width : count;
			size_t high = low + 2 * width < count ? low + 2 * width : count;
			merge(texts, a, b, low, middle, high);
		}
		uint32_t *other = a;
		a = b;
		b = other;
	}
	return a;
}

static size_t find_among_few(const pl_str *texts, size_t count)
{
	for (size_t i = 1; i < count; i++) {
		for (size_t j = 0; j < i; j++) {
			if (texts[i].len && pl_str_eq(texts[i], texts[j]))
				return i;
		}
	}
	return SIZE_MAX;
}

pl_err pl_keys_find_equal(const pl_str *texts, size_t count, struct pl_arena *arena, size_t *ret)
{
	if (count <= FEW) {
		*ret = find_among_few(texts, count);
		return PL_OK;
	}
	uint32_t *area = count < UINT32_MAX ? pl_arena_zalloc(arena, count, 2 * sizeof *area) : NULL;
	if (!area)
		return PL_E_MEMORY;
	for (size_t i = 0; i < count; i++)
		area[i] = (uint32_t)i;
	const uint32_t *sorted = sort(texts, count, area, area + count);
	size_t found = SIZE_MAX;
	for (size_t i = 1; i < count; i++) {
		if (sorted[i] < found && texts[sorted[i]].len && pl_str_eq(texts[sorted[i - 1]], texts[sorted[i]]))
			found = sorted[i];
	}
	*ret = found;
	pl_arena_shrink(arena, area, count * 2 * sizeof *area, 0);
	return PL_OK;
}
