/* text_test.c - the text builder that clients of the library see. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "plimsoll/report.h"

static void pieces_follow_each_other(void **state)
{
	(void)state;
	struct pl_arena *arena = pl_arena_new(1 << 16, 0);
	struct pl_buf *text = pl_text_new(arena);
	pl_text_add(text, PL_STR("a"));
	pl_text_printf(text, "%d%s", 7, "b");
	pl_text_json(text, PL_STR("\"\n\x7F"));
	pl_text_escaped(text, PL_STR("\x1B[0m\n"));
	pl_str s = pl_text_str(text);
	static const char expected[] = "a7b\"\\\"\\n\\u007f\"\\u{1b}[0m\\n";
	assert_int_equal(s.len, sizeof expected - 1);
	assert_memory_equal(s.ptr, expected, s.len);
	pl_arena_free(arena);
}

static void an_empty_text_is_no_failure(void **state)
{
	(void)state;
	struct pl_arena *arena = pl_arena_new(1 << 16, 0);
	pl_str s = pl_text_str(pl_text_new(arena));
	assert_non_null(s.ptr);
	assert_int_equal(s.len, 0);
	pl_arena_free(arena);
}

static void a_failure_stays(void **state)
{
	(void)state;
	struct pl_arena *arena = pl_arena_new(512, 0);
	struct pl_buf *text = pl_text_new(arena);
	pl_text_add(text, PL_STR("fits"));
	pl_text_printf(text, "%600s", "");
	pl_text_add(text, PL_STR("x"));
	assert_null(pl_text_str(text).ptr);
	pl_arena_free(arena);
	arena = pl_arena_new(0, 0);
	assert_null(pl_text_new(arena));
	pl_text_add(NULL, PL_STR("x"));
	pl_text_printf(NULL, "x");
	pl_text_json(NULL, PL_STR("x"));
	pl_text_escaped(NULL, PL_STR("x"));
	assert_null(pl_text_str(NULL).ptr);
	pl_arena_free(arena);
}

static void the_nearest_is_offered(void **state)
{
	(void)state;
	static const pl_str names[] = {{"lint", 4}, {"check", 5}};
	pl_str near = pl_text_nearest(PL_STR("chekc"), names, 2);
	assert_int_equal(near.len, 5);
	assert_memory_equal(near.ptr, "check", 5);
	assert_int_equal(pl_text_nearest(PL_STR("explain"), names, 2).len, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(pieces_follow_each_other),
		cmocka_unit_test(an_empty_text_is_no_failure),
		cmocka_unit_test(a_failure_stays),
		cmocka_unit_test(the_nearest_is_offered),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
