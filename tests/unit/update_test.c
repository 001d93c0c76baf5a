/* update_test.c - findings before and after an UPDATE as multisets. spec: language.md 3.8 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "vm/update.h"

static struct pl_violation_key key(uint16_t rule, uint16_t check, uint64_t subject, uint8_t evidence)
{
	return (struct pl_violation_key){rule, check, subject, {{[31] = evidence}}, 0};
}

static void order(void **state)
{
	(void)state;
	struct pl_violation_key keys[97], scratch[97];
	for (unsigned i = 0; i < 97; i++)
		keys[i] = key((uint16_t)(i * 31 % 5), (uint16_t)(i * 17 % 3), i * 7 % 4, (uint8_t)(i * 13 % 11));
	pl_update_sort(keys, scratch, 97);
	for (unsigned i = 1; i < 97; i++)
		assert_true(pl_update_cmp(&keys[i - 1], &keys[i]) <= 0);
	pl_update_sort(keys, scratch, 0);
	pl_update_sort(keys, scratch, 1);
}

static void each_part_counts(void **state)
{
	(void)state;
	const struct pl_violation_key old = key(1, 1, 1, 1);
	const struct pl_violation_key other[] = {key(2, 1, 1, 1), key(1, 2, 1, 1), key(1, 1, 2, 1), key(1, 1, 1, 2)};
	bool already;
	pl_update_match(&old, 1, &old, 1, &already);
	assert_true(already);
	for (unsigned i = 0; i < 4; i++) {
		pl_update_match(&other[i], 1, &old, 1, &already);
		assert_false(already);
		pl_update_match(&old, 1, &other[i], 1, &already);
		assert_false(already);
	}
	pl_update_match(&old, 1, NULL, 0, &already);
	assert_false(already);
}

static void two_need_two(void **state)
{
	(void)state;
	const struct pl_violation_key a = key(1, 0, 0, 0), b = key(2, 0, 0, 0);
	const struct pl_violation_key now[] = {a, a, a, b}, then[] = {a, a, b, b};
	bool already[4];
	pl_update_match(now, 4, then, 4, already);
	assert_true(already[0]);
	assert_true(already[1]);
	assert_false(already[2]);
	assert_true(already[3]);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(order),
		cmocka_unit_test(each_part_counts),
		cmocka_unit_test(two_need_two),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
