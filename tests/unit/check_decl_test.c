/* check_decl_test.c - names of a policy set, parameters, decision tables and --set. */
#include "checking.h"

static void names_are_defined_once(void **state)
{
	static const struct file_row rows[] = {
		{"deny a for each pod require true == true deny a for each pod require true == true", "E0203 at \"a\""},
		{"let x = 1 let x = 2", "E0203 at \"x\""},
		{"param x: int = 1 param x: int = 2", "E0203 at \"x\""},
		{"param x: int = 1 let x = 2", "E0203 at \"x\""},
		{"let version = 2", "E0203 at \"version\""},
		{"let container = 2", "E0203 at \"container\""},
		{"param today: int = 2", "E0203 at \"today\""},
		{"let f() = 2", "E0312 at \"f\""},
		{"let a = 1 let b = a", "ok"},
		{"let b = a let a = 1", "ok"},
		{"let a = b let b = a deny x for each container require container.uid > a", "E0313 at \"a\""},
		{"let a = b let b = a", "E0313 at \"a\""},
		{"param a: int = b param b: int = a", "E0313 at \"a\""},
		{"let f(c: container) = g(c) let g(c: container) = f(c) deny x for each container require f(container)",
		 "E0313 at \"f\""},
		{"let f(c: container) = c.privileged deny x for each container require f(container, 3)",
		 "E0314 at \"f(container, 3)\""},
		{"let f(c: container) = c.privileged deny x for each container require f", "E0314 at \"f\""},
		{"let f(c: container) = c.privileged deny x for each container require f(workload)",
		 "E0304 at \"workload\""},
		{"let f(c) = c.privileged deny x for each container require f(container)", "E0201 at \"c\""},
		{"let f(container) = container.privileged deny x for each container require f(container)", "ok"},
		{"let f(container) = container.privileged deny x for each mount require f(mount.container)", "ok"},
		{"let f(p: path) = p under \"/a\" deny x for each mount require f(mount.path) require f(\"/a/b\")",
		 "ok"},
		{"let f(p: path) = p under \"/a\" deny x for each mount require f(\"a\")", "E0309 at \"\"a\"\""},
		/* the scope of a `let` is its own */
		{"let f(c: container) = pod.spec.hostPID deny x for each pod container require f(container)",
		 "E0302 at \"pod\""},
		{"let h = workload.host_pid deny x for each container forbid h", "ok"},
		/* what nobody uses is checked all the same */
		{"let f(c: container) = c.privilaged", "E0303 at \"privilaged\""},
		{"let f(c: container) = c.securityContext.privileged", "ok"},
		{"let f(c: container) = c.readonlyRootFilesystem", "ok"},
		{"let f(c: container) = c.uid > 3", "ok"},
		{"let f(c: container) = not c.uid > 3", "ok"},
		{"let a = nosuch", "E0302 at \"nosuch\""},
		{"let s = {1, \"a\"}", "E0304 at \"{1, \"a\"}\""},
		{"let a = {\"x\" => 1, \"x\" => 2}", "E0327 at \"\"x\"\""},
		{"let a = {\"x\" => 1, \"y\" => \"z\"}", "E0304 at \"{\"x\" => 1, \"y\" => \"z\"}\""},
		{"let a = {\"x\"} let b = {a, \"y\"} deny x for each container require container.name in b", "ok"},
		{"test \"t\" of nosuch given pod \"\"\"\n  a: b\n  \"\"\"\n  expect allow", "E0326 at \"nosuch\""},
		{"test \"t\" given pod \"\"\"\n  a: b\n  \"\"\"\n  expect deny nosuch", "E0326 at \"nosuch\""},
		{"test \"t\" given nosuch\n  expect allow", "E0302 at \"nosuch\""},
		{"fixture f = pod \"\"\"\n  a: b\n  \"\"\"\ntest \"t\" given f\n  expect allow", "ok"},
		{"fixture f = pod \"\"\"\n  a: b\n  \"\"\"\nfixture f = pod \"\"\"\n  a: b\n  \"\"\"",
		 "E0203 at \"f\""},
	};
	(void)state;
	RUN_FILES(rows);
}

static void so_many_rules_and_no_more(void **state)
{
	struct pl_buf b;
	(void)state;
	for (unsigned n = PL_MAX_RULES; n <= PL_MAX_RULES + 1; n++) {
		pl_buf_init(&b, arena, 1u << 20);
		for (unsigned i = 0; i < n; i++)
			pl_buf_addf(&b, "deny r%u for each pod require true == true\n", i);
		pl_buf_addc(&b, '\0');
		const struct pl_program *program = compile(b.ptr);
		assert_string_equal(complaint(), n == PL_MAX_RULES ? "ok" : "E0003 at \"r4096\"");
		assert_int_equal(diags.errors, n - PL_MAX_RULES);
		assert_int_equal(program ? program->rule_count : 0, n == PL_MAX_RULES ? 4096 : 0);
	}
}

static void the_other_place_is_named(void **state)
{
	static const char *const texts[] = {"deny a for each pod\n  require true == true\n",
					    "\n\n  deny a for each pod\n  require true == true\n"};
	(void)state;
	assert_null(compile_with(texts, 2, NULL, 0));
	assert_string_equal(rendered(), "error[E0203]: the rule `a` is defined twice\n"
					" --> t1.plim:3:8\n"
					"  |\n"
					"3 |   deny a for each pod\n"
					"  |        ^\n"
					"  = note: first defined at t0.plim:1:6\n");
}

static void lets_belong_to_their_file(void **state)
{
	static const char *const texts[] = {"let low = 1 deny a for each container require container.uid > low",
					    "let low = 2 deny b for each container require container.uid > low"};
	static const char *const foreign[] = {"let low = 1", "deny b for each container require container.uid > low"};
	static const char *const shared[] = {"param low: int = 1",
					     "deny b for each container require container.uid > low"};
	static const char *const twice[] = {"param low: int = 1", "param low: int = 1"};
	(void)state;
	assert_non_null(compile_with(texts, 2, NULL, 0));
	assert_null(compile_with(foreign, 2, NULL, 0));
	assert_string_equal(complaint(), "E0302 at \"low\"");
	assert_non_null(compile_with(shared, 2, NULL, 0));
	assert_null(compile_with(twice, 2, NULL, 0));
	assert_string_equal(complaint(), "E0203 at \"low\"");
}

static void parameters(void **state)
{
	static const struct file_row rows[] = {
		{"param p: int = 3", "ok"},
		{"param p: int = 3Gi", "E0304 at \"3Gi\""},
		{"param p: int = 500m", "E0304 at \"500m\""},
		{"param p: int = \"3\"", "E0310 at \"\"3\"\""},
		{"param p: bytes = 3", "E0304 at \"3\""},
		{"param p: cores = 3", "ok"},
		{"param p: quantity = 3Gi", "ok"},
		{"param p: bool = 1", "E0304 at \"1\""},
		{"param p: path = \"etc\"", "E0309 at \"\"etc\"\""},
		{"param p: version = v1.2", "ok"},
		{"param p: version = \"v1.2\"", "E0304 at \"\"v1.2\"\""},
		{"param p: date = 2026-01-01", "ok"},
		{"param p: set of ip = {\"10.0.0.0/8\", \"10.1.1.1\"}", "ok"},
		{"param p: ip = \"10.0.0.0/8\"", "E0309 at \"\"10.0.0.0/8\"\""},
		{"param p: set of string = {1}", "E0304 at \"{1}\""},
		{"param p: set of string = \"a\"", "E0304 at \"\"a\"\""},
		{"param p: set of string = {}", "ok"},
		{"param p: map of string to int = {\"a\" => 1}", "ok"},
		{"param p: map of string to int = {\"a\" => \"b\"}", "E0304 at \"{\"a\" => \"b\"}\""},
		{"param p: strin = \"a\"", "E0201 at \"strin\""},
		{"param p: set of set of int = {}", "E0201 at \"set of int\""},
		{"param p: int = cluster.name", "E0304 at \"cluster.name\""},
		{"param p: string = workload.name", "E0302 at \"workload\""},
		/* tables */
		{"param p: bytes by namespace.name \"a\" => 1Gi otherwise => 2Gi", "ok"},
		{"param p: bytes by namespace.name \"a\" => 1 otherwise => 2Gi", "E0304 at \"1\""},
		{"param p: bytes by namespace.name \"a\" => 1Gi \"a\" => 3Gi otherwise => 2Gi", "E0327 at \"\"a\"\""},
		{"param p: bytes by today \"a\" => 1Gi otherwise => 2Gi", "E0304 at \"today\""},
		{"param p: bytes by request.operation \"Create\" => 1Gi otherwise => 2Gi", "E0308 at \"\"Create\"\""},
		/* uses */
		{"param p: set of string = {\"docker.io\"} deny x for each image require image under p", "ok"},
		{"param p: set of string = {\"acme\"} deny x for each image require image under p",
		 "E0309 at \"\"acme\"\""},
		{"param p: string by namespace.name \"a\" => \"ghcr.io\" otherwise => \"acme\"\n"
		 "deny x for each image require image under p",
		 "E0309 at \"\"acme\"\""},
		{"param p: string by namespace.name \"a\" => \"ghcr.io\" otherwise => \"docker.io/acme/\"\n"
		 "deny x for each image require image under p",
		 "ok"},
		{"param p: string = \"etc\" deny x for each mount require mount.path under p", "E0309 at \"\"etc\"\""},
		{"param p: bytes by namespace.name \"a\" => 1Gi otherwise => 2Gi\n"
		 "deny x for each container require container.cpu_limit < p",
		 "E0304 at \"container.cpu_limit < p\""},
	};
	(void)state;
	RUN_FILES(rows);
}

struct set_row {
	const char *type, *value, *expect;
};

static void settings(void **state)
{
	static const struct set_row rows[] = {
		{"int", "5", "ok"},
		{"int", " 5 ", "ok"},
		{"int", "5Gi", "E0304 at \"5Gi\""},
		{"int", "five", "E0304 at \"five\""},
		{"int", "\"5\"", "E0310 at \"\"5\"\""},
		{"int", "5 6", "E0100 at \"6\""},
		{"int", "", "E0100 at \"\""},
		{"bytes", "8Gi", "ok"},
		{"bytes", "8", "E0304 at \"8\""},
		{"bool", "true", "ok"},
		{"bool", "yes", "E0304 at \"yes\""},
		{"string", "hello world", "ok"},
		{"string", "\"hello\"", "ok"},
		{"string", "\"hello", "E0002 at \"\"hello\""},
		{"path", "/etc", "ok"},
		{"path", "etc", "E0309 at \"etc\""},
		{"version", "v1.29", "ok"},
		{"version", "1.29", "E0304 at \"1.29\""},
		{"date", "2026-11-22", "ok"},
		{"set of string", "a,b , c", "ok"},
		{"set of string", "", "ok"},
		{"set of string", "{}", "ok"},
		{"set of string", "{\"a\", \"b\"}", "ok"},
		{"set of string", "{a, b}", "E0304 at \"{a, b}\""},
		{"set of int", "1,2", "ok"},
		{"set of int", "1,x", "E0304 at \"x\""},
		{"set of int", "1,,2", "E0100 at \"\""},
		{"set of path", "/a,b", "E0309 at \"b\""},
		{"set of ip", "10.0.0.0/8,::1", "ok"},
		{"set of ip", "10.0.0.0/99", "E0309 at \"10.0.0.0/99\""},
	};
	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		const char *zero = strcmp(rows[i].type, "set of") > 0 && !strncmp(rows[i].type, "set", 3) ? "{}"
				   : !strcmp(rows[i].type, "int")					  ? "1"
				   : !strcmp(rows[i].type, "bytes")					  ? "1Gi"
				   : !strcmp(rows[i].type, "bool")					  ? "false"
				   : !strcmp(rows[i].type, "version")					  ? "v1"
				   : !strcmp(rows[i].type, "date")					  ? "2026-01-01"
													  : "\"/\"";
		char text[128];
		snprintf(text, sizeof text, "param p: %s = %s", rows[i].type, zero);
		const char *texts[] = {text};
		struct pl_param_setting s = {PL_STR("p"), pl_str_from(rows[i].value)};
		compile_with(texts, 1, &s, 1);
		if (strcmp(complaint(), rows[i].expect) != 0)
			fail_msg("%s = %s: expected %s, got %s\n%s", rows[i].type, rows[i].value, rows[i].expect,
				 complaint(), rendered());
	}
}

static void settings_of_a_set(void **state)
{
	static const char *const texts[] = {"param p: set of string = {}\ndeny x for each image require image under p\n"
					    "param t: int by namespace.name \"a\" => 1 otherwise => 2\n"
					    "deny y for each container require container.uid > t"};
	struct pl_param_setting unknown[] = {{PL_STR("q"), PL_STR("1")}};
	struct pl_param_setting twice[] = {{PL_STR("t"), PL_STR("1")}, {PL_STR("t"), PL_STR("1")}};
	struct pl_param_setting bad[] = {{PL_STR("p"), PL_STR("docker.io/acme/,acme")}};
	struct pl_param_setting good[] = {{PL_STR("p"), PL_STR("docker.io/acme/,ghcr.io")}, {PL_STR("t"), PL_STR("7")}};
	(void)state;
	assert_null(compile_with(texts, 1, unknown, 1));
	assert_string_equal(complaint(), "E0302 at \"q\"");
	assert_null(compile_with(texts, 1, twice, 2));
	assert_string_equal(complaint(), "E0203 at \"t\"");
	assert_null(compile_with(texts, 1, bad, 1));
	assert_string_equal(complaint(), "E0309 at \"acme\"");
	assert_memory_equal(diags.items[0].source.ptr, "--set p", 7);
	const struct pl_program *p = compile_with(texts, 1, good, 2);
	if (!p)
		fail();
	assert_int_equal(p->switch_count, 0); /* the table is replaced */
	assert_int_equal(p->param_count, 2);
	assert_memory_equal(p->params[0].type.ptr, "set of string", p->params[0].type.len);
	assert_true(p->params[1].table);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(names_are_defined_once),

		cmocka_unit_test(so_many_rules_and_no_more),
		cmocka_unit_test(the_other_place_is_named),
		cmocka_unit_test(lets_belong_to_their_file),
		cmocka_unit_test(parameters),
		cmocka_unit_test(settings),
		cmocka_unit_test(settings_of_a_set),
	};
	return cmocka_run_group_tests(tests, setup, teardown);
}
