/* cost.h - an upper bound of the work of a rule, known before it runs. spec: language.md 3.14 */
#ifndef PL_LANG_COST_H
#define PL_LANG_COST_H

#include "check.h"

#define PL_MAX_RULE_COST 5000000u
#define PL_MAX_SET_COST	 50000000u

#define PL_COST_SHOWN 3 /* spec: language.md 3.14: the most expensive expressions of what is over its limit */

struct pl_cost_part {
	const struct pl_term *term;
	uint64_t steps;
};
struct pl_cost {
	uint64_t steps;
	struct pl_cost_part most[PL_COST_SHOWN]; /* dearest first */
};

/* Adds the cost of a rule, the guards of its policy included, to *total. False, with an error, when the rule or the sum
 * is over its limit. */
bool pl_cost_rule(struct pl_checker *c, const struct pl_rule_terms *rule, const struct pl_guard_term *guards,
		  uint16_t guard_count, struct pl_cost *total);

#endif
