/* space_probe.c - constants of a condition as questions about whatever they are compared with. */
#include "space.h"

#include "model/path.h"

/* --- constants as questions -----------------------------------------------------------------------------------------
 */

static struct pl_probe text_probe(struct pl_lang *lang)
{
	return (struct pl_probe){.kind = PL_PROBE_TEXT, .lang = lang};
}

/* The text of a constant that is compared as one; ptr NULL for others. */
static pl_str text_of(const struct pl_value *v)
{
	if (v->kind == PL_V_STRING || v->kind == PL_V_PATH)
		return v->u.s.ptr ? v->u.s : PL_STR("");
	return v->kind == PL_V_ARN ? v->u.arn->text : (pl_str){0};
}

/* q and everything below it. */
static struct pl_lang *below(struct pl_alphabet *a, pl_str q)
{
	bool root = q.len && q.ptr[q.len - 1] == '/';
	struct pl_lang *rest =
		root ? pl_lang_any(a)
		     : pl_lang_alt(a, pl_lang_empty(a), pl_lang_cat(a, pl_lang_text(a, PL_STR("/")), pl_lang_any(a)));
	return pl_lang_cat(a, pl_lang_text(a, q), rest);
}

/* q and everything above it. */
static struct pl_lang *above(struct pl_alphabet *a, pl_str q)
{
	struct pl_lang *l = pl_lang_alt(a, pl_lang_text(a, q), pl_lang_text(a, PL_STR("/")));
	for (size_t i = 1; i < q.len; i++) {
		if (q.ptr[i] == '/')
			l = pl_lang_alt(a, l, pl_lang_text(a, (pl_str){q.ptr, i}));
	}
	return l;
}

static struct pl_lang *lang_of(struct pl_alphabet *a, enum pl_relation op, pl_str text)
{
	if (op == PL_REL_LIKE)
		return pl_lang_like(a, text);
	if (op == PL_REL_UNDER)
		return below(a, text);
	return op == PL_REL_COVERS ? above(a, text) : pl_lang_text(a, text);
}

static bool number_of(const struct pl_value *v, pl_nano *ret)
{
	if (v->kind == PL_V_NUMBER)
		*ret = v->u.q;
	else if (v->kind == PL_V_INT || v->kind == PL_V_DATE)
		*ret = pl_nano_mul_int(PL_NANO_ONE, v->u.i);
	return v->kind == PL_V_NUMBER || v->kind == PL_V_INT || v->kind == PL_V_DATE;
}

bool pl_probe_of(struct pl_space_reader *r, enum pl_relation op, const struct pl_value *v, struct pl_probe *ret)
{
	pl_str text = text_of(v);
	*ret = (struct pl_probe){.kind = PL_PROBE_NOTHING};
	if (text.ptr)
		*ret = text_probe(lang_of(&r->space->alphabet, op, text));
	else if (number_of(v, &ret->number))
		ret->kind = PL_PROBE_NUMBER;
	else if (v->kind == PL_V_VERSION)
		*ret = (struct pl_probe){.kind = PL_PROBE_VERSION, .version = v->u.version};
	else if (v->kind == PL_V_NETWORK)
		*ret = (struct pl_probe){.kind = PL_PROBE_NETWORK, .net = v->u.net};
	else if (v->kind == PL_V_IMAGE)
		*ret = (struct pl_probe){.kind = PL_PROBE_IMAGE, .image = v->u.image};
	else if (v->kind == PL_V_IMAGE_BASE)
		*ret = (struct pl_probe){.kind = PL_PROBE_PLACE, .place = v->u.base};
	else if (v->kind == PL_V_ROLE)
		*ret = (struct pl_probe){.kind = PL_PROBE_ROLE, .role = v->u.role};
	else
		return false;
	return true;
}

/* --- constants on one side ------------------------------------------------------------------------------------------
 */

static void add_const(struct pl_space_reader *r, struct pl_consts *c, const struct pl_term *t)
{
	if (c->count == PL_MAX_CONSTS) {
		pl_space_lack(r->space, "it compares with too many values", r->words);
		return;
	}
	if (pl_term_value(t, r->space->arena, &c->items[c->count]) != PL_OK)
		r->space->err = PL_E_MEMORY;
	else
		c->count++;
}

void pl_consts_find(struct pl_space_reader *r, const struct pl_term *t, struct pl_consts *c)
{
	uint32_t first = 0, end = 0;
	if (t->kind != PL_TERM_MAP && pl_term_is_constant(t)) {
		add_const(r, c, t);
		return;
	}
	if (t->kind == PL_TERM_ELSE || t->kind == PL_TERM_SET || t->kind == PL_TERM_MAP || t->kind == PL_TERM_LESS)
		end = t->count;
	if (t->kind == PL_TERM_SWITCH) {
		first = 1;
		end = t->count;
	}
	if (t->kind == PL_TERM_INDEX && pl_term_is_constant(t->items[0]))
		end = 1;
	for (uint32_t i = first; i < end; i++)
		pl_consts_find(r, t->items[i], c);
}

/* --- ARNs -----------------------------------------------------------------------------------------------------------
 */

struct pl_lang *pl_probe_arn(struct pl_alphabet *a, uint16_t view, struct pl_lang *x)
{
	static const uint16_t parts[] = {PL_VIEW_ARN_partition, PL_VIEW_ARN_service, PL_VIEW_ARN_region,
					 PL_VIEW_ARN_account};
	struct pl_lang *label = pl_lang_one(a, "abcdefghijklmnopqrstuvwxyz0123456789-", false);
	struct pl_lang *l = pl_lang_text(a, PL_STR("arn"));
	for (unsigned i = 0; i < 4; i++) {
		struct pl_lang *part = pl_lang_star(a, label);
		if (i < 2)
			part = pl_lang_cat(a, label, part);
		if (parts[i] == view)
			part = x;
		l = pl_lang_cat(a, l, pl_lang_cat(a, pl_lang_text(a, PL_STR(":")), part));
	}
	struct pl_lang *visible = pl_lang_pattern(a, PL_STR("[!-~]"), false, &(bool){false});
	struct pl_lang *rest = view == PL_VIEW_ARN_resource ? x : pl_lang_cat(a, visible, pl_lang_star(a, visible));
	return pl_lang_cat(a, l, pl_lang_cat(a, pl_lang_text(a, PL_STR(":")), rest));
}
