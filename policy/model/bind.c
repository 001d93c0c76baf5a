/* bind.c - see bind.h. One pass over the tokens below the root with a stack of open records, lists and maps; the schema
 * bounds its depth, because parts that it does not know are stepped over. Linear time, but for sorting keys.
 *
 * spec: language.md 3.5.2, 3.14, 7.4; server.md 3.1 */
#include "bind.h"

#include <string.h>

#include "base/invariant.h"
#include "base/suggest.h"
#include "doc/tape.h"
#include "field.h"
#include "note.h"
#include "private.h"
#include "scalar.h"

#define NO_REMEDY ((pl_str){NULL, 0})
#define DEPTH	  (PL_SCHEMA_DEPTH + 1)

enum mode { IN_RECORD, IN_LIST, IN_MAP };

/* An open record, list or map. */
struct frame {
	pl_node node;
	pl_node child, end; /* the next to look at; where there is none */
	enum mode mode;
	unsigned unknown;	    /* fields of a record that the schema does not have */
	uint64_t seen, present;	    /* fields of a record, by position; present: not null */
	struct pl_field_place here; /* of a record: record; of a list or map: the field that holds it */
};

struct walk {
	struct pl_workload *w;
	struct frame stack[DEPTH];
	unsigned depth;
};

static pl_err push(struct walk *k, pl_node node, enum mode mode, const struct pl_field_place *here)
{
	if (PL_NEVER(k->depth == DEPTH))
		return PL_E_INTERNAL;
	k->stack[k->depth++] = (struct frame){
		.node = node, .child = node + 1, .end = k->w->doc->tokens[node].next, .mode = mode, .here = *here};
	return PL_OK;
}

static pl_err wrong_shape(struct pl_workload *w, pl_node node, const char *what, bool secret)
{
	return pl_note_malformed(w, node, NULL, NO_REMEDY, "must be %s, found %s", what,
				 pl_note_found(w, node, secret));
}

/* Somebody who writes `env: ["PASSWORD=..."]` has the value where its list or object should be. spec: language.md 7.6
 */
static bool is_around_secrets(const struct pl_schema_field *field)
{
	return field->name_id == PL_NAME_env || field->name_id == PL_NAME_environment ||
	       field->name_id == PL_NAME_valueFrom || field->name_id == PL_NAME_secrets ||
	       field->name_id == PL_NAME_options || field->name_id == PL_NAME_httpHeaders ||
	       pl_private_is_command(pl_str_from(pl_schema_name(field->name_id)));
}

/* --- caps. spec: language.md 3.14 -------------------------------------------------------------------------------- */

static uint32_t list_cap(struct pl_type type)
{
	if (type.elem != PL_T_RECORD)
		return PL_MAX_LIST;
	switch (type.elem_ref) {
	case PL_RECORD_K8S_Container:
	case PL_RECORD_K8S_EphemeralContainer:
	case PL_RECORD_ECS_ContainerDefinition:
		return PL_MAX_CONTAINERS;
	case PL_RECORD_K8S_VolumeMount:
	case PL_RECORD_ECS_MountPoint:
		return PL_MAX_MOUNTS;
	case PL_RECORD_K8S_ContainerPort:
	case PL_RECORD_ECS_PortMapping:
		return PL_MAX_PORTS;
	case PL_RECORD_K8S_EnvVar:
	case PL_RECORD_ECS_KeyValuePair:
	case PL_RECORD_ECS_Secret:
		return PL_MAX_VARIABLES;
	case PL_RECORD_K8S_Volume:
	case PL_RECORD_ECS_Volume:
		return PL_MAX_VOLUMES;
	case PL_RECORD_ECS_Tag:
		return PL_MAX_LABELS;
	default:
		return PL_MAX_LIST;
	}
}

static uint32_t map_cap(const struct pl_schema_field *field)
{
	if (field->name_id == PL_NAME_labels)
		return PL_MAX_LABELS;
	return field->name_id == PL_NAME_annotations ? PL_MAX_ANNOTATIONS : PL_MAX_LIST;
}

static pl_err over_cap(struct pl_workload *w, pl_node node, uint32_t cap)
{
	return pl_note_malformed(w, node, NULL, NO_REMEDY, "has %u entries; more than %u are not judged",
				 pl_doc_count(w->doc, node), cap);
}

/* --- keys -------------------------------------------------------------------------------------------------------- */

static pl_err repeated(struct pl_workload *w, pl_node key)
{
	return pl_note_malformed(w, key, NULL, PL_STR("remove one of them"),
				 "stands twice in the same object: readers disagree about which one counts");
}

/* Looks for a key that stands twice directly in node. */
static pl_err check_repeated(struct pl_workload *w, pl_node node)
{
	pl_node key = pl_doc_find_twin(w->doc, node, w->arena);
	return key == PL_NO_NODE ? PL_OK : repeated(w, key);
}

/* A part that no rule reads: the linter says when a key stands twice in it. */
static pl_err remark_repeated(struct pl_workload *w, pl_node node)
{
	if (!w->offline)
		return PL_OK;
	pl_node key = pl_doc_find_duplicate(w->doc, node, w->arena);
	if (key == PL_NO_NODE)
		return PL_OK;
	return pl_note_remark(w, key, PL_STR("remove one of them"), "stands twice in the same object");
}

static bool is_open(uint16_t record)
{
	return record == PL_RECORD_K8S_Object || record == PL_RECORD_K8S_Any || record == PL_RECORD_ECS_Any;
}

/* The name of the record nearest to key; empty if none is near. */
static pl_str nearest(uint16_t record, pl_str key)
{
	pl_str candidates[64];
	const struct pl_schema_record *r = &pl_schema_records[record];
	for (uint16_t i = 0; i < r->count; i++)
		candidates[i] = pl_str_from(r->fields[i].name);
	return pl_suggest(key, candidates, r->count);
}

/* The service and CloudFormation spell the same fields in different case: a mixture has two readings, so it is refused.
 */
static const char *other_case(uint16_t record, pl_str key)
{
	const struct pl_schema_record *r = &pl_schema_records[record];
	for (uint16_t i = 0; i < r->count; i++) {
		if (key.len > 0 && pl_str_eq_fold(key, pl_str_from(r->fields[i].name)))
			return r->fields[i].name;
	}
	return NULL;
}

static pl_err remark_unknown(struct pl_workload *w, uint16_t record, pl_node key, pl_str text)
{
	pl_str near = nearest(record, text);
	pl_str remedy = near.len ? pl_arena_printf(w->arena, "did you mean `%.*s`?", PL_FMT(near)) : NO_REMEDY;
	const char *who = pl_schema_records[record].platform == PL_ON_ECS ? "ECS" : "Kubernetes";
	return pl_note_remark(w, key, remedy, "is not a field that %s knows", who);
}

static pl_err unknown_field(struct pl_workload *w, const struct frame *f, pl_node key, pl_str text)
{
	uint16_t record = f->here.record;
	const char *meant = pl_schema_records[record].platform == PL_ON_ECS ? other_case(record, text) : NULL;
	if (meant)
		return pl_note_malformed(w, key, NULL, pl_arena_printf(w->arena, "write `%s`", meant),
					 "is `%s` in another case, which ECS does not read", meant);
	if (w->offline && !is_open(record) && f->unknown <= PL_NOTES_KEPT + 1)
		PL_TRY(remark_unknown(w, record, key, text));
	return remark_repeated(w, pl_doc_value(w->doc, key));
}

/* --- values ------------------------------------------------------------------------------------------------------ */

static enum pl_node_type type_of(const struct walk *k, pl_node node)
{
	return (enum pl_node_type)k->w->doc->tokens[node].type;
}

/* holder: the field whose value or element it is; NULL: it is the root. */
static pl_err enter_record(struct walk *k, pl_node node, uint16_t record, const struct pl_schema_field *holder)
{
	if (record == PL_RECORD_K8S_Any || record == PL_RECORD_ECS_Any)
		return remark_repeated(k->w, node);
	if (type_of(k, node) != PL_NODE_OBJECT)
		return wrong_shape(k->w, node, "an object", holder && is_around_secrets(holder));
	return push(k, node, IN_RECORD, &(struct pl_field_place){.record = record});
}

static pl_err enter_list(struct walk *k, pl_node node, const struct pl_field_place *place)
{
	if (type_of(k, node) != PL_NODE_ARRAY)
		return wrong_shape(k->w, node, "a list", is_around_secrets(place->field));
	bool of_log = place->field->name_id == PL_NAME_secretOptions; /* they look like variables, and are none */
	uint32_t cap = of_log ? PL_MAX_LIST : list_cap(place->field->type);
	if (pl_doc_count(k->w->doc, node) > cap)
		return over_cap(k->w, node, cap);
	return push(k, node, IN_LIST, place);
}

static pl_err enter_map(struct walk *k, pl_node node, const struct pl_field_place *place)
{
	if (type_of(k, node) != PL_NODE_OBJECT)
		return wrong_shape(k->w, node, "an object", is_around_secrets(place->field));
	uint32_t cap = map_cap(place->field);
	if (pl_doc_count(k->w->doc, node) > cap)
		return over_cap(k->w, node, cap);
	PL_TRY(check_repeated(k->w, node));
	return push(k, node, IN_MAP, place);
}

static pl_err visit_field(struct walk *k, pl_node value, const struct pl_field_place *place)
{
	struct pl_type type = place->field->type;
	if (type.kind == PL_T_RECORD)
		return enter_record(k, value, type.ref, place->field);
	if (type.kind == PL_T_LIST)
		return enter_list(k, value, place);
	if (type.kind == PL_T_MAP)
		return enter_map(k, value, place);
	return pl_field_check(k->w, value, type.kind, type.ref, place);
}

static pl_err step_record(struct walk *k, struct frame *f, pl_node key)
{
	struct pl_workload *w = k->w;
	uint16_t record = f->here.record;
	pl_str text = pl_tape_text(w->doc, key, w->arena);
	if (!text.ptr)
		return PL_E_MEMORY;
	const struct pl_schema_field *field = pl_schema_field_find(record, text);
	w->doc->tokens[key].field = field ? field->name_id : PL_NAME_UNKNOWN;
	if (!field) {
		f->unknown++;
		return unknown_field(w, f, key, text);
	}
	uint64_t bit = (uint64_t)1 << (field - pl_schema_records[record].fields);
	if (f->seen & bit)
		return repeated(w, key);
	f->seen |= bit;
	pl_node value = key + 1;
	if (pl_scalar_is_null(w->doc, value))
		return PL_OK;
	f->present |= bit;
	return visit_field(k, value, &(struct pl_field_place){.record = record, .field = field});
}

/* An element of a list or the value of a map entry. */
static pl_err step_element(struct walk *k, const struct frame *f, pl_node value)
{
	struct pl_type type = f->here.field->type;
	bool null = pl_scalar_is_null(k->w->doc, value);
	/* the API server reads null as 0 in a map of amounts, and that is not the same as absent */
	if (null && f->mode == IN_MAP && type.elem != PL_T_QUANTITY)
		return PL_OK;
	if (null)
		return pl_note_malformed(k->w, value, NULL, PL_STR("remove the element"), "must not be null");
	if (type.elem == PL_T_RECORD)
		return enter_record(k, value, type.elem_ref, f->here.field);
	struct pl_field_place place = f->here;
	place.element = true;
	return pl_field_check(k->w, value, type.elem, type.elem_ref, &place);
}

static pl_err leave(struct pl_workload *w, const struct frame *f)
{
	if (f->mode != IN_RECORD)
		return PL_OK;
	const struct pl_schema_record *r = &pl_schema_records[f->here.record];
	for (uint64_t missing = pl_schema_required[f->here.record] & ~f->present; missing; missing &= missing - 1) {
		const char *name = r->fields[__builtin_ctzll(missing)].name;
		PL_TRY(pl_note_malformed(w, f->node, name, NO_REMEDY, "is required but missing"));
	}
	return f->unknown > 1 ? check_repeated(w, f->node) : PL_OK;
}

pl_err pl_bind_walk(struct pl_workload *w, pl_node node, uint16_t record)
{
	struct walk k;
	k.w = w;
	k.depth = 0;
	PL_TRY(enter_record(&k, node, record, NULL));
	while (k.depth > 0) {
		struct frame *f = &k.stack[k.depth - 1];
		pl_node child = f->child;
		if (child >= f->end) {
			PL_TRY(leave(w, f));
			k.depth--;
			continue;
		}
		f->child = w->doc->tokens[child].next;
		if (f->mode == IN_RECORD)
			PL_TRY(step_record(&k, f, child));
		else
			PL_TRY(step_element(&k, f, f->mode == IN_MAP ? child + 1 : child));
	}
	return PL_OK;
}

/* --- look-ups ---------------------------------------------------------------------------------------------------- */

pl_node pl_bind_field(const struct pl_doc *doc, pl_node record, uint16_t name_id)
{
	const struct pl_token *t = pl_tape_at(doc, record);
	if (!t || t->type != PL_NODE_OBJECT)
		return PL_NO_NODE;
	const struct pl_token *tokens = doc->tokens;
	for (pl_node key = record + 1; key < t->next; key = tokens[key].next) {
		if (tokens[key].field == name_id)
			return pl_scalar_is_null(doc, key + 1) ? PL_NO_NODE : key + 1;
	}
	return PL_NO_NODE;
}

uint32_t pl_bind_count(const struct pl_doc *doc, pl_node list)
{
	return pl_doc_type(doc, list) == PL_NODE_ARRAY ? pl_doc_count(doc, list) : 0;
}

pl_node pl_bind_first(const struct pl_doc *doc, pl_node list)
{
	return pl_doc_type(doc, list) == PL_NODE_ARRAY ? pl_doc_first(doc, list) : PL_NO_NODE;
}

pl_str pl_bind_text(const struct pl_doc *doc, pl_node record, uint16_t name_id, struct pl_arena *arena, pl_err *ret_err)
{
	pl_node node = pl_bind_field(doc, record, name_id);
	if (pl_scalar_is_blank(doc, node))
		return (pl_str){"", 0};
	enum pl_node_type type = (enum pl_node_type)doc->tokens[node].type;
	if (type != PL_NODE_STRING && type != PL_NODE_PLAIN && type != PL_NODE_NUMBER)
		return (pl_str){"", 0};
	pl_str text = pl_tape_text(doc, node, arena);
	if (!text.ptr)
		*ret_err = PL_E_MEMORY;
	return text.ptr ? text : (pl_str){"", 0};
}

bool pl_bind_bool(const struct pl_doc *doc, pl_node record, uint16_t name_id, bool dflt)
{
	bool value = dflt;
	return pl_scalar_bool(doc, pl_bind_field(doc, record, name_id), &value) ? value : dflt;
}
