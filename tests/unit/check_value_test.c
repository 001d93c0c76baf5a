/* check_value_test.c - names, fields, literals and types: what is accepted, and for each complaint its code and place.
 */
#include "checking.h"

static void fields(void **state)
{
	static const struct row rows[] = {
		{"container", "forbid container.privileged", "ok"},
		{"container", "forbid container.privilaged", "E0303 at \"privilaged\""},
		{"container", "forbid container.securityContext.privileged", "E0303 at \"securityContext\""},
		{"container", "forbid container.command contains \"x\"", "E0303 at \"command\""},
		{"container", "require container.handlers is empty", "E0303 at \"handlers\""},
		{"pod container", "require container.handlers is empty", "ok"},
		{"pod container", "require container.command contains \"x\"", "ok"},
		{"task container", "require container.command contains \"x\"", "ok"},
		{"pod container", "forbid container.privileged", "ok"},
		{"pod container", "forbid container.read_only_root", "ok"},
		{"task container", "forbid container.securityContext.privileged", "E0303 at \"securityContext\""},
		{"pod container", "forbid container.user == \"root\"", "E0303 at \"user\""},
		{"pod container", "forbid container.securityContext.privilaged", "E0303 at \"privilaged\""},
		{"pod container", "forbid container.securitycontext.privileged", "E0303 at \"securitycontext\""},
		{"container", "require container.image.registry == \"docker.io\"", "ok"},
		{"container", "require container.image.host == \"docker.io\"", "E0303 at \"host\""},
		{"container", "require container.uid.value == 3", "E0303 at \"value\""},
		{"pod", "require pod.metadata.labels.team == \"a\"", "E0303 at \"team\""},
		{"workload", "require workload.containers.name == \"a\"", "E0303 at \"name\""},
		{"pod", "require (every e in pod.metadata.labels satisfies e.key like \"a*\" and e.value like \"b*\")",
		 "ok"},
		{"pod", "require every e in pod.metadata.labels satisfies e.name == \"\"", "E0303 at \"name\""},
		{"task", "require task.taskRoleArn.name == \"x\"", "ok"},
		{"task", "require arn(task.taskDefinitionArn).partition == \"aws\"", "ok"},
		{"mount", "require mount.volume.kind == \"emptyDir\"", "ok"},
		{"mount", "require mount.container.privileged", "ok"},
		{"pod mount", "require mount.volume.emptyDir is set", "ok"},
		{"mount", "require mount.volume.emptyDir is set", "E0303 at \"emptyDir\""},
		{"pod security_context", "require security_context.runAsUser > 0", "ok"},
		{"pod security_context", "forbid security_context.privileged", "ok"},
		{"pod container\n for each h in container.handlers", "forbid h.httpGet.host is set", "ok"},
		{"object", "require object.kind == \"Pod\"", "ok"},
		{"object", "require object.metadata.namespace == \"x\"", "ok"},
		{"container", "require object.kind == \"Pod\"", "E0303 at \"kind\""},
		{"pod container", "require object.kind == \"Pod\"", "ok"},
		{"pod", "require pod.spec.containers[0].name == \"x\"", "E0305 at \"0\""},
		{"pod", "require pod.metadata.labels[3] == \"x\"", "E0304 at \"3\""},
	};
	(void)state;
	RUN_ROWS(rows);
}

static void names(void **state)
{
	static const struct row rows[] = {
		{"container", "require contaner.privileged", "E0302 at \"contaner\""},
		{"container", "require workload.host_pid", "ok"},
		{"mount", "require container.privileged", "ok"},
		{"port", "require container.privileged", "ok"},
		{"variable", "require container.privileged", "ok"},
		{"volume", "require container.privileged", "E0302 at \"container\""},
		{"image", "require container.privileged", "E0302 at \"container\""},
		{"image", "require image.tag is set", "ok"},
		{"image", "require workload.host_pid", "ok"},
		{"workload", "require mount.read_only", "E0302 at \"mount\""},
		{"pod security_context", "require container.privileged", "E0302 at \"container\""},
		{"container", "require pod.spec.hostPID", "E0302 at \"pod\""},
		{"container", "require task.fargate", "E0302 at \"task\""},
		{"pod container", "require pod.spec.hostPID", "ok"},
		{"task container", "require task.fargate", "ok"},
		{"pod container", "require task.fargate", "E0302 at \"task\""},
		{"task", "unless old_task is absent require task.family == old_task.family", "ok"},
		{"pod", "unless old_task is absent require pod.spec.hostPID", "E0302 at \"old_task\""},
		{"object", "require workload.host_pid", "E0302 at \"workload\""},
		{"object", "require request.user == \"x\"", "ok"},
		{"workload", "require today < 2030-01-01", "ok"},
		{"workload", "require workload.kind == Pod", "E0302 at \"Pod\""},
		{"workload", "require some workload in workload.containers satisfies workload.privileged",
		 "E0315 at \"workload\""},
		{"workload", "require some c in workload.containers satisfies some c in c.mounts satisfies c.read_only",
		 "E0315 at \"c\""},
		{"workload", "require some request in workload.containers satisfies true == true",
		 "E0315 at \"request\""},
		{"workload", "require strlen(workload.name) > 3", "E0302 at \"strlen\""},
		{"workload", "require cuont(workload.containers) > 3", "E0302 at \"cuont\""},
		{"workload", "require count(workload.containers, 3) > 3", "E0314 at \"count(workload.containers, 3)\""},
		{"containers", "require true", "E0322 at \"containers\""},
		{"request", "require true", "E0322 at \"request\""},
		{"pod task", "require true == true", "E0322 at \"task\""},
		{"security_context", "require true == true", "E0322 at \"security_context\""},
	};
	(void)state;
	RUN_ROWS(rows);
}

static void types(void **state)
{
	static const struct row rows[] = {
		{"container", "require container.memory_limit <= 500m", "E0304 at \"container.memory_limit <= 500m\""},
		{"container", "require container.memory_limit <= 4", "E0304 at \"container.memory_limit <= 4\""},
		{"container", "require container.memory_limit <= container.cpu_limit",
		 "E0304 at \"container.memory_limit <= container.cpu_limit\""},
		{"container", "require container.cpu_limit <= 2", "ok"},
		{"container", "require container.cpu_limit <= 1.5", "ok"},
		{"container", "require container.cpu_limit <= 4Gi", "E0304 at \"container.cpu_limit <= 4Gi\""},
		{"container", "require container.memory_limit <= \"4Gi\"", "E0310 at \"\"4Gi\"\""},
		{"container", "require container.uid == \"0\"", "E0310 at \"\"0\"\""},
		{"container", "require container.uid == \"root\"", "E0304 at \"container.uid == \"root\"\""},
		{"pod container", "require container.resources.limits[\"memory\"] <= 4Gi", "ok"},
		{"pod container", "require container.resources.limits[\"cpu\"] <= 500m", "ok"},
		{"pod container", "require container.resources.limits[\"cpu\"] <= 4", "ok"},
		{"container", "require container.name < \"b\"", "E0304 at \"container.name\""},
		{"container", "require container.privileged > false", "E0304 at \"container.privileged\""},
		{"container", "require container.mounts == container.mounts", "E0304 at \"container.mounts\""},
		{"container", "require container.name", "E0318 at \"container.name\""},
		{"container", "require container.mounts", "E0318 at \"container.mounts\""},
		{"container", "require container.privileged == \"true\"",
		 "E0304 at \"container.privileged == \"true\"\""},
		{"container", "require container.uid in 1..1024", "ok"},
		{"container", "require container.cpu_limit in 1..1024", "E0304 at \"container.cpu_limit\""},
		{"container", "require container.uid == 1..4", "E0304 at \"1..4\""},
		{"container", "require container.name in \"abc\"", "E0311 at \"\"abc\"\""},
		{"container", "require container.name contains \"abc\"", "E0311 at \"container.name\""},
		{"container", "require container.added_capabilities contains \"abc\"", "ok"},
		{"container", "require container.uid in {1, \"2\"}", "E0310 at \"\"2\"\""},
		{"container", "require container.uid in {1, true}", "E0304 at \"{1, true}\""},
		{"container", "require container.memory_limit in {1Gi, 500m}", "E0304 at \"{1Gi, 500m}\""},
		{"container", "require container.name in {1, 2}", "E0304 at \"container.name in {1, 2}\""},
		{"container", "require container.added_capabilities within {}", "ok"},
		{"container", "require container.mounts within {}", "E0304 at \"container.mounts\""},
		{"container", "require container.added_capabilities within container.name",
		 "E0311 at \"container.name\""},
		{"container", "require container.uid is empty", "E0316 at \"container.uid\""},
		{"container", "require container.name is not empty", "ok"},
		{"container", "require container.uid matches /0/", "E0319 at \"container.uid\""},
		{"container", "require container.uid like \"0\"", "E0304 at \"container.uid\""},
		{"container", "require container.uid + container.memory_limit > 3Gi",
		 "E0304 at \"container.uid + container.memory_limit\""},
		{"container", "require container.name + \"a\" == \"b\"", "E0307 at \"container.name\""},
		{"container", "require container.memory_limit * container.memory_limit > 3Gi",
		 "E0307 at \"container.memory_limit * container.memory_limit\""},
		{"container", "require container.added_capabilities - {\"A\"} is empty",
		 "E0307 at \"container.added_capabilities\""},
		{"container", "require container.added_capabilities minus {\"A\"} is empty", "ok"},
		{"container", "require container.name minus {\"A\"} is empty", "E0311 at \"container.name\""},
		{"workload", "require sum(c.name for c in workload.containers) > 3", "E0307 at \"c.name\""},
		{"workload", "require some c in workload.name satisfies c == 3", "E0311 at \"workload.name\""},
		{"workload", "require version(workload.labels) > v1", "E0304 at \"workload.labels\""},
		{"workload", "require version(workload.labels[\"v\"]) > \"1.2\"",
		 "E0304 at \"version(workload.labels[\"v\"]) > \"1.2\"\""},
		{"workload", "require days_since(2026-01-01) > 3", "ok"},
		{"workload", "require days_since(\"2026-01-01\") > 3", "E0304 at \"\"2026-01-01\"\""},
		{"pod port", "require port.protocol == \"TCP\"", "ok"},
		{"pod container", "forbid some p in container.ports satisfies p.host_port > 0", "ok"},
		{"workload", "require cluster.version >= v1.29", "ok"},
	};
	(void)state;
	RUN_ROWS(rows);
}

static void literals(void **state)
{
	static const struct row rows[] = {
		{"pod security_context", "require security_context.seccompProfile.type in {\"RuntimeDefualt\"} if set",
		 "E0308 at \"\"RuntimeDefualt\"\""},
		{"container", "require container.role == \"ini\"", "E0308 at \"\"ini\"\""},
		{"container", "require \"ini\" == container.role", "E0308 at \"\"ini\"\""},
		{"container", "require container.role not in {\"init\", \"man\"}", "E0308 at \"\"man\"\""},
		{"container", "require (container.seccomp else \"unconfined\") != \"Unconfined\"",
		 "E0308 at \"\"unconfined\"\""},
		{"container", "require container.aws_identity == \"irsa\"", "ok"},
		{"container", "require container.aws_identity == \"IRSA\"", "E0308 at \"\"IRSA\"\""},
		{"workload", "require workload.platform == \"k8s\"", "E0308 at \"\"k8s\"\""},
		{"workload", "require request.operation == \"create\"", "E0308 at \"\"create\"\""},
		{"workload", "require cluster.imds_blocked contains \"pod\"", "E0308 at \"\"pod\"\""},
		{"workload", "require some p in cluster.imds_blocked satisfies p == \"pod\"", "E0308 at \"\"pod\"\""},
		{"pod", "require (pod.spec.os.name else \"linus\") == \"linux\"", "E0308 at \"\"linus\"\""},
		{"mount", "require mount.path == \"etc\"", "E0309 at \"\"etc\"\""},
		{"mount", "require mount.path under {\"/etc\", \"var\"}", "E0309 at \"\"var\"\""},
		{"mount", "require mount.path covers \"/run/docker.sock\"", "ok"},
		{"mount", "require mount.path covers {\"/a\", \"b\"}", "E0309 at \"\"b\"\""},
		{"container", "require container.image under \"acme\"", "E0309 at \"\"acme\"\""},
		{"container", "require container.image under {\"registry.example.com/acme\"}", "ok"},
		{"container", "require container.image == \"nginx:1\"", "ok"},
		{"container", "require container.image == \"Nginx\"", "E0309 at \"\"Nginx\"\""},
		{"container", "require container.image in {\"nginx:1\", \"a b\"}", "E0309 at \"\"a b\"\""},
		{"container", "require container.image under namespace.name", "E0304 at \"namespace.name\""},
		{"container", "require container.image covers \"/a\"", "E0304 at \"container.image\""},
		{"container", "require container.name under \"/a\"", "E0304 at \"container.name\""},
		{"pod\n for each a in pod.spec.hostAliases", "require ip(a.ip) in \"10.0.0.0/8\"", "ok"},
		{"pod\n for each a in pod.spec.hostAliases", "require ip(a.ip) in {\"10.0.0.0/8\", \"10.0.0\"}",
		 "E0309 at \"\"10.0.0\"\""},
		{"pod\n for each a in pod.spec.hostAliases", "require ip(a.ip) in \"10.0.0.0/33\"",
		 "E0309 at \"\"10.0.0.0/33\"\""},
		{"pod\n for each a in pod.spec.hostAliases", "require ip(a.ip) == \"10.0.0.1\"", "ok"},
		{"pod\n for each a in pod.spec.hostAliases", "require ip(a.ip) == \"10.0.0.0/8\"",
		 "E0309 at \"\"10.0.0.0/8\"\""},
		{"pod\n for each a in pod.spec.hostAliases", "require a.ip in {\"10.0.0.0/8\"}", "ok"},
		{"task", "require task.taskRoleArn == \"my role\"", "E0309 at \"\"my role\"\""},
		{"task", "require task.taskRoleArn == \"arn:aws:iam::123456789012:role/web\"", "ok"},
		{"task", "require arn(task.taskDefinitionArn) == \"x\"", "E0309 at \"\"x\"\""},
	};
	(void)state;
	RUN_ROWS(rows);
}

static void patterns(void **state)
{
	static const struct row rows[] = {
		{"container", "require container.name matches /^a.*/", "E0321 at \"/^a.*/\""},
		{"container", "require container.name matches /a.*$/i", "E0321 at \"/a.*$/i\""},
		{"container", "require container.name matches /(a)\\1/", "E0320 at \"/(a)\\1/\""},
		{"container", "require container.name matches /(?=a)/", "E0320 at \"/(?=a)/\""},
		{"container", "require container.name matches /(?<!a)b/", "E0320 at \"/(?<!a)b/\""},
		{"container", "require container.name matches /(?R)/", "E0320 at \"/(?R)/\""},
		{"container", "require container.name matches /(*COMMIT)a/", "E0320 at \"/(*COMMIT)a/\""},
		{"container", "require container.name matches /(?C1)a/", "E0320 at \"/(?C1)a/\""},
		{"container", "require container.name matches /a\\C/", "E0320 at \"/a\\C/\""},
		{"container", "require container.name matches /(a/", "E0320 at \"/(a/\""},
		{"container", "require container.name matches /[^$]+/", "ok"},
		{"container", "require container.name matches /\\^a\\$\\/b/", "ok"},
		{"container", "require container.name matches /(?:a|b){2,3}/i", "ok"},
	};
	(void)state;
	RUN_ROWS(rows);
}

static void limits(void **state)
{
	static const struct row rows[] = {
		{"workload",
		 "require some a in workload.containers satisfies some b in a.mounts satisfies some c in a.env "
		 "satisfies "
		 "c.name == \"x\"",
		 "ok"},
		{"workload",
		 "require some a in workload.containers satisfies some b in a.mounts satisfies some c in a.env "
		 "satisfies "
		 "some d in a.ports satisfies d.host_port == 0",
		 "E0003 at \"d\""},
		{"workload\n for each a in workload.containers\n for each b in a.mounts\n for each c in a.env",
		 "require some d in a.ports satisfies d.host_port == 0", "E0003 at \"d\""},
	};
	(void)state;
	RUN_ROWS(rows);
}

/* Doubling with every `let`: refused before it costs anything. */
static void a_policy_that_explodes(void **state)
{
	struct pl_buf b;
	(void)state;
	pl_buf_init(&b, arena, 0);
	pl_buf_adds(&b, "let a0(n: int) = n + n\n");
	for (int i = 1; i < 60; i++)
		pl_buf_addf(&b, "let a%d(n: int) = a%d(n) + a%d(n)\n", i, i - 1, i - 1);
	pl_buf_adds(&b, "deny x for each container require a59(container.uid) > 3\n");
	pl_buf_addc(&b, '\0');
	assert_null(compile(b.ptr));
	assert_string_equal(diags.items[0].code, "E0003");

	pl_buf_init(&b, arena, 0);
	pl_buf_adds(&b, "let f(n: int) = n + n\ndeny x for each container require ");
	for (int i = 0; i < 40; i++)
		pl_buf_adds(&b, "f(");
	pl_buf_adds(&b, "container.uid");
	for (int i = 0; i < 40; i++)
		pl_buf_addc(&b, ')');
	pl_buf_adds(&b, " > 3\n");
	pl_buf_addc(&b, '\0');
	assert_null(compile(b.ptr));
	assert_string_equal(diags.items[0].code, "E0003");
}

static void a_chain_of_lets(void **state)
{
	struct pl_buf b;
	(void)state;
	pl_buf_init(&b, arena, 0);
	for (int i = 0; i < 5000; i++)
		pl_buf_addf(&b, "let a%d = a%d + 1\n", i, i + 1);
	pl_buf_adds(&b, "let a5000 = 1\ndeny x for each container require container.uid > a0\n");
	pl_buf_addc(&b, '\0');
	assert_null(compile(b.ptr));
	assert_string_equal(diags.items[0].code, "E0003");
}

static void the_samples_of_the_manual(void **state)
{
	(void)state;
	compile_rule("pod container", "forbid container.securityContext.privilaged");
	assert_string_equal(rendered(),
			    "error[E0303]: `SecurityContext` has no field `privilaged`\n"
			    " --> t0.plim:3:36\n"
			    "  |\n"
			    "3 |   forbid container.securityContext.privilaged\n"
			    "  |                                    ^^^^^^^^^^ did you mean `privileged`?\n");
	compile_rule("container", "forbid container.securityContext.privileged");
	assert_string_equal(
		rendered(),
		"error[E0303]: `container` has no field `securityContext`\n"
		" --> t0.plim:3:20\n"
		"  |\n"
		"3 |   forbid container.securityContext.privileged\n"
		"  |                    ^^^^^^^^^^^^^^^\n"
		"  = note: `securityContext` exists only on Kubernetes containers, and this rule covers both "
		"platforms\n"
		"  = help: use a common field (added_capabilities, aws_identity, cpu_limit, cpu_request, "
		"dropped_capabilities, "
		"env, image, inherits_host_role, memory_limit, memory_request, mounts, name, non_root, ports, "
		"privilege_escalation, privileged, read_only_root, role, seccomp, uid), or narrow the rule: "
		"`for each pod container`\n");
	compile_rule("pod security_context",
		     "require security_context.seccompProfile.type in {\"RuntimeDefualt\", \"Localhost\"} if set");
	assert_string_equal(
		rendered(),
		"error[E0308]: `RuntimeDefualt` is not a possible value here\n"
		" --> t0.plim:3:52\n"
		"  |\n"
		"3 |   require security_context.seccompProfile.type in {\"RuntimeDefualt\", \"Localhost\"} if set\n"
		"  |                                                    ^^^^^^^^^^^^^^^^ did you mean "
		"\"RuntimeDefault\"?\n"
		"  = note: possible values: Localhost, RuntimeDefault, Unconfined\n");
	compile_rule("container", "require container.memory_limit <= 500m");
	assert_string_equal(rendered(),
			    "error[E0304]: memory compared with CPU\n"
			    " --> t0.plim:3:11\n"
			    "  |\n"
			    "3 |   require container.memory_limit <= 500m\n"
			    "  |           ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^\n"
			    "  = note: `m` means thousandths of a core; memory is written with Ki, Mi, Gi\n");
	compile_rule("container", "require container.memory_limit <= 4");
	assert_string_equal(rendered(), "error[E0304]: memory compared with a plain number\n"
					" --> t0.plim:3:11\n"
					"  |\n"
					"3 |   require container.memory_limit <= 4\n"
					"  |           ^^^^^^^^^^^^^^^^^^^^^^^^^^^\n"
					"  = note: memory carries a unit\n"
					"  = help: did you mean `4Gi`?\n");
	compile_rule("variable", "forbid variable.name matches /^AWS_.*$/");
	assert_string_equal(rendered(),
			    "error[E0321]: `^` and `$` are not needed\n"
			    " --> t0.plim:3:32\n"
			    "  |\n"
			    "3 |   forbid variable.name matches /^AWS_.*$/\n"
			    "  |                                ^^^^^^^^^^ a pattern always matches the whole value\n"
			    "  = help: write /AWS_.*/, or /.*AWS_.*.*/ to find it anywhere\n");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(fields),
		cmocka_unit_test(names),
		cmocka_unit_test(types),
		cmocka_unit_test(literals),
		cmocka_unit_test(patterns),
		cmocka_unit_test(limits),
		cmocka_unit_test(a_policy_that_explodes),
		cmocka_unit_test(a_chain_of_lets),
		cmocka_unit_test(the_samples_of_the_manual),
	};
	return cmocka_run_group_tests(tests, setup, teardown);
}
