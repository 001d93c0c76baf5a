/* check_name.c - what a name stands for: a variable, a subject or context root, a `let`, a parameter. A `let` is
 * expanded where it is used, in a scope of its own: its arguments, the context, the other `let`s of its file and the
 * parameters, and of the rule's subjects only `workload` and `object`, which every rule has. */
#include "check.h"

static bool is_any(pl_str name, const char *text)
{
	return pl_str_eq(name, pl_str_from(text));
}

/* --- roots ---------------------------------------------------------------------------------------------------------
 */

struct root {
	const char *name;
	enum pl_root root;
	enum pl_subject subject;
};

/* Always in scope. */
static const struct root context_roots[] = {
	{"request", PL_ROOT_REQUEST, PL_SUBJECT_REQUEST},
	{"namespace", PL_ROOT_NAMESPACE, PL_SUBJECT_NAMESPACE},
	{"cluster", PL_ROOT_CLUSTER, PL_SUBJECT_CLUSTER},
	{"today", PL_ROOT_TODAY, PL_SUBJECT_NONE},
};
static const struct root pod_roots[] = {
	{"pod", PL_ROOT_POD, PL_SUBJECT_POD},
	{"old_pod", PL_ROOT_OLD_POD, PL_SUBJECT_POD},
};
static const struct root task_roots[] = {
	{"task", PL_ROOT_TASK, PL_SUBJECT_TASK},
	{"old_task", PL_ROOT_OLD_TASK, PL_SUBJECT_TASK},
};
static const struct root document_roots[] = {
	{"object", PL_ROOT_OBJECT, PL_SUBJECT_OBJECT},
	{"workload", PL_ROOT_WORKLOAD, PL_SUBJECT_WORKLOAD},
};
static const struct root container_root = {"container", PL_ROOT_CONTAINER, PL_SUBJECT_CONTAINER};

static const struct root *among(const struct root *roots, unsigned n, pl_str name)
{
	for (unsigned i = 0; i < n; i++) {
		if (is_any(name, roots[i].name))
			return &roots[i];
	}
	return NULL;
}

static bool has_container(uint8_t subject)
{
	return subject == PL_SUBJECT_MOUNT || subject == PL_SUBJECT_PORT || subject == PL_SUBJECT_VARIABLE;
}

/* Roots of the rule. An object of a kind that carries no pod has neither workload nor pod. */
static const struct root *rule_root(const struct pl_scope *scope, pl_str name)
{
	const struct root *r = NULL;
	if (scope->subject == PL_SUBJECT_NONE)
		return NULL;
	r = among(document_roots, scope->subject == PL_SUBJECT_OBJECT ? 1 : 2, name);
	if (r || scope->inside_let || scope->subject == PL_SUBJECT_OBJECT)
		return r;
	if (has_container(scope->subject) && is_any(name, container_root.name))
		return &container_root;
	if (scope->platforms == PL_ON_KUBERNETES)
		return among(pod_roots, 2, name);
	return scope->platforms == PL_ON_ECS ? among(task_roots, 2, name) : NULL;
}

static struct pl_type type_of_root(enum pl_root root, enum pl_subject subject)
{
	if (root == PL_ROOT_TODAY)
		return pl_type_scalar(PL_T_DATE);
	if (subject == PL_SUBJECT_IMAGE)
		return pl_type_scalar(PL_T_IMAGE);
	return (struct pl_type){.kind = PL_T_SUBJECT, .ref = (uint16_t)subject};
}

static struct pl_term *make_root(struct pl_checker *c, enum pl_root root, enum pl_subject subject, struct pl_span at)
{
	struct pl_term *t = pl_check_new(c, PL_TERM_ROOT, at, type_of_root(root, subject), 0);
	if (t) {
		t->root = (uint8_t)root;
		t->subject = (uint8_t)subject;
	}
	return t;
}

struct pl_term *pl_check_root(struct pl_checker *c, pl_str name, struct pl_span at)
{
	const struct root *r = among(context_roots, 4, name);
	enum pl_subject subject = (enum pl_subject)c->scope.subject;
	if (r)
		return make_root(c, r->root, r->subject, at);
	r = rule_root(&c->scope, name);
	bool own = subject != PL_SUBJECT_NONE && is_any(name, pl_subject_name(subject)) && (r || !c->scope.inside_let);
	if (own)
		return make_root(c, PL_ROOT_SUBJECT, subject, at);
	return r ? make_root(c, r->root, r->subject, at) : NULL;
}

/* --- definitions ----------------------------------------------------------------------------------------------------
 */

static pl_str let_key(struct pl_checker *c, pl_str name)
{
	return pl_check_text(c, "%u:%.*s", (unsigned)c->scope.source_index, PL_FMT(name));
}

static const struct pl_binding *find_binding(const struct pl_checker *c, pl_str name)
{
	const struct pl_binding *b = c->scope.bindings;
	while (b && !pl_str_eq(b->name, name))
		b = b->next;
	return b;
}

struct pl_def *pl_check_find_let(struct pl_checker *c, const struct pl_expr *e)
{
	uint32_t i;
	if (e->kind != PL_EXPR_NAME && e->kind != PL_EXPR_CALL)
		return NULL;
	pl_str name = e->kind == PL_EXPR_NAME ? e->u.text : e->name.text;
	if (e->kind == PL_EXPR_NAME && find_binding(c, name))
		return NULL;
	return pl_intern_find(&c->let_names, let_key(c, name), &i) ? &c->lets[i] : NULL;
}

bool pl_check_hides(struct pl_checker *c, const struct pl_name *name)
{
	uint32_t i;
	bool hidden = find_binding(c, name->text) || pl_check_root(c, name->text, name->at) ||
		      pl_intern_find(&c->let_names, let_key(c, name->text), &i) ||
		      pl_intern_find(&c->param_names, name->text, &i) || pl_intern_find(&c->data_names, name->text, &i);
	if (hidden)
		pl_check_complain(c,
				  &(struct pl_complaint){.code = PL_CODE_E0315,
							 .at = name->at,
							 .help = PL_STR("give the variable another name")},
				  "`%.*s` already means something here", PL_FMT(name->text));
	return hidden;
}

/* --- names that mean nothing
 * ------------------------------------------------------------------------------------------ */

static void offer_roots(const struct root *roots, unsigned n, struct pl_nearest *nearest)
{
	for (unsigned i = 0; i < n; i++)
		pl_nearest_offer(nearest, pl_str_from(roots[i].name));
}

static void offer_names(struct pl_checker *c, struct pl_nearest *nearest)
{
	for (const struct pl_binding *b = c->scope.bindings; b; b = b->next)
		pl_nearest_offer(nearest, b->name);
	if (c->scope.subject != PL_SUBJECT_NONE && !c->scope.inside_let)
		pl_nearest_offer(nearest, pl_str_from(pl_subject_name((enum pl_subject)c->scope.subject)));
	offer_roots(context_roots, 4, nearest);
	for (uint32_t i = 0; i < c->let_names.count; i++) {
		if (c->lets[i].decl->source == c->scope.source_index)
			pl_nearest_offer(nearest, c->lets[i].decl->name.text);
	}
	for (uint32_t i = 0; i < c->param_names.count; i++)
		pl_nearest_offer(nearest, c->params[i].decl->name.text);
	for (uint32_t i = 0; i < c->data_names.count; i++)
		pl_nearest_offer(nearest, c->data_defs[i].decl->name.text);
}

/* A subject that exists, but not in this scope. */
static pl_str subject_help(struct pl_checker *c, pl_str name)
{
	if (c->scope.subject == PL_SUBJECT_NONE)
		return PL_STR("only request, namespace, cluster, today, parameters and `let`s are known here");
	if (c->scope.inside_let)
		return pl_check_text(c, "give the `let` an argument: `let ...(%.*s) = ...`", PL_FMT(name));
	if (is_any(name, "pod") || is_any(name, "old_pod"))
		return pl_check_text(c, "narrow the rule to Kubernetes: `for each pod %s`",
				     pl_subject_name((enum pl_subject)c->scope.subject));
	if (is_any(name, "task") || is_any(name, "old_task"))
		return pl_check_text(c, "narrow the rule to ECS: `for each task %s`",
				     pl_subject_name((enum pl_subject)c->scope.subject));
	return pl_check_text(c, "this rule is about each %s", pl_subject_name((enum pl_subject)c->scope.subject));
}

/* What an unknown name was meant to be: a field without its subject, nothing at all, or a string. */
static pl_str unknown_help(struct pl_checker *c, pl_str name)
{
	enum pl_subject subject = (enum pl_subject)c->scope.subject;
	if (is_any(name, "null") || is_any(name, "nil"))
		return PL_STR("whether there is a value is asked with `is set` and `is absent`");
	if (subject != PL_SUBJECT_NONE && !c->scope.inside_let && pl_check_has_field(c, subject, name))
		return pl_check_text(c, "a field is written with its subject: `%s.%.*s`", pl_subject_name(subject),
				     PL_FMT(name));
	return PL_STR("a string is written in quotes, and a field with its subject before it: `container.name`");
}

static void complain_unknown(struct pl_checker *c, pl_str name, struct pl_span at)
{
	struct pl_complaint complaint = {.code = PL_CODE_E0302, .at = at};
	bool subject = pl_subject_from(name) != PL_SUBJECT_NONE || is_any(name, "old_pod") || is_any(name, "old_task");
	struct pl_nearest nearest = {.word = name};
	if (subject) {
		complaint.help = subject_help(c, name);
		pl_check_complain(c, &complaint, "`%.*s` is not in scope here", PL_FMT(name));
		return;
	}

	offer_names(c, &nearest);
	complaint.label = pl_check_did_you_mean(c, &nearest);
	if (complaint.label.len == 0)
		complaint.help = unknown_help(c, name);
	pl_check_complain(c, &complaint, "nothing is called `%.*s`", PL_FMT(name));
}

/* --- entering a `let`
 * -------------------------------------------------------------------------------------------------- */

static uint32_t count_args(const struct pl_arg *args)
{
	uint32_t n = 0;
	for (; args; args = args->next)
		n++;
	return n;
}

static uint32_t count_exprs(const struct pl_expr *e)
{
	uint32_t n = 0;
	for (; e; e = e->next)
		n++;
	return n;
}

static bool right_count(struct pl_checker *c, const struct pl_def *def, const struct pl_expr *call)
{
	uint32_t wanted = count_args(def->decl->u.let.args);
	uint32_t given = call->kind == PL_EXPR_CALL ? count_exprs(call->a) : 0;
	if (wanted == given && (call->kind == PL_EXPR_CALL) == def->decl->u.let.has_args)
		return true;
	struct pl_complaint complaint = {.code = PL_CODE_E0314, .at = call->at};
	if (wanted == 0) {
		complaint.help = pl_check_text(c, "write `%.*s`", PL_FMT(def->decl->name.text));
		pl_check_complain(c, &complaint, "`%.*s` takes no arguments", PL_FMT(def->decl->name.text));
	} else {
		pl_check_complain(c, &complaint, "`%.*s` takes %u argument%s, not %u", PL_FMT(def->decl->name.text),
				  wanted, wanted == 1 ? "" : "s", given);
	}
	return false;
}

static struct pl_type declared_type(struct pl_checker *c, const struct pl_arg *arg)
{
	struct pl_type t = arg->type ? pl_check_type(c, arg->type) : pl_type_named(arg->name.text);
	if (t.kind == PL_T_SUBJECT && t.ref == PL_SUBJECT_IMAGE)
		return pl_type_scalar(PL_T_IMAGE);
	if (t.kind == PL_T_NONE && !arg->type)
		pl_check_complain(c,
				  &(struct pl_complaint){.code = PL_CODE_E0201,
							 .at = arg->name.at,
							 .help = pl_check_text(c, "write its type: `%.*s: string`",
									       PL_FMT(arg->name.text))},
				  "the argument `%.*s` has no type, and no subject is called that",
				  PL_FMT(arg->name.text));
	return t;
}

static bool fit_argument(struct pl_checker *c, const struct pl_arg *arg, struct pl_type type, struct pl_term **value)
{
	struct pl_want want = {.type = type};
	enum pl_fit fit = pl_check_fit(c, value, &want);
	if (fit == PL_FIT_NOT)
		pl_check_complain(
			c,
			&(struct pl_complaint){.code = PL_CODE_E0304, .at = (*value)->at, .source = (*value)->source},
			"the argument `%.*s` is %.*s; this is %.*s", PL_FMT(arg->name.text),
			PL_FMT(pl_check_type_text(c, type)), PL_FMT(pl_check_type_text(c, (*value)->type)));
	return fit == PL_FIT_OK;
}

static bool bind(struct pl_checker *c, pl_str name, struct pl_term *value, const struct pl_binding **list)
{
	struct pl_binding *b = pl_arena_zalloc(c->arena, 1, sizeof *b);
	if (!b) {
		pl_check_memory(c);
		return false;
	}
	*b = (struct pl_binding){.name = name, .term = value, .next = *list};
	*list = b;
	return true;
}

/* The arguments, evaluated where the call stands. */
static bool bind_arguments(struct pl_checker *c, const struct pl_def *def, const struct pl_expr *call,
			   const struct pl_binding **ret)
{
	const struct pl_expr *given = call->kind == PL_EXPR_CALL ? call->a : NULL;
	for (const struct pl_arg *arg = def->decl->u.let.args; arg && given; arg = arg->next, given = given->next) {
		struct pl_scope here = c->scope;
		struct pl_term *value = pl_check_value(c, given);
		if (!value)
			return false;
		c->scope.source = def->source;
		c->scope.source_index = def->decl->source;
		struct pl_type type = declared_type(c, arg);
		c->scope = here;
		if (type.kind == PL_T_NONE || !fit_argument(c, arg, type, &value) ||
		    !bind(c, arg->name.text, value, ret))
			return false;
	}
	return true;
}

bool pl_check_enter_let(struct pl_checker *c, struct pl_def *def, const struct pl_expr *call,
			struct pl_scope *ret_before)
{
	def->used = true;
	if (def->open) {
		pl_check_complain(c,
				  &(struct pl_complaint){.code = PL_CODE_E0313,
							 .at = def->decl->name.at,
							 .source = def->source,
							 .note = PL_STR("a definition is replaced by what it stands "
									"for, and this would never end")},
				  "`%.*s` is defined by itself", PL_FMT(def->decl->name.text));
		return false;
	}
	const struct pl_binding *arguments = NULL;
	if (!right_count(c, def, call) || !bind_arguments(c, def, call, &arguments))
		return false;
	*ret_before = c->scope;
	c->scope.source = def->source;
	c->scope.source_index = def->decl->source;
	c->scope.bindings = arguments;
	c->scope.inside_let = true;
	c->scope.inside_call |= def->decl->u.let.has_args;
	def->open = true;
	return true;
}

void pl_check_leave(struct pl_checker *c, struct pl_def *def, const struct pl_scope *before)
{
	def->open = false;
	c->scope = *before;
}

/* --- the value of a name
 * ------------------------------------------------------------------------------------------------ */

static struct pl_term *let_value(struct pl_checker *c, struct pl_def *def, const struct pl_expr *e)
{
	struct pl_scope before;
	if (def->constant && e->kind == PL_EXPR_NAME) {
		def->used = true;
		return def->constant;
	}
	if (!pl_check_enter_let(c, def, e, &before))
		return NULL;
	struct pl_term *t = pl_check_value(c, def->decl->u.let.value);
	pl_check_leave(c, def, &before);
	if (t && !def->decl->u.let.has_args && pl_term_is_constant(t))
		def->constant = t;
	return t;
}

/* A shared term costs as much as a new one: whoever walks it meets it again. */
static struct pl_term *use(struct pl_checker *c, struct pl_term *t)
{
	c->terms_made += pl_term_size(t);
	return t;
}

struct pl_term *pl_check_name(struct pl_checker *c, const struct pl_expr *e)
{
	pl_str name = e->kind == PL_EXPR_NAME ? e->u.text : e->name.text;
	uint32_t i;
	const struct pl_binding *b = e->kind == PL_EXPR_NAME ? find_binding(c, name) : NULL;
	if (b)
		return use(c, b->term);
	struct pl_def *let = pl_check_find_let(c, e);
	if (let)
		return let_value(c, let, e);
	if (e->kind == PL_EXPR_NAME) {
		struct pl_term *root = pl_check_root(c, name, e->at);
		if (root || c->err != PL_OK)
			return root;
		if (pl_intern_find(&c->param_names, name, &i))
			return pl_check_param(c, &c->params[i], e->at);
		if (pl_intern_find(&c->data_names, name, &i))
			return pl_check_data_term(c, i, e->at);
	}
	complain_unknown(c, name, e->kind == PL_EXPR_NAME ? e->at : e->name.at);
	return NULL;
}
