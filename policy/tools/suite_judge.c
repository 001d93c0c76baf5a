/* suite_judge.c - what a test expects against what the rules find. Exact: every expectation is met by a finding, and
 * every finding of the rules that the test is about meets an expectation. spec: language.md 3.11 */
#include "suite.h"

#include "lang/intern.h"

static bool is_among(const struct pl_name *names, pl_str name)
{
	while (names && !pl_str_eq(names->text, name))
		names = names->next;
	return names;
}

/* One test at work. */
struct judging {
	struct pl_suite *s;
	const struct pl_suite_test *test;
	const struct pl_verdict *verdict;
	pl_str only;
	struct pl_suite_misses *misses; /* NULL: nobody asks */
	bool passed;
};

static bool is_of_its_file(const struct judging *j, pl_str rule)
{
	const struct pl_decl *d = j->s->decls[j->test->decl->source];
	while (d && !(d->kind == PL_DECL_RULE && pl_str_eq(d->name.text, rule)))
		d = d->next;
	return d;
}

/* The rules after `of`; without it all, but in a pack its own: others may be used beside it. A document that cannot be
 * judged is never beside the point. */
static bool is_looked_at(const struct judging *j, const struct pl_finding *f)
{
	const struct pl_name *of = j->test->decl->u.test.of;
	if (j->only.len && !pl_str_eq(j->only, f->rule))
		return false;
	if (f->state == PL_FINDING_MALFORMED)
		return true;
	if (of)
		return is_among(of, f->rule);
	return !j->test->of_pack || is_of_its_file(j, f->rule);
}

static bool meets(const struct pl_finding *f, const struct pl_ast_expect *e, pl_str path)
{
	bool excepted = f->state == PL_FINDING_EXCEPTED;
	if (e->allow || (path.len && !pl_str_eq(path, f->path)))
		return false;
	if (excepted != (e->mode == PL_AST_EXCEPTED))
		return false;
	if (excepted)
		return pl_str_eq(e->rule.text, f->rule) || pl_str_eq(e->rule.text, f->exception);
	return e->mode == f->mode && pl_str_eq(e->rule.text, f->rule);
}

static bool is_expected(const struct pl_suite_test *test, const struct pl_finding *f)
{
	const pl_str *path = test->paths;
	const struct pl_ast_expect *e = test->decl->u.test.expects;
	for (; e && !meets(f, e, *path); e = e->next)
		path++;
	return e;
}

static bool is_met(const struct judging *j, const struct pl_ast_expect *e, pl_str path)
{
	const struct pl_verdict *v = j->verdict;
	size_t i = 0;
	while (i < v->count && !(is_looked_at(j, &v->findings[i]) && meets(&v->findings[i], e, path)))
		i++;
	return i < v->count;
}

/* --- telling --------------------------------------------------------------------------------------------------------
 */

static pl_str mode_text(uint8_t mode)
{
	return mode == PL_AST_EXCEPTED ? PL_STR("excepted") : pl_str_from(pl_mode_name((enum pl_mode)mode));
}

static pl_err add_miss(struct pl_suite *s, struct pl_suite_misses *misses, const struct pl_test_miss *miss)
{
	struct pl_test_miss *grown =
		pl_intern_grow(s->scratch, misses->items, misses->count, &misses->room, sizeof *grown);
	if (!grown)
		return PL_E_MEMORY;
	misses->items = grown;
	grown[misses->count++] = *miss;
	return PL_OK;
}

static pl_err add_expected(struct pl_suite *s, const struct pl_suite_test *test, const struct pl_ast_expect *e,
			   struct pl_suite_misses *misses)
{
	struct pl_test_miss miss = {.mode = mode_text(e->mode), .rule = e->rule.text, .path = e->path};
	miss.position = pl_position_of(test->source->text, e->at.start);
	return add_miss(s, misses, &miss);
}

/* The verdict is gone when the evaluator is used again: copies. */
static pl_err add_found(struct pl_suite *s, const struct pl_suite_test *test, const struct pl_finding *f,
			struct pl_suite_misses *misses)
{
	struct pl_test_miss miss = {.unexpected = true};
	bool excepted = f->state == PL_FINDING_EXCEPTED;
	miss.mode = mode_text(excepted ? PL_AST_EXCEPTED : f->mode);
	miss.rule = pl_arena_dup(s->scratch, f->rule);
	miss.path = pl_arena_dup(s->scratch, f->path);
	miss.message = pl_arena_dup(s->scratch, f->message);
	miss.position = pl_position_of(test->source->text, f->span.start);
	if (!miss.rule.ptr || !miss.path.ptr || !miss.message.ptr)
		return PL_E_MEMORY;
	return add_miss(s, misses, &miss);
}

/* --- rules that fire ------------------------------------------------------------------------------------------------
 */

/* A finding that could not be decided shows nothing about its rule. */
static void note_fired(struct pl_suite *s, const struct pl_finding *f)
{
	if (f->state == PL_FINDING_UNDECIDED || f->state == PL_FINDING_MALFORMED)
		return;
	for (size_t i = 0; i < s->rule_count; i++)
		s->rules[i].fires = s->rules[i].fires || pl_str_eq(s->rules[i].name, f->rule);
}

/* --- the comparison -------------------------------------------------------------------------------------------------
 */

static pl_err compare_expected(struct judging *j)
{
	const pl_str *path = j->test->paths;
	for (const struct pl_ast_expect *e = j->test->decl->u.test.expects; e; e = e->next, path++) {
		bool asked = !e->allow && (j->only.len == 0 || pl_str_eq(j->only, e->rule.text));
		if (!asked || is_met(j, e, *path))
			continue;
		j->passed = false;
		if (j->misses)
			PL_TRY(add_expected(j->s, j->test, e, j->misses));
	}
	return PL_OK;
}

static pl_err compare_found(struct judging *j)
{
	for (size_t i = 0; i < j->verdict->count; i++) {
		const struct pl_finding *f = &j->verdict->findings[i];
		if (!is_looked_at(j, f))
			continue;
		bool expected = is_expected(j->test, f);
		if (expected && j->misses)
			note_fired(j->s, f);
		if (expected)
			continue;
		j->passed = false;
		if (j->misses)
			PL_TRY(add_found(j->s, j->test, f, j->misses));
	}
	return PL_OK;
}

pl_err pl_suite_judge(struct pl_suite *s, const struct pl_suite_test *test, const struct pl_policy *policy, pl_str only,
		      struct pl_suite_misses *misses, bool *ret_passed)
{
	struct judging j = {.s = s, .test = test, .only = only, .misses = misses, .passed = true};
	pl_evaluator_reset(s->evaluator);
	PL_TRY(pl_decide(s->evaluator, policy, test->workload, test->old, &test->context, &j.verdict));
	PL_TRY(compare_expected(&j));
	PL_TRY(compare_found(&j));
	*ret_passed = j.passed;
	return PL_OK;
}
