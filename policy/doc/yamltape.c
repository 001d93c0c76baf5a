/* yamltape.c - see yamltape.h. */
#include "yamltape.h"

#include <string.h>

#define SLACK 1024 /* bytes that a document may need beyond ten times its length: {a} is three nodes in three bytes */

pl_err pl_yamltape_begin(struct pl_yamltape *tape, size_t source_len)
{
	size_t size = source_len * 10 + SLACK;
	char *block = pl_arena_alloc(tape->arena, size);
	if (!block)
		return PL_E_MEMORY;
	tape->block = block;
	tape->block_size = size;
	tape->tokens = (struct pl_token *)(void *)block;
	tape->count = tape->cap = tape->own = tape->side_len = 0;
	tape->first_anchor = tape->anchor_count;
	return PL_OK;
}

static bool is_moved(const struct pl_yamltape *tape)
{
	return (char *)tape->tokens != tape->block;
}

/* Room for n more tokens while `side` more bytes of decoded text are to fit into the block. */
static pl_err reserve(struct pl_yamltape *tape, uint32_t n, size_t side)
{
	size_t cap = is_moved(tape) ? tape->cap : (tape->block_size - tape->side_len - side) / sizeof *tape->tokens;
	if (tape->count + (size_t)n <= cap)
		return PL_OK;
	cap = cap * 2 > tape->count + (size_t)n ? cap * 2 : tape->count + (size_t)n;
	struct pl_token *tokens = pl_arena_alloc(tape->arena, cap * sizeof *tokens);
	if (!tokens)
		return PL_E_MEMORY;
	memcpy(tokens, tape->tokens, tape->count * sizeof *tokens);
	tape->tokens = tokens;
	tape->cap = (uint32_t)cap;
	return PL_OK;
}

/* The document's own tokens and texts fit into its block when `more` bytes are added. */
static bool has_room(const struct pl_yamltape *tape, size_t more)
{
	size_t used = tape->own * sizeof *tape->tokens + tape->side_len;
	return more <= tape->block_size - used;
}

pl_err pl_yamltape_push(struct pl_yamltape *tape, struct pl_token token)
{
	if (!has_room(tape, sizeof token))
		return PL_E_LIMIT;
	PL_TRY(reserve(tape, 1, 0));
	tape->own++;
	tape->tokens[tape->count++] = token;
	return PL_OK;
}

pl_err pl_yamltape_add_side(struct pl_yamltape *tape, pl_str text, struct pl_span at, uint32_t *ret_pos)
{
	size_t size = sizeof at + text.len;
	if (!has_room(tape, size))
		return PL_E_LIMIT;
	PL_TRY(reserve(tape, 0, size));
	tape->side_len += (uint32_t)size;
	char *to = tape->block + tape->block_size - tape->side_len;
	memcpy(to, &at, sizeof at);
	if (text.len)
		memcpy(to + sizeof at, text.ptr, text.len);
	*ret_pos = (uint32_t)(to + sizeof at - tape->block);
	return PL_OK;
}

/* An anchor on a key names the key alone, though its `next` leads past the value. */
static uint32_t subtree_end(const struct pl_yamltape *tape, pl_node node)
{
	const struct pl_token *t = &tape->tokens[node];
	return t->flags & PL_TOKEN_KEY ? node + 1 : t->next;
}

pl_err pl_yamltape_copy(struct pl_yamltape *tape, pl_node node)
{
	uint32_t n = subtree_end(tape, node) - node;
	if (n > tape->copies)
		return PL_E_LIMIT;
	PL_TRY(reserve(tape, n, 0));
	tape->copies -= n;
	uint32_t shift = tape->count - node;
	struct pl_token *to = tape->tokens + tape->count;
	memcpy(to, tape->tokens + node, n * sizeof *to);
	for (uint32_t i = 0; i < n; i++)
		to[i].next += shift;
	to[0].flags &= (uint8_t)~PL_TOKEN_KEY;
	to[0].next = tape->count + n;
	tape->count += n;
	return PL_OK;
}

uint32_t pl_yamltape_depth(const struct pl_yamltape *tape, pl_node node)
{
	uint32_t ends[PL_YAML_MAX_DEPTH + 1]; /* of the containers around token i; a subtree is never deeper */
	uint32_t depth = 0, deepest = 0, end = subtree_end(tape, node);
	for (uint32_t i = node; i < end; i++) {
		const struct pl_token *t = &tape->tokens[i];
		while (depth > 0 && i >= ends[depth - 1])
			depth--;
		if ((t->type == PL_NODE_ARRAY || t->type == PL_NODE_OBJECT) && depth < PL_YAML_MAX_DEPTH)
			ends[depth++] = t->next;
		if (depth > deepest)
			deepest = depth;
	}
	return deepest;
}

static uint32_t hash_name(pl_str name)
{
	uint32_t hash = 2166136261u;
	for (size_t i = 0; i < name.len; i++)
		hash = (hash ^ (unsigned char)name.ptr[i]) * 16777619u;
	return hash;
}

pl_err pl_yamltape_anchor(struct pl_yamltape *tape, pl_str name, uint32_t *ret_index)
{
	if (!tape->anchors)
		tape->anchors = pl_arena_alloc(tape->arena, PL_YAML_MAX_ANCHORS * sizeof *tape->anchors);
	pl_str copy = tape->anchors ? pl_arena_dup(tape->arena, name) : (pl_str){0};
	if (!copy.ptr)
		return PL_E_MEMORY;
	if (tape->anchor_count == PL_YAML_MAX_ANCHORS)
		return PL_E_LIMIT;
	*ret_index = tape->anchor_count++;
	tape->anchors[*ret_index] = (struct pl_anchor){.name = copy, .hash = hash_name(name), .node = tape->count};
	return PL_OK;
}

/* From the newest on. Not a hash table: there are at most 1,000 anchors and 100,000 aliases that copy anything. */
const struct pl_anchor *pl_yamltape_find(const struct pl_yamltape *tape, pl_str name)
{
	uint32_t hash = hash_name(name);
	for (uint32_t i = tape->anchor_count; i > tape->first_anchor; i--) {
		const struct pl_anchor *a = &tape->anchors[i - 1];
		if (a->hash == hash && pl_str_eq(a->name, name))
			return a;
	}
	return NULL;
}

void pl_yamltape_show(const struct pl_yamltape *tape, struct pl_doc *doc)
{
	doc->tokens = tape->tokens;
	doc->count = tape->count;
	doc->side = tape->block;
	doc->side_len = (uint32_t)tape->block_size;
}

void pl_yamltape_end(struct pl_yamltape *tape, struct pl_doc *doc)
{
	size_t before = tape->block_size - tape->side_len; /* bytes of the block in front of the decoded text */
	pl_yamltape_show(tape, doc);
	doc->side = tape->block + before;
	doc->side_len = tape->side_len;
	for (uint32_t i = 0; i < tape->count; i++) {
		if (tape->tokens[i].flags & PL_TOKEN_SIDE)
			tape->tokens[i].pos -= (uint32_t)before;
	}
	if (is_moved(tape))
		return;
	char *side = tape->block + tape->count * sizeof *tape->tokens;
	memmove(side, doc->side, tape->side_len);
	doc->side = side;
	pl_arena_shrink(tape->arena, tape->block, tape->block_size, (size_t)(side - tape->block) + tape->side_len);
}
