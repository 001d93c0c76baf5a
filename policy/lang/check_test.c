/* check_test.c - what a test says, checked before any test is run: the rules it names, its fixture, what it expects,
 * and the names and types of its context. spec: language.md 3.11
 *
 * The manifests are YAML, which the library of the server does not read: policy/tools reads them when tests run. */
#include "check.h"

/* The rule that no policy declares. spec: language.md 3.5.2 */
static const pl_str builtin_rule = {"malformed-document", sizeof "malformed-document" - 1};

/* --- rules and exceptions -------------------------------------------------------------------------------------------
 */

static bool is_rule(const struct pl_checker *c, pl_str name)
{
	uint32_t i;
	return pl_intern_find(&c->rule_names, name, &i) || pl_str_eq(name, builtin_rule);
}

static const struct pl_decl *next_of(const struct pl_decl *d, enum pl_decl_kind kind)
{
	while (d && d->kind != kind)
		d = d->next;
	return d;
}

/* The declaration of that kind and name in any source. */
static const struct pl_decl *find_decl(const struct pl_checker *c, enum pl_decl_kind kind, pl_str name)
{
	for (size_t i = 0; i < c->source_count; i++) {
		const struct pl_decl *d = next_of(c->decls[i], kind);
		while (d && !pl_str_eq(d->name.text, name))
			d = next_of(d->next, kind);
		if (d)
			return d;
	}
	return NULL;
}

static void offer_decls(const struct pl_checker *c, enum pl_decl_kind kind, struct pl_nearest *nearest)
{
	for (size_t i = 0; i < c->source_count; i++) {
		for (const struct pl_decl *d = next_of(c->decls[i], kind); d; d = next_of(d->next, kind))
			pl_nearest_offer(nearest, d->name.text);
	}
}

static void unknown_rule(struct pl_checker *c, const struct pl_name *name, bool exceptions)
{
	struct pl_nearest nearest = {.word = name->text};
	offer_decls(c, PL_DECL_RULE, &nearest);
	pl_nearest_offer(&nearest, builtin_rule);
	if (exceptions)
		offer_decls(c, PL_DECL_EXCEPTION, &nearest);
	pl_check_complain(c,
			  &(struct pl_complaint){
				  .code = PL_CODE_E0326, .at = name->at, .label = pl_check_did_you_mean(c, &nearest)},
			  exceptions ? "no rule or exception is called `%.*s`" : "no rule is called `%.*s`",
			  PL_FMT(name->text));
}

static bool is_among(const struct pl_name *names, pl_str name)
{
	while (names && !pl_str_eq(names->text, name))
		names = names->next;
	return names;
}

/* What is expected of a rule that the test is not about could never be found. */
static void check_expected_rule(struct pl_checker *c, const struct pl_decl *test, const struct pl_ast_expect *e)
{
	const struct pl_name *of = test->u.test.of;
	if (!of || is_among(of, e->rule.text) || pl_str_eq(e->rule.text, builtin_rule))
		return;
	pl_check_complain(c,
			  &(struct pl_complaint){
				  .code = PL_CODE_E0114,
				  .at = e->rule.at,
				  .note = PL_STR("a test looks at the rules after `of` only"),
				  .help = pl_check_text(c, "write `of %.*s, ...`, or leave `of` out to look at all",
							PL_FMT(e->rule.text)),
			  },
			  "this test is not about the rule `%.*s`", PL_FMT(e->rule.text));
}

static void check_expect(struct pl_checker *c, const struct pl_decl *test, const struct pl_ast_expect *e)
{
	bool excepted = e->mode == PL_AST_EXCEPTED;
	if (is_rule(c, e->rule.text))
		check_expected_rule(c, test, e);
	else if (!excepted || !find_decl(c, PL_DECL_EXCEPTION, e->rule.text))
		unknown_rule(c, &e->rule, excepted);
}

/* --- fixtures --------------------------------------------------------------------------------------------------------
 */

static void check_fixture(struct pl_checker *c, const struct pl_decl *test, const struct pl_name *name)
{
	uint32_t i;
	pl_str key = pl_check_text(c, "%u:%.*s", (unsigned)test->source, PL_FMT(name->text));
	if (pl_intern_find(&c->fixture_names, key, &i))
		return;
	struct pl_nearest nearest = {.word = name->text};
	for (const struct pl_decl *d = next_of(c->decls[test->source], PL_DECL_FIXTURE); d;
	     d = next_of(d->next, PL_DECL_FIXTURE))
		pl_nearest_offer(&nearest, d->name.text);
	pl_check_complain(c,
			  &(struct pl_complaint){
				  .code = PL_CODE_E0302, .at = name->at, .label = pl_check_did_you_mean(c, &nearest)},
			  "no fixture is called `%.*s` in this file", PL_FMT(name->text));
}

/* --- with ------------------------------------------------------------------------------------------------------------
 */

/* Literals all the way down: a test is to be read without looking elsewhere. */
static bool is_literal(const struct pl_expr *e)
{
	if (e->kind <= PL_EXPR_BOOL)
		return true;
	if (e->kind != PL_EXPR_SET && e->kind != PL_EXPR_MAP)
		return false;
	for (const struct pl_expr *item = e->a; item; item = item->next) {
		if (!is_literal(item))
			return false;
	}
	return true;
}

static bool check_literal(struct pl_checker *c, const struct pl_expr *e)
{
	if (is_literal(e))
		return true;
	pl_check_complain(c, &(struct pl_complaint){.code = PL_CODE_E0304, .at = e->at},
			  "a test gives a literal value, not an expression");
	return false;
}

/* What `target` is called in a message. */
static pl_str target_text(struct pl_checker *c, const struct pl_ast_edit *edit)
{
	return pl_check_print(c, edit->target);
}

static void refuse_manifest(struct pl_checker *c, const struct pl_ast_edit *edit)
{
	pl_check_complain(c, &(struct pl_complaint){.code = PL_CODE_E0304, .at = edit->text_at},
			  "`%.*s` is a single value, not a manifest", PL_FMT(target_text(c, edit)));
}

/* A value of the context: it must fit the type of the field. */
static void check_context_value(struct pl_checker *c, const struct pl_ast_edit *edit, struct pl_term *target)
{
	struct pl_want want = {.type = target->type, .domain = pl_term_domain(target)};
	struct pl_complaint complaint = {.code = PL_CODE_E0304};
	if (!edit->value) {
		refuse_manifest(c, edit);
		return;
	}
	struct pl_term *value = check_literal(c, edit->value) ? pl_check_value(c, edit->value) : NULL;
	enum pl_fit fit = value ? pl_check_fit(c, &value, &want) : PL_FIT_FAILED;
	if (fit != PL_FIT_NOT)
		return;
	complaint.at = edit->value->at;
	if (target->type.kind == PL_T_VERSION)
		complaint.help = PL_STR("versions are written like v1.29");
	if (target->type.kind == PL_T_LIST)
		complaint.help = PL_STR("a set is written {\"a\", \"b\"}");
	if (target->type.kind == PL_T_MAP)
		complaint.help = PL_STR("a map is written {\"a\" => \"b\"}");
	pl_check_complain(c, &complaint, "`%.*s` is %.*s; this is %.*s", PL_FMT(target_text(c, edit)),
			  PL_FMT(pl_check_type_text(c, target->type)), PL_FMT(pl_check_type_text(c, value->type)));
}

/* A test sets a field of the context, or one entry of its maps: nothing deeper, nothing computed. */
static bool is_settable(const struct pl_term *t)
{
	if (t->kind == PL_TERM_INDEX)
		return t->items[1]->kind == PL_TERM_CONST && t->items[0]->kind == PL_TERM_FIELD &&
		       is_settable(t->items[0]);
	return t->kind == PL_TERM_FIELD && t->items[0]->kind == PL_TERM_ROOT;
}

static void check_context(struct pl_checker *c, const struct pl_ast_edit *edit)
{
	struct pl_term *target = pl_check_value(c, edit->target);
	if (!target)
		return;
	if (target->kind == PL_TERM_ROOT ? target->type.kind == PL_T_DATE : is_settable(target)) {
		check_context_value(c, edit, target);
		return;
	}
	pl_check_complain(c,
			  &(struct pl_complaint){.code = PL_CODE_E0302,
						 .at = edit->target->at,
						 .help = PL_STR("write one field, like `namespace.name` or "
								"`namespace.labels[\"team\"]`")},
			  "`%.*s` cannot be given by a test", PL_FMT(target_text(c, edit)));
}

static void check_old(struct pl_checker *c, const struct pl_decl *test, const struct pl_ast_edit *edit)
{
	if (edit->form)
		return;
	if (edit->value->kind == PL_EXPR_NAME) {
		check_fixture(c, test, &edit->value->name);
		return;
	}
	pl_check_complain(c,
			  &(struct pl_complaint){.code = PL_CODE_E0304,
						 .at = edit->value->at,
						 .help = PL_STR("write pod, task or manifest and a text block, or the "
								"name of a fixture")},
			  "`old` is a manifest: the object before the update");
}

static void check_param(struct pl_checker *c, const struct pl_ast_edit *edit, struct pl_def *def)
{
	if (!edit->value)
		refuse_manifest(c, edit);
	else if (check_literal(c, edit->value))
		pl_check_param_takes(c, def, edit->value);
}

/* The rows are judged by the reader of data files, when the test runs. */
static void check_data(struct pl_checker *c, const struct pl_ast_edit *edit, const struct pl_decl *data)
{
	if (edit->form == 'm')
		return;
	struct pl_complaint complaint = {
		.code = PL_CODE_E0304,
		.at = edit->value ? edit->value->at : edit->text_at,
		.help = PL_STR("write a set, a map, or `manifest` and a text block with the table")};
	bool map = data->u.data.type->form == PL_TYPE_MAP;
	enum pl_expr_kind wanted = map ? PL_EXPR_MAP : PL_EXPR_SET;
	bool empty = edit->value && edit->value->kind == PL_EXPR_SET && !edit->value->a;
	if (!edit->value || (edit->value->kind != wanted && !empty))
		pl_check_complain(c, &complaint, "`%.*s` is %s", PL_FMT(data->name.text), map ? "a map" : "a set");
	else
		check_literal(c, edit->value);
}

static const char *const targets[] = {"namespace", "cluster", "request", "today", "old"};
#define TARGETS (sizeof targets / sizeof *targets)

static bool is_context(pl_str name)
{
	for (size_t i = 0; i + 1 < TARGETS; i++) {
		if (pl_str_eq(name, pl_str_from(targets[i])))
			return true;
	}
	return false;
}

static void unknown_target(struct pl_checker *c, const struct pl_ast_edit *edit, pl_str name)
{
	struct pl_nearest nearest = {.word = name};
	for (size_t i = 0; i < TARGETS; i++)
		pl_nearest_offer(&nearest, pl_str_from(targets[i]));
	offer_decls(c, PL_DECL_PARAM, &nearest);
	offer_decls(c, PL_DECL_DATA, &nearest);
	pl_check_complain(
		c,
		&(struct pl_complaint){.code = PL_CODE_E0302,
				       .at = edit->target->at,
				       .label = pl_check_did_you_mean(c, &nearest),
				       .help = PL_STR("a test can give namespace.*, cluster.*, request.*, today, "
						      "old, a parameter or a data table")},
		"`%.*s` is nothing that a test can give", PL_FMT(target_text(c, edit)));
}

/* The name that a path begins with. */
static pl_str first_name(const struct pl_expr *e)
{
	while (e->kind == PL_EXPR_FIELD || e->kind == PL_EXPR_INDEX)
		e = e->a;
	return e->kind == PL_EXPR_NAME ? e->u.text : (pl_str){0};
}

static void check_with(struct pl_checker *c, const struct pl_decl *test, const struct pl_ast_edit *edit)
{
	uint32_t i;
	pl_str first = first_name(edit->target);
	bool alone = edit->target->kind == PL_EXPR_NAME;
	const struct pl_decl *data = alone ? find_decl(c, PL_DECL_DATA, first) : NULL;
	if (is_context(first))
		check_context(c, edit);
	else if (alone && pl_str_eq(first, PL_STR("old")))
		check_old(c, test, edit);
	else if (alone && pl_intern_find(&c->param_names, first, &i))
		check_param(c, edit, &c->params[i]);
	else if (data)
		check_data(c, edit, data);
	else
		unknown_target(c, edit, first);
}

/* Which of the two would count? */
static void check_twice(struct pl_checker *c, const struct pl_decl *test, const struct pl_ast_edit *edit)
{
	pl_str text = target_text(c, edit);
	for (const struct pl_ast_edit *e = test->u.test.edits; e != edit; e = e->next) {
		if (e->what != PL_EDIT_WITH || !pl_str_eq(target_text(c, e), text))
			continue;
		pl_check_complain(c, &(struct pl_complaint){.code = PL_CODE_E0203, .at = edit->target->at},
				  "this test gives `%.*s` twice", PL_FMT(text));
		return;
	}
}

/* --- the test -------------------------------------------------------------------------------------------------------
 */

void pl_check_test(struct pl_checker *c, const struct pl_decl *test)
{
	c->scope = (struct pl_scope){
		.source = &c->sources[test->source], .source_index = test->source, .platforms = PL_ON_BOTH};
	for (const struct pl_name *of = test->u.test.of; of; of = of->next) {
		if (!is_rule(c, of->text))
			unknown_rule(c, of, false);
	}
	if (test->u.test.given.text.len)
		check_fixture(c, test, &test->u.test.given);
	for (const struct pl_ast_edit *edit = test->u.test.edits; edit; edit = edit->next) {
		if (edit->what != PL_EDIT_WITH)
			continue;
		check_twice(c, test, edit);
		check_with(c, test, edit);
	}
	for (const struct pl_ast_expect *e = test->u.test.expects; e; e = e->next) {
		if (!e->allow)
			check_expect(c, test, e);
	}
}
