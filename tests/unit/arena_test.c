/* arena_test.c - the arena: ceiling, alignment, giving back, reset. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "plimsoll/arena.h"

static void test_ceiling(void **state)
{
	(void)state;
	struct pl_arena *a = pl_arena_new(64, 0);
	char *p = pl_arena_alloc(a, 1), *q = pl_arena_alloc(a, 33);
	assert_non_null(p);
	assert_non_null(q);
	assert_int_equal((uintptr_t)p % 16, 0);
	assert_int_equal((uintptr_t)q % 16, 0);
	assert_int_equal(pl_arena_used(a), 64);
	assert_null(pl_arena_alloc(a, 1));
	assert_non_null(pl_arena_alloc(a, 0));
	assert_null(pl_arena_alloc(a, SIZE_MAX));
	assert_null(pl_arena_alloc(a, SIZE_MAX - 8));
	assert_int_equal(pl_arena_used(a), 64);
	memset(p, 1, 1);
	memset(q, 2, 33);
	assert_int_equal(p[0], 1);
	pl_arena_reset(a);
	assert_int_equal(pl_arena_used(a), 0);
	assert_int_equal(pl_arena_peak(a), 64);
	assert_non_null(pl_arena_alloc(a, 64));
	pl_arena_free(a);
	a = pl_arena_new(SIZE_MAX, 0);
	assert_null(pl_arena_alloc(a, SIZE_MAX));
	assert_null(pl_arena_alloc(a, SIZE_MAX - 20));
	pl_arena_free(a);
	pl_arena_free(NULL);
}

static void test_zalloc(void **state)
{
	(void)state;
	struct pl_arena *a = pl_arena_new(1 << 20, 1 << 20);
	memset(pl_arena_alloc(a, 4096), 0xFF, 4096);
	pl_arena_reset(a);
	unsigned char *p = pl_arena_zalloc(a, 64, 64);
	for (size_t i = 0; i < 4096; i++)
		assert_int_equal(p[i], 0);
	assert_null(pl_arena_zalloc(a, SIZE_MAX / 2, 4));
	assert_null(pl_arena_zalloc(a, 1 << 20, 1 << 20));
	assert_non_null(pl_arena_zalloc(a, 0, 8));
	pl_arena_free(a);
}

/* The newest allocation shrinks; an older one stays. */
static void test_shrink(void **state)
{
	(void)state;
	struct pl_arena *a = pl_arena_new(1 << 20, 0);
	char *p = pl_arena_alloc(a, 1000);
	pl_arena_shrink(a, p, 1000, 100);
	assert_int_equal(pl_arena_used(a), 112);
	pl_arena_shrink(a, p, 100, 100);
	pl_arena_shrink(a, p, 100, 200);
	assert_int_equal(pl_arena_used(a), 112);
	char *q = pl_arena_alloc(a, 16);
	pl_arena_shrink(a, p, 100, 0);
	assert_int_equal(pl_arena_used(a), 128);
	pl_arena_shrink(a, q, 16, 0);
	assert_int_equal(pl_arena_used(a), 112);
	pl_arena_free(a);
	struct pl_arena *empty = pl_arena_new(16, 0);
	pl_arena_shrink(empty, p, 16, 0);
	assert_int_equal(pl_arena_used(empty), 0);
	pl_arena_free(empty);
}

static void test_many(void **state)
{
	(void)state;
	struct pl_arena *a = pl_arena_new(1 << 22, 1 << 16);
	for (int round = 0; round < 3; round++) {
		unsigned char *kept[500];
		for (size_t i = 0; i < 500; i++) {
			size_t size = 1 + (i * 37) % 900;
			kept[i] = pl_arena_alloc(a, size);
			assert_non_null(kept[i]);
			memset(kept[i], (int)(i & 0xFF), size);
		}
		for (size_t i = 0; i < 500; i++) {
			size_t size = 1 + (i * 37) % 900;
			assert_int_equal(kept[i][0], i & 0xFF);
			assert_int_equal(kept[i][size - 1], i & 0xFF);
		}
		pl_arena_reset(a);
	}
	pl_arena_free(a);
}

static void test_text(void **state)
{
	(void)state;
	struct pl_arena *a = pl_arena_new(64, 0);
	char source[] = "abc";
	pl_str copy = pl_arena_dup(a, (pl_str){source, 3});
	source[0] = 'x';
	assert_true(pl_str_eq(copy, PL_STR("abc")));
	assert_non_null(pl_arena_dup(a, (pl_str){NULL, 0}).ptr);
	pl_str made = pl_arena_printf(a, "%s-%d", "n", 7);
	assert_true(pl_str_eq(made, PL_STR("n-7")));
	assert_null(pl_arena_printf(a, "%0100d", 1).ptr);
	assert_null(pl_arena_dup(a, PL_STR("0123456789012345678901234567890123456789")).ptr);
	pl_arena_free(a);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_ceiling), cmocka_unit_test(test_zalloc), cmocka_unit_test(test_shrink),
		cmocka_unit_test(test_many),	cmocka_unit_test(test_text),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
