/* edit_test.c - changes by path: what is set, made, replaced and removed, what leads nowhere, and where all of it is
 * said to stand. Paths: editpath.c. */
#include "reading.h"

#include "tools/edit.h"
#include "tools/editpath.h"

static struct pl_edit edited(const char *text)
{
	static const uint32_t zero;
	struct pl_places places = {&zero, &zero, 1};
	struct pl_edit edit;
	assert_int_equal(pl_edit_take(read_doc(text), &places, arena, &edit), PL_OK);
	return edit;
}

/* As JSON, unquoted scalars as they are. */
static void print(const struct pl_doc *doc, pl_node node, struct pl_buf *out)
{
	enum pl_node_type type = pl_doc_type(doc, node);
	const char *before = "";
	if (type != PL_NODE_OBJECT && type != PL_NODE_ARRAY) {
		if (type == PL_NODE_STRING)
			pl_buf_add_json(out, pl_doc_text(doc, node, arena));
		else
			pl_buf_add(out, pl_tape_raw(doc, &doc->tokens[node]));
		return;
	}
	pl_buf_addc(out, type == PL_NODE_OBJECT ? '{' : '[');
	for (pl_node c = pl_doc_first(doc, node); c != PL_NO_NODE; c = pl_doc_next(doc, node, c)) {
		pl_buf_adds(out, before);
		before = ",";
		if (type == PL_NODE_OBJECT) {
			pl_buf_add(out, pl_doc_text(doc, c, arena));
			pl_buf_addc(out, ':');
		}
		print(doc, type == PL_NODE_OBJECT ? pl_doc_value(doc, c) : c, out);
	}
	pl_buf_addc(out, type == PL_NODE_OBJECT ? '}' : ']');
}

static const char *printed(const struct pl_edit *edit)
{
	struct pl_buf out;
	struct pl_doc *doc = pl_edit_finish(edit, PL_STR("test"), pl_arena_printf(arena, "%400s", ""));
	pl_buf_init(&out, arena, 0);
	print(doc, pl_doc_root(doc), &out);
	pl_buf_addc(&out, '\0');
	return out.ptr;
}

/* json NULL: remove. Gives the document, or "! " and the fault. */
static const char *changed(const char *text, const char *path, const char *json)
{
	struct pl_edit edit = edited(text), value;
	struct pl_edit_fault fault;
	struct pl_span at = {3, 2};
	if (json) {
		value = edited(json);
		assert_int_equal(pl_edit_set(&edit, pl_str_from(path), at, &value, &fault), PL_OK);
	} else {
		assert_int_equal(pl_edit_remove(&edit, pl_str_from(path), &fault), PL_OK);
	}
	if (fault.message.len == 0)
		return printed(&edit);
	const char *after = printed(&edit);
	struct pl_edit before = edited(text);
	assert_string_equal(after, printed(&before));
	struct pl_buf out;
	pl_buf_init(&out, arena, 0);
	pl_buf_addf(&out, "! %.*s", PL_FMT(fault.message));
	pl_buf_addc(&out, '\0');
	return out.ptr;
}

static void changes(void **state)
{
	static const struct {
		const char *text, *path, *json, *want;
	} rows[] = {
		/* set: what is there */
		{"{\"a\": 1}", "a", "2", "{a:2}"},
		{"{\"a\": {\"b\": [1, 2]}, \"c\": 3}", "a", "\"x\"", "{a:\"x\",c:3}"},
		{"{\"a\": {\"b\": [1, 2]}, \"c\": 3}", "a.b", "{\"d\": []}", "{a:{b:{d:[]}},c:3}"},
		{"{\"a\": [1, [2, 3], 4]}", "a[1]", "[]", "{a:[1,[],4]}"},
		{"{\"a\": [1, [2, 3], 4]}", "a[1][0]", "{\"x\": {\"y\": null}}", "{a:[1,[{x:{y:null}},3],4]}"},
		{"{\"a\": [1]}", "a[0]", "[[[]]]", "{a:[[[[]]]]}"},
		/* set: what is not */
		{"{}", "a", "1", "{a:1}"},
		{"{}", "a.b.c", "1", "{a:{b:{c:1}}}"},
		{"{\"x\": 0}", "a.b[0].c", "[1, 2]", "{x:0,a:{b:[{c:[1,2]}]}}"},
		{"{\"a\": {}, \"z\": 1}", "a.b", "1", "{a:{b:1},z:1}"},
		{"{\"a\": {\"b\": {\"c\": 1}}, \"z\": {\"y\": []}}", "a.b.d", "2", "{a:{b:{c:1,d:2}},z:{y:[]}}"},
		{"{\"a\": [], \"z\": 1}", "a[0]", "1", "{a:[1],z:1}"},
		{"{\"a\": [[1], [2]], \"z\": 1}", "a[2]", "[3]", "{a:[[1],[2],[3]],z:1}"},
		{"{\"a\": [[1], [2]], \"z\": 1}", "a[0][1]", "9", "{a:[[1,9],[2]],z:1}"},
		{"{\"a\": [{}], \"z\": 1}", "a[0].b[0]", "9", "{a:[{b:[9]}],z:1}"},
		/* null is nothing */
		{"{\"a\": null, \"z\": 1}", "a.b", "1", "{a:{b:1},z:1}"},
		{"{\"a\": null}", "a[0].b", "1", "{a:[{b:1}]}"},
		{"a:\nz: 1\n", "a.b", "1", "{a:{b:1},z:1}"},
		{"a: ~\n", "a[0]", "1", "{a:[1]}"},
		{"a: [~, 2]\n", "a[0].b", "1", "{a:[{b:1},2]}"},
		/* unquoted texts keep their type */
		{"a: yes\nb: 'yes'\nc: 010\n", "d", "\"010\"", "{a:yes,b:\"yes\",c:010,d:\"010\"}"},
		{"a: {<<: {x: 1}, k: 2}\n", "a.x", "3", "{a:{x:3,k:2}}"},
		{"a: &q [1]\nb: *q\n", "b[1]", "2", "{a:[1],b:[1,2]}"},
		/* keys */
		{"{\"a\": {\"b/c\": 1}}", "a[\"b/c\"]", "2", "{a:{b/c:2}}"},
		{"{\"a\": {}}", "a[\"app.kubernetes.io/name\"]", "\"x\"", "{a:{app.kubernetes.io/name:\"x\"}}"},
		{"{\"a\": {}}", "a[\"0\"]", "1", "{a:{0:1}}"},
		{"{\"a\": {\"\": 1}}", "a[\"\"]", "2", "{a:{:2}}"},
		{"{\"a\": {\"x\\\"]y\": 1}}", "a[\"x\\\"]\"]", "2",
		 "! this is no path into a manifest: names are separated by dots, "
		 "and other keys are written [\"a-b\"]"},
		{"{\"a\": {\"x\\ny\": 1}}", "a[\"x\\ny\"]", "2", "{a:{x\ny:2}}"},
		{"{\"a\": {\"x\xe2\x80\xaey\": 1}}", "a[\"x\\u{202e}y\"]", "2", "{a:{x\xe2\x80\xaey:2}}"},
		{"{\"a\": {\"c:\\\\n\": 1}}", "a[\"c:\\q\"]", "2", "{a:{c:\\n:1,c:\\q:2}}"},
		{"{\"limits\": {}}", "limits.ephemeral-storage", "1", "{limits:{ephemeral-storage:1}}"},
		{"{\"a\": 1, \"a\": 2}", "a", "3", "{a:3,a:2}"},
		/* nowhere to go */
		{"{\"a\": 1}", "a.b", "2", "! `a` is a single value: there is no `a.b`"},
		{"{\"a\": 1}", "a[0]", "2", "! `a` is a single value: there is no `a[0]`"},
		{"{\"a\": [1]}", "a.b", "2", "! `a` is a list: there is no `a.b`"},
		{"{\"a\": {}}", "a[0]", "2", "! `a` is an object: there is no `a[0]`"},
		{"{\"a\": [1]}", "a[2]", "2", "! `a` has 1 element: there is no `a[2]`"},
		{"{\"a\": [1]}", "[0]", "2", "! `the manifest` is an object: there is no `[0]`"},
		{"{}", "a[1]", "2", "! there is no list at `a` yet, so its first index is [0]"},
		{"{}", "a.b[0][3]", "2", "! there is no list at `a.b[0]` yet, so its first index is [0]"},
		{"{\"a\": null}", "a[7].b", "2", "! there is no list at `a` yet, so its first index is [0]"},
		{"{\"a\": \"\"}", "a.b", "2", "! `a` is a single value: there is no `a.b`"},
		/* remove */
		{"{\"a\": 1}", "a", NULL, "{}"},
		{"{\"a\": 1, \"b\": [1, {\"c\": 2}, 3], \"d\": 4}", "b[1].c", NULL, "{a:1,b:[1,{},3],d:4}"},
		{"{\"a\": 1, \"b\": [1, {\"c\": 2}, 3], \"d\": 4}", "b[1]", NULL, "{a:1,b:[1,3],d:4}"},
		{"{\"a\": 1, \"b\": [1, {\"c\": 2}, 3], \"d\": 4}", "b", NULL, "{a:1,d:4}"},
		{"{\"a\": 1, \"b\": [1, {\"c\": 2}, 3], \"d\": 4}", "d", NULL, "{a:1,b:[1,{c:2},3]}"},
		{"{\"a\": null}", "a", NULL, "{}"},
		{"{\"a\": 1}", "b", NULL, "! there is no `b` to remove"},
		{"{\"a\": 1}", "a.b.c", NULL, "! there is no `a.b` to remove"},
		{"{\"a\": [1]}", "a[1]", NULL, "! there is no `a[1]` to remove"},
		{"{\"a\": [1]}", "a[\"x y\"]", NULL, "! there is no `a[\"x y\"]` to remove"},
	};
	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		const char *got = changed(rows[i].text, rows[i].path, rows[i].json);
		if (strcmp(got, rows[i].want) != 0)
			fail_msg("row %zu: %s at %s: %s\nnot %s", i, rows[i].json ? rows[i].json : "remove",
				 rows[i].path, got, rows[i].want);
	}
}

/* Several changes of one document. */
static void changes_add_up(void **state)
{
	static const char *const steps[][2] = {
		{"spec.containers[0].name", "\"a\""},
		{"spec.containers[0].image", "\"b\""},
		{"spec.containers[1]", "{\"name\": \"c\", \"ports\": [{}]}"},
		{"spec.containers[1].ports[0].hostPort", "80"},
		{"spec.containers[0]", NULL},
		{"metadata.labels[\"a/b\"]", "\"x\""},
		{"spec.containers[0].ports[1].hostPort", "81"},
		{"spec.containers[0].ports[0]", NULL},
	};
	struct pl_edit edit = edited("{\"kind\": \"Pod\"}");
	(void)state;
	for (size_t i = 0; i < sizeof steps / sizeof *steps; i++) {
		struct pl_edit_fault fault;
		struct pl_edit value = edited(steps[i][1] ? steps[i][1] : "{}");
		if (steps[i][1])
			assert_int_equal(
				pl_edit_set(&edit, pl_str_from(steps[i][0]), (struct pl_span){0}, &value, &fault),
				PL_OK);
		else
			assert_int_equal(pl_edit_remove(&edit, pl_str_from(steps[i][0]), &fault), PL_OK);
		if (fault.message.len)
			fail_msg("%s: %.*s", steps[i][0], PL_FMT(fault.message));
	}
	assert_string_equal(printed(&edit), "{kind:\"Pod\",spec:{containers:[{name:\"c\",ports:[{hostPort:81}]}]},"
					    "metadata:{labels:{a/b:\"x\"}}}");
}

static void a_copy_is_its_own(void **state)
{
	struct pl_edit first = edited("{\"a\": 1}"), second, value = edited("2");
	struct pl_edit_fault fault;
	(void)state;
	assert_int_equal(pl_edit_copy(&first, arena, &second), PL_OK);
	assert_int_equal(pl_edit_set(&second, PL_STR("b"), (struct pl_span){0}, &value, &fault), PL_OK);
	assert_string_equal(printed(&first), "{a:1}");
	assert_string_equal(printed(&second), "{a:1,b:2}");
	assert_true(pl_edit_find(&second, PL_STR("b")) != PL_NO_NODE);
	assert_true(pl_edit_find(&first, PL_STR("b")) == PL_NO_NODE);
	assert_true(pl_edit_find(&first, PL_STR("..")) == PL_NO_NODE);
}

/* What is made stands where the change does, what is given where it was written. */
static void places(void **state)
{
	static const uint32_t from[] = {0, 4, 8}, to[] = {100, 210, 320};
	struct pl_places places = {from, to, 3};
	struct pl_edit edit, value = edited("7");
	struct pl_edit_fault fault;
	struct pl_span at = {55, 9};
	(void)state;
	assert_int_equal(pl_edit_take(read_doc("a: 1\nb: 2\nc: [3]\n"), &places, arena, &edit), PL_OK);
	assert_int_equal(pl_edit_set(&edit, PL_STR("d.e"), at, &value, &fault), PL_OK);
	struct pl_doc *doc = pl_edit_finish(&edit, PL_STR("t"), pl_arena_printf(arena, "%400s", ""));
	pl_node b = pl_edit_find(&edit, PL_STR("b")), d = pl_edit_find(&edit, PL_STR("d")),
		e = pl_edit_find(&edit, PL_STR("d.e"));
	assert_int_equal(pl_doc_span(doc, b).start, 320);
	assert_int_equal(pl_doc_span(doc, b).len, 1);
	assert_int_equal(pl_doc_span(doc, b - 1).start, 211);
	assert_int_equal(doc->tokens[d].pos, 55);
	assert_int_equal(pl_doc_span(doc, d - 1).start, 55);
	assert_int_equal(pl_doc_span(doc, e).start, 0);
	struct pl_span across = pl_places_span(&places, (struct pl_span){2, 4});
	assert_int_equal(across.start, 102);
	assert_int_equal(across.len, 212 - 102);
}

static void paths(void **state)
{
	static const struct {
		const char *path, *want; /* as findings print it; "! " and why not */
	} rows[] = {
		{"a", "a"},
		{"spec.containers[0].image", "spec.containers[0].image"},
		{"[3]", "[3]"},
		{"[\"a\"]", "a"},
		{"a[\"b\"].c", "a.b.c"},
		{"a.b-c", "a[\"b-c\"]"},
		{"a[\"b.c/d\"][0]", "a[\"b.c/d\"][0]"},
		{"a[\"\\t\\u{7f}\"]", "a[\"\\t\\u{7f}\"]"},
		{"a[\"\\u{110000}\"]", "a[\"\\u{110000}\"]"},
		{"a[\"\\u{d800}\"]", "a[\"\\u{d800}\"]"},
		{"a[4294967295]", "a[4294967295]"},
		{"", "! it is empty"},
		{".a", "! it begins with a dot"},
		{"a.", "! a name is missing"},
		{"a..b", "! a name is missing"},
		{"a.[0]", "! a name is missing"},
		{"a.0", "! a name is missing"},
		{"-a", "! a name is missing"},
		{"a b", "! names are separated by dots, and other keys are written [\"a-b\"]"},
		{"a[0]b", "! names are separated by dots, and other keys are written [\"a-b\"]"},
		{"a[", "! after a bracket comes an index, or a key in quotes"},
		{"a[]", "! after a bracket comes an index, or a key in quotes"},
		{"a[x]", "! after a bracket comes an index, or a key in quotes"},
		{"a[-1]", "! after a bracket comes an index, or a key in quotes"},
		{"a[01]", "! an index has no leading zeros"},
		{"a[4294967296]", "! no list is that long"},
		{"a[1", "! a bracket is never closed"},
		{"a[\"b", "! a bracket is never closed"},
		{"a[\"b\"", "! a bracket is never closed"},
		{"a[0 ]", "! a bracket is never closed"},
	};
	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct pl_edit_step steps[PL_EDIT_MAX_STEPS];
		struct pl_buf out;
		uint32_t count;
		pl_err err;
		pl_buf_init(&out, arena, 0);
		const char *why = pl_editpath_split(pl_str_from(rows[i].path), arena, steps, &count, &err);
		if (why)
			pl_buf_addf(&out, "! %s", why);
		for (uint32_t k = 0; !why && k < count; k++)
			pl_editpath_add(&steps[k], k == 0, &out);
		pl_buf_addc(&out, '\0');
		assert_int_equal(err, PL_OK);
		assert_string_equal(out.ptr, rows[i].want);
	}
}

static void deep_paths(void **state)
{
	struct pl_edit_step steps[PL_EDIT_MAX_STEPS];
	struct pl_buf path;
	uint32_t count;
	pl_err err;
	(void)state;
	pl_buf_init(&path, arena, 0);
	pl_buf_adds(&path, "a");
	for (int i = 1; i < PL_EDIT_MAX_STEPS; i++)
		pl_buf_adds(&path, i % 2 ? "[0]" : ".a");
	assert_null(pl_editpath_split(pl_buf_str(&path), arena, steps, &count, &err));
	assert_int_equal(count, PL_EDIT_MAX_STEPS);
	struct pl_edit edit = edited("{}"), value = edited("1");
	struct pl_edit_fault fault;
	assert_int_equal(pl_edit_set(&edit, pl_buf_str(&path), (struct pl_span){0}, &value, &fault), PL_OK);
	assert_true(pl_edit_find(&edit, pl_buf_str(&path)) != PL_NO_NODE);
	assert_non_null(pl_edit_finish(&edit, PL_STR(""), PL_STR("")));
	pl_buf_adds(&path, ".a");
	assert_string_equal(pl_editpath_split(pl_buf_str(&path), arena, steps, &count, &err), "it is too deep");
}

/* No memory is an error, never half a change that is taken for a whole one. */
static void memory_runs_out(void **state)
{
	(void)state;
	struct pl_doc *doc = read_doc("{\"a\": {\"b\": [1, 2, 3]}, \"c\": \"text\"}");
	static const uint32_t zero;
	struct pl_places places = {&zero, &zero, 1};
	struct pl_edit value = edited("{\"x\": [1, 2]}");
	bool whole = false;
	for (size_t ceiling = 64; !whole && ceiling < 65536; ceiling += 64) {
		struct pl_arena *small = pl_arena_new(ceiling, 0);
		struct pl_edit edit;
		struct pl_edit_fault fault;
		pl_err err = pl_edit_take(doc, &places, small, &edit);
		if (err == PL_OK)
			err = pl_edit_set(&edit, PL_STR("a.d.e[0]"), (struct pl_span){0}, &value, &fault);
		assert_true(err == PL_OK || err == PL_E_MEMORY);
		whole = err == PL_OK;
		struct pl_edit copy;
		if (whole)
			assert_int_equal(pl_edit_copy(&edit, arena, &copy), PL_OK);
		if (whole)
			assert_string_equal(printed(&copy), "{a:{b:[1,2,3],d:{e:[{x:[1,2]}]}},c:\"text\"}");
		pl_arena_free(small);
	}
	assert_true(whole);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(changes, setup, teardown),
		cmocka_unit_test_setup_teardown(changes_add_up, setup, teardown),
		cmocka_unit_test_setup_teardown(a_copy_is_its_own, setup, teardown),
		cmocka_unit_test_setup_teardown(places, setup, teardown),
		cmocka_unit_test_setup_teardown(paths, setup, teardown),
		cmocka_unit_test_setup_teardown(deep_paths, setup, teardown),
		cmocka_unit_test_setup_teardown(memory_runs_out, setup, teardown),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
