/* check_literal.c - literals become values: of the kind they look like at first, then of the kind they stand next to. A
 * string beside a path must be a path, beside an enum one of its values, beside `under` an approved place. spec:
 * language.md 3.6 */
#include "check.h"

#include "model/path.h"

static struct pl_value number(enum pl_type_kind kind, pl_nano q)
{
	return (struct pl_value){.kind = PL_V_NUMBER, .of = (uint8_t)kind, .node = PL_NO_NODE, .u.q = q};
}

/* QTY and DECIMAL: thousandths and fractions are CPU, the other units memory. */
static struct pl_term *quantity(struct pl_checker *c, const struct pl_expr *e)
{
	pl_nano q;
	if (!pl_quantity_parse(e->u.text, &q)) {
		pl_check_complain(c, &(struct pl_complaint){.code = PL_CODE_E0309, .at = e->at},
				  "`%.*s` is not a quantity", PL_FMT(e->u.text));
		return NULL;
	}
	bool cores = e->kind == PL_EXPR_DECIMAL || e->u.text.ptr[e->u.text.len - 1] == 'm';
	enum pl_type_kind kind = cores ? PL_T_CORES : PL_T_BYTES;
	return pl_check_const(c, e->at, pl_type_scalar(kind), number(kind, q));
}

static struct pl_term *version(struct pl_checker *c, const struct pl_expr *e)
{
	struct pl_value v = {.kind = PL_V_VERSION, .of = PL_T_VERSION};
	if (!pl_version_parse(e->u.text, &v.u.version)) {
		pl_check_complain(c, &(struct pl_complaint){.code = PL_CODE_E0309, .at = e->at},
				  "`%.*s` is not a version", PL_FMT(e->u.text));
		return NULL;
	}
	return pl_check_const(c, e->at, pl_type_scalar(PL_T_VERSION), v);
}

static struct pl_term *range(struct pl_checker *c, const struct pl_expr *e)
{
	struct pl_value v = {.kind = PL_V_RANGE, .of = PL_T_INT};
	v.u.range.low = e->u.range.low;
	v.u.range.high = e->u.range.high;
	if (v.u.range.low > v.u.range.high) {
		pl_check_complain(c,
				  &(struct pl_complaint){.code = PL_CODE_E0309,
							 .at = e->at,
							 .help = PL_STR("write the smaller number first")},
				  "nothing is in this range");
		return NULL;
	}
	return pl_check_const(c, e->at, pl_type_scalar(PL_T_RANGE), v);
}

struct pl_term *pl_check_literal(struct pl_checker *c, const struct pl_expr *e)
{
	struct pl_value v = {0};
	enum pl_type_kind kind = PL_T_BOOL;
	if (e->kind == PL_EXPR_DECIMAL || e->kind == PL_EXPR_QTY)
		return quantity(c, e);
	if (e->kind == PL_EXPR_VERSION)
		return version(c, e);
	if (e->kind == PL_EXPR_RANGE)
		return range(c, e);
	if (e->kind == PL_EXPR_STRING) {
		kind = PL_T_STRING;
		v = (struct pl_value){.kind = PL_V_STRING, .of = PL_T_STRING, .u.s = e->u.text};
	} else if (e->kind == PL_EXPR_INT) {
		kind = PL_T_INT;
		v = (struct pl_value){.kind = PL_V_INT, .of = PL_T_INT, .u.i = e->u.integer};
	} else if (e->kind == PL_EXPR_DATE) {
		kind = PL_T_DATE;
		v = (struct pl_value){.kind = PL_V_DATE, .of = PL_T_DATE, .u.i = e->u.integer};
	} else {
		v = (struct pl_value){.kind = PL_V_BOOL, .of = PL_T_BOOL, .u.b = e->u.integer != 0};
	}
	return pl_check_const(c, e->at, pl_type_scalar(kind), v);
}

/* --- converting a string
 * ------------------------------------------------------------------------------------------------ */

/* What is wrong with the text of a literal, at the place of the literal. */
static enum pl_fit malformed(struct pl_checker *c, const struct pl_term *t, const char *what, const char *why,
			     const char *help)
{
	pl_check_complain(c,
			  &(struct pl_complaint){.code = PL_CODE_E0309,
						 .at = t->at,
						 .source = t->source,
						 .note = pl_str_from(why),
						 .help = pl_str_from(help)},
			  "\"%.*s\" is not %s", PL_FMT(t->u.value.u.s), what);
	return PL_FIT_FAILED;
}

static enum pl_fit put(struct pl_checker *c, struct pl_term **term, enum pl_type_kind kind, struct pl_value v)
{
	struct pl_term *t = pl_check_copy(c, *term);
	if (!t)
		return PL_FIT_FAILED;
	v.node = PL_NO_NODE;
	t->type = pl_type_scalar(kind);
	t->u.value = v;
	*term = t;
	return PL_FIT_OK;
}

static enum pl_fit to_path(struct pl_checker *c, struct pl_term **term)
{
	pl_err err = PL_OK;
	pl_str normal = pl_path_normal((*term)->u.value.u.s, c->arena, &err);
	if (!normal.ptr && err == PL_E_SYNTAX)
		return malformed(c, *term, "an absolute path", NULL, "paths start with `/`");
	if (!normal.ptr) {
		pl_check_memory(c);
		return PL_FIT_FAILED;
	}
	return put(c, term, PL_T_PATH, (struct pl_value){.kind = PL_V_PATH, .of = PL_T_PATH, .u.s = normal});
}

static enum pl_fit to_image(struct pl_checker *c, struct pl_term **term)
{
	struct pl_image *image = pl_arena_zalloc(c->arena, 1, sizeof *image);
	const char *why = NULL;
	pl_err err = image ? pl_image_parse((*term)->u.value.u.s, c->arena, image, &why) : PL_E_MEMORY;
	if (err == PL_E_SYNTAX)
		return malformed(c, *term, "an image reference", why, NULL);
	if (err != PL_OK) {
		pl_check_memory(c);
		return PL_FIT_FAILED;
	}
	return put(c, term, PL_T_IMAGE, (struct pl_value){.kind = PL_V_IMAGE, .of = PL_T_IMAGE, .u.image = image});
}

/* Capitals are a fault of their own; what else is wrong shows once they are gone. */
static enum pl_fit malformed_base(struct pl_checker *c, const struct pl_term *t, const char *why)
{
	pl_str text = t->u.value.u.s;
	char *lower = pl_arena_alloc(c->arena, text.len);
	struct pl_image_base base;
	bool capitals = false;
	for (size_t i = 0; lower && i < text.len; i++) {
		bool capital = text.ptr[i] >= 'A' && text.ptr[i] <= 'Z';
		lower[i] = capital ? (char)(text.ptr[i] + ('a' - 'A')) : text.ptr[i];
		capitals |= capital;
	}
	if (!capitals)
		return malformed(c, t, "a registry or repository", why, NULL);
	bool only = pl_image_base_parse((pl_str){lower, text.len}, c->arena, &base, &why) == PL_OK;
	return malformed(c, t, "a registry or repository", only ? NULL : why,
			 "write it in lower case: the name of a repository has no capitals");
}

static enum pl_fit to_base(struct pl_checker *c, struct pl_term **term)
{
	struct pl_image_base *base = pl_arena_zalloc(c->arena, 1, sizeof *base);
	const char *why = NULL;
	pl_err err = base ? pl_image_base_parse((*term)->u.value.u.s, c->arena, base, &why) : PL_E_MEMORY;
	if (err == PL_E_SYNTAX)
		return malformed_base(c, *term, why);
	if (err != PL_OK) {
		pl_check_memory(c);
		return PL_FIT_FAILED;
	}
	return put(c, term, PL_T_IMAGE, (struct pl_value){.kind = PL_V_IMAGE_BASE, .of = PL_T_IMAGE, .u.base = base});
}

static enum pl_fit to_role(struct pl_checker *c, struct pl_term **term)
{
	struct pl_role *role = pl_arena_zalloc(c->arena, 1, sizeof *role);
	if (!role) {
		pl_check_memory(c);
		return PL_FIT_FAILED;
	}
	if (!pl_role_parse((*term)->u.value.u.s, role))
		return malformed(c, *term, "a role", NULL, "write its ARN, or its name alone");
	return put(c, term, PL_T_ROLE, (struct pl_value){.kind = PL_V_ROLE, .of = PL_T_ROLE, .u.role = role});
}

static enum pl_fit to_arn(struct pl_checker *c, struct pl_term **term)
{
	struct pl_arn *arn = pl_arena_zalloc(c->arena, 1, sizeof *arn);
	if (!arn) {
		pl_check_memory(c);
		return PL_FIT_FAILED;
	}
	if (!pl_arn_parse((*term)->u.value.u.s, arn))
		return malformed(c, *term, "an ARN", NULL, "an ARN has six parts: arn:aws:iam::123456789012:role/name");
	return put(c, term, PL_T_ARN, (struct pl_value){.kind = PL_V_ARN, .of = PL_T_ARN, .u.arn = arn});
}

static enum pl_fit to_ip(struct pl_checker *c, struct pl_term **term)
{
	struct pl_ip *ip = pl_arena_zalloc(c->arena, 1, sizeof *ip);
	if (!ip) {
		pl_check_memory(c);
		return PL_FIT_FAILED;
	}
	if (!pl_ip_parse((*term)->u.value.u.s, ip))
		return malformed(c, *term, "an IP address", NULL, NULL);
	return put(c, term, PL_T_IP, (struct pl_value){.kind = PL_V_IP, .of = PL_T_IP, .u.ip = ip});
}

static enum pl_fit to_network(struct pl_checker *c, struct pl_term **term)
{
	struct pl_network *net = pl_arena_zalloc(c->arena, 1, sizeof *net);
	if (!net) {
		pl_check_memory(c);
		return PL_FIT_FAILED;
	}
	if (!pl_network_parse((*term)->u.value.u.s, net))
		return malformed(c, *term, "a network", NULL,
				 "networks are written like \"10.0.0.0/8\" or \"fd00::/8\"");
	return put(c, term, PL_T_NETWORK, (struct pl_value){.kind = PL_V_NETWORK, .of = PL_T_NETWORK, .u.net = net});
}

/* --- converting a literal
 * ------------------------------------------------------------------------------------------------- */

static pl_str list_domain(struct pl_checker *c, struct pl_domain domain)
{
	pl_str out = PL_STR("possible values: ");
	for (uint16_t i = 0; i < domain.count; i++)
		out = pl_check_text(c, "%.*s%s%s", PL_FMT(out), i ? ", " : "", domain.values[i]);
	return out;
}

/* spec: language.md 3.6: a string next to an enum must be in its domain. */
static enum pl_fit in_domain(struct pl_checker *c, const struct pl_term *t, struct pl_domain domain)
{
	struct pl_nearest nearest = {.word = t->u.value.u.s};
	for (uint16_t i = 0; i < domain.count; i++) {
		if (pl_str_eq(nearest.word, pl_str_from(domain.values[i])))
			return PL_FIT_OK;
		pl_nearest_offer(&nearest, pl_str_from(domain.values[i]));
	}
	if (domain.count == 0)
		return PL_FIT_OK;
	struct pl_complaint complaint = {.code = PL_CODE_E0308, .at = t->at, .source = t->source};
	if (nearest.best.len)
		complaint.label = pl_check_text(c, "did you mean \"%.*s\"?", PL_FMT(nearest.best));
	complaint.note = list_domain(c, domain);
	pl_check_complain(c, &complaint, "`%.*s` is not a possible value here", PL_FMT(t->u.value.u.s));
	return PL_FIT_FAILED;
}

/* A string where an amount or a number is wanted: mostly one in quotes. */
static enum pl_fit quoted_number(struct pl_checker *c, const struct pl_term *t)
{
	pl_nano q;
	if (!pl_quantity_parse(t->u.value.u.s, &q))
		return PL_FIT_NOT;
	pl_check_complain(c,
			  &(struct pl_complaint){.code = PL_CODE_E0310,
						 .at = t->at,
						 .source = t->source,
						 .help = pl_check_text(c, "write %.*s", PL_FMT(t->u.value.u.s))},
			  "a quantity is written without quotes");
	return PL_FIT_FAILED;
}

static enum pl_fit fit_string(struct pl_checker *c, struct pl_term **term, const struct pl_want *want)
{
	switch ((enum pl_type_kind)want->type.kind) {
	case PL_T_STRING:
	case PL_T_INTSTR:
	case PL_T_ENUM:
		return in_domain(c, *term, want->domain);
	case PL_T_PATH:
		return to_path(c, term);
	case PL_T_IMAGE:
		return want->base ? to_base(c, term) : to_image(c, term);
	case PL_T_ROLE:
		return to_role(c, term);
	case PL_T_ARN:
		return to_arn(c, term);
	case PL_T_IP:
		return to_ip(c, term);
	case PL_T_NETWORK:
		return to_network(c, term);
	case PL_T_INT:
	case PL_T_CORES:
	case PL_T_BYTES:
	case PL_T_QUANTITY:
		return quoted_number(c, *term);
	case PL_T_NONE:
	case PL_T_BOOL:
	case PL_T_VERSION:
	case PL_T_DATE:
	case PL_T_RECORD:
	case PL_T_SUBJECT:
	case PL_T_LIST:
	case PL_T_MAP:
	case PL_T_ENTRY:
	case PL_T_RANGE:
	case PL_T_CONDITION:
	case PL_T_ROW:
		return PL_FIT_NOT;
	}
	return PL_FIT_NOT;
}

/* A plain number beside CPU or a quantity becomes one, so that the machine compares like with like. */
static enum pl_fit fit_int(struct pl_checker *c, struct pl_term **term, struct pl_type want)
{
	if (want.kind != PL_T_CORES && want.kind != PL_T_QUANTITY)
		return PL_FIT_NOT;
	pl_nano q = pl_nano_mul_int(PL_NANO_ONE, (*term)->u.value.u.i);
	return put(c, term, (enum pl_type_kind)want.kind, number((enum pl_type_kind)want.kind, q));
}

static enum pl_fit fit_const(struct pl_checker *c, struct pl_term **term, const struct pl_want *want)
{
	const struct pl_term *t = *term;
	if (t->u.value.kind == PL_V_STRING && t->type.kind == PL_T_STRING)
		return fit_string(c, term, want);
	if (want->base)
		return t->u.value.kind == PL_V_IMAGE_BASE ? PL_FIT_OK : PL_FIT_NOT;
	if (t->type.kind == want->type.kind)
		return PL_FIT_OK;
	if (t->type.kind == PL_T_INT && pl_type_is_number(want->type))
		return fit_int(c, term, want->type);
	return pl_type_together(t->type, want->type) ? PL_FIT_OK : PL_FIT_NOT;
}

/* Fits items [from, count) of a copy of the term; keeps the term when nothing changed. */
static enum pl_fit fit_items(struct pl_checker *c, struct pl_term **term, uint32_t from, const struct pl_want *want,
			     struct pl_type type)
{
	struct pl_term *copy = pl_check_copy(c, *term);
	if (!copy)
		return PL_FIT_FAILED;
	bool changed = copy->type.kind != type.kind || copy->type.elem != type.elem;
	for (uint32_t i = from; i < copy->count; i++) {
		enum pl_fit fit = pl_check_fit(c, &copy->items[i], want);
		if (fit != PL_FIT_OK)
			return fit;
		changed |= copy->items[i] != (*term)->items[i];
	}
	copy->type = type;
	if (changed)
		*term = copy;
	return PL_FIT_OK;
}

enum pl_fit pl_check_fit(struct pl_checker *c, struct pl_term **term, const struct pl_want *want)
{
	struct pl_term *t = *term;
	if (t->kind == PL_TERM_CONST)
		return fit_const(c, term, want);
	if (t->kind == PL_TERM_SET && want->type.kind == PL_T_LIST) {
		struct pl_want elem = *want;
		elem.type = pl_type_held(want->type);
		if (elem.type.kind == PL_T_NONE)
			return PL_FIT_OK;
		return fit_items(c, term, 0, &elem, pl_type_list(elem.type));
	}
	if (t->kind == PL_TERM_SWITCH)
		return fit_items(c, term, 1, want, want->type);
	if (t->kind == PL_TERM_ELSE && pl_check_is_literal(t->items[t->count - 1]))
		return fit_items(c, term, 0, want, t->type);
	enum pl_fit data = pl_check_data_fit(c, term, want);
	if (data != PL_FIT_NOT)
		return data;
	if (want->base)
		return PL_FIT_NOT;
	return pl_type_together(t->type, want->type) ? PL_FIT_OK : PL_FIT_NOT;
}

/* --- operands among themselves
 * ---------------------------------------------------------------------------------------------- */

bool pl_check_is_literal(const struct pl_term *t)
{
	uint32_t from = t->kind == PL_TERM_SWITCH ? 1 : 0;
	if (t->kind == PL_TERM_CONST || pl_check_is_data(t))
		return true;
	if (t->kind != PL_TERM_SET && t->kind != PL_TERM_SWITCH)
		return false;
	for (uint32_t i = from; i < t->count; i++) {
		if (!pl_check_is_literal(t->items[i]))
			return false;
	}
	return true;
}

bool pl_check_pair(struct pl_checker *c, struct pl_span at, struct pl_term **a, struct pl_term **b, const char *verb)
{
	bool turn = pl_check_is_literal(*a) && !pl_check_is_literal(*b);
	struct pl_term **fixed = turn ? b : a, **moved = turn ? a : b;
	struct pl_want want = {.type = (*fixed)->type, .domain = pl_term_domain(*fixed)};
	enum pl_fit fit = pl_check_fit(c, moved, &want);
	bool both = pl_check_is_literal(*a) == pl_check_is_literal(*b);
	if (fit == PL_FIT_NOT && both) {
		struct pl_want other = {.type = (*b)->type, .domain = pl_term_domain(*b)};
		fit = pl_check_fit(c, a, &other);
	}
	if (fit == PL_FIT_NOT)
		pl_check_mismatch(c, at, *a, *b, verb);
	return fit == PL_FIT_OK;
}

bool pl_check_unify(struct pl_checker *c, struct pl_span at, struct pl_term **items, uint32_t n, const char *verb,
		    struct pl_type *ret_type)
{
	uint32_t lead = 0;
	while (lead < n && pl_check_is_literal(items[lead]))
		lead++;
	if (lead == n)
		lead = 0;
	for (uint32_t i = 0; i < n; i++) {
		if (i != lead && !pl_check_pair(c, at, &items[lead], &items[i], verb))
			return false;
	}
	*ret_type = n ? items[lead]->type : pl_type_scalar(PL_T_NONE);
	for (uint32_t i = 0; i < n; i++)
		*ret_type = i == lead ? *ret_type : pl_type_sum(*ret_type, items[i]->type);
	struct pl_want want = {.type = *ret_type};
	for (uint32_t i = 0; i < n; i++) {
		if (pl_type_is_number(*ret_type) && pl_check_fit(c, &items[i], &want) == PL_FIT_FAILED)
			return false;
	}
	return true;
}
