/* field.c - see field.h. What a scalar must be to be read as its type, as the platform's own decoder sees it; every
 * refusal says what was expected, what was found and what to write. spec: language.md 3.5.2, 3.9, 7.6 */
#include "field.h"

#include <inttypes.h>

#include "base/suggest.h"
#include "doc/tape.h"
#include "note.h"
#include "path.h"
#include "private.h"
#include "scalar.h"

#define NO_REMEDY ((pl_str){NULL, 0})

/* Values that must not appear in messages: variables, words of commands, and options of log drivers, which hold tokens.
 * spec: language.md 7.6 */
static bool is_secret(const struct pl_field_place *place)
{
	return place->field && (place->field->name_id == PL_NAME_value || place->field->name_id == PL_NAME_options ||
				pl_private_is_command(pl_str_from(pl_schema_name(place->field->name_id))));
}

static bool is_plain(const struct pl_workload *w, pl_node node)
{
	return pl_doc_type(w->doc, node) == PL_NODE_PLAIN;
}

static pl_err expected(struct pl_workload *w, pl_node node, const struct pl_field_place *place, pl_str remedy,
		       const char *what)
{
	return pl_note_malformed(w, node, NULL, remedy, "must be %s, found %s", what,
				 pl_note_found(w, node, is_secret(place)));
}

static pl_err check_bool(struct pl_workload *w, pl_node node, const struct pl_field_place *place)
{
	bool value;
	if (!pl_scalar_bool(w->doc, node, &value))
		return expected(w, node, place, PL_STR("write true or false, without quotes"), "true or false");
	if (!w->offline || !is_plain(w, node))
		return PL_OK;
	pl_str text = pl_doc_text(w->doc, node, w->arena);
	if (pl_str_eq(text, PL_STR("true")) || pl_str_eq(text, PL_STR("false")))
		return PL_OK;
	return pl_note_remark(w, node, value ? PL_STR("write `true`") : PL_STR("write `false`"),
			      "is %s, which YAML 1.1 reads as %s", pl_note_quote(w, text), value ? "true" : "false");
}

/* File modes are meant to be octal. */
static bool is_file_mode(const struct pl_field_place *place)
{
	return place->field && (place->field->name_id == PL_NAME_mode || place->field->name_id == PL_NAME_defaultMode);
}

/* Remarks that an integer is not written the plain way: 012 is ten. */
static pl_err remark_spelling(struct pl_workload *w, pl_node node, const struct pl_field_place *place)
{
	int64_t value;
	if (!w->offline || !is_plain(w, node) || !pl_scalar_int(w->doc, node, &value) || is_file_mode(place))
		return PL_OK;
	pl_str plain = pl_arena_printf(w->arena, "%" PRId64, value);
	pl_str text = pl_doc_text(w->doc, node, w->arena);
	if (!plain.ptr || !text.ptr)
		return PL_E_MEMORY;
	if (pl_str_eq(plain, text))
		return PL_OK;
	pl_str remedy = pl_arena_printf(w->arena, "write `%" PRId64 "`", value);
	return pl_note_remark(w, node, remedy, "is %s, which YAML 1.1 reads as %" PRId64, pl_note_quote(w, text),
			      value);
}

/* All of it digits, perhaps with a sign. */
static bool is_digits(pl_str s)
{
	size_t i = s.len && (*s.ptr == '-' || *s.ptr == '+');
	size_t first = i;
	while (i < s.len && s.ptr[i] >= '0' && s.ptr[i] <= '9')
		i++;
	return i == s.len && i > first;
}

static pl_err check_int(struct pl_workload *w, pl_node node, const struct pl_field_place *place)
{
	int64_t value;
	if (pl_scalar_int(w->doc, node, &value))
		return remark_spelling(w, node, place);
	pl_str text = pl_scalar_text(w->doc, node, w->arena);
	enum pl_node_type type = pl_doc_type(w->doc, node);
	if (type == PL_NODE_STRING && is_digits(text))
		return expected(w, node, place, PL_STR("remove the quotes"), "a number");
	if (type == PL_NODE_PLAIN && is_digits(text) && *text.ptr == '0')
		return expected(w, node, place, PL_STR("write it without the leading 0"), "an integer");
	if (text.ptr && is_digits(text))
		return expected(w, node, place, NO_REMEDY, "an integer of at most 64 bits");
	if (type == PL_NODE_NUMBER || (type == PL_NODE_PLAIN && pl_scalar_plain_kind(text) == PL_PLAIN_FLOAT))
		return expected(w, node, place, PL_STR("write it without point and exponent"), "an integer");
	return expected(w, node, place, PL_STR("write an integer, without quotes"), "a number");
}

static pl_err check_intstr(struct pl_workload *w, pl_node node, const struct pl_field_place *place)
{
	int64_t value;
	enum pl_node_type type = pl_doc_type(w->doc, node);
	bool is_float =
		type == PL_NODE_PLAIN && pl_scalar_plain_kind(pl_scalar_text(w->doc, node, w->arena)) == PL_PLAIN_FLOAT;
	if (type == PL_NODE_STRING || (type == PL_NODE_PLAIN && !is_float))
		return remark_spelling(w, node, place);
	if (type == PL_NODE_NUMBER && pl_scalar_int(w->doc, node, &value))
		return PL_OK;
	return expected(w, node, place, NO_REMEDY, "an integer or a string");
}

static pl_err check_quantity(struct pl_workload *w, pl_node node, const struct pl_field_place *place)
{
	pl_nano amount;
	if (!pl_scalar_quantity(w->doc, node, w->arena, &amount))
		return expected(w, node, place, PL_STR("write a number with a unit, like 500m or 512Mi"), "a quantity");
	if (amount < 0)
		return expected(w, node, place, NO_REMEDY, "a quantity that is not negative");
	return remark_spelling(w, node, place);
}

/* So that the readers of workloads need not read it again. */
static void keep_image(struct pl_workload *w, struct pl_image_read *read, pl_node node)
{
	read->next = NULL;
	read->node = node;
	*(w->last_image ? &w->last_image->next : &w->first_image) = read;
	w->last_image = read;
}

static pl_err check_image(struct pl_workload *w, pl_node node, pl_str text)
{
	struct pl_image_read *read = pl_arena_alloc(w->arena, sizeof *read);
	const char *why = "";
	if (!read)
		return PL_E_MEMORY;
	pl_err err = pl_image_parse(text, w->arena, &read->image, &why);
	if (err == PL_OK)
		keep_image(w, read, node);
	if (err != PL_E_SYNTAX)
		return err;
	return pl_note_malformed(w, node, NULL, NO_REMEDY, "is %s, which is no image reference: %s",
				 pl_note_quote(w, text), why);
}

static pl_err check_path(struct pl_workload *w, pl_node node, const struct pl_field_place *place, pl_str text)
{
	pl_err err = PL_OK;
	if (pl_scalar_is_damaged(w->doc, node))
		return pl_note_malformed(
			w, node, NULL, NO_REMEDY,
			"is %s, which holds bytes that are not UTF-8 or U+FFFD: which file that is cannot be told",
			pl_note_quote(w, text));
	if (pl_path_normal(text, w->arena, &err).ptr)
		return PL_OK;
	if (err == PL_E_MEMORY)
		return err;
	/* the kubelet puts a "/" before it; a path on the host has no such rule, so nobody can tell which file it is */
	if (place->record == PL_RECORD_K8S_VolumeMount)
		return pl_note_remark(w, node, PL_STR("begin it with /"), "is %s, which is not absolute",
				      pl_note_quote(w, text));
	return pl_note_malformed(w, node, NULL, PL_STR("write the path from its root, beginning with /"),
				 "must be an absolute path, found %s", pl_note_quote(w, text));
}

static pl_err check_role(struct pl_workload *w, pl_node node, pl_str text)
{
	struct pl_role role;
	if (pl_role_parse(text, &role))
		return PL_OK;
	return pl_note_malformed(w, node, NULL, PL_STR("write arn:aws:iam::ACCOUNT:role/NAME, or the name of the role"),
				 "is %s, which is neither the ARN nor the name of an IAM role", pl_note_quote(w, text));
}

/* The known value that differs in case only; NULL if there is none. */
static const char *other_case(const struct pl_schema_enum *e, pl_str text)
{
	for (uint16_t i = 0; i < e->count; i++) {
		if (pl_str_eq_fold(text, pl_str_from(e->values[i])))
			return e->values[i];
	}
	return NULL;
}

/* ECS refuses `networkMode: HOST`; whoever took it for another value than `host` would think it harmless. A value that
 * is not known at all may be a new one. */
static pl_err check_enum(struct pl_workload *w, pl_node node, uint16_t ref, pl_str text)
{
	const struct pl_schema_enum *e = &pl_schema_enums[ref];
	const char *known = NULL;
	if (pl_schema_enum_has(ref, text))
		return PL_OK;
	if (w->platform == PL_PLATFORM_ECS)
		known = other_case(e, text);
	if (known)
		return pl_note_malformed(w, node, NULL, pl_arena_printf(w->arena, "write `%s`", known),
					 "is %s, which ECS refuses: values are spelled exactly",
					 pl_note_quote(w, text));
	if (!w->offline)
		return PL_OK;
	pl_str *values = pl_arena_zalloc(w->arena, e->count, sizeof *values);
	if (!values)
		return PL_E_MEMORY;
	for (uint16_t i = 0; i < e->count; i++)
		values[i] = pl_str_from(e->values[i]);
	pl_str near = pl_suggest(text, values, e->count);
	pl_str remedy = near.len ? pl_arena_printf(w->arena, "did you mean `%.*s`?", PL_FMT(near)) : NO_REMEDY;
	return pl_note_remark(w, node, remedy, "is %s, which is none of the known values", pl_note_quote(w, text));
}

/* kubectl would send `name: 8080` or `name: no` as a number or boolean, and the API server refuses that. */
static pl_err remark_unquoted(struct pl_workload *w, pl_node node, const struct pl_field_place *place, pl_str text)
{
	const char *what = NULL;
	if (!w->offline || !is_plain(w, node))
		return PL_OK;
	switch (pl_scalar_plain_kind(text)) {
	case PL_PLAIN_TEXT:
	case PL_PLAIN_NULL:
		return PL_OK;
	case PL_PLAIN_BOOL:
		what = "a boolean";
		break;
	case PL_PLAIN_INT:
	case PL_PLAIN_FLOAT:
		what = "a number";
		break;
	}
	return pl_note_remark(w, node, PL_STR("quote it"), "must be a string, but YAML 1.1 reads %s as %s",
			      is_secret(place) ? "what is written" : pl_note_quote(w, text), what);
}

/* spec: ecs.md 1: cpu and memory of a task are strings like "1 vCPU" and "2 GB". */
static pl_err check_task_size(struct pl_workload *w, pl_node node, uint16_t name_id, pl_str text)
{
	pl_nano amount;
	bool cpu = name_id == PL_NAME_cpu;
	bool good = cpu ? pl_quantity_parse_ecs_cpu(text, &amount) : pl_quantity_parse_ecs_memory(text, &amount);
	if (good && amount >= 0)
		return PL_OK;
	return pl_note_malformed(w, node, NULL,
				 cpu ? PL_STR("write CPU units or vCPUs, like \"256\" or \"0.25 vCPU\"")
				     : PL_STR("write MiB or GB, like \"512\" or \"1 GB\""),
				 "must be the size of a task, found %s", pl_note_quote(w, text));
}

static bool is_task_size(const struct pl_field_place *place)
{
	return place->record == PL_RECORD_ECS_RegisterTaskDefinitionRequest && place->field &&
	       (place->field->name_id == PL_NAME_cpu || place->field->name_id == PL_NAME_memory);
}

static pl_err check_blank(struct pl_workload *w, pl_node node, const struct pl_field_place *place)
{
	if (place->element || !place->field || place->field->presence != PL_REQUIRED || place->field->blank)
		return PL_OK;
	return pl_note_malformed(w, node, NULL, NO_REMEDY, "must not be empty");
}

/* Any text will do, and none gives rise to a remark. */
static bool is_free(const struct pl_workload *w, enum pl_type_kind kind, const struct pl_field_place *place)
{
	bool checked = kind == PL_T_IMAGE || kind == PL_T_PATH || kind == PL_T_ROLE ||
		       (kind == PL_T_ENUM && w->platform == PL_PLATFORM_ECS);
	return !w->offline && !checked && !is_task_size(place);
}

static pl_err check_string(struct pl_workload *w, pl_node node, enum pl_type_kind kind, uint16_t ref,
			   const struct pl_field_place *place)
{
	enum pl_node_type type = pl_doc_type(w->doc, node);
	if (type != PL_NODE_STRING && type != PL_NODE_PLAIN)
		return expected(w, node, place,
				type == PL_NODE_ARRAY || type == PL_NODE_OBJECT ? NO_REMEDY : PL_STR("quote it"),
				"a string");
	if (pl_scalar_is_blank(w->doc, node))
		return check_blank(w, node, place);
	if (is_free(w, kind, place))
		return PL_OK;
	pl_str text = pl_tape_text(w->doc, node, w->arena);
	if (!text.ptr)
		return PL_E_MEMORY;
	PL_TRY(remark_unquoted(w, node, place, text));
	if (is_task_size(place))
		return check_task_size(w, node, place->field->name_id, text);
	if (kind == PL_T_ENUM)
		return check_enum(w, node, ref, text);
	if (kind == PL_T_IMAGE)
		return check_image(w, node, text);
	if (kind == PL_T_PATH)
		return check_path(w, node, place, text);
	return kind == PL_T_ROLE ? check_role(w, node, text) : PL_OK;
}

pl_err pl_field_check(struct pl_workload *w, pl_node node, enum pl_type_kind kind, uint16_t ref,
		      const struct pl_field_place *place)
{
	switch (kind) {
	case PL_T_BOOL:
		return check_bool(w, node, place);
	case PL_T_INT:
		return check_int(w, node, place);
	case PL_T_INTSTR:
		return check_intstr(w, node, place);
	case PL_T_CORES:
	case PL_T_BYTES:
	case PL_T_QUANTITY:
		return check_quantity(w, node, place);
	case PL_T_STRING:
	case PL_T_ENUM:
	case PL_T_IMAGE:
	case PL_T_PATH:
	case PL_T_ROLE:
	case PL_T_ARN:
	case PL_T_IP:
	case PL_T_VERSION:
	case PL_T_DATE:
		return check_string(w, node, kind, ref, place);
	case PL_T_NONE:
	case PL_T_RECORD:
	case PL_T_SUBJECT:
	case PL_T_LIST:
	case PL_T_MAP:
	case PL_T_ENTRY:
	case PL_T_RANGE:
	case PL_T_NETWORK:
	case PL_T_CONDITION:
	case PL_T_ROW:
		break;
	}
	return PL_E_INTERNAL;
}
