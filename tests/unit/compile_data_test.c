/* compile_data_test.c - deciding with data files: found and not found, missing, too old to the second, and what an
 * UPDATE makes of them. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "plimsoll/plimsoll.h"

static struct pl_arena *arena;
static struct pl_evaluator *ev;

static const char policy_text[] =
	"data scans: map of string to {critical: int, places: set of string} from \"s.json\" fresh for 1h\n"
	"data approved: set of string from \"a.txt\"\n"
	"deny clean\n  for each container\n  require scans[container.name].critical == 0\n"
	"deny placed\n  for each container\n  require container.image under approved\n"
	"deny own\n  for each container\n"
	"  require container.image under scans[container.name].places\n";

static const char rows[] = "{\"good\": {\"critical\": 0, \"places\": [\"r.example/x\"]},\n"
			   " \"bad\": {\"critical\": 2, \"places\": []}}";

static const struct pl_policy *compile(const char *scans, const char *approved)
{
	struct pl_policy_source source = {PL_STR("p.plim"), pl_str_from(policy_text)};
	struct pl_policy_data data[] = {
		{.name = PL_STR("scans"), .file = PL_STR("s.json"), .text = pl_str_from(scans), .modified = 100000},
		{.name = PL_STR("approved"), .file = PL_STR("a.txt"), .text = pl_str_from(approved)}};
	struct pl_policy_input input = {.sources = &source, .source_count = 1, .data = data, .data_count = 2};
	struct pl_policy *policy = NULL;
	struct pl_diags diags;
	pl_diags_init(&diags, arena);
	if (pl_policy_compile(&input, &policy, &diags) != PL_OK)
		fail_msg("%.*s", PL_FMT(diags.items[0].message));
	return policy;
}

static struct pl_workload *pod(const char *name, const char *image)
{
	static const struct pl_workload_options options;
	struct pl_workload *w;
	struct pl_doc *doc;
	pl_str text = pl_arena_printf(arena,
				      "{\"apiVersion\":\"v1\",\"kind\":\"Pod\",\"metadata\":{\"name\":\"p\"},\"spec\":{"
				      "\"containers\":[{\"name\":\"%s\",\"image\":\"%s\"}]}}",
				      name, image);
	struct pl_arena *scratch = pl_evaluator_arena(ev);
	assert_int_equal(pl_doc_read_json(PL_STR("p"), text, &pl_doc_json_limits, scratch, &doc, NULL), PL_OK);
	assert_int_equal(pl_workload_read(doc, pl_doc_root(doc), PL_PLATFORM_KUBERNETES, &options, scratch, &w), PL_OK);
	return w;
}

/* "clean:violation own:undecided", or the message of the first finding. */
static const char *decide(const struct pl_policy *policy, const struct pl_workload *w, const struct pl_workload *old,
			  int64_t now, bool lint, bool message)
{
	static const char *const states[] = {"violation", "undecided", "malformed", "already", "excepted"};
	struct pl_context context = {.request_known = true,
				     .operation = old ? PL_STR("UPDATE") : PL_STR("CREATE"),
				     .now = now,
				     .lint = lint};
	const struct pl_verdict *v;
	struct pl_buf *out = pl_text_new(arena);
	assert_int_equal(pl_decide(ev, policy, w, old, &context, &v), PL_OK);
	for (size_t i = 0; i < v->count; i++) {
		if (message && i == 0)
			pl_text_add(out, v->findings[i].message);
		else if (!message)
			pl_text_printf(out, "%s%.*s:%s", i ? " " : "", PL_FMT(v->findings[i].rule),
				       states[v->findings[i].state]);
	}
	for (size_t i = 0; i < v->not_checked_count; i++)
		pl_text_printf(out, "%snot checked %.*s", i || v->count ? " " : "", PL_FMT(v->not_checked[i]));
	return pl_arena_printf(arena, "%.*s", PL_FMT(pl_text_str(out))).ptr;
}

static void found_and_not_found(void **state)
{
	(void)state;
	const struct pl_policy *p = compile(rows, "r.example\n");
	assert_string_equal(decide(p, pod("good", "r.example/x:1"), NULL, 100000, false, false), "");
	assert_string_equal(decide(p, pod("good", "r.example/y:1"), NULL, 100000, false, false), "own:violation");
	assert_string_equal(decide(p, pod("bad", "r.example/x:1"), NULL, 100000, false, false),
			    "clean:violation own:violation");
	assert_string_equal(decide(p, pod("new", "r.example/x:1"), NULL, 100000, false, false),
			    "clean:violation own:violation");
	assert_string_equal(
		decide(p, pod("bad", "r.example/x:1"), NULL, 100000, false, true),
		"container \"bad\": scans[container.name].critical must be 0; it is 2, container.name is bad");
	assert_string_equal(decide(p, pod("good", "x.example/x:1"), NULL, 100000, false, false),
			    "own:violation placed:violation");
	pl_policy_release(p);
}

static void too_old(void **state)
{
	(void)state;
	const struct pl_policy *p = compile(rows, "r.example\n");
	struct pl_workload *w = pod("good", "r.example/x:1");
	assert_string_equal(decide(p, w, NULL, 103600, false, false), "");
	assert_string_equal(decide(p, w, NULL, 103601, false, false), "clean:undecided own:undecided");
	assert_string_equal(decide(p, w, NULL, 103601, true, false), "clean:undecided own:undecided");
	assert_string_equal(
		decide(p, w, NULL, 103661, false, true),
		"container \"good\": could not be decided: the file s.json of data `scans` is good for 1h, and its "
		"age is 1h 1min 1s; the rule: require scans[container.name].critical == 0");
	assert_string_equal(decide(p, w, NULL, 99999, false, false), ""); /* a clock that is behind */
	assert_string_equal(decide(p, w, NULL, INT64_MAX, false, false), "clean:undecided own:undecided");
	assert_string_equal(decide(p, w, NULL, INT64_MIN, false, false), "clean:undecided own:undecided");
	pl_policy_release(p);
}

static void missing(void **state)
{
	(void)state;
	const struct pl_policy *p = compile(NULL, "");
	struct pl_workload *w = pod("good", "r.example/x:1");
	/* an empty file is there, and approves nothing */
	assert_string_equal(decide(p, w, NULL, 100000, false, false), "clean:undecided own:undecided placed:violation");
	assert_string_equal(decide(p, w, NULL, 100000, true, false),
			    "placed:violation not checked clean not checked own");
	assert_string_equal(
		decide(p, w, NULL, 100000, false, true),
		"container \"good\": could not be decided: the file s.json of data `scans` is not there; the rule: "
		"require scans[container.name].critical == 0");
	pl_policy_release(p);
}

/* What a look-up gave is evidence: the same violation was there before only if it gave the same. */
static void updates(void **state)
{
	(void)state;
	const struct pl_policy *p =
		compile("{\"a\": {\"critical\": 2, \"places\": [\"r.example\"]}, \"b\": {\"critical\": 2, "
			"\"places\": [\"r.example\"]}}",
			"r.example\n");
	struct pl_workload *a = pod("a", "r.example/x:1"), *other = pod("a", "r.example/x:2"),
			   *b = pod("b", "r.example/x:1");
	assert_string_equal(decide(p, a, a, 100000, false, false), "clean:already");
	assert_string_equal(decide(p, other, a, 100000, false, false), "clean:already");
	assert_string_equal(decide(p, b, a, 100000, false, false), "clean:violation");
	pl_policy_release(p);
}

static int set_up(void **state)
{
	(void)state;
	arena = pl_arena_new((size_t)16 << 20, 1 << 20);
	ev = pl_evaluator_new((size_t)64 << 20);
	return arena && ev ? 0 : -1;
}

static int tear_down(void **state)
{
	(void)state;
	pl_evaluator_free(ev);
	pl_arena_free(arena);
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(found_and_not_found),
		cmocka_unit_test(too_old),
		cmocka_unit_test(missing),
		cmocka_unit_test(updates),
	};
	return cmocka_run_group_tests(tests, set_up, tear_down);
}
