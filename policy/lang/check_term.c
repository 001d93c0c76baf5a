/* check_term.c - making terms within the budget, and the question of 3.7: can this be absent here? */
#include "check.h"

#include <string.h>

#include "base/invariant.h"

struct pl_term *pl_check_new(struct pl_checker *c, enum pl_term_kind kind, struct pl_span at, struct pl_type type,
			     uint32_t n)
{
	c->terms_made += 1 + n;
	if (c->terms_made > PL_CHECK_TERMS) {
		pl_check_complain(c,
				  &(struct pl_complaint){.code = PL_CODE_E0003,
							 .at = at,
							 .note = PL_STR("a `let` is expanded wherever it is used")},
				  "the policy set is too large: its expressions have more than %u parts",
				  PL_CHECK_TERMS);
		return NULL;
	}
	struct pl_term *t = pl_arena_zalloc(c->arena, 1, sizeof *t);
	struct pl_term **items = n ? pl_arena_zalloc(c->arena, n, sizeof *items) : NULL;
	if (!t || (n && !items))
		return pl_check_memory(c);
	t->kind = (uint8_t)kind;
	t->type = type;
	t->source = c->scope.source;
	t->at = at;
	t->items = items;
	t->count = n;
	return t;
}

struct pl_term *pl_check_new1(struct pl_checker *c, enum pl_term_kind kind, struct pl_span at, struct pl_type type,
			      struct pl_term *a)
{
	if (!a)
		return NULL;
	struct pl_term *t = pl_check_new(c, kind, at, type, 1);
	if (t)
		t->items[0] = a;
	return t;
}

struct pl_term *pl_check_new2(struct pl_checker *c, enum pl_term_kind kind, struct pl_span at, struct pl_type type,
			      struct pl_term *a, struct pl_term *b)
{
	if (!a || !b)
		return NULL;
	struct pl_term *t = pl_check_new(c, kind, at, type, 2);
	if (!t)
		return NULL;
	t->items[0] = a;
	t->items[1] = b;
	return t;
}

struct pl_term *pl_check_const(struct pl_checker *c, struct pl_span at, struct pl_type type, struct pl_value value)
{
	struct pl_term *t = pl_check_new(c, PL_TERM_CONST, at, type, 0);
	if (t) {
		value.node = PL_NO_NODE;
		t->u.value = value;
	}
	return t;
}

struct pl_term *pl_check_copy(struct pl_checker *c, const struct pl_term *t)
{
	struct pl_term *copy = pl_check_new(c, (enum pl_term_kind)t->kind, t->at, t->type, t->count);
	if (!copy)
		return NULL;
	struct pl_term **items = copy->items;
	*copy = *t;
	copy->items = items;
	copy->id = 0;
	copy->size = 0;
	copy->constant = 0;
	if (t->count)
		memcpy(items, t->items, t->count * sizeof *items);
	return copy;
}

/* --- absence ---------------------------------------------------------------------------------------------------------
 */

static bool is_collection(struct pl_type t)
{
	return t.kind == PL_T_LIST || t.kind == PL_T_MAP;
}

static bool any_absent(struct pl_checker *c, const struct pl_term *t, uint32_t from, struct pl_known known)
{
	for (uint32_t i = from; i < t->count; i++) {
		if (pl_check_absent(c, t->items[i], known))
			return true;
	}
	return false;
}

static bool field_absent(struct pl_checker *c, const struct pl_term *t, struct pl_known known)
{
	if (t->u.field.presence == PL_DEFAULTED || is_collection(t->type))
		return false;
	return t->u.field.presence == PL_OPTIONAL || pl_check_absent(c, t->items[0], known);
}

static bool call_absent(struct pl_checker *c, const struct pl_term *t, struct pl_known known)
{
	static const bool may_be_absent[PL_BUILTIN_COUNT_] = {
#define PL_BUILTIN(id, name, args, result, absent, cost, sentence) [PL_BUILTIN_##id] = absent,
#include "builtins.def"
#undef PL_BUILTIN
	};
	return may_be_absent[t->op] || any_absent(c, t, 0, known);
}

static bool every_absent(struct pl_checker *c, const struct pl_term *t, struct pl_known known)
{
	for (uint32_t i = 0; i < t->count; i++) {
		if (!pl_check_absent(c, t->items[i], known))
			return false;
	}
	return true;
}

bool pl_check_absent(struct pl_checker *c, struct pl_term *t, struct pl_known known)
{
	if (t->plain)
		return pl_check_absent(c, t->plain, known);
	if (known.count) {
		uint32_t id;
		pl_err err = pl_term_id(&c->ids, t, &id);
		if (err != PL_OK)
			return pl_check_memory(c) == NULL; /* nothing is compiled after this */
		if (pl_known_has(known, id))
			return false;
	}
	switch ((enum pl_term_kind)t->kind) {
	case PL_TERM_ROOT:
		return t->root == PL_ROOT_OLD_POD || t->root == PL_ROOT_OLD_TASK;
	case PL_TERM_FIELD:
		return field_absent(c, t, known);
	case PL_TERM_INDEX:
		return t->op != PL_INDEX_FIELD || any_absent(c, t, 0, known);
	case PL_TERM_ELSE:
		return every_absent(c, t, known);
	case PL_TERM_ADD:
	case PL_TERM_SUB:
	case PL_TERM_MUL:
	case PL_TERM_LESS:
		return any_absent(c, t, 0, known);
	case PL_TERM_SWITCH:
		return any_absent(c, t, 1, known);
	case PL_TERM_CALL:
		return call_absent(c, t, known);
	case PL_TERM_CONST:
	case PL_TERM_VAR:
	case PL_TERM_DATA:
	case PL_TERM_SET:
	case PL_TERM_MAP:
	case PL_TERM_LOOP:
	case PL_TERM_COMPARE:
	case PL_TERM_TEST:
	case PL_TERM_MATCH:
	case PL_TERM_IS:
	case PL_TERM_TRUTH:
	case PL_TERM_NOT:
	case PL_TERM_AND:
	case PL_TERM_OR:
		return false;
	}
	return true;
}

/* Operations that are absent as soon as one of their items is: where they are present, so are all items. */
static bool is_strict(const struct pl_term *t)
{
	switch ((enum pl_term_kind)t->kind) {
	case PL_TERM_FIELD:
		return t->u.field.presence != PL_DEFAULTED && !is_collection(t->type);
	case PL_TERM_INDEX:
	case PL_TERM_ADD:
	case PL_TERM_SUB:
	case PL_TERM_MUL:
	case PL_TERM_LESS:
	case PL_TERM_CALL:
		return true;
	case PL_TERM_CONST:
	case PL_TERM_ROOT:
	case PL_TERM_VAR:
	case PL_TERM_DATA:
	case PL_TERM_ELSE:
	case PL_TERM_SET:
	case PL_TERM_MAP:
	case PL_TERM_SWITCH:
	case PL_TERM_LOOP:
	case PL_TERM_COMPARE:
	case PL_TERM_TEST:
	case PL_TERM_MATCH:
	case PL_TERM_IS:
	case PL_TERM_TRUTH:
	case PL_TERM_NOT:
	case PL_TERM_AND:
	case PL_TERM_OR:
		return false;
	}
	return false;
}

void pl_check_presence(struct pl_checker *c, struct pl_term *t, struct pl_known *known)
{
	if (t->plain)
		t = t->plain;
	if (!pl_check_absent(c, t, (struct pl_known){0}))
		return; /* always present: not worth remembering, and neither is what it is read through */
	uint32_t *id = pl_arena_alloc(c->arena, sizeof *id);
	if (!id || pl_term_id(&c->ids, t, id) != PL_OK ||
	    pl_known_union(*known, (struct pl_known){id, 1}, c->arena, known) != PL_OK) {
		pl_check_memory(c);
		return;
	}
	for (uint32_t i = 0; is_strict(t) && i < t->count; i++)
		pl_check_presence(c, t->items[i], known);
}

/* A definition is used by many: what one of its users happens to know makes nothing in it useless. */
struct pl_known pl_check_known_here(const struct pl_checker *c)
{
	return c->scope.inside_let ? (struct pl_known){0} : c->known;
}

void pl_check_learn(struct pl_checker *c, struct pl_known more)
{
	if (pl_known_union(c->known, more, c->arena, &c->known) != PL_OK)
		pl_check_memory(c);
}
