/* check_atom.c - the atoms of language.md 3.7: one comparison with its operator, a test of presence or emptiness, or a
 * bool. An atom whose operand may be absent is false when it is; that is safe only in positive polarity, and E0301
 * anywhere else. */
#include "check.h"

#define MAX_FIELDS 8 /* fields that one comparison can read before `if set` gets silly */

struct atom {
	struct pl_term *term;
	struct pl_term *operands[2];
	unsigned n;
};

/* --- relations
 * ------------------------------------------------------------------------------------------------------------ */

static bool refuse(struct pl_checker *c, const struct pl_expr *e, enum pl_code code, pl_str help, const char *what,
		   const struct pl_term *t)
{
	pl_check_complain(c, &(struct pl_complaint){.code = code, .at = e->at, .help = help}, "%s; this is %.*s", what,
			  PL_FMT(pl_check_type_text(c, t->type)));
	return false;
}

static bool scalar(struct pl_checker *c, const struct pl_expr *e, const struct pl_term *t)
{
	pl_str help = {0};
	if (pl_type_is_scalar(t->type))
		return true;
	if (t->type.kind == PL_T_LIST)
		help = PL_STR("lists are compared with `within`, `overlaps` and `contains`");
	else if (t->type.kind == PL_T_RECORD || t->type.kind == PL_T_SUBJECT)
		help = PL_STR("compare one of its fields");
	else if (t->type.kind == PL_T_RANGE)
		help = PL_STR("a range stands after `in`");
	return refuse(c, e, PL_CODE_E0304, help, "single values are compared", t);
}

static bool equality(struct pl_checker *c, const struct pl_expr *e, struct pl_term **a, struct pl_term **b)
{
	return scalar(c, e->a, *a) && scalar(c, e->b, *b) && pl_check_pair(c, e->at, a, b, "compared with");
}

static bool order(struct pl_checker *c, const struct pl_expr *e, struct pl_term **a, struct pl_term **b)
{
	if (!equality(c, e, a, b))
		return false;
	pl_str help = pl_type_is_text((*a)->type) ? PL_STR("`version(...)` and `int(...)` read a string as something "
							   "that has an order")
						  : (pl_str){0};
	return pl_type_is_ordered((*a)->type) ||
	       refuse(c, e->a, PL_CODE_E0304, help, "numbers, versions and dates have an order", *a);
}

static bool not_a_list(struct pl_checker *c, const struct pl_expr *e, const struct pl_term *t)
{
	pl_str help = {0};
	if (t->type.kind == PL_T_MAP)
		help = PL_STR("to ask whether a map has a key, look it up: `map[key] is set`");
	else if (pl_type_is_text(t->type))
		help = PL_STR("to look for a part of a string, write `like \"*part*\"`");
	return refuse(c, e, PL_CODE_E0311, help, "a list is needed here", t);
}

/* spec: language.md 3.9: n in 1..1024. */
static bool in_range(struct pl_checker *c, const struct pl_expr *e, const struct pl_term *x)
{
	return x->type.kind == PL_T_INT || refuse(c, e, PL_CODE_E0304, (pl_str){0}, "a range holds plain numbers", x);
}

static bool in_networks(struct pl_checker *c, struct pl_span at, struct pl_term *x, struct pl_term **list)
{
	struct pl_want want = {.type = pl_type_scalar(PL_T_NETWORK)};
	if ((*list)->type.kind == PL_T_LIST)
		want.type = pl_type_list(want.type);
	enum pl_fit fit = pl_check_fit(c, list, &want);
	if (fit == PL_FIT_NOT)
		pl_check_mismatch(c, at, x, *list, "looked for in");
	return fit == PL_FIT_OK;
}

static bool membership(struct pl_checker *c, const struct pl_expr *e, const struct pl_expr *x_at,
		       const struct pl_expr *list_at, struct pl_term **x, struct pl_term **list)
{
	if ((*list)->type.kind == PL_T_RANGE)
		return in_range(c, x_at, *x);
	if (!scalar(c, x_at, *x))
		return false;
	if ((*x)->type.kind == PL_T_IP)
		return in_networks(c, e->at, *x, list);
	if ((*list)->type.kind != PL_T_LIST)
		return not_a_list(c, list_at, *list);
	bool literal = pl_check_is_literal(*list) && !(pl_check_is_data(*list) && pl_check_is_literal(*x));
	struct pl_want list_want = {.type = pl_type_list((*x)->type), .domain = pl_term_domain(*x)};
	struct pl_want x_want = {.type = pl_type_held((*list)->type), .domain = pl_term_domain(*list)};
	enum pl_fit fit = literal ? pl_check_fit(c, list, &list_want) : pl_check_fit(c, x, &x_want);
	if (fit == PL_FIT_NOT && !literal)
		fit = pl_check_fit(c, list, &list_want); /* an entry of a data file is read as what it holds */
	if (fit == PL_FIT_NOT)
		pl_check_mismatch(c, e->at, *x, *list, "looked for in");
	return fit == PL_FIT_OK;
}

static bool lists(struct pl_checker *c, const struct pl_expr *e, struct pl_term **a, struct pl_term **b)
{
	if ((*a)->type.kind != PL_T_LIST)
		return not_a_list(c, e->a, *a);
	if ((*b)->type.kind != PL_T_LIST)
		return not_a_list(c, e->b, *b);
	struct pl_type elem = pl_type_held((*a)->type);
	if (elem.kind != PL_T_NONE && !pl_type_is_scalar(elem))
		return refuse(c, e->a, PL_CODE_E0304, PL_STR("look at its elements: `every x in ... satisfies ...`"),
			      "lists of single values are compared", *a);
	return pl_check_pair(c, e->at, a, b, "compared with");
}

/* Brings the right side, one value or a list, to the wanted type. */
static bool right_side(struct pl_checker *c, const struct pl_expr *e, struct pl_want want, struct pl_term *a,
		       struct pl_term **b)
{
	if ((*b)->type.kind == PL_T_LIST)
		want.type = pl_type_list(want.type);
	enum pl_fit fit = pl_check_fit(c, b, &want);
	if (fit == PL_FIT_NOT && want.base)
		return refuse(c, e->b, PL_CODE_E0304, (pl_str){0},
			      "an approved place for images is a string, or a set of strings, of the policy itself",
			      *b);
	if (fit == PL_FIT_NOT)
		pl_check_mismatch(c, e->at, a, *b, "and");
	return fit == PL_FIT_OK;
}

static bool below(struct pl_checker *c, const struct pl_expr *e, struct pl_term **a, struct pl_term **b)
{
	bool image = (*a)->type.kind == PL_T_IMAGE;
	bool covers = e->op == PL_REL_COVERS;
	pl_str help =
		pl_type_is_text((*a)->type) ? PL_STR("`path(...)` and `image(...)` read a string as one") : (pl_str){0};
	if ((*a)->type.kind != PL_T_PATH && (covers || !image))
		return refuse(c, e->a, PL_CODE_E0304, help,
			      covers ? "`covers` compares paths" : "`under` compares paths and images", *a);
	struct pl_want want = {.type = pl_type_scalar(image ? PL_T_IMAGE : PL_T_PATH), .base = image};
	return right_side(c, e, want, *a, b);
}

static bool has_text(struct pl_type t)
{
	return pl_type_is_text(t) || t.kind == PL_T_IMAGE || t.kind == PL_T_PATH;
}

static bool likeness(struct pl_checker *c, const struct pl_expr *e, struct pl_term **a, struct pl_term **b)
{
	if (!has_text((*a)->type))
		return refuse(c, e->a, PL_CODE_E0304, (pl_str){0}, "`like` compares strings, images and paths", *a);
	return right_side(c, e, (struct pl_want){.type = pl_type_scalar(PL_T_STRING)}, *a, b);
}

static bool operands_fit(struct pl_checker *c, const struct pl_expr *e, struct pl_term **a, struct pl_term **b)
{
	switch ((enum pl_relation)e->op) {
	case PL_REL_EQ:
	case PL_REL_NE:
		return equality(c, e, a, b);
	case PL_REL_LT:
	case PL_REL_LE:
	case PL_REL_GT:
	case PL_REL_GE:
		return order(c, e, a, b);
	case PL_REL_IN:
		return membership(c, e, e->a, e->b, a, b);
	case PL_REL_CONTAINS:
		return membership(c, e, e->b, e->a, b, a);
	case PL_REL_WITHIN:
	case PL_REL_OVERLAPS:
		return lists(c, e, a, b);
	case PL_REL_UNDER:
	case PL_REL_COVERS:
		return below(c, e, a, b);
	case PL_REL_LIKE:
		return likeness(c, e, a, b);
	}
	return false;
}

static bool comparison(struct pl_checker *c, const struct pl_expr *e, struct atom *ret)
{
	struct pl_term *a = pl_check_value(c, e->a);
	struct pl_term *b = a ? pl_check_value(c, e->b) : NULL;
	if (!b || !operands_fit(c, e, &a, &b))
		return false;
	enum pl_term_kind kind = e->op <= PL_REL_GE ? PL_TERM_COMPARE : PL_TERM_TEST;
	*ret = (struct atom){.term = pl_check_new2(c, kind, e->at, pl_type_scalar(PL_T_CONDITION), a, b),
			     .operands = {a, b},
			     .n = 2};
	if (!ret->term)
		return false;
	ret->term->op = e->op;
	ret->term->negated = e->negated;
	return true;
}

static bool matching(struct pl_checker *c, const struct pl_expr *e, struct atom *ret)
{
	struct pl_term *a = pl_check_value(c, e->a);
	if (!a)
		return false;
	if (!has_text(a->type))
		return refuse(c, e->a, PL_CODE_E0319, (pl_str){0}, "`matches` works on strings, images and paths", a);
	*ret = (struct atom){.term = pl_check_pattern(c, e, a), .operands = {a}, .n = 1};
	return ret->term != NULL;
}

static bool emptiness(struct pl_checker *c, const struct pl_expr *e, struct atom *ret)
{
	struct pl_term *a = pl_check_value(c, e->a);
	if (!a)
		return false;
	if (a->type.kind != PL_T_LIST && a->type.kind != PL_T_MAP && !pl_type_is_text(a->type))
		return refuse(c, e->a, PL_CODE_E0316, PL_STR("ask `is set` or `is absent`"),
			      "lists, maps and strings can be empty", a);
	*ret = (struct atom){.term = pl_check_new1(c, PL_TERM_IS, e->at, pl_type_scalar(PL_T_CONDITION), a),
			     .operands = {a},
			     .n = 1};
	if (ret->term)
		ret->term->op = e->op;
	return ret->term != NULL;
}

static bool truth(struct pl_checker *c, const struct pl_expr *e, struct atom *ret)
{
	struct pl_term *a = pl_check_value(c, e);
	pl_str help = {0};
	if (!a)
		return false;
	if (a->type.kind == PL_T_LIST || a->type.kind == PL_T_MAP)
		help = PL_STR("ask `is empty` or `is not empty`");
	else if (a->type.kind != PL_T_BOOL)
		help = PL_STR("compare it with something, or ask `is set`");
	if (a->type.kind != PL_T_BOOL)
		return refuse(c, e, PL_CODE_E0318, help, "a condition is needed here", a);
	*ret = (struct atom){.term = pl_check_new1(c, PL_TERM_TRUTH, e->at, pl_type_scalar(PL_T_CONDITION), a),
			     .operands = {a},
			     .n = 1};
	return ret->term != NULL;
}

/* --- absence
 * --------------------------------------------------------------------------------------------------------------- */

/* Absent only through its operands; other functions may be absent of themselves. */
static bool is_computed(const struct pl_term *t)
{
	return t->kind == PL_TERM_ADD || t->kind == PL_TERM_SUB || t->kind == PL_TERM_MUL ||
	       (t->kind == PL_TERM_CALL && (t->op == PL_BUILTIN_LOWER || t->op == PL_BUILTIN_DAYS_SINCE));
}

/* The innermost part that makes t absent: `container.memory_request` in `2 * container.memory_request`. */
static struct pl_term *culprit(struct pl_checker *c, struct pl_term *t)
{
	uint32_t i = 0;
	while (is_computed(t) && i < t->count) {
		bool absent = pl_check_absent(c, t->items[i], c->known);
		t = absent ? t->items[i] : t;
		i = absent ? 0 : i + 1;
	}
	return t;
}

static bool complain_absent(struct pl_checker *c, struct pl_term *operand)
{
	struct pl_term *t = culprit(c, operand);
	pl_str text = pl_check_written(c, t);
	if (c->lenient)
		return true;
	pl_check_complain(c,
			  &(struct pl_complaint){
				  .code = PL_CODE_E0301,
				  .at = t->at,
				  .source = t->source,
				  .label = PL_STR("may be absent"),
				  .note = pl_str_from(c->absence_note),
				  .help = pl_check_text(
					  c,
					  "say what a missing value means: `(%.*s else ...)`; or `%.*s is absent "
					  "or ...`, which is met without it; or `%.*s is set and ...`, which is not",
					  PL_FMT(text), PL_FMT(text), PL_FMT(text)),
			  },
			  "`%.*s` may be absent, and here a missing value would let the rule pass", PL_FMT(text));
	return false;
}

/* spec: 3.7: an atom with an optional operand, only in positive polarity; then it makes its operands known where it is
 * true. */
static bool settle(struct pl_checker *c, const struct atom *atom, enum pl_polarity polarity, struct pl_cond *ret)
{
	*ret = (struct pl_cond){.term = atom->term};
	for (unsigned i = 0; i < atom->n; i++) {
		if (!pl_check_absent(c, atom->operands[i], c->known))
			continue;
		if (polarity != PL_POSITIVE && !complain_absent(c, atom->operands[i]))
			return false;
		pl_check_presence(c, atom->operands[i], &ret->when_true);
	}
	return c->err == PL_OK;
}

/* --- if set
 * ------------------------------------------------------------------------------------------------------------------ */

struct fields {
	struct pl_term *items[MAX_FIELDS];
	unsigned n;
};

static bool has_look_up(const struct pl_term *t)
{
	if (t->kind == PL_TERM_INDEX && t->op == PL_INDEX_ENTRY)
		return true;
	for (uint32_t i = 0; i < t->count; i++) {
		if (has_look_up(t->items[i]))
			return true;
	}
	return false;
}

/* The optional fields that an operand reads: those that `if set` speaks about. */
static bool collect(struct pl_checker *c, struct pl_term *t, struct fields *ret)
{
	if (!pl_check_absent(c, t, c->known))
		return true;
	bool computed = t->kind == PL_TERM_ADD || t->kind == PL_TERM_SUB || t->kind == PL_TERM_MUL ||
			t->kind == PL_TERM_LESS || t->kind == PL_TERM_CALL;
	for (uint32_t i = 0; computed && i < t->count; i++) {
		if (!collect(c, t->items[i], ret))
			return false;
	}
	if (computed)
		return true;
	if (has_look_up(t)) {
		pl_check_complain(
			c,
			&(struct pl_complaint){
				.code = PL_CODE_E0328,
				.at = c->if_at,
				.note = PL_STR("an entry that is missing from a table must not pass"),
				.help = pl_check_text(c, "write `(%.*s else ...)`, or test `%.*s is set`",
						      PL_FMT(pl_check_written(c, t)), PL_FMT(pl_check_written(c, t)))},
			"`if set` beside a look-up");
		return false;
	}
	if (ret->n < MAX_FIELDS)
		ret->items[ret->n++] = t;
	return true;
}

static bool not_needed(struct pl_checker *c)
{
	if (!c->scope.inside_call)
		pl_check_complain(c,
				  &(struct pl_complaint){
					  .code = PL_CODE_E0324, .at = c->if_at, .help = PL_STR("leave `if set` out")},
				  "nothing here can be absent");
	return c->scope.inside_call;
}

/* require: absent or ... ; forbid: set and ... */
static struct pl_term *guarded(struct pl_checker *c, const struct fields *fields, struct pl_term *atom, bool forbid)
{
	struct pl_type condition = pl_type_scalar(PL_T_CONDITION);
	struct pl_term *t = pl_check_new(c, forbid ? PL_TERM_AND : PL_TERM_OR, atom->at, condition, fields->n + 1);
	for (unsigned i = 0; t && i < fields->n; i++) {
		t->items[i] = pl_check_new1(c, PL_TERM_IS, atom->at, condition, fields->items[i]);
		if (!t->items[i])
			return NULL;
		t->items[i]->op = forbid ? PL_IS_SET : PL_IS_ABSENT;
	}
	if (t)
		t->items[fields->n] = atom;
	return t;
}

static bool settle_if_set(struct pl_checker *c, const struct atom *atom, enum pl_polarity polarity, struct pl_cond *ret)
{
	struct fields fields = {.n = 0};
	bool forbid = c->if_set == PL_IF_FORBID;
	for (unsigned i = 0; i < atom->n; i++) {
		if (!collect(c, atom->operands[i], &fields))
			return false;
	}
	if (fields.n == 0)
		return not_needed(c) && settle(c, atom, polarity, ret);
	struct pl_known before = c->known;
	for (unsigned i = 0; i < fields.n; i++)
		pl_check_presence(c, fields.items[i], &c->known);
	bool ok = settle(c, atom, polarity, ret);
	c->known = before;
	if (ok)
		*ret = (struct pl_cond){.term = guarded(c, &fields, atom->term, forbid)};
	return ok && ret->term;
}

/* --- is set, is absent
 * ------------------------------------------------------------------------------------------------------- */

static pl_str why_present(struct pl_checker *c, struct pl_term *t)
{
	if (pl_check_absent(c, t, (struct pl_known){0}))
		return PL_STR("a condition before it has already made sure");
	if (t->type.kind == PL_T_LIST || t->type.kind == PL_T_MAP)
		return PL_STR("when not set it is empty");
	if (t->kind == PL_TERM_FIELD && t->u.field.presence == PL_DEFAULTED && t->u.field.dflt)
		return pl_check_text(c, "when not set it is %s", t->u.field.dflt);
	if (t->kind == PL_TERM_INDEX)
		return PL_STR("every row has it");
	return t->kind == PL_TERM_FIELD ? PL_STR("the schema requires it") : PL_STR("it always has a value");
}

static bool presence(struct pl_checker *c, const struct pl_expr *e, struct pl_cond *ret)
{
	bool set = e->op == PL_IS_SET;
	struct pl_term *a = pl_check_value(c, e->a);
	*ret = (struct pl_cond){.term = pl_check_new1(c, PL_TERM_IS, e->at, pl_type_scalar(PL_T_CONDITION), a)};
	if (!ret->term)
		return false;
	ret->term->op = e->op;
	if (c->if_set != PL_IF_NOT_GIVEN && !not_needed(c))
		return false;
	if (pl_check_absent(c, a, c->known)) {
		pl_check_presence(c, a, set ? &ret->when_true : &ret->when_false);
		return c->err == PL_OK;
	}
	if (c->scope.inside_call || c->lenient || pl_check_absent(c, a, pl_check_known_here(c)))
		return true;
	bool listed = a->type.kind == PL_T_LIST || a->type.kind == PL_T_MAP;
	pl_check_complain(
		c,
		&(struct pl_complaint){.code = PL_CODE_E0317,
				       .at = e->a->at,
				       .label = why_present(c, a),
				       .help = listed ? PL_STR("ask `is empty` or `is not empty`") : (pl_str){0}},
		"`%.*s` is always present, so `is %s` is always %s", PL_FMT(pl_check_print(c, e->a)),
		set ? "set" : "absent", set ? "true" : "false");
	return false;
}

bool pl_check_atom(struct pl_checker *c, const struct pl_expr *e, enum pl_polarity polarity, struct pl_cond *ret)
{
	struct atom atom;
	bool ok;
	if (e->kind == PL_EXPR_IS && (e->op == PL_IS_SET || e->op == PL_IS_ABSENT))
		return presence(c, e, ret);
	if (e->kind == PL_EXPR_COMPARE)
		ok = comparison(c, e, &atom);
	else if (e->kind == PL_EXPR_MATCHES)
		ok = matching(c, e, &atom);
	else if (e->kind == PL_EXPR_IS)
		ok = emptiness(c, e, &atom);
	else
		ok = truth(c, e, &atom);
	if (!ok)
		return false;
	return c->if_set == PL_IF_NOT_GIVEN ? settle(c, &atom, polarity, ret) : settle_if_set(c, &atom, polarity, ret);
}
