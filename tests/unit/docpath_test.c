/* docpath_test.c - the path of every node of a document, in words. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>

#include "base/buf.h"
#include "doc/tape.h"

/* A pl_str where only a constant may stand. */
#define TEXT(lit)                                                                                                      \
	{                                                                                                              \
		(lit), sizeof(lit) - 1                                                                                 \
	}

static struct pl_doc *json(pl_str text, struct pl_arena *arena)
{
	struct pl_doc *doc = NULL;
	assert_int_equal(pl_doc_read_json(PL_STR("t"), text, &pl_doc_json_limits, arena, &doc, NULL), PL_OK);
	return doc;
}

static void check_path(const struct pl_doc *doc, pl_node base, pl_node node, const char *expected)
{
	char room[2000];
	struct pl_buf out;
	pl_buf_init_fixed(&out, room, sizeof room);
	pl_doc_path(doc, base, node, &out);
	assert_false(out.failed);
	if (!pl_str_eq(pl_buf_str(&out), pl_str_from(expected)))
		fail_msg("node %u below %u: expected `%s`, got `%.*s`", node, base, expected, PL_FMT(pl_buf_str(&out)));
}

static void test_every_node(void **state)
{
	(void)state;
	struct pl_arena *arena = pl_arena_new(1 << 20, 0);
	const struct pl_doc *doc = json(PL_STR("{\"spec\":{\"containers\":[{\"image\":\"x\"},{\"image\":\"y\",\"args\":"
					       "[[1],[2,3]]}]},\"k\":1}"),
					arena);
	static const char *const paths[] = {
		"",
		"spec",
		"spec",
		"spec.containers",
		"spec.containers",
		"spec.containers[0]",
		"spec.containers[0].image",
		"spec.containers[0].image",
		"spec.containers[1]",
		"spec.containers[1].image",
		"spec.containers[1].image",
		"spec.containers[1].args",
		"spec.containers[1].args",
		"spec.containers[1].args[0]",
		"spec.containers[1].args[0][0]",
		"spec.containers[1].args[1]",
		"spec.containers[1].args[1][0]",
		"spec.containers[1].args[1][1]",
		"k",
		"k",
	};
	assert_int_equal(doc->count, sizeof paths / sizeof paths[0]);
	for (pl_node n = 0; n < doc->count; n++)
		check_path(doc, 0, n, paths[n]);
	check_path(doc, 2, 6, "containers[0].image");
	check_path(doc, 4, 6, "[0].image");
	check_path(doc, 8, 17, "args[1][1]");
	/* Not below the base, or no node at all. */
	check_path(doc, 8, 6, "");
	check_path(doc, 5, 8, "");
	check_path(doc, 0, PL_NO_NODE, "");
	check_path(doc, PL_NO_NODE, 3, "");
	check_path(doc, 0, 20, "");
	pl_arena_free(arena);
}

static void test_keys(void **state)
{
	(void)state;
	static const struct {
		pl_str key;
		const char *path;
	} rows[] = {
		{TEXT("abc"), "x.abc"},
		{TEXT("_a1"), "x._a1"},
		{TEXT("A_Z09"), "x.A_Z09"},
		{TEXT("1a"), "x[\"1a\"]"},
		{TEXT(""), "x[\"\"]"},
		{TEXT("a-b"), "x[\"a-b\"]"},
		{TEXT("app.kubernetes.io/name"), "x[\"app.kubernetes.io/name\"]"},
		{TEXT("a b"), "x[\"a b\"]"},
		{TEXT("\\u0061bc"), "x[\"abc\"]"},
		{TEXT("a\\nb\\u001b[31m"), "x[\"a\\nb\\u{1b}[31m\"]"},
		{TEXT("\\u202e"), "x[\"\\u{202e}\"]"},
		{TEXT("\xC3\xA9"), "x[\"\xC3\xA9\"]"},
		{TEXT("\xFF"), "x[\"\xEF\xBF\xBD\"]"},
		{TEXT("\\ud800"), "x[\"\xEF\xBF\xBD\"]"},
	};
	struct pl_arena *arena = pl_arena_new(1 << 20, 0);
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		pl_str text = pl_arena_printf(arena, "{\"x\":{\"%.*s\":1}}", PL_FMT(rows[i].key));
		check_path(json((pl_str){text.ptr, strlen(text.ptr)}, arena), 0, 4, rows[i].path);
	}
	check_path(json(PL_STR("{\"a/b\":{\"c\":[1]}}"), arena), 0, 5, "[\"a/b\"].c[0]");
	pl_arena_free(arena);
}

/* A hostile key does not make a message of megabytes. */
static void test_long_keys(void **state)
{
	(void)state;
	struct pl_arena *arena = pl_arena_new(1 << 20, 0);
	for (int escaped = 0; escaped < 2; escaped++) {
		struct pl_buf text, expected;
		pl_buf_init(&text, arena, 0);
		pl_buf_init(&expected, arena, 0);
		pl_buf_adds(&text, escaped ? "{\"\\u0061" : "{\"a");
		pl_buf_fill(&text, 'a', 299);
		pl_buf_adds(&text, "\":1}");
		pl_buf_adds(&expected, "[\"");
		pl_buf_fill(&expected, 'a', 256);
		pl_buf_adds(&expected, "\xE2\x80\xA6\"]");
		pl_buf_addc(&expected, '\0');
		check_path(json(pl_buf_str(&text), arena), 0, 2, expected.ptr);
	}
	pl_arena_free(arena);
}

/* The path is appended: what stands in the buffer already makes no difference. */
static void test_append(void **state)
{
	(void)state;
	struct pl_arena *arena = pl_arena_new(1 << 16, 0);
	struct pl_buf out;
	pl_buf_init(&out, arena, 0);
	pl_buf_adds(&out, "at ");
	pl_doc_path(json(PL_STR("{\"a\":{\"b\":1}}"), arena), 0, 4, &out);
	assert_true(pl_str_eq(pl_buf_str(&out), PL_STR("at a.b")));
	pl_arena_free(arena);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_every_node),
		cmocka_unit_test(test_keys),
		cmocka_unit_test(test_long_keys),
		cmocka_unit_test(test_append),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
