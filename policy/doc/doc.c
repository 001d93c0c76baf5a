/* doc.c - reading a tape: the accessors of plimsoll/doc.h, its dump and its invariants.
 *
 * Nothing here allocates but pl_doc_text. Nothing recurses: a tape is flat, and `next` leads past a subtree. */
#include "tape.h"

#include <string.h>

#include "base/buf.h"
#include "unescape.h"

#define ENCODED (PL_TOKEN_ESCAPED | PL_TOKEN_DAMAGED)

pl_str pl_doc_name(const struct pl_doc *doc)
{
	return doc->name;
}

pl_str pl_doc_source(const struct pl_doc *doc)
{
	return doc->source;
}

pl_node pl_doc_root(const struct pl_doc *doc)
{
	return doc->count ? 0 : PL_NO_NODE;
}

enum pl_node_type pl_doc_type(const struct pl_doc *doc, pl_node node)
{
	const struct pl_token *t = pl_tape_at(doc, node);
	return t ? (enum pl_node_type)t->type : PL_NODE_NONE;
}

static bool is_container(const struct pl_token *t)
{
	return t->type == PL_NODE_ARRAY || t->type == PL_NODE_OBJECT;
}

uint32_t pl_doc_count(const struct pl_doc *doc, pl_node node)
{
	const struct pl_token *t = pl_tape_at(doc, node);
	return t && is_container(t) ? t->len : 0;
}

pl_node pl_doc_first(const struct pl_doc *doc, pl_node parent)
{
	return pl_doc_count(doc, parent) ? parent + 1 : PL_NO_NODE;
}

pl_node pl_doc_next(const struct pl_doc *doc, pl_node parent, pl_node child)
{
	const struct pl_token *around = pl_tape_at(doc, parent), *t = pl_tape_at(doc, child);
	if (!around || !t)
		return PL_NO_NODE;
	return t->next < around->next ? t->next : PL_NO_NODE;
}

pl_node pl_doc_value(const struct pl_doc *doc, pl_node key)
{
	const struct pl_token *t = pl_tape_at(doc, key);
	return t && t->flags & PL_TOKEN_KEY ? key + 1 : PL_NO_NODE;
}

bool pl_tape_is(const struct pl_doc *doc, const struct pl_token *t, pl_str s)
{
	if (t->flags & ENCODED)
		return pl_unescape_equals(pl_tape_raw(doc, t), s);
	return t->len == s.len && (s.len == 0 || memcmp(pl_tape_raw(doc, t).ptr, s.ptr, s.len) == 0);
}

pl_node pl_doc_get(const struct pl_doc *doc, pl_node object, pl_str key, bool *ret_duplicate)
{
	if (ret_duplicate)
		*ret_duplicate = false;
	if (pl_doc_type(doc, object) != PL_NODE_OBJECT)
		return PL_NO_NODE;
	pl_node found = PL_NO_NODE;
	for (pl_node k = pl_doc_first(doc, object); k != PL_NO_NODE; k = pl_doc_next(doc, object, k)) {
		if (!pl_tape_is(doc, &doc->tokens[k], key))
			continue;
		if (found != PL_NO_NODE) {
			*ret_duplicate = true;
			return found;
		}
		found = k + 1;
		if (!ret_duplicate)
			return found;
	}
	return found;
}

static bool has_text(const struct pl_token *t)
{
	return t->type == PL_NODE_STRING || t->type == PL_NODE_NUMBER || t->type == PL_NODE_PLAIN;
}

pl_str pl_doc_text(const struct pl_doc *doc, pl_node node, struct pl_arena *arena)
{
	const struct pl_token *t = pl_tape_at(doc, node);
	if (!t || !has_text(t))
		return (pl_str){0};
	pl_str raw = pl_tape_raw(doc, t);
	if (!(t->flags & ENCODED))
		return raw;
	/* Only damage makes text longer; all escapes shorten it. */
	size_t room = t->flags & PL_TOKEN_DAMAGED ? PL_UNESCAPE_ROOM(raw.len) : raw.len;
	char *text = pl_arena_alloc(arena, room);
	if (!text)
		return (pl_str){0};
	size_t len = pl_unescape_all(raw, text);
	pl_arena_shrink(arena, text, room, len);
	return (pl_str){text, len};
}

struct pl_span pl_doc_span(const struct pl_doc *doc, pl_node node)
{
	const struct pl_token *t = pl_tape_at(doc, node);
	if (!t)
		return (struct pl_span){0};
	if (is_container(t))
		return (struct pl_span){t->pos, t->pos < doc->source.len ? 1 : 0};
	if (t->flags & PL_TOKEN_SIDE) {
		struct pl_span at;
		memcpy(&at, doc->side + t->pos - sizeof at, sizeof at);
		return at;
	}
	if (t->flags & PL_TOKEN_QUOTED)
		return (struct pl_span){t->pos - 1, t->len + 2};
	return (struct pl_span){t->pos, t->len};
}

/* --- dump --------------------------------------------------------------------------------------------------------- */

#define MAX_INDENT    40
#define MAX_DUMP_TEXT 60

static const char *const type_names[] = {
	[PL_NODE_NONE] = "none",   [PL_NODE_NULL] = "null",	[PL_NODE_FALSE] = "false",
	[PL_NODE_TRUE] = "true",   [PL_NODE_NUMBER] = "number", [PL_NODE_STRING] = "string",
	[PL_NODE_PLAIN] = "plain", [PL_NODE_ARRAY] = "array",	[PL_NODE_OBJECT] = "object",
};

/* The text of a token, decoded and escaped again for people. */
static void dump_text(const struct pl_doc *doc, const struct pl_token *t, struct pl_buf *out)
{
	pl_str raw = pl_tape_raw(doc, t);
	if (t->flags & ENCODED)
		pl_unescape_print(raw, MAX_DUMP_TEXT, out);
	else
		pl_buf_add_escaped(out, raw, MAX_DUMP_TEXT);
}

static void dump_flags(unsigned flags, struct pl_buf *out)
{
	static const struct {
		unsigned flag;
		const char *name;
	} names[] = {
		{PL_TOKEN_ESCAPED, " escaped"}, {PL_TOKEN_DAMAGED, " damaged"},	  {PL_TOKEN_SIDE, " side"},
		{PL_TOKEN_INEXACT, " inexact"}, {PL_TOKEN_REPLACED, " replaced"},
	};
	for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
		if (flags & names[i].flag)
			pl_buf_adds(out, names[i].name);
	}
}

static void dump_token(const struct pl_doc *doc, pl_node node, unsigned depth, struct pl_buf *out)
{
	const struct pl_token *t = &doc->tokens[node];
	struct pl_span at = pl_doc_span(doc, node);
	pl_buf_addf(out, "%u ", node);
	pl_buf_fill(out, ' ', (size_t)depth * 2);
	pl_buf_addf(out, "%s%s", t->flags & PL_TOKEN_KEY ? "key " : "", type_names[t->type]);
	if (is_container(t)) {
		pl_buf_addf(out, " %u", t->len);
	} else if (has_text(t)) {
		pl_buf_adds(out, " \"");
		dump_text(doc, t, out);
		pl_buf_addc(out, '"');
	}
	pl_buf_addf(out, " @%u+%u", at.start, at.len);
	dump_flags(t->flags, out);
	pl_buf_addc(out, '\n');
}

void pl_doc_dump(const struct pl_doc *doc, struct pl_buf *out)
{
	uint32_t ends[MAX_INDENT]; /* of the containers around a token; deeper ones are not indented further */
	unsigned depth = 0;
	for (uint32_t i = 0; i < doc->count; i++) {
		while (depth > 0 && i >= ends[depth - 1])
			depth--;
		dump_token(doc, i, depth, out);
		if ((is_container(&doc->tokens[i]) || doc->tokens[i].flags & PL_TOKEN_KEY) && depth < MAX_INDENT)
			ends[depth++] = doc->tokens[i].next;
	}
}

/* --- invariants --------------------------------------------------------------------------------------------------- */

/* The text lies where the token says. */
static bool check_text(const struct pl_doc *doc, const struct pl_token *t)
{
	if (is_container(t))
		return t->pos <= doc->source.len;
	if (t->flags & PL_TOKEN_SIDE)
		return doc->format == PL_FORMAT_YAML && t->pos >= sizeof(struct pl_span) && t->pos <= doc->side_len &&
		       t->len <= doc->side_len - t->pos;
	if (t->flags & PL_TOKEN_QUOTED && (t->pos == 0 || (size_t)t->pos + t->len >= doc->source.len))
		return false;
	return t->pos <= doc->source.len && t->len <= doc->source.len - t->pos;
}

/* The member or element at i of a container that ends at `end`: its shape, and in *ret_next what follows. */
static bool check_child(const struct pl_doc *doc, bool in_object, uint32_t i, uint32_t end, uint32_t *ret_next)
{
	if (i >= end)
		return false;
	const struct pl_token *t = &doc->tokens[i];
	*ret_next = t->next;
	if (!in_object)
		return !(t->flags & PL_TOKEN_KEY) && t->next > i && t->next <= end;
	if (!(t->flags & PL_TOKEN_KEY) || (t->type != PL_NODE_STRING && t->type != PL_NODE_PLAIN) || i + 1 >= end)
		return false;
	return !(t[1].flags & PL_TOKEN_KEY) && t[1].next == t->next && t->next > i + 1 && t->next <= end;
}

static bool check_container(const struct pl_doc *doc, uint32_t i)
{
	const struct pl_token *t = &doc->tokens[i];
	uint32_t child = i + 1;
	if (t->next > doc->count)
		return false;
	for (uint32_t n = 0; n < t->len; n++) {
		if (!check_child(doc, t->type == PL_NODE_OBJECT, child, t->next, &child))
			return false;
	}
	return child == t->next;
}

bool pl_tape_check(const struct pl_doc *doc)
{
	if (doc->count == 0 || doc->tokens[0].next != doc->count || doc->tokens[0].flags & PL_TOKEN_KEY)
		return false;
	for (uint32_t i = 0; i < doc->count; i++) {
		const struct pl_token *t = &doc->tokens[i];
		if (t->type == PL_NODE_NONE || t->type > PL_NODE_OBJECT || !check_text(doc, t))
			return false;
		if (t->type == PL_NODE_PLAIN && doc->format != PL_FORMAT_YAML)
			return false;
		bool alone = !is_container(t) && !(t->flags & PL_TOKEN_KEY);
		if (alone ? t->next != i + 1 : is_container(t) && !check_container(doc, i))
			return false;
	}
	return true;
}
