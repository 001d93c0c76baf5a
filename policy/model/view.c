/* view.c - one step of a path: native fields of records and subjects, and the rows of the common view.
 *
 * Each row of view.def has one reader: in the table below where both platforms agree, else in view_k8s.c and
 * view_ecs.c, for context in view_context.c. Where a platform is vague, a reader takes the reading that is worse for
 * the workload. Fails for memory only; a row without a reader would be PL_E_INTERNAL, and a test visits them all.
 *
 * spec: language.md 3.5.4 and section 7 */
#include "view.h"

#include <string.h>

#include "base/invariant.h"
#include "bind.h"
#include "capability.h"
#include "native.h"

/* --- for all readers ---------------------------------------------------------------------------------------------- */

pl_err pl_view_list(const struct pl_view_at *at, struct pl_value *items, uint32_t count, struct pl_value *ret)
{
	struct pl_list *list = pl_arena_alloc(at->arena, sizeof(*list));
	if (!list)
		return PL_E_MEMORY;
	*list = (struct pl_list){.items = items, .count = count};
	*ret = (struct pl_value){.kind = PL_V_LIST, .node = PL_NO_NODE, .u.list = list};
	return PL_OK;
}

const struct pl_container *pl_view_container(const struct pl_view_at *at)
{
	return &at->w->containers[at->index];
}

struct pl_value pl_view_amount(pl_nano q, enum pl_type_kind kind, pl_node node)
{
	if (q <= 0)
		return pl_value_absent();
	return (struct pl_value){.kind = PL_V_NUMBER, .of = (uint8_t)kind, .node = node, .u.q = q};
}

bool pl_view_eq_nocase(pl_str s, const char *lower)
{
	size_t i = 0;
	for (; i < s.len && lower[i]; i++)
		if ((s.ptr[i] >= 'A' && s.ptr[i] <= 'Z' ? s.ptr[i] - 'A' + 'a' : s.ptr[i]) != lower[i])
			return false;
	return i == s.len && !lower[i];
}

bool pl_view_is_windows_admin(pl_str user)
{
	static const char *const admins[] = {"containeradministrator", "administrator", "system", "local system",
					     "localsystem"};
	if (user.len && memmem(user.ptr, user.len, "\xEF\xBF\xBD", 3))
		return true; /* damaged: which account it is cannot be told */
	const char *slash = user.len ? memrchr(user.ptr, '\\', user.len) : NULL;
	size_t skip = slash ? (size_t)(slash + 1 - user.ptr) : 0;
	pl_str name = {user.ptr + skip, user.len - skip};
	for (size_t i = 0; i < sizeof(admins) / sizeof(admins[0]); i++)
		if (pl_view_eq_nocase(name, admins[i]))
			return true;
	return false;
}

static struct pl_value string_value(pl_str s)
{
	return pl_native_string(s, PL_NO_NODE);
}

/* Empty is absent. */
static struct pl_value optional_string(pl_str s)
{
	return s.len ? string_value(s) : pl_value_absent();
}

static struct pl_value subject_value(const struct pl_workload *w, enum pl_subject subject, uint32_t index)
{
	return (struct pl_value){.kind = PL_V_SUBJECT, .ref = (uint16_t)subject, .node = index, .u.workload = w};
}

static pl_err subject_list(const struct pl_view_at *at, enum pl_subject subject, uint32_t first, uint32_t count,
			   struct pl_value *ret)
{
	struct pl_value *items = pl_arena_zalloc(at->arena, count, sizeof(*items));
	if (!items)
		return PL_E_MEMORY;
	for (uint32_t i = 0; i < count; i++)
		items[i] = subject_value(at->w, subject, first + i);
	PL_TRY(pl_view_list(at, items, count, ret));
	ret->of = PL_T_SUBJECT;
	ret->ref = (uint16_t)subject;
	return PL_OK;
}

/* --- capabilities ------------------------------------------------------------------------------------------------- */

static pl_err capabilities(const struct pl_view_at *at, pl_node list, bool added, struct pl_value *ret)
{
	const struct pl_doc *doc = at->w->doc;
	const struct pl_type type = {.kind = PL_T_STRING};
	uint32_t count = pl_bind_count(doc, list), n = 0;
	struct pl_value *items = pl_arena_zalloc(at->arena, count, sizeof(*items));
	if (!items)
		return PL_E_MEMORY;
	for (pl_node node = pl_bind_first(doc, list); node != PL_NO_NODE && n < count;
	     node = pl_doc_next(doc, list, node)) {
		struct pl_value *v = &items[n];
		PL_TRY(pl_native_read(at->w, node, type, at->arena, v));
		if (added && v->kind == PL_V_STRING)
			PL_TRY(pl_capability_normal(v->u.s, at->arena, &v->u.s));
		if (added || (v->kind == PL_V_STRING && pl_capability_is_exact(v->u.s)))
			n++;
	}
	PL_TRY(pl_view_list(at, items, n, ret));
	ret->of = PL_T_STRING;
	return PL_OK;
}

pl_err pl_view_added(const struct pl_view_at *at, pl_node list, struct pl_value *ret)
{
	return capabilities(at, list, true, ret);
}

pl_err pl_view_dropped(const struct pl_view_at *at, pl_node list, struct pl_value *ret)
{
	return capabilities(at, list, false, ret);
}

pl_err pl_view_adds_admin(const struct pl_view_at *at, pl_node list, bool *ret)
{
	struct pl_value added;
	*ret = false;
	PL_TRY(pl_view_added(at, list, &added));
	for (uint32_t i = 0; i < added.u.list->count; i++) {
		const struct pl_value *v = &added.u.list->items[i];
		if (v->kind != PL_V_STRING || pl_str_eq(v->u.s, PL_STR("ALL")) ||
		    pl_str_eq(v->u.s, PL_STR("SYS_ADMIN")))
			*ret = true;
	}
	return PL_OK;
}

/* --- containers --------------------------------------------------------------------------------------------------- */

static pl_err container_name(const struct pl_view_at *at, struct pl_value *ret)
{
	const struct pl_container *c = pl_view_container(at);
	*ret = string_value(c->name);
	ret->node = pl_bind_field(at->w->doc, c->node, PL_NAME_name);
	return PL_OK;
}

static pl_err container_image(const struct pl_view_at *at, struct pl_value *ret)
{
	const struct pl_container *c = pl_view_container(at);
	return pl_native_field(at->w, c->node, c->record, PL_NAME_image, at->arena, ret);
}

static pl_err container_role(const struct pl_view_at *at, struct pl_value *ret)
{
	static const char *const roles[] = {
		[PL_ROLE_MAIN] = "main",
		[PL_ROLE_INIT] = "init",
		[PL_ROLE_SIDECAR] = "sidecar",
		[PL_ROLE_EPHEMERAL] = "ephemeral",
	};
	*ret = string_value(pl_str_from(roles[pl_view_container(at)->role]));
	return PL_OK;
}

static pl_err container_mounts(const struct pl_view_at *at, struct pl_value *ret)
{
	const struct pl_container *c = pl_view_container(at);
	return subject_list(at, PL_SUBJECT_MOUNT, c->first_mount, c->mounts, ret);
}

static pl_err container_ports(const struct pl_view_at *at, struct pl_value *ret)
{
	const struct pl_container *c = pl_view_container(at);
	return subject_list(at, PL_SUBJECT_PORT, c->first_port, c->ports, ret);
}

static pl_err container_env(const struct pl_view_at *at, struct pl_value *ret)
{
	const struct pl_container *c = pl_view_container(at);
	return subject_list(at, PL_SUBJECT_VARIABLE, c->first_variable, c->variables, ret);
}

/* --- mounts and volumes ------------------------------------------------------------------------------------------- */

static const struct pl_mount *mount_of(const struct pl_view_at *at)
{
	return &at->w->mounts[at->index];
}

static pl_err mount_path(const struct pl_view_at *at, struct pl_value *ret)
{
	pl_node node = mount_of(at)->node;
	if (at->w->platform == PL_PLATFORM_ECS)
		return pl_native_field(at->w, node, PL_RECORD_ECS_MountPoint, PL_NAME_containerPath, at->arena, ret);
	return pl_native_field(at->w, node, PL_RECORD_K8S_VolumeMount, PL_NAME_mountPath, at->arena, ret);
}

static pl_err mount_read_only(const struct pl_view_at *at, struct pl_value *ret)
{
	*ret = pl_value_bool(mount_of(at)->read_only);
	return PL_OK;
}

static pl_err mount_volume(const struct pl_view_at *at, struct pl_value *ret)
{
	*ret = subject_value(at->w, PL_SUBJECT_VOLUME, mount_of(at)->volume);
	return PL_OK;
}

static pl_err mount_container(const struct pl_view_at *at, struct pl_value *ret)
{
	*ret = subject_value(at->w, PL_SUBJECT_CONTAINER, mount_of(at)->container);
	return PL_OK;
}

static struct pl_value host_path(const struct pl_volume *volume)
{
	if (volume->unknown_path)
		return pl_value_unknown(volume->unknown_path);
	if (!volume->host_path.ptr)
		return pl_value_absent();
	struct pl_value v = string_value(volume->host_path);
	if (v.kind == PL_V_STRING)
		v.kind = PL_V_PATH;
	return v;
}

static pl_err mount_host_path(const struct pl_view_at *at, struct pl_value *ret)
{
	*ret = host_path(&at->w->volumes[mount_of(at)->volume]);
	return PL_OK;
}

static pl_err volume_host_path(const struct pl_view_at *at, struct pl_value *ret)
{
	*ret = host_path(&at->w->volumes[at->index]);
	return PL_OK;
}

static pl_err volume_name(const struct pl_view_at *at, struct pl_value *ret)
{
	*ret = string_value(at->w->volumes[at->index].name);
	return PL_OK;
}

static pl_err volume_kind(const struct pl_view_at *at, struct pl_value *ret)
{
	*ret = string_value(at->w->volumes[at->index].kind);
	return PL_OK;
}

/* --- ports and variables ------------------------------------------------------------------------------------------ */

static pl_err port_field(const struct pl_view_at *at, uint16_t name_id, struct pl_value *ret)
{
	bool ecs = at->w->platform == PL_PLATFORM_ECS;
	uint16_t record = ecs ? PL_RECORD_ECS_PortMapping : PL_RECORD_K8S_ContainerPort;
	return pl_native_field(at->w, at->w->ports[at->index].node, record, name_id, at->arena, ret);
}

static pl_err port_container_port(const struct pl_view_at *at, struct pl_value *ret)
{
	return port_field(at, PL_NAME_containerPort, ret);
}

static pl_err host_network(const struct pl_view_at *at, bool *ret)
{
	pl_view_reader *read = at->w->platform == PL_PLATFORM_ECS ? pl_view_ecs_readers[PL_VIEW_WORKLOAD_host_network]
								  : pl_view_k8s_readers[PL_VIEW_WORKLOAD_host_network];
	struct pl_value v;
	PL_TRY(read(at, &v));
	*ret = v.kind != PL_V_BOOL || v.u.b;
	return PL_OK;
}

/* On the network of the host, a port of the container is a port of the host, written down or not. */
static pl_err port_host_port(const struct pl_view_at *at, struct pl_value *ret)
{
	bool shared;
	PL_TRY(port_field(at, PL_NAME_hostPort, ret));
	if (ret->kind != PL_V_INT || ret->u.i != 0)
		return PL_OK;
	PL_TRY(host_network(at, &shared));
	struct pl_value port;
	PL_TRY(port_container_port(at, &port));
	if (shared && port.kind != PL_V_ABSENT)
		*ret = port;
	return PL_OK;
}

static pl_err port_container(const struct pl_view_at *at, struct pl_value *ret)
{
	*ret = subject_value(at->w, PL_SUBJECT_CONTAINER, at->w->ports[at->index].container);
	return PL_OK;
}

static uint16_t variable_record(const struct pl_workload *w, uint32_t index)
{
	if (w->platform != PL_PLATFORM_ECS)
		return PL_RECORD_K8S_EnvVar;
	return w->variables[index].from_secret ? PL_RECORD_ECS_Secret : PL_RECORD_ECS_KeyValuePair;
}

static pl_err variable_name(const struct pl_view_at *at, struct pl_value *ret)
{
	return pl_native_field(at->w, at->w->variables[at->index].node, variable_record(at->w, at->index), PL_NAME_name,
			       at->arena, ret);
}

static pl_err variable_value(const struct pl_view_at *at, struct pl_value *ret)
{
	uint16_t record = variable_record(at->w, at->index);
	*ret = pl_value_absent();
	if (record == PL_RECORD_ECS_Secret)
		return PL_OK;
	return pl_native_field(at->w, at->w->variables[at->index].node, record, PL_NAME_value, at->arena, ret);
}

static pl_err variable_from_secret(const struct pl_view_at *at, struct pl_value *ret)
{
	*ret = pl_value_bool(at->w->variables[at->index].from_secret);
	return PL_OK;
}

static pl_err variable_container(const struct pl_view_at *at, struct pl_value *ret)
{
	*ret = subject_value(at->w, PL_SUBJECT_CONTAINER, at->w->variables[at->index].container);
	return PL_OK;
}

/* --- workload and object ------------------------------------------------------------------------------------------ */

static pl_err workload_platform(const struct pl_view_at *at, struct pl_value *ret)
{
	*ret = string_value(at->w->platform == PL_PLATFORM_ECS ? PL_STR("ecs") : PL_STR("kubernetes"));
	return PL_OK;
}

static pl_err workload_kind(const struct pl_view_at *at, struct pl_value *ret)
{
	*ret = string_value(at->w->kind);
	return PL_OK;
}

static pl_err workload_name(const struct pl_view_at *at, struct pl_value *ret)
{
	*ret = optional_string(at->w->name);
	return PL_OK;
}

static pl_err workload_containers(const struct pl_view_at *at, struct pl_value *ret)
{
	return subject_list(at, PL_SUBJECT_CONTAINER, 0, at->w->container_count, ret);
}

static pl_err workload_volumes(const struct pl_view_at *at, struct pl_value *ret)
{
	return subject_list(at, PL_SUBJECT_VOLUME, 0, at->w->volume_count, ret);
}

static pl_err object_api_version(const struct pl_view_at *at, struct pl_value *ret)
{
	*ret = optional_string(at->w->api_version);
	return PL_OK;
}

/* --- the table ---------------------------------------------------------------------------------------------------- */

static pl_view_reader *const readers[PL_VIEW_COUNT] = {
	[PL_VIEW_CONTAINER_name] = container_name,
	[PL_VIEW_CONTAINER_image] = container_image,
	[PL_VIEW_CONTAINER_role] = container_role,
	[PL_VIEW_CONTAINER_mounts] = container_mounts,
	[PL_VIEW_CONTAINER_ports] = container_ports,
	[PL_VIEW_CONTAINER_env] = container_env,
	[PL_VIEW_MOUNT_path] = mount_path,
	[PL_VIEW_MOUNT_read_only] = mount_read_only,
	[PL_VIEW_MOUNT_volume] = mount_volume,
	[PL_VIEW_MOUNT_host_path] = mount_host_path,
	[PL_VIEW_MOUNT_container] = mount_container,
	[PL_VIEW_VOLUME_name] = volume_name,
	[PL_VIEW_VOLUME_kind] = volume_kind,
	[PL_VIEW_VOLUME_host_path] = volume_host_path,
	[PL_VIEW_PORT_container_port] = port_container_port,
	[PL_VIEW_PORT_host_port] = port_host_port,
	[PL_VIEW_PORT_container] = port_container,
	[PL_VIEW_VARIABLE_name] = variable_name,
	[PL_VIEW_VARIABLE_value] = variable_value,
	[PL_VIEW_VARIABLE_from_secret] = variable_from_secret,
	[PL_VIEW_VARIABLE_container] = variable_container,
	[PL_VIEW_WORKLOAD_platform] = workload_platform,
	[PL_VIEW_WORKLOAD_kind] = workload_kind,
	[PL_VIEW_WORKLOAD_name] = workload_name,
	[PL_VIEW_WORKLOAD_containers] = workload_containers,
	[PL_VIEW_WORKLOAD_volumes] = workload_volumes,
	[PL_VIEW_OBJECT_apiVersion] = object_api_version,
	[PL_VIEW_OBJECT_kind] = workload_kind,
};

static pl_view_reader *find_reader(uint16_t row, const struct pl_workload *w)
{
	if (pl_view_member_readers[row])
		return pl_view_member_readers[row];
	if (!w)
		return pl_view_context_readers[row];
	if (readers[row])
		return readers[row];
	return w->platform == PL_PLATFORM_ECS ? pl_view_ecs_readers[row] : pl_view_k8s_readers[row];
}

/* The row must belong to what base is: a program that verified cannot get this wrong. */
static bool row_fits(uint16_t row, const struct pl_value *base)
{
	if (row >= PL_VIEW_COUNT)
		return false;
	enum pl_subject subject = pl_view_fields[row].subject;
	if (base->kind == PL_V_SUBJECT)
		return base->ref == subject;
	if (base->kind == PL_V_IMAGE)
		return subject == PL_SUBJECT_IMAGE;
	if (base->kind == PL_V_ARN)
		return subject == PL_SUBJECT_ARN;
	if (base->kind == PL_V_ROLE)
		return subject == PL_SUBJECT_ROLE;
	return base->kind == PL_V_ENTRY && subject == PL_SUBJECT_ENTRY;
}

static pl_err step_view(const struct pl_value *base, uint16_t row, const struct pl_context *ctx, struct pl_arena *arena,
			struct pl_value *ret)
{
	static const struct pl_context nothing = {.today = 0};
	if (PL_NEVER(!row_fits(row, base)))
		return PL_E_INTERNAL;
	bool subject = base->kind == PL_V_SUBJECT;
	struct pl_view_at at = {
		.w = subject ? base->u.workload : NULL,
		.index = subject ? base->node : 0,
		.base = base,
		.ctx = ctx ? ctx : &nothing,
		.arena = arena,
	};
	pl_view_reader *read = find_reader(row, at.w);
	if (PL_NEVER(!read))
		return PL_E_INTERNAL;
	return read(&at, ret);
}

/* --- native fields ------------------------------------------------------------------------------------------------ */

/* The record of a subject, and where it stands. */
static pl_node record_of(const struct pl_workload *w, enum pl_subject subject, uint32_t index, uint16_t *ret_record)
{
	switch (subject) {
	case PL_SUBJECT_OBJECT:
		*ret_record = PL_RECORD_K8S_Object;
		return w->object;
	case PL_SUBJECT_POD:
		*ret_record = PL_RECORD_K8S_PodTemplateSpec;
		return w->template;
	case PL_SUBJECT_TASK:
		*ret_record = PL_RECORD_ECS_RegisterTaskDefinitionRequest;
		return w->task;
	case PL_SUBJECT_CONTAINER:
		*ret_record = w->containers[index].record;
		return w->containers[index].node;
	case PL_SUBJECT_MOUNT:
		*ret_record = w->platform == PL_PLATFORM_ECS ? PL_RECORD_ECS_MountPoint : PL_RECORD_K8S_VolumeMount;
		return w->mounts[index].node;
	case PL_SUBJECT_VOLUME:
		*ret_record = w->platform == PL_PLATFORM_ECS ? PL_RECORD_ECS_Volume : PL_RECORD_K8S_Volume;
		return w->volumes[index].node;
	case PL_SUBJECT_PORT:
		*ret_record = w->platform == PL_PLATFORM_ECS ? PL_RECORD_ECS_PortMapping : PL_RECORD_K8S_ContainerPort;
		return w->ports[index].node;
	case PL_SUBJECT_VARIABLE:
		*ret_record = variable_record(w, index);
		return w->variables[index].node;
	case PL_SUBJECT_SECURITY_CONTEXT:
		*ret_record = w->security_contexts[index].container == PL_NO_INDEX ? PL_RECORD_K8S_PodSecurityContext
										   : PL_RECORD_K8S_SecurityContext;
		return w->security_contexts[index].node;
	case PL_SUBJECT_HANDLER:
		*ret_record = w->handlers[index].record;
		return w->handlers[index].node;
	case PL_SUBJECT_NONE:
	case PL_SUBJECT_WORKLOAD:
	case PL_SUBJECT_IMAGE:
	case PL_SUBJECT_REQUEST:
	case PL_SUBJECT_NAMESPACE:
	case PL_SUBJECT_CLUSTER:
	case PL_SUBJECT_ARN:
	case PL_SUBJECT_ROLE:
	case PL_SUBJECT_ENTRY:
	case PL_SUBJECT_COUNT:
		break;
	}
	*ret_record = PL_NO_RECORD;
	return PL_NO_NODE;
}

static struct pl_value default_of(uint16_t record, uint16_t name_id)
{
	const struct pl_schema_field *field = pl_schema_field_by_id(record, name_id);
	return field ? pl_native_default(field) : pl_value_absent();
}

static pl_err step_subject(const struct pl_value *base, uint16_t name_id, struct pl_arena *arena, struct pl_value *ret)
{
	const struct pl_workload *w = base->u.workload;
	uint16_t record, records[4];
	if (PL_NEVER(!w))
		return PL_E_INTERNAL;
	pl_node node = record_of(w, (enum pl_subject)base->ref, base->node, &record);
	if (pl_schema_field_by_id(record, name_id))
		return pl_native_field(w, node, record, name_id, arena, ret);
	/* a field that only the other records of this subject have: a hook has no failureThreshold */
	enum pl_platforms platform = w->platform == PL_PLATFORM_ECS ? PL_ON_ECS : PL_ON_KUBERNETES;
	unsigned count = pl_subject_records((enum pl_subject)base->ref, platform, records);
	for (unsigned i = 0; i < count; i++) {
		if (!pl_schema_field_by_id(records[i], name_id))
			continue;
		*ret = default_of(records[i], name_id);
		return PL_OK;
	}
	(void)PL_NEVER(true);
	return PL_E_INTERNAL;
}

pl_err pl_value_step(const struct pl_value *base, struct pl_step step, uint16_t record, const struct pl_context *ctx,
		     struct pl_arena *arena, struct pl_value *ret)
{
	if (base->kind == PL_V_UNKNOWN) {
		*ret = *base;
		return PL_OK;
	}
	if (base->kind == PL_V_ABSENT) {
		*ret = step.view ? pl_value_absent() : default_of(record, step.id);
		return PL_OK;
	}
	if (step.view)
		return step_view(base, step.id, ctx, arena, ret);
	if (base->kind == PL_V_SUBJECT)
		return step_subject(base, step.id, arena, ret);
	if (PL_NEVER(base->kind != PL_V_RECORD))
		return PL_E_INTERNAL;
	return pl_native_field(base->u.workload, base->node, base->ref, step.id, arena, ret);
}
