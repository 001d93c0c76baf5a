/* check_cond.c - conditions in their polarity, and what they make known. This file is the judgement of language.md 3.7
 * except for its atoms (check_atom.c):
 *
 *   polarity, known |- condition > (known where it is true, known where it is false)
 *
 * `and` looks at its right side knowing that the left one is true, `or` knowing that it is false; `not` swaps. */
#include "check.h"

static enum pl_polarity flip(enum pl_polarity p)
{
	return p == PL_POSITIVE ? PL_NEGATIVE : p == PL_NEGATIVE ? PL_POSITIVE : PL_EITHER;
}

/* spec: 3.7: `if set` speaks about one comparison. */
static bool single(struct pl_checker *c, const struct pl_expr *e)
{
	if (c->if_set == PL_IF_NOT_GIVEN)
		return true;
	const char *what = e->kind == PL_EXPR_QUANT ? "a quantifier"
			   : e->kind == PL_EXPR_NOT ? "a negated condition"
						    : "more than one comparison";
	pl_check_complain(c,
			  &(struct pl_complaint){.code = PL_CODE_E0323,
						 .at = c->if_at,
						 .help = PL_STR("write what a missing value means where it stands: "
								"`x is absent or ...`, `(x else ...)`")},
			  "`if set` stands beside %s", what);
	return false;
}

/* --- and, or, not
 * -------------------------------------------------------------------------------------------------------- */

/* Takes operand i in: what is known in its continuing case goes on to the next one. */
static bool take(struct pl_checker *c, bool conjunction, uint32_t i, const struct pl_cond *operand,
		 struct pl_known *all, struct pl_known *common)
{
	struct pl_known going = conjunction ? operand->when_true : operand->when_false;
	struct pl_known leaving = conjunction ? operand->when_false : operand->when_true;
	pl_err err = pl_known_union(*all, going, c->arena, all);
	if (err == PL_OK && i == 0)
		*common = leaving;
	else if (err == PL_OK)
		err = pl_known_common(*common, leaving, c->arena, common);
	pl_check_learn(c, going);
	if (err != PL_OK)
		pl_check_memory(c);
	return c->err == PL_OK;
}

static bool connective(struct pl_checker *c, const struct pl_expr *e, enum pl_polarity polarity, struct pl_cond *ret)
{
	bool conjunction = e->kind == PL_EXPR_AND;
	uint32_t n = 0;
	for (const struct pl_expr *item = e->a; item; item = item->next)
		n++;
	struct pl_known before = c->known, all = {0}, common = {0};
	struct pl_term *t =
		pl_check_new(c, conjunction ? PL_TERM_AND : PL_TERM_OR, e->at, pl_type_scalar(PL_T_CONDITION), n);
	bool ok = t && single(c, e);
	n = 0;
	for (const struct pl_expr *item = e->a; ok && item; item = item->next) {
		struct pl_cond operand;
		ok = pl_check_cond(c, item, polarity, &operand) && take(c, conjunction, n, &operand, &all, &common);
		if (ok)
			t->items[n++] = operand.term;
	}
	c->known = before;
	if (!ok)
		return false;
	*ret = conjunction ? (struct pl_cond){t, all, common} : (struct pl_cond){t, common, all};
	return true;
}

static struct pl_term *negate(struct pl_checker *c, struct pl_term *t)
{
	return pl_check_new1(c, PL_TERM_NOT, t->at, pl_type_scalar(PL_T_CONDITION), t);
}

static bool negation(struct pl_checker *c, const struct pl_expr *e, enum pl_polarity polarity, struct pl_cond *ret)
{
	struct pl_cond inner;
	const char *note = polarity == PL_POSITIVE ? "a condition that is not met passes under `not`" : c->absence_note;
	if (!single(c, e) || !pl_check_cond_as(c, e->a, flip(polarity), note, &inner))
		return false;
	*ret = (struct pl_cond){negate(c, inner.term), inner.when_false, inner.when_true};
	return ret->term != NULL;
}

/* --- quantifiers
 * ------------------------------------------------------------------------------------------------------------ */

/* some, no: F and P. every: F implies P. */
static struct pl_term *join(struct pl_checker *c, const struct pl_expr *e, struct pl_term *where, struct pl_term *body)
{
	struct pl_type condition = pl_type_scalar(PL_T_CONDITION);
	if (!where)
		return body;
	if (e->op != PL_QUANT_EVERY)
		return pl_check_new2(c, PL_TERM_AND, e->at, condition, where, body);
	return pl_check_new2(c, PL_TERM_OR, e->at, condition, negate(c, where), body);
}

static struct pl_term *quantifier_body(struct pl_checker *c, const struct pl_expr *e, enum pl_polarity polarity)
{
	struct pl_cond where = {0}, body;
	enum pl_polarity of_where = e->op == PL_QUANT_SOME ? polarity : flip(polarity);
	enum pl_polarity of_body = e->op == PL_QUANT_NO ? flip(polarity) : polarity;
	const char *out =
		polarity == of_where ? c->absence_note : "a missing value would take the element out of account";
	const char *no = polarity == of_body ? c->absence_note : "`no` passes where its condition is not met";
	if (e->b && !pl_check_cond_as(c, e->b, of_where, out, &where))
		return NULL;
	pl_check_learn(c, where.when_true);
	if (!pl_check_cond_as(c, e->c, of_body, no, &body))
		return NULL;
	return join(c, e, where.term, body.term);
}

static bool quantifier(struct pl_checker *c, const struct pl_expr *e, enum pl_polarity polarity, struct pl_cond *ret)
{
	static const uint8_t kinds[] = {
		[PL_QUANT_SOME] = PL_LOOP_SOME, [PL_QUANT_EVERY] = PL_LOOP_EVERY, [PL_QUANT_NO] = PL_LOOP_NO};
	struct pl_loop_var loop;
	if (!single(c, e) || !pl_check_loop_enter(c, &e->name, e->a, &loop))
		return false;
	struct pl_term *body = quantifier_body(c, e, polarity);
	pl_check_loop_leave(c, &loop);
	struct pl_term *t = pl_check_new2(c, PL_TERM_LOOP, e->at, pl_type_scalar(PL_T_CONDITION), loop.list, body);
	if (!t)
		return false;
	t->op = kinds[e->op];
	t->u.var = loop.var->u.var;
	*ret = (struct pl_cond){.term = t};
	return true;
}

/* --- all of them
 * ------------------------------------------------------------------------------------------------------------- */

/* A `let` is checked where it is called, in the caller's polarity. */
static bool called(struct pl_checker *c, struct pl_def *def, const struct pl_expr *e, enum pl_polarity polarity,
		   struct pl_cond *ret)
{
	struct pl_scope before;
	if (!pl_check_enter_let(c, def, e, &before))
		return false;
	bool ok = pl_check_cond(c, def->decl->u.let.value, polarity, ret);
	pl_check_leave(c, def, &before);
	return ok;
}

static bool condition(struct pl_checker *c, const struct pl_expr *e, enum pl_polarity polarity, struct pl_cond *ret)
{
	struct pl_def *let = pl_check_find_let(c, e);
	if (e->kind == PL_EXPR_AND || e->kind == PL_EXPR_OR)
		return connective(c, e, polarity, ret);
	if (e->kind == PL_EXPR_NOT)
		return negation(c, e, polarity, ret);
	if (e->kind == PL_EXPR_QUANT)
		return quantifier(c, e, polarity, ret);
	return let ? called(c, let, e, polarity, ret) : pl_check_atom(c, e, polarity, ret);
}

bool pl_check_cond(struct pl_checker *c, const struct pl_expr *e, enum pl_polarity polarity, struct pl_cond *ret)
{
	struct pl_part_term *around = pl_check_part_enter(c, e, true);
	bool ok = pl_check_enter(c, e->at) && condition(c, e, polarity, ret);
	c->depth--;
	pl_check_part_leave(c, around, ok ? ret->term : NULL);
	return ok && c->err == PL_OK;
}

bool pl_check_cond_as(struct pl_checker *c, const struct pl_expr *e, enum pl_polarity polarity, const char *note,
		      struct pl_cond *ret)
{
	const char *before = c->absence_note;
	c->absence_note = note;
	bool ok = pl_check_cond(c, e, polarity, ret);
	c->absence_note = before;
	return ok;
}
