/* space_read.c - the conditions of rules, walked for what they read and what they ask about it. Constants are questions
 * to whatever they are compared with; two values that are compared with each other are varied together. */
#include "space.h"

#include <string.h>

static void read_condition(struct pl_space_reader *r, const struct pl_term *t);
static void read_value(struct pl_space_reader *r, const struct pl_term *t, const struct pl_probe *probe);

static const struct pl_probe nothing = {.kind = PL_PROBE_NOTHING};

static struct pl_probe text_probe(struct pl_lang *lang)
{
	return (struct pl_probe){.kind = PL_PROBE_TEXT, .lang = lang};
}

static void lack(struct pl_space_reader *r, const char *why)
{
	pl_space_lack(r->space, why, r->words);
}

/* --- constants on one side -------------------------------------------------------------------------------------------
 */

/* A set is one question: whether the value is one of it. Numbers, versions and networks are questions of their own. */
static void ask_list(struct pl_space_reader *r, const struct pl_term *t, enum pl_relation op,
		     const struct pl_list *list)
{
	struct pl_alphabet *a = &r->space->alphabet;
	struct pl_probe all = text_probe(pl_lang_none(a)), one;
	struct pl_probe *places = NULL;
	if (list->count == 0)
		return;
	for (uint32_t i = 0; i < list->count && r->space->err == PL_OK; i++) {
		if (!pl_probe_of(r, op, &list->items[i], &one))
			continue;
		if (one.kind == PL_PROBE_TEXT) {
			all.lang = pl_lang_alt(a, one.lang, all.lang);
		} else if (one.kind == PL_PROBE_PLACE) {
			struct pl_probe *p = pl_arena_alloc(a->arena, sizeof *p);
			if (!p) {
				r->space->err = PL_E_MEMORY;
				return;
			}
			*p = one;
			p->next = places;
			places = p;
		} else {
			read_value(r, t, &one);
		}
	}
	if (places)
		read_value(r, t, places);
	else
		read_value(r, t, &all);
}

static void ask_const(struct pl_space_reader *r, const struct pl_term *t, enum pl_relation op, const struct pl_value *v)
{
	struct pl_probe probe;
	if (v->kind == PL_V_LIST) {
		ask_list(r, t, op, v->u.list);
		return;
	}
	if (v->kind == PL_V_RANGE) {
		const struct pl_probe low = {.kind = PL_PROBE_NUMBER,
					     .number = pl_nano_mul_int(PL_NANO_ONE, v->u.range.low)};
		const struct pl_probe high = {.kind = PL_PROBE_NUMBER,
					      .number = pl_nano_mul_int(PL_NANO_ONE, v->u.range.high)};
		read_value(r, t, &low);
		read_value(r, t, &high);
		return;
	}
	if (pl_probe_of(r, op, v, &probe))
		read_value(r, t, &probe);
}

/* --- values ---------------------------------------------------------------------------------------------------------
 */

static bool is_list(const struct pl_term *t)
{
	return t->type.kind == PL_T_LIST || t->type.kind == PL_T_MAP;
}

/* What decides which value is read, and is not the value: not compared with anything but p. */
static void read_aside(struct pl_space_reader *r, const struct pl_term *t, const struct pl_probe *p)
{
	unsigned touched = r->touched_count;
	read_value(r, t, p);
	r->touched_count = touched;
}

/* arn(x), or a part of it: a question about the text x. */
static void read_arn(struct pl_space_reader *r, const struct pl_term *arg, uint16_t view, const struct pl_probe *probe)
{
	struct pl_alphabet *a = &r->space->alphabet;
	const struct pl_probe is_arn = text_probe(pl_probe_arn(a, PL_VIEW_COUNT, NULL));
	read_value(r, arg, &is_arn);
	if (view == PL_VIEW_ARN_region || view == PL_VIEW_ARN_account) {
		const struct pl_probe has_none = text_probe(pl_probe_arn(a, view, pl_lang_empty(a)));
		read_value(r, arg, &has_none);
	}
	if (probe->kind != PL_PROBE_TEXT)
		return;
	const struct pl_probe part =
		text_probe(view == PL_VIEW_COUNT ? probe->lang : pl_probe_arn(a, view, probe->lang));
	read_value(r, arg, &part);
}

/* To compare a count with n, lists of n and n + 1 are enough; longer ones than any that is made are too long. */
static unsigned counted_up_to(const struct pl_probe *p)
{
	if (p->kind != PL_PROBE_NUMBER || p->number < 0)
		return 1;
	return p->number < 100 * PL_NANO_ONE ? (unsigned)(p->number / PL_NANO_ONE) + 1 : 100;
}

static void read_call(struct pl_space_reader *r, const struct pl_term *t, const struct pl_probe *probe)
{
	const struct pl_term *arg = t->items[0];
	struct pl_probe p = *probe;
	struct pl_place list;
	switch ((enum pl_builtin)t->op) {
	case PL_BUILTIN_LOWER:
		if (p.kind == PL_PROBE_TEXT)
			p.lang = pl_lang_lowered(&r->space->alphabet, p.lang);
		read_value(r, arg, &p);
		return;
	case PL_BUILTIN_ARN:
		read_arn(r, arg, PL_VIEW_COUNT, probe);
		return;
	case PL_BUILTIN_COUNT:
		read_value(r, arg, &nothing);
		if (pl_place_of(r, arg, &list))
			pl_place_count(r, &list, counted_up_to(&p));
		return;
	case PL_BUILTIN_VERSION:
		if (p.kind == PL_PROBE_NOTHING) /* what is no version matters too */
			p = (struct pl_probe){.kind = PL_PROBE_VERSION, .version = {{1, 0, 0}}};
		read_value(r, arg, &p);
		return;
	case PL_BUILTIN_INT:
		if (p.kind == PL_PROBE_NOTHING)
			p = (struct pl_probe){.kind = PL_PROBE_NUMBER, .number = 0};
		read_value(r, arg, &p);
		return;
	case PL_BUILTIN_IP:
		read_value(r, arg, &p);
		return;
	case PL_BUILTIN_PATH:
	case PL_BUILTIN_IMAGE:
	case PL_BUILTIN_DAYS_SINCE:
		lack(r, "it reads a value through a function");
		read_value(r, arg, &p);
		return;
	case PL_BUILTIN_COUNT_:
		break;
	}
}

static bool is_arn_part(const struct pl_term *t)
{
	return t->kind == PL_TERM_FIELD && t->u.field.step.view &&
	       pl_view_fields[t->u.field.step.id].subject == PL_SUBJECT_ARN;
}

/* Under a key that varies: the keys of a constant map are questions to it. */
static void read_lookup(struct pl_space_reader *r, const struct pl_term *t)
{
	const struct pl_term *map = t->items[0], *key = t->items[1];
	if (map->kind == PL_TERM_MAP) {
		for (uint32_t i = 0; i < map->count; i++) {
			const struct pl_probe p = text_probe(pl_lang_text(&r->space->alphabet, map->u.keys[i]));
			read_aside(r, key, &p);
		}
		return;
	}
	read_aside(r, key, &nothing);
	lack(r, map->kind == PL_TERM_DATA ? "it reads a data file" : "it looks a map up under a key that varies");
}

/* Counting and adding up: the loop's list, its filter, and what is added. */
static void read_aggregate(struct pl_space_reader *r, const struct pl_term *t, const struct pl_probe *probe);

static void read_place(struct pl_space_reader *r, const struct pl_term *t, const struct pl_probe *probe)
{
	struct pl_place place;
	if (pl_place_of(r, t, &place))
		pl_place_ask(r, &place, probe);
}

static void read_items(struct pl_space_reader *r, const struct pl_term *t, const struct pl_probe *probe)
{
	for (uint32_t i = 0; i < t->count; i++)
		read_value(r, t->items[i], probe);
}

static void read_switch(struct pl_space_reader *r, const struct pl_term *t, const struct pl_probe *probe)
{
	for (uint32_t i = 0; i + 2 < t->count; i++) {
		const struct pl_probe p = text_probe(pl_lang_text(&r->space->alphabet, t->u.keys[i]));
		read_aside(r, t->items[0], &p);
	}
	for (uint32_t i = 1; i < t->count; i++)
		read_value(r, t->items[i], probe);
}

/* A field; of an ARN: a question about the text. */
static void read_field(struct pl_space_reader *r, const struct pl_term *t, const struct pl_probe *probe)
{
	const struct pl_term *whole = t->items[0];
	if (is_arn_part(t))
		read_arn(r, whole->kind == PL_TERM_CALL ? whole->items[0] : whole, t->u.field.step.id, probe);
	else
		read_place(r, t, probe);
}

/* An entry of a map, or a field of a row of a data file. */
static void read_index(struct pl_space_reader *r, const struct pl_term *t, const struct pl_probe *probe)
{
	const struct pl_term *map = t->items[0], *key = t->items[1];
	bool fixed = key->kind == PL_TERM_CONST && map->kind != PL_TERM_MAP && map->kind != PL_TERM_DATA;
	if (t->op != PL_INDEX_ENTRY)
		read_value(r, map, &nothing);
	else if (fixed)
		read_place(r, t, probe);
	else
		read_lookup(r, t);
}

static void read_arithmetic(struct pl_space_reader *r, const struct pl_term *t, const struct pl_probe *probe)
{
	lack(r, "it calculates with values");
	read_items(r, t, probe);
}

static void read_data(struct pl_space_reader *r, const struct pl_term *t, const struct pl_probe *probe)
{
	(void)t;
	(void)probe;
	lack(r, "it reads a data file");
}

static void read_as_condition(struct pl_space_reader *r, const struct pl_term *t, const struct pl_probe *probe)
{
	(void)probe;
	read_condition(r, t);
}

typedef void reader(struct pl_space_reader *r, const struct pl_term *t, const struct pl_probe *probe);

static reader *const readers[] = {
	[PL_TERM_ROOT] = read_place,	     [PL_TERM_VAR] = read_place,	  [PL_TERM_DATA] = read_data,
	[PL_TERM_FIELD] = read_field,	     [PL_TERM_INDEX] = read_index,	  [PL_TERM_ELSE] = read_items,
	[PL_TERM_ADD] = read_arithmetic,     [PL_TERM_SUB] = read_arithmetic,	  [PL_TERM_MUL] = read_arithmetic,
	[PL_TERM_LESS] = read_items,	     [PL_TERM_SET] = read_items,	  [PL_TERM_SWITCH] = read_switch,
	[PL_TERM_CALL] = read_call,	     [PL_TERM_LOOP] = read_aggregate,	  [PL_TERM_COMPARE] = read_as_condition,
	[PL_TERM_TEST] = read_as_condition,  [PL_TERM_MATCH] = read_as_condition, [PL_TERM_IS] = read_as_condition,
	[PL_TERM_TRUTH] = read_as_condition, [PL_TERM_NOT] = read_as_condition,	  [PL_TERM_AND] = read_as_condition,
	[PL_TERM_OR] = read_as_condition,
};

static void read_value(struct pl_space_reader *r, const struct pl_term *t, const struct pl_probe *probe)
{
	reader *read = t->kind < sizeof readers / sizeof *readers ? readers[t->kind] : NULL;
	if (r->space->err == PL_OK && read && (t->kind == PL_TERM_INDEX || !pl_term_is_constant(t)))
		read(r, t, probe);
}

/* --- comparisons ----------------------------------------------------------------------------------------------------
 */

static struct pl_knob *group_of(struct pl_knob *k)
{
	while (k->group != k)
		k = k->group;
	return k;
}

static void join(struct pl_space_reader *r, struct pl_knob *const *knobs, unsigned count)
{
	for (unsigned i = 0; i + 1 < count; i++) {
		if (knobs[i]->element || knobs[i + 1]->element)
			lack(r, "it compares the elements of two lists");
		group_of(knobs[i])->group = group_of(knobs[i + 1]);
	}
}

static bool is_of_element(struct pl_knob *const *knobs, unsigned count)
{
	for (unsigned i = 0; i < count; i++) {
		if (knobs[i]->in_element)
			return true;
	}
	return false;
}

/* Both sides vary: what they read is varied together. */
static void compare_both(struct pl_space_reader *r, const struct pl_term *a, const struct pl_term *b)
{
	struct pl_knob *left[PL_SPACE_KNOBS];
	r->touched_count = 0;
	read_value(r, a, &nothing);
	unsigned n = r->touched_count;
	memcpy(left, r->touched, n * sizeof *left);
	r->touched_count = 0;
	read_value(r, b, &nothing);
	if (n == 0 || r->touched_count == 0)
		return;
	if (is_of_element(left, n) || is_of_element(r->touched, r->touched_count))
		lack(r, "it compares an element of a list with something that varies");
	join(r, left, n);
	join(r, r->touched, r->touched_count);
	struct pl_knob *pair[2] = {left[0], r->touched[0]};
	join(r, pair, 2);
}

static void ask_consts(struct pl_space_reader *r, const struct pl_term *t, enum pl_relation op,
		       const struct pl_term *other)
{
	struct pl_consts *c = pl_arena_zalloc(r->space->arena, 1, sizeof *c);
	if (!c) {
		r->space->err = PL_E_MEMORY;
		return;
	}
	pl_consts_find(r, other, c);
	for (unsigned i = 0; i < c->count && r->space->err == PL_OK; i++)
		ask_const(r, t, op, &c->items[i]);
}

/* One more condition that tells the elements of lists apart. */
static void use_lists(struct pl_space_reader *r, const struct pl_term *t)
{
	struct pl_place place;
	if (t->kind == PL_TERM_LESS || t->kind == PL_TERM_ELSE || t->kind == PL_TERM_SET) {
		for (uint32_t i = 0; i < t->count; i++)
			use_lists(r, t->items[i]);
		return;
	}
	if (is_list(t) && !pl_term_is_constant(t) && pl_place_of(r, t, &place))
		pl_place_use(r, &place, 1);
}

static void read_comparison(struct pl_space_reader *r, const struct pl_term *t)
{
	const struct pl_term *a = t->items[0], *b = t->items[1];
	enum pl_relation op = (enum pl_relation)t->op;
	compare_both(r, a, b);
	ask_consts(r, a, op, b);
	bool turned = op == PL_REL_LIKE || op == PL_REL_UNDER || op == PL_REL_COVERS;
	if (turned && !pl_term_is_constant(b) && r->touched_count)
		lack(r, "what it compares with varies");
	ask_consts(r, b, turned ? PL_REL_EQ : op, a);
	use_lists(r, a);
	use_lists(r, b);
}

static void read_match(struct pl_space_reader *r, const struct pl_term *t)
{
	bool exact;
	struct pl_probe probe =
		text_probe(pl_lang_pattern(&r->space->alphabet, t->u.pattern.text, t->u.pattern.ignore_case, &exact));
	if (!exact)
		lack(r, "its pattern is not understood");
	read_value(r, t->items[0], &probe);
}

static void read_presence(struct pl_space_reader *r, const struct pl_term *t)
{
	const struct pl_term *x = t->items[0];
	struct pl_probe probe = nothing;
	bool empty = t->op == PL_IS_EMPTY || t->op == PL_IS_NOT_EMPTY;
	if (empty && !is_list(x))
		probe = text_probe(pl_lang_empty(&r->space->alphabet));
	read_value(r, x, &probe);
	if (empty)
		use_lists(r, x);
}

/* --- loops ----------------------------------------------------------------------------------------------------------
 */

static bool bind(struct pl_space_reader *r, const struct pl_term *list, const struct pl_term *loop_or_var)
{
	struct pl_space_binding *b = pl_arena_zalloc(r->space->arena, 1, sizeof *b);
	struct pl_place place;
	if (!b) {
		r->space->err = PL_E_MEMORY;
		return false;
	}
	read_value(r, list, &nothing);
	b->binding = loop_or_var->u.var.binding;
	if (list->kind == PL_TERM_LESS)
		list = list->items[0];
	bool varied = !pl_term_is_constant(list) && pl_place_of(r, list, &place);
	if (varied)
		varied = pl_place_element(r, &place, &b->place);
	if (varied)
		pl_place_use(r, &place, 1);
	if (!varied && !pl_term_is_constant(list))
		lack(r, "it looks at a list that is not varied");
	if (!varied && pl_term_is_constant(list))
		lack(r, "it goes through a list of the policy");
	b->next = r->bindings;
	r->bindings = b;
	return true;
}

static void read_loop(struct pl_space_reader *r, const struct pl_term *t)
{
	struct pl_space_binding *before = r->bindings;
	if (!bind(r, t->items[0], t))
		return;
	for (uint32_t i = 1; i < t->count; i++)
		read_condition(r, t->items[i]);
	r->bindings = before;
}

static void read_aggregate(struct pl_space_reader *r, const struct pl_term *t, const struct pl_probe *probe)
{
	struct pl_space_binding *before = r->bindings;
	struct pl_place place;
	if (t->op == PL_LOOP_SUM)
		lack(r, "it adds up a list");
	if (!bind(r, t->items[0], t))
		return;
	if (t->op == PL_LOOP_COUNT && pl_place_of(r, t->items[0], &place))
		pl_place_use(r, &place, counted_up_to(probe) - 1);
	unsigned touched = r->touched_count;
	read_condition(r, t->items[1]);
	r->touched_count = touched;
	if (t->op == PL_LOOP_SUM)
		read_value(r, t->items[2], probe);
	r->bindings = before;
}

static bool is_boolean(const struct pl_term *t)
{
	return t->kind == PL_TERM_NOT || t->kind == PL_TERM_AND || t->kind == PL_TERM_OR;
}

static void read_atom(struct pl_space_reader *r, const struct pl_term *t)
{
	bool number = t->op == PL_LOOP_COUNT || t->op == PL_LOOP_SUM;
	if (t->kind == PL_TERM_COMPARE || t->kind == PL_TERM_TEST)
		read_comparison(r, t);
	else if (t->kind == PL_TERM_MATCH)
		read_match(r, t);
	else if (t->kind == PL_TERM_IS)
		read_presence(r, t);
	else if (t->kind == PL_TERM_LOOP && !number)
		read_loop(r, t);
	else
		read_value(r, t->kind == PL_TERM_TRUTH ? t->items[0] : t, &nothing);
}

static void read_condition(struct pl_space_reader *r, const struct pl_term *t)
{
	if (r->space->err != PL_OK)
		return;
	for (uint32_t i = 0; is_boolean(t) && i < t->count; i++)
		read_condition(r, t->items[i]);
	if (!is_boolean(t))
		read_atom(r, t);
}

/* --- rules ----------------------------------------------------------------------------------------------------------
 */

static void read_words(struct pl_space_reader *r, const struct pl_term *t, pl_str words)
{
	r->words = words;
	if (t)
		read_condition(r, t);
}

/* An exception ends: the day matters. */
static void read_last_day(struct pl_space_reader *r, int64_t expires)
{
	const struct pl_probe last = {.kind = PL_PROBE_NUMBER, .number = pl_nano_mul_int(PL_NANO_ONE, expires)};
	struct pl_place today = {.kind = PL_PLACE_CONTEXT, .set = &r->space->knobs, .view = PL_VIEW_COUNT};
	today.path = PL_STR("today");
	today.type = (struct pl_type){.kind = PL_T_DATE};
	today.presence = PL_REQUIRED;
	pl_place_ask(r, &today, &last);
}

/* What decides whether a violation counts: exceptions and the mode. */
static void read_site(struct pl_space_reader *r, const struct pl_rule_terms *terms, pl_str only)
{
	for (uint32_t i = 0; i < terms->exception_count; i++) {
		if (only.len && !pl_str_eq(terms->exceptions[i].decl->name.text, only))
			continue;
		read_words(r, terms->exceptions[i].where, terms->exceptions[i].words);
		read_last_day(r, terms->exceptions[i].decl->u.exception.expires);
	}
	r->words = PL_STR("rollout");
	if (terms->rollout && only.len == 0)
		read_value(r, terms->rollout, &nothing);
}

void pl_space_read_rule(struct pl_space_reader *r, const struct pl_space_rule *rule)
{
	const struct pl_rule_terms *terms = rule->terms;
	r->bindings = NULL;
	for (uint16_t i = 0; i < rule->guard_count; i++)
		read_words(r, rule->guards[i].cond, rule->guards[i].words);
	read_words(r, terms->where, terms->where_words);
	for (uint16_t i = 0; i < terms->loop_count; i++) {
		r->words = terms->loops[i].words;
		if (!bind(r, terms->loops[i].list, terms->loops[i].var))
			return;
		read_words(r, terms->loops[i].where, terms->loops[i].where_words);
	}
	for (uint16_t i = 0; i < terms->guard_count; i++)
		read_words(r, terms->guards[i].cond, terms->guards[i].words);
	for (uint16_t i = 0; i < terms->check_count; i++)
		read_words(r, terms->checks[i].cond, terms->checks[i].condition);
	if (rule->site || rule->exception.len)
		read_site(r, terms, rule->exception);
}
