/* check_rollout_test.c - roll-outs: one for a rule, keys, what their column may read, the strictest mode. */
#include "checking.h"

#define A "deny a for each container forbid container.privileged "
#define B "warn b for each mount require mount.read_only "

static void tables(void **state)
{
	static const struct file_row rows[] = {
		{A "rollout a by cluster.environment \"dev\" => audit otherwise => deny", "ok"},
		{"rollout a by cluster.environment \"dev\" => audit otherwise => deny " A, "ok"},
		{A "rollout a by namespace.labels[\"stage\"] \"dev\" => audit otherwise => deny", "ok"},
		{A "rollout a by (namespace.labels[\"stage\"] else cluster.environment) otherwise => deny", "ok"},
		{A "param stage: string = \"dev\" rollout a by stage \"dev\" => audit otherwise => deny", "ok"},
		{A "let stage = cluster.environment rollout a by stage \"dev\" => audit otherwise => deny", "ok"},
		{A "rollout b by cluster.environment otherwise => deny", "E0326 at \"b\""},
		{A "rollout a, a by cluster.environment otherwise => deny", "E0204 at \"a\""},
		{A "rollout a by cluster.environment otherwise => deny rollout a by namespace.name otherwise => deny",
		 "E0204 at \"a\""},
		{A "rollout a by cluster.environment \"x\" => warn \"x\" => warn otherwise => deny",
		 "E0327 at \"\"x\"\""},
		{A "rollout a by cluster.version \"x\" => warn otherwise => deny", "E0304 at \"cluster.version\""},
		{A "rollout a by request.operation \"CREATED\" => warn otherwise => deny", "E0308 at \"\"CREATED\"\""},
		{A "rollout a by container.name \"x\" => warn otherwise => deny", "E0302 at \"container\""},
		{A "rollout a by workload.name \"x\" => warn otherwise => deny", "E0302 at \"workload\""},
		{A "rollout a by cluster.enviroment \"x\" => warn otherwise => deny", "E0303 at \"enviroment\""},
	};
	(void)state;
	RUN_FILES(rows);
}

static void modes(void **state)
{
	static const struct {
		const char *table;
		uint8_t strictest;
	} rows[] = {
		{"\"dev\" => audit otherwise => deny", PL_AST_DENY},
		{"\"dev\" => deny otherwise => audit", PL_AST_DENY},
		{"\"dev\" => warn \"x\" => audit otherwise => audit", PL_AST_WARN},
		{"otherwise => audit", PL_AST_AUDIT},
	};
	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		pl_str text = pl_arena_printf(arena, A B "rollout b, a by cluster.environment %s", rows[i].table);
		const struct pl_program *program = compile(text.ptr);
		assert_non_null(program);
		assert_int_equal(program->rules[0].mode, rows[i].strictest);
		assert_int_equal(program->rules[1].mode, rows[i].strictest);
		assert_int_not_equal(program->rules[0].rollout, PL_NO_CODE);
		assert_int_equal(program->rules[0].rollout, program->rules[1].rollout);
		assert_int_equal(program->rules[0].needs, 0);
	}
}

static void one_over_all_files(void **state)
{
	static const char *const texts[] = {A, "rollout a by cluster.name otherwise => warn",
					    "rollout a by namespace.name otherwise => warn"};
	(void)state;
	assert_non_null(compile_with(texts, 2, NULL, 0));
	assert_null(compile_with(texts, 3, NULL, 0));
	assert_string_equal(complaint(), "E0204 at \"a\"");
	assert_memory_equal(diags.items[0].source.ptr, "t2.plim", 7);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(tables),
		cmocka_unit_test(modes),
		cmocka_unit_test(one_over_all_files),
	};
	return cmocka_run_group_tests(tests, setup, teardown);
}
