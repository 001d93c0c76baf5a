/* workload_k8s.c - a Kubernetes object into a workload: its pod template found, every part validated, containers,
 * mounts, volumes and the rest listed and joined.
 *
 * spec: language.md 3.5.1, 3.5.2, 3.5.4. An object of another kind keeps kind and metadata only. When anything is
 * malformed the arrays stay as they are, because no rule will look at them. */
#include "reader.h"

#include <string.h>

#include "bind.h"
#include "keys.h"
#include "kinds.h"
#include "note.h"
#include "path.h"
#include "scalar.h"

#define NO_REMEDY ((pl_str){NULL, 0})

/* The lists of containers of a pod, in the order in which they start. */
static const struct container_list {
	uint16_t name_id;
	uint16_t record;
	enum pl_role_of_container role;
} container_lists[] = {
	{PL_NAME_initContainers, PL_RECORD_K8S_Container, PL_ROLE_INIT},
	{PL_NAME_containers, PL_RECORD_K8S_Container, PL_ROLE_MAIN},
	{PL_NAME_ephemeralContainers, PL_RECORD_K8S_EphemeralContainer, PL_ROLE_EPHEMERAL},
};
#define LIST_COUNT (sizeof container_lists / sizeof *container_lists)

static const struct handler_place {
	uint16_t above, name_id, record;
} handler_places[] = {
	{PL_NAME_NONE, PL_NAME_livenessProbe, PL_RECORD_K8S_Probe},
	{PL_NAME_NONE, PL_NAME_readinessProbe, PL_RECORD_K8S_Probe},
	{PL_NAME_NONE, PL_NAME_startupProbe, PL_RECORD_K8S_Probe},
	{PL_NAME_lifecycle, PL_NAME_postStart, PL_RECORD_K8S_LifecycleHandler},
	{PL_NAME_lifecycle, PL_NAME_preStop, PL_RECORD_K8S_LifecycleHandler},
};
#define HANDLER_COUNT (sizeof handler_places / sizeof *handler_places)

static pl_node field(const struct pl_workload *w, pl_node record, uint16_t name_id)
{
	return pl_bind_field(w->doc, record, name_id);
}

/* Text of a field, empty if absent; false when memory is out. */
static bool text_of(const struct pl_workload *w, pl_node record, uint16_t name_id, pl_str *ret)
{
	pl_err err = PL_OK;
	*ret = pl_bind_text(w->doc, record, name_id, w->arena, &err);
	return err == PL_OK;
}

/* --- the object -------------------------------------------------------------------------------------------------- */

/* apiVersion or kind before the walk has annotated anything. */
static pl_err read_type_field(struct pl_workload *w, pl_str key, pl_str *ret)
{
	pl_node node = pl_doc_get(w->doc, w->object, key, NULL);
	if (pl_scalar_is_blank(w->doc, node))
		return pl_note_malformed(w, w->object, key.ptr, NO_REMEDY, "is required but missing");
	enum pl_node_type type = pl_doc_type(w->doc, node);
	if (type != PL_NODE_STRING && type != PL_NODE_PLAIN)
		return PL_OK; /* the walk says what is wrong with it */
	*ret = pl_doc_text(w->doc, node, w->arena);
	return ret->ptr ? PL_OK : PL_E_MEMORY;
}

static pl_err read_name(struct pl_workload *w)
{
	pl_node meta = field(w, w->object, PL_NAME_metadata);
	pl_str generated;
	if (!text_of(w, meta, PL_NAME_name, &w->name) || !text_of(w, meta, PL_NAME_namespace, &w->namespace_) ||
	    !text_of(w, meta, PL_NAME_generateName, &generated))
		return PL_E_MEMORY;
	if (w->name.len == 0 && generated.len > 0)
		w->name = pl_arena_printf(w->arena, "%.*s*", PL_FMT(generated));
	return w->name.len == 0 || w->name.ptr ? PL_OK : PL_E_MEMORY;
}

/* No group of a custom resource lacks a dot, and the built-in ones are known: a slip of the pen, or a way past the
 * rules. spec: apiextensions v1, spec.group of a CustomResourceDefinition */
static bool is_no_group(pl_str group)
{
	return group.len == 0 || !memchr(group.ptr, '.', group.len);
}

/* What is said about an object that is judged by kind and metadata only, although it looks like more. */
static pl_err remark_other_kind(struct pl_workload *w)
{
	const struct pl_kind *named = pl_kind_named(w->kind), *miscased = pl_kind_miscased(w->kind);
	if (named && is_no_group(pl_kind_group(w->api_version)))
		return pl_note_malformed(w, pl_doc_get(w->doc, w->object, PL_STR("apiVersion"), NULL), NULL,
					 pl_arena_printf(w->arena, "write `apiVersion: %s%sv1`", named->group,
							 named->group[0] ? "/" : ""),
					 "is %s, which holds no %s", pl_note_quote(w, w->api_version), named->name);
	if (named)
		return pl_note_remark(
			w, w->object, NO_REMEDY,
			"is a %s of another group than the built-in one: only its kind and metadata are judged",
			named->name);
	if (miscased)
		return pl_note_remark(w, w->object, pl_arena_printf(w->arena, "write `kind: %s`", miscased->name),
				      "is of kind %s, which Kubernetes does not know", pl_note_quote(w, w->kind));
	pl_node spec = pl_doc_get(w->doc, w->object, PL_STR("spec"), NULL);
	pl_node inner = pl_doc_get(w->doc, pl_doc_get(w->doc, spec, PL_STR("template"), NULL), PL_STR("spec"), NULL);
	if (pl_doc_get(w->doc, inner, PL_STR("containers"), NULL) == PL_NO_NODE)
		return PL_OK;
	return pl_note_remark(
		w, inner, NO_REMEDY,
		"looks like the pod template of a kind that is not built in: only kind and metadata are judged");
}

static pl_err find_template(struct pl_workload *w, const struct pl_kind *kind)
{
	pl_node at = w->object;
	for (unsigned i = 0; i < 4 && kind->steps[i] != PL_NAME_NONE; i++)
		at = field(w, at, kind->steps[i]);
	if (at == PL_NO_NODE)
		return pl_note_malformed(w, w->object, kind->where, NO_REMEDY, "is missing: a %s has a pod template",
					 kind->name);
	w->template = at;
	w->pod_metadata = field(w, at, PL_NAME_metadata);
	w->pod_spec = field(w, at, PL_NAME_spec);
	if (pl_doc_type(w->doc, w->pod_spec) == PL_NODE_OBJECT &&
	    pl_reader_is_empty(w, w->pod_spec, PL_NAME_containers))
		return pl_note_malformed(w, w->pod_spec, "containers", NO_REMEDY,
					 "is missing or empty: a pod has at least one container");
	return PL_OK;
}

/* --- counting ---------------------------------------------------------------------------------------------------- */

static pl_node handler_at(const struct pl_workload *w, pl_node container, const struct handler_place *place)
{
	pl_node above = place->above == PL_NAME_NONE ? container : field(w, container, place->above);
	return field(w, above, place->name_id);
}

static void count_container(const struct pl_workload *w, pl_node c, struct pl_reader_room *room)
{
	room->containers++;
	room->mounts += pl_bind_count(w->doc, field(w, c, PL_NAME_volumeMounts));
	room->ports += pl_bind_count(w->doc, field(w, c, PL_NAME_ports));
	room->variables += pl_bind_count(w->doc, field(w, c, PL_NAME_env));
	room->images++;
	room->security_contexts += field(w, c, PL_NAME_securityContext) != PL_NO_NODE;
	room->handlers += HANDLER_COUNT;
}

/* Claim templates of a StatefulSet; PL_NO_NODE for other kinds. */
static pl_node claims_of(const struct pl_workload *w)
{
	if (!pl_str_eq(w->kind, PL_STR("StatefulSet")))
		return PL_NO_NODE;
	return field(w, field(w, w->object, PL_NAME_spec), PL_NAME_volumeClaimTemplates);
}

static void count_parts(const struct pl_workload *w, struct pl_reader_room *room)
{
	*room = (struct pl_reader_room){.security_contexts = 1};
	for (unsigned i = 0; i < LIST_COUNT; i++) {
		pl_node list = field(w, w->pod_spec, container_lists[i].name_id);
		for (pl_node c = pl_bind_first(w->doc, list); c != PL_NO_NODE; c = pl_doc_next(w->doc, list, c))
			count_container(w, c, room);
	}
	uint32_t volumes = pl_bind_count(w->doc, field(w, w->pod_spec, PL_NAME_volumes));
	room->volumes = volumes + pl_bind_count(w->doc, claims_of(w));
	room->images += volumes;
}

/* --- volumes ----------------------------------------------------------------------------------------------------- */

/* The name of the one source that is set; an unknown one by its own name, but not next to a known one: the API server
 * would drop it. spec: language.md 3.5.4 */
static pl_err read_source(struct pl_workload *w, struct pl_volume *v)
{
	unsigned known = 0, unknown = 0;
	v->kind = PL_STR("emptyDir");
	for (pl_node key = pl_doc_first(w->doc, v->node); key != PL_NO_NODE; key = pl_doc_next(w->doc, v->node, key)) {
		pl_str text = pl_doc_text(w->doc, key, w->arena);
		if (!text.ptr)
			return PL_E_MEMORY;
		if (pl_str_eq(text, PL_STR("name")) || pl_scalar_is_null(w->doc, pl_doc_value(w->doc, key)))
			continue;
		bool is_known = pl_schema_field_find(PL_RECORD_K8S_Volume, text) != NULL;
		unsigned sources = is_known ? ++known : ++unknown;
		if (is_known || !known)
			v->kind = sources == 1 ? text : PL_STR("several");
	}
	return PL_OK;
}

static pl_err read_host_path(struct pl_workload *w, struct pl_volume *v)
{
	pl_str text;
	pl_err err = PL_OK;
	if (!text_of(w, field(w, v->node, PL_NAME_hostPath), PL_NAME_path, &text))
		return PL_E_MEMORY;
	if (text.len == 0)
		return PL_OK;
	v->host_path = pl_path_normal(text, w->arena, &err);
	v->unknown_path = pl_path_unknown(v->host_path);
	return v->host_path.ptr ? PL_OK : err;
}

static pl_err read_image_volume(struct pl_workload *w, uint32_t index)
{
	pl_node image = field(w, w->volumes[index].node, PL_NAME_image);
	if (image == PL_NO_NODE)
		return PL_OK;
	pl_node reference = field(w, image, PL_NAME_reference);
	if (pl_scalar_is_blank(w->doc, reference))
		return pl_note_malformed(w, image, "reference", NO_REMEDY,
					 "is missing or empty: which image is mounted cannot be told");
	return pl_reader_add_image(w, reference, PL_NO_INDEX, index);
}

static pl_err read_volume(struct pl_workload *w, pl_node node)
{
	uint32_t index = w->volume_count++;
	struct pl_volume *v = &w->volumes[index];
	v->node = node;
	if (!text_of(w, node, PL_NAME_name, &v->name))
		return PL_E_MEMORY;
	PL_TRY(read_source(w, v));
	PL_TRY(read_host_path(w, v));
	return read_image_volume(w, index);
}

/* spec: the StatefulSet controller adds a volume for every claim template. One of the template's own volumes of that
 * name stays what rules see: it cannot be the better of the two. */
static pl_err read_claim(struct pl_workload *w, pl_node node)
{
	pl_str name;
	if (!text_of(w, field(w, node, PL_NAME_metadata), PL_NAME_name, &name))
		return PL_E_MEMORY;
	if (name.len > 0 && pl_reader_volume_named(w, name) == PL_NO_INDEX)
		w->volumes[w->volume_count++] =
			(struct pl_volume){.node = node, .name = name, .kind = PL_STR("persistentVolumeClaim")};
	return PL_OK;
}

static pl_err read_volumes(struct pl_workload *w)
{
	pl_node list = field(w, w->pod_spec, PL_NAME_volumes);
	for (pl_node v = pl_bind_first(w->doc, list); v != PL_NO_NODE; v = pl_doc_next(w->doc, list, v))
		PL_TRY(read_volume(w, v));
	pl_node claims = claims_of(w);
	for (pl_node c = pl_bind_first(w->doc, claims); c != PL_NO_NODE; c = pl_doc_next(w->doc, claims, c))
		PL_TRY(read_claim(w, c));
	return PL_OK;
}

/* --- containers -------------------------------------------------------------------------------------------------- */

static pl_err read_mount(struct pl_workload *w, pl_node node, uint32_t container)
{
	pl_str name;
	if (!text_of(w, node, PL_NAME_name, &name))
		return PL_E_MEMORY;
	uint32_t volume = pl_reader_volume_named(w, name);
	if (volume == PL_NO_INDEX)
		return pl_reader_dangling_volume(w, field(w, node, PL_NAME_name), name);
	w->mounts[w->mount_count++] =
		(struct pl_mount){.node = node,
				  .container = container,
				  .volume = volume,
				  .read_only = pl_bind_bool(w->doc, node, PL_NAME_readOnly, false),
				  .from = PL_NO_NODE};
	return PL_OK;
}

/* spec: core/validation: mountPath "must be unique" within a container. */
static pl_err check_mount_paths(struct pl_workload *w, const struct pl_container *c)
{
	pl_str *paths = pl_arena_zalloc(w->arena, c->mounts, sizeof *paths);
	size_t at;
	if (!paths)
		return PL_E_MEMORY;
	const struct pl_mount *mounts = w->mounts + c->first_mount;
	for (uint32_t i = 0; i < c->mounts; i++) {
		if (!text_of(w, mounts[i].node, PL_NAME_mountPath, &paths[i]))
			return PL_E_MEMORY;
	}
	PL_TRY(pl_keys_find_equal(paths, c->mounts, w->arena, &at));
	if (at == SIZE_MAX)
		return PL_OK;
	return pl_note_malformed(w, field(w, mounts[at].node, PL_NAME_mountPath), NULL, NO_REMEDY,
				 "is %s, where the container mounts another volume", pl_note_quote(w, paths[at]));
}

static pl_err read_mounts(struct pl_workload *w, struct pl_container *c, uint32_t index)
{
	pl_node list = field(w, c->node, PL_NAME_volumeMounts);
	c->first_mount = w->mount_count;
	for (pl_node m = pl_bind_first(w->doc, list); m != PL_NO_NODE; m = pl_doc_next(w->doc, list, m))
		PL_TRY(read_mount(w, m, index));
	c->mounts = w->mount_count - c->first_mount;
	return check_mount_paths(w, c);
}

static void read_ports(struct pl_workload *w, struct pl_container *c, uint32_t index)
{
	pl_node list = field(w, c->node, PL_NAME_ports);
	c->first_port = w->port_count;
	for (pl_node p = pl_bind_first(w->doc, list); p != PL_NO_NODE; p = pl_doc_next(w->doc, list, p))
		w->ports[w->port_count++] = (struct pl_port){p, index};
	c->ports = w->port_count - c->first_port;
}

static void read_variables(struct pl_workload *w, struct pl_container *c, uint32_t index)
{
	pl_node list = field(w, c->node, PL_NAME_env);
	c->first_variable = w->variable_count;
	for (pl_node v = pl_bind_first(w->doc, list); v != PL_NO_NODE; v = pl_doc_next(w->doc, list, v)) {
		bool secret = field(w, field(w, v, PL_NAME_valueFrom), PL_NAME_secretKeyRef) != PL_NO_NODE;
		w->variables[w->variable_count++] = (struct pl_variable){v, index, secret};
	}
	c->variables = w->variable_count - c->first_variable;
}

static void read_handlers(struct pl_workload *w, const struct pl_container *c, uint32_t index)
{
	for (unsigned i = 0; i < HANDLER_COUNT; i++) {
		pl_node node = handler_at(w, c->node, &handler_places[i]);
		if (node != PL_NO_NODE)
			w->handlers[w->handler_count++] = (struct pl_handler){node, index, handler_places[i].record};
	}
}

static void add_security_context(struct pl_workload *w, pl_node above, uint32_t container)
{
	pl_node node = field(w, above, PL_NAME_securityContext);
	if (node != PL_NO_NODE)
		w->security_contexts[w->security_context_count++] = (struct pl_security_context){node, container};
}

static pl_err read_image(struct pl_workload *w, const struct pl_container *c, uint32_t index)
{
	pl_node image = field(w, c->node, PL_NAME_image);
	if (pl_scalar_is_blank(w->doc, image))
		return pl_note_malformed(w, c->node, "image", NO_REMEDY,
					 "is missing or empty: which image runs cannot be told");
	return pl_reader_add_image(w, image, index, PL_NO_INDEX);
}

static pl_err read_container(struct pl_workload *w, pl_node node, const struct container_list *list)
{
	uint32_t index = w->container_count++;
	struct pl_container *c = &w->containers[index];
	pl_str restart;
	c->node = node;
	c->record = list->record;
	if (!text_of(w, node, PL_NAME_name, &c->name) || !text_of(w, node, PL_NAME_restartPolicy, &restart))
		return PL_E_MEMORY;
	bool sidecar = list->role == PL_ROLE_INIT && pl_str_eq(restart, PL_STR("Always"));
	c->role = (uint8_t)(sidecar ? PL_ROLE_SIDECAR : list->role);
	add_security_context(w, node, index);
	read_ports(w, c, index);
	read_variables(w, c, index);
	read_handlers(w, c, index);
	PL_TRY(read_mounts(w, c, index));
	return read_image(w, c, index);
}

static pl_err read_pod(struct pl_workload *w)
{
	struct pl_reader_room room;
	count_parts(w, &room);
	PL_TRY(pl_reader_reserve(w, &room));
	if (w->malformed)
		return PL_OK;
	PL_TRY(read_volumes(w));
	add_security_context(w, w->pod_spec, PL_NO_INDEX);
	for (unsigned i = 0; i < LIST_COUNT; i++) {
		pl_node list = field(w, w->pod_spec, container_lists[i].name_id);
		for (pl_node c = pl_bind_first(w->doc, list); c != PL_NO_NODE; c = pl_doc_next(w->doc, list, c))
			PL_TRY(read_container(w, c, &container_lists[i]));
	}
	return pl_reader_check_names(w, "pod");
}

pl_err pl_workload_k8s_read(struct pl_workload *w)
{
	PL_TRY(read_type_field(w, PL_STR("apiVersion"), &w->api_version));
	PL_TRY(read_type_field(w, PL_STR("kind"), &w->kind));
	const struct pl_kind *kind = pl_kind_named(w->kind);
	if (kind && !pl_kind_fits(kind, w->api_version))
		kind = NULL;
	PL_TRY(pl_bind_walk(w, w->object, kind ? kind->record : (uint16_t)PL_RECORD_K8S_Object));
	PL_TRY(read_name(w));
	if (!kind)
		return remark_other_kind(w);
	PL_TRY(find_template(w, kind));
	return w->malformed ? PL_OK : read_pod(w);
}
