/* analysis_change.c - what changed between two policy sets. Rules that say the same in the same words are the same; for
 * the others a manifest is looked for that they judge differently, exceptions and roll-outs included. */
#include "analysis.h"

#include <stdlib.h>
#include <string.h>

struct versions {
	struct pl_analysis *old, *now;
	struct pl_policy *old_all, *now_all; /* compiled with what rules read */
	size_t budget;
	struct pl_arena *arena;
	struct pl_change *changes;
	size_t count, same;
};

/* --- what a rule says -----------------------------------------------------------------------------------------------
 */

static void add_expr(struct pl_buf *out, const char *word, const struct pl_expr *e)
{
	if (!e)
		return;
	pl_buf_adds(out, word);
	pl_buf_addc(out, ' ');
	pl_expr_print(e, out);
	pl_buf_addc(out, '\n');
}

static void add_guards(struct pl_buf *out, const struct pl_ast_guard *g)
{
	for (; g; g = g->next)
		add_expr(out, g->unless ? "unless" : "when", g->cond);
}

static void add_rule(struct pl_buf *out, const struct pl_decl *d)
{
	pl_buf_addf(out, "%u %c %.*s\n", d->u.rule.mode, d->u.rule.platform ? d->u.rule.platform : 'b',
		    PL_FMT(d->u.rule.subject.text));
	add_expr(out, "where", d->u.rule.where);
	for (const struct pl_ast_loop *l = d->u.rule.loops; l; l = l->next) {
		pl_buf_addf(out, "each %.*s\n", PL_FMT(l->var.text));
		add_expr(out, "in", l->list);
		add_expr(out, "where", l->where);
	}
	add_guards(out, d->u.rule.guards);
	for (const struct pl_ast_check *c = d->u.rule.checks; c; c = c->next) {
		add_expr(out, c->forbid ? "forbid" : "require", c->cond);
		pl_buf_adds(out, c->if_set ? "if set\n" : "");
	}
}

static bool names(const struct pl_name *n, pl_str rule)
{
	while (n && !pl_str_eq(n->text, rule))
		n = n->next;
	return n;
}

static void add_rollout(struct pl_buf *out, const struct pl_decl *d)
{
	add_expr(out, "by", d->u.rollout.key);
	for (const struct pl_table_row *r = d->u.rollout.rows; r; r = r->next)
		pl_buf_addf(out, "%.*s=>%u\n", PL_FMT(r->key), r->mode);
	pl_buf_addf(out, "=>%u\n", d->u.rollout.otherwise);
}

/* Exceptions and roll-outs of the rule, and the guards of its policy. */
static void add_site(struct pl_buf *out, const struct pl_ruleset *set, const struct pl_decl *rule)
{
	for (size_t i = 0; i < set->count; i++) {
		for (const struct pl_decl *d = set->decls[i]; d; d = d->next) {
			if (d->kind == PL_DECL_POLICY && i == rule->source)
				add_guards(out, d->u.policy.guards);
			if (d->kind == PL_DECL_EXCEPTION && names(d->u.exception.from, rule->name.text)) {
				pl_buf_addf(out, "until %lld\n", (long long)d->u.exception.expires);
				add_expr(out, "except", d->u.exception.where);
			}
			if (d->kind == PL_DECL_ROLLOUT && names(d->u.rollout.rules, rule->name.text))
				add_rollout(out, d);
		}
	}
}

static void add_reads(struct pl_buf *out, const struct pl_policy *policy, pl_str rule)
{
	for (size_t i = 0; i < pl_policy_rule_count(policy); i++) {
		struct pl_rule_info info;
		pl_policy_rule(policy, i, &info);
		for (size_t k = 0; pl_str_eq(info.name, rule) && k < info.read_count; k++)
			pl_buf_addf(out, "%.*s\n%.*s\n", PL_FMT(info.reads[k].text), PL_FMT(info.reads[k].setting));
	}
}

static pl_err say(const struct pl_analysis *a, const struct pl_policy *all, size_t rule, struct pl_arena *arena,
		  pl_str *ret)
{
	const struct pl_decl *d = a->set.rules[rule].terms->decl;
	struct pl_buf out;
	pl_buf_init(&out, arena, 512);
	add_rule(&out, d);
	add_site(&out, &a->set, d);
	add_reads(&out, all, d->name.text);
	*ret = pl_buf_str(&out);
	return out.failed ? PL_E_MEMORY : PL_OK;
}

/* --- differences ----------------------------------------------------------------------------------------------------
 */

static bool has_like(const struct pl_verdict *v, const struct pl_finding *f)
{
	bool excepted = f->state == PL_FINDING_EXCEPTED;
	for (size_t i = 0; i < v->count; i++) {
		const struct pl_finding *g = &v->findings[i];
		if (pl_str_eq(g->rule, f->rule) && pl_str_eq(g->path, f->path) &&
		    (g->state == PL_FINDING_EXCEPTED) == excepted && (excepted || g->mode == f->mode))
			return true;
	}
	return false;
}

static bool has_more(const struct pl_verdict *v, const struct pl_verdict *than, pl_str rule)
{
	for (size_t i = 0; i < v->count; i++) {
		if (pl_str_eq(v->findings[i].rule, rule) && !has_like(than, &v->findings[i]))
			return true;
	}
	return false;
}

/* A change of mode alone is both: the finding of the old mode is gone. It counts as gained when it is stricter. */
static unsigned gained_or_lost(const struct pl_hunt *hunt, const struct pl_hunt_verdicts *v)
{
	bool gained = has_more(v->of[1], v->of[0], hunt->names[0]);
	bool lost = has_more(v->of[0], v->of[1], hunt->names[0]);
	if (gained && lost) {
		size_t before = v->of[0]->denied * 100 + v->of[0]->warned * 10 + v->of[0]->audited;
		size_t after = v->of[1]->denied * 100 + v->of[1]->warned * 10 + v->of[1]->audited;
		return after > before ? 1 : after < before ? 2 : 3;
	}
	return (gained ? 1u : 0u) | (lost ? 2u : 0u);
}

static unsigned fires(const struct pl_hunt *hunt, const struct pl_hunt_verdicts *v)
{
	return pl_hunt_fires(v, 0, hunt->names[0]) ? hunt->wanted : 0;
}

static pl_err set_titles(struct versions *v, struct pl_hunt *h, pl_str rule)
{
	h->titles[0] = pl_arena_printf(v->arena, "%.*s: now found", PL_FMT(rule));
	h->titles[1] = pl_arena_printf(v->arena, "%.*s: no longer found", PL_FMT(rule));
	return h->titles[0].ptr && h->titles[1].ptr ? PL_OK : PL_E_MEMORY;
}

static pl_err compare(struct versions *v, size_t old, size_t now, struct pl_change *ret)
{
	struct pl_policy *before = NULL, *after = NULL;
	struct pl_hunt h = {.rule_count = 2, .goals = gained_or_lost, .wanted = 3, .budget = v->budget, .today = 10957};
	h.rules[0] = pl_analysis_space_rule(v->old, old, true);
	h.rules[1] = pl_analysis_space_rule(v->now, now, true);
	h.names[0] = h.names[1] = h.shown_rule[0] = h.shown_rule[1] = ret->rule;
	PL_TRY(set_titles(v, &h, ret->rule));
	pl_err err = pl_ruleset_compile(&v->old->set, v->old->set.rules[old].terms->decl, true, &before);
	if (err == PL_OK)
		err = pl_ruleset_compile(&v->now->set, v->now->set.rules[now].terms->decl, true, &after);
	h.policies[0] = before;
	h.policies[1] = h.shown[0] = h.shown[1] = after;
	if (err == PL_OK)
		err = pl_hunt_run(&h, v->now->evaluator, v->arena);
	pl_policy_release(before);
	pl_policy_release(after);
	ret->gained = h.answers[0];
	ret->lost = h.answers[1];
	return err;
}

/* A rule that only one version has: where it fires. What the other version finds there is what the test expects. */
static pl_err only_one(struct versions *v, struct pl_analysis *a, size_t rule, bool added, struct pl_change *ret)
{
	struct pl_policy *alone = NULL;
	struct pl_hunt h = {
		.rule_count = 1, .goals = fires, .wanted = added ? 1 : 2, .budget = v->budget, .today = 10957};
	unsigned goal = added ? 0 : 1;
	h.rules[0] = pl_analysis_space_rule(a, rule, true);
	h.names[0] = ret->rule;
	PL_TRY(set_titles(v, &h, ret->rule));
	PL_TRY(pl_ruleset_compile(&a->set, a->set.rules[rule].terms->decl, true, &alone));
	h.policies[0] = alone;
	h.shown[goal] = added ? alone : v->now_all;
	h.shown_rule[goal] = added ? ret->rule : (pl_str){0};
	pl_err err = pl_hunt_run(&h, v->now->evaluator, v->arena);
	pl_policy_release(alone);
	ret->gained = added ? h.answers[0] : (struct pl_analysis_answer){.truth = PL_NO};
	ret->lost = added ? (struct pl_analysis_answer){.truth = PL_NO} : h.answers[1];
	return err;
}

/* --- rule by rule ---------------------------------------------------------------------------------------------------
 */

/* A rule of the other set that says the same under a name that this set does not have. */
static pl_err find_renamed(struct versions *v, pl_str said, pl_str *ret)
{
	*ret = (pl_str){0};
	for (uint32_t i = 0; i < v->now->set.rule_count; i++) {
		pl_str other;
		if (pl_ruleset_find(&v->old->set, v->now->rules[i].name))
			continue;
		PL_TRY(say(v->now, v->now_all, i, v->arena, &other));
		if (pl_str_eq(said, other)) {
			*ret = v->now->rules[i].name;
			return PL_OK;
		}
	}
	return PL_OK;
}

static bool was_renamed_to(const struct versions *v, pl_str name)
{
	for (size_t i = 0; i < v->count; i++) {
		if (v->changes[i].kind == PL_CHANGE_RENAMED && pl_str_eq(v->changes[i].other, name))
			return true;
	}
	return false;
}

static pl_err settle(struct versions *v, struct pl_change change)
{
	change.rule = pl_arena_dup(v->arena, change.rule);
	change.other = pl_arena_dup(v->arena, change.other);
	if (!change.rule.ptr || !change.other.ptr)
		return PL_E_MEMORY;
	v->changes[v->count++] = change;
	return PL_OK;
}

static pl_err look_at_old(struct versions *v, size_t old)
{
	struct pl_change c = {.rule = v->old->rules[old].name};
	const struct pl_checked_rule *now = pl_ruleset_find(&v->now->set, c.rule);
	pl_str before, after;
	PL_TRY(say(v->old, v->old_all, old, v->arena, &before));
	if (!now) {
		PL_TRY(find_renamed(v, before, &c.other));
		c.kind = c.other.len ? PL_CHANGE_RENAMED : PL_CHANGE_REMOVED;
		if (c.kind == PL_CHANGE_REMOVED)
			PL_TRY(only_one(v, v->old, old, false, &c));
		return settle(v, c);
	}
	size_t i = (size_t)(now - v->now->set.rules);
	PL_TRY(say(v->now, v->now_all, i, v->arena, &after));
	if (pl_str_eq(before, after)) {
		v->same++;
		return PL_OK;
	}
	c.kind = PL_CHANGE_CHANGED;
	PL_TRY(compare(v, old, i, &c));
	return settle(v, c);
}

static pl_err look_at_new(struct versions *v, size_t now)
{
	struct pl_change c = {.kind = PL_CHANGE_ADDED, .rule = v->now->rules[now].name};
	if (pl_ruleset_find(&v->old->set, c.rule) || was_renamed_to(v, c.rule))
		return PL_OK;
	PL_TRY(only_one(v, v->now, now, true, &c));
	return settle(v, c);
}

static pl_err compile_all(const struct pl_analysis *a, struct pl_policy **ret)
{
	struct pl_policy_input input = *a->set.input;
	input.explained = true;
	return pl_policy_compile(&input, ret, NULL);
}

static int by_rule(const void *a, const void *b)
{
	const struct pl_change *x = a, *y = b;
	return pl_str_cmp(x->rule, y->rule);
}

static pl_err look_at_all(struct versions *v)
{
	PL_TRY(compile_all(v->old, &v->old_all));
	PL_TRY(compile_all(v->now, &v->now_all));
	v->changes = pl_arena_zalloc(v->arena, v->old->set.rule_count + v->now->set.rule_count, sizeof *v->changes);
	if (!v->changes)
		return PL_E_MEMORY;
	for (uint32_t i = 0; i < v->old->set.rule_count; i++)
		PL_TRY(look_at_old(v, i));
	for (uint32_t i = 0; i < v->now->set.rule_count; i++)
		PL_TRY(look_at_new(v, i));
	if (v->count)
		qsort(v->changes, v->count, sizeof *v->changes, by_rule);
	return PL_OK;
}

pl_err pl_analysis_changes(struct pl_analysis *old, struct pl_analysis *now, size_t budget, struct pl_arena *arena,
			   const struct pl_change **ret_changes, size_t *ret_count, size_t *ret_same)
{
	struct versions v = {.old = old, .now = now, .budget = budget, .arena = arena};
	pl_err err = look_at_all(&v);
	pl_policy_release(v.old_all);
	pl_policy_release(v.now_all);
	*ret_changes = v.changes;
	*ret_count = v.count;
	*ret_same = v.same;
	return err;
}
