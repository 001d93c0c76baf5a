/* version_test.c - versions: which texts are one, which is greater, how they are shown. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#include "model/version.h"

#define N(text)                                                                                                        \
	(pl_str)                                                                                                       \
	{                                                                                                              \
		(text), strlen(text)                                                                                   \
	}

static void reads_and_shows(void **state)
{
	(void)state;
	static const struct {
		const char *text;
		uint32_t part[3];
		const char *shown;
	} rows[] = {
		{"v1", {1, 0, 0}, "v1.0"},
		{"1", {1, 0, 0}, "v1.0"},
		{"1.2", {1, 2, 0}, "v1.2"},
		{"v1.2.3", {1, 2, 3}, "v1.2.3"},
		{"1.28.3-eks-4f4795d", {1, 28, 3}, "v1.28.3"},
		{"v1.30.0+k3s1", {1, 30, 0}, "v1.30"},
		{"1.28+", {1, 28, 0}, "v1.28"},
		{"1.2.3-rc.1+b-2", {1, 2, 3}, "v1.2.3"},
		{"v1-alpha", {1, 0, 0}, "v1.0"},
		{"01.02", {1, 2, 0}, "v1.2"},
		{"4294967295.4294967295.4294967295",
		 {4294967295u, 4294967295u, 4294967295u},
		 "v4294967295.4294967295.4294967295"},
	};
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct pl_version v;
		char text[40];
		if (!pl_version_parse(N(rows[i].text), &v))
			fail_msg("`%s` is refused", rows[i].text);
		assert_memory_equal(v.part, rows[i].part, sizeof(v.part));
		pl_str s = pl_version_format(v, text);
		assert_int_equal(s.len, strlen(rows[i].shown));
		assert_memory_equal(s.ptr, rows[i].shown, s.len);
	}
}

static void refuses(void **state)
{
	(void)state;
	static const char *const bad[] = {"",
					  "v",
					  "V1",
					  "vv1",
					  ".1",
					  "1.",
					  "1..2",
					  "1.2.3.4",
					  "1.2.3rc1",
					  "latest",
					  "1.x",
					  " 1.2",
					  "1.2 ",
					  "-1",
					  "1.-2",
					  "1.2-",
					  "1.2-a_b",
					  "4294967296",
					  "99999999999999999999",
					  "1,2",
					  "1.2/3"};
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		struct pl_version v = {{7, 7, 7}};
		if (pl_version_parse(N(bad[i]), &v))
			fail_msg("`%s` is read", bad[i]);
		assert_int_equal(v.part[0], 7);
	}
}

static void compares(void **state)
{
	(void)state;
	struct pl_version a = {{1, 9, 9}}, b = {{1, 10, 0}}, c = {{1, 10, 1}}, d = {{2, 0, 0}};
	assert_int_equal(pl_version_cmp(a, b), -1);
	assert_int_equal(pl_version_cmp(b, c), -1);
	assert_int_equal(pl_version_cmp(d, c), 1);
	assert_int_equal(pl_version_cmp(c, c), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(reads_and_shows),
		cmocka_unit_test(refuses),
		cmocka_unit_test(compares),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
