/* pattern_test.c - what is refused in a pattern and where, and which patterns are something simpler. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>

#include "lang/pattern.h"

static void faults(void **state)
{
	static const struct {
		const char *pattern, *what;
		size_t at;
	} rows[] = {
		{"(a)\\1", "a back-reference", 3},
		{"\\g{1}", "a back-reference", 0},
		{"\\k<n>", "a back-reference", 0},
		{"(?P=n)", "a back-reference", 0},
		{"a(?=b)", "look-ahead", 1},
		{"a(?!b)", "look-ahead", 1},
		{"(*positive_lookahead:b)", "a verb", 0},
		{"(?<=b)a", "look-behind", 0},
		{"(?<!b)a", "look-behind", 0},
		{"(?R)", "recursion", 0},
		{"(?1)", "recursion", 0},
		{"(?-1)", "recursion", 0},
		{"(?+1)", "recursion", 0},
		{"(?&n)", "recursion", 0},
		{"(?P>n)", "recursion", 0},
		{"(*SKIP)", "a verb", 0},
		{"(?C)", "a callout", 0},
		{"(?(1)a|b)", "a condition", 0},
		{"a\\Cb", "`\\C`", 1},
		{"a\\Kb", "`\\K`", 1},
		{"\\Qa\\E", "`\\Q` or `\\E`", 0},
		{"a\\", "a backslash at the end", 1},
		{"a(b", "a `(` that is not closed", 0},
		{"a)b", "a `)` that closes nothing", 1},
		{"a[b", "a `[` that is not closed", 1},
		{"[]", "a `[` that is not closed", 0},
		{"[^]", "a `[` that is not closed", 0},
		{"[a\\]", "a `[` that is not closed", 0},
		{"[[:alpha:]", "a `[` that is not closed", 0},
		{"^a", "`^` and `$`", 0},
		{"a$", "`^` and `$`", 1},
		{"(^a|b)", "`^` and `$`", 1},
	};
	(void)state;
	for (unsigned i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct pl_pattern_fault fault;
		if (pl_pattern_check(pl_str_from(rows[i].pattern), &fault))
			fail_msg("%s is accepted", rows[i].pattern);
		assert_string_equal(fault.what, rows[i].what);
		assert_int_equal(fault.at, rows[i].at);
		assert_true(fault.at + fault.len <= strlen(rows[i].pattern));
		assert_int_equal(fault.anchor, strcmp(rows[i].what, "`^` and `$`") == 0);
	}
}

static void accepted(void **state)
{
	static const char *const rows[] = {
		"",	    "a",       "[a-z]+",   "(?:a|b)",	  "(?i)a",   "(?<name>a)", "(?P<name>a)", "(?>a)",
		"\\d{1,3}", "[]a]",    "[^]a]",	   "[[:alpha:]]", "[\\]]",   "\\(\\)",	   "\\^\\$",	  "[$^]",
		"\\0",	    "\\x{20}", "(?#note)", "a{2}b??c*+",  "\\p{Lu}", "(?|a|b)",
	};
	(void)state;
	for (unsigned i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct pl_pattern_fault fault;
		if (!pl_pattern_check(pl_str_from(rows[i]), &fault))
			fail_msg("%s is refused: %s", rows[i], fault.what);
		assert_null(fault.what);
	}
}

static void plans(void **state)
{
	static const struct {
		const char *pattern;
		enum pl_pattern_form form;
		const char *texts; /* with | between */
	} rows[] = {
		{"", PL_PATTERN_LITERAL, ""},
		{"abc", PL_PATTERN_LITERAL, "abc"},
		{"a\\.b\\*", PL_PATTERN_LITERAL, "a.b*"},
		{"(abc)", PL_PATTERN_LITERAL, "abc"},
		{"a|b|c", PL_PATTERN_CHOICE, "a|b|c"},
		{"(?:a|b)", PL_PATTERN_CHOICE, "a|b"},
		{"(a|)", PL_PATTERN_CHOICE, "a|"},
		{".*", PL_PATTERN_LIKE, "*"},
		{"a.*", PL_PATTERN_LIKE, "a*"},
		{".*a\\.b.*c", PL_PATTERN_LIKE, "*a.b*c"},
		{"a.*b|c", PL_PATTERN_GENERAL, NULL},
		{"a.b", PL_PATTERN_GENERAL, NULL},
		{"a.+", PL_PATTERN_GENERAL, NULL},
		{"a.*?", PL_PATTERN_GENERAL, NULL},
		{"ab?", PL_PATTERN_GENERAL, NULL},
		{"ab{2}", PL_PATTERN_GENERAL, NULL},
		{"a\\*.*", PL_PATTERN_GENERAL, NULL},
		{"\\d", PL_PATTERN_GENERAL, NULL},
		{"\\n", PL_PATTERN_GENERAL, NULL},
		{"[a]", PL_PATTERN_GENERAL, NULL},
		{"(?i)a", PL_PATTERN_GENERAL, NULL},
		{"(?i:a)", PL_PATTERN_GENERAL, NULL},
		{"(?#a)", PL_PATTERN_GENERAL, NULL},
		{"(a)|(b)", PL_PATTERN_GENERAL, NULL},
		{"a\\|b", PL_PATTERN_LIKE, "a|b"},
		{"(a|b)c", PL_PATTERN_GENERAL, NULL},
	};
	struct pl_arena *arena = pl_arena_new(1 << 20, 0);
	(void)state;
	assert_non_null(arena);
	for (unsigned i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct pl_pattern_plan plan;
		char joined[64] = "";
		size_t n = 0;
		assert_int_equal(pl_pattern_plan(pl_str_from(rows[i].pattern), arena, &plan), PL_OK);
		if (plan.form != rows[i].form)
			fail_msg("%s: form %d", rows[i].pattern, plan.form);
		for (uint32_t k = 0; k < plan.count; k++)
			n += (size_t)snprintf(joined + n, sizeof joined - n, "%s%.*s", k ? "|" : "",
					      PL_FMT(plan.texts[k]));
		assert_string_equal(joined, rows[i].texts ? rows[i].texts : "");
	}
	pl_arena_free(arena);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(faults),
		cmocka_unit_test(accepted),
		cmocka_unit_test(plans),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
