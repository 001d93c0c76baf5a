/* check_cond_test.c - the absence rule of language.md 3.7: every position and polarity, what `and`, `or`, `not` and
 * guards make known, `if set`, and that a `let` is judged where it is called. */
#include "checking.h"

static void a_missing_value_in_each_position(void **state)
{
	static const struct row rows[] = {
		{"container", "require container.uid > 0", "ok"},
		{"container", "forbid container.uid > 0", "E0301 at \"container.uid\""},
		{"container", "require not container.uid > 0", "E0301 at \"container.uid\""},
		{"container", "forbid not container.uid > 0", "ok"},
		{"container", "require not (not container.uid > 0)", "ok"},
		{"container", "when container.uid > 0\n require container.privileged", "E0301 at \"container.uid\""},
		{"container", "unless container.uid > 0\n require container.privileged", "ok"},
		{"container", "unless not container.uid > 0\n require container.privileged",
		 "E0301 at \"container.uid\""},
		{"container where container.uid > 0", "require container.privileged", "E0301 at \"container.uid\""},
		{"container\n for each m in container.mounts where m.host_path under \"/etc\"", "require m.read_only",
		 "E0301 at \"m.host_path\""},
		/* a bool is an atom */
		{"pod container", "require container.securityContext.runAsNonRoot", "ok"},
		{"pod container", "forbid container.securityContext.runAsNonRoot",
		 "E0301 at \"container.securityContext.runAsNonRoot\""},
		/* so are negated operators: false when something is missing */
		{"container", "require container.uid != 0", "ok"},
		{"container", "forbid container.uid != 0", "E0301 at \"container.uid\""},
		{"container", "require container.image.tag not in {\"latest\"}", "ok"},
		{"container", "forbid container.image.tag not in {\"latest\"}", "E0301 at \"container.image.tag\""},
		{"container", "require container.image.tag not matches /[a-z]+/", "ok"},
		{"container", "forbid container.image.tag matches /[a-z]+/", "E0301 at \"container.image.tag\""},
		{"container", "forbid container.image.tag is empty", "E0301 at \"container.image.tag\""},
		/* the right side counts too */
		{"container", "forbid container.privileged == (container.uid == 0)",
		 "E0304 at \"(container.uid == 0)\""},
		{"container", "forbid \"a\" == container.image.tag", "E0301 at \"container.image.tag\""},
		{"container", "forbid container.memory_limit == container.memory_request",
		 "E0301 at \"container.memory_limit\""},
	};
	(void)state;
	RUN_ROWS(rows);
}

static void quantifiers(void **state)
{
	static const struct row rows[] = {
		{"container", "require some m in container.mounts satisfies m.host_path under \"/a\"", "ok"},
		/* three inside each other, further `for each` counted, and no more */
		{"pod", "require some a in {1} satisfies some b in {2} satisfies some c in {3} satisfies a + b == c",
		 "ok"},
		{"pod",
		 "require some a in {1} satisfies some b in {2} satisfies some c in {3} satisfies some d in {4} "
		 "satisfies a + b == c + d",
		 "E0003 at \"d\""},
		{"pod for each a in {1} for each b in {2} for each c in {3}", "require a + b == c", "ok"},
		{"pod for each a in {1} for each b in {2} for each c in {3} for each d in {4}",
		 "require a + b == c + d", "E0003 at \"d\""},
		{"pod for each a in {1} for each b in {2}", "require count(c in {3} where a + b == c) == 1", "ok"},
		{"pod for each a in {1} for each b in {2} for each c in {3}",
		 "require count(d in {4} where a + b == c + d) == 1", "E0003 at \"d\""},
		{"container", "forbid some m in container.mounts satisfies m.host_path under \"/a\"",
		 "E0301 at \"m.host_path\""},
		{"container", "require every m in container.mounts satisfies m.host_path under \"/a\"", "ok"},
		{"container", "forbid every m in container.mounts satisfies m.host_path under \"/a\"",
		 "E0301 at \"m.host_path\""},
		{"container", "require no m in container.mounts satisfies m.host_path under \"/a\"",
		 "E0301 at \"m.host_path\""},
		{"container", "forbid no m in container.mounts satisfies m.host_path under \"/a\"", "ok"},
		/* where: some as the whole, every and no flipped */
		{"container", "require some m in container.mounts where m.host_path under \"/a\" satisfies m.read_only",
		 "ok"},
		{"container",
		 "require every m in container.mounts where m.host_path under \"/a\" satisfies m.read_only",
		 "E0301 at \"m.host_path\""},
		{"container", "require no m in container.mounts where m.host_path under \"/a\" satisfies m.read_only",
		 "E0301 at \"m.host_path\""},
		{"container", "forbid every m in container.mounts where m.host_path under \"/a\" satisfies m.read_only",
		 "ok"},
		/* what the filter makes known holds in the body, and nowhere else */
		{"container",
		 "forbid some m in container.mounts where m.host_path is set satisfies m.host_path under \"/a\"", "ok"},
		{"container",
		 "forbid (some m in container.mounts where m.host_path is set satisfies m.read_only) or "
		 "(some m in container.mounts satisfies m.host_path under \"/a\")",
		 "E0301 at \"m.host_path\""},
		/* count and sum may go either way */
		{"container", "require count(m in container.mounts where m.host_path under \"/a\") < 3",
		 "E0301 at \"m.host_path\""},
		{"container", "forbid count(m in container.mounts where m.host_path under \"/a\") < 3",
		 "E0301 at \"m.host_path\""},
		{"container",
		 "require count(m in container.mounts where m.host_path is set and m.host_path under \"/a\") < 3",
		 "ok"},
		{"workload", "require sum(c.memory_limit for c in workload.containers) <= 1Gi",
		 "E0301 at \"c.memory_limit\""},
		{"workload", "require sum(c.memory_limit else 0Gi for c in workload.containers) <= 1Gi", "ok"},
		{"workload",
		 "require sum(c.memory_limit for c in workload.containers where c.memory_limit is set) <= 1Gi", "ok"},
	};
	(void)state;
	RUN_ROWS(rows);
}

static void what_is_known(void **state)
{
	static const struct row rows[] = {
		{"container", "forbid container.uid is set and container.uid > 0", "ok"},
		{"container", "forbid container.uid > 0 and container.uid is set", "E0301 at \"container.uid\""},
		{"container", "forbid container.uid is set or container.uid > 0", "E0301 at \"container.uid\""},
		{"container", "require container.uid is absent or not container.uid > 0", "ok"},
		{"container", "forbid container.uid is absent or container.uid > 0", "ok"},
		{"container", "forbid container.uid is absent and container.uid > 0", "E0301 at \"container.uid\""},
		{"container", "forbid (not (container.uid is absent)) and container.uid > 0", "ok"},
		{"container", "forbid (not (container.uid is set)) or container.uid > 0", "ok"},
		/* de Morgan: only what both sides of an `or` make known */
		{"container", "forbid (container.uid is set or container.cpu_limit is set) and container.uid > 0",
		 "E0301 at \"container.uid\""},
		{"container",
		 "forbid ((container.uid is set and container.privileged) or (container.uid is set and "
		 "container.non_root)) "
		 "and container.uid > 0",
		 "ok"},
		/* guards, in order */
		{"container", "when container.uid is set\n forbid container.uid > 0", "ok"},
		{"container", "unless container.uid is absent\n forbid container.uid > 0", "ok"},
		{"container", "unless container.uid is set\n forbid container.uid > 0", "E0301 at \"container.uid\""},
		{"container", "when container.uid is set\n when container.uid > 0\n require container.non_root", "ok"},
		{"container", "when container.uid > 0\n when container.uid is set\n require container.non_root",
		 "E0301 at \"container.uid\""},
		{"container where container.uid is set", "forbid container.uid > 0", "ok"},
		{"container\n for each m in container.mounts where m.host_path is set",
		 "forbid m.host_path under \"/a\"", "ok"},
		/* what is present is so with everything before it */
		{"pod container",
		 "when container.securityContext.seccompProfile.localhostProfile is set\n"
		 " forbid container.securityContext.seccompProfile.type == \"Localhost\"",
		 "ok"},
		{"pod container",
		 "when container.securityContext.seccompProfile is set\n"
		 " forbid container.securityContext.seccompProfile.type == \"Localhost\"",
		 "ok"},
		{"pod container",
		 "when container.securityContext is set\n"
		 " forbid container.securityContext.seccompProfile.type == \"Localhost\"",
		 "E0301 at \"container.securityContext.seccompProfile.type\""},
		/* one check knows nothing of another */
		{"container", "require container.uid is set\n forbid container.uid > 0", "E0301 at \"container.uid\""},
		/* an atom that is true makes its operands known */
		{"container", "unless container.uid > 0 and not container.uid > 100\n require container.privileged",
		 "ok"},
		{"pod",
		 "unless pod.metadata.labels[\"a\"] == \"b\" and not (pod.metadata.labels[\"a\"] like \"c*\")\n"
		 " require pod.spec.hostNetwork",
		 "ok"},
		/* look-ups are told apart by their keys */
		{"pod", "when pod.metadata.labels[\"a\"] is set\n forbid pod.metadata.labels[\"a\"] == \"x\"", "ok"},
		{"pod", "when pod.metadata.labels[\"a\"] is set\n forbid pod.metadata.labels[\"b\"] == \"x\"",
		 "E0301 at \"pod.metadata.labels[\"b\"]\""},
		/* functions */
		{"container", "when version(container.image.tag) is set\n forbid version(container.image.tag) < v1.2",
		 "ok"},
		{"container", "when container.image.tag is set\n forbid version(container.image.tag) < v1.2",
		 "E0301 at \"version(container.image.tag)\""},
		{"container", "when version(container.image.tag) is set\n forbid container.image.tag like \"a*\"",
		 "ok"},
		/* else */
		{"container", "forbid (container.uid else 0) == 0", "ok"},
		{"container", "forbid (container.uid else container.uid) == 0",
		 "E0301 at \"(container.uid else container.uid)\""},
	};
	(void)state;
	RUN_ROWS(rows);
}

static void defaults_and_required(void **state)
{
	static const struct row rows[] = {
		{"pod", "forbid pod.spec.hostNetwork", "ok"},
		{"pod container", "forbid container.securityContext.privileged", "ok"},
		{"pod container", "forbid container.securityContext.procMount != \"Default\"", "ok"},
		{"pod container", "forbid container.securityContext.capabilities.add contains \"ALL\"", "ok"},
		{"pod", "forbid pod.spec.os.name == \"windows\"", "E0301 at \"pod.spec.os.name\""},
		{"pod", "when pod.spec.os is set\n forbid pod.spec.os.name == \"windows\"", "ok"},
		{"pod", "forbid old_pod.spec.hostNetwork", "ok"},
		{"pod", "forbid old_pod.spec.nodeName == \"x\"", "E0301 at \"old_pod.spec.nodeName\""},
		{"container", "require container.privileged is set", "E0317 at \"container.privileged\""},
		{"container", "require container.mounts is set", "E0317 at \"container.mounts\""},
		{"pod", "forbid pod.spec.hostNetwork is absent", "E0317 at \"pod.spec.hostNetwork\""},
		{"container", "when container.uid is set\n require container.uid is set", "E0317 at \"container.uid\""},
		{"container", "require (container.privileged else true)", "E0306 at \"container.privileged\""},
		{"pod", "require (pod.spec.hostNetwork else true)", "E0306 at \"pod.spec.hostNetwork\""},
		{"container", "when container.uid is set\n require (container.uid else 3) > 2",
		 "E0306 at \"container.uid\""},
		{"pod mount", "require mount.mountPropagation in {\"None\"} if set", "ok"},
		/* a set with an element that may be missing */
		{"container", "require \"x\" in {container.image.tag, \"y\"}", "E0301 at \"container.image.tag\""},
		{"container", "require \"x\" in {(container.image.tag else \"\"), \"y\"}", "ok"},
	};
	(void)state;
	RUN_ROWS(rows);
}

static void if_set(void **state)
{
	static const struct row rows[] = {
		{"container", "require container.uid > 0 if set", "ok"},
		{"container", "forbid container.uid > 0 if set", "ok"},
		{"pod container", "forbid container.securityContext.runAsNonRoot if set", "ok"},
		{"container", "forbid container.image.tag matches /[0-9]+/ if set", "ok"},
		{"container", "forbid container.memory_limit > 2 * container.memory_request if set", "ok"},
		{"container", "forbid (container.uid > 0) if set", "ok"},
		{"container", "forbid container.uid > 0 and container.privileged if set", "E0323 at \"if set\""},
		{"container", "forbid not container.uid > 0 if set", "E0323 at \"if set\""},
		{"container", "forbid (some m in container.mounts satisfies m.read_only) if set",
		 "E0323 at \"if set\""},
		{"container", "forbid container.privileged if set", "E0324 at \"if set\""},
		{"container", "require container.uid is set if set", "E0324 at \"if set\""},
		{"container", "when container.uid is set\n forbid container.uid > 0 if set", "E0324 at \"if set\""},
		{"pod", "require pod.metadata.labels[\"a\"] == \"b\" if set", "E0328 at \"if set\""},
		{"pod", "forbid (pod.metadata.labels[\"a\"] else pod.spec.nodeName) == \"b\" if set",
		 "E0328 at \"if set\""},
		/* the field may be absent, the version must then be readable */
		{"container", "require version(container.image.tag) >= v1.2 if set", "ok"},
		{"container", "forbid version(container.image.tag) < v1.2 if set",
		 "E0301 at \"version(container.image.tag)\""},
	};
	(void)state;
	RUN_ROWS(rows);
}

static void lets_are_judged_where_they_are_called(void **state)
{
	static const struct file_row rows[] = {
		{"let big(c: container) = c.memory_limit > 4Gi\n deny x for each container require big(container)",
		 "ok"},
		{"let big(c: container) = c.memory_limit > 4Gi\n deny x for each container forbid big(container)",
		 "E0301 at \"c.memory_limit\""},
		{"let big(c: container) = c.memory_limit > 4Gi\n deny x for each container require not big(container)",
		 "E0301 at \"c.memory_limit\""},
		{"let big(c: container) = c.memory_limit > 4Gi\n deny x for each container forbid not big(container)",
		 "ok"},
		{"let big(c: container) = c.memory_limit > 4Gi\n"
		 "deny x for each container when container.memory_limit is set forbid big(container)",
		 "ok"},
		{"let has(c: container) = c.memory_limit is set\n"
		 "deny x for each container when has(container) forbid container.memory_limit > 4Gi",
		 "ok"},
		{"let has(c: container) = c.memory_limit is set\n"
		 "deny x for each container unless has(container) forbid container.memory_limit > 4Gi",
		 "E0301 at \"container.memory_limit\""},
		/* in two calls, of which one is wrong */
		{"let old(v: version) = v < v1.2\n"
		 "deny x for each container require old(version(container.image.tag)) forbid old(v1.1)",
		 "ok"},
		{"let old(v: version) = v < v1.2\n"
		 "deny x for each container forbid old(version(container.image.tag))",
		 "E0301 at \"version(container.image.tag)\""},
		/* a test that only some callers need is no mistake */
		{"let near(n: int) = n is set and n > 3\n"
		 "deny x for each container forbid near(container.uid) deny y for each container forbid near(4)",
		 "ok"},
		{"let f(c: container) = c.uid == 0\n deny x for each container forbid f(container) if set", "ok"},
		{"let f(c: container) = c.uid == 0 and c.privileged\n deny x for each container forbid f(container) if "
		 "set",
		 "E0323 at \"if set\""},
		{"param p: version = version(namespace.labels[\"v\"])\n deny x for each pod forbid p < v1.2",
		 "E0301 at \"version(namespace.labels[\"v\"])\""},
		{"param p: version = version(namespace.labels[\"v\"]) else v1.0\n deny x for each pod forbid p < v1.2",
		 "ok"},
		{"policy p when namespace.labels[\"x\"] == \"y\"", "E0301 at \"namespace.labels[\"x\"]\""},
		{"policy p when namespace.labels[\"x\"] is set\n deny x for each pod forbid namespace.labels[\"x\"] == "
		 "\"y\"",
		 "ok"},
	};
	(void)state;
	RUN_FILES(rows);
}

/* A policy guard speaks for the rules of its own file. */
static void guards_of_a_policy_stay_in_its_file(void **state)
{
	static const char *const texts[] = {
		"policy a when namespace.labels[\"x\"] is set\n deny one for each pod forbid namespace.labels[\"x\"] "
		"== \"y\"",
		"deny two for each pod forbid namespace.labels[\"x\"] == \"y\"",
	};
	(void)state;
	assert_null(compile_with(texts, 2, NULL, 0));
	assert_string_equal(complaint(), "E0301 at \"namespace.labels[\"x\"]\"");
	assert_int_equal(diags.errors, 1);
	assert_int_equal(diags.items[0].source.ptr[1], '1');
}

static void the_samples_of_the_manual(void **state)
{
	(void)state;
	compile_rule("container", "forbid container.memory_limit > 4Gi");
	assert_string_equal(
		rendered(),
		"error[E0301]: `container.memory_limit` may be absent, and here a missing value would let the rule "
		"pass\n"
		" --> t0.plim:3:10\n"
		"  |\n"
		"3 |   forbid container.memory_limit > 4Gi\n"
		"  |          ^^^^^^^^^^^^^^^^^^^^^^ may be absent\n"
		"  = note: `forbid` passes when its condition is not met\n"
		"  = help: say what a missing value means: `(container.memory_limit else ...)`; or "
		"`container.memory_limit is absent or ...`, which is met without it; or `container.memory_limit is set "
		"and ...`, which is not\n");
	compile_rule("pod", "when pod.spec.os.name == \"linux\"\n  require pod.spec.hostNetwork");
	assert_string_equal(
		rendered(),
		"error[E0301]: `pod.spec.os.name` may be absent, and here a missing value would let the rule pass\n"
		" --> t0.plim:3:8\n"
		"  |\n"
		"3 |   when pod.spec.os.name == \"linux\"\n"
		"  |        ^^^^^^^^^^^^^^^^ may be absent\n"
		"  = note: a missing value would switch the rule off\n"
		"  = help: say what a missing value means: `(pod.spec.os.name else ...)`; or "
		"`pod.spec.os.name is absent or ...`, which is met without it; or `pod.spec.os.name is set and ...`, "
		"which "
		"is not\n");
	compile_rule("container", "require container.privileged is set");
	assert_string_equal(rendered(),
			    "error[E0317]: `container.privileged` is always present, so `is set` is always true\n"
			    " --> t0.plim:3:11\n"
			    "  |\n"
			    "3 |   require container.privileged is set\n"
			    "  |           ^^^^^^^^^^^^^^^^^^^^ the schema requires it\n");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_missing_value_in_each_position),
		cmocka_unit_test(quantifiers),
		cmocka_unit_test(what_is_known),
		cmocka_unit_test(defaults_and_required),
		cmocka_unit_test(if_set),
		cmocka_unit_test(lets_are_judged_where_they_are_called),
		cmocka_unit_test(guards_of_a_policy_stay_in_its_file),
		cmocka_unit_test(the_samples_of_the_manual),
	};
	return cmocka_run_group_tests(tests, setup, teardown);
}
