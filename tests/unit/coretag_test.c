/* coretag_test.c - what an unquoted YAML scalar is, as sigs.k8s.io/yaml resolves it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "doc/coretag.h"

static void check(enum pl_coretag expected, const char *const *texts, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		if (pl_coretag_of(pl_str_from(texts[i])) != expected)
			fail_msg("`%s` is %d", texts[i], (int)pl_coretag_of(pl_str_from(texts[i])));
	}
}

#define CHECK(expected, ...)                                                                                           \
	do {                                                                                                           \
		static const char *const texts[] = {__VA_ARGS__};                                                      \
		check((expected), texts, sizeof texts / sizeof texts[0]);                                              \
	} while (0)

static void test_words(void **state)
{
	(void)state;
	CHECK(PL_CORETAG_NULL, "", "~", "null", "Null", "NULL");
	CHECK(PL_CORETAG_TRUE, "y", "Y", "yes", "Yes", "YES", "true", "True", "TRUE", "on", "On", "ON");
	CHECK(PL_CORETAG_FALSE, "n", "N", "no", "No", "NO", "false", "False", "FALSE", "off", "Off", "OFF");
	CHECK(PL_CORETAG_FLOAT, ".nan", ".NaN", ".inf", "+.Inf", "-.INF");
	CHECK(PL_CORETAG_STR, "nULL", "tRUE", "yEs", "oN", "nil", "NaN", "inf", ".Nan", "-.nan", "<<", "a", "yes ",
	      "null\n");
}

static void test_numbers(void **state)
{
	(void)state;
	CHECK(PL_CORETAG_INT, "0", "-0", "1", "+1", "-1", "123", "1_000", "1__0", "1_", "010", "0o17", "0O17", "0x1F",
	      "0XfF", "-0x1", "0b101", "-0b1", "99999999999999999999", "0_x1F", "0b-1", "0b_+1");
	CHECK(PL_CORETAG_FLOAT, "1.5", "1.", ".5", "-.5", "+1.5", "1e3", "1E3", "1e+3", "1.5e-3", "09", "08.5", "1_0.5",
	      ".1_0", "-._1");
	CHECK(PL_CORETAG_STR, "1.2.3", "1:30", "12:30:45", "2001-01-01", "0x", "0xG", "0b2", "-", "+", ".", "_1", "1e",
	      "1e+", "e1", "1a", "--1", "+-1", "1 2", "0o", "0o8", "-.", "..5", "1.5.", "1,000", "._1", ".1_", ".1__0",
	      "0B-1", "-0b-1", "0b--1");
}

static void test_canonical(void **state)
{
	(void)state;
	static const char *const yes[] = {"0", "1", "-1", "8080", "999999999999999999", "-999999999999999999"};
	static const char *const no[] = {"",	"-",  "-0",  "00",  "01",
					 "-01", "+1", "1_0", "0x1", "1.0",
					 "1e3", " 1", "--1", "1a",  "1000000000000000000"};
	for (size_t i = 0; i < sizeof yes / sizeof yes[0]; i++)
		assert_true(pl_coretag_is_canonical_int(pl_str_from(yes[i])));
	for (size_t i = 0; i < sizeof no / sizeof no[0]; i++)
		assert_false(pl_coretag_is_canonical_int(pl_str_from(no[i])));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_words),
		cmocka_unit_test(test_numbers),
		cmocka_unit_test(test_canonical),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
