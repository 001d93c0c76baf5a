/* operators.c - see operators.h. Text meets another type only where the checker lets it: a string beside a path, an
 * image, a role. */
#include "operators.h"

#include <string.h>

#include "base/invariant.h"
#include "model/path.h"
#include "model/subjects.h"
#include "plimsoll/eval.h"

struct pl_value pl_operator_plain(struct pl_value v)
{
	if (v.kind != PL_V_SUBJECT || v.ref != PL_SUBJECT_IMAGE || v.node >= v.u.workload->image_count)
		return v;
	const struct pl_image_use *use = &v.u.workload->images[v.node];
	return (struct pl_value){.kind = PL_V_IMAGE, .node = use->node, .u.image = use->image};
}

/* --- reading text as another type ------------------------------------------------------------------------------------
 */

static pl_err path_from(const struct pl_operands *o, pl_str text, struct pl_value *ret)
{
	pl_err err = PL_OK;
	pl_str path = pl_path_normal(text, o->arena, &err);
	if (!path.ptr && err == PL_E_MEMORY)
		return err;
	*ret = path.ptr ? (struct pl_value){.kind = PL_V_PATH, .node = PL_NO_NODE, .u.s = path}
			: pl_value_unknown("it is not an absolute path");
	return PL_OK;
}

static pl_err image_from(const struct pl_operands *o, pl_str text, struct pl_value *ret)
{
	struct pl_image *image = pl_arena_alloc(o->arena, sizeof *image);
	const char *why;
	pl_err err = image ? pl_image_parse(text, o->arena, image, &why) : PL_E_MEMORY;
	if (err == PL_E_MEMORY)
		return err;
	*ret = err == PL_OK ? (struct pl_value){.kind = PL_V_IMAGE, .node = PL_NO_NODE, .u.image = image}
			    : pl_value_unknown("it is not an image reference");
	return PL_OK;
}

static pl_err base_from(const struct pl_operands *o, pl_str text, struct pl_value *ret)
{
	struct pl_image_base *base = pl_arena_alloc(o->arena, sizeof *base);
	const char *why;
	pl_err err = base ? pl_image_base_parse(text, o->arena, base, &why) : PL_E_MEMORY;
	if (err == PL_E_MEMORY)
		return err;
	*ret = err == PL_OK ? (struct pl_value){.kind = PL_V_IMAGE_BASE, .node = PL_NO_NODE, .u.base = base}
			    : pl_value_unknown("it does not name a registry or repository");
	return PL_OK;
}

static pl_err role_from(const struct pl_operands *o, pl_str text, struct pl_value *ret)
{
	struct pl_role *role = pl_arena_alloc(o->arena, sizeof *role);
	if (!role)
		return PL_E_MEMORY;
	*ret = pl_role_parse(text, role) ? (struct pl_value){.kind = PL_V_ROLE, .node = PL_NO_NODE, .u.role = role}
					 : pl_value_unknown("it is not a role");
	return PL_OK;
}

static pl_err arn_from(const struct pl_operands *o, pl_str text, struct pl_value *ret)
{
	struct pl_arn *arn = pl_arena_alloc(o->arena, sizeof *arn);
	if (!arn)
		return PL_E_MEMORY;
	*ret = pl_arn_parse(text, arn) ? (struct pl_value){.kind = PL_V_ARN, .node = PL_NO_NODE, .u.arn = arn}
				       : pl_value_unknown("it is not an ARN");
	return PL_OK;
}

static pl_err network_from(const struct pl_operands *o, pl_str text, struct pl_value *ret)
{
	struct pl_network *net = pl_arena_alloc(o->arena, sizeof *net);
	if (!net)
		return PL_E_MEMORY;
	*ret = pl_network_parse(text, net) ? (struct pl_value){.kind = PL_V_NETWORK, .node = PL_NO_NODE, .u.net = net}
					   : pl_value_unknown("it is not a network");
	return PL_OK;
}

static pl_err ip_from(const struct pl_operands *o, pl_str text, struct pl_value *ret)
{
	struct pl_ip *ip = pl_arena_alloc(o->arena, sizeof *ip);
	if (!ip)
		return PL_E_MEMORY;
	*ret = pl_ip_parse(text, ip) ? (struct pl_value){.kind = PL_V_IP, .node = PL_NO_NODE, .u.ip = ip}
				     : pl_value_unknown("it is not an IP address");
	return PL_OK;
}

static void version_from(pl_str text, struct pl_value *ret)
{
	struct pl_version version;
	*ret = pl_version_parse(text, &version)
		       ? (struct pl_value){.kind = PL_V_VERSION, .node = PL_NO_NODE, .u.version = version}
		       : pl_value_unknown("it is not a version");
}

/* Keeps where the value stood. */
static pl_err text_as(const struct pl_operands *o, const struct pl_value *v, enum pl_value_kind kind,
		      struct pl_value *ret)
{
	switch (kind) {
	case PL_V_PATH:
		return path_from(o, v->u.s, ret);
	case PL_V_IMAGE:
		return image_from(o, v->u.s, ret);
	case PL_V_IMAGE_BASE:
		return base_from(o, v->u.s, ret);
	case PL_V_ROLE:
		return role_from(o, v->u.s, ret);
	case PL_V_ARN:
		return arn_from(o, v->u.s, ret);
	case PL_V_NETWORK:
		return network_from(o, v->u.s, ret);
	case PL_V_IP:
		return ip_from(o, v->u.s, ret);
	case PL_V_VERSION:
		version_from(v->u.s, ret);
		return PL_OK;
	case PL_V_STRING:
	case PL_V_ABSENT:
	case PL_V_UNKNOWN:
	case PL_V_BOOL:
	case PL_V_INT:
	case PL_V_NUMBER:
	case PL_V_DATE:
	case PL_V_RANGE:
	case PL_V_RECORD:
	case PL_V_SUBJECT:
	case PL_V_NODES:
	case PL_V_LIST:
	case PL_V_NODEMAP:
	case PL_V_MAP:
	case PL_V_ENTRY:
		*ret = *v;
		return PL_OK;
	}
	return PL_E_INTERNAL;
}

pl_err pl_operator_convert(const struct pl_operands *o, struct pl_value v, enum pl_value_kind kind,
			   struct pl_value *ret)
{
	if (v.kind != PL_V_STRING || kind == PL_V_STRING) {
		*ret = v;
		return PL_OK;
	}
	struct pl_value made = v;
	PL_TRY(text_as(o, &v, kind, &made));
	made.node = v.node;
	*ret = made;
	return PL_OK;
}

/* --- comparing ---------------------------------------------------------------------------------------------------- */

static bool is_number(const struct pl_value *v)
{
	return v->kind == PL_V_INT || v->kind == PL_V_NUMBER;
}

static pl_nano nano_of(const struct pl_value *v)
{
	return v->kind == PL_V_INT ? (pl_nano)v->u.i * PL_NANO_ONE : v->u.q;
}

static int order(int64_t a, int64_t b)
{
	return a < b ? -1 : a > b;
}

static int number_order(pl_nano a, pl_nano b)
{
	return a < b ? -1 : a > b;
}

/* <0, 0, >0 of values of one kind that has an order. */
static bool compare_ordered(const struct pl_value *a, const struct pl_value *b, int *ret)
{
	if (is_number(a) && is_number(b))
		*ret = number_order(nano_of(a), nano_of(b));
	else if (a->kind == PL_V_DATE && b->kind == PL_V_DATE)
		*ret = order(a->u.i, b->u.i);
	else if (a->kind == PL_V_VERSION && b->kind == PL_V_VERSION)
		*ret = pl_version_cmp(a->u.version, b->u.version);
	else
		return false;
	return true;
}

/* A short name stands for the role in the account of the cluster; when that is not known, the account decides nothing.
 */
static struct pl_value roles_equal(const struct pl_operands *o, const struct pl_role *a, const struct pl_role *b)
{
	if (!pl_str_eq(a->name, b->name))
		return pl_value_bool(false);
	if ((a->account.len == 0) != (b->account.len == 0) && o->context->cluster_account.len == 0)
		return pl_value_unknown("cluster.account is not known, and one of the roles is a short name");
	return pl_value_bool(pl_role_eq(a, b, o->context->cluster_account));
}

static bool equal_same_kind(const struct pl_operands *o, const struct pl_value *a, const struct pl_value *b,
			    struct pl_value *ret)
{
	switch ((enum pl_value_kind)a->kind) {
	case PL_V_BOOL:
		*ret = pl_value_bool(a->u.b == b->u.b);
		return true;
	case PL_V_STRING:
	case PL_V_PATH:
		*ret = pl_value_bool(pl_str_eq(a->u.s, b->u.s));
		return true;
	case PL_V_IMAGE:
		*ret = pl_value_bool(pl_image_eq(a->u.image, b->u.image));
		return true;
	case PL_V_ROLE:
		*ret = roles_equal(o, a->u.role, b->u.role);
		return true;
	case PL_V_ARN:
		*ret = pl_value_bool(pl_str_eq(a->u.arn->text, b->u.arn->text));
		return true;
	case PL_V_IP:
		*ret = pl_value_bool(pl_ip_cmp(a->u.ip, b->u.ip) == 0);
		return true;
	case PL_V_INT:
	case PL_V_NUMBER:
	case PL_V_VERSION:
	case PL_V_DATE:
	case PL_V_ABSENT:
	case PL_V_UNKNOWN:
	case PL_V_NETWORK:
	case PL_V_IMAGE_BASE:
	case PL_V_RANGE:
	case PL_V_RECORD:
	case PL_V_SUBJECT:
	case PL_V_NODES:
	case PL_V_LIST:
	case PL_V_NODEMAP:
	case PL_V_MAP:
	case PL_V_ENTRY:
		return false;
	}
	return false;
}

pl_err pl_operator_equal(const struct pl_operands *o, struct pl_value a, struct pl_value b, struct pl_value *ret)
{
	a = pl_operator_plain(a);
	b = pl_operator_plain(b);
	PL_TRY(pl_operator_convert(o, a, (enum pl_value_kind)b.kind, &a));
	PL_TRY(pl_operator_convert(o, b, (enum pl_value_kind)a.kind, &b));
	if (a.kind == PL_V_UNKNOWN || b.kind == PL_V_UNKNOWN) {
		*ret = a.kind == PL_V_UNKNOWN ? a : b;
		return PL_OK;
	}
	int cmp;
	if (compare_ordered(&a, &b, &cmp)) {
		*ret = pl_value_bool(cmp == 0);
		return PL_OK;
	}
	if (a.kind == PL_V_IP && b.kind == PL_V_NETWORK) {
		*ret = pl_value_bool(pl_network_has(b.u.net, a.u.ip));
		return PL_OK;
	}
	if (a.kind == PL_V_INT && b.kind == PL_V_RANGE) {
		*ret = pl_value_bool(b.u.range.low <= a.u.i && a.u.i <= b.u.range.high);
		return PL_OK;
	}
	if (PL_NEVER(a.kind != b.kind || !equal_same_kind(o, &a, &b, ret)))
		return PL_E_INTERNAL;
	return PL_OK;
}

bool pl_operator_holds(enum pl_relation rel, int cmp)
{
	switch (rel) {
	case PL_REL_EQ:
		return cmp == 0;
	case PL_REL_NE:
		return cmp != 0;
	case PL_REL_LT:
		return cmp < 0;
	case PL_REL_LE:
		return cmp <= 0;
	case PL_REL_GT:
		return cmp > 0;
	case PL_REL_GE:
		return cmp >= 0;
	case PL_REL_IN:
	case PL_REL_WITHIN:
	case PL_REL_OVERLAPS:
	case PL_REL_CONTAINS:
	case PL_REL_UNDER:
	case PL_REL_COVERS:
	case PL_REL_LIKE:
		break;
	}
	return false;
}

pl_err pl_operator_compare(const struct pl_operands *o, enum pl_relation rel, struct pl_value a, struct pl_value b,
			   struct pl_value *ret)
{
	if (a.kind == PL_V_ABSENT || b.kind == PL_V_ABSENT) {
		*ret = pl_value_bool(false);
		return PL_OK;
	}
	if (rel == PL_REL_EQ || rel == PL_REL_NE) {
		struct pl_value equal;
		PL_TRY(pl_operator_equal(o, a, b, &equal));
		*ret = rel == PL_REL_EQ ? equal : pl_kleene_not(equal);
		return PL_OK;
	}
	PL_TRY(pl_operator_convert(o, a, (enum pl_value_kind)b.kind, &a));
	PL_TRY(pl_operator_convert(o, b, (enum pl_value_kind)a.kind, &b));
	if (a.kind == PL_V_UNKNOWN || b.kind == PL_V_UNKNOWN) {
		*ret = a.kind == PL_V_UNKNOWN ? a : b;
		return PL_OK;
	}
	int cmp;
	if (PL_NEVER(!compare_ordered(&a, &b, &cmp)))
		return PL_E_INTERNAL;
	*ret = pl_value_bool(pl_operator_holds(rel, cmp));
	return PL_OK;
}

/* --- is, arithmetic, text
 * --------------------------------------------------------------------------------------------- */

static bool is_empty(const struct pl_value *v)
{
	return v->kind == PL_V_STRING ? v->u.s.len == 0 : pl_value_count(v) == 0;
}

pl_err pl_operator_is(enum pl_is is, const struct pl_value *v, struct pl_value *ret)
{
	bool absent = v->kind == PL_V_ABSENT;
	if (v->kind == PL_V_UNKNOWN) {
		*ret = *v;
		return PL_OK;
	}
	switch (is) {
	case PL_IS_SET:
		*ret = pl_value_bool(!absent);
		return PL_OK;
	case PL_IS_ABSENT:
		*ret = pl_value_bool(absent);
		return PL_OK;
	case PL_IS_EMPTY:
		*ret = pl_value_bool(!absent && is_empty(v));
		return PL_OK;
	case PL_IS_NOT_EMPTY:
		*ret = pl_value_bool(!absent && !is_empty(v));
		return PL_OK;
	}
	return PL_E_INTERNAL;
}

static int64_t saturate(bool negative)
{
	return negative ? INT64_MIN : INT64_MAX;
}

static int64_t int_arith(enum pl_op op, int64_t a, int64_t b)
{
	int64_t r;
	if (op == PL_OP_ADD)
		return __builtin_add_overflow(a, b, &r) ? saturate(a < 0) : r;
	if (op == PL_OP_SUB)
		return __builtin_sub_overflow(a, b, &r) ? saturate(a < 0) : r;
	return __builtin_mul_overflow(a, b, &r) ? saturate((a < 0) != (b < 0)) : r;
}

/* CPU beside a plain number is CPU, memory is memory. */
static uint8_t unit_of(const struct pl_value *a, const struct pl_value *b)
{
	if (a->kind == PL_V_INT)
		return b->of;
	return b->kind == PL_V_INT || a->of == b->of || b->of == PL_T_QUANTITY ? a->of : b->of;
}

static bool number_arith(enum pl_op op, const struct pl_value *a, const struct pl_value *b, pl_nano *ret)
{
	if (op == PL_OP_ADD)
		*ret = pl_nano_add(nano_of(a), nano_of(b));
	else if (op == PL_OP_SUB)
		*ret = pl_nano_sub(nano_of(a), nano_of(b));
	else if (a->kind == PL_V_INT)
		*ret = pl_nano_mul_int(b->u.q, a->u.i);
	else if (b->kind == PL_V_INT)
		*ret = pl_nano_mul_int(a->u.q, b->u.i);
	else
		return false;
	return true;
}

pl_err pl_operator_arith(enum pl_op op, const struct pl_value *a, const struct pl_value *b, struct pl_value *ret)
{
	if (a->kind == PL_V_ABSENT || b->kind == PL_V_ABSENT) {
		*ret = pl_value_absent();
		return PL_OK;
	}
	if (a->kind == PL_V_UNKNOWN || b->kind == PL_V_UNKNOWN) {
		*ret = a->kind == PL_V_UNKNOWN ? *a : *b;
		return PL_OK;
	}
	if (PL_NEVER(!is_number(a) || !is_number(b)))
		return PL_E_INTERNAL;
	struct pl_value r = {.kind = PL_V_INT, .node = PL_NO_NODE};
	if (a->kind == PL_V_INT && b->kind == PL_V_INT) {
		r.u.i = int_arith(op, a->u.i, b->u.i);
		*ret = r;
		return PL_OK;
	}
	pl_nano q;
	if (PL_NEVER(!number_arith(op, a, b, &q)))
		return PL_E_INTERNAL;
	r.kind = PL_V_NUMBER;
	r.of = unit_of(a, b);
	r.u.q = q;
	*ret = r;
	return PL_OK;
}

static char *put(char *to, char before, pl_str s)
{
	if (before)
		*to++ = before;
	if (s.len)
		memcpy(to, s.ptr, s.len);
	return to + s.len;
}

/* registry/repository:tag@digest, so that every spelling of an image is seen as one. One that says neither tag nor
 * digest runs `latest`. */
static pl_str image_text(const struct pl_image *image, struct pl_arena *arena)
{
	pl_str tag = image->tag.len || image->digest.len ? image->tag : PL_STR("latest");
	size_t room = image->registry.len + image->repository.len + tag.len + image->digest.len + 3;
	char *text = pl_arena_alloc(arena, room);
	if (!text)
		return (pl_str){0};
	char *end = put(text, 0, image->registry);
	end = put(end, '/', image->repository);
	if (tag.len)
		end = put(end, ':', tag);
	if (image->digest.len)
		end = put(end, '@', image->digest);
	return (pl_str){text, (size_t)(end - text)};
}

pl_str pl_operator_text(const struct pl_value *v, struct pl_arena *arena)
{
	if (v->kind == PL_V_STRING || v->kind == PL_V_PATH)
		return v->u.s.ptr ? v->u.s : PL_STR("");
	if (v->kind == PL_V_IMAGE)
		return image_text(v->u.image, arena);
	if (v->kind == PL_V_ROLE)
		return v->u.role->text;
	return v->kind == PL_V_ARN ? v->u.arn->text : (pl_str){0};
}
