/* schema_text.c - the schema as people and programs read it: `plimsoll schema`. Tables only; nothing of a policy. */
#include "plimsoll/tools.h"

#include <string.h>

#include "base/buf.h"
#include "fieldset.h"

#define NAME_WIDTH 34u
#define TYPE_WIDTH 34u

static const struct {
	uint16_t record;
	const char *field, *why;
} defaults[] = {
#define PL_DEFAULT(platform, record, field, why) {PL_RECORD_##platform##_##record, #field, why},
#include "model/defaults.def"
#undef PL_DEFAULT
};
#define DEFAULT_COUNT (sizeof defaults / sizeof *defaults)

/* --- words ----------------------------------------------------------------------------------------------------------
 */

static const char *scalar_name(enum pl_type_kind kind)
{
	static const char *const names[] = {
		[PL_T_NONE] = "any type", [PL_T_BOOL] = "bool",	    [PL_T_INT] = "int",
		[PL_T_CORES] = "cores",	  [PL_T_BYTES] = "bytes",   [PL_T_QUANTITY] = "quantity",
		[PL_T_STRING] = "string", [PL_T_ENUM] = "string",   [PL_T_INTSTR] = "string (number or name)",
		[PL_T_IMAGE] = "image",	  [PL_T_PATH] = "path",	    [PL_T_ROLE] = "role",
		[PL_T_ARN] = "arn",	  [PL_T_IP] = "ip",	    [PL_T_VERSION] = "version",
		[PL_T_DATE] = "date",	  [PL_T_RECORD] = "record", [PL_T_SUBJECT] = "subject",
		[PL_T_LIST] = "list",	  [PL_T_MAP] = "map",	    [PL_T_ENTRY] = "entry",
		[PL_T_RANGE] = "range",	  [PL_T_NETWORK] = "ip",    [PL_T_CONDITION] = "condition",
	};
	return names[kind];
}

static const char *held_name(uint8_t kind, uint16_t ref)
{
	if (kind == PL_T_RECORD && ref < pl_schema_record_count)
		return pl_schema_records[ref].name;
	if (kind == PL_T_SUBJECT)
		return pl_subject_name((enum pl_subject)ref);
	return scalar_name((enum pl_type_kind)kind);
}

/* "list of Volume". */
static void add_type(struct pl_buf *out, struct pl_type t)
{
	if (t.kind == PL_T_LIST)
		pl_buf_addf(out, "list of %s", held_name(t.elem, t.elem_ref));
	else if (t.kind == PL_T_MAP)
		pl_buf_addf(out, "map of string to %s", held_name(t.elem, t.elem_ref));
	else
		pl_buf_adds(out, held_name(t.kind, t.ref));
}

static const char *platform_words(enum pl_platforms platforms)
{
	if (platforms == PL_ON_BOTH)
		return "Kubernetes and ECS";
	return platforms == PL_ON_KUBERNETES ? "Kubernetes" : "ECS";
}

static bool is_collection(struct pl_type t)
{
	return t.kind == PL_T_LIST || t.kind == PL_T_MAP;
}

/* What a missing one means. */
static void add_presence(struct pl_buf *out, const struct pl_fieldset_row *row)
{
	if (row->presence == PL_REQUIRED)
		pl_buf_adds(out, "always set");
	else if (row->presence == PL_OPTIONAL)
		pl_buf_adds(out, "may be absent");
	else if (is_collection(row->type))
		pl_buf_adds(out, "empty when not set");
	else
		pl_buf_addf(out, "%s when not set", row->dflt ? row->dflt : "absent");
}

/* The values of an enum; NULL for other types. */
static const struct pl_schema_enum *values_of(struct pl_type t)
{
	uint8_t kind = is_collection(t) ? t.elem : t.kind;
	uint16_t ref = is_collection(t) ? t.elem_ref : t.ref;
	return kind == PL_T_ENUM && ref < pl_schema_enum_count ? &pl_schema_enums[ref] : NULL;
}

/* --- fields as text -------------------------------------------------------------------------------------------------
 */

/* Spaces up to a column, and at least two. */
static void pad(struct pl_buf *out, size_t line, size_t column)
{
	size_t used = out->len - line;
	pl_buf_fill(out, ' ', used + 2 > column ? 2 : column - used);
}

static void add_row(struct pl_buf *out, const struct pl_fieldset_row *row, unsigned platforms)
{
	size_t line = out->len;
	pl_buf_addf(out, "  %s", row->name);
	pad(out, line, 2 + NAME_WIDTH);
	add_type(out, row->type);
	pad(out, line, 2 + NAME_WIDTH + TYPE_WIDTH);
	add_presence(out, row);
	if (row->doc)
		pl_buf_addf(out, "; %s", row->doc);
	if (platforms != PL_ON_BOTH)
		pl_buf_addf(out, " (%s)", platform_words((enum pl_platforms)platforms));
	const struct pl_schema_enum *values = values_of(row->type);
	for (uint16_t i = 0; values && i < values->count; i++)
		pl_buf_addf(out, "%s%s", i ? ", " : "; one of ", values->values[i]);
	pl_buf_addc(out, '\n');
}

/* Rows of the view say where they exist, when that is not everywhere. */
static unsigned platforms_of_row(const struct pl_fieldset *set, const struct pl_fieldset_row *row)
{
	enum pl_subject subject = PL_SUBJECT_NONE;
	for (unsigned i = 0; set->view && i < PL_SUBJECT_COUNT; i++) {
		if (strcmp(pl_subject_name((enum pl_subject)i), set->of) == 0)
			subject = (enum pl_subject)i;
	}
	enum pl_view view = set->view ? pl_view_find(subject, pl_str_from(row->name)) : PL_VIEW_COUNT;
	unsigned platforms = view == PL_VIEW_COUNT ? PL_ON_BOTH : (unsigned)pl_view_fields[view].platforms;
	return platforms == (unsigned)set->platforms ? PL_ON_BOTH : platforms;
}

static void add_heading(struct pl_buf *out, const struct pl_fieldset *set)
{
	pl_buf_addf(out, "%s", set->of);
	if (set->view)
		pl_buf_addf(out, ": names of plimsoll, on %s\n", platform_words(set->platforms));
	else
		pl_buf_addf(out, ": names of the manifest, on %s", platform_words(set->platforms));
	if (set->view)
		return;
	for (unsigned i = 0; i < set->record_count; i++)
		pl_buf_addf(out, "%s%s", i ? ", " : " (", set->records[i]);
	pl_buf_adds(out, set->record_count ? ")\n" : "\n");
	if (!set->field.name)
		return;
	pl_buf_addf(out, "  as `%s`, which is ", set->field.name);
	add_type(out, set->field.type);
	pl_buf_adds(out, ", ");
	add_presence(out, &set->field);
	pl_buf_addc(out, '\n');
}

static void add_sets_text(struct pl_buf *out, const struct pl_fieldset_list *list)
{
	for (uint32_t i = 0; i < list->count; i++) {
		const struct pl_fieldset *set = &list->items[i];
		pl_buf_adds(out, i ? "\n" : "");
		add_heading(out, set);
		if (set->count == 0)
			pl_buf_adds(out, "  (rules cannot look into it)\n");
		for (uint32_t k = 0; k < set->count; k++)
			add_row(out, &set->rows[k], platforms_of_row(set, &set->rows[k]));
	}
}

/* --- fields as JSON -------------------------------------------------------------------------------------------------
 */

static void add_platforms_json(struct pl_buf *out, unsigned platforms)
{
	pl_buf_addf(out, "\"platforms\":[%s%s%s]", platforms & PL_ON_KUBERNETES ? "\"kubernetes\"" : "",
		    platforms == PL_ON_BOTH ? "," : "", platforms & PL_ON_ECS ? "\"ecs\"" : "");
}

static void add_member(struct pl_buf *out, const char *name, const char *value)
{
	pl_buf_addf(out, ",\"%s\":", name);
	pl_buf_add_json(out, pl_str_from(value));
}

static void add_row_json(struct pl_buf *out, const struct pl_fieldset_row *row)
{
	static const char *const classes[] = {
		[PL_REQUIRED] = "required", [PL_DEFAULTED] = "defaulted", [PL_OPTIONAL] = "optional"};
	pl_buf_adds(out, "{\"name\":");
	pl_buf_add_json(out, pl_str_from(row->name));
	pl_buf_adds(out, ",\"type\":\"");
	add_type(out, row->type);
	pl_buf_addf(out, "\",\"presence\":\"%s\"", classes[row->presence]);
	if (row->dflt)
		add_member(out, "default", row->dflt);
	if (row->doc)
		add_member(out, "sentence", row->doc);
	const struct pl_schema_enum *values = values_of(row->type);
	for (uint16_t i = 0; values && i < values->count; i++) {
		pl_buf_adds(out, i ? "," : ",\"values\":[");
		pl_buf_add_json(out, pl_str_from(values->values[i]));
	}
	pl_buf_adds(out, values ? "]}" : "}");
}

static void add_sets_json(struct pl_buf *out, const struct pl_fieldset_list *list)
{
	pl_buf_adds(out, "{\"fields\":[");
	for (uint32_t i = 0; i < list->count; i++) {
		const struct pl_fieldset *set = &list->items[i];
		pl_buf_addf(out, "%s{\"of\":\"%s\",", i ? ",\n" : "\n", set->of);
		add_platforms_json(out, set->platforms);
		pl_buf_addf(out, ",\"names\":\"%s\",\"rows\":[", set->view ? "plimsoll" : "manifest");
		for (uint32_t k = 0; k < set->count; k++) {
			pl_buf_adds(out, k ? ",\n" : "\n");
			add_row_json(out, &set->rows[k]);
		}
		pl_buf_adds(out, "]}");
	}
	pl_buf_adds(out, "\n]}\n");
}

/* --- what there is --------------------------------------------------------------------------------------------------
 */

static void add_subjects_text(struct pl_buf *out)
{
	pl_buf_adds(out, "what a rule can be about, `for each ...`:\n");
	for (unsigned i = PL_SUBJECT_NONE + 1; i < PL_SUBJECT_COUNT; i++) {
		size_t line = out->len;
		const char *name = pl_subject_name((enum pl_subject)i);
		if (pl_subject_from(pl_str_from(name)) == PL_SUBJECT_NONE)
			continue;
		pl_buf_addf(out, "  %s", name);
		pad(out, line, 20);
		pl_buf_addf(out, "%s\n", platform_words(pl_subject_platforms((enum pl_subject)i)));
	}
	pl_buf_adds(out, "\nwhat else has fields:\n ");
	for (unsigned i = PL_SUBJECT_NONE + 1; i < PL_SUBJECT_COUNT; i++) {
		const char *name = pl_subject_name((enum pl_subject)i);
		if (pl_subject_from(pl_str_from(name)) == PL_SUBJECT_NONE)
			pl_buf_addf(out, " %s", name);
	}
	pl_buf_addc(out, '\n');
}

static void add_records_text(struct pl_buf *out, enum pl_platforms platform)
{
	size_t line = out->len;
	pl_buf_addf(out, "\nrecords of %s:\n ", platform_words(platform));
	for (uint16_t i = 0; i < pl_schema_record_count; i++) {
		if (pl_schema_records[i].platform != platform)
			continue;
		if (out->len - line > 100) {
			pl_buf_adds(out, "\n ");
			line = out->len;
		}
		pl_buf_addf(out, " %s", pl_schema_records[i].name);
	}
	pl_buf_addc(out, '\n');
}

static void add_index_json(struct pl_buf *out)
{
	pl_buf_adds(out, "{\"subjects\":[");
	for (unsigned i = PL_SUBJECT_NONE + 1; i < PL_SUBJECT_COUNT; i++) {
		const char *name = pl_subject_name((enum pl_subject)i);
		bool ruled = pl_subject_from(pl_str_from(name)) != PL_SUBJECT_NONE;
		pl_buf_addf(out, "%s{\"name\":\"%s\",\"for_each\":%s,", i > 1 ? ",\n" : "\n", name,
			    ruled ? "true" : "false");
		add_platforms_json(out, (unsigned)pl_subject_platforms((enum pl_subject)i));
		pl_buf_addc(out, '}');
	}
	pl_buf_adds(out, "],\n\"records\":[");
	for (uint16_t i = 0; i < pl_schema_record_count; i++) {
		pl_buf_addf(out, "%s{\"name\":\"%s\",", i ? ",\n" : "\n", pl_schema_records[i].name);
		add_platforms_json(out, (unsigned)pl_schema_records[i].platform);
		pl_buf_addf(out, ",\"fields\":%u}", pl_schema_records[i].count);
	}
	pl_buf_adds(out, "]}\n");
}

static void add_index_text(struct pl_buf *out)
{
	add_subjects_text(out);
	add_records_text(out, PL_ON_KUBERNETES);
	add_records_text(out, PL_ON_ECS);
	pl_buf_adds(out, "\n`plimsoll schema NAME` lists the fields of any of these.\n");
}

pl_err pl_schema_show(pl_str what, bool json, struct pl_arena *arena, struct pl_buf *out, pl_str *ret_near)
{
	struct pl_fieldset_list list;
	if (what.len) {
		PL_TRY(pl_fieldset_find(what, arena, &list, ret_near));
		if (json)
			add_sets_json(out, &list);
		else
			add_sets_text(out, &list);
	} else if (json) {
		add_index_json(out);
	} else {
		add_index_text(out);
	}
	return out->failed ? PL_E_MEMORY : PL_OK;
}

/* --- defaults -------------------------------------------------------------------------------------------------------
 */

static bool is_reviewed(uint16_t record, const char *field)
{
	for (size_t i = 0; i < DEFAULT_COUNT; i++) {
		if (defaults[i].record == record && strcmp(defaults[i].field, field) == 0)
			return true;
	}
	return false;
}

/* A field that is zero when it is missing, because the platform keeps the two no further apart. */
static bool is_zero(uint16_t record, const struct pl_schema_field *f)
{
	return f->presence == PL_DEFAULTED && f->dflt && !is_reviewed(record, f->name);
}

struct counts {
	unsigned required, defaulted, optional;
};

static struct counts count_fields(enum pl_platforms platform)
{
	struct counts n = {0, 0, 0};
	for (uint16_t i = 0; i < pl_schema_record_count; i++) {
		const struct pl_schema_record *record = &pl_schema_records[i];
		for (uint16_t k = 0; record->platform == platform && k < record->count; k++) {
			n.required += record->fields[k].presence == PL_REQUIRED;
			n.defaulted += record->fields[k].presence == PL_DEFAULTED;
			n.optional += record->fields[k].presence == PL_OPTIONAL;
		}
	}
	return n;
}

static const char *value_of(size_t row)
{
	const struct pl_schema_field *f = pl_schema_field_find(defaults[row].record, pl_str_from(defaults[row].field));
	return f && f->dflt ? f->dflt : "absent";
}

static void add_defaults_text(struct pl_buf *out, enum pl_platforms platform)
{
	pl_buf_addf(out, "%s: what a missing field means\n", platform_words(platform));
	for (size_t i = 0; i < DEFAULT_COUNT; i++) {
		const struct pl_schema_record *record = &pl_schema_records[defaults[i].record];
		size_t line = out->len;
		if (record->platform != platform)
			continue;
		pl_buf_addf(out, "  %s.%s", record->name, defaults[i].field);
		pad(out, line, 52);
		pl_buf_adds(out, value_of(i));
		pad(out, line, 68);
		pl_buf_addf(out, "%s\n", defaults[i].why);
	}
}

static void add_zeros_text(struct pl_buf *out)
{
	pl_buf_adds(out,
		    "Kubernetes: false or 0 when missing, since the API stores nothing to tell them apart (times and "
		    "thresholds of a\nprobe: 0 is \"not set\", and the API server then fills in its own)\n ");
	size_t line = out->len;
	for (uint16_t i = 0; i < pl_schema_record_count; i++) {
		const struct pl_schema_record *record = &pl_schema_records[i];
		for (uint16_t k = 0; k < record->count; k++) {
			if (!is_zero(i, &record->fields[k]))
				continue;
			if (out->len - line > 90) {
				pl_buf_adds(out, "\n ");
				line = out->len;
			}
			pl_buf_addf(out, " %s.%s", record->name, record->fields[k].name);
		}
	}
	pl_buf_addc(out, '\n');
}

static void add_counts_text(struct pl_buf *out, enum pl_platforms platform)
{
	struct counts n = count_fields(platform);
	pl_buf_addf(
		out,
		"%s: %u fields are always set where their record is, %u have a default (lists and maps: empty), %u may "
		"be absent\n",
		platform_words(platform), n.required, n.defaulted, n.optional);
}

static void add_counts_json(struct pl_buf *out, const char *name, enum pl_platforms platform)
{
	struct counts n = count_fields(platform);
	pl_buf_addf(out, "\"%s\":{\"required\":%u,\"defaulted\":%u,\"optional\":%u}", name, n.required, n.defaulted,
		    n.optional);
}

static void add_default_json(struct pl_buf *out, const char *before, uint16_t record, const char *field)
{
	const struct pl_schema_field *f = pl_schema_field_find(record, pl_str_from(field));
	pl_buf_addf(out, "%s{\"record\":\"%s\",", before, pl_schema_records[record].name);
	add_platforms_json(out, (unsigned)pl_schema_records[record].platform);
	add_member(out, "field", field);
	add_member(out, "value", f && f->dflt ? f->dflt : "");
}

static void add_defaults_json(struct pl_buf *out)
{
	const char *before = "\n";
	pl_buf_adds(out, "{\"defaults\":[");
	for (size_t i = 0; i < DEFAULT_COUNT; i++, before = ",\n") {
		add_default_json(out, before, defaults[i].record, defaults[i].field);
		add_member(out, "why", defaults[i].why);
		pl_buf_addc(out, '}');
	}
	pl_buf_adds(out, "],\n\"zeros\":[");
	before = "\n";
	for (uint16_t i = 0; i < pl_schema_record_count; i++) {
		for (uint16_t k = 0; k < pl_schema_records[i].count; k++) {
			if (!is_zero(i, &pl_schema_records[i].fields[k]))
				continue;
			add_default_json(out, before, i, pl_schema_records[i].fields[k].name);
			pl_buf_addc(out, '}');
			before = ",\n";
		}
	}
	pl_buf_adds(out, "],\n\"fields\":{");
	add_counts_json(out, "kubernetes", PL_ON_KUBERNETES);
	pl_buf_addc(out, ',');
	add_counts_json(out, "ecs", PL_ON_ECS);
	pl_buf_adds(out, "}}\n");
}

void pl_schema_show_defaults(bool json, struct pl_buf *out)
{
	if (json) {
		add_defaults_json(out);
		return;
	}
	add_defaults_text(out, PL_ON_KUBERNETES);
	pl_buf_addc(out, '\n');
	add_defaults_text(out, PL_ON_ECS);
	pl_buf_addc(out, '\n');
	add_zeros_text(out);
	pl_buf_addc(out, '\n');
	add_counts_text(out, PL_ON_KUBERNETES);
	add_counts_text(out, PL_ON_ECS);
}
