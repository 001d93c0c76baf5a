/* view_k8s.c - the common view of a pod: what a setting amounts to once container, pod and platform have had their say.
 * Where that is vague, the reading that is worse for the workload. Fails for memory only.
 * spec: language.md 3.5.4, 7.3 */
#include "bind.h"
#include "native.h"
#include "scalar.h"
#include "view.h"

static pl_node field(const struct pl_view_at *at, pl_node record, uint16_t name_id)
{
	return pl_bind_field(at->w->doc, record, name_id);
}

/* The security context of the container and of its pod. */
static pl_node own_context(const struct pl_view_at *at)
{
	return field(at, pl_view_container(at)->node, PL_NAME_securityContext);
}

static pl_node pod_context(const struct pl_view_at *at)
{
	return field(at, at->w->pod_spec, PL_NAME_securityContext);
}

/* A field that both have: the container's, else the pod's. */
static pl_node effective(const struct pl_view_at *at, uint16_t name_id)
{
	pl_node own = field(at, own_context(at), name_id);
	return own != PL_NO_NODE ? own : field(at, pod_context(at), name_id);
}

static pl_node capability_list(const struct pl_view_at *at, uint16_t name_id)
{
	return field(at, field(at, own_context(at), PL_NAME_capabilities), name_id);
}

/* --- rights ------------------------------------------------------------------------------------------------------- */

static pl_err privileged(const struct pl_view_at *at, struct pl_value *ret)
{
	return pl_native_field(at->w, own_context(at), PL_RECORD_K8S_SecurityContext, PL_NAME_privileged, at->arena,
			       ret);
}

static pl_err added_capabilities(const struct pl_view_at *at, struct pl_value *ret)
{
	return pl_view_added(at, capability_list(at, PL_NAME_add), ret);
}

static pl_err dropped_capabilities(const struct pl_view_at *at, struct pl_value *ret)
{
	return pl_view_dropped(at, capability_list(at, PL_NAME_drop), ret);
}

static pl_err uid(const struct pl_view_at *at, struct pl_value *ret)
{
	const struct pl_type type = {.kind = PL_T_INT};
	pl_node node = effective(at, PL_NAME_runAsUser);
	*ret = pl_value_absent();
	return node == PL_NO_NODE ? PL_OK : pl_native_read(at->w, node, type, at->arena, ret);
}

/* The Windows account, if one is named, rules the container or its host. */
static pl_err is_windows_admin(const struct pl_view_at *at, bool *ret)
{
	pl_err err = PL_OK;
	const struct pl_doc *doc = at->w->doc;
	pl_node own = field(at, own_context(at), PL_NAME_windowsOptions);
	pl_str user = pl_bind_text(doc, own, PL_NAME_runAsUserName, at->arena, &err);
	if (err == PL_OK && !user.len)
		user = pl_bind_text(doc, field(at, pod_context(at), PL_NAME_windowsOptions), PL_NAME_runAsUserName,
				    at->arena, &err);
	*ret = pl_view_is_windows_admin(user);
	return err;
}

/* The kubelet refuses to start what runs as root when runAsNonRoot is set; else only a user id proves it. */
static pl_err non_root(const struct pl_view_at *at, struct pl_value *ret)
{
	struct pl_value user;
	bool admin, checked = false;
	PL_TRY(uid(at, &user));
	PL_TRY(is_windows_admin(at, &admin));
	if (!pl_scalar_bool(at->w->doc, effective(at, PL_NAME_runAsNonRoot), &checked))
		checked = false;
	bool named = user.kind == PL_V_INT;
	bool proven = (checked && user.kind == PL_V_ABSENT) || (named && user.u.i > 0);
	*ret = pl_value_bool(proven && !admin);
	return PL_OK;
}

static pl_err read_only_root(const struct pl_view_at *at, struct pl_value *ret)
{
	return pl_native_field(at->w, own_context(at), PL_RECORD_K8S_SecurityContext, PL_NAME_readOnlyRootFilesystem,
			       at->arena, ret);
}

static pl_err privilege_escalation(const struct pl_view_at *at, struct pl_value *ret)
{
	const struct pl_doc *doc = at->w->doc;
	pl_node context = own_context(at);
	bool admin;
	PL_TRY(pl_view_adds_admin(at, capability_list(at, PL_NAME_add), &admin));
	*ret = pl_value_bool(admin || pl_bind_bool(doc, context, PL_NAME_allowPrivilegeEscalation, true) ||
			     pl_bind_bool(doc, context, PL_NAME_privileged, false));
	return PL_OK;
}

/* spec: CVE-2023-2431: Localhost without a profile ran unconfined. */
static pl_err seccomp(const struct pl_view_at *at, struct pl_value *ret)
{
	pl_node profile = effective(at, PL_NAME_seccompProfile);
	PL_TRY(pl_native_field(at->w, profile, PL_RECORD_K8S_SeccompProfile, PL_NAME_type, at->arena, ret));
	if (ret->kind != PL_V_STRING || !pl_str_eq(ret->u.s, PL_STR("Localhost")))
		return PL_OK;
	if (pl_scalar_is_blank(at->w->doc, field(at, profile, PL_NAME_localhostProfile)))
		ret->u.s = PL_STR("Unconfined");
	return PL_OK;
}

/* --- resources ---------------------------------------------------------------------------------------------------- */

/* Where `resources.limits.memory` and the like stand below a container or pod spec. */
static pl_node resource_node(const struct pl_view_at *at, pl_node holder, uint16_t what, pl_str key)
{
	const struct pl_doc *doc = at->w->doc;
	pl_node amounts = field(at, field(at, holder, PL_NAME_resources), what);
	pl_node node = pl_doc_get(doc, amounts, key, NULL);
	return pl_scalar_is_null(doc, node) ? PL_NO_NODE : node;
}

static pl_err amount(const struct pl_view_at *at, pl_node node, enum pl_type_kind kind, struct pl_value *ret)
{
	const struct pl_type type = {.kind = (uint8_t)kind};
	*ret = pl_value_absent();
	if (node == PL_NO_NODE)
		return PL_OK;
	PL_TRY(pl_native_read(at->w, node, type, at->arena, ret));
	if (ret->kind == PL_V_NUMBER)
		*ret = pl_view_amount(ret->u.q, kind, node);
	return PL_OK;
}

static pl_str resource_key(enum pl_type_kind kind)
{
	return kind == PL_T_BYTES ? PL_STR("memory") : PL_STR("cpu");
}

static pl_err pod_limit(const struct pl_view_at *at, enum pl_type_kind kind, struct pl_value *ret)
{
	return amount(at, resource_node(at, at->w->pod_spec, PL_NAME_limits, resource_key(kind)), kind, ret);
}

static pl_err own_limit(const struct pl_view_at *at, enum pl_type_kind kind, struct pl_value *ret)
{
	pl_node node = resource_node(at, pl_view_container(at)->node, PL_NAME_limits, resource_key(kind));
	return amount(at, node, kind, ret);
}

static pl_err limit(const struct pl_view_at *at, enum pl_type_kind kind, struct pl_value *ret)
{
	PL_TRY(own_limit(at, kind, ret));
	return ret->kind == PL_V_ABSENT ? pod_limit(at, kind, ret) : PL_OK;
}

/* The container's request, else its limit; then the same of the pod. A request of 0 is written down and sets nothing
 * aside: it does not become the limit. */
static pl_err request(const struct pl_view_at *at, enum pl_type_kind kind, struct pl_value *ret)
{
	const pl_node holders[] = {pl_view_container(at)->node, at->w->pod_spec};
	*ret = pl_value_absent();
	for (unsigned i = 0; i < 2 && ret->kind == PL_V_ABSENT; i++) {
		pl_node node = resource_node(at, holders[i], PL_NAME_requests, resource_key(kind));
		if (node != PL_NO_NODE)
			return amount(at, node, kind, ret);
		node = resource_node(at, holders[i], PL_NAME_limits, resource_key(kind));
		PL_TRY(amount(at, node, kind, ret));
	}
	return PL_OK;
}

static pl_err memory_limit(const struct pl_view_at *at, struct pl_value *ret)
{
	return limit(at, PL_T_BYTES, ret);
}

static pl_err cpu_limit(const struct pl_view_at *at, struct pl_value *ret)
{
	return limit(at, PL_T_CORES, ret);
}

static pl_err memory_request(const struct pl_view_at *at, struct pl_value *ret)
{
	return request(at, PL_T_BYTES, ret);
}

static pl_err cpu_request(const struct pl_view_at *at, struct pl_value *ret)
{
	return request(at, PL_T_CORES, ret);
}

/* --- identity ----------------------------------------------------------------------------------------------------- */

/* The container has a variable of this name that says something. */
static pl_err has_variable(const struct pl_view_at *at, pl_str name, bool *ret)
{
	const struct pl_container *c = pl_view_container(at);
	const struct pl_doc *doc = at->w->doc;
	pl_err err = PL_OK;
	*ret = false;
	for (uint32_t i = 0; i < c->variables && !*ret && err == PL_OK; i++) {
		pl_node node = at->w->variables[c->first_variable + i].node;
		pl_str found = pl_bind_text(doc, node, PL_NAME_name, at->arena, &err);
		*ret = pl_str_eq(found, name) && (!pl_scalar_is_blank(doc, field(at, node, PL_NAME_value)) ||
						  field(at, node, PL_NAME_valueFrom) != PL_NO_NODE);
	}
	return err;
}

/* spec: the webhooks of Amazon EKS put these variables in before we are asked. */
static pl_err aws_identity(const struct pl_view_at *at, struct pl_value *ret)
{
	const struct {
		pl_str identity, first, second;
	} kinds[] = {
		{PL_STR("irsa"), PL_STR("AWS_ROLE_ARN"), PL_STR("AWS_WEB_IDENTITY_TOKEN_FILE")},
		{PL_STR("pod-identity"), PL_STR("AWS_CONTAINER_CREDENTIALS_FULL_URI"),
		 PL_STR("AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE")},
	};
	*ret = pl_value_absent();
	for (unsigned i = 0; i < 2 && ret->kind == PL_V_ABSENT; i++) {
		bool first, second;
		PL_TRY(has_variable(at, kinds[i].first, &first));
		PL_TRY(has_variable(at, kinds[i].second, &second));
		if (first && second)
			*ret = pl_native_string(kinds[i].identity, PL_NO_NODE);
	}
	return PL_OK;
}

/* spec: language.md 7.3 */
static pl_err inherits_host_role(const struct pl_view_at *at, struct pl_value *ret)
{
	bool reachable = pl_str_eq(at->ctx->cluster_cloud, PL_STR("aws")) && !at->ctx->imds_blocked_pods;
	bool shared = pl_bind_bool(at->w->doc, at->w->pod_spec, PL_NAME_hostNetwork, false);
	*ret = pl_value_bool(shared);
	if (shared || !reachable)
		return PL_OK;
	struct pl_value identity;
	PL_TRY(aws_identity(at, &identity));
	*ret = pl_value_bool(identity.kind == PL_V_ABSENT);
	return PL_OK;
}

static pl_err handlers(const struct pl_view_at *at, struct pl_value *ret)
{
	const struct pl_workload *w = at->w;
	uint32_t count = 0;
	for (uint32_t i = 0; i < w->handler_count; i++)
		count += w->handlers[i].container == at->index;
	struct pl_value *items = pl_arena_zalloc(at->arena, count, sizeof(*items));
	if (!items)
		return PL_E_MEMORY;
	for (uint32_t i = 0, n = 0; i < w->handler_count; i++)
		if (w->handlers[i].container == at->index)
			items[n++] = (struct pl_value){
				.kind = PL_V_SUBJECT, .ref = PL_SUBJECT_HANDLER, .node = i, .u.workload = w};
	PL_TRY(pl_view_list(at, items, count, ret));
	ret->of = PL_T_SUBJECT;
	ret->ref = PL_SUBJECT_HANDLER;
	return PL_OK;
}

/* --- workload ----------------------------------------------------------------------------------------------------- */

static pl_err labels(const struct pl_view_at *at, struct pl_value *ret)
{
	pl_node metadata = field(at, at->w->object, PL_NAME_metadata);
	return pl_native_field(at->w, metadata, PL_RECORD_K8S_ObjectMeta, PL_NAME_labels, at->arena, ret);
}

static pl_err pod_flag(const struct pl_view_at *at, uint16_t name_id, struct pl_value *ret)
{
	return pl_native_field(at->w, at->w->pod_spec, PL_RECORD_K8S_PodSpec, name_id, at->arena, ret);
}

static pl_err host_network(const struct pl_view_at *at, struct pl_value *ret)
{
	return pod_flag(at, PL_NAME_hostNetwork, ret);
}

static pl_err host_pid(const struct pl_view_at *at, struct pl_value *ret)
{
	return pod_flag(at, PL_NAME_hostPID, ret);
}

static pl_err host_ipc(const struct pl_view_at *at, struct pl_value *ret)
{
	return pod_flag(at, PL_NAME_hostIPC, ret);
}

static pl_err pod_memory_limit(const struct pl_view_at *at, struct pl_value *ret)
{
	return pod_limit(at, PL_T_BYTES, ret);
}

static pl_err pod_cpu_limit(const struct pl_view_at *at, struct pl_value *ret)
{
	return pod_limit(at, PL_T_CORES, ret);
}

pl_view_reader *const pl_view_k8s_readers[PL_VIEW_COUNT] = {
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
	[PL_VIEW_CONTAINER_handlers] = handlers,
	[PL_VIEW_WORKLOAD_labels] = labels,
	[PL_VIEW_WORKLOAD_host_network] = host_network,
	[PL_VIEW_WORKLOAD_host_pid] = host_pid,
	[PL_VIEW_WORKLOAD_host_ipc] = host_ipc,
	[PL_VIEW_WORKLOAD_memory_limit] = pod_memory_limit,
	[PL_VIEW_WORKLOAD_cpu_limit] = pod_cpu_limit,
};
