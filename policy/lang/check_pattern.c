/* check_pattern.c - `matches`: refuses patterns without a bound, and replaces those that only look like patterns by the
 * comparison they amount to. Only for strings: images and paths compare by their normal form, a pattern by their text.
 */
#include "check.h"
#include "pattern.h"

#include "base/buf.h"

/* The pattern in the source, slashes included. */
static struct pl_span pattern_span(const struct pl_checker *c, const struct pl_expr *e)
{
	pl_str text = c->scope.source->text;
	uint32_t end = e->at.start + e->at.len, start = e->op_at.start;
	if (end > text.len)
		return e->at;
	while (start < end && text.ptr[start] != '/')
		start++;
	uint32_t stop = start + 1;
	while (stop < end && text.ptr[stop] != '/')
		stop += text.ptr[stop] == '\\' ? 2 : 1;
	stop += stop + 1 < end && text.ptr[stop + 1] == 'i' ? 2 : 1;
	return (struct pl_span){start, (stop < end ? stop : end) - start};
}

static pl_str without_anchors(struct pl_checker *c, pl_str pattern)
{
	struct pl_buf out;
	pl_buf_init(&out, c->arena, pattern.len + 1);
	for (size_t i = 0; i < pattern.len; i++) {
		if (pattern.ptr[i] == '/')
			pl_buf_addc(&out, '\\');
		if ((pattern.ptr[i] == '^' && i == 0) || (pattern.ptr[i] == '$' && i + 1 == pattern.len))
			continue;
		pl_buf_addc(&out, pattern.ptr[i]);
	}
	return pl_buf_str(&out);
}

static void complain(struct pl_checker *c, const struct pl_expr *e, const struct pl_pattern_fault *fault)
{
	struct pl_complaint complaint = {.code = PL_CODE_E0320, .at = pattern_span(c, e)};
	if (fault->anchor) {
		pl_str bare = without_anchors(c, e->u.regex.pattern);
		complaint.code = PL_CODE_E0321;
		complaint.label = PL_STR("a pattern always matches the whole value");
		complaint.help =
			pl_check_text(c, "write /%.*s/, or /.*%.*s.*/ to find it anywhere", PL_FMT(bare), PL_FMT(bare));
		pl_check_complain(c, &complaint, "`^` and `$` are not needed");
		return;
	}
	complaint.label = pl_check_text(c, "at `%.*s`", (int)fault->len, e->u.regex.pattern.ptr + fault->at);
	complaint.note =
		PL_STR("a pattern is a regular expression in the narrow sense, so that the work of matching it has "
		       "a bound: no back-references, look-around, recursion, verbs, callouts or \\C");
	pl_check_complain(c, &complaint, "the pattern has %s", fault->what);
}

static struct pl_term *string_const(struct pl_checker *c, const struct pl_expr *e, pl_str text)
{
	return pl_check_const(c, e->at, pl_type_scalar(PL_T_STRING),
			      (struct pl_value){.kind = PL_V_STRING, .of = PL_T_STRING, .u.s = text});
}

static struct pl_term *choice_set(struct pl_checker *c, const struct pl_expr *e, const struct pl_pattern_plan *plan)
{
	struct pl_type type = pl_type_list(pl_type_scalar(PL_T_STRING));
	struct pl_term *set = pl_check_new(c, PL_TERM_SET, e->at, type, plan->count);
	for (uint32_t i = 0; set && i < plan->count; i++) {
		set->items[i] = string_const(c, e, plan->texts[i]);
		if (!set->items[i])
			return NULL;
	}
	return set;
}

static struct pl_term *cheaper(struct pl_checker *c, const struct pl_expr *e, struct pl_term *a,
			       const struct pl_pattern_plan *plan)
{
	struct pl_type condition = pl_type_scalar(PL_T_CONDITION);
	bool equal = plan->form == PL_PATTERN_LITERAL, one_of = plan->form == PL_PATTERN_CHOICE;
	struct pl_term *b = one_of ? choice_set(c, e, plan) : string_const(c, e, plan->texts[0]);
	struct pl_term *t = pl_check_new2(c, equal ? PL_TERM_COMPARE : PL_TERM_TEST, e->at, condition, a, b);
	if (!t)
		return NULL;
	t->op = equal ? (e->negated ? PL_REL_NE : PL_REL_EQ) : one_of ? PL_REL_IN : PL_REL_LIKE;
	t->negated = !equal && e->negated;
	return t;
}

struct pl_term *pl_check_pattern(struct pl_checker *c, const struct pl_expr *e, struct pl_term *a)
{
	struct pl_pattern_fault fault;
	struct pl_pattern_plan plan = {.form = PL_PATTERN_GENERAL};
	if (!pl_pattern_check(e->u.regex.pattern, &fault)) {
		complain(c, e, &fault);
		return NULL;
	}
	bool plain = !e->u.regex.ignore_case && pl_type_is_text(a->type);
	if (plain && pl_pattern_plan(e->u.regex.pattern, c->arena, &plan) != PL_OK)
		return pl_check_memory(c);
	if (plan.form != PL_PATTERN_GENERAL)
		return cheaper(c, e, a, &plan);
	struct pl_term *t = pl_check_new1(c, PL_TERM_MATCH, e->at, pl_type_scalar(PL_T_CONDITION), a);
	if (!t)
		return NULL;
	t->negated = e->negated;
	t->u.pattern.text = e->u.regex.pattern;
	t->u.pattern.ignore_case = e->u.regex.ignore_case;
	return t;
}
