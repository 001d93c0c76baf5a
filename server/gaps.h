/* gaps.h - what rules read and this server is not told, so that they cannot be decided. */
#ifndef PL_SERVER_GAPS_H
#define PL_SERVER_GAPS_H

#include "config.h"
#include "plimsoll/policy.h"

struct pl_gap {
	const char *root; /* as policies write it */
	size_t rules;	  /* that read it */
	const char *flag; /* that would tell */
};
#define PL_GAPS_MAX 3
/* How many there are. */
size_t pl_gaps_find(const struct pl_policy *policy, const struct pl_config *config, struct pl_gap ret[PL_GAPS_MAX]);

#endif
