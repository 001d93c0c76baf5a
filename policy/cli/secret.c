/* secret.c - see secret.h. Of a file that is not well-formed there is no tape to tell what is a secret, and a password
 * with a colon or a quote in it is just what makes YAML refuse a line. So the line is searched for the key, as JSON,
 * flow and block style write it; what follows is masked to the closing quote, to the end of the flow element, or to the
 * end of the line. */
#include "secret.h"

#include <string.h>
#include <strings.h>

#define KEY "value"

struct line {
	char *ptr;
	size_t len;
};

static struct line line_at(char *text, size_t len, size_t offset)
{
	size_t start = offset < len ? offset : len, end = start;
	while (start > 0 && text[start - 1] != '\n')
		start--;
	while (end < len && text[end] != '\n')
		end++;
	return (struct line){text + start, end - start};
}

static size_t skip(struct line line, size_t at, const char *what)
{
	while (at < line.len && line.ptr[at] && strchr(what, line.ptr[at]))
		at++;
	return at;
}

static bool is_word(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' || c == '-';
}

/* Where the value of a key at `at` begins; 0 when there is no key. */
static size_t value_at(struct line line, size_t at)
{
	size_t key = sizeof KEY - 1;
	if (line.len - at < key || strncasecmp(line.ptr + at, KEY, key) != 0 || (at > 0 && is_word(line.ptr[at - 1])))
		return 0;
	size_t colon = skip(line, skip(line, at + key, "\"'"), " \t");
	if (colon == line.len || line.ptr[colon] != ':')
		return 0;
	return skip(line, colon + 1, " \t");
}

/* Where a value that begins at `at` ends. */
static size_t end_of(struct line line, size_t at, bool flow)
{
	char quote = at < line.len && (line.ptr[at] == '"' || line.ptr[at] == '\'') ? line.ptr[at] : '\0';
	for (size_t i = at + (quote != '\0'); i < line.len; i++) {
		if (quote == '"' && line.ptr[i] == '\\')
			i++;
		else if (quote && line.ptr[i] == quote)
			return i + 1;
		else if (!quote && flow && (line.ptr[i] == ',' || line.ptr[i] == '}'))
			return i;
	}
	return line.len;
}

pl_str pl_secret_masked(pl_str text, uint32_t offset, struct pl_arena *arena)
{
	if (text.len == 0)
		return text;
	char *copy = pl_arena_alloc(arena, text.len);
	if (!copy)
		return (pl_str){0};
	memcpy(copy, text.ptr, text.len);
	struct line line = line_at(copy, text.len, offset);
	bool flow = false;
	for (size_t i = 0; i < line.len; i++) {
		flow = flow || line.ptr[i] == '{';
		size_t value = value_at(line, i);
		if (value == 0)
			continue;
		size_t end = end_of(line, value, flow);
		memset(line.ptr + value, '*', end - value);
		i = end > i ? end - 1 : i;
	}
	return (pl_str){copy, text.len};
}
