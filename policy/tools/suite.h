/* suite.h - the inside of a suite: shared by the suite*.c and mutate*.c files; nobody else includes it. */
#ifndef PL_TOOLS_SUITE_H
#define PL_TOOLS_SUITE_H

#include "block.h"
#include "lang/catalogue.h"
#include "plimsoll/tools.h"

/* The newest version that the schema is of: what `cluster.version` is in a test that does not say. */
#define PL_SUITE_NEWEST "v1.37"

/* Parameters and data under which the policy is compiled; tests with the same ones share it. */
struct pl_suite_variant {
	struct pl_param_setting *settings;
	struct pl_policy_data *data;
	size_t setting_count, data_count;
	const struct pl_policy *policy;
};

struct pl_suite_test {
	const struct pl_decl *decl;
	const pl_str *paths; /* of its expectations, in their order, as findings print them */
	bool of_pack;	     /* stands in a shipped pack, which knows no rules but its own */
	const struct pl_policy_source *source;
	struct pl_position position;
	struct pl_workload *workload, *old; /* old: NULL when there is none */
	struct pl_context context;
	struct pl_suite_variant wanted; /* what the test gives; then which variant that is */
	size_t variant;
};

/* A fixture, read once; what is wrong with it is reported once. */
struct pl_suite_fixture {
	const struct pl_decl *decl;
	struct pl_edit edit;
	bool ready;
};

struct pl_mutation; /* mutate.h */

struct pl_suite {
	struct pl_arena *arena;	  /* as long as the suite */
	struct pl_arena *scratch; /* of one run or mutant */
	struct pl_evaluator *evaluator;
	const struct pl_policy_input *input;
	struct pl_diags *diags;		 /* while it is opened */
	struct pl_policy_source *full;	 /* those of the input, then the packs they use */
	struct pl_policy_source *active; /* the same without tests, fixtures and `use`: what is compiled */
	struct pl_decl **decls;
	size_t source_count;
	struct pl_suite_test *tests;
	size_t test_count;
	struct pl_suite_fixture *fixtures;
	size_t fixture_count;
	struct pl_suite_variant *variants;
	size_t variant_count;
	struct pl_suite_rule *rules;
	size_t rule_count;
	struct pl_mutation *mutations;
	struct pl_mutant *mutants;
	size_t mutant_count;
};

/* E0112 or another code at a place of a test; once for a place. Gives PL_E_POLICY, or PL_E_MEMORY when message.ptr is
 * NULL. */
PL_MUST_USE pl_err pl_suite_refuse(struct pl_suite *s, const struct pl_policy_source *source, enum pl_code code,
				   struct pl_span at, pl_str message, pl_str help);

/* suite_given.c: reads the manifests of a test. PL_E_POLICY after a complaint. */
PL_MUST_USE pl_err pl_suite_read_given(struct pl_suite *s, struct pl_suite_test *test);
/* Reads what stands in a `with`: the object before, or any document (data). */
PL_MUST_USE pl_err pl_suite_read_old(struct pl_suite *s, struct pl_suite_test *test, const struct pl_ast_edit *with);
/* Reads a fixture, so that mistakes in one that no test uses are told too. */
PL_MUST_USE pl_err pl_suite_read_fixture(struct pl_suite *s, struct pl_suite_fixture *fixture);

/* suite_with.c: the context of a test, once its manifests are read. */
PL_MUST_USE pl_err pl_suite_read_with(struct pl_suite *s, struct pl_suite_test *test);
/* suite_data.c: the value of `with TABLE = ...` as JSON. */
PL_MUST_USE pl_err pl_suite_data_json(struct pl_suite *s, const struct pl_suite_test *test, const struct pl_decl *data,
				      const struct pl_ast_edit *with, pl_str *ret_json);

/* suite_judge.c: decides, and compares. *ret_passed alone when misses is NULL; else what differs, in s->scratch. */
struct pl_suite_misses {
	struct pl_test_miss *items;
	uint32_t count, room;
};
/* only: the one rule that is looked at; empty: those of the test. */
PL_MUST_USE pl_err pl_suite_judge(struct pl_suite *s, const struct pl_suite_test *test, const struct pl_policy *policy,
				  pl_str only, struct pl_suite_misses *misses, bool *ret_passed);
/* What is part of the policy: all but tests, fixtures and `use`. */
bool pl_suite_is_active(const struct pl_decl *decl);

/* suite.c: compiles sources with the settings of a variant. *ret_policy is NULL when they do not compile: diags, if
 * given, says why. */
PL_MUST_USE pl_err pl_suite_compile(const struct pl_suite *s, const struct pl_policy_source *sources,
				    const struct pl_suite_variant *variant, struct pl_diags *diags,
				    struct pl_policy **ret_policy);

#endif
