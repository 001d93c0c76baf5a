/* number_test.c - numbers: the grammar, and "inexact" against strtod and strtoll on numbers around every boundary. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include <errno.h>
#include <math.h>

#include "doc/number.h"

static bool scan(const char *text, size_t *ret_len, size_t *ret_fault)
{
	bool inexact = false;
	const char *fault = text;
	*ret_len = pl_number_scan(text, text + strlen(text), &inexact, &fault);
	*ret_fault = (size_t)(fault - text);
	return inexact;
}

static void test_grammar(void **state)
{
	(void)state;
	static const struct {
		const char *text;
		size_t len, fault;
	} rows[] = {
		{"0", 1, 0},	{"-0", 2, 0},	 {"12", 2, 0},	     {"12]", 2, 0},   {"01", 1, 0},	{"1.5,", 3, 0},
		{"1e5 ", 3, 0}, {"1E+05", 5, 0}, {"-1.25e-3", 8, 0}, {"1.2.3", 3, 0}, {"-", 0, 1},	{"-x", 0, 1},
		{"1.", 0, 2},	{"1.e5", 0, 2},	 {"1e", 0, 2},	     {"1e+", 0, 3},   {"1.5e-x", 0, 5}, {"0.0e0", 5, 0},
	};
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		size_t len, fault;
		scan(rows[i].text, &len, &fault);
		if (len != rows[i].len || (len == 0 && fault != rows[i].fault))
			fail_msg("%s: %zu bytes, fault at %zu", rows[i].text, len, fault);
	}
}

static void check_against_libc(const char *text)
{
	size_t len, fault;
	bool inexact = scan(text, &len, &fault);
	assert_int_equal(len, strlen(text));
	bool expected;
	if (strpbrk(text, ".eE")) {
		expected = isinf(strtod(text, NULL));
	} else {
		errno = 0;
		(void)strtoll(text, NULL, 10);
		expected = errno == ERANGE;
	}
	if (inexact != expected)
		fail_msg("%s is said to be %s", text, inexact ? "inexact" : "exact");
}

static void test_integers(void **state)
{
	(void)state;
	char text[64];
	for (uint64_t d = 0; d < 40; d++) {
		snprintf(text, sizeof text, "%llu", (unsigned long long)(9223372036854775788u + d));
		check_against_libc(text);
		snprintf(text, sizeof text, "-%llu", (unsigned long long)(9223372036854775788u + d));
		check_against_libc(text);
	}
	check_against_libc("999999999999999999");
	check_against_libc("1000000000000000000");
	check_against_libc("9999999999999999999");
	check_against_libc("10000000000000000000");
	check_against_libc("123456789012345678901234567890");
}

/* The least number that rounds to infinity, its neighbours, and the same shifted by every exponent. */
static void test_boundary(void **state)
{
	(void)state;
	static const char digits[] =
		"1797693134862315807937289714053034150799341327100378269361737789804449682927647509466490179775872"
		"0709633028641669288791094655554785194040263065748867150582068190890200070838367627385484581771153"
		"1764475730270069855571366959622842914819860834936475292719074168444365510704342711559699508093042"
		"880177904174497792";
	char below[400], text[1000];
	memcpy(below, digits, sizeof digits);
	below[sizeof digits - 2]--;
	for (int shift = -310; shift <= 310; shift += 31) {
		for (int which = 0; which < 2; which++) {
			const char *d = which ? digits : below;
			snprintf(text, sizeof text, "%c.%se%d", d[0], d + 1, 308);
			check_against_libc(text);
			snprintf(text, sizeof text, "-%s.0", d);
			check_against_libc(text);
			if (shift > 0)
				snprintf(text, sizeof text, "0.%0*d%se%d", shift, 0, d, 309 + shift);
			else
				snprintf(text, sizeof text, "%s%0*de%d", d, 1 - shift, 0, shift - 1);
			check_against_libc(text);
		}
	}
}

static void test_random(void **state)
{
	(void)state;
	uint64_t seed = 7;
	for (int i = 0; i < 20000; i++) {
		char text[64];
		seed = seed * 6364136223846793005u + 1442695040888963407u;
		unsigned whole = (unsigned)(seed >> 33) % 100000, fraction = (unsigned)(seed >> 20) % 1000;
		int exponent = (int)((seed >> 40) % 700) - 350;
		snprintf(text, sizeof text, "%s%u.%03ue%d", seed >> 63 ? "-" : "", whole, fraction, exponent);
		check_against_libc(text);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_grammar),
		cmocka_unit_test(test_integers),
		cmocka_unit_test(test_boundary),
		cmocka_unit_test(test_random),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
