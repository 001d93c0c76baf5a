/* cmd_check.c - `plimsoll check`: compiles policies and shows what is wrong with them; with --lint also what is likely
 * a mistake. Warnings do not change the exit status, unless --strict says so. */
#include <stdio.h>

#include "command.h"
#include "context.h"
#include "policies.h"

/* Of the files that were named; false after an error. */
static bool lint(const struct pl_policy_list *list, const struct pl_options *options, int32_t today,
		 struct pl_output *out, size_t *ret_warnings)
{
	struct pl_diags diags;
	struct pl_policy_input input = {.sources = list->items, .source_count = list->count};
	if (!pl_policies_settings(options, out, &input.settings, &input.setting_count))
		return false;
	pl_diags_init(&diags, out->arena);
	pl_err err = pl_policy_lint(&input, today, &diags);
	pl_output_diags(out, &diags);
	if (err != PL_OK && diags.errors == 0)
		pl_output_failure(out, (pl_str){0}, err);
	*ret_warnings = diags.warnings;
	return err == PL_OK;
}

/* A pack is looked at as the file that it is. */
static void add_packs(struct pl_policy_list *list, const struct pl_options *options, struct pl_output *out)
{
	size_t first = list->count;
	pl_policies_add_packs(list, options, out);
	for (size_t i = first; i < list->count && pl_options_get(options, PL_FLAG_LINT); i++) {
		pl_str name = pl_str_from(pl_options_nth(options, PL_FLAG_USE, i - first));
		list->items[i] = (struct pl_policy_source){name, pl_policy_pack(name)};
	}
}

static void print_result(size_t rules, bool linted, size_t warnings)
{
	printf("ok: %zu %s", rules, rules == 1 ? "rule" : "rules");
	if (linted)
		printf(", %zu %s", warnings, warnings == 1 ? "warning" : "warnings");
	printf("\n");
}

int pl_cmd_check(const struct pl_options *options)
{
	if (options->arg_count == 0 && pl_options_count(options, PL_FLAG_USE) == 0) {
		pl_options_complain(options->arena,
				    "nothing to check: name policies or directories (see plimsoll check --help)");
		return PL_EXIT_ERROR;
	}
	struct pl_context context;
	struct pl_output out;
	struct pl_policy_list list = {0};
	size_t warnings = 0;
	if (!pl_context_from_flags(options, &context))
		return PL_EXIT_ERROR;
	bool linted = pl_options_get(options, PL_FLAG_LINT) != NULL;
	pl_output_init(&out, options->arena);
	for (size_t i = 0; i < options->arg_count; i++)
		pl_policies_add_path(&list, options->args[i], &out);
	add_packs(&list, options, &out);
	struct pl_policy *policy = out.errors ? NULL : pl_policies_compile(&list, options, &out);
	if (!policy)
		return PL_EXIT_ERROR;
	if (!linted || lint(&list, options, context.today, &out, &warnings))
		print_result(pl_policy_rule_count(policy), linted, warnings);
	pl_policy_release(policy);
	int status = pl_output_status(&out);
	return status == PL_EXIT_CLEAN && warnings && pl_options_get(options, PL_FLAG_STRICT) ? PL_EXIT_FINDINGS
											      : status;
}
