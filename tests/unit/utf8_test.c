/* utf8_test.c - UTF-8: every code point, every two-byte start, the limits of RFC 3629. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "base/utf8.h"

#define TEXT(lit)                                                                                                      \
	{                                                                                                              \
		(lit), sizeof(lit) - 1                                                                                 \
	}

/* What is encoded is decoded again, and nothing shorter is accepted. */
static void test_round_trip(void **state)
{
	(void)state;
	for (uint32_t p = 0; p <= 0x10FFFF; p++) {
		if (p >= 0xD800 && p <= 0xDFFF)
			continue;
		char out[4];
		uint32_t back = 0;
		unsigned n = pl_utf8_encode(p, out);
		assert_int_equal(n, p < 0x80 ? 1 : p < 0x800 ? 2 : p < 0x10000 ? 3 : 4);
		assert_int_equal(pl_utf8_decode(out, n, &back), n);
		assert_int_equal(back, p);
		for (unsigned cut = 1; cut < n; cut++) {
			assert_int_equal(pl_utf8_decode(out, cut, &back), 0);
			assert_int_equal(back, 0xFFFD);
		}
	}
}

/* All pairs of bytes: exactly the pairs of the table in RFC 3629 section 4 are two-byte characters. */
static void test_pairs(void **state)
{
	(void)state;
	for (unsigned a = 0; a < 256; a++) {
		for (unsigned b = 0; b < 256; b++) {
			char s[2] = {(char)a, (char)b};
			uint32_t p;
			unsigned n = pl_utf8_decode(s, 2, &p);
			unsigned expected = a < 0x80 ? 1 : a >= 0xC2 && a <= 0xDF && b >= 0x80 && b <= 0xBF ? 2 : 0;
			assert_int_equal(n, expected);
		}
	}
}

static void test_refused(void **state)
{
	(void)state;
	static const pl_str rows[] = {
		TEXT("\x80"),
		TEXT("\xC0\x80"),
		TEXT("\xC1\xBF"),
		TEXT("\xE0\x80\x80"),
		TEXT("\xE0\x9F\xBF"),
		TEXT("\xED\xA0\x80"),
		TEXT("\xED\xBF\xBF"),
		TEXT("\xF0\x80\x80\x80"),
		TEXT("\xF0\x8F\xBF\xBF"),
		TEXT("\xF4\x90\x80\x80"),
		TEXT("\xF5\x80\x80\x80"),
		TEXT("\xF8\x88\x80\x80\x80"),
		TEXT("\xFE"),
		TEXT("\xFF"),
		TEXT("\xE2\x28\xA1"),
		TEXT("\xE2\x82\x28"),
		TEXT("\xF0\x9F\x98\x28"),
	};
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		uint32_t p = 0;
		assert_int_equal(pl_utf8_decode(rows[i].ptr, rows[i].len, &p), 0);
		assert_int_equal(p, 0xFFFD);
		assert_int_equal(pl_utf8_valid_prefix(rows[i]), 0);
	}
}

static void test_prefix_and_count(void **state)
{
	(void)state;
	static const struct {
		pl_str s;
		size_t prefix, count;
	} rows[] = {
		{TEXT(""), 0, 0},	{TEXT("abc"), 3, 3},	  {TEXT("a\xC3\xA9z"), 4, 3},
		{TEXT("a\xFFz"), 1, 3}, {TEXT("\xE2\x82"), 0, 2}, {TEXT("\xF0\x9F\x98\x80\xF0\x9F\x98"), 4, 4},
		{TEXT("a\0b"), 3, 3},
	};
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		assert_int_equal(pl_utf8_valid_prefix(rows[i].s), rows[i].prefix);
		assert_int_equal(pl_utf8_count(rows[i].s), rows[i].count);
	}
}

static void test_bidi(void **state)
{
	(void)state;
	static const uint32_t bidi[] = {0x061C, 0x200E, 0x200F, 0x202A, 0x202B, 0x202C,
					0x202D, 0x202E, 0x2066, 0x2067, 0x2068, 0x2069};
	size_t found = 0;
	for (uint32_t p = 0; p <= 0x10FFFF; p++)
		found += pl_utf8_is_bidi(p);
	assert_int_equal(found, sizeof bidi / sizeof bidi[0]);
	for (size_t i = 0; i < sizeof bidi / sizeof bidi[0]; i++)
		assert_true(pl_utf8_is_bidi(bidi[i]));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_round_trip),	 cmocka_unit_test(test_pairs), cmocka_unit_test(test_refused),
		cmocka_unit_test(test_prefix_and_count), cmocka_unit_test(test_bidi),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
