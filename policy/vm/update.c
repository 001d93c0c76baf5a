/* update.c - see update.h. The C library's qsort may take memory from the heap, so the merge is ours. */
#include "update.h"

#include <string.h>

int pl_update_cmp(const struct pl_violation_key *a, const struct pl_violation_key *b)
{
	if (a->rule != b->rule)
		return a->rule < b->rule ? -1 : 1;
	if (a->check != b->check)
		return a->check < b->check ? -1 : 1;
	if (a->subject != b->subject)
		return a->subject < b->subject ? -1 : 1;
	return pl_digest_cmp(&a->evidence, &b->evidence);
}

static void merge(const struct pl_violation_key *from, size_t left, size_t middle, size_t right,
		  struct pl_violation_key *to)
{
	size_t i = left, k = middle;
	for (size_t n = left; n < right; n++) {
		bool take_left = i < middle && (k >= right || pl_update_cmp(&from[i], &from[k]) <= 0);
		to[n] = from[take_left ? i++ : k++];
	}
}

void pl_update_sort(struct pl_violation_key *keys, struct pl_violation_key *scratch, size_t count)
{
	for (size_t width = 1; width < count; width *= 2) {
		for (size_t at = 0; at < count; at += width * 2) {
			size_t middle = at + width < count ? at + width : count;
			size_t end = at + width * 2 < count ? at + width * 2 : count;
			merge(keys, at, middle, end, scratch);
		}
		memcpy(keys, scratch, count * sizeof *keys);
	}
}

void pl_update_match(const struct pl_violation_key *now, size_t now_count, const struct pl_violation_key *before,
		     size_t before_count, bool *already)
{
	size_t k = 0;
	for (size_t i = 0; i < now_count; i++) {
		while (k < before_count && pl_update_cmp(&before[k], &now[i]) < 0)
			k++;
		already[i] = k < before_count && pl_update_cmp(&before[k], &now[i]) == 0;
		k += already[i];
	}
}
