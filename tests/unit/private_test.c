/* private_test.c - the one list of places that may hold secrets, one step of a walk at a time. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>

#include <cmocka.h>

#include "model/private.h"
#include "model/schema.h"

struct fixture {
	struct pl_arena *arena;
	struct pl_doc *doc;
};

static struct fixture read_text(const char *text)
{
	struct fixture f = {.arena = pl_arena_new(1 << 20, 0)};
	assert_int_equal(pl_doc_read_json(PL_STR("t"), pl_str_from(text), &pl_doc_json_limits, f.arena, &f.doc, NULL),
			 PL_OK);
	return f;
}

static void members(void **state)
{
	(void)state;
	static const struct {
		enum pl_private around;
		const char *key;
		enum pl_private inside;
	} cases[] = {
		{PL_PRIVATE_NO, "image", PL_PRIVATE_NO},
		{PL_PRIVATE_NO, "value", PL_PRIVATE_NO},
		{PL_PRIVATE_NO, "data", PL_PRIVATE_NO},
		{PL_PRIVATE_NO, "options", PL_PRIVATE_NO},
		{PL_PRIVATE_NO, "env", PL_PRIVATE_PAIRS},
		{PL_PRIVATE_NO, "ENVIRONMENT", PL_PRIVATE_PAIRS},
		{PL_PRIVATE_NO, "httpHeaders", PL_PRIVATE_PAIRS},
		{PL_PRIVATE_NO, "command", PL_PRIVATE_ALL},
		{PL_PRIVATE_NO, "args", PL_PRIVATE_ALL},
		{PL_PRIVATE_NO, "EntryPoint", PL_PRIVATE_ALL},
		{PL_PRIVATE_NO, "valueFrom", PL_PRIVATE_SOURCE},
		{PL_PRIVATE_NO, "logConfiguration", PL_PRIVATE_LOG},
		{PL_PRIVATE_NO, "kubectl.kubernetes.io/last-applied-configuration", PL_PRIVATE_ALL},
		{PL_PRIVATE_PAIR, "name", PL_PRIVATE_NO},
		{PL_PRIVATE_PAIR, "valueFrom", PL_PRIVATE_SOURCE},
		{PL_PRIVATE_PAIR, "value", PL_PRIVATE_ALL},
		{PL_PRIVATE_PAIR, "valeu", PL_PRIVATE_ALL},
		{PL_PRIVATE_LOG, "options", PL_PRIVATE_ALL},
		{PL_PRIVATE_LOG, "logDriver", PL_PRIVATE_NO},
		{PL_PRIVATE_SECRET, "data", PL_PRIVATE_ALL},
		{PL_PRIVATE_SECRET, "stringdata", PL_PRIVATE_ALL},
		{PL_PRIVATE_SECRET, "type", PL_PRIVATE_NO},
		{PL_PRIVATE_ALL, "name", PL_PRIVATE_ALL},
	};
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		if (pl_private_member(cases[i].around, pl_str_from(cases[i].key)) != cases[i].inside)
			fail_msg("%d %s", cases[i].around, cases[i].key);
	}
	assert_int_equal(pl_private_element(PL_PRIVATE_PAIRS), PL_PRIVATE_PAIR);
	assert_int_equal(pl_private_element(PL_PRIVATE_PAIR), PL_PRIVATE_PAIR);
	assert_int_equal(pl_private_element(PL_PRIVATE_ALL), PL_PRIVATE_ALL);
	assert_int_equal(pl_private_element(PL_PRIVATE_NO), PL_PRIVATE_NO);
}

static enum pl_private inside(enum pl_private around, const char *text)
{
	struct fixture f = read_text(text);
	enum pl_private place = pl_private_inside(around, f.doc, pl_doc_root(f.doc), f.arena);
	pl_arena_free(f.arena);
	return place;
}

static void shapes(void **state)
{
	(void)state;
	assert_int_equal(inside(PL_PRIVATE_NO, "{\"kind\":\"Secret\"}"), PL_PRIVATE_SECRET);
	assert_int_equal(inside(PL_PRIVATE_NO, "{\"kind\":\"secret\"}"), PL_PRIVATE_SECRET);
	assert_int_equal(inside(PL_PRIVATE_NO, "{\"kind\":\"Pod\"}"), PL_PRIVATE_NO);
	assert_int_equal(inside(PL_PRIVATE_ALL, "{\"kind\":\"Secret\"}"), PL_PRIVATE_ALL);
	assert_int_equal(inside(PL_PRIVATE_PAIRS, "{}"), PL_PRIVATE_PAIR);
	assert_int_equal(inside(PL_PRIVATE_PAIRS, "[]"), PL_PRIVATE_PAIRS);
	assert_int_equal(inside(PL_PRIVATE_SOURCE, "{}"), PL_PRIVATE_NO);
	assert_int_equal(inside(PL_PRIVATE_SOURCE, "[]"), PL_PRIVATE_SOURCE);
}

static bool hides(enum pl_private place, const char *text)
{
	struct fixture f = read_text(text);
	bool hidden = pl_private_hides(place, f.doc, pl_doc_root(f.doc), f.arena);
	pl_arena_free(f.arena);
	return hidden;
}

static void values(void **state)
{
	(void)state;
	assert_true(hides(PL_PRIVATE_ALL, "\"x\""));
	assert_true(hides(PL_PRIVATE_ALL, "17"));
	assert_true(hides(PL_PRIVATE_ALL, "[]"));
	assert_true(hides(PL_PRIVATE_PAIRS, "\"A=x\""));
	assert_true(hides(PL_PRIVATE_PAIR, "\"A=x\""));
	assert_false(hides(PL_PRIVATE_PAIR, "{}"));
	assert_true(hides(PL_PRIVATE_SOURCE, "\"hunter2\""));
	assert_false(hides(PL_PRIVATE_SOURCE, "\"arn:aws:ssm:eu-west-1:123456789012:parameter/db\""));
	assert_false(hides(PL_PRIVATE_SOURCE, "\"/shop/db\""));
	assert_false(hides(PL_PRIVATE_SOURCE, "{}"));
	assert_false(hides(PL_PRIVATE_LOG, "\"x\""));
	assert_false(hides(PL_PRIVATE_SECRET, "\"x\""));
	assert_false(hides(PL_PRIVATE_NO, "\"x\""));
}

static void fields(void **state)
{
	(void)state;
	assert_true(pl_private_is_variable(PL_RECORD_K8S_EnvVar, PL_STR("value")));
	assert_true(pl_private_is_variable(PL_RECORD_ECS_KeyValuePair, PL_STR("value")));
	assert_false(pl_private_is_variable(PL_RECORD_K8S_HTTPHeader, PL_STR("value")));
	assert_false(pl_private_is_variable(PL_RECORD_K8S_EnvVar, PL_STR("name")));
	assert_false(pl_private_is_variable(PL_NO_RECORD, PL_STR("value")));
	assert_true(pl_private_is_value(PL_RECORD_K8S_HTTPHeader, PL_STR("value")));
	assert_true(pl_private_is_value(PL_RECORD_K8S_EnvVar, PL_STR("value")));
	assert_false(pl_private_is_value(PL_RECORD_K8S_HTTPHeader, PL_STR("name")));
	assert_true(pl_private_is_source(PL_RECORD_ECS_Secret, PL_STR("valueFrom")));
	assert_false(pl_private_is_source(PL_RECORD_ECS_Secret, PL_STR("name")));
	assert_false(pl_private_is_source(PL_RECORD_K8S_EnvVar, PL_STR("valueFrom")));
	assert_true(pl_private_is_command(PL_STR("command")));
	assert_false(pl_private_is_command(PL_STR("image")));
	assert_true(pl_private_is_copy(PL_STR("kubectl.kubernetes.io/last-applied-configuration")));
	assert_false(pl_private_is_copy(PL_STR("kubectl.kubernetes.io/restartedAt")));
}

int main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(members), cmocka_unit_test(shapes),
					   cmocka_unit_test(values), cmocka_unit_test(fields)};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
