/* lex.c - from policy text to tokens: words, strings, text blocks, patterns and signs. Numbers are in lex_number.c.
 *
 * The whole source is looked through once before the first token: what a reader of the policy cannot see is refused
 * everywhere, comments included. After that the text is known to be UTF-8 without control characters. */
#include "lex.h"

#include <string.h>

#include "base/buf.h"
#include "base/utf8.h"

static const struct {
	const char *name;
	const char *spelling;
	bool keyword, top;
	uint8_t len; /* of the spelling */
} kinds[PL_TOKEN_COUNT_] = {
#define PL_TOKEN(id, called)	     [PL_TOKEN_##id] = {called, "", false, false, 0},
#define PL_PUNCT(id, text)	     [PL_TOKEN_##id] = {"`" text "`", text, false, false, sizeof text - 1},
#define PL_KEYWORD(id, text, begins) [PL_TOKEN_##id] = {"`" text "`", text, true, begins, sizeof text - 1},
#include "tokens.def"
#undef PL_TOKEN
#undef PL_PUNCT
#undef PL_KEYWORD
};

const char *pl_token_name(enum pl_token_kind kind)
{
	return kinds[kind].name;
}

const char *pl_token_spelling(enum pl_token_kind kind)
{
	return kinds[kind].spelling;
}

bool pl_token_is_top(enum pl_token_kind kind)
{
	return kinds[kind].top;
}

bool pl_token_is_keyword(enum pl_token_kind kind)
{
	return kinds[kind].keyword;
}

bool pl_lex_is_digit(char c)
{
	return c >= '0' && c <= '9';
}

static bool is_letter(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

bool pl_lex_is_word(char c)
{
	return is_letter(c) || pl_lex_is_digit(c) || c == '_';
}

char pl_lex_char(const struct pl_lexer *lx, uint32_t at)
{
	return at < lx->text.len ? lx->text.ptr[at] : '\0';
}

static struct pl_span span_of(const struct pl_lexer *lx, uint32_t start, uint32_t end)
{
	if (lx->places) {
		start = lx->places[start];
		end = lx->places[end];
	}
	return (struct pl_span){start, end - start};
}

void pl_lex_finish(struct pl_lexer *lx, struct pl_lexeme *t, enum pl_token_kind kind, uint32_t end)
{
	t->kind = kind;
	t->at = span_of(lx, t->start, end);
	t->end = end;
	t->text = (pl_str){lx->text.ptr + t->start, end - t->start};
	lx->pos = end;
}

/* In an interpolation every mistake of spelling is a mistake of the interpolation. */
static enum pl_code code_here(const struct pl_lexer *lx, enum pl_code code)
{
	return lx->places && code == PL_CODE_E0002 ? PL_CODE_E0103 : code;
}

void pl_lex_refuse(struct pl_lexer *lx, struct pl_lexeme *t, enum pl_code code, uint32_t end, const char *help,
		   const char *fmt, ...)
{
	pl_lex_finish(lx, t, PL_TOKEN_ERROR, end);
	if (lx->quiet)
		return;
	lx->errors++;
	va_list ap;
	va_start(ap, fmt);
	pl_lang_errorv(lx->diags, lx->source, code_here(lx, code), t->at, (pl_str){0}, (pl_str){0}, pl_str_from(help),
		       fmt, ap);
	va_end(ap);
}

/* --- what cannot be seen -------------------------------------------------------------------------------------------
 */

const char *pl_lex_unseen(uint32_t point)
{
	if (point == '\t' || point == '\n' || point == '\r')
		return NULL;
	if (point < 0x20 || (point >= 0x7F && point <= 0x9F))
		return "control character";
	if (pl_utf8_is_bidi(point))
		return "bidirectional control character";
	if (point == 0x2028 || point == 0x2029)
		return "hidden line break";
	if (point == 0xFEFF || point == 0xAD || (point >= 0x200B && point <= 0x200D) ||
	    (point >= 0x2060 && point <= 0x2064))
		return "invisible character";
	return NULL;
}

/* A line break that only some editors show would let a comment look like a rule, and the other way round. */
static const char *unseen(uint32_t point, char next)
{
	if (point == '\r' && next != '\n')
		return "carriage return in the middle of a line";
	return pl_lex_unseen(point);
}

static void refuse_unseen(struct pl_lexer *lx, struct pl_span at, uint32_t point, const char *what)
{
	char room[96];
	struct pl_buf help;
	pl_buf_init_fixed(&help, room, sizeof room);
	if (point == 0xFEFF && at.start == 0)
		pl_buf_adds(&help, "save the file as UTF-8 without a byte order mark");
	else
		pl_buf_addf(&help, "remove it; where a string needs it, write \\u{%x}", (unsigned)point);
	lx->errors++;
	pl_lang_error(lx->diags, lx->source, PL_CODE_E0001, at, (pl_str){0},
		      PL_STR("a policy must not read differently from how it runs"), pl_buf_str(&help), "%s (U+%04X)",
		      what, (unsigned)point);
}

static pl_err look_through(struct pl_lexer *lx)
{
	pl_str s = lx->text;
	for (uint32_t i = 0; i < s.len && lx->errors < PL_DIAGS_MAX;) {
		uint32_t point;
		unsigned n = pl_utf8_decode(s.ptr + i, s.len - i, &point);
		if (n == 0) {
			lx->errors++;
			pl_lang_error(lx->diags, lx->source, PL_CODE_E0001, (struct pl_span){i, 1}, (pl_str){0},
				      (pl_str){0}, PL_STR("save the file as UTF-8"), "the byte 0x%02X is not UTF-8",
				      (unsigned)(unsigned char)s.ptr[i]);
			return PL_E_POLICY;
		}
		const char *what = unseen(point, pl_lex_char(lx, i + 1));
		if (what)
			refuse_unseen(lx, (struct pl_span){i, n}, point, what);
		i += n;
	}
	return lx->errors ? PL_E_POLICY : PL_OK;
}

pl_err pl_lex_open(struct pl_lexer *lx, const struct pl_policy_source *source, struct pl_diags *diags)
{
	memset(lx, 0, sizeof *lx);
	lx->source = source;
	lx->text = source->text;
	lx->diags = diags;
	if (source->text.len <= PL_MAX_SOURCE)
		return look_through(lx);
	struct pl_policy_source name_only = {.name = source->name};
	lx->errors++;
	pl_lang_error(diags, &name_only, PL_CODE_E0003, (struct pl_span){0}, (pl_str){0}, (pl_str){0},
		      PL_STR("split it: all files of a directory are one policy"),
		      "the file has %zu bytes; a policy file has at most %u", source->text.len, PL_MAX_SOURCE);
	return PL_E_POLICY;
}

/* --- white space and words ------------------------------------------------------------------------------------------
 */

bool pl_lex_skip_blank(struct pl_lexer *lx)
{
	bool first = lx->pos == 0;
	for (;; lx->pos++) {
		char c = pl_lex_char(lx, lx->pos);
		if (c == '#') {
			const char *end = memchr(lx->text.ptr + lx->pos, '\n', lx->text.len - lx->pos);
			lx->pos = end ? (uint32_t)(end - lx->text.ptr) : (uint32_t)lx->text.len;
			c = pl_lex_char(lx, lx->pos);
		}
		if (c != ' ' && c != '\t' && c != '\r' && c != '\n')
			return first;
		first = first || c == '\n';
	}
}

static enum pl_token_kind keyword_of(pl_str word)
{
	for (unsigned k = 0; k < PL_TOKEN_COUNT_; k++) {
		if (kinds[k].keyword && word.len == kinds[k].len && memcmp(word.ptr, kinds[k].spelling, word.len) == 0)
			return (enum pl_token_kind)k;
	}
	return PL_TOKEN_NAME;
}

static uint32_t word_end(const struct pl_lexer *lx, uint32_t at)
{
	while (pl_lex_is_word(pl_lex_char(lx, at)))
		at++;
	return at;
}

/* `v` and then digits only. */
static bool looks_like_version(const struct pl_lexer *lx, uint32_t start, uint32_t end)
{
	if (lx->text.ptr[start] != 'v' || end - start < 2 || !pl_lex_is_digit(lx->text.ptr[start + 1]))
		return false;
	for (uint32_t i = start + 1; i < end; i++) {
		if (is_letter(lx->text.ptr[i]))
			return false;
	}
	return true;
}

static void read_word(struct pl_lexer *lx, struct pl_lexeme *t)
{
	uint32_t end = word_end(lx, t->start);
	bool kebab = false;
	bool field = lx->last == PL_TOKEN_DOT;
	if (!field && pl_lex_char(lx, end) != '-' && looks_like_version(lx, t->start, end)) {
		pl_lex_version(lx, t, end);
		return;
	}
	while (pl_lex_char(lx, end) == '-' && pl_lex_is_word(pl_lex_char(lx, end + 1))) {
		kebab = true;
		end = word_end(lx, end + 1);
	}
	pl_lex_finish(lx, t, PL_TOKEN_NAME, end);
	if (kebab)
		t->kind = PL_TOKEN_KEBAB;
	else if (!field)
		t->kind = keyword_of(t->text);
}

/* --- strings, text blocks, patterns
 * ----------------------------------------------------------------------------------- */

static int hex_digit(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	return c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

/* Length of the escape at a backslash, 0 if it is none. */
static uint32_t escape_length(const struct pl_lexer *lx, uint32_t at)
{
	char c = pl_lex_char(lx, at + 1);
	if (c == '"' || c == '\\' || c == 'n' || c == 't')
		return 2;
	if (c != 'u' || pl_lex_char(lx, at + 2) != '{')
		return 0;
	uint32_t point = 0, i = at + 3;
	for (; hex_digit(pl_lex_char(lx, i)) >= 0; i++) {
		point = point * 16 + (uint32_t)hex_digit(pl_lex_char(lx, i));
		if (point > 0x10FFFF)
			return 0;
	}
	if (i == at + 3 || pl_lex_char(lx, i) != '}' || (point >= 0xD800 && point <= 0xDFFF))
		return 0;
	return i + 1 - at;
}

bool pl_lex_on_line(const struct pl_lexer *lx, uint32_t at)
{
	return at < lx->text.len && lx->text.ptr[at] != '\n' && lx->text.ptr[at] != '\r';
}

uint32_t pl_lex_line_end(const struct pl_lexer *lx, uint32_t at)
{
	while (pl_lex_on_line(lx, at))
		at++;
	return at;
}

/* Gives up on a string whose escape at `at` is wrong: the caret goes to the escape, reading goes on after the string.
 */
static void refuse_escape(struct pl_lexer *lx, struct pl_lexeme *t, uint32_t at)
{
	struct pl_lexeme escape = *t;
	escape.start = at;
	uint32_t shown = at + 1 < lx->text.len ? at + 2 : at + 1;
	while (shown < lx->text.len && ((unsigned char)lx->text.ptr[shown] & 0xC0) == 0x80)
		shown++;
	pl_lex_refuse(lx, &escape, PL_CODE_E0002, shown,
		      "the escapes are \\\" \\\\ \\n \\t and \\u{...} with the hexadecimal number of a character",
		      "`%.*s` is not an escape", (int)(shown - at), lx->text.ptr + at);
	uint32_t end = shown;
	while (end < pl_lex_line_end(lx, shown) && lx->text.ptr[end] != '"')
		end++;
	pl_lex_finish(lx, t, PL_TOKEN_ERROR, pl_lex_char(lx, end) == '"' ? end + 1 : end);
}

static void read_string(struct pl_lexer *lx, struct pl_lexeme *t)
{
	uint32_t i = t->start + 1;
	while (pl_lex_on_line(lx, i)) {
		char c = lx->text.ptr[i];
		if (c == '"') {
			pl_lex_finish(lx, t, PL_TOKEN_STRING, i + 1);
			t->text = (pl_str){lx->text.ptr + t->start + 1, i - t->start - 1};
			return;
		}
		uint32_t n = c == '\\' ? escape_length(lx, i) : 1;
		if (n == 0) {
			refuse_escape(lx, t, i);
			return;
		}
		i += n;
	}
	pl_lex_refuse(lx, t, PL_CODE_E0002, i,
		      "end it with `\"` on the same line; write \\n for a line break and \\\" for a quote",
		      "this string has no end");
}

static void read_text(struct pl_lexer *lx, struct pl_lexeme *t)
{
	uint32_t begin = t->start + 3;
	for (uint32_t i = begin; i + 3 <= lx->text.len; i++) {
		if (memcmp(lx->text.ptr + i, "\"\"\"", 3) != 0)
			continue;
		pl_lex_finish(lx, t, PL_TOKEN_TEXT, i + 3);
		t->text = (pl_str){lx->text.ptr + begin, i - begin};
		return;
	}
	pl_lex_refuse(lx, t, PL_CODE_E0002, begin, "end it with `\"\"\"` on a line of its own",
		      "this text block has no end");
	lx->pos = (uint32_t)lx->text.len;
}

static void finish_pattern(struct pl_lexer *lx, struct pl_lexeme *t, uint32_t slash)
{
	uint32_t end = word_end(lx, slash + 1);
	uint32_t flags = end - slash - 1;
	if (flags > 1 || (flags == 1 && lx->text.ptr[slash + 1] != 'i')) {
		t->start = slash + 1;
		pl_lex_refuse(lx, t, PL_CODE_E0002, end,
			      "a pattern may be followed by `i`: upper and lower case are the same",
			      "there is no pattern option `%.*s`", (int)flags, lx->text.ptr + slash + 1);
		return;
	}
	pl_lex_finish(lx, t, PL_TOKEN_REGEX, end);
	t->text = (pl_str){lx->text.ptr + t->start + 1, slash - t->start - 1};
	t->ignore_case = flags == 1;
}

static void read_pattern(struct pl_lexer *lx, struct pl_lexeme *t)
{
	uint32_t limit = pl_lex_line_end(lx, t->start);
	for (uint32_t i = t->start + 1; i < limit; i++) {
		if (lx->text.ptr[i] == '/') {
			finish_pattern(lx, t, i);
			return;
		}
		i += lx->text.ptr[i] == '\\';
	}
	pl_lex_refuse(lx, t, PL_CODE_E0002, limit, "end it with `/` on the same line; a slash inside is written \\/",
		      "this pattern has no end");
}

/* --- signs
 * --------------------------------------------------------------------------------------------------------------- */

static enum pl_token_kind sign_of(char c, char next, uint32_t *ret_len)
{
	*ret_len = 1;
	for (unsigned k = 0; k < PL_TOKEN_COUNT_; k++) {
		const char *s = kinds[k].spelling;
		if (kinds[k].keyword || s[0] != c || s[1] == '\0' || s[1] != next)
			continue;
		*ret_len = 2;
		return (enum pl_token_kind)k;
	}
	for (unsigned k = 0; k < PL_TOKEN_COUNT_; k++) {
		const char *s = kinds[k].spelling;
		if (!kinds[k].keyword && c != '\0' && s[0] == c && s[1] == '\0')
			return (enum pl_token_kind)k;
	}
	return PL_TOKEN_ERROR;
}

/* What somebody who wrote this probably wanted. */
static const char *help_for(uint32_t point)
{
	switch (point) {
	case '&':
		return "write `and`";
	case '|':
		return "write `or`";
	case '!':
		return "write `not`, `!=`, or `is absent`";
	case '\'':
	case 0x2018:
	case 0x2019:
	case 0x201C:
	case 0x201D:
		return "strings stand between straight double quotes: \"...\"";
	case '/':
		return "patterns stand after `matches`, comments after `#`; there is no division";
	case '%':
		return "there is no division";
	case ';':
		return "nothing ends a clause but the next one";
	case '$':
		return "in messages a value is written {container.name}, elsewhere without any sign";
	case 0xA0:
		return "this is a no-break space: replace it with a plain one";
	case 0x2013:
	case 0x2014:
	case 0x2212:
		return "replace this dash with a plain `-`";
	default:
		return NULL;
	}
}

static void refuse_character(struct pl_lexer *lx, struct pl_lexeme *t)
{
	uint32_t point;
	unsigned n = pl_utf8_decode(lx->text.ptr + t->start, lx->text.len - t->start, &point);
	uint32_t end = t->start + (n ? n : 1);
	bool doubled = (point == '&' || point == '|' || point == '/') && pl_lex_char(lx, end) == (char)point;
	if (doubled)
		end++;
	/* A message may decode to what the source may not hold. */
	if (unseen(point, '\0')) {
		pl_lex_refuse(lx, t, PL_CODE_E0002, end, NULL, "unexpected character U+%04X", (unsigned)point);
		return;
	}
	pl_lex_refuse(lx, t, PL_CODE_E0002, end, help_for(point), "unexpected `%.*s`", (int)(end - t->start),
		      lx->text.ptr + t->start);
}

static void read_sign(struct pl_lexer *lx, struct pl_lexeme *t)
{
	uint32_t len;
	enum pl_token_kind kind = sign_of(lx->text.ptr[t->start], pl_lex_char(lx, t->start + 1), &len);
	if (kind == PL_TOKEN_ERROR)
		refuse_character(lx, t);
	else
		pl_lex_finish(lx, t, kind, t->start + len);
}

static void read_token(struct pl_lexer *lx, struct pl_lexeme *t)
{
	char c = pl_lex_char(lx, lx->pos);
	if (lx->pos >= lx->text.len)
		pl_lex_finish(lx, t, PL_TOKEN_END, (uint32_t)lx->text.len);
	else if (is_letter(c))
		read_word(lx, t);
	else if (pl_lex_is_digit(c))
		pl_lex_number(lx, t);
	else if (c == '"' && pl_lex_char(lx, lx->pos + 1) == '"' && pl_lex_char(lx, lx->pos + 2) == '"')
		read_text(lx, t);
	else if (c == '"')
		read_string(lx, t);
	else if (c == '/' && lx->last == PL_TOKEN_MATCHES)
		read_pattern(lx, t);
	else
		read_sign(lx, t);
}

void pl_lex_next(struct pl_lexer *lx, struct pl_lexeme *ret_token)
{
	struct pl_lexeme t = {.first = pl_lex_skip_blank(lx)};
	t.start = lx->pos;
	read_token(lx, &t);
	lx->last = t.kind;
	*ret_token = t;
}

/* "keyword", "sign", "string", "hyphenated name", ... */
static const char *class_of(enum pl_token_kind kind)
{
	if (kinds[kind].keyword)
		return "keyword";
	if (kinds[kind].spelling[0])
		return "sign";
	const char *space = strchr(kinds[kind].name, ' ');
	return space ? space + 1 : kinds[kind].name;
}

pl_err pl_lex_dump(const struct pl_policy_source *source, struct pl_buf *out, struct pl_diags *diags)
{
	struct pl_lexer lx;
	struct pl_lexeme t;
	uint32_t line = 1, seen = 0; /* lines up to `seen` are counted: linear time */
	PL_TRY(pl_lex_open(&lx, source, diags));
	for (pl_lex_next(&lx, &t); t.kind != PL_TOKEN_END; pl_lex_next(&lx, &t)) {
		for (; seen < t.at.start; seen++)
			line += source->text.ptr[seen] == '\n';
		pl_buf_addf(out, "%u %s ", line, class_of(t.kind));
		pl_buf_add_escaped(out, (pl_str){source->text.ptr + t.at.start, t.at.len}, 0);
		pl_buf_addc(out, '\n');
	}
	return lx.errors ? PL_E_POLICY : PL_OK;
}
