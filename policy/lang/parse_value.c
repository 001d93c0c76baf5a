/* parse_value.c - values: literals, paths, calls, sets, arithmetic. spec: language.md 3.4, from sum to literal
 *
 * Two limits keep recursion safe, here and in everybody who walks the tree: PL_MAX_NESTING levels of brackets while
 * parsing, and PL_MAX_EXPR_HEIGHT for the tree, which long chains (a + b + c ...) reach without any bracket. */
#include "parse.h"

#include "base/buf.h"

struct pl_expr *pl_parse_node(struct pl_parser *p, enum pl_expr_kind kind, struct pl_span at)
{
	struct pl_expr *e = pl_parse_alloc(p, 1, sizeof *e);
	if (!e)
		return NULL;
	e->kind = kind;
	e->at = at;
	e->height = 1;
	return e;
}

bool pl_parse_adopt(struct pl_parser *p, struct pl_expr *e, const struct pl_expr *child)
{
	if (!child)
		return !p->panic;
	if (child->height == PL_MAX_EXPR_HEIGHT) {
		pl_parse_fail(p, PL_CODE_E0003, p->before, PL_NONE, PL_NONE,
			      PL_STR("give a part of it a name with `let`"),
			      "this expression has more than %d steps in a row", PL_MAX_EXPR_HEIGHT);
		return false;
	}
	if (e->height <= child->height)
		e->height = (uint16_t)(child->height + 1);
	e->at = pl_span_join(e->at, child->at);
	return true;
}

bool pl_parse_append(struct pl_parser *p, struct pl_expr *e, struct pl_expr ***tail, struct pl_expr *item)
{
	if (!item || !pl_parse_adopt(p, e, item))
		return false;
	**tail = item;
	*tail = &item->next;
	return true;
}

/* --- literals
 * ------------------------------------------------------------------------------------------------------------- */

/* "1_000Mi" without the underscore. */
static pl_str without_underscores(struct pl_parser *p, pl_str text)
{
	struct pl_buf b;
	pl_buf_init(&b, p->arena, text.len);
	for (size_t i = 0; i < text.len; i++) {
		if (text.ptr[i] != '_')
			pl_buf_addc(&b, text.ptr[i]);
	}
	return pl_parse_built(p, &b);
}

static struct pl_expr *text_literal(struct pl_parser *p, enum pl_expr_kind kind, pl_str text)
{
	struct pl_expr *e = pl_parse_node(p, kind, p->cur.at);
	if (!e)
		return NULL;
	e->u.text = text;
	pl_parse_advance(p);
	return e;
}

static struct pl_expr *integer_literal(struct pl_parser *p, enum pl_expr_kind kind, int64_t value)
{
	struct pl_expr *e = pl_parse_node(p, kind, p->cur.at);
	if (!e)
		return NULL;
	e->u.integer = value;
	pl_parse_advance(p);
	return e;
}

static struct pl_expr *range_literal(struct pl_parser *p)
{
	struct pl_expr *e = pl_parse_node(p, PL_EXPR_RANGE, p->cur.at);
	if (!e)
		return NULL;
	e->u.range.low = p->cur.low;
	e->u.range.high = p->cur.high;
	pl_parse_advance(p);
	return e;
}

/* --- paths and calls
 * ---------------------------------------------------------------------------------------------------------- */

struct pl_expr *pl_parse_where(struct pl_parser *p)
{
	return pl_parse_accept(p, PL_TOKEN_WHERE) ? pl_parse_expr(p) : NULL;
}

bool pl_parse_binding(struct pl_parser *p, struct pl_expr *e)
{
	if (!pl_parse_name(p, false, "a variable", &e->name) || !pl_parse_expect(p, PL_TOKEN_IN))
		return false;
	e->a = pl_parse_sum(p);
	if (!e->a || !pl_parse_adopt(p, e, e->a))
		return false;
	e->b = pl_parse_where(p);
	return pl_parse_adopt(p, e, e->b);
}

static bool parse_sum_form(struct pl_parser *p, struct pl_expr *e)
{
	e->kind = PL_EXPR_SUM;
	e->c = pl_parse_elsex(p);
	return e->c && pl_parse_adopt(p, e, e->c) && pl_parse_expect(p, PL_TOKEN_FOR) && pl_parse_binding(p, e);
}

static bool parse_arguments(struct pl_parser *p, struct pl_expr *e)
{
	struct pl_expr **tail = &e->a;
	if (pl_parse_at(p, PL_TOKEN_RPAREN))
		return true;
	do {
		if (!pl_parse_append(p, e, &tail, pl_parse_elsex(p)))
			return false;
	} while (pl_parse_accept(p, PL_TOKEN_COMMA));
	return true;
}

/* What stands between the parentheses of a call: three forms. */
static bool parse_call_inside(struct pl_parser *p, struct pl_expr *e)
{
	if (pl_str_eq(e->name.text, PL_STR("sum")))
		return parse_sum_form(p, e);
	bool counts = pl_str_eq(e->name.text, PL_STR("count"));
	if (!counts || !pl_parse_at(p, PL_TOKEN_NAME) || pl_parse_peek(p)->kind != PL_TOKEN_IN)
		return parse_arguments(p, e);
	e->kind = PL_EXPR_COUNT;
	return pl_parse_binding(p, e);
}

/* Ends e with a closing bracket, which its place includes. */
static struct pl_expr *closed(struct pl_parser *p, struct pl_expr *e, enum pl_token_kind bracket)
{
	if (!pl_parse_expect(p, bracket))
		return NULL;
	e->at = pl_span_join(e->at, p->before);
	return e;
}

static struct pl_expr *parse_call(struct pl_parser *p, const struct pl_lexeme *name)
{
	struct pl_expr *e = pl_parse_node(p, PL_EXPR_CALL, name->at);
	if (!e || !pl_parse_enter(p))
		return NULL;
	e->name = (struct pl_name){.text = name->text, .at = name->at};
	e->op_at = name->at;
	pl_parse_advance(p);
	bool ok = parse_call_inside(p, e);
	pl_parse_leave(p);
	return ok ? closed(p, e, PL_TOKEN_RPAREN) : NULL;
}

static struct pl_expr *parse_field(struct pl_parser *p, struct pl_expr *base)
{
	struct pl_expr *e = pl_parse_node(p, PL_EXPR_FIELD, base->at);
	pl_parse_advance(p);
	if (!e || !pl_parse_adopt(p, e, base) || !pl_parse_name(p, false, "a field", &e->name))
		return NULL;
	e->a = base;
	e->op_at = e->name.at;
	e->at = pl_span_join(e->at, e->name.at);
	return e;
}

static struct pl_expr *parse_index(struct pl_parser *p, struct pl_expr *base)
{
	struct pl_expr *e = pl_parse_node(p, PL_EXPR_INDEX, base->at);
	if (!e || !pl_parse_adopt(p, e, base) || !pl_parse_enter(p))
		return NULL;
	e->a = base;
	e->op_at = p->cur.at;
	pl_parse_advance(p);
	e->b = pl_parse_elsex(p);
	pl_parse_leave(p);
	if (!e->b || !pl_parse_adopt(p, e, e->b))
		return NULL;
	return closed(p, e, PL_TOKEN_RBRACKET);
}

static struct pl_expr *parse_path(struct pl_parser *p)
{
	struct pl_lexeme name = p->cur;
	pl_parse_advance(p);
	struct pl_expr *e;
	if (pl_parse_at(p, PL_TOKEN_LPAREN)) {
		e = parse_call(p, &name);
	} else {
		e = pl_parse_node(p, PL_EXPR_NAME, name.at);
		if (e) {
			e->name = (struct pl_name){.text = name.text, .at = name.at};
			e->u.text = name.text;
		}
	}
	while (e) {
		if (pl_parse_at(p, PL_TOKEN_DOT))
			e = parse_field(p, e);
		else if (pl_parse_at(p, PL_TOKEN_LBRACKET))
			e = parse_index(p, e);
		else
			break;
	}
	return e;
}

/* --- brackets
 * ----------------------------------------------------------------------------------------------------------------- */

static struct pl_expr *parse_parens(struct pl_parser *p)
{
	struct pl_span open = p->cur.at;
	if (!pl_parse_enter(p))
		return NULL;
	pl_parse_advance(p);
	struct pl_expr *e = pl_parse_elsex(p);
	pl_parse_leave(p);
	if (!e || !closed(p, e, PL_TOKEN_RPAREN))
		return NULL;
	e->at = pl_span_join(e->at, open);
	e->parens = true;
	return e;
}

static void refuse_mixture(struct pl_parser *p, const struct pl_expr *e)
{
	pl_parse_fail(p, PL_CODE_E0125, p->cur.at, PL_NONE,
		      e->kind == PL_EXPR_MAP ? PL_STR("it began as a map: every key has a value")
					     : PL_STR("it began as a set: no element has a value"),
		      PL_STR("a set is {\"a\", \"b\"}, a map is {\"a\" => 1, \"b\" => 2}"),
		      "a set and a map are mixed");
}

/* One element, or key and value; the first one decides which it is. */
static bool parse_element(struct pl_parser *p, struct pl_expr *e, struct pl_expr ***tail)
{
	bool first = !e->a;
	if (!pl_parse_append(p, e, tail, pl_parse_primary(p)))
		return false;
	bool arrow = pl_parse_at(p, PL_TOKEN_ARROW);
	if (first && arrow)
		e->kind = PL_EXPR_MAP;
	if (arrow != (e->kind == PL_EXPR_MAP)) {
		refuse_mixture(p, e);
		return false;
	}
	return !pl_parse_accept(p, PL_TOKEN_ARROW) || pl_parse_append(p, e, tail, pl_parse_primary(p));
}

static struct pl_expr *parse_braces(struct pl_parser *p)
{
	struct pl_expr *e = pl_parse_node(p, PL_EXPR_SET, p->cur.at);
	if (!e || !pl_parse_enter(p))
		return NULL;
	pl_parse_advance(p);
	struct pl_expr **tail = &e->a;
	while (!p->panic && !pl_parse_at(p, PL_TOKEN_RBRACE)) {
		if (!parse_element(p, e, &tail))
			break;
		if (pl_parse_at(p, PL_TOKEN_RBRACE) || pl_parse_accept(p, PL_TOKEN_COMMA))
			continue;
		pl_parse_unexpected(p, PL_STR("`,` or `}`"), PL_NONE);
	}
	pl_parse_leave(p);
	return p->panic ? NULL : closed(p, e, PL_TOKEN_RBRACE);
}

/* --- primary
 * --------------------------------------------------------------------------------------------------------------------
 */

bool pl_parse_at_quantifier(const struct pl_parser *p)
{
	return pl_parse_at(p, PL_TOKEN_SOME) || pl_parse_at(p, PL_TOKEN_EVERY) || pl_parse_at(p, PL_TOKEN_NO);
}

void pl_parse_refuse_quantifier(struct pl_parser *p)
{
	pl_str word = p->cur.text;
	pl_parse_fail(
		p, PL_CODE_E0121, p->cur.at, PL_NONE,
		PL_STR("what follows `satisfies` reaches as far as it can, and here a reader could not see how far"),
		pl_parse_printf(p, "write `(%.*s ... in ... satisfies ...)`", PL_FMT(word)),
		"`%.*s` inside a larger expression needs parentheses", PL_FMT(word));
}

/* Words that people take for names: all but operators and those that begin a part of an expression or clause. */
static bool is_noun(enum pl_token_kind kind)
{
	return (kind >= PL_TOKEN_SET && kind <= PL_TOKEN_AT) || (kind >= PL_TOKEN_POLICY && kind <= PL_TOKEN_TEST) ||
	       kind == PL_TOKEN_TO || kind == PL_TOKEN_FRESH;
}

static void refuse_primary(struct pl_parser *p)
{
	struct pl_lexeme t = p->cur;
	if (t.kind == PL_TOKEN_KEBAB) {
		pl_parse_refuse_kebab(p);
	} else if (pl_parse_at_quantifier(p)) {
		pl_parse_refuse_quantifier(p);
	} else if (is_noun(t.kind) && !t.first && pl_parse_peek(p)->kind != PL_TOKEN_STRING) {
		pl_parse_fail(p, PL_CODE_E0102, t.at, PL_NONE, PL_NONE,
			      PL_STR("choose another name; after a dot reserved words are fine"),
			      "`%.*s` is a reserved word and cannot be the name of a value", PL_FMT(t.text));
	} else if (t.kind == PL_TOKEN_DASH) {
		pl_parse_unexpected(p, PL_STR("a value"), PL_STR("a negative number is written `(0 - 1)`"));
	} else if (t.kind == PL_TOKEN_DUR) {
		pl_parse_unexpected(p, PL_STR("a value"),
				    PL_STR("durations stand only after `fresh for`; days are plain numbers"));
	} else if (t.kind == PL_TOKEN_LBRACKET) {
		pl_parse_unexpected(p, PL_STR("a value"), PL_STR("sets and lists are written {\"a\", \"b\"}"));
	} else {
		pl_parse_unexpected(p, PL_STR("a value"), PL_NONE);
	}
}

struct pl_expr *pl_parse_primary(struct pl_parser *p)
{
	if (p->panic)
		return NULL;
	const struct pl_lexeme *t = &p->cur;
	if (t->kind == PL_TOKEN_NAME)
		return parse_path(p);
	if (t->kind == PL_TOKEN_STRING)
		return text_literal(p, PL_EXPR_STRING, pl_parse_decode(p, t));
	if (t->kind == PL_TOKEN_INT)
		return integer_literal(p, PL_EXPR_INT, t->low);
	if (t->kind == PL_TOKEN_DATE)
		return integer_literal(p, PL_EXPR_DATE, t->low);
	if (t->kind == PL_TOKEN_TRUE || t->kind == PL_TOKEN_FALSE)
		return integer_literal(p, PL_EXPR_BOOL, t->kind == PL_TOKEN_TRUE);
	if (t->kind == PL_TOKEN_QTY)
		return text_literal(p, PL_EXPR_QTY, without_underscores(p, t->text));
	if (t->kind == PL_TOKEN_DECIMAL)
		return text_literal(p, PL_EXPR_DECIMAL, without_underscores(p, t->text));
	if (t->kind == PL_TOKEN_VERSION)
		return text_literal(p, PL_EXPR_VERSION, without_underscores(p, t->text));
	if (t->kind == PL_TOKEN_RANGE)
		return range_literal(p);
	if (t->kind == PL_TOKEN_LPAREN)
		return parse_parens(p);
	if (t->kind == PL_TOKEN_LBRACE)
		return parse_braces(p);
	refuse_primary(p);
	return NULL;
}

/* --- arithmetic
 * -------------------------------------------------------------------------------------------------------------------
 */

struct pl_expr *pl_parse_binary(struct pl_parser *p, enum pl_expr_kind kind, struct pl_span op, struct pl_expr *a,
				struct pl_expr *b)
{
	struct pl_expr *e = a && b ? pl_parse_node(p, kind, a->at) : NULL;
	if (!e || !pl_parse_adopt(p, e, a) || !pl_parse_adopt(p, e, b))
		return NULL;
	e->op_at = op;
	e->a = a;
	e->b = b;
	return e;
}

static struct pl_expr *parse_product(struct pl_parser *p)
{
	struct pl_expr *e = pl_parse_primary(p);
	while (e && pl_parse_at(p, PL_TOKEN_STAR)) {
		struct pl_span op = p->cur.at;
		pl_parse_advance(p);
		e = pl_parse_binary(p, PL_EXPR_MUL, op, e, pl_parse_primary(p));
	}
	return e;
}

static bool at_sum_operator(const struct pl_parser *p, enum pl_expr_kind *ret_kind)
{
	if (pl_parse_at(p, PL_TOKEN_PLUS))
		*ret_kind = PL_EXPR_ADD;
	else if (pl_parse_at(p, PL_TOKEN_DASH))
		*ret_kind = PL_EXPR_SUB;
	else if (pl_parse_at(p, PL_TOKEN_MINUS))
		*ret_kind = PL_EXPR_MINUS;
	else
		return false;
	return true;
}

struct pl_expr *pl_parse_sum(struct pl_parser *p)
{
	struct pl_expr *e = parse_product(p);
	enum pl_expr_kind kind;
	while (e && at_sum_operator(p, &kind)) {
		struct pl_span op = p->cur.at;
		pl_parse_advance(p);
		e = pl_parse_binary(p, kind, op, e, parse_product(p));
	}
	return e;
}
