/* mutate_literal.c - literals of a policy, each a little different: a number or version by one, a text by a letter. */
#include "mutate.h"

#include <string.h>

/* The token of a literal, which may stand in parentheses. */
static const struct pl_mutate_token *token_of(const struct pl_mutate *m, const struct pl_expr *e)
{
	const struct pl_mutate_token *t = pl_mutate_token_from(m, e->at.start);
	const struct pl_mutate_token *end = m->tokens + m->token_count;
	while (t && t < end && t->kind == PL_TOKEN_LPAREN)
		t++;
	return t && t < end ? t : NULL;
}

static void become(struct pl_mutate *m, struct pl_span at, pl_str text)
{
	if (!text.ptr)
		m->err = PL_E_MEMORY;
	else
		pl_mutate_add(m, at, text, true, "`%.*s` becomes `%.*s`", PL_FMT(pl_mutate_quote(m, at)), PL_FMT(text));
}

static bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

/* The number of digits at text[from], moved by shift; never below zero. */
static pl_str shift_digits(struct pl_mutate *m, pl_str text, size_t from, int shift)
{
	size_t to = from;
	uint64_t n = 0;
	for (; to < text.len && is_digit(text.ptr[to]) && n < UINT64_MAX / 20; to++)
		n = n * 10 + (uint64_t)(text.ptr[to] - '0');
	n = shift < 0 && n > 0 ? n - 1 : n + 1;
	return pl_arena_printf(m->suite->arena, "%.*s%llu%.*s", (int)from, text.ptr, (unsigned long long)n,
			       (int)(text.len - to), text.ptr + to);
}

/* v1.29: the last number. */
static size_t last_number(pl_str text)
{
	size_t i = text.len;
	while (i > 0 && is_digit(text.ptr[i - 1]))
		i--;
	return i;
}

/* The day before or after, which is in the calendar too. */
static pl_str shift_date(struct pl_mutate *m, pl_str text, int shift)
{
	if (text.len != 10)
		return text;
	int day = (text.ptr[8] - '0') * 10 + (text.ptr[9] - '0');
	day += (shift < 0 && day > 1) || day >= 28 ? -1 : 1;
	return pl_arena_printf(m->suite->arena, "%.*s%02d", 8, text.ptr, day);
}

static void shift_range(struct pl_mutate *m, const struct pl_expr *e, struct pl_span at)
{
	long long low = e->u.range.low, high = e->u.range.high;
	struct pl_arena *arena = m->suite->arena;
	if (low < high)
		become(m, at, pl_arena_printf(arena, "%lld..%lld", low + 1, high));
	if (low < high)
		become(m, at, pl_arena_printf(arena, "%lld..%lld", low, high - 1));
	if (low > 0)
		become(m, at, pl_arena_printf(arena, "%lld..%lld", low - 1, high));
	if (high < INT64_MAX)
		become(m, at, pl_arena_printf(arena, "%lld..%lld", low, high + 1));
}

static pl_str longer(struct pl_mutate *m, pl_str text)
{
	return pl_arena_printf(m->suite->arena, "%.*sx\"", (int)(text.len - 1), text.ptr);
}

void pl_mutate_literal(struct pl_mutate *m, const struct pl_expr *e, int shift)
{
	const struct pl_mutate_token *t = token_of(m, e);
	if (!t)
		return;
	pl_str text = pl_mutate_slice(m, t->at);
	if (e->kind == PL_EXPR_STRING)
		become(m, t->at, longer(m, text));
	else if (e->kind == PL_EXPR_INT)
		become(m, t->at,
		       pl_arena_printf(m->suite->arena, "%lld",
				       (long long)(shift < 0 && e->u.integer > 0 ? e->u.integer - 1
						   : e->u.integer < INT64_MAX	 ? e->u.integer + 1
										 : 0)));
	else if (e->kind == PL_EXPR_DECIMAL || e->kind == PL_EXPR_QTY)
		become(m, t->at, shift_digits(m, e->u.text, 0, shift));
	else if (e->kind == PL_EXPR_VERSION)
		become(m, t->at, shift_digits(m, e->u.text, last_number(e->u.text), shift));
	else if (e->kind == PL_EXPR_DATE)
		become(m, t->at, shift_date(m, text, shift));
	else if (e->kind == PL_EXPR_RANGE)
		shift_range(m, e, t->at);
	else if (e->kind == PL_EXPR_BOOL)
		become(m, t->at, e->u.integer ? PL_STR("false") : PL_STR("true"));
}
