/* suite.c - opening a suite: sources and the packs they use, their tests with manifests and context, and a policy for
 * each combination of parameters and data that the tests give.
 *
 * What is compiled are the sources without tests, fixtures and `use`, blanked so that every place stays where it was;
 * the packs are sources among the others. So a changed source, a pack included, can take the place of the original. */
#include "suite.h"

#include "editpath.h"
#include "gather.h"

#include <stdlib.h>
#include <string.h>

#define SUITE_CEILING	((size_t)1 << 30)
#define SUITE_RETAIN	((size_t)1 << 20)
#define SCRATCH_RETAIN	((size_t)1 << 16)
#define EVALUATE_MEMORY ((size_t)256 << 20)

/* --- complaints -----------------------------------------------------------------------------------------------------
 */

static bool already_said(const struct pl_suite *s, const struct pl_policy_source *source, struct pl_span at)
{
	for (unsigned i = 0; s->diags && i < s->diags->count; i++) {
		const struct pl_diag *d = &s->diags->items[i];
		if (d->text.ptr == source->text.ptr && d->at.start == at.start && d->at.len == at.len)
			return true;
	}
	return false;
}

pl_err pl_suite_refuse(struct pl_suite *s, const struct pl_policy_source *source, enum pl_code code, struct pl_span at,
		       pl_str message, pl_str help)
{
	if (!message.ptr)
		return PL_E_MEMORY;
	if (!already_said(s, source, at))
		pl_lang_error(s->diags, source, code, at, (pl_str){0}, (pl_str){0}, help, "%.*s", PL_FMT(message));
	return PL_E_POLICY;
}

/* --- sources --------------------------------------------------------------------------------------------------------
 */

static pl_err add_sources(struct pl_suite *s)
{
	struct pl_gather g;
	PL_TRY(pl_gather_sources(s->input, s->arena, &g));
	s->full = g.sources;
	s->decls = g.decls;
	s->source_count = g.count;
	s->active = pl_arena_zalloc(s->arena, g.count, sizeof *s->active);
	return s->active ? PL_OK : PL_E_MEMORY;
}

bool pl_suite_is_active(const struct pl_decl *d)
{
	return d->kind != PL_DECL_USE && d->kind != PL_DECL_FIXTURE && d->kind != PL_DECL_TEST;
}

/* Blanks bytes but for line ends. */
static void blank(char *text, size_t from, size_t to)
{
	for (size_t i = from; i < to; i++) {
		if (text[i] != '\n')
			text[i] = ' ';
	}
}

static pl_err strip_source(struct pl_suite *s, size_t i)
{
	pl_str whole = s->full[i].text;
	char *text = pl_arena_alloc(s->arena, whole.len);
	if (!text)
		return PL_E_MEMORY;
	if (whole.len)
		memcpy(text, whole.ptr, whole.len);
	for (const struct pl_decl *d = s->decls[i]; d; d = d->next) {
		if (!pl_suite_is_active(d))
			blank(text, d->at.start, d->next ? d->next->at.start : whole.len);
	}
	s->active[i] = (struct pl_policy_source){s->full[i].name, {text, whole.len}};
	return PL_OK;
}

/* --- compiling ------------------------------------------------------------------------------------------------------
 */

pl_err pl_suite_compile(const struct pl_suite *s, const struct pl_policy_source *sources,
			const struct pl_suite_variant *variant, struct pl_diags *diags, struct pl_policy **ret_policy)
{
	struct pl_policy_input input = {
		.sources = sources,
		.source_count = s->source_count,
		.settings = variant->settings,
		.setting_count = variant->setting_count,
		.data = variant->data,
		.data_count = variant->data_count,
		.explained = s->input->explained,
	};
	*ret_policy = NULL;
	pl_err err = pl_policy_compile(&input, ret_policy, diags);
	return err == PL_E_POLICY ? PL_OK : err;
}

static bool same_settings(const struct pl_suite_variant *a, const struct pl_suite_variant *b)
{
	if (a->setting_count != b->setting_count || a->data_count != b->data_count)
		return false;
	for (size_t i = 0; i < a->setting_count; i++) {
		if (!pl_str_eq(a->settings[i].name, b->settings[i].name) ||
		    !pl_str_eq(a->settings[i].value, b->settings[i].value))
			return false;
	}
	for (size_t i = 0; i < a->data_count; i++) {
		if (!pl_str_eq(a->data[i].name, b->data[i].name) || !pl_str_eq(a->data[i].text, b->data[i].text) ||
		    a->data[i].modified != b->data[i].modified)
			return false;
	}
	return true;
}

/* The `with` that a complaint about a setting or a table is about; NULL: none. */
static const struct pl_ast_edit *find_with(const struct pl_suite *s, const struct pl_suite_test *test,
					   const struct pl_diag *d)
{
	for (const struct pl_ast_edit *e = test->decl->u.test.edits; e; e = e->next) {
		if (e->what != PL_EDIT_WITH || e->target->kind != PL_EXPR_NAME)
			continue;
		pl_str name = e->target->u.text;
		pl_str set = pl_arena_printf(s->arena, "--set %.*s", PL_FMT(name));
		pl_str file = pl_arena_printf(s->arena, "%.*s.json", PL_FMT(name));
		if (pl_str_eq(d->source, set) || pl_str_eq(d->source, file))
			return e;
	}
	return NULL;
}

/* Why the policy does not take what the test gives, at the place of the test. */
static pl_err refuse_variant(struct pl_suite *s, const struct pl_suite_test *test, const struct pl_diags *diags)
{
	for (unsigned i = 0; i < diags->count; i++) {
		const struct pl_diag *d = &diags->items[i];
		const struct pl_ast_edit *with = find_with(s, test, d);
		struct pl_diag moved = *d;
		if (with) {
			moved.source = test->source->name;
			moved.text = test->source->text;
			moved.cut = false; /* it is the policy now */
			moved.at = with->value ? with->value->at : (struct pl_span){with->text_at.start, 3};
			moved.label = (pl_str){0};
		}
		if (d->level == PL_DIAG_ERROR && !(with && already_said(s, test->source, moved.at)))
			pl_diags_add(s->diags, &moved);
	}
	return PL_E_POLICY;
}

static pl_err find_variant(struct pl_suite *s, struct pl_suite_test *test)
{
	for (test->variant = 0; test->variant < s->variant_count; test->variant++) {
		if (same_settings(&s->variants[test->variant], &test->wanted))
			return PL_OK;
	}
	struct pl_diags diags;
	struct pl_policy *policy;
	pl_diags_init(&diags, s->arena);
	PL_TRY(pl_suite_compile(s, s->active, &test->wanted, &diags, &policy));
	if (!policy)
		return refuse_variant(s, test, &diags);
	struct pl_suite_variant *v = &s->variants[s->variant_count++];
	*v = test->wanted;
	v->policy = policy;
	return PL_OK;
}

/* --- tests ----------------------------------------------------------------------------------------------------------
 */

static size_t count_kind(const struct pl_suite *s, size_t source_count, enum pl_decl_kind kind)
{
	size_t n = 0;
	for (size_t i = 0; i < source_count; i++) {
		for (const struct pl_decl *d = s->decls[i]; d; d = d->next)
			n += d->kind == kind;
	}
	return n;
}

static bool is_pack(pl_str text)
{
	const char *const *names;
	size_t i = 0, count = pl_policy_packs(&names);
	while (i < count && !pl_str_eq(pl_policy_pack(pl_str_from(names[i])), text))
		i++;
	return i < count;
}

static void list_decl(struct pl_suite *s, const struct pl_policy_source *source, bool pack, const struct pl_decl *d)
{
	struct pl_position position = pl_position_of(source->text, d->at.start);
	if (d->kind == PL_DECL_TEST)
		s->tests[s->test_count++] =
			(struct pl_suite_test){.decl = d, .source = source, .position = position, .of_pack = pack};
	else if (d->kind == PL_DECL_FIXTURE)
		s->fixtures[s->fixture_count++] = (struct pl_suite_fixture){.decl = d};
	else if (d->kind == PL_DECL_RULE)
		s->rules[s->rule_count++] =
			(struct pl_suite_rule){.name = d->name.text, .source = source->name, .position = position};
}

/* Of the sources that were given: a pack that one of them only uses has been tested elsewhere. */
static pl_err list_decls(struct pl_suite *s)
{
	size_t given = s->input->source_count;
	s->tests = pl_arena_zalloc(s->arena, count_kind(s, given, PL_DECL_TEST), sizeof *s->tests);
	s->fixtures = pl_arena_zalloc(s->arena, count_kind(s, given, PL_DECL_FIXTURE), sizeof *s->fixtures);
	s->rules = pl_arena_zalloc(s->arena, count_kind(s, given, PL_DECL_RULE), sizeof *s->rules);
	s->variants = pl_arena_zalloc(s->arena, count_kind(s, given, PL_DECL_TEST), sizeof *s->variants);
	if (!s->tests || !s->fixtures || !s->rules || !s->variants)
		return PL_E_MEMORY;
	for (size_t i = 0; i < given; i++) {
		bool pack = is_pack(s->full[i].text);
		for (const struct pl_decl *d = s->decls[i]; d; d = d->next)
			list_decl(s, &s->full[i], pack, d);
	}
	return PL_OK;
}

/* The path of an expectation as a finding would print it: one that is none could never be met. */
static pl_err read_path(struct pl_suite *s, const struct pl_suite_test *test, const struct pl_ast_expect *e,
			pl_str *ret_path)
{
	struct pl_edit_step steps[PL_EDIT_MAX_STEPS];
	struct pl_buf out;
	uint32_t count = 0;
	pl_err err = PL_OK;
	*ret_path = (pl_str){0};
	if (e->path.len == 0)
		return PL_OK;
	const char *why = pl_editpath_split(e->path, s->arena, steps, &count, &err);
	PL_TRY(err);
	if (why)
		return pl_suite_refuse(s, test->source, PL_CODE_E0112, e->at,
				       pl_arena_printf(s->arena, "this is no path into a manifest: %s", why),
				       PL_STR("write it as findings do: spec.containers[0].image, "
					      "metadata.labels[\"a/b\"]"));
	pl_buf_init(&out, s->arena, e->path.len);
	for (uint32_t i = 0; i < count; i++)
		pl_editpath_add(&steps[i], i == 0, &out);
	*ret_path = pl_buf_str(&out);
	return out.failed ? PL_E_MEMORY : PL_OK;
}

/* Goes on after a complaint, so that all mistakes are told at once. */
static bool stops(pl_err err, pl_err *worst)
{
	if (err != PL_OK && (*worst == PL_OK || err != PL_E_POLICY))
		*worst = err;
	return err != PL_OK && err != PL_E_POLICY;
}

static pl_err read_paths(struct pl_suite *s, struct pl_suite_test *test)
{
	size_t count = 0;
	pl_err worst = PL_OK;
	for (const struct pl_ast_expect *e = test->decl->u.test.expects; e; e = e->next)
		count++;
	pl_str *paths = pl_arena_zalloc(s->arena, count, sizeof *paths);
	if (!paths)
		return PL_E_MEMORY;
	test->paths = paths;
	for (const struct pl_ast_expect *e = test->decl->u.test.expects; e; e = e->next) {
		if (stops(read_path(s, test, e, paths++), &worst))
			return worst;
	}
	return worst;
}

static pl_err read_test(struct pl_suite *s, struct pl_suite_test *test)
{
	pl_err worst = PL_OK;
	if (stops(read_paths(s, test), &worst) || stops(pl_suite_read_given(s, test), &worst))
		return worst;
	PL_TRY(worst);
	PL_TRY(pl_suite_read_with(s, test));
	return find_variant(s, test);
}

static pl_err read_all(struct pl_suite *s)
{
	pl_err worst = PL_OK;
	for (size_t i = 0; i < s->fixture_count; i++) {
		if (stops(pl_suite_read_fixture(s, &s->fixtures[i]), &worst))
			return worst;
	}
	for (size_t i = 0; i < s->test_count; i++) {
		if (stops(read_test(s, &s->tests[i]), &worst))
			return worst;
	}
	return worst;
}

/* --- opening and running ---------------------------------------------------------------------------------------------
 */

/* Everything that is wrong with the sources themselves is said here, in the words of the compiler. */
static pl_err check_sources(const struct pl_policy_input *input, struct pl_diags *diags)
{
	struct pl_policy_input hermetic = *input;
	struct pl_policy *policy;
	hermetic.data = NULL;
	hermetic.data_count = 0;
	PL_TRY(pl_policy_compile(&hermetic, &policy, diags));
	pl_policy_release(policy);
	return PL_OK;
}

static pl_err open_suite(struct pl_suite *s)
{
	s->arena = pl_arena_new(SUITE_CEILING, SUITE_RETAIN);
	s->scratch = pl_arena_new(SUITE_CEILING, SCRATCH_RETAIN);
	s->evaluator = pl_evaluator_new(EVALUATE_MEMORY);
	if (!s->arena || !s->scratch || !s->evaluator)
		return PL_E_MEMORY;
	PL_TRY(check_sources(s->input, s->diags));
	PL_TRY(add_sources(s));
	for (size_t i = 0; i < s->source_count; i++)
		PL_TRY(strip_source(s, i));
	PL_TRY(list_decls(s));
	return read_all(s);
}

pl_err pl_suite_open(const struct pl_policy_input *input, struct pl_suite **ret_suite, struct pl_diags *diags)
{
	struct pl_suite *s = calloc(1, sizeof *s);
	if (!s)
		return PL_E_MEMORY;
	s->input = input;
	s->diags = diags;
	pl_err err = open_suite(s);
	s->diags = NULL;
	if (err != PL_OK) {
		pl_suite_close(s);
		return err;
	}
	*ret_suite = s;
	return PL_OK;
}

void pl_suite_close(struct pl_suite *s)
{
	if (!s)
		return;
	for (size_t i = 0; i < s->variant_count; i++)
		pl_policy_release(s->variants[i].policy);
	pl_evaluator_free(s->evaluator);
	pl_arena_free(s->scratch);
	pl_arena_free(s->arena);
	free(s);
}

size_t pl_suite_count(const struct pl_suite *s)
{
	return s->test_count;
}

pl_err pl_suite_run(struct pl_suite *s, size_t test, struct pl_test_result *ret)
{
	const struct pl_suite_test *t = &s->tests[test];
	struct pl_suite_misses misses = {0};
	bool passed;
	pl_arena_reset(s->scratch);
	PL_TRY(pl_suite_judge(s, t, s->variants[t->variant].policy, (pl_str){0}, &misses, &passed));
	*ret = (struct pl_test_result){
		.name = t->decl->name.text,
		.source = t->source->name,
		.position = t->position,
		.passed = passed,
		.misses = misses.items,
		.miss_count = misses.count,
	};
	return PL_OK;
}

/* A name may be that of an exception. */
static bool has_rule(const struct pl_policy *policy, pl_str name)
{
	for (size_t i = 0; i < pl_policy_rule_count(policy); i++) {
		struct pl_rule_info rule;
		pl_policy_rule(policy, i, &rule);
		if (pl_str_eq(rule.name, name))
			return true;
	}
	return false;
}

pl_err pl_suite_explain(struct pl_suite *s, size_t test, pl_str rule, struct pl_buf *trace)
{
	const struct pl_suite_test *t = &s->tests[test];
	const struct pl_policy *policy = s->variants[t->variant].policy;
	const struct pl_verdict *verdict;
	struct pl_explain explain = {.rule = rule};
	if (!has_rule(policy, rule))
		return PL_OK;
	pl_evaluator_reset(s->evaluator);
	return pl_decide_explained(s->evaluator, policy, t->workload, t->old, &t->context, &explain, trace, &verdict);
}

size_t pl_suite_rules(const struct pl_suite *s, const struct pl_suite_rule **ret_rules)
{
	*ret_rules = s->rules;
	return s->rule_count;
}
