/* suggest.c - see suggest.h. Optimal string alignment over three rows of bounded length: no memory, no recursion. */
#include "suggest.h"

#include <string.h>

#define LONGEST 64

static bool same_but_case(pl_str a, pl_str b)
{
	return a.len > 0 && pl_str_eq_fold(a, b);
}

static unsigned least(unsigned a, unsigned b)
{
	return a < b ? a : b;
}

static char lower(char c)
{
	return c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c;
}

/* Edits between a and b, regardless of case; both at most LONGEST bytes. */
static unsigned edits(pl_str a, pl_str b)
{
	unsigned rows[3][LONGEST + 1];
	for (unsigned j = 0; j <= b.len; j++)
		rows[0][j] = j;
	for (unsigned i = 1; i <= a.len; i++) {
		unsigned *now = rows[i % 3];
		const unsigned *before = rows[(i + 2) % 3], *two_before = rows[(i + 1) % 3];
		now[0] = i;
		for (unsigned j = 1; j <= b.len; j++) {
			char x = lower(a.ptr[i - 1]), y = lower(b.ptr[j - 1]);
			now[j] = least(least(before[j], now[j - 1]) + 1, before[j - 1] + (x != y));
			if (i > 1 && j > 1 && x == lower(b.ptr[j - 2]) && lower(a.ptr[i - 2]) == y)
				now[j] = least(now[j], two_before[j - 2] + 1);
		}
	}
	return rows[a.len % 3][b.len];
}

pl_str pl_suggest(pl_str given, const pl_str *candidates, size_t n)
{
	pl_str best = {NULL, 0};
	unsigned best_edits = (unsigned)(given.len > LONGEST ? 0 : given.len / 3 + 1);
	for (size_t i = 0; i < n; i++) {
		if (same_but_case(given, candidates[i]))
			return candidates[i];
	}
	if (given.len < 2 || given.len > LONGEST)
		return best;
	for (size_t i = 0; i < n; i++) {
		size_t gap =
			candidates[i].len > given.len ? candidates[i].len - given.len : given.len - candidates[i].len;
		if (candidates[i].len > LONGEST || candidates[i].len == 0 || gap >= best_edits)
			continue;
		unsigned e = edits(given, candidates[i]);
		if (e < best_edits) {
			best = candidates[i];
			best_edits = e;
		}
	}
	return best;
}
