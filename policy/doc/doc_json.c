/* doc_json.c - JSON text into a tape: strict RFC 8259 in one pass over the bytes, without recursion.
 *
 * The open containers are a list threaded through their own tokens: while one is open, its `next` holds the index of
 * the one around it. The tape is reserved once: a complete text of n bytes has at most n/2 + 1 tokens (every token but
 * the first takes a byte of its own and a bracket, comma or colon), so a text that would need more ends too early, and
 * is refused. Text is validated and marked here, and decoded on demand (pl_doc_text). Duplicate keys are not this
 * file's business. Fails with one diagnostic: the first fault in the text. What is decided where the RFC leaves room:
 * README.md. */
#include "tape.h"

#include <stdio.h>
#include <string.h>

#include "base/utf8.h"
#include "fault.h"
#include "number.h"
#include "unescape.h"

#define MAX_TEXT (1u << 30)
#define NONE	 UINT32_MAX

const struct pl_doc_limits pl_doc_json_limits = {.max_bytes = 32u << 20, .max_depth = 10000};

struct reader {
	const char *start, *p, *end;
	struct pl_token *tokens;
	uint32_t count, cap;
	uint32_t open; /* innermost open container, or NONE */
	uint32_t depth, max_depth;
	pl_str name;
	struct pl_diags *diags;
};

static uint32_t offset(const struct reader *r, const char *at)
{
	return (uint32_t)(at - r->start);
}

/* Faults are kept out of line, so that the code that reads has registers and no frame to guard. */
#define COLD __attribute__((cold, noinline))

/* --- faults ------------------------------------------------------------------------------------------------------- */

/* A span of one byte covers the whole character, so that no excerpt cuts it. */
static struct pl_span span_at(const struct reader *r, const char *at, uint32_t len)
{
	uint32_t point;
	unsigned n = at < r->end ? pl_utf8_decode(at, (size_t)(r->end - at), &point) : 1;
	return (struct pl_span){offset(r, at), len == 1 && n > 1 ? n : len};
}

#define FAULT(r, at, n, help, ...)                                                                                     \
	(pl_fault((r)->diags, (r)->name, (pl_str){(r)->start, (size_t)((r)->end - (r)->start)},                        \
		  span_at((r), (at), (n)), (help), __VA_ARGS__),                                                       \
	 (pl_err)PL_E_SYNTAX)

struct words {
	char text[32];
};

/* What stands at p, for "found ...". */
COLD static struct words found(const struct reader *r, const char *p)
{
	struct words w = {"the end of the text"};
	if (p >= r->end)
		return w;
	uint32_t point;
	unsigned n = pl_utf8_decode(p, (size_t)(r->end - p), &point);
	if (n == 0)
		(void)snprintf(w.text, sizeof w.text, "the byte 0x%02X", (unsigned)(unsigned char)*p);
	else if (n == 1 && point > 0x20 && point < 0x7F)
		(void)snprintf(w.text, sizeof w.text, "`%c`", *p);
	else
		(void)snprintf(w.text, sizeof w.text, "the character U+%04X", (unsigned)point);
	return w;
}

/* What to do about a byte that begins no value. */
COLD static const char *advice(const struct reader *r, const char *p)
{
	if (p >= r->end)
		return "the text may have been cut off: complete it";
	switch (*p) {
	case '\'':
	case '`':
		return "write strings in double quotes";
	case '/':
	case '#':
		return "JSON has no comments: remove it";
	case '+':
		return "write the number without the plus sign";
	case '.':
		return "write a digit before the decimal point";
	case ']':
	case '}':
		return "remove the comma before it, or add a value";
	case ',':
	case ':':
		return "add the value that is missing";
	default:
		return "a value is an object, an array, a string in double quotes, a number, true, false or null";
	}
}

COLD static pl_err fail_unclosed(const struct reader *r)
{
	const struct pl_token *open = &r->tokens[r->open];
	bool is_object = open->type == PL_NODE_OBJECT;
	return FAULT(r, r->start + open->pos, 1, "the text may have been cut off: complete it",
		     "the text ends before this %s is closed with `%c`", is_object ? "object" : "array",
		     is_object ? '}' : ']');
}

/* The tape is full: the head of this file says why that means that the text is too short. */
COLD static pl_err fail_full(const struct reader *r)
{
	return FAULT(r, r->p < r->end ? r->p : r->end - 1, 1, "close every `{` with `}` and every `[` with `]`",
		     "the text is too short to close the %u arrays and objects that are open here", r->depth);
}

COLD static pl_err fail_deep(const struct reader *r)
{
	(void)FAULT(r, r->p, 1, "flatten the document", "arrays and objects are nested more than %u deep",
		    r->max_depth);
	return PL_E_LIMIT;
}

/* --- the tape ----------------------------------------------------------------------------------------------------- */

/* Appends a token. A key is taken for that of a scalar: close_container corrects what it says about its end. */
static inline pl_err push(struct reader *r, enum pl_node_type type, const char *text, size_t len, unsigned flags)
{
	uint32_t index = r->count;
	if (index == r->cap)
		return fail_full(r);
	r->tokens[index] = (struct pl_token){.pos = offset(r, text),
					     .len = (uint32_t)len,
					     .next = index + (flags & PL_TOKEN_KEY ? 2 : 1),
					     .type = (uint8_t)type,
					     .flags = (uint8_t)flags};
	r->count = index + 1;
	return PL_OK;
}

static inline pl_err open_container(struct reader *r, enum pl_node_type type)
{
	if (r->depth == r->max_depth)
		return fail_deep(r);
	PL_TRY(push(r, type, r->p, 0, 0));
	r->tokens[r->count - 1].next = r->open;
	r->open = r->count - 1;
	r->depth++;
	r->p++;
	return PL_OK;
}

static inline void close_container(struct reader *r)
{
	uint32_t index = r->open;
	r->open = r->tokens[index].next;
	r->tokens[index].next = r->count;
	if (index > 0 && r->tokens[index - 1].flags & PL_TOKEN_KEY)
		r->tokens[index - 1].next = r->count;
	r->depth--;
	r->p++;
}

/* --- strings ------------------------------------------------------------------------------------------------------ */

#define ONES 0x0101010101010101u

static uint64_t load8(const char *p)
{
	uint64_t w;
	memcpy(&w, p, sizeof w);
#if __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__
	w = __builtin_bswap64(w);
#endif
	return w;
}

/* The first byte at or after p that is a quote, a backslash, a control character or beyond ASCII; end if there is none.
 * Eight bytes at a time: a byte's high bit in `hit` is set by a borrow or by itself; the lowest one is exact, those
 * above may be carried into. */
static inline const char *skip_plain(const char *p, const char *end)
{
	while (end - p >= 8) {
		uint64_t w = load8(p);
		uint64_t quote = w ^ (ONES * '"'), slash = w ^ (ONES * '\\');
		uint64_t hit = ((quote - ONES) | (slash - ONES) | (w - ONES * 0x20) | w) & (ONES * 0x80);
		if (hit)
			return p + (__builtin_ctzll(hit) >> 3);
		p += 8;
	}
	while (p < end && *p != '"' && *p != '\\' && (unsigned char)(*p - 0x20) < 0x60)
		p++;
	return p;
}

/* \uXXXX at r->p: surrogates must come in pairs, else the text is damaged. */
static pl_err read_unicode_escape(struct reader *r, unsigned *flags)
{
	int32_t unit = r->end - r->p >= 6 ? pl_unescape_hex4(r->p + 2) : -1;
	if (unit < 0)
		return FAULT(r, r->p, 2, "write \\u and four hexadecimal digits", "malformed \\u escape");
	char out[4];
	unsigned n;
	size_t used = pl_unescape_next(r->p, r->end, out, &n);
	if (unit == 0xFFFD)
		*flags |= PL_TOKEN_REPLACED;
	if (used == 6 && unit >= 0xD800 && unit <= 0xDFFF)
		*flags |= PL_TOKEN_DAMAGED | PL_TOKEN_REPLACED;
	r->p += used;
	return PL_OK;
}

static pl_err read_escape(struct reader *r, unsigned *flags)
{
	*flags |= PL_TOKEN_ESCAPED;
	char c = r->end - r->p >= 2 ? r->p[1] : '\0';
	if (c == 'u')
		return read_unicode_escape(r, flags);
	if (c == '\0' || !strchr("\"\\/bfnrt", c))
		return FAULT(r, r->p, 1,
			     "the escapes are \\\" \\\\ \\/ \\b \\f \\n \\r \\t and \\u with four hexadecimal digits",
			     "a backslash is followed by %s", found(r, r->p + 1).text);
	r->p += 2;
	return PL_OK;
}

static void read_beyond_ascii(struct reader *r, unsigned *flags)
{
	uint32_t point;
	unsigned n = pl_utf8_decode(r->p, (size_t)(r->end - r->p), &point);
	if (n == 0)
		*flags |= PL_TOKEN_DAMAGED;
	if (point == 0xFFFD)
		*flags |= PL_TOKEN_REPLACED;
	r->p += n ? n : 1;
}

COLD static pl_err fail_in_string(const struct reader *r, const char *open)
{
	if (r->p >= r->end)
		return FAULT(r, open, 1, "the text may have been cut off: complete it",
			     "this string has no closing quote");
	if (*r->p == '\n' || *r->p == '\r')
		return FAULT(r, r->p, 1, "close the string before the end of the line, or write \\n",
			     "a line ends inside a string");
	return FAULT(r, r->p, 1, "write it as \\u and four hexadecimal digits", "a string holds %s unescaped",
		     found(r, r->p).text);
}

/* The rest of a string that is not plain ASCII: r->p comes to stand at its closing quote. */
__attribute__((noinline)) static pl_err read_marked(struct reader *r, const char *open, unsigned *flags)
{
	for (;;) {
		unsigned char c = r->p < r->end ? (unsigned char)*r->p : 0;
		if (c == '"')
			return PL_OK;
		if (c == '\\')
			PL_TRY(read_escape(r, flags));
		else if (c >= 0x80)
			read_beyond_ascii(r, flags);
		else
			return fail_in_string(r, open);
		r->p = skip_plain(r->p, r->end);
	}
}

/* A string at its opening quote; flags is PL_TOKEN_KEY or 0. Inlined in both places, since two thirds of a manifest's
 * tokens are strings, and a call costs what reading a short one does. */
__attribute__((always_inline)) static inline pl_err read_string(struct reader *r, unsigned flags)
{
	const char *open = r->p, *close = skip_plain(open + 1, r->end);
	flags |= PL_TOKEN_QUOTED;
	if (close >= r->end || *close != '"') {
		r->p = close;
		PL_TRY(read_marked(r, open, &flags));
		close = r->p;
	}
	r->p = close;
	PL_TRY(push(r, PL_NODE_STRING, open + 1, (size_t)(close - open - 1), flags));
	r->p++;
	return PL_OK;
}

/* --- values ------------------------------------------------------------------------------------------------------- */

/* The byte after white space, -1 at the end. What programs write has none: the first look is enough. */
static inline int skip_space(struct reader *r)
{
	const char *p = r->p;
	if (p < r->end && (unsigned char)*p > ' ')
		return (unsigned char)*p;
	while (p < r->end && (*p == ' ' || *p == '\n' || *p == '\r' || *p == '\t'))
		p++;
	r->p = p;
	return p < r->end ? (unsigned char)*p : -1;
}

static bool is_wordlike(const struct reader *r, const char *p)
{
	return p < r->end && ((*p >= '0' && *p <= '9') || (*p >= 'a' && *p <= 'z') || (*p >= 'A' && *p <= 'Z') ||
			      *p == '.' || *p == '+' || *p == '-' || *p == '_');
}

/* The word at p is no value: say why. */
COLD static pl_err fail_word(const struct reader *r, const char *p)
{
	const char *end = p;
	while (is_wordlike(r, end) && end - p < 32)
		end++;
	pl_str word = {p, (size_t)(end - p)};
	uint32_t len = (uint32_t)word.len;
	if ((*p >= '0' && *p <= '9') || *p == '-')
		return FAULT(r, p, len, "write numbers as in 10, -1.5 or 2e9: no leading zeros, no other base",
			     "this is not a number");
	if (pl_str_eq(word, PL_STR("NaN")) || pl_str_eq(word, PL_STR("Infinity")))
		return FAULT(r, p, len, "write a number, a string or null", "JSON has no `%.*s`", PL_FMT(word));
	return FAULT(r, p, len, "put text in double quotes; the words of JSON are true, false and null, in lower case",
		     "this word is not a value"); /* not repeated: it may be a password that lacks its quotes */
}

COLD static pl_err fail_number(const struct reader *r, const char *fault)
{
	if (is_wordlike(r, fault))
		return fail_word(r, r->p);
	return FAULT(r, fault, 1, "write numbers as in 10, -1.5 or 2e9", "expected a digit, found %s",
		     found(r, fault).text);
}

static pl_err read_number(struct reader *r)
{
	bool inexact = false;
	const char *fault = r->p;
	size_t len = pl_number_scan(r->p, r->end, &inexact, &fault);
	if (len == 0)
		return fail_number(r, fault);
	if (is_wordlike(r, r->p + len))
		return fail_word(r, r->p);
	PL_TRY(push(r, PL_NODE_NUMBER, r->p, len, inexact ? PL_TOKEN_INEXACT : 0));
	r->p += len;
	return PL_OK;
}

static inline pl_err read_word(struct reader *r, pl_str word, enum pl_node_type type)
{
	size_t rest = (size_t)(r->end - r->p);
	if (rest < word.len || memcmp(r->p, word.ptr, word.len) != 0 || is_wordlike(r, r->p + word.len))
		return fail_word(r, r->p);
	PL_TRY(push(r, type, r->p, word.len, 0));
	r->p += word.len;
	return PL_OK;
}

COLD static pl_err fail_key(const struct reader *r)
{
	if (r->p >= r->end)
		return fail_unclosed(r);
	return FAULT(r, r->p, 1, *r->p == '}' ? advice(r, r->p) : "write keys in double quotes",
		     "expected a key, found %s", found(r, r->p).text);
}

COLD static pl_err fail_colon(const struct reader *r)
{
	if (r->p >= r->end)
		return fail_unclosed(r);
	return FAULT(r, r->p, 1, "write \"key\": value", "expected `:` after the key, found %s", found(r, r->p).text);
}

/* A key at r->p, its colon, and the white space after it. */
static inline pl_err read_key(struct reader *r)
{
	if (r->p >= r->end || *r->p != '"')
		return fail_key(r);
	PL_TRY(read_string(r, PL_TOKEN_KEY));
	if (skip_space(r) != ':')
		return fail_colon(r);
	r->p++;
	skip_space(r);
	return PL_OK;
}

/* The beginning of a member or element: after it comes a value. */
static inline pl_err read_entry(struct reader *r)
{
	struct pl_token *open = &r->tokens[r->open];
	open->len++;
	return open->type == PL_NODE_OBJECT ? read_key(r) : PL_OK;
}

/* At '{' or '[': *ret_opened unless it is closed at once. */
static inline pl_err read_opening(struct reader *r, enum pl_node_type type, bool *ret_opened)
{
	PL_TRY(open_container(r, type));
	*ret_opened = skip_space(r) != (type == PL_NODE_OBJECT ? '}' : ']');
	if (!*ret_opened)
		close_container(r);
	return PL_OK;
}

COLD static pl_err fail_value(const struct reader *r)
{
	if (r->p >= r->end && r->open != NONE)
		return fail_unclosed(r);
	if (is_wordlike(r, r->p) && *r->p != '.' && *r->p != '+')
		return fail_word(r, r->p);
	return FAULT(r, r->p, 1, advice(r, r->p), "expected a value, found %s", found(r, r->p).text);
}

/* The value at r->p; of a container that is not empty, only the beginning. */
static inline pl_err read_value(struct reader *r, bool *ret_opened)
{
	*ret_opened = false;
	switch (r->p < r->end ? *r->p : '\0') {
	case '{':
		return read_opening(r, PL_NODE_OBJECT, ret_opened);
	case '[':
		return read_opening(r, PL_NODE_ARRAY, ret_opened);
	case '"':
		return read_string(r, 0);
	case 't':
		return read_word(r, PL_STR("true"), PL_NODE_TRUE);
	case 'f':
		return read_word(r, PL_STR("false"), PL_NODE_FALSE);
	case 'n':
		return read_word(r, PL_STR("null"), PL_NODE_NULL);
	case '-':
	case '0':
	case '1':
	case '2':
	case '3':
	case '4':
	case '5':
	case '6':
	case '7':
	case '8':
	case '9':
		return read_number(r);
	default:
		break;
	}
	return fail_value(r);
}

COLD static pl_err fail_comma(const struct reader *r)
{
	if (r->p >= r->end)
		return fail_unclosed(r);
	return FAULT(r, r->p, 1, *r->p == '/' || *r->p == '#' ? advice(r, r->p) : NULL,
		     "expected `,` or `%c`, found %s", r->tokens[r->open].type == PL_NODE_OBJECT ? '}' : ']',
		     found(r, r->p).text);
}

COLD static pl_err fail_more(const struct reader *r)
{
	return FAULT(r, r->p, 1, "keep one value and remove the rest", "the document ends here, but %s follows",
		     found(r, r->p).text);
}

/* What follows a whole value: closes containers until a comma asks for one more entry, or the text ends. */
static inline pl_err read_after_value(struct reader *r, bool *ret_more)
{
	*ret_more = true;
	while (r->open != NONE) {
		bool in_object = r->tokens[r->open].type == PL_NODE_OBJECT;
		int c = skip_space(r);
		if (c == ',') {
			r->p++;
			skip_space(r);
			return PL_OK;
		}
		if (c != (in_object ? '}' : ']'))
			return fail_comma(r);
		close_container(r);
	}
	*ret_more = false;
	return skip_space(r) == -1 ? PL_OK : fail_more(r);
}

/* Other encodings, said at once instead of as a strange character. */
static pl_err check_encoding(const struct reader *r)
{
	pl_str text = {r->start, (size_t)(r->end - r->start)};
	if (pl_str_starts(text, PL_STR("\xEF\xBB\xBF")))
		return FAULT(r, r->p, 3, "save the file as UTF-8 without byte order mark",
			     "the text begins with a byte order mark");
	bool utf16 = pl_str_starts(text, PL_STR("\xFE\xFF")) || pl_str_starts(text, PL_STR("\xFF\xFE")) ||
		     (text.len >= 2 && (text.ptr[0] == '\0') != (text.ptr[1] == '\0'));
	if (utf16)
		return FAULT(r, r->p, 1, "save the file as UTF-8", "the text is UTF-16, not UTF-8");
	return PL_OK;
}

static pl_err read_text(struct reader *r)
{
	PL_TRY(check_encoding(r));
	skip_space(r);
	if (r->p == r->end)
		return FAULT(r, r->start, 0, "write one JSON value", "the document is empty");
	bool more = true;
	while (more) {
		bool opened;
		PL_TRY(read_value(r, &opened));
		if (!opened)
			PL_TRY(read_after_value(r, &more));
		if (more)
			PL_TRY(read_entry(r));
	}
	return PL_OK;
}

static pl_err fail_memory(pl_str name, struct pl_diags *diags)
{
	pl_fault(diags, name, (pl_str){0}, (struct pl_span){0}, NULL, "no memory left to read the document");
	return PL_E_MEMORY;
}

pl_err pl_doc_read_json(pl_str name, pl_str text, const struct pl_doc_limits *limits, struct pl_arena *arena,
			struct pl_doc **ret_doc, struct pl_diags *diags)
{
	uint32_t max_bytes = limits->max_bytes < MAX_TEXT ? limits->max_bytes : MAX_TEXT;
	if (text.len > max_bytes) {
		pl_fault(diags, name, (pl_str){0}, (struct pl_span){0}, "split the document",
			 "the document has %zu bytes; at most %u are read", text.len, max_bytes);
		return PL_E_LIMIT;
	}
	size_t cap = text.len / 2 + 2;
	struct pl_doc *doc = pl_arena_zalloc(arena, 1, sizeof *doc);
	struct pl_token *tokens = doc ? pl_arena_alloc(arena, cap * sizeof *tokens) : NULL;
	if (!tokens)
		return fail_memory(name, diags);
	const char *start = text.len ? text.ptr : "";
	struct reader r = {
		.start = start,
		.p = start,
		.end = start + text.len,
		.tokens = tokens,
		.cap = (uint32_t)cap,
		.open = NONE,
		.max_depth = limits->max_depth,
		.name = name,
		.diags = diags,
	};
	pl_err err = read_text(&r);
	/* Diagnostics may share the arena; then nothing can be given back, and pl_arena_shrink knows. */
	pl_arena_shrink(arena, tokens, cap * sizeof *tokens, err == PL_OK ? r.count * sizeof *tokens : 0);
	if (err != PL_OK)
		return err;
	*doc = (struct pl_doc){
		.name = name, .source = text, .count = r.count, .tokens = tokens, .format = PL_FORMAT_JSON};
	*ret_doc = doc;
	return PL_OK;
}
