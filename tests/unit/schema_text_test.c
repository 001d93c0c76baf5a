/* schema_text_test.c - the printed schema: its table of defaults is whole and true, and its JSON is JSON. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <jansson.h>

#include "base/buf.h"
#include "model/schema.h"
#include "plimsoll/tools.h"

static struct pl_arena *arena;

static int set_up(void **state)
{
	(void)state;
	arena = pl_arena_new(64 << 20, 1 << 20);
	return 0;
}

static int tear_down(void **state)
{
	(void)state;
	pl_arena_free(arena);
	return 0;
}

static const struct {
	uint16_t record;
	const char *field, *why;
} defaults[] = {
#define PL_DEFAULT(platform, record, field, why) {PL_RECORD_##platform##_##record, #field, why},
#include "model/defaults.def"
#undef PL_DEFAULT
};
#define DEFAULT_COUNT (sizeof defaults / sizeof *defaults)

static bool is_listed(uint16_t record, const char *field)
{
	for (size_t i = 0; i < DEFAULT_COUNT; i++) {
		if (defaults[i].record == record && strcmp(defaults[i].field, field) == 0)
			return true;
	}
	return false;
}

/* Each row is of a field that has a default, once; and every default that is not zero, and every one of ECS, is a row.
 */
static void reviewed(void **state)
{
	(void)state;
	for (size_t i = 0; i < DEFAULT_COUNT; i++) {
		const struct pl_schema_field *f =
			pl_schema_field_find(defaults[i].record, pl_str_from(defaults[i].field));
		assert_non_null(f);
		assert_int_equal(f->presence, PL_DEFAULTED);
		assert_non_null(f->dflt);
		assert_true(strlen(defaults[i].why) > 10);
		for (size_t k = 0; k < i; k++)
			assert_false(defaults[k].record == defaults[i].record &&
				     strcmp(defaults[k].field, defaults[i].field) == 0);
	}
	for (uint16_t r = 0; r < pl_schema_record_count; r++) {
		for (uint16_t k = 0; k < pl_schema_records[r].count; k++) {
			const struct pl_schema_field *f = &pl_schema_records[r].fields[k];
			bool zero = f->dflt && (strcmp(f->dflt, "false") == 0 || strcmp(f->dflt, "0") == 0);
			bool obvious = zero && pl_schema_records[r].platform == PL_ON_KUBERNETES;
			if (f->dflt && !obvious && !is_listed(r, f->name))
				fail_msg("%s.%s is not in defaults.def", pl_schema_records[r].name, f->name);
		}
	}
}

static json_t *parsed(const struct pl_buf *text)
{
	json_error_t error;
	pl_str s = pl_buf_str(text);
	json_t *json = json_loadb(s.ptr, s.len, JSON_REJECT_DUPLICATES, &error);
	if (!json)
		fail_msg("%s at line %d", error.text, error.line);
	return json;
}

static json_t *shown(const char *what)
{
	struct pl_buf text;
	pl_str near;
	pl_buf_init(&text, arena, 0);
	assert_int_equal(pl_schema_show(pl_str_from(what), true, arena, &text, &near), PL_OK);
	return parsed(&text);
}

static const char *member(const json_t *object, const char *name)
{
	const char *s = json_string_value(json_object_get(object, name));
	return s ? s : "";
}

static void json(void **state)
{
	(void)state;
	json_t *index = shown("");
	assert_int_equal(json_array_size(json_object_get(index, "subjects")), PL_SUBJECT_COUNT - 1);
	assert_int_equal(json_array_size(json_object_get(index, "records")), pl_schema_record_count);
	json_decref(index);
	for (uint16_t r = 0; r < pl_schema_record_count; r++)
		json_decref(shown(pl_schema_records[r].name));
	json_t *context = shown("SecurityContext");
	const json_t *set = json_array_get(json_object_get(context, "fields"), 0), *row = NULL;
	size_t i;
	const json_t *each;
	json_array_foreach(json_object_get(set, "rows"), i, each)
	{
		if (strcmp(member(each, "name"), "procMount") == 0)
			row = each;
	}
	assert_string_equal(member(row, "type"), "string");
	assert_string_equal(member(row, "presence"), "defaulted");
	assert_string_equal(member(row, "default"), "Default");
	assert_string_equal(json_string_value(json_array_get(json_object_get(row, "values"), 1)), "Unmasked");
	json_decref(context);
}

static void defaults_json(void **state)
{
	(void)state;
	struct pl_buf text;
	pl_buf_init(&text, arena, 0);
	pl_schema_show_defaults(true, &text);
	json_t *all = parsed(&text);
	const json_t *rows = json_object_get(all, "defaults"), *zeros = json_object_get(all, "zeros"), *row;
	size_t i, with_default = 0, optional = 0;
	assert_int_equal(json_array_size(rows), DEFAULT_COUNT);
	for (uint16_t r = 0; r < pl_schema_record_count; r++) {
		for (uint16_t k = 0; k < pl_schema_records[r].count; k++) {
			with_default += pl_schema_records[r].fields[k].dflt != NULL;
			optional += pl_schema_records[r].platform == PL_ON_ECS &&
				    pl_schema_records[r].fields[k].presence == PL_OPTIONAL;
		}
	}
	assert_int_equal(json_array_size(rows) + json_array_size(zeros), with_default);
	json_array_foreach(zeros, i, row)
		assert_true(strcmp(member(row, "value"), "false") == 0 || strcmp(member(row, "value"), "0") == 0);
	const json_t *ecs = json_object_get(json_object_get(all, "fields"), "ecs");
	assert_int_equal(json_integer_value(json_object_get(ecs, "optional")), optional);
	json_decref(all);
}

static void words(void **state)
{
	(void)state;
	struct pl_buf text;
	pl_str near;
	pl_buf_init(&text, arena, 0);
	assert_int_equal(pl_schema_show(PL_STR("container.securityContext.capabilities"), false, arena, &text, &near),
			 PL_OK);
	assert_string_equal(
		pl_arena_printf(arena, "%.*s", PL_FMT(pl_buf_str(&text))).ptr,
		"Capabilities: names of the manifest, on Kubernetes\n"
		"  as `capabilities`, which is Capabilities, may be absent\n"
		"  add                               list of string                    empty when not set\n"
		"  drop                              list of string                    empty when not set\n");
	assert_int_equal(pl_schema_show(PL_STR("capabilites"), false, arena, &text, &near), PL_E_UNRECOGNISED);
	assert_true(pl_str_eq(near, PL_STR("Capabilities")));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(reviewed),
		cmocka_unit_test(json),
		cmocka_unit_test(defaults_json),
		cmocka_unit_test(words),
	};
	return cmocka_run_group_tests(tests, set_up, tear_down);
}
