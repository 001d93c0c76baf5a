/* report_text_test.c - the layout that people read, byte for byte. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "plimsoll/report.h"

static struct pl_arena *arena;

static int make_arena(void **state)
{
	(void)state;
	arena = pl_arena_new(64 << 20, 0);
	return arena ? 0 : -1;
}

static int free_arena(void **state)
{
	(void)state;
	pl_arena_free(arena);
	return 0;
}

static struct pl_workload *read_json(const char *text)
{
	struct pl_diags diags;
	struct pl_doc *doc;
	struct pl_workload *w;
	struct pl_workload_options options = {.offline = true};
	pl_diags_init(&diags, arena);
	assert_int_equal(
		pl_doc_read_json(PL_STR("k8s/web.json"), pl_str_from(text), &pl_doc_json_limits, arena, &doc, &diags),
		PL_OK);
	assert_int_equal(pl_workload_read(doc, pl_doc_root(doc), PL_PLATFORM_KUBERNETES, &options, arena, &w), PL_OK);
	return w;
}

static struct pl_finding finding_at(const char *text, const char *place, uint32_t len)
{
	return (struct pl_finding){
		.rule = PL_STR("privileged"),
		.message = PL_STR("container \"web\" is privileged"),
		.remedy = PL_STR("remove `privileged`"),
		.path = PL_STR("spec.containers[0]"),
		.span = {(uint32_t)(strstr(text, place) - text), len},
	};
}

static void assert_report(const char *text, struct pl_finding f, const char *expected)
{
	struct pl_workload *w = read_json(text);
	struct pl_verdict v = {.findings = &f, .count = 1, .denied = 1};
	struct pl_buf *out = pl_text_new(arena);
	pl_report_text(w, &v, pl_source_new(pl_doc_source(pl_workload_doc(w)), arena), out);
	pl_str s = pl_text_str(out);
	assert_non_null(s.ptr);
	char *found = strndup(s.ptr, s.len);
	assert_string_equal(found, expected);
	free(found);
}

static void a_finding_with_excerpt_path_and_help(void **state)
{
	(void)state;
	const char *text = "{\"apiVersion\":\"v1\",\"kind\":\"Pod\",\n\t\"spec\":{\"privileged\": true}}";
	assert_report(text, finding_at(text, "true", 4),
		      "deny privileged: container \"web\" is privileged\n"
		      " --> k8s/web.json:2:24\n"
		      "  |\n"
		      "2 |     \"spec\":{\"privileged\": true}}\n"
		      "  |                           ^^^^\n"
		      "  = path: spec.containers[0]\n"
		      "  = help: remove `privileged`\n\n");
}

static void exceptions_are_said(void **state)
{
	(void)state;
	const char *text = "{\"apiVersion\":\"v1\",\"kind\":\"Pod\"}";
	struct pl_finding f = finding_at(text, "{", 1);
	f.mode = PL_MODE_AUDIT;
	f.state = PL_FINDING_EXCEPTED;
	f.exception = PL_STR("e");
	f.note = PL_STR("by exception `e` (a\x1b[31m, until 2027-01-01)");
	assert_report(text, f,
		      "excepted privileged: container \"web\" is privileged\n"
		      " --> k8s/web.json:1:1\n"
		      "  |\n"
		      "1 | {\"apiVersion\":\"v1\",\"kind\":\"Pod\"}\n"
		      "  | ^\n"
		      "  = path: spec.containers[0]\n"
		      "  = note: by exception `e` (a\\u{1b}[31m, until 2027-01-01)\n"
		      "  = help: remove `privileged`\n\n");
}

static void modes_and_references_are_said(void **state)
{
	(void)state;
	const char *text = "{\"apiVersion\":\"v1\",\"kind\":\"Pod\"}";
	static const pl_str refs[] = {{"CIS 5.2.1", 9}, {"NSA", 3}};
	struct pl_finding f = finding_at(text, "{", 1);
	f.path = f.remedy = (pl_str){0};
	f.mode = PL_MODE_WARN;
	f.refs = refs;
	f.ref_count = 2;
	assert_report(text, f,
		      "warn privileged: container \"web\" is privileged\n"
		      " --> k8s/web.json:1:1\n"
		      "  |\n"
		      "1 | {\"apiVersion\":\"v1\",\"kind\":\"Pod\"}\n"
		      "  | ^\n"
		      "  = see: CIS 5.2.1, NSA\n\n");
	f.mode = PL_MODE_AUDIT;
	f.ref_count = 0;
	assert_report(text, f,
		      "audit privileged: container \"web\" is privileged\n"
		      " --> k8s/web.json:1:1\n"
		      "  |\n"
		      "1 | {\"apiVersion\":\"v1\",\"kind\":\"Pod\"}\n"
		      "  | ^\n\n");
}

static void values_of_variables_are_never_shown(void **state)
{
	(void)state;
	const char *text = "{\"kind\":\"Pod\",\"env\":[{\"name\":\"A\",\"value\":\"hunter2\"}], \"x\": 1}";
	struct pl_finding f = finding_at(text, "1}", 1);
	f.path = f.remedy = (pl_str){0};
	assert_report(text, f,
		      "deny privileged: container \"web\" is privileged\n"
		      " --> k8s/web.json:1:60\n"
		      "  |\n"
		      "1 | {\"kind\":\"Pod\",\"env\":[{\"name\":\"A\",\"value\":***}], \"x\": 1}\n"
		      "  |                                                      ^\n\n");
	f.span = (struct pl_span){(uint32_t)(strstr(text, "\"hunter2") - text), 9};
	assert_report(text, f,
		      "deny privileged: container \"web\" is privileged\n"
		      " --> k8s/web.json:1:42\n"
		      "  |\n"
		      "1 | {\"kind\":\"Pod\",\"env\":[{\"name\":\"A\",\"value\":***}], \"x\": 1}\n"
		      "  |                                          ^^^\n\n");
}

static void a_long_line_is_cut_on_both_sides(void **state)
{
	(void)state;
	char text[2048] = "{\"kind\":\"Pod\",\"a\":\"";
	size_t head = strlen(text);
	memset(text + head, 'x', 700);
	strcpy(text + head + 700, "\",\"b\":true,\"c\":\"");
	size_t tail = strlen(text);
	memset(text + tail, 'y', 700);
	strcpy(text + tail + 700, "\"}");
	char expected[1024] = "deny privileged: container \"web\" is privileged\n --> k8s/web.json:1:726\n  |\n1 | ...";
	size_t at = strlen(expected);
	memset(expected + at, 'x', 154);
	strcpy(expected + at + 154, "\",\"b\":true,\"c\":\"");
	at = strlen(expected);
	memset(expected + at, 'y', 154);
	strcpy(expected + at + 154, "\n  | ");
	at = strlen(expected);
	memset(expected + at, ' ', 163);
	strcpy(expected + at + 163, "^^^^\n\n");
	struct pl_finding f = finding_at(text, "true", 4);
	f.path = f.remedy = (pl_str){0};
	assert_report(text, f, expected);
}

static void nothing_hostile_reaches_the_terminal(void **state)
{
	(void)state;
	const char *text = "{\"kind\":\"Pod\",\"a\xC2\x9B\xE2\x80\xAE\x7F\":true}";
	struct pl_finding f = finding_at(text, "true", 4);
	f.remedy = PL_STR("line\x1B[2J");
	f.path = PL_STR("a\nb");
	assert_report(text, f,
		      "deny privileged: container \"web\" is privileged\n"
		      " --> k8s/web.json:1:22\n"
		      "  |\n"
		      "1 | {\"kind\":\"Pod\",\"a???\":true}\n"
		      "  |                      ^^^^\n"
		      "  = path: a\\nb\n"
		      "  = help: line\\u{1b}[2J\n\n");
}

static void a_verdict_without_findings_says_nothing(void **state)
{
	(void)state;
	struct pl_workload *w = read_json("{\"apiVersion\":\"v1\",\"kind\":\"Pod\"}");
	struct pl_verdict v = {.allowed = true};
	struct pl_buf *out = pl_text_new(arena);
	pl_report_text(w, &v, pl_source_new(pl_doc_source(pl_workload_doc(w)), arena), out);
	assert_non_null(pl_text_str(out).ptr);
	assert_int_equal(pl_text_str(out).len, 0);
}

static void notes_are_warnings(void **state)
{
	(void)state;
	const char *text = "{\"apiVersion\":\"v1\",\"kind\":\"Pod\",\"metadata\":{\"name\":\"a\"},\n"
			   "\"spec\":{\"containers\":[{\"name\":\"c\",\"image\":\"i\"}],\"hostNetwrok\":true}}";
	struct pl_workload *w = read_json(text);
	struct pl_buf *out = pl_text_new(arena);
	pl_report_notes_text(w, pl_source_new(pl_doc_source(pl_workload_doc(w)), arena), out);
	pl_str s = pl_text_str(out);
	char *found = strndup(s.ptr, s.len);
	assert_string_equal(found,
			    "warning: `spec.hostNetwrok` is not a field that Kubernetes knows\n"
			    " --> k8s/web.json:2:49\n"
			    "  |\n"
			    "2 | \"spec\":{\"containers\":[{\"name\":\"c\",\"image\":\"i\"}],\"hostNetwrok\":true}}\n"
			    "  |                                                 ^^^^^^^^^^^^^\n"
			    "  = help: did you mean `hostNetwork`?\n\n");
	free(found);
}

static void out_of_memory_is_seen(void **state)
{
	(void)state;
	const char *text = "{\"apiVersion\":\"v1\",\"kind\":\"Pod\"}";
	struct pl_workload *w = read_json(text);
	struct pl_finding f = finding_at(text, "{", 1);
	struct pl_verdict v = {.findings = &f, .count = 1, .denied = 1};
	struct pl_source *source = pl_source_new(pl_doc_source(pl_workload_doc(w)), arena);
	struct pl_arena *small = pl_arena_new(300, 0);
	struct pl_buf *out = pl_text_new(small);
	pl_report_text(w, &v, source, out);
	assert_null(pl_text_str(out).ptr);
	pl_arena_free(small);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_finding_with_excerpt_path_and_help),
		cmocka_unit_test(exceptions_are_said),
		cmocka_unit_test(modes_and_references_are_said),
		cmocka_unit_test(values_of_variables_are_never_shown),
		cmocka_unit_test(a_long_line_is_cut_on_both_sides),
		cmocka_unit_test(nothing_hostile_reaches_the_terminal),
		cmocka_unit_test(a_verdict_without_findings_says_nothing),
		cmocka_unit_test(notes_are_warnings),
		cmocka_unit_test(out_of_memory_is_seen),
	};
	return cmocka_run_group_tests(tests, make_arena, free_arena);
}
