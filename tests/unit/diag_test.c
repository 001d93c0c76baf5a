/* diag_test.c - diagnostics: collecting, positions, and the exact rendering. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "base/buf.h"
#include "plimsoll/diag.h"

#define TEXT(lit)                                                                                                      \
	{                                                                                                              \
		(lit), sizeof(lit) - 1                                                                                 \
	}

static void test_positions(void **state)
{
	(void)state;
	static const struct {
		pl_str text;
		uint32_t offset, line, column;
	} rows[] = {
		{TEXT(""), 0, 1, 1},
		{TEXT("abc"), 2, 1, 3},
		{TEXT("abc"), 3, 1, 4},
		{TEXT("abc"), 99, 1, 4},
		{TEXT("a\nb\n"), 1, 1, 2},
		{TEXT("a\nb\n"), 2, 2, 1},
		{TEXT("a\nb\n"), 4, 3, 1},
		{TEXT("\xC3\xA9\xC3\xA9x"), 4, 1, 3},
		{TEXT("\xFF\xFFx"), 2, 1, 3},
		{TEXT("a\r\nb"), 3, 2, 1},
		{TEXT("\xEF\xBB\xBF"
		      "ab"),
		 4, 1, 2},
		{TEXT("\xEF\xBB\xBF"
		      "a\nb"),
		 5, 2, 1},
		{TEXT("\xEF\xBB\xBF"), 0, 1, 1},
	};
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		struct pl_position at = pl_position_of(rows[i].text, rows[i].offset);
		assert_int_equal(at.line, rows[i].line);
		assert_int_equal(at.column, rows[i].column);
	}
}

static void test_collect(void **state)
{
	(void)state;
	struct pl_arena *a = pl_arena_new(1 << 16, 0);
	struct pl_diags diags;
	pl_diags_init(&diags, a);
	char message[] = "first";
	struct pl_diag d = {.level = PL_DIAG_ERROR, .message = {message, 5}};
	pl_diags_add(&diags, &d);
	message[0] = 'X';
	assert_true(pl_str_eq(diags.items[0].message, PL_STR("first"))); /* a copy */
	for (int i = 0; i < 30; i++)
		pl_diags_add(&diags, &d);
	assert_int_equal(diags.count, PL_DIAGS_MAX);
	assert_int_equal(diags.errors, 31);
	d.level = PL_DIAG_WARNING;
	pl_diags_add(&diags, &d);
	assert_int_equal(diags.warnings, 1);
	assert_int_equal(diags.items[PL_DIAGS_MAX - 1].level, PL_DIAG_ERROR);
	pl_diags_add(NULL, &d);
	pl_arena_free(a);
}

/* Twenty warnings do not hide an error that comes later. */
static void test_errors_before_warnings(void **state)
{
	(void)state;
	struct pl_arena *a = pl_arena_new(1 << 16, 0);
	struct pl_diags diags;
	pl_diags_init(&diags, a);
	struct pl_diag warning = {.level = PL_DIAG_WARNING, .message = PL_STR("w")};
	struct pl_diag error = {.level = PL_DIAG_ERROR, .message = PL_STR("e")};
	for (int i = 0; i < PL_DIAGS_MAX; i++)
		pl_diags_add(&diags, &warning);
	pl_diags_add(&diags, &error);
	pl_diags_add(&diags, &warning);
	unsigned errors = 0;
	for (unsigned i = 0; i < diags.count; i++)
		errors += diags.items[i].level == PL_DIAG_ERROR;
	assert_int_equal(diags.count, PL_DIAGS_MAX);
	assert_int_equal(errors, 1);
	assert_int_equal(diags.errors, 1);
	assert_int_equal(diags.warnings, PL_DIAGS_MAX + 1);
	pl_arena_free(a);
}

static void check_render(const struct pl_diag *d, pl_str expected)
{
	struct pl_arena *a = pl_arena_new(1 << 20, 0);
	struct pl_buf out;
	pl_buf_init(&out, a, 0);
	pl_diag_render(d, &out);
	if (!pl_str_eq(pl_buf_str(&out), expected))
		fail_msg("expected\n%.*sgot\n%.*s", PL_FMT(expected), PL_FMT(pl_buf_str(&out)));
	pl_arena_free(a);
}

static void test_render(void **state)
{
	(void)state;
	struct pl_diag d = {
		.level = PL_DIAG_ERROR,
		.code = "E0301",
		.source = PL_STR("a.plim"),
		.text = PL_STR("one\n\ttwo \xC3\xA9 x\nthree"),
		.at = {9, 2},
		.message = PL_STR("it is wrong"),
		.label = PL_STR("this"),
		.note = PL_STR("first\nsecond"),
		.help = PL_STR("write it right"),
	};
	check_render(&d, PL_STR("error[E0301]: it is wrong\n"
				" --> a.plim:2:6\n"
				"  |\n"
				"2 |     two \xC3\xA9 x\n"
				"  |         ^ this\n"
				"  = note: first\n"
				"  = note: second\n"
				"  = help: write it right\n"));
	d = (struct pl_diag){.level = PL_DIAG_WARNING, .source = PL_STR("f"), .message = PL_STR("m")};
	check_render(&d, PL_STR("warning: m\n --> f\n"));
	d = (struct pl_diag){.level = PL_DIAG_ERROR, .message = PL_STR("m")};
	check_render(&d, PL_STR("error: m\n"));
}

/* A place at or behind the end, of length nought, over several lines: one caret at least, one line at most. */
static void test_render_edges(void **state)
{
	(void)state;
	struct pl_diag d = {
		.level = PL_DIAG_ERROR, .source = PL_STR("f"), .text = PL_STR("ab\ncd\n"), .message = PL_STR("m")};
	d.at = (struct pl_span){6, 0};
	check_render(&d, PL_STR("error: m\n --> f:3:1\n  |\n3 | \n  | ^\n"));
	d.at = (struct pl_span){600, 5};
	check_render(&d, PL_STR("error: m\n --> f:3:1\n  |\n3 | \n  | ^\n"));
	d.at = (struct pl_span){1, 100};
	check_render(&d, PL_STR("error: m\n --> f:1:2\n  |\n1 | ab\n  |  ^\n"));
	d.at = (struct pl_span){2, 1};
	check_render(&d, PL_STR("error: m\n --> f:1:3\n  |\n1 | ab\n  |   ^\n"));
	d.text = PL_STR("a\r\nb");
	d.at = (struct pl_span){1, 1};
	check_render(&d, PL_STR("error: m\n --> f:1:2\n  |\n1 | a\n  |  ^\n"));
}

/* What a terminal would obey is shown as a question mark. */
static void test_render_cut(void **state)
{
	(void)state;
	struct pl_diag d = {.source = TEXT("f"), .text = TEXT("a secret: [1, x, 2]\nb"), .at = {14, 1}, .cut = true};
	d.message = (pl_str)TEXT("m");
	check_render(&d, (pl_str)TEXT("error: m\n --> f:1:15\n  |\n1 | ...x...\n  |    ^\n"));
	d.at = (struct pl_span){0, 1};
	check_render(&d, (pl_str)TEXT("error: m\n --> f:1:1\n  |\n1 | a...\n  | ^\n"));
	d.at = (struct pl_span){20, 1};
	check_render(&d, (pl_str)TEXT("error: m\n --> f:2:1\n  |\n2 | b\n  | ^\n"));
	d.at = (struct pl_span){18, 3};
	check_render(&d, (pl_str)TEXT("error: m\n --> f:1:19\n  |\n1 | ...]\n  |    ^\n"));
}

static void test_render_hostile(void **state)
{
	(void)state;
	struct pl_diag d = {.level = PL_DIAG_ERROR,
			    .source = PL_STR("f"),
			    .text = PL_STR("\x1B[31m\xE2\x80\xAE\xFF\x7F x"),
			    .at = {11, 1},
			    .message = PL_STR("m")};
	check_render(&d, PL_STR("error: m\n --> f:1:10\n  |\n1 | ?[31m??? x\n  |          ^\n"));
}

static void test_render_long_lines(void **state)
{
	(void)state;
	struct pl_arena *a = pl_arena_new(1 << 20, 0);
	struct pl_buf text, out;
	pl_buf_init(&text, a, 0);
	pl_buf_fill(&text, 'a', 100000);
	struct pl_diag d = {.level = PL_DIAG_ERROR,
			    .source = PL_STR("f"),
			    .text = pl_buf_str(&text),
			    .at = {50000, 3},
			    .message = PL_STR("m")};
	pl_buf_init(&out, a, 0);
	pl_diag_render(&d, &out);
	assert_true(out.len < 1000);
	assert_non_null(strstr(pl_arena_printf(a, "%.*s", PL_FMT(pl_buf_str(&out))).ptr, "1 | ...aaa"));
	pl_arena_free(a);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_positions),
		cmocka_unit_test(test_collect),
		cmocka_unit_test(test_errors_before_warnings),
		cmocka_unit_test(test_render),
		cmocka_unit_test(test_render_edges),
		cmocka_unit_test(test_render_cut),
		cmocka_unit_test(test_render_hostile),
		cmocka_unit_test(test_render_long_lines),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
