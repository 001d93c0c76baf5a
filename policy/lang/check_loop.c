/* check_loop.c - the variable of a quantifier, an aggregate or a further `for each`: in scope from enter to leave.
 * Facts about it that were learned inside are forgotten with it. */
#include "check.h"

static bool is_list(struct pl_checker *c, const struct pl_expr *e, const struct pl_term *list)
{
	if (list->type.kind == PL_T_LIST || list->type.kind == PL_T_MAP)
		return true;
	pl_check_complain(c, &(struct pl_complaint){.code = PL_CODE_E0311, .at = e->at},
			  "`%.*s` is %.*s; a list is needed here", PL_FMT(pl_check_print(c, e)),
			  PL_FMT(pl_check_type_text(c, list->type)));
	return false;
}

/* The lists of a manifest are empty when they are not there; what a table does not hold is not. Nothing would be looked
 * at then, and `every` and `no` would be met. */
static bool is_there(struct pl_checker *c, const struct pl_expr *e, struct pl_term *list)
{
	if (c->lenient || !pl_check_absent(c, list, c->known))
		return true;
	pl_str text = pl_check_print(c, e);
	pl_check_complain(
		c,
		&(struct pl_complaint){
			.code = PL_CODE_E0301,
			.at = e->at,
			.label = PL_STR("may be absent"),
			.help = pl_check_text(c, "say what a missing entry means: `(%.*s else {})`", PL_FMT(text))},
		"`%.*s` may be absent, and then there is nothing to look at", PL_FMT(text));
	return false;
}

static bool too_deep(struct pl_checker *c, const struct pl_name *name)
{
	if (c->nesting < PL_CHECK_NESTING)
		return false;
	pl_check_complain(
		c,
		&(struct pl_complaint){.code = PL_CODE_E0003,
				       .at = name->at,
				       .note = PL_STR("each level multiplies the work by the length of its list"),
				       .help = PL_STR("split the rule, or begin it further down: "
						      "`for each mount` instead of containers and their mounts")},
		"quantifiers and further `for each` stand more than %d deep inside each other", PL_CHECK_NESTING);
	return true;
}

static struct pl_term *make_var(struct pl_checker *c, const struct pl_name *name, const struct pl_term *list)
{
	struct pl_term *var = pl_check_new(c, PL_TERM_VAR, name->at, pl_type_element(list->type), 0);
	if (!var)
		return NULL;
	var->u.var.binding = ++c->bindings_made;
	var->u.var.slot = (uint8_t)c->nesting;
	var->private = pl_type_is_scalar(var->type) && pl_check_is_private(list);
	var->domain = list->type.kind == PL_T_LIST ? list->domain : (struct pl_domain){0};
	return var;
}

bool pl_check_loop_enter(struct pl_checker *c, const struct pl_name *name, const struct pl_expr *list,
			 struct pl_loop_var *ret)
{
	struct pl_loop_var loop = {.known_before = c->known, .bindings_before = c->scope.bindings};
	loop.list = pl_check_value(c, list);
	if (!loop.list || !is_list(c, list, loop.list) || !is_there(c, list, loop.list) || pl_check_hides(c, name) ||
	    too_deep(c, name))
		return false;
	loop.var = make_var(c, name, loop.list);
	struct pl_binding *b = pl_arena_zalloc(c->arena, 1, sizeof *b);
	if (!loop.var || !b) {
		if (!b)
			pl_check_memory(c);
		return false;
	}
	*b = (struct pl_binding){.name = name->text, .term = loop.var, .next = c->scope.bindings};
	c->scope.bindings = b;
	c->nesting++;
	*ret = loop;
	return true;
}

void pl_check_loop_leave(struct pl_checker *c, const struct pl_loop_var *loop)
{
	c->known = loop->known_before;
	c->scope.bindings = loop->bindings_before;
	c->nesting--;
}
