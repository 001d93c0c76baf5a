/* ruleset.h - the sources of a policy set with the packs they use, checked, and any of its rules compiled alone. */
#ifndef PL_TOOLS_RULESET_H
#define PL_TOOLS_RULESET_H

#include "lang/check.h"

struct pl_ruleset {
	struct pl_arena *arena;
	const struct pl_policy_input *input;
	struct pl_policy_source *full;	 /* those of the input, then the packs they use */
	struct pl_policy_source *active; /* without tests, fixtures and `use` */
	struct pl_decl **decls;		 /* of full */
	size_t count;
	struct pl_checked_rule *rules; /* by name */
	uint32_t rule_count;
};

/* Everything lives in arena; borrows input. PL_E_POLICY with diagnostics; PL_E_MEMORY, PL_E_LIMIT. */
PL_MUST_USE pl_err pl_ruleset_open(const struct pl_policy_input *input, struct pl_arena *arena,
				   struct pl_ruleset *ret_set, struct pl_diags *diags);
/* NULL: there is none of that name. */
const struct pl_checked_rule *pl_ruleset_find(const struct pl_ruleset *set, pl_str name);
/* Compiles one rule with what it reads; with `site` also its exceptions and roll-out. */
PL_MUST_USE pl_err pl_ruleset_compile(const struct pl_ruleset *set, const struct pl_decl *rule, bool site,
				      struct pl_policy **ret_policy);
/* The same with one exception and no other, and no roll-out. */
PL_MUST_USE pl_err pl_ruleset_compile_excepted(const struct pl_ruleset *set, const struct pl_decl *rule,
					       pl_str exception, struct pl_policy **ret_policy);
const struct pl_policy_source *pl_ruleset_source(const struct pl_ruleset *set, const struct pl_decl *decl);

#endif
