/* builtins_test.c - every function of the language. spec: language.md 3.9 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>

#include <cmocka.h>

#include "assemble.h"
#include "plimsoll/eval.h"
#include "vm/builtins.h"

static struct pl_arena *arena;

static struct pl_value call(enum pl_builtin builtin, struct pl_value arg)
{
	struct pl_context context = {.today = 20000};
	struct pl_operands o = {&context, arena};
	struct pl_value r;
	assert_int_equal(pl_builtin_call(&o, builtin, &arg, &r), PL_OK);
	return r;
}

static struct pl_value of_text(enum pl_builtin builtin, const char *text)
{
	return call(builtin, text_value(text));
}

static void integers(void **state)
{
	(void)state;
	static const struct {
		const char *text;
		int64_t value;
	} rows[] = {{"0", 0},
		    {"007", 7},
		    {"-12", -12},
		    {"+5", 5},
		    {"9223372036854775807", INT64_MAX},
		    {"-9223372036854775808", INT64_MIN}};
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct pl_value v = of_text(PL_BUILTIN_INT, rows[i].text);
		assert_int_equal(v.kind, PL_V_INT);
		assert_true(v.u.i == rows[i].value);
	}
	static const char *const bad[] = {"",	"-",  "+",   "1.0", "0x1",
					  " 1", "1 ", "one", "--1", "99999999999999999999x"};
	for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
		assert_int_equal(of_text(PL_BUILTIN_INT, bad[i]).kind, PL_V_ABSENT);
	assert_int_equal(of_text(PL_BUILTIN_INT, "9223372036854775808").kind, PL_V_UNKNOWN);
	assert_int_equal(of_text(PL_BUILTIN_INT, "-99999999999999999999").kind, PL_V_UNKNOWN);
}

static void readers(void **state)
{
	(void)state;
	struct pl_value v = of_text(PL_BUILTIN_VERSION, "v1.28.3-eks");
	assert_int_equal(v.kind, PL_V_VERSION);
	assert_int_equal(v.u.version.part[1], 28);
	assert_int_equal(of_text(PL_BUILTIN_VERSION, "stable").kind, PL_V_ABSENT);
	assert_int_equal(of_text(PL_BUILTIN_IP, "10.0.0.1").kind, PL_V_IP);
	assert_int_equal(of_text(PL_BUILTIN_IP, "0x7f.1").kind, PL_V_ABSENT);
	v = of_text(PL_BUILTIN_PATH, "/a/../b");
	assert_int_equal(v.kind, PL_V_PATH);
	assert_true(pl_str_eq(v.u.s, PL_STR("/b")));
	assert_int_equal(of_text(PL_BUILTIN_PATH, "b").kind, PL_V_ABSENT);
	v = of_text(PL_BUILTIN_IMAGE, "nginx:1");
	assert_int_equal(v.kind, PL_V_IMAGE);
	assert_true(pl_str_eq(v.u.image->repository, PL_STR("library/nginx")));
	assert_int_equal(of_text(PL_BUILTIN_IMAGE, "").kind, PL_V_ABSENT);
	v = of_text(PL_BUILTIN_ARN, "arn:aws:s3:::bucket");
	assert_int_equal(v.kind, PL_V_ARN);
	assert_true(pl_str_eq(v.u.arn->service, PL_STR("s3")));
	assert_int_equal(of_text(PL_BUILTIN_ARN, "bucket").kind, PL_V_ABSENT);
}

static void others(void **state)
{
	(void)state;
	struct pl_value v = of_text(PL_BUILTIN_LOWER, "AbC\xc3\x84z");
	assert_true(pl_str_eq(v.u.s, PL_STR("abc\xc3\x84z")));
	struct pl_value items[] = {text_value("a"), text_value("a")};
	struct pl_list list = {items, 2, NULL};
	assert_int_equal(call(PL_BUILTIN_COUNT, list_value(&list)).u.i, 2);
	struct pl_value day = {.kind = PL_V_DATE, .u.i = 19990};
	assert_int_equal(call(PL_BUILTIN_DAYS_SINCE, day).u.i, 10);
	for (unsigned b = 0; b < PL_BUILTIN_COUNT_; b++) {
		assert_int_equal(call((enum pl_builtin)b, pl_value_absent()).kind, PL_V_ABSENT);
		assert_int_equal(call((enum pl_builtin)b, pl_value_unknown("x")).kind, PL_V_UNKNOWN);
		assert_int_equal(pl_builtin_arity((enum pl_builtin)b), 1);
	}
	assert_string_equal(pl_builtin_name(PL_BUILTIN_DAYS_SINCE), "days_since");
}

static int set_up(void **state)
{
	(void)state;
	arena = pl_arena_new(1 << 20, 1 << 20);
	return 0;
}

static int tear_down(void **state)
{
	(void)state;
	pl_arena_free(arena);
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(integers),
		cmocka_unit_test(readers),
		cmocka_unit_test(others),
	};
	return cmocka_run_group_tests(tests, set_up, tear_down);
}
