/* lex_json.c - the JSON value of `set` in a test: where it ends. What it says is judged by the JSON reader, when the
 * test is read. */
#include "lex.h"

/* End of the JSON string at `at`, 0 if it has none. */
static uint32_t json_string_end(const struct pl_lexer *lx, uint32_t at)
{
	for (uint32_t i = at + 1; pl_lex_on_line(lx, i); i++) {
		if (lx->text.ptr[i] == '"')
			return i + 1;
		i += lx->text.ptr[i] == '\\' && pl_lex_on_line(lx, i + 1);
	}
	return 0;
}

/* End of the number or word at `at`, 0 if there is none. */
static uint32_t json_word_end(const struct pl_lexer *lx, uint32_t at)
{
	uint32_t end = at;
	for (char c = pl_lex_char(lx, end); pl_lex_is_word(c) || c == '+' || c == '-' || c == '.';)
		c = pl_lex_char(lx, ++end);
	return end == at ? 0 : end;
}

/* End of the JSON value at `at`, 0 if it has none. Only strings and brackets are looked at: which brackets are open is
 * a bit each, so 64 levels are the most. What stands between them is judged by the JSON reader when the test runs. */
static uint32_t json_end(const struct pl_lexer *lx, uint32_t at)
{
	uint64_t objects = 0;
	unsigned depth = 0;
	for (uint32_t i = at; i < lx->text.len;) {
		char c = lx->text.ptr[i];
		if (c == '"') {
			i = json_string_end(lx, i);
			if (i == 0)
				return 0;
		} else if (c == '{' || c == '[') {
			if (depth++ == 64)
				return 0;
			objects = objects << 1 | (c == '{');
			i++;
		} else if (c == '}' || c == ']') {
			if (depth-- == 0 || (objects & 1) != (c == '}'))
				return 0;
			objects >>= 1;
			i++;
		} else if (depth == 0) {
			return json_word_end(lx, i);
		} else {
			i++;
		}
		if (depth == 0)
			return i;
	}
	return 0;
}

void pl_lex_json(struct pl_lexer *lx, struct pl_lexeme *ret_token)
{
	struct pl_lexeme t = {.first = pl_lex_skip_blank(lx)};
	t.start = lx->pos;
	uint32_t end = json_end(lx, lx->pos);
	if (end)
		pl_lex_finish(lx, &t, PL_TOKEN_JSON, end);
	else
		pl_lex_refuse(lx, &t, PL_CODE_E0112, pl_lex_line_end(lx, t.start),
			      "write a text in double quotes, a number, true, false, null, [...] or {...}",
			      "this is not a JSON value");
	lx->last = t.kind;
	*ret_token = t;
}
