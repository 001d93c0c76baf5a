/* analysis_site.c - what a site adds to rules: exceptions that are expired, too wide or cover nothing, and rows of
 * decision tables that change nothing. */
#include "analysis.h"

#include <string.h>

#include "lang/intern.h"

#define SOON 30 /* days; spec: language.md 3.10 */

/* --- exceptions -----------------------------------------------------------------------------------------------------
 */

/* It says of a namespace, or of an account, which one it is. */
static bool reads_scope(const struct pl_term *t)
{
	if (t->kind == PL_TERM_FIELD && t->u.field.step.view) {
		uint16_t view = t->u.field.step.id;
		if (view == PL_VIEW_CLUSTER_account || view == PL_VIEW_ROLE_account || view == PL_VIEW_ARN_account ||
		    view == PL_VIEW_NAMESPACE_name || view == PL_VIEW_NAMESPACE_labels ||
		    view == PL_VIEW_NAMESPACE_annotations)
			return true;
	}
	for (uint32_t i = 0; i < t->count; i++) {
		if (reads_scope(t->items[i]))
			return true;
	}
	return false;
}

/* Where it holds, a namespace or account is one of some: `!=` and `not in` leave all others. */
static bool is_scoped(const struct pl_term *t)
{
	if (t->kind == PL_TERM_AND) {
		for (uint32_t i = 0; i < t->count; i++) {
			if (is_scoped(t->items[i]))
				return true;
		}
		return false;
	}
	if (t->kind == PL_TERM_OR) {
		for (uint32_t i = 0; i < t->count; i++) {
			if (!is_scoped(t->items[i]))
				return false;
		}
		return true;
	}
	bool comparison = t->kind == PL_TERM_COMPARE || t->kind == PL_TERM_TEST || t->kind == PL_TERM_MATCH;
	return comparison && !t->negated && t->op != PL_REL_NE && reads_scope(t);
}

/* The exception as it applies to the first of its rules. */
static const struct pl_rule_exception *find_terms(const struct pl_analysis *a, const struct pl_decl *d)
{
	for (uint32_t i = 0; i < a->set.rule_count; i++) {
		const struct pl_rule_terms *terms = a->set.rules[i].terms;
		for (uint32_t k = 0; k < terms->exception_count; k++) {
			if (terms->exceptions[k].decl == d)
				return &terms->exceptions[k];
		}
	}
	return NULL;
}

static void describe(const struct pl_analysis *a, const struct pl_decl *d, struct pl_analysis_exception *ret)
{
	const struct pl_policy_source *source = pl_ruleset_source(&a->set, d);
	const struct pl_rule_exception *terms = find_terms(a, d);
	int64_t left = d->u.exception.expires - a->today;
	*ret = (struct pl_analysis_exception){.name = d->name.text,
					      .source = source->name,
					      .text = source->text,
					      .at = d->name.at,
					      .position = pl_position_of(source->text, d->name.at.start),
					      .expires = d->u.exception.expires,
					      .expired = left < 0,
					      .expiring = left >= 0 && left <= SOON,
					      .wide = terms && !is_scoped(terms->where)};
}

static pl_err list_exceptions(struct pl_analysis *a)
{
	size_t count = 0;
	for (size_t i = 0; i < a->set.count; i++)
		for (const struct pl_decl *d = a->set.decls[i]; d; d = d->next)
			count += d->kind == PL_DECL_EXCEPTION;
	a->exceptions = pl_arena_zalloc(a->arena, count, sizeof *a->exceptions);
	if (!a->exceptions)
		return PL_E_MEMORY;
	for (size_t i = 0; i < a->set.count; i++) {
		for (const struct pl_decl *d = a->set.decls[i]; d; d = d->next) {
			if (d->kind == PL_DECL_EXCEPTION)
				describe(a, d, &a->exceptions[a->exception_count++]);
		}
	}
	return PL_OK;
}

size_t pl_analysis_exceptions(const struct pl_analysis *a, const struct pl_analysis_exception **ret)
{
	*ret = a->exceptions;
	return a->exception_count;
}

/* --- violations that it covers --------------------------------------------------------------------------------------
 */

static unsigned is_covered(const struct pl_hunt *hunt, const struct pl_hunt_verdicts *v)
{
	for (size_t i = 0; i < v->of[0]->count; i++) {
		const struct pl_finding *f = &v->of[0]->findings[i];
		if (f->state == PL_FINDING_EXCEPTED && pl_str_eq(f->exception, hunt->names[1]))
			return 1;
	}
	return 0;
}

static bool has_exception(const struct pl_rule_terms *terms, pl_str name)
{
	for (uint32_t i = 0; i < terms->exception_count; i++) {
		if (pl_str_eq(terms->exceptions[i].decl->name.text, name))
			return true;
	}
	return false;
}

static pl_err covers_of(struct pl_analysis *a, size_t rule, pl_str name, size_t budget, struct pl_analysis_answer *ret)
{
	struct pl_hunt h = {.rule_count = 1, .goals = is_covered, .wanted = 1, .budget = budget, .today = 10957};
	struct pl_policy *policy;
	PL_TRY(pl_ruleset_compile_excepted(&a->set, a->set.rules[rule].terms->decl, name, &policy));
	h.rules[0] = pl_analysis_space_rule(a, rule, false);
	h.rules[0].exception = name;
	h.policies[0] = h.shown[0] = policy;
	h.names[0] = h.shown_rule[0] = a->rules[rule].name;
	h.names[1] = name;
	h.titles[0] = pl_arena_printf(a->arena, "%.*s covers this", PL_FMT(name));
	pl_err err = h.titles[0].ptr ? pl_hunt_run(&h, a->evaluator, a->arena) : PL_E_MEMORY;
	pl_policy_release(policy);
	*ret = h.answers[0];
	return err;
}

pl_err pl_analysis_covers(struct pl_analysis *a, size_t exception, size_t budget, struct pl_analysis_answer *ret)
{
	struct pl_analysis_answer all = {.truth = PL_NO};
	pl_str name = a->exceptions[exception].name;
	for (uint32_t i = 0; i < a->set.rule_count && all.truth != PL_YES; i++) {
		struct pl_analysis_answer one;
		if (!has_exception(a->set.rules[i].terms, name))
			continue;
		PL_TRY(covers_of(a, i, name, budget, &one));
		one.models += all.models;
		if (one.truth != PL_NO || all.truth == PL_NO)
			all = one;
		else
			all.models = one.models;
	}
	*ret = all;
	a->exceptions[exception].covers = all;
	return PL_OK;
}

/* --- decision tables ------------------------------------------------------------------------------------------------
 */

static bool is_name(const struct pl_expr *e, const char *name)
{
	return e->kind == PL_EXPR_NAME && pl_str_eq(e->u.text, pl_str_from(name));
}

/* The column of a table, behind the default for one that is missing. */
static const struct pl_expr *column_of(const struct pl_expr *key)
{
	return key->kind == PL_EXPR_ELSE ? key->a : key;
}

static bool is_alnum(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
}

/* spec: RFC 1123 label for names of namespaces; values of labels are empty or at most 63 of [A-Za-z0-9_.-]. */
static bool is_label(pl_str s, bool namespace)
{
	if (s.len == 0 || s.len > 63 || !is_alnum(s.ptr[0]) || !is_alnum(s.ptr[s.len - 1]))
		return s.len == 0 && !namespace;
	for (size_t i = 0; i < s.len; i++) {
		char c = s.ptr[i];
		bool good = is_alnum(c) || c == '-' || (!namespace && (c == '_' || c == '.'));
		if (!good || (namespace && c >= 'A' && c <= 'Z'))
			return false;
	}
	return true;
}

static bool can_be(const struct pl_expr *key, pl_str text)
{
	const struct pl_expr *e = column_of(key);
	if (key->kind == PL_EXPR_ELSE && key->a->next && key->a->next->kind == PL_EXPR_STRING &&
	    pl_str_eq(key->a->next->u.text, text))
		return true;
	bool labels = e->kind == PL_EXPR_INDEX;
	if (labels)
		e = e->a;
	if (e->kind != PL_EXPR_FIELD || !is_name(e->a, "namespace"))
		return true;
	if (labels)
		return !pl_str_eq(e->name.text, PL_STR("labels")) || is_label(text, false);
	return !pl_str_eq(e->name.text, PL_STR("name")) || is_label(text, true);
}

static pl_err add_row(struct pl_analysis *a, const struct pl_decl *d, pl_str table, const struct pl_table_row *row,
		      bool same)
{
	struct pl_analysis_row *grown;
	const struct pl_policy_source *source = pl_ruleset_source(&a->set, d);
	uint32_t room = (uint32_t)a->row_room;
	grown = pl_intern_grow(a->arena, a->rows, (uint32_t)a->row_count, &room, sizeof *grown);
	if (!grown)
		return PL_E_MEMORY;
	a->row_room = room;
	a->rows = grown;
	grown[a->row_count++] = (struct pl_analysis_row){.table = table,
							 .key = row->key,
							 .source = source->name,
							 .text = source->text,
							 .at = row->at,
							 .position = pl_position_of(source->text, row->at.start),
							 .same = same};
	return PL_OK;
}

static pl_err is_same(const struct pl_expr *x, const struct pl_expr *y, struct pl_arena *arena, bool *ret)
{
	struct pl_buf p, q;
	pl_buf_init(&p, arena, 64);
	pl_buf_init(&q, arena, 64);
	pl_expr_print(x, &p);
	pl_expr_print(y, &q);
	*ret = pl_str_eq(pl_buf_str(&p), pl_buf_str(&q));
	return p.failed || q.failed ? PL_E_MEMORY : PL_OK;
}

static pl_err list_param(struct pl_analysis *a, const struct pl_decl *d)
{
	for (const struct pl_table_row *row = d->u.param.rows; row; row = row->next) {
		bool same;
		PL_TRY(is_same(row->value, d->u.param.otherwise, a->arena, &same));
		if (same || !can_be(d->u.param.key, row->key))
			PL_TRY(add_row(a, d, d->name.text, row, same));
	}
	return PL_OK;
}

static pl_err list_rollout(struct pl_analysis *a, const struct pl_decl *d)
{
	struct pl_buf names;
	pl_buf_init(&names, a->arena, 64);
	for (const struct pl_name *n = d->u.rollout.rules; n; n = n->next)
		pl_buf_addf(&names, "%.*s%s", PL_FMT(n->text), n->next ? ", " : "");
	if (names.failed)
		return PL_E_MEMORY;
	for (const struct pl_table_row *row = d->u.rollout.rows; row; row = row->next) {
		bool same = row->mode == d->u.rollout.otherwise;
		if (same || !can_be(d->u.rollout.key, row->key))
			PL_TRY(add_row(a, d, pl_buf_str(&names), row, same));
	}
	return PL_OK;
}

size_t pl_analysis_rows(const struct pl_analysis *a, const struct pl_analysis_row **ret)
{
	*ret = a->rows;
	return a->row_count;
}

pl_err pl_analysis_list_site(struct pl_analysis *a)
{
	PL_TRY(list_exceptions(a));
	for (size_t i = 0; i < a->set.count; i++) {
		for (const struct pl_decl *d = a->set.decls[i]; d; d = d->next) {
			if (d->kind == PL_DECL_PARAM && d->u.param.rows)
				PL_TRY(list_param(a, d));
			else if (d->kind == PL_DECL_ROLLOUT)
				PL_TRY(list_rollout(a, d));
		}
	}
	return PL_OK;
}
