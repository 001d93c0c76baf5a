/* cost_test.c - which rules are too expensive, and that lists inside containers are counted once for the whole
 * workload. */
#include "checking.h"

static void bounds(void **state)
{
	static const struct row rows[] = {
		{"variable", "require variable.name matches /[a-z]+/", "ok"}, /* 8,192 x 50 */
		{"container", "require some v in container.env satisfies v.name matches /[a-z]+/", "ok"}, /* the same */
		{"workload",
		 "require some c in workload.containers satisfies some v in c.env satisfies v.name matches /[a-z]+/",
		 "ok"},
		{"pod container", "require some m in container.volumeMounts satisfies m.name matches /[a-z]+/", "ok"},
		{"container", "require some o in workload.containers satisfies o.name matches /[a-z]+/",
		 "ok"}, /* 128 x 128 */
		{"mount", "require some v in mount.container.env satisfies v.name == \"a\"", "E0003 at \"x\""},
		{"variable", "require some o in workload.containers satisfies o.name matches /[a-z]+/",
		 "E0003 at \"x\""},
		{"pod container\n for each a in container.args", "require a matches /[a-z]+/",
		 "E0003 at \"x\""}, /* 128 x 1,024 x 50 */
		{"pod container\n for each a in container.args", "require a like \"a*\"", "ok"},
		{"variable\n for each v in {\"a\", \"b\", \"c\"}", "require variable.name != v", "ok"},
	};
	(void)state;
	RUN_ROWS(rows);
}

/* 21 rules of 2.4 million steps each: none is too dear, all together are. */
static void a_set_of_dear_rules(void **state)
{
	struct pl_buf b;
	(void)state;
	for (unsigned n = 20; n <= 21; n++) {
		pl_buf_init(&b, arena, 0);
		for (unsigned i = 0; i < n; i++) {
			pl_buf_addf(&b, "deny r%u for each variable require ", i);
			for (unsigned k = 0; k < 6; k++)
				pl_buf_addf(&b, "%svariable.name matches /[a-z]%u+/", k ? " or " : "", k);
			pl_buf_adds(&b, "\n");
		}
		pl_buf_addc(&b, '\0');
		compile(b.ptr);
		assert_string_equal(complaint(), n == 20 ? "ok" : "E0003 at \"r20\"");
	}
}

/* The three most expensive of the whole set, wherever they stand. */
static void the_dearest_parts_of_a_set_are_named(void **state)
{
	struct pl_buf b;
	(void)state;
	pl_buf_init(&b, arena, 0);
	pl_buf_adds(&b,
		    "deny first for each variable require variable.name matches /a+x/ or variable.name matches /b+x/ "
		    "or variable.name matches /c+x/ or variable.name matches /d+x/ or variable.name matches /e+x/ "
		    "or variable.name matches /f+x/ or variable.name matches /g+x/\n");
	for (unsigned i = 0; i < 118; i++)
		pl_buf_addf(&b, "deny r%u for each variable require variable.name matches /h+x%u/\n", i, i);
	pl_buf_addc(&b, '\0');
	compile(b.ptr);
	assert_int_equal(diags.errors, 1);
	const char *text = rendered();
	assert_non_null(strstr(text,
			       "error[E0003]: the policy set up to the rule `r115` may take 50380800 steps for the "
			       "largest document; the limit is 50000000\n"));
	assert_non_null(strstr(
		text, "    = note: 2867200 steps at t0.plim:1:38: variable.name matches /a+x/ or "
		      "variable.name matches /b+x/ or variable.name matches /c+x/ or variable.name matches /d+x/...\n"
		      "    = note: 409600 steps at t0.plim:2:35: variable.name matches /h+x0/\n"
		      "    = note: 409600 steps at t0.plim:3:35: variable.name matches /h+x1/\n"));
}

static void the_dearest_parts_are_named(void **state)
{
	(void)state;
	compile("deny x\n"
		"  for each variable\n"
		"  require some c in workload.containers satisfies c.name == variable.name\n"
		"  require variable.name matches /[a-z]+/\n"
		"  require variable.from_secret\n"
		"  forbid variable.name == \"a\"\n"
		"  require every c in workload.containers satisfies c.image matches /[a-z]+/\n");
	assert_string_equal(
		rendered(),
		"error[E0003]: the rule `x` may take 56000512 steps for the largest document; the limit is 5000000\n"
		" --> t0.plim:1:6\n"
		"  |\n"
		"1 | deny x\n"
		"  |      ^\n"
		"  = note: 53477376 steps at t0.plim:7:11: every c in workload.containers satisfies c.image matches "
		"/[a-z]+/\n"
		"  = note: 2097152 steps at t0.plim:3:11: some c in workload.containers satisfies c.name == "
		"variable.name\n"
		"  = note: 409600 steps at t0.plim:4:11: variable.name matches /[a-z]+/\n"
		"  = help: begin the rule where the lists are (`for each mount`, `for each variable`), or compare with "
		"`==` and "
		"`like` instead of a pattern\n");
}

/* What the machine may run is what is counted: guards of the policy, and the one element that stands for the rows of a
 * data file that is not there. Found by fuzz/program. */
static void all_that_runs_is_counted(void **state)
{
	static const struct {
		const char *text;
		uint64_t steps;
	} rows[] = {
		{"deny x for each container forbid container.privileged", 128},
		{"policy p when request.dry_run and request.dry_run deny x for each container forbid "
		 "container.privileged",
		 3 * 128},
		{"policy p unless request.dry_run deny x for each pod for each t in pod.spec.tolerations when "
		 "t.operator is set forbid t.operator == \"Exists\"",
		 3 * 1024},
		{"data d: set of string from \"d.txt\" deny x for each object for each s in d forbid s == \"a\"", 1},
		{"data d: set of string from \"d.txt\" deny x for each object require no s in d satisfies s == \"a\"",
		 2},
	};
	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		const struct pl_program *p = compile(rows[i].text);
		assert_string_equal(rendered(), "");
		assert_int_equal(p->rules[0].cost, rows[i].steps);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(bounds),
		cmocka_unit_test(a_set_of_dear_rules),
		cmocka_unit_test(the_dearest_parts_of_a_set_are_named),
		cmocka_unit_test(the_dearest_parts_are_named),
		cmocka_unit_test(all_that_runs_is_counted),
	};
	return cmocka_run_group_tests(tests, setup, teardown);
}
