/* check_rollout.c - `rollout`: the mode of rules as a decision table on the context. The table becomes a term whose
 * values are those of enum pl_ast_mode; a key that nobody knows gets the strictest mode in it. One for a rule, over all
 * files. spec: language.md 3.10 */
#include "check.h"

void pl_check_rollout_names(struct pl_checker *c, struct pl_intern *rolled, const struct pl_decl *decl)
{
	for (const struct pl_name *name = decl->u.rollout.rules; name; name = name->next) {
		uint32_t i;
		bool fresh = true;
		if (pl_check_known_rule(c, name) && pl_intern_add(rolled, name->text, &i, &fresh) != PL_OK)
			pl_check_memory(c);
		if (!fresh)
			pl_check_complain(
				c,
				&(struct pl_complaint){.code = PL_CODE_E0204,
						       .at = name->at,
						       .label = PL_STR("the result would depend on their order")},
				"rule `%.*s` has two rollouts", PL_FMT(name->text));
	}
}

static struct pl_term *outcome(struct pl_checker *c, struct pl_span at, uint8_t mode)
{
	struct pl_value v = {.kind = PL_V_INT, .of = PL_T_INT, .node = PL_NO_NODE, .u.i = mode};
	return pl_check_const(c, at, pl_type_scalar(PL_T_INT), v);
}

/* The modes of the table; false when memory is out. */
static bool outcomes(struct pl_checker *c, const struct pl_decl *decl, struct pl_term *t, uint8_t *ret_strictest)
{
	uint32_t i = 1;
	uint8_t strictest = decl->u.rollout.otherwise;
	for (const struct pl_table_row *row = decl->u.rollout.rows; row; row = row->next) {
		strictest = row->mode < strictest ? row->mode : strictest;
		t->items[i] = outcome(c, row->at, row->mode);
		if (!t->items[i++])
			return false;
	}
	t->items[i] = outcome(c, decl->at, decl->u.rollout.otherwise);
	*ret_strictest = strictest;
	return t->items[i] != NULL;
}

/* A roll-out sees what a parameter sees: the context, parameters and the `let`s of its file, and never the object, or
 * the same rule would have several modes in one verdict. */
static struct pl_scope scope_of(const struct pl_checker *c, const struct pl_decl *decl)
{
	return (struct pl_scope){.source = &c->sources[decl->source],
				 .source_index = decl->source,
				 .platforms = PL_ON_BOTH,
				 .inside_let = true};
}

void pl_check_rollout(struct pl_checker *c, const struct pl_decl *decl, struct pl_rule_terms *const *rules)
{
	uint32_t i;
	uint8_t strictest;
	c->scope = scope_of(c, decl);
	struct pl_term *t =
		pl_check_table(c, decl->name.at, pl_type_scalar(PL_T_INT), decl->u.rollout.key, decl->u.rollout.rows);
	if (!t || !outcomes(c, decl, t, &strictest))
		return;
	for (const struct pl_name *name = decl->u.rollout.rules; name; name = name->next) {
		if (!pl_intern_find(&c->rule_names, name->text, &i) || !rules[i])
			continue;
		rules[i]->rollout = t;
		rules[i]->mode = strictest;
	}
}
