/* tools.h - work on policies that no decision needs. */
#ifndef PLIMSOLL_TOOLS_H
#define PLIMSOLL_TOOLS_H

#include "plimsoll/report.h"

/* Appends the policy in its canonical form, the only one there is: same declarations, same comments, laid out anew. It
 * need not type-check, only parse. What comes out has been read again and found to say the same. Errors: PL_E_POLICY
 * with diagnostics, PL_E_LIMIT when the result would be larger than a policy may be, PL_E_MEMORY; out is then as it
 * was. spec: language.md 3.12 */
PL_MUST_USE pl_err pl_policy_format(const struct pl_policy_source *source, struct pl_buf *out, struct pl_diags *diags);

/* Appends what rules can read, as text or JSON: the fields of a subject or context ("container"), of a record of a
 * platform ("SecurityContext"), or at a path from one ("container.securityContext.capabilities", and paths of manifests
 * like "spec.containers[0].image"); of nothing, the list of them. PL_E_UNRECOGNISED when there is no such thing:
 * *ret_near is then the nearest that there is, in arena, or empty. PL_E_MEMORY. */
PL_MUST_USE pl_err pl_schema_show(pl_str what, bool json, struct pl_arena *arena, struct pl_buf *out, pl_str *ret_near);
/* Appends the fields whose absence has a fixed effect, with the value that a missing one has and why, and how many
 * fields of each class there are. spec: language.md 3.5.3 */
void pl_schema_show_defaults(bool json, struct pl_buf *out);

/* --- tests: what `test` declarations expect, against what the rules find -------------------------------------------
 *
 * A suite is the tests of some sources, read and ready to run. Everything a test depends on stands in it or in its
 * sources: no clock, no files, no environment. spec: language.md 3.11 */
struct pl_suite;

/* Compiles input, whose data files are ignored, and reads the manifests of its tests; packs that the sources `use` are
 * part of the policy, but their tests are not run. Borrows input and its texts. PL_E_POLICY with diagnostics, also when
 * a manifest cannot be read; PL_E_MEMORY, PL_E_LIMIT. */
PL_MUST_USE pl_err pl_suite_open(const struct pl_policy_input *input, struct pl_suite **ret_suite,
				 struct pl_diags *diags);
void pl_suite_close(struct pl_suite *suite); /* NULL is allowed */

/* How a test and the rules differ: an expectation that nothing meets, or a finding that the test does not expect. */
struct pl_test_miss {
	bool unexpected;	     /* a finding */
	pl_str mode;		     /* "deny", "excepted", ... */
	pl_str rule;		     /* as expected: maybe the name of an exception */
	pl_str path;		     /* in the manifest; empty: any, or the object itself */
	pl_str message;		     /* of a finding */
	struct pl_position position; /* of the expectation; of what a finding is about: in the file of the test */
};
struct pl_test_result {
	pl_str name, source;
	struct pl_position position;
	bool passed;
	const struct pl_test_miss *misses;
	size_t miss_count;
};
size_t pl_suite_count(const struct pl_suite *suite);
/* Runs a test, counted in the order of the sources. What the result points at lives until the next run. PL_E_MEMORY,
 * PL_E_LIMIT, PL_E_INTERNAL. */
PL_MUST_USE pl_err pl_suite_run(struct pl_suite *suite, size_t test, struct pl_test_result *ret_result);

/* Appends what one rule did with the manifest of a test, as pl_decide_explained tells it (in full when the input says
 * `explained`); nothing for a name that is no rule. */
PL_MUST_USE pl_err pl_suite_explain(struct pl_suite *suite, size_t test, pl_str rule, struct pl_buf *trace);

/* A rule of the sources. */
struct pl_suite_rule {
	pl_str name, source;
	struct pl_position position;
	bool fires; /* a test that was run expects a finding of it, and got it */
};
/* In the order of the sources; packs that they only `use` are left out. */
size_t pl_suite_rules(const struct pl_suite *suite, const struct pl_suite_rule **ret_rules);

/* --- mutation: small changes of the sources, and whether a test notices. spec: language.md 6.3 ---------------------
 */

enum pl_mutant_fate {
	PL_MUTANT_NOTICED,  /* a test that passed fails */
	PL_MUTANT_SURVIVED, /* every test passes */
	PL_MUTANT_REFUSED,  /* it does not compile */
};
struct pl_mutant {
	pl_str source;
	struct pl_position position;
	pl_str change; /* "`<=` becomes `<` in `require container.memory_limit <= 4Gi`" */
};
/* The changes, in the order of the sources; they live as long as the suite. PL_E_MEMORY. */
PL_MUST_USE pl_err pl_suite_mutants(struct pl_suite *suite, const struct pl_mutant **ret_mutants, size_t *ret_count);
/* Compiles the sources with one of them and runs the tests it may concern, until one fails. All tests must pass
 * without. PL_E_MEMORY, PL_E_LIMIT, PL_E_INTERNAL. */
PL_MUST_USE pl_err pl_suite_try(struct pl_suite *suite, size_t mutant, enum pl_mutant_fate *ret_fate);

#endif
