/* check_data_test.c - `data` declarations: types, files that are given or not, and what their values go together with.
 */
#include "checking.h"

/* Compiles a text with data files; NULL when refused. */
static const struct pl_program *compile_data(const char *text, const struct pl_policy_data *data, size_t n)
{
	static struct pl_policy_source source;
	struct pl_decl *decls = NULL;
	struct pl_program *program = NULL;
	pl_diags_init(&diags, arena);
	source = (struct pl_policy_source){PL_STR("t0.plim"), pl_str_from(text)};
	if (pl_parse(&source, 0, arena, &decls, &diags) != PL_OK)
		return NULL;
	struct pl_policy_input input = {.sources = &source, .source_count = 1, .data = data, .data_count = n};
	pl_err err = pl_compile(&input, &decls, arena, &program, &diags);
	assert_true(err == PL_OK || err == PL_E_POLICY);
	assert_int_equal(err == PL_OK, program != NULL);
	assert_int_equal(err == PL_OK, diags.errors == 0);
	return program;
}

static const char *first_message(void)
{
	return pl_arena_printf(arena, "%.*s", PL_FMT(diags.items[0].message)).ptr;
}

static void types(void **state)
{
	static const struct file_row rows[] = {
		{"data d: set of string from \"x.txt\"", "ok"},
		{"data d: list of image from \"x.txt\"", "ok"},
		{"data d: set of ip from \"x.txt\"", "ok"},
		{"data d: map of string to date from \"x.json\"", "ok"},
		{"data d: map of string to set of path from \"x.json\"", "ok"},
		{"data d: map of string to {a: int, b: set of version?} from \"x.json\" fresh for 26h", "ok"},
		{"data d: int from \"x.txt\"", "E0201 at \"int\""},
		{"data d: strin from \"x.txt\"", "E0201 at \"strin\""},
		{"data d: {a: int} from \"x.json\"", "E0201 at \"{a: int}\""},
		{"data d: set of {a: int} from \"x.json\"", "E0201 at \"{a: int}\""},
		{"data d: set of set of int from \"x.json\"", "E0201 at \"set of int\""},
		{"data d: set of container from \"x.json\"", "E0201 at \"container\""},
		{"data d: map of string to map of string to int from \"x.json\"", "E0201 at \"map of string to int\""},
		{"data d: map of string to {a: {b: int}} from \"x.json\"", "E0201 at \"{b: int}\""},
		{"data d: map of string to {a: int, a: int} from \"x.json\"", "E0203 at \"a\""},
		{"data d: set of int from \"x\" data d: set of int from \"y\"", "E0203 at \"d\""},
		{"data d: set of int from \"x\" param d: int = 1", "E0203 at \"d\""},
		{"data d: set of int from \"x\" let d = 1", "E0203 at \"d\""},
		{"data today: set of int from \"x\"", "E0203 at \"today\""},
		{"data container: set of int from \"x\"", "E0203 at \"container\""},
		{"data count: set of int from \"x\"", "E0203 at \"count\""},
	};
	(void)state;
	RUN_FILES(rows);
}

#define DATA                                                                                                           \
	"data m: map of string to {n: int, t: string, s: set of string, o: date?} from \"m.json\"\n"                   \
	"data words: set of string from \"w.txt\" data images: set of image from \"i.txt\"\n"                          \
	"data nets: set of ip from \"n.txt\" data paths: set of path from \"p.txt\" data ints: set of int from "       \
	"\"x\"\n"                                                                                                      \
	"data by_ns: map of string to set of string from \"b.json\" data reg: map of string to string from "           \
	"\"o.json\"\n"
#define NS "(namespace.name else \"\")"

static void uses(void **state)
{
	static const struct {
		const char *rule, *expect;
	} rows[] = {
		{"for each image require image under words", "ok"},
		{"for each image require image in words", "ok"},
		{"for each image require image like words", "ok"},
		{"for each image require image under images", "ok"},
		{"for each image require image in images", "ok"},
		{"for each image require image like images", "E0304 at \"image like images\""},
		{"for each image require image under paths", "E0304 at \"paths\""},
		{"for each image require image in ints", "E0304 at \"image in ints\""},
		{"for each mount require mount.path under words", "ok"},
		{"for each mount require mount.path under paths", "ok"},
		{"for each mount forbid mount.path covers words", "ok"},
		{"for each mount require mount.path in words", "ok"},
		{"for each container require container.added_capabilities within words", "ok"},
		{"for each container forbid container.added_capabilities overlaps words", "ok"},
		{"for each container require words contains container.name", "ok"},
		{"for each container require container.role in words", "ok"},
		{"for each pod for each a in pod.spec.hostAliases require ip(a.ip) in nets", "ok"},
		{"for each pod for each a in pod.spec.hostAliases require ip(a.ip) in words", "ok"},
		{"for each port require port.host_port in ints", "ok"},
		{"for each container require container.cpu_limit in ints", "ok"},
		{"for each container require container.memory_limit in ints",
		 "E0304 at \"container.memory_limit in ints\""},
		{"for each container require words within words", "ok"},
		{"for each container require words is not empty", "ok"},
		{"for each container require count(words) > 3", "ok"},
		{"for each container require words == words", "E0304 at \"words\""},
		{"for each container require container.name in m", "E0311 at \"m\""},
		/* rows */
		{"for each container require m[container.name].n == 0", "ok"},
		{"for each container require m[container.name].t == container.name", "ok"},
		{"for each container require container.name in m[container.name].s", "ok"},
		{"for each container require days_since(m[container.name].o) < 7", "ok"},
		{"for each container forbid m[container.name].n > 0", "E0301 at \"m[container.name].n\""},
		{"for each container forbid m[container.name] is absent", "ok"},
		{"for each container when m[container.name] is set forbid m[container.name].n > 0", "ok"},
		{"for each container when m[container.name] is set forbid m[container.name].o == today",
		 "E0301 at \"m[container.name].o\""},
		{"for each container forbid m[container.name].n is set and m[container.name].t == \"x\"", "ok"},
		{"for each container forbid (m[container.name].n else 0) > 0", "ok"},
		{"for each container require m[container.name].n == 0 if set", "E0328 at \"if set\""},
		{"for each container require m[container.name].x == 0", "E0303 at \"x\""},
		{"for each container require m[container.name] == 0", "E0304 at \"m[container.name]\""},
		{"for each container require m.n == 0", "E0303 at \"n\""},
		{"for each container require m[3].n == 0", "E0304 at \"3\""},
		{"for each container require m[container.name].n == \"0\"", "E0310 at \"\"0\"\""},
		{"for each container require m[container.name].n == 0\n message \"{m[container.name]}\"",
		 "E0103 at \"m[container.name]\""},
		{"for each container require m[container.name].n == 0\n message \"{m[container.name].t}\"", "ok"},
		{"for each container require no r in m where r.value.n > 3 satisfies r.key == container.name", "ok"},
		{"for each container for each r in m forbid r.value.n > 3", "ok"},
		{"for each container for each r in m forbid r.value.o == today", "E0301 at \"r.value.o\""},
		{"for each container for each r in m forbid r.value.o == today if set", "ok"},
		{"for each container for each r in m forbid r.value.n == 1 if set", "E0324 at \"if set\""},
		{"for each container require count(r in m where r.value.n > 3) < 3", "ok"},
		{"for each container require sum(r.value.n for r in m) < 100", "ok"},
		/* entries */
		{"for each image require image under reg[" NS "]", "ok"},
		{"for each image require image in by_ns[" NS "]", "ok"},
		{"for each image require image under by_ns[" NS "]", "ok"},
		{"for each image forbid image under by_ns[" NS "]", "E0301 at \"by_ns[" NS "]\""},
		{"for each image when by_ns[" NS "] is set forbid image under by_ns[" NS "]", "ok"},
		{"for each image forbid image under (by_ns[" NS "] else {})", "ok"},
		{"for each image require image == reg[" NS "]", "ok"},
		{"for each image require reg[" NS "] == image", "ok"},
		{"for each image require m[image.name].t == image", "ok"},
		{"for each image require image in m[image.name].s", "ok"},
		{"for each container require every w in by_ns[" NS "] satisfies w != \"x\"",
		 "E0301 at \"by_ns[" NS "]\""},
		{"for each container for each w in by_ns[" NS "] forbid w == container.name",
		 "E0301 at \"by_ns[" NS "]\""},
		{"for each container for each w in (by_ns[" NS "] else {}) forbid w == container.name", "ok"},
		{"for each container when by_ns[" NS "] is set require every w in by_ns[" NS "] satisfies w != \"x\"",
		 "ok"},
		{"for each container require count(by_ns[" NS "]) < 3", "ok"},
		{"for each container forbid count(by_ns[" NS "]) > 3", "E0301 at \"count(by_ns[" NS "])\""},
		/* names */
		{"for each container require some words in words satisfies true == true", "E0315 at \"words\""},
		{"for each container require container.name in word", "E0302 at \"word\""},
		{"for each container require container.name in {words, \"x\"}", "E0304 at \"words\""},
	};
	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		pl_str text = pl_arena_printf(arena, "%sdeny r %s", DATA, rows[i].rule);
		compile(text.ptr);
		if (strcmp(complaint(), rows[i].expect) != 0)
			fail_msg("%s\nexpected %s, got %s\n%s", rows[i].rule, rows[i].expect, complaint(), rendered());
	}
}

static void elsewhere(void **state)
{
	static const struct file_row rows[] = {
		/* lets, parameters and policy guards read data too */
		{"data d: set of string from \"x\" let f(i: image) = i under d deny r for each image require f(image)",
		 "ok"},
		{"data d: set of string from \"x\" param p: set of path = d deny r for each mount require mount.path "
		 "in p",
		 "ok"},
		{"data d: map of string to string from \"x\" param p: string = (d[\"a\"] else \"\")\n"
		 "deny r for each container require container.name == p",
		 "ok"},
		{"policy p when (namespace.name else \"\") in d data d: set of string from \"x\"\n"
		 "deny r for each container forbid container.privileged",
		 "ok"},
		{"data d: set of string from \"x\" let f(i: image) = i under d", "ok"},
		{"data d: set of int from \"x\" let f(i: image) = i under d", "E0304 at \"d\""},
	};
	(void)state;
	RUN_FILES(rows);
}

#define RULE "deny r\n  for each image\n  require image under d\n"

static void files(void **state)
{
	(void)state;
	struct pl_policy_data data = {.name = PL_STR("d"), .file = PL_STR("d.txt"), .text = PL_STR("r.example\n")};
	const char *text = "data d: set of string from \"x.txt\" fresh for 90min\n" RULE;
	const struct pl_program *p = compile_data(text, &data, 1);
	assert_non_null(p);
	/* as it is declared, and as places */
	assert_int_equal(p->data_count, 2);
	assert_true(p->data[0].value < p->const_count && p->data[1].value < p->const_count);
	assert_int_equal(p->consts[p->data[0].value].u.list->items[0].kind, PL_V_STRING);
	assert_int_equal(p->consts[p->data[1].value].u.list->items[0].kind, PL_V_IMAGE_BASE);
	assert_string_equal(p->data[1].stale, "the file d.txt of data `d` is good for 90min, and its age is ");
	assert_true(p->rules[0].reads_data);
	assert_int_equal(p->rules[0].needs, 0);

	p = compile_data(text, NULL, 0);
	assert_non_null(p);
	assert_int_equal(p->data[p->data_count - 1].value, PL_NO_CODE);
	assert_string_equal(p->data[p->data_count - 1].why, "no file was given for data `d`");
	assert_int_equal(p->rules[0].needs, PL_NEEDS_DATA);

	data.text = (pl_str){0};
	p = compile_data(text, &data, 1);
	assert_non_null(p);
	assert_string_equal(p->data[p->data_count - 1].why, "the file d.txt of data `d` is not there");
	assert_int_equal(p->rules[0].needs, PL_NEEDS_DATA);

	data.text = PL_STR(""); /* an empty file is there */
	p = compile_data(text, &data, 1);
	assert_non_null(p);
	assert_int_equal(p->rules[0].needs, 0);
	assert_int_equal(p->consts[p->data[1].value].u.list->count, 0);
}

static void files_that_are_refused(void **state)
{
	(void)state;
	struct pl_policy_data data[2] = {
		{.name = PL_STR("d"), .file = PL_STR("d.txt"), .text = PL_STR("r.example\nR\n")},
		{.name = PL_STR("d"), .file = PL_STR("e.txt"), .text = PL_STR("")}};
	const char *text = "data d: set of string from \"x.txt\"\n" RULE;
	assert_null(compile_data(text, data, 1));
	assert_string_equal(complaint(), "E0329 at \"R\"");
	assert_int_equal(diags.errors, 1);
	/* what is wrong is wrong whether or not a rule reads it */
	assert_null(compile_data("data d: set of int from \"x\" deny r for each pod require true == true", data, 1));
	assert_string_equal(complaint(), "E0329 at \"r.example\"");
	/* and is said once, however often it is used */
	assert_null(compile_data("data d: set of string from \"x.txt\"\n" RULE
				 "deny s for each image require image under d require not image under d",
				 data, 1));
	assert_int_equal(diags.count, 1);
	data[0].text = PL_STR("");
	assert_null(compile_data(text, data, 2));
	assert_string_equal(first_message(), "two files are given for the data `d`");
	data[0].name = PL_STR("e");
	assert_null(compile_data(text, data, 1));
	assert_string_equal(first_message(), "no data is called `e`");
	assert_string_equal(pl_arena_printf(arena, "%.*s", PL_FMT(diags.items[0].help)).ptr, "data are d");
	assert_null(compile_data(RULE "let d = {\"r.example\"}", data, 1));
	assert_string_equal(pl_arena_printf(arena, "%.*s", PL_FMT(diags.items[0].help)).ptr,
			    "the policy declares no data");
	data[0] = (struct pl_policy_data){.name = PL_STR("d"), .text = {"x", PL_POLICY_DATA_MAX + 1u}};
	assert_null(compile_data(text, data, 1));
	assert_string_equal(first_message(), "the file of the data `d` is larger than 32 MiB");
}

static void data_is_not_set(void **state)
{
	(void)state;
	const char *text = "data d: set of string from \"x.txt\"\n" RULE;
	struct pl_param_setting setting = {PL_STR("d"), PL_STR("x")};
	assert_null(compile_with(&text, 1, &setting, 1));
	assert_string_equal(first_message(), "`d` is no parameter: its values come from a file");
}

/* A walk over a file costs its length; a look-up costs one step. */
static void cost(void **state)
{
	(void)state;
	struct pl_buf b;
	pl_buf_init(&b, arena, 0);
	for (int i = 0; i < 1000; i++)
		pl_buf_addf(&b, "w%d\n", i);
	struct pl_policy_data data = {.name = PL_STR("d"), .file = PL_STR("d.txt"), .text = pl_buf_str(&b)};
	static const struct {
		const char *rule, *expect;
	} rows[] = {
		{"for each variable require variable.name in d", "ok"},
		{"for each variable require variable.name like d", "E0003 at \"r\""},
		{"for each variable require some w in d satisfies w == variable.name", "E0003 at \"r\""},
		{"for each variable require d within {\"x\"}", "E0003 at \"r\""},
		{"for each variable require d overlaps d", "E0003 at \"r\""},
		{"for each variable require count(d minus {\"x\"}) > 1", "E0003 at \"r\""},
		{"for each container require some w in d satisfies w == container.name", "ok"},
	};
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		pl_str text = pl_arena_printf(arena, "data d: set of string from \"x\"\ndeny r %s", rows[i].rule);
		compile_data(text.ptr, &data, 1);
		if (strcmp(complaint(), rows[i].expect) != 0)
			fail_msg("%s: %s\n%s", rows[i].rule, complaint(), rendered());
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(types),
		cmocka_unit_test(uses),
		cmocka_unit_test(elsewhere),
		cmocka_unit_test(files),
		cmocka_unit_test(files_that_are_refused),
		cmocka_unit_test(data_is_not_set),
		cmocka_unit_test(cost),
	};
	return cmocka_run_group_tests(tests, setup, teardown);
}
