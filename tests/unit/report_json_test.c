/* report_json_test.c - the verdict as JSON: its exact bytes, and that jansson reads it back. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <jansson.h>

#include "plimsoll/report.h"

static const char task_text[] = "{\"family\":\"web\",\n \"containerDefinitions\":[{\"name\":\"c\",\"image\":\"i\"}]}";

struct fixture {
	struct pl_arena *arena;
	struct pl_workload *w;
	struct pl_source *source;
};

static int set_up(void **state)
{
	struct fixture *f = calloc(1, sizeof *f);
	struct pl_diags diags;
	struct pl_doc *doc;
	struct pl_workload_options options = {.offline = true};
	f->arena = pl_arena_new(64 << 20, 0);
	pl_diags_init(&diags, f->arena);
	pl_str text = PL_STR(task_text);
	if (pl_doc_read_json(PL_STR("t.json"), text, &pl_doc_json_limits, f->arena, &doc, &diags) != PL_OK ||
	    pl_workload_read(doc, pl_doc_root(doc), PL_PLATFORM_ECS, &options, f->arena, &f->w) != PL_OK)
		return -1;
	f->source = pl_source_new(text, f->arena);
	*state = f;
	return 0;
}

static int tear_down(void **state)
{
	struct fixture *f = *state;
	pl_arena_free(f->arena);
	free(f);
	return 0;
}

static const pl_str refs[] = {{"CIS 5.7", 7}, {"x", 1}};
static const pl_str not_checked[] = {{"a-rule", 6}, {"b-rule", 6}};

static struct pl_verdict verdict_with(struct pl_finding *f)
{
	*f = (struct pl_finding){
		.rule = PL_STR("privileged"),
		.message = PL_STR("container \"c\" is \\privileged\\"),
		.remedy = PL_STR("remove it"),
		.subject = PL_STR("container \"c\""),
		.path = PL_STR("containerDefinitions[0]"),
		.refs = refs,
		.ref_count = 2,
		.span = {42, 1},
		.mode = PL_MODE_DENY,
		.severity = PL_SEVERITY_CRITICAL,
		.state = PL_FINDING_VIOLATION,
	};
	return (struct pl_verdict){
		.findings = f, .count = 1, .denied = 1, .not_checked = not_checked, .not_checked_count = 2};
}

static void assert_text(struct pl_buf *out, const char *expected)
{
	pl_str s = pl_text_str(out);
	assert_non_null(s.ptr);
	char *found = strndup(s.ptr, s.len);
	assert_string_equal(found, expected);
	free(found);
}

#define FINDING                                                                                                        \
	"\"findings\":[{\"rule\":\"privileged\",\"mode\":\"deny\",\"severity\":\"critical\",\"state\":\"violation\","  \
	"\"subject\":\"container \\\"c\\\"\",\"path\":\"containerDefinitions[0]\","                                    \
	"\"message\":\"container \\\"c\\\" is \\\\privileged\\\\\",\"remedy\":\"remove it\",\"refs\":[\"CIS "          \
	"5.7\",\"x\"]"

static void the_bytes_of_the_doors(void **state)
{
	struct fixture *f = *state;
	struct pl_finding finding;
	struct pl_verdict v = verdict_with(&finding);
	struct pl_buf *out = pl_text_new(f->arena);
	pl_report_json(f->w, &v, NULL, out);
	assert_text(out, "{\"allowed\":false,\"platform\":\"ecs\",\"kind\":\"TaskDefinition\",\"namespace\":\"\","
			 "\"name\":\"web\"," FINDING "}],\"not_checked\":[\"a-rule\",\"b-rule\"]}");
}

static void the_source_adds_file_line_and_column(void **state)
{
	struct fixture *f = *state;
	struct pl_finding finding;
	struct pl_verdict v = verdict_with(&finding);
	struct pl_buf *out = pl_text_new(f->arena);
	pl_report_json(f->w, &v, f->source, out);
	assert_text(out, "{\"file\":\"t.json\",\"allowed\":false,\"platform\":\"ecs\",\"kind\":\"TaskDefinition\","
			 "\"namespace\":\"\",\"name\":\"web\"," FINDING
			 ",\"line\":2,\"column\":26}],\"not_checked\":[\"a-rule\",\"b-rule\"]}");
}

static void an_exception_is_named(void **state)
{
	struct fixture *f = *state;
	struct pl_finding finding;
	struct pl_verdict v = verdict_with(&finding);
	struct pl_buf *out = pl_text_new(f->arena);
	finding.state = PL_FINDING_EXCEPTED;
	finding.mode = PL_MODE_AUDIT;
	finding.exception = PL_STR("e");
	finding.note = PL_STR("by \"o\"");
	finding.ref_count = 0;
	v.allowed = true;
	v.not_checked_count = 0;
	pl_report_json(f->w, &v, NULL, out);
	assert_text(out, "{\"allowed\":true,\"platform\":\"ecs\",\"kind\":\"TaskDefinition\",\"namespace\":\"\","
			 "\"name\":\"web\",\"findings\":[{\"rule\":\"privileged\",\"mode\":\"audit\",\"severity\":"
			 "\"critical\",\"state\":\"excepted\",\"exception\":\"e\",\"subject\":\"container \\\"c\\\"\","
			 "\"path\":\"containerDefinitions[0]\",\"message\":\"container \\\"c\\\" is "
			 "\\\\privileged\\\\\",\"remedy\":\"remove it\",\"note\":\"by \\\"o\\\"\",\"refs\":[]}],"
			 "\"not_checked\":[]}");
}

static void a_clean_verdict(void **state)
{
	struct fixture *f = *state;
	struct pl_verdict v = {.allowed = true};
	struct pl_buf *out = pl_text_new(f->arena);
	pl_report_json(f->w, &v, NULL, out);
	assert_text(out, "{\"allowed\":true,\"platform\":\"ecs\",\"kind\":\"TaskDefinition\",\"namespace\":\"\","
			 "\"name\":\"web\","
			 "\"findings\":[],\"not_checked\":[]}");
}

/* Whatever bytes a document brings, an independent reader gets the text back. */
static void jansson_reads_it_back(void **state)
{
	struct fixture *f = *state;
	struct pl_finding finding;
	struct pl_verdict v = verdict_with(&finding);
	char hostile[256];
	for (int i = 0; i < 128; i++)
		hostile[i] = (char)i;
	finding.message = (pl_str){hostile + 1, 127};
	finding.path = PL_STR("caf\xC3\xA9 \xE2\x80\xAE \xF0\x9F\x9A\xA2");
	finding.subject = PL_STR("bad \xFF byte");
	struct pl_buf *out = pl_text_new(f->arena);
	pl_report_json(f->w, &v, f->source, out);
	pl_str s = pl_text_str(out);
	for (size_t i = 0; i < s.len; i++)
		assert_true((unsigned char)s.ptr[i] >= 0x20 && s.ptr[i] != 0x7F);
	json_error_t error;
	json_t *root = json_loadb(s.ptr, s.len, JSON_REJECT_DUPLICATES, &error);
	assert_non_null(root);
	json_t *first = json_array_get(json_object_get(root, "findings"), 0);
	json_t *message = json_object_get(first, "message");
	assert_int_equal(json_string_length(message), 127);
	assert_memory_equal(json_string_value(message), hostile + 1, 127);
	assert_string_equal(json_string_value(json_object_get(first, "path")),
			    "caf\xC3\xA9 \xE2\x80\xAE \xF0\x9F\x9A\xA2");
	assert_string_equal(json_string_value(json_object_get(first, "subject")), "bad \xEF\xBF\xBD byte");
	assert_null(memmem(s.ptr, s.len, "\xE2\x80\xAE", 3));
	assert_int_equal(json_object_size(root), 8);
	assert_int_equal(json_object_size(first), 11);
	json_decref(root);
}

static void every_mode_severity_and_state_has_a_name(void **state)
{
	struct fixture *f = *state;
	static const char *const modes[] = {"deny", "warn", "audit"};
	static const char *const severities[] = {"low", "medium", "high", "critical"};
	static const char *const states[] = {"violation", "undecided", "malformed", "already"};
	for (uint8_t i = 0; i < 4; i++) {
		struct pl_finding finding;
		struct pl_verdict v = verdict_with(&finding);
		finding.mode = i % 3;
		finding.severity = i;
		finding.state = i;
		struct pl_buf *out = pl_text_new(f->arena);
		pl_report_json(f->w, &v, NULL, out);
		pl_str s = pl_text_str(out);
		json_t *root = json_loadb(s.ptr, s.len, 0, NULL);
		json_t *first = json_array_get(json_object_get(root, "findings"), 0);
		assert_string_equal(json_string_value(json_object_get(first, "mode")), modes[i % 3]);
		assert_string_equal(json_string_value(json_object_get(first, "severity")), severities[i]);
		assert_string_equal(json_string_value(json_object_get(first, "state")), states[i]);
		json_decref(root);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_bytes_of_the_doors), cmocka_unit_test(the_source_adds_file_line_and_column),
		cmocka_unit_test(an_exception_is_named),  cmocka_unit_test(a_clean_verdict),
		cmocka_unit_test(jansson_reads_it_back),  cmocka_unit_test(every_mode_severity_and_state_has_a_name),
	};
	return cmocka_run_group_tests(tests, set_up, tear_down);
}
