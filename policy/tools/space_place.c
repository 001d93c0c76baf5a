/* space_place.c - where the value of a term stands: a path of the manifest, a row of the common view, the context. What
 * is nowhere that can be varied is noted as a lack of the space. */
#include "space.h"

#include <string.h>

static bool lack(struct pl_space_reader *r, const char *why)
{
	pl_space_lack(r->space, why, r->words);
	return false;
}

static bool no_memory(struct pl_space_reader *r)
{
	r->space->err = PL_E_MEMORY;
	return false;
}

/* --- paths ----------------------------------------------------------------------------------------------------------
 */

/* base with one more step, as findings print it. */
static pl_str with_step(struct pl_space_reader *r, pl_str base, const struct pl_edit_step *step)
{
	struct pl_buf out;
	pl_buf_init(&out, r->space->arena, base.len + step->key.len + 16);
	pl_buf_add(&out, base);
	pl_editpath_add(step, base.len == 0, &out);
	if (out.failed)
		r->space->err = PL_E_MEMORY;
	return out.len ? pl_buf_str(&out) : PL_STR("");
}

static pl_str with_key(struct pl_space_reader *r, pl_str base, pl_str key)
{
	const struct pl_edit_step step = {.key = key};
	return with_step(r, base, &step);
}

/* base["key"], as the language has it: no other way to look a map up. */
static pl_str with_quoted(struct pl_space_reader *r, pl_str base, pl_str key)
{
	struct pl_buf out;
	pl_buf_init(&out, r->space->arena, base.len + key.len + 8);
	pl_buf_add(&out, base);
	pl_buf_adds(&out, "[\"");
	for (size_t i = 0; i < key.len; i++)
		pl_buf_addf(&out, key.ptr[i] == '"' || key.ptr[i] == '\\' ? "\\%c" : "%c", key.ptr[i]);
	pl_buf_adds(&out, "\"]");
	if (out.failed)
		r->space->err = PL_E_MEMORY;
	return pl_buf_str(&out);
}

static void of_field(const struct pl_schema_field *f, struct pl_place *place)
{
	place->kind = PL_PLACE_NODE;
	place->type = f->type;
	place->presence = (uint8_t)f->presence;
	place->dflt = f->dflt;
	place->blank = f->blank;
}

/* Into a record's field, an entry of a map or an element of a list. */
static bool descend(struct pl_space_reader *r, const struct pl_edit_step *step, struct pl_place *place)
{
	const struct pl_type type = place->type;
	if (type.kind == PL_T_RECORD) {
		const struct pl_schema_field *f = pl_schema_field_find(type.ref, step->key);
		if (!f)
			return false;
		of_field(f, place);
	} else {
		place->type = (struct pl_type){.kind = type.elem, .ref = type.elem_ref};
		place->presence = PL_OPTIONAL;
		place->dflt = NULL;
		place->blank = true;
	}
	place->path = with_step(r, place->path, step);
	return true;
}

bool pl_place_below(struct pl_space_reader *r, struct pl_knobs *set, pl_str base, uint16_t record, const char *path,
		    struct pl_place *ret)
{
	struct pl_edit_step steps[PL_EDIT_MAX_STEPS];
	uint32_t count = 0;
	pl_err err = PL_OK;
	*ret = (struct pl_place){.kind = PL_PLACE_NODE, .set = set, .path = base, .presence = PL_OPTIONAL};
	ret->type = (struct pl_type){.kind = PL_T_RECORD, .ref = record};
	if (!*path)
		return true;
	if (pl_editpath_split(pl_str_from(path), r->space->arena, steps, &count, &err))
		return err == PL_OK ? false : no_memory(r);
	for (uint32_t i = 0; i < count; i++) {
		if (!descend(r, &steps[i], ret))
			return false;
	}
	return true;
}

/* --- roots ----------------------------------------------------------------------------------------------------------
 */

static bool subject_at(struct pl_space_reader *r, enum pl_subject subject, const char *path, struct pl_place *ret)
{
	uint16_t records[4];
	const struct pl_shape *shape = r->space->shape;
	if (!path)
		return lack(r, "it reads what is not beside its subject");
	*ret = (struct pl_place){.kind = PL_PLACE_SUBJECT, .set = &r->space->knobs, .path = pl_str_from(path)};
	ret->subject = (uint8_t)subject;
	ret->record = pl_subject_records(subject, shape->platform, records) ? records[0] : PL_NO_RECORD;
	if (subject == shape->about && shape->record != PL_NO_RECORD)
		ret->record = shape->record;
	return true;
}

static bool root_place(struct pl_space_reader *r, const struct pl_term *t, struct pl_place *ret)
{
	const struct pl_shape *shape = r->space->shape;
	enum pl_subject subject = (enum pl_subject)t->subject;
	switch ((enum pl_root)t->root) {
	case PL_ROOT_SUBJECT:
		if (subject != shape->about)
			return lack(r, "the rules are about different things");
		if (subject != PL_SUBJECT_IMAGE)
			return subject_at(r, subject, shape->subject, ret);
		*ret = (struct pl_place){.kind = PL_PLACE_NODE, .set = &r->space->knobs, .presence = PL_REQUIRED};
		ret->path = pl_str_from(shape->subject);
		ret->type = (struct pl_type){.kind = PL_T_IMAGE};
		return true;
	case PL_ROOT_CONTAINER:
		return subject_at(r, PL_SUBJECT_CONTAINER, shape->container, ret);
	case PL_ROOT_POD:
	case PL_ROOT_TASK:
	case PL_ROOT_WORKLOAD:
	case PL_ROOT_OBJECT:
		return subject_at(r, subject, "", ret);
	case PL_ROOT_REQUEST:
	case PL_ROOT_NAMESPACE:
	case PL_ROOT_CLUSTER:
		*ret = (struct pl_place){.kind = PL_PLACE_CONTEXT, .view = PL_VIEW_COUNT};
		return true;
	case PL_ROOT_TODAY:
		*ret = (struct pl_place){.kind = PL_PLACE_CONTEXT, .set = &r->space->knobs, .view = PL_VIEW_COUNT};
		ret->path = PL_STR("today");
		ret->type = (struct pl_type){.kind = PL_T_DATE};
		ret->presence = PL_REQUIRED;
		return true;
	case PL_ROOT_OLD_POD:
	case PL_ROOT_OLD_TASK:
		return lack(r, "it reads the object before the change");
	case PL_ROOT_NONE:
	case PL_ROOT_COUNT_:
		break;
	}
	return false;
}

/* --- fields ---------------------------------------------------------------------------------------------------------
 */

static bool part_place(const struct pl_place *base, uint16_t view, struct pl_place *ret)
{
	*ret = *base;
	switch (view) {
	case PL_VIEW_IMAGE_tag:
		ret->part = PL_PART_IMAGE_TAG;
		break;
	case PL_VIEW_IMAGE_digest:
		ret->part = PL_PART_IMAGE_DIGEST;
		break;
	case PL_VIEW_IMAGE_registry:
	case PL_VIEW_IMAGE_repository:
	case PL_VIEW_IMAGE_name:
		ret->part = PL_PART_IMAGE_NAME;
		break;
	case PL_VIEW_ROLE_name:
		ret->part = PL_PART_ROLE_NAME;
		break;
	case PL_VIEW_ROLE_account:
		ret->part = PL_PART_ROLE_ACCOUNT;
		break;
	default:
		return false;
	}
	ret->view = view;
	return true;
}

static bool context_place(struct pl_space_reader *r, uint16_t view, struct pl_place *ret)
{
	const struct pl_view_field *f = &pl_view_fields[view];
	*ret = (struct pl_place){.kind = PL_PLACE_CONTEXT, .set = &r->space->knobs, .view = view};
	ret->type = f->type;
	ret->presence = (uint8_t)f->presence;
	ret->path = pl_arena_printf(r->space->arena, "%s.%s", pl_subject_name(f->subject), f->name);
	return ret->path.ptr || no_memory(r);
}

/* The key or the value of an element of a map. */
static bool entry_place(struct pl_space_reader *r, const struct pl_place *base, bool key, struct pl_place *ret)
{
	*ret = (struct pl_place){.kind = PL_PLACE_NODE, .set = base->set, .presence = PL_REQUIRED};
	ret->path = key ? PL_STR("key") : PL_STR("value");
	ret->blank = !key;
	ret->type = key ? (struct pl_type){.kind = PL_T_STRING}
			: (struct pl_type){.kind = base->type.elem, .ref = base->type.elem_ref};
	return r->space->err == PL_OK;
}

static bool view_place(struct pl_space_reader *r, const struct pl_place *base, uint16_t view, struct pl_place *ret)
{
	bool main = base->set == &r->space->knobs;
	if (base->kind == PL_PLACE_CONTEXT)
		return context_place(r, view, ret);
	if (base->kind == PL_PLACE_ENTRY)
		return entry_place(r, base, view == PL_VIEW_ENTRY_key, ret);
	if (base->kind == PL_PLACE_NODE)
		return part_place(base, view, ret) || lack(r, "it reads a part of a value");
	if (view == PL_VIEW_MOUNT_volume)
		return subject_at(r, PL_SUBJECT_VOLUME, main ? r->space->shape->volume : NULL, ret);
	if (view == PL_VIEW_MOUNT_container || view == PL_VIEW_PORT_container || view == PL_VIEW_VARIABLE_container)
		return subject_at(r, PL_SUBJECT_CONTAINER, main ? r->space->shape->container : NULL, ret);
	*ret = *base;
	ret->kind = PL_PLACE_VIEW;
	ret->view = view;
	ret->type = pl_view_fields[view].type;
	ret->presence = (uint8_t)pl_view_fields[view].presence;
	return base->kind == PL_PLACE_SUBJECT;
}

static bool native_place(struct pl_space_reader *r, const struct pl_place *base, const struct pl_term *t,
			 struct pl_place *ret)
{
	uint16_t record = base->kind == PL_PLACE_SUBJECT ? base->record : base->type.ref;
	bool fits = base->kind == PL_PLACE_SUBJECT || (base->kind == PL_PLACE_NODE && base->type.kind == PL_T_RECORD);
	if (!fits || record == PL_NO_RECORD)
		return lack(r, "it reads a part of a value");
	const struct pl_schema_field *f = pl_schema_field_by_id(record, t->u.field.step.id);
	if (!f)
		return false; /* what this shape does not have is as if it were absent */
	*ret = *base;
	of_field(f, ret);
	ret->path = with_key(r, base->path, pl_str_from(f->name));
	return true;
}

static bool field_place(struct pl_space_reader *r, const struct pl_term *t, struct pl_place *ret)
{
	struct pl_place base;
	if (!pl_place_of(r, t->items[0], &base))
		return false;
	if (base.kind == PL_PLACE_VIEW && t->u.field.step.view && base.type.kind == PL_T_IMAGE) {
		struct pl_place image;
		return pl_space_view_list(r, &base, &image) && part_place(&image, t->u.field.step.id, ret);
	}
	if (base.kind == PL_PLACE_VIEW)
		return lack(r, "it reads a part of a derived value");
	return t->u.field.step.view ? view_place(r, &base, t->u.field.step.id, ret) : native_place(r, &base, t, ret);
}

/* --- entries --------------------------------------------------------------------------------------------------------
 */

static bool index_place(struct pl_space_reader *r, const struct pl_term *t, struct pl_place *ret)
{
	struct pl_place map;
	const struct pl_term *key = t->items[1];
	if (t->op != PL_INDEX_ENTRY || pl_term_is_constant(t->items[0]))
		return false;
	if (!pl_place_of(r, t->items[0], &map))
		return false;
	if (key->kind != PL_TERM_CONST || key->u.value.kind != PL_V_STRING)
		return lack(r, "it looks a map up under a key that varies");
	pl_str text = key->u.value.u.s;
	if (map.kind == PL_PLACE_VIEW)
		return pl_space_view_entry(r, &map, text, ret);
	*ret = map;
	ret->blank = true;
	ret->presence = PL_OPTIONAL;
	ret->dflt = NULL;
	ret->type = (struct pl_type){.kind = map.type.elem, .ref = map.type.elem_ref};
	ret->path = map.kind == PL_PLACE_CONTEXT ? with_quoted(r, map.path, text) : with_key(r, map.path, text);
	if (map.kind == PL_PLACE_CONTEXT)
		ret->key = text;
	return map.kind == PL_PLACE_NODE || map.kind == PL_PLACE_CONTEXT;
}

static bool variable_place(struct pl_space_reader *r, const struct pl_term *t, struct pl_place *ret)
{
	for (const struct pl_space_binding *b = r->bindings; b; b = b->next) {
		if (b->binding != t->u.var.binding)
			continue;
		*ret = b->place;
		return ret->kind != PL_PLACE_NONE;
	}
	return false;
}

bool pl_place_of(struct pl_space_reader *r, const struct pl_term *t, struct pl_place *ret)
{
	*ret = (struct pl_place){.kind = PL_PLACE_NONE};
	if (r->space->err != PL_OK)
		return false;
	if (t->kind == PL_TERM_ROOT)
		return root_place(r, t, ret);
	if (t->kind == PL_TERM_VAR)
		return variable_place(r, t, ret);
	if (t->kind == PL_TERM_FIELD)
		return field_place(r, t, ret);
	if (t->kind == PL_TERM_INDEX)
		return index_place(r, t, ret);
	return false;
}

/* --- knobs ----------------------------------------------------------------------------------------------------------
 */

static struct pl_knob *find_knob(const struct pl_knobs *set, const struct pl_place *place)
{
	for (unsigned i = 0; i < set->count; i++) {
		struct pl_knob *k = set->items[i];
		if (k->context == (place->kind == PL_PLACE_CONTEXT) && k->part == place->part &&
		    pl_str_eq(k->path, place->path))
			return k;
	}
	return NULL;
}

static void touch(struct pl_space_reader *r, struct pl_knob *k)
{
	for (unsigned i = 0; i < r->touched_count; i++) {
		if (r->touched[i] == k)
			return;
	}
	if (r->touched_count < PL_SPACE_KNOBS)
		r->touched[r->touched_count++] = k;
}

static struct pl_knob *new_knob(struct pl_space_reader *r, const struct pl_place *place)
{
	struct pl_arena *arena = r->space->arena;
	struct pl_knob *k = pl_arena_zalloc(arena, 1, sizeof *k);
	struct pl_edit_step *steps = pl_arena_zalloc(arena, PL_EDIT_MAX_STEPS, sizeof *steps);
	pl_err err = PL_OK;
	if (!k || !steps) {
		no_memory(r);
		return NULL;
	}
	*k = (struct pl_knob){.context = place->kind == PL_PLACE_CONTEXT,
			      .part = place->part,
			      .path = place->path,
			      .steps = steps,
			      .view = place->view,
			      .key = place->key,
			      .type = place->type,
			      .presence = place->presence,
			      .dflt = place->dflt,
			      .blank = place->blank,
			      .in_element = place->set != &r->space->knobs,
			      .group = k};
	bool split = !k->context && k->path.len;
	const char *why = split ? pl_editpath_split(k->path, arena, steps, &k->step_count, &err) : NULL;
	if (why)
		lack(r, "its place cannot be written down");
	return k;
}

/* In a Pod, metadata of the object and of the pod are one; in a Deployment they are two. */
static void note_metadata(struct pl_space_reader *r, const struct pl_place *place)
{
	if (r->space->shape->platform == PL_ON_ECS || place->kind == PL_PLACE_CONTEXT ||
	    place->set != &r->space->knobs || !pl_str_starts(place->path, PL_STR("metadata")))
		return;
	r->space->metadata |= place->subject == PL_SUBJECT_POD ? 1u : 2u;
	if (r->space->metadata == 3)
		lack(r, "it reads metadata of the object and of its pod");
}

struct pl_knob *pl_place_knob(struct pl_space_reader *r, const struct pl_place *place)
{
	struct pl_knobs *set = place->set;
	note_metadata(r, place);
	struct pl_knob *k = find_knob(set, place);
	if (!k && set->count == PL_SPACE_KNOBS) {
		lack(r, "the rules read too many values");
		return NULL;
	}
	if (!k) {
		k = new_knob(r, place);
		if (k)
			set->items[set->count++] = k;
	}
	if (k)
		touch(r, k);
	return k;
}

/* --- lists ----------------------------------------------------------------------------------------------------------
 */

static struct pl_knob *list_knob(struct pl_space_reader *r, const struct pl_place *list)
{
	struct pl_knob *k = pl_place_knob(r, list);
	if (!k || k->element)
		return k;
	k->element = pl_arena_zalloc(r->space->arena, 1, sizeof *k->element);
	if (!k->element) {
		no_memory(r);
		return NULL;
	}
	k->element->type = (struct pl_type){.kind = list->type.elem, .ref = list->type.elem_ref};
	return k;
}

static bool real_list(struct pl_space_reader *r, const struct pl_place *list, struct pl_place *ret)
{
	*ret = *list;
	if (list->kind == PL_PLACE_VIEW && !pl_space_view_list(r, list, ret))
		return false;
	if (ret->set != &r->space->knobs)
		lack(r, "a list stands in an element of another one"); /* varied, but nothing is concluded */
	return ret->kind == PL_PLACE_NODE || ret->kind == PL_PLACE_CONTEXT;
}

/* NULL: it is none that is varied as a list. */
static struct pl_knob *knob_of_list(struct pl_space_reader *r, const struct pl_place *list)
{
	struct pl_place real;
	bool handlers = list->kind == PL_PLACE_VIEW && list->view == PL_VIEW_CONTAINER_handlers;
	return handlers || !real_list(r, list, &real) ? NULL : list_knob(r, &real);
}

void pl_place_use(struct pl_space_reader *r, const struct pl_place *list, unsigned more)
{
	struct pl_knob *k = knob_of_list(r, list);
	if (k)
		k->uses += more;
}

void pl_place_count(struct pl_space_reader *r, const struct pl_place *list, unsigned up_to)
{
	struct pl_knob *k = knob_of_list(r, list);
	if (k && k->longest < up_to)
		k->longest = up_to;
}

/* Probes and hooks are not a list in the manifest. What rules can read of one is the same for all: the first stands for
 * them. */
static bool handler_element(struct pl_space_reader *r, const struct pl_place *list, struct pl_place *ret)
{
	const struct pl_probe there = {.kind = PL_PROBE_NOTHING};
	struct pl_place probe;
	if (!pl_place_below(r, list->set, list->path, list->record, "livenessProbe", &probe))
		return false;
	pl_place_ask(r, &probe, &there);
	*ret = probe;
	ret->kind = PL_PLACE_SUBJECT;
	ret->subject = PL_SUBJECT_HANDLER;
	ret->record = probe.type.ref;
	return true;
}

bool pl_place_element(struct pl_space_reader *r, const struct pl_place *list, struct pl_place *ret)
{
	struct pl_place real;
	if (list->kind == PL_PLACE_VIEW && list->view == PL_VIEW_CONTAINER_handlers)
		return handler_element(r, list, ret);
	if (!real_list(r, list, &real))
		return false;
	struct pl_knob *k = list_knob(r, &real);
	if (!k)
		return false;
	*ret = (struct pl_place){.kind = PL_PLACE_NODE, .set = k->element, .presence = PL_REQUIRED, .blank = true};
	ret->path = PL_STR("");
	ret->type = k->element->type;
	if (real.type.kind == PL_T_MAP) {
		ret->kind = PL_PLACE_ENTRY;
		ret->type = real.type;
	} else if (list->kind == PL_PLACE_VIEW && list->type.elem == PL_T_SUBJECT) {
		ret->kind = PL_PLACE_SUBJECT;
		ret->subject = (uint8_t)list->type.elem_ref;
		ret->record = k->element->type.ref;
	}
	return true;
}

void pl_place_add(struct pl_space_reader *r, const struct pl_place *place, const struct pl_probe *probe)
{
	struct pl_knob *k = pl_place_knob(r, place);
	struct pl_probe *copy = k ? pl_arena_alloc(r->space->arena, sizeof *copy) : NULL;
	if (!copy) {
		r->space->err = k ? PL_E_MEMORY : r->space->err;
		return;
	}
	*copy = *probe;
	copy->next = k->probes;
	k->probes = copy;
}

void pl_place_ask(struct pl_space_reader *r, const struct pl_place *place, const struct pl_probe *probe)
{
	struct pl_place element;
	if (place->kind == PL_PLACE_VIEW) {
		pl_space_view_ask(r, place, probe);
		return;
	}
	if (place->kind != PL_PLACE_NODE && place->kind != PL_PLACE_CONTEXT)
		return;
	bool list = place->type.kind == PL_T_LIST || place->type.kind == PL_T_MAP;
	if (list) {
		pl_place_use(r, place, 0);
		if (probe->kind != PL_PROBE_NOTHING && pl_place_element(r, place, &element))
			pl_place_ask(r, &element, probe);
		return;
	}
	if (place->type.kind == PL_T_IMAGE || place->type.kind == PL_T_ROLE)
		pl_space_part_ask(r, place, probe);
	else
		pl_place_add(r, place, probe);
}
