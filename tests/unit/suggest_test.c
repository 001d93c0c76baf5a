/* suggest_test.c - the nearest name, and none when nothing is near. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#include "base/suggest.h"

static const pl_str fields[] = {
	{"privileged", 10}, {"procMount", 9}, {"runAsUser", 9}, {"runAsGroup", 10},
	{"image", 5},	    {"tty", 3},	      {"name", 4},
};

static void suggests_the_nearest(void **state)
{
	(void)state;
	static const struct {
		const char *given, *want;
	} rows[] = {
		{"privilaged", "privileged"},
		{"Privileged", "privileged"},
		{"PRIVILEGED", "privileged"},
		{"privileg", "privileged"},
		{"rpivileged", "privileged"},
		{"runAsUsr", "runAsUser"},
		{"runasGroup", "runAsGroup"},
		{"imgae", "image"},
		{"iamge", "image"},
		{"images", "image"},
		{"nmae", "name"},
		{"ty", ""},
		{"x", ""},
		{"", ""},
		{"hostNetwork", ""},
		{"TTY", "tty"},
		{"volume", ""},
	};
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		pl_str got = pl_suggest(pl_str_from(rows[i].given), fields, sizeof fields / sizeof *fields);
		if (got.len != strlen(rows[i].want) || memcmp(got.len ? got.ptr : "", rows[i].want, got.len) != 0)
			fail_msg("for `%s` it suggests `%.*s`, not `%s`", rows[i].given, PL_FMT(got), rows[i].want);
	}
}

static void copes_with_odd_candidates(void **state)
{
	(void)state;
	char text[200];
	memset(text, 'a', sizeof text);
	const pl_str candidates[] = {{text, 200}, {NULL, 0}, {text, 64}};
	assert_int_equal(pl_suggest((pl_str){text, 200}, candidates, 3).len, 200);
	assert_int_equal(pl_suggest((pl_str){text, 199}, candidates, 3).len, 0);
	assert_int_equal(pl_suggest((pl_str){text, 63}, candidates, 3).len, 64);
	assert_int_equal(pl_suggest((pl_str){text, 64}, NULL, 0).len, 0);
	assert_int_equal(pl_suggest((pl_str){NULL, 0}, candidates, 3).len, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(suggests_the_nearest),
		cmocka_unit_test(copes_with_odd_candidates),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
