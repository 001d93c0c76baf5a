/* portrait.h - what people are shown of a rule: its text, its messages, and the parameters and data files it reads. */
#ifndef PL_LANG_PORTRAIT_H
#define PL_LANG_PORTRAIT_H

#include "check.h"

/* A declaration as it stands in its source, with the comments right above it. */
pl_str pl_portrait_text(const struct pl_policy_source *source, const struct pl_decl *decl);
/* Fills in what a rule reads and says. `policy` is the policy declaration of its file; NULL: none. Only for policies
 * that are explained. */
void pl_portrait_take(struct pl_checker *c, const struct pl_decl *decl, const struct pl_decl *policy,
		      struct pl_rule *ret);

#endif
