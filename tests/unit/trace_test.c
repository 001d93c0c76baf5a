/* trace_test.c - what each rule did, in words: every kind of part and result, order, secrets, updates, memory. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "plimsoll/plimsoll.h"

static struct pl_evaluator *ev;

static int set_up(void **state)
{
	(void)state;
	ev = pl_evaluator_new(64 << 20);
	return 0;
}

static int tear_down(void **state)
{
	(void)state;
	pl_evaluator_free(ev);
	return 0;
}

static struct pl_policy *compiled(const char *text)
{
	struct pl_policy *policy = NULL;
	struct pl_diags diags;
	struct pl_policy_source source = {PL_STR("t.plim"), pl_str_from(text)};
	pl_diags_init(&diags, pl_evaluator_arena(ev));
	if (pl_policy_compile(&(struct pl_policy_input){.sources = &source, .source_count = 1}, &policy, &diags) !=
	    PL_OK)
		fail_msg("%.*s", PL_FMT(diags.items[0].message));
	return policy;
}

static struct pl_workload *object(const char *text)
{
	struct pl_arena *arena = pl_evaluator_arena(ev);
	struct pl_doc *doc;
	struct pl_workload_options options = {0};
	struct pl_workload *w = NULL;
	assert_int_equal(pl_doc_read_json(PL_STR("t"), pl_str_from(text), &pl_doc_json_limits, arena, &doc, NULL),
			 PL_OK);
	assert_int_equal(pl_workload_read(doc, pl_doc_root(doc), PL_PLATFORM_KUBERNETES, &options, arena, &w), PL_OK);
	return w;
}

#define POD(containers)                                                                                                \
	"{\"apiVersion\":\"v1\",\"kind\":\"Pod\",\"metadata\":{\"name\":\"p\"},\"spec\":{\"containers\":[" containers  \
	"]}}"
#define C(name, rest) "{\"name\":\"" name "\",\"image\":\"i\"" rest "}"
#define PRIVILEGED    ",\"securityContext\":{\"privileged\":true}"

/* The trace; the verdict is the one that is reached without. */
static const char *trace(const char *rules, const char *now, const char *old, const struct pl_context *context)
{
	struct pl_arena *arena = pl_evaluator_arena(ev);
	struct pl_policy *policy = compiled(rules);
	struct pl_workload *w = object(now), *before = old ? object(old) : NULL;
	struct pl_buf *text = pl_text_new(arena), *one = pl_text_new(arena), *other = pl_text_new(arena);
	const struct pl_verdict *traced, *plain;
	assert_int_equal(pl_decide_traced(ev, policy, w, before, context, text, &traced), PL_OK);
	assert_int_equal(pl_decide(ev, policy, w, before, context, &plain), PL_OK);
	pl_report_json(w, traced, NULL, one);
	pl_report_json(w, plain, NULL, other);
	assert_true(pl_str_eq(pl_text_str(one), pl_text_str(other)));
	pl_policy_release(policy);
	return pl_arena_printf(arena, "%.*s", PL_FMT(pl_text_str(text))).ptr;
}

static void results(void **state)
{
	(void)state;
	struct pl_context context = {0};
	const char *rules = "deny b\n for each container where container.role == \"main\"\n"
			    " unless container.name == \"c\"\n when container.name != \"d\"\n"
			    " forbid container.privileged\n require container.name == \"a\"\n"
			    "warn a\n for each volume\n require volume.kind == \"emptyDir\"\n"
			    "audit c\n for each task container\n forbid container.privileged\n";
	assert_string_equal(
		trace(rules, POD(C("a", "") "," C("b", PRIVILEGED) "," C("c", "") "," C("d", "")), NULL, &context),
		"rule a (warn): does not apply (there is no volume here)\n"
		"rule b (deny): container \"a\" at spec.containers[0]\n"
		"  where container.role == \"main\": true\n"
		"    container.role = main\n"
		"  unless container.name == \"c\": false\n"
		"    container.name = a\n"
		"  when container.name != \"d\": true\n"
		"    container.name = a\n"
		"  forbid container.privileged: false\n"
		"    container.privileged = false\n"
		"  require container.name == \"a\": true\n"
		"    container.name = a\n"
		"  result: holds\n"
		"rule b (deny): container \"b\" at spec.containers[1]\n"
		"  where container.role == \"main\": true\n"
		"    container.role = main\n"
		"  unless container.name == \"c\": false\n"
		"    container.name = b\n"
		"  when container.name != \"d\": true\n"
		"    container.name = b\n"
		"  forbid container.privileged: true\n"
		"    container.privileged = true\n"
		"  require container.name == \"a\": false\n"
		"    container.name = b\n"
		"  result: violated\n"
		"rule b (deny): container \"c\" at spec.containers[2]\n"
		"  where container.role == \"main\": true\n"
		"    container.role = main\n"
		"  unless container.name == \"c\": true\n"
		"    container.name = c\n"
		"  result: does not apply (unless container.name == \"c\" is true)\n"
		"rule b (deny): container \"d\" at spec.containers[3]\n"
		"  where container.role == \"main\": true\n"
		"    container.role = main\n"
		"  unless container.name == \"c\": false\n"
		"    container.name = d\n"
		"  when container.name != \"d\": false\n"
		"    container.name = d\n"
		"  result: does not apply (when container.name != \"d\" is false)\n"
		"rule c (audit): does not apply (it is about ECS only)\n");
}

static void undecided(void **state)
{
	(void)state;
	struct pl_context context = {0};
	const char *rules = "deny a\n for each workload\n require request.operation == \"CREATE\"\n";
	assert_string_equal(
		trace(rules, POD(C("a", "")), NULL, &context),
		"rule a (deny): Pod \"p\"\n"
		"  require request.operation == \"CREATE\": unknown (`request.operation`: who asked for what "
		"is not known here)\n"
		"    request.operation = unknown (who asked for what is not known here)\n"
		"  result: undecided (counts as violated)\n");
	context.unknown_warns = true;
	assert_non_null(strstr(trace(rules, POD(C("a", "")), NULL, &context), "  result: undecided (warns)\n"));
	context.lint = true;
	assert_string_equal(trace(rules, POD(C("a", "")), NULL, &context),
			    "rule a (deny): not checked (needs to know the request)\n");
}

static void malformed(void **state)
{
	(void)state;
	struct pl_context context = {0};
	assert_string_equal(trace("deny a\n for each pod\n require pod.spec.hostNetwork == false\n",
				  POD("{\"name\":\"a\",\"image\":7}"), NULL, &context),
			    "no rule was evaluated: the object is malformed: `spec.containers[0].image` must be a "
			    "string, found the number 7\n");
}

/* Two levels of loops; an element whose name is empty; secrets of every element. */
static void loops(void **state)
{
	(void)state;
	struct pl_context context = {0};
	const char *rules = "warn a\n for each workload\n for each c in workload.containers\n"
			    " for each v in c.env where v.name != \"B\"\n forbid v.value is set\n";
	assert_string_equal(
		trace(rules,
		      POD(C("a", ",\"env\":[{\"name\":\"A\",\"value\":\"s3cret\"},{\"name\":\"B\"}]") "," C("b", "")),
		      NULL, &context),
		"rule a (warn): Pod \"p\"\n"
		"  for each c in workload.containers: 2 elements\n"
		"    workload.containers = {container \"a\", container \"b\"}\n"
		"  c = container \"a\" at spec.containers[0]\n"
		"    for each v in c.env: 2 elements\n"
		"      c.env = {variable \"A\" of container \"a\", variable \"B\" of container \"a\"}\n"
		"    v = variable \"A\" of container \"a\" at spec.containers[0].env[0]\n"
		"      where v.name != \"B\": true\n"
		"        v.name = A\n"
		"      forbid v.value is set: true\n"
		"        v.value = (hidden)\n"
		"      result: violated\n"
		"    v = variable \"B\" of container \"a\" at spec.containers[0].env[1]\n"
		"      where v.name != \"B\": false\n"
		"        v.name = B\n"
		"      result: does not apply (where v.name != \"B\" is false)\n"
		"  c = container \"b\" at spec.containers[1]\n"
		"    for each v in c.env: no elements\n"
		"      c.env = {}\n"
		"    result: does not apply (the list is empty)\n");
}

/* Of many values the first and the last are kept, and what was computed from a secret is one. */
static void many_values(void **state)
{
	(void)state;
	struct pl_context context = {0};
	struct pl_arena *arena = pl_evaluator_arena(ev);
	const char *env = "";
	for (unsigned i = 0; i < 40; i++)
		env = pl_arena_printf(arena, "%s%s{\"name\":\"V%u\",\"value\":\"s3cret\"}", env, i ? "," : "", i).ptr;
	const char *pod = pl_arena_printf(arena, POD(C("a", ",\"env\":[%s]")), env).ptr;
	const char *found = trace("warn a\n for each container\n forbid some v in container.env satisfies "
				  "(v.name == \"V38\" or (image(v.value else \"x\").repository else \"x\") == \"y\")\n",
				  pod, NULL, &context);
	assert_non_null(strstr(found, "    (element).name = V0\n    (element).value = (hidden)\n"
				      "    (value).repository = (hidden)\n    (element).name = V1\n"));
	assert_non_null(strstr(found, " more values)\n"));
	assert_non_null(strstr(found, "    (element).name = V38\n  result: violated\n"));
	assert_null(strstr(found, "V20\n"));
	assert_null(strstr(found, "s3cret"));
}

static void updates(void **state)
{
	(void)state;
	struct pl_context context = {.request_known = true, .operation = PL_STR("UPDATE")};
	const char *old = POD(C("a", PRIVILEGED));
	assert_string_equal(
		trace("deny a\n for each container\n forbid container.privileged\n", old, old, &context),
		"rule a (deny): container \"a\" at spec.containers[0]\n"
		"  forbid container.privileged: true\n"
		"    container.privileged = true\n"
		"  result: violated\n"
		"rule a: container \"a\" at spec.containers[0]: violated before this change too, so it does "
		"not refuse it\n");
}

static void exceptions(void **state)
{
	(void)state;
	struct pl_context context = {.lint = true, .today = 20000};
	assert_string_equal(
		trace("deny a\n for each container\n forbid container.privileged\n require container.name == \"x\"\n"
		      "exception f from a where some v in container.env satisfies v.value == \"s\""
		      " owner \"o\" reason \"r\" expires 2100-01-01\n"
		      "exception d from a where namespace.name == \"n\" owner \"o\" reason \"r\" expires 2100-01-01\n"
		      "exception e from a where container.name == \"c\" owner \"o\" reason \"r\" expires 1999-12-31\n"
		      "exception g from a where container.name == \"c\" owner \"o\" reason \"r\" expires 2100-01-01\n",
		      POD(C("c", PRIVILEGED ",\"env\":[{\"name\":\"A\",\"value\":\"s\"}]")), NULL, &context),
		"rule a (deny): container \"c\" at spec.containers[0]\n"
		"  forbid container.privileged: true\n"
		"    container.privileged = true\n"
		"  exception d where namespace.name == \"n\": unknown (`namespace.name`: the namespace is not known "
		"here)\n"
		"    namespace.name = unknown (the namespace is not known here)\n"
		"    exception `d` not granted: `namespace.name`: the namespace is not known here\n"
		"  exception e where container.name == \"c\": true\n"
		"    container.name = c\n"
		"    exception `e` not granted: it expired on 1999-12-31\n"
		"  exception f where some v in container.env satisfies v.value == \"s\": true\n"
		"    container.env = {variable \"A\" of container \"c\"}\n"
		"    (element).value = (hidden)\n"
		"    exception `f` granted until 2100-01-01\n"
		"  require container.name == \"x\": false\n"
		"    container.name = c\n"
		"  result: violated, and excepted by `f`\n");
}

static void rollouts(void **state)
{
	(void)state;
	struct pl_context context = {.cluster_known = true, .cluster_environment = PL_STR("dev")};
	const char *rules = "deny a\n for each container\n forbid container.privileged\n"
			    "warn b\n for each volume\n require volume.kind == \"x\"\n"
			    "rollout a, b by cluster.environment \"dev\" => audit otherwise => deny\n";
	assert_string_equal(trace(rules, POD(C("c", "")), NULL, &context),
			    "rule a (audit by its rollout): container \"c\" at spec.containers[0]\n"
			    "  forbid container.privileged: false\n"
			    "    container.privileged = false\n"
			    "  result: holds\n"
			    "rule b (audit by its rollout): does not apply (there is no volume here)\n");
	context.cluster_known = false;
	assert_string_equal(trace(rules, POD(C("c", "")), NULL, &context),
			    "rule a (deny, the strictest of its rollout: `cluster.environment`: nothing is known here "
			    "about the cluster): container \"c\" at spec.containers[0]\n"
			    "  forbid container.privileged: false\n"
			    "    container.privileged = false\n"
			    "  result: holds\n"
			    "rule b (deny, the strictest of its rollout: `cluster.environment`: nothing is known here "
			    "about the cluster): does not apply (there is no volume here)\n");
}

/* By place, whatever order the workload keeps its containers in; and nothing of the document is taken for format. */
static void order(void **state)
{
	(void)state;
	struct pl_context context = {0};
	const char *now = "{\"apiVersion\":\"v1\",\"kind\":\"Pod\",\"metadata\":{\"name\":\"p\"},\"spec\":{"
			  "\"ephemeralContainers\":[" C("e", "") "],\"containers\":[" C(
				  "c", "") "],\"initContainers\":[" C("i\\n%s\\u001b", "") "]}}";
	const char *found =
		trace("deny a\n for each pod container\n require container.workingDir == \"/\"\n", now, NULL, &context);
	const char *e = strstr(found, "at spec.ephemeralContainers[0]"), *c = strstr(found, "at spec.containers[0]"),
		   *i = strstr(found, "at spec.initContainers[0]");
	assert_true(e && c && i && e < c && c < i);
	assert_null(strchr(found, '\x1b'));
}

static void no_memory(void **state)
{
	(void)state;
	struct pl_policy *policy =
		compiled("deny a\n for each container\n for each v in container.env where v.name != "
			 "\"B\"\n forbid v.value is set\nexception e from a where v.name == \"X\" owner \"o\" reason "
			 "\"r\" expires 2100-01-01\nrollout a by cluster.name \"x\" => warn otherwise => deny\n");
	struct pl_context context = {0};
	const char *now = POD(C("a", ",\"env\":[{\"name\":\"A\",\"value\":\"1\"},{\"name\":\"C\"}]"));
	unsigned failed = 0, passed = 0;
	for (size_t ceiling = 0; ceiling < 60000; ceiling += 500) {
		struct pl_evaluator *keep = ev, *small = pl_evaluator_new(ceiling);
		struct pl_workload *w = object(now);
		struct pl_buf *text = pl_text_new(pl_evaluator_arena(keep));
		const struct pl_verdict *v = NULL;
		pl_err err = pl_decide_traced(small, policy, w, NULL, &context, text, &v);
		assert_true(err == PL_OK ? v != NULL : err == PL_E_MEMORY && !v);
		if (err == PL_OK)
			assert_non_null(strstr(pl_text_str(text).ptr, "v.name = C"));
		failed += err != PL_OK;
		passed += err == PL_OK;
		pl_evaluator_free(small);
		pl_evaluator_reset(ev);
	}
	pl_policy_release(policy);
	assert_true(failed > 2);
	assert_true(passed > 2);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(results),  cmocka_unit_test(undecided),   cmocka_unit_test(malformed),
		cmocka_unit_test(loops),    cmocka_unit_test(many_values), cmocka_unit_test(updates),
		cmocka_unit_test(order),    cmocka_unit_test(no_memory),   cmocka_unit_test(exceptions),
		cmocka_unit_test(rollouts),
	};
	return cmocka_run_group_tests(tests, set_up, tear_down);
}
