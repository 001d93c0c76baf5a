/* draft.c - see draft.h. A draft is as deep as the schema, which has a limit; so recursion over it has one. */
#include "draft.h"

#include <string.h>

/* --- building -------------------------------------------------------------------------------------------------------
 */

struct pl_draft *pl_draft_new(struct pl_arena *arena, enum pl_draft_kind kind, pl_str text)
{
	struct pl_draft *d = pl_arena_zalloc(arena, 1, sizeof *d);
	if (d)
		*d = (struct pl_draft){.kind = (uint8_t)kind, .text = text};
	return d;
}

void pl_draft_append(struct pl_draft *list, struct pl_draft *item)
{
	item->next = NULL;
	if (list->last)
		list->last->next = item;
	else
		list->first = item;
	list->last = item;
}

struct pl_draft *pl_draft_copy(struct pl_arena *arena, const struct pl_draft *d)
{
	struct pl_draft *copy = pl_draft_new(arena, (enum pl_draft_kind)d->kind, d->text);
	if (!copy)
		return NULL;
	copy->key = d->key;
	for (const struct pl_draft *c = d->first; c; c = c->next) {
		struct pl_draft *child = pl_draft_copy(arena, c);
		if (!child)
			return NULL;
		pl_draft_append(copy, child);
	}
	return copy;
}

struct pl_draft *pl_draft_find(const struct pl_draft *object, pl_str key)
{
	struct pl_draft *c = object->kind == PL_DRAFT_OBJECT ? object->first : NULL;
	while (c && !pl_str_eq(c->key, key))
		c = c->next;
	return c;
}

void pl_draft_drop(struct pl_draft *object, pl_str key)
{
	struct pl_draft *keep = object->first;
	object->first = object->last = NULL;
	while (keep) {
		struct pl_draft *next = keep->next;
		if (!pl_str_eq(keep->key, key))
			pl_draft_append(object, keep);
		keep = next;
	}
}

static struct pl_draft *item_at(const struct pl_draft *list, uint32_t index)
{
	struct pl_draft *c = list->first;
	for (; c && index > 0; index--)
		c = c->next;
	return c;
}

void pl_draft_cut(struct pl_draft *root, const struct pl_edit_step *steps, uint32_t count)
{
	struct pl_draft *at = root;
	for (uint32_t i = 0; i + 1 < count && at; i++) {
		bool list = at->kind == PL_DRAFT_LIST;
		if (list != steps[i].is_index)
			return;
		at = list ? item_at(at, steps[i].index) : pl_draft_find(at, steps[i].key);
	}
	if (at && count && at->kind == PL_DRAFT_OBJECT && !steps[count - 1].is_index)
		pl_draft_drop(at, steps[count - 1].key);
}

/* The place that a step leads to; what is made there is of the kind that the next step needs. */
static struct pl_draft *go(struct pl_arena *arena, struct pl_draft *at, const struct pl_edit_step *step,
			   enum pl_draft_kind kind)
{
	enum pl_draft_kind own = step->is_index ? PL_DRAFT_LIST : PL_DRAFT_OBJECT;
	if (at->kind != own)
		*at = (struct pl_draft){.kind = (uint8_t)own, .key = at->key, .next = at->next};
	struct pl_draft *child = step->is_index ? item_at(at, step->index) : pl_draft_find(at, step->key);
	if (child)
		return child;
	child = pl_draft_new(arena, kind, (pl_str){0});
	if (!child)
		return NULL;
	if (!step->is_index)
		child->key = step->key;
	pl_draft_append(at, child);
	return child;
}

static bool merge(struct pl_arena *arena, struct pl_draft *to, const struct pl_draft *value)
{
	if (to->kind == PL_DRAFT_OBJECT && value->kind == PL_DRAFT_OBJECT) {
		for (const struct pl_draft *c = value->first; c; c = c->next) {
			if (!pl_draft_put_key(arena, to, c->key, c))
				return false;
		}
		return true;
	}
	struct pl_draft *copy = pl_draft_copy(arena, value);
	if (!copy)
		return false;
	copy->key = to->key;
	copy->next = to->next;
	*to = *copy;
	return true;
}

bool pl_draft_put_key(struct pl_arena *arena, struct pl_draft *root, pl_str key, const struct pl_draft *value)
{
	const struct pl_edit_step step = {.key = key};
	return pl_draft_put(arena, root, &step, 1, value);
}

bool pl_draft_put(struct pl_arena *arena, struct pl_draft *root, const struct pl_edit_step *steps, uint32_t count,
		  const struct pl_draft *value)
{
	struct pl_draft *at = root;
	for (uint32_t i = 0; i < count && at; i++)
		at = go(arena, at, &steps[i], i + 1 < count && steps[i + 1].is_index ? PL_DRAFT_LIST : PL_DRAFT_OBJECT);
	return at && merge(arena, at, value);
}

/* --- what the platform requires -------------------------------------------------------------------------------------
 */

static pl_str least_text(struct pl_type type, pl_str name)
{
	if (type.kind == PL_T_ENUM && pl_schema_enums[type.ref].count)
		return pl_str_from(pl_schema_enums[type.ref].values[0]);
	if (type.kind == PL_T_PATH)
		return PL_STR("/data");
	if (type.kind == PL_T_IMAGE)
		return PL_STR("x");
	if (type.kind == PL_T_IP)
		return PL_STR("192.0.2.1");
	if (type.kind == PL_T_ROLE)
		return PL_STR("app");
	return pl_str_eq(name, PL_STR("valueFrom")) ? PL_STR("arn:aws:secretsmanager:eu-west-1:111122223333:secret:x")
						    : PL_STR("x");
}

struct pl_draft *pl_draft_least(struct pl_arena *arena, struct pl_type type, pl_str name)
{
	switch ((enum pl_type_kind)type.kind) {
	case PL_T_BOOL:
		return pl_draft_new(arena, PL_DRAFT_RAW, PL_STR("false"));
	case PL_T_INT:
	case PL_T_CORES:
	case PL_T_BYTES:
	case PL_T_QUANTITY:
		return pl_draft_new(arena, PL_DRAFT_RAW, PL_STR("1"));
	case PL_T_RECORD:
	case PL_T_SUBJECT:
	case PL_T_MAP:
		return pl_draft_new(arena, PL_DRAFT_OBJECT, (pl_str){0});
	case PL_T_LIST:
		return pl_draft_new(arena, PL_DRAFT_LIST, (pl_str){0});
	case PL_T_NONE:
	case PL_T_STRING:
	case PL_T_ENUM:
	case PL_T_INTSTR:
	case PL_T_IMAGE:
	case PL_T_PATH:
	case PL_T_ROLE:
	case PL_T_ARN:
	case PL_T_IP:
	case PL_T_VERSION:
	case PL_T_DATE:
	case PL_T_ENTRY:
	case PL_T_RANGE:
	case PL_T_NETWORK:
	case PL_T_CONDITION:
	case PL_T_ROW:
		break;
	}
	return pl_draft_new(arena, PL_DRAFT_TEXT, least_text(type, name));
}

static struct pl_type held(struct pl_type type)
{
	return (struct pl_type){.kind = type.elem, .ref = type.elem_ref};
}

static bool complete_record(struct pl_arena *arena, struct pl_draft *d, uint16_t record)
{
	const struct pl_schema_record *r = &pl_schema_records[record];
	for (uint16_t i = 0; i < r->count; i++) {
		const struct pl_schema_field *f = &r->fields[i];
		pl_str name = pl_str_from(f->name);
		struct pl_draft *child = pl_draft_find(d, name);
		if (!child && f->presence == PL_REQUIRED) {
			struct pl_draft *least = pl_draft_least(arena, f->type, name);
			if (!least || !pl_draft_put_key(arena, d, name, least))
				return false;
			child = pl_draft_find(d, name);
		}
		if (child && !pl_draft_complete(arena, child, f->type))
			return false;
	}
	return true;
}

bool pl_draft_complete(struct pl_arena *arena, struct pl_draft *d, struct pl_type type)
{
	if (type.kind == PL_T_RECORD && d->kind == PL_DRAFT_OBJECT)
		return complete_record(arena, d, type.ref);
	bool list = type.kind == PL_T_LIST && d->kind == PL_DRAFT_LIST;
	bool map = type.kind == PL_T_MAP && d->kind == PL_DRAFT_OBJECT;
	for (struct pl_draft *c = list || map ? d->first : NULL; c; c = c->next) {
		if (!pl_draft_complete(arena, c, held(type)))
			return false;
	}
	return true;
}

/* --- writing --------------------------------------------------------------------------------------------------------
 */

void pl_draft_json(const struct pl_draft *d, struct pl_buf *out)
{
	if (d->kind == PL_DRAFT_RAW) {
		pl_buf_add(out, d->text);
		return;
	}
	if (d->kind == PL_DRAFT_TEXT) {
		pl_buf_add_json(out, d->text);
		return;
	}
	bool object = d->kind == PL_DRAFT_OBJECT;
	pl_buf_addc(out, object ? '{' : '[');
	for (const struct pl_draft *c = d->first; c; c = c->next) {
		if (object) {
			pl_buf_add_json(out, c->key);
			pl_buf_addc(out, ':');
		}
		pl_draft_json(c, out);
		if (c->next)
			pl_buf_addc(out, ',');
	}
	pl_buf_addc(out, object ? '}' : ']');
}

static bool is_letter(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

/* What YAML 1.1 takes for something else than a text. */
static bool is_reserved(pl_str s)
{
	static const char *const words[] = {"true", "false", "yes", "no", "on", "off", "null", "y", "n"};
	for (size_t i = 0; i < sizeof words / sizeof *words; i++) {
		if (pl_str_eq_fold(s, pl_str_from(words[i])))
			return true;
	}
	return false;
}

/* Read by YAML 1.1 and by people as nothing but this text: it begins with a letter or a slash. */
static bool is_plain(pl_str s)
{
	if (!s.len || is_reserved(s) || (!is_letter(s.ptr[0]) && (s.ptr[0] != '/' || s.len == 1)))
		return false;
	for (size_t i = 0; i < s.len; i++) {
		char c = s.ptr[i];
		if (!is_letter(c) && !(c >= '0' && c <= '9') && !memchr("_/.-", c, 4))
			return false;
	}
	return true;
}

static void yaml_text(pl_str s, struct pl_buf *out)
{
	if (is_plain(s))
		pl_buf_add(out, s);
	else
		pl_buf_add_json(out, s);
}

static bool is_flat(const struct pl_draft *d)
{
	for (const struct pl_draft *c = d->first; c; c = c->next) {
		if (c->first)
			return false;
	}
	return true;
}

/* In one line: scalars, what is empty, and lists of scalars. */
static bool is_flow(const struct pl_draft *d)
{
	return d->kind == PL_DRAFT_RAW || d->kind == PL_DRAFT_TEXT || !d->first ||
	       (d->kind == PL_DRAFT_LIST && is_flat(d) && d->first->kind != PL_DRAFT_OBJECT);
}

static void yaml_flow(const struct pl_draft *d, struct pl_buf *out)
{
	if (d->kind == PL_DRAFT_RAW) {
		pl_buf_add(out, d->text);
		return;
	}
	if (d->kind == PL_DRAFT_TEXT) {
		yaml_text(d->text, out);
		return;
	}
	pl_buf_addc(out, d->kind == PL_DRAFT_LIST ? '[' : '{');
	for (const struct pl_draft *c = d->first; c; c = c->next) {
		yaml_flow(c, out);
		pl_buf_adds(out, c->next ? ", " : "");
	}
	pl_buf_addc(out, d->kind == PL_DRAFT_LIST ? ']' : '}');
}

/* The members of an object; the first one follows what stands on its line when `inside`. */
static void yaml_members(const struct pl_draft *d, unsigned indent, bool inside, struct pl_buf *out)
{
	for (const struct pl_draft *c = d->first; c; c = c->next) {
		if (!inside)
			pl_buf_fill(out, ' ', indent);
		inside = false;
		yaml_text(c->key, out);
		pl_buf_addc(out, ':');
		if (is_flow(c)) {
			pl_buf_addc(out, ' ');
			yaml_flow(c, out);
			pl_buf_addc(out, '\n');
			continue;
		}
		pl_buf_addc(out, '\n');
		pl_draft_yaml(c, indent + 2, out);
	}
}

void pl_draft_yaml(const struct pl_draft *d, unsigned indent, struct pl_buf *out)
{
	if (is_flow(d)) {
		pl_buf_fill(out, ' ', indent);
		yaml_flow(d, out);
		pl_buf_addc(out, '\n');
		return;
	}
	if (d->kind == PL_DRAFT_OBJECT) {
		yaml_members(d, indent, false, out);
		return;
	}
	for (const struct pl_draft *c = d->first; c; c = c->next) {
		pl_buf_fill(out, ' ', indent);
		pl_buf_adds(out, "- ");
		if (is_flow(c)) {
			yaml_flow(c, out);
			pl_buf_addc(out, '\n');
		} else if (c->kind == PL_DRAFT_OBJECT) {
			yaml_members(c, indent + 2, true, out);
		} else {
			pl_buf_addc(out, '\n');
			pl_draft_yaml(c, indent + 2, out);
		}
	}
}
