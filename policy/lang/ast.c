/* ast.c - expressions back to text, in the canonical spelling. Parentheses stand where the grammar needs them, and
 * nowhere else: the text parses to the same tree. Recursion is bounded by PL_MAX_EXPR_HEIGHT. */
#include "ast.h"

#include "base/buf.h"
#include "base/invariant.h"
#include "base/utf8.h"
#include "lex.h"

/* How tightly an expression holds together: it may stand bare where its level is at least the level asked for. */
enum level {
	LEVEL_ELSE,
	LEVEL_CHAIN, /* and, or */
	LEVEL_UNARY, /* not; a quantifier is a whole expression, or in parentheses */
	LEVEL_COMPARISON,
	LEVEL_SUM,
	LEVEL_PRODUCT,
	LEVEL_PRIMARY,
};

static enum level level_of(const struct pl_expr *e)
{
	switch (e->kind) {
	case PL_EXPR_ELSE:
		return LEVEL_ELSE;
	case PL_EXPR_AND:
	case PL_EXPR_OR:
	case PL_EXPR_QUANT:
		return LEVEL_CHAIN;
	case PL_EXPR_NOT:
		return LEVEL_UNARY;
	case PL_EXPR_COMPARE:
	case PL_EXPR_MATCHES:
	case PL_EXPR_IS:
		return LEVEL_COMPARISON;
	case PL_EXPR_ADD:
	case PL_EXPR_SUB:
	case PL_EXPR_MINUS:
		return LEVEL_SUM;
	case PL_EXPR_MUL:
		return LEVEL_PRODUCT;
	case PL_EXPR_STRING:
	case PL_EXPR_INT:
	case PL_EXPR_DECIMAL:
	case PL_EXPR_QTY:
	case PL_EXPR_RANGE:
	case PL_EXPR_VERSION:
	case PL_EXPR_DATE:
	case PL_EXPR_BOOL:
	case PL_EXPR_NAME:
	case PL_EXPR_FIELD:
	case PL_EXPR_INDEX:
	case PL_EXPR_CALL:
	case PL_EXPR_SET:
	case PL_EXPR_MAP:
	case PL_EXPR_COUNT:
	case PL_EXPR_SUM:
		return LEVEL_PRIMARY;
	}
	return LEVEL_PRIMARY;
}

static void print_bare(const struct pl_expr *e, struct pl_buf *out);

static void print(const struct pl_expr *e, enum level least, struct pl_buf *out)
{
	bool parens = level_of(e) < least;
	if (parens)
		pl_buf_addc(out, '(');
	print_bare(e, out);
	if (parens)
		pl_buf_addc(out, ')');
}

/* --- literals
 * ------------------------------------------------------------------------------------------------------------- */

/* One character of a string: as an escape where the source may not hold it. */
static void print_point(pl_str bytes, uint32_t point, struct pl_buf *out)
{
	if (point == '"' || point == '\\')
		pl_buf_addf(out, "\\%c", (char)point);
	else if (point == '\n')
		pl_buf_adds(out, "\\n");
	else if (point == '\t')
		pl_buf_adds(out, "\\t");
	else if (point == '\r' || pl_lex_unseen(point))
		pl_buf_addf(out, "\\u{%x}", (unsigned)point);
	else
		pl_buf_add(out, bytes);
}

static void print_string(pl_str s, struct pl_buf *out)
{
	pl_buf_addc(out, '"');
	for (size_t i = 0; i < s.len;) {
		uint32_t point;
		unsigned n = pl_utf8_decode(s.ptr + i, s.len - i, &point);
		if (PL_NEVER(n == 0)) /* the lexer let only UTF-8 pass */
			n = 1;
		print_point((pl_str){s.ptr + i, n}, point, out);
		i += n;
	}
	pl_buf_addc(out, '"');
}

/* Days since 1970-01-01 as YYYY-MM-DD; years begin in March here, as in lex_number.c. */
static void print_date(int64_t days, struct pl_buf *out)
{
	int64_t z = days + 719468;
	int64_t era = (z >= 0 ? z : z - 146096) / 146097;
	int64_t doe = z - era * 146097;
	int64_t yoe = (doe - doe / 1460 + doe / 36524 - doe / 146096) / 365;
	int64_t doy = doe - (365 * yoe + yoe / 4 - yoe / 100);
	int64_t mp = (5 * doy + 2) / 153;
	int64_t month = mp < 10 ? mp + 3 : mp - 9;
	int64_t year = yoe + era * 400 + (month <= 2);
	pl_buf_addf(out, "%04d-%02d-%02d", (int)year, (int)month, (int)(doy - (153 * mp + 2) / 5 + 1));
}

static void print_pattern(const struct pl_expr *e, struct pl_buf *out)
{
	pl_str s = e->u.regex.pattern;
	pl_buf_addc(out, '/');
	for (size_t i = 0; i < s.len; i++) {
		if (s.ptr[i] == '\\' && i + 1 < s.len)
			pl_buf_addc(out, s.ptr[i++]);
		else if (s.ptr[i] == '/')
			pl_buf_addc(out, '\\');
		pl_buf_addc(out, s.ptr[i]);
	}
	pl_buf_adds(out, e->u.regex.ignore_case ? "/i" : "/");
}

/* --- lists
 * ------------------------------------------------------------------------------------------------------------------ */

static void print_list(const struct pl_expr *first, enum level least, const char *between, struct pl_buf *out)
{
	for (const struct pl_expr *e = first; e; e = e->next) {
		print(e, least, out);
		if (e->next)
			pl_buf_adds(out, between);
	}
}

static void print_map(const struct pl_expr *e, struct pl_buf *out)
{
	pl_buf_addc(out, '{');
	for (const struct pl_expr *key = e->a; key && key->next; key = key->next->next) {
		print(key, LEVEL_PRIMARY, out);
		pl_buf_adds(out, " => ");
		print(key->next, LEVEL_PRIMARY, out);
		if (key->next->next)
			pl_buf_adds(out, ", ");
	}
	pl_buf_addc(out, '}');
}

/* NAME in L [where F] */
static void print_binding(const struct pl_expr *e, struct pl_buf *out)
{
	pl_buf_add(out, e->name.text);
	pl_buf_adds(out, " in ");
	print(e->a, LEVEL_SUM, out);
	if (!e->b)
		return;
	pl_buf_adds(out, " where ");
	print(e->b, e->b->kind == PL_EXPR_QUANT ? LEVEL_PRIMARY : LEVEL_CHAIN, out);
}

/* --- operators
 * ---------------------------------------------------------------------------------------------------------------- */

const char *pl_relation_name(enum pl_relation relation)
{
	static const char *const names[] = {
		[PL_REL_EQ] = "==",
		[PL_REL_NE] = "!=",
		[PL_REL_LT] = "<",
		[PL_REL_LE] = "<=",
		[PL_REL_GT] = ">",
		[PL_REL_GE] = ">=",
		[PL_REL_IN] = "in",
		[PL_REL_WITHIN] = "within",
		[PL_REL_OVERLAPS] = "overlaps",
		[PL_REL_CONTAINS] = "contains",
		[PL_REL_UNDER] = "under",
		[PL_REL_COVERS] = "covers",
		[PL_REL_LIKE] = "like",
	};
	return (unsigned)relation < sizeof names / sizeof *names ? names[relation] : "?";
}

static const char *is_name(const struct pl_expr *e)
{
	static const char *const names[] = {[PL_IS_SET] = "set",
					    [PL_IS_ABSENT] = "absent",
					    [PL_IS_EMPTY] = "empty",
					    [PL_IS_NOT_EMPTY] = "not empty"};
	return e->op < sizeof names / sizeof *names ? names[e->op] : "?";
}

static const char *quantifier_name(const struct pl_expr *e)
{
	if (e->op == PL_QUANT_SOME)
		return "some";
	return e->op == PL_QUANT_EVERY ? "every" : "no";
}

static void print_binary(const struct pl_expr *e, const char *op, enum level right, struct pl_buf *out)
{
	enum level left = right == LEVEL_SUM ? LEVEL_SUM : (enum level)(right - 1);
	print(e->a, left, out);
	pl_buf_addc(out, ' ');
	if (e->negated)
		pl_buf_adds(out, "not ");
	pl_buf_adds(out, op);
	pl_buf_addc(out, ' ');
	print(e->b, right, out);
}

static void print_matches(const struct pl_expr *e, struct pl_buf *out)
{
	print(e->a, LEVEL_SUM, out);
	pl_buf_adds(out, e->negated ? " not matches " : " matches ");
	print_pattern(e, out);
}

static void print_quantifier(const struct pl_expr *e, struct pl_buf *out)
{
	pl_buf_adds(out, quantifier_name(e));
	pl_buf_addc(out, ' ');
	print_binding(e, out);
	pl_buf_adds(out, " satisfies ");
	print(e->c, LEVEL_CHAIN, out);
}

/* An operand of and, or, not: a quantifier needs parentheses there, and so does another chain. */
static void print_operands(const struct pl_expr *e, const char *between, struct pl_buf *out)
{
	print_list(e->a, LEVEL_UNARY, between, out);
}

static void print_else(const struct pl_expr *e, struct pl_buf *out)
{
	print(e->a, LEVEL_CHAIN, out);
	pl_buf_adds(out, " else ");
	print_list(e->a->next, LEVEL_SUM, " else ", out);
}

static void print_call(const struct pl_expr *e, struct pl_buf *out)
{
	if (e->kind == PL_EXPR_CALL)
		pl_buf_add(out, e->name.text);
	else
		pl_buf_adds(out, e->kind == PL_EXPR_COUNT ? "count" : "sum");
	pl_buf_addc(out, '(');
	if (e->kind == PL_EXPR_CALL)
		print_list(e->a, LEVEL_ELSE, ", ", out);
	if (e->kind == PL_EXPR_SUM) {
		print(e->c, LEVEL_ELSE, out);
		pl_buf_adds(out, " for ");
	}
	if (e->kind != PL_EXPR_CALL)
		print_binding(e, out);
	pl_buf_addc(out, ')');
}

static void print_leaf(const struct pl_expr *e, struct pl_buf *out)
{
	if (e->kind == PL_EXPR_STRING)
		print_string(e->u.text, out);
	else if (e->kind == PL_EXPR_INT)
		pl_buf_addf(out, "%lld", (long long)e->u.integer);
	else if (e->kind == PL_EXPR_RANGE)
		pl_buf_addf(out, "%lld..%lld", (long long)e->u.range.low, (long long)e->u.range.high);
	else if (e->kind == PL_EXPR_DATE)
		print_date(e->u.integer, out);
	else if (e->kind == PL_EXPR_BOOL)
		pl_buf_adds(out, e->u.integer ? "true" : "false");
	else
		pl_buf_add(out, e->u.text);
}

static void print_index(const struct pl_expr *e, struct pl_buf *out)
{
	print(e->a, LEVEL_PRIMARY, out);
	pl_buf_addc(out, '[');
	print(e->b, LEVEL_ELSE, out);
	pl_buf_addc(out, ']');
}

static void print_field(const struct pl_expr *e, struct pl_buf *out)
{
	print(e->a, LEVEL_PRIMARY, out);
	pl_buf_addc(out, '.');
	pl_buf_add(out, e->name.text);
}

static void print_set(const struct pl_expr *e, struct pl_buf *out)
{
	pl_buf_addc(out, '{');
	print_list(e->a, LEVEL_PRIMARY, ", ", out);
	pl_buf_addc(out, '}');
}

static void print_is(const struct pl_expr *e, struct pl_buf *out)
{
	print(e->a, LEVEL_SUM, out);
	pl_buf_adds(out, " is ");
	pl_buf_adds(out, is_name(e));
}

static void print_not(const struct pl_expr *e, struct pl_buf *out)
{
	pl_buf_adds(out, "not ");
	print(e->a, LEVEL_UNARY, out);
}

static void print_arithmetic(const struct pl_expr *e, struct pl_buf *out)
{
	if (e->kind == PL_EXPR_MUL)
		print_binary(e, "*", LEVEL_PRIMARY, out);
	else
		print_binary(e,
			     e->kind == PL_EXPR_ADD   ? "+"
			     : e->kind == PL_EXPR_SUB ? "-"
						      : "minus",
			     LEVEL_PRODUCT, out);
}

/* One line for each kind of expression. */
static void print_bare(const struct pl_expr *e, struct pl_buf *out)
{
	switch (e->kind) {
	case PL_EXPR_STRING:
	case PL_EXPR_INT:
	case PL_EXPR_DECIMAL:
	case PL_EXPR_QTY:
	case PL_EXPR_RANGE:
	case PL_EXPR_VERSION:
	case PL_EXPR_DATE:
	case PL_EXPR_BOOL:
	case PL_EXPR_NAME:
		print_leaf(e, out);
		break;
	case PL_EXPR_FIELD:
		print_field(e, out);
		break;
	case PL_EXPR_INDEX:
		print_index(e, out);
		break;
	case PL_EXPR_CALL:
	case PL_EXPR_COUNT:
	case PL_EXPR_SUM:
		print_call(e, out);
		break;
	case PL_EXPR_SET:
		print_set(e, out);
		break;
	case PL_EXPR_MAP:
		print_map(e, out);
		break;
	case PL_EXPR_ELSE:
		print_else(e, out);
		break;
	case PL_EXPR_ADD:
	case PL_EXPR_SUB:
	case PL_EXPR_MUL:
	case PL_EXPR_MINUS:
		print_arithmetic(e, out);
		break;
	case PL_EXPR_COMPARE:
		print_binary(e, pl_relation_name((enum pl_relation)e->op), LEVEL_SUM, out);
		break;
	case PL_EXPR_MATCHES:
		print_matches(e, out);
		break;
	case PL_EXPR_IS:
		print_is(e, out);
		break;
	case PL_EXPR_AND:
		print_operands(e, " and ", out);
		break;
	case PL_EXPR_OR:
		print_operands(e, " or ", out);
		break;
	case PL_EXPR_NOT:
		print_not(e, out);
		break;
	case PL_EXPR_QUANT:
		print_quantifier(e, out);
		break;
	}
}

void pl_expr_print(const struct pl_expr *e, struct pl_buf *out)
{
	/* An `else` in parentheses keeps them: it may stand bare only where nothing follows. */
	print(e, e->kind == PL_EXPR_ELSE && e->parens ? LEVEL_CHAIN : LEVEL_ELSE, out);
}
