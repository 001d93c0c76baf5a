/* load.h - the files that the configuration names, compiled into a policy. */
#ifndef PL_SERVER_LOAD_H
#define PL_SERVER_LOAD_H

#include "config.h"
#include "plimsoll/policy.h"

/* A data file that the policy reads. */
struct pl_load_data {
	const char *name;
	const char *path; /* where it was looked for; empty: nowhere */
	bool there;
};

struct pl_load {
	const struct pl_policy *policy; /* the caller's to release; NULL: see problem */
	pl_str problem;			/* for the operator */
	const struct pl_load_data *data;
	size_t data_count;
	bool listed;	/* data is what the policy reads; false: that could not be told */
	uint64_t stamp; /* of the files that made the policy, as pl_load_stamp gives it */
};

/* Compiles the directory, packs, parameters and data files that the configuration names; texts of the result live in
 * arena. A data file that is not there is no failure: what reads it cannot be decided. A policy without rules is one:
 * it would admit everything and look healthy. */
void pl_load_policy(const struct pl_config *config, struct pl_arena *arena, struct pl_load *ret_load);
/* A number that changes with the policy files of the directory and the data files listed: with their names, sizes,
 * times or places. */
uint64_t pl_load_stamp(const struct pl_config *config, const struct pl_load *load);

#endif
