/* parts_test.c - conditions part by part: `let`s and parameters, quantifiers, secrets, what is unknown or not set; one
 * rule, one place; and that an explained policy decides as a plain one. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "plimsoll/plimsoll.h"

static struct pl_evaluator *ev;

static int set_up(void **state)
{
	(void)state;
	ev = pl_evaluator_new(256 << 20);
	return 0;
}

static int tear_down(void **state)
{
	(void)state;
	pl_evaluator_free(ev);
	return 0;
}

static struct pl_policy *compiled(const char *text, bool explained)
{
	struct pl_policy *policy = NULL;
	struct pl_diags diags;
	struct pl_policy_source source = {PL_STR("t.plim"), pl_str_from(text)};
	struct pl_policy_input input = {.sources = &source, .source_count = 1, .explained = explained};
	pl_diags_init(&diags, pl_evaluator_arena(ev));
	if (pl_policy_compile(&input, &policy, &diags) != PL_OK)
		fail_msg("%.*s", PL_FMT(diags.items[0].message));
	return policy;
}

static struct pl_workload *object(const char *text, enum pl_platform platform)
{
	struct pl_arena *arena = pl_evaluator_arena(ev);
	struct pl_doc *doc;
	struct pl_workload_options options = {0};
	struct pl_workload *w = NULL;
	assert_int_equal(pl_doc_read_json(PL_STR("t"), pl_str_from(text), &pl_doc_json_limits, arena, &doc, NULL),
			 PL_OK);
	assert_int_equal(pl_workload_read(doc, pl_doc_root(doc), platform, &options, arena, &w), PL_OK);
	return w;
}

#define POD(containers)                                                                                                \
	"{\"apiVersion\":\"v1\",\"kind\":\"Pod\",\"metadata\":{\"name\":\"p\",\"annotations\":{\"note\":\"kept\"}},"   \
	"\"spec\":{\"containers\":[" containers "]}}"
#define C(name, rest) "{\"name\":\"" name "\",\"image\":\"i\"" rest "}"

/* What the rule `r` did, part by part. */
static const char *told(const char *rules, const char *manifest, const char *at, struct pl_explain *explain)
{
	struct pl_context context = {.namespace_known = true, .namespace_name = PL_STR("ml")};
	struct pl_arena *arena = pl_evaluator_arena(ev);
	struct pl_policy *policy = compiled(rules, true);
	struct pl_workload *w = object(manifest, PL_PLATFORM_KUBERNETES);
	struct pl_buf *text = pl_text_new(arena);
	const struct pl_verdict *verdict;
	*explain = (struct pl_explain){.rule = PL_STR("r"), .at = pl_str_from(at)};
	assert_int_equal(pl_decide_explained(ev, policy, w, NULL, &context, explain, text, &verdict), PL_OK);
	pl_policy_release(policy);
	return pl_arena_printf(arena, "%.*s", PL_FMT(pl_text_str(text))).ptr;
}

static const char *all(const char *rules, const char *manifest)
{
	struct pl_explain explain;
	return told(rules, manifest, "", &explain);
}

/* Only what stands between the first line and the result. */
static void expect(const char *rules, const char *manifest, const char *parts)
{
	const char *text = all(rules, manifest), *line = strchr(text, '\n'), *end = strstr(text, "  result:");
	assert_non_null(line);
	assert_non_null(end);
	pl_str found = pl_arena_printf(pl_evaluator_arena(ev), "%.*s", (int)(end - line - 1), line + 1);
	assert_string_equal(found.ptr, parts);
}

static void definitions(void **state)
{
	(void)state;
	expect("let low(n: int) = n < 10 or n in {11, 12}\nlet roles = {\"main\", \"init\"}\n"
	       "let top = most\nparam most: bytes by namespace.name\n \"ml\" => 8Gi\n otherwise => 1Gi\n"
	       "deny r\n for each container where container.role in roles\n"
	       " require low(container.uid) and container.memory_limit <= top\n",
	       POD(C("a", ",\"securityContext\":{\"runAsUser\":11},\"resources\":{\"limits\":{\"memory\":\"2Gi\"}}")),
	       "  where container.role in roles: true\n"
	       "    container.role = main\n"
	       "    roles = {main, init}\n"
	       "  require low(container.uid) and container.memory_limit <= top: true\n"
	       "    low(container.uid): true\n"
	       "      container.uid = 11\n"
	       "      n < 10 or n in {11, 12}: true\n"
	       "        n < 10: false\n"
	       "          n = 11\n"
	       "        n in {11, 12}: true\n"
	       "          n = 11\n"
	       "    container.memory_limit <= top: true\n"
	       "      container.memory_limit = 2Gi\n"
	       "      top = 8Gi\n"
	       "        most = 8Gi\n"
	       "          namespace.name = ml\n");
}

static void values(void **state)
{
	(void)state;
	/* a bool field; what is not set; `if set`; arithmetic; functions; look-ups */
	expect("deny r\n for each pod container\n"
	       " require container.securityContext.runAsNonRoot\n"
	       " require container.securityContext.runAsNonRoot or container.privileged\n"
	       " require container.uid > 5 if set\n"
	       " forbid (2 * container.memory_limit else 1Gi) > 4Gi\n"
	       " forbid lower(container.name) == \"a\"\n"
	       " require pod.metadata.annotations[\"team\"] is set\n"
	       " require count(container.mounts) == 0\n",
	       POD(C("A", "")),
	       "  require container.securityContext.runAsNonRoot: false\n"
	       "    container.securityContext.runAsNonRoot = not set\n"
	       "  require container.securityContext.runAsNonRoot or container.privileged: false\n"
	       "    container.securityContext.runAsNonRoot: false (not set)\n"
	       "    container.privileged: false\n"
	       "  require container.uid > 5 if set: true\n"
	       "    container.uid = not set\n"
	       "  forbid (2 * container.memory_limit else 1Gi) > 4Gi: false\n"
	       "    (2 * container.memory_limit else 1Gi) = 1Gi\n"
	       "      2 * container.memory_limit = not set\n"
	       "        container.memory_limit = not set\n"
	       "  forbid lower(container.name) == \"a\": true\n"
	       "    lower(container.name) = a\n"
	       "      container.name = A\n"
	       "  require pod.metadata.annotations[\"team\"] is set: false\n"
	       "    pod.metadata.annotations[\"team\"] = not set\n"
	       "      pod.metadata.annotations = {note: kept}\n"
	       "  require count(container.mounts) == 0: true\n"
	       "    count(container.mounts) = 0\n"
	       "      container.mounts = {}\n");
}

#define VARIABLE(name) "{\"name\":\"" name "\",\"value\":\"hunter2\"}"
#define NINE_VARIABLES                                                                                                 \
	",\"env\":[" VARIABLE("A") "," VARIABLE("B") "," VARIABLE("C") "," VARIABLE("D") "," VARIABLE(                 \
		"E") "," VARIABLE("F") "," VARIABLE("G") "," VARIABLE("H") "," VARIABLE("I") "," VARIABLE("J") "]"

static void quantifiers(void **state)
{
	(void)state;
	/* none of the first eight decides, so the one that does is shown too */
	expect("deny r\n for each container\n forbid some v in container.env where v.name != \"A\" satisfies v.name == "
	       "\"I\"\n",
	       POD(C("a", NINE_VARIABLES)),
	       "  forbid some v in container.env where v.name != \"A\" satisfies v.name == \"I\": true\n"
	       "    container.env: 10 elements\n"
	       "    v = variable \"A\" of container \"a\": false\n"
	       "      where v.name != \"A\": false\n"
	       "        v.name = A\n"
	       "    v = variable \"B\" of container \"a\": false\n"
	       "      where v.name != \"A\": true\n"
	       "        v.name = B\n"
	       "      v.name == \"I\": false\n"
	       "        v.name = B\n"
	       "    v = variable \"C\" of container \"a\": false\n"
	       "      where v.name != \"A\": true\n"
	       "        v.name = C\n"
	       "      v.name == \"I\": false\n"
	       "        v.name = C\n"
	       "    v = variable \"D\" of container \"a\": false\n"
	       "      where v.name != \"A\": true\n"
	       "        v.name = D\n"
	       "      v.name == \"I\": false\n"
	       "        v.name = D\n"
	       "    v = variable \"E\" of container \"a\": false\n"
	       "      where v.name != \"A\": true\n"
	       "        v.name = E\n"
	       "      v.name == \"I\": false\n"
	       "        v.name = E\n"
	       "    v = variable \"F\" of container \"a\": false\n"
	       "      where v.name != \"A\": true\n"
	       "        v.name = F\n"
	       "      v.name == \"I\": false\n"
	       "        v.name = F\n"
	       "    v = variable \"G\" of container \"a\": false\n"
	       "      where v.name != \"A\": true\n"
	       "        v.name = G\n"
	       "      v.name == \"I\": false\n"
	       "        v.name = G\n"
	       "    v = variable \"H\" of container \"a\": false\n"
	       "      where v.name != \"A\": true\n"
	       "        v.name = H\n"
	       "      v.name == \"I\": false\n"
	       "        v.name = H\n"
	       "    v = variable \"I\" of container \"a\": true\n"
	       "      where v.name != \"A\": true\n"
	       "        v.name = I\n"
	       "      v.name == \"I\": true\n"
	       "        v.name = I\n"
	       "    1 more element: 1 false\n");
	/* nested, over a set of the policy, and nothing at all */
	expect("deny r\n for each container\n"
	       " require every n in {\"a\", \"b\"} satisfies no v in container.env satisfies v.name == n\n"
	       " require no m in container.mounts satisfies m.read_only\n",
	       POD(C("x", ",\"env\":[" VARIABLE("b") "]")),
	       "  require every n in {\"a\", \"b\"} satisfies no v in container.env satisfies v.name == n: false\n"
	       "    n = a: true\n"
	       "      no v in container.env satisfies v.name == n: true\n"
	       "        container.env: 1 element\n"
	       "        v = variable \"b\" of container \"x\": false\n"
	       "          v.name == n: false\n"
	       "            v.name = b\n"
	       "            n = a\n"
	       "    n = b: false\n"
	       "      no v in container.env satisfies v.name == n: false\n"
	       "        container.env: 1 element\n"
	       "        v = variable \"b\" of container \"x\": true\n"
	       "          v.name == n: true\n"
	       "            v.name = b\n"
	       "            n = b\n"
	       "  require no m in container.mounts satisfies m.read_only: true\n"
	       "    container.mounts: no elements\n");
}

static void sums(void **state)
{
	(void)state;
	expect("deny r\n for each workload\n"
	       " require sum(c.memory_limit else 1Gi for c in workload.containers) <= 2Gi\n"
	       " require count(c in workload.containers where c.privileged) == 0\n",
	       POD(C("a", ",\"resources\":{\"limits\":{\"memory\":\"2Gi\"}}") "," C("b", "")),
	       "  require sum(c.memory_limit else 1Gi for c in workload.containers) <= 2Gi: false\n"
	       "    sum(c.memory_limit else 1Gi for c in workload.containers) = 3Gi\n"
	       "      workload.containers: 2 elements\n"
	       "      c = container \"a\": true\n"
	       "        c.memory_limit else 1Gi = 2Gi\n"
	       "          c.memory_limit = 2Gi\n"
	       "      c = container \"b\": true\n"
	       "        c.memory_limit else 1Gi = 1Gi\n"
	       "          c.memory_limit = not set\n"
	       "  require count(c in workload.containers where c.privileged) == 0: true\n"
	       "    count(c in workload.containers where c.privileged) = 0\n"
	       "      workload.containers: 2 elements\n"
	       "      c = container \"a\": false\n"
	       "        where c.privileged: false\n"
	       "      c = container \"b\": false\n"
	       "        where c.privileged: false\n");
}

/* Nothing that the value of a variable can be told from, however it is wrapped. */
static void secrets(void **state)
{
	(void)state;
	static const char rules[] =
		"let value(variable) = (variable.value else \"none\")\n"
		"deny r\n for each pod container\n"
		" for each w in container.env\n"
		" require every v in container.env satisfies value(v) != \"x\" and lower(v.value else \"\") != \"y\"\n"
		" require image(w.value else \"i\").repository != \"z\"\n"
		" require int(w.value else \"1\") == 1 or (w.value else \"\") matches /h.*/\n"
		" require sum(int(v.value else \"1\") else 1 for v in container.env) > 0\n"
		" require every s in {(w.value else \"\"), \"k\"} satisfies s != \"m\"\n"
		" require {(w.value else \"\"), \"k\"} minus {\"k\"} is not empty\n";
	const char *text = all(rules, POD(C("a", ",\"env\":[{\"name\":\"N\",\"value\":\"hunter2\"}]")));
	assert_null(strstr(text, "hunter"));
	assert_non_null(strstr(text, "value(v) = (hidden)"));
	assert_non_null(strstr(text, "lower(v.value else \"\") = (hidden)"));
	assert_non_null(strstr(text, "repository = (hidden)"));
	assert_non_null(strstr(text, "s = (hidden): true"));
	text = all(rules, POD(C("a", ",\"env\":[{\"name\":\"N\",\"value\":\"31337\"}]")));
	assert_null(strstr(text, "31337"));
	assert_non_null(strstr(text, "int(w.value else \"1\") = (hidden)"));
}

static void unknown(void **state)
{
	(void)state;
	expect("deny r\n for each workload\n require request.user == \"a\" or workload.name == \"b\"\n",
	       POD(C("a", "")),
	       "  require request.user == \"a\" or workload.name == \"b\": unknown (`request.user`: who asked for what "
	       "is "
	       "not known here)\n"
	       "    request.user == \"a\": unknown (`request.user`: who asked for what is not known here)\n"
	       "      request.user = unknown (who asked for what is not known here)\n"
	       "    workload.name == \"b\": false\n"
	       "      workload.name = p\n");
}

/* Hostile names are escaped. */
static void hostile(void **state)
{
	(void)state;
	expect("deny r\n for each container\n forbid some v in container.env satisfies v.name == \"q\"\n",
	       POD(C("a", ",\"env\":[{\"name\":\"x\\u001b[31m\\n  result; holds\"}]")),
	       "  forbid some v in container.env satisfies v.name == \"q\": false\n"
	       "    container.env: 1 element\n"
	       "    v = variable \"x\\u{1b}[31m\\n  result; holds\" of container \"a\": false\n"
	       "      v.name == \"q\": false\n"
	       "        v.name = x\\u{1b}[31m\\n  result; holds\n");
}

static void places(void **state)
{
	(void)state;
	static const char rules[] = "deny other\n for each pod\n forbid pod.spec.hostNetwork\n"
				    "deny r\n for each container\n forbid container.privileged\n";
	static const char pod[] = POD(C("a", "") "," C("b", ""));
	struct pl_explain explain;
	const char *text = told(rules, pod, "spec.containers[1]", &explain);
	assert_string_equal(text, "rule r (deny): container \"b\" at spec.containers[1]\n"
				  "  forbid container.privileged: false\n"
				  "    container.privileged = false\n"
				  "  result: holds\n");
	assert_int_equal(explain.shown, 1);
	assert_int_equal(explain.path_count, 2);
	assert_string_equal(told(rules, pod, "spec.containers[1].image", &explain), text); /* in it */
	assert_int_equal(explain.shown, 1);
	told(rules, pod, "spec.containers", &explain); /* around them */
	assert_int_equal(explain.shown, 2);
	assert_string_equal(told(rules, pod, "spec.containers[10]", &explain), "");
	assert_int_equal(explain.shown, 0);
	assert_true(pl_str_eq(explain.paths[1], PL_STR("spec.containers[1]")));
	assert_string_equal(told(rules, pod, "spec.cont", &explain), "");
	assert_string_equal(all("deny r\n for each task\n forbid task.fargate\n", pod),
			    "rule r (deny): does not apply (it is about ECS only)\n");
}

static void names_no_rule(void **state)
{
	(void)state;
	struct pl_context context = {0};
	struct pl_policy *policy = compiled("deny r\n for each container\n forbid container.privileged\n", true);
	struct pl_explain explain = {.rule = PL_STR("q")};
	const struct pl_verdict *verdict;
	struct pl_buf *text = pl_text_new(pl_evaluator_arena(ev));
	assert_int_equal(pl_decide_explained(ev, policy, object(POD(C("a", "")), PL_PLATFORM_KUBERNETES), NULL,
					     &context, &explain, text, &verdict),
			 PL_E_INTERNAL);
	pl_policy_release(policy);
}

/* An argument of a `let` that holds a loop, used inside another loop: each has a variable of its own. */
static void loops_in_arguments(void **state)
{
	(void)state;
	expect("let same(n: int) = some v in workload.containers satisfies (v.uid else 0) == n\n"
	       "deny r\n for each container\n"
	       " for each p in container.ports\n"
	       " forbid same(count(x in container.mounts where x.read_only))\n",
	       POD(C("a", ",\"ports\":[{\"containerPort\":80}],\"securityContext\":{\"runAsUser\":3}")),
	       "  for each p in container.ports: 1 element\n"
	       "    container.ports = {port 80 of container \"a\"}\n"
	       "  p = port 80 of container \"a\" at spec.containers[0].ports[0]\n"
	       "    forbid same(count(x in container.mounts where x.read_only)): false\n"
	       "      count(x in container.mounts where x.read_only) = 0\n"
	       "        container.mounts: no elements\n"
	       "      some v in workload.containers satisfies (v.uid else 0) == n: false\n"
	       "        workload.containers: 1 element\n"
	       "        v = container \"a\": false\n"
	       "          (v.uid else 0) == n: false\n"
	       "            (v.uid else 0) = 3\n"
	       "              v.uid = 3\n"
	       "            n = 0\n"
	       "  ");
}

/* The same condition stands inside more loops here than there: its parts are other code. Found by fuzz/program. */
static void the_same_in_other_loops(void **state)
{
	static const char *const policies[] = {
		"policy p\n unless count(g in request.groups where g == \"a\") > 1\n"
		"deny q\n for each container\n for each p in container.ports\n forbid container.privileged\n"
		"deny r\n for each container\n forbid container.privileged\n",
		"let twice(n: int) = n > 1 and (some v in workload.containers satisfies n > (v.uid else 2))\n"
		"deny r\n for each container\n"
		" forbid twice(count(x in container.mounts where x.read_only and x.path under \"/a\"))\n",
	};
	(void)state;
	for (size_t i = 0; i < sizeof policies / sizeof *policies; i++)
		pl_policy_release(compiled(policies[i], true));
}

static void exceptions(void **state)
{
	(void)state;
	const char *text = all("deny r\n for each container\n forbid container.privileged\n"
			       "exception e\n from r\n where namespace.name == \"ml\" and container.name like \"a*\"\n"
			       " owner \"o@example.com\"\n reason \"because\"\n expires 2099-01-01\n",
			       POD(C("a", ",\"securityContext\":{\"privileged\":true}")));
	assert_non_null(strstr(text,
			       "  exception e where namespace.name == \"ml\" and container.name like \"a*\": true\n"
			       "    namespace.name == \"ml\": true\n"
			       "      namespace.name = ml\n"
			       "    container.name like \"a*\": true\n"
			       "      container.name = a\n"));
}

/* The rules of every pack: explained or not, the verdict is the same, and the parts agree with it (parts.c asserts). */
static void packs(void **state)
{
	(void)state;
	static const char *const pods[] = {
		POD(C("a", NINE_VARIABLES)),
		POD(C("a", ",\"securityContext\":{\"privileged\":true,\"capabilities\":{\"add\":[\"SYS_ADMIN\"]"
			   "}}") "," C("b", ",\"volumeMounts\":[]")),
	};
	const char *const *names;
	size_t count = pl_policy_packs(&names), told_rules = 0;
	assert_true(count > 0);
	for (size_t p = 0; p < count; p++) {
		char use[128];
		snprintf(use, sizeof use, "use \"%s\"\n", names[p]);
		struct pl_policy *plain = compiled(use, false), *explained = compiled(use, true);
		for (size_t k = 0; k < 2; k++) {
			struct pl_context context = {0};
			struct pl_arena *arena = pl_evaluator_arena(ev);
			struct pl_workload *w = object(pods[k], PL_PLATFORM_KUBERNETES);
			const struct pl_verdict *a, *b;
			assert_int_equal(pl_decide(ev, plain, w, NULL, &context, &a), PL_OK);
			assert_int_equal(pl_decide(ev, explained, w, NULL, &context, &b), PL_OK);
			struct pl_buf *one = pl_text_new(arena), *other = pl_text_new(arena);
			pl_report_json(w, a, NULL, one);
			pl_report_json(w, b, NULL, other);
			assert_true(pl_str_eq(pl_text_str(one), pl_text_str(other)));
			size_t findings = 0;
			for (size_t i = 0; i < pl_policy_rule_count(explained); i++) {
				struct pl_rule_info info;
				pl_policy_rule(explained, i, &info);
				struct pl_explain explain = {.rule = info.name};
				struct pl_buf *text = pl_text_new(arena);
				assert_int_equal(
					pl_decide_explained(ev, explained, w, NULL, &context, &explain, text, &b),
					PL_OK);
				findings += b->count;
				pl_str told_text = pl_text_str(text);
				assert_null(memmem(told_text.ptr, told_text.len, "hunter2", 7));
				told_rules++;
			}
			assert_int_equal(findings, a->count);
			pl_evaluator_reset(ev);
		}
		pl_policy_release(plain);
		pl_policy_release(explained);
	}
	assert_true(told_rules > 10);
}

/* However many subjects there are, an explanation stays one that can be held. */
static void bounded(void **state)
{
	(void)state;
	struct pl_arena *arena = pl_evaluator_arena(ev);
	struct pl_buf *pod = pl_text_new(arena);
	pl_text_printf(
		pod,
		"{\"apiVersion\":\"v1\",\"kind\":\"Pod\",\"metadata\":{\"name\":\"p\"},\"spec\":{\"containers\":[");
	for (int i = 0; i < 100; i++) {
		pl_text_printf(pod, "%s{\"name\":\"c%d\",\"image\":\"i\",\"env\":[", i ? "," : "", i);
		for (int k = 0; k < 80; k++)
			pl_text_printf(pod, "%s{\"name\":\"V%d\",\"value\":\"v\"}", k ? "," : "", k);
		pl_text_printf(pod, "]}");
	}
	pl_text_printf(pod, "]}}");
	const char *text =
		all("deny r\n for each variable\n forbid variable.name == \"x\" or (container.name like \"a*\" "
		    "and variable.name != \"q\") or (container.name == \"b\" and (variable.name == \"y\" or "
		    "variable.name == \"z\" or container.image.registry == \"r.example.com\"))\n",
		    pl_arena_printf(arena, "%.*s", PL_FMT(pl_text_str(pod))).ptr);
	size_t len = strlen(text);
	assert_true(len > (4u << 20));
	assert_true(len < (8u << 20));
	assert_non_null(strstr(text, "    (its parts are left out: the explanation is too long)\n"));
	pl_evaluator_reset(ev);
	/* one condition alone, of a `let` that doubles itself */
	struct pl_buf *rules = pl_text_new(arena);
	pl_text_printf(rules, "let a0(n: string) = n != \"a\"\n");
	for (int i = 1; i < 17; i++)
		pl_text_printf(rules, "let a%d(n: string) = a%d(n) and (a%d(n) or n != \"x%d\")\n", i, i - 1, i - 1, i);
	pl_text_printf(rules, "deny r\n for each workload\n require a16(workload.kind)\n");
	text = all(pl_arena_printf(arena, "%.*s", PL_FMT(pl_text_str(rules))).ptr, POD(C("a", "")));
	len = strlen(text);
	assert_true(len > (4u << 20));
	assert_true(len < (5u << 20));
	assert_non_null(strstr(text, "a15(n): (too large to be shown on its own)\n"));
	assert_non_null(strstr(text, "(what is left of these parts is left out: the explanation is too long)\n"));
	pl_evaluator_reset(ev);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(definitions),
		cmocka_unit_test(values),
		cmocka_unit_test(quantifiers),
		cmocka_unit_test(sums),
		cmocka_unit_test(secrets),
		cmocka_unit_test(unknown),
		cmocka_unit_test(hostile),
		cmocka_unit_test(places),
		cmocka_unit_test(names_no_rule),
		cmocka_unit_test(loops_in_arguments),
		cmocka_unit_test(the_same_in_other_loops),
		cmocka_unit_test(exceptions),
		cmocka_unit_test(packs),
		cmocka_unit_test(bounded),
	};
	return cmocka_run_group_tests(tests, set_up, tear_down);
}
