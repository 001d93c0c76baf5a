/* space_view.c - the common view by what it is made of: for each row of view.def the places of a manifest that decide
 * it, and what about them matters. A derived value is varied through these, so that values which no manifest has do not
 * come up. spec: view_k8s.c, view_ecs.c, view.c of policy/model */
#include "space.h"

#include <string.h>

#include "base/invariant.h"
#include "model/capability.h"

/* How a question about a row becomes one about a place. */
enum way {
	SAME,	 /* the same question */
	READ,	 /* whether it is there, true or false */
	TEXT,	 /* whether it is this text */
	LIKE,	 /* whether it is like this text */
	FOLD,	 /* whether its lower case form is */
	ZERO,	 /* the same question, and whether it is zero */
	UPPER,	 /* elements: the same about the upper case form without CAP_ */
	EXACT,	 /* elements: the same, if it is a capability exactly spelled */
	CAP,	 /* elements: whether the upper case form without CAP_ is this text */
	MEBI,	 /* the same in MiB, and whether it is zero */
	SHARE,	 /* the same in 1/1024, and whether it is zero */
	TWO,	 /* a list of which two elements can be told apart */
	CONTEXT, /* of the context: whether it is this text */
};

struct row {
	uint16_t view;
	uint8_t platform;
	uint8_t way;
	const char *path; /* of the subject; "^": of the pod's spec; "/": of the object */
	const char *text;
};

#define K8S		 PL_ON_KUBERNETES
#define ECS		 PL_ON_ECS
#define V(subject, name) PL_VIEW_##subject##_##name

static const struct row rows[] = {
	{V(CONTAINER, name), PL_ON_BOTH, SAME, "name", NULL},
	{V(CONTAINER, image), PL_ON_BOTH, SAME, "image", NULL},
	{V(CONTAINER, privileged), K8S, SAME, "securityContext.privileged", NULL},
	{V(CONTAINER, privileged), ECS, SAME, "privileged", NULL},
	{V(CONTAINER, added_capabilities), K8S, UPPER, "securityContext.capabilities.add", NULL},
	{V(CONTAINER, added_capabilities), ECS, UPPER, "linuxParameters.capabilities.add", NULL},
	{V(CONTAINER, dropped_capabilities), K8S, EXACT, "securityContext.capabilities.drop", NULL},
	{V(CONTAINER, dropped_capabilities), ECS, EXACT, "linuxParameters.capabilities.drop", NULL},
	{V(CONTAINER, uid), K8S, SAME, "securityContext.runAsUser", NULL},
	{V(CONTAINER, uid), K8S, SAME, "^securityContext.runAsUser", NULL},
	{V(CONTAINER, uid), ECS, ZERO, "user", NULL},
	{V(CONTAINER, uid), ECS, TEXT, "user", "root"},
	{V(CONTAINER, uid), ECS, TEXT, "user", "app"},
	{V(CONTAINER, non_root), K8S, READ, "securityContext.runAsNonRoot", NULL},
	{V(CONTAINER, non_root), K8S, READ, "^securityContext.runAsNonRoot", NULL},
	{V(CONTAINER, non_root), K8S, ZERO, "securityContext.runAsUser", NULL},
	{V(CONTAINER, non_root), K8S, ZERO, "^securityContext.runAsUser", NULL},
	{V(CONTAINER, non_root), K8S, TEXT, "securityContext.windowsOptions.runAsUserName", "ContainerAdministrator"},
	{V(CONTAINER, non_root), K8S, TEXT, "^securityContext.windowsOptions.runAsUserName", "ContainerAdministrator"},
	{V(CONTAINER, non_root), ECS, ZERO, "user", NULL},
	{V(CONTAINER, non_root), ECS, TEXT, "user", "root"},
	{V(CONTAINER, non_root), ECS, TEXT, "user", "app"},
	{V(CONTAINER, non_root), ECS, TEXT, "user", "ContainerAdministrator"},
	{V(CONTAINER, read_only_root), K8S, SAME, "securityContext.readOnlyRootFilesystem", NULL},
	{V(CONTAINER, read_only_root), ECS, SAME, "readonlyRootFilesystem", NULL},
	{V(CONTAINER, privilege_escalation), K8S, READ, "securityContext.allowPrivilegeEscalation", NULL},
	{V(CONTAINER, privilege_escalation), K8S, READ, "securityContext.privileged", NULL},
	{V(CONTAINER, privilege_escalation), K8S, CAP, "securityContext.capabilities.add", "SYS_ADMIN"},
	{V(CONTAINER, privilege_escalation), ECS, TEXT, "dockerSecurityOptions", "no-new-privileges"},
	{V(CONTAINER, privilege_escalation), ECS, TEXT, "dockerSecurityOptions", "no-new-privileges:false"},
	{V(CONTAINER, privilege_escalation), ECS, TEXT, "dockerSecurityOptions", "no-new-privileges:true"},
	{V(CONTAINER, privilege_escalation), ECS, READ, "privileged", NULL},
	{V(CONTAINER, privilege_escalation), ECS, CAP, "linuxParameters.capabilities.add", "SYS_ADMIN"},
	{V(CONTAINER, privilege_escalation), ECS, TWO, "dockerSecurityOptions", NULL},
	{V(CONTAINER, seccomp), K8S, SAME, "securityContext.seccompProfile.type", NULL},
	{V(CONTAINER, seccomp), K8S, TEXT, "securityContext.seccompProfile.type", "Localhost"},
	{V(CONTAINER, seccomp), K8S, READ, "securityContext.seccompProfile.localhostProfile", NULL},
	{V(CONTAINER, seccomp), K8S, SAME, "^securityContext.seccompProfile.type", NULL},
	{V(CONTAINER, seccomp), K8S, TEXT, "^securityContext.seccompProfile.type", "Localhost"},
	{V(CONTAINER, seccomp), K8S, READ, "^securityContext.seccompProfile.localhostProfile", NULL},
	{V(CONTAINER, seccomp), ECS, TEXT, "dockerSecurityOptions", "seccomp:unconfined"},
	{V(CONTAINER, seccomp), ECS, LIKE, "dockerSecurityOptions", "seccomp:*"},
	{V(CONTAINER, memory_limit), K8S, ZERO, "resources.limits.memory", NULL},
	{V(CONTAINER, memory_limit), K8S, ZERO, "^resources.limits.memory", NULL},
	{V(CONTAINER, memory_limit), ECS, MEBI, "memory", NULL},
	{V(CONTAINER, memory_limit), ECS, MEBI, "/memory", NULL},
	{V(CONTAINER, memory_limit), ECS, FOLD, "/runtimePlatform.operatingSystemFamily", "windows*"},
	{V(CONTAINER, cpu_limit), K8S, ZERO, "resources.limits.cpu", NULL},
	{V(CONTAINER, cpu_limit), K8S, ZERO, "^resources.limits.cpu", NULL},
	{V(CONTAINER, cpu_limit), ECS, SHARE, "cpu", NULL},
	{V(CONTAINER, cpu_limit), ECS, SHARE, "/cpu", NULL},
	{V(CONTAINER, cpu_limit), ECS, FOLD, "/runtimePlatform.operatingSystemFamily", "windows*"},
	{V(CONTAINER, memory_request), K8S, ZERO, "resources.requests.memory", NULL},
	{V(CONTAINER, memory_request), K8S, ZERO, "resources.limits.memory", NULL},
	{V(CONTAINER, memory_request), K8S, ZERO, "^resources.requests.memory", NULL},
	{V(CONTAINER, memory_request), K8S, ZERO, "^resources.limits.memory", NULL},
	{V(CONTAINER, memory_request), ECS, MEBI, "memoryReservation", NULL},
	{V(CONTAINER, memory_request), ECS, MEBI, "memory", NULL},
	{V(CONTAINER, memory_request), ECS, MEBI, "/memory", NULL},
	{V(CONTAINER, memory_request), ECS, FOLD, "/runtimePlatform.operatingSystemFamily", "windows*"},
	{V(CONTAINER, cpu_request), K8S, ZERO, "resources.requests.cpu", NULL},
	{V(CONTAINER, cpu_request), K8S, ZERO, "resources.limits.cpu", NULL},
	{V(CONTAINER, cpu_request), K8S, ZERO, "^resources.requests.cpu", NULL},
	{V(CONTAINER, cpu_request), K8S, ZERO, "^resources.limits.cpu", NULL},
	{V(CONTAINER, cpu_request), ECS, SHARE, "cpu", NULL},
	{V(CONTAINER, cpu_request), ECS, SHARE, "/cpu", NULL},
	{V(CONTAINER, cpu_request), ECS, FOLD, "/runtimePlatform.operatingSystemFamily", "windows*"},
	{V(CONTAINER, aws_identity), K8S, TEXT, "env#name", "AWS_ROLE_ARN"},
	{V(CONTAINER, aws_identity), K8S, TEXT, "env#name", "AWS_WEB_IDENTITY_TOKEN_FILE"},
	{V(CONTAINER, aws_identity), K8S, TEXT, "env#name", "AWS_CONTAINER_CREDENTIALS_FULL_URI"},
	{V(CONTAINER, aws_identity), K8S, TEXT, "env#name", "AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE"},
	{V(CONTAINER, aws_identity), K8S, READ, "env#value", NULL},
	{V(CONTAINER, aws_identity), K8S, TWO, "env", NULL},
	{V(CONTAINER, aws_identity), ECS, READ, "/taskRoleArn", NULL},
	{V(CONTAINER, inherits_host_role), K8S, READ, "^hostNetwork", NULL},
	{V(CONTAINER, inherits_host_role), K8S, TEXT, "env#name", "AWS_ROLE_ARN"},
	{V(CONTAINER, inherits_host_role), K8S, TEXT, "env#name", "AWS_WEB_IDENTITY_TOKEN_FILE"},
	{V(CONTAINER, inherits_host_role), K8S, READ, "env#value", NULL},
	{V(CONTAINER, inherits_host_role), K8S, TWO, "env", NULL},
	{V(CONTAINER, inherits_host_role), K8S, CONTEXT, "cloud", "aws"},
	{V(CONTAINER, inherits_host_role), K8S, CONTEXT, "imds_blocked", "pods"},
	{V(CONTAINER, inherits_host_role), ECS, READ, "/taskRoleArn", NULL},
	{V(CONTAINER, inherits_host_role), ECS, TEXT, "/requiresCompatibilities", "FARGATE"},
	{V(CONTAINER, inherits_host_role), ECS, TWO, "/requiresCompatibilities", NULL},
	{V(CONTAINER, inherits_host_role), ECS, TEXT, "/networkMode", "none"},
	{V(CONTAINER, inherits_host_role), ECS, TEXT, "/networkMode", "awsvpc"},
	{V(CONTAINER, inherits_host_role), ECS, TEXT, "/networkMode", "bridge"},
	{V(CONTAINER, inherits_host_role), ECS, CONTEXT, "imds_blocked", "awsvpc"},
	{V(CONTAINER, inherits_host_role), ECS, CONTEXT, "imds_blocked", "bridge"},
	{V(MOUNT, path), K8S, SAME, "mountPath", NULL},
	{V(MOUNT, path), ECS, SAME, "containerPath", NULL},
	{V(MOUNT, read_only), PL_ON_BOTH, SAME, "readOnly", NULL},
	{V(MOUNT, host_path), K8S, SAME, "^volumes[0].hostPath.path", NULL},
	{V(MOUNT, host_path), ECS, SAME, "/volumes[0].host.sourcePath", NULL},
	{V(MOUNT, host_path), ECS, SAME, "/volumes[0].dockerVolumeConfiguration.driverOpts.device", NULL},
	{V(MOUNT, host_path), ECS, LIKE, "/volumes[0].dockerVolumeConfiguration.driverOpts.device", "/*"},
	{V(VOLUME, name), PL_ON_BOTH, SAME, "name", NULL},
	{V(VOLUME, host_path), K8S, SAME, "hostPath.path", NULL},
	{V(VOLUME, host_path), ECS, SAME, "host.sourcePath", NULL},
	{V(VOLUME, host_path), ECS, SAME, "dockerVolumeConfiguration.driverOpts.device", NULL},
	{V(VOLUME, host_path), ECS, LIKE, "dockerVolumeConfiguration.driverOpts.device", "/*"},
	{V(PORT, container_port), PL_ON_BOTH, SAME, "containerPort", NULL},
	{V(PORT, host_port), PL_ON_BOTH, ZERO, "hostPort", NULL},
	{V(PORT, host_port), PL_ON_BOTH, SAME, "containerPort", NULL},
	{V(PORT, host_port), K8S, READ, "^hostNetwork", NULL},
	{V(PORT, host_port), ECS, TEXT, "/networkMode", "host"},
	{V(VARIABLE, name), PL_ON_BOTH, SAME, "name", NULL},
	{V(VARIABLE, value), PL_ON_BOTH, SAME, "value", NULL},
	{V(VARIABLE, from_secret), K8S, READ, "valueFrom.secretKeyRef", NULL},
	{V(WORKLOAD, kind), K8S, SAME, "/kind", NULL},
	{V(WORKLOAD, name), K8S, SAME, "/metadata.name", NULL},
	{V(WORKLOAD, name), ECS, SAME, "/family", NULL},
	{V(WORKLOAD, host_network), K8S, SAME, "^hostNetwork", NULL},
	{V(WORKLOAD, host_network), ECS, TEXT, "/networkMode", "host"},
	{V(WORKLOAD, host_pid), K8S, SAME, "^hostPID", NULL},
	{V(WORKLOAD, host_pid), ECS, TEXT, "/pidMode", "host"},
	{V(WORKLOAD, host_ipc), K8S, SAME, "^hostIPC", NULL},
	{V(WORKLOAD, host_ipc), ECS, TEXT, "/ipcMode", "host"},
	{V(WORKLOAD, memory_limit), K8S, ZERO, "^resources.limits.memory", NULL},
	{V(WORKLOAD, memory_limit), ECS, MEBI, "/memory", NULL},
	{V(WORKLOAD, memory_limit), ECS, FOLD, "/runtimePlatform.operatingSystemFamily", "windows*"},
	{V(WORKLOAD, cpu_limit), K8S, ZERO, "^resources.limits.cpu", NULL},
	{V(WORKLOAD, cpu_limit), ECS, SHARE, "/cpu", NULL},
	{V(WORKLOAD, cpu_limit), ECS, FOLD, "/runtimePlatform.operatingSystemFamily", "windows*"},
	{V(OBJECT, apiVersion), K8S, SAME, "/apiVersion", NULL},
	{V(OBJECT, kind), K8S, SAME, "/kind", NULL},
	{V(TASK, fargate), ECS, TEXT, "/requiresCompatibilities", "FARGATE"},
	{V(TASK, fargate), ECS, TWO, "/requiresCompatibilities", NULL},
};

/* Rows that are lists or maps of the manifest, or of the pod. */
static const struct row lists[] = {
	{V(CONTAINER, image), PL_ON_BOTH, SAME, "image", NULL},
	{V(CONTAINER, added_capabilities), K8S, UPPER, "securityContext.capabilities.add", NULL},
	{V(CONTAINER, added_capabilities), ECS, UPPER, "linuxParameters.capabilities.add", NULL},
	{V(CONTAINER, dropped_capabilities), K8S, EXACT, "securityContext.capabilities.drop", NULL},
	{V(CONTAINER, dropped_capabilities), ECS, EXACT, "linuxParameters.capabilities.drop", NULL},
	{V(CONTAINER, env), K8S, SAME, "env", NULL},
	{V(CONTAINER, env), ECS, SAME, "environment", NULL},
	{V(CONTAINER, ports), K8S, SAME, "ports", NULL},
	{V(CONTAINER, ports), ECS, SAME, "portMappings", NULL},
	{V(WORKLOAD, containers), K8S, SAME, "^containers", NULL},
	{V(WORKLOAD, containers), ECS, SAME, "/containerDefinitions", NULL},
	{V(WORKLOAD, volumes), K8S, SAME, "^volumes", NULL},
	{V(WORKLOAD, volumes), ECS, SAME, "/volumes", NULL},
	{V(WORKLOAD, labels), K8S, SAME, "/metadata.labels", NULL},
};

/* --- places ---------------------------------------------------------------------------------------------------------
 */

static bool is_here(const struct pl_space_reader *r, const struct row *row, uint16_t view)
{
	return row->view == view && (row->platform & r->space->shape->platform);
}

static bool place_of_row(struct pl_space_reader *r, const struct pl_place *view, const char *path, struct pl_place *ret)
{
	bool ecs = r->space->shape->platform == PL_ON_ECS;
	struct pl_knobs *main = &r->space->knobs;
	uint16_t task = PL_RECORD_ECS_RegisterTaskDefinitionRequest;
	if (*path == '^')
		return pl_place_below(r, main, PL_STR("spec"), PL_RECORD_K8S_PodSpec, path + 1, ret);
	if (*path == '/')
		return pl_place_below(r, main, PL_STR(""), ecs ? task : (uint16_t)PL_RECORD_K8S_Pod, path + 1, ret);
	return view->record != PL_NO_RECORD && pl_place_below(r, view->set, view->path, view->record, path, ret);
}

/* "env#name": a field of the elements of a list. */
static bool place_in_elements(struct pl_space_reader *r, const struct pl_place *view, const char *path,
			      struct pl_place *ret)
{
	char list[64];
	const char *hash = strchr(path, '#');
	struct pl_place real, element;
	if (!hash || (size_t)(hash - path) >= sizeof list)
		return false;
	memcpy(list, path, (size_t)(hash - path));
	list[hash - path] = '\0';
	return place_of_row(r, view, list, &real) && pl_place_element(r, &real, &element) &&
	       pl_place_below(r, element.set, element.path, element.type.ref, hash + 1, ret);
}

/* --- questions ------------------------------------------------------------------------------------------------------
 */

static struct pl_lang *without_prefix(struct pl_alphabet *a, struct pl_lang *x)
{
	struct pl_lang *cap = pl_lang_uppered(a, pl_lang_text(a, PL_STR("CAP_")));
	return pl_lang_alt(a, x, pl_lang_cat(a, cap, x));
}

static struct pl_probe scaled(const struct pl_probe *probe, pl_nano unit)
{
	struct pl_probe p = *probe;
	if (p.kind == PL_PROBE_NUMBER)
		p.number = p.number / unit;
	return p;
}

static void ask_zero(struct pl_space_reader *r, const struct pl_place *place)
{
	const struct pl_probe zero = {.kind = PL_PROBE_NUMBER, .number = 0, .derived = true, .rough = true};
	pl_place_ask(r, place, &zero);
}

static void ask_capability(struct pl_space_reader *r, const struct pl_place *place, const struct pl_probe *probe,
			   bool exact)
{
	struct pl_alphabet *a = &r->space->alphabet;
	struct pl_probe p = *probe;
	if (p.kind == PL_PROBE_TEXT && !exact)
		p.lang = without_prefix(a, pl_lang_uppered(a, probe->lang));
	pl_place_ask(r, place, &p);
	if (!exact)
		return;
	/* an element that is no capability is as if it were not there */
	const char *const *names;
	size_t count = pl_capability_names(&names);
	struct pl_probe known = {.kind = PL_PROBE_TEXT, .lang = pl_lang_none(a)};
	for (size_t i = 0; i < count; i++)
		known.lang = pl_lang_alt(a, pl_lang_text(a, pl_str_from(names[i])), known.lang);
	pl_place_ask(r, place, &known);
}

static void ask_context(struct pl_space_reader *r, const char *name, const char *text)
{
	enum pl_view view = pl_view_find(PL_SUBJECT_CLUSTER, pl_str_from(name));
	struct pl_place place = {.kind = PL_PLACE_CONTEXT, .set = &r->space->knobs, .view = (uint16_t)view};
	place.type = pl_view_fields[view].type;
	place.presence = (uint8_t)pl_view_fields[view].presence;
	place.path = pl_arena_printf(r->space->arena, "cluster.%s", name);
	if (!place.path.ptr) {
		r->space->err = PL_E_MEMORY;
		return;
	}
	const struct pl_probe probe = {.kind = PL_PROBE_TEXT,
				       .lang = pl_lang_text(&r->space->alphabet, pl_str_from(text))};
	pl_place_ask(r, &place, &probe);
	if (place.type.kind == PL_T_LIST)
		pl_place_use(r, &place, 1);
}

static bool find_place(struct pl_space_reader *r, const struct pl_place *view, const struct row *row,
		       struct pl_place *ret)
{
	return strchr(row->path, '#') ? place_in_elements(r, view, row->path, ret)
				      : place_of_row(r, view, row->path, ret);
}

/* Of these the view tells more apart than the row asks about. */
static bool is_rough(const struct row *row)
{
	static const char *const ends[] = {
		"user", "memory", "cpu", "memoryReservation", "runAsUserName", "dockerSecurityOptions"};
	const char *last = row->path;
	for (const char *p = row->path; *p; p++)
		last = *p == '.' || *p == '/' ? p + 1 : last;
	for (size_t i = 0; i < sizeof ends / sizeof *ends; i++) {
		if (strcmp(last, ends[i]) == 0)
			return true;
	}
	return false;
}

/* Whether it is the text of the row, or like it. */
static void ask_text(struct pl_space_reader *r, const struct pl_place *place, const struct row *row)
{
	struct pl_alphabet *a = &r->space->alphabet;
	pl_str text = pl_str_from(row->text);
	struct pl_probe p = {.kind = PL_PROBE_TEXT, .derived = true, .rough = is_rough(row)};
	p.lang = row->way == TEXT || row->way == CAP ? pl_lang_text(a, text) : pl_lang_like(a, text);
	if (row->way == FOLD)
		p.lang = pl_lang_lowered(a, p.lang);
	if (row->way == CAP)
		p.lang = without_prefix(a, pl_lang_uppered(a, p.lang));
	pl_place_ask(r, place, &p);
	if (place->type.kind == PL_T_LIST)
		pl_place_use(r, place, 1);
}

static void ask_scaled(struct pl_space_reader *r, const struct pl_place *place, enum way way,
		       const struct pl_probe *probe)
{
	struct pl_probe p = scaled(probe, way == MEBI ? 1048576 : 1);
	p.derived = p.rough = true;
	if (way == SHARE && p.kind == PL_PROBE_NUMBER)
		p.number *= 1024;
	pl_place_ask(r, place, &p);
	ask_zero(r, place);
}

static void ask_place(struct pl_space_reader *r, const struct pl_place *place, const struct row *row,
		      const struct pl_probe *probe)
{
	const struct pl_probe read = {.kind = PL_PROBE_NOTHING};
	switch ((enum way)row->way) {
	case SAME:
	case READ:
		pl_place_ask(r, place, row->way == READ ? &read : probe);
		return;
	case TEXT:
	case CAP:
	case LIKE:
	case FOLD:
		ask_text(r, place, row);
		return;
	case ZERO:
		pl_place_ask(r, place, probe);
		ask_zero(r, place);
		return;
	case UPPER:
	case EXACT:
		ask_capability(r, place, probe, row->way == EXACT);
		return;
	case MEBI:
	case SHARE:
		ask_scaled(r, place, (enum way)row->way, probe);
		return;
	case TWO:
		pl_place_use(r, place, 2);
		return;
	case CONTEXT:
		return;
	}
}

/* A place that this shape does not have is nothing to ask about. */
static void ask_row(struct pl_space_reader *r, const struct pl_place *view, const struct row *row,
		    const struct pl_probe *probe)
{
	struct pl_place place;
	if (row->way == CONTEXT)
		ask_context(r, row->path, row->text);
	else if (find_place(r, view, row, &place))
		ask_place(r, &place, row, probe);
}

/* --- kinds of volumes -----------------------------------------------------------------------------------------------
 */

/* Each source is there or not; two of them are several. There are too many for all combinations, and the kind of an
 * unknown source is any name. */
static void ask_kind(struct pl_space_reader *r, const struct pl_place *view)
{
	const struct pl_probe read = {.kind = PL_PROBE_NOTHING};
	bool ecs = r->space->shape->platform == PL_ON_ECS;
	const struct pl_schema_record *record =
		&pl_schema_records[ecs ? (int)PL_RECORD_ECS_Volume : (int)PL_RECORD_K8S_Volume];
	for (uint16_t i = 0; i < record->count; i++) {
		struct pl_place place;
		const char *name =
			strcmp(record->fields[i].name, "host") == 0 ? "host.sourcePath" : record->fields[i].name;
		if (strcmp(name, "name") != 0 && place_of_row(r, view, name, &place))
			pl_place_ask(r, &place, &read);
	}
	pl_space_lack(r->space, "the kinds of volumes are too many", r->words);
}

static bool ask_special(struct pl_space_reader *r, const struct pl_place *view)
{
	bool ecs = r->space->shape->platform == PL_ON_ECS;
	switch (view->view) {
	case PL_VIEW_VOLUME_kind:
		ask_kind(r, view);
		return true;
	case PL_VIEW_WORKLOAD_platform:
	case PL_VIEW_CONTAINER_handlers: /* by its elements */
		return true;
	case PL_VIEW_CONTAINER_role: /* the shapes differ in it, on Kubernetes */
		if (view->set != &r->space->knobs || (!ecs && r->space->shape->about != PL_SUBJECT_CONTAINER))
			pl_space_lack(r->space, "the role of the container is not varied here", r->words);
		return true;
	case PL_VIEW_VARIABLE_from_secret: /* the shapes differ in it, on ECS */
		if (ecs && view->set != &r->space->knobs)
			pl_space_lack(r->space, "whether an element is a secret is not varied", r->words);
		return ecs;
	default:
		return false;
	}
}

/* A row that is a list of the manifest. */
static void ask_list(struct pl_space_reader *r, const struct pl_place *view, const struct pl_probe *probe)
{
	for (size_t i = 0; i < sizeof lists / sizeof *lists; i++) {
		struct pl_place list;
		if (!is_here(r, &lists[i], view->view))
			continue;
		if (place_of_row(r, view, lists[i].path, &list))
			pl_place_ask(r, &list, probe);
		return;
	}
	pl_space_lack(r->space, "it reads a derived value that is not varied", r->words);
}

void pl_space_view_ask(struct pl_space_reader *r, const struct pl_place *view, const struct pl_probe *probe)
{
	bool any = ask_special(r, view);
	if (any && view->view != PL_VIEW_VARIABLE_from_secret)
		return;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		if (!is_here(r, &rows[i], view->view))
			continue;
		any = true;
		ask_row(r, view, &rows[i], probe);
	}
	if (!any)
		ask_list(r, view, probe);
}

bool pl_space_view_list(struct pl_space_reader *r, const struct pl_place *view, struct pl_place *ret)
{
	for (size_t i = 0; i < sizeof lists / sizeof *lists; i++) {
		if (is_here(r, &lists[i], view->view))
			return place_of_row(r, view, lists[i].path, ret);
	}
	pl_space_lack(r->space, "it reads a list that is not varied", r->words);
	return false;
}

bool pl_space_view_entry(struct pl_space_reader *r, const struct pl_place *view, pl_str key, struct pl_place *ret)
{
	struct pl_buf path;
	const struct pl_edit_step step = {.key = key};
	if (view->view != PL_VIEW_WORKLOAD_labels) {
		pl_space_lack(r->space, "it looks up a value that is not varied", r->words);
		return false;
	}
	bool ecs = r->space->shape->platform == PL_ON_ECS;
	*ret = (struct pl_place){.kind = PL_PLACE_NODE, .set = &r->space->knobs, .presence = PL_OPTIONAL};
	ret->type = (struct pl_type){.kind = PL_T_STRING};
	ret->blank = true;
	pl_buf_init(&path, r->space->arena, key.len + 32);
	pl_buf_adds(&path, ecs ? "tags" : "metadata.labels");
	pl_editpath_add(&step, false, &path);
	if (path.failed)
		r->space->err = PL_E_MEMORY;
	ret->path = pl_buf_str(&path);
	return !path.failed;
}
