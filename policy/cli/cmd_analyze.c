/* cmd_analyze.c - `plimsoll analyze`: what rules can do, which add nothing, and what changed since another version. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "analyzereport.h"
#include "command.h"
#include "context.h"
#include "input.h"
#include "policies.h"

#define MODELS	    20000
#define MAX_MODELS  100000000
#define PAIR_MODELS 4000 /* in an overview: for each pair */

struct analyze {
	const struct pl_options *options;
	struct pl_output out;
	struct pl_analyzereport report;
	const char *names[3]; /* rules */
	size_t name_count;
	size_t models;
	int32_t today;
	bool *settled; /* by rule: it never or always fires, and no pair says more */
};

/* --- sources --------------------------------------------------------------------------------------------------------
 */

/* Names of rules have neither dots nor slashes. */
static bool is_path(const char *arg)
{
	return strpbrk(arg, "./") || pl_input_kind_of(arg) == PL_INPUT_DIR;
}

/* A pack of --use is a source like the others, so that it is what is looked at. */
static void add_packs(struct analyze *a, struct pl_policy_list *list)
{
	size_t first = list->count;
	pl_policies_add_packs(list, a->options, &a->out);
	for (size_t i = first; i < list->count; i++) {
		pl_str name = pl_str_from(pl_options_nth(a->options, PL_FLAG_USE, i - first));
		list->items[i] = (struct pl_policy_source){name, pl_policy_pack(name)};
	}
}

static void add_arguments(struct analyze *a, struct pl_policy_list *list)
{
	for (size_t i = 0; i < pl_options_count(a->options, PL_FLAG_POLICY); i++)
		pl_policies_add_path(list, pl_options_nth(a->options, PL_FLAG_POLICY, i), &a->out);
	for (size_t i = 0; i < a->options->arg_count; i++) {
		const char *arg = a->options->args[i];
		if (is_path(arg))
			pl_policies_add_path(list, arg, &a->out);
		else if (a->name_count < 3)
			a->names[a->name_count++] = arg;
	}
	if (a->out.errors == 0)
		add_packs(a, list);
}

static struct pl_analysis *open_list(struct analyze *a, const struct pl_policy_list *list,
				     struct pl_policy_input *input)
{
	struct pl_diags diags;
	struct pl_analysis *analysis = NULL;
	if (a->out.errors || !pl_policies_settings(a->options, &a->out, &input->settings, &input->setting_count))
		return NULL;
	input->sources = list->items;
	input->source_count = list->count;
	pl_diags_init(&diags, a->out.arena);
	pl_err err = pl_analysis_open(input, a->today, &analysis, &diags);
	pl_output_diags(&a->out, &diags);
	if (err != PL_OK && diags.errors == 0)
		pl_output_failure(&a->out, (pl_str){0}, err);
	return err == PL_OK ? analysis : NULL;
}

/* --- an overview ----------------------------------------------------------------------------------------------------
 */

static pl_err look_at_rules(struct analyze *a, struct pl_analysis *analysis)
{
	const struct pl_analysis_rule *rules;
	size_t count = pl_analysis_rules(analysis, &rules);
	a->settled = pl_arena_zalloc(a->out.arena, count, sizeof *a->settled);
	for (size_t i = 0; i < count; i++) {
		struct pl_firing firing;
		if (!a->settled)
			return PL_E_MEMORY;
		if (!rules[i].given)
			continue;
		pl_err err = pl_analysis_fires(analysis, i, a->models, &firing);
		if (err != PL_OK)
			return err;
		a->settled[i] = firing.fires.truth == PL_NO || firing.spares.truth == PL_NO;
		pl_analyzereport_rule(&a->report, &rules[i], &firing, false);
	}
	return PL_OK;
}

static pl_err look_at_pairs(struct analyze *a, struct pl_analysis *analysis)
{
	const struct pl_analysis_rule *rules;
	size_t count = pl_analysis_rules(analysis, &rules), models = a->models < PAIR_MODELS ? a->models : PAIR_MODELS;
	for (size_t i = 0; i < count; i++) {
		for (size_t k = i + 1; k < count; k++) {
			struct pl_pair_answer answer;
			if ((!rules[i].given && !rules[k].given) || a->settled[i] || a->settled[k] ||
			    !pl_analysis_related(analysis, i, k))
				continue;
			pl_err err = pl_analysis_pair(analysis, i, k, models, &answer);
			if (err != PL_OK)
				return err;
			pl_analyzereport_pair(&a->report, &rules[i], &rules[k], &answer, false);
		}
	}
	return PL_OK;
}

static pl_err look_at_site(struct analyze *a, struct pl_analysis *analysis)
{
	const struct pl_analysis_exception *exceptions;
	const struct pl_analysis_row *rows;
	size_t count = pl_analysis_exceptions(analysis, &exceptions);
	for (size_t i = 0; i < count; i++) {
		struct pl_analysis_answer covers;
		pl_err err = pl_analysis_covers(analysis, i, a->models, &covers);
		if (err != PL_OK)
			return err;
		pl_analyzereport_exception(&a->report, &exceptions[i]);
	}
	count = pl_analysis_rows(analysis, &rows);
	for (size_t i = 0; i < count; i++)
		pl_analyzereport_row(&a->report, &rows[i]);
	return PL_OK;
}

static pl_err overview(struct analyze *a, struct pl_analysis *analysis)
{
	pl_err err = look_at_rules(a, analysis);
	if (err == PL_OK)
		err = look_at_pairs(a, analysis);
	return err == PL_OK ? look_at_site(a, analysis) : err;
}

/* --- one rule, or two -----------------------------------------------------------------------------------------------
 */

/* SIZE_MAX after a complaint. */
static size_t find_rule(struct analyze *a, const struct pl_analysis *analysis, const char *name)
{
	const struct pl_analysis_rule *rules;
	size_t count = pl_analysis_rules(analysis, &rules);
	pl_str *names = pl_arena_zalloc(a->out.arena, count + 1, sizeof *names);
	for (size_t i = 0; i < count; i++) {
		if (rules[i].name.len == strlen(name) && memcmp(rules[i].name.ptr, name, strlen(name)) == 0)
			return i;
		if (names)
			names[i] = rules[i].name;
	}
	pl_str near = names ? pl_text_nearest(pl_str_from(name), names, count) : (pl_str){0};
	struct pl_buf *message = pl_text_new(a->out.arena), *help = pl_text_new(a->out.arena);
	pl_text_printf(message, "no rule is called `");
	pl_text_escaped(message, pl_str_from(name));
	pl_text_printf(message, "`");
	if (near.len)
		pl_text_printf(help, "did you mean `%.*s`?", PL_FMT(near));
	pl_output_diag(&a->out, &(struct pl_diag){.message = pl_text_str(message), .help = pl_text_str(help)});
	return SIZE_MAX;
}

static pl_err one_or_two(struct analyze *a, struct pl_analysis *analysis)
{
	const struct pl_analysis_rule *rules;
	size_t which[2] = {0, 0};
	pl_analysis_rules(analysis, &rules);
	a->report.asked = true;
	for (size_t i = 0; i < a->name_count; i++) {
		which[i] = find_rule(a, analysis, a->names[i]);
		if (which[i] == SIZE_MAX)
			return PL_OK;
	}
	if (a->name_count == 1) {
		struct pl_firing firing;
		pl_err err = pl_analysis_fires(analysis, which[0], a->models, &firing);
		if (err == PL_OK)
			pl_analyzereport_rule(&a->report, &rules[which[0]], &firing, true);
		return err;
	}
	struct pl_pair_answer answer;
	pl_err err = pl_analysis_pair(analysis, which[0], which[1], a->models, &answer);
	if (err == PL_OK)
		pl_analyzereport_pair(&a->report, &rules[which[0]], &rules[which[1]], &answer, true);
	return err;
}

/* --- two versions ---------------------------------------------------------------------------------------------------
 */

static pl_err compare(struct analyze *a, struct pl_analysis *now)
{
	struct pl_policy_list list = {0};
	struct pl_policy_input input = {0};
	const struct pl_change *changes = NULL;
	size_t count = 0;
	for (size_t i = 0; i < pl_options_count(a->options, PL_FLAG_AGAINST); i++)
		pl_policies_add_path(&list, pl_options_nth(a->options, PL_FLAG_AGAINST, i), &a->out);
	struct pl_analysis *old = open_list(a, &list, &input);
	if (!old)
		return PL_OK;
	a->report.compared = true;
	pl_err err = pl_analysis_changes(old, now, a->models, a->out.arena, &changes, &count, &a->report.same);
	for (size_t i = 0; i < count && err == PL_OK; i++)
		pl_analyzereport_change(&a->report, &changes[i]);
	pl_analysis_close(old);
	return err;
}

/* --- the command ----------------------------------------------------------------------------------------------------
 */

static bool read_models(struct analyze *a)
{
	const char *text = pl_options_get(a->options, PL_FLAG_MODELS);
	char *end;
	a->models = MODELS;
	if (!text)
		return true;
	long n = strtol(text, &end, 10);
	if (*text < '0' || *text > '9' || *end || n < 1 || n > MAX_MODELS) {
		pl_options_complain(a->options->arena, "--models: `%s` is no number from 1 to %d", text, MAX_MODELS);
		return false;
	}
	a->models = (size_t)n;
	return true;
}

static bool read_format(const struct analyze *a, bool *ret_json)
{
	const char *format = pl_options_get(a->options, PL_FLAG_FORMAT);
	*ret_json = format && strcmp(format, "json") == 0;
	if (!format || *ret_json || strcmp(format, "text") == 0)
		return true;
	pl_options_complain(a->options->arena, "--format: `%s` is none of text, json", format);
	return false;
}

static bool read_options(struct analyze *a, bool *ret_json)
{
	struct pl_context context;
	if (!read_format(a, ret_json) || !read_models(a) || !pl_context_from_flags(a->options, &context))
		return false;
	a->today = context.today;
	return true;
}

static void run(struct analyze *a, const struct pl_policy_list *list)
{
	struct pl_policy_input input = {0};
	struct pl_analysis *analysis = open_list(a, list, &input);
	pl_err err = PL_OK;
	if (!analysis)
		return;
	if (pl_options_count(a->options, PL_FLAG_AGAINST))
		err = compare(a, analysis);
	else
		err = a->name_count ? one_or_two(a, analysis) : overview(a, analysis);
	if (err != PL_OK)
		pl_output_failure(&a->out, (pl_str){0}, err);
	pl_analysis_close(analysis);
}

int pl_cmd_analyze(const struct pl_options *options)
{
	struct analyze a = {.options = options};
	struct pl_policy_list list = {0};
	bool json;
	if (!read_options(&a, &json))
		return PL_EXIT_ERROR;
	pl_output_init(&a.out, options->arena);
	pl_analyzereport_begin(&a.report, &a.out, json);
	add_arguments(&a, &list);
	bool against = pl_options_count(options, PL_FLAG_AGAINST) > 0;
	if ((list.count == 0 && a.out.errors == 0) || a.name_count > 2 || (against && a.name_count)) {
		pl_options_complain(options->arena, list.count == 0
							    ? "nothing to analyze: name policies or directories, or "
							      "a pack with --use (see plimsoll analyze --help)"
						    : against ? "--against compares whole policies: name no rule"
							      : "name one rule, or two");
		return PL_EXIT_ERROR;
	}
	run(&a, &list);
	return pl_analyzereport_end(&a.report);
}
