/* reach.c - see reach.h. */
#include "reach.h"

#include <string.h>

#include "lang/types.h"

#define MAX_STEPS   7
#define MAX_OFFERED 192

/* --- names and what is known -------------------------------------------------------------------------------------- */

void pl_reach_name(struct pl_reach *r, pl_str name, struct pl_type type, bool optional)
{
	if (r->name_count < PL_REACH_NAMES)
		r->names[r->name_count++] = (struct pl_reached){.text = name, .type = type, .optional = optional};
}

bool pl_reach_is_known(const struct pl_reach *r, pl_str text)
{
	for (unsigned i = 0; i < r->known_count; i++) {
		if (pl_str_eq(r->known[i], text))
			return true;
	}
	return false;
}

void pl_reach_learn(struct pl_reach *r, const struct pl_reached *value)
{
	for (unsigned i = 0; i < value->part_count && r->known_count < PL_REACH_KNOWN; i++)
		r->known[r->known_count++] = value->parts[i];
}

/* --- texts -------------------------------------------------------------------------------------------------------- */

static void add(struct pl_buf *out, const char *format, va_list args)
{
	for (; *format; format++) {
		if (*format == '@')
			pl_buf_add(out, va_arg(args, pl_str));
		else if (*format == '~')
			pl_buf_adds(out, va_arg(args, const char *));
		else if (*format == '#')
			pl_buf_addf(out, "%u", va_arg(args, unsigned));
		else
			pl_buf_addc(out, *format);
	}
}

pl_str pl_reach_say(struct pl_reach *r, const char *format, ...)
{
	struct pl_buf b;
	va_list args;
	pl_buf_init(&b, r->arena, 0);
	va_start(args, format);
	add(&b, format, args);
	va_end(args);
	return pl_buf_str(&b);
}

void pl_reach_add(struct pl_buf *out, const char *format, ...)
{
	va_list args;
	va_start(args, format);
	add(out, format, args);
	va_end(args);
}

/* --- kinds of values ---------------------------------------------------------------------------------------------- */

bool pl_reach_is_list(const struct pl_reached *v)
{
	return v->type.kind == PL_T_LIST || v->type.kind == PL_T_MAP;
}

bool pl_reach_is_single(const struct pl_reached *v)
{
	struct pl_type t = v->type.kind == PL_T_LIST ? pl_type_held(v->type) : v->type;
	return pl_type_is_scalar(t);
}

bool pl_reach_is_text(const struct pl_reached *v)
{
	return pl_type_is_text(v->type);
}

bool pl_reach_is_number(const struct pl_reached *v)
{
	return pl_type_is_number(v->type);
}

/* --- one step ----------------------------------------------------------------------------------------------------- */

struct offer {
	const char *name;
	struct pl_type type;
	enum pl_presence presence;
	struct pl_words_known words;
	bool secret;
	bool view;
};
struct offers {
	struct offer items[MAX_OFFERED];
	unsigned count, views;
};

static void offer(struct offers *all, struct offer o)
{
	for (unsigned i = 0; i < all->count; i++) {
		if (strcmp(all->items[i].name, o.name) == 0) {
			if (!all->items[i].view && o.presence == PL_OPTIONAL)
				all->items[i].presence = PL_OPTIONAL;
			return; /* the common view wins; of several records one lends its type */
		}
	}
	if (all->count < MAX_OFFERED)
		all->items[all->count++] = o;
}

static void offer_rows(const struct pl_reach *r, enum pl_subject subject, struct pl_type base, struct offers *all)
{
	for (unsigned i = 0; i < PL_VIEW_COUNT; i++) {
		const struct pl_view_field *f = &pl_view_fields[i];
		if (f->subject != subject || ((unsigned)f->platforms & r->platforms) != r->platforms)
			continue;
		struct pl_type type =
			subject == PL_SUBJECT_ENTRY && f->type.kind == PL_T_NONE ? pl_type_held(base) : f->type;
		offer(all, (struct offer){f->name, type, f->presence, pl_literal_words_of_view((enum pl_view)i),
					  i == PL_VIEW_VARIABLE_value, true});
	}
	all->views = all->count;
}

static void offer_record(uint16_t record, struct offers *all)
{
	const struct pl_schema_record *s = &pl_schema_records[record];
	bool variable = strcmp(s->name, "EnvVar") == 0 || strcmp(s->name, "KeyValuePair") == 0;
	for (uint16_t i = 0; i < s->count; i++) {
		const struct pl_schema_field *f = &s->fields[i];
		offer(all, (struct offer){f->name, f->type, f->presence, pl_literal_words(f->type),
					  variable && strcmp(f->name, "value") == 0, false});
	}
}

/* A required field that another record of the subject lacks may be absent. */
static void offer_native(const struct pl_reach *r, enum pl_subject subject, struct offers *all)
{
	uint16_t records[4];
	unsigned n =
		r->platforms == PL_ON_BOTH ? 0 : pl_subject_records(subject, (enum pl_platforms)r->platforms, records);
	for (unsigned i = 0; i < n; i++)
		offer_record(records[i], all);
	for (unsigned k = all->views; k < all->count; k++) {
		bool everywhere = true;
		for (unsigned i = 0; i < n; i++)
			everywhere &= pl_schema_field_find(records[i], pl_str_from(all->items[k].name)) != NULL;
		if (!everywhere && all->items[k].presence == PL_REQUIRED)
			all->items[k].presence = PL_OPTIONAL;
	}
}

static void offer_columns(const struct pl_reach *r, uint16_t data, struct offers *all)
{
	const struct pl_reach_data *d = &r->data[data];
	for (unsigned i = 0; i < d->column_count; i++)
		offer(all, (struct offer){.name = d->columns[i],
					  .type = d->types[i],
					  .presence = d->optional[i] ? PL_OPTIONAL : PL_REQUIRED});
}

static void offer_all(const struct pl_reach *r, struct pl_type base, struct offers *all)
{
	static const uint8_t members[PL_T_ROW + 1] = {[PL_T_IMAGE] = PL_SUBJECT_IMAGE,
						      [PL_T_ARN] = PL_SUBJECT_ARN,
						      [PL_T_ROLE] = PL_SUBJECT_ROLE,
						      [PL_T_ENTRY] = PL_SUBJECT_ENTRY};
	all->count = all->views = 0;
	if (base.kind == PL_T_RECORD)
		offer_record(base.ref, all);
	else if (base.kind == PL_T_ROW)
		offer_columns(r, base.ref, all);
	else if (base.kind == PL_T_SUBJECT || members[base.kind])
		offer_rows(r, base.kind == PL_T_SUBJECT ? (enum pl_subject)base.ref : members[base.kind], base, all);
	if (base.kind == PL_T_SUBJECT)
		offer_native(r, (enum pl_subject)base.ref, all);
}

static void add_part(struct pl_reached *v, pl_str text)
{
	if (v->part_count < PL_REACH_PARTS)
		v->parts[v->part_count++] = text;
}

void pl_reach_make(struct pl_reach *r, struct pl_type type, bool optional, pl_str text, struct pl_reached *value)
{
	value->type = type;
	value->text = text;
	value->words = (struct pl_words_known){0};
	value->optional = (value->optional || optional) && !pl_reach_is_known(r, text);
	add_part(value, text);
}

/* A row of a data file has its lists as it has everything else; those of a manifest are empty when they are not there.
 */
static void step(struct pl_reach *r, const struct offer *o, struct pl_reached *v)
{
	bool list = (o->type.kind == PL_T_LIST || o->type.kind == PL_T_MAP) && v->type.kind != PL_T_ROW;
	bool always = o->presence == PL_DEFAULTED || list;
	bool optional = !always && (o->presence == PL_OPTIONAL || v->optional);
	if (always)
		v->part_count = 0;
	v->optional = false;
	pl_str text = pl_reach_say(r, "@.~", v->text, o->name);
	pl_reach_make(r, o->type, optional, text, v);
	v->words = o->words;
	v->secret = v->secret || o->secret;
}

/* A key as a literal, or one that is read and certainly there. */
static pl_str choose_key(struct pl_reach *r, struct pl_reached *v)
{
	struct pl_buf b;
	struct pl_reached key;
	pl_buf_init(&b, r->arena, 0);
	if (pl_choice_one_in(r->choice, 3)) {
		for (unsigned i = 0; i < r->name_count; i++) {
			key = r->names[i];
			if (pl_reach_is_text(&key) && !key.optional)
				return key.text;
		}
	}
	v->quoted = true;
	if (pl_choice_one_in(r->choice, 3))
		return pl_reach_is_known(r, PL_STR("namespace.name")) ? PL_STR("namespace.name")
								      : PL_STR("(namespace.name else \"\")");
	pl_literal_write(r->choice, (struct pl_type){.kind = PL_T_STRING}, (struct pl_words_known){0}, &b);
	return pl_buf_str(&b);
}

static void look_up(struct pl_reach *r, struct pl_reached *v)
{
	struct pl_type held = pl_type_held(v->type);
	pl_str key = choose_key(r, v);
	pl_str text = pl_reach_say(r, "@[@]", v->text, key);
	pl_reach_make(r, held, true, text, v);
	v->look_up = true;
}

/* --- walking ------------------------------------------------------------------------------------------------------ */

static bool can_go_on(const struct pl_reached *v)
{
	uint8_t k = v->type.kind;
	return k == PL_T_RECORD || k == PL_T_SUBJECT || k == PL_T_IMAGE || k == PL_T_ARN || k == PL_T_ROLE ||
	       k == PL_T_ENTRY || k == PL_T_ROW || k == PL_T_MAP;
}

/* Subjects and their images stop rarely, since they have little to say of themselves. */
static bool wants_to_stop(struct pl_reach *r, const struct pl_reached *v)
{
	uint8_t k = v->type.kind;
	if (k == PL_T_SUBJECT || k == PL_T_ENTRY || k == PL_T_ROW)
		return false;
	return pl_choice_one_in(r->choice, k == PL_T_RECORD ? 12 : 2);
}

static bool go_on(struct pl_reach *r, struct pl_reached *v)
{
	struct offers all;
	if (v->type.kind == PL_T_MAP) {
		look_up(r, v);
		return true;
	}
	offer_all(r, v->type, &all);
	if (all.count == 0)
		return false;
	unsigned among = all.views && pl_choice_one_in(r->choice, 2) ? all.views : all.count;
	step(r, &all.items[pl_choice_below(r->choice, among)], v);
	return true;
}

/* Names put into scope last come first: they are what the rule is about. */
static struct pl_reached start(struct pl_reach *r)
{
	unsigned tables = r->data_count;
	unsigned n = pl_choice_below(r->choice, r->name_count + tables);
	if (n >= r->name_count) {
		const struct pl_reach_data *d = &r->data[n - r->name_count];
		return (struct pl_reached){.text = d->name, .type = d->type};
	}
	unsigned from = pl_choice_one_in(r->choice, 3) ? n : n + (r->name_count - n) / 2;
	struct pl_reached v = r->names[from];
	v.optional = v.optional && !pl_reach_is_known(r, v.text);
	return v;
}

bool pl_reach_walk(struct pl_reach *r, bool (*fits)(const struct pl_reached *), struct pl_reached *ret)
{
	for (unsigned attempt = 0; attempt < 24; attempt++) {
		struct pl_reached v = start(r);
		for (unsigned i = 0; i < MAX_STEPS && can_go_on(&v) && !wants_to_stop(r, &v); i++) {
			if (pl_choice_one_in(r->choice, 4) && fits(&v))
				break;
			if (!go_on(r, &v))
				break;
		}
		if (fits(&v)) {
			*ret = v;
			return true;
		}
	}
	return false;
}
