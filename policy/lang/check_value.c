/* check_value.c - expressions that have a value: sets, maps, `else`, arithmetic. spec: language.md 3.6 */
#include "check.h"

static uint32_t count_list(const struct pl_expr *e)
{
	uint32_t n = 0;
	for (; e; e = e->next)
		n++;
	return n;
}

/* --- sets
 * --------------------------------------------------------------------------------------------------------------- */

static bool push(struct pl_checker *c, struct pl_term *t, struct pl_term ***items, uint32_t *count, uint32_t *room)
{
	struct pl_term **grown = pl_intern_grow(c->arena, *items, *count, room, sizeof *grown);
	if (!grown) {
		pl_check_memory(c);
		return false;
	}
	*items = grown;
	grown[(*count)++] = t;
	return true;
}

/* A named set inside a set is spliced. */
static bool push_element(struct pl_checker *c, const struct pl_expr *e, struct pl_term *t, struct pl_term ***items,
			 uint32_t *count, uint32_t *room)
{
	if (t->kind == PL_TERM_SET) {
		for (uint32_t i = 0; i < t->count; i++) {
			if (!push(c, t->items[i], items, count, room))
				return false;
		}
		return true;
	}
	struct pl_complaint complaint = {.code = PL_CODE_E0304, .at = e->at};
	if (!pl_type_is_scalar(t->type)) {
		if (t->type.kind == PL_T_LIST)
			complaint.note = PL_STR("only a set that the policy itself spells out becomes part of another");
		pl_check_complain(c, &complaint, "%.*s cannot be an element of a set",
				  PL_FMT(pl_check_type_text(c, t->type)));
		return false;
	}
	if (pl_check_absent(c, t, c->known)) {
		complaint.code = PL_CODE_E0301;
		complaint.label = PL_STR("may be absent");
		complaint.help = pl_check_text(c, "say what a missing value means: `(%.*s else ...)`",
					       PL_FMT(pl_check_print(c, e)));
		pl_check_complain(c, &complaint, "`%.*s` may be absent, and a set needs to know its elements",
				  PL_FMT(pl_check_print(c, e)));
		return false;
	}
	return push(c, t, items, count, room);
}

struct pl_term *pl_check_set(struct pl_checker *c, const struct pl_expr *e)
{
	struct pl_term **items = NULL;
	uint32_t count = 0, room = 0;
	for (const struct pl_expr *item = e->a; item; item = item->next) {
		struct pl_term *t = pl_check_value(c, item);
		if (!t || !push_element(c, item, t, &items, &count, &room))
			return NULL;
	}
	struct pl_type elem = pl_type_scalar(PL_T_NONE);
	if (!pl_check_unify(c, e->at, items, count, "in one set with", &elem))
		return NULL;
	struct pl_term *set = pl_check_new(c, PL_TERM_SET, e->at, pl_type_list(elem), 0);
	if (!set)
		return NULL;
	set->items = items;
	set->count = count;
	return set;
}

/* --- maps
 * --------------------------------------------------------------------------------------------------------------- */

/* Puts the entry where its key belongs; false, with an error, when the key is there already. */
static bool put_entry(struct pl_checker *c, pl_str *keys, struct pl_term *map, uint32_t n, pl_str key,
		      struct pl_term *value, struct pl_span at)
{
	uint32_t i = n;
	while (i > 0 && pl_str_cmp(keys[i - 1], key) > 0)
		i--;
	if (i > 0 && pl_str_eq(keys[i - 1], key)) {
		pl_check_complain(c, &(struct pl_complaint){.code = PL_CODE_E0327, .at = at},
				  "the key \"%.*s\" stands twice in this table", PL_FMT(key));
		return false;
	}
	for (uint32_t k = n; k > i; k--) {
		keys[k] = keys[k - 1];
		map->items[k] = map->items[k - 1];
	}
	keys[i] = key;
	map->items[i] = value;
	return true;
}

static bool map_entry(struct pl_checker *c, const struct pl_expr *key, pl_str *keys, struct pl_term *map, uint32_t n)
{
	if (key->kind != PL_EXPR_STRING) {
		pl_check_complain(c, &(struct pl_complaint){.code = PL_CODE_E0304, .at = key->at},
				  "the keys of a table are strings");
		return false;
	}
	struct pl_term *value = pl_check_value(c, key->next);
	if (!value)
		return false;
	if (value->kind != PL_TERM_CONST) {
		pl_check_complain(c, &(struct pl_complaint){.code = PL_CODE_E0304, .at = key->next->at},
				  "the values of a table are constants");
		return false;
	}
	return put_entry(c, keys, map, n, key->u.text, value, key->at);
}

struct pl_term *pl_check_map(struct pl_checker *c, const struct pl_expr *e)
{
	uint32_t n = count_list(e->a) / 2, done = 0;
	struct pl_term *map = pl_check_new(c, PL_TERM_MAP, e->at, pl_type_scalar(PL_T_NONE), n);
	pl_str *keys = pl_arena_zalloc(c->arena, n, sizeof *keys);
	if (!map)
		return NULL;
	if (!keys)
		return pl_check_memory(c);
	for (const struct pl_expr *key = e->a; key && key->next; key = key->next->next) {
		if (!map_entry(c, key, keys, map, done++))
			return NULL;
	}
	struct pl_type held;
	if (!pl_check_unify(c, e->at, map->items, n, "in one table with", &held))
		return NULL;
	map->u.keys = keys;
	map->type = pl_type_map(held);
	return map;
}

/* --- else
 * ----------------------------------------------------------------------------------------------------------------- */

/* spec: language.md 3.6: an alternative after one that is always present is a mistake. */
static bool reachable(struct pl_checker *c, const struct pl_expr *e, struct pl_term *t)
{
	if (c->scope.inside_call || pl_check_absent(c, t, pl_check_known_here(c)))
		return true;
	pl_str text = pl_check_print(c, e);
	struct pl_complaint complaint = {.code = PL_CODE_E0306, .at = e->at, .label = PL_STR("always present")};
	if (t->kind == PL_TERM_FIELD && t->u.field.presence == PL_DEFAULTED && t->u.field.dflt)
		complaint.note = pl_check_text(c, "when it is not set it is %s", t->u.field.dflt);
	complaint.help = pl_check_text(c, "write `%.*s` alone", PL_FMT(text));
	pl_check_complain(c, &complaint, "`%.*s` is always present, so this `else` is never reached", PL_FMT(text));
	return false;
}

static struct pl_term *alternatives(struct pl_checker *c, const struct pl_expr *e)
{
	uint32_t n = 0;
	struct pl_term *t = pl_check_new(c, PL_TERM_ELSE, e->at, pl_type_scalar(PL_T_NONE), count_list(e->a));
	if (!t)
		return NULL;
	for (const struct pl_expr *item = e->a; item; item = item->next) {
		t->items[n] = pl_check_value(c, item);
		if (!t->items[n] || (item->next && !reachable(c, item, t->items[n])))
			return NULL;
		n++;
	}
	if (!pl_check_unify(c, e->at, t->items, n, "as an alternative to", &t->type))
		return NULL;
	t->domain = pl_term_domain(t->items[0]);
	return t;
}

/* --- arithmetic
 * -------------------------------------------------------------------------------------------------------------- */

static pl_nano nano_of(const struct pl_value *v)
{
	return v->kind == PL_V_INT ? pl_nano_mul_int(PL_NANO_ONE, v->u.i) : v->u.q;
}

static int64_t saturate(pl_nano n)
{
	return n > INT64_MAX ? INT64_MAX : n < INT64_MIN ? INT64_MIN : (int64_t)n;
}

static struct pl_value fold_ints(enum pl_expr_kind op, int64_t a, int64_t b)
{
	pl_nano x = a, y = b;
	pl_nano n = op == PL_EXPR_ADD ? x + y : op == PL_EXPR_SUB ? x - y : x * y;
	return (struct pl_value){.kind = PL_V_INT, .of = PL_T_INT, .u.i = saturate(n)};
}

/* Literals are computed here, with the very functions that the machine uses. */
static struct pl_term *fold(struct pl_checker *c, const struct pl_expr *e, struct pl_type type, const struct pl_term *a,
			    const struct pl_term *b)
{
	const struct pl_value *x = &a->u.value, *y = &b->u.value;
	if (type.kind == PL_T_INT)
		return pl_check_const(c, e->at, type, fold_ints(e->kind, x->u.i, y->u.i));
	struct pl_value v = {.kind = PL_V_NUMBER, .of = type.kind};
	if (e->kind == PL_EXPR_ADD)
		v.u.q = pl_nano_add(nano_of(x), nano_of(y));
	else if (e->kind == PL_EXPR_SUB)
		v.u.q = pl_nano_sub(nano_of(x), nano_of(y));
	else
		v.u.q = x->kind == PL_V_INT ? pl_nano_mul_int(nano_of(y), x->u.i) : pl_nano_mul_int(nano_of(x), y->u.i);
	return pl_check_const(c, e->at, type, v);
}

static bool is_number(struct pl_checker *c, const struct pl_expr *e, const struct pl_term *t, const char *sign)
{
	if (pl_type_is_number(t->type))
		return true;
	struct pl_complaint complaint = {.code = PL_CODE_E0307, .at = e->at};
	if (t->type.kind == PL_T_LIST && sign[0] == '-')
		complaint.help = PL_STR("write `minus` to take the elements of one list out of another");
	if (t->type.kind == PL_T_DATE)
		complaint.help = PL_STR("`days_since(...)` counts the days from a date until today");
	pl_check_complain(c, &complaint, "`%s` works on numbers; this is %.*s", sign,
			  PL_FMT(pl_check_type_text(c, t->type)));
	return false;
}

static struct pl_term *multiply(struct pl_checker *c, const struct pl_expr *e, struct pl_term *a, struct pl_term *b)
{
	if (a->type.kind != PL_T_INT && b->type.kind != PL_T_INT) {
		pl_check_complain(c,
				  &(struct pl_complaint){.code = PL_CODE_E0307,
							 .at = e->at,
							 .note = PL_STR("one side of `*` is a plain number")},
				  "%.*s times %.*s means nothing", PL_FMT(pl_check_type_text(c, a->type)),
				  PL_FMT(pl_check_type_text(c, b->type)));
		return NULL;
	}
	struct pl_type type = a->type.kind == PL_T_INT ? b->type : a->type;
	if (a->kind == PL_TERM_CONST && b->kind == PL_TERM_CONST)
		return fold(c, e, type, a, b);
	return pl_check_new2(c, PL_TERM_MUL, e->at, type, a, b);
}

static struct pl_term *arithmetic(struct pl_checker *c, const struct pl_expr *e)
{
	const char *sign = e->kind == PL_EXPR_ADD ? "+" : e->kind == PL_EXPR_SUB ? "-" : "*";
	struct pl_term *a = pl_check_value(c, e->a);
	struct pl_term *b = a ? pl_check_value(c, e->b) : NULL;
	if (!b || !is_number(c, e->a, a, sign) || !is_number(c, e->b, b, sign))
		return NULL;
	if (e->kind == PL_EXPR_MUL)
		return multiply(c, e, a, b);
	if (!pl_check_pair(c, e->at, &a, &b, e->kind == PL_EXPR_ADD ? "added to" : "and"))
		return NULL;
	struct pl_type type = pl_type_sum(a->type, b->type);
	if (a->kind == PL_TERM_CONST && b->kind == PL_TERM_CONST)
		return fold(c, e, type, a, b);
	return pl_check_new2(c, e->kind == PL_EXPR_ADD ? PL_TERM_ADD : PL_TERM_SUB, e->at, type, a, b);
}

static struct pl_term *difference(struct pl_checker *c, const struct pl_expr *e)
{
	struct pl_term *a = pl_check_value(c, e->a);
	struct pl_term *b = a ? pl_check_value(c, e->b) : NULL;
	if (!b)
		return NULL;
	const struct pl_term *other = a->type.kind != PL_T_LIST ? a : b->type.kind != PL_T_LIST ? b : NULL;
	if (other) {
		pl_check_complain(c,
				  &(struct pl_complaint){.code = PL_CODE_E0311, .at = other == a ? e->a->at : e->b->at},
				  "`minus` works on lists; this is %.*s", PL_FMT(pl_check_type_text(c, other->type)));
		return NULL;
	}
	if (!pl_check_pair(c, e->at, &a, &b, "minus"))
		return NULL;
	return pl_check_new2(c, PL_TERM_LESS, e->at, a->type, a, b);
}

/* --- all of them
 * --------------------------------------------------------------------------------------------------------------- */

static struct pl_term *not_a_value(struct pl_checker *c, const struct pl_expr *e)
{
	pl_check_complain(c,
			  &(struct pl_complaint){.code = PL_CODE_E0304,
						 .at = e->at,
						 .note = PL_STR("a condition is met or not; it is not itself a value")},
			  "a condition stands where a value is needed");
	return NULL;
}

static struct pl_term *value(struct pl_checker *c, const struct pl_expr *e)
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
		return pl_check_literal(c, e);
	case PL_EXPR_NAME:
		return pl_check_name(c, e);
	case PL_EXPR_FIELD:
	case PL_EXPR_INDEX:
		return pl_check_field(c, e);
	case PL_EXPR_CALL:
		return pl_check_call(c, e);
	case PL_EXPR_SET:
		return pl_check_set(c, e);
	case PL_EXPR_MAP:
		return pl_check_map(c, e);
	case PL_EXPR_ELSE:
		return alternatives(c, e);
	case PL_EXPR_ADD:
	case PL_EXPR_SUB:
	case PL_EXPR_MUL:
		return arithmetic(c, e);
	case PL_EXPR_MINUS:
		return difference(c, e);
	case PL_EXPR_COUNT:
	case PL_EXPR_SUM:
		return pl_check_aggregate(c, e);
	case PL_EXPR_COMPARE:
	case PL_EXPR_MATCHES:
	case PL_EXPR_IS:
	case PL_EXPR_AND:
	case PL_EXPR_OR:
	case PL_EXPR_NOT:
	case PL_EXPR_QUANT:
		return not_a_value(c, e);
	}
	return NULL;
}

struct pl_term *pl_check_value(struct pl_checker *c, const struct pl_expr *e)
{
	enum pl_if_set if_set = c->if_set;
	c->if_set = PL_IF_NOT_GIVEN;
	struct pl_part_term *around = pl_check_part_enter(c, e, false);
	struct pl_term *t = pl_check_enter(c, e->at) ? value(c, e) : NULL;
	c->depth--;
	pl_check_part_leave(c, around, t);
	c->if_set = if_set;
	return t;
}
