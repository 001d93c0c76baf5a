/* secret.c - see secret.h. Of a file that is not well-formed there is no tape to tell what is a secret, and a password
 * with a colon or a quote in it is just what makes YAML refuse a line. So the text itself is searched, as JSON, flow
 * and block style write it: after a private key everything is masked, to the closing quote or bracket, to the end of
 * the flow element, or to the end of the line; so is a line inside a block that such a key begins, by its indentation,
 * and one that has no key at all, which may be the middle of a key that was pasted without indentation. The fault may
 * have hit the private key itself: in brackets only keys are shown behind it, and of a text with a Secret only the
 * place. Names are those of model/private.h, with `data` and `options` wherever they stand. */
#include "secret.h"

#include <string.h>
#include <strings.h>

struct line {
	char *ptr;
	size_t len;
};

/* Everything after these is private. */
static const char *const private_keys[] = {
	"value", "command",    "args",	  "entryPoint",
	"data",	 "stringData", "options", "kubectl.kubernetes.io/last-applied-configuration",
};
/* Lists of pairs of `name` and `value`; anything else after these is private. */
static const char *const pair_keys[] = {"env", "environment", "httpHeaders"};
/* What should say where a value is. */
static const char *const source_keys[] = {"valueFrom"};

#define COUNT(names) (sizeof(names) / sizeof *(names))

/* --- characters --------------------------------------------------------------------------------------------------- */

static bool is_among(char c, const char *what)
{
	return c && strchr(what, c);
}

static size_t skip(struct line line, size_t at, const char *what)
{
	while (at < line.len && is_among(line.ptr[at], what))
		at++;
	return at;
}

static char char_at(struct line line, size_t at)
{
	return at < line.len ? line.ptr[at] : '\0';
}

static bool is_word(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || is_among(c, "_-./");
}

static void mask(struct line line, size_t from, size_t to)
{
	while (to > from && line.ptr[to - 1] == '\r')
		to--;
	memset(line.ptr + from, '*', to - from);
}

/* --- keys --------------------------------------------------------------------------------------------------------- */

/* Where the value of a key at `at` begins, when it is one of these; 0 when it is not. */
static size_t value_at(struct line line, size_t at, const char *const *keys, size_t count)
{
	size_t end = at;
	if (at > 0 && is_word(line.ptr[at - 1]))
		return 0;
	while (end < line.len && is_word(line.ptr[end]))
		end++;
	size_t colon = skip(line, skip(line, end, "\"'"), " \t");
	if (end == at || char_at(line, colon) != ':')
		return 0;
	for (size_t i = 0; i < count; i++) {
		if (strlen(keys[i]) == end - at && strncasecmp(keys[i], line.ptr + at, end - at) == 0)
			return skip(line, colon + 1, " \t");
	}
	return 0;
}

/* Whether a list of pairs begins here, or nothing: then what is private in it has a key of its own. */
static bool is_pairs(struct line line, size_t value)
{
	return skip(line, value, "\r") == line.len ||
	       (line.ptr[value] == '[' && is_among(char_at(line, skip(line, value + 1, " \t")), "{]"));
}

/* Where the private value of a key at `at` begins; 0 when there is none. */
static size_t private_at(struct line line, size_t at)
{
	size_t value = value_at(line, at, private_keys, COUNT(private_keys));
	if (value)
		return value;
	value = value_at(line, at, pair_keys, COUNT(pair_keys));
	if (value)
		return is_pairs(line, value) ? 0 : value;
	value = value_at(line, at, source_keys, COUNT(source_keys));
	return value && value < line.len && line.ptr[value] != '{' ? value : 0;
}

/* The first byte behind a text in quotes that begins at `at`. */
static size_t end_of_quoted(struct line line, size_t at)
{
	char quote = line.ptr[at];
	for (size_t i = at + 1; i < line.len; i++) {
		if (quote == '"' && line.ptr[i] == '\\')
			i++;
		else if (line.ptr[i] == quote)
			return i + 1;
	}
	return line.len;
}

static size_t end_of_brackets(struct line line, size_t at)
{
	size_t depth = 0;
	while (at < line.len) {
		bool quoted = is_among(line.ptr[at], "\"'");
		depth += is_among(line.ptr[at], "[{");
		depth -= is_among(line.ptr[at], "]}");
		at = quoted ? end_of_quoted(line, at) : at + 1;
		if (depth == 0)
			return at;
	}
	return line.len;
}

/* Where a value that begins at `at` ends. */
static size_t end_of(struct line line, size_t at, bool flow)
{
	if (is_among(char_at(line, at), "\"'[{")) {
		size_t end = line.ptr[at] == '"' || line.ptr[at] == '\'' ? end_of_quoted(line, at)
									 : end_of_brackets(line, at);
		size_t next = skip(line, end, " \t\r");
		return next == line.len || is_among(line.ptr[next], ",}]#") ? end : line.len; /* a quote too many */
	}
	while (at < line.len && !(flow && is_among(line.ptr[at], ",}]")))
		at++;
	return at;
}

/* A single value is masked; behind other private keys stand lists and objects. */
static bool is_value(struct line line, size_t at)
{
	static const char *const keys[] = {"value", "valueFrom"};
	return value_at(line, at, keys, COUNT(keys)) != 0;
}

static void mask_values(struct line line)
{
	bool flow = false;
	for (size_t i = 0; i < line.len; i++) {
		flow = flow || line.ptr[i] == '{';
		size_t value = private_at(line, i);
		if (value == 0)
			continue;
		bool whole = !is_value(line, i) && !is_among(char_at(line, value), "[{"); /* a bracket is missing */
		size_t end = whole ? line.len : end_of(line, value, flow);
		mask(line, value, end);
		i = end > i ? end - 1 : i;
	}
}

/* --- lines -------------------------------------------------------------------------------------------------------- */

static struct line line_at(char *text, size_t len, size_t offset)
{
	size_t start = offset < len ? offset : len, end = start;
	while (start > 0 && text[start - 1] != '\n')
		start--;
	while (end < len && text[end] != '\n')
		end++;
	return (struct line){text + start, end - start};
}

static bool is_dash(struct line line, size_t at)
{
	return char_at(line, at) == '-' && (at + 1 >= line.len || is_among(line.ptr[at + 1], " \t\r"));
}

/* Where the line has its key: behind what says that it is an element. */
static size_t key_column(struct line line)
{
	size_t at = skip(line, 0, " \t");
	while (is_dash(line, at))
		at = skip(line, at + 1, " \t");
	return at;
}

/* Keys that stand left of this may have the line in their block; an element may stand below its key. */
static size_t indentation(struct line line)
{
	size_t at = skip(line, 0, " ");
	if (char_at(line, at) == '\t')
		return SIZE_MAX; /* nobody can tell */
	return at + is_dash(line, at);
}

static bool is_nothing(struct line line)
{
	size_t at = skip(line, 0, " \t\r");
	return at == line.len || line.ptr[at] == '#';
}

static bool has_private(struct line line)
{
	size_t i = 0;
	while (i < line.len && !value_at(line, i, private_keys, COUNT(private_keys)))
		i++;
	return i < line.len;
}

/* Names and values, or a mapping in flow style; not what is written like a variable of a shell, or of compose. */
static bool is_pair(struct line line)
{
	static const char *const members[] = {"name", "value", "valueFrom"};
	size_t at = key_column(line);
	return char_at(line, at) == '{' ||
	       (is_dash(line, skip(line, 0, " ")) && value_at(line, skip(line, at, "\"'"), members, COUNT(members)));
}

/* Whether the line stands in the block of a private key, by the indentation of the lines before it. */
static bool is_inside(char *text, struct line line)
{
	size_t limit = indentation(line);
	bool nearest = true;
	char *start = line.ptr;
	while (limit > 0 && start > text) {
		struct line above = line_at(text, (size_t)(start - text), (size_t)(start - text) - 1);
		size_t column = key_column(above);
		start = above.ptr;
		if (is_nothing(above))
			continue;
		if (column >= limit) {
			nearest &= skip(above, 0, " ") >= limit; /* else both are of one element */
			continue;
		}
		size_t value = value_at(above, skip(above, column, "\"'"), pair_keys, COUNT(pair_keys));
		if (has_private(above) || (nearest && value && !is_pair(line)))
			return true;
		nearest = false;
		limit = indentation(above);
	}
	return false;
}

/* A key stands before a colon with white space behind it, or in quotes. */
static bool has_key(struct line line)
{
	for (size_t i = 1; i < line.len; i++) {
		if (line.ptr[i] == ':' &&
		    (i + 1 == line.len || is_among(line.ptr[i + 1], " \t\r") || is_among(line.ptr[i - 1], "\"'")))
			return true;
	}
	return false;
}

/* JSON and flow style: what follows in the line belongs together. */
static bool is_flow(struct line line)
{
	size_t at = 0;
	while (at < line.len && !is_among(line.ptr[at], "{["))
		at++;
	return at < line.len;
}

static bool has_secret(struct line text)
{
	static const char *const kind[] = {"kind"};
	for (size_t i = 0; i < text.len; i++) {
		size_t value = is_among(text.ptr[i], "kK") ? value_at(text, i, kind, COUNT(kind)) : 0;
		value = value ? skip(text, value, "\"'") : 0;
		if (value && text.len - value >= 6 && strncasecmp(text.ptr + value, "Secret", 6) == 0)
			return true;
	}
	return false;
}

static bool is_directive(struct line line)
{
	return char_at(line, 0) == '%' || (line.len >= 3 && memcmp(line.ptr, "---", 3) == 0);
}

/* A word with a colon behind it that is none of its own. */
static bool is_key(struct line line, size_t end)
{
	size_t quote = skip(line, end, "\"'"), colon = skip(line, quote, " \t");
	return char_at(line, colon) == ':' &&
	       (quote > end || colon + 1 >= line.len || is_among(line.ptr[colon + 1], " \t\r"));
}

/* Everything from `at` on but keys and brackets. */
static void mask_words(struct line line, size_t at)
{
	static const char *const between = " \t\r{}[],:\"'";
	while (at < line.len) {
		size_t start = skip(line, at, between), end = start;
		while (end < line.len && !is_among(line.ptr[end], between))
			end++;
		if (!is_key(line, end))
			mask(line, start, end);
		at = end;
	}
}

static void mask_line(char *text, size_t len, size_t offset)
{
	struct line line = line_at(text, len, offset);
	bool keyless = !has_key(line) && !is_nothing(line) && !is_directive(line), flow = is_flow(line);
	size_t fault = offset - (size_t)(line.ptr - text);
	if (keyless || is_inside(text, line) || has_secret((struct line){text, len}))
		mask(line, key_column(line), line.len);
	else
		mask_values(line);
	if (flow)
		mask_words(line, fault);
}

pl_str pl_secret_masked(pl_str text, uint32_t offset, struct pl_arena *arena)
{
	if (text.len == 0)
		return text;
	char *copy = pl_arena_alloc(arena, text.len);
	if (!copy)
		return (pl_str){0};
	memcpy(copy, text.ptr, text.len);
	mask_line(copy, text.len, offset);
	return (pl_str){copy, text.len};
}
