/* report_source_test.c - places in a text, and what of it must not be shown. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "report/report_source.h"

struct fixture {
	struct pl_arena *arena;
	struct pl_doc *doc;
	struct pl_source *source;
};

static struct fixture open_text(const char *text)
{
	struct fixture f = {.arena = pl_arena_new(64 << 20, 0)};
	struct pl_diags diags;
	pl_diags_init(&diags, f.arena);
	assert_int_equal(
		pl_doc_read_json(PL_STR("a.json"), pl_str_from(text), &pl_doc_json_limits, f.arena, &f.doc, &diags),
		PL_OK);
	f.source = pl_source_new(pl_str_from(text), f.arena);
	assert_non_null(f.source);
	return f;
}

/* The text with every hidden byte replaced by `#`. */
static void assert_shown(const char *text, const char *expected)
{
	struct fixture f = open_text(text);
	assert_true(pl_source_hide(f.source, f.doc));
	char *shown = strdup(text);
	for (uint32_t i = 0; i < strlen(text); i++) {
		struct pl_span hidden = pl_source_hidden(f.source, i);
		if (hidden.start <= i)
			shown[i] = '#';
	}
	assert_string_equal(shown, expected);
	free(shown);
	pl_arena_free(f.arena);
}

static void places_agree_with_a_count_from_the_start(void **state)
{
	(void)state;
	/* Lines and code points of every length around the checkpoints. */
	size_t len = 20000;
	char *bytes = malloc(len + 1);
	for (size_t i = 0; i < len; i++)
		bytes[i] = i % 97 == 0 ? '\n' : 'a';
	for (size_t i = 500; i + 1 < len; i += 501)
		memcpy(bytes + i, "\xC3\xA9", 2);
	memset(bytes + 6000, 'b', 9000); /* a line longer than two checkpoints */
	struct pl_arena *arena = pl_arena_new(1 << 20, 0);
	pl_str text = {bytes, len};
	struct pl_source *source = pl_source_new(text, arena);
	for (uint32_t i = 0; i <= len; i++) {
		if (i < len && ((unsigned char)bytes[i] & 0xC0) == 0x80)
			continue;
		struct pl_position quick = pl_source_position(source, i), slow = pl_position_of(text, i);
		assert_int_equal(quick.line, slow.line);
		assert_int_equal(quick.column, slow.column);
	}
	assert_int_equal(pl_source_position(source, UINT32_MAX).line, pl_position_of(text, (uint32_t)len).line);
	free(bytes);
	pl_arena_free(arena);
}

static void an_empty_text_has_one_place(void **state)
{
	(void)state;
	struct pl_arena *arena = pl_arena_new(1 << 16, 0);
	struct pl_source *source = pl_source_new((pl_str){0}, arena);
	struct pl_position at = pl_source_position(source, 0);
	assert_int_equal(at.line, 1);
	assert_int_equal(at.column, 1);
	pl_arena_free(arena);
}

static void values_of_variables_are_hidden(void **state)
{
	(void)state;
	assert_shown("{\"env\":[{\"name\":\"A\",\"value\":\"x y\"},{\"value\":17}]}",
		     "{\"env\":[{\"name\":\"A\",\"value\":#####},{\"value\":##}]}");
	assert_shown("{\"environment\":[{\"value\":\"s\",\"name\":\"A\"}]}",
		     "{\"environment\":[{\"value\":###,\"name\":\"A\"}]}");
}

static void a_misspelt_variable_is_hidden_too(void **state)
{
	(void)state;
	assert_shown("{\"Env\":[{\"VALUE\":\"s\"}]}", "{\"Env\":[{\"VALUE\":###}]}");
	assert_shown("{\"env\":{\"value\":\"s\"}}", "{\"env\":{\"value\":###}}");
	assert_shown("{\"env\":[{\"value\":{\"a\":[\"s\",{\"b\":1}]}}]}",
		     "{\"env\":[{\"value\":{\"a\":[###,{\"b\":#}]}}]}");
}

static void secrets_and_copies_of_the_object_are_hidden(void **state)
{
	(void)state;
	assert_shown("{\"data\":{\"p\":\"s\"},\"kind\":\"Secret\",\"stringData\":{\"q\":\"t\"},\"type\":\"O\"}",
		     "{\"data\":{\"p\":###},\"kind\":\"Secret\",\"stringData\":{\"q\":###},\"type\":\"O\"}");
	assert_shown("{\"items\":[{\"kind\":\"Secret\",\"data\":{\"p\":\"s\"}},{\"kind\":\"ConfigMap\",\"data\":{\"p\":"
		     "\"s\"}}]}",
		     "{\"items\":[{\"kind\":\"Secret\",\"data\":{\"p\":###}},{\"kind\":\"ConfigMap\",\"data\":{\"p\":"
		     "\"s\"}}]}");
	assert_shown("{\"kubectl.kubernetes.io/last-applied-configuration\":\"{}\"}",
		     "{\"kubectl.kubernetes.io/last-applied-configuration\":####}");
}

static void words_of_commands_and_headers_are_hidden(void **state)
{
	(void)state;
	assert_shown("{\"command\":[\"a\",\"b\"],\"Args\":\"c\",\"entryPoint\":{\"d\":[\"e\"]}}",
		     "{\"command\":[###,###],\"Args\":###,\"entryPoint\":{\"d\":[###]}}");
	assert_shown("{\"exec\":{\"command\":[\"a\"]},\"httpHeaders\":[{\"name\":\"A\",\"value\":\"b\"}]}",
		     "{\"exec\":{\"command\":[###]},\"httpHeaders\":[{\"name\":\"A\",\"value\":###}]}");
}

static void a_value_where_a_reference_belongs_is_hidden(void **state)
{
	(void)state;
	assert_shown("{\"secrets\":[{\"valueFrom\":\"arn:a\"},{\"valueFrom\":\"/a\"},{\"valueFrom\":\"a\"}]}",
		     "{\"secrets\":[{\"valueFrom\":\"arn:a\"},{\"valueFrom\":\"/a\"},{\"valueFrom\":###}]}");
	assert_shown("{\"env\":[{\"name\":\"A\",\"valueFrom\":\"a\"}]}",
		     "{\"env\":[{\"name\":\"A\",\"valueFrom\":###}]}");
}

static void other_values_are_shown(void **state)
{
	(void)state;
	assert_shown("{\"sysctls\":[{\"name\":\"k\",\"value\":\"1\"}],\"env\":[{\"valueFrom\":{\"value\":\"x\"}}]}",
		     "{\"sysctls\":[{\"name\":\"k\",\"value\":\"1\"}],\"env\":[{\"valueFrom\":{\"value\":\"x\"}}]}");
}

static void depth_costs_no_stack(void **state)
{
	(void)state;
	size_t depth = 9000;
	char *text = malloc(depth * 2 + 1);
	memset(text, '[', depth);
	memset(text + depth, ']', depth);
	text[depth * 2] = '\0';
	struct fixture f = open_text(text);
	assert_true(pl_source_hide(f.source, f.doc));
	assert_int_equal(pl_source_hidden(f.source, 0).start, UINT32_MAX);
	free(text);
	pl_arena_free(f.arena);
}

/* A walk that was cut short must not leave a secret in view. */
static void without_memory_nothing_may_be_shown(void **state)
{
	(void)state;
	struct fixture f = open_text("{\"env\":[{\"value\":\"s\"}]}");
	unsigned refused = 0, managed = 0;
	for (size_t ceiling = 0; ceiling < 4096; ceiling += 16) {
		struct pl_arena *small = pl_arena_new(ceiling, 0);
		struct pl_source *source = pl_source_new(pl_doc_source(f.doc), small);
		if (source && pl_source_hide(source, f.doc)) {
			assert_int_equal(pl_source_hidden(source, 0).start, 17);
			managed++;
		} else {
			refused++;
		}
		pl_arena_free(small);
	}
	assert_true(refused > 0 && managed > 0);
	pl_arena_free(f.arena);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(places_agree_with_a_count_from_the_start),
		cmocka_unit_test(an_empty_text_has_one_place),
		cmocka_unit_test(values_of_variables_are_hidden),
		cmocka_unit_test(a_misspelt_variable_is_hidden_too),
		cmocka_unit_test(secrets_and_copies_of_the_object_are_hidden),
		cmocka_unit_test(words_of_commands_and_headers_are_hidden),
		cmocka_unit_test(a_value_where_a_reference_belongs_is_hidden),
		cmocka_unit_test(other_values_are_shown),
		cmocka_unit_test(depth_costs_no_stack),
		cmocka_unit_test(without_memory_nothing_may_be_shown),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
