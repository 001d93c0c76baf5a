/* buf_test.c - texts being built: growing, fixed, failing, escaped for people and as JSON. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "base/buf.h"

#define TEXT(lit)                                                                                                      \
	{                                                                                                              \
		(lit), sizeof(lit) - 1                                                                                 \
	}

static void check(const struct pl_buf *b, pl_str expected)
{
	if (!pl_str_eq(pl_buf_str(b), expected))
		fail_msg("expected `%.*s`, got `%.*s`", PL_FMT(expected), PL_FMT(pl_buf_str(b)));
}

static void test_grow(void **state)
{
	(void)state;
	struct pl_arena *a = pl_arena_new(1 << 20, 0);
	struct pl_buf b;
	pl_buf_init(&b, a, 0);
	pl_buf_add(&b, PL_STR(""));
	assert_null(b.ptr);
	pl_buf_add(&b, PL_STR("ab"));
	pl_buf_addc(&b, 'c');
	pl_buf_adds(&b, "de");
	pl_buf_adds(&b, NULL);
	pl_buf_addf(&b, "[%d %s]", 42, "x");
	pl_buf_fill(&b, '.', 3);
	pl_buf_fill(&b, '.', 0);
	check(&b, PL_STR("abcde[42 x]..."));
	for (int i = 0; i < 1000; i++)
		pl_buf_addf(&b, "%04d", i);
	assert_int_equal(b.len, 14 + 4000);
	assert_memory_equal(b.ptr + 14 + 4 * 999, "0999", 4);
	assert_false(b.failed);
	pl_arena_free(a);
}

/* A failed buffer keeps what it has and stays failed. */
static void test_fail(void **state)
{
	(void)state;
	struct pl_arena *a = pl_arena_new(256, 0);
	struct pl_buf b;
	pl_buf_init(&b, a, 8);
	pl_buf_adds(&b, "12345678");
	pl_buf_fill(&b, 'x', 1000);
	assert_true(b.failed);
	check(&b, PL_STR("12345678"));
	pl_buf_addc(&b, '9');
	check(&b, PL_STR("12345678"));
	pl_buf_init(&b, a, 1000);
	assert_true(b.failed);
	pl_arena_free(a);
	char room[4];
	pl_buf_init_fixed(&b, room, sizeof room);
	pl_buf_adds(&b, "abcd");
	assert_false(b.failed);
	pl_buf_addc(&b, 'e');
	assert_true(b.failed);
	check(&b, PL_STR("abcd"));
	pl_buf_init_fixed(&b, room, sizeof room);
	pl_buf_fill(&b, 'x', SIZE_MAX);
	assert_true(b.failed);
}

static void test_escaped(void **state)
{
	(void)state;
	static const struct {
		pl_str in;
		size_t max;
		pl_str out;
	} rows[] = {
		{TEXT("plain text"), 0, TEXT("plain text")},
		{TEXT("a\nb\tc\rd"), 0, TEXT("a\\nb\\tc\\u{d}d")},
		{TEXT("\x1B[31m\x07\0"), 0, TEXT("\\u{1b}[31m\\u{7}\\u{0}")},
		{TEXT("\x7F\xC2\x80\xC2\x9B\xC2\x9F\xC2\xA0"), 0, TEXT("\\u{7f}\\u{80}\\u{9b}\\u{9f}\xC2\xA0")},
		{TEXT("\xE2\x80\xAE\xE2\x81\xA6\xE2\x80\x8F\xD8\x9C"), 0, TEXT("\\u{202e}\\u{2066}\\u{200f}\\u{61c}")},
		{TEXT("\xE2\x80\xA8\xE2\x80\xA9"), 0, TEXT("\\u{2028}\\u{2029}")},
		{TEXT("a\xFF\xC3z"), 0, TEXT("a\\x{ff}\\x{c3}z")},
		{TEXT("\xC3\xA9\xF0\x9F\x98\x80"), 0, TEXT("\xC3\xA9\xF0\x9F\x98\x80")},
		{TEXT("abcd"), 4, TEXT("abcd")},
		{TEXT("abcde"), 4, TEXT("abcd\xE2\x80\xA6")},
		{TEXT("\xC3\xA9\xC3\xA9\xC3\xA9"), 2, TEXT("\xC3\xA9\xC3\xA9\xE2\x80\xA6")},
		{TEXT("\n\n\n"), 1, TEXT("\\n\xE2\x80\xA6")},
		{TEXT(""), 1, TEXT("")},
	};
	struct pl_arena *a = pl_arena_new(1 << 16, 0);
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		struct pl_buf b;
		pl_buf_init(&b, a, 0);
		pl_buf_add_escaped(&b, rows[i].in, rows[i].max);
		check(&b, rows[i].out);
	}
	pl_arena_free(a);
}

static void test_json(void **state)
{
	(void)state;
	static const struct {
		pl_str in, out;
	} rows[] = {
		{TEXT(""), TEXT("\"\"")},
		{TEXT("plain"), TEXT("\"plain\"")},
		{TEXT("\"\\/"), TEXT("\"\\\"\\\\/\"")},
		{TEXT("\n\r\t\b\f\0\x1F"), TEXT("\"\\n\\r\\t\\u0008\\u000c\\u0000\\u001f\"")},
		{TEXT("\x7F\xC2\x85"), TEXT("\"\\u007f\\u0085\"")},
		{TEXT("\xE2\x80\xA8\xE2\x80\xAE"), TEXT("\"\\u2028\\u202e\"")},
		{TEXT("a\xFF"
		      "b\xE2\x82"),
		 TEXT("\"a\xEF\xBF\xBD"
		      "b\xEF\xBF\xBD\xEF\xBF\xBD\"")},
		{TEXT("\xC3\xA9 \xF0\x9F\x98\x80"), TEXT("\"\xC3\xA9 \xF0\x9F\x98\x80\"")},
		{TEXT("<&>"), TEXT("\"<&>\"")},
	};
	struct pl_arena *a = pl_arena_new(1 << 16, 0);
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		struct pl_buf b;
		pl_buf_init(&b, a, 0);
		pl_buf_add_json(&b, rows[i].in);
		check(&b, rows[i].out);
	}
	pl_arena_free(a);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_grow),
		cmocka_unit_test(test_fail),
		cmocka_unit_test(test_escaped),
		cmocka_unit_test(test_json),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
