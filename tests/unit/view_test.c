/* view_test.c - the common view and native fields, on both platforms, with exact values as messages show them.
 * Manifests are written with ' for ". */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#include "base/buf.h"
#include "model/bind.h"
#include "model/view.h"
#include "plimsoll/eval.h"

static struct pl_arena *arena;
static const struct pl_context nowhere;

static int setup(void **state)
{
	(void)state;
	arena = pl_arena_new(64 << 20, 0);
	return arena ? 0 : -1;
}

static int teardown(void **state)
{
	(void)state;
	pl_arena_free(arena);
	return 0;
}

static pl_str text_of(const char *cstr)
{
	return (pl_str){cstr, strlen(cstr)};
}

/* Reads a manifest; it must be well-formed. */
static struct pl_workload *load_as(const char *json, bool offline)
{
	struct pl_diags diags;
	struct pl_doc *doc;
	struct pl_workload *w;
	const struct pl_workload_options options = {.offline = offline};
	char *source = pl_arena_alloc(arena, strlen(json) + 1);
	pl_diags_init(&diags, arena);
	for (size_t i = 0; i <= strlen(json); i++)
		source[i] = json[i] == '\'' ? '"' : json[i];
	if (pl_doc_read_json(PL_STR("test"), text_of(source), &pl_doc_json_limits, arena, &doc, &diags) != PL_OK)
		fail_msg("no JSON: %s", source);
	enum pl_object_form form = pl_object_detect(doc, pl_doc_root(doc));
	bool ecs = form == PL_FORM_ECS_REGISTER || form == PL_FORM_ECS_DESCRIBE;
	assert_int_equal(pl_workload_read(doc, pl_doc_root(doc), ecs ? PL_PLATFORM_ECS : PL_PLATFORM_KUBERNETES,
					  &options, arena, &w),
			 PL_OK);
	const struct pl_note *notes;
	if (w->malformed && pl_workload_notes(w, &notes))
		fail_msg("malformed: %.*s\n%s", PL_FMT(notes[0].message), source);
	return w;
}

static struct pl_workload *load(const char *json)
{
	return load_as(json, false);
}

/* A pod and a task with one container each; the texts are further members, "" or beginning with a comma. */
static struct pl_workload *pod(const char *spec, const char *container)
{
	return load(
		pl_arena_printf(arena,
				"{'apiVersion':'v1','kind':'Pod','metadata':{'name':'p','labels':{'b':'2','a':'1'}},"
				"'spec':{'containers':[{'name':'c','image':'nginx:1'%s}]%s}}",
				container, spec)
			.ptr);
}

static struct pl_workload *task(const char *top, const char *container)
{
	return load(pl_arena_printf(arena,
				    "{'family':'p','tags':[{'key':'b','value':'2'},{'key':'a','value':'1'}],"
				    "'containerDefinitions':[{'name':'c','image':'nginx:1'%s}]%s}",
				    container, top)
			    .ptr);
}

static struct pl_value subject(const struct pl_workload *w, enum pl_subject kind, uint32_t index)
{
	return (struct pl_value){.kind = PL_V_SUBJECT, .ref = (uint16_t)kind, .node = index, .u.workload = w};
}

/* One step by name: a row of the view, a member, or a native field. */
static struct pl_value step(struct pl_value base, const char *name, const struct pl_context *ctx)
{
	struct pl_step s = {.view = true};
	uint16_t record = base.kind == PL_V_RECORD ? base.ref : PL_NO_RECORD, records[4] = {0};
	enum pl_view row =
		base.kind == PL_V_SUBJECT ? pl_view_find((enum pl_subject)base.ref, text_of(name)) : PL_VIEW_COUNT;
	s.id = (uint16_t)row;
	if (row == PL_VIEW_COUNT) {
		unsigned count = 1;
		records[0] = record;
		if (base.kind == PL_V_SUBJECT)
			count = pl_subject_records(
				(enum pl_subject)base.ref,
				base.u.workload->platform == PL_PLATFORM_ECS ? PL_ON_ECS : PL_ON_KUBERNETES, records);
		const struct pl_schema_field *field = NULL;
		for (unsigned i = 0; i < count && !field; i++)
			field = pl_schema_field_find(records[i], text_of(name));
		if (!field)
			fail_msg("no field `%s`", name);
		s = (struct pl_step){.id = field->name_id};
	}
	struct pl_value v;
	assert_int_equal(pl_value_step(&base, s, record, ctx, arena, &v), PL_OK);
	return v;
}

static pl_str shown(struct pl_value v)
{
	struct pl_buf b;
	pl_buf_init(&b, arena, 0);
	pl_value_show(&v, arena, &b);
	assert_false(b.failed);
	return pl_buf_str(&b);
}

static void expect_shown(struct pl_value v, const char *what, const char *wanted)
{
	pl_str got = shown(v);
	if (!pl_str_eq(got, text_of(wanted)))
		fail_msg("%s: `%.*s`, not `%s`", what, PL_FMT(got), wanted);
}

static void expect_in(const struct pl_workload *w, enum pl_subject kind, const char *field,
		      const struct pl_context *ctx, const char *wanted)
{
	expect_shown(step(subject(w, kind, 0), field, ctx), field, wanted);
}

/* --- equal meaning gives the equal view --------------------------------------------------------------------------- */

struct pair {
	const char *spec, *container;  /* of the pod */
	const char *task, *definition; /* of the task */
	enum pl_subject subject;
	const char *field, *wanted;
};

#define SC(x)	",'securityContext':{" x "}"
#define LIM(x)	",'resources':{'limits':{" x "}}"
#define REQ(x)	",'resources':{'requests':{" x "}}"
#define CAPS(x) ",'linuxParameters':{'capabilities':{" x "}}"
#define OPT(x)	",'dockerSecurityOptions':[" x "]"
#define C	PL_SUBJECT_CONTAINER
#define W	PL_SUBJECT_WORKLOAD

static const struct pair pairs[] = {
	{"", "", "", "", C, "name", "c"},
	{"", "", "", "", C, "image", "nginx:1"},
	{"", "", "", "", C, "role", "main"},
	{"", "", "", "", C, "privileged", "false"},
	{"", SC("'privileged':true"), "", ",'privileged':true", C, "privileged", "true"},
	{"", "", "", "", C, "added_capabilities", "{}"},
	{"", "", "", "", C, "dropped_capabilities", "{}"},
	{"", SC("'capabilities':{'add':['sys_admin','CAP_NET_RAW','cap_Kill','ALL']}"), "",
	 CAPS("'add':['sys_admin','CAP_NET_RAW','cap_Kill','ALL']"), C, "added_capabilities",
	 "{SYS_ADMIN, NET_RAW, KILL, ALL}"},
	{"", SC("'capabilities':{'drop':['all','ALL','CAP_KILL','NET_RAW','Chown','NOPE']}"), "",
	 CAPS("'drop':['all','ALL','CAP_KILL','NET_RAW','Chown','NOPE']"), C, "dropped_capabilities", "{ALL, NET_RAW}"},
	{"", "", "", "", C, "uid", "not set"},
	{"", SC("'runAsUser':1000"), "", ",'user':'1000'", C, "uid", "1000"},
	{"", SC("'runAsUser':0"), "", ",'user':'0'", C, "uid", "0"},
	{"", "", "", "", C, "non_root", "false"},
	{"", SC("'runAsUser':1000"), "", ",'user':'1000:0'", C, "non_root", "true"},
	{"", SC("'runAsUser':0"), "", ",'user':'0:1000'", C, "non_root", "false"},
	{"", SC("'runAsNonRoot':true"), "", ",'user':'app'", C, "non_root", "true"},
	{"", SC("'runAsNonRoot':true"), "", ",'user':'app'", C, "uid", "not set"},
	{"", SC("'runAsNonRoot':true,'windowsOptions':{'runAsUserName':'containerAdministrator'}"), "",
	 ",'user':'ContainerAdministrator'", C, "non_root", "false"},
	{"", "", "", "", C, "read_only_root", "false"},
	{"", SC("'readOnlyRootFilesystem':true"), "", ",'readonlyRootFilesystem':true", C, "read_only_root", "true"},
	{"", "", "", "", C, "privilege_escalation", "true"},
	{"", SC("'allowPrivilegeEscalation':false"), "", OPT("'no-new-privileges'"), C, "privilege_escalation",
	 "false"},
	{"", SC("'allowPrivilegeEscalation':true"), "", OPT("'no-new-privileges:false'"), C, "privilege_escalation",
	 "true"},
	{"", SC("'allowPrivilegeEscalation':false,'privileged':true"), "",
	 ",'privileged':true" OPT("'no-new-privileges'"), C, "privilege_escalation", "true"},
	{"", SC("'allowPrivilegeEscalation':false,'capabilities':{'add':['cap_sys_admin']}"), "",
	 CAPS("'add':['cap_sys_admin']") OPT("'no-new-privileges'"), C, "privilege_escalation", "true"},
	{"", SC("'allowPrivilegeEscalation':false,'capabilities':{'add':['all']}"), "",
	 CAPS("'add':['all']") OPT("'no-new-privileges'"), C, "privilege_escalation", "true"},
	{"", "", "", "", C, "seccomp", "not set"},
	{"", SC("'seccompProfile':{'type':'Unconfined'}"), "", OPT("'seccomp:unconfined'"), C, "seccomp", "Unconfined"},
	{"", SC("'seccompProfile':{'type':'Unconfined'}"), "", OPT("'seccomp=unconfined'"), C, "seccomp", "Unconfined"},
	{"", SC("'seccompProfile':{'type':'Localhost','localhostProfile':'p.json'}"), "", OPT("'seccomp:p.json'"), C,
	 "seccomp", "Localhost"},
	{"", "", "", "", C, "memory_limit", "not set"},
	{"", LIM("'memory':'512Mi'"), "", ",'memory':512", C, "memory_limit", "512Mi"},
	{"", LIM("'memory':'0'"), "", ",'memory':0", C, "memory_limit", "not set"},
	{LIM("'memory':'1Gi'"), "", ",'memory':'1024'", "", C, "memory_limit", "1Gi"},
	{LIM("'memory':'1Gi'"), LIM("'memory':'0'"), ",'memory':'1 GB'", ",'memory':0", C, "memory_limit", "1Gi"},
	{LIM("'memory':'2Gi'"), LIM("'memory':'1Gi'"), ",'memory':'2 gb'", ",'memory':1024", C, "memory_limit", "1Gi"},
	{"", "", "", "", C, "cpu_limit", "not set"},
	{LIM("'cpu':'250m'"), "", ",'cpu':'256'", "", C, "cpu_limit", "250m"},
	{LIM("'cpu':'0.5'"), "", ",'cpu':'.5 vCPU'", "", C, "cpu_limit", "0.5"},
	{LIM("'cpu':'0'"), "", ",'cpu':'0'", "", C, "cpu_limit", "not set"},
	{"", "", "", "", C, "memory_request", "not set"},
	{"", REQ("'memory':'64Mi'"), "", ",'memoryReservation':64", C, "memory_request", "64Mi"},
	{"", LIM("'memory':'64Mi'"), "", ",'memory':64", C, "memory_request", "64Mi"},
	{LIM("'memory':'64Mi'"), "", ",'memory':'64'", "", C, "memory_request", "64Mi"},
	{"", REQ("'memory':'0'"), "", ",'memoryReservation':0", C, "memory_request", "not set"},
	{"", REQ("'cpu':'500m'"), "", ",'cpu':512", C, "cpu_request", "0.5"},
	{LIM("'cpu':'2'"), "", ",'cpu':'2048'", "", C, "cpu_request", "2"},
	{"", "", "", "", C, "cpu_request", "not set"},
	{"", "", "", "", C, "aws_identity", "not set"},
	{"", "", "", "", C, "mounts", "{}"},
	{"", "", "", "", C, "ports", "{}"},
	{"", "", "", "", C, "env", "{}"},
	{"", "", "", "", W, "name", "p"},
	{"", "", "", "", W, "labels", "{a: 1, b: 2}"},
	{"", "", "", "", W, "host_network", "false"},
	{",'hostNetwork':true", "", ",'networkMode':'host'", "", W, "host_network", "true"},
	{",'hostPID':true", "", ",'pidMode':'host'", "", W, "host_pid", "true"},
	{",'hostIPC':true", "", ",'ipcMode':'host'", "", W, "host_ipc", "true"},
	{"", "", ",'pidMode':'task','ipcMode':'none'", "", W, "host_pid", "false"},
	{"", "", ",'pidMode':'task','ipcMode':'none'", "", W, "host_ipc", "false"},
	{"", "", "", "", W, "containers", "{container \"c\"}"},
	{"", "", "", "", W, "volumes", "{}"},
	{"", "", "", "", W, "memory_limit", "not set"},
	{LIM("'memory':'1Gi','cpu':'1'"), "", ",'memory':'1024','cpu':'1024'", "", W, "memory_limit", "1Gi"},
	{LIM("'memory':'1Gi','cpu':'1'"), "", ",'memory':'1024','cpu':'1024'", "", W, "cpu_limit", "1"},
	/* mounts, volumes, ports, variables */
	{",'volumes':[{'name':'h','hostPath':{'path':'/var/run/'}}]",
	 ",'volumeMounts':[{'name':'h','mountPath':'/x/../y'}]",
	 ",'volumes':[{'name':'h','host':{'sourcePath':'/var/run/'}}]",
	 ",'mountPoints':[{'sourceVolume':'h','containerPath':'/x/../y'}]", PL_SUBJECT_MOUNT, "host_path", "/run"},
	{",'volumes':[{'name':'h','hostPath':{'path':'/var/run/'}}]",
	 ",'volumeMounts':[{'name':'h','mountPath':'/x/../y'}]",
	 ",'volumes':[{'name':'h','host':{'sourcePath':'/var/run/'}}]",
	 ",'mountPoints':[{'sourceVolume':'h','containerPath':'/x/../y'}]", PL_SUBJECT_MOUNT, "path", "/y"},
	{",'volumes':[{'name':'h','hostPath':{'path':'/v'}}]", ",'volumeMounts':[{'name':'h','mountPath':'/x'}]",
	 ",'volumes':[{'name':'h','host':{'sourcePath':'/v'}}]",
	 ",'mountPoints':[{'sourceVolume':'h','containerPath':'/x'}]", PL_SUBJECT_MOUNT, "read_only", "false"},
	{",'volumes':[{'name':'h','hostPath':{'path':'/v'}}]",
	 ",'volumeMounts':[{'name':'h','mountPath':'/x','readOnly':true}]",
	 ",'volumes':[{'name':'h','host':{'sourcePath':'/v'}}]",
	 ",'mountPoints':[{'sourceVolume':'h','containerPath':'/x','readOnly':true}]", PL_SUBJECT_MOUNT, "read_only",
	 "true"},
	{",'volumes':[{'name':'h','hostPath':{'path':'/v'}}]", ",'volumeMounts':[{'name':'h','mountPath':'/x'}]",
	 ",'volumes':[{'name':'h','host':{'sourcePath':'/v'}}]",
	 ",'mountPoints':[{'sourceVolume':'h','containerPath':'/x'}]", PL_SUBJECT_MOUNT, "volume", "volume \"h\""},
	{",'volumes':[{'name':'h','hostPath':{'path':'/v'}}]", ",'volumeMounts':[{'name':'h','mountPath':'/x'}]",
	 ",'volumes':[{'name':'h','host':{'sourcePath':'/v'}}]",
	 ",'mountPoints':[{'sourceVolume':'h','containerPath':'/x'}]", PL_SUBJECT_MOUNT, "container",
	 "container \"c\""},
	{",'volumes':[{'name':'h','emptyDir':{}}]", "", ",'volumes':[{'name':'h'}]", "", PL_SUBJECT_VOLUME, "host_path",
	 "not set"},
	{",'volumes':[{'name':'h','emptyDir':{}}]", "", ",'volumes':[{'name':'h','host':{}}]", "", PL_SUBJECT_VOLUME,
	 "name", "h"},
	{"", ",'ports':[{'containerPort':80}]", "", ",'portMappings':[{'containerPort':80}]", PL_SUBJECT_PORT,
	 "container_port", "80"},
	{"", ",'ports':[{'containerPort':80}]", "", ",'portMappings':[{'containerPort':80}]", PL_SUBJECT_PORT,
	 "host_port", "0"},
	{"", ",'ports':[{'containerPort':80,'hostPort':8080}]", "",
	 ",'portMappings':[{'containerPort':80,'hostPort':8080}]", PL_SUBJECT_PORT, "host_port", "8080"},
	{",'hostNetwork':true", ",'ports':[{'containerPort':80}]", ",'networkMode':'host'",
	 ",'portMappings':[{'containerPort':80}]", PL_SUBJECT_PORT, "host_port", "80"},
	{"", ",'ports':[{'containerPort':80}]", "", ",'portMappings':[{'containerPort':80}]", PL_SUBJECT_PORT,
	 "container", "container \"c\""},
	{"", ",'env':[{'name':'A','value':'1'}]", "", ",'environment':[{'name':'A','value':'1'}]", PL_SUBJECT_VARIABLE,
	 "name", "A"},
	{"", ",'env':[{'name':'A','value':'1'}]", "", ",'environment':[{'name':'A','value':'1'}]", PL_SUBJECT_VARIABLE,
	 "value", "1"},
	{"", ",'env':[{'name':'A','value':''}]", "", ",'environment':[{'name':'A','value':''}]", PL_SUBJECT_VARIABLE,
	 "value", "not set"},
	{"", ",'env':[{'name':'A','value':'1'}]", "", ",'environment':[{'name':'A','value':'1'}]", PL_SUBJECT_VARIABLE,
	 "from_secret", "false"},
	{"", ",'env':[{'name':'A','valueFrom':{'secretKeyRef':{'name':'s','key':'k'}}}]", "",
	 ",'secrets':[{'name':'A','valueFrom':'arn:x'}]", PL_SUBJECT_VARIABLE, "from_secret", "true"},
	{"", ",'env':[{'name':'A','valueFrom':{'secretKeyRef':{'name':'s','key':'k'}}}]", "",
	 ",'secrets':[{'name':'A','valueFrom':'arn:x'}]", PL_SUBJECT_VARIABLE, "value", "not set"},
	{"", ",'env':[{'name':'A','value':'1'}]", "", ",'environment':[{'name':'A','value':'1'}]", PL_SUBJECT_VARIABLE,
	 "container", "container \"c\""},
	{"", "", "", "", PL_SUBJECT_IMAGE, "registry", "docker.io"},
	{"", "", "", "", PL_SUBJECT_IMAGE, "repository", "library/nginx"},
	{"", "", "", "", PL_SUBJECT_IMAGE, "name", "docker.io/library/nginx"},
	{"", "", "", "", PL_SUBJECT_IMAGE, "tag", "1"},
	{"", "", "", "", PL_SUBJECT_IMAGE, "digest", "not set"},
};

static void equal_meaning_is_the_equal_view(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(pairs) / sizeof(pairs[0]); i++) {
		const struct pair *p = &pairs[i];
		expect_in(pod(p->spec, p->container), p->subject, p->field, &nowhere, p->wanted);
		expect_in(task(p->task, p->definition), p->subject, p->field, &nowhere, p->wanted);
	}
}

/* --- one platform only -------------------------------------------------------------------------------------------- */

struct single {
	const char *top, *container;
	enum pl_subject subject;
	const char *field, *wanted;
};

#define PSC(x) ",'securityContext':{" x "}"

static const struct single in_pods[] = {
	{"", "", W, "platform", "kubernetes"},
	{"", "", W, "kind", "Pod"},
	{"", "", PL_SUBJECT_OBJECT, "kind", "Pod"},
	{"", "", PL_SUBJECT_OBJECT, "apiVersion", "v1"},
	/* container over pod */
	{PSC("'runAsUser':1000"), "", C, "uid", "1000"},
	{PSC("'runAsUser':1000"), SC("'runAsUser':0"), C, "uid", "0"},
	{PSC("'runAsUser':1000"), SC("'runAsUser':0"), C, "non_root", "false"},
	{PSC("'runAsUser':0"), SC("'runAsUser':1"), C, "non_root", "true"},
	{PSC("'runAsNonRoot':true"), "", C, "non_root", "true"},
	{PSC("'runAsNonRoot':true"), SC("'runAsNonRoot':false"), C, "non_root", "false"},
	{PSC("'runAsNonRoot':true"), SC("'runAsNonRoot':null"), C, "non_root", "true"},
	{PSC("'runAsNonRoot':true"), SC("'runAsUser':0"), C, "non_root", "false"},
	{PSC("'runAsNonRoot':true,'windowsOptions':{'runAsUserName':'ContainerAdministrator'}"), "", C, "non_root",
	 "false"},
	{PSC("'runAsNonRoot':true,'windowsOptions':{'runAsUserName':'ContainerAdministrator'}"),
	 SC("'windowsOptions':{'runAsUserName':'ContainerUser'}"), C, "non_root", "true"},
	{PSC("'runAsNonRoot':true,'windowsOptions':{'runAsUserName':'NT AUTHORITY\\\\SYSTEM'}"), "", C, "non_root",
	 "false"},
	{PSC("'seccompProfile':{'type':'RuntimeDefault'}"), "", C, "seccomp", "RuntimeDefault"},
	{PSC("'seccompProfile':{'type':'RuntimeDefault'}"), SC("'seccompProfile':{'type':'Unconfined'}"), C, "seccomp",
	 "Unconfined"},
	{"", SC("'seccompProfile':{'type':'Localhost','localhostProfile':''}"), C, "seccomp", "Unconfined"},
	{"", SC("'seccompProfile':{'type':'Localhost'}"), C, "seccomp", "Unconfined"},
	/* the pod's own limits of CPU; requests */
	{"", LIM("'cpu':'100m'"), C, "cpu_limit", "0.1"},
	{"", LIM("'cpu':'0.1'"), C, "cpu_limit", "0.1"},
	{"", LIM("'memory':'1e3'"), C, "memory_limit", "1k"},
	{"", LIM("'memory':'1000m'"), C, "memory_limit", "1"},
	{"", LIM("'memory':1073741824"), C, "memory_limit", "1Gi"},
	{"", LIM("'memory':'0.0'"), C, "memory_limit", "not set"},
	{",'resources':{'requests':{'memory':'1Gi'}}", "", C, "memory_request", "1Gi"},
	{",'resources':{'requests':{'memory':'1Gi'}}", LIM("'memory':'2Gi'"), C, "memory_request", "2Gi"},
	{LIM("'memory':'3Gi'"), REQ("'memory':'0'"), C, "memory_request", "not set"},
	/* identity */
	{"", ",'env':[{'name':'AWS_ROLE_ARN','value':'a'},{'name':'AWS_WEB_IDENTITY_TOKEN_FILE','value':'f'}]", C,
	 "aws_identity", "irsa"},
	{"", ",'env':[{'name':'AWS_ROLE_ARN','value':'a'}]", C, "aws_identity", "not set"},
	{"", ",'env':[{'name':'AWS_ROLE_ARN'},{'name':'AWS_WEB_IDENTITY_TOKEN_FILE','value':'f'}]", C, "aws_identity",
	 "not set"},
	{"",
	 ",'env':[{'name':'AWS_CONTAINER_CREDENTIALS_FULL_URI','value':'u'},"
	 "{'name':'AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE','value':'f'}]",
	 C, "aws_identity", "pod-identity"},
	{"", "", C, "handlers", "{}"},
	/* kinds of volumes */
	{",'volumes':[{'name':'v','newThing':{}}]", "", PL_SUBJECT_VOLUME, "kind", "newThing"},
	{",'volumes':[{'name':'v','hostPath':{'path':'/x'}}]", "", PL_SUBJECT_VOLUME, "kind", "hostPath"},
	{",'volumes':[{'name':'v','emptyDir':{},'hostPath':{'path':'/x'}}]", "", PL_SUBJECT_VOLUME, "kind", "several"},
	{",'volumes':[{'name':'v','foo':{},'hostPath':{'path':'/x'}}]", "", PL_SUBJECT_VOLUME, "kind", "hostPath"},
	{",'volumes':[{'name':'v','hostPath':{'path':'/x'},'HostPath':{},'foo':{}}]", "", PL_SUBJECT_VOLUME, "kind",
	 "hostPath"},
	{",'volumes':[{'name':'v','foo':{},'bar':{}}]", "", PL_SUBJECT_VOLUME, "kind", "several"},
	{",'volumes':[{'name':'v','emptyDir':{},'hostPath':{'path':'/x'}}]", "", PL_SUBJECT_VOLUME, "host_path", "/x"},
	{",'volumes':[{'name':'v','hostPath':{'path':'/proc/./1/root/etc'}}]", "", PL_SUBJECT_VOLUME, "host_path",
	 "unknown (it leads through a process in /proc to another place)"},
	{",'volumes':[{'name':'v','hostPath':{'path':'/proc/self/../sys'}}]", "", PL_SUBJECT_VOLUME, "host_path",
	 "/proc/sys"},
	/* native fields: values, defaults, absence */
	{"", "", C, "imagePullPolicy", "not set"},
	{"", ",'imagePullPolicy':''", C, "imagePullPolicy", "not set"},
	{"", ",'imagePullPolicy':'Always'", C, "imagePullPolicy", "Always"},
	{"", "", C, "stdin", "false"},
	{"", ",'stdin':true", C, "stdin", "true"},
	{"", ",'stdin':null", C, "stdin", "false"},
	{"", ",'command':['a','b c','']", C, "command", "{a, b c, \"\"}"},
	{"", "", C, "command", "{}"},
	{"", "", C, "envFrom", "{}"},
	{"", ",'workingDir':'/w'", C, "workingDir", "/w"},
	{"", "", C, "securityContext", "not set"},
	{"", SC(""), C, "securityContext", "{...}"},
	{"", "", C, "targetContainerName", "not set"},
	{"", ",'env':[{'name':'A','value':'x','valueFrom':null}]", PL_SUBJECT_VARIABLE, "valueFrom", "not set"},
	{"", ",'ports':[{'containerPort':80}]", PL_SUBJECT_PORT, "protocol", "TCP"},
	{"", ",'ports':[{'containerPort':80,'hostIP':''}]", PL_SUBJECT_PORT, "hostIP", "not set"},
	{"", "", PL_SUBJECT_POD, "metadata", "{...}"},
	{"", "", PL_SUBJECT_POD, "spec", "{...}"},
	{"", SC("'runAsUser':5"), PL_SUBJECT_SECURITY_CONTEXT, "runAsUser", "5"},
	{"", SC("'runAsUser':5"), PL_SUBJECT_SECURITY_CONTEXT, "allowPrivilegeEscalation", "true"},
	{PSC("'runAsUser':5"), "", PL_SUBJECT_SECURITY_CONTEXT, "privileged", "false"},
	{PSC("'runAsUser':5"), "", PL_SUBJECT_SECURITY_CONTEXT, "supplementalGroups", "{}"},
	{"", ",'lifecycle':{'preStop':{'exec':{'command':['x']}}}", PL_SUBJECT_HANDLER, "failureThreshold", "0"},
	{"", ",'livenessProbe':{'failureThreshold':3}", PL_SUBJECT_HANDLER, "failureThreshold", "3"},
	{"", ",'livenessProbe':{'failureThreshold':3}", PL_SUBJECT_HANDLER, "sleep", "not set"},
};

static void pods_are_read(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(in_pods) / sizeof(in_pods[0]); i++) {
		const struct single *s = &in_pods[i];
		expect_in(pod(s->top, s->container), s->subject, s->field, &nowhere, s->wanted);
	}
}

#define WIN ",'runtimePlatform':{'operatingSystemFamily':'WINDOWS_SERVER_2022_CORE'}"

static const struct single in_tasks[] = {
	{"", "", W, "platform", "ecs"},
	{"", "", W, "kind", "TaskDefinition"},
	/* users. spec: ecs.md 1 */
	{"", ",'user':''", C, "non_root", "false"},
	{"", ",'user':''", C, "uid", "not set"},
	{"", ",'user':'root'", C, "non_root", "false"},
	{"", ",'user':'root'", C, "uid", "0"},
	{"", ",'user':'root:x'", C, "non_root", "false"},
	{"", ",'user':'ROOT'", C, "non_root", "true"},
	{"", ",'user':'00'", C, "non_root", "false"},
	{"", ",'user':'00'", C, "uid", "0"},
	{"", ",'user':'+0'", C, "non_root", "false"},
	{"", ",'user':'-0'", C, "uid", "0"},
	{"", ",'user':'0:0'", C, "non_root", "false"},
	{"", ",'user':':1000'", C, "non_root", "false"},
	{"", ",'user':':1000'", C, "uid", "not set"},
	{"", ",'user':'+1000'", C, "uid", "1000"},
	{"", ",'user':'1000:app'", C, "uid", "1000"},
	{"", ",'user':'2147483647'", C, "non_root", "true"},
	{"", ",'user':'2147483648'", C, "non_root", "false"},
	{"", ",'user':'4294967296'", C, "uid", "not set"},
	{"", ",'user':'99999999999999999999999999'", C, "non_root", "false"},
	{"", ",'user':'-5'", C, "non_root", "false"},
	{"", ",'user':'-5'", C, "uid", "not set"},
	{"", ",'user':'app:root'", C, "non_root", "true"},
	{"", ",'user':'User Manager\\\\ContainerAdministrator'", C, "non_root", "false"},
	{"", ",'user':'ContainerUser'", C, "non_root", "true"},
	/* security options: of contradicting ones the worse */
	{"", OPT("'no-new-privileges:true'"), C, "privilege_escalation", "false"},
	{"", OPT("'no-new-privileges=true'"), C, "privilege_escalation", "false"},
	{"", OPT("'no-new-privileges:1'"), C, "privilege_escalation", "true"},
	{"", OPT("'no-new-privileges:'"), C, "privilege_escalation", "true"},
	{"", OPT("'no-new-privileges','no-new-privileges:false'"), C, "privilege_escalation", "true"},
	{"", OPT("'no-new-privilegesX'"), C, "privilege_escalation", "true"},
	{"", OPT("'apparmor:x'"), C, "privilege_escalation", "true"},
	{"", OPT("'seccomp:p.json','seccomp:unconfined'"), C, "seccomp", "Unconfined"},
	{"", OPT("'seccomp:Unconfined'"), C, "seccomp", "Unconfined"},
	{"", OPT("'seccomp:'"), C, "seccomp", "Unconfined"},
	{"", OPT("'seccompx:unconfined'"), C, "seccomp", "not set"},
	/* resources */
	{"", ",'cpu':1024", C, "cpu_limit", "not set"},
	{"", ",'cpu':1024", C, "cpu_request", "1"},
	{"", ",'cpu':0", C, "cpu_request", "not set"},
	{",'cpu':'512'", ",'cpu':0", C, "cpu_request", "0.5"},
	{"", ",'memoryReservation':64", C, "memory_limit", "not set"},
	{"", ",'memory':128,'memoryReservation':64", C, "memory_request", "64Mi"},
	{WIN ",'cpu':'1024','memory':'2048'", "", C, "memory_limit", "not set"},
	{WIN ",'cpu':'1024','memory':'2048'", "", C, "cpu_limit", "not set"},
	{WIN ",'cpu':'1024','memory':'2048'", "", W, "memory_limit", "not set"},
	{WIN ",'cpu':'1024','memory':'2048'", ",'cpu':512,'memory':1024", C, "cpu_limit", "0.5"},
	{WIN ",'cpu':'1024','memory':'2048'", ",'cpu':512,'memory':1024", C, "memory_limit", "1Gi"},
	/* identity */
	{",'taskRoleArn':'app'", "", C, "aws_identity", "task-role"},
	{",'taskRoleArn':''", "", C, "aws_identity", "not set"},
	{",'taskRoleArn':null", "", C, "aws_identity", "not set"},
	{",'taskRoleArn':'arn:aws:iam::123456789012:role/x/app'", "", PL_SUBJECT_TASK, "taskRoleArn",
	 "arn:aws:iam::123456789012:role/x/app"},
	/* launch types */
	{"", "", PL_SUBJECT_TASK, "fargate", "false"},
	{",'requiresCompatibilities':[]", "", PL_SUBJECT_TASK, "fargate", "false"},
	{",'requiresCompatibilities':['FARGATE']", "", PL_SUBJECT_TASK, "fargate", "true"},
	{",'requiresCompatibilities':['EC2','FARGATE']", "", PL_SUBJECT_TASK, "fargate", "false"},
	{",'requiresCompatibilities':['EXTERNAL']", "", PL_SUBJECT_TASK, "fargate", "false"},
	{",'requiresCompatibilities':['MANAGED_INSTANCES']", "", PL_SUBJECT_TASK, "fargate", "false"},
	{",'requiresCompatibilities':['FARGATE_NEW']", "", PL_SUBJECT_TASK, "fargate", "false"},
	/* the author's own word for what AWS computes */
	{",'compatibilities':['FARGATE']", "", PL_SUBJECT_TASK, "fargate", "false"},
	{",'compatibilities':['EC2','FARGATE']", "", PL_SUBJECT_TASK, "fargate", "false"},
	{",'requiresCompatibilities':['EC2'],'compatibilities':['FARGATE']", "", PL_SUBJECT_TASK, "fargate", "false"},
	/* volumes */
	{",'volumes':[{'name':'v','host':{'sourcePath':''}}]", "", PL_SUBJECT_VOLUME, "host_path", "not set"},
	{",'volumes':[{'name':'v','dockerVolumeConfiguration':{'driver':'local','driverOpts':{'device':'/etc/"
	 "','o':'bind'}}}]",
	 "", PL_SUBJECT_VOLUME, "host_path", "/etc"},
	{",'volumes':[{'name':'v','host':{'sourcePath':'/proc/thread-self/cwd'}}]", "", PL_SUBJECT_VOLUME, "host_path",
	 "unknown (it leads through a process in /proc to another place)"},
	{",'volumes':[{'name':'v','dockerVolumeConfiguration':{'driverOpts':{'type':'overlay','device':'overlay',"
	 "'o':'lowerdir=/etc,upperdir=/etc,workdir=/w'}}}]",
	 "", PL_SUBJECT_VOLUME, "host_path", "unknown (the volume mounts a file system made of the host itself)"},
	{",'volumes':[{'name':'v','dockerVolumeConfiguration':{'driver':'acme/net','driverOpts':{'type':'overlay'}}}]",
	 "", PL_SUBJECT_VOLUME, "host_path", "not set"},
	{",'volumes':[{'name':'v','efsVolumeConfiguration':{'fileSystemId':'f'}}]", "", PL_SUBJECT_VOLUME, "kind",
	 "efs"},
	{"", "", PL_SUBJECT_TASK, "networkMode", "not set"},
	{"", "", PL_SUBJECT_TASK, "enableFaultInjection", "false"},
	{"", "", C, "essential", "true"},
	{"", ",'portMappings':[{'containerPortRange':'80-90'}]", PL_SUBJECT_PORT, "container_port", "not set"},
	{",'networkMode':'host'", ",'portMappings':[{'containerPortRange':'80-90'}]", PL_SUBJECT_PORT, "host_port",
	 "0"},
};

static void tasks_are_read(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(in_tasks) / sizeof(in_tasks[0]); i++) {
		const struct single *s = &in_tasks[i];
		expect_in(task(s->top, s->container), s->subject, s->field, &nowhere, s->wanted);
	}
}

/* --- host identity ------------------------------------------------------------------------------------------------ */

static void pods_inherit_the_host_role(void **state)
{
	(void)state;
	const struct pl_context aws = {.cluster_known = true, .cluster_cloud = PL_STR("aws")};
	const struct pl_context blocked = {
		.cluster_known = true, .cluster_cloud = PL_STR("aws"), .imds_blocked_pods = true};
	const char *irsa =
		",'env':[{'name':'AWS_ROLE_ARN','value':'a'},{'name':'AWS_WEB_IDENTITY_TOKEN_FILE','value':'f'}]";
	const char *field = "inherits_host_role", *host = ",'hostNetwork':true";
	expect_in(pod("", ""), C, field, &nowhere, "false");
	expect_in(pod("", ""), C, field, NULL, "false");
	expect_in(pod("", ""), C, field, &aws, "true");
	expect_in(pod("", ""), C, field, &blocked, "false");
	expect_in(pod("", irsa), C, field, &aws, "false");
	expect_in(pod(host, irsa), C, field, &blocked, "true");
	expect_in(pod(host, ""), C, field, &nowhere, "true");
}

/* spec: ecs.md 2.1, row by row. */
static void tasks_inherit_the_host_role(void **state)
{
	(void)state;
	static const struct {
		const char *top;
		bool awsvpc, bridge, launch; /* what the operator asserts */
		const char *wanted;
	} rows[] = {
		{",'requiresCompatibilities':['FARGATE']", false, false, false, "false"},
		{",'requiresCompatibilities':['FARGATE'],'networkMode':'host'", false, false, false, "false"},
		{",'networkMode':'none'", false, false, false, "false"},
		{",'networkMode':'host'", true, true, false, "true"},
		{",'networkMode':'host','taskRoleArn':'app'", false, false, false, "false"},
		{"", false, false, false, "true"},
		{",'taskRoleArn':''", false, false, false, "true"},
		{",'taskRoleArn':'app'", false, false, false, "false"},
		{",'networkMode':'bridge'", false, false, false, "true"},
		{",'networkMode':'bridge'", false, true, false, "false"},
		{",'networkMode':''", true, false, false, "true"},
		{",'networkMode':'<default>'", true, false, false, "true"},
		{",'networkMode':'<default>'", false, true, false, "false"},
		{",'networkMode':'awsvpc'", false, true, false, "true"},
		{",'networkMode':'awsvpc'", true, false, false, "false"},
		{",'networkMode':'newest'", true, true, false, "true"},
		{",'requiresCompatibilities':['EC2','FARGATE'],'networkMode':'awsvpc'", false, false, false, "true"},
		{",'requiresCompatibilities':['EC2','FARGATE'],'networkMode':'awsvpc'", false, false, true, "false"},
		{",'requiresCompatibilities':['EC2']", false, false, true, "true"},
		{"", false, false, true, "true"},
		{",'requiresCompatibilities':['EXTERNAL']", false, false, false, "true"},
		{",'requiresCompatibilities':['MANAGED_INSTANCES'],'networkMode':'awsvpc'", false, false, false,
		 "true"},
	};
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		const struct pl_context ctx = {.imds_blocked_awsvpc = rows[i].awsvpc,
					       .imds_blocked_bridge = rows[i].bridge,
					       .launch_fargate = rows[i].launch};
		expect_shown(step(subject(task(rows[i].top, ""), C, 0), "inherits_host_role", &ctx), rows[i].top,
			     rows[i].wanted);
	}
}

/* --- many containers ---------------------------------------------------------------------------------------------- */

static void roles_of_containers(void **state)
{
	(void)state;
	struct pl_workload *w =
		load("{'apiVersion':'apps/"
		     "v1','kind':'Deployment','metadata':{'generateName':'g-'},'spec':{'template':{'metadata':"
		     "{'labels':{'x':'y'}},'spec':{'initContainers':[{'name':'i','image':'a'},{'name':'s','image':'b',"
		     "'restartPolicy':'Always'}],'containers':[{'name':'m','image':'c'}],'ephemeralContainers':[{'name'"
		     ":'e','image':'d'}]}}}}");
	char roles[128] = "";
	struct pl_buf b;
	pl_buf_init_fixed(&b, roles, sizeof(roles));
	for (uint32_t i = 0; i < w->container_count; i++) {
		pl_str name = shown(step(subject(w, C, i), "name", NULL)),
		       role = shown(step(subject(w, C, i), "role", NULL));
		pl_buf_addf(&b, "%.*s=%.*s ", PL_FMT(name), PL_FMT(role));
	}
	pl_buf_addc(&b, '\0');
	assert_true(strstr(roles, "i=init ") && strstr(roles, "s=sidecar ") && strstr(roles, "m=main ") &&
		    strstr(roles, "e=ephemeral "));
	assert_int_equal(w->container_count, 4);
	expect_in(w, W, "kind", NULL, "Deployment");
	expect_in(w, W, "name", NULL, "g-*");
	expect_in(w, W, "labels", NULL, "{}");
	struct pl_value metadata = step(subject(w, PL_SUBJECT_POD, 0), "metadata", NULL);
	expect_shown(step(metadata, "labels", NULL), "labels", "{x: y}");
	expect_in(w, PL_SUBJECT_OBJECT, "apiVersion", NULL, "apps/v1");
	metadata = step(subject(w, PL_SUBJECT_OBJECT, 0), "metadata", NULL);
	expect_shown(step(metadata, "generateName", NULL), "generateName", "g-");
}

static void inherited_mounts(void **state)
{
	(void)state;
	struct pl_workload *w =
		load("{'family':'f','volumes':[{'name':'v','host':{'sourcePath':'/v'}}],'containerDefinitions':["
		     "{'name':'a','image':'x','mountPoints':[{'sourceVolume':'v','containerPath':'/a'}]},"
		     "{'name':'b','image':'x','volumesFrom':[{'sourceContainer':'a','readOnly':true}]},"
		     "{'name':'c','image':'x','volumesFrom':[{'sourceContainer':'a'}]}]}");
	static const char *const read_only[] = {"false", "true", "false"};
	for (uint32_t i = 0; i < 3; i++) {
		struct pl_value mounts = step(subject(w, C, i), "mounts", NULL);
		assert_int_equal(pl_value_count(&mounts), 1);
		expect_shown(step(mounts.u.list->items[0], "read_only", NULL), "read_only", read_only[i]);
		expect_shown(step(mounts.u.list->items[0], "path", NULL), "path", "/a");
		expect_shown(step(mounts.u.list->items[0], "host_path", NULL), "host_path", "/v");
		expect_shown(step(mounts.u.list->items[0], "sourceVolume", NULL), "sourceVolume", "v");
	}
}

static void tags_of_a_described_task(void **state)
{
	(void)state;
	expect_in(load("{'taskDefinition':{'family':'f','containerDefinitions':[{'name':'c','image':'x'}]},"
		       "'tags':[{'key':'team','value':'a'},{'key':'x'},{'value':'y'},7,{'key':7}]}"),
		  W, "labels", NULL, "{7: \"\", team: a, x: \"\"}");
	expect_in(load("{'taskDefinition':{'family':'f','containerDefinitions':[{'name':'c','image':'x'}]},'tags':{'"
		       "key':1}}"),
		  W, "labels", NULL, "{}");
}

/* An empty text is missing only where the field may be. */
static void empty_texts(void **state)
{
	(void)state;
	struct pl_value list = step(subject(task("", ",'systemControls':[{'namespace':'n','value':''}]"), C, 0),
				    "systemControls", NULL);
	struct pl_value control;
	struct pl_value_iter it;
	bool done;
	pl_value_iter_init(&it, &list);
	assert_int_equal(pl_value_iter_next(&it, arena, &control, &done), PL_OK);
	expect_shown(step(control, "value", NULL), "required", "\"\"");
	expect_in(task("", ",'workingDirectory':''"), C, "workingDirectory", NULL, "not set");
}

static void handlers_belong_to_containers(void **state)
{
	(void)state;
	struct pl_workload *w = load("{'apiVersion':'v1','kind':'Pod','metadata':{'name':'p'},'spec':{'containers':["
				     "{'name':'a','image':'x','livenessProbe':{'httpGet':{'port':'http','host':'h'}}},"
				     "{'name':'b','image':'x','readinessProbe':{'httpGet':{'port':80}},'lifecycle':{'"
				     "postStart':{'exec':{}}}}]}}");
	struct pl_value a = step(subject(w, C, 0), "handlers", NULL), b = step(subject(w, C, 1), "handlers", NULL);
	assert_int_equal(pl_value_count(&a), 1);
	assert_int_equal(pl_value_count(&b), 2);
	struct pl_value get = step(a.u.list->items[0], "httpGet", NULL);
	expect_shown(step(get, "host", NULL), "host", "h");
	expect_shown(step(get, "port", NULL), "port", "http");
	struct pl_value port = step(step(b.u.list->items[0], "httpGet", NULL), "port", NULL);
	if (port.kind == PL_V_ABSENT)
		port = step(step(b.u.list->items[1], "httpGet", NULL), "port", NULL);
	assert_int_equal(port.kind, PL_V_STRING);
	expect_shown(port, "port", "80");
}

/* --- absence and damage ------------------------------------------------------------------------------------------- */

static struct pl_value step_absent(uint16_t record, const char *name)
{
	struct pl_value v, absent = pl_value_absent();
	const struct pl_schema_field *field = pl_schema_field_find(record, text_of(name));
	assert_non_null(field);
	assert_int_equal(pl_value_step(&absent, (struct pl_step){.id = field->name_id}, record, NULL, arena, &v),
			 PL_OK);
	return v;
}

static void absent_records_have_defaults(void **state)
{
	(void)state;
	expect_shown(step_absent(PL_RECORD_K8S_SecurityContext, "allowPrivilegeEscalation"), "default", "true");
	expect_shown(step_absent(PL_RECORD_K8S_SecurityContext, "privileged"), "default", "false");
	expect_shown(step_absent(PL_RECORD_K8S_SecurityContext, "procMount"), "default", "Default");
	expect_shown(step_absent(PL_RECORD_K8S_SecurityContext, "runAsUser"), "optional", "not set");
	expect_shown(step_absent(PL_RECORD_K8S_Capabilities, "add"), "list", "{}");
	expect_shown(step_absent(PL_RECORD_K8S_ResourceRequirements, "limits"), "map", "{}");
	expect_shown(step_absent(PL_RECORD_K8S_SeccompProfile, "type"), "required", "not set");
	expect_shown(step_absent(PL_RECORD_K8S_PodSpec, "terminationGracePeriodSeconds"), "default", "30");
	struct pl_value v, limits = step_absent(PL_RECORD_K8S_ResourceRequirements, "limits"),
			   absent = pl_value_absent();
	assert_int_equal(pl_value_index(&limits, PL_STR("memory"), arena, &v), PL_OK);
	assert_int_equal(v.kind, PL_V_ABSENT);
	assert_int_equal(
		pl_value_step(&absent, (struct pl_step){true, PL_VIEW_IMAGE_tag}, PL_NO_RECORD, NULL, arena, &v),
		PL_OK);
	assert_int_equal(v.kind, PL_V_ABSENT);
	struct pl_value unknown = pl_value_unknown("why");
	assert_int_equal(
		pl_value_step(&unknown, (struct pl_step){true, PL_VIEW_IMAGE_tag}, PL_NO_RECORD, NULL, arena, &v),
		PL_OK);
	expect_shown(v, "unknown", "unknown (why)");
}

static void damaged_text_is_unknown(void **state)
{
	(void)state;
	const char *why = "unknown (its text holds U+FFFD, or bytes that are not UTF-8)";
	struct pl_workload *w =
		pod("", ",'workingDir':'/a\\ud800','command':['ok','\xff'],'env':[{'name':'\xef\xbf\xbd'}]");
	expect_in(w, C, "workingDir", NULL, why);
	struct pl_value command = step(subject(w, C, 0), "command", NULL);
	expect_shown(command, "command", "{ok, unknown (its text holds U+FFFD, or bytes that are not UTF-8)}");
	expect_in(w, PL_SUBJECT_VARIABLE, "name", NULL, why);
	w = pod("", SC("'capabilities':{'add':['KILL\\udfff'],'drop':['ALL\\udfff','ALL'] "
		       "},'allowPrivilegeEscalation':false"));
	expect_in(w, C, "added_capabilities", NULL, "{unknown (its text holds U+FFFD, or bytes that are not UTF-8)}");
	expect_in(w, C, "dropped_capabilities", NULL, "{ALL}");
	expect_in(w, C, "privilege_escalation", NULL, "true");
	expect_in(task("", ",'user':'app\\ud800'"), C, "non_root", NULL, "false");
}

/* --- the offline reading ------------------------------------------------------------------------------------------ */

static void the_linter_fills_in_what_the_server_would(void **state)
{
	(void)state;
	const char *pod_json =
		"{'apiVersion':'v1','kind':'Pod','metadata':{'name':'p'},'spec':{'hostNetwork':true,'containers':["
		"{'name':'c','image':'x','ports':[{'containerPort':80}],'resources':{'limits':{'memory':'1Gi',"
		"'cpu':'2'},'requests':{'cpu':'1','a':'3'}}}]}}";
	struct pl_workload *w = load_as(pod_json, true);
	struct pl_value resources = step(subject(w, C, 0), "resources", NULL);
	expect_shown(step(resources, "requests", NULL), "requests", "{a: 3, cpu: 1, memory: 1Gi}");
	expect_in(w, PL_SUBJECT_PORT, "hostPort", NULL, "80");
	static const char ports[] =
		"{'apiVersion':'v1','kind':'Pod','metadata':{'name':'p'},'spec':{'hostNetwork':%s,'containers':["
		"{'name':'c','image':'x','ports':[{'containerPort':80,'hostPort':%s}]}]}}";
	static const char *const cases[][3] = {{"true", "0", "80"},
					       {"true", "null", "80"},
					       {"true", "81", "81"},
					       {"false", "0", "0"},
					       {"false", "81", "81"}};
	for (unsigned i = 0; i < 5; i++) {
		w = load_as(pl_arena_printf(arena, ports, cases[i][0], cases[i][1]).ptr, true);
		expect_in(w, PL_SUBJECT_PORT, "hostPort", NULL, cases[i][2]);
	}
	w = load_as(pod_json, false);
	resources = step(subject(w, C, 0), "resources", NULL);
	expect_shown(step(resources, "requests", NULL), "requests", "{a: 3, cpu: 1}");
	expect_in(w, PL_SUBJECT_PORT, "hostPort", NULL, "0");
	expect_in(w, PL_SUBJECT_PORT, "host_port", NULL, "80");
	w = load_as("{'apiVersion':'apps/"
		    "v1','kind':'Deployment','metadata':{'name':'p'},'spec':{'template':{'spec':{'containers':["
		    "{'name':'c','image':'x','resources':{'limits':{'memory':'1Gi'}}}]}}}}",
		    true);
	resources = step(subject(w, C, 0), "resources", NULL);
	expect_shown(step(resources, "requests", NULL), "requests", "{}");
}

static void quantities_in_maps(void **state)
{
	(void)state;
	struct pl_workload *w = pod(
		"", ",'resources':{'limits':{'memory':'1.5Gi','cpu':1.5,'hugepages-2Mi':'4Mi','nvidia.com/gpu':'1'}}");
	struct pl_value limits = step(step(subject(w, C, 0), "resources", NULL), "limits", NULL), v;
	expect_shown(limits, "limits", "{cpu: 1500m, hugepages-2Mi: 4Mi, memory: 1.5Gi, nvidia.com/gpu: 1}");
	assert_int_equal(pl_value_index(&limits, PL_STR("memory"), arena, &v), PL_OK);
	assert_int_equal(v.kind, PL_V_NUMBER);
	assert_int_equal(v.of, PL_T_QUANTITY);
	assert_true(v.u.q == PL_NANO_ONE * 1610612736);
}

/* --- members and context ------------------------------------------------------------------------------------------ */

static struct pl_value member(struct pl_value base, enum pl_subject kind, const char *name,
			      const struct pl_context *ctx)
{
	struct pl_value v;
	struct pl_step s = {true, (uint16_t)pl_view_find(kind, text_of(name))};
	assert_int_not_equal(s.id, PL_VIEW_COUNT);
	assert_string_equal(pl_view_fields[s.id].name, name);
	assert_int_equal(pl_value_step(&base, s, PL_NO_RECORD, ctx, arena, &v), PL_OK);
	return v;
}

static void members(void **state)
{
	(void)state;
	struct pl_arn arn;
	struct pl_role role;
	assert_true(pl_arn_parse(PL_STR("arn:aws:s3:::b:k"), &arn));
	struct pl_value a = {.kind = PL_V_ARN, .node = PL_NO_NODE, .u.arn = &arn};
	expect_shown(member(a, PL_SUBJECT_ARN, "partition", NULL), "partition", "aws");
	expect_shown(member(a, PL_SUBJECT_ARN, "service", NULL), "service", "s3");
	expect_shown(member(a, PL_SUBJECT_ARN, "region", NULL), "region", "not set");
	expect_shown(member(a, PL_SUBJECT_ARN, "account", NULL), "account", "not set");
	expect_shown(member(a, PL_SUBJECT_ARN, "resource", NULL), "resource", "b:k");
	const struct pl_context here = {.cluster_known = true, .cluster_account = PL_STR("111111111111")};
	assert_true(pl_role_parse(PL_STR("app"), &role));
	struct pl_value r = {.kind = PL_V_ROLE, .node = PL_NO_NODE, .u.role = &role};
	expect_shown(member(r, PL_SUBJECT_ROLE, "name", &here), "name", "app");
	expect_shown(member(r, PL_SUBJECT_ROLE, "account", &here), "account", "111111111111");
	expect_shown(member(r, PL_SUBJECT_ROLE, "account", NULL), "account",
		     "unknown (a short name stands for a role of cluster.account, which is not known here)");
	const struct pl_context no_account = {.cluster_known = true};
	expect_shown(member(r, PL_SUBJECT_ROLE, "account", &no_account), "account", "not set");
	assert_true(pl_role_parse(PL_STR("arn:aws:iam::222222222222:role/a/b"), &role));
	expect_shown(member(r, PL_SUBJECT_ROLE, "account", &here), "account", "222222222222");
	struct pl_value image = step(subject(pod("", ""), C, 0), "image", NULL);
	expect_shown(member(image, PL_SUBJECT_IMAGE, "name", NULL), "name", "docker.io/library/nginx");
	expect_shown(member(image, PL_SUBJECT_IMAGE, "tag", NULL), "tag", "1");
	struct pl_value labels = step(subject(pod("", ""), W, 0), "labels", NULL), entry;
	struct pl_value_iter it;
	bool done;
	pl_value_iter_init(&it, &labels);
	assert_int_equal(pl_value_iter_next(&it, arena, &entry, &done), PL_OK);
	assert_false(done);
	expect_shown(member(entry, PL_SUBJECT_ENTRY, "key", NULL), "key", "a");
	expect_shown(member(entry, PL_SUBJECT_ENTRY, "value", NULL), "value", "1");
	assert_int_equal(pl_view_find(PL_SUBJECT_IMAGE, PL_STR("nope")), PL_VIEW_COUNT);
}

static void expect_context(enum pl_subject kind, const char *field, const struct pl_context *ctx, const char *wanted)
{
	struct pl_value base = {.kind = PL_V_SUBJECT, .ref = (uint16_t)kind, .node = 0};
	expect_shown(step(base, field, ctx), field, wanted);
}

static void context(void **state)
{
	(void)state;
	const pl_str groups[] = {PL_STR("b"), PL_STR("a")};
	const struct pl_pair pairs_[] = {{PL_STR("z"), PL_STR("1")}, {PL_STR("env"), PL_STR("prod")}};
	const struct pl_context full = {.request_known = true,
					.operation = PL_STR("UPDATE"),
					.user = PL_STR("alice"),
					.groups = groups,
					.group_count = 2,
					.dry_run = true,
					.namespace_known = true,
					.namespace_name = PL_STR("shop"),
					.namespace_metadata_known = true,
					.namespace_labels = pairs_,
					.namespace_label_count = 2,
					.cluster_known = true,
					.cluster_name = PL_STR("c1"),
					.cluster_version = PL_STR("v1.31.2-eks-1"),
					.cluster_cloud = PL_STR("aws"),
					.imds_blocked_pods = true,
					.imds_blocked_bridge = true};
	expect_context(PL_SUBJECT_REQUEST, "operation", &full, "UPDATE");
	expect_context(PL_SUBJECT_REQUEST, "user", &full, "alice");
	expect_context(PL_SUBJECT_REQUEST, "groups", &full, "{b, a}");
	expect_context(PL_SUBJECT_REQUEST, "dry_run", &full, "true");
	expect_context(PL_SUBJECT_NAMESPACE, "name", &full, "shop");
	expect_context(PL_SUBJECT_NAMESPACE, "labels", &full, "{env: prod, z: 1}");
	expect_context(PL_SUBJECT_NAMESPACE, "annotations", &full, "{}");
	expect_context(PL_SUBJECT_CLUSTER, "name", &full, "c1");
	expect_context(PL_SUBJECT_CLUSTER, "environment", &full, "not set");
	expect_context(PL_SUBJECT_CLUSTER, "version", &full, "v1.31.2");
	expect_context(PL_SUBJECT_CLUSTER, "account", &full, "not set");
	expect_context(PL_SUBJECT_CLUSTER, "region", &full, "not set");
	expect_context(PL_SUBJECT_CLUSTER, "cloud", &full, "aws");
	expect_context(PL_SUBJECT_CLUSTER, "imds_blocked", &full, "{pods, bridge}");

	expect_context(PL_SUBJECT_REQUEST, "operation", NULL, "unknown (who asked for what is not known here)");
	expect_context(PL_SUBJECT_REQUEST, "user", NULL, "unknown (who asked for what is not known here)");
	expect_context(PL_SUBJECT_REQUEST, "groups", NULL, "unknown (who asked for what is not known here)");
	expect_context(PL_SUBJECT_REQUEST, "dry_run", NULL, "unknown (who asked for what is not known here)");
	expect_context(PL_SUBJECT_NAMESPACE, "name", NULL, "unknown (the namespace is not known here)");
	expect_context(PL_SUBJECT_NAMESPACE, "labels", NULL, "unknown (the namespace is not known here)");
	expect_context(PL_SUBJECT_CLUSTER, "name", NULL, "unknown (nothing is known here about the cluster)");
	expect_context(PL_SUBJECT_CLUSTER, "imds_blocked", NULL, "unknown (nothing is known here about the cluster)");
	expect_context(PL_SUBJECT_CLUSTER, "version", NULL, "unknown (the version of the cluster is not known here)");
	const struct pl_context some = {.namespace_known = true,
					.namespace_name = PL_STR("a\nb"),
					.cluster_known = true,
					.cluster_version = PL_STR("new"),
					.request_known = true};
	expect_context(PL_SUBJECT_NAMESPACE, "labels", &some,
		       "unknown (the labels of namespace `a\\nb` are not known here)");
	expect_context(PL_SUBJECT_NAMESPACE, "annotations", &some,
		       "unknown (the annotations of namespace `a\\nb` are not known here)");
	expect_context(PL_SUBJECT_CLUSTER, "version", &some, "unknown (the version given for the cluster is none)");
	expect_context(PL_SUBJECT_REQUEST, "user", &some, "not set");
	expect_context(PL_SUBJECT_REQUEST, "operation", &some, "unknown (who asked for what is not known here)");
	const struct pl_context outside = {.namespace_known = true};
	expect_context(PL_SUBJECT_NAMESPACE, "name", &outside, "not set");
	expect_context(PL_SUBJECT_NAMESPACE, "labels", &outside, "{}");
}

/* --- the table ---------------------------------------------------------------------------------------------------- */

static struct pl_value base_of(enum pl_subject kind, const struct pl_workload *w)
{
	static struct pl_arn arn;
	static struct pl_role role;
	static struct pl_value pair[2] = {{.kind = PL_V_STRING}, {.kind = PL_V_STRING}};
	struct pl_value v = subject(w, kind, 0);
	if (kind == PL_SUBJECT_ARN)
		v = (struct pl_value){.kind = PL_V_ARN, .node = PL_NO_NODE, .u.arn = &arn};
	if (kind == PL_SUBJECT_ROLE)
		v = (struct pl_value){.kind = PL_V_ROLE, .node = PL_NO_NODE, .u.role = &role};
	if (kind == PL_SUBJECT_ENTRY)
		v = (struct pl_value){.kind = PL_V_ENTRY, .node = PL_NO_NODE, .u.entry = pair};
	if (kind == PL_SUBJECT_REQUEST || kind == PL_SUBJECT_NAMESPACE || kind == PL_SUBJECT_CLUSTER)
		v.u.workload = NULL;
	return v;
}

/* Each row is read where it exists; its value is of its type, and never absent where view.def says it is always there.
 */
static void every_row_has_a_reader(void **state)
{
	(void)state;
	static const uint8_t kinds[] = {
		[PL_T_BOOL] = PL_V_BOOL,    [PL_T_INT] = PL_V_INT,	   [PL_T_CORES] = PL_V_NUMBER,
		[PL_T_BYTES] = PL_V_NUMBER, [PL_T_STRING] = PL_V_STRING,   [PL_T_IMAGE] = PL_V_IMAGE,
		[PL_T_PATH] = PL_V_PATH,    [PL_T_VERSION] = PL_V_VERSION, [PL_T_SUBJECT] = PL_V_SUBJECT,
		[PL_T_LIST] = PL_V_LIST,    [PL_T_MAP] = PL_V_MAP,
	};
	const struct pl_workload *k8s = pod(
		",'volumes':[{'name':'h','hostPath':{'path':'/v'}}]",
		",'volumeMounts':[{'name':'h','mountPath':'/x'}],'ports':[{'containerPort':80}],'env':[{'name':'A'}]");
	const struct pl_workload *ecs =
		task(",'volumes':[{'name':'h','host':{'sourcePath':'/v'}}]",
		     ",'mountPoints':[{'sourceVolume':'h','containerPath':'/x'}],'portMappings':[{'containerPort':80}],"
		     "'environment':[{'name':'A'}]");
	for (unsigned row = 0; row < PL_VIEW_COUNT; row++) {
		const struct pl_view_field *f = &pl_view_fields[row];
		for (int i = 0; i < 2; i++) {
			if (!(f->platforms & (i ? PL_ON_ECS : PL_ON_KUBERNETES)))
				continue;
			struct pl_value v, base = base_of(f->subject, i ? ecs : k8s);
			struct pl_step s = {true, (uint16_t)row};
			assert_int_equal(pl_value_step(&base, s, PL_NO_RECORD, NULL, arena, &v), PL_OK);
			uint8_t kind = f->type.kind < sizeof(kinds) ? kinds[f->type.kind] : 0;
			bool right = v.kind == kind || (kind == PL_V_MAP && v.kind == PL_V_NODEMAP);
			bool missing = v.kind == PL_V_ABSENT && f->presence == PL_OPTIONAL;
			if (!right && !missing && v.kind != PL_V_UNKNOWN && f->type.kind != PL_T_NONE)
				fail_msg("%s.%s is a value of kind %u", pl_subject_name(f->subject), f->name, v.kind);
		}
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(equal_meaning_is_the_equal_view),
		cmocka_unit_test(pods_are_read),
		cmocka_unit_test(tasks_are_read),
		cmocka_unit_test(pods_inherit_the_host_role),
		cmocka_unit_test(tasks_inherit_the_host_role),
		cmocka_unit_test(roles_of_containers),
		cmocka_unit_test(inherited_mounts),
		cmocka_unit_test(tags_of_a_described_task),
		cmocka_unit_test(empty_texts),
		cmocka_unit_test(handlers_belong_to_containers),
		cmocka_unit_test(absent_records_have_defaults),
		cmocka_unit_test(damaged_text_is_unknown),
		cmocka_unit_test(the_linter_fills_in_what_the_server_would),
		cmocka_unit_test(quantities_in_maps),
		cmocka_unit_test(members),
		cmocka_unit_test(context),
		cmocka_unit_test(every_row_has_a_reader),
	};
	return cmocka_run_group_tests(tests, setup, teardown);
}
