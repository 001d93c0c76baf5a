/* mutate_test.c - the small changes of a policy, each in its place, and which of them tests notice. Covers mutate.c,
 * mutate_expr.c, mutate_literal.c and mutate_try.c. */
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

static int setup(void **state)
{
	(void)state;
	arena = pl_arena_new((size_t)64 << 20, 0);
	return arena ? 0 : -1;
}

static int teardown(void **state)
{
	(void)state;
	pl_arena_free(arena);
	return 0;
}

static struct pl_suite *opened(const char *text, const struct pl_param_setting *settings, size_t setting_count)
{
	static struct pl_policy_source source;
	static struct pl_policy_input input;
	struct pl_suite *suite = NULL;
	struct pl_diags diags;
	source = (struct pl_policy_source){PL_STR("t.plim"), pl_str_from(text)};
	input = (struct pl_policy_input){
		.sources = &source, .source_count = 1, .settings = settings, .setting_count = setting_count};
	pl_diags_init(&diags, arena);
	if (pl_suite_open(&input, &suite, &diags) != PL_OK)
		fail_msg("%s\n%.*s", text, PL_FMT(diags.items[0].message));
	return suite;
}

/* Each change with its place and fate, a line each: `3:5 change: noticed`. */
static const char *listed(const char *text, const struct pl_param_setting *settings, size_t setting_count)
{
	static const char *const fates[] = {"noticed", "survived", "refused"};
	struct pl_suite *suite = opened(text, settings, setting_count);
	const struct pl_mutant *mutants;
	size_t count;
	struct pl_buf out;
	pl_buf_init(&out, arena, 0);
	for (size_t i = 0; i < pl_suite_count(suite); i++) {
		struct pl_test_result result;
		assert_int_equal(pl_suite_run(suite, i, &result), PL_OK);
		if (!result.passed)
			fail_msg("the test %.*s fails", PL_FMT(result.name));
	}
	assert_int_equal(pl_suite_mutants(suite, &mutants, &count), PL_OK);
	for (size_t i = 0; i < count; i++) {
		enum pl_mutant_fate fate;
		assert_int_equal(pl_suite_try(suite, i, &fate), PL_OK);
		pl_buf_addf(&out, "%u:%u %.*s: %s\n", mutants[i].position.line, mutants[i].position.column,
			    PL_FMT(mutants[i].change), fates[fate]);
	}
	pl_suite_close(suite);
	pl_buf_addc(&out, '\0');
	return out.ptr;
}

static void expect(const char *text, const char *want)
{
	const char *got = listed(text, NULL, 0);
	if (strcmp(got, want) == 0)
		return;
	fprintf(stderr, "%s\ngives\n%s\nnot\n%s", text, got, want); /* too long for cmocka */
	fail();
}

#define PLAIN "fixture plain = pod \"\"\"\n  spec: {containers: [{name: c, image: x}]}\n  \"\"\"\n"

/* A policy whose only test says nothing about rule a: all that compiles survives. */
#define UNTESTED                                                                                                       \
	"deny z for each object forbid object.kind == \"\"\n" PLAIN "test \"t\" of z given plain expect allow\n"

static void rules_and_clauses(void **state)
{
	(void)state;
	expect("deny a\n  for each container where container.role == \"main\"\n  when container.uid is set\n"
	       "  unless workload.host_pid\n  require container.memory_limit > 1000Mi if set\n    message \"m\"\n    "
	       "remedy "
	       "\"r\"\n"
	       "  forbid container.privileged\n" UNTESTED,
	       "1:1 rule `a` is deleted: survived\n"
	       "2:22 `where container.role == \"main\"` is deleted: survived\n"
	       "2:43 `==` becomes `!=` in `where container.role == \"main\"`: survived\n"
	       "2:46 `\"main\"` becomes `\"mainx\"` in `where container.role == \"main\"`: refused\n"
	       "3:3 `when container.uid is set` is deleted: survived\n"
	       "3:3 `when` becomes `unless` in `when container.uid is set`: survived\n"
	       "3:22 `is set` becomes `is absent` in `when container.uid is set`: survived\n"
	       "4:3 `unless workload.host_pid` is deleted: survived\n"
	       "4:3 `unless` becomes `when` in `unless workload.host_pid`: survived\n"
	       "4:10 `workload.host_pid` becomes its opposite in `unless workload.host_pid`: survived\n"
	       "5:3 `require container.memory_limit > 1000Mi if set` is deleted: survived\n"
	       "5:3 `require` becomes `forbid` in `require container.memory_limit > 1000Mi if set`: survived\n"
	       "5:43 `if set` is left out in `require container.memory_limit > 1000Mi if set`: survived\n"
	       "5:34 `>` becomes `>=` in `require container.memory_limit > 1000Mi if set`: survived\n"
	       "5:36 `1000Mi` becomes `1001Mi` in `require container.memory_limit > 1000Mi if set`: survived\n"
	       "8:3 `forbid container.privileged` is deleted: survived\n"
	       "8:3 `forbid` becomes `require` in `forbid container.privileged`: survived\n"
	       "8:10 `container.privileged` becomes its opposite in `forbid container.privileged`: survived\n"
	       "9:1 rule `z` is deleted: survived\n"
	       "9:24 `forbid` becomes `require` in `forbid object.kind == \"\"`: noticed\n"
	       "9:43 `==` becomes `!=` in `forbid object.kind == \"\"`: noticed\n"
	       "9:46 `\"\"` becomes `\"x\"` in `forbid object.kind == \"\"`: survived\n");
}

static void expressions(void **state)
{
	static const struct {
		const char *check; /* of a container */
		const char *want;  /* what comes after the flip of the verb; clause and place left out */
	} rows[] = {
		{"container.uid <= 3", "`<=` becomes `<`|`3` becomes `4`"},
		{"container.uid < 3", "`<` becomes `<=`|`3` becomes `2`"},
		{"container.uid >= 3", "`>=` becomes `>`|`3` becomes `2`"},
		{"container.uid > 3", "`>` becomes `>=`|`3` becomes `4`"},
		{"container.uid == 0", "`==` becomes `!=`|`0` becomes `1`"},
		{"0 < container.uid", "`<` becomes `<=`|`0` becomes `1`"},
		{"5 >= container.uid", "`>=` becomes `>`|`5` becomes `6`"},
		{"container.uid == 9223372036854775807", "`==` becomes `!=`|`9223372036854775807` becomes `0`"},
		{"container.uid in 1..9",
		 "`in` becomes `not in`|`1..9` becomes `2..9`|`1..9` becomes `1..8`|`1..9` becomes "
		 "`0..9`|`1..9` becomes `1..10`"},
		{"container.uid not in {1, 2,}", "`not in` becomes `in`|1 is taken out|2 is taken out"},
		{"container.uid in {1}", "`in` becomes `not in`|`1` becomes `2`"},
		{"container.memory_limit <= 4Gi", "`<=` becomes `<`|`4Gi` becomes `5Gi`"},
		{"container.cpu_limit <= 0.5", "`<=` becomes `<`|`0.5` becomes `1.5`"},
		{"container.cpu_limit < 500m", "`<` becomes `<=`|`500m` becomes `499m`"},
		{"cluster.version >= v1.29", "`>=` becomes `>`|`v1.29` becomes `v1.28`"},
		{"today < 2026-01-31", "`<` becomes `<=`|`2026-01-31` becomes `2026-01-30`"},
		{"today <= 2026-02-01", "`<=` becomes `<`|`2026-02-01` becomes `2026-02-02`"},
		{"container.name == \"a\"", "`==` becomes `!=`|`\"a\"` becomes `\"ax\"`"},
		{"container.name like \"a*\"", "`like` becomes `not like`|`\"a*\"` becomes `\"a*x\"`"},
		{"container.name matches /a+/", "`matches` becomes `not matches`"},
		{"container.name not matches /a+/i",
		 "`not matches` becomes `matches`|the `i` of a pattern is left out"},
		{"container.name is not empty", "`is not empty` becomes `is empty`"},
		{"(container.uid is absent)", "`is absent` becomes `is set`"},
		{"container.added_capabilities within {\"A\", \"B\"}",
		 "`within` becomes `not within`|`within` becomes `overlaps`|\"A\" is taken out|\"B\" is taken out"},
		{"container.added_capabilities overlaps {\"A\"}",
		 "`overlaps` becomes `not overlaps`|`overlaps` becomes `within`|`\"A\"` becomes `\"Ax\"`"},
		{"namespace.labels[\"k\"] == \"v\"",
		 "`==` becomes `!=`|`\"k\"` becomes `\"kx\"`|`\"v\"` becomes `\"vx\"`"},
		{"(container.uid else 3) > 2",
		 "`>` becomes `>=`|`container.uid` is left out|`3` is left out|`3` becomes `4`|`2` becomes `3`"},
		{"container.privileged and container.read_only_root and container.non_root",
		 "`and` becomes `or`|`container.privileged` is left out|`container.read_only_root` is left "
		 "out|`container.non_root` is left out|`container.privileged` becomes its "
		 "opposite|`container.read_only_root` becomes its opposite|`container.non_root` becomes its opposite"},
		{"(container.privileged or not container.non_root) and container.read_only_root",
		 "`and` becomes `or`|`(container.privileged or not container.non_root)` is left "
		 "out|`container.read_only_root` is left out|`or` becomes `and`|`container.privileged` is left "
		 "out|`not "
		 "container.non_root` is left out|`container.privileged` becomes its opposite|`not` is left "
		 "out|`container.read_only_root` becomes its opposite"},
		{"not (container.role == \"init\")",
		 "`not` is left out|`==` becomes `!=`|`\"init\"` becomes `\"initx\"`"},
		{"some m in container.mounts where m.read_only satisfies m.path under \"/a\"",
		 "`some` becomes `every`|`where m.read_only` is deleted|`m.read_only` becomes its opposite|`under` "
		 "becomes "
		 "`not under`|`\"/a\"` becomes `\"/ax\"`"},
		{"every m in container.mounts satisfies m.read_only",
		 "`every` becomes `some`|`m.read_only` becomes its opposite"},
		{"(no m in container.mounts satisfies m.read_only)",
		 "`no` becomes `every`|`m.read_only` becomes its opposite"},
		{"count(m in container.mounts where m.read_only) < 2 + 1",
		 "`<` becomes `<=`|`where m.read_only` is deleted|`m.read_only` becomes its opposite|`+` becomes "
		 "`-`|`2` "
		 "becomes `3`|`1` becomes `2`"},
		{"count(container.added_capabilities minus {\"A\"}) == 0",
		 "`==` becomes `!=`|`minus {\"A\"}` is left out|`\"A\"` becomes `\"Ax\"`|`0` becomes `1`"},
		{"f(container) # why\n  ", "`f(container)` becomes its opposite"},
	};
	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		pl_str text = pl_arena_printf(
			arena,
			"let f(container) = container.non_root\ndeny z for each object forbid object.kind "
			"== \"\"\n%sdeny a for each container require %s%c",
			PLAIN "test \"t\" of z given plain expect allow\n", rows[i].check, 0);
		struct pl_suite *suite = opened(text.ptr, NULL, 0);
		const struct pl_mutant *mutants;
		size_t count, k = 0;
		struct pl_buf got;
		pl_buf_init(&got, arena, 0);
		assert_int_equal(pl_suite_mutants(suite, &mutants, &count), PL_OK);
		while (k < count && !pl_str_starts(mutants[k].change, PL_STR("`require` becomes `forbid`")))
			k++;
		for (k++; k < count; k++) {
			pl_str change = mutants[k].change;
			const char *in = memmem(change.ptr, change.len, " in `", 5);
			if (in)
				change.len = (size_t)(in - change.ptr);
			pl_buf_addf(&got, "%s%.*s", got.len ? "|" : "", PL_FMT(change));
		}
		pl_buf_addc(&got, '\0');
		if (strcmp(got.ptr, rows[i].want) != 0)
			fail_msg("%s\ngives\n%s\nnot\n%s", rows[i].check, got.ptr, rows[i].want);
		pl_suite_close(suite);
	}
}

static void tables_rollouts_and_exceptions(void **state)
{
	(void)state;
	expect("policy p\n  when cluster.environment is set\n"
	       "param t: bytes by namespace.labels[\"l\"]\n  \"a\" => 1Gi\n  \"b\" => 2Gi\n  otherwise => 3Gi\n"
	       "param s: set of string = {\"a\", \"b\"}\n"
	       "let m = {\"a\" => 1, \"b\" => 2}\n"
	       "deny a for each container require container.memory_limit <= t\n"
	       "rollout a by cluster.environment\n  \"dev\" => audit\n  otherwise => deny\n"
	       "exception e from a where namespace.name == \"n\" owner \"o\" reason \"r\" expires 2030-01-01\n" PLAIN
	       "test \"t\" given plain with cluster.environment = \"x\" expect deny a\n",
	       "2:3 `when cluster.environment is set` is deleted: survived\n"
	       "2:3 `when` becomes `unless` in `when cluster.environment is set`: noticed\n"
	       "2:28 `is set` becomes `is absent` in `when cluster.environment is set`: noticed\n"
	       "3:36 `\"l\"` becomes `\"lx\"` in `param t`: survived\n"
	       "4:3 `\"a\" => 1Gi` is deleted: survived\n"
	       "4:10 `1Gi` becomes `2Gi` in `\"a\" => 1Gi`: survived\n"
	       "5:3 `\"b\" => 2Gi` is deleted: survived\n"
	       "5:10 `2Gi` becomes `3Gi` in `\"b\" => 2Gi`: survived\n"
	       "6:16 `3Gi` becomes `4Gi` in `param t`: survived\n"
	       "7:27 \"a\" is taken out in `param s: set of string = {\"a\", \"b\"}`: survived\n"
	       "7:32 \"b\" is taken out in `param s: set of string = {\"a\", \"b\"}`: survived\n"
	       "8:10 \"a\" => 1 is taken out in `let m = {\"a\" => 1, \"b\" => 2}`: survived\n"
	       "8:17 `1` becomes `2` in `let m = {\"a\" => 1, \"b\" => 2}`: survived\n"
	       "8:20 \"b\" => 2 is taken out in `let m = {\"a\" => 1, \"b\" => 2}`: survived\n"
	       "8:27 `2` becomes `3` in `let m = {\"a\" => 1, \"b\" => 2}`: survived\n"
	       "9:1 rule `a` is deleted: refused\n"
	       "9:27 `require` becomes `forbid` in `require container.memory_limit <= t`: refused\n"
	       "9:58 `<=` becomes `<` in `require container.memory_limit <= t`: survived\n"
	       "10:1 `rollout a by cluster.environment \"dev\" => audit otherwise => deny` is deleted: survived\n"
	       "11:3 `\"dev\" => audit` is deleted: survived\n"
	       "11:12 `audit` becomes `warn` in `\"dev\" => audit`: survived\n"
	       "12:16 `deny` becomes `warn` in `otherwise => deny`: noticed\n"
	       "13:1 exception `e` is deleted: survived\n"
	       "13:41 `==` becomes `!=` in `where namespace.name == \"n\"`: survived\n"
	       "13:44 `\"n\"` becomes `\"nx\"` in `where namespace.name == \"n\"`: survived\n");
}

/* What the command line sets is not the policy's to change. */
static void settings_hide_defaults(void **state)
{
	static const struct pl_param_setting setting = {{"p", 1}, {"4", 1}};
	static const char text[] = "param p: int = 3\ndeny a for each container require container.uid == p\n" PLAIN
				   "test \"t\" given plain expect deny a\n";
	(void)state;
	assert_non_null(strstr(listed(text, NULL, 0), "`3` becomes `4`"));
	assert_null(strstr(listed(text, &setting, 1), "becomes `4`"));
}

/* A test that does not look at a rule cannot notice what changes in it; one that looks at all can. */
static void who_can_notice(void **state)
{
	(void)state;
	expect("deny a for each container forbid container.privileged\n"
	       "deny b for each container require container.uid == 3\n" PLAIN
	       "test \"a\" of a given plain expect allow\n",
	       "1:1 rule `a` is deleted: survived\n"
	       "1:27 `forbid` becomes `require` in `forbid container.privileged`: noticed\n"
	       "1:34 `container.privileged` becomes its opposite in `forbid container.privileged`: noticed\n"
	       "2:1 rule `b` is deleted: survived\n"
	       "2:27 `require` becomes `forbid` in `require container.uid == 3`: refused\n"
	       "2:49 `==` becomes `!=` in `require container.uid == 3`: survived\n"
	       "2:52 `3` becomes `4` in `require container.uid == 3`: survived\n");
	expect("deny a for each container forbid container.privileged\n"
	       "deny b for each container require container.uid == 3\n" PLAIN
	       "test \"a\" given plain set \"spec.containers[0].securityContext.runAsUser\" = 3 expect allow\n",
	       "1:1 rule `a` is deleted: survived\n"
	       "1:27 `forbid` becomes `require` in `forbid container.privileged`: noticed\n"
	       "1:34 `container.privileged` becomes its opposite in `forbid container.privileged`: noticed\n"
	       "2:1 rule `b` is deleted: survived\n"
	       "2:27 `require` becomes `forbid` in `require container.uid == 3`: refused\n"
	       "2:49 `==` becomes `!=` in `require container.uid == 3`: noticed\n"
	       "2:52 `3` becomes `4` in `require container.uid == 3`: noticed\n");
}

/* A set of images is checked where it is used: a test's own settings may be what no longer compiles. */
static void settings_that_no_longer_fit(void **state)
{
	(void)state;
	expect("param p: set of string = {}\ndeny a for each image require image.registry in p\n" PLAIN
	       "test \"t\" given plain with p = {\"docker.io\"} expect allow\n",
	       "2:1 rule `a` is deleted: refused\n"
	       "2:23 `require` becomes `forbid` in `require image.registry in p`: noticed\n"
	       "2:46 `in` becomes `not in` in `require image.registry in p`: noticed\n");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(rules_and_clauses, setup, teardown),
		cmocka_unit_test_setup_teardown(expressions, setup, teardown),
		cmocka_unit_test_setup_teardown(tables_rollouts_and_exceptions, setup, teardown),
		cmocka_unit_test_setup_teardown(settings_hide_defaults, setup, teardown),
		cmocka_unit_test_setup_teardown(who_can_notice, setup, teardown),
		cmocka_unit_test_setup_teardown(settings_that_no_longer_fit, setup, teardown),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
