/* check_exception_test.c - exceptions: which rules, which names are in scope, what is no limit; what is made of them.
 */
#include "checking.h"

#define REST "owner \"o\" reason \"r\" expires 2027-03-31 "
#define A    "deny a for each container forbid container.privileged "
#define B    "deny b for each mount require mount.read_only "
#define P    "deny p for each pod container forbid container.privileged "

static void rules_are_named_once(void **state)
{
	static const struct file_row rows[] = {
		{A "exception e from a where namespace.name == \"x\" " REST, "ok"},
		{"exception e from a where namespace.name == \"x\" " REST A, "ok"},
		{A "exception e from b where namespace.name == \"x\" " REST, "E0326 at \"b\""},
		{"exception e from a where namespace.name == \"x\" " REST, "E0326 at \"a\""},
		{A "exception e from malformed-document where namespace.name == \"x\" " REST,
		 "E0326 at \"malformed-document\""},
		{A "exception e from a, a where namespace.name == \"x\" " REST, "E0203 at \"a\""},
		{A B "exception e from a, b, a where namespace.name == \"x\" " REST, "E0203 at \"a\""},
		{A "exception e from a where namespace.name == \"x\" " REST
		   "exception e from a where namespace.name == \"y\" " REST,
		 "E0203 at \"e\""},
		/* names of their own: a rule, a parameter and an exception may share one */
		{A "exception a from a where namespace.name == \"x\" " REST "param b: int = 1", "ok"},
		{A "exception e from a where namespace.name == \"x\" owner \"o\" reason \"r\" expires 1999-01-01",
		 "ok"},
	};
	(void)state;
	RUN_FILES(rows);
}

static void what_all_rules_have_is_in_scope(void **state)
{
	static const struct file_row rows[] = {
		{A B "exception e from a, b where container.name == \"x\" " REST, "ok"},
		{A B "exception e from a, b where mount.path == \"/x\" " REST, "E0302 at \"mount\""},
		{A B "exception e from b, a where mount.path == \"/x\" " REST, "E0302 at \"mount\""},
		{A B "exception e from b where mount.path == \"/x\" and container.name == \"x\" " REST, "ok"},
		{A P "exception e from p where pod.spec.nodeName == \"x\" " REST, "ok"},
		{A P "exception e from a, p where pod.spec.nodeName == \"x\" " REST, "E0302 at \"pod\""},
		{A P "exception e from p where container.imagePullPolicy == \"Never\" " REST, "ok"},
		{A P "exception e from a, p where container.imagePullPolicy == \"Never\" " REST,
		 "E0303 at \"imagePullPolicy\""},
		{"deny o for each object require object.kind != \"X\" "
		 "exception e from o where object.metadata.name == \"x\" " REST,
		 "ok"},
		{"deny o for each object require object.kind != \"X\" "
		 "exception e from o where workload.name == \"x\" " REST,
		 "E0302 at \"workload\""},
		{"deny i for each image require image.digest is set "
		 "exception e from i where image.registry == \"r.example\" " REST,
		 "ok"},
		{"deny s for each pod security_context require security_context.runAsUser is set "
		 "exception e from s where security_context.runAsUser == 0 " REST,
		 "ok"},
		{"deny t for each task require task.family != \"x\" "
		 "exception e from t where task.family like \"old-*\" and cluster.account == \"111122223333\" " REST,
		 "ok"},
	};
	(void)state;
	RUN_FILES(rows);
}

#define V(name, list)                                                                                                  \
	"deny " name " for each container for each v in container." list " require container.name == \"x\" "

static void loop_variables(void **state)
{
	static const struct file_row rows[] = {
		{V("a", "env") "exception e from a where v.name == \"x\" " REST, "ok"},
		{V("a", "env") V("b", "env") "exception e from a, b where v.name == \"x\" " REST, "ok"},
		{V("a", "env") V("b", "ports") "exception e from a, b where v.container_port == 1 " REST,
		 "E0303 at \"container_port\""},
		{V("a", "ports") V("b", "env") "exception e from a, b where v.container_port == 1 " REST,
		 "E0302 at \"v\""},
		{V("a", "env") A "exception e from a where v.name == \"x\" " REST, "E0203 at \"a\""},
		{V("b", "env") A "exception e from b, a where v.name == \"x\" " REST, "E0302 at \"v\""},
		{V("a", "env") "exception e from a where some v in container.ports satisfies v.host_port == 1 " REST,
		 "E0315 at \"v\""},
		/* the rule's loops and the quantifiers of `where` together: three, and no more */
		{V("a", "env") "exception e from a where some m in container.mounts satisfies some p in "
			       "container.ports satisfies p.host_port == 1 " REST,
		 "ok"},
		{V("a", "env") "exception e from a where some m in container.mounts satisfies some p in "
			       "container.ports satisfies some q in container.ports satisfies q.host_port == 1 " REST,
		 "E0003 at \"q\""},
	};
	(void)state;
	RUN_FILES(rows);
}

static void something_missing_never_grants(void **state)
{
	static const struct file_row rows[] = {
		{A "exception e from a where namespace.labels[\"x\"] == \"y\" " REST, "ok"},
		{A "exception e from a where not namespace.labels[\"x\"] == \"y\" " REST,
		 "E0301 at \"namespace.labels[\"x\"]\""},
		{A "exception e from a where no c in workload.containers satisfies c.uid == 0 " REST,
		 "E0301 at \"c.uid\""},
		/* what the guards of a rule make known is not known here */
		{"deny g for each container when container.uid is set forbid container.uid == 0 "
		 "exception e from g where container.uid is set and container.name == \"x\" " REST,
		 "ok"},
		{"deny g for each container when container.uid is set forbid container.uid == 0 "
		 "exception e from g where not container.uid == 0 " REST,
		 "E0301 at \"container.uid\""},
	};
	(void)state;
	RUN_FILES(rows);
}

static void a_limit_is_demanded(void **state)
{
#define WHERE(condition) A "exception e from a where " condition " " REST
	static const struct file_row rows[] = {
		{WHERE("true"), "E0325 at \"true\""},
		{WHERE("1 == 1"), "E0325 at \"1 == 1\""},
		{WHERE("\"a\" != \"b\""), "E0325 at \"\"a\" != \"b\"\""},
		{WHERE("not false"), "E0325 at \"not false\""},
		{WHERE("3 < 4"), "E0325 at \"3 < 4\""},
		{WHERE("today < 2030-01-01"), "E0325 at \"today < 2030-01-01\""},
		{WHERE("true and true"), "E0325 at \"true and true\""},
		{WHERE("namespace.name == \"x\" or true"), "E0325 at \"namespace.name == \"x\" or true\""},
		{WHERE("namespace.name == \"x\" or 3 < 4"), "E0325 at \"namespace.name == \"x\" or 3 < 4\""},
		{WHERE("namespace.name == \"x\" and true"), "ok"},
		{WHERE("namespace.name == \"x\" and today < 2030-01-01"), "ok"},
		{WHERE("namespace.name == \"x\" or false"), "ok"},
		{WHERE("namespace.name == \"x\" or 1 == 2"), "ok"},
		{WHERE("false"), "ok"},
		{WHERE("not true"), "ok"},
		{WHERE("false and true"), "ok"},
		{"let l = true " WHERE("l"), "E0325 at \"l\""},
		{"param on: bool = true " WHERE("on"), "E0325 at \"on\""},
		{"param on: bool = false " WHERE("on"), "ok"},
		{"param names: set of string = {\"x\"} " WHERE("namespace.name in names"), "ok"},
		{WHERE("some c in workload.containers satisfies true"), "ok"},
		{WHERE("container.name"), "E0318 at \"container.name\""},
	};
	(void)state;
	RUN_FILES(rows);
}

static void other_files_and_order(void **state)
{
	static const char *const texts[] = {
		"exception z from a, p where namespace.name == \"x\" " REST
		"exception b from a where namespace.name == \"y\" owner \"me\" reason \"r\" expires 2026-01-02",
		P A, "exception m from a where container.name == \"y\" " REST};
	(void)state;
	const struct pl_program *program = compile_with(texts, 3, NULL, 0);
	if (!program)
		fail_msg("%s", rendered());
	const struct pl_rule *a = &program->rules[0], *p = &program->rules[1];
	assert_int_equal(a->exception_count, 3);
	assert_memory_equal(a->exceptions[0].name.ptr, "b", 1);
	assert_memory_equal(a->exceptions[1].name.ptr, "m", 1);
	assert_memory_equal(a->exceptions[2].name.ptr, "z", 1);
	assert_memory_equal(a->exceptions[0].owner.ptr, "me", 2);
	assert_int_equal(a->exceptions[0].expires, 20455);
	assert_int_equal(a->exceptions[0].where_words.len, strlen("where namespace.name == \"y\""));
	assert_int_equal(a->rollout, PL_NO_CODE);
	assert_int_equal(p->exception_count, 1);
	assert_int_equal(p->exceptions[0].where, a->exceptions[2].where);
	/* what an exception reads is not what the rule needs */
	assert_int_equal(a->needs, 0);
}

static void a_rule_with_errors_is_left_alone(void **state)
{
	(void)state;
	compile("deny a for each container forbid container.privilegd "
		"exception e from a where container.name == \"x\" " REST
		"rollout a by cluster.name \"x\" => warn otherwise => deny");
	assert_int_equal(diags.errors, 1);
	assert_string_equal(complaint(), "E0303 at \"privilegd\"");
}

static void steps_are_counted(void **state)
{
	(void)state;
	const char *base = "deny a for each variable where variable.name matches /[a-z]+x[0-9]/ "
			   "require variable.name matches /[a-z]+y[0-9]/ ";
	pl_str text = pl_str_from(base);
	for (unsigned i = 0; i < 11; i++)
		text = pl_arena_printf(arena,
				       "%.*sexception e%u from a where variable.name matches /[a-z]+%u[0-9]/ " REST,
				       PL_FMT(text), i, i);
	assert_null(compile(text.ptr));
	assert_string_equal(complaint(), "E0003 at \"a\"");
	assert_non_null(compile(base));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(rules_are_named_once),
		cmocka_unit_test(what_all_rules_have_is_in_scope),
		cmocka_unit_test(loop_variables),
		cmocka_unit_test(something_missing_never_grants),
		cmocka_unit_test(a_limit_is_demanded),
		cmocka_unit_test(other_files_and_order),
		cmocka_unit_test(a_rule_with_errors_is_left_alone),
		cmocka_unit_test(steps_are_counted),
	};
	return cmocka_run_group_tests(tests, setup, teardown);
}
