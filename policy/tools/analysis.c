/* analysis.c - see tools.h: a policy set that can be asked what its rules do. Each rule is compiled alone, so that what
 * a model costs does not depend on the others. */
#include "analysis.h"

#include <stdlib.h>
#include <string.h>

#define ANALYSIS_CEILING ((size_t)2 << 30)
#define ANALYSIS_RETAIN	 ((size_t)1 << 20)
#define EVALUATE_MEMORY	 ((size_t)256 << 20)

/* --- opening --------------------------------------------------------------------------------------------------------
 */

static void describe(const struct pl_analysis *a, const struct pl_decl *d, struct pl_analysis_rule *ret)
{
	const struct pl_policy_source *source = pl_ruleset_source(&a->set, d);
	*ret = (struct pl_analysis_rule){.name = d->name.text,
					 .source = source->name,
					 .text = source->text,
					 .at = d->name.at,
					 .position = pl_position_of(source->text, d->name.at.start),
					 .subject = d->u.rule.subject.text,
					 .given = d->source < a->set.input->source_count};
}

/* A parameter that is one value, whatever is judged: not a decision table, unless one was set. */
static bool is_constant(const struct pl_analysis *a, const struct pl_rule_read_info *read)
{
	for (size_t i = 0; i < a->set.count && !read->set; i++) {
		for (const struct pl_decl *d = a->set.decls[i]; d; d = d->next) {
			if (d->kind == PL_DECL_PARAM && pl_str_eq(d->name.text, read->name) && !d->u.param.value)
				return false;
		}
	}
	return read->kind == PL_READ_PARAM;
}

static pl_err list_params(struct pl_analysis *a, const struct pl_rule_info *info, struct pl_analysis_rule *rule)
{
	pl_str *params = pl_arena_zalloc(a->arena, info->read_count, sizeof *params);
	if (!params)
		return PL_E_MEMORY;
	rule->params = params;
	rule->mode = info->mode;
	for (size_t i = 0; i < info->read_count; i++) {
		if (!is_constant(a, &info->reads[i]))
			continue;
		params[rule->param_count] = pl_arena_dup(a->arena, info->reads[i].name);
		if (!params[rule->param_count++].ptr)
			return PL_E_MEMORY;
	}
	return PL_OK;
}

/* Both lists are by name. */
static pl_err list_all_params(struct pl_analysis *a, const struct pl_policy *policy)
{
	for (size_t i = 0; i < pl_policy_rule_count(policy); i++) {
		struct pl_rule_info info;
		pl_policy_rule(policy, i, &info);
		PL_TRY(list_params(a, &info, &a->rules[i]));
	}
	return PL_OK;
}

static pl_err read_params(struct pl_analysis *a)
{
	struct pl_policy_input input = *a->set.input;
	struct pl_policy *policy;
	input.explained = true;
	PL_TRY(pl_policy_compile(&input, &policy, NULL));
	pl_err err = list_all_params(a, policy);
	pl_policy_release(policy);
	return err;
}

static pl_err open_analysis(struct pl_analysis *a, const struct pl_policy_input *input, struct pl_diags *diags)
{
	a->arena = pl_arena_new(ANALYSIS_CEILING, ANALYSIS_RETAIN);
	a->evaluator = pl_evaluator_new(EVALUATE_MEMORY);
	if (!a->arena || !a->evaluator)
		return PL_E_MEMORY;
	PL_TRY(pl_ruleset_open(input, a->arena, &a->set, diags));
	a->alone = pl_arena_zalloc(a->arena, a->set.rule_count, sizeof *a->alone);
	a->rules = pl_arena_zalloc(a->arena, a->set.rule_count, sizeof *a->rules);
	if (!a->alone || !a->rules)
		return PL_E_MEMORY;
	for (uint32_t i = 0; i < a->set.rule_count; i++)
		describe(a, a->set.rules[i].terms->decl, &a->rules[i]);
	PL_TRY(read_params(a));
	return pl_analysis_list_site(a);
}

pl_err pl_analysis_open(const struct pl_policy_input *input, int32_t today, struct pl_analysis **ret_analysis,
			struct pl_diags *diags)
{
	struct pl_analysis *a = calloc(1, sizeof *a);
	if (!a)
		return PL_E_MEMORY;
	a->today = today;
	pl_err err = open_analysis(a, input, diags);
	if (err != PL_OK) {
		pl_analysis_close(a);
		return err;
	}
	*ret_analysis = a;
	return PL_OK;
}

void pl_analysis_close(struct pl_analysis *a)
{
	if (!a)
		return;
	for (uint32_t i = 0; a->alone && i < a->set.rule_count; i++)
		pl_policy_release(a->alone[i]);
	pl_evaluator_free(a->evaluator);
	pl_arena_free(a->arena);
	free(a);
}

size_t pl_analysis_rules(const struct pl_analysis *a, const struct pl_analysis_rule **ret_rules)
{
	*ret_rules = a->rules;
	return a->set.rule_count;
}

pl_err pl_analysis_alone(struct pl_analysis *a, size_t rule, const struct pl_policy **ret)
{
	struct pl_policy *policy;
	if (!a->alone[rule]) {
		PL_TRY(pl_ruleset_compile(&a->set, a->set.rules[rule].terms->decl, false, &policy));
		a->alone[rule] = policy;
	}
	*ret = a->alone[rule];
	return PL_OK;
}

struct pl_space_rule pl_analysis_space_rule(const struct pl_analysis *a, size_t rule, bool site)
{
	const struct pl_checked_rule *r = &a->set.rules[rule];
	return (struct pl_space_rule){
		.terms = r->terms, .guards = r->guards, .guard_count = r->guard_count, .site = site};
}

/* --- one rule -------------------------------------------------------------------------------------------------------
 */

static unsigned fires_or_spares(const struct pl_hunt *hunt, const struct pl_hunt_verdicts *v)
{
	return pl_hunt_fires(v, 0, hunt->names[0]) ? 1 : 2;
}

static pl_str title(struct pl_analysis *a, pl_str name, const char *what)
{
	return pl_arena_printf(a->arena, "%.*s %s", PL_FMT(name), what);
}

pl_err pl_analysis_fires(struct pl_analysis *a, size_t rule, size_t budget, struct pl_firing *ret)
{
	pl_str name = a->rules[rule].name;
	struct pl_hunt h = {.rule_count = 1, .goals = fires_or_spares, .wanted = 3, .budget = budget, .today = 10957};
	h.rules[0] = pl_analysis_space_rule(a, rule, false);
	PL_TRY(pl_analysis_alone(a, rule, &h.policies[0]));
	for (unsigned g = 0; g < 2; g++) {
		h.shown[g] = h.policies[0];
		h.shown_rule[g] = name;
		h.titles[g] = title(a, name, g == 0 ? "fires" : "has nothing against this");
		if (!h.titles[g].ptr)
			return PL_E_MEMORY;
	}
	h.names[0] = name;
	PL_TRY(pl_hunt_run(&h, a->evaluator, a->arena));
	*ret = (struct pl_firing){.fires = h.answers[0], .spares = h.answers[1]};
	return PL_OK;
}

/* --- two rules ------------------------------------------------------------------------------------------------------
 */

static unsigned one_alone(const struct pl_hunt *hunt, const struct pl_hunt_verdicts *v)
{
	bool first = pl_hunt_fires(v, 0, hunt->names[0]), second = pl_hunt_fires(v, 1, hunt->names[1]);
	return (first && !second ? 1u : 0u) | (second && !first ? 2u : 0u);
}

static pl_err read_knobs(struct pl_analysis *a, size_t rule, const struct pl_shape *shape, struct pl_arena *arena,
			 struct pl_space *ret)
{
	const struct pl_space_rule r = pl_analysis_space_rule(a, rule, false);
	*ret = (struct pl_space){.arena = arena, .shape = shape};
	struct pl_space_reader reader = {.space = ret};
	pl_alphabet_init(&ret->alphabet, arena);
	pl_space_read_rule(&reader, &r);
	return ret->err;
}

static bool share(const struct pl_space *x, const struct pl_space *y)
{
	for (unsigned i = 0; i < x->knobs.count; i++) {
		for (unsigned k = 0; k < y->knobs.count; k++) {
			const struct pl_knob *p = x->knobs.items[i], *q = y->knobs.items[k];
			if (!p->context && !q->context && pl_str_eq(p->path, q->path))
				return true;
		}
	}
	return false;
}

bool pl_analysis_related(struct pl_analysis *a, size_t first, size_t second)
{
	const struct pl_shape *shapes[8];
	const struct pl_rule_terms *x = a->set.rules[first].terms, *y = a->set.rules[second].terms;
	if (x->subject != y->subject || !(x->platforms & y->platforms))
		return false;
	const struct pl_space_rule rules[2] = {pl_analysis_space_rule(a, first, false),
					       pl_analysis_space_rule(a, second, false)};
	unsigned count = pl_space_shapes(rules, 2, shapes, 8);
	struct pl_arena *arena = pl_arena_new((size_t)1 << 28, 0);
	struct pl_space *spaces = arena ? pl_arena_zalloc(arena, 2, sizeof *spaces) : NULL;
	bool yes = false;
	for (unsigned i = 0; i < count && spaces && !yes; i++) {
		if (read_knobs(a, first, shapes[i], arena, &spaces[0]) == PL_OK &&
		    read_knobs(a, second, shapes[i], arena, &spaces[1]) == PL_OK)
			yes = share(&spaces[0], &spaces[1]);
	}
	pl_arena_free(arena);
	return yes;
}

pl_err pl_analysis_pair(struct pl_analysis *a, size_t first, size_t second, size_t budget, struct pl_pair_answer *ret)
{
	const size_t which[2] = {first, second};
	struct pl_hunt h = {.rule_count = 2, .goals = one_alone, .wanted = 3, .budget = budget, .today = 10957};
	for (unsigned i = 0; i < 2; i++) {
		h.names[i] = a->rules[which[i]].name;
		h.rules[i] = pl_analysis_space_rule(a, which[i], false);
		PL_TRY(pl_analysis_alone(a, which[i], &h.policies[i]));
		h.shown[i] = h.policies[i];
		h.shown_rule[i] = h.names[i];
	}
	for (unsigned i = 0; i < 2; i++) {
		h.titles[i] = pl_arena_printf(a->arena, "%.*s fires without %.*s", PL_FMT(h.names[i]),
					      PL_FMT(h.names[1 - i]));
		if (!h.titles[i].ptr)
			return PL_E_MEMORY;
	}
	PL_TRY(pl_hunt_run(&h, a->evaluator, a->arena));
	*ret = (struct pl_pair_answer){h.answers[0], h.answers[1]};
	return PL_OK;
}
