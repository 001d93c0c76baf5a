/* term.c - identity and constant values of terms. Identity is structural: a key is built from what the term is and from
 * the ids of its items, and equal keys get equal numbers. Terms are pure, so equal keys mean equal values. */
#include "term.h"

#include <string.h>

#include "base/buf.h"

static void add_bytes(struct pl_buf *out, const void *p, size_t n)
{
	pl_buf_add(out, (pl_str){p, n});
}

static void add_text(struct pl_buf *out, pl_str s)
{
	uint32_t n = (uint32_t)s.len;
	add_bytes(out, &n, sizeof n);
	pl_buf_add(out, s);
}

/* --- constants --------------------------------------------------------------------------------------------------- */

static void add_list(const struct pl_value *items, uint32_t n, struct pl_buf *out)
{
	add_bytes(out, &n, sizeof n);
	for (uint32_t i = 0; i < n; i++)
		pl_term_value_key(&items[i], out);
}

void pl_term_value_key(const struct pl_value *v, struct pl_buf *out)
{
	uint8_t head[2] = {v->kind, v->of};
	add_bytes(out, head, sizeof head);
	add_bytes(out, &v->ref, sizeof v->ref);
	switch ((enum pl_value_kind)v->kind) {
	case PL_V_BOOL:
		pl_buf_addc(out, v->u.b ? 1 : 0);
		break;
	case PL_V_INT:
	case PL_V_DATE:
		add_bytes(out, &v->u.i, sizeof v->u.i);
		break;
	case PL_V_NUMBER:
		add_bytes(out, &v->u.q, sizeof v->u.q);
		break;
	case PL_V_STRING:
	case PL_V_PATH:
		add_text(out, v->u.s);
		break;
	case PL_V_IMAGE:
		add_text(out, v->u.image->text);
		break;
	case PL_V_IMAGE_BASE:
		add_text(out, v->u.base->registry);
		add_text(out, v->u.base->repository);
		break;
	case PL_V_ROLE:
		add_text(out, v->u.role->text);
		break;
	case PL_V_ARN:
		add_text(out, v->u.arn->text);
		break;
	case PL_V_IP:
		add_bytes(out, v->u.ip->bytes, sizeof v->u.ip->bytes);
		break;
	case PL_V_NETWORK:
		add_bytes(out, v->u.net->base.bytes, sizeof v->u.net->base.bytes);
		pl_buf_addc(out, (char)v->u.net->prefix);
		break;
	case PL_V_VERSION:
		add_bytes(out, v->u.version.part, sizeof v->u.version.part);
		break;
	case PL_V_RANGE:
		add_bytes(out, &v->u.range.low, sizeof v->u.range.low);
		add_bytes(out, &v->u.range.high, sizeof v->u.range.high);
		break;
	case PL_V_LIST:
		add_list(v->u.list->items, v->u.list->count, out);
		break;
	case PL_V_MAP:
		add_list(v->u.map->keys, v->u.map->count, out);
		add_list(v->u.map->values, v->u.map->count, out);
		break;
	case PL_V_ABSENT:
	case PL_V_UNKNOWN:
	case PL_V_RECORD:
	case PL_V_SUBJECT:
	case PL_V_NODES:
	case PL_V_NODEMAP:
	case PL_V_ENTRY:
		break; /* never constants */
	}
}

bool pl_term_is_constant(const struct pl_term *t)
{
	if (t->kind == PL_TERM_CONST)
		return true;
	if (t->kind != PL_TERM_SET && t->kind != PL_TERM_MAP)
		return false;
	for (uint32_t i = 0; i < t->count; i++) {
		if (t->items[i]->kind != PL_TERM_CONST)
			return false;
	}
	return true;
}

static pl_err list_value(const struct pl_term *t, struct pl_arena *arena, struct pl_value *ret)
{
	struct pl_list *list = pl_arena_zalloc(arena, 1, sizeof *list);
	struct pl_value *items = pl_arena_zalloc(arena, t->count, sizeof *items);
	if (!list || !items)
		return PL_E_MEMORY;
	for (uint32_t i = 0; i < t->count; i++)
		items[i] = t->items[i]->u.value;
	*list = (struct pl_list){.items = items, .count = t->count};
	*ret = (struct pl_value){
		.kind = PL_V_LIST, .of = t->type.elem, .ref = t->type.elem_ref, .node = PL_NO_NODE, .u.list = list};
	return PL_OK;
}

static pl_err map_value(const struct pl_term *t, struct pl_arena *arena, struct pl_value *ret)
{
	struct pl_map *map = pl_arena_zalloc(arena, 1, sizeof *map);
	struct pl_value *keys = pl_arena_zalloc(arena, t->count, sizeof *keys);
	struct pl_value *values = pl_arena_zalloc(arena, t->count, sizeof *values);
	if (!map || !keys || !values)
		return PL_E_MEMORY;
	for (uint32_t i = 0; i < t->count; i++) {
		keys[i] = (struct pl_value){
			.kind = PL_V_STRING, .of = PL_T_STRING, .node = PL_NO_NODE, .u.s = t->u.keys[i]};
		values[i] = t->items[i]->u.value;
	}
	*map = (struct pl_map){.keys = keys, .values = values, .count = t->count};
	*ret = (struct pl_value){
		.kind = PL_V_MAP, .of = t->type.elem, .ref = t->type.elem_ref, .node = PL_NO_NODE, .u.map = map};
	return PL_OK;
}

pl_err pl_term_value(const struct pl_term *t, struct pl_arena *arena, struct pl_value *ret)
{
	if (t->kind == PL_TERM_SET)
		return list_value(t, arena, ret);
	if (t->kind == PL_TERM_MAP)
		return map_value(t, arena, ret);
	*ret = t->u.value;
	return PL_OK;
}

uint32_t pl_term_size(struct pl_term *t)
{
	if (t->size)
		return t->size;
	uint64_t size = 1;
	for (uint32_t i = 0; i < t->count; i++)
		size += pl_term_size(t->items[i]);
	t->size = size < UINT32_MAX ? (uint32_t)size : UINT32_MAX;
	return t->size;
}

/* --- identity ---------------------------------------------------------------------------------------------------- */

static void add_keys(struct pl_buf *out, const pl_str *keys, uint32_t n)
{
	for (uint32_t i = 0; i < n; i++)
		add_text(out, keys[i]);
}

static void add_payload(const struct pl_term *t, struct pl_buf *out)
{
	switch ((enum pl_term_kind)t->kind) {
	case PL_TERM_CONST:
		pl_term_value_key(&t->u.value, out);
		break;
	case PL_TERM_VAR:
	case PL_TERM_LOOP:
		add_bytes(out, &t->u.var.binding, sizeof t->u.var.binding);
		break;
	case PL_TERM_DATA:
		add_bytes(out, &t->u.data.use, sizeof t->u.data.use);
		break;
	case PL_TERM_FIELD:
		add_bytes(out, &t->u.field.step.id, sizeof t->u.field.step.id);
		pl_buf_addc(out, t->u.field.step.view ? 1 : 0);
		add_bytes(out, &t->u.field.record, sizeof t->u.field.record);
		break;
	case PL_TERM_MAP:
		add_keys(out, t->u.keys, t->count);
		break;
	case PL_TERM_SWITCH:
		add_keys(out, t->u.keys, t->count - 2);
		break;
	case PL_TERM_MATCH:
		add_text(out, t->u.pattern.text);
		pl_buf_addc(out, t->u.pattern.ignore_case ? 1 : 0);
		break;
	case PL_TERM_ROOT:
	case PL_TERM_INDEX:
	case PL_TERM_ELSE:
	case PL_TERM_ADD:
	case PL_TERM_SUB:
	case PL_TERM_MUL:
	case PL_TERM_LESS:
	case PL_TERM_SET:
	case PL_TERM_CALL:
	case PL_TERM_COMPARE:
	case PL_TERM_TEST:
	case PL_TERM_IS:
	case PL_TERM_TRUTH:
	case PL_TERM_NOT:
	case PL_TERM_AND:
	case PL_TERM_OR:
		break;
	}
}

pl_err pl_term_id(struct pl_intern *ids, struct pl_term *t, uint32_t *ret)
{
	if (t->id) {
		*ret = t->id - 1;
		return PL_OK;
	}
	struct pl_buf key;
	pl_buf_init(&key, ids->arena, 32 + 4 * (size_t)t->count);
	uint8_t head[7] = {t->kind, t->op, t->negated, t->root, t->subject, t->type.kind, t->type.elem};
	add_bytes(&key, head, sizeof head);
	add_bytes(&key, &t->type.ref, sizeof t->type.ref);
	add_bytes(&key, &t->type.elem_ref, sizeof t->type.elem_ref);
	add_payload(t, &key);
	for (uint32_t i = 0; i < t->count; i++) {
		uint32_t item;
		PL_TRY(pl_term_id(ids, t->items[i], &item));
		add_bytes(&key, &item, sizeof item);
	}
	if (key.failed)
		return PL_E_MEMORY;
	PL_TRY(pl_intern_add(ids, pl_buf_str(&key), ret, NULL));
	t->id = *ret + 1;
	return PL_OK;
}

struct pl_domain pl_term_domain(const struct pl_term *t)
{
	bool listed = t->type.kind == PL_T_LIST;
	uint8_t kind = listed ? t->type.elem : t->type.kind;
	uint16_t ref = listed ? t->type.elem_ref : t->type.ref;
	if (kind == PL_T_ENUM && ref < pl_schema_enum_count)
		return (struct pl_domain){pl_schema_enums[ref].values, pl_schema_enums[ref].count};
	return t->domain;
}
