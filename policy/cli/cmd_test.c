/* cmd_test.c - `plimsoll test`: runs the tests of policies, and with --mutate says which changes no test notices.
 *
 * Exit status 1: a test fails, a change goes unnoticed, or with --strict a rule never fires in a test; 2: the tests
 * could not be run, or there are none. */
#include <stdio.h>
#include <string.h>

#include "command.h"
#include "policies.h"
#include "testreport.h"

/* Sources of the command line; a pack of --use is a source like the others, so that its tests run too. */
static void add_packs(struct pl_policy_list *list, const struct pl_options *options, struct pl_output *out)
{
	size_t first = list->count;
	pl_policies_add_packs(list, options, out);
	for (size_t i = first; i < list->count; i++) {
		pl_str name = pl_str_from(pl_options_nth(options, PL_FLAG_USE, i - first));
		list->items[i] = (struct pl_policy_source){name, pl_policy_pack(name)};
	}
}

static struct pl_suite *open_suite(const struct pl_options *options, struct pl_policy_input *input,
				   struct pl_output *out)
{
	struct pl_policy_list list = {0};
	struct pl_diags diags;
	struct pl_suite *suite = NULL;
	for (size_t i = 0; i < options->arg_count; i++)
		pl_policies_add_path(&list, options->args[i], out);
	if (out->errors == 0)
		add_packs(&list, options, out);
	if (out->errors || !pl_policies_settings(options, out, &input->settings, &input->setting_count))
		return NULL;
	input->sources = list.items;
	input->source_count = list.count;
	pl_diags_init(&diags, out->arena);
	pl_err err = pl_suite_open(input, &suite, &diags);
	pl_output_diags(out, &diags);
	if (err != PL_OK && diags.errors == 0)
		pl_output_failure(out, (pl_str){0}, err);
	return err == PL_OK ? suite : NULL;
}

/* What the rules did that a test and they do not agree about, each once. */
static pl_err explain(struct pl_suite *suite, size_t test, const struct pl_test_result *result,
		      struct pl_testreport *report)
{
	for (size_t i = 0; i < result->miss_count; i++) {
		pl_str rule = result->misses[i].rule;
		size_t first = 0;
		while (result->misses[first].rule.len != rule.len ||
		       memcmp(result->misses[first].rule.ptr, rule.ptr, rule.len) != 0)
			first++;
		struct pl_buf *trace = pl_text_new(report->out->arena);
		if (!trace)
			return PL_E_MEMORY;
		if (first < i)
			continue;
		pl_err err = pl_suite_explain(suite, test, rule, trace);
		if (err != PL_OK)
			return err;
		pl_testreport_trace(report, trace);
	}
	return PL_OK;
}

static pl_err run_test(struct pl_suite *suite, size_t i, struct pl_testreport *report)
{
	struct pl_test_result result;
	pl_err err = pl_suite_run(suite, i, &result);
	if (err != PL_OK)
		return err;
	pl_testreport_result(report, &result);
	return report->explain && !result.passed ? explain(suite, i, &result, report) : PL_OK;
}

static bool run_tests(struct pl_suite *suite, struct pl_testreport *report, struct pl_output *out)
{
	for (size_t i = 0; i < pl_suite_count(suite); i++) {
		pl_err err = run_test(suite, i, report);
		if (err != PL_OK) {
			pl_output_failure(out, (pl_str){0}, err);
			return false;
		}
	}
	const struct pl_suite_rule *rules;
	size_t count = pl_suite_rules(suite, &rules);
	pl_testreport_rules(report, rules, count);
	return true;
}

static void run_mutants(struct pl_suite *suite, struct pl_testreport *report, struct pl_output *out)
{
	const struct pl_mutant *mutants;
	size_t count = 0;
	pl_err err = pl_suite_mutants(suite, &mutants, &count);
	for (size_t i = 0; i < count && err == PL_OK; i++) {
		enum pl_mutant_fate fate;
		err = pl_suite_try(suite, i, &fate);
		if (err == PL_OK)
			pl_testreport_mutant(report, &mutants[i], fate);
	}
	if (err != PL_OK)
		pl_output_failure(out, (pl_str){0}, err);
}

/* A change says nothing while tests fail without it. */
static void run(struct pl_suite *suite, const struct pl_options *options, struct pl_testreport *report,
		struct pl_output *out)
{
	if (pl_suite_count(suite) == 0) {
		pl_output_error(out, (pl_str){0}, "there is no test in these policies",
				"write one: test \"...\" given pod \"\"\"...\"\"\" expect deny RULE");
		return;
	}
	if (!run_tests(suite, report, out) || !pl_options_get(options, PL_FLAG_MUTATE))
		return;
	report->mutated = report->failed == 0;
	report->not_mutated = !report->mutated;
	if (report->mutated)
		run_mutants(suite, report, out);
}

static bool read_format(const struct pl_options *options, enum pl_testreport_format *ret)
{
	static const char *const names[] = {"text", "json", "junit"};
	const char *format = pl_options_get(options, PL_FLAG_FORMAT);
	for (unsigned i = 0; i < 3; i++) {
		if (!format || strcmp(format, names[i]) == 0) {
			*ret = (enum pl_testreport_format)i;
			return true;
		}
	}
	pl_options_complain(options->arena, "--format: `%s` is none of text, json, junit", format);
	return false;
}

int pl_cmd_test(const struct pl_options *options)
{
	struct pl_testreport report = {.strict = pl_options_get(options, PL_FLAG_STRICT) != NULL,
				       .explain = pl_options_get(options, PL_FLAG_EXPLAIN) != NULL};
	if (options->arg_count == 0 && pl_options_count(options, PL_FLAG_USE) == 0) {
		pl_options_complain(options->arena,
				    "nothing to test: name policies or directories (see plimsoll test --help)");
		return PL_EXIT_ERROR;
	}
	if (!read_format(options, &report.format))
		return PL_EXIT_ERROR;
	struct pl_output out;
	struct pl_policy_input input = {.explained = report.explain};
	pl_output_init(&out, options->arena);
	pl_testreport_begin(&report, &out);
	struct pl_suite *suite = open_suite(options, &input, &out);
	if (suite)
		run(suite, options, &report, &out);
	int status = pl_testreport_end(&report);
	pl_suite_close(suite);
	return status;
}
