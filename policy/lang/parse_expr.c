/* parse_expr.c - conditions: comparisons, quantifiers, and, or, not, else. spec: language.md 3.4, from elsex to
 * comparison; D15: nothing here depends on knowing precedence. Values are in parse_value.c. */
#include "parse.h"

#include "base/buf.h"

static pl_str printed(struct pl_parser *p, const struct pl_expr *e)
{
	struct pl_buf b;
	pl_buf_init(&b, p->arena, 64);
	pl_expr_print(e, &b);
	return b.failed ? PL_NONE : pl_buf_str(&b);
}

/* --- comparisons
 * --------------------------------------------------------------------------------------------------------------------
 */

static const struct {
	enum pl_token_kind token;
	enum pl_relation relation;
	bool word;
} relations[] = {
	{PL_TOKEN_EQ, PL_REL_EQ, false},
	{PL_TOKEN_NE, PL_REL_NE, false},
	{PL_TOKEN_LT, PL_REL_LT, false},
	{PL_TOKEN_LE, PL_REL_LE, false},
	{PL_TOKEN_GT, PL_REL_GT, false},
	{PL_TOKEN_GE, PL_REL_GE, false},
	{PL_TOKEN_IN, PL_REL_IN, true},
	{PL_TOKEN_WITHIN, PL_REL_WITHIN, true},
	{PL_TOKEN_OVERLAPS, PL_REL_OVERLAPS, true},
	{PL_TOKEN_CONTAINS, PL_REL_CONTAINS, true},
	{PL_TOKEN_UNDER, PL_REL_UNDER, true},
	{PL_TOKEN_COVERS, PL_REL_COVERS, true},
	{PL_TOKEN_LIKE, PL_REL_LIKE, true},
};
#define RELATIONS (sizeof relations / sizeof *relations)

/* Index in relations, -1 if the token is none. */
static int relation_of(enum pl_token_kind kind)
{
	for (size_t i = 0; i < RELATIONS; i++) {
		if (relations[i].token == kind)
			return (int)i;
	}
	return -1;
}

static bool is_comparing(enum pl_token_kind kind)
{
	return relation_of(kind) >= 0 || kind == PL_TOKEN_MATCHES || kind == PL_TOKEN_IS;
}

static struct pl_expr *parse_relation(struct pl_parser *p, struct pl_expr *a, struct pl_span op, bool negated)
{
	int row = relation_of(p->cur.kind);
	pl_parse_advance(p);
	struct pl_expr *e = pl_parse_binary(p, PL_EXPR_COMPARE, op, a, pl_parse_sum(p));
	if (!e)
		return NULL;
	e->op = (uint8_t)relations[row].relation;
	e->negated = negated;
	return e;
}

/* REGEX with \/ turned to /; all other escapes belong to the pattern. */
static pl_str pattern_text(struct pl_parser *p, pl_str raw)
{
	struct pl_buf b;
	pl_buf_init(&b, p->arena, raw.len);
	for (size_t i = 0; i < raw.len; i++) {
		bool escape = raw.ptr[i] == '\\' && i + 1 < raw.len;
		if (escape && raw.ptr[i + 1] != '/')
			pl_buf_addc(&b, raw.ptr[i]);
		if (escape)
			i++;
		pl_buf_addc(&b, raw.ptr[i]);
	}
	return pl_parse_built(p, &b);
}

static struct pl_expr *parse_matches(struct pl_parser *p, struct pl_expr *a, struct pl_span op, bool negated)
{
	pl_parse_advance(p);
	if (!pl_parse_at(p, PL_TOKEN_REGEX)) {
		if (p->cur.kind == PL_TOKEN_ERROR)
			pl_parse_unexpected(p, PL_STR("a pattern"), PL_NONE);
		pl_parse_fail(p, PL_CODE_E0123, p->cur.at, PL_NONE, PL_NONE,
			      PL_STR("a pattern stands between slashes: `matches /[a-z]+/`; with only `*` in it, write "
				     "`like \"a*\"`"),
			      "`matches` has no pattern");
		return NULL;
	}
	struct pl_expr *e = pl_parse_node(p, PL_EXPR_MATCHES, a->at);
	if (!e || !pl_parse_adopt(p, e, a))
		return NULL;
	e->a = a;
	e->op_at = op;
	e->negated = negated;
	e->u.regex.pattern = pattern_text(p, p->cur.text);
	e->u.regex.ignore_case = p->cur.ignore_case;
	e->at = pl_span_join(e->at, p->cur.at);
	pl_parse_advance(p);
	return e;
}

static void refuse_is(struct pl_parser *p, const struct pl_expr *a)
{
	static const char wanted[] = "`set`, `absent`, `empty` or `not empty` after `is`";
	pl_str text = printed(p, a);
	if (pl_parse_at(p, PL_TOKEN_TRUE))
		pl_parse_unexpected(p, PL_STR(wanted), pl_parse_printf(p, "write just `%.*s`", PL_FMT(text)));
	else if (pl_parse_at(p, PL_TOKEN_FALSE))
		pl_parse_unexpected(p, PL_STR(wanted), pl_parse_printf(p, "write `not %.*s`", PL_FMT(text)));
	else
		pl_parse_unexpected(p, PL_STR(wanted), PL_NONE);
}

/* After `is not`: only `empty` has this form. */
static void refuse_is_not(struct pl_parser *p, const struct pl_expr *a, struct pl_span op)
{
	bool set = pl_parse_at(p, PL_TOKEN_SET);
	if (!set && !pl_parse_at(p, PL_TOKEN_ABSENT)) {
		pl_parse_unexpected(p, PL_STR("`empty` after `is not`"), PL_STR("to compare, write `!=` or `not in`"));
		return;
	}
	pl_str text = printed(p, a);
	const char *right = set ? "absent" : "set";
	pl_parse_fail(p, PL_CODE_E0122, pl_span_join(op, p->cur.at), PL_NONE, PL_NONE,
		      pl_parse_printf(p, "write `%.*s is %s`", PL_FMT(text), right), "`is not %s` is written `is %s`",
		      set ? "set" : "absent", right);
}

static bool parse_is_what(struct pl_parser *p, struct pl_expr *e, const struct pl_expr *a)
{
	bool negated = pl_parse_accept(p, PL_TOKEN_NOT);
	if (pl_parse_accept(p, PL_TOKEN_EMPTY)) {
		e->op = negated ? PL_IS_NOT_EMPTY : PL_IS_EMPTY;
		return true;
	}
	if (negated) {
		refuse_is_not(p, a, e->op_at);
		return false;
	}
	if (pl_parse_accept(p, PL_TOKEN_SET))
		e->op = PL_IS_SET;
	else if (pl_parse_accept(p, PL_TOKEN_ABSENT))
		e->op = PL_IS_ABSENT;
	else
		refuse_is(p, a);
	return !p->panic;
}

static struct pl_expr *parse_is(struct pl_parser *p, struct pl_expr *a)
{
	struct pl_expr *e = pl_parse_node(p, PL_EXPR_IS, a->at);
	if (!e || !pl_parse_adopt(p, e, a))
		return NULL;
	e->a = a;
	e->op_at = p->cur.at;
	pl_parse_advance(p);
	if (!parse_is_what(p, e, a))
		return NULL;
	e->at = pl_span_join(e->at, p->before);
	return e;
}

static struct pl_expr *parse_negated(struct pl_parser *p, struct pl_expr *a)
{
	struct pl_span op = p->cur.at;
	pl_parse_advance(p);
	op = pl_span_join(op, p->cur.at);
	int row = p->panic ? -1 : relation_of(p->cur.kind);
	if (row >= 0 && relations[row].word)
		return parse_relation(p, a, op, true);
	if (pl_parse_at(p, PL_TOKEN_MATCHES))
		return parse_matches(p, a, op, true);
	pl_parse_unexpected(p,
			    PL_STR("`in`, `within`, `overlaps`, `contains`, `under`, `covers`, `like` or `matches` "
				   "after `not`"),
			    PL_NONE);
	return NULL;
}

static void refuse_chain(struct pl_parser *p, const struct pl_expr *e)
{
	pl_str whole = printed(p, e);
	const struct pl_expr *middle = e->kind == PL_EXPR_COMPARE && p->cur.kind != PL_TOKEN_IS ? e->b : e->a;
	pl_str shared = printed(p, middle);
	pl_parse_fail(p, PL_CODE_E0124, p->cur.at, PL_NONE, PL_NONE,
		      pl_parse_printf(p, "write two comparisons: `%.*s and %.*s %.*s ...`", PL_FMT(whole),
				      PL_FMT(shared), PL_FMT(p->cur.text)),
		      "comparisons do not chain");
}

static void refuse_assignment(struct pl_parser *p)
{
	pl_parse_unexpected(p, PL_STR("an operator"), PL_STR("to compare, write `==`"));
}

static struct pl_expr *parse_comparison(struct pl_parser *p)
{
	struct pl_expr *e = pl_parse_sum(p);
	if (!e || p->panic)
		return NULL;
	bool compares = true;
	if (relation_of(p->cur.kind) >= 0)
		e = parse_relation(p, e, p->cur.at, false);
	else if (pl_parse_at(p, PL_TOKEN_NOT))
		e = parse_negated(p, e);
	else if (pl_parse_at(p, PL_TOKEN_MATCHES))
		e = parse_matches(p, e, p->cur.at, false);
	else if (pl_parse_at(p, PL_TOKEN_IS))
		e = parse_is(p, e);
	else
		compares = false;
	if (!e || p->panic)
		return NULL;
	if (compares && (is_comparing(p->cur.kind) || p->cur.kind == PL_TOKEN_NOT))
		refuse_chain(p, e);
	if (p->cur.kind == PL_TOKEN_ASSIGN && !p->panic)
		refuse_assignment(p);
	return p->panic ? NULL : e;
}

/* --- quantifiers, and, or, not, else
 * -------------------------------------------------------------------------------------------------- */

static struct pl_expr *parse_quantifier(struct pl_parser *p)
{
	struct pl_expr *e = pl_parse_node(p, PL_EXPR_QUANT, p->cur.at);
	if (!e || !pl_parse_enter(p))
		return NULL;
	e->op = pl_parse_at(p, PL_TOKEN_SOME)	 ? PL_QUANT_SOME
		: pl_parse_at(p, PL_TOKEN_EVERY) ? PL_QUANT_EVERY
						 : PL_QUANT_NO;
	e->op_at = p->cur.at;
	pl_parse_advance(p);
	if (pl_parse_binding(p, e) && pl_parse_expect(p, PL_TOKEN_SATISFIES))
		e->c = pl_parse_expr(p);
	pl_parse_leave(p);
	return e->c && pl_parse_adopt(p, e, e->c) ? e : NULL;
}

/* An `else` or what follows its value, where a reader could not tell what belongs together. */
void pl_parse_refuse_else(struct pl_parser *p)
{
	pl_parse_fail(
		p, PL_CODE_E0126, p->cur.at, PL_NONE,
		PL_STR("`else` gives a value to what is missing; here it is not clear what that value is part of"),
		PL_STR("write `(a else b) == c`"), "`else` inside a larger expression needs parentheses");
}

static struct pl_expr *parse_unary(struct pl_parser *p)
{
	if (!pl_parse_at(p, PL_TOKEN_NOT))
		return parse_comparison(p);
	struct pl_expr *e = pl_parse_node(p, PL_EXPR_NOT, p->cur.at);
	if (!e || !pl_parse_enter(p))
		return NULL;
	e->op_at = p->cur.at;
	pl_parse_advance(p);
	e->a = pl_parse_at_quantifier(p) ? parse_quantifier(p) : parse_unary(p);
	pl_parse_leave(p);
	return e->a && pl_parse_adopt(p, e, e->a) ? e : NULL;
}

static void refuse_mixed(struct pl_parser *p)
{
	pl_parse_fail(p, PL_CODE_E0120, p->cur.at, PL_NONE, PL_NONE,
		      PL_STR("write which one binds first: `(a and b) or c`"),
		      "`and` and `or` are mixed without parentheses");
}

/* The operands after the first of a chain of one connective. */
static struct pl_expr *parse_chain(struct pl_parser *p, struct pl_expr *first, enum pl_token_kind word)
{
	struct pl_expr *e = pl_parse_node(p, word == PL_TOKEN_AND ? PL_EXPR_AND : PL_EXPR_OR, first->at);
	if (!e)
		return NULL;
	struct pl_expr **tail = &e->a;
	e->op_at = p->cur.at;
	pl_parse_append(p, e, &tail, first);
	while (pl_parse_accept(p, word)) {
		if (pl_parse_at_quantifier(p))
			pl_parse_refuse_quantifier(p);
		if (!pl_parse_append(p, e, &tail, parse_unary(p)))
			return NULL;
	}
	if (pl_parse_at(p, word == PL_TOKEN_AND ? PL_TOKEN_OR : PL_TOKEN_AND))
		refuse_mixed(p);
	return p->panic ? NULL : e;
}

static struct pl_expr *parse_connective(struct pl_parser *p)
{
	if (pl_parse_at_quantifier(p))
		return parse_quantifier(p);
	struct pl_expr *e = parse_unary(p);
	if (e && (pl_parse_at(p, PL_TOKEN_AND) || pl_parse_at(p, PL_TOKEN_OR)))
		return parse_chain(p, e, p->cur.kind);
	return e;
}

struct pl_expr *pl_parse_expr(struct pl_parser *p)
{
	struct pl_expr *e = parse_connective(p);
	if (pl_parse_at(p, PL_TOKEN_ELSE))
		pl_parse_refuse_else(p);
	return p->panic ? NULL : e;
}

struct pl_expr *pl_parse_elsex(struct pl_parser *p)
{
	struct pl_expr *first = parse_connective(p);
	if (!first || !pl_parse_at(p, PL_TOKEN_ELSE))
		return first;
	struct pl_expr *e = pl_parse_node(p, PL_EXPR_ELSE, first->at);
	if (!e)
		return NULL;
	struct pl_expr **tail = &e->a;
	e->op_at = p->cur.at;
	pl_parse_append(p, e, &tail, first);
	while (pl_parse_accept(p, PL_TOKEN_ELSE)) {
		if (!pl_parse_append(p, e, &tail, pl_parse_sum(p)))
			return NULL;
	}
	if (!p->panic && (is_comparing(p->cur.kind) || p->cur.kind == PL_TOKEN_NOT || p->cur.kind == PL_TOKEN_AND ||
			  p->cur.kind == PL_TOKEN_OR))
		pl_parse_refuse_else(p);
	return p->panic ? NULL : e;
}
