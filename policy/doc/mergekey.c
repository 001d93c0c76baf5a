/* mergekey.c - see mergekey.h. spec: merge() and mapping() of decode.go in sigs.k8s.io/yaml/goyaml.v2, where the last
 * one written wins:
 *   - a key written after `<<` replaces the merged one;
 *   - within the list of one `<<`, an earlier mapping wins;
 *   - a merged key that was there before, written or merged by another `<<`, is a duplicate: there the tool takes the
 * merged value and YAML itself the written one. Both are kept, so that whoever reads the object finds the duplicate.
 * The members are moved within the tape, leftwards only: what is left out makes the room. */
#include "mergekey.h"

#include <string.h>

#include "twins.h"

#define WRITTEN UINT32_MAX

struct member {
	pl_node key;
	uint32_t merge;	  /* the token of its `<<`, or WRITTEN */
	uint32_t element; /* which mapping in the list of `<<` */
	bool dropped;
};

struct members {
	const struct pl_doc *doc;
	struct member *items;
	struct pl_twin *twins; /* two per member */
	uint32_t count;
};

bool pl_mergekey_is(const struct pl_doc *doc, const struct pl_token *key)
{
	return key->type == PL_NODE_PLAIN && !(key->flags & PL_TOKEN_QUOTED) && pl_tape_is(doc, key, PL_STR("<<"));
}

/* The members that `<<` with this value brings; false if it cannot. */
static bool count_merged(const struct pl_doc *doc, pl_node value, uint32_t *count)
{
	const struct pl_token *t = &doc->tokens[value];
	if (t->type == PL_NODE_OBJECT) {
		*count += t->len;
		return true;
	}
	if (t->type != PL_NODE_ARRAY)
		return false;
	for (pl_node e = pl_doc_first(doc, value); e != PL_NO_NODE; e = pl_doc_next(doc, value, e)) {
		if (doc->tokens[e].type != PL_NODE_OBJECT)
			return false;
		*count += doc->tokens[e].len;
	}
	return true;
}

static bool count_members(const struct pl_doc *doc, pl_node object, uint32_t *ret_count, pl_node *ret_bad)
{
	uint32_t count = 0;
	for (pl_node k = pl_doc_first(doc, object); k != PL_NO_NODE; k = pl_doc_next(doc, object, k)) {
		if (!pl_mergekey_is(doc, &doc->tokens[k])) {
			count++;
		} else if (!count_merged(doc, k + 1, &count)) {
			*ret_bad = k + 1;
			return false;
		}
	}
	*ret_count = count;
	return true;
}

static void add_object(struct members *m, pl_node object, uint32_t merge, uint32_t element)
{
	for (pl_node k = pl_doc_first(m->doc, object); k != PL_NO_NODE; k = pl_doc_next(m->doc, object, k))
		m->items[m->count++] = (struct member){.key = k, .merge = merge, .element = element};
}

/* All members in the order of the text, those of `<<` in its place. */
static void collect(struct members *m, pl_node object)
{
	const struct pl_doc *doc = m->doc;
	for (pl_node k = pl_doc_first(doc, object); k != PL_NO_NODE; k = pl_doc_next(doc, object, k)) {
		if (!pl_mergekey_is(doc, &doc->tokens[k])) {
			m->items[m->count++] = (struct member){.key = k, .merge = WRITTEN};
			continue;
		}
		if (doc->tokens[k + 1].type == PL_NODE_OBJECT) {
			add_object(m, k + 1, k, 0);
			continue;
		}
		uint32_t n = 0;
		for (pl_node e = pl_doc_first(doc, k + 1); e != PL_NO_NODE; e = pl_doc_next(doc, k + 1, e))
			add_object(m, e, k, n++);
	}
}

/* twins[start..end) are one key: the rules of the head of this file. */
static void settle(struct members *m, uint32_t start, uint32_t end)
{
	for (uint32_t i = start + 1; i < end; i++) {
		struct member *now = &m->items[m->twins[i].order];
		struct member *before = &m->items[m->twins[i - 1].order];
		if (now->merge != WRITTEN) {
			bool same_list = before->merge == now->merge;
			now->dropped = same_list && (before->element < now->element || before->dropped);
			continue;
		}
		for (uint32_t j = i; j > start && m->items[m->twins[j - 1].order].merge != WRITTEN; j--)
			m->items[m->twins[j - 1].order].dropped = true;
	}
}

static void drop_overridden(struct members *m)
{
	for (uint32_t i = 0; i < m->count; i++)
		m->twins[i] = pl_twin_of(m->doc, m->items[i].key, i);
	pl_twins_sort(m->doc, m->twins, m->twins + m->count, m->count);
	for (uint32_t start = 0, end; start < m->count; start = end) {
		for (end = start + 1; end < m->count && pl_twin_same(m->doc, &m->twins[start], &m->twins[end]); end++)
			;
		settle(m, start, end);
	}
}

/* Moves key and value to `to`, which is not behind them. */
static uint32_t move_member(struct pl_yamltape *tape, pl_node key, uint32_t to)
{
	uint32_t n = tape->tokens[key].next - key;
	memmove(tape->tokens + to, tape->tokens + key, n * sizeof *tape->tokens);
	for (uint32_t i = to; i < to + n; i++)
		tape->tokens[i].next -= key - to;
	return n;
}

/* Anchors from *anchor on that stand before `end`: those at or after `start` move along, the others are gone. */
static void move_anchors(struct pl_yamltape *tape, uint32_t *anchor, uint32_t start, uint32_t end, uint32_t shift)
{
	for (; *anchor < tape->anchor_count; ++*anchor) {
		struct pl_anchor *a = &tape->anchors[*anchor];
		if (a->node == PL_NO_NODE)
			continue;
		if (a->node >= end)
			return;
		a->node = a->node >= start ? a->node - shift : PL_NO_NODE;
	}
}

/* The first anchor inside the object. */
static uint32_t first_inner_anchor(const struct pl_yamltape *tape, pl_node object)
{
	uint32_t i = tape->anchor_count;
	while (i > tape->first_anchor &&
	       (tape->anchors[i - 1].node == PL_NO_NODE || tape->anchors[i - 1].node > object))
		i--;
	return i;
}

static void compact(struct pl_yamltape *tape, const struct members *m, pl_node object)
{
	uint32_t to = object + 1, kept = 0;
	uint32_t anchor = first_inner_anchor(tape, object);
	for (uint32_t i = 0; i < m->count; i++) {
		pl_node key = m->items[i].key;
		if (m->items[i].dropped)
			continue;
		move_anchors(tape, &anchor, key, tape->tokens[key].next, key - to);
		to += move_member(tape, key, to);
		kept++;
	}
	move_anchors(tape, &anchor, UINT32_MAX, UINT32_MAX, 0);
	tape->tokens[object].len = kept;
	tape->tokens[object].next = tape->count = to;
}

pl_err pl_mergekey_resolve(struct pl_yamltape *tape, const struct pl_doc *doc, pl_node node, pl_node *ret_bad)
{
	uint32_t count;
	if (!count_members(doc, node, &count, ret_bad))
		return PL_E_SYNTAX;
	size_t item_bytes = count * sizeof(struct member), twin_bytes = count * 2 * sizeof(struct pl_twin);
	char *scratch = pl_arena_alloc(tape->arena, item_bytes + twin_bytes);
	if (!scratch)
		return PL_E_MEMORY;
	struct members m = {.doc = doc};
	m.twins = (struct pl_twin *)(void *)scratch;
	m.items = (struct member *)(void *)(scratch + twin_bytes);
	collect(&m, node);
	drop_overridden(&m);
	compact(tape, &m, node);
	pl_arena_shrink(tape->arena, scratch, item_bytes + twin_bytes, 0);
	return PL_OK;
}
