/* gather.h - the sources of an input and the packs that they use, parsed: where a suite and an analysis begin. */
#ifndef PL_TOOLS_GATHER_H
#define PL_TOOLS_GATHER_H

#include "lang/ast.h"
#include "plimsoll/policy.h"

struct pl_gather {
	struct pl_policy_source *sources; /* those of the input first */
	struct pl_decl **decls;		  /* of each */
	size_t count;
};

/* Borrows the texts; the rest lives in arena. Says nothing of mistakes: who compiles the input does. PL_E_POLICY,
 * PL_E_MEMORY. */
PL_MUST_USE pl_err pl_gather_sources(const struct pl_policy_input *input, struct pl_arena *arena,
				     struct pl_gather *ret);

#endif
