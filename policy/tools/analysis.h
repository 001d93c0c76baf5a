/* analysis.h - questions about rules, answered by trying every small model: shared by the analysis*.c files. */
#ifndef PL_TOOLS_ANALYSIS_H
#define PL_TOOLS_ANALYSIS_H

#include "plimsoll/tools.h"
#include "ruleset.h"
#include "space.h"

#define PL_HUNT_GOALS 2

/* What two policies (or twice the same) say to one model. */
struct pl_hunt_verdicts {
	const struct pl_verdict *of[2];
	const char *subject; /* path of the subject of the shape; "" the object */
};
struct pl_hunt;
/* Which goals this model reaches, as bits. */
typedef unsigned pl_hunt_goals(const struct pl_hunt *hunt, const struct pl_hunt_verdicts *verdicts);

/* A search through the models of some rules. */
struct pl_hunt {
	struct pl_space_rule rules[2];
	size_t rule_count;
	const struct pl_policy *policies[2]; /* the second may be NULL */
	pl_str names[2];		     /* of the rules that goals are about */
	pl_hunt_goals *goals;
	unsigned wanted; /* bits of goals; the search ends when each was reached */
	const struct pl_policy
		*shown[PL_HUNT_GOALS];	  /* whose findings the example of a goal expects; NULL: none is made */
	pl_str shown_rule[PL_HUNT_GOALS]; /* of this rule only; empty: of all */
	size_t budget;
	int32_t today;
	pl_str titles[PL_HUNT_GOALS]; /* of examples */
	/* the answer */
	struct pl_analysis_answer answers[PL_HUNT_GOALS];
};
/* Answers in arena. PL_E_MEMORY, PL_E_LIMIT, PL_E_INTERNAL. */
PL_MUST_USE pl_err pl_hunt_run(struct pl_hunt *hunt, struct pl_evaluator *ev, struct pl_arena *arena);
/* A rule has a finding in the verdict, at the subject or below. */
bool pl_hunt_fires(const struct pl_hunt_verdicts *v, unsigned which, pl_str rule);

/* analysis_example.c: a model as a test of the rule: what the policy finds is what it expects. The text is in the
 * canonical form; lives in arena. */
PL_MUST_USE pl_err pl_analysis_test(const struct pl_model *model, const struct pl_verdict *verdict, pl_str rule,
				    pl_str title, struct pl_arena *arena, pl_str *ret_text);

struct pl_analysis {
	struct pl_arena *arena;
	struct pl_evaluator *evaluator;
	struct pl_ruleset set;
	const struct pl_policy **alone; /* each rule, compiled when first asked for */
	struct pl_analysis_rule *rules;
	struct pl_analysis_exception *exceptions;
	size_t exception_count;
	struct pl_analysis_row *rows;
	size_t row_count, row_room;
	int32_t today;
};
PL_MUST_USE pl_err pl_analysis_alone(struct pl_analysis *a, size_t rule, const struct pl_policy **ret);
struct pl_space_rule pl_analysis_space_rule(const struct pl_analysis *a, size_t rule, bool site);
/* analysis_site.c: lists exceptions and decision tables when an analysis is opened. */
PL_MUST_USE pl_err pl_analysis_list_site(struct pl_analysis *a);

#endif
