/* fieldset.c - see fieldset.h. A path is followed on each platform on its own; where both lead to one thing it is given
 * once. Indexes in brackets say nothing here, and a path of a manifest begins at `pod` or `task`. */
#include "fieldset.h"

#include <string.h>

#include "base/buf.h"
#include "base/suggest.h"

#define MAX_SETS  12
#define MAX_NAMES 256 /* candidates for a suggestion */

static const enum pl_platforms sides[] = {PL_ON_KUBERNETES, PL_ON_ECS};

/* Where a path has come to, on one platform. */
struct place {
	enum { NOWHERE, AT_SUBJECT, AT_RECORD, AT_VALUE } kind;
	enum pl_subject subject; /* AT_VALUE: whose members it has; NONE if it has none */
	uint16_t record;
	struct pl_fieldset_row row; /* the field that led here; name NULL: none */
	const char *of;
	bool view;
};

struct finder {
	struct pl_arena *arena;
	struct pl_fieldset_list *out;
	pl_str path;
	size_t at; /* of the name that is looked for */
};

/* --- fields ---------------------------------------------------------------------------------------------------------
 */

static struct pl_fieldset_row row_of_view(const struct pl_view_field *f)
{
	return (struct pl_fieldset_row){f->name, f->type, f->presence, NULL, f->doc};
}

static struct pl_fieldset_row row_of_schema(const struct pl_schema_field *f)
{
	return (struct pl_fieldset_row){f->name, f->type, f->presence, f->dflt, NULL};
}

/* A field of one of the records: where some lack it or may lack it, it may be absent. As the compiler sees it. */
static bool find_native(enum pl_subject subject, enum pl_platforms side, pl_str name, struct pl_fieldset_row *ret)
{
	uint16_t records[4];
	unsigned n = pl_subject_records(subject, side, records), having = 0;
	for (unsigned i = 0; i < n; i++) {
		const struct pl_schema_field *f = pl_schema_field_find(records[i], name);
		if (!f)
			continue;
		if (having++ == 0)
			*ret = row_of_schema(f);
		else if (f->presence == PL_OPTIONAL)
			ret->presence = PL_OPTIONAL;
	}
	if (having > 0 && having < n && ret->presence == PL_REQUIRED)
		ret->presence = PL_OPTIONAL;
	return having > 0;
}

static bool find_field(const struct place *place, enum pl_platforms side, pl_str name, struct pl_fieldset_row *ret,
		       bool *ret_view)
{
	*ret_view = false;
	if (place->kind == AT_RECORD) {
		const struct pl_schema_field *f = pl_schema_field_find(place->record, name);
		if (f)
			*ret = row_of_schema(f);
		return f != NULL;
	}
	if (place->subject == PL_SUBJECT_NONE)
		return false;
	enum pl_view view = pl_view_find(place->subject, name);
	*ret_view = view != PL_VIEW_COUNT && pl_view_fields[view].platforms & side;
	if (*ret_view)
		*ret = row_of_view(&pl_view_fields[view]);
	return *ret_view || find_native(place->subject, side, name, ret);
}

/* --- sets -----------------------------------------------------------------------------------------------------------
 */

static struct pl_fieldset *add_set(struct finder *f, const char *of, enum pl_platforms platforms, uint32_t room)
{
	struct pl_fieldset_row *rows = pl_arena_zalloc(f->arena, room, sizeof *rows);
	if (!rows || f->out->count == MAX_SETS)
		return NULL;
	struct pl_fieldset *set = &f->out->items[f->out->count++];
	*set = (struct pl_fieldset){.of = of, .platforms = platforms, .rows = rows};
	return set;
}

static bool add_view(struct finder *f, enum pl_subject subject)
{
	struct pl_fieldset *set = add_set(f, pl_subject_name(subject), pl_subject_platforms(subject), PL_VIEW_COUNT);
	if (!set)
		return false;
	set->view = true;
	for (unsigned i = 0; i < PL_VIEW_COUNT; i++) {
		if (pl_view_fields[i].subject == subject)
			set->rows[set->count++] = row_of_view(&pl_view_fields[i]);
	}
	f->out->count -= set->count == 0;
	return true;
}

static void insert(struct pl_fieldset *set, const struct pl_fieldset_row *row)
{
	struct pl_fieldset_row *rows = set->rows;
	uint32_t k = 0;
	while (k < set->count && strcmp(rows[k].name, row->name) < 0)
		k++;
	if (k < set->count && strcmp(rows[k].name, row->name) == 0)
		return;
	memmove(&rows[k + 1], &rows[k], (set->count - k) * sizeof *rows);
	rows[k] = *row;
	set->count++;
}

static bool add_native(struct finder *f, enum pl_subject subject, enum pl_platforms side)
{
	uint16_t records[4];
	uint32_t room = 0;
	unsigned n = pl_subject_records(subject, side, records);
	for (unsigned i = 0; i < n; i++)
		room += pl_schema_records[records[i]].count;
	if (room == 0)
		return true;
	struct pl_fieldset *set = add_set(f, pl_subject_name(subject), side, room);
	if (!set)
		return false;
	for (unsigned i = 0; i < n; i++) {
		const struct pl_schema_record *record = &pl_schema_records[records[i]];
		set->records[set->record_count++] = record->name;
		for (uint16_t k = 0; k < record->count; k++) {
			struct pl_fieldset_row row;
			if (find_native(subject, side, pl_str_from(record->fields[k].name), &row))
				insert(set, &row);
		}
	}
	return true;
}

static bool add_subject(struct finder *f, enum pl_subject subject)
{
	return add_view(f, subject) && add_native(f, subject, PL_ON_KUBERNETES) && add_native(f, subject, PL_ON_ECS);
}

static bool add_record(struct finder *f, uint16_t index, const struct pl_fieldset_row *field)
{
	const struct pl_schema_record *record = &pl_schema_records[index];
	struct pl_fieldset *set = add_set(f, record->name, record->platform, record->count);
	for (uint16_t i = 0; set && i < record->count; i++)
		set->rows[set->count++] = row_of_schema(&record->fields[i]);
	if (set)
		set->field = *field;
	return set != NULL;
}

static bool add_value(struct finder *f, const struct place *place, enum pl_platforms side)
{
	struct pl_fieldset *set = add_set(f, place->of, side, 1);
	if (!set)
		return false;
	set->rows[set->count++] = place->row;
	set->view = place->view;
	return true;
}

/* --- paths ----------------------------------------------------------------------------------------------------------
 */

/* The next name of the path, without an index; false at its end. */
static bool next_name(struct finder *f, pl_str *ret)
{
	if (f->at >= f->path.len)
		return false;
	size_t end = f->at;
	while (end < f->path.len && f->path.ptr[end] != '.')
		end++;
	size_t len = 0;
	while (f->at + len < end && f->path.ptr[f->at + len] != '[')
		len++;
	*ret = (pl_str){f->path.ptr + f->at, len};
	f->at = end + 1;
	return true;
}

static enum pl_subject subject_called(pl_str name)
{
	unsigned i = PL_SUBJECT_NONE + 1;
	while (i < PL_SUBJECT_COUNT && !pl_str_eq(name, pl_str_from(pl_subject_name((enum pl_subject)i))))
		i++;
	return i < PL_SUBJECT_COUNT ? (enum pl_subject)i : PL_SUBJECT_NONE;
}

static const char *name_of_place(const struct place *p)
{
	return p->kind == AT_RECORD ? pl_schema_records[p->record].name : pl_subject_name(p->subject);
}

/* Where a field leads to: lists and maps to what they hold. */
static struct place follow(const struct place *from, const struct pl_fieldset_row *row, bool view)
{
	struct pl_type t = row->type;
	bool holds = t.kind == PL_T_LIST || t.kind == PL_T_MAP;
	uint8_t kind = holds ? t.elem : t.kind;
	uint16_t ref = holds ? t.elem_ref : t.ref;
	if (kind == PL_T_RECORD)
		return (struct place){.kind = AT_RECORD, .record = ref, .row = *row};
	if (kind == PL_T_SUBJECT)
		return (struct place){.kind = AT_SUBJECT, .subject = (enum pl_subject)ref};
	struct place value = {.kind = AT_VALUE, .row = *row, .of = name_of_place(from), .view = view};
	if (kind == PL_T_IMAGE)
		value.subject = PL_SUBJECT_IMAGE;
	if (kind == PL_T_ARN)
		value.subject = PL_SUBJECT_ARN;
	if (kind == PL_T_ROLE)
		value.subject = PL_SUBJECT_ROLE;
	return value;
}

/* The first name of a path; *ret_again: it stands for a path from `pod` or `task`, and is the first step from there. */
static struct place begin(pl_str name, enum pl_platforms side, bool *ret_again)
{
	enum pl_subject subject = subject_called(name);
	uint16_t record = pl_schema_record_find(side, name);
	struct pl_fieldset_row row;
	struct place top = {.kind = AT_SUBJECT, .subject = side == PL_ON_ECS ? PL_SUBJECT_TASK : PL_SUBJECT_POD};
	*ret_again = false;
	if (subject != PL_SUBJECT_NONE)
		return (struct place){.kind = (pl_subject_platforms(subject) & side) ? AT_SUBJECT : NOWHERE,
				      .subject = subject};
	if (record != PL_NO_RECORD)
		return (struct place){.kind = AT_RECORD, .record = record};
	*ret_again = find_native(top.subject, side, name, &row);
	return *ret_again ? top : (struct place){.kind = NOWHERE};
}

/* Walks the whole path. On failure *ret_last is the place that has no such field, f->at stands behind that name. */
static struct place walk(struct finder *f, enum pl_platforms side, struct place *ret_last)
{
	pl_str name = {0};
	bool again = false, view;
	f->at = 0;
	*ret_last = (struct place){.kind = NOWHERE};
	if (!next_name(f, &name))
		return *ret_last;
	struct place place = begin(name, side, &again);
	while (place.kind != NOWHERE && (again || next_name(f, &name))) {
		struct pl_fieldset_row row;
		again = false;
		*ret_last = place;
		if (!find_field(&place, side, name, &row, &view))
			return (struct place){.kind = NOWHERE};
		place = follow(&place, &row, view);
	}
	return place;
}

static bool is_same(const struct place *a, const struct place *b)
{
	if (a->kind != b->kind)
		return false;
	if (a->kind == AT_SUBJECT)
		return a->subject == b->subject;
	if (a->kind == AT_RECORD)
		return a->record == b->record;
	return a->kind == AT_VALUE && a->view && b->view && strcmp(a->row.name, b->row.name) == 0;
}

static bool add_place(struct finder *f, const struct place *p, enum pl_platforms side)
{
	if (p->kind == AT_SUBJECT)
		return add_subject(f, p->subject);
	if (p->kind == AT_RECORD)
		return add_record(f, p->record, &p->row);
	return add_value(f, p, side) && (p->subject == PL_SUBJECT_NONE || add_view(f, p->subject));
}

/* --- what is near ---------------------------------------------------------------------------------------------------
 */

struct names {
	pl_str items[MAX_NAMES];
	size_t count;
};

static void offer(struct names *names, const char *name)
{
	if (name && names->count < MAX_NAMES)
		names->items[names->count++] = pl_str_from(name);
}

static void offer_record(struct names *names, uint16_t index)
{
	for (uint16_t i = 0; i < pl_schema_records[index].count; i++)
		offer(names, pl_schema_records[index].fields[i].name);
}

static void offer_fields(struct names *names, const struct place *place, enum pl_platforms side)
{
	uint16_t records[4];
	if (place->kind == AT_RECORD)
		offer_record(names, place->record);
	if (place->kind != AT_SUBJECT)
		return;
	for (unsigned i = 0; i < PL_VIEW_COUNT; i++) {
		if (pl_view_fields[i].subject == place->subject)
			offer(names, pl_view_fields[i].name);
	}
	unsigned n = pl_subject_records(place->subject, side, records);
	for (unsigned i = 0; i < n; i++)
		offer_record(names, records[i]);
}

static void offer_first(struct names *names)
{
	for (unsigned i = PL_SUBJECT_NONE + 1; i < PL_SUBJECT_COUNT; i++)
		offer(names, pl_subject_name((enum pl_subject)i));
	for (uint16_t i = 0; i < pl_schema_record_count; i++)
		offer(names, pl_schema_records[i].name);
}

/* The path up to the name that is not there, with the nearest that is. */
static pl_err suggest(struct finder *f, const struct place *last, enum pl_platforms side, pl_str *ret_near)
{
	struct names names = {.count = 0};
	size_t end = f->at ? f->at - 1 : 0, start = end;
	while (start > 0 && f->path.ptr[start - 1] != '.')
		start--;
	pl_str given = {f->path.ptr + start, end - start};
	if (last->kind == NOWHERE)
		offer_first(&names);
	else
		offer_fields(&names, last, side);
	pl_str near = pl_suggest(given, names.items, names.count);
	if (near.len == 0)
		return PL_OK;
	*ret_near = pl_arena_printf(f->arena, "%.*s%.*s", (int)start, f->path.ptr, PL_FMT(near));
	return ret_near->ptr ? PL_OK : PL_E_MEMORY;
}

pl_err pl_fieldset_find(pl_str path, struct pl_arena *arena, struct pl_fieldset_list *ret, pl_str *ret_near)
{
	struct finder f = {.arena = arena, .out = ret, .path = path};
	struct place places[2], last;
	*ret = (struct pl_fieldset_list){.items = pl_arena_zalloc(arena, MAX_SETS, sizeof *ret->items)};
	*ret_near = (pl_str){0};
	if (!ret->items)
		return PL_E_MEMORY;
	for (unsigned i = 0; i < 2; i++) {
		places[i] = walk(&f, sides[i], &last);
		if (places[i].kind == NOWHERE && ret_near->len == 0)
			PL_TRY(suggest(&f, &last, sides[i], ret_near));
	}
	for (unsigned i = 0; i < 2; i++) {
		bool again = i == 1 && is_same(&places[0], &places[1]);
		unsigned side = i == 0 && is_same(&places[0], &places[1]) ? PL_ON_BOTH : sides[i];
		if (places[i].kind != NOWHERE && !again && !add_place(&f, &places[i], (enum pl_platforms)side))
			return PL_E_MEMORY;
	}
	return ret->count ? PL_OK : PL_E_UNRECOGNISED;
}

pl_err pl_fieldset_subject(enum pl_subject subject, struct pl_arena *arena, struct pl_fieldset_list *ret)
{
	struct finder f = {.arena = arena, .out = ret};
	*ret = (struct pl_fieldset_list){.items = pl_arena_zalloc(arena, MAX_SETS, sizeof *ret->items)};
	return ret->items && add_subject(&f, subject) ? PL_OK : PL_E_MEMORY;
}
