/* ruleset.h - a random policy, the settings of its parameters, and its data files. */
#ifndef PL_FUZZ_RULESET_H
#define PL_FUZZ_RULESET_H

#include "plimsoll/policy.h"
#include "reach.h"

struct pl_ruleset {
	struct pl_policy_source source;
	struct pl_policy_data data[PL_REACH_DATA];
	size_t data_count;
	struct pl_param_setting setting;
	size_t setting_count;
};

/* Everything lives in arena. */
void pl_ruleset_write(struct pl_choice *choice, struct pl_arena *arena, struct pl_ruleset *ret);

#endif
