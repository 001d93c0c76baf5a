/* editpath.c - see editpath.h. What pl_doc_path prints is read back, and little else is a path. */
#include "editpath.h"

#include <string.h>

#include "base/utf8.h"

struct scan {
	pl_str path;
	size_t at;
	struct pl_arena *arena;
	pl_err err;
};

static char char_at(const struct scan *s, size_t i)
{
	return i < s->path.len ? s->path.ptr[i] : '\0';
}

static bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

static bool is_name_char(char c, bool first)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' || (!first && is_digit(c));
}

/* A hyphen too: no finding writes `limits.ephemeral-storage`, but people do, and it has one meaning. */
static const char *plain_name(struct scan *s, struct pl_edit_step *step)
{
	size_t from = s->at;
	while (is_name_char(char_at(s, s->at), s->at == from) || (s->at > from && char_at(s, s->at) == '-'))
		s->at++;
	step->key = (pl_str){s->path.ptr + from, s->at - from};
	return s->at > from ? NULL : "a name is missing";
}

static const char *index_step(struct scan *s, struct pl_edit_step *step)
{
	uint64_t n = 0;
	size_t from = s->at;
	for (; is_digit(char_at(s, s->at)); s->at++) {
		n = n * 10 + (uint64_t)(char_at(s, s->at) - '0');
		if (n > UINT32_MAX)
			return "no list is that long";
	}
	if (s->at - from > 1 && char_at(s, from) == '0')
		return "an index has no leading zeros";
	step->is_index = true;
	step->index = (uint32_t)n;
	return NULL;
}

static int hex_value(char c)
{
	if (is_digit(c))
		return c - '0';
	return (c >= 'a' && c <= 'f') ? c - 'a' + 10 : -1;
}

/* u{2028}, behind the backslash. */
static bool code_point(struct scan *s, char out[4], unsigned *ret_len)
{
	uint32_t point = 0;
	size_t i = s->at + 2, digits = 0;
	if (char_at(s, s->at) != 'u' || char_at(s, s->at + 1) != '{')
		return false;
	for (; hex_value(char_at(s, i)) >= 0 && digits < 6; i++, digits++)
		point = point * 16 + (uint32_t)hex_value(char_at(s, i));
	if (digits == 0 || char_at(s, i) != '}' || point > 0x10FFFF || (point >= 0xD800 && point <= 0xDFFF))
		return false;
	s->at = i + 1;
	*ret_len = pl_utf8_encode(point, out);
	return true;
}

/* The character at s->at, or the escape that stands for one. Only what findings escape is one: a backslash before
 * anything else is itself. */
static unsigned key_char(struct scan *s, char out[4])
{
	unsigned len = 1;
	char next = char_at(s, s->at + 1);
	out[0] = char_at(s, s->at++);
	if (out[0] != '\\')
		return len;
	if (next == 'n' || next == 't') {
		s->at++;
		out[0] = next == 'n' ? '\n' : '\t';
		return len;
	}
	return code_point(s, out, &len) ? len : 1;
}

/* Behind [" : up to "]. */
static const char *quoted_key(struct scan *s, struct pl_edit_step *step)
{
	char *room = pl_arena_alloc(s->arena, s->path.len);
	size_t len = 0;
	if (!room) {
		s->err = PL_E_MEMORY;
		return "no memory is left";
	}
	while (s->at < s->path.len && !(char_at(s, s->at) == '"' && char_at(s, s->at + 1) == ']')) {
		char bytes[4];
		unsigned n = key_char(s, bytes);
		memcpy(room + len, bytes, n);
		len += n;
	}
	if (s->at >= s->path.len)
		return "a bracket is never closed";
	s->at++;
	step->key = (pl_str){room, len};
	return NULL;
}

static const char *bracket(struct scan *s, struct pl_edit_step *step)
{
	const char *why = "after a bracket comes an index, or a key in quotes";
	s->at++;
	if (is_digit(char_at(s, s->at))) {
		why = index_step(s, step);
	} else if (char_at(s, s->at) == '"') {
		s->at++;
		why = quoted_key(s, step);
	}
	if (why)
		return why;
	if (char_at(s, s->at) != ']')
		return "a bracket is never closed";
	s->at++;
	return NULL;
}

void pl_editpath_add(const struct pl_edit_step *step, bool first, struct pl_buf *out)
{
	bool plain = step->key.len > 0 && step->key.len <= PL_EDIT_MAX_PLAIN;
	for (size_t i = 0; i < step->key.len; i++)
		plain = plain && is_name_char(step->key.ptr[i], i == 0);
	if (step->is_index) {
		pl_buf_addf(out, "[%u]", step->index);
		return;
	}
	pl_buf_adds(out, !plain ? "[\"" : first ? "" : ".");
	pl_buf_add_escaped(out, step->key, PL_EDIT_MAX_PLAIN);
	pl_buf_adds(out, plain ? "" : "\"]");
}

const char *pl_editpath_split(pl_str path, struct pl_arena *arena, struct pl_edit_step *steps, uint32_t *ret_count,
			      pl_err *ret_err)
{
	struct scan s = {.path = path, .arena = arena};
	const char *why = path.len ? NULL : "it is empty";
	uint32_t n = 0;
	for (; !why && s.at < path.len; n++) {
		if (n == PL_EDIT_MAX_STEPS)
			return "it is too deep";
		steps[n] = (struct pl_edit_step){0};
		bool dot = char_at(&s, s.at) == '.';
		if (char_at(&s, s.at) == '[') {
			why = bracket(&s, &steps[n]);
		} else if (dot != (n > 0)) {
			why = n ? "names are separated by dots, and other keys are written [\"a-b\"]"
				: "it begins with a dot";
		} else {
			s.at += dot;
			why = plain_name(&s, &steps[n]);
		}
	}
	*ret_count = n;
	*ret_err = s.err;
	return why;
}
