/* cmd_check.c - `plimsoll check`: compiles policies and shows what is wrong with them. */
#include <stdio.h>

#include "command.h"
#include "policies.h"

int pl_cmd_check(const struct pl_options *options)
{
	if (options->arg_count == 0 && pl_options_count(options, PL_FLAG_USE) == 0) {
		pl_options_complain(options->arena,
				    "nothing to check: name policies or directories (see plimsoll check --help)");
		return PL_EXIT_ERROR;
	}
	struct pl_output out;
	struct pl_policy_list list = {0};
	pl_output_init(&out, options->arena);
	for (size_t i = 0; i < options->arg_count; i++)
		pl_policies_add_path(&list, options->args[i], &out);
	pl_policies_add_packs(&list, options, &out);
	struct pl_policy *policy = out.errors ? NULL : pl_policies_compile(&list, options, &out);
	if (!policy)
		return PL_EXIT_ERROR;
	size_t rules = pl_policy_rule_count(policy);
	printf("ok: %zu %s\n", rules, rules == 1 ? "rule" : "rules");
	pl_policy_release(policy);
	return pl_output_status(&out);
}
