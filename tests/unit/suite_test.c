/* suite_test.c - tests of policies: what they are given, what surrounds them, and how exact their expectations are.
 * Covers suite.c, suite_given.c, suite_with.c, suite_data.c, suite_judge.c and block.c. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>

#include "base/buf.h"
#include "plimsoll/tools.h"

static struct pl_arena *arena;
static struct pl_param_setting settings[4];
static size_t setting_count;

static int setup(void **state)
{
	(void)state;
	arena = pl_arena_new((size_t)256 << 20, 0);
	setting_count = 0;
	return arena ? 0 : -1;
}

static int teardown(void **state)
{
	(void)state;
	pl_arena_free(arena);
	return 0;
}

static const char *finish(struct pl_buf *out)
{
	pl_buf_addc(out, '\0');
	assert_false(out->failed);
	return out->ptr;
}

/* Every error as `E0112 at "text": message`, a line each. */
static const char *complaints(const struct pl_diags *diags)
{
	struct pl_buf out;
	pl_buf_init(&out, arena, 0);
	for (unsigned i = 0; i < diags->count; i++) {
		const struct pl_diag *d = &diags->items[i];
		assert_true(d->at.start + d->at.len <= d->text.len);
		pl_buf_addf(&out, "%s%s at \"%.*s\": %.*s", i ? "\n" : "", d->code ? d->code : "-", (int)d->at.len,
			    d->text.ptr + d->at.start, PL_FMT(d->message));
	}
	return finish(&out);
}

/* A test as "ok", or its differences: "-deny a at b +warn c". */
static void add_result(struct pl_suite *suite, size_t i, struct pl_buf *out)
{
	struct pl_test_result r;
	assert_int_equal(pl_suite_run(suite, i, &r), PL_OK);
	assert_int_equal(r.passed, r.miss_count == 0);
	pl_buf_adds(out, i ? "; " : "");
	if (r.passed)
		pl_buf_adds(out, "ok");
	for (size_t k = 0; k < r.miss_count; k++) {
		const struct pl_test_miss *m = &r.misses[k];
		pl_buf_addf(out, "%s%c%.*s %.*s", k ? " " : "", m->unexpected ? '+' : '-', PL_FMT(m->mode),
			    PL_FMT(m->rule));
		if (m->path.len)
			pl_buf_addf(out, " at %.*s", PL_FMT(m->path));
	}
}

static const char *run_sources(const struct pl_policy_source *sources, size_t count)
{
	struct pl_suite *suite = NULL;
	struct pl_diags diags;
	struct pl_buf out;
	struct pl_policy_input input = {
		.sources = sources, .source_count = count, .settings = settings, .setting_count = setting_count};
	pl_diags_init(&diags, arena);
	pl_buf_init(&out, arena, 0);
	pl_err err = pl_suite_open(&input, &suite, &diags);
	assert_int_equal(err == PL_OK, suite != NULL);
	if (err != PL_OK) {
		assert_int_equal(err, PL_E_POLICY);
		return complaints(&diags);
	}
	for (size_t i = 0; i < pl_suite_count(suite); i++)
		add_result(suite, i, &out);
	pl_suite_close(suite);
	return finish(&out);
}

static const char *run(const char *text)
{
	struct pl_policy_source source = {PL_STR("t.plim"), pl_str_from(text)};
	return run_sources(&source, 1);
}

struct row {
	const char *test, *want;
};

/* Each row is a test (or several) after the same rules. */
static void run_rows(const char *rules, const struct row *rows, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		pl_str text = pl_arena_printf(arena, "%s%s%c", rules, rows[i].test, 0);
		const char *got = run(text.ptr);
		if (strcmp(got, rows[i].want) != 0)
			fail_msg("row %zu:\n%s\ngives\n%s\nnot\n%s", i, rows[i].test, got, rows[i].want);
	}
}
#define RUN_ROWS(rules, rows) run_rows(rules, rows, sizeof(rows) / sizeof *(rows))

#define POD		  "given pod \"\"\"\n  spec: {containers: [{name: c, image: x}]}\n  \"\"\"\n"
#define TEST		  "test \"t\"\n"
#define ALLOW		  "expect allow\n"
#define PLAIN		  "fixture plain = pod \"\"\"\n  spec: {containers: [{name: c, image: x}]}\n  \"\"\"\n"
#define PLAIN2		  "fixture odd = pod \"\"\"\n  spec: {hostNetwrk: 1, containers: [{name: c, image: x}]}\n  \"\"\"\n"
#define BLOCK(form, text) "given " form " \"\"\"\n" text "\n  \"\"\"\n"

/* --- expectations ---------------------------------------------------------------------------------------------------
 */

static void expectations_are_exact(void **state)
{
	static const char rules[] = "deny a for each container forbid container.privileged\n"
				    "warn b for each container require container.cpu_limit is set\n"
				    "audit c for each pod require pod.spec.hostPID == false\n" PLAIN;
	static const struct row rows[] = {
		{TEST "given plain expect warn b", "ok"},
		{TEST "given plain expect warn b at \"spec.containers[0]\"", "ok"},
		{TEST "given plain expect warn b at \"spec[\\\"containers\\\"][0]\"", "ok"},
		{TEST "given plain expect warn b at \"spec.containers[1]\"",
		 "-warn b at spec.containers[1] +warn b at spec.containers[0]"},
		{TEST "given plain expect warn b at \"spec.containers[0]\" expect warn b at \"spec.containers[1]\"",
		 "-warn b at spec.containers[1]"},
		{TEST "given plain expect warn b expect warn b at \"spec.containers[0]\"", "ok"},
		{TEST "given plain expect deny b", "-deny b +warn b at spec.containers[0]"},
		{TEST "given plain expect excepted b", "-excepted b +warn b at spec.containers[0]"},
		{TEST "given plain " ALLOW, "+warn b at spec.containers[0]"},
		{TEST "of a given plain " ALLOW, "ok"},
		{TEST "of a, c given plain " ALLOW, "ok"},
		{TEST "of a, b given plain " ALLOW, "+warn b at spec.containers[0]"},
		{TEST "given plain expect warn b expect deny a", "-deny a"},
		{TEST "given plain set \"spec.hostPID\" = true expect warn b expect audit c", "ok"},
		{TEST "given plain set \"spec.containers[1]\" = {\"name\": \"d\", \"image\": \"x\"} expect warn b at "
		      "\"spec.containers[0]\"",
		 "+warn b at spec.containers[1]"},
		/* what cannot be judged is never beside the point */
		{TEST "of a given plain remove \"spec.containers[0].name\" " ALLOW,
		 "+deny malformed-document at spec.containers[0]"},
		{TEST "of a given plain remove \"spec.containers[0].name\" expect deny malformed-document", "ok"},
		{TEST "of malformed-document given plain " ALLOW, "ok"},
		{TEST "given plain expect warn b expect deny malformed-document", "-deny malformed-document"},
		{TEST "given plain expect warn b at \"spec..\"",
		 "E0112 at \"expect\": this is no path into a manifest: a name is missing"},
	};
	(void)state;
	RUN_ROWS(rules, rows);
}

static void exceptions_and_rollouts(void **state)
{
	static const char rules[] =
		"deny a for each container forbid container.privileged\n"
		"deny r for each container require container.cpu_limit is set\n"
		"rollout r by cluster.environment \"dev\" => audit \"staging\" => warn otherwise => deny\n"
		"exception e from a where namespace.name == \"n\" owner \"o\" reason \"x\" expires 2030-01-01\n" PLAIN;
#define PRIVILEGED "set \"spec.containers[0].securityContext.privileged\" = true\n"
	static const struct row rows[] = {
		{TEST "of a given plain " PRIVILEGED "expect deny a", "ok"},
		{TEST "of a given plain " PRIVILEGED "with namespace.name = \"n\" expect excepted a", "ok"},
		{TEST "of a given plain " PRIVILEGED "with namespace.name = \"n\" expect excepted e", "ok"},
		{TEST "of a given plain " PRIVILEGED "with namespace.name = \"n\" expect deny a",
		 "-deny a +excepted a at spec.containers[0]"},
		{TEST "of a given plain " PRIVILEGED "with namespace.name = \"n\" " ALLOW,
		 "+excepted a at spec.containers[0]"},
		{TEST "of a given plain " PRIVILEGED
		      "with namespace.name = \"n\" with today = 2030-01-01 expect excepted e",
		 "ok"},
		{TEST "of a given plain " PRIVILEGED
		      "with namespace.name = \"n\" with today = 2030-01-02 expect deny a",
		 "ok"},
		{TEST "of a given plain " PRIVILEGED "set \"metadata.namespace\" = \"n\" expect excepted e", "ok"},
		{TEST "of r given plain expect deny r", "ok"},
		{TEST "of r given plain with cluster.environment = \"staging\" expect warn r", "ok"},
		{TEST "of r given plain with cluster.environment = \"dev\" expect audit r", "ok"},
		{TEST "of r given plain with cluster.environment = \"dev\" expect deny r",
		 "-deny r +audit r at spec.containers[0]"},
		{TEST "of a given plain expect excepted e", "-excepted e"},
	};
	(void)state;
	RUN_ROWS(rules, rows);
}

/* --- what is given --------------------------------------------------------------------------------------------------
 */

static void manifests(void **state)
{
	static const char rules[] = "deny k for each workload require workload.kind == \"Pod\"\n"
				    "deny n for each workload require (workload.name else \"\") == \"test\"\n" PLAIN;
	static const struct row rows[] = {
		{TEST POD ALLOW, "ok"},
		{TEST "given plain " ALLOW, "ok"},
		{TEST BLOCK("pod",
			    "  metadata: {name: other}\n  spec: {containers: [{name: c, image: x}]}") "expect deny n",
		 "ok"},
		{TEST BLOCK("pod",
			    "  metadata: {generateName: test}\n  spec: {containers: [{name: c, image: x}]}") "expect "
													     "deny n",
		 "ok"},
		{TEST BLOCK("pod", "  metadata:\n  spec: {containers: [{name: c, image: x}]}") ALLOW, "ok"},
		{TEST BLOCK("pod", "  apiVersion: v1\n  kind: Pod\n  spec: {containers: [{name: c, image: x}]}") ALLOW,
		 "ok"},
		{TEST BLOCK("task", "  containerDefinitions: [{name: c, image: x, memory: 9}]") "expect deny k", "ok"},
		{TEST BLOCK("task",
			    "  family: f\n  containerDefinitions: [{name: c, image: x, memory: 9}]") "expect deny k "
												     "expect deny n",
		 "ok"},
		{TEST BLOCK("manifest", "  apiVersion: apps/v1\n  kind: Deployment\n  metadata: {name: test}\n"
					"  spec:\n    selector: {}\n    template: {spec: {containers: [{name: c, "
					"image: x}]}}") "expect deny k",
		 "ok"},
		{TEST BLOCK("manifest",
			    "  {\"containerDefinitions\": [{\"name\": \"c\", \"image\": \"x\", \"memory\": 9}],\n"
			    "   \"family\": \"test\"}") "expect deny k",
		 "ok"},
		{TEST BLOCK("manifest", "  apiVersion: v1\n  kind: ConfigMap\n  metadata: {name: test}") ALLOW, "ok"},
		/* a pod is a Pod */
		{TEST BLOCK("pod", "  kind: Deployment\n  spec: {}") ALLOW,
		 "E0112 at \"\"\"\"\": `pod` is a manifest of kind Pod"},
		{TEST BLOCK("pod", "  kind: 3\n  spec: {}") ALLOW,
		 "E0112 at \"\"\"\"\": `pod` is a manifest of kind Pod"},
		{TEST BLOCK("pod", "  - a") ALLOW, "E0112 at \"\"\"\"\": this manifest is not an object"},
		{TEST BLOCK("pod", "  # nothing") ALLOW, "E0112 at \"\"\"\"\": this manifest is empty"},
		{TEST BLOCK("pod", "  a: b\n  ---\n  c: d") ALLOW,
		 "E0112 at \"c\": this manifest holds a second document"},
		{TEST BLOCK("pod", "  metadata: x") ALLOW,
		 "E0112 at \"\"\"\"\": `metadata` is a single value: there is no "
		 "`metadata.name`"},
		{TEST BLOCK("manifest", "  a: b") ALLOW, "E0112 at \"\"\"\"\": nothing here is recognised"},
		{TEST BLOCK("manifest", "  apiVersion: v1\n  kind: List\n  items: []") ALLOW,
		 "E0112 at \"\"\"\"\": this manifest is a list"},
		{TEST BLOCK("manifest", "  apiVersion: admission.k8s.io/v1\n  kind: AdmissionReview\n  request: {}")
			 ALLOW,
		 "E0112 at \"\"\"\"\": this manifest is an AdmissionReview"},
		/* YAML, where it stands in the file */
		{TEST BLOCK("pod", "    spec:\n      containers: [{name: c, image: *x}]") ALLOW,
		 "E0112 at \"*x\": no anchor of this name stands before this place"},
		{TEST BLOCK("pod", "\n    spec: {a: 1\n\n    b: 2") ALLOW,
		 "E0112 at \":\": not YAML: did not find expected ',' or '}', while parsing a flow mapping that begins "
		 "in "
		 "line 9"},
		/* a name that nobody knows */
		{TEST BLOCK("pod", "  spec:\n    containers:\n    - {name: c, image: x, privilaged: true}") ALLOW,
		 "E0112 at \"privilaged\": `spec.containers[0].privilaged` is not a field that Kubernetes knows"},
		{PLAIN2 TEST "given odd " ALLOW TEST "given odd " ALLOW,
		 "E0112 at \"hostNetwrk\": `spec.hostNetwrk` is not a field that Kubernetes knows"},
		{TEST "given plain set \"spec.hostNetwrk\" = true " ALLOW,
		 "E0112 at \"\"spec.hostNetwrk\"\": `spec.hostNetwrk` is not a field that Kubernetes knows"},
		{TEST "given plain set \"spec.securityContext\" = {\"runAsUsr\": 3} " ALLOW,
		 "E0112 at \"\"runAsUsr\"\": `spec.securityContext.runAsUsr` is not a field that Kubernetes "
		 "knows"},
		/* a value that nobody knows is meant when `set` gives it */
		{TEST BLOCK("pod", "  spec:\n    restartPolicy: Somtimes\n    containers: [{name: c, image: x}]") ALLOW,
		 "E0112 at \"Somtimes\": `spec.restartPolicy` is \"Somtimes\", which is none of the known values"},
		{TEST "given plain set \"spec.restartPolicy\" = \"Sometimes\" " ALLOW, "ok"},
		/* changes */
		{TEST "given plain remove \"spec.volumes\" " ALLOW, "E0112 at \"\"spec.volumes\"\": there is no "
								    "`spec.volumes` to remove"},
		{TEST "given plain set \"spec.containers[5].name\" = \"a\" remove \"x\" " ALLOW,
		 "E0112 at \"\"spec.containers[5].name\"\": `spec.containers` has 1 element: there is no "
		 "`spec.containers[5]`\n"
		 "E0112 at \"\"x\"\": there is no `x` to remove"},
		{TEST "given plain set \"a..b\" = 1 " ALLOW,
		 "E0112 at \"\"a..b\"\": this is no path into a manifest: a name "
		 "is missing"},
		{TEST "given plain remove \"metadata.name\" expect deny n", "ok"},
		{TEST "given plain set \"metadata.name\" = \"\\u0074est\" " ALLOW, "ok"},
		/* a fixture is told about once, used or not */
		{"fixture broken = pod \"\"\"\n  a: [\n  \"\"\"\n" TEST "given broken " ALLOW TEST
		 "given broken " ALLOW TEST "given plain " ALLOW,
		 "E0112 at \" \": not YAML: did not find expected node content, while parsing a flow node that begins "
		 "in line 8"},
	};
	(void)state;
	RUN_ROWS(rules, rows);
}

static void lines_with_windows_ends(void **state)
{
	(void)state;
	assert_string_equal(run("deny a for each container forbid container.privileged\r\n"
				"test \"t\"\r\n  given pod \"\"\"\r\n    spec:\r\n\r\n      hostNetwrk: true\r\n"
				"      containers: [{name: c, image: x}]\r\n    \"\"\"\r\n  expect allow\r\n"),
			    "E0112 at \"hostNetwrk\": `spec.hostNetwrk` is not a field that Kubernetes knows");
}

/* --- the surroundings -----------------------------------------------------------------------------------------------
 */

static void surroundings(void **state)
{
	static const char rules[] =
		"audit op for each object require request.operation == \"UPDATE\"\n"
		"audit user for each object require request.user == \"alice\"\n"
		"audit groups for each object require request.groups contains \"g\"\n"
		"audit dry for each object require request.dry_run\n"
		"audit ns for each object require namespace.name == \"n\"\n"
		"audit label for each object require namespace.labels[\"l\"] == \"1\"\n"
		"audit other for each object require namespace.labels[\"m\"] == \"2\"\n"
		"audit named for each object require namespace.labels[\"kubernetes.io/metadata.name\"] == \"n\"\n"
		"audit annotation for each object require namespace.annotations[\"l\"] == \"1\"\n"
		"audit env for each object require cluster.environment == \"dev\"\n"
		"audit cluster for each object require cluster.name == \"c\" require cluster.account == \"1\"\n"
		"  require cluster.region == \"r\" require cluster.cloud == \"aws\"\n"
		"audit version for each object require cluster.version == v1.37\n"
		"audit imds for each object require cluster.imds_blocked contains \"pods\"\n"
		"audit today for each object require today == 2000-01-01\n"
		"deny update for each pod when pod.spec.hostNetwork forbid pod.spec.hostPID\n" PLAIN;
	static const struct row rows[] = {
		{TEST "of op given plain expect audit op", "ok"},
		{TEST "of op given plain with request.operation = \"UPDATE\" " ALLOW, "ok"},
		{TEST "of op given plain with old = plain " ALLOW, "ok"},
		{TEST "of op given plain with old = plain with request.operation = \"DELETE\" expect audit op", "ok"},
		{TEST "of user given plain expect audit user", "ok"},
		{TEST "of user given plain with request.user = \"alice\" " ALLOW, "ok"},
		{TEST "of groups given plain expect audit groups", "ok"},
		{TEST "of groups given plain with request.groups = {\"f\", \"g\"} " ALLOW, "ok"},
		{TEST "of dry given plain expect audit dry", "ok"},
		{TEST "of dry given plain with request.dry_run = true " ALLOW, "ok"},
		{TEST "of ns, named given plain expect audit ns expect audit named", "ok"},
		{TEST "of ns, named given plain with namespace.name = \"n\" " ALLOW, "ok"},
		{TEST "of ns, named given plain set \"metadata.namespace\" = \"n\" " ALLOW, "ok"},
		{TEST
		 "of ns given plain set \"metadata.namespace\" = \"n\" with namespace.name = \"m\" expect audit ns",
		 "ok"},
		{TEST "of named given plain with namespace.name = \"n\" with "
		      "namespace.labels[\"kubernetes.io/metadata.name\"] = \"x\" expect audit named",
		 "ok"},
		{TEST "of label, other given plain with namespace.labels = {\"l\" => \"1\"} expect audit other", "ok"},
		{TEST "of label, other given plain with namespace.labels = {\"l\" => \"1\"} with "
		      "namespace.labels[\"m\"] = \"2\" " ALLOW,
		 "ok"},
		{TEST "of label, other given plain with namespace.labels[\"m\"] = \"2\" with namespace.labels = {\"l\" "
		      "=> \"1\"} "
		      "expect audit other",
		 "ok"},
		{TEST
		 "of label given plain with namespace.labels = {\"l\" => \"1\"} with namespace.labels[\"l\"] = \"2\" "
		 "expect audit label",
		 "ok"},
		{TEST "of annotation given plain with namespace.annotations[\"l\"] = \"1\" " ALLOW, "ok"},
		{TEST "of annotation given plain with namespace.labels[\"l\"] = \"1\" expect audit annotation", "ok"},
		{TEST "of env given plain expect audit env", "ok"},
		{TEST "of env given plain with cluster.environment = \"dev\" " ALLOW, "ok"},
		{TEST "of cluster given plain with cluster.name = \"c\" with cluster.account = \"1\" with "
		      "cluster.region = \"r\" "
		      "with cluster.cloud = \"aws\" " ALLOW,
		 "ok"},
		{TEST "of version given plain " ALLOW, "ok"},
		{TEST "of version given plain with cluster.version = v1.36 expect audit version", "ok"},
		{TEST "of imds given plain expect audit imds", "ok"},
		{TEST "of imds given plain with cluster.imds_blocked = {\"pods\", \"bridge\"} " ALLOW, "ok"},
		{TEST "of imds given plain with cluster.imds_blocked = {} expect audit imds", "ok"},
		{TEST "of today given plain " ALLOW, "ok"},
		{TEST "of today given plain with today = 2000-01-02 expect audit today", "ok"},
		/* an update is judged by what it adds */
		{TEST
		 "of update given plain set \"spec.hostNetwork\" = true set \"spec.hostPID\" = true expect deny update",
		 "ok"},
		{TEST "of update given plain set \"spec.hostNetwork\" = true set \"spec.hostPID\" = true with old = "
		      "plain expect "
		      "deny update",
		 "ok"},
		{TEST "of update given plain set \"spec.hostNetwork\" = true set \"spec.hostPID\" = true with old = "
		      "pod \"\"\"\n"
		      "  spec: {hostNetwork: true, hostPID: true, containers: [{name: c, image: x}]}\n  \"\"\"\n"
		      "expect warn update",
		 "ok"},
		{TEST "given plain with old = pod \"\"\"\n  spec: {hostNetwrk: true}\n  \"\"\"\n" ALLOW,
		 "E0112 at \"hostNetwrk\": `spec.hostNetwrk` is not a field that Kubernetes knows"},
	};
	(void)state;
	RUN_ROWS(rules, rows);
}

static void parameters(void **state)
{
	static const char rules[] = "param p: int = 3\n"
				    "param low: bytes by namespace.name \"n\" => 1Gi otherwise => 2Gi\n"
				    "param places: set of string = {\"docker.io\"}\n"
				    "param words: map of string to string = {\"a\" => \"b\"}\n"
				    "audit p3 for each object require p == 3\n"
				    "audit mem for each container require container.memory_limit <= low\n"
				    "audit img for each image require image under places\n" PLAIN;
#define MEMORY "set \"spec.containers[0].resources.limits.memory\" = \"1500Mi\" "
	static const struct row rows[] = {
		{TEST "of p3 given plain " ALLOW, "ok"},
		{TEST "of p3 given plain with p = 4 expect audit p3", "ok"},
		{TEST "of p3 given plain with p = (4) expect audit p3", "ok"},
		{TEST "of p3 given plain with p = (3 + 1) expect audit p3",
		 "E0304 at \"(3 + 1)\": a test gives a literal value, not an expression"},
		{TEST "of mem given plain " MEMORY ALLOW, "ok"},
		{TEST "of mem given plain " MEMORY "with namespace.name = \"n\" expect audit mem", "ok"},
		{TEST "of mem given plain " MEMORY "with low = 3Gi with namespace.name = \"n\" " ALLOW, "ok"},
		{TEST "of img given plain " ALLOW TEST
		      "of img given plain with places = {\"ghcr.io\"} expect audit img\n" TEST
		      "of img given plain with places = {} expect audit img",
		 "ok; ok; ok"},
		{TEST "of img given plain with places = {\"acme\"} expect audit img",
		 "E0309 at \"{\"acme\"}\": \"acme\" is not a registry or repository"},
		{TEST "of p3 given plain with words = {\"x\" => \"y\"} " ALLOW, "ok"},
	};
	(void)state;
	RUN_ROWS(rules, rows);
}

static void settings_hold_unless_a_test_says_otherwise(void **state)
{
	static const char text[] = "param p: int = 3\n"
				   "audit p4 for each object require p == 4\n" PLAIN TEST "given plain " ALLOW TEST
				   "given plain with p = 3 expect audit p4\n";
	(void)state;
	assert_string_equal(run(text), "+audit p4; ok");
	settings[0] = (struct pl_param_setting){PL_STR("p"), PL_STR("4")};
	setting_count = 1;
	assert_string_equal(run(text), "ok; ok");
	settings[0].value = PL_STR("x");
	assert_string_equal(run(text), "E0304 at \"x\": a setting is a literal value, not an expression");
}

static void data(void **state)
{
	static const char rules[] =
		"data rows: map of string to {count: int, s: string?, d: date} from \"r.json\" fresh for 26h\n"
		"data names: set of string from \"n.txt\"\n"
		"audit r for each container require rows[container.name].count == 1\n"
		"audit s for each container require rows[container.name].s == \"x\"\n"
		"audit d for each container require days_since(rows[container.name].d) <= 3\n"
		"audit n for each container require container.name in names\n" PLAIN;
	static const struct row rows[] = {
		/* not loaded: cannot be decided */
		{TEST "of r, n given plain expect audit r expect audit n", "ok"},
		{TEST "of r given plain with rows = {\"c\" => {\"count\" => 1, \"d\" => 2000-01-01}} " ALLOW, "ok"},
		{TEST "of r given plain with rows = {\"c\" => {\"count\" => 2, \"d\" => 2000-01-01}} expect audit r",
		 "ok"},
		{TEST "of r given plain with rows = {} expect audit r", "ok"},
		{TEST
		 "of s given plain with rows = {\"c\" => {\"count\" => 1, \"s\" => \"x\", \"d\" => 2000-01-01}} " ALLOW,
		 "ok"},
		{TEST "of d given plain with rows = {\"c\" => {\"count\" => 1, \"d\" => 2000-01-01}} with today = "
		      "2000-01-04 " ALLOW,
		 "ok"},
		{TEST "of d given plain with rows = {\"c\" => {\"count\" => 1, \"d\" => 2000-01-01}} with today = "
		      "2000-01-05 "
		      "expect audit d",
		 "ok"},
		{TEST "of r, s given plain with rows = manifest \"\"\"\n  c: {count: 1, s: x, d: 2000-01-01}\n  e:\n   "
		      " count: 2\n    d: "
		      "'2000-01-02'\n    s: \"y\\n\"\n  \"\"\"\n" ALLOW,
		 "ok"},
		{TEST "of n given plain with names = {\"b\", \"c\"} " ALLOW, "ok"},
		{TEST "of n given plain with names = {} expect audit n", "ok"},
		{TEST "of n given plain with names = manifest \"\"\"\n  [a, c]\n  \"\"\"\n" ALLOW, "ok"},
		{TEST "of n given plain with names = manifest \"\"\"\n  - a\n  - 'c'\n  \"\"\"\n" ALLOW, "ok"},
	};
	(void)state;
	RUN_ROWS(rules, rows);
}

static void data_that_does_not_fit(void **state)
{
	static const char rules[] = "data rows: map of string to {count: int} from \"r.json\"\n"
				    "audit r for each container require rows[container.name].count == 1\n" PLAIN;
	(void)state;
	pl_str text = pl_arena_printf(arena, "%s%s%c", rules,
				      TEST "given plain with rows = {\"c\" => {\"count\" => \"x\"}} " ALLOW, 0);
	const char *got = run(text.ptr);
	assert_true(strncmp(got, "E0329 at \"{\"c\" => {\"count\" => \"x\"}}\": ", 38) == 0);
	text = pl_arena_printf(arena, "%s%s%c", rules,
			       TEST "given plain with rows = manifest \"\"\"\n  c: {m: 3}\n  \"\"\"\n" ALLOW, 0);
	got = run(text.ptr);
	assert_true(strncmp(got, "E0329 at \"\"\"\"\": ", 15) == 0);
}

/* --- sources and packs ----------------------------------------------------------------------------------------------
 */

static void tests_of_packs(void **state)
{
	struct pl_policy_source sources[] = {
		{PL_STR("a.plim"),
		 PL_STR("use \"exec\" let f = 1 " PLAIN TEST "of exec-into-container given plain " ALLOW)},
		{PL_STR("exec"), pl_policy_pack(PL_STR("exec"))},
		{PL_STR("b.plim"), PL_STR("policy b deny b for each container forbid container.privileged " PLAIN TEST
					  "of b given plain " ALLOW)},
	};
	struct pl_suite *suite = NULL;
	struct pl_policy_input input = {.sources = sources, .source_count = 3};
	const struct pl_suite_rule *rules;
	(void)state;
	/* The pack alone, and used by one source and given as another: its rules are there once. */
	sources[0].text = PL_STR("use \"exec\" " PLAIN TEST "of b given plain " ALLOW);
	assert_int_equal(pl_suite_open(&input, &suite, NULL), PL_OK);
	size_t all = pl_suite_count(suite), with_pack = pl_suite_rules(suite, &rules);
	pl_suite_close(suite);
	sources[1] = sources[2];
	input.source_count = 2;
	assert_int_equal(pl_suite_open(&input, &suite, NULL), PL_OK);
	assert_int_equal(pl_suite_count(suite), 2);
	assert_int_equal(pl_suite_rules(suite, &rules), 1);
	assert_true(pl_str_eq(rules[0].name, PL_STR("b")));
	assert_false(rules[0].fires);
	assert_true(all > 2 && with_pack > 1);
	pl_suite_close(suite);
}

static void rules_that_fire(void **state)
{
	static const char text[] =
		"deny a for each container forbid container.privileged\n"
		"deny b for each container require container.cpu_limit is set\n"
		"deny c for each container require container.memory_limit is set\n"
		"data d: set of string from \"x\"\n"
		"deny e for each container require container.name in d\n" PLAIN
		"test \"one\" of a, b given plain expect deny b\n"
		"test \"two\" of a given plain " ALLOW "test \"undecided\" of e given plain expect deny e\n"
		"test \"wrong\" of c given plain " ALLOW;
	struct pl_policy_source source = {PL_STR("t.plim"), pl_str_from(text)};
	struct pl_policy_input input = {.sources = &source, .source_count = 1};
	struct pl_suite *suite = NULL;
	struct pl_test_result result;
	const struct pl_suite_rule *rules;
	(void)state;
	assert_int_equal(pl_suite_open(&input, &suite, NULL), PL_OK);
	for (size_t i = 0; i < pl_suite_count(suite); i++)
		assert_int_equal(pl_suite_run(suite, i, &result), PL_OK);
	assert_true(pl_str_eq(result.name, PL_STR("wrong")) && pl_str_eq(result.source, source.name));
	assert_int_equal(result.position.line, 12);
	assert_int_equal(result.misses[0].position.line, 7);
	assert_int_equal(pl_suite_rules(suite, &rules), 4);
	assert_false(rules[0].fires);
	assert_true(rules[1].fires);
	assert_false(rules[2].fires); /* nobody expected it */
	assert_false(rules[3].fires); /* could not be decided */
	assert_int_equal(rules[2].position.line, 3);
	struct pl_buf trace;
	pl_buf_init(&trace, arena, 0);
	assert_int_equal(pl_suite_explain(suite, 0, PL_STR("nosuch"), &trace), PL_OK);
	assert_int_equal(trace.len, 0);
	assert_int_equal(pl_suite_explain(suite, 0, PL_STR("b"), &trace), PL_OK);
	assert_string_equal(finish(&trace), "rule b (deny): container \"c\" at spec.containers[0]\n"
					    "  require container.cpu_limit is set: false\n"
					    "    container.cpu_limit = not set\n"
					    "  result: violated\n");
	pl_suite_close(suite);
	pl_suite_close(NULL);
}

static void no_tests(void **state)
{
	(void)state;
	assert_string_equal(run("deny a for each container forbid container.privileged"), "");
	assert_string_equal(run("deny a for each container forbid"),
			    "E0100 at \"\": expected a value, found the end of the file");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(expectations_are_exact, setup, teardown),
		cmocka_unit_test_setup_teardown(exceptions_and_rollouts, setup, teardown),
		cmocka_unit_test_setup_teardown(manifests, setup, teardown),
		cmocka_unit_test_setup_teardown(lines_with_windows_ends, setup, teardown),
		cmocka_unit_test_setup_teardown(surroundings, setup, teardown),
		cmocka_unit_test_setup_teardown(parameters, setup, teardown),
		cmocka_unit_test_setup_teardown(settings_hold_unless_a_test_says_otherwise, setup, teardown),
		cmocka_unit_test_setup_teardown(data, setup, teardown),
		cmocka_unit_test_setup_teardown(data_that_does_not_fit, setup, teardown),
		cmocka_unit_test_setup_teardown(tests_of_packs, setup, teardown),
		cmocka_unit_test_setup_teardown(rules_that_fire, setup, teardown),
		cmocka_unit_test_setup_teardown(no_tests, setup, teardown),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
