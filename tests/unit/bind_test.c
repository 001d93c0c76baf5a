/* bind_test.c - reading along the schema: types, presence, caps, keys that stand twice, and the spellings of YAML 1.1.
 */
#include "reading.h"

#include "model/bind.h"

/* A pod whose only container has these further members (JSON). */
#define POD(members)                                                                                                   \
	"{\"apiVersion\":\"v1\",\"kind\":\"Pod\",\"spec\":{\"containers\":[{\"name\":\"c\",\"image\":\"x\"" members    \
	"}]}}"
#define CONTEXT(members) POD(",\"securityContext\":{" members "}")
/* The same in YAML, the members on a line of their own. */
#define YAML(members) "apiVersion: v1\nkind: Pod\nspec:\n  containers:\n  - name: c\n    image: x\n    " members "\n"

struct row {
	const char *text, *notes;
};

static void expect_all(const struct row *rows, size_t count, bool offline)
{
	for (size_t i = 0; i < count; i++)
		expect(rows[i].text, KUBERNETES, offline, rows[i].notes);
}
#define EXPECT_ALL(rows, offline) expect_all(rows, sizeof(rows) / sizeof *(rows), offline)

#define SC	 "`spec.containers[0].securityContext"
#define NOT_BOOL " [write true or false, without quotes]"

/* threats.md 1, "type confusion": never "not equal true, so it passes". */
static void refuses_wrong_types(void **state)
{
	(void)state;
	static const struct row rows[] = {
		{CONTEXT("\"privileged\":\"true\""),
		 "! " SC ".privileged` must be true or false, found the string \"true\"" NOT_BOOL},
		{CONTEXT("\"privileged\":1"),
		 "! " SC ".privileged` must be true or false, found the number 1" NOT_BOOL},
		{CONTEXT("\"privileged\":[true]"), "! " SC ".privileged` must be true or false, found a list" NOT_BOOL},
		{CONTEXT("\"privileged\":{}"), "! " SC ".privileged` must be true or false, found an object" NOT_BOOL},
		{CONTEXT("\"runAsUser\":\"0\""),
		 "! " SC ".runAsUser` must be a number, found the string \"0\" [remove the quotes]"},
		{CONTEXT("\"runAsUser\":0.0"),
		 "! " SC ".runAsUser` must be an integer, found the number 0.0 [write it without point and exponent]"},
		{CONTEXT("\"runAsUser\":1e2"),
		 "! " SC ".runAsUser` must be an integer, found the number 1e2 [write it without point and exponent]"},
		{CONTEXT("\"runAsUser\":9223372036854775808"),
		 "! " SC ".runAsUser` must be an integer of at most 64 bits, found the number 9223372036854775808"},
		{CONTEXT("\"runAsUser\":true"),
		 "! " SC ".runAsUser` must be a number, found true [write an integer, without quotes]"},
		{POD(",\"ports\":[{\"containerPort\":80,\"hostPort\":80.0}]"),
		 "! `spec.containers[0].ports[0].hostPort` must be an integer, found the number 80.0 [write it "
		 "without point and exponent]"},
		{POD(",\"workingDir\":5"),
		 "! `spec.containers[0].workingDir` must be a string, found the number 5 [quote it]"},
		{POD(",\"command\":\"sh\""), "! `spec.containers[0].command` must be a list, found a string"},
		{POD(",\"command\":[\"sh\",1]"),
		 "! `spec.containers[0].command[1]` must be a string, found a number [quote it]"},
		{POD(",\"command\":[null]"), "! `spec.containers[0].command[0]` must not be null [remove the element]"},
		{POD(",\"securityContext\":[]"), "! " SC "` must be an object, found a list"},
		{POD(",\"securityContext\":\"\""), "! " SC "` must be an object, found the string \"\""},
		{POD(",\"resources\":{\"limits\":[]}"),
		 "! `spec.containers[0].resources.limits` must be an object, found a list"},
		{POD(",\"livenessProbe\":{\"httpGet\":{\"port\":1.5}}"),
		 "! `spec.containers[0].livenessProbe.httpGet.port` must be an integer or a string, found the number "
		 "1.5"},
		{POD(",\"livenessProbe\":{\"httpGet\":{\"port\":true}}"),
		 "! `spec.containers[0].livenessProbe.httpGet.port` must be an integer or a string, found true"},
		{POD(",\"env\":[{\"name\":\"A\",\"value\":4711}]"),
		 "! `spec.containers[0].env[0].value` must be a string, found a number [quote it]"},
		{"{\"apiVersion\":\"v1\",\"kind\":\"Pod\",\"spec\":{\"containers\":[[]]}}",
		 "! `spec.containers[0]` must be an object, found a list"},
		{"{\"apiVersion\":\"v1\",\"kind\":\"Pod\",\"spec\":[]}", "! `spec` must be an object, found a list"},
		{"{\"apiVersion\":\"v1\",\"kind\":\"Pod\",\"spec\":{\"containers\":{}}}",
		 "! `spec.containers` must be a list, found an object"},
		/* values of variables in the wrong place */
		{POD(",\"env\":\"A=hunter2\""), "! `spec.containers[0].env` must be a list, found a string"},
		{POD(",\"env\":[\"A=hunter2\"]"), "! `spec.containers[0].env[0]` must be an object, found a string"},
		{POD(",\"env\":[{\"name\":\"A\",\"valueFrom\":\"hunter2\"}]"),
		 "! `spec.containers[0].env[0].valueFrom` must be an object, found a string"},
		{"{\"apiVersion\":\"v1\",\"kind\":\"ConfigMap\",\"metadata\":{\"labels\":{\"a\":1}}}",
		 "! `metadata.labels.a` must be a string, found the number 1 [quote it]"},
		{"[]", "! the object must be an object, found a list"},
	};
	EXPECT_ALL(rows, false);
}

static void accepts_right_types(void **state)
{
	(void)state;
	static const struct row rows[] = {
		{CONTEXT("\"privileged\":true,\"runAsUser\":-9223372036854775808,\"runAsGroup\":9223372036854775807"),
		 ""},
		{CONTEXT("\"privileged\":null,\"runAsUser\":null,\"capabilities\":null"), ""},
		{POD(",\"livenessProbe\":{\"httpGet\":{\"port\":\"http\"}}"), ""},
		{POD(",\"livenessProbe\":{\"httpGet\":{\"port\":80}}"), ""},
		{POD(",\"command\":null,\"env\":null,\"resources\":{\"limits\":{\"memory\":1e3,\"cpu\":\"0.5\"}}"), ""},
		{POD(",\"securityContext\":{\"seccompProfile\":{\"type\":\"SomethingNew\"}}"), ""},
		{POD(",\"newField\":{\"privileged\":1}"), ""},
		{POD(",\"privilaged\":true,\"Privileged\":true"), ""},
	};
	EXPECT_ALL(rows, false);
}

static void requires_fields(void **state)
{
	(void)state;
	static const struct row rows[] = {
		{"{\"apiVersion\":\"v1\",\"kind\":\"Pod\",\"spec\":{\"containers\":[{}]}}",
		 "! `spec.containers[0].image` is required but missing\n! `spec.containers[0].name` is required but "
		 "missing"},
		{"{\"apiVersion\":\"v1\",\"kind\":\"Pod\",\"spec\":{\"containers\":[{\"name\":null,\"image\":\"x\"}]}}",
		 "! `spec.containers[0].name` is required but missing"},
		{"{\"apiVersion\":\"v1\",\"kind\":\"Pod\",\"spec\":{\"containers\":[{\"name\":\"\",\"image\":\"\"}]}}",
		 "! `spec.containers[0].name` must not be empty\n! `spec.containers[0].image` must not be empty"},
		{CONTEXT("\"seccompProfile\":{}"), "! " SC ".seccompProfile.type` is required but missing"},
		{POD(",\"livenessProbe\":{\"httpGet\":{\"port\":1,\"httpHeaders\":[{\"name\":\"A\",\"value\":\"\"}]}}"),
		 ""},
		{"{\"apiVersion\":\"v1\",\"kind\":\"Pod\"}", "! `spec` is required but missing"},
		{"{\"kind\":\"Pod\",\"spec\":{\"containers\":[{\"name\":\"c\",\"image\":\"x\"}]}}",
		 "! `apiVersion` is required but missing"},
		{"{\"apiVersion\":\"v1\",\"kind\":\"Pod\",\"spec\":{\"containers\":[]}}",
		 "! `spec.containers` is missing or empty: a pod has at least one container"},
	};
	EXPECT_ALL(rows, false);
}

#define TWICE " stands twice in the same object: readers disagree about which one counts [remove one of them]"

static void refuses_repeated_keys(void **state)
{
	(void)state;
	static const struct row rows[] = {
		{CONTEXT("\"privileged\":true,\"privileged\":false"), "! " SC ".privileged`" TWICE},
		{CONTEXT("\"privileged\":true,\"\\u0070rivileged\":false"), "! " SC "[\"privileged\"]`" TWICE},
		{CONTEXT("\"privileged\":null,\"privileged\":false"), "! " SC ".privileged`" TWICE},
		{CONTEXT("\"futureField\":1,\"futureField\":2"), "! " SC ".futureField`" TWICE},
		{POD(",\"resources\":{\"limits\":{\"memory\":\"1Gi\",\"memory\":\"9Gi\"}}"),
		 "! `spec.containers[0].resources.limits.memory`" TWICE},
		{"{\"apiVersion\":\"v1\",\"kind\":\"Pod\",\"kind\":\"Pod\",\"spec\":{\"containers\":[{\"name\":\"c\","
		 "\"image\":\"x\"}]}}",
		 "! `kind`" TWICE},
		{"{\"apiVersion\":\"apps/"
		 "v1\",\"kind\":\"Deployment\",\"spec\":{},\"spec\":{\"template\":{\"spec\":{\"containers\":[{\"name\":"
		 "\"c\",\"image\":\"x\"}]}}}}",
		 "! `spec`" TWICE "\n! `spec.template` is missing: a Deployment has a pod template"},
		{"{\"apiVersion\":\"v1\",\"kind\":\"ConfigMap\",\"data\":{},\"data\":{}}", "! `data`" TWICE},
		{"{\"apiVersion\":\"v1\",\"kind\":\"ConfigMap\",\"data\":{\"a\":1,\"a\":2}}", ""},
		{POD(",\"newField\":{\"a\":1,\"a\":2}"), ""},
	};
	EXPECT_ALL(rows, false);
	expect("{\"apiVersion\":\"v1\",\"kind\":\"ConfigMap\",\"data\":{\"a\":1,\"a\":2}}", KUBERNETES, true,
	       "`data.a` stands twice in the same object [remove one of them]");
}

static void reads_escaped_keys(void **state)
{
	(void)state;
	const struct pl_workload *w = read_workload(CONTEXT("\"\\u0070rivileged\":true"), KUBERNETES, false);
	assert_int_equal(w->security_context_count, 1);
	assert_true(pl_bind_bool(w->doc, w->security_contexts[0].node, PL_NAME_privileged, false));
	expect(CONTEXT("\"\\u0070rivileged\":\"true\""), KUBERNETES, false,
	       "! " SC "[\"privileged\"]` must be true or false, found the string \"true\"" NOT_BOOL);
}

static void refuses_bad_values(void **state)
{
	(void)state;
	static const struct row rows[] = {
		{POD(",\"resources\":{\"limits\":{\"memory\":\"-1\"}}"),
		 "! `spec.containers[0].resources.limits.memory` must be a quantity that is not negative, found the "
		 "string \"-1\""},
		{POD(",\"resources\":{\"requests\":{\"cpu\":\"lots\"}}"),
		 "! `spec.containers[0].resources.requests.cpu` must be a quantity, found the string \"lots\" [write a "
		 "number with a unit, like 500m or 512Mi]"},
		{POD(",\"resources\":{\"requests\":{\"cpu\":\"\"}}"),
		 "! `spec.containers[0].resources.requests.cpu` must be a quantity, found the string \"\" [write a "
		 "number with a unit, like 500m or 512Mi]"},
		{"{\"apiVersion\":\"v1\",\"kind\":\"Pod\",\"spec\":{\"containers\":[{\"name\":\"c\",\"image\":\"a//"
		 "b\"}]}}",
		 "! `spec.containers[0].image` is \"a//b\", which is no image reference: its repository has an empty "
		 "part (`//`, or a `/` at an end)"},
	};
	EXPECT_ALL(rows, false);
}

/* Notes beyond the hundredth are counted, not listed. */
static void keeps_a_bounded_number_of_notes(void **state)
{
	(void)state;
	struct pl_buf b;
	pl_buf_init(&b, arena, 0);
	pl_buf_adds(&b, "{\"apiVersion\":\"v1\",\"kind\":\"Pod\",\"spec\":{\"containers\":[{\"name\":\"c\",\"image\":"
			"\"x\",\"args\":[0");
	for (int i = 0; i < 1000; i++)
		pl_buf_adds(&b, ",1");
	pl_buf_add(&b, (pl_str){"]}]}}", 6});
	const struct pl_workload *w = read_workload(b.ptr, KUBERNETES, false);
	assert_int_equal(w->note_count, 101);
	assert_true(w->malformed);
	assert_text(w->notes[99].message, "`spec.containers[0].args[99]` must be a string, found a number");
	assert_text(w->notes[100].message, "the object has more malformed parts, which are not listed");
}

static void enforces_caps(void **state)
{
	(void)state;
	struct pl_buf b;
	pl_buf_init(&b, arena, 0);
	pl_buf_adds(&b, "{\"apiVersion\":\"v1\",\"kind\":\"X\",\"metadata\":{\"finalizers\":[\"a\"");
	for (int i = 0; i < 1024; i++)
		pl_buf_adds(&b, ",\"a\"");
	pl_buf_adds(&b, "],\"labels\":{\"0\":\"\"");
	for (int i = 1; i <= 256; i++)
		pl_buf_addf(&b, ",\"%d\":\"\"", i);
	pl_buf_adds(&b, "},\"annotations\":{\"0\":\"\"");
	for (int i = 1; i < 1024; i++)
		pl_buf_addf(&b, ",\"%d\":\"\"", i);
	pl_buf_add(&b, (pl_str){"}}}", 4});
	expect(b.ptr, KUBERNETES, false,
	       "! `metadata.finalizers` has 1025 entries; more than 1024 are not judged\n"
	       "! `metadata.labels` has 257 entries; more than 256 are not judged");
}

static const char *object_with(uint32_t finalizers, uint32_t labels, uint32_t annotations)
{
	struct pl_buf b;
	pl_buf_init(&b, arena, 0);
	pl_buf_adds(&b, "{\"apiVersion\":\"v1\",\"kind\":\"X\",\"metadata\":{\"finalizers\":[");
	for (uint32_t i = 0; i < finalizers; i++)
		pl_buf_adds(&b, i ? ",\"a\"" : "\"a\"");
	pl_buf_adds(&b, "],\"labels\":{");
	for (uint32_t i = 0; i < labels; i++)
		pl_buf_addf(&b, "%s\"%u\":\"\"", i ? "," : "", i);
	pl_buf_adds(&b, "},\"annotations\":{");
	for (uint32_t i = 0; i < annotations; i++)
		pl_buf_addf(&b, "%s\"%u\":\"\"", i ? "," : "", i);
	pl_buf_add(&b, (pl_str){"}}}", 4});
	return b.ptr;
}

static void caps_are_reached(void **state)
{
	(void)state;
	expect(object_with(1024, 256, 1024), KUBERNETES, false, "");
	expect(object_with(1024, 256, 1025), KUBERNETES, false,
	       "! `metadata.annotations` has 1025 entries; more than 1024 are not judged");
}

/* The plain scalars of YAML are typed by the field. */
static void reads_yaml_by_the_schema(void **state)
{
	(void)state;
	static const struct row rows[] = {
		{YAML("securityContext: {privileged: true}"), ""},
		{YAML("securityContext: {privileged: yes}"),
		 SC ".privileged` is \"yes\", which YAML 1.1 reads as true [write `true`]"},
		{YAML("securityContext: {privileged: Off}"),
		 SC ".privileged` is \"Off\", which YAML 1.1 reads as false [write `false`]"},
		{YAML("securityContext: {privileged: 'yes'}"),
		 "! " SC ".privileged` must be true or false, found the string \"yes\"" NOT_BOOL},
		{YAML("securityContext: {privileged: maybe}"),
		 "! " SC ".privileged` must be true or false, found the string \"maybe\"" NOT_BOOL},
		{YAML("securityContext: {privileged: tRUE}"),
		 "! " SC ".privileged` must be true or false, found the string \"tRUE\"" NOT_BOOL},
		{YAML("securityContext: {privileged: ~}"), ""},
		{YAML("securityContext: {privileged: }"), ""},
		{YAML("securityContext: {runAsUser: 012}"),
		 SC ".runAsUser` is \"012\", which YAML 1.1 reads as 10 [write `10`]"},
		{YAML("securityContext: {runAsUser: 0o12}"),
		 SC ".runAsUser` is \"0o12\", which YAML 1.1 reads as 10 [write `10`]"},
		{YAML("securityContext: {runAsUser: 0x1F}"),
		 SC ".runAsUser` is \"0x1F\", which YAML 1.1 reads as 31 [write `31`]"},
		{YAML("securityContext: {runAsUser: 1_000}"),
		 SC ".runAsUser` is \"1_000\", which YAML 1.1 reads as 1000 [write `1000`]"},
		{YAML("securityContext: {runAsUser: -0b1}"),
		 SC ".runAsUser` is \"-0b1\", which YAML 1.1 reads as -1 [write `-1`]"},
		{YAML("securityContext: {runAsUser: \"12:30\"}"),
		 "! " SC ".runAsUser` must be a number, found the string \"12:30\" [write an integer, without quotes]"},
		{YAML("securityContext: {runAsUser: 12:30:45}"),
		 "! " SC
		 ".runAsUser` must be a number, found the string \"12:30:45\" [write an integer, without quotes]"},
		{YAML("securityContext: {runAsUser: 0.0}"),
		 "! " SC ".runAsUser` must be an integer, found the number 0.0 [write it without point and exponent]"},
		{YAML("securityContext: {runAsUser: 08}"),
		 "! " SC ".runAsUser` must be an integer, found the number 08 [write it without the leading 0]"},
		{YAML("workingDir: no"),
		 "`spec.containers[0].workingDir` must be a string, but YAML 1.1 reads \"no\" as a boolean [quote it]"},
		{YAML("workingDir: 2001-01-01"), ""},
		{YAML("workingDir: /data"), ""},
		{YAML("env: [{name: A, value: 8080}]"), "`spec.containers[0].env[0].value` must be a string, but YAML "
							"1.1 reads what is written as a number [quote it]"},
		{YAML("resources: {limits: {memory: 010}}"),
		 "`spec.containers[0].resources.limits.memory` is \"010\", which YAML 1.1 reads as 8 [write `8`]"},
		{YAML("resources: {limits: {memory: 1Gi, cpu: .5}}"), ""},
		{YAML("resources: {limits: {memory: ~}}"),
		 "! `spec.containers[0].resources.limits.memory` must not be null [remove the element]"},
		{YAML("resources: {limits: {memory: 1e-400}}"),
		 "! `spec.containers[0].resources.limits.memory` must be a quantity, found the number 1e-400 [write "
		 "a number with a unit, like 500m or 512Mi]"},
		{YAML("livenessProbe: {httpGet: {port: 1E2}}"),
		 "! `spec.containers[0].livenessProbe.httpGet.port` must be an integer or a string, found the number "
		 "1E2"},
		{YAML("livenessProbe: {httpGet: {port: 0x50}}"),
		 "`spec.containers[0].livenessProbe.httpGet.port` is \"0x50\", which YAML 1.1 reads as 80 [write "
		 "`80`]"},
	};
	EXPECT_ALL(rows, true);
}

static void remarks_offline(void **state)
{
	(void)state;
	static const struct row rows[] = {
		{CONTEXT("\"privilaged\":true"),
		 SC ".privilaged` is not a field that Kubernetes knows [did you mean `privileged`?]"},
		{CONTEXT("\"Privileged\":true"),
		 SC ".Privileged` is not a field that Kubernetes knows [did you mean `privileged`?]"},
		{POD(",\"imagePullPolicy\":\"always\""), "`spec.containers[0].imagePullPolicy` is \"always\", which is "
							 "none of the known values [did you mean `Always`?]"},
		{"{\"apiVersion\":\"v1\",\"kind\":\"Pod\",\"Spec\":{},\"spec\":{\"containers\":[{\"name\":\"c\","
		 "\"image\":\"x\"}]}}",
		 "`Spec` is not a field that Kubernetes knows [did you mean `spec`?]"},
		{"{\"apiVersion\":\"v1\",\"kind\":\"pod\"}",
		 "the object is of kind \"pod\", which Kubernetes does not know [write `kind: Pod`]"},
		{"{\"apiVersion\":\"apps.kruise.io/v1\",\"kind\":\"StatefulSet\"}",
		 "the object is a StatefulSet of another group than the built-in one: only its kind and metadata are "
		 "judged"},
		{"{\"apiVersion\":\"argoproj.io/"
		 "v1\",\"kind\":\"Rollout\",\"spec\":{\"template\":{\"spec\":{\"containers\":[]}}}}",
		 "`spec.template.spec` looks like the pod template of a kind that is not built in: only kind and "
		 "metadata are judged"},
	};
	EXPECT_ALL(rows, true);
}

static void looks_up_fields(void **state)
{
	(void)state;
	const struct pl_workload *w =
		read_workload(POD(",\"stdin\":true,\"tty\":null,\"workingDir\":\"\""), KUBERNETES, false);
	pl_node c = w->containers[0].node;
	pl_err err = PL_OK;
	assert_true(pl_bind_bool(w->doc, c, PL_NAME_stdin, false));
	assert_true(pl_bind_bool(w->doc, c, PL_NAME_tty, true));
	assert_int_equal(pl_bind_field(w->doc, c, PL_NAME_tty), PL_NO_NODE);
	assert_int_equal(pl_bind_field(w->doc, c, PL_NAME_env), PL_NO_NODE);
	assert_int_equal(pl_bind_field(w->doc, PL_NO_NODE, PL_NAME_env), PL_NO_NODE);
	assert_text(pl_bind_text(w->doc, c, PL_NAME_image, arena, &err), "x");
	assert_text(pl_bind_text(w->doc, c, PL_NAME_workingDir, arena, &err), "");
	assert_int_equal(err, PL_OK);
	assert_int_equal(pl_bind_count(w->doc, c), 0);
	assert_int_equal(pl_bind_first(w->doc, c), PL_NO_NODE);
	pl_node spec = pl_bind_field(w->doc, w->object, PL_NAME_spec);
	assert_int_equal(pl_bind_count(w->doc, pl_bind_field(w->doc, spec, PL_NAME_containers)), 1);
}

/* Linear time, whatever an attacker writes: this would take hours otherwise. */
static void survives_many_unknown_keys(void **state)
{
	(void)state;
	struct pl_buf b;
	pl_buf_init(&b, arena, 16u << 20);
	pl_buf_adds(&b, "{\"containerDefinitions\":[{\"name\":\"c\",\"image\":\"x\"");
	for (int i = 0; i < 200000; i++)
		pl_buf_addf(&b, ",\"%dprivileged%d\":0", i, i);
	pl_buf_add(&b, (pl_str){"}],\"family\":\"f\"}", 16});
	expect(b.ptr, ECS, false, "");
	const struct pl_workload *w = read_workload(b.ptr, ECS, true);
	assert_int_equal(w->note_count, 101);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(refuses_wrong_types, setup, teardown),
		cmocka_unit_test_setup_teardown(accepts_right_types, setup, teardown),
		cmocka_unit_test_setup_teardown(requires_fields, setup, teardown),
		cmocka_unit_test_setup_teardown(refuses_repeated_keys, setup, teardown),
		cmocka_unit_test_setup_teardown(reads_escaped_keys, setup, teardown),
		cmocka_unit_test_setup_teardown(refuses_bad_values, setup, teardown),
		cmocka_unit_test_setup_teardown(keeps_a_bounded_number_of_notes, setup, teardown),
		cmocka_unit_test_setup_teardown(enforces_caps, setup, teardown),
		cmocka_unit_test_setup_teardown(caps_are_reached, setup, teardown),
		cmocka_unit_test_setup_teardown(reads_yaml_by_the_schema, setup, teardown),
		cmocka_unit_test_setup_teardown(remarks_offline, setup, teardown),
		cmocka_unit_test_setup_teardown(looks_up_fields, setup, teardown),
		cmocka_unit_test_setup_teardown(survives_many_unknown_keys, setup, teardown),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
