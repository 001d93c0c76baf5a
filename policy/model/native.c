/* native.c - see native.h. Absence is decided here, for all native fields alike: null is absent, an empty text in an
 * optional field is absent, a defaulted field reads as its default.
 *
 * The offline reading adds what the API server would have filled in before asking us, for pods only, as the API server
 * does: a request that is missing is the limit, and with hostNetwork a host port is the container's port.
 *
 * spec: language.md 3.5.2, 3.5.3, 3.8 */
#include "native.h"

#include <inttypes.h>
#include <string.h>

#include "base/invariant.h"
#include "bind.h"
#include "path.h"
#include "scalar.h"

const char pl_native_damaged[] = "its text holds U+FFFD, or bytes that are not UTF-8";

static struct pl_value unknown_at(const char *why, pl_node node)
{
	struct pl_value v = pl_value_unknown(why);
	v.node = node;
	return v;
}

/* Few texts have the first byte of U+FFFD, and looking for one byte is cheap. */
static bool holds_replacement(pl_str text)
{
	const char *at = text.len ? memchr(text.ptr, 0xEF, text.len) : NULL;
	return at && memmem(at, text.len - (size_t)(at - text.ptr), "\xEF\xBF\xBD", 3);
}

struct pl_value pl_native_string(pl_str text, pl_node node)
{
	if (holds_replacement(text))
		return unknown_at(pl_native_damaged, node);
	return (struct pl_value){.kind = PL_V_STRING, .node = node, .u.s = text};
}

/* --- scalars ------------------------------------------------------------------------------------------------------ */

static pl_err read_image(pl_str text, pl_node node, struct pl_arena *arena, struct pl_value *ret)
{
	struct pl_image *image = pl_arena_alloc(arena, sizeof(*image));
	const char *why = NULL;
	if (!image)
		return PL_E_MEMORY;
	pl_err err = pl_image_parse(text, arena, image, &why);
	if (err == PL_E_SYNTAX)
		*ret = unknown_at(why, node);
	else if (err == PL_OK)
		*ret = (struct pl_value){.kind = PL_V_IMAGE, .node = node, .u.image = image};
	return err == PL_E_SYNTAX ? PL_OK : err;
}

static pl_err read_path(pl_str text, pl_node node, struct pl_arena *arena, struct pl_value *ret)
{
	pl_err err = PL_OK;
	pl_str path = pl_path_normal(text, arena, &err);
	if (!path.ptr && err == PL_E_MEMORY)
		return err;
	if (path.ptr)
		*ret = (struct pl_value){.kind = PL_V_PATH, .node = node, .u.s = path};
	else
		*ret = unknown_at("it is not an absolute path", node);
	return PL_OK;
}

static pl_err read_role(pl_str text, pl_node node, struct pl_arena *arena, struct pl_value *ret)
{
	struct pl_role *role = pl_arena_alloc(arena, sizeof(*role));
	if (!role)
		return PL_E_MEMORY;
	if (pl_role_parse(text, role))
		*ret = (struct pl_value){.kind = PL_V_ROLE, .node = node, .u.role = role};
	else
		*ret = unknown_at("it is neither the ARN nor the name of an IAM role", node);
	return PL_OK;
}

static pl_err read_text(const struct pl_workload *w, pl_node node, enum pl_type_kind kind, struct pl_arena *arena,
			struct pl_value *ret)
{
	pl_str text = pl_scalar_text(w->doc, node, arena);
	if (!text.ptr) {
		enum pl_node_type type = pl_doc_type(w->doc, node);
		if (type == PL_NODE_STRING || type == PL_NODE_PLAIN || type == PL_NODE_NUMBER)
			return PL_E_MEMORY;
		*ret = unknown_at("it is not a text", node);
		return PL_OK;
	}
	if (pl_scalar_is_damaged(w->doc, node)) {
		*ret = unknown_at(pl_native_damaged, node);
		return PL_OK;
	}
	if (kind == PL_T_IMAGE)
		return read_image(text, node, arena, ret);
	if (kind == PL_T_PATH)
		return read_path(text, node, arena, ret);
	if (kind == PL_T_ROLE)
		return read_role(text, node, arena, ret);
	*ret = pl_native_string(text, node);
	return PL_OK;
}

/* A number in whatever spelling reads as Kubernetes will write it: 0x50 of YAML is 80, -0 is 0. */
static pl_err read_intstr(const struct pl_workload *w, pl_node node, struct pl_arena *arena, struct pl_value *ret)
{
	int64_t number;
	if (pl_doc_type(w->doc, node) == PL_NODE_STRING || !pl_scalar_int(w->doc, node, &number))
		return read_text(w, node, PL_T_INTSTR, arena, ret);
	pl_str text = pl_arena_printf(arena, "%" PRId64, number);
	if (!text.ptr)
		return PL_E_MEMORY;
	*ret = pl_native_string(text, node);
	return PL_OK;
}

static struct pl_value read_bool(const struct pl_workload *w, pl_node node)
{
	bool b;
	if (!pl_scalar_bool(w->doc, node, &b))
		return unknown_at("it is neither true nor false", node);
	struct pl_value v = pl_value_bool(b);
	v.node = node;
	return v;
}

static struct pl_value read_int(const struct pl_workload *w, pl_node node)
{
	int64_t i;
	if (!pl_scalar_int(w->doc, node, &i))
		return unknown_at("it is not an integer of 64 bits", node);
	return (struct pl_value){.kind = PL_V_INT, .node = node, .u.i = i};
}

static struct pl_value read_number(const struct pl_workload *w, pl_node node, enum pl_type_kind kind,
				   struct pl_arena *arena)
{
	pl_nano q;
	if (!pl_scalar_quantity(w->doc, node, arena, &q))
		return unknown_at("it is not a quantity", node);
	return (struct pl_value){.kind = PL_V_NUMBER, .of = (uint8_t)kind, .node = node, .u.q = q};
}

/* --- any value ---------------------------------------------------------------------------------------------------- */

static struct pl_value collection(const struct pl_workload *w, pl_node node, struct pl_type type)
{
	return (struct pl_value){.kind = type.kind == PL_T_LIST ? PL_V_NODES : PL_V_NODEMAP,
				 .of = type.elem,
				 .ref = type.elem_ref,
				 .node = node,
				 .u.workload = w};
}

pl_err pl_native_read(const struct pl_workload *w, pl_node node, struct pl_type type, struct pl_arena *arena,
		      struct pl_value *ret)
{
	enum pl_type_kind kind = (enum pl_type_kind)type.kind;
	switch (kind) {
	case PL_T_BOOL:
		*ret = read_bool(w, node);
		return PL_OK;
	case PL_T_INT:
		*ret = read_int(w, node);
		return PL_OK;
	case PL_T_CORES:
	case PL_T_BYTES:
	case PL_T_QUANTITY:
		*ret = read_number(w, node, kind, arena);
		return PL_OK;
	case PL_T_INTSTR:
		return read_intstr(w, node, arena, ret);
	case PL_T_STRING:
	case PL_T_ENUM:
	case PL_T_IMAGE:
	case PL_T_PATH:
	case PL_T_ROLE:
		return read_text(w, node, kind, arena, ret);
	case PL_T_RECORD:
		*ret = (struct pl_value){.kind = PL_V_RECORD, .ref = type.ref, .node = node, .u.workload = w};
		return PL_OK;
	case PL_T_LIST:
	case PL_T_MAP:
		*ret = collection(w, node, type);
		return PL_OK;
	case PL_T_NONE:
	case PL_T_ARN:
	case PL_T_IP:
	case PL_T_VERSION:
	case PL_T_DATE:
	case PL_T_SUBJECT:
	case PL_T_ENTRY:
	case PL_T_RANGE:
	case PL_T_NETWORK:
	case PL_T_CONDITION:
	case PL_T_ROW:
		break; /* no field of a manifest is of these types */
	}
	(void)PL_NEVER(true);
	return PL_E_INTERNAL;
}

/* --- fields ------------------------------------------------------------------------------------------------------- */

static struct pl_value default_int(const char *text)
{
	int64_t n = 0;
	for (const char *c = text; *c >= '0' && *c <= '9'; c++)
		n = n * 10 + (*c - '0');
	return (struct pl_value){.kind = PL_V_INT, .node = PL_NO_NODE, .u.i = n};
}

struct pl_value pl_native_default(const struct pl_schema_field *field)
{
	if (field->type.kind == PL_T_LIST || field->type.kind == PL_T_MAP)
		return collection(NULL, PL_NO_NODE, field->type);
	if (field->presence != PL_DEFAULTED || !field->dflt)
		return pl_value_absent();
	if (field->type.kind == PL_T_BOOL)
		return pl_value_bool(strcmp(field->dflt, "true") == 0);
	if (field->type.kind == PL_T_INT)
		return default_int(field->dflt);
	return pl_native_string(pl_str_from(field->dflt), PL_NO_NODE);
}

static bool is_textual(uint8_t kind)
{
	return kind == PL_T_STRING || kind == PL_T_ENUM || kind == PL_T_INTSTR || kind == PL_T_IMAGE ||
	       kind == PL_T_PATH || kind == PL_T_ROLE;
}

/* Adds the entries of map to keys and values, but for keys that `unless` has. */
static pl_err add_entries(const struct pl_value *map, const struct pl_value *unless, struct pl_value *keys,
			  struct pl_value *values, uint32_t *count, struct pl_arena *arena)
{
	struct pl_value_iter it;
	struct pl_value entry, known;
	bool done;
	pl_value_iter_init(&it, map);
	for (;;) {
		PL_TRY(pl_value_iter_next(&it, arena, &entry, &done));
		if (done)
			return PL_OK;
		if (entry.u.entry[0].kind != PL_V_STRING)
			continue; /* no name of a resource */
		PL_TRY(pl_value_index(unless, entry.u.entry[0].u.s, arena, &known));
		if (known.kind != PL_V_ABSENT)
			continue;
		keys[*count] = entry.u.entry[0];
		values[(*count)++] = entry.u.entry[1];
	}
}

/* The requests that a pod has once the API server filled them in: a limit without a request is requested. */
static pl_err fill_requests(const struct pl_workload *w, pl_node requests, pl_node limits, struct pl_arena *arena,
			    struct pl_value *ret)
{
	const struct pl_type type = {.kind = PL_T_MAP, .elem = PL_T_QUANTITY};
	const struct pl_value none = pl_value_absent();
	struct pl_value own = collection(w, requests, type), filled = collection(w, limits, type);
	uint32_t room = pl_value_count(&own) + pl_value_count(&filled), count = 0;
	struct pl_value *keys = pl_arena_zalloc(arena, room, sizeof(*keys));
	struct pl_value *values = pl_arena_zalloc(arena, room, sizeof(*values));
	if (!keys || !values)
		return PL_E_MEMORY;
	PL_TRY(add_entries(&own, &none, keys, values, &count, arena));
	PL_TRY(add_entries(&filled, &own, keys, values, &count, arena));
	PL_TRY(pl_value_map_make(keys, values, count, arena, ret));
	ret->of = PL_T_QUANTITY;
	ret->node = requests;
	return PL_OK;
}

/* spec: language.md 3.5.2; kubernetes/pkg/apis/core/v1/defaults.go, SetDefaults_Pod: for pods, not for templates. */
static bool is_offline_pod(const struct pl_workload *w)
{
	return w->offline && pl_str_eq(w->kind, PL_STR("Pod"));
}

/* The port of the container, where the API server would make it the port of the host; else `at`. */
static pl_node fill_host_port(const struct pl_workload *w, pl_node port, pl_node at)
{
	int64_t own = 0;
	bool written = at != PL_NO_NODE && (!pl_scalar_int(w->doc, at, &own) || own != 0);
	if (written || !is_offline_pod(w) || !pl_bind_bool(w->doc, w->pod_spec, PL_NAME_hostNetwork, false))
		return at;
	return pl_bind_field(w->doc, port, PL_NAME_containerPort);
}

/* An empty text in a field that may be missing is missing. */
static bool is_blank(const struct pl_workload *w, const struct pl_schema_field *field, pl_node at)
{
	return field->presence != PL_REQUIRED && is_textual(field->type.kind) && pl_scalar_is_blank(w->doc, at);
}

pl_err pl_native_field(const struct pl_workload *w, pl_node node, uint16_t record, uint16_t name_id,
		       struct pl_arena *arena, struct pl_value *ret)
{
	const struct pl_schema_field *field = pl_schema_field_by_id(record, name_id);
	if (PL_NEVER(!field))
		return PL_E_INTERNAL;
	pl_node at = pl_bind_field(w->doc, node, name_id);
	if (record == PL_RECORD_K8S_ResourceRequirements && name_id == PL_NAME_requests && is_offline_pod(w))
		return fill_requests(w, at, pl_bind_field(w->doc, node, PL_NAME_limits), arena, ret);
	if (record == PL_RECORD_K8S_ContainerPort && name_id == PL_NAME_hostPort)
		at = fill_host_port(w, node, at);
	if (at == PL_NO_NODE || is_blank(w, field, at)) {
		*ret = pl_native_default(field);
		return PL_OK;
	}
	return pl_native_read(w, at, field->type, arena, ret);
}
