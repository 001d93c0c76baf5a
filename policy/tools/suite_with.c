/* suite_with.c - the surroundings of a test: everything is known, and what the test does not state is absent, so that
 * it says the same on every machine and every day. spec: language.md 3.11 */
#include "suite.h"

#include <string.h>

#include "base/invariant.h"
#include "model/schema.h"

#define TODAY 10957 /* 2000-01-01 */

/* One `with` at work. Its form and type are right: check_test.c has seen to that. */
struct giving {
	struct pl_suite *s;
	struct pl_suite_test *test;
	const struct pl_ast_edit *with;
};

/* --- lists ----------------------------------------------------------------------------------------------------------
 */

static size_t count_items(const struct pl_expr *set)
{
	size_t n = 0;
	for (const struct pl_expr *e = set->a; e; e = e->next)
		n++;
	return n;
}

static pl_err take_texts(struct pl_arena *arena, const struct pl_expr *set, const pl_str **ret, size_t *ret_count)
{
	pl_str *texts = pl_arena_zalloc(arena, count_items(set), sizeof *texts);
	size_t n = 0;
	if (!texts)
		return PL_E_MEMORY;
	for (const struct pl_expr *e = set->a; e; e = e->next)
		texts[n++] = e->u.text;
	*ret = texts;
	*ret_count = n;
	return PL_OK;
}

/* The pairs with one more, or with another value for a key that is there. */
static pl_err put_pair(struct pl_arena *arena, pl_str key, pl_str value, const struct pl_pair **pairs, size_t *count)
{
	struct pl_pair *more = pl_arena_zalloc(arena, *count + 1, sizeof *more);
	size_t i = 0;
	if (!more)
		return PL_E_MEMORY;
	if (*count)
		memcpy(more, *pairs, *count * sizeof *more);
	while (i < *count && !pl_str_eq(more[i].key, key))
		i++;
	more[i] = (struct pl_pair){key, value};
	*count += i == *count;
	*pairs = more;
	return PL_OK;
}

/* A map given whole replaces what was there. */
static pl_err take_pairs(struct giving *g, pl_str key, const struct pl_pair **pairs, size_t *count)
{
	struct pl_arena *arena = g->s->arena;
	if (key.ptr)
		return put_pair(arena, key, g->with->value->u.text, pairs, count);
	*count = 0;
	for (const struct pl_expr *k = g->with->value->a; k && k->next; k = k->next->next)
		PL_TRY(put_pair(arena, k->u.text, k->next->u.text, pairs, count));
	return PL_OK;
}

/* --- the context ----------------------------------------------------------------------------------------------------
 */

static void take_imds(const struct pl_expr *set, struct pl_context *c)
{
	c->imds_blocked_pods = c->imds_blocked_awsvpc = c->imds_blocked_bridge = false;
	for (const struct pl_expr *e = set->a; e; e = e->next) {
		c->imds_blocked_pods |= pl_str_eq(e->u.text, PL_STR("pods"));
		c->imds_blocked_awsvpc |= pl_str_eq(e->u.text, PL_STR("awsvpc"));
		c->imds_blocked_bridge |= pl_str_eq(e->u.text, PL_STR("bridge"));
	}
}

/* The text of the context that a field reads; NULL for what is none. */
static pl_str *text_field(struct pl_context *c, enum pl_view field)
{
	const struct {
		enum pl_view field;
		pl_str *text;
	} fields[] = {
		{PL_VIEW_REQUEST_operation, &c->operation},
		{PL_VIEW_REQUEST_user, &c->user},
		{PL_VIEW_NAMESPACE_name, &c->namespace_name},
		{PL_VIEW_CLUSTER_name, &c->cluster_name},
		{PL_VIEW_CLUSTER_environment, &c->cluster_environment},
		{PL_VIEW_CLUSTER_version, &c->cluster_version},
		{PL_VIEW_CLUSTER_account, &c->cluster_account},
		{PL_VIEW_CLUSTER_region, &c->cluster_region},
		{PL_VIEW_CLUSTER_cloud, &c->cluster_cloud},
	};
	for (size_t i = 0; i < sizeof fields / sizeof *fields; i++) {
		if (fields[i].field == field)
			return fields[i].text;
	}
	return NULL;
}

static pl_err take_field(struct giving *g, enum pl_view field, pl_str key)
{
	struct pl_context *c = &g->test->context;
	const struct pl_expr *value = g->with->value;
	pl_str *text = text_field(c, field);
	if (text) {
		*text = value->u.text;
		return PL_OK;
	}
	if (field == PL_VIEW_REQUEST_groups)
		return take_texts(g->s->arena, value, &c->groups, &c->group_count);
	if (field == PL_VIEW_NAMESPACE_labels)
		return take_pairs(g, key, &c->namespace_labels, &c->namespace_label_count);
	if (field == PL_VIEW_NAMESPACE_annotations)
		return take_pairs(g, key, &c->namespace_annotations, &c->namespace_annotation_count);
	if (field == PL_VIEW_CLUSTER_imds_blocked)
		take_imds(value, c);
	else if (PL_ALWAYS(field == PL_VIEW_REQUEST_dry_run))
		c->dry_run = value->u.integer != 0;
	else
		return PL_E_INTERNAL;
	return PL_OK;
}

/* namespace.labels["team"]: the row of view.def, and the key. The checker has seen to its form. */
static enum pl_view field_of(const struct pl_expr *target, pl_str *ret_key)
{
	*ret_key = (pl_str){0};
	if (target->kind == PL_EXPR_INDEX) {
		*ret_key = target->b->u.text;
		target = target->a;
	}
	if (target->kind != PL_EXPR_FIELD || target->a->kind != PL_EXPR_NAME)
		return PL_VIEW_COUNT;
	pl_str root = target->a->u.text;
	enum pl_subject subject = pl_str_eq(root, PL_STR("request"))	 ? PL_SUBJECT_REQUEST
				  : pl_str_eq(root, PL_STR("namespace")) ? PL_SUBJECT_NAMESPACE
									 : PL_SUBJECT_CLUSTER;
	return pl_view_find(subject, target->name.text);
}

/* --- parameters and data --------------------------------------------------------------------------------------------
 */

/* NULL: it is a parameter. */
static const struct pl_decl *find_data(const struct pl_suite *s, pl_str name)
{
	for (size_t i = 0; i < s->source_count; i++) {
		for (const struct pl_decl *d = s->decls[i]; d; d = d->next) {
			if (d->kind == PL_DECL_DATA && pl_str_eq(d->name.text, name))
				return d;
		}
	}
	return NULL;
}

static pl_err take_table(struct giving *g, const struct pl_decl *data)
{
	struct pl_suite_variant *v = &g->test->wanted;
	pl_str json, name = g->with->target->u.text;
	PL_TRY(pl_suite_data_json(g->s, g->test, data, g->with, &json));
	pl_str file = pl_arena_printf(g->s->arena, "%.*s.json", PL_FMT(name));
	if (!file.ptr)
		return PL_E_MEMORY;
	v->data[v->data_count++] = (struct pl_policy_data){.name = name, .file = file, .text = json};
	return PL_OK;
}

static void take_setting(struct giving *g)
{
	struct pl_suite_variant *v = &g->test->wanted;
	struct pl_span at = g->with->value->at;
	pl_str name = g->with->target->u.text;
	size_t i = 0;
	while (i < v->setting_count && !pl_str_eq(v->settings[i].name, name))
		i++;
	v->setting_count += i == v->setting_count;
	v->settings[i] = (struct pl_param_setting){name, {g->test->source->text.ptr + at.start, at.len}};
}

static pl_err take(struct giving *g)
{
	const struct pl_expr *target = g->with->target;
	pl_str key;
	if (target->kind != PL_EXPR_NAME)
		return take_field(g, field_of(target, &key), key);
	if (pl_str_eq(target->u.text, PL_STR("today"))) {
		g->test->context.today = (int32_t)g->with->value->u.integer;
		return PL_OK;
	}
	if (pl_str_eq(target->u.text, PL_STR("old")))
		return pl_suite_read_old(g->s, g->test, g->with);
	const struct pl_decl *data = find_data(g->s, target->u.text);
	if (data)
		return take_table(g, data);
	take_setting(g);
	return PL_OK;
}

/* --- all of it ------------------------------------------------------------------------------------------------------
 */

/* What --set gives holds for every test that does not say otherwise. */
static pl_err begin(struct pl_suite *s, struct pl_suite_test *test)
{
	size_t count = 0;
	for (const struct pl_ast_edit *e = test->decl->u.test.edits; e; e = e->next)
		count++;
	struct pl_suite_variant *v = &test->wanted;
	v->settings = pl_arena_zalloc(s->arena, count + s->input->setting_count, sizeof *v->settings);
	v->data = pl_arena_zalloc(s->arena, count, sizeof *v->data);
	if (!v->settings || !v->data)
		return PL_E_MEMORY;
	if (s->input->setting_count)
		memcpy(v->settings, s->input->settings, s->input->setting_count * sizeof *v->settings);
	v->setting_count = s->input->setting_count;
	test->context = (struct pl_context){
		.request_known = true,
		.namespace_known = true,
		.namespace_metadata_known = true,
		.cluster_known = true,
		.cluster_version = PL_STR(PL_SUITE_NEWEST),
		.today = TODAY,
	};
	return PL_OK;
}

/* What follows from the rest: an old object makes it an update, an object says where it lives, and every namespace has
 * the label of its name. Data is of the first second of the day. */
static pl_err complete(struct pl_suite *s, struct pl_suite_test *test)
{
	struct pl_context *c = &test->context;
	if (c->operation.len == 0)
		c->operation = test->old ? PL_STR("UPDATE") : PL_STR("CREATE");
	if (c->namespace_name.len == 0)
		c->namespace_name = pl_workload_namespace(test->workload);
	for (size_t i = 0; i < test->wanted.data_count; i++)
		test->wanted.data[i].modified = (int64_t)c->today * 86400;
	pl_str label = PL_STR("kubernetes.io/metadata.name");
	for (size_t i = 0; i < c->namespace_label_count; i++) {
		if (pl_str_eq(c->namespace_labels[i].key, label))
			return PL_OK;
	}
	if (c->namespace_name.len == 0)
		return PL_OK;
	return put_pair(s->arena, label, c->namespace_name, &c->namespace_labels, &c->namespace_label_count);
}

pl_err pl_suite_read_with(struct pl_suite *s, struct pl_suite_test *test)
{
	pl_err worst = PL_OK;
	PL_TRY(begin(s, test));
	for (const struct pl_ast_edit *e = test->decl->u.test.edits; e; e = e->next) {
		struct giving g = {s, test, e};
		pl_err err = e->what == PL_EDIT_WITH ? take(&g) : PL_OK;
		if (err != PL_OK && err != PL_E_POLICY)
			return err;
		worst = err != PL_OK ? err : worst;
	}
	PL_TRY(worst);
	return complete(s, test);
}
