/* operators.h - comparison, membership, place, pattern-like and arithmetic operators over values. spec: language.md 3.9
 *
 * Every operator takes any two values the checker admits. Absent operands make a relation false and arithmetic absent;
 * unknown ones make the result unknown (Kleene: unless it is decided whatever they are). A text that cannot be read as
 * the other side's type is unknown. Only PL_E_MEMORY and PL_E_INTERNAL are possible, the latter for kinds the checker
 * should have refused. */
#ifndef PL_VM_OPERATORS_H
#define PL_VM_OPERATORS_H

#include "lang/code.h"

struct pl_context;

/* What operators need beside their operands. */
struct pl_operands {
	const struct pl_context *context;
	struct pl_arena *arena;
};

/* An image subject as its image; other values as they are. */
struct pl_value pl_operator_plain(struct pl_value v);
/* EQ NE LT LE GT GE. */
PL_MUST_USE pl_err pl_operator_compare(const struct pl_operands *o, enum pl_relation rel, struct pl_value a,
				       struct pl_value b, struct pl_value *ret);
/* Equality of two present, known values. */
PL_MUST_USE pl_err pl_operator_equal(const struct pl_operands *o, struct pl_value a, struct pl_value b,
				     struct pl_value *ret);
/* v as a value of the kind of `like`, where texts are read as paths, images, roles ... ; unknown when it is none. */
PL_MUST_USE pl_err pl_operator_convert(const struct pl_operands *o, struct pl_value v, enum pl_value_kind kind,
				       struct pl_value *ret);
/* What EQ to GE say of two values of which the first is less (< 0), equal (0) or more. */
bool pl_operator_holds(enum pl_relation rel, int cmp);
/* SET ABSENT EMPTY NOT_EMPTY. */
PL_MUST_USE pl_err pl_operator_is(enum pl_is is, const struct pl_value *v, struct pl_value *ret);
/* ADD SUB MUL (an opcode). */
PL_MUST_USE pl_err pl_operator_arith(enum pl_op op, const struct pl_value *a, const struct pl_value *b,
				     struct pl_value *ret);
/* The text that patterns see of a string, enum, path, arn, role or image (an image in normal form). ptr NULL when
 * memory is out or the value has no text. */
pl_str pl_operator_text(const struct pl_value *v, struct pl_arena *arena);

static inline bool pl_is_true(const struct pl_value *v)
{
	return v->kind == PL_V_BOOL && v->u.b;
}
static inline bool pl_is_false(const struct pl_value *v)
{
	return v->kind == PL_V_BOOL && !v->u.b;
}
/* Kleene logic over PL_V_BOOL and PL_V_UNKNOWN. */
static inline struct pl_value pl_kleene_not(struct pl_value a)
{
	return a.kind == PL_V_BOOL ? pl_value_bool(!a.u.b) : a;
}
static inline struct pl_value pl_kleene_and(struct pl_value a, struct pl_value b)
{
	if (pl_is_false(&a) || pl_is_true(&b))
		return a;
	return pl_is_false(&b) || pl_is_true(&a) ? b : a;
}
static inline struct pl_value pl_kleene_or(struct pl_value a, struct pl_value b)
{
	if (pl_is_true(&a) || pl_is_false(&b))
		return a;
	return pl_is_true(&b) || pl_is_false(&a) ? b : a;
}

/* IN WITHIN OVERLAPS CONTAINS UNDER COVERS LIKE, not negated. (relations.c) */
PL_MUST_USE pl_err pl_relation_test(const struct pl_operands *o, enum pl_relation rel, struct pl_value a,
				    struct pl_value b, struct pl_value *ret);
/* The elements of the first list that are not in the second. */
PL_MUST_USE pl_err pl_relation_less(const struct pl_operands *o, struct pl_value a, struct pl_value b,
				    struct pl_value *ret);
/* A list with its elements side by side. */
PL_MUST_USE pl_err pl_relation_elements(const struct pl_value *list, struct pl_arena *arena,
					const struct pl_list **ret_list);
/* Whole-value match of a pattern whose `*` is any run of characters; linear time. */
bool pl_relation_like(pl_str text, pl_str pattern);

#endif
