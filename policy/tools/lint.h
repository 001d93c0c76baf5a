/* lint.h - the warnings of `plimsoll check --lint`: shared by the lint*.c files. */
#ifndef PL_TOOLS_LINT_H
#define PL_TOOLS_LINT_H

#include "analysis.h"
#include "lang/catalogue.h"

struct pl_lint {
	struct pl_analysis *analysis;
	const struct pl_policy_input *input;
	struct pl_diags *diags;
	bool *never; /* by rule: it can never fire */
};

/* Adds a warning. label, note and help may be empty. */
struct pl_lint_words {
	pl_str message, label, note, help;
};
void pl_lint_warn(struct pl_lint *l, enum pl_code code, pl_str source, pl_str text, struct pl_span at,
		  const struct pl_lint_words *words);
/* A text for a warning; empty when memory is out. */
pl_str pl_lint_text(struct pl_lint *l, const char *fmt, ...) PL_PRINTF(2, 3);

/* lint_rule.c: what the text of a rule shows: W0406, W0407, W0408. */
void pl_lint_rule(struct pl_lint *l, const struct pl_checked_rule *rule);

#endif
