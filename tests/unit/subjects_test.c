/* subjects_test.c - naming subjects, pointing at them, and telling them apart across an update. */
#include "reading.h"

static const char pod[] =
	"apiVersion: apps/v1\n"
	"kind: Deployment\n"
	"metadata: {name: web}\n"
	"spec:\n"
	"  template:\n"
	"    spec:\n"
	"      securityContext: {}\n"
	"      initContainers: [{name: i, image: 'i:1'}, {name: s, image: 's:1', restartPolicy: Always}]\n"
	"      containers:\n"
	"      - name: \"w\\e[31m\\u202E\"\n"
	"        image: nginx:1\n"
	"        securityContext: {}\n"
	"        ports: [{containerPort: 0x50}]\n"
	"        env: [{name: X, value: hush}]\n"
	"        volumeMounts: [{name: v, mountPath: /data}]\n"
	"        readinessProbe: {exec: {command: [x]}}\n"
	"      ephemeralContainers: [{name: e, image: 'e:1'}]\n"
	"      volumes: [{name: v, image: {reference: 'r:1'}}]\n";

#define WEB "\"w\\u{1b}[31m\\u{202e}\""

static void names_subjects(void **state)
{
	(void)state;
	const struct pl_workload *w = read_workload(pod, KUBERNETES, false);
	static const struct {
		enum pl_subject subject;
		uint32_t index;
		const char *name, *path;
	} rows[] = {
		{PL_SUBJECT_OBJECT, 0, "Deployment \"web\"", ""},
		{PL_SUBJECT_WORKLOAD, 0, "Deployment \"web\"", ""},
		{PL_SUBJECT_POD, 0, "pod", "spec.template"},
		{PL_SUBJECT_CONTAINER, 0, "init container \"i\"", "spec.template.spec.initContainers[0]"},
		{PL_SUBJECT_CONTAINER, 1, "sidecar container \"s\"", "spec.template.spec.initContainers[1]"},
		{PL_SUBJECT_CONTAINER, 2, "container " WEB, "spec.template.spec.containers[0]"},
		{PL_SUBJECT_CONTAINER, 3, "ephemeral container \"e\"", "spec.template.spec.ephemeralContainers[0]"},
		{PL_SUBJECT_MOUNT, 0, "mount \"/data\" of container " WEB,
		 "spec.template.spec.containers[0].volumeMounts[0]"},
		{PL_SUBJECT_VOLUME, 0, "volume \"v\"", "spec.template.spec.volumes[0]"},
		{PL_SUBJECT_PORT, 0, "port 80 of container " WEB, "spec.template.spec.containers[0].ports[0]"},
		{PL_SUBJECT_VARIABLE, 0, "variable \"X\" of container " WEB, "spec.template.spec.containers[0].env[0]"},
		{PL_SUBJECT_IMAGE, 0, "image \"r:1\" of volume \"v\"", "spec.template.spec.volumes[0].image.reference"},
		{PL_SUBJECT_IMAGE, 3, "image \"nginx:1\" of container " WEB, "spec.template.spec.containers[0].image"},
		{PL_SUBJECT_SECURITY_CONTEXT, 0, "security context of the pod", "spec.template.spec.securityContext"},
		{PL_SUBJECT_SECURITY_CONTEXT, 1, "security context of container " WEB,
		 "spec.template.spec.containers[0].securityContext"},
		{PL_SUBJECT_HANDLER, 0, "readinessProbe of container " WEB,
		 "spec.template.spec.containers[0].readinessProbe"},
	};
	assert_string_equal(notes_of(w), "");
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		assert_string_equal(shown(w, rows[i].subject, rows[i].index), rows[i].name);
		assert_string_equal(path_of(w, rows[i].subject, rows[i].index), rows[i].path);
	}
	assert_int_equal(pl_subject_container(w, PL_SUBJECT_MOUNT, 0), 2);
	assert_int_equal(pl_subject_container(w, PL_SUBJECT_SECURITY_CONTEXT, 0), PL_NO_INDEX);
	assert_int_equal(pl_subject_container(w, PL_SUBJECT_CONTAINER, 0), PL_NO_INDEX);
	struct pl_value v = pl_subject_value(w, PL_SUBJECT_PORT, 0);
	assert_int_equal(v.kind, PL_V_SUBJECT);
	assert_int_equal(v.ref, PL_SUBJECT_PORT);
	assert_ptr_equal(v.u.workload, w);
}

static void names_tasks(void **state)
{
	(void)state;
	const struct pl_workload *w = read_workload(
		"{\"family\":\"web\",\"containerDefinitions\":[{\"name\":\"c\",\"image\":\"x\",\"portMappings\":"
		"[{\"containerPortRange\":\"80-90\"},{}]}]}",
		ECS, false);
	assert_string_equal(shown(w, PL_SUBJECT_TASK, 0), "task \"web\"");
	assert_string_equal(shown(w, PL_SUBJECT_WORKLOAD, 0), "TaskDefinition \"web\"");
	assert_string_equal(shown(w, PL_SUBJECT_PORT, 0), "ports 80-90 of container \"c\"");
	assert_string_equal(shown(w, PL_SUBJECT_PORT, 1), "a port of container \"c\"");
}

#define TWO(first, second) "{\"apiVersion\":\"v1\",\"kind\":\"Pod\",\"spec\":{\"containers\":[" first "," second "]}}"
#define A		   "{\"name\":\"a\",\"image\":\"x:1\",\"ports\":[{\"containerPort\":80}],\"env\":[{\"name\":\"E\"}]}"
#define B		   "{\"name\":\"b\",\"image\":\"x:1\",\"ports\":[{\"containerPort\":80}],\"env\":[{\"name\":\"E\"}]}"

/* Identity is role and name, never the position. spec: language.md 3.8 */
static void knows_subjects_again(void **state)
{
	(void)state;
	const struct pl_workload *w = read_workload(TWO(A, B), KUBERNETES, false);
	const struct pl_workload *u = read_workload(TWO(B, A), KUBERNETES, false);
	static const enum pl_subject kinds[] = {PL_SUBJECT_CONTAINER, PL_SUBJECT_PORT, PL_SUBJECT_VARIABLE,
						PL_SUBJECT_IMAGE};
	for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++) {
		uint64_t a = pl_subject_identity(w, kinds[i], 0, arena), b = pl_subject_identity(w, kinds[i], 1, arena);
		assert_true(a != b);
		assert_true(pl_subject_identity(u, kinds[i], 1, arena) == a);
		assert_true(pl_subject_identity(u, kinds[i], 0, arena) == b);
	}
	const struct pl_workload *init = read_workload(
		"{\"apiVersion\":\"v1\",\"kind\":\"Pod\",\"spec\":{\"initContainers\":[" A "],\"containers\":[" B "]}}",
		KUBERNETES, false);
	assert_true(pl_subject_identity(init, PL_SUBJECT_CONTAINER, 0, arena) !=
		    pl_subject_identity(w, PL_SUBJECT_CONTAINER, 0, arena));
	assert_true(pl_subject_identity(w, PL_SUBJECT_POD, 0, arena) ==
		    pl_subject_identity(u, PL_SUBJECT_POD, 0, arena));
	assert_true(pl_subject_identity(w, PL_SUBJECT_POD, 0, arena) !=
		    pl_subject_identity(u, PL_SUBJECT_OBJECT, 0, arena));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(names_subjects, setup, teardown),
		cmocka_unit_test_setup_teardown(names_tasks, setup, teardown),
		cmocka_unit_test_setup_teardown(knows_subjects_again, setup, teardown),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
