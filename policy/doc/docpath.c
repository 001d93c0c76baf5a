/* docpath.c - where a node stands, in words: `spec.containers[0].image`. A tape knows no parents, so the way is found
 * from the top: at every level the child whose subtree holds the node. Linear in the siblings passed. */
#include "tape.h"

#include "base/buf.h"
#include "unescape.h"

#define MAX_KEY_POINTS 256 /* code points of a key shown; a path ends up in messages. spec: language.md 7.6 */

static bool is_name_char(char c, bool first)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' || (!first && c >= '0' && c <= '9');
}

static bool is_plain_name(const struct pl_token *key, pl_str raw)
{
	if (raw.len == 0 || raw.len > MAX_KEY_POINTS || key->flags & (PL_TOKEN_ESCAPED | PL_TOKEN_DAMAGED))
		return false;
	for (size_t i = 0; i < raw.len; i++) {
		if (!is_name_char(raw.ptr[i], i == 0))
			return false;
	}
	return true;
}

/* ["key"], escaped for people. A key spelled with JSON escapes is decoded first, so that one key has one path. */
static void add_quoted(const struct pl_token *key, pl_str raw, struct pl_buf *out)
{
	pl_buf_adds(out, "[\"");
	if (key->flags & (PL_TOKEN_ESCAPED | PL_TOKEN_DAMAGED))
		pl_unescape_print(raw, MAX_KEY_POINTS, out);
	else
		pl_buf_add_escaped(out, raw, MAX_KEY_POINTS);
	pl_buf_adds(out, "\"]");
}

static void add_key(const struct pl_doc *doc, pl_node node, bool first, struct pl_buf *out)
{
	const struct pl_token *key = &doc->tokens[node];
	pl_str raw = pl_tape_raw(doc, key);
	if (!is_plain_name(key, raw)) {
		add_quoted(key, raw, out);
		return;
	}
	if (!first)
		pl_buf_addc(out, '.');
	pl_buf_add(out, raw);
}

/* The child of parent whose subtree holds node, and its number. */
static pl_node child_towards(const struct pl_doc *doc, pl_node parent, pl_node node, uint32_t *ret_index)
{
	pl_node child = pl_doc_first(doc, parent);
	*ret_index = 0;
	while (child != PL_NO_NODE && node >= doc->tokens[child].next) {
		child = pl_doc_next(doc, parent, child);
		++*ret_index;
	}
	return child;
}

void pl_doc_path(const struct pl_doc *doc, pl_node base, pl_node node, struct pl_buf *out)
{
	const struct pl_token *top = pl_tape_at(doc, base);
	if (!top || node <= base || node >= top->next)
		return;
	bool first = true;
	pl_node at = base;
	while (at != node) {
		uint32_t index;
		pl_node child = child_towards(doc, at, node, &index);
		if (child == PL_NO_NODE)
			return;
		if (pl_doc_type(doc, at) == PL_NODE_ARRAY) {
			pl_buf_addf(out, "[%u]", index);
			at = child;
		} else {
			add_key(doc, child, first, out);
			if (child == node)
				return;
			at = child + 1;
		}
		first = false;
	}
}
