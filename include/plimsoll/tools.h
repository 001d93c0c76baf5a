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

/* --- analysis: what rules can and cannot do, by trying every small model. spec: language.md 6.5
 * ------------------------
 *
 * Each field that rules read has finitely many values as far as they can tell; every combination is built as a real
 * manifest and judged by the real evaluator. A rule is looked at without its exceptions and roll-out. What is not said
 * of a manifest is known and absent; values are within the limits of patterns and lists. */
struct pl_analysis;

enum pl_truth {
	PL_NO,		/* there is no such manifest: all models have been tried */
	PL_YES,		/* there is: `test` */
	PL_NOT_DECIDED, /* none was found, and `why` not all could be tried */
};
struct pl_analysis_answer {
	uint8_t truth; /* enum pl_truth */
	pl_str why;
	pl_str test;   /* the smallest one, as a `test` declaration in canonical form */
	size_t models; /* that were tried */
};

/* Compiles input. today: by which exceptions are expired. PL_E_POLICY with diagnostics; PL_E_MEMORY, PL_E_LIMIT. */
PL_MUST_USE pl_err pl_analysis_open(const struct pl_policy_input *input, int32_t today,
				    struct pl_analysis **ret_analysis, struct pl_diags *diags);
void pl_analysis_close(struct pl_analysis *analysis); /* NULL is allowed */

struct pl_analysis_rule {
	pl_str name, source, text; /* text: of the source */
	struct pl_span at;	   /* of the name */
	struct pl_position position;
	pl_str subject;
	bool given;	      /* of a source of the input; else of a pack that one uses */
	uint8_t mode;	      /* enum pl_mode; with a roll-out, the strictest */
	const pl_str *params; /* constant parameters that it reads: answers hold as they are set */
	size_t param_count;
};
/* By name. */
size_t pl_analysis_rules(const struct pl_analysis *a, const struct pl_analysis_rule **ret_rules);

struct pl_firing {
	struct pl_analysis_answer fires; /* PL_NO: it never fires */
	struct pl_analysis_answer
		spares; /* a manifest it is about and that it has nothing against; PL_NO: it always fires */
};
/* budget: models at most. PL_E_MEMORY, PL_E_LIMIT, PL_E_INTERNAL. */
PL_MUST_USE pl_err pl_analysis_fires(struct pl_analysis *a, size_t rule, size_t budget, struct pl_firing *ret);

struct pl_pair_answer {
	struct pl_analysis_answer first;  /* a manifest on which the first fires and the second does not, at the same
					   * place;  PL_NO: the first adds nothing to the second */
	struct pl_analysis_answer second; /* the other way round */
};
/* They read something in common, of the same subject. */
bool pl_analysis_related(struct pl_analysis *a, size_t first, size_t second);
PL_MUST_USE pl_err pl_analysis_pair(struct pl_analysis *a, size_t first, size_t second, size_t budget,
				    struct pl_pair_answer *ret);

struct pl_analysis_exception {
	pl_str name, source, text;
	struct pl_span at;
	struct pl_position position;
	int64_t expires;
	bool expired;  /* before today */
	bool expiring; /* within 30 days of today */
	bool wide;     /* names neither a namespace nor an account */
	struct pl_analysis_answer
		covers; /* a violation that it covers; PL_NO: it is unused. Filled in by pl_analysis_covers */
};
size_t pl_analysis_exceptions(const struct pl_analysis *a, const struct pl_analysis_exception **ret);
PL_MUST_USE pl_err pl_analysis_covers(struct pl_analysis *a, size_t exception, size_t budget,
				      struct pl_analysis_answer *ret);

/* A row of a decision table that changes nothing. */
struct pl_analysis_row {
	pl_str table, key; /* parameter, or rules of a roll-out */
	pl_str source, text;
	struct pl_span at;
	struct pl_position position;
	bool same; /* as `otherwise`; else a key that never comes */
};
size_t pl_analysis_rows(const struct pl_analysis *a, const struct pl_analysis_row **ret);

/* What changed between two policy sets, rule by rule. */
enum pl_change_kind {
	PL_CHANGE_SAME,	   /* as it was, or only in its messages and other texts */
	PL_CHANGE_RENAMED, /* to `other`, and otherwise as it was */
	PL_CHANGE_ADDED,
	PL_CHANGE_REMOVED,
	PL_CHANGE_CHANGED,
};
struct pl_change {
	uint8_t kind; /* enum pl_change_kind */
	pl_str rule, other;
	struct pl_analysis_answer gained; /* a manifest with a finding that there was not */
	struct pl_analysis_answer lost;	  /* one without a finding that there was */
};
/* Rules of both by name; those that are the same are left out of the list and counted. Texts live in arena. */
PL_MUST_USE pl_err pl_analysis_changes(struct pl_analysis *old, struct pl_analysis *now, size_t budget,
				       struct pl_arena *arena, const struct pl_change **ret_changes, size_t *ret_count,
				       size_t *ret_same);

/* --- warnings of `plimsoll check --lint`
 * ------------------------------------------------------------------------------
 */

/* Adds the warnings W0401 to W0408 about the sources of the input to diags; more than it holds are counted. today as of
 * pl_analysis_open. PL_E_POLICY with diagnostics when it does not compile; PL_E_MEMORY, PL_E_LIMIT, PL_E_INTERNAL. */
PL_MUST_USE pl_err pl_policy_lint(const struct pl_policy_input *input, int32_t today, struct pl_diags *diags);

#endif
