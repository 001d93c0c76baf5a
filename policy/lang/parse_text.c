/* parse_text.c - strings, messages with interpolations, and text blocks. spec: language.md 3.3, 3.4
 *
 * A message is decoded first, keeping for each byte its place in the file; then the expression after each `{` is parsed
 * out of the decoded text by the ordinary parser, which is why its complaints point into the string. A brace that was
 * written as an escape is only a character. */
#include "parse.h"

#include <string.h>

#include "base/buf.h"
#include "base/utf8.h"

struct decoded {
	pl_str text;
	uint32_t *places; /* text.len + 1 offsets in the file */
};

static uint32_t hex_value(char c)
{
	if (c >= '0' && c <= '9')
		return (uint32_t)(c - '0');
	return (uint32_t)((c | 0x20) - 'a') + 10;
}

/* Decodes the character or escape at s[i] to out; gives its length there in *ret_read and in out as the result. The
 * lexer has checked that escapes are well-formed. */
static unsigned decode_one(pl_str s, size_t i, char out[4], size_t *ret_read)
{
	*ret_read = 1;
	out[0] = s.ptr[i];
	if (s.ptr[i] != '\\' || i + 1 >= s.len)
		return 1;
	*ret_read = 2;
	char c = s.ptr[i + 1];
	if (c != 'u') {
		out[0] = c == 'n' ? '\n' : c == 't' ? '\t' : c;
		return 1;
	}
	uint32_t point = 0;
	size_t j = i + 3;
	for (; j < s.len && s.ptr[j] != '}'; j++)
		point = point * 16 + hex_value(s.ptr[j]);
	*ret_read = j + 1 - i;
	return pl_utf8_encode(point, out);
}

/* No escape is shorter than what it stands for, so raw.len bytes are enough. `places` may be NULL. */
static pl_str decode(pl_str raw, uint32_t base, char *out, uint32_t *places)
{
	size_t len = 0, n;
	for (size_t i = 0; i < raw.len; i += n) {
		char bytes[4];
		unsigned made = decode_one(raw, i, bytes, &n);
		memcpy(out + len, bytes, made);
		for (unsigned k = 0; places && k < made; k++)
			places[len + k] = base + (uint32_t)i;
		len += made;
	}
	if (places)
		places[len] = base + (uint32_t)raw.len;
	return (pl_str){out, len};
}

pl_str pl_parse_decode(struct pl_parser *p, const struct pl_lexeme *t)
{
	char *room = pl_parse_alloc(p, t->text.len + 1, 1);
	return room ? decode(t->text, 0, room, NULL) : PL_NONE;
}

bool pl_parse_string(struct pl_parser *p, const char *what, pl_str *ret_text)
{
	if (!pl_parse_at(p, PL_TOKEN_STRING)) {
		pl_parse_unexpected(p, pl_str_from(what), PL_NONE);
		return false;
	}
	*ret_text = pl_parse_decode(p, &p->cur);
	pl_parse_advance(p);
	return !p->panic;
}

/* --- messages
 * ------------------------------------------------------------------------------------------------------------ */

/* True when the character at i was written as an escape. */
static bool is_escaped(const struct decoded *d, uint32_t i)
{
	return d->places[i + 1] - d->places[i] != 1;
}

static bool brace_at(const struct decoded *d, uint32_t i, char brace)
{
	return i < d->text.len && d->text.ptr[i] == brace && !is_escaped(d, i);
}

static struct pl_span span_at(const struct decoded *d, uint32_t i)
{
	return (struct pl_span){d->places[i], d->places[i + 1] - d->places[i]};
}

static bool add_piece(struct pl_parser *p, struct pl_piece ***tail, pl_str text, struct pl_expr *expr)
{
	struct pl_piece *piece = pl_parse_alloc(p, 1, sizeof *piece);
	if (!piece)
		return false;
	piece->text = text;
	piece->expr = expr;
	**tail = piece;
	*tail = &piece->next;
	return true;
}

/* The parser that reads the expression at `start`: the same one, over the decoded text. */
static struct pl_parser parser_inside(const struct pl_parser *p, const struct decoded *d, uint32_t start)
{
	struct pl_parser inside = *p;
	inside.lx.text = d->text;
	inside.lx.places = d->places;
	inside.lx.pos = start;
	inside.lx.last = PL_TOKEN_LBRACE;
	inside.has_ahead = false;
	inside.before = span_at(d, start - 1);
	pl_lex_next(&inside.lx, &inside.cur);
	inside.cur.first = false;
	return inside;
}

static struct pl_expr *parse_inside(struct pl_parser *in, struct pl_span brace)
{
	if (pl_parse_at(in, PL_TOKEN_RBRACE)) {
		pl_parse_fail(in, PL_CODE_E0103, pl_span_join(brace, in->cur.at), PL_NONE, PL_NONE,
			      PL_STR(PL_BRACE_HELP), "nothing stands between these braces");
		return NULL;
	}
	if (pl_parse_at(in, PL_TOKEN_END)) {
		pl_parse_fail(in, PL_CODE_E0103, brace, PL_NONE, PL_NONE, PL_STR(PL_BRACE_HELP),
			      "this brace is never closed");
		return NULL;
	}
	struct pl_expr *e = pl_parse_elsex(in);
	if (e && pl_parse_at(in, PL_TOKEN_END))
		pl_parse_fail(in, PL_CODE_E0103, brace, PL_NONE, PL_NONE, PL_STR(PL_BRACE_HELP),
			      "this brace is never closed");
	else if (e && !pl_parse_at(in, PL_TOKEN_RBRACE))
		pl_parse_unexpected(in, PL_STR("`}`"), PL_STR(PL_BRACE_HELP));
	return in->panic ? NULL : e;
}

/* Parses `{expr}` whose brace stands at i; gives the offset behind it, 0 after a complaint. */
static uint32_t parse_interpolation(struct pl_parser *p, const struct decoded *d, uint32_t i, struct pl_piece ***tail)
{
	struct pl_parser in = parser_inside(p, d, i + 1);
	struct pl_expr *e = parse_inside(&in, span_at(d, i));
	p->errors = in.errors;
	p->lx.errors = in.lx.errors;
	p->out_of_memory = in.out_of_memory;
	p->panic = in.out_of_memory;
	if (!e || !add_piece(p, tail, PL_NONE, e))
		return 0;
	return in.cur.end;
}

/* Appends the literal text from i up to the next interpolation; gives where it ends. {{ and }} become one brace. */
static uint32_t literal_piece(struct pl_parser *p, const struct decoded *d, uint32_t i, struct pl_buf *out)
{
	while (i < d->text.len) {
		bool open = brace_at(d, i, '{'), close = brace_at(d, i, '}');
		bool twice = brace_at(d, i + 1, d->text.ptr[i]);
		if (open && !twice)
			return i;
		if (close && !twice) {
			pl_parse_complain(p, PL_CODE_E0103, span_at(d, i), PL_NONE, PL_NONE,
					  PL_STR("write }} for a brace that is only text"),
					  "this brace closes nothing");
			return UINT32_MAX;
		}
		pl_buf_addc(out, d->text.ptr[i]);
		i += open || close ? 2 : 1;
	}
	return i;
}

static void parse_pieces(struct pl_parser *p, const struct decoded *d, struct pl_text *text)
{
	struct pl_piece **tail = &text->pieces;
	for (uint32_t i = 0; i < d->text.len;) {
		struct pl_buf literal;
		pl_buf_init(&literal, p->arena, 0);
		i = literal_piece(p, d, i, &literal);
		if (i == UINT32_MAX)
			return;
		if ((literal.len || literal.failed) && !add_piece(p, &tail, pl_parse_built(p, &literal), NULL))
			return;
		if (i < d->text.len)
			i = parse_interpolation(p, d, i, &tail);
		if (i == 0)
			return;
	}
}

bool pl_parse_message(struct pl_parser *p, struct pl_text *ret_text)
{
	if (!pl_parse_at(p, PL_TOKEN_STRING)) {
		pl_parse_unexpected(p, PL_STR("a string"), PL_NONE);
		return false;
	}
	struct pl_lexeme t = p->cur;
	char *room = pl_parse_alloc(p, t.text.len + 1, 1);
	struct decoded d = {.places = pl_parse_alloc(p, t.text.len + 1, sizeof *d.places)};
	if (!room || !d.places)
		return false;
	d.text = decode(t.text, t.at.start + 1, room, d.places);
	*ret_text = (struct pl_text){.at = t.at};
	pl_parse_advance(p);
	if (d.text.len == 0)
		pl_parse_complain(p, PL_CODE_E0103, t.at, PL_NONE, PL_NONE,
				  PL_STR("leave it out: then plimsoll writes a message of its own"),
				  "this text is empty");
	parse_pieces(p, &d, ret_text);
	return !p->panic;
}

/* --- text blocks
 * ----------------------------------------------------------------------------------------------------------- */

static pl_str next_line(pl_str *rest)
{
	const char *end = memchr(rest->ptr, '\n', rest->len);
	pl_str line = {rest->ptr, end ? (size_t)(end - rest->ptr) + 1 : rest->len};
	rest->ptr += line.len;
	rest->len -= line.len;
	return line;
}

/* Bytes of white space in front; all of them in a blank line. */
static size_t indent_of(pl_str line, bool *ret_blank)
{
	size_t n = 0;
	while (n < line.len && (line.ptr[n] == ' ' || line.ptr[n] == '\t'))
		n++;
	*ret_blank = n == line.len || line.ptr[n] == '\n' || line.ptr[n] == '\r';
	return n;
}

static size_t common_indent(pl_str text)
{
	size_t common = SIZE_MAX;
	while (text.len) {
		bool blank;
		size_t n = indent_of(next_line(&text), &blank);
		if (!blank && n < common)
			common = n;
	}
	return common == SIZE_MAX ? 0 : common;
}

static void add_unindented(pl_str text, size_t common, struct pl_buf *out)
{
	while (text.len) {
		pl_str line = next_line(&text);
		bool blank, last = text.len == 0 && line.ptr[line.len - 1] != '\n';
		indent_of(line, &blank);
		size_t len = line.len;
		while (len && (line.ptr[len - 1] == '\n' || line.ptr[len - 1] == '\r'))
			len--;
		if (!blank)
			pl_buf_add(out, (pl_str){line.ptr + common, len - common});
		if (!last)
			pl_buf_addc(out, '\n');
	}
}

/* Manifests are YAML, where a tab cannot indent. */
static bool refuse_tabs(struct pl_parser *p, pl_str text)
{
	while (text.len) {
		bool blank;
		pl_str line = next_line(&text);
		size_t n = indent_of(line, &blank);
		const char *tab = blank ? NULL : memchr(line.ptr, '\t', n);
		if (!tab)
			continue;
		uint32_t at = (uint32_t)(tab - p->lx.text.ptr);
		pl_parse_fail(p, PL_CODE_E0112, (struct pl_span){at, 1}, PL_NONE, PL_NONE,
			      PL_STR("indent manifests with spaces"), "a tab in the indentation of a manifest");
		return true;
	}
	return false;
}

bool pl_parse_block(struct pl_parser *p, pl_str *ret_text)
{
	if (!pl_parse_at(p, PL_TOKEN_TEXT)) {
		pl_parse_unexpected(p, PL_STR("a text block"), PL_NONE);
		return false;
	}
	pl_str text = p->cur.text;
	bool blank;
	pl_str first = next_line(&text);
	indent_of(first, &blank);
	if (!blank || text.ptr == NULL || first.len == 0 || first.ptr[first.len - 1] != '\n') {
		pl_parse_fail(p, PL_CODE_E0112, (struct pl_span){p->cur.at.start, 3}, PL_NONE, PL_NONE,
			      PL_STR("begin the manifest on the line after `\"\"\"`"),
			      "a text block begins with a line break");
		return false;
	}
	if (refuse_tabs(p, text))
		return false;
	struct pl_buf out;
	pl_buf_init(&out, p->arena, text.len + 1);
	add_unindented(text, common_indent(text), &out);
	*ret_text = pl_parse_built(p, &out);
	pl_parse_advance(p);
	return !p->panic;
}
