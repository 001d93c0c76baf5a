/* types_test.c - which types go together, and what they are called. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "base/buf.h"
#include "lang/types.h"

static struct pl_type t(enum pl_type_kind kind)
{
	return pl_type_scalar(kind);
}

/* spec: language.md 3.6, the whole table of numbers. */
static void numbers(void **state)
{
	static const enum pl_type_kind kinds[] = {PL_T_INT, PL_T_CORES, PL_T_BYTES, PL_T_QUANTITY};
	static const bool together[4][4] = {
		{true, true, false, true},
		{true, true, false, true},
		{false, false, true, true},
		{true, true, true, true},
	};
	(void)state;
	for (unsigned a = 0; a < 4; a++) {
		for (unsigned b = 0; b < 4; b++)
			assert_int_equal(pl_type_together(t(kinds[a]), t(kinds[b])), together[a][b]);
		assert_true(pl_type_is_number(t(kinds[a])));
		assert_true(pl_type_is_ordered(t(kinds[a])));
		assert_false(pl_type_together(t(kinds[a]), t(PL_T_STRING)));
		assert_false(pl_type_together(t(kinds[a]), t(PL_T_BOOL)));
	}
}

static void texts(void **state)
{
	struct pl_type one = {.kind = PL_T_ENUM, .ref = 1}, two = {.kind = PL_T_ENUM, .ref = 2};
	(void)state;
	assert_true(pl_type_together(one, t(PL_T_STRING)));
	assert_true(pl_type_together(t(PL_T_INTSTR), t(PL_T_STRING)));
	assert_true(pl_type_together(one, one));
	assert_false(pl_type_together(one, two));
	assert_false(pl_type_together(t(PL_T_STRING), t(PL_T_PATH)));
	assert_false(pl_type_together(t(PL_T_STRING), t(PL_T_IMAGE)));
	assert_false(pl_type_is_ordered(t(PL_T_STRING)));
	assert_false(pl_type_is_ordered(t(PL_T_BOOL)));
}

static void lists(void **state)
{
	struct pl_type strings = pl_type_list(t(PL_T_STRING)), ints = pl_type_list(t(PL_T_INT));
	struct pl_type empty = pl_type_list(t(PL_T_NONE)), map = pl_type_map(t(PL_T_INT));
	(void)state;
	assert_true(pl_type_together(strings, strings));
	assert_false(pl_type_together(strings, ints));
	assert_true(pl_type_together(empty, ints));
	assert_true(pl_type_together(strings, empty));
	assert_false(pl_type_together(strings, t(PL_T_STRING)));
	assert_false(pl_type_together(map, ints));
	assert_int_equal(pl_type_element(ints).kind, PL_T_INT);
	assert_int_equal(pl_type_element(map).kind, PL_T_ENTRY);
	assert_int_equal(pl_type_held(pl_type_element(map)).kind, PL_T_INT);
	assert_int_equal(pl_type_element(t(PL_T_INT)).kind, PL_T_NONE);
}

static void sums(void **state)
{
	(void)state;
	assert_int_equal(pl_type_sum(t(PL_T_INT), t(PL_T_CORES)).kind, PL_T_CORES);
	assert_int_equal(pl_type_sum(t(PL_T_CORES), t(PL_T_INT)).kind, PL_T_CORES);
	assert_int_equal(pl_type_sum(t(PL_T_QUANTITY), t(PL_T_BYTES)).kind, PL_T_BYTES);
	assert_int_equal(pl_type_sum(t(PL_T_BYTES), t(PL_T_QUANTITY)).kind, PL_T_BYTES);
	assert_int_equal(pl_type_sum(t(PL_T_QUANTITY), t(PL_T_INT)).kind, PL_T_QUANTITY);
	assert_int_equal(pl_type_sum(t(PL_T_INT), t(PL_T_INT)).kind, PL_T_INT);
}

static void assert_called(struct pl_type type, const char *name)
{
	char room[64];
	struct pl_buf b;
	pl_buf_init_fixed(&b, room, sizeof room);
	pl_type_describe(type, &b);
	pl_buf_addc(&b, '\0');
	assert_string_equal(room, name);
}

static void descriptions(void **state)
{
	uint16_t record = pl_schema_record_find(PL_ON_KUBERNETES, PL_STR("SecurityContext"));
	struct pl_type security = {.kind = PL_T_RECORD, .ref = record};
	struct pl_type container = {.kind = PL_T_SUBJECT, .ref = PL_SUBJECT_CONTAINER};
	(void)state;
	assert_called(t(PL_T_BYTES), "memory");
	assert_called(t(PL_T_CORES), "CPU");
	assert_called(pl_type_list(t(PL_T_STRING)), "a list of strings");
	assert_called(pl_type_map(t(PL_T_VERSION)), "a map of versions");
	assert_called(security, "the record `SecurityContext`");
	assert_called(pl_type_list(security), "a list of `SecurityContext`");
	assert_called(container, "the container itself");
	assert_called(pl_type_list(container), "a list of containers");
}

static void named(void **state)
{
	(void)state;
	assert_int_equal(pl_type_named(PL_STR("bytes")).kind, PL_T_BYTES);
	assert_int_equal(pl_type_named(PL_STR("mount")).kind, PL_T_SUBJECT);
	assert_int_equal(pl_type_named(PL_STR("mount")).ref, PL_SUBJECT_MOUNT);
	assert_int_equal(pl_type_named(PL_STR("Bytes")).kind, PL_T_NONE);
	assert_int_equal(pl_type_named(PL_STR("")).kind, PL_T_NONE);
	assert_int_equal(pl_type_named(PL_STR("list")).kind, PL_T_NONE);
	/* every scalar that the manual lists has a name, and no other kind has */
	static const char *const names[] = {"bool", "int",  "cores", "bytes", "quantity", "string", "image",
					    "path", "role", "arn",   "ip",    "version",  "date"};
	for (unsigned i = 0; i < sizeof names / sizeof *names; i++)
		assert_true(pl_type_is_scalar(pl_type_named(pl_str_from(names[i]))));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(numbers), cmocka_unit_test(texts),	   cmocka_unit_test(lists),
		cmocka_unit_test(sums),	   cmocka_unit_test(descriptions), cmocka_unit_test(named),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
