/* intern_test.c - equal byte strings get equal numbers; tables grow. And the sets of known terms. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>

#include "lang/term.h"

static struct pl_arena *arena;

static int setup(void **state)
{
	(void)state;
	arena = pl_arena_new(1 << 24, 0);
	return arena ? 0 : -1;
}

static int teardown(void **state)
{
	(void)state;
	pl_arena_free(arena);
	return 0;
}

static void numbers_in_order(void **state)
{
	struct pl_intern in;
	uint32_t n;
	bool fresh;
	(void)state;
	pl_intern_init(&in, arena);
	assert_false(pl_intern_find(&in, PL_STR("0"), &n));
	for (uint32_t round = 0; round < 2; round++) {
		for (uint32_t i = 0; i < 5000; i++) {
			char key[16];
			int len = snprintf(key, sizeof key, "%u", i);
			assert_int_equal(pl_intern_add(&in, (pl_str){key, (size_t)len}, &n, &fresh), PL_OK);
			assert_int_equal(n, i);
			assert_int_equal(fresh, round == 0);
		}
	}
	assert_int_equal(in.count, 5000);
	assert_true(pl_intern_find(&in, PL_STR("4999"), &n));
	assert_int_equal(n, 4999);
	assert_false(pl_intern_find(&in, PL_STR("5000"), &n));
}

static void keys_are_bytes(void **state)
{
	struct pl_intern in;
	uint32_t a, b, c;
	(void)state;
	pl_intern_init(&in, arena);
	assert_int_equal(pl_intern_add(&in, (pl_str){"a\0b", 3}, &a, NULL), PL_OK);
	assert_int_equal(pl_intern_add(&in, (pl_str){"a\0c", 3}, &b, NULL), PL_OK);
	assert_int_equal(pl_intern_add(&in, (pl_str){"", 0}, &c, NULL), PL_OK);
	assert_int_equal(a + b * 10 + c * 100, 210);
}

static void memory_is_an_error(void **state)
{
	struct pl_arena *small = pl_arena_new(4096, 0);
	struct pl_intern in;
	uint32_t n, added = 0;
	(void)state;
	assert_non_null(small);
	pl_intern_init(&in, small);
	char key[8];
	while (added < 4000) {
		int len = snprintf(key, sizeof key, "%u", added);
		if (pl_intern_add(&in, (pl_str){key, (size_t)len}, &n, NULL) != PL_OK)
			break;
		added++;
	}
	assert_true(added < 4000);
	pl_arena_free(small);
}

static void known_sets(void **state)
{
	static const uint32_t a_ids[] = {1, 3, 5}, b_ids[] = {3, 4}, c_ids[] = {7};
	struct pl_known a = {a_ids, 3}, b = {b_ids, 2}, c = {c_ids, 1}, none = {0}, r;
	static const uint32_t both[] = {1, 3, 4, 5};
	(void)state;
	assert_int_equal(pl_known_union(a, b, arena, &r), PL_OK);
	assert_int_equal(r.count, 4);
	assert_memory_equal(r.ids, both, sizeof both);
	assert_true(pl_known_has(r, 4));
	assert_false(pl_known_has(r, 2));
	assert_false(pl_known_has(none, 2));
	assert_int_equal(pl_known_common(a, b, arena, &r), PL_OK);
	assert_int_equal(r.count, 1);
	assert_int_equal(r.ids[0], 3);
	assert_int_equal(pl_known_common(a, c, arena, &r), PL_OK);
	assert_int_equal(r.count, 0);
	assert_int_equal(pl_known_common(a, none, arena, &r), PL_OK);
	assert_int_equal(r.count, 0);
	assert_int_equal(pl_known_union(none, c, arena, &r), PL_OK);
	assert_int_equal(r.count, 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(numbers_in_order),
		cmocka_unit_test(keys_are_bytes),
		cmocka_unit_test(memory_is_an_error),
		cmocka_unit_test(known_sets),
	};
	return cmocka_run_group_tests(tests, setup, teardown);
}
