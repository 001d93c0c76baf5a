/* analyzereport.h - what `plimsoll analyze` says, as text or JSON. */
#ifndef PL_CLI_ANALYZEREPORT_H
#define PL_CLI_ANALYZEREPORT_H

#include "output.h"

struct pl_analyzereport {
	struct pl_output *out;
	bool json;
	size_t rules, never, always, undecided; /* undecided: rules */
	size_t pairs, idle_pairs;		/* idle: one adds nothing to the other */
	size_t exceptions, idle_exceptions, idle_rows;
	size_t changes, differing, same;
	size_t models;
	bool findings; /* exit status 1 */
	bool compared; /* two versions */
	bool asked;    /* about one or two rules: no summary */
	struct pl_buf *undecided_list, *rule_list, *pair_list, *exception_list, *row_list, *change_list;
};

void pl_analyzereport_begin(struct pl_analyzereport *r, struct pl_output *out, bool json);
/* examples: with the tests. */
void pl_analyzereport_rule(struct pl_analyzereport *r, const struct pl_analysis_rule *rule,
			   const struct pl_firing *firing, bool examples);
void pl_analyzereport_pair(struct pl_analyzereport *r, const struct pl_analysis_rule *first,
			   const struct pl_analysis_rule *second, const struct pl_pair_answer *answer, bool examples);
void pl_analyzereport_exception(struct pl_analyzereport *r, const struct pl_analysis_exception *e);
void pl_analyzereport_row(struct pl_analyzereport *r, const struct pl_analysis_row *row);
void pl_analyzereport_change(struct pl_analyzereport *r, const struct pl_change *change);
/* Writes the rest; gives the exit status. */
int pl_analyzereport_end(struct pl_analyzereport *r);

#endif
