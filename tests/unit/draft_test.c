/* draft_test.c - documents that are made up: paths, merging, what the platform requires, JSON and YAML. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "tools/draft.h"

static struct pl_arena *arena;

static int setup(void **state)
{
	(void)state;
	arena = pl_arena_new((size_t)64 << 20, 0);
	return arena ? 0 : -1;
}

static int teardown(void **state)
{
	(void)state;
	pl_arena_free(arena);
	return 0;
}

static struct pl_draft *object(void)
{
	struct pl_draft *d = pl_draft_new(arena, PL_DRAFT_OBJECT, (pl_str){0});
	assert_non_null(d);
	return d;
}

static uint32_t split(const char *path, struct pl_edit_step *steps)
{
	uint32_t count;
	pl_err err = PL_OK;
	assert_null(pl_editpath_split(pl_str_from(path), arena, steps, &count, &err));
	return count;
}

static void put(struct pl_draft *root, const char *path, enum pl_draft_kind kind, const char *text)
{
	struct pl_edit_step steps[PL_EDIT_MAX_STEPS];
	uint32_t count = split(path, steps);
	assert_true(pl_draft_put(arena, root, steps, count, pl_draft_new(arena, kind, pl_str_from(text))));
}

static const char *json(const struct pl_draft *d)
{
	struct pl_buf out;
	pl_buf_init(&out, arena, 64);
	pl_draft_json(d, &out);
	pl_buf_addc(&out, '\0');
	return out.ptr;
}

static const char *yaml(const struct pl_draft *d)
{
	struct pl_buf out;
	pl_buf_init(&out, arena, 64);
	pl_draft_yaml(d, 2, &out);
	pl_buf_addc(&out, '\0');
	return out.ptr;
}

static void paths_make_what_is_missing(void **state)
{
	(void)state;
	struct pl_draft *d = object();
	put(d, "spec.containers[0].name", PL_DRAFT_TEXT, "c");
	put(d, "spec.containers[0].securityContext.privileged", PL_DRAFT_RAW, "true");
	put(d, "spec.containers[7].name", PL_DRAFT_TEXT, "d");
	put(d, "metadata.labels[\"a/b\"]", PL_DRAFT_TEXT, "x\"y");
	put(d, "spec.containers[0].name", PL_DRAFT_TEXT, "e");
	assert_string_equal(json(d),
			    "{\"spec\":{\"containers\":[{\"name\":\"e\",\"securityContext\":{\"privileged\":true}},"
			    "{\"name\":\"d\"}]},\"metadata\":{\"labels\":{\"a/b\":\"x\\\"y\"}}}");
}

static void objects_are_merged_and_copies_stand_alone(void **state)
{
	(void)state;
	struct pl_draft *d = object(), *more = object();
	put(d, "a.x", PL_DRAFT_RAW, "1");
	put(more, "a.y", PL_DRAFT_RAW, "2");
	struct pl_draft *copy = pl_draft_copy(arena, d);
	assert_true(pl_draft_put(arena, d, NULL, 0, more));
	assert_string_equal(json(d), "{\"a\":{\"x\":1,\"y\":2}}");
	assert_string_equal(json(copy), "{\"a\":{\"x\":1}}");
	/* an empty object takes nothing away */
	put(d, "a", PL_DRAFT_OBJECT, "");
	assert_string_equal(json(d), "{\"a\":{\"x\":1,\"y\":2}}");
}

static void members_can_be_cut(void **state)
{
	(void)state;
	struct pl_edit_step steps[PL_EDIT_MAX_STEPS];
	struct pl_draft *d = object();
	put(d, "l[0].a", PL_DRAFT_RAW, "1");
	put(d, "l[0].b", PL_DRAFT_RAW, "2");
	uint32_t count = split("l[0].a", steps);
	pl_draft_cut(d, steps, count);
	assert_string_equal(json(d), "{\"l\":[{\"b\":2}]}");
	count = split("l[0].c.d", steps);
	pl_draft_cut(d, steps, count);
	count = split("l[3].b", steps);
	pl_draft_cut(d, steps, count);
	assert_string_equal(json(d), "{\"l\":[{\"b\":2}]}");
}

static void required_fields_are_added(void **state)
{
	(void)state;
	struct pl_draft *d = object();
	put(d, "containers[0].volumeMounts[0].name", PL_DRAFT_TEXT, "v");
	put(d, "containers[0].ports[0]", PL_DRAFT_OBJECT, "");
	put(d, "volumes[0].hostPath", PL_DRAFT_OBJECT, "");
	const struct pl_type pod = {.kind = PL_T_RECORD, .ref = PL_RECORD_K8S_PodSpec};
	assert_true(pl_draft_complete(arena, d, pod));
	assert_string_equal(json(d), "{\"containers\":[{\"volumeMounts\":[{\"name\":\"v\",\"mountPath\":\"/data\"}],"
				     "\"ports\":[{\"containerPort\":1}],\"image\":\"x\",\"name\":\"x\"}],"
				     "\"volumes\":[{\"hostPath\":{\"path\":\"/data\"},\"name\":\"x\"}]}");
}

static void yaml_is_read_as_it_was_meant(void **state)
{
	(void)state;
	struct pl_draft *d = object();
	put(d, "a.list[0].name", PL_DRAFT_TEXT, "web-1");
	put(d, "a.list[0].on", PL_DRAFT_TEXT, "yes");
	put(d, "a.list[1].name", PL_DRAFT_TEXT, "1.0");
	put(d, "a.flow[0]", PL_DRAFT_TEXT, "NET_RAW");
	put(d, "a.flow[1]", PL_DRAFT_TEXT, "a: b");
	put(d, "a.count", PL_DRAFT_RAW, "7");
	put(d, "a.e", PL_DRAFT_OBJECT, "");
	put(d, "a.path", PL_DRAFT_TEXT, "/etc/x");
	put(d, "a.none", PL_DRAFT_TEXT, "");
	assert_string_equal(yaml(d), "  a:\n"
				     "    list:\n"
				     "      - name: web-1\n"
				     "        \"on\": \"yes\"\n"
				     "      - name: \"1.0\"\n"
				     "    flow: [NET_RAW, \"a: b\"]\n"
				     "    count: 7\n"
				     "    e: {}\n"
				     "    path: /etc/x\n"
				     "    none: \"\"\n");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(paths_make_what_is_missing, setup, teardown),
		cmocka_unit_test_setup_teardown(objects_are_merged_and_copies_stand_alone, setup, teardown),
		cmocka_unit_test_setup_teardown(members_can_be_cut, setup, teardown),
		cmocka_unit_test_setup_teardown(required_fields_are_added, setup, teardown),
		cmocka_unit_test_setup_teardown(yaml_is_read_as_it_was_meant, setup, teardown),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
