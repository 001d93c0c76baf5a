/* compile.c - a policy set becomes a program: names are collected, policy guards and rules checked, parameters and
 * unused `let`s too, and when all of it is sound the rules are laid out and their terms compiled. Nothing is compiled
 * of a set with an error. Everything lives in the arena of the caller; texts of the sources are borrowed. */
#include "compile.h"
#include "cost.h"
#include "portrait.h"

#include <stdlib.h>
#include <string.h>

/* The parts of a policy declaration that its rules share. */
struct header {
	pl_str name;
	const struct pl_decl *decl; /* NULL: none */
	struct pl_guard_term *guards;
	uint16_t guard_count;
	struct pl_known known;
};

struct set {
	struct pl_checker c;
	struct header *headers; /* one for each source */
	struct pl_rule_terms *rules;
	struct pl_rule_terms **numbered; /* the same by their number in rule_names; NULL: has errors */
	uint32_t rule_count;
	struct pl_cost cost; /* of all rules */
};

/* --- checking
 * -------------------------------------------------------------------------------------------------------------------
 */

static void check_header(struct set *s, size_t i)
{
	struct header *h = &s->headers[i];
	h->name = s->c.sources[i].name;
	for (const struct pl_decl *d = s->c.decls[i]; d; d = d->next) {
		if (d->kind != PL_DECL_POLICY)
			continue;
		h->name = d->name.text;
		h->decl = d;
		pl_check_policy_guards(&s->c, d, &h->guards, &h->guard_count, &h->known);
	}
}

static void check_rules(struct set *s, size_t i)
{
	for (const struct pl_decl *d = s->c.decls[i]; d && s->c.err == PL_OK; d = d->next) {
		struct pl_rule_terms rule;
		uint32_t number;
		if (d->kind != PL_DECL_RULE || s->rule_count == s->c.rule_names.count ||
		    !pl_check_rule(&s->c, d, s->headers[i].known, &rule) ||
		    !pl_intern_find(&s->c.rule_names, d->name.text, &number))
			continue;
		s->numbered[number] = &s->rules[s->rule_count];
		s->rules[s->rule_count++] = rule;
	}
}

/* What any file adds to rules of any file. */
static void check_additions(struct set *s, size_t i)
{
	for (const struct pl_decl *d = s->c.decls[i]; d && s->c.err == PL_OK; d = d->next) {
		if (d->kind == PL_DECL_EXCEPTION)
			pl_check_exception(&s->c, d, s->numbered);
		else if (d->kind == PL_DECL_ROLLOUT)
			pl_check_rollout(&s->c, d, s->numbered);
	}
}

static void take_cost(struct set *s, struct pl_rule_terms *rule)
{
	uint64_t before = s->cost.steps;
	const struct header *h = &s->headers[rule->decl->source];
	pl_cost_rule(&s->c, rule, h->guards, h->guard_count, &s->cost);
	rule->cost = s->cost.steps - before;
}

static void check_cost(struct set *s)
{
	for (uint32_t i = 0; i < s->rule_count && s->c.err == PL_OK; i++)
		take_cost(s, &s->rules[i]);
}

static pl_err check_set(struct set *s, const struct pl_param_setting *settings, size_t setting_count)
{
	struct pl_checker *c = &s->c;
	PL_TRY(pl_check_collect(c, settings, setting_count));
	s->headers = pl_arena_zalloc(c->arena, c->source_count, sizeof *s->headers);
	s->rules = pl_arena_zalloc(c->arena, c->rule_names.count, sizeof *s->rules);
	s->numbered = pl_arena_zalloc(c->arena, c->rule_names.count, sizeof *s->numbered);
	if (!s->headers || !s->rules || !s->numbered)
		return PL_E_MEMORY;
	for (size_t i = 0; i < c->source_count && c->err == PL_OK; i++) {
		check_header(s, i);
		check_rules(s, i);
	}
	for (size_t i = 0; i < c->source_count && c->err == PL_OK; i++)
		check_additions(s, i);
	check_cost(s);
	pl_check_rest(c);
	if (c->err != PL_OK)
		return c->err;
	return c->errors ? PL_E_POLICY : PL_OK;
}

static int by_name(const void *a, const void *b)
{
	const struct pl_rule_terms *x = a, *y = b;
	return pl_str_cmp(x->decl->name.text, y->decl->name.text);
}

/* --- what a rule needs to know
 * ------------------------------------------------------------------------------------------------------ */

static unsigned needs_of_root(const struct pl_term *t)
{
	switch ((enum pl_root)t->root) {
	case PL_ROOT_REQUEST:
		return PL_NEEDS_REQUEST;
	case PL_ROOT_NAMESPACE:
		return PL_NEEDS_NAMESPACE;
	case PL_ROOT_CLUSTER:
		return PL_NEEDS_CLUSTER;
	case PL_ROOT_OLD_POD:
	case PL_ROOT_OLD_TASK:
		return PL_NEEDS_OLD;
	case PL_ROOT_NONE:
	case PL_ROOT_SUBJECT:
	case PL_ROOT_CONTAINER:
	case PL_ROOT_POD:
	case PL_ROOT_TASK:
	case PL_ROOT_WORKLOAD:
	case PL_ROOT_OBJECT:
	case PL_ROOT_TODAY:
	case PL_ROOT_COUNT_:
		return 0;
	}
	return 0;
}

/* beside enum pl_needs */
#define READS_DATA	  0x100u
#define READS_LABELS	  0x200u
#define READS_ANNOTATIONS 0x400u
#define READS_VERSION	  0x800u

static unsigned needs_of_view(uint16_t id)
{
	if (id == PL_VIEW_NAMESPACE_labels)
		return PL_NEEDS_NAMESPACE_METADATA | READS_LABELS;
	if (id == PL_VIEW_NAMESPACE_annotations)
		return PL_NEEDS_NAMESPACE_METADATA | READS_ANNOTATIONS;
	return id == PL_VIEW_CLUSTER_version ? PL_NEEDS_CLUSTER | READS_VERSION : 0;
}

static unsigned needs_of(const struct pl_term *t)
{
	unsigned needs = 0;
	if (!t)
		return 0;
	if (t->kind == PL_TERM_ROOT)
		return needs_of_root(t);
	if (t->kind == PL_TERM_DATA)
		return READS_DATA | (t->u.data.given ? 0u : PL_NEEDS_DATA);
	if (t->kind == PL_TERM_FIELD && t->u.field.step.view)
		needs = needs_of_view(t->u.field.step.id);
	if (needs)
		return needs;
	for (uint32_t i = 0; i < t->count; i++)
		needs |= needs_of(t->items[i]);
	return needs;
}

static unsigned needs_of_rule(const struct pl_rule_terms *terms, const struct header *header)
{
	unsigned needs = needs_of(terms->where);
	for (uint16_t i = 0; i < header->guard_count; i++)
		needs |= needs_of(header->guards[i].cond);
	for (uint16_t i = 0; i < terms->guard_count; i++)
		needs |= needs_of(terms->guards[i].cond);
	for (uint16_t i = 0; i < terms->loop_count; i++)
		needs |= needs_of(terms->loops[i].list) | needs_of(terms->loops[i].where);
	for (uint16_t i = 0; i < terms->check_count; i++)
		needs |= needs_of(terms->checks[i].cond);
	return needs;
}

/* --- laying out a rule
 * --------------------------------------------------------------------------------------------------------------- */

static void *make(struct pl_emit *e, size_t count, size_t size)
{
	void *p = pl_arena_zalloc(e->c->arena, count, size);
	if (!p) {
		pl_check_memory(e->c);
		e->failed = true;
	}
	return p;
}

static uint32_t optional_fragment(struct pl_emit *e, struct pl_term *t)
{
	return t ? pl_emit_fragment(e, t) : PL_NO_CODE;
}

static struct pl_guard_code lay_guard(struct pl_emit *e, const struct pl_guard_term *g)
{
	uint32_t cond = pl_emit_fragment(e, g->cond);
	return (struct pl_guard_code){g->unless, cond, g->words, pl_emit_parts(e, g->parts)};
}

static const struct pl_guard_code *lay_guards(struct pl_emit *e, const struct header *h,
					      const struct pl_rule_terms *terms)
{
	uint16_t n = 0;
	struct pl_guard_code *guards = make(e, (size_t)h->guard_count + terms->guard_count, sizeof *guards);
	if (!guards)
		return NULL;
	for (uint16_t i = 0; i < h->guard_count; i++)
		guards[n++] = lay_guard(e, &h->guards[i]);
	for (uint16_t i = 0; i < terms->guard_count; i++)
		guards[n++] = lay_guard(e, &terms->guards[i]);
	return guards;
}

/* The variables of the loops are the first ones; whatever has loops of its own keeps off all of them (e->depth), since
 * every condition of a rule is read once more inside its loops, as evidence of a violation. */
static const struct pl_loop_code *lay_loops(struct pl_emit *e, const struct pl_rule_terms *terms)
{
	struct pl_loop_code *loops = make(e, terms->loop_count, sizeof *loops);
	for (uint16_t i = 0; loops && i < terms->loop_count; i++) {
		const struct pl_rule_loop *l = &terms->loops[i];
		uint32_t list = pl_emit_fragment(e, l->list);
		uint32_t parts = pl_emit_parts(e, l->parts);
		e->vars[l->var->u.var.binding] = (uint8_t)i;
		loops[i] = (struct pl_loop_code){
			.var = e->vars[l->var->u.var.binding],
			.list = list,
			.where = optional_fragment(e, l->where),
			.name = l->name,
			.words = l->words,
			.where_words = l->where_words,
			.parts = parts,
			.where_parts = pl_emit_parts(e, l->where_parts),
		};
	}
	return loops;
}

static struct pl_template lay_text(struct pl_emit *e, const struct pl_text_terms *text)
{
	struct pl_template_piece *pieces = make(e, text->count, sizeof *pieces);
	if (!pieces)
		return (struct pl_template){0};
	for (uint32_t i = 0; i < text->count; i++)
		pieces[i] =
			(struct pl_template_piece){text->pieces[i].text, optional_fragment(e, text->pieces[i].term)};
	return (struct pl_template){pieces, text->count};
}

static const struct pl_check_code *lay_checks(struct pl_emit *e, const struct pl_rule_terms *terms)
{
	struct pl_check_code *checks = make(e, terms->check_count, sizeof *checks);
	for (uint16_t i = 0; checks && i < terms->check_count; i++) {
		const struct pl_rule_check *k = &terms->checks[i];
		checks[i] = (struct pl_check_code){
			.forbid = k->forbid,
			.cond = pl_emit_fragment(e, k->cond),
			.message = lay_text(e, &k->message),
			.remedy = lay_text(e, &k->remedy),
			.condition = k->condition,
			.parts = pl_emit_parts(e, k->parts),
		};
	}
	return checks;
}

static int by_exception_name(const void *a, const void *b)
{
	const struct pl_exception_code *x = a, *y = b;
	return pl_str_cmp(x->name, y->name);
}

static const struct pl_exception_code *lay_exceptions(struct pl_emit *e, const struct pl_rule_terms *terms)
{
	struct pl_exception_code *exceptions = make(e, terms->exception_count, sizeof *exceptions);
	for (uint32_t i = 0; exceptions && i < terms->exception_count; i++) {
		const struct pl_rule_exception *x = &terms->exceptions[i];
		exceptions[i] = (struct pl_exception_code){
			.name = x->decl->name.text,
			.owner = x->decl->u.exception.owner,
			.where = pl_emit_fragment(e, x->where),
			.expires = (int32_t)x->decl->u.exception.expires,
			.where_words = x->words,
			.parts = pl_emit_parts(e, x->parts),
		};
	}
	if (exceptions && terms->exception_count)
		qsort(exceptions, terms->exception_count, sizeof *exceptions, by_exception_name);
	return exceptions;
}

static const pl_str *lay_refs(struct pl_emit *e, const struct pl_decl *d, uint32_t *ret_count)
{
	uint32_t n = 0;
	for (const struct pl_name *r = d->u.rule.refs; r; r = r->next)
		n++;
	pl_str *refs = make(e, n, sizeof *refs);
	*ret_count = 0;
	for (const struct pl_name *r = d->u.rule.refs; refs && r; r = r->next)
		refs[(*ret_count)++] = r->text;
	return refs;
}

static void lay_rule(struct pl_emit *e, const struct set *s, const struct pl_rule_terms *terms, struct pl_rule *ret)
{
	const struct pl_decl *d = terms->decl;
	const struct header *h = &s->headers[d->source];
	e->depth = terms->loop_count;
	uint32_t where = optional_fragment(e, terms->where), where_parts = pl_emit_parts(e, terms->where_parts);
	const struct pl_loop_code *loops = lay_loops(e, terms);
	*ret = (struct pl_rule){
		.name = d->name.text,
		.title = d->u.rule.title,
		.policy = h->name,
		.source = s->c.sources[d->source].name,
		.source_text = s->c.sources[d->source].text,
		.at = d->name.at,
		.rollout = optional_fragment(e, terms->rollout),
		.mode = terms->mode,
		.cost = terms->cost,
		.severity = d->u.rule.severity ? d->u.rule.severity : 2,
		.subject = terms->subject,
		.platforms = terms->platforms,
		.needs = (uint8_t)(needs_of_rule(terms, h) & 0xFFu),
		.where = where,
		.where_words = terms->where_words,
		.where_parts = where_parts,
		.guards = lay_guards(e, h, terms),
		.loops = loops,
		.checks = lay_checks(e, terms),
		.loop_count = terms->loop_count,
		.guard_count = (uint16_t)(h->guard_count + terms->guard_count),
		.check_count = terms->check_count,
		.exceptions = lay_exceptions(e, terms),
		.exception_count = terms->exception_count,
	};
	unsigned needs = needs_of_rule(terms, h);
	ret->needs = (uint8_t)(needs & 0xFFu);
	ret->reads_data = (needs & READS_DATA) != 0;
	ret->reads_labels = (needs & READS_LABELS) != 0;
	ret->reads_annotations = (needs & READS_ANNOTATIONS) != 0;
	ret->reads_version = (needs & READS_VERSION) != 0;
	ret->refs = lay_refs(e, d, &ret->ref_count);
	ret->text = pl_portrait_text(&s->c.sources[d->source], d);
	if (e->c->explained && !e->failed)
		pl_portrait_take(e->c, d, h->decl, ret);
}

static const struct pl_param_info *lay_params(struct pl_emit *e)
{
	uint32_t n = e->c->param_names.count;
	struct pl_param_info *params = make(e, n, sizeof *params);
	for (uint32_t i = 0; params && i < n; i++) {
		const struct pl_decl *d = e->c->params[i].decl;
		const struct pl_type_expr *type = d->u.param.type;
		pl_str text = e->c->params[i].source->text;
		bool inside = type->at.start <= text.len && type->at.len <= text.len - type->at.start;
		params[i] = (struct pl_param_info){
			.name = d->name.text,
			.type = inside ? (pl_str){text.ptr + type->at.start, type->at.len} : (pl_str){0},
			.table = d->u.param.value == NULL,
		};
	}
	return params;
}

static pl_err lay_out(struct set *s, struct pl_program **ret)
{
	struct pl_emit e = {.c = &s->c};
	struct pl_arena *arena = s->c.arena;
	pl_intern_init(&e.const_ids, arena);
	pl_intern_init(&e.path_ids, arena);
	pl_intern_init(&e.slot_ids, arena);
	pl_intern_init(&e.pattern_ids, arena);
	pl_intern_init(&e.fragment_ids, arena);
	struct pl_rule *rules = make(&e, s->rule_count, sizeof *rules);
	struct pl_program *p = make(&e, 1, sizeof *p);
	e.vars = make(&e, (size_t)s->c.bindings_made + 1, sizeof *e.vars);
	for (uint32_t i = 0; i < s->rule_count && !e.failed; i++)
		lay_rule(&e, s, &s->rules[i], &rules[i]);
	const struct pl_param_info *params = e.failed ? NULL : lay_params(&e);
	const struct pl_data_code *data = e.failed ? NULL : pl_emit_data(&e);
	if (e.failed || s->c.err != PL_OK)
		return s->c.err != PL_OK ? s->c.err : PL_E_POLICY;
	*p = (struct pl_program){
		.code = e.code,
		.code_count = e.code_count,
		.consts = e.consts,
		.const_count = e.const_ids.count,
		.paths = e.paths,
		.path_count = e.path_ids.count,
		.slots = e.slots,
		.slot_count = e.slot_ids.count,
		.patterns = e.patterns,
		.pattern_count = e.pattern_ids.count,
		.switches = e.switches,
		.switch_count = e.switch_count,
		.rules = rules,
		.rule_count = s->rule_count,
		.params = params,
		.param_count = s->c.param_names.count,
		.parts = e.parts,
		.part_count = e.part_count,
		.data = data,
		.data_count = s->c.use_count,
	};
	*ret = p;
	return PL_OK;
}

static pl_err new_set(const struct pl_policy_input *input, struct pl_decl *const *decls, struct pl_arena *arena,
		      struct pl_diags *diags, struct set **ret)
{
	struct set *s = pl_arena_zalloc(arena, 1, sizeof *s);
	if (!s)
		return PL_E_MEMORY;
	if (input->source_count > UINT16_MAX)
		return PL_E_LIMIT;
	struct pl_checker *c = &s->c;
	*c = (struct pl_checker){
		.arena = arena,
		.diags = diags,
		.sources = input->sources,
		.decls = decls,
		.source_count = input->source_count,
		.data = input->data,
		.data_count = input->data_count,
		.explained = input->explained,
	};
	pl_intern_init(&c->let_names, arena);
	pl_intern_init(&c->param_names, arena);
	pl_intern_init(&c->rule_names, arena);
	pl_intern_init(&c->fixture_names, arena);
	pl_intern_init(&c->data_names, arena);
	pl_intern_init(&c->exception_names, arena);
	pl_intern_init(&c->ids, arena);
	PL_TRY(check_set(s, input->settings, input->setting_count));
	if (s->rule_count)
		qsort(s->rules, s->rule_count, sizeof *s->rules, by_name);
	*ret = s;
	return PL_OK;
}

pl_err pl_compile(const struct pl_policy_input *input, struct pl_decl *const *decls, struct pl_arena *arena,
		  struct pl_program **ret_program, struct pl_diags *diags)
{
	struct set *s;
	PL_TRY(new_set(input, decls, arena, diags, &s));
	return lay_out(s, ret_program);
}

pl_err pl_check_rules(const struct pl_policy_input *input, struct pl_decl *const *decls, struct pl_arena *arena,
		      struct pl_checked_rule **ret_rules, uint32_t *ret_count, struct pl_diags *diags)
{
	struct set *s;
	PL_TRY(new_set(input, decls, arena, diags, &s));
	struct pl_checked_rule *rules = pl_arena_zalloc(arena, s->rule_count, sizeof *rules);
	if (!rules)
		return PL_E_MEMORY;
	for (uint32_t i = 0; i < s->rule_count; i++) {
		const struct header *h = &s->headers[s->rules[i].decl->source];
		rules[i] = (struct pl_checked_rule){&s->rules[i], h->guards, h->guard_count};
	}
	*ret_rules = rules;
	*ret_count = s->rule_count;
	return PL_OK;
}
