/* default_message.c - the message of a check whose author wrote none: whom it is about, what must hold in words, and
 * what was found. Read by whoever is woken up by it. spec: language.md 7.7
 *
 *   container "web": memory_limit must be at most 4Gi; it is 8Gi
 */
#include "check.h"

#include "base/buf.h"
#include "model/private.h"

#define MAX_FACTS   3	/* values listed beside a condition that has no short form */
#define MAX_LISTED  12	/* elements of a set that are spelled out */
#define MAX_SPELLED 160 /* bytes of an operand that is spelled out */

/* --- operands
 * --------------------------------------------------------------------------------------------------------------- */

/* "memory_limit" for `container.memory_limit` in a rule about each container. */
static pl_str short_name(struct pl_checker *c, const struct pl_expr *e)
{
	pl_str text = pl_check_print(c, e);
	pl_str subject = pl_str_from(pl_subject_name((enum pl_subject)c->scope.subject));
	if (text.len > subject.len + 1 && pl_str_starts(text, subject) && text.ptr[subject.len] == '.')
		return (pl_str){text.ptr + subject.len + 1, text.len - subject.len - 1};
	return text;
}

/* What should name a secret may be one. */
static bool is_reference(const struct pl_term *t)
{
	return t->kind == PL_TERM_FIELD && !t->u.field.step.view &&
	       pl_private_is_source(t->u.field.record, pl_str_from(t->u.field.name));
}

static bool can_show(const struct pl_term *t)
{
	return pl_check_is_shown(t->type) && !pl_check_is_private(t) && !is_reference(t);
}

/* A limit that has a name is shown by its value; a long list by its name. */
static void add_right(struct pl_checker *c, const struct pl_expr *e, struct pl_text_terms *out)
{
	struct pl_term *t = e->kind > PL_EXPR_BOOL ? pl_check_value(c, e) : NULL;
	bool listed = t && t->type.kind == PL_T_LIST;
	bool brief = t && (!listed || (t->kind == PL_TERM_SET && t->count <= MAX_LISTED));
	pl_str text = pl_check_print(c, e);
	if (t && brief && can_show(t) && (e->kind != PL_EXPR_SET || text.len > MAX_SPELLED))
		pl_check_text_add_term(c, out, t);
	else
		pl_check_text_add(c, out, text);
}

/* --- what was found
 * ------------------------------------------------------------------------------------------------------------- */

struct facts {
	struct pl_term *items[MAX_FACTS];
	unsigned n;
};

/* Reads a variable of a quantifier, which has no value outside it. */
static bool is_inner(const struct pl_checker *c, const struct pl_term *t)
{
	if (t->kind == PL_TERM_VAR)
		return t->u.var.slot >= c->nesting;
	for (uint32_t i = 0; i < t->count; i++) {
		if (is_inner(c, t->items[i]))
			return true;
	}
	return false;
}

static bool is_new_fact(struct pl_checker *c, const struct facts *facts, struct pl_term *t)
{
	uint32_t id, other;
	if (pl_term_id(&c->ids, t, &id) != PL_OK)
		return pl_check_memory(c) != NULL;
	for (unsigned i = 0; i < facts->n; i++) {
		if (pl_term_id(&c->ids, facts->items[i], &other) != PL_OK || id == other)
			return false;
	}
	return true;
}

/* Stands in the check itself, not in a `let` or parameter that it uses. */
static bool is_within(const struct pl_checker *c, const struct pl_term *t, struct pl_span check)
{
	return t->source == c->scope.source && t->at.start >= check.start &&
	       t->at.start + t->at.len <= check.start + check.len;
}

/* The values of the document that decide the condition, from left to right. */
static void find_facts(struct pl_checker *c, struct pl_term *t, struct pl_span check, struct facts *ret)
{
	bool path = t->kind == PL_TERM_FIELD || t->kind == PL_TERM_INDEX;
	if (ret->n == MAX_FACTS || !is_within(c, t, check))
		return;
	if (!path) {
		for (uint32_t i = 0; i < t->count; i++)
			find_facts(c, t->items[i], check, ret);
		return;
	}
	bool single = pl_type_is_scalar(t->type) || (t->type.kind == PL_T_LIST && t->type.elem != PL_T_SUBJECT);
	if (single && can_show(t) && !is_inner(c, t) && is_new_fact(c, ret, t))
		ret->items[ret->n++] = t;
}

/* What a value is computed from, where it does not show itself: keys of look-ups and arguments of functions. */
static void find_inputs(struct pl_checker *c, struct pl_term *t, struct pl_span check, struct facts *ret)
{
	for (uint32_t i = 0; i < t->count; i++) {
		if (t->kind == PL_TERM_CALL || (t->kind == PL_TERM_INDEX && i == 1))
			find_facts(c, t->items[i], check, ret);
		else
			find_inputs(c, t->items[i], check, ret);
	}
}

static void add_facts(struct pl_checker *c, const struct facts *facts, const char *lead, struct pl_text_terms *out)
{
	for (unsigned i = 0; i < facts->n; i++) {
		pl_check_text_add(
			c, out,
			pl_check_text(c, "%s%.*s is ", i ? ", " : lead, PL_FMT(pl_check_written(c, facts->items[i]))));
		pl_check_text_add_term(c, out, facts->items[i]);
	}
}

static void add_found(struct pl_checker *c, const struct pl_expr *e, struct pl_text_terms *out)
{
	struct pl_term *t = pl_check_value(c, e);
	bool named = t && t->kind == PL_TERM_ROOT && t->root == PL_ROOT_SUBJECT; /* the message begins with it */
	if (!t || named || !can_show(t) || t->type.kind == PL_T_SUBJECT || t->type.kind == PL_T_MAP)
		return;
	pl_check_text_add(c, out, PL_STR("; it is "));
	pl_check_text_add_term(c, out, t);
	struct facts inputs = {.n = 0};
	find_inputs(c, t, e->at, &inputs);
	add_facts(c, &inputs, ", ", out);
}

/* --- the forms
 * ----------------------------------------------------------------------------------------------------------------- */

struct phrase {
	const char *must, *must_not;
};

static const struct phrase phrases[] = {
	[PL_REL_EQ] = {"must be", "must not be"},
	[PL_REL_NE] = {"must not be", "must be"},
	[PL_REL_LT] = {"must be less than", "must be at least"},
	[PL_REL_LE] = {"must be at most", "must be more than"},
	[PL_REL_GT] = {"must be more than", "must be at most"},
	[PL_REL_GE] = {"must be at least", "must be less than"},
	[PL_REL_IN] = {"must be one of", "must not be one of"},
	[PL_REL_WITHIN] = {"must hold nothing but", "must hold something beside"},
	[PL_REL_OVERLAPS] = {"must hold one of", "must hold none of"},
	[PL_REL_CONTAINS] = {"must hold", "must not hold"},
	[PL_REL_UNDER] = {"must be under", "must not be under"},
	[PL_REL_COVERS] = {"must cover", "must not cover"},
	[PL_REL_LIKE] = {"must be like", "must not be like"},
};

static void add_phrase(struct pl_checker *c, const struct pl_expr *e, const char *phrase, struct pl_text_terms *out)
{
	pl_check_text_add(c, out, pl_check_text(c, "%.*s %s ", PL_FMT(short_name(c, e)), phrase));
}

/* `under`, `covers` and `like` take one value or a set. */
static bool is_several(struct pl_checker *c, const struct pl_expr *e)
{
	const struct pl_term *t = pl_check_value(c, e);
	return t && t->type.kind == PL_T_LIST;
}

/* `nginx:1` that must be like `nginx*`, and is not, would puzzle whoever reads it. */
static void add_normal_form(struct pl_checker *c, const struct pl_expr *e, struct pl_text_terms *out)
{
	const struct pl_term *t = pl_check_value(c, e);
	if (t && t->type.kind == PL_T_IMAGE)
		pl_check_text_add(c, out, PL_STR(" (compared in full, such as docker.io/library/nginx:1)"));
}

static void say_comparison(struct pl_checker *c, const struct pl_expr *e, bool must, struct pl_text_terms *out)
{
	const struct phrase *p = &phrases[e->op];
	const char *phrase = must != e->negated ? p->must : p->must_not;
	if (e->op == PL_REL_IN && e->b->kind == PL_EXPR_RANGE)
		phrase = must != e->negated ? "must be in" : "must not be in";
	add_phrase(c, e->a, phrase, out);
	if (e->op >= PL_REL_UNDER && is_several(c, e->b))
		pl_check_text_add(c, out, must != e->negated ? PL_STR("one of ") : PL_STR("any of "));
	add_right(c, e->b, out);
	add_found(c, e->a, out);
	if (e->op == PL_REL_LIKE)
		add_normal_form(c, e->a, out);
}

static void say_pattern(struct pl_checker *c, const struct pl_expr *e, bool must, struct pl_text_terms *out)
{
	add_phrase(c, e->a, must != e->negated ? "must match" : "must not match", out);
	pl_check_text_add(c, out,
			  pl_check_text(c, "/%.*s/%s", PL_FMT(e->u.regex.pattern), e->u.regex.ignore_case ? "i" : ""));
	add_found(c, e->a, out);
	add_normal_form(c, e->a, out);
}

static void say_presence(struct pl_checker *c, const struct pl_expr *e, bool must, struct pl_text_terms *out)
{
	bool empty = e->op == PL_IS_EMPTY || e->op == PL_IS_NOT_EMPTY;
	bool affirmed = must == (e->op == PL_IS_SET || e->op == PL_IS_EMPTY);
	pl_check_text_add(c, out,
			  pl_check_text(c, "%.*s %s %s", PL_FMT(short_name(c, e->a)),
					affirmed ? "must be" : "must not be", empty ? "empty" : "set"));
	if (affirmed == empty)
		add_found(c, e->a, out);
}

static void say_bool(struct pl_checker *c, const struct pl_expr *e, bool must, struct pl_text_terms *out)
{
	pl_check_text_add(c, out,
			  pl_check_text(c, "%.*s must be %s", PL_FMT(short_name(c, e)), must ? "true" : "false"));
	add_found(c, e, out);
}

/* --- the message
 * --------------------------------------------------------------------------------------------------------------- */

static void say_condition(struct pl_checker *c, const struct pl_expr *e, bool must, struct pl_term *cond,
			  struct pl_text_terms *out)
{
	struct pl_buf text;
	struct facts facts = {.n = 0};
	pl_buf_init(&text, c->arena, 128);
	pl_expr_print(e, &text);
	pl_check_text_add(c, out, must ? PL_STR("this must hold: ") : PL_STR("this must not hold: "));
	pl_check_text_add(c, out, pl_buf_str(&text));
	find_facts(c, cond, e->at, &facts);
	add_facts(c, &facts, "; ", out);
}

static void say(struct pl_checker *c, const struct pl_expr *e, bool must, struct pl_term *cond,
		struct pl_text_terms *out)
{
	struct pl_def *let = pl_check_find_let(c, e);
	bool value = e->kind == PL_EXPR_FIELD || e->kind == PL_EXPR_INDEX || e->kind == PL_EXPR_ELSE ||
		     (e->kind == PL_EXPR_NAME && !let);
	if (e->kind == PL_EXPR_COMPARE)
		say_comparison(c, e, must, out);
	else if (e->kind == PL_EXPR_MATCHES)
		say_pattern(c, e, must, out);
	else if (e->kind == PL_EXPR_IS)
		say_presence(c, e, must, out);
	else if (value)
		say_bool(c, e, must, out);
	else
		say_condition(c, e, must, cond, out);
}

bool pl_default_message(struct pl_checker *c, const struct pl_ast_check *check, struct pl_term *cond,
			struct pl_text_terms *ret)
{
	const struct pl_expr *e = check->cond;
	bool must = !check->forbid;
	pl_str name = pl_str_from(pl_subject_name((enum pl_subject)c->scope.subject));
	struct pl_term *subject = pl_check_root(c, name, check->at);
	if (!subject)
		return false;
	for (; e->kind == PL_EXPR_NOT; e = e->a)
		must = !must;
	pl_check_text_add_term(c, ret, pl_check_as_subject(c, subject));
	pl_check_text_add(c, ret, PL_STR(": "));
	say(c, e, must, cond, ret);
	return c->err == PL_OK;
}
