/* keys_test.c - the second of two equal keys or names, among few and among many, however they are spelled. */
#include "reading.h"

#include <stdio.h>

#include "model/keys.h"

static const char *repeated(const char *text)
{
	struct pl_doc *doc = read_doc(text);
	pl_node key = pl_doc_find_twin(doc, 0, arena);
	if (key == PL_NO_NODE)
		return "";
	pl_str before = {text, pl_doc_span(doc, key).start};
	return pl_arena_printf(arena, "%zu%c", before.len, 0).ptr;
}

static void finds_the_second_key(void **state)
{
	(void)state;
	assert_string_equal(repeated("{}"), "");
	assert_string_equal(repeated("{\"a\":1}"), "");
	assert_string_equal(repeated("{\"a\":1,\"b\":{\"a\":1,\"a\":2}}"), "");
	assert_string_equal(repeated("{\"a\":1,\"a\":2}"), "7");
	assert_string_equal(repeated("{\"a\":1,\"\\u0061\":2}"), "7");
	assert_string_equal(repeated("{\"\":1,\"\":2}"), "6");
	assert_string_equal(repeated("{\"a\":1,\"b\":1,\"b\":1,\"a\":1}"), "13");
	assert_string_equal(repeated("{\"a\":1,\"a\\u0000\":2}"), "");
	assert_string_equal(repeated("[1,1]"), "");
}

/* Every position of the pair, in sizes around the change of method. */
static void agrees_with_the_obvious_way(void **state)
{
	(void)state;
	static char names[40][8];
	for (size_t count = 2; count <= 40; count++) {
		for (size_t second = 1; second < count; second += 3) {
			pl_str texts[40];
			for (size_t i = 0; i < count; i++) {
				/* an order that is neither sorted nor reversed */
				snprintf(names[i], sizeof names[i], "%zu", i * 17 % 41);
				texts[i] = pl_str_from(names[i]);
			}
			size_t at;
			assert_int_equal(pl_keys_find_equal(texts, count, arena, &at), PL_OK);
			assert_true(at == SIZE_MAX);
			texts[second] = texts[second / 2 == second ? 0 : second / 2];
			assert_int_equal(pl_keys_find_equal(texts, count, arena, &at), PL_OK);
			assert_int_equal(at, second);
		}
	}
}

static void ignores_empty_texts(void **state)
{
	(void)state;
	pl_str texts[20] = {{NULL, 0}};
	size_t at;
	assert_int_equal(pl_keys_find_equal(texts, 20, arena, &at), PL_OK);
	assert_true(at == SIZE_MAX);
	assert_int_equal(pl_keys_find_equal(texts, 3, arena, &at), PL_OK);
	assert_true(at == SIZE_MAX);
	assert_int_equal(pl_keys_find_equal(NULL, 0, arena, &at), PL_OK);
	assert_true(at == SIZE_MAX);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(finds_the_second_key, setup, teardown),
		cmocka_unit_test_setup_teardown(agrees_with_the_obvious_way, setup, teardown),
		cmocka_unit_test_setup_teardown(ignores_empty_texts, setup, teardown),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
