/* twins.c - see twins.h; and pl_doc_find_duplicate. A merge sort by (hash, text, order). */
#include "twins.h"

#include <string.h>

#include "unescape.h"

#define FEW	 16 /* keys of an object that are compared each with each */
#define ON_STACK 32 /* keys of an object that are sorted without memory from the arena */

static uint64_t hash_bytes(uint64_t hash, const char *p, size_t len)
{
	for (size_t i = 0; i < len; i++)
		hash = (hash ^ (unsigned char)p[i]) * 0x100000001b3u;
	return hash;
}

static bool is_encoded(const struct pl_token *t)
{
	return t->flags & (PL_TOKEN_ESCAPED | PL_TOKEN_DAMAGED);
}

static uint64_t hash_key(const struct pl_doc *doc, const struct pl_token *t)
{
	uint64_t hash = 0xcbf29ce484222325u;
	pl_str raw = pl_tape_raw(doc, t);
	if (!is_encoded(t))
		return hash_bytes(hash, raw.ptr, raw.len);
	for (const char *p = raw.ptr, *end = raw.ptr + raw.len; p < end;) {
		char unit[4];
		unsigned n;
		p += pl_unescape_next(p, end, unit, &n);
		hash = hash_bytes(hash, unit, n);
	}
	return hash;
}

struct pl_twin pl_twin_of(const struct pl_doc *doc, pl_node key, uint32_t order)
{
	return (struct pl_twin){.hash = hash_key(doc, &doc->tokens[key]), .node = key, .order = order};
}

/* One key as a run of decoded units: every code point is one unit in either spelling. */
struct run {
	const char *p, *end;
	bool encoded;
};

static unsigned next_unit(struct run *r, char unit[4])
{
	unsigned n = 1;
	if (r->p == r->end)
		return 0;
	unit[0] = *r->p;
	if (r->encoded || (unsigned char)*r->p >= 0x80)
		r->p += pl_unescape_next(r->p, r->end, unit, &n);
	else
		r->p++;
	return n;
}

static struct run run_of(const struct pl_doc *doc, const struct pl_token *t)
{
	pl_str raw = pl_tape_raw(doc, t);
	return (struct run){raw.ptr, raw.ptr + raw.len, is_encoded(t)};
}

/* Byte order of the decoded texts. */
static int compare_keys(const struct pl_doc *doc, const struct pl_token *a, const struct pl_token *b)
{
	if (!is_encoded(a) && !is_encoded(b))
		return pl_str_cmp(pl_tape_raw(doc, a), pl_tape_raw(doc, b));
	struct run left = run_of(doc, a), right = run_of(doc, b);
	for (;;) {
		char one[4], two[4];
		unsigned n = next_unit(&left, one), m = next_unit(&right, two);
		int order = pl_str_cmp((pl_str){one, n}, (pl_str){two, m});
		if (order != 0 || n == 0)
			return order;
	}
}

bool pl_twin_same(const struct pl_doc *doc, const struct pl_twin *a, const struct pl_twin *b)
{
	return a->hash == b->hash && compare_keys(doc, &doc->tokens[a->node], &doc->tokens[b->node]) == 0;
}

/* a may stand before b. Equal ones keep their order because the sort is stable. */
static bool is_ordered(const struct pl_doc *doc, const struct pl_twin *a, const struct pl_twin *b)
{
	if (a->hash != b->hash)
		return a->hash < b->hash;
	return compare_keys(doc, &doc->tokens[a->node], &doc->tokens[b->node]) <= 0;
}

static void merge_runs(const struct pl_doc *doc, const struct pl_twin *a, uint32_t a_len, const struct pl_twin *b,
		       uint32_t b_len, struct pl_twin *to)
{
	while (a_len > 0 && b_len > 0) {
		if (is_ordered(doc, a, b)) {
			*to++ = *a++;
			a_len--;
		} else {
			*to++ = *b++;
			b_len--;
		}
	}
	memcpy(to, a, a_len * sizeof *a);
	memcpy(to + a_len, b, b_len * sizeof *b);
}

void pl_twins_sort(const struct pl_doc *doc, struct pl_twin *items, struct pl_twin *spare, uint32_t n)
{
	struct pl_twin *from = items, *to = spare;
	for (uint64_t width = 1; width < n; width *= 2) {
		for (uint64_t i = 0; i < n; i += 2 * width) {
			uint64_t left = n - i < width ? n - i : width;
			uint64_t right = n - i - left < width ? n - i - left : width;
			merge_runs(doc, from + i, (uint32_t)left, from + i + left, (uint32_t)right, to + i);
		}
		struct pl_twin *swap = from;
		from = to;
		to = swap;
	}
	if (from != items && n)
		memcpy(items, from, n * sizeof *items);
}

/* The earliest key of object that repeats an earlier one. items and spare have room for its keys. */
static pl_node find_repeated(const struct pl_doc *doc, pl_node object, struct pl_twin *items, struct pl_twin *spare)
{
	uint32_t n = 0;
	for (pl_node k = pl_doc_first(doc, object); k != PL_NO_NODE; k = pl_doc_next(doc, object, k), n++)
		items[n] = pl_twin_of(doc, k, n);
	pl_twins_sort(doc, items, spare, n);
	pl_node found = PL_NO_NODE;
	for (uint32_t i = 1; i < n; i++) {
		if (items[i].node < found && pl_twin_same(doc, &items[i - 1], &items[i]))
			found = items[i].node;
	}
	return found;
}

/* The same for so few keys that comparing beats hashing: most differ in length. */
static pl_node find_among_few(const struct pl_doc *doc, pl_node object)
{
	const struct pl_token *tokens = doc->tokens;
	for (pl_node k = object + 1, end = tokens[object].next; k < end; k = tokens[k].next) {
		for (pl_node before = object + 1; before < k; before = tokens[before].next) {
			bool differ = tokens[k].len != tokens[before].len && !is_encoded(&tokens[k]) &&
				      !is_encoded(&tokens[before]);
			if (!differ && compare_keys(doc, &tokens[k], &tokens[before]) == 0)
				return k;
		}
	}
	return PL_NO_NODE;
}

static pl_node find_in_object(const struct pl_doc *doc, pl_node object, struct pl_arena *arena)
{
	uint32_t n = doc->tokens[object].len;
	if (n <= FEW)
		return find_among_few(doc, object);
	struct pl_twin some[2 * ON_STACK];
	if (n <= ON_STACK)
		return find_repeated(doc, object, some, some + ON_STACK);
	size_t size = (size_t)n * 2 * sizeof(struct pl_twin);
	struct pl_twin *many = pl_arena_alloc(arena, size);
	if (!many)
		return object + 1;
	pl_node found = find_repeated(doc, object, many, many + n);
	pl_arena_shrink(arena, many, size, 0);
	return found;
}

pl_node pl_doc_find_twin(const struct pl_doc *doc, pl_node object, struct pl_arena *arena)
{
	const struct pl_token *t = pl_tape_at(doc, object);
	return t && t->type == PL_NODE_OBJECT && t->len >= 2 ? find_in_object(doc, object, arena) : PL_NO_NODE;
}

pl_node pl_doc_find_duplicate(const struct pl_doc *doc, pl_node node, struct pl_arena *arena)
{
	const struct pl_token *top = pl_tape_at(doc, node);
	uint32_t end = top ? top->next : 0;
	for (uint32_t i = node; i < end; i++) {
		pl_node found = pl_doc_find_twin(doc, i, arena);
		if (found != PL_NO_NODE)
			return found;
	}
	return PL_NO_NODE;
}
