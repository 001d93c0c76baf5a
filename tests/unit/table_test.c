/* table_test.c - data files into tables: text and JSON, every way in which they can be broken, and large ones. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include <cmocka.h>

#include "base/buf.h"
#include "lang/table.h"

static struct pl_arena *arena;
static struct pl_diags diags;

static const struct pl_table_column strings = {.form = {.kind = PL_T_STRING}};
static const struct pl_table_column images = {.form = {.kind = PL_T_IMAGE}};
static const struct pl_table_column ints = {.form = {.kind = PL_T_INT}};
static const struct pl_table_column cores = {.form = {.kind = PL_T_CORES}};
static const struct pl_table_column bools = {.form = {.kind = PL_T_BOOL}};
static const struct pl_table_column sets = {.form = {.kind = PL_T_STRING}, .listed = true};
static const struct pl_table_column scan[] = {
	{.name = {"critical", 8}, .form = {.kind = PL_T_INT}},
	{.name = {"note", 4}, .form = {.kind = PL_T_STRING}, .optional = true},
	{.name = {"tags", 4}, .form = {.kind = PL_T_STRING}, .listed = true, .optional = true},
};

static const struct pl_table_form set_of_strings = {.name = {"d", 1}, .columns = &strings, .column_count = 1};
static const struct pl_table_form set_of_images = {.name = {"d", 1}, .columns = &images, .column_count = 1};
static const struct pl_table_form set_of_ints = {.name = {"d", 1}, .columns = &ints, .column_count = 1};
static const struct pl_table_form set_of_cores = {.name = {"d", 1}, .columns = &cores, .column_count = 1};
static const struct pl_table_form set_of_bools = {.name = {"d", 1}, .columns = &bools, .column_count = 1};
static const struct pl_table_form map = {.name = {"d", 1}, .keyed = true, .columns = &strings, .column_count = 1};
static const struct pl_table_form map_of_sets = {.name = {"d", 1}, .keyed = true, .columns = &sets, .column_count = 1};
static const struct pl_table_form rows = {
	.name = {"d", 1}, .keyed = true, .rows = true, .columns = scan, .column_count = 3};

static const char *text_of(struct pl_buf *b)
{
	pl_buf_addc(b, '\0');
	assert_false(b->failed);
	return b->ptr;
}

/* "{a, b}", or "2:5 message" of the first complaint. */
static const char *read_text(const struct pl_table_form *form, const char *name, pl_str text)
{
	struct pl_policy_source file = {pl_str_from(name), text};
	struct pl_value v = {.kind = PL_V_RANGE};
	struct pl_buf b;
	pl_buf_init(&b, arena, 0);
	pl_diags_init(&diags, arena);
	pl_err err = pl_table_read(form, &file, arena, &v, &diags);
	if (err == PL_OK) {
		assert_int_equal(diags.errors, 0);
		pl_value_show(&v, arena, &b);
		return text_of(&b);
	}
	assert_int_equal(err, PL_E_POLICY);
	assert_int_equal(v.kind, PL_V_RANGE);
	assert_true(diags.errors > 0);
	const struct pl_diag *d = &diags.items[0];
	struct pl_position at = pl_position_of(d->text, d->at.start);
	pl_buf_addf(&b, "%u:%u %.*s", at.line, at.column, PL_FMT(d->message));
	return text_of(&b);
}

static const char *read(const struct pl_table_form *form, const char *name, const char *text)
{
	return read_text(form, name, pl_str_from(text));
}

static void lines(void **state)
{
	(void)state;
	static const struct {
		const struct pl_table_form *form;
		const char *text, *result;
	} cases[] = {
		{&set_of_strings, "", "{}"},
		{&set_of_strings, "\n\n", "{}"},
		{&set_of_strings, "# nothing", "{}"},
		{&set_of_strings, "a\nb", "{a, b}"},
		{&set_of_strings, "  a b \t\r\n\r\n#c\n \t# d\nb#c # d\n", "{a b, b#c}"},
		{&set_of_strings,
		 "\xEF\xBB\xBF"
		 "a\n",
		 "{a}"},
		{&set_of_strings, "\"a\"\n", "{\"a\"}"},
		{&set_of_strings, "a\n\xff\n", "2:1 this is not a text: it is not valid UTF-8"},
		{&set_of_images, "nginx\n  nginx:1 # x\n", "{nginx, nginx:1}"},
		{&set_of_images, "nginx\n\n   Nginx\n", "3:4 \"Nginx\" is not an image reference"},
		{&set_of_images, "\xEF\xBB\xBFNginx\n", "1:1 \"Nginx\" is not an image reference"},
		{&set_of_ints, "1\n-2\n", "{1, -2}"},
		{&set_of_ints, "1\nx\x1by\n", "2:1 \"x\\u{1b}y\" is not a whole number"},
	};
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
		assert_string_equal(read(cases[i].form, "d.txt", cases[i].text), cases[i].result);
	assert_string_equal(read_text(&set_of_strings, "d.txt", (pl_str){0}), "{}");
	/* what is JSON goes by the name of the file */
	assert_string_equal(read(&set_of_strings, "d.json.txt", "[]"), "{[]}");
	assert_string_equal(read(&set_of_strings, "d.JSON", "[]"), "{}");
	assert_string_equal(read(&map, "d.txt", "{}"), "{}");
}

static void json_sets(void **state)
{
	(void)state;
	static const struct {
		const struct pl_table_form *form;
		const char *text, *result;
	} cases[] = {
		{&set_of_strings, "[\"a\", \"\\u0062\"]", "{a, b}"},
		{&set_of_strings, "[]", "{}"},
		{&set_of_strings, "", "1:1 the document is empty"},
		{&set_of_strings, "[\"a\"", "1:1 the text ends before"},
		{&set_of_strings, "[\"a\"] x", "1:7 "},
		{&set_of_strings, "[1]", "1:2 a string is needed here, and this is a number"},
		{&set_of_strings, "[null]", "1:2 a string is needed here, and this is null"},
		{&set_of_strings, "[[\"a\"]]", "1:2 a string is needed here, and this is an array"},
		{&set_of_strings, "\"a\"", "1:1 an array is needed here, and this is a string"},
		{&set_of_strings, "{\"a\": 1}", "1:1 an array is needed here, and this is an object"},
		{&set_of_strings, "[\"\\ud800\"]", "1:2 this text holds a character that is none"},
		{&set_of_ints, "[1, 2]", "{1, 2}"},
		{&set_of_ints, "[1,\n 2.5]", "2:2 \"2.5\" is not a whole number"},
		{&set_of_ints, "[1e2]", "1:2 \"1e2\" is not a whole number"},
		{&set_of_ints, "[\"1\"]", "1:2 a whole number is needed here, and this is a string"},
		{&set_of_cores, "[0.5, 2, \"500m\"]", "{0.5, 2, 0.5}"},
		{&set_of_cores, "[true]", "1:2 an amount of CPU is needed here, and this is true or false"},
		{&set_of_bools, "[true, false]", "{true, false}"},
		{&set_of_bools, "[\"true\"]", "1:2 true or false is needed here, and this is a string"},
	};
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		const char *got = read(cases[i].form, "d.json", cases[i].text);
		/* the words of the JSON reader are its own */
		if (strncmp(got, cases[i].result, strlen(cases[i].result)) != 0)
			fail_msg("%s gives %s, not %s", cases[i].text, got, cases[i].result);
	}
}

static void maps(void **state)
{
	(void)state;
	assert_string_equal(read(&map, "d.json", "{\"b\": \"2\", \"a\": \"1\"}"), "{a: 1, b: 2}");
	assert_string_equal(read(&map, "d.json", "{}"), "{}");
	assert_string_equal(read(&map, "d.json", "[]"), "1:1 an object is needed here, and this is an array");
	assert_string_equal(read(&map, "d.json", "{\"a\": 1}"), "1:7 a string is needed here, and this is a number");
	assert_string_equal(read(&map, "d.json", "{\"a\": \"1\",\n\"\\u0061\": \"2\"}"),
			    "2:1 the key \"a\" stands twice in this object");
	assert_string_equal(read(&map, "d.json", "{\"\\udc00\": \"1\"}"),
			    "1:2 this key holds a character that is none");
	assert_string_equal(read(&map_of_sets, "d.json", "{\"a\": [\"x\", \"y\"], \"b\": []}"), "{a: {...}, b: {...}}");
	assert_string_equal(read(&map_of_sets, "d.json", "{\"a\": \"x\"}"),
			    "1:7 an array is needed here, and this is a string");
	assert_string_equal(read(&map_of_sets, "d.json", "{\"a\": [\"x\", 1]}"),
			    "1:13 a string is needed here, and this is a number");
}

/* One row as "critical 1, note not set, tags {a}". */
static const char *row(const char *text)
{
	struct pl_policy_source file = {PL_STR("d.json"), pl_str_from(text)};
	struct pl_value v;
	struct pl_buf b;
	pl_diags_init(&diags, arena);
	assert_int_equal(pl_table_read(&rows, &file, arena, &v, &diags), PL_OK);
	assert_int_equal(v.kind, PL_V_MAP);
	assert_int_equal(v.of, PL_T_ROW);
	const struct pl_map *r = v.u.map->values[0].u.map;
	pl_buf_init(&b, arena, 0);
	for (uint32_t i = 0; i < r->count; i++) {
		pl_buf_addf(&b, "%s%.*s ", i ? ", " : "", PL_FMT(r->keys[i].u.s));
		pl_value_show(&r->values[i], arena, &b);
	}
	return text_of(&b);
}

static void rows_of_columns(void **state)
{
	(void)state;
	assert_string_equal(row("{\"a\": {\"critical\": 1}}"), "critical 1, note not set, tags not set");
	assert_string_equal(
		row("{\"a\": {\"note\": null, \"tags\": [\"x\"], \"critical\": 1, \"more\": {\"critical\": 7}}}"),
		"critical 1, note not set, tags {x}");
	assert_string_equal(read(&rows, "d.json", "{}"), "{}");
	assert_string_equal(read(&rows, "d.json", "{\"a\": 1}"), "1:7 an object is needed here, and this is a number");
	assert_string_equal(read(&rows, "d.json", "{\"a\": {}}"), "1:7 this row of `d` has no `critical`");
	assert_string_equal(read(&rows, "d.json", "{\"a\": {\"critical\": null}}"),
			    "1:20 in this row of `d` `critical` is null");
	assert_string_equal(read(&rows, "d.json", "{\"a\": {\"critical\": 1, \"note\": 1}}"),
			    "1:31 a string is needed here, and this is a number");
	assert_string_equal(read(&rows, "d.json", "{\"a\": {\"critical\": 1, \"x\": {\"y\": 1, \"y\": 2}}}"),
			    "1:37 the key \"y\" stands twice in this object");
	/* a misspelt optional field is not told from an additional one; a misspelt required one is */
	assert_string_equal(read(&rows, "d.json", "{\"a\": {\"criticl\": 1}}"),
			    "1:7 this row of `d` has no `critical`");
	assert_string_equal(pl_arena_printf(arena, "%.*s", PL_FMT(diags.items[0].label)).ptr, "there is `criticl`");
}

static void ten_complaints_are_enough(void **state)
{
	(void)state;
	struct pl_buf b;
	pl_buf_init(&b, arena, 0);
	for (int i = 0; i < 1000; i++)
		pl_buf_addf(&b, "X%d\n", i);
	assert_string_equal(read_text(&set_of_images, "d.txt", pl_buf_str(&b)), "1:1 \"X0\" is not an image reference");
	assert_int_equal(diags.errors, 10);
}

static void so_many_values_and_no_more(void **state)
{
	(void)state;
	static char text[2 * (PL_TABLE_MAX + 1)];
	for (size_t i = 0; i < sizeof text; i += 2)
		memcpy(text + i, "x\n", 2);
	struct pl_arena *own = pl_arena_new((size_t)1 << 30, 0);
	struct pl_policy_source file = {PL_STR("d.txt"), {text, sizeof text - 2}};
	struct pl_value v;
	assert_int_equal(pl_table_read(&set_of_strings, &file, own, &v, NULL), PL_OK);
	assert_int_equal(v.u.list->count, PL_TABLE_MAX);
	file.text.len += 2;
	pl_diags_init(&diags, arena);
	assert_int_equal(pl_table_read(&set_of_strings, &file, own, &v, &diags), PL_E_POLICY);
	assert_string_equal(diags.items[0].code, "E0003");
	pl_arena_free(own);
}

/* 100,000 rows: in well under a second, and in bounded memory. */
static void many_rows(void **state)
{
	(void)state;
	enum { MANY = 100000 };
	struct pl_buf b;
	pl_buf_init(&b, arena, (size_t)16 << 20);
	for (int i = 0; i < MANY; i++)
		pl_buf_addf(&b, "%c\"sha256:%064d\": {\"critical\": %d, \"note\": \"n\"}", i ? ',' : '{',
			    (i * 7919) % MANY, i % 5);
	pl_buf_addc(&b, '}');
	assert_false(b.failed);
	struct pl_arena *own = pl_arena_new((size_t)64 << 20, (size_t)1 << 20);
	struct pl_policy_source file = {PL_STR("d.json"), pl_buf_str(&b)};
	struct pl_value v;
	clock_t start = clock();
	assert_int_equal(pl_table_read(&rows, &file, own, &v, NULL), PL_OK);
	double seconds = (double)(clock() - start) / CLOCKS_PER_SEC;
	assert_int_equal(v.u.map->count, MANY);
	for (uint32_t i = 1; i < MANY; i++)
		assert_true(pl_str_cmp(v.u.map->keys[i - 1].u.s, v.u.map->keys[i].u.s) < 0);
	assert_true(seconds < 5); /* sanitizers and a busy machine included */
	assert_true(pl_arena_peak(own) < (size_t)32 << 20);
	pl_arena_free(own);
}

static void memory_runs_out(void **state)
{
	(void)state;
	struct pl_policy_source file = {PL_STR("d.json"),
					PL_STR("{\"a\": {\"critical\": 1, \"note\": \"\\u0061\", \"tags\": [\"x\"]}}")};
	pl_err err = PL_E_MEMORY;
	size_t room = 0;
	for (; err == PL_E_MEMORY && room < 100000; room += 16) {
		struct pl_arena *little = pl_arena_new(room, 0);
		struct pl_value v = {.kind = PL_V_RANGE};
		err = pl_table_read(&rows, &file, little, &v, NULL);
		assert_int_equal(v.kind, err == PL_OK ? PL_V_MAP : PL_V_RANGE);
		pl_arena_free(little);
	}
	assert_int_equal(err, PL_OK);
	assert_true(room > 200);
}

static int set_up(void **state)
{
	(void)state;
	arena = pl_arena_new((size_t)256 << 20, 1 << 20);
	return arena ? 0 : -1;
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
		cmocka_unit_test(lines),
		cmocka_unit_test(json_sets),
		cmocka_unit_test(maps),
		cmocka_unit_test(rows_of_columns),
		cmocka_unit_test(ten_complaints_are_enough),
		cmocka_unit_test(so_many_values_and_no_more),
		cmocka_unit_test(many_rows),
		cmocka_unit_test(memory_runs_out),
	};
	return cmocka_run_group_tests(tests, set_up, tear_down);
}
