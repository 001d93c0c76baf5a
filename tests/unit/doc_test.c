/* doc_test.c - the accessors of a document: walking, looking up, decoding, spans, duplicates, the dump and the
 * invariants. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "base/buf.h"
#include "doc/tape.h"

/* A pl_str where only a constant may stand. */
#define TEXT(lit)                                                                                                      \
	{                                                                                                              \
		(lit), sizeof(lit) - 1                                                                                 \
	}

static struct pl_arena *arena;

static int setup(void **state)
{
	(void)state;
	arena = pl_arena_new(1 << 26, 0);
	return arena ? 0 : -1;
}

static int teardown(void **state)
{
	(void)state;
	pl_arena_free(arena);
	return 0;
}

static struct pl_doc *json(pl_str text)
{
	struct pl_doc *doc = NULL;
	assert_int_equal(pl_doc_read_json(PL_STR("t.json"), text, &pl_doc_json_limits, arena, &doc, NULL), PL_OK);
	assert_true(pl_tape_check(doc));
	return doc;
}

static struct pl_doc *yaml(pl_str text)
{
	struct pl_yaml *y = NULL;
	struct pl_doc *doc = NULL;
	assert_int_equal(pl_yaml_open(PL_STR("t.yaml"), text, &pl_doc_yaml_limits, arena, &y, NULL), PL_OK);
	assert_int_equal(pl_yaml_next(y, &doc, NULL), PL_OK);
	assert_non_null(doc);
	pl_yaml_close(y);
	return doc;
}

static void check_text(const struct pl_doc *doc, pl_node node, pl_str expected)
{
	pl_str got = pl_doc_text(doc, node, arena);
	if (!got.ptr || !pl_str_eq(got, expected))
		fail_msg("expected `%.*s`, got `%.*s`", PL_FMT(expected), PL_FMT(got));
}

static void test_walk(void **state)
{
	(void)state;
	pl_str text = PL_STR("{\"a\":[1,[2,3],{}],\"b\":{\"c\":null}}");
	const struct pl_doc *doc = json(text);
	assert_true(pl_str_eq(pl_doc_name(doc), PL_STR("t.json")));
	assert_ptr_equal(pl_doc_source(doc).ptr, text.ptr);
	pl_node root = pl_doc_root(doc);
	assert_int_equal(pl_doc_type(doc, root), PL_NODE_OBJECT);
	assert_int_equal(pl_doc_count(doc, root), 2);
	pl_node a = pl_doc_first(doc, root), b = pl_doc_next(doc, root, a);
	check_text(doc, a, PL_STR("a"));
	check_text(doc, b, PL_STR("b"));
	assert_int_equal(pl_doc_next(doc, root, b), PL_NO_NODE);
	pl_node list = pl_doc_value(doc, a);
	assert_int_equal(pl_doc_type(doc, list), PL_NODE_ARRAY);
	assert_int_equal(pl_doc_count(doc, list), 3);
	pl_node one = pl_doc_first(doc, list), inner = pl_doc_next(doc, list, one),
		empty = pl_doc_next(doc, list, inner);
	assert_int_equal(pl_doc_type(doc, one), PL_NODE_NUMBER);
	assert_int_equal(pl_doc_count(doc, inner), 2);
	assert_int_equal(pl_doc_type(doc, empty), PL_NODE_OBJECT);
	assert_int_equal(pl_doc_first(doc, empty), PL_NO_NODE);
	assert_int_equal(pl_doc_next(doc, list, empty), PL_NO_NODE);
	assert_int_equal(pl_doc_type(doc, pl_doc_value(doc, pl_doc_first(doc, pl_doc_value(doc, b)))), PL_NODE_NULL);
}

/* PL_NO_NODE and nodes of the wrong type get "nothing" from everything. */
static void test_nothing(void **state)
{
	(void)state;
	const struct pl_doc *doc = json(PL_STR("[true]"));
	static const pl_node none[] = {PL_NO_NODE, 2, 1000};
	for (size_t i = 0; i < sizeof none / sizeof none[0]; i++) {
		pl_node n = none[i];
		bool twice = true;
		assert_int_equal(pl_doc_type(doc, n), PL_NODE_NONE);
		assert_int_equal(pl_doc_count(doc, n), 0);
		assert_int_equal(pl_doc_first(doc, n), PL_NO_NODE);
		assert_int_equal(pl_doc_next(doc, n, 1), PL_NO_NODE);
		assert_int_equal(pl_doc_next(doc, 0, n), PL_NO_NODE);
		assert_int_equal(pl_doc_value(doc, n), PL_NO_NODE);
		assert_int_equal(pl_doc_get(doc, n, PL_STR("a"), &twice), PL_NO_NODE);
		assert_false(twice);
		assert_null(pl_doc_text(doc, n, arena).ptr);
		assert_int_equal(pl_doc_span(doc, n).len, 0);
		assert_int_equal(pl_doc_find_duplicate(doc, n, arena), PL_NO_NODE);
	}
	assert_null(pl_doc_text(doc, 0, arena).ptr);
	assert_null(pl_doc_text(doc, 1, arena).ptr);
	assert_int_equal(pl_doc_value(doc, 1), PL_NO_NODE);
	assert_int_equal(pl_doc_first(doc, 1), PL_NO_NODE);
	assert_int_equal(pl_doc_get(doc, 0, PL_STR("a"), NULL), PL_NO_NODE);
}

static void test_get(void **state)
{
	(void)state;
	const struct pl_doc *doc =
		json(PL_STR("{\"a\":1,\"\\u0062\":2,\"\":3,\"a\":4,\"x\\u0000y\":5,\"\xFF\":6,\"A\":7}"));
	bool twice = false;
	check_text(doc, pl_doc_get(doc, 0, PL_STR("a"), &twice), PL_STR("1"));
	assert_true(twice);
	check_text(doc, pl_doc_get(doc, 0, PL_STR("b"), &twice), PL_STR("2"));
	assert_false(twice);
	check_text(doc, pl_doc_get(doc, 0, PL_STR(""), NULL), PL_STR("3"));
	check_text(doc, pl_doc_get(doc, 0, PL_STR("x\0y"), NULL), PL_STR("5"));
	check_text(doc, pl_doc_get(doc, 0, PL_STR("\xEF\xBF\xBD"), NULL), PL_STR("6"));
	check_text(doc, pl_doc_get(doc, 0, PL_STR("A"), NULL), PL_STR("7"));
	assert_int_equal(pl_doc_get(doc, 0, PL_STR("x"), &twice), PL_NO_NODE);
	assert_int_equal(pl_doc_get(doc, 0, PL_STR("x\0yz"), NULL), PL_NO_NODE);
	assert_int_equal(pl_doc_get(doc, 0, PL_STR("\\u0062"), NULL), PL_NO_NODE);
}

static void test_decode(void **state)
{
	(void)state;
	static const struct {
		pl_str json, text;
	} rows[] = {
		{TEXT("\"\""), TEXT("")},
		{TEXT("\"plain\""), TEXT("plain")},
		{TEXT("\"\\\"\\\\\\/\\b\\f\\n\\r\\t\""), TEXT("\"\\/\b\f\n\r\t")},
		{TEXT("\"\\u0000\""), TEXT("\0")},
		{TEXT("\"\\u007f\\u0080\\u07FF\\u0800\\uffff\""), TEXT("\x7F\xC2\x80\xDF\xBF\xE0\xA0\x80\xEF\xBF\xBF")},
		{TEXT("\"\\ud800\\udc00\\uDBFF\\uDFFF\""), TEXT("\xF0\x90\x80\x80\xF4\x8F\xBF\xBF")},
		{TEXT("\"a\\ud83dz\""), TEXT("a\xEF\xBF\xBDz")},
		{TEXT("\"\\ud83d\\ud83d\\ude00\""), TEXT("\xEF\xBF\xBD\xF0\x9F\x98\x80")},
		{TEXT("\"\xFF\xC3\""), TEXT("\xEF\xBF\xBD\xEF\xBF\xBD")},
		{TEXT("\"\xC3\xA9\""), TEXT("\xC3\xA9")},
		{TEXT("12.50e+1"), TEXT("12.50e+1")},
	};
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
		check_text(json(rows[i].json), 0, rows[i].text);
}

/* What needs no decoding is borrowed; what does fails cleanly without memory. */
static void test_decode_memory(void **state)
{
	(void)state;
	const struct pl_doc *doc = json(PL_STR("[\"plain\",\"esc\\n\"]"));
	struct pl_arena *none = pl_arena_new(0, 0);
	pl_str plain = pl_doc_text(doc, 1, none);
	assert_true(plain.ptr == pl_doc_source(doc).ptr + 2);
	assert_null(pl_doc_text(doc, 2, none).ptr);
	assert_int_equal(pl_arena_used(none), 0);
	pl_arena_free(none);
}

static void check_span(const struct pl_doc *doc, pl_node node, const char *expected)
{
	struct pl_span at = pl_doc_span(doc, node);
	pl_str got = {pl_doc_source(doc).ptr + at.start, at.len};
	if (!pl_str_eq(got, pl_str_from(expected)))
		fail_msg("node %u: expected `%s`, got `%.*s`", node, expected, PL_FMT(got));
}

static void test_spans(void **state)
{
	(void)state;
	const struct pl_doc *doc = json(PL_STR(" { \"k\\n\" : [ -1.5 , true ] } "));
	check_span(doc, 0, "{");
	check_span(doc, 1, "\"k\\n\"");
	check_span(doc, 2, "[");
	check_span(doc, 3, "-1.5");
	check_span(doc, 4, "true");
	doc = yaml(PL_STR("\xC3\xA9: 'it''s'\nb: !!str &a \"\xC3\xA9\"\nc: |\n  x\nd:\n- p l\n"));
	check_span(doc, 1, "\xC3\xA9");
	check_span(doc, 2, "'it''s'");
	check_span(doc, 4, "\"\xC3\xA9\"");
	check_span(doc, 6, "|\n  x\n");
	check_span(doc, 8, "-");
	check_span(doc, 9, "p l");
	struct pl_position at = pl_position_of(pl_doc_source(doc), pl_doc_span(doc, 9).start);
	assert_int_equal(at.line, 6);
	assert_int_equal(at.column, 3);
}

/* --- duplicates --------------------------------------------------------------------------------------------------- */

static void test_duplicate(void **state)
{
	(void)state;
	static const struct {
		const char *json;
		pl_node from, found;
	} rows[] = {
		{"{}", 0, PL_NO_NODE},
		{"{\"a\":1,\"b\":2}", 0, PL_NO_NODE},
		{"{\"a\":1,\"a\":2}", 0, 3},
		{"{\"a\":1,\"A\":2}", 0, PL_NO_NODE},
		{"{\"a\":1,\"b\":2,\"b\":3,\"a\":4}", 0, 5},
		{"{\"a\":1,\"\\u0061\":2}", 0, 3},
		{"{\"\\ud800\":1,\"\\udfff\":2}", 0, 3},
		{"{\"\xFF\":1,\"\\ufffd\":2}", 0, 3},
		{"{\"\xFF\":1,\"\xEF\xBF\xBD\":2}", 0, 3},
		{"{\"\\u0000\":1,\"\":2}", 0, PL_NO_NODE},
		{"[{\"a\":1},{\"a\":2}]", 0, PL_NO_NODE},
		{"[{\"a\":1},{\"b\":{\"c\":1,\"c\":2}}]", 0, 9},
		{"[{\"a\":1,\"a\":2},{\"b\":3}]", 6, PL_NO_NODE},
		{"{\"a\":{\"b\":1},\"b\":{\"a\":1}}", 0, PL_NO_NODE},
	};
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		const struct pl_doc *doc = json(pl_str_from(rows[i].json));
		if (pl_doc_find_duplicate(doc, rows[i].from, arena) != rows[i].found)
			fail_msg("%s", rows[i].json);
	}
}

/* An object of n keys k0, k1, ...; the key at `twice` repeats k0. */
static struct pl_doc *wide(unsigned n, unsigned twice)
{
	struct pl_buf b;
	pl_buf_init(&b, arena, 0);
	for (unsigned i = 0; i < n; i++)
		pl_buf_addf(&b, "%s\"k%u\":0", i ? "," : "{", i == twice ? 0 : i);
	pl_buf_addc(&b, '}');
	return json(pl_buf_str(&b));
}

static void test_duplicate_in_wide_objects(void **state)
{
	(void)state;
	static const unsigned sizes[] = {2, 3, 31, 32, 33, 64, 100, 1000, 20000};
	for (size_t i = 0; i < sizeof sizes / sizeof sizes[0]; i++) {
		unsigned n = sizes[i];
		assert_int_equal(pl_doc_find_duplicate(wide(n, n), 0, arena), PL_NO_NODE);
		assert_int_equal(pl_doc_find_duplicate(wide(n, n - 1), 0, arena), 1 + 2 * (n - 1));
		assert_int_equal(pl_doc_find_duplicate(wide(n, 1), 0, arena), 3);
	}
	const struct pl_doc *doc = wide(33, 33);
	struct pl_arena *none = pl_arena_new(0, 0);
	assert_int_equal(pl_doc_find_duplicate(doc, 0, none), 1); /* not checked is not "none" */
	pl_arena_free(none);
}

/* --- dump and invariants ------------------------------------------------------------------------------------------ */

static void test_dump(void **state)
{
	(void)state;
	struct pl_buf out;
	pl_buf_init(&out, arena, 0);
	pl_doc_dump(json(PL_STR("{\"a\\u001b\":[1e999,\"\\ud800\",null],\"b\":{}}")), &out);
	pl_doc_dump(yaml(PL_STR("a: 'x''y'\n")), &out);
	assert_true(
		pl_str_eq(pl_buf_str(&out), PL_STR("0 object 2 @0+1\n"
						   "1   key string \"a\\u{1b}\" @1+9 escaped\n"
						   "2     array 3 @11+1\n"
						   "3       number \"1e999\" @12+5 inexact\n"
						   "4       string \"\xEF\xBF\xBD\" @18+8 escaped damaged replaced\n"
						   "5       null @27+4\n"
						   "6   key string \"b\" @33+3\n"
						   "7     object 0 @37+1\n"
						   "0 object 1 @0+1\n"
						   "1   key plain \"a\" @0+1\n"
						   "2     string \"x'y\" @3+6 side\n")));
}

/* Every field of every token matters to pl_tape_check: breaking one is noticed. */
static void test_check_notices(void **state)
{
	(void)state;
	struct pl_doc *doc = json(PL_STR("{\"a\":[1,{\"b\":2}],\"c\":\"x\"}"));
	for (uint32_t i = 0; i < doc->count; i++) {
		struct pl_token *t = &doc->tokens[i], saved = *t;
		t->next++;
		assert_false(pl_tape_check(doc));
		t->next = saved.next - 1;
		assert_false(pl_tape_check(doc));
		*t = saved;
		t->flags ^= PL_TOKEN_KEY;
		assert_false(pl_tape_check(doc));
		*t = saved;
		t->type = PL_NODE_NONE;
		assert_false(pl_tape_check(doc));
		*t = saved;
		t->pos = 1000;
		assert_false(pl_tape_check(doc));
		*t = saved;
		t->len += 100;
		assert_false(pl_tape_check(doc));
		*t = saved;
		assert_true(pl_tape_check(doc));
	}
	doc->tokens[doc->count - 1].type = PL_NODE_PLAIN;
	assert_false(pl_tape_check(doc));
	doc->tokens[doc->count - 1].type = PL_NODE_STRING;
	doc->tokens[doc->count - 1].flags |= PL_TOKEN_SIDE;
	assert_false(pl_tape_check(doc));
	doc->count = 0;
	assert_false(pl_tape_check(doc));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_walk),	      cmocka_unit_test(test_nothing),
		cmocka_unit_test(test_get),	      cmocka_unit_test(test_decode),
		cmocka_unit_test(test_decode_memory), cmocka_unit_test(test_spans),
		cmocka_unit_test(test_duplicate),     cmocka_unit_test(test_duplicate_in_wide_objects),
		cmocka_unit_test(test_dump),	      cmocka_unit_test(test_check_notices),
	};
	return cmocka_run_group_tests(tests, setup, teardown);
}
