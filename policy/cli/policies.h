/* policies.h - the policy flags into a compiled policy. */
#ifndef PL_CLI_POLICIES_H
#define PL_CLI_POLICIES_H

#include "options.h"
#include "output.h"

struct pl_policy_list {
	struct pl_policy_source *items;
	const char **paths; /* of the same files; NULL for a pack */
	size_t count, cap;
};

/* Adds the policy in a file, or every *.plim of a directory. What cannot be read is an error in out. */
void pl_policies_add_path(struct pl_policy_list *list, const char *path, struct pl_output *out);
/* Adds the packs of --use. A name that is no pack is an error in out. */
void pl_policies_add_packs(struct pl_policy_list *list, const struct pl_options *options, struct pl_output *out);
/* Compiles the list with the settings of --set; NULL after an error, which is in out. */
struct pl_policy *pl_policies_compile(const struct pl_policy_list *list, const struct pl_options *options,
				      struct pl_output *out);
/* What --set gives; false after an error, which is in out. */
bool pl_policies_settings(const struct pl_options *options, struct pl_output *out,
			  const struct pl_param_setting **ret_settings, size_t *ret_count);
/* All three for --policy, --use and --set, with the pack `essentials` when neither of the first two is given;
 * `plimsoll rules` takes all packs then, and reads no data files. */
struct pl_policy *pl_policies_load(const struct pl_options *options, struct pl_output *out);

#endif
