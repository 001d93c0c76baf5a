/* compile_part.c - the parts of conditions become a row of the program, each with a fragment of its own. What says
 * nothing is left out: literals, and what a path begins with.
 *
 * The program does not need its parts: one that is too large has no code, and is shown without a value. */
#include "compile.h"

#include "base/buf.h"

#define MAX_WORDS 160 /* bytes of an expression shown */

static void gather(struct pl_emit *e, const struct pl_part_term *part);

/* --- what is left out ------------------------------------------------------------------------------------------------
 */

static bool is_written_out(const struct pl_part_term *part)
{
	enum pl_expr_kind kind = part->expr->kind;
	return kind <= PL_EXPR_BOOL ||
	       ((kind == PL_EXPR_SET || kind == PL_EXPR_MAP) && pl_term_is_constant(part->term));
}

/* A variable, a subject, or a path from one: its parts are in its words. */
static bool is_path(const struct pl_part_term *part)
{
	while (part->expr->kind == PL_EXPR_FIELD && part->first && !part->first->next)
		part = part->first;
	return part->expr->kind == PL_EXPR_NAME && !part->first;
}

/* A bool field as a condition: one expression, noted as both. */
static const struct pl_part_term *field_of(const struct pl_part_term *part)
{
	const struct pl_part_term *inner = part->first;
	return part->condition && inner && inner->expr == part->expr && !inner->condition ? inner : NULL;
}

/* --- one part -------------------------------------------------------------------------------------------------------
 */

static pl_str words_of(struct pl_emit *e, const struct pl_expr *expr)
{
	struct pl_buf text;
	pl_buf_init(&text, e->c->arena, 64);
	pl_expr_print(expr, &text);
	pl_str s = pl_buf_str(&text);
	if (text.failed)
		pl_check_memory(e->c);
	e->failed |= text.failed;
	if (s.len <= MAX_WORDS)
		return s;
	size_t n = MAX_WORDS;
	while (n > 0 && ((unsigned char)s.ptr[n] & 0xC0) == 0x80)
		n--;
	return pl_check_text(e->c, "%.*s...", (int)n, s.ptr);
}

/* Its index; the row may move. */
static uint32_t append(struct pl_emit *e, const struct pl_part_term *part)
{
	struct pl_part_code *grown = pl_intern_grow(e->c->arena, e->parts, e->part_count, &e->part_room, sizeof *grown);
	if (!grown) {
		pl_check_memory(e->c);
		e->failed = true;
		return PL_NO_CODE;
	}
	const struct pl_part_term *field = field_of(part);
	e->parts = grown;
	grown[e->part_count] = (struct pl_part_code){
		.words = words_of(e, part->expr),
		.code = pl_emit_extra(e, part->term),
		.value = field ? pl_emit_extra(e, field->term) : PL_NO_CODE,
		.condition = part->condition,
		.secret = pl_check_is_private(part->term),
		.list = PL_NO_CODE,
		.body = PL_NO_CODE,
	};
	return e->part_count++;
}

static void gather_all(struct pl_emit *e, const struct pl_part_term *first)
{
	for (; first && !e->failed; first = first->next)
		gather(e, first);
}

/* --- loops ----------------------------------------------------------------------------------------------------------
 */

static bool is_loop(const struct pl_part_term *part)
{
	enum pl_expr_kind kind = part->expr->kind;
	return (kind == PL_EXPR_QUANT || kind == PL_EXPR_COUNT || kind == PL_EXPR_SUM) &&
	       part->term->kind == PL_TERM_LOOP;
}

/* What is said about one element; its `where` first. */
static void gather_element(struct pl_emit *e, const struct pl_part_term *inner, const struct pl_expr *where)
{
	for (; inner && !e->failed; inner = inner->next) {
		uint32_t at = e->part_count;
		gather(e, inner);
		if (e->failed || inner->expr != where || e->part_count == at)
			continue;
		e->parts[at].filter = true;
		e->parts[at].words = pl_check_text(e->c, "where %.*s", PL_FMT(e->parts[at].words));
	}
}

/* The list first, then what is said about one element, whose variable is in use there. */
static void gather_loop(struct pl_emit *e, const struct pl_part_term *part, uint32_t at)
{
	const struct pl_part_term *inner = part->first;
	struct pl_term *t = part->term;
	struct pl_part_code loop = e->parts[at];
	unsigned depth = e->depth;
	loop.list = pl_emit_extra(e, t->items[0]);
	if (inner && inner->expr == part->expr->a) {
		gather(e, inner);
		inner = inner->next;
	}
	loop.inner = e->part_count;
	if (depth < PL_MAX_VARS && loop.list != PL_NO_CODE) {
		loop.var = (uint8_t)e->depth++;
		e->vars[t->u.var.binding] = loop.var;
		loop.body = pl_emit_extra(e, t->items[1]);
		loop.loop = loop.body != PL_NO_CODE;
		loop.kind = t->op;
		loop.name = part->expr->name.text;
		if (loop.loop)
			gather_element(e, inner, part->expr->b);
	}
	e->depth = depth;
	if (!e->failed)
		e->parts[at] = loop;
}

/* --- all of them ----------------------------------------------------------------------------------------------------
 */

static void gather_inner(struct pl_emit *e, const struct pl_part_term *part, uint32_t at)
{
	const struct pl_part_term *field = field_of(part);
	if (is_path(part) || (part->expr->kind == PL_EXPR_NAME && pl_term_is_constant(part->term)))
		return;
	if (is_loop(part))
		gather_loop(e, part, at);
	else if (!field)
		gather_all(e, part->first);
	else if (!is_path(field))
		gather_all(e, field->first);
}

static void gather(struct pl_emit *e, const struct pl_part_term *part)
{
	if (is_written_out(part) || e->failed)
		return;
	uint32_t at = append(e, part);
	if (e->failed)
		return;
	gather_inner(e, part, at);
	if (!e->failed)
		e->parts[at].end = e->part_count;
}

uint32_t pl_emit_parts(struct pl_emit *e, const struct pl_part_term *whole)
{
	uint32_t at = e->part_count;
	if (!whole)
		return 0;
	gather(e, whole);
	return e->part_count > at ? at + 1 : 0;
}
