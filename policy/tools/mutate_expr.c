/* mutate_expr.c - expressions of a policy, each changed a little: another relation, one part less, the opposite. What
 * comes out need not compile; then it is counted apart. Recursion is bounded by the height of expressions. */
#include "mutate.h"

#include <string.h>

static pl_str slice(const struct pl_mutate *m, const struct pl_expr *e)
{
	return pl_mutate_slice(m, e->at);
}

static pl_str printed(struct pl_mutate *m, const struct pl_buf *b)
{
	if (b->failed)
		m->err = PL_E_MEMORY;
	return b->failed ? (pl_str){0} : pl_buf_str(b);
}

/* --- lists of operands ----------------------------------------------------------------------------------------------
 */

/* The operands of e but the one at `skip`, joined; in parentheses where e stands in some. */
static pl_str join(struct pl_mutate *m, const struct pl_expr *e, const char *word, const struct pl_expr *skip)
{
	struct pl_buf b;
	const char *before = "";
	pl_buf_init(&b, m->suite->arena, e->at.len + 8);
	pl_buf_adds(&b, e->parens ? "(" : "");
	for (const struct pl_expr *item = e->a; item; item = item->next) {
		if (item == skip)
			continue;
		pl_buf_addf(&b, "%s", before);
		pl_buf_add(&b, slice(m, item));
		before = word;
	}
	pl_buf_adds(&b, e->parens ? ")" : "");
	return printed(m, &b);
}

static void drop_each(struct pl_mutate *m, const struct pl_expr *e, const char *word)
{
	for (const struct pl_expr *item = e->a; item; item = item->next)
		pl_mutate_add(m, e->at, join(m, e, word, item), true, "`%.*s` is left out",
			      PL_FMT(pl_mutate_quote(m, item->at)));
}

static void and_or(struct pl_mutate *m, const struct pl_expr *e)
{
	bool and = e->kind == PL_EXPR_AND;
	pl_mutate_add(m, e->at, join(m, e, and? " or " : " and ", NULL), true, "`%s` becomes `%s`", and? "and" : "or",
		      and? "or" : "and");
	drop_each(m, e, and? " and " : " or ");
	for (const struct pl_expr *item = e->a; item; item = item->next)
		pl_mutate_condition(m, item);
}

static void else_values(struct pl_mutate *m, const struct pl_expr *e)
{
	drop_each(m, e, " else ");
	for (const struct pl_expr *item = e->a; item; item = item->next)
		pl_mutate_value(m, item, 1);
}

/* --- comparisons ----------------------------------------------------------------------------------------------------
 */

static void relation(struct pl_mutate *m, const struct pl_expr *e, const char *old, const char *new)
{
	uint32_t from = e->a->at.start + e->a->at.len;
	struct pl_span between = {from, e->b->at.start - from};
	pl_str text = pl_arena_printf(m->suite->arena, " %s ", new);
	if (!text.ptr)
		m->err = PL_E_MEMORY;
	else
		pl_mutate_add(m, between, text, true, "`%s` becomes `%s`", old, new);
}

static enum pl_relation sharper(enum pl_relation r)
{
	static const uint8_t other[] = {[PL_REL_EQ] = PL_REL_NE, [PL_REL_NE] = PL_REL_EQ, [PL_REL_LT] = PL_REL_LE,
					[PL_REL_LE] = PL_REL_LT, [PL_REL_GT] = PL_REL_GE, [PL_REL_GE] = PL_REL_GT};
	return (enum pl_relation)other[r];
}

/* A word of the language, and the same with `not`. */
static void word_relation(struct pl_mutate *m, const struct pl_expr *e)
{
	const char *name = pl_relation_name((enum pl_relation)e->op);
	pl_str negated = pl_arena_printf(m->suite->arena, "not %s", name);
	if (!negated.ptr) {
		m->err = PL_E_MEMORY;
		return;
	}
	relation(m, e, e->negated ? negated.ptr : name, e->negated ? name : negated.ptr);
	if (e->op == PL_REL_WITHIN && !e->negated)
		relation(m, e, name, "overlaps");
	if (e->op == PL_REL_OVERLAPS && !e->negated)
		relation(m, e, name, "within");
}

/* The other relation moves the border one way; the number is moved the other way. */
static int shift_of(const struct pl_expr *e)
{
	return e->op == PL_REL_LT || e->op == PL_REL_GE ? -1 : 1;
}

static void comparison(struct pl_mutate *m, const struct pl_expr *e)
{
	if (e->op <= PL_REL_GE)
		relation(m, e, pl_relation_name((enum pl_relation)e->op),
			 pl_relation_name(sharper((enum pl_relation)e->op)));
	else
		word_relation(m, e);
	pl_mutate_value(m, e->a, -shift_of(e));
	pl_mutate_value(m, e->b, shift_of(e));
}

/* `matches` becomes `not matches`, or the other way round; /a/i becomes /a/. */
static void pattern(struct pl_mutate *m, const struct pl_expr *e)
{
	uint32_t from = e->a->at.start + e->a->at.len;
	const struct pl_mutate_token *t = pl_mutate_token_from(m, from);
	while (t && t < m->tokens + m->token_count && t->kind != PL_TOKEN_REGEX)
		t++;
	if (!t || t == m->tokens + m->token_count)
		return;
	struct pl_span between = {from, t->at.start - from};
	pl_mutate_add(m, between, e->negated ? PL_STR(" matches ") : PL_STR(" not matches "), true,
		      e->negated ? "`not matches` becomes `matches`" : "`matches` becomes `not matches`");
	if (e->u.regex.ignore_case)
		pl_mutate_add(m, (struct pl_span){t->at.start + t->at.len - 1, 1}, (pl_str){"", 0}, true,
			      "the `i` of a pattern is left out");
	pl_mutate_value(m, e->a, 1);
}

static void presence(struct pl_mutate *m, const struct pl_expr *e)
{
	static const char *const words[] = {[PL_IS_SET] = "is set",
					    [PL_IS_ABSENT] = "is absent",
					    [PL_IS_EMPTY] = "is empty",
					    [PL_IS_NOT_EMPTY] = "is not empty"};
	static const uint8_t other[] = {[PL_IS_SET] = PL_IS_ABSENT,
					[PL_IS_ABSENT] = PL_IS_SET,
					[PL_IS_EMPTY] = PL_IS_NOT_EMPTY,
					[PL_IS_NOT_EMPTY] = PL_IS_EMPTY};
	uint32_t from = e->a->at.start + e->a->at.len, to = e->at.start + e->at.len - (e->parens ? 1 : 0);
	pl_str text = pl_arena_printf(m->suite->arena, " %s", words[other[e->op]]);
	if (!text.ptr)
		m->err = PL_E_MEMORY;
	else
		pl_mutate_add(m, (struct pl_span){from, to - from}, text, true, "`%s` becomes `%s`", words[e->op],
			      words[other[e->op]]);
	pl_mutate_value(m, e->a, 1);
}

/* --- conditions -----------------------------------------------------------------------------------------------------
 */

static void negation(struct pl_mutate *m, const struct pl_expr *e)
{
	pl_mutate_add(m, e->at, slice(m, e->a), true, "`not` is left out");
	if (e->a->kind >= PL_EXPR_COMPARE || e->a->kind == PL_EXPR_ELSE)
		pl_mutate_condition(m, e->a);
	else
		pl_mutate_value(m, e->a, 1);
}

static void quantifier(struct pl_mutate *m, const struct pl_expr *e)
{
	static const char *const words[] = {[PL_QUANT_SOME] = "some", [PL_QUANT_EVERY] = "every", [PL_QUANT_NO] = "no"};
	static const uint8_t other[] = {
		[PL_QUANT_SOME] = PL_QUANT_EVERY, [PL_QUANT_EVERY] = PL_QUANT_SOME, [PL_QUANT_NO] = PL_QUANT_EVERY};
	const struct pl_mutate_token *t = pl_mutate_token_from(m, e->at.start);
	const struct pl_mutate_token *end = m->tokens + m->token_count;
	while (t && t < end && t->kind == PL_TOKEN_LPAREN)
		t++;
	if (t && t < end)
		pl_mutate_add(m, t->at, pl_str_from(words[other[e->op]]), true, "`%s` becomes `%s`", words[e->op],
			      words[other[e->op]]);
	pl_mutate_value(m, e->a, 1);
	pl_mutate_where(m, e->b);
	pl_mutate_condition(m, e->c);
}

/* A value that is true or false by itself. */
static void truth(struct pl_mutate *m, const struct pl_expr *e)
{
	pl_str text = pl_arena_printf(m->suite->arena, "not %.*s", PL_FMT(slice(m, e)));
	if (!text.ptr)
		m->err = PL_E_MEMORY;
	else
		pl_mutate_add(m, e->at, text, true, "`%.*s` becomes its opposite", PL_FMT(pl_mutate_quote(m, e->at)));
	pl_mutate_value(m, e, 1);
}

void pl_mutate_condition(struct pl_mutate *m, const struct pl_expr *e)
{
	if (e->kind == PL_EXPR_AND || e->kind == PL_EXPR_OR)
		and_or(m, e);
	else if (e->kind == PL_EXPR_NOT)
		negation(m, e);
	else if (e->kind == PL_EXPR_QUANT)
		quantifier(m, e);
	else if (e->kind == PL_EXPR_COMPARE)
		comparison(m, e);
	else if (e->kind == PL_EXPR_MATCHES)
		pattern(m, e);
	else if (e->kind == PL_EXPR_IS)
		presence(m, e);
	else
		truth(m, e);
}

/* --- values ---------------------------------------------------------------------------------------------------------
 */

/* An element with the comma behind it, or in front of it when it is the last one. */
static void drop_element(struct pl_mutate *m, struct pl_span at, pl_str shown)
{
	uint32_t from = at.start, to = at.start + at.len;
	const struct pl_mutate_token *after = pl_mutate_token_from(m, to), *before = pl_mutate_token_before(m, from);
	if (after && after->kind == PL_TOKEN_COMMA)
		to = after->at.start + after->at.len;
	else if (before && before->kind == PL_TOKEN_COMMA)
		from = before->at.start;
	pl_mutate_add(m, (struct pl_span){from, to - from}, PL_STR(" "), true, "%.*s is taken out", PL_FMT(shown));
}

static void set_elements(struct pl_mutate *m, const struct pl_expr *e)
{
	if (e->a && !e->a->next) {
		pl_mutate_value(m, e->a, 1);
		return;
	}
	for (const struct pl_expr *item = e->a; item; item = item->next)
		drop_element(m, item->at, pl_mutate_quote(m, item->at));
}

static void map_entries(struct pl_mutate *m, const struct pl_expr *e)
{
	for (const struct pl_expr *key = e->a; key && key->next; key = key->next->next) {
		struct pl_span entry = pl_span_join(key->at, key->next->at);
		if (e->a->next->next)
			drop_element(m, entry, pl_mutate_quote(m, entry));
		pl_mutate_value(m, key->next, 1);
	}
}

static void arithmetic(struct pl_mutate *m, const struct pl_expr *e)
{
	if (e->kind == PL_EXPR_ADD || e->kind == PL_EXPR_SUB)
		pl_mutate_add(m, e->op_at, e->kind == PL_EXPR_ADD ? PL_STR("-") : PL_STR("+"), true,
			      e->kind == PL_EXPR_ADD ? "`+` becomes `-`" : "`-` becomes `+`");
	if (e->kind == PL_EXPR_MINUS)
		pl_mutate_add(m, e->at, slice(m, e->a), true, "`minus %.*s` is left out",
			      PL_FMT(pl_mutate_quote(m, e->b->at)));
	pl_mutate_value(m, e->a, 1);
	pl_mutate_value(m, e->b, 1);
}

void pl_mutate_value(struct pl_mutate *m, const struct pl_expr *e, int shift)
{
	if (!e || e->kind == PL_EXPR_NAME)
		return;
	if (e->kind <= PL_EXPR_BOOL) {
		pl_mutate_literal(m, e, shift);
	} else if (e->kind == PL_EXPR_FIELD) {
		pl_mutate_value(m, e->a, 1);
	} else if (e->kind == PL_EXPR_INDEX) {
		pl_mutate_value(m, e->a, 1);
		pl_mutate_value(m, e->b, 1);
	} else if (e->kind == PL_EXPR_CALL) {
		for (const struct pl_expr *arg = e->a; arg; arg = arg->next)
			pl_mutate_value(m, arg, 1);
	} else if (e->kind == PL_EXPR_SET) {
		set_elements(m, e);
	} else if (e->kind == PL_EXPR_MAP) {
		map_entries(m, e);
	} else if (e->kind == PL_EXPR_ELSE) {
		else_values(m, e);
	} else if (e->kind == PL_EXPR_COUNT || e->kind == PL_EXPR_SUM) {
		pl_mutate_value(m, e->a, 1);
		pl_mutate_where(m, e->b);
		pl_mutate_value(m, e->c, 1);
	} else if (e->kind <= PL_EXPR_MINUS) {
		arithmetic(m, e);
	}
}

void pl_mutate_either(struct pl_mutate *m, const struct pl_expr *e)
{
	if (e->kind >= PL_EXPR_COMPARE && e->kind <= PL_EXPR_QUANT)
		pl_mutate_condition(m, e);
	else
		pl_mutate_value(m, e, 1);
}
