/* mutate_try.c - one change at work: the sources are compiled with it, and the tests run until one fails. A change
 * inside a rule can only alter findings of that rule, so tests that do not look at it are not run. */
#include "mutate.h"

#include <string.h>

/* The policies with the change, for each combination of settings; compiled when a test needs them. */
struct trial {
	struct pl_suite *s;
	const struct pl_mutation *mutation;
	pl_str only; /* the one rule that is compiled; empty: all */
	struct pl_policy_source *sources;
	struct pl_policy **policies;
	bool *tried;
	bool any; /* one compiled */
};

/* The text of a declaration, up to the next one; with the change, if it is in there. */
static void add_decl(const struct trial *t, const struct pl_decl *d, struct pl_buf *out)
{
	const struct pl_mutation *m = t->mutation;
	pl_str text = t->s->full[d->source].text;
	uint32_t end = d->next ? d->next->at.start : (uint32_t)text.len;
	struct pl_span change = d == m->decl ? m->at : (struct pl_span){end, 0};
	pl_buf_add(out, (pl_str){text.ptr + d->at.start, change.start - d->at.start});
	if (d == m->decl)
		pl_buf_add(out, m->text);
	pl_buf_add(out, (pl_str){text.ptr + change.start + change.len, end - change.start - change.len});
}

/* The sources with the change, and nothing in them that is not needed. */
static pl_err build_sources(struct trial *t)
{
	struct pl_suite *s = t->s;
	t->sources = pl_arena_zalloc(s->scratch, s->source_count, sizeof *t->sources);
	if (!t->sources)
		return PL_E_MEMORY;
	for (size_t i = 0; i < s->source_count; i++) {
		struct pl_buf text;
		pl_buf_init(&text, s->scratch, 0);
		for (const struct pl_decl *d = s->decls[i]; d; d = d->next) {
			bool other = t->only.len && d->kind == PL_DECL_RULE && d != t->mutation->decl;
			if (pl_suite_is_active(d) && !other)
				add_decl(t, d, &text);
		}
		if (text.failed)
			return PL_E_MEMORY;
		t->sources[i] = (struct pl_policy_source){s->full[i].name, pl_buf_str(&text)};
	}
	return PL_OK;
}

/* A change inside a rule: the others find what they found before, and need not be there. Unless an exception or a
 * roll-out names them. */
static pl_str find_only(const struct pl_suite *s, const struct pl_mutation *m)
{
	if (m->decl->kind != PL_DECL_RULE || m->whole)
		return (pl_str){0};
	for (size_t i = 0; i < s->source_count; i++) {
		for (const struct pl_decl *d = s->decls[i]; d; d = d->next) {
			if (d->kind == PL_DECL_EXCEPTION || d->kind == PL_DECL_ROLLOUT)
				return (pl_str){0};
		}
	}
	return m->decl->name.text;
}

static bool is_among(const struct pl_name *names, pl_str name)
{
	while (names && !pl_str_eq(names->text, name))
		names = names->next;
	return names;
}

/* 2: the test is about a rule that is changed; 1: it looks at all rules; 0: it cannot notice. */
static int relevance(const struct pl_mutation *m, const struct pl_suite_test *test)
{
	const struct pl_name *of = test->decl->u.test.of;
	if (!of || !m->local)
		return of ? 2 : 1;
	for (; of; of = of->next) {
		if (is_among(m->rules, of->text))
			return 2;
	}
	return 0;
}

/* What does not compile under the settings of this test, but does under others, is noticed: the test would break. */
static pl_err run_test(struct trial *t, const struct pl_suite_test *test, bool *ret_passed)
{
	size_t v = test->variant;
	*ret_passed = true;
	if (!t->tried[v])
		PL_TRY(pl_suite_compile(t->s, t->sources, &t->s->variants[v], NULL, &t->policies[v]));
	t->tried[v] = true;
	if (!t->policies[v]) {
		*ret_passed = false;
		return PL_OK;
	}
	t->any = true;
	return pl_suite_judge(t->s, test, t->policies[v], t->only, NULL, ret_passed);
}

/* Tests that are about the changed rules come first: they are the likeliest to notice. */
static pl_err run_tests(struct trial *t, bool *ret_noticed)
{
	bool passed = true;
	for (int wanted = 2; wanted > 0 && passed; wanted--) {
		for (size_t i = 0; i < t->s->test_count && passed; i++) {
			const struct pl_suite_test *test = &t->s->tests[i];
			if (relevance(t->mutation, test) == wanted)
				PL_TRY(run_test(t, test, &passed));
		}
	}
	*ret_noticed = !passed;
	return PL_OK;
}

/* Whether the change compiles at all when no test has found out. */
static pl_err compile_alone(struct trial *t)
{
	struct pl_policy *policy;
	if (t->any || t->s->variant_count == 0)
		return PL_OK;
	struct pl_suite_variant plain = {.settings = NULL};
	plain.setting_count = t->s->input->setting_count;
	plain.settings = pl_arena_zalloc(t->s->scratch, plain.setting_count, sizeof *plain.settings);
	if (!plain.settings)
		return PL_E_MEMORY;
	if (plain.setting_count)
		memcpy(plain.settings, t->s->input->settings, plain.setting_count * sizeof *plain.settings);
	PL_TRY(pl_suite_compile(t->s, t->sources, &plain, NULL, &policy));
	t->any = policy != NULL;
	pl_policy_release(policy);
	return PL_OK;
}

static pl_err try(struct trial *t, enum pl_mutant_fate *ret_fate)
{
	bool noticed = false;
	t->only = find_only(t->s, t->mutation);
	PL_TRY(build_sources(t));
	t->policies = pl_arena_zalloc(t->s->scratch, t->s->variant_count, sizeof *t->policies);
	t->tried = pl_arena_zalloc(t->s->scratch, t->s->variant_count, sizeof *t->tried);
	if (!t->policies || !t->tried)
		return PL_E_MEMORY;
	PL_TRY(run_tests(t, &noticed));
	PL_TRY(compile_alone(t));
	*ret_fate = !t->any ? PL_MUTANT_REFUSED : noticed ? PL_MUTANT_NOTICED : PL_MUTANT_SURVIVED;
	return PL_OK;
}

pl_err pl_suite_try(struct pl_suite *s, size_t mutant, enum pl_mutant_fate *ret_fate)
{
	pl_arena_reset(s->scratch);
	struct trial t = {.s = s, .mutation = &s->mutations[mutant]};
	pl_err err = try(&t, ret_fate);
	for (size_t i = 0; t.policies && i < s->variant_count; i++)
		pl_policy_release(t.policies[i]);
	return err;
}
