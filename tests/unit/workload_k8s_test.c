/* workload_k8s_test.c - from a Kubernetes object to its subjects: every kind that carries a pod, every kind of
 * container, volumes and mounts joined. */
#include "reading.h"

static void finds_the_template_of_every_kind(void **state)
{
	(void)state;
	static const struct {
		const char *head, *open, *close, *path;
	} rows[] = {
		{"v1\",\"kind\":\"Pod", "", "", "spec.containers[0]"},
		{"v1\",\"kind\":\"PodTemplate", "\"template\":{", "}", "template.spec.containers[0]"},
		{"v1\",\"kind\":\"ReplicationController", "\"spec\":{\"template\":{", "}}",
		 "spec.template.spec.containers[0]"},
		{"apps/v1\",\"kind\":\"Deployment", "\"spec\":{\"template\":{", "}}",
		 "spec.template.spec.containers[0]"},
		{"extensions/v1beta1\",\"kind\":\"Deployment", "\"spec\":{\"template\":{", "}}",
		 "spec.template.spec.containers[0]"},
		{"apps/v1\",\"kind\":\"ReplicaSet", "\"spec\":{\"template\":{", "}}",
		 "spec.template.spec.containers[0]"},
		{"apps/v1beta1\",\"kind\":\"StatefulSet", "\"spec\":{\"template\":{", "}}",
		 "spec.template.spec.containers[0]"},
		{"apps/v1\",\"kind\":\"DaemonSet", "\"spec\":{\"template\":{", "}}",
		 "spec.template.spec.containers[0]"},
		{"batch/v1\",\"kind\":\"Job", "\"spec\":{\"template\":{", "}}", "spec.template.spec.containers[0]"},
		{"batch/v1beta1\",\"kind\":\"CronJob", "\"spec\":{\"jobTemplate\":{\"spec\":{\"template\":{", "}}}}",
		 "spec.jobTemplate.spec.template.spec.containers[0]"},
	};
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		pl_str text = pl_arena_printf(arena,
					      "{\"apiVersion\":\"%s\",%s\"spec\":{\"containers\":[{\"name\":\"c\","
					      "\"image\":\"x\"}]}%s}%c",
					      rows[i].head, rows[i].open, rows[i].close, 0);
		const struct pl_workload *w = read_workload(text.ptr, KUBERNETES, true);
		assert_string_equal(notes_of(w), "");
		assert_true(pl_workload_has_containers(w));
		assert_int_equal(w->container_count, 1);
		assert_string_equal(path_of(w, PL_SUBJECT_CONTAINER, 0), rows[i].path);
	}
}

static void judges_other_kinds_by_metadata(void **state)
{
	(void)state;
	static const char *const rows[] = {
		"{\"apiVersion\":\"v1\",\"kind\":\"Service\",\"metadata\":{\"name\":\"n\",\"namespace\":\"s\"},"
		"\"spec\":5}",
		"{\"apiVersion\":\"example.com/"
		"v1\",\"kind\":\"Pod\",\"metadata\":{\"name\":\"n\",\"namespace\":\"s\"},\"spec\":[]}",
		"{\"apiVersion\":\"example.com/"
		"v1\",\"kind\":\"Deployment\",\"metadata\":{\"name\":\"n\",\"namespace\":\"s\"}}",
	};
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		const struct pl_workload *w = read_workload(rows[i], KUBERNETES, false);
		assert_string_equal(notes_of(w), "");
		assert_false(pl_workload_has_containers(w));
		assert_text(pl_workload_name(w), "n");
		assert_text(pl_workload_namespace(w), "s");
		assert_int_equal(pl_subject_count_of(w, PL_SUBJECT_OBJECT), 1);
		assert_int_equal(pl_subject_count_of(w, PL_SUBJECT_WORKLOAD), 0);
	}
}

static void refuses_carriers_without_pod(void **state)
{
	(void)state;
	expect("{\"apiVersion\":\"v1\",\"kind\":\"ReplicationController\",\"spec\":{\"replicas\":1}}", KUBERNETES,
	       false, "! `spec.template` is missing: a ReplicationController has a pod template");
	expect("{\"apiVersion\":\"batch/v1\",\"kind\":\"CronJob\",\"spec\":{\"jobTemplate\":{}}}", KUBERNETES, false,
	       "! `spec.jobTemplate.spec.template` is missing: a CronJob has a pod template");
	expect("{\"apiVersion\":\"apps/v1\",\"kind\":\"Deployment\",\"spec\":{\"template\":{}}}", KUBERNETES, false,
	       "! `spec.template.spec` is required but missing");
	expect("{\"apiVersion\":\"apps/"
	       "v1\",\"kind\":\"Deployment\",\"spec\":{\"template\":{\"spec\":{\"initContainers\":"
	       "[{\"name\":\"c\",\"image\":\"x\"}]}}}}",
	       KUBERNETES, false,
	       "! `spec.template.spec.containers` is missing or empty: a pod has at least one container");
	expect("{\"apiVersion\":\"v1\",\"kind\":\"PodTemplate\"}", KUBERNETES, false,
	       "! `template` is missing: a PodTemplate has a pod template");
	expect("{\"family\":\"f\"}", PL_PLATFORM_NONE, false,
	       "! the object is neither a Kubernetes object nor an ECS task definition");
}

static const char everything[] =
	"apiVersion: v1\n"
	"kind: Pod\n"
	"metadata: {generateName: web-}\n"
	"spec:\n"
	"  securityContext: {runAsNonRoot: true}\n"
	"  initContainers:\n"
	"  - {name: i, image: 'i:1', volumeMounts: [{name: h, mountPath: /h, readOnly: true}]}\n"
	"  - {name: s, image: 's:1', restartPolicy: Always}\n"
	"  containers:\n"
	"  - name: web\n"
	"    image: w:1\n"
	"    securityContext: {privileged: true}\n"
	"    ports: [{containerPort: 80}, {containerPort: 81}]\n"
	"    env:\n"
	"    - {name: A, value: b}\n"
	"    - {name: S, valueFrom: {secretKeyRef: {name: n, key: k}}}\n"
	"    - {name: F, valueFrom: {fieldRef: {fieldPath: metadata.name}}}\n"
	"    volumeMounts: [{name: h, mountPath: /h}, {name: e, mountPath: /e}]\n"
	"    livenessProbe: {httpGet: {port: 80}}\n"
	"    lifecycle: {preStop: {sleep: {seconds: 1}}}\n"
	"  ephemeralContainers:\n"
	"  - {name: d, image: 'd:1'}\n"
	"  volumes:\n"
	"  - {name: h, hostPath: {path: /var/log/app/../../etc/}}\n"
	"  - {name: e, emptyDir: {}}\n"
	"  - {name: m, image: {reference: 'm:1'}}\n"
	"  - {name: n, newThing: {}}\n"
	"  - {name: t, hostPath: {path: /t}, emptyDir: {}}\n"
	"  - {name: z}\n"
	"  - {name: y, emptyDir: null}\n";

static void lists_every_part(void **state)
{
	(void)state;
	const struct pl_workload *w = read_workload(everything, KUBERNETES, false);
	assert_string_equal(notes_of(w), "");
	assert_text(w->name, "web-*");
	static const struct {
		const char *name;
		enum pl_role_of_container role;
		unsigned mounts, ports, variables;
	} containers[] = {
		{"i", PL_ROLE_INIT, 1, 0, 0},
		{"s", PL_ROLE_SIDECAR, 0, 0, 0},
		{"web", PL_ROLE_MAIN, 2, 2, 3},
		{"d", PL_ROLE_EPHEMERAL, 0, 0, 0},
	};
	assert_int_equal(w->container_count, 4);
	for (unsigned i = 0; i < 4; i++) {
		assert_text(w->containers[i].name, containers[i].name);
		assert_int_equal(w->containers[i].role, containers[i].role);
		assert_int_equal(w->containers[i].mounts, containers[i].mounts);
		assert_int_equal(w->containers[i].ports, containers[i].ports);
		assert_int_equal(w->containers[i].variables, containers[i].variables);
	}
	assert_int_equal(w->containers[3].record, PL_RECORD_K8S_EphemeralContainer);
	assert_false(w->variables[0].from_secret);
	assert_true(w->variables[1].from_secret);
	assert_false(w->variables[2].from_secret);
	assert_int_equal(w->security_context_count, 2);
	assert_int_equal(w->security_contexts[0].container, PL_NO_INDEX);
	assert_int_equal(w->security_contexts[1].container, 2);
	assert_int_equal(w->handler_count, 2);
	assert_int_equal(w->handlers[0].record, PL_RECORD_K8S_Probe);
	assert_int_equal(w->handlers[1].record, PL_RECORD_K8S_LifecycleHandler);
}

static void joins_mounts_and_volumes(void **state)
{
	(void)state;
	const struct pl_workload *w = read_workload(everything, KUBERNETES, false);
	static const struct {
		const char *name, *kind, *host_path;
	} volumes[] = {
		{"h", "hostPath", "/var/etc"}, {"e", "emptyDir", ""}, {"m", "image", ""},    {"n", "newThing", ""},
		{"t", "several", "/t"},	       {"z", "emptyDir", ""}, {"y", "emptyDir", ""},
	};
	assert_int_equal(w->volume_count, 7);
	for (unsigned i = 0; i < 7; i++) {
		assert_text(w->volumes[i].name, volumes[i].name);
		assert_text(w->volumes[i].kind, volumes[i].kind);
		assert_text(w->volumes[i].host_path, volumes[i].host_path);
		assert_int_equal(w->volumes[i].host_path.ptr != NULL, *volumes[i].host_path != '\0');
	}
	assert_int_equal(w->mount_count, 3);
	assert_true(w->mounts[0].read_only && w->mounts[0].container == 0 && w->mounts[0].volume == 0);
	assert_true(!w->mounts[1].read_only && w->mounts[1].container == 2 && w->mounts[1].volume == 0);
	assert_true(!w->mounts[2].inherited && w->mounts[2].volume == 1);
	/* images: of volumes, then of containers in the order of their start */
	assert_int_equal(w->image_count, 5);
	assert_int_equal(w->images[0].volume, 2);
	assert_int_equal(w->images[0].container, PL_NO_INDEX);
	assert_text(w->images[4].image->repository, "library/d");
}

#define IN_POD(containers, more)                                                                                       \
	"{\"apiVersion\":\"v1\",\"kind\":\"Pod\",\"spec\":{\"containers\":[" containers "]" more "}}"
#define C(name, more)	  "{\"name\":\"" name "\",\"image\":\"x\"" more "}"
#define MOUNT(name, path) "{\"name\":\"" name "\",\"mountPath\":\"" path "\"}"

static void refuses_what_does_not_fit_together(void **state)
{
	(void)state;
	static const struct {
		const char *text, *notes;
	} rows[] = {
		{IN_POD(C("a", ",\"volumeMounts\":[" MOUNT("dato", "/d") "]"), ",\"volumes\":[{\"name\":\"data\"}]"),
		 "! `spec.containers[0].volumeMounts[0].name` is \"dato\", but there is no volume of that name [did "
		 "you mean \"data\"?]"},
		{IN_POD(C("a", ",\"volumeMounts\":[" MOUNT("d", "/d") "," MOUNT("d", "/d") "]"),
			",\"volumes\":[{\"name\":\"d\"}]"),
		 "! `spec.containers[0].volumeMounts[1].mountPath` is \"/d\", where the container mounts another "
		 "volume"},
		{IN_POD(C("a", "") "," C("b", "") "," C("a", ""), ""),
		 "! `spec.containers[2].name` is \"a\", but another container of the pod has that name"},
		{IN_POD(C("a", ""), ",\"initContainers\":[" C("a", "") "]"),
		 "! `spec.containers[0].name` is \"a\", but another container of the pod has that name"},
		{IN_POD(C("a", ""), ",\"volumes\":[{\"name\":\"v\"},{\"name\":\"v\",\"hostPath\":{\"path\":\"/\"}}]"),
		 "! `spec.volumes[1].name` is \"v\", but another volume of the pod has that name"},
		{IN_POD(C("a", ""), ",\"volumes\":[{\"name\":\"v\",\"hostPath\":{\"path\":\"etc\"}}]"),
		 "! `spec.volumes[0].hostPath.path` must be an absolute path, found \"etc\" [write the path from its "
		 "root, beginning with /]"},
		{IN_POD(C("a", ""), ",\"volumes\":[{\"name\":\"v\",\"hostPath\":{\"path\":\"\"}}]"),
		 "! `spec.volumes[0].hostPath.path` must not be empty"},
		{IN_POD(C("a", ""), ",\"volumes\":[{\"name\":\"v\",\"image\":{}}]"),
		 "! `spec.volumes[0].image.reference` is missing or empty: which image is mounted cannot be told"},
		{IN_POD(C("a", ""), ",\"ephemeralContainers\":[{\"name\":\"e\",\"image\":\"\"}]"),
		 "! `spec.ephemeralContainers[0].image` is missing or empty: which image runs cannot be told"},
		{IN_POD(C("a", ""), ",\"ephemeralContainers\":[{\"name\":\"e\",\"image\":\"x\",\"securityContext\":{"
				    "\"privileged\":\"no\"}}]"),
		 "! `spec.ephemeralContainers[0].securityContext.privileged` must be true or false, found the string "
		 "\"no\" [write true or false, without quotes]"},
	};
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
		expect(rows[i].text, KUBERNETES, false, rows[i].notes);
}

static void adds_claims_of_a_stateful_set(void **state)
{
	(void)state;
	const struct pl_workload *w = read_workload(
		"{\"apiVersion\":\"apps/v1\",\"kind\":\"StatefulSet\",\"spec\":{\"template\":{\"spec\":{"
		"\"containers\":[" C(
			"a",
			",\"volumeMounts\":[" MOUNT(
				"www", "/w") "]") "],"
						  "\"volumes\":[{\"name\":\"own\",\"hostPath\":{\"path\":\"/own\"}}]}},"
						  "\"volumeClaimTemplates\":[{\"metadata\":{\"name\":\"www\"}},{"
						  "\"metadata\":{\"name\":\"own\"}}]}}",
		KUBERNETES, false);
	assert_string_equal(notes_of(w), "");
	assert_int_equal(w->volume_count, 2);
	assert_text(w->volumes[0].kind, "hostPath");
	assert_text(w->volumes[1].kind, "persistentVolumeClaim");
	assert_text(w->volumes[1].name, "www");
	assert_string_equal(path_of(w, PL_SUBJECT_VOLUME, 1), "spec.volumeClaimTemplates[0]");
	assert_int_equal(w->mounts[0].volume, 1);
}

static void caps_totals(void **state)
{
	(void)state;
	struct pl_buf b;
	pl_buf_init(&b, arena, 0);
	pl_buf_adds(&b, "{\"apiVersion\":\"v1\",\"kind\":\"Pod\",\"spec\":{\"containers\":[" C("x", ""));
	for (int i = 0; i < 127; i++)
		pl_buf_addf(&b, "," C("c%d", ""), i);
	pl_str full = pl_arena_printf(arena, "%.*s]}}%c", PL_FMT(pl_buf_str(&b)), 0);
	expect(full.ptr, KUBERNETES, false, "");
	pl_str over =
		pl_arena_printf(arena, "%.*s],\"initContainers\":[%s]}}%c", PL_FMT(pl_buf_str(&b)), C("i", ""), 0);
	expect(over.ptr, KUBERNETES, false, "! the object has 129 containers in all; more than 128 are not judged");
}

/* A pod whose two containers share n parts between them, or that has n volumes. */
static const char *pod_with(const char *list, const char *part, const char *end, uint32_t n)
{
	struct pl_buf b;
	bool volumes = strcmp(list, "volumes") == 0;
	pl_buf_init(&b, arena, 1u << 16);
	pl_buf_adds(&b, "{\"apiVersion\":\"v1\",\"kind\":\"Pod\",\"spec\":{\"volumes\":[{\"name\":\"v\"}");
	for (uint32_t i = 1; volumes && i < n; i++)
		pl_buf_addf(&b, ",{\"name\":\"v%u\"}", i);
	for (uint32_t i = 0; i < n && !volumes; i++) {
		if (i == 0)
			pl_buf_addf(&b, "],\"containers\":[{\"name\":\"a\",\"image\":\"x\",\"%s\":[", list);
		else if (i == n / 2)
			pl_buf_addf(&b, "]},{\"name\":\"b\",\"image\":\"x\",\"%s\":[", list);
		else
			pl_buf_addc(&b, ',');
		pl_buf_addf(&b, "%s%u%s", part, i + 1, end);
	}
	pl_buf_adds(&b, volumes ? "],\"containers\":[{\"name\":\"a\",\"image\":\"x\"}]}}" : "]}]}}");
	pl_buf_addc(&b, '\0');
	assert_false(b.failed);
	return b.ptr;
}

/* spec: language.md 3.14: of the whole workload, however they are spread over its containers. */
static void caps_parts(void **state)
{
	static const struct {
		const char *list, *part, *end;
		uint32_t cap;
		const char *note;
	} rows[] = {
		{"volumeMounts", "{\"name\":\"v\",\"mountPath\":\"/v", "\"}", 2048,
		 "! the object has 2049 volume mounts in all; more than 2048 are not judged"},
		{"ports", "{\"containerPort\":", "}", 1024,
		 "! the object has 1025 ports in all; more than 1024 are not judged"},
		{"env", "{\"name\":\"E", "\"}", 8192,
		 "! the object has 8193 environment variables in all; more than 8192 are not judged"},
		{"volumes", "", "", 256, "! `spec.volumes` has 257 entries; more than 256 are not judged"},
	};
	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		expect(pod_with(rows[i].list, rows[i].part, rows[i].end, rows[i].cap), KUBERNETES, false, "");
		expect(pod_with(rows[i].list, rows[i].part, rows[i].end, rows[i].cap + 1), KUBERNETES, false,
		       rows[i].note);
	}
}

static void reports_memory(void **state)
{
	(void)state;
	struct pl_doc *doc = read_doc(everything);
	struct pl_arena *whole = arena;
	unsigned failures = 0;
	for (size_t ceiling = 0; ceiling < 65536; ceiling += 256) {
		struct pl_workload *w = NULL;
		arena = pl_arena_new(ceiling, 0);
		pl_err err = pl_workload_read(doc, pl_doc_root(doc), KUBERNETES, NULL, arena, &w);
		if (err != PL_OK) {
			assert_int_equal(err, PL_E_MEMORY);
			assert_null(w);
			failures++;
		}
		pl_arena_free(arena);
	}
	arena = whole;
	assert_true(failures > 4);
	assert_true(failures < 256);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(finds_the_template_of_every_kind, setup, teardown),
		cmocka_unit_test_setup_teardown(judges_other_kinds_by_metadata, setup, teardown),
		cmocka_unit_test_setup_teardown(refuses_carriers_without_pod, setup, teardown),
		cmocka_unit_test_setup_teardown(lists_every_part, setup, teardown),
		cmocka_unit_test_setup_teardown(joins_mounts_and_volumes, setup, teardown),
		cmocka_unit_test_setup_teardown(refuses_what_does_not_fit_together, setup, teardown),
		cmocka_unit_test_setup_teardown(adds_claims_of_a_stateful_set, setup, teardown),
		cmocka_unit_test_setup_teardown(caps_totals, setup, teardown),
		cmocka_unit_test_setup_teardown(caps_parts, setup, teardown),
		cmocka_unit_test_setup_teardown(reports_memory, setup, teardown),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
