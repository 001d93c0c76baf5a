/* check_call.c - calls: the built-in functions of builtins.def, `let`s with arguments, and the two aggregates count(x
 * in L) and sum(e for x in L). spec: language.md 3.9 */
#include "check.h"

#include "base/buf.h"

struct builtin {
	const char *name;
	const char *args; /* one letter each: s string, l list, d date */
	enum pl_type_kind result;
};

static const struct builtin builtins[PL_BUILTIN_COUNT_] = {
#define PL_BUILTIN(id, name, args, result, absent, cost, sentence) [PL_BUILTIN_##id] = {name, args, result},
#include "builtins.def"
#undef PL_BUILTIN
};

static unsigned find_builtin(pl_str name)
{
	unsigned i = 0;
	while (i < PL_BUILTIN_COUNT_ && !pl_str_eq(name, pl_str_from(builtins[i].name)))
		i++;
	return i;
}

static bool fits_letter(char letter, struct pl_type t)
{
	if (letter == 's')
		return pl_type_is_text(t);
	if (letter == 'd')
		return t.kind == PL_T_DATE;
	return t.kind == PL_T_LIST || t.kind == PL_T_MAP;
}

static bool argument_fits(struct pl_checker *c, const struct builtin *f, char letter, const struct pl_expr *e,
			  const struct pl_term *t)
{
	if (fits_letter(letter, t->type))
		return true;
	struct pl_complaint complaint = {.code = letter == 'l' ? PL_CODE_E0311 : PL_CODE_E0304, .at = e->at};
	const char *wanted = letter == 's' ? "a string" : letter == 'd' ? "a date" : "a list";
	if (t->type.kind == f->result && letter == 's')
		complaint.help = PL_STR("leave the function out");
	pl_check_complain(c, &complaint, "`%s` takes %s; this is %.*s", f->name, wanted,
			  PL_FMT(pl_check_type_text(c, t->type)));
	return false;
}

static bool right_number(struct pl_checker *c, const struct pl_expr *e, const struct builtin *f)
{
	size_t wanted = pl_str_from(f->args).len, given = 0;
	for (const struct pl_expr *arg = e->a; arg; arg = arg->next)
		given++;
	if (wanted == given)
		return true;
	pl_check_complain(c, &(struct pl_complaint){.code = PL_CODE_E0314, .at = e->at},
			  "`%s` takes %zu argument%s, not %zu", f->name, wanted, wanted == 1 ? "" : "s", given);
	return false;
}

static struct pl_term *builtin_call(struct pl_checker *c, const struct pl_expr *e, unsigned number)
{
	const struct builtin *f = &builtins[number];
	uint32_t n = 0;
	if (!right_number(c, e, f))
		return NULL;
	struct pl_term *t =
		pl_check_new(c, PL_TERM_CALL, e->at, pl_type_scalar(f->result), (uint32_t)pl_str_from(f->args).len);
	if (!t)
		return NULL;
	t->op = (uint8_t)number;
	for (const struct pl_expr *arg = e->a; arg; arg = arg->next, n++) {
		t->items[n] = pl_check_value(c, arg);
		if (!t->items[n] || !argument_fits(c, f, f->args[n], arg, t->items[n]))
			return NULL;
	}
	return t;
}

static pl_str list_functions(struct pl_checker *c)
{
	struct pl_buf out;
	pl_buf_init(&out, c->arena, 160);
	pl_buf_adds(&out, "functions are ");
	for (unsigned i = 0; i < PL_BUILTIN_COUNT_; i++)
		pl_buf_addf(&out, "%s, ", builtins[i].name);
	pl_buf_adds(&out, "sum; parts of a string are tested with `like \"abc*\"` or `matches /.../`");
	return pl_buf_str(&out);
}

static struct pl_term *unknown_function(struct pl_checker *c, const struct pl_expr *e)
{
	struct pl_nearest nearest = {.word = e->name.text};
	for (unsigned i = 0; i < PL_BUILTIN_COUNT_; i++)
		pl_nearest_offer(&nearest, pl_str_from(builtins[i].name));
	for (uint32_t i = 0; i < c->let_names.count; i++) {
		if (c->lets[i].decl->source == c->scope.source_index && c->lets[i].decl->u.let.has_args)
			pl_nearest_offer(&nearest, c->lets[i].decl->name.text);
	}
	struct pl_complaint complaint = {.code = PL_CODE_E0302, .at = e->name.at};
	complaint.label = pl_check_did_you_mean(c, &nearest);
	complaint.help = list_functions(c);
	pl_check_complain(c, &complaint, "no function is called `%.*s`", PL_FMT(e->name.text));
	return NULL;
}

struct pl_term *pl_check_call(struct pl_checker *c, const struct pl_expr *e)
{
	unsigned number = find_builtin(e->name.text);
	if (pl_check_find_let(c, e))
		return pl_check_name(c, e);
	return number < PL_BUILTIN_COUNT_ ? builtin_call(c, e, number) : unknown_function(c, e);
}

/* --- count and sum
 * ---------------------------------------------------------------------------------------------------- */

/* The condition of the elements that count; all of them when none is given. spec: 3.7: in polarity +-. */
static struct pl_term *counted(struct pl_checker *c, const struct pl_expr *e)
{
	struct pl_cond where;
	if (!e->b)
		return pl_check_const(c, e->at, pl_type_scalar(PL_T_CONDITION), pl_value_bool(true));
	if (!pl_check_cond_as(c, e->b, PL_EITHER, "a missing value would change what is counted", &where))
		return NULL;
	pl_check_learn(c, where.when_true);
	return where.term;
}

static struct pl_term *summand(struct pl_checker *c, const struct pl_expr *e)
{
	struct pl_term *t = pl_check_value(c, e);
	if (!t)
		return NULL;
	pl_str text = pl_check_print(c, e);
	if (!pl_type_is_number(t->type)) {
		pl_check_complain(c, &(struct pl_complaint){.code = PL_CODE_E0307, .at = e->at},
				  "`sum` adds numbers; this is %.*s", PL_FMT(pl_check_type_text(c, t->type)));
		return NULL;
	}
	if (!c->lenient && pl_check_absent(c, t, c->known)) {
		pl_check_complain(c,
				  &(struct pl_complaint){.code = PL_CODE_E0301,
							 .at = e->at,
							 .label = PL_STR("may be absent"),
							 .help = pl_check_text(c,
									       "say what a missing value counts: "
									       "`sum(%.*s else ... for ...)`",
									       PL_FMT(text))},
				  "`%.*s` may be absent, and a sum needs every value", PL_FMT(text));
		return NULL;
	}
	return t;
}

static struct pl_term *aggregate_body(struct pl_checker *c, const struct pl_expr *e, const struct pl_loop_var *loop)
{
	bool sum = e->kind == PL_EXPR_SUM;
	struct pl_term *where = counted(c, e);
	struct pl_term *number = where && sum ? summand(c, e->c) : NULL;
	if (!where || (sum && !number))
		return NULL;
	struct pl_type type = sum ? number->type : pl_type_scalar(PL_T_INT);
	struct pl_term *t = pl_check_new(c, PL_TERM_LOOP, e->at, type, sum ? 3 : 2);
	if (!t)
		return NULL;
	t->op = sum ? PL_LOOP_SUM : PL_LOOP_COUNT;
	t->u.var = loop->var->u.var;
	t->items[0] = loop->list;
	t->items[1] = where;
	if (sum)
		t->items[2] = number;
	return t;
}

struct pl_term *pl_check_aggregate(struct pl_checker *c, const struct pl_expr *e)
{
	struct pl_loop_var loop;
	if (!pl_check_loop_enter(c, &e->name, e->a, &loop))
		return NULL;
	struct pl_term *t = aggregate_body(c, e, &loop);
	pl_check_loop_leave(c, &loop);
	return t;
}
