/* check_part.c - notes the parts of a condition while it is checked: every expression inside it with the term that it
 * became, for `plimsoll explain --rule`. Nothing is noted unless the policy is compiled to be explained; after
 * MAX_PARTS nothing more is, and what is inside an expression is then not shown. */
#include "check.h"

#define MAX_PARTS 200000u

static struct pl_part_term *make(struct pl_checker *c, const struct pl_expr *e, bool condition)
{
	if (c->parts_made == MAX_PARTS)
		return NULL;
	struct pl_part_term *part = pl_arena_zalloc(c->arena, 1, sizeof *part);
	if (!part)
		return pl_check_memory(c);
	c->parts_made++;
	part->expr = e;
	part->condition = condition;
	return part;
}

void pl_check_part_begin(struct pl_checker *c)
{
	if (c->explained && !c->quiet)
		c->part = make(c, NULL, false);
}

const struct pl_part_term *pl_check_part_end(struct pl_checker *c)
{
	const struct pl_part_term *whole = c->part ? c->part->first : NULL;
	c->part = NULL;
	return whole;
}

struct pl_part_term *pl_check_part_enter(struct pl_checker *c, const struct pl_expr *e, bool condition)
{
	struct pl_part_term *around = c->part;
	if (around)
		c->part = make(c, e, condition);
	return around;
}

void pl_check_part_leave(struct pl_checker *c, struct pl_part_term *around, struct pl_term *term)
{
	struct pl_part_term *part = c->part;
	c->part = around;
	if (!around || !part || !term)
		return;
	part->term = term;
	if (around->last)
		around->last->next = part;
	else
		around->first = part;
	around->last = part;
}
