/* check_exception.c - `exception`: its rules, and its `where` in the scope of each of them. What all of them have in
 * common is in scope, because `where` must be sound for every one: it is checked once for each rule. Positive polarity:
 * something missing never grants. Nothing is known from the guards of a rule. spec: language.md 3.7, 3.10 */
#include "check.h"

static const char grant_note[] = "an exception is granted when its condition is met";

/* --- names -------------------------------------------------------------------------------------------------------- */

static bool named_before(const struct pl_decl *decl, const struct pl_name *name)
{
	const struct pl_name *n = decl->u.exception.from;
	while (n != name && !pl_str_eq(n->text, name->text))
		n = n->next;
	return n != name;
}

void pl_check_exception_names(struct pl_checker *c, const struct pl_decl *decl)
{
	for (const struct pl_name *name = decl->u.exception.from; name && c->err == PL_OK; name = name->next) {
		if (pl_str_eq(name->text, PL_STR("malformed-document")))
			pl_check_complain(
				c,
				&(struct pl_complaint){.code = PL_CODE_E0326,
						       .at = name->at,
						       .label = PL_STR("built in"),
						       .note = PL_STR("what is malformed cannot be judged, so there is "
								      "nothing to make an exception from")},
				"`malformed-document` has no exceptions");
		else if (named_before(decl, name))
			pl_check_complain(c, &(struct pl_complaint){.code = PL_CODE_E0203, .at = name->at},
					  "exception `%.*s` names the rule `%.*s` twice", PL_FMT(decl->name.text),
					  PL_FMT(name->text));
		else
			pl_check_known_rule(c, name);
	}
}

/* --- an exception without a limit --------------------------------------------------------------------------------- */

/* What can be said of a condition whatever is judged. */
enum limit {
	LIMITS,	 /* reads something, so it may be false */
	ALWAYS,	 /* true */
	NEVER,	 /* false */
	CONSTANT /* reads nothing, and is not worked out here */
};

/* Reads something of what is judged or of where; the day alone is no limit, for that is what `expires` says. */
static bool reads_something(const struct pl_term *t)
{
	if (t->kind == PL_TERM_ROOT || t->kind == PL_TERM_VAR)
		return t->kind == PL_TERM_VAR || t->root != PL_ROOT_TODAY;
	for (uint32_t i = 0; i < t->count; i++) {
		if (reads_something(t->items[i]))
			return true;
	}
	return false;
}

static enum limit limit_of_comparison(struct pl_checker *c, const struct pl_term *t)
{
	uint32_t a, b;
	if ((t->op != PL_REL_EQ && t->op != PL_REL_NE) || t->items[0]->kind != PL_TERM_CONST ||
	    t->items[1]->kind != PL_TERM_CONST)
		return CONSTANT;
	if (pl_term_id(&c->ids, t->items[0], &a) != PL_OK || pl_term_id(&c->ids, t->items[1], &b) != PL_OK) {
		pl_check_memory(c);
		return CONSTANT;
	}
	return (a == b) == (t->op == PL_REL_EQ) ? ALWAYS : NEVER;
}

static enum limit limit_of_atom(struct pl_checker *c, const struct pl_term *t)
{
	if (reads_something(t))
		return LIMITS;
	if (t->kind == PL_TERM_TRUTH && t->items[0]->kind == PL_TERM_CONST && t->items[0]->u.value.kind == PL_V_BOOL)
		return t->items[0]->u.value.u.b ? ALWAYS : NEVER;
	return t->kind == PL_TERM_COMPARE ? limit_of_comparison(c, t) : CONSTANT;
}

static enum limit limit_of(struct pl_checker *c, const struct pl_term *t);

/* `and` never holds when one part never does; `or` limits nothing when one part does not: what is constant and not
 * worked out is taken for that. */
static enum limit limit_of_parts(struct pl_checker *c, const struct pl_term *t)
{
	unsigned seen[4] = {0};
	for (uint32_t i = 0; i < t->count; i++)
		seen[limit_of(c, t->items[i])]++;
	bool conjunction = t->kind == PL_TERM_AND;
	if (seen[conjunction ? NEVER : ALWAYS])
		return conjunction ? NEVER : ALWAYS;
	if (seen[LIMITS] && (conjunction || !seen[CONSTANT]))
		return LIMITS;
	return seen[CONSTANT] ? CONSTANT : conjunction ? ALWAYS : NEVER;
}

static enum limit limit_of(struct pl_checker *c, const struct pl_term *t)
{
	if (t->kind == PL_TERM_AND || t->kind == PL_TERM_OR)
		return limit_of_parts(c, t);
	if (t->kind != PL_TERM_NOT)
		return limit_of_atom(c, t);
	enum limit inner = limit_of(c, t->items[0]);
	return inner == ALWAYS ? NEVER : inner == NEVER ? ALWAYS : inner;
}

/* `where false` is an exception that is switched off, and no danger. */
static void demand_limit(struct pl_checker *c, const struct pl_decl *decl, const struct pl_term *where)
{
	enum limit limit = limit_of(c, where);
	if (limit == LIMITS || limit == NEVER)
		return;
	pl_check_complain(
		c,
		&(struct pl_complaint){
			.code = PL_CODE_E0325,
			.at = decl->u.exception.where->at,
			.label = limit == ALWAYS ? PL_STR("always true") : PL_STR("does not depend on what is judged"),
			.note = PL_STR("granted to everything, it would switch its rules off"),
			.help = PL_STR("say for what it is meant: `where namespace.name == \"...\" and workload.name "
				       "== \"...\"`"),
		},
		"exception `%.*s` has no limit", PL_FMT(decl->name.text));
}

/* --- the scope of a rule ------------------------------------------------------------------------------------------ */

static const struct pl_rule_loop *loop_called(const struct pl_rule_terms *rule, pl_str name)
{
	for (uint16_t i = 0; i < rule->loop_count; i++) {
		if (pl_str_eq(rule->loops[i].name, name))
			return &rule->loops[i];
	}
	return NULL;
}

static bool is_same_type(struct pl_type a, struct pl_type b)
{
	return a.kind == b.kind && a.ref == b.ref && a.elem == b.elem && a.elem_ref == b.elem_ref;
}

/* A variable that an earlier rule of the list has too is the same in both, or it is in no common scope. */
static bool is_common(const struct pl_rule_loop *loop, const struct pl_rule_terms *first)
{
	const struct pl_rule_loop *other = loop_called(first, loop->name);
	return !other || is_same_type(other->var->type, loop->var->type);
}

static bool bind_loops(struct pl_checker *c, const struct pl_rule_terms *rule, const struct pl_rule_terms *first)
{
	for (uint16_t i = 0; i < rule->loop_count; i++) {
		struct pl_binding *b = pl_arena_zalloc(c->arena, 1, sizeof *b);
		if (!b)
			return pl_check_memory(c) != NULL;
		*b = (struct pl_binding){rule->loops[i].name, rule->loops[i].var, c->scope.bindings};
		if (is_common(&rule->loops[i], first))
			c->scope.bindings = b;
	}
	return true;
}

static pl_str describe(struct pl_checker *c, const struct pl_decl *decl, const struct pl_rule_terms *rule,
		       const struct pl_rule_terms *first)
{
	char platform = (char)rule->decl->u.rule.platform;
	const char *word = platform == 'p' ? "pod " : platform == 't' ? "task " : "";
	pl_str note = pl_check_text(c, "exception `%.*s` names the rule `%.*s`, which is about each %s%s",
				    PL_FMT(decl->name.text), PL_FMT(rule->decl->name.text), word,
				    pl_subject_name((enum pl_subject)rule->subject));
	for (uint16_t i = 0; i < rule->loop_count; i++) {
		if (!is_common(&rule->loops[i], first))
			note = pl_check_text(c, "%.*s, and whose `%.*s` is not what it is in the rule `%.*s`",
					     PL_FMT(note), PL_FMT(rule->loops[i].name), PL_FMT(first->decl->name.text));
	}
	return note;
}

static bool judge(struct pl_checker *c, const struct pl_decl *decl, const struct pl_rule_terms *rule,
		  const struct pl_rule_terms *first, struct pl_rule_exception *ret)
{
	struct pl_cond cond;
	c->scope = (struct pl_scope){.source = &c->sources[decl->source],
				     .source_index = decl->source,
				     .subject = rule->subject,
				     .platforms = rule->platforms};
	c->known = (struct pl_known){0};
	c->nesting = rule->loop_count;
	c->name_note = describe(c, decl, rule, first);
	pl_check_part_begin(c);
	bool ok = bind_loops(c, rule, first) &&
		  pl_check_cond_as(c, decl->u.exception.where, PL_POSITIVE, grant_note, &cond);
	ret->parts = pl_check_part_end(c);
	c->name_note = (pl_str){0};
	c->nesting = 0;
	if (ok)
		ret->where = cond.term;
	return ok;
}

/* --- all of it ---------------------------------------------------------------------------------------------------- */

static void add(struct pl_checker *c, struct pl_rule_terms *rule, const struct pl_rule_exception *e)
{
	struct pl_rule_exception *grown =
		pl_intern_grow(c->arena, rule->exceptions, rule->exception_count, &rule->exception_room, sizeof *grown);
	if (!grown) {
		pl_check_memory(c);
		return;
	}
	rule->exceptions = grown;
	grown[rule->exception_count++] = *e;
}

void pl_check_exception(struct pl_checker *c, const struct pl_decl *decl, struct pl_rule_terms *const *rules)
{
	const struct pl_rule_terms *first = NULL;
	struct pl_rule_exception e = {.decl = decl};
	uint32_t i;
	for (const struct pl_name *name = decl->u.exception.from; name && c->err == PL_OK; name = name->next) {
		if (!pl_intern_find(&c->rule_names, name->text, &i) || !rules[i] || named_before(decl, name))
			continue;
		struct pl_rule_terms *rule = rules[i];
		if (!judge(c, decl, rule, first ? first : rule, &e))
			return; /* the mistake is likely the same for the other rules */
		if (!first) {
			e.words = pl_check_words(c, PL_STR("where "), decl->u.exception.where, "");
			demand_limit(c, decl, e.where);
		}
		first = first ? first : rule;
		add(c, rule, &e);
	}
}
