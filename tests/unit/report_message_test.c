/* report_message_test.c - the message of a refusal, and its ceilings. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "plimsoll/report.h"

#define MANY 150

static struct pl_finding finding(const char *message)
{
	return (struct pl_finding){
		.rule = PL_STR("r"), .message = pl_str_from(message), .path = PL_STR("spec"), .mode = PL_MODE_DENY};
}

static void assert_message(const struct pl_finding *findings, size_t count, size_t max, const char *expected)
{
	struct pl_arena *arena = pl_arena_new(1 << 20, 0);
	struct pl_verdict v = {.findings = findings, .count = count};
	struct pl_buf *out = pl_text_new(arena);
	pl_report_message(&v, max, out);
	pl_str s = pl_text_str(out);
	char *found = strndup(s.ptr, s.len);
	assert_string_equal(found, expected);
	assert_true(s.len <= max);
	free(found);
	pl_arena_free(arena);
}

static void one_line_for_each_denial(void **state)
{
	(void)state;
	struct pl_finding f[] = {finding("one"), finding("two"), finding("three"), finding("four `spec`")};
	f[1].mode = PL_MODE_WARN;
	f[2].path = (pl_str){0};
	assert_message(f, 4, 1000, "r: one (spec)\nr: three\nr: four `spec`");
}

static void a_note_is_said(void **state)
{
	(void)state;
	struct pl_finding f[] = {finding("m")};
	f[0].note = PL_STR("exception `e` expired on 2026-01-01");
	f[0].remedy = PL_STR("mend");
	assert_message(f, 1, 1000, "r: m (spec); note: exception `e` expired on 2026-01-01; help: mend");
	f[0].state = PL_FINDING_EXCEPTED;
	f[0].mode = PL_MODE_AUDIT;
	assert_message(f, 1, 1000, "");
}

static void what_does_not_refuse_is_not_said(void **state)
{
	(void)state;
	struct pl_finding f[] = {finding("one"), finding("two")};
	f[0].mode = PL_MODE_AUDIT;
	f[1].state = PL_FINDING_ALREADY;
	assert_message(f, 2, 1000, "");
}

static void what_is_cut_is_counted(void **state)
{
	(void)state;
	struct pl_finding f[] = {finding("one"), finding("two"), finding("three")};
	assert_message(f, 3, 43, "r: one (spec)\nr: two (spec)\nr: three (spec)");
	assert_message(f, 3, 42, "r: one (spec)\nr: two (spec)\nand 1 more");
	assert_message(f, 3, 38, "r: one (spec)\nr: two (spec)\nand 1 more");
	assert_message(f, 3, 37, "r: one (spec)\nand 2 more");
}

static void a_first_line_that_is_too_long_is_cut_at_a_character(void **state)
{
	(void)state;
	struct pl_finding f[] = {finding("\xC3\xA9\xC3\xA9\xC3\xA9\xC3\xA9")};
	assert_message(f, 1, 11, "r: \xC3\xA9\xC3\xA9\xE2\x80\xA6");
	assert_message(f, 1, 10, "r: \xC3\xA9\xC3\xA9\xE2\x80\xA6");
	assert_message(f, 1, 9, "r: \xC3\xA9\xE2\x80\xA6");
	assert_message(f, 1, 2, "");
}

static void at_most_a_hundred_lines(void **state)
{
	(void)state;
	struct pl_finding f[MANY];
	char expected[MANY * 16] = "r: x (spec)";
	for (size_t i = 0; i < MANY; i++)
		f[i] = finding("x");
	for (size_t i = 1; i < 100; i++)
		strcat(expected, "\nr: x (spec)");
	strcat(expected, "\nand 50 more");
	assert_message(f, MANY, 100000, expected);
	expected[strlen(expected) - strlen("\nand 50 more")] = '\0';
	assert_message(f, 100, 100000, expected);
}

/* Every ceiling is kept, and the text never ends in the middle of a line without saying so. */
static void every_ceiling_is_kept(void **state)
{
	(void)state;
	struct pl_finding f[MANY];
	for (size_t i = 0; i < MANY; i++)
		f[i] = finding("a \xC3\xA9 message\n");
	struct pl_verdict v = {.findings = f, .count = MANY};
	for (size_t max = 0; max < 3000; max++) {
		struct pl_arena *arena = pl_arena_new(1 << 20, 0);
		struct pl_buf *out = pl_text_new(arena);
		pl_report_message(&v, max, out);
		pl_str s = pl_text_str(out);
		assert_true(s.len <= max);
		if (s.len)
			assert_memory_equal(s.ptr + s.len - 5, " more", 5);
		pl_arena_free(arena);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(one_line_for_each_denial),
		cmocka_unit_test(a_note_is_said),
		cmocka_unit_test(what_does_not_refuse_is_not_said),
		cmocka_unit_test(what_is_cut_is_counted),
		cmocka_unit_test(a_first_line_that_is_too_long_is_cut_at_a_character),
		cmocka_unit_test(at_most_a_hundred_lines),
		cmocka_unit_test(every_ceiling_is_kept),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
