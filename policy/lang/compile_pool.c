/* compile_pool.c - the pools of a program. Equal entries are one entry, so that the machine reads each path of a
 * subject once. */
#include "compile.h"

#include "base/buf.h"

static void add_bytes(struct pl_buf *out, const void *p, size_t n)
{
	pl_buf_add(out, (pl_str){p, n});
}

static uint32_t no_memory(struct pl_emit *e)
{
	pl_check_memory(e->c);
	e->failed = true;
	return 0;
}

/* The number of key; *items has room for it when it is new. */
static uint32_t number(struct pl_emit *e, struct pl_intern *ids, const struct pl_buf *key, void **items, uint32_t *room,
		       size_t size, bool *ret_new)
{
	uint32_t i = 0;
	*ret_new = false;
	void *grown = pl_intern_grow(e->c->arena, *items, ids->count, room, size);
	if (!grown || key->failed || pl_intern_add(ids, pl_buf_str(key), &i, ret_new) != PL_OK)
		return no_memory(e);
	*items = grown;
	return i;
}

uint32_t pl_emit_const(struct pl_emit *e, struct pl_term *t)
{
	struct pl_value v;
	struct pl_buf key;
	bool fresh;
	if (t->constant)
		return t->constant - 1;
	pl_buf_init(&key, e->c->arena, 64);
	if (pl_term_value(t, e->c->arena, &v) != PL_OK)
		return no_memory(e);
	pl_term_value_key(&v, &key);
	void *items = e->consts;
	uint32_t i = number(e, &e->const_ids, &key, &items, &e->const_room, sizeof v, &fresh);
	e->consts = items;
	if (fresh)
		e->consts[i] = v;
	t->constant = i + 1;
	return i;
}

uint32_t pl_emit_table(struct pl_emit *e, uint32_t use, const struct pl_value *table)
{
	struct pl_buf key;
	bool fresh;
	pl_buf_init(&key, e->c->arena, 8);
	pl_buf_addc(&key, '\xff'); /* no kind of value */
	add_bytes(&key, &use, sizeof use);
	void *items = e->consts;
	uint32_t i = number(e, &e->const_ids, &key, &items, &e->const_room, sizeof *table, &fresh);
	e->consts = items;
	if (fresh)
		e->consts[i] = *table;
	return i;
}

uint32_t pl_emit_path(struct pl_emit *e, const struct pl_path *path)
{
	struct pl_buf key;
	bool fresh;
	pl_buf_init(&key, e->c->arena, 64);
	for (uint16_t i = 0; i < path->count; i++) {
		const struct pl_path_step *s = &path->steps[i];
		pl_buf_addc(&key, s->step.view ? 1 : 0);
		add_bytes(&key, &s->step.id, sizeof s->step.id);
		add_bytes(&key, &s->record, sizeof s->record);
	}
	uint16_t type[4] = {path->type.kind, path->type.elem, path->type.ref, path->type.elem_ref};
	add_bytes(&key, type, sizeof type);
	pl_buf_add(&key, path->text);
	void *items = e->paths;
	uint32_t i = number(e, &e->path_ids, &key, &items, &e->path_room, sizeof *path, &fresh);
	e->paths = items;
	if (fresh)
		e->paths[i] = *path;
	return i;
}

uint32_t pl_emit_slot(struct pl_emit *e, uint8_t root, uint8_t subject, uint32_t path)
{
	struct pl_buf key;
	bool fresh;
	pl_buf_init(&key, e->c->arena, 8);
	pl_buf_addc(&key, (char)root);
	pl_buf_addc(&key, (char)subject);
	add_bytes(&key, &path, sizeof path);
	void *items = e->slots;
	uint32_t i = number(e, &e->slot_ids, &key, &items, &e->slot_room, sizeof *e->slots, &fresh);
	e->slots = items;
	if (fresh)
		e->slots[i] = (struct pl_slot){.root = root, .subject = subject, .path = path};
	return i;
}

uint32_t pl_emit_pattern(struct pl_emit *e, pl_str text, bool ignore_case)
{
	struct pl_buf key;
	bool fresh;
	pl_buf_init(&key, e->c->arena, text.len + 1);
	pl_buf_addc(&key, ignore_case ? 1 : 0);
	pl_buf_add(&key, text);
	void *items = e->patterns;
	uint32_t i = number(e, &e->pattern_ids, &key, &items, &e->pattern_room, sizeof *e->patterns, &fresh);
	e->patterns = items;
	if (fresh)
		e->patterns[i] = (struct pl_pattern){.text = text, .ignore_case = ignore_case};
	return i;
}

uint32_t pl_emit_switch(struct pl_emit *e, const struct pl_switch *table)
{
	struct pl_switch *grown =
		pl_intern_grow(e->c->arena, e->switches, e->switch_count, &e->switch_room, sizeof *grown);
	if (!grown)
		return no_memory(e);
	e->switches = grown;
	grown[e->switch_count] = *table;
	return e->switch_count++;
}
