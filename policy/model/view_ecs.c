/* view_ecs.c - the common view of an ECS task definition. Where it runs decides what a setting amounts to: Fargate has
 * no host whose role could be taken, and Windows ignores the sizes of a task. Where that is vague, the reading that is
 * worse for the workload. Fails for memory only. spec: language.md 3.5.4, 7.3; ecs.md 2.1, 2.2, 2.4 */
#include <string.h>

#include "bind.h"
#include "native.h"
#include "scalar.h"
#include "tags.h"
#include "view.h"

static pl_node task_field(const struct pl_view_at *at, uint16_t name_id)
{
	return pl_bind_field(at->w->doc, at->w->task, name_id);
}

static pl_node own_field(const struct pl_view_at *at, uint16_t name_id)
{
	return pl_bind_field(at->w->doc, pl_view_container(at)->node, name_id);
}

static pl_node capability_list(const struct pl_view_at *at, uint16_t name_id)
{
	const struct pl_doc *doc = at->w->doc;
	return pl_bind_field(doc, pl_bind_field(doc, own_field(at, PL_NAME_linuxParameters), PL_NAME_capabilities),
			     name_id);
}

static pl_err task_text(const struct pl_view_at *at, uint16_t name_id, pl_str *ret)
{
	pl_err err = PL_OK;
	*ret = pl_bind_text(at->w->doc, at->w->task, name_id, at->arena, &err);
	return err;
}

/* A field of the container, natively. */
static pl_err native(const struct pl_view_at *at, uint16_t name_id, struct pl_value *ret)
{
	return pl_native_field(at->w, pl_view_container(at)->node, PL_RECORD_ECS_ContainerDefinition, name_id,
			       at->arena, ret);
}

static pl_err is_windows(const struct pl_view_at *at, bool *ret)
{
	pl_err err = PL_OK;
	pl_node platform = task_field(at, PL_NAME_runtimePlatform);
	pl_str family = pl_bind_text(at->w->doc, platform, PL_NAME_operatingSystemFamily, at->arena, &err);
	*ret = family.len >= 7 && pl_view_eq_nocase((pl_str){family.ptr, 7}, "windows");
	return err;
}

/* --- rights ------------------------------------------------------------------------------------------------------- */

static pl_err privileged(const struct pl_view_at *at, struct pl_value *ret)
{
	return native(at, PL_NAME_privileged, ret);
}

static pl_err added_capabilities(const struct pl_view_at *at, struct pl_value *ret)
{
	return pl_view_added(at, capability_list(at, PL_NAME_add), ret);
}

static pl_err dropped_capabilities(const struct pl_view_at *at, struct pl_value *ret)
{
	return pl_view_dropped(at, capability_list(at, PL_NAME_drop), ret);
}

/* The user of a container, before ':'. */
struct user {
	pl_str name;
	bool numeric; /* it is a number, in the range of user ids or not */
	bool valid;   /* and in the range */
	int64_t uid;
};

/* spec: moby/sys/user, GetExecUser: strconv.Atoi decides what is a number, so "+0", "-0" and "00" are root; 0 to 2^31-1
 * are user ids. */
static struct user parse_user(pl_str text)
{
	const char *colon = text.len ? memchr(text.ptr, ':', text.len) : NULL;
	struct user u = {.name = {text.ptr, colon ? (size_t)(colon - text.ptr) : text.len}};
	size_t i = u.name.len && (u.name.ptr[0] == '+' || u.name.ptr[0] == '-') ? 1 : 0;
	bool negative = i && u.name.ptr[0] == '-';
	u.numeric = i < u.name.len;
	for (; i < u.name.len && u.numeric; i++) {
		u.numeric = u.name.ptr[i] >= '0' && u.name.ptr[i] <= '9';
		if (u.uid <= INT32_MAX)
			u.uid = u.uid * 10 + (u.name.ptr[i] - '0');
	}
	u.valid = u.numeric && u.uid <= INT32_MAX && (!negative || u.uid == 0);
	if (pl_str_eq(u.name, PL_STR("root"))) {
		u.numeric = u.valid = true;
		u.uid = 0;
	}
	return u;
}

static pl_err uid(const struct pl_view_at *at, struct pl_value *ret)
{
	PL_TRY(native(at, PL_NAME_user, ret));
	if (ret->kind != PL_V_STRING)
		return PL_OK;
	struct user u = parse_user(ret->u.s);
	*ret = u.valid ? (struct pl_value){.kind = PL_V_INT, .node = ret->node, .u.i = u.uid} : pl_value_absent();
	return PL_OK;
}

/* Without a user the image decides, and its USER is not known here. */
static pl_err non_root(const struct pl_view_at *at, struct pl_value *ret)
{
	struct pl_value text;
	PL_TRY(native(at, PL_NAME_user, &text));
	*ret = pl_value_bool(false);
	if (text.kind != PL_V_STRING)
		return PL_OK;
	struct user u = parse_user(text.u.s);
	bool named = u.name.len && !u.numeric && !pl_view_is_windows_admin(u.name);
	*ret = pl_value_bool(named || (u.valid && u.uid > 0));
	return PL_OK;
}

static pl_err read_only_root(const struct pl_view_at *at, struct pl_value *ret)
{
	return native(at, PL_NAME_readonlyRootFilesystem, ret);
}

/* --- security options --------------------------------------------------------------------------------------------- */

/* "name", "name:value" and "name=value": the value, and whether there was one. False for another option. */
static bool option_value(pl_str option, pl_str name, pl_str *ret)
{
	if (!pl_str_starts(option, name))
		return false;
	*ret = (pl_str){option.ptr + name.len, option.len - name.len};
	if (ret->len == 0)
		return true;
	if (ret->ptr[0] != ':' && ret->ptr[0] != '=')
		return false;
	*ret = (pl_str){ret->ptr + 1, ret->len - 1};
	return true;
}

/* What dockerSecurityOptions say; of contradicting ones the worse. */
struct options {
	bool no_new_privileges; /* set and never taken back */
	bool confined, unconfined;
};

static pl_err read_options(const struct pl_view_at *at, struct options *ret)
{
	const struct pl_doc *doc = at->w->doc;
	pl_node list = own_field(at, PL_NAME_dockerSecurityOptions);
	bool set = false, taken_back = false;
	*ret = (struct options){.confined = false};
	for (pl_node node = pl_bind_first(doc, list); node != PL_NO_NODE; node = pl_doc_next(doc, list, node)) {
		pl_str option = pl_scalar_text(doc, node, at->arena), value;
		if (!option.ptr)
			return PL_E_MEMORY;
		if (option_value(option, PL_STR("no-new-privileges"), &value)) {
			bool yes = option.len == strlen("no-new-privileges") || pl_str_eq(value, PL_STR("true"));
			set |= yes;
			taken_back |= !yes;
		} else if (option_value(option, PL_STR("seccomp"), &value)) {
			bool open = !value.len || pl_view_eq_nocase(value, "unconfined");
			ret->unconfined |= open;
			ret->confined |= !open;
		}
	}
	ret->no_new_privileges = set && !taken_back;
	return PL_OK;
}

static pl_err privilege_escalation(const struct pl_view_at *at, struct pl_value *ret)
{
	struct options options;
	bool admin;
	PL_TRY(read_options(at, &options));
	PL_TRY(pl_view_adds_admin(at, capability_list(at, PL_NAME_add), &admin));
	bool all = pl_bind_bool(at->w->doc, pl_view_container(at)->node, PL_NAME_privileged, false);
	*ret = pl_value_bool(admin || all || !options.no_new_privileges);
	return PL_OK;
}

static pl_err seccomp(const struct pl_view_at *at, struct pl_value *ret)
{
	struct options options;
	PL_TRY(read_options(at, &options));
	*ret = pl_value_absent();
	if (options.unconfined)
		*ret = pl_native_string(PL_STR("Unconfined"), PL_NO_NODE);
	else if (options.confined)
		*ret = pl_native_string(PL_STR("Localhost"), PL_NO_NODE);
	return PL_OK;
}

/* --- resources ---------------------------------------------------------------------------------------------------- */

#define MIB INT64_C(1048576)

/* An integer of the container, times `unit` nano; absent when it is missing or 0. */
static pl_err own_amount(const struct pl_view_at *at, uint16_t name_id, enum pl_type_kind kind, struct pl_value *ret)
{
	PL_TRY(native(at, name_id, ret));
	if (ret->kind != PL_V_INT)
		return PL_OK;
	pl_nano n = pl_nano_mul_int(PL_NANO_ONE, ret->u.i);
	n = kind == PL_T_BYTES ? pl_nano_mul_int(n, MIB) : n / 1024 + (n % 1024 > 0);
	*ret = pl_view_amount(n, kind, ret->node);
	return PL_OK;
}

/* The size of the task; on Windows there is none. */
static pl_err task_amount(const struct pl_view_at *at, enum pl_type_kind kind, struct pl_value *ret)
{
	uint16_t name_id = kind == PL_T_BYTES ? PL_NAME_memory : PL_NAME_cpu;
	bool windows;
	pl_str text;
	pl_nano q;
	PL_TRY(is_windows(at, &windows));
	PL_TRY(task_text(at, name_id, &text));
	*ret = pl_value_absent();
	if (windows || !text.len)
		return PL_OK;
	bool good = kind == PL_T_BYTES ? pl_quantity_parse_ecs_memory(text, &q) : pl_quantity_parse_ecs_cpu(text, &q);
	*ret = good ? pl_view_amount(q, kind, task_field(at, name_id))
		    : pl_value_unknown("it is not the size of a task");
	return PL_OK;
}

static pl_err memory_limit(const struct pl_view_at *at, struct pl_value *ret)
{
	PL_TRY(own_amount(at, PL_NAME_memory, PL_T_BYTES, ret));
	return ret->kind == PL_V_ABSENT ? task_amount(at, PL_T_BYTES, ret) : PL_OK;
}

/* spec: ecs.md 2.2: on Linux `cpu` of a container is a share, not a limit; on Windows it is a quota. */
static pl_err cpu_limit(const struct pl_view_at *at, struct pl_value *ret)
{
	bool windows;
	PL_TRY(is_windows(at, &windows));
	return windows ? own_amount(at, PL_NAME_cpu, PL_T_CORES, ret) : task_amount(at, PL_T_CORES, ret);
}

static pl_err memory_request(const struct pl_view_at *at, struct pl_value *ret)
{
	PL_TRY(own_amount(at, PL_NAME_memoryReservation, PL_T_BYTES, ret));
	return ret->kind == PL_V_ABSENT ? memory_limit(at, ret) : PL_OK;
}

static pl_err cpu_request(const struct pl_view_at *at, struct pl_value *ret)
{
	PL_TRY(own_amount(at, PL_NAME_cpu, PL_T_CORES, ret));
	return ret->kind == PL_V_ABSENT ? cpu_limit(at, ret) : PL_OK;
}

/* --- launch type and identity ------------------------------------------------------------------------------------- */

/* How often FARGATE and anything else stand in a list of launch types. */
struct launch_types {
	unsigned fargate, other;
};

static pl_err count_launch_types(const struct pl_view_at *at, uint16_t name_id, struct launch_types *ret)
{
	const struct pl_doc *doc = at->w->doc;
	pl_node list = task_field(at, name_id);
	*ret = (struct launch_types){.fargate = 0};
	for (pl_node node = pl_bind_first(doc, list); node != PL_NO_NODE; node = pl_doc_next(doc, list, node)) {
		pl_str type = pl_scalar_text(doc, node, at->arena);
		if (!type.ptr)
			return PL_E_MEMORY;
		if (pl_str_eq(type, PL_STR("FARGATE")))
			ret->fargate++;
		else
			ret->other++;
	}
	return PL_OK;
}

/* spec: ecs.md 2.1. What the task asks for decides; what AWS computed for a described task only where it asks for
 * nothing. In what is to be registered, `compatibilities` is nobody's word but the author's. */
static pl_err is_fargate(const struct pl_view_at *at, bool *ret)
{
	struct launch_types asked, computed = {.fargate = 0};
	PL_TRY(count_launch_types(at, PL_NAME_requiresCompatibilities, &asked));
	if (at->w->task != at->w->object)
		PL_TRY(count_launch_types(at, PL_NAME_compatibilities, &computed));
	if (asked.fargate + asked.other > 0)
		*ret = asked.fargate > 0 && (asked.other == 0 || at->ctx->launch_fargate);
	else
		*ret = computed.fargate > 0 && (computed.other == 0 || at->ctx->launch_fargate);
	return PL_OK;
}

static pl_err task_fargate(const struct pl_view_at *at, struct pl_value *ret)
{
	bool fargate;
	PL_TRY(is_fargate(at, &fargate));
	*ret = pl_value_bool(fargate);
	return PL_OK;
}

static bool has_task_role(const struct pl_view_at *at)
{
	return !pl_scalar_is_blank(at->w->doc, task_field(at, PL_NAME_taskRoleArn));
}

static pl_err aws_identity(const struct pl_view_at *at, struct pl_value *ret)
{
	*ret = has_task_role(at) ? pl_native_string(PL_STR("task-role"), PL_NO_NODE) : pl_value_absent();
	return PL_OK;
}

/* Whether the network mode lets the task ask its host for credentials. An unknown mode does. */
static bool reaches_host(const struct pl_view_at *at, pl_str mode)
{
	if (pl_str_eq(mode, PL_STR("none")))
		return false;
	if (pl_str_eq(mode, PL_STR("awsvpc")))
		return !at->ctx->imds_blocked_awsvpc;
	if (!mode.len || pl_str_eq(mode, PL_STR("bridge")) || pl_str_eq(mode, PL_STR("default")) ||
	    pl_str_eq(mode, PL_STR("<default>")))
		return !at->ctx->imds_blocked_bridge;
	return true;
}

/* spec: ecs.md 2.1, the rows that deny. */
static pl_err inherits_host_role(const struct pl_view_at *at, struct pl_value *ret)
{
	bool fargate;
	pl_str mode;
	PL_TRY(is_fargate(at, &fargate));
	PL_TRY(task_text(at, PL_NAME_networkMode, &mode));
	*ret = pl_value_bool(!fargate && !has_task_role(at) && reaches_host(at, mode));
	return PL_OK;
}

/* --- workload ----------------------------------------------------------------------------------------------------- */

/* A text of a tag; absent where there is none. Tags beside the task have not been walked, so nothing is taken for
 * granted. */
static pl_err tag_text(const struct pl_view_at *at, pl_node tag, pl_str name, struct pl_value *ret)
{
	const struct pl_type type = {.kind = PL_T_STRING};
	pl_node node = pl_doc_get(at->w->doc, tag, name, NULL);
	*ret = pl_value_absent();
	return pl_scalar_is_null(at->w->doc, node) ? PL_OK : pl_native_read(at->w, node, type, at->arena, ret);
}

/* Tags are a list of keys and values. A tag without a value has the empty one. */
static pl_err labels(const struct pl_view_at *at, struct pl_value *ret)
{
	const struct pl_doc *doc = at->w->doc;
	pl_node list = pl_tags_list(at->w);
	uint32_t count = pl_bind_count(doc, list), n = 0;
	struct pl_value *keys = pl_arena_zalloc(at->arena, count, sizeof(*keys));
	struct pl_value *values = pl_arena_zalloc(at->arena, count, sizeof(*values));
	if (!keys || !values)
		return PL_E_MEMORY;
	for (pl_node tag = pl_bind_first(doc, list); tag != PL_NO_NODE && n < count;
	     tag = pl_doc_next(doc, list, tag), n++) {
		PL_TRY(tag_text(at, tag, PL_STR("key"), &keys[n]));
		PL_TRY(tag_text(at, tag, PL_STR("value"), &values[n]));
		if (values[n].kind == PL_V_ABSENT)
			values[n] = pl_native_string(PL_STR(""), tag);
	}
	return pl_value_map_make(keys, values, n, at->arena, ret);
}

static pl_err mode_is_host(const struct pl_view_at *at, uint16_t name_id, struct pl_value *ret)
{
	pl_str mode;
	PL_TRY(task_text(at, name_id, &mode));
	*ret = pl_value_bool(pl_str_eq(mode, PL_STR("host")));
	ret->node = task_field(at, name_id);
	return PL_OK;
}

static pl_err host_network(const struct pl_view_at *at, struct pl_value *ret)
{
	return mode_is_host(at, PL_NAME_networkMode, ret);
}

static pl_err host_pid(const struct pl_view_at *at, struct pl_value *ret)
{
	return mode_is_host(at, PL_NAME_pidMode, ret);
}

static pl_err host_ipc(const struct pl_view_at *at, struct pl_value *ret)
{
	return mode_is_host(at, PL_NAME_ipcMode, ret);
}

static pl_err task_memory_limit(const struct pl_view_at *at, struct pl_value *ret)
{
	return task_amount(at, PL_T_BYTES, ret);
}

static pl_err task_cpu_limit(const struct pl_view_at *at, struct pl_value *ret)
{
	return task_amount(at, PL_T_CORES, ret);
}

pl_view_reader *const pl_view_ecs_readers[PL_VIEW_COUNT] = {
	[PL_VIEW_CONTAINER_privileged] = privileged,
	[PL_VIEW_CONTAINER_added_capabilities] = added_capabilities,
	[PL_VIEW_CONTAINER_dropped_capabilities] = dropped_capabilities,
	[PL_VIEW_CONTAINER_uid] = uid,
	[PL_VIEW_CONTAINER_non_root] = non_root,
	[PL_VIEW_CONTAINER_read_only_root] = read_only_root,
	[PL_VIEW_CONTAINER_privilege_escalation] = privilege_escalation,
	[PL_VIEW_CONTAINER_seccomp] = seccomp,
	[PL_VIEW_CONTAINER_memory_limit] = memory_limit,
	[PL_VIEW_CONTAINER_cpu_limit] = cpu_limit,
	[PL_VIEW_CONTAINER_memory_request] = memory_request,
	[PL_VIEW_CONTAINER_cpu_request] = cpu_request,
	[PL_VIEW_CONTAINER_aws_identity] = aws_identity,
	[PL_VIEW_CONTAINER_inherits_host_role] = inherits_host_role,
	[PL_VIEW_WORKLOAD_labels] = labels,
	[PL_VIEW_WORKLOAD_host_network] = host_network,
	[PL_VIEW_WORKLOAD_host_pid] = host_pid,
	[PL_VIEW_WORKLOAD_host_ipc] = host_ipc,
	[PL_VIEW_WORKLOAD_memory_limit] = task_memory_limit,
	[PL_VIEW_WORKLOAD_cpu_limit] = task_cpu_limit,
	[PL_VIEW_TASK_fargate] = task_fargate,
};
