/* ruleset.c - see ruleset.h. What is left out of a source is blanked, so that every place stays where it was. */
#include "ruleset.h"

#include "gather.h"

#include <string.h>

/* --- sources --------------------------------------------------------------------------------------------------------
 */

static pl_err add_sources(struct pl_ruleset *s)
{
	struct pl_gather g;
	PL_TRY(pl_gather_sources(s->input, s->arena, &g));
	s->full = g.sources;
	s->decls = g.decls;
	s->count = g.count;
	s->active = pl_arena_zalloc(s->arena, g.count, sizeof *s->active);
	return s->active ? PL_OK : PL_E_MEMORY;
}

/* --- leaving out ----------------------------------------------------------------------------------------------------
 */

static void blank(char *text, size_t from, size_t to)
{
	for (size_t i = from; i < to; i++) {
		if (text[i] != '\n')
			text[i] = ' ';
	}
}

typedef bool keeps(const struct pl_decl *d, const void *of);

static pl_err strip(const struct pl_ruleset *s, size_t i, keeps *keep, const void *of, struct pl_arena *arena,
		    struct pl_policy_source *ret)
{
	pl_str whole = s->full[i].text;
	char *text = pl_arena_alloc(arena, whole.len);
	if (!text)
		return PL_E_MEMORY;
	if (whole.len)
		memcpy(text, whole.ptr, whole.len);
	for (const struct pl_decl *d = s->decls[i]; d; d = d->next) {
		if (!keep(d, of))
			blank(text, d->at.start, d->next ? d->next->at.start : whole.len);
	}
	*ret = (struct pl_policy_source){s->full[i].name, {text, whole.len}};
	return PL_OK;
}

static bool is_active(const struct pl_decl *d, const void *of)
{
	(void)of;
	return d->kind != PL_DECL_USE && d->kind != PL_DECL_FIXTURE && d->kind != PL_DECL_TEST;
}

/* --- opening --------------------------------------------------------------------------------------------------------
 */

/* In the words of the compiler, and at the places of the sources as they were given. */
static pl_err compile_whole(const struct pl_policy_input *input, struct pl_diags *diags)
{
	struct pl_policy *policy;
	PL_TRY(pl_policy_compile(input, &policy, diags));
	pl_policy_release(policy);
	return PL_OK;
}

pl_err pl_ruleset_open(const struct pl_policy_input *input, struct pl_arena *arena, struct pl_ruleset *ret_set,
		       struct pl_diags *diags)
{
	struct pl_ruleset s = {.arena = arena, .input = input};
	PL_TRY(compile_whole(input, diags));
	PL_TRY(add_sources(&s));
	for (size_t i = 0; i < s.count; i++)
		PL_TRY(strip(&s, i, is_active, NULL, arena, &s.active[i]));
	struct pl_policy_input all = *input;
	all.sources = s.full;
	all.source_count = s.count;
	all.explained = false;
	PL_TRY(pl_check_rules(&all, s.decls, arena, &s.rules, &s.rule_count, NULL));
	*ret_set = s;
	return PL_OK;
}

const struct pl_checked_rule *pl_ruleset_find(const struct pl_ruleset *set, pl_str name)
{
	for (uint32_t i = 0; i < set->rule_count; i++) {
		if (pl_str_eq(set->rules[i].terms->decl->name.text, name))
			return &set->rules[i];
	}
	return NULL;
}

const struct pl_policy_source *pl_ruleset_source(const struct pl_ruleset *set, const struct pl_decl *decl)
{
	return &set->full[decl->source];
}

/* --- one rule alone -------------------------------------------------------------------------------------------------
 */

struct wanted {
	const struct pl_ruleset *set;
	pl_str rule;
	bool site;
	pl_str exception; /* with `site`: this one only; empty: all */
};

static const struct pl_name *names_of(const struct pl_decl *d)
{
	if (d->kind == PL_DECL_EXCEPTION)
		return d->u.exception.from;
	return d->kind == PL_DECL_ROLLOUT ? d->u.rollout.rules : NULL;
}

static bool names(const struct pl_decl *d, pl_str rule)
{
	for (const struct pl_name *n = names_of(d); n; n = n->next) {
		if (pl_str_eq(n->text, rule))
			return true;
	}
	return false;
}

/* An exception or roll-out that is kept. */
static bool is_wanted_addition(const struct wanted *w, const struct pl_decl *d)
{
	bool one = d->kind == PL_DECL_EXCEPTION && pl_str_eq(d->name.text, w->exception);
	return w->site && names(d, w->rule) && (w->exception.len == 0 || one);
}

/* Something that is kept names this rule too. */
static bool is_named_beside(const struct wanted *w, pl_str rule)
{
	for (size_t i = 0; w->site && i < w->set->count; i++) {
		for (const struct pl_decl *d = w->set->decls[i]; d; d = d->next) {
			if (is_wanted_addition(w, d) && names(d, rule))
				return true;
		}
	}
	return false;
}

static bool is_wanted(const struct pl_decl *d, const void *of)
{
	const struct wanted *w = of;
	if (!is_active(d, NULL))
		return false;
	if (d->kind == PL_DECL_RULE)
		return pl_str_eq(d->name.text, w->rule) || is_named_beside(w, d->name.text);
	if (d->kind == PL_DECL_EXCEPTION || d->kind == PL_DECL_ROLLOUT)
		return is_wanted_addition(w, d);
	return true;
}

static pl_err compile_wanted(const struct pl_ruleset *set, const struct wanted *w, struct pl_policy **ret_policy)
{
	struct pl_arena *scratch = pl_arena_new((size_t)1 << 30, 0);
	struct pl_policy_source *sources = scratch ? pl_arena_zalloc(scratch, set->count, sizeof *sources) : NULL;
	pl_err err = sources ? PL_OK : PL_E_MEMORY;
	for (size_t i = 0; i < set->count && err == PL_OK; i++)
		err = strip(set, i, is_wanted, w, scratch, &sources[i]);
	struct pl_policy_input input = *set->input;
	input.sources = sources;
	input.source_count = set->count;
	input.explained = false;
	if (err == PL_OK)
		err = pl_policy_compile(&input, ret_policy, NULL);
	pl_arena_free(scratch);
	return err == PL_E_POLICY ? PL_E_INTERNAL : err;
}

pl_err pl_ruleset_compile(const struct pl_ruleset *set, const struct pl_decl *rule, bool site,
			  struct pl_policy **ret_policy)
{
	const struct wanted w = {.set = set, .rule = rule->name.text, .site = site};
	return compile_wanted(set, &w, ret_policy);
}

pl_err pl_ruleset_compile_excepted(const struct pl_ruleset *set, const struct pl_decl *rule, pl_str exception,
				   struct pl_policy **ret_policy)
{
	const struct wanted w = {.set = set, .rule = rule->name.text, .site = true, .exception = exception};
	return compile_wanted(set, &w, ret_policy);
}
