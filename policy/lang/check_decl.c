/* check_decl.c - the names of a policy set: collected before anything is checked, so that the order of declarations
 * never matters. Rules and parameters share one namespace each over all files; `let`s and fixtures belong to their
 * file. */
#include "check.h"

/* --- names
 * ---------------------------------------------------------------------------------------------------------------- */

static pl_str place(struct pl_checker *c, const struct pl_policy_source *source, struct pl_span at)
{
	struct pl_position p = pl_position_of(source->text, at.start);
	return pl_check_text(c, "first defined at %.*s:%u:%u", PL_FMT(source->name), p.line, p.column);
}

static void twice(struct pl_checker *c, const char *what, const struct pl_decl *decl, const struct pl_decl *first)
{
	pl_check_complain(c,
			  &(struct pl_complaint){.code = PL_CODE_E0203,
						 .at = decl->name.at,
						 .note = place(c, &c->sources[first->source], first->name.at)},
			  "the %s `%.*s` is defined twice", what, PL_FMT(decl->name.text));
}

static bool is_builtin(pl_str name)
{
	static const char *const names[] = {
#define PL_BUILTIN(id, name, ...) name,
#include "builtins.def"
#undef PL_BUILTIN
	};
	for (unsigned i = 0; i < sizeof names / sizeof *names; i++) {
		if (pl_str_eq(name, pl_str_from(names[i])))
			return true;
	}
	return false;
}

/* Names that a `let` or parameter must not take: whoever reads a rule would think of the other meaning. */
static bool is_taken(struct pl_checker *c, const struct pl_decl *decl)
{
	static const char *const roots[] = {"request", "namespace", "cluster", "today", "old_pod", "old_task"};
	bool taken = pl_subject_from(decl->name.text) != PL_SUBJECT_NONE;
	for (unsigned i = 0; i < sizeof roots / sizeof *roots; i++)
		taken |= pl_str_eq(decl->name.text, pl_str_from(roots[i]));
	if (!taken && !is_builtin(decl->name.text))
		return false;
	pl_check_complain(c,
			  &(struct pl_complaint){
				  .code = PL_CODE_E0203, .at = decl->name.at, .help = PL_STR("choose another name")},
			  taken ? "`%.*s` already means something in every rule" : "`%.*s` is a built-in function",
			  PL_FMT(decl->name.text));
	return true;
}

/* Adds a name with its declaration; false when it was there already. */
static bool add_decl(struct pl_checker *c, struct pl_intern *names, pl_str key, const struct pl_decl *decl,
		     const struct pl_decl ***decls, uint32_t *room, uint32_t *ret_first)
{
	bool fresh = false;
	const struct pl_decl **grown = pl_intern_grow(c->arena, *decls, names->count, room, sizeof *grown);
	if (!grown || pl_intern_add(names, key, ret_first, &fresh) != PL_OK) {
		pl_check_memory(c);
		return true;
	}
	*decls = grown;
	if (fresh)
		grown[*ret_first] = decl;
	return fresh;
}

static bool add_def(struct pl_checker *c, struct pl_intern *names, pl_str key, const struct pl_decl *decl,
		    struct pl_def **defs, uint32_t *room, uint32_t *ret_first)
{
	bool fresh = false;
	struct pl_def *grown = pl_intern_grow(c->arena, *defs, names->count, room, sizeof *grown);
	if (!grown || pl_intern_add(names, key, ret_first, &fresh) != PL_OK) {
		pl_check_memory(c);
		return true;
	}
	*defs = grown;
	if (fresh)
		grown[*ret_first] = (struct pl_def){.decl = decl, .source = &c->sources[decl->source]};
	return fresh;
}

static pl_str local_key(struct pl_checker *c, const struct pl_decl *decl)
{
	return pl_check_text(c, "%u:%.*s", (unsigned)decl->source, PL_FMT(decl->name.text));
}

static void collect_rule(struct pl_checker *c, const struct pl_decl *decl)
{
	uint32_t first;
	if (!add_decl(c, &c->rule_names, decl->name.text, decl, &c->rules, &c->rule_room, &first))
		twice(c, "rule", decl, c->rules[first]);
	if (c->rule_names.count == PL_MAX_RULES + 1)
		pl_check_complain(c, &(struct pl_complaint){.code = PL_CODE_E0003, .at = decl->name.at},
				  "a policy set has at most %d rules", PL_MAX_RULES);
}

static void collect_let(struct pl_checker *c, const struct pl_decl *decl)
{
	uint32_t first;
	if (decl->u.let.has_args && !decl->u.let.args)
		pl_check_complain(c,
				  &(struct pl_complaint){
					  .code = PL_CODE_E0312,
					  .at = decl->name.at,
					  .help = pl_check_text(c, "write `let %.*s = ...`", PL_FMT(decl->name.text))},
				  "a function without arguments is a constant");
	if (!is_taken(c, decl) && !add_def(c, &c->let_names, local_key(c, decl), decl, &c->lets, &c->let_room, &first))
		twice(c, "`let`", decl, c->lets[first].decl);
}

static void collect_param(struct pl_checker *c, const struct pl_decl *decl)
{
	uint32_t first;
	if (!is_taken(c, decl) &&
	    !add_def(c, &c->param_names, decl->name.text, decl, &c->params, &c->param_room, &first))
		twice(c, "parameter", decl, c->params[first].decl);
}

static void collect_data(struct pl_checker *c, const struct pl_decl *decl)
{
	uint32_t first;
	if (is_taken(c, decl))
		return;
	struct pl_data_def *grown =
		pl_intern_grow(c->arena, c->data_defs, c->data_names.count, &c->data_room, sizeof *grown);
	bool fresh = false;
	if (!grown || pl_intern_add(&c->data_names, decl->name.text, &first, &fresh) != PL_OK) {
		pl_check_memory(c);
		return;
	}
	c->data_defs = grown;
	if (fresh)
		grown[first] = (struct pl_data_def){.decl = decl, .source = &c->sources[decl->source]};
	else
		twice(c, "data", decl, grown[first].decl);
}

static void collect_fixture(struct pl_checker *c, const struct pl_decl *decl)
{
	uint32_t first;
	if (!add_decl(c, &c->fixture_names, local_key(c, decl), decl, &c->fixtures, &c->fixture_room, &first))
		twice(c, "fixture", decl, c->fixtures[first]);
}

static void collect_exception(struct pl_checker *c, const struct pl_decl *decl)
{
	uint32_t first;
	if (!add_decl(c, &c->exception_names, decl->name.text, decl, &c->exceptions, &c->exception_room, &first))
		twice(c, "exception", decl, c->exceptions[first]);
}

static void collect_one(struct pl_checker *c, const struct pl_decl *decl)
{
	switch (decl->kind) {
	case PL_DECL_RULE:
		collect_rule(c, decl);
		break;
	case PL_DECL_LET:
		collect_let(c, decl);
		break;
	case PL_DECL_PARAM:
		collect_param(c, decl);
		break;
	case PL_DECL_FIXTURE:
		collect_fixture(c, decl);
		break;
	case PL_DECL_EXCEPTION:
		collect_exception(c, decl);
		break;
	case PL_DECL_DATA:
		collect_data(c, decl);
		break;
	case PL_DECL_POLICY:
	case PL_DECL_USE:
	case PL_DECL_ROLLOUT:
	case PL_DECL_TEST:
		break;
	}
}

/* --- references
 * ------------------------------------------------------------------------------------------------------------ */

bool pl_check_known_rule(struct pl_checker *c, const struct pl_name *name)
{
	uint32_t i;
	if (pl_intern_find(&c->rule_names, name->text, &i))
		return true;
	struct pl_nearest nearest = {.word = name->text};
	for (i = 0; i < c->rule_names.count; i++)
		pl_nearest_offer(&nearest, c->rules[i]->name.text);
	struct pl_complaint complaint = {
		.code = PL_CODE_E0326, .at = name->at, .label = pl_check_did_you_mean(c, &nearest)};
	if (complaint.label.len == 0)
		complaint.help = PL_STR("check this file together with the one that has the rule, or add the pack that "
					"has it: `use \"PACK\"`");
	pl_check_complain(c, &complaint, "no rule is called `%.*s`", PL_FMT(name->text));
	return false;
}

static void refer_one(struct pl_checker *c, struct pl_intern *rolled, const struct pl_decl *decl)
{
	if (decl->kind == PL_DECL_TEST) {
		pl_check_test(c, decl);
	} else if (decl->kind == PL_DECL_ROLLOUT) {
		pl_check_rollout_names(c, rolled, decl);
	} else if (decl->kind == PL_DECL_EXCEPTION) {
		pl_check_exception_names(c, decl);
	}
}

/* A `let` and a parameter of one name in one file; a `let` hides a parameter of another file. */
static void let_and_param(struct pl_checker *c)
{
	uint32_t first;
	for (uint32_t i = 0; i < c->param_names.count; i++) {
		const struct pl_decl *decl = c->params[i].decl;
		if (!pl_intern_find(&c->let_names, local_key(c, decl), &first))
			continue;
		c->scope.source = c->params[i].source;
		twice(c, "name", decl, c->lets[first].decl);
	}
}

/* Data and a parameter of one name in any file, or a `let` in its own. */
static void data_and_others(struct pl_checker *c)
{
	uint32_t first;
	for (uint32_t i = 0; i < c->data_names.count; i++) {
		const struct pl_decl *decl = c->data_defs[i].decl;
		c->scope.source = c->data_defs[i].source;
		if (pl_intern_find(&c->param_names, decl->name.text, &first))
			twice(c, "name", decl, c->params[first].decl);
		else if (pl_intern_find(&c->let_names, local_key(c, decl), &first))
			twice(c, "name", decl, c->lets[first].decl);
	}
}

/* --- settings
 * ------------------------------------------------------------------------------------------------------------------ */

static pl_str list_params(struct pl_checker *c)
{
	pl_str out = PL_STR("the policy has no parameters");
	for (uint32_t i = 0; i < c->param_names.count && i < 32; i++)
		out = i ? pl_check_text(c, "%.*s, %.*s", PL_FMT(out), PL_FMT(c->params[i].decl->name.text))
			: pl_check_text(c, "parameters are %.*s", PL_FMT(c->params[i].decl->name.text));
	return c->param_names.count > 32 ? pl_check_text(c, "%.*s, ...", PL_FMT(out)) : out;
}

static void apply_setting(struct pl_checker *c, const struct pl_param_setting *setting)
{
	uint32_t i;
	struct pl_policy_source *source = pl_arena_zalloc(c->arena, 1, sizeof *source);
	if (!source) {
		pl_check_memory(c);
		return;
	}
	*source = (struct pl_policy_source){PL_STR("--set"), setting->name};
	c->scope.source = source;
	struct pl_complaint complaint = {.code = PL_CODE_E0302, .at = {0, (uint32_t)setting->name.len}};
	if (pl_intern_find(&c->data_names, setting->name, &i)) {
		complaint.help = pl_check_text(c, "write --data %.*s=FILE", PL_FMT(setting->name));
		pl_check_complain(c, &complaint, "`%.*s` is no parameter: its values come from a file",
				  PL_FMT(setting->name));
	} else if (!pl_intern_find(&c->param_names, setting->name, &i)) {
		struct pl_nearest nearest = {.word = setting->name};
		for (i = 0; i < c->param_names.count; i++)
			pl_nearest_offer(&nearest, c->params[i].decl->name.text);
		complaint.label = pl_check_did_you_mean(c, &nearest);
		complaint.help = list_params(c);
		pl_check_complain(c, &complaint, "no parameter is called `%.*s`", PL_FMT(setting->name));
	} else if (c->params[i].setting) {
		complaint.code = PL_CODE_E0203;
		pl_check_complain(c, &complaint, "the parameter `%.*s` is set twice", PL_FMT(setting->name));
	} else {
		c->params[i].setting = setting;
	}
}

pl_err pl_check_collect(struct pl_checker *c, const struct pl_param_setting *settings, size_t setting_count)
{
	struct pl_intern rolled;
	pl_intern_init(&rolled, c->arena);
	for (size_t i = 0; i < c->source_count; i++) {
		c->scope.source = &c->sources[i];
		for (const struct pl_decl *d = c->decls[i]; d && c->err == PL_OK; d = d->next)
			collect_one(c, d);
	}
	for (size_t i = 0; i < c->source_count; i++) {
		c->scope.source = &c->sources[i];
		for (const struct pl_decl *d = c->decls[i]; d && c->err == PL_OK; d = d->next)
			refer_one(c, &rolled, d);
	}
	let_and_param(c);
	data_and_others(c);
	pl_check_data(c);
	for (size_t i = 0; i < setting_count && c->err == PL_OK; i++)
		apply_setting(c, &settings[i]);
	return c->err;
}

/* --- what no rule has used
 * ------------------------------------------------------------------------------------------------------ */

/* A stand-in for an argument. */
static bool stand_in(struct pl_checker *c, const struct pl_arg *arg)
{
	struct pl_type type = arg->type ? pl_check_type(c, arg->type) : pl_type_named(arg->name.text);
	if (type.kind == PL_T_SUBJECT && type.ref == PL_SUBJECT_IMAGE)
		type = pl_type_scalar(PL_T_IMAGE);
	struct pl_term *t = pl_check_new(c, PL_TERM_VAR, arg->name.at, type, 0);
	struct pl_binding *b = pl_arena_zalloc(c->arena, 1, sizeof *b);
	if (!t || !b)
		return false;
	if (type.kind == PL_T_NONE) {
		pl_check_complain(c, &(struct pl_complaint){.code = PL_CODE_E0201, .at = arg->name.at},
				  "the argument `%.*s` has no type, and no subject is called that",
				  PL_FMT(arg->name.text));
		return false;
	}
	t->u.var.binding = ++c->bindings_made;
	*b = (struct pl_binding){arg->name.text, t, c->scope.bindings};
	c->scope.bindings = b;
	return true;
}

static bool is_condition(const struct pl_expr *e)
{
	return e->kind == PL_EXPR_COMPARE || e->kind == PL_EXPR_MATCHES || e->kind == PL_EXPR_IS ||
	       e->kind == PL_EXPR_AND || e->kind == PL_EXPR_OR || e->kind == PL_EXPR_NOT || e->kind == PL_EXPR_QUANT;
}

/* Checks the text of a `let` as if it were called in a rule of these platforms; true when it is sound there. */
static bool sound_on(struct pl_checker *c, struct pl_def *def, enum pl_platforms platforms, bool quiet)
{
	struct pl_scope before = c->scope;
	unsigned errors = c->errors;
	bool was_quiet = c->quiet, ok = true;
	struct pl_cond cond;
	c->quiet = quiet;
	c->lenient = true;
	c->scope = (struct pl_scope){.source = def->source,
				     .source_index = def->decl->source,
				     .platforms = (uint8_t)platforms,
				     .subject = PL_SUBJECT_WORKLOAD,
				     .inside_let = true,
				     .inside_call = def->decl->u.let.has_args};
	def->open = true;
	for (const struct pl_arg *arg = def->decl->u.let.args; arg && ok; arg = arg->next)
		ok = stand_in(c, arg);
	const struct pl_expr *e = def->decl->u.let.value;
	if (ok && is_condition(e))
		ok = pl_check_cond_as(c, e, PL_POSITIVE, NULL, &cond);
	else if (ok)
		ok = pl_check_value(c, e) || (quiet && pl_check_cond_as(c, e, PL_POSITIVE, NULL, &cond));
	def->open = false;
	c->quiet = was_quiet;
	c->lenient = false;
	c->scope = before;
	if (quiet)
		c->errors = errors;
	return ok && c->err == PL_OK;
}

/* An unused `let` may be meant for either platform or for both; it must be sound for one of them. */
static void check_unused(struct pl_checker *c, struct pl_def *def)
{
	static const enum pl_platforms meant[] = {PL_ON_BOTH, PL_ON_KUBERNETES, PL_ON_ECS};
	for (unsigned i = 0; i < 3; i++) {
		if (sound_on(c, def, meant[i], true) || c->err != PL_OK)
			return;
	}
	if (sound_on(c, def, PL_ON_KUBERNETES, false) && c->err == PL_OK)
		c->errors++; /* cannot be: it was not sound a moment ago; refuse rather than ignore */
}

void pl_check_rest(struct pl_checker *c)
{
	for (uint32_t i = 0; i < c->param_names.count && c->err == PL_OK; i++) {
		struct pl_def *def = &c->params[i];
		c->scope.source = def->source;
		pl_check_param(c, def, def->decl->name.at);
	}
	for (uint32_t i = 0; i < c->let_names.count && c->err == PL_OK; i++) {
		if (!c->lets[i].used)
			check_unused(c, &c->lets[i]);
	}
}
