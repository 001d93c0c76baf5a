/* relations.c - the operators written as words: in, within, overlaps, contains, under, covers, like. See operators.h.
 *
 * A right side that is a set holds when one of its elements does. Elements that are unknown leave the answer open
 * unless another element decides it. Large constant sets are looked up (sets.h), everything else is walked. */
#include <string.h>

#include "base/invariant.h"
#include "model/path.h"
#include "operators.h"
#include "sets.h"

static bool is_list(const struct pl_value *v)
{
	return v->kind == PL_V_LIST || v->kind == PL_V_NODES || v->kind == PL_V_MAP || v->kind == PL_V_NODEMAP;
}

pl_err pl_relation_elements(const struct pl_value *list, struct pl_arena *arena, const struct pl_list **ret_list)
{
	if (list->kind == PL_V_LIST) {
		*ret_list = list->u.list;
		return PL_OK;
	}
	uint32_t room = pl_value_count(list);
	struct pl_list *made = pl_arena_zalloc(arena, 1, sizeof *made);
	struct pl_value *items = pl_arena_zalloc(arena, room, sizeof *items);
	if (!made || !items)
		return PL_E_MEMORY;
	struct pl_value_iter it;
	pl_value_iter_init(&it, list);
	for (uint32_t i = 0; i < room; i++) {
		bool done = false;
		PL_TRY(pl_value_iter_next(&it, arena, &items[i], &done));
		if (done)
			break;
		made->count = i + 1;
	}
	made->items = items;
	*ret_list = made;
	return PL_OK;
}

/* One element against one value: absent elements never hold. */
typedef pl_err (*test_one)(const struct pl_operands *o, struct pl_value a, struct pl_value b, struct pl_value *ret);

static pl_err test_equal(const struct pl_operands *o, struct pl_value a, struct pl_value b, struct pl_value *ret)
{
	if (a.kind == PL_V_ABSENT || b.kind == PL_V_ABSENT) {
		*ret = pl_value_bool(false);
		return PL_OK;
	}
	return pl_operator_equal(o, a, b, ret);
}

static pl_err as_place(const struct pl_operands *o, bool image, struct pl_value *v)
{
	return pl_operator_convert(o, *v, image ? PL_V_IMAGE_BASE : PL_V_PATH, v);
}

static pl_err test_under(const struct pl_operands *o, struct pl_value a, struct pl_value b, struct pl_value *ret)
{
	if (a.kind == PL_V_STRING)
		PL_TRY(pl_operator_convert(o, a, b.kind == PL_V_IMAGE_BASE ? PL_V_IMAGE : PL_V_PATH, &a));
	if (a.kind != PL_V_UNKNOWN)
		PL_TRY(as_place(o, a.kind == PL_V_IMAGE, &b));
	if (a.kind == PL_V_UNKNOWN || b.kind == PL_V_UNKNOWN)
		*ret = a.kind == PL_V_UNKNOWN ? a : b;
	else if (a.kind == PL_V_IMAGE && b.kind == PL_V_IMAGE_BASE)
		*ret = pl_value_bool(pl_image_under(a.u.image, b.u.base));
	else if (a.kind == PL_V_PATH && b.kind == PL_V_PATH)
		*ret = pl_value_bool(pl_path_under(a.u.s, b.u.s));
	else if (a.kind == PL_V_ABSENT || b.kind == PL_V_ABSENT)
		*ret = pl_value_bool(false);
	else
		return PL_NEVER(true) ? PL_E_INTERNAL : PL_OK;
	return PL_OK;
}

static pl_err test_covers(const struct pl_operands *o, struct pl_value a, struct pl_value b, struct pl_value *ret)
{
	return test_under(o, b, a, ret);
}

bool pl_relation_like(pl_str text, pl_str pattern)
{
	const char *star = pattern.len ? memchr(pattern.ptr, '*', pattern.len) : NULL;
	if (!star)
		return pl_str_eq(text, pattern);
	size_t head = (size_t)(star - pattern.ptr), tail = 0;
	while (pattern.ptr[pattern.len - 1 - tail] != '*')
		tail++;
	if (text.len < head + tail || memcmp(text.ptr, pattern.ptr, head) != 0 ||
	    memcmp(text.ptr + text.len - tail, pattern.ptr + pattern.len - tail, tail) != 0)
		return false;
	const char *at = text.ptr + head, *end = text.ptr + text.len - tail;
	const char *piece = star + 1, *last = pattern.ptr + pattern.len - tail;
	/* each piece between two stars is taken where it comes first: that leaves most room for the others */
	while (piece < last) {
		const char *stop = memchr(piece, '*', (size_t)(last - piece));
		size_t len = (size_t)((stop ? stop : last) - piece);
		at = len ? memmem(at, (size_t)(end - at), piece, len) : at;
		if (!at)
			return false;
		at += len;
		piece += len + 1;
	}
	return true;
}

static pl_err test_like(const struct pl_operands *o, struct pl_value a, struct pl_value b, struct pl_value *ret)
{
	if (a.kind == PL_V_UNKNOWN || b.kind == PL_V_UNKNOWN) {
		*ret = a.kind == PL_V_UNKNOWN ? a : b;
		return PL_OK;
	}
	if (a.kind == PL_V_ABSENT || b.kind == PL_V_ABSENT) {
		*ret = pl_value_bool(false);
		return PL_OK;
	}
	pl_str text = pl_operator_text(&a, o->arena), pattern = pl_operator_text(&b, o->arena);
	if (!text.ptr || !pattern.ptr)
		return PL_E_MEMORY;
	*ret = pl_value_bool(pl_relation_like(text, pattern));
	return PL_OK;
}

/* True when one element of the set holds. */
static pl_err test_any(const struct pl_operands *o, test_one test, struct pl_value a, const struct pl_list *set,
		       struct pl_value *ret)
{
	struct pl_value any = pl_value_bool(false);
	for (uint32_t i = 0; i < set->count && !pl_is_true(&any); i++) {
		struct pl_value one;
		PL_TRY(test(o, a, pl_operator_plain(set->items[i]), &one));
		any = pl_kleene_or(any, one);
	}
	*ret = any;
	return PL_OK;
}

/* Takes the elements under a hash into *any. */
static pl_err find_hash(const struct pl_operands *o, const struct pl_value *key, const struct pl_list *set,
			uint64_t hash, struct pl_value *any)
{
	struct pl_set_cursor cursor;
	pl_sets_find(set, hash, &cursor);
	for (const struct pl_value *v; !pl_is_true(any) && (v = pl_sets_next(&cursor));) {
		struct pl_value one;
		PL_TRY(pl_operator_equal(o, *key, *v, &one));
		*any = pl_kleene_or(*any, one);
	}
	return PL_OK;
}

/* Equality looked up in an indexed set; false when the index is of no use for this value. */
static pl_err find_equal(const struct pl_operands *o, const struct pl_value *a, const struct pl_list *set,
			 struct pl_value *ret, bool *ret_found)
{
	enum pl_value_kind kind = pl_sets_kind(set);
	struct pl_value key;
	PL_TRY(pl_operator_convert(o, *a, kind, &key));
	*ret_found = key.kind == PL_V_UNKNOWN;
	*ret = key;
	if (key.kind == PL_V_IP && kind == PL_V_NETWORK) {
		*ret_found = true;
		*ret = pl_value_bool(pl_sets_network_has(set, key.u.ip));
		return PL_OK;
	}
	if (*ret_found || (key.kind == PL_V_INT ? PL_V_NUMBER : key.kind) != kind)
		return PL_OK;
	*ret_found = true;
	*ret = pl_value_bool(false);
	return find_hash(o, &key, set, pl_sets_hash(&key), ret);
}

static pl_err find_under(const struct pl_operands *o, const struct pl_value *a, const struct pl_list *set,
			 struct pl_value *ret, bool *ret_found)
{
	enum pl_value_kind kind = pl_sets_kind(set);
	struct pl_value key = *a;
	*ret_found = false;
	if (key.kind == PL_V_STRING && (kind == PL_V_IMAGE_BASE || kind == PL_V_PATH))
		PL_TRY(pl_operator_convert(o, key, kind == PL_V_PATH ? PL_V_PATH : PL_V_IMAGE, &key));
	if (key.kind == PL_V_UNKNOWN)
		*ret = key;
	else if (key.kind == PL_V_IMAGE && kind == PL_V_IMAGE_BASE)
		*ret = pl_value_bool(pl_sets_image_under(set, key.u.image));
	else if (key.kind == PL_V_PATH && kind == PL_V_PATH)
		*ret = pl_value_bool(pl_sets_path_under(set, key.u.s));
	else
		return PL_OK;
	*ret_found = true;
	return PL_OK;
}

/* `a covers set`. */
static pl_err find_covered(const struct pl_operands *o, const struct pl_value *a, const struct pl_list *set,
			   struct pl_value *ret, bool *ret_found)
{
	struct pl_value key;
	if (pl_sets_kind(set) != PL_V_PATH)
		return PL_OK;
	PL_TRY(pl_operator_convert(o, *a, PL_V_PATH, &key));
	*ret_found = key.kind == PL_V_PATH || key.kind == PL_V_UNKNOWN;
	*ret = key.kind == PL_V_PATH ? pl_value_bool(pl_sets_path_covers(set, key.u.s)) : key;
	return PL_OK;
}

static pl_err member_of(const struct pl_operands *o, const struct pl_value *a, const struct pl_list *set,
			struct pl_value *ret)
{
	bool found = false;
	if (set->index && a->kind != PL_V_ABSENT && a->kind != PL_V_UNKNOWN)
		PL_TRY(find_equal(o, a, set, ret, &found));
	return found ? PL_OK : test_any(o, test_equal, *a, set, ret);
}

static pl_err test_in(const struct pl_operands *o, struct pl_value a, struct pl_value b, struct pl_value *ret)
{
	if (!is_list(&b))
		return test_equal(o, a, b, ret);
	const struct pl_list *set;
	PL_TRY(pl_relation_elements(&b, o->arena, &set));
	return member_of(o, &a, set, ret);
}

/* every: all elements of a are in b; else: one of them is. */
static pl_err test_lists(const struct pl_operands *o, bool every, const struct pl_value *a, const struct pl_value *b,
			 struct pl_value *ret)
{
	const struct pl_list *left, *right;
	if (PL_NEVER(!is_list(a) || !is_list(b)))
		return PL_E_INTERNAL;
	PL_TRY(pl_relation_elements(a, o->arena, &left));
	PL_TRY(pl_relation_elements(b, o->arena, &right));
	struct pl_value all = pl_value_bool(every);
	for (uint32_t i = 0; i < left->count; i++) {
		struct pl_value one, element = pl_operator_plain(left->items[i]);
		PL_TRY(member_of(o, &element, right, &one));
		all = every ? pl_kleene_and(all, one) : pl_kleene_or(all, one);
		if (all.kind == PL_V_BOOL && all.u.b != every)
			break;
	}
	*ret = all;
	return PL_OK;
}

static pl_err test_set(const struct pl_operands *o, enum pl_relation rel, struct pl_value a, struct pl_value b,
		       struct pl_value *ret)
{
	test_one test = rel == PL_REL_UNDER ? test_under : rel == PL_REL_COVERS ? test_covers : test_like;
	if (!is_list(&b))
		return test(o, a, b, ret);
	const struct pl_list *set;
	PL_TRY(pl_relation_elements(&b, o->arena, &set));
	bool found = false;
	if (rel == PL_REL_UNDER && set->index)
		PL_TRY(find_under(o, &a, set, ret, &found));
	if (rel == PL_REL_COVERS && set->index)
		PL_TRY(find_covered(o, &a, set, ret, &found));
	return found ? PL_OK : test_any(o, test, a, set, ret);
}

pl_err pl_relation_test(const struct pl_operands *o, enum pl_relation rel, struct pl_value a, struct pl_value b,
			struct pl_value *ret)
{
	if (a.kind == PL_V_ABSENT || b.kind == PL_V_ABSENT) {
		*ret = pl_value_bool(false);
		return PL_OK;
	}
	if (a.kind == PL_V_UNKNOWN || b.kind == PL_V_UNKNOWN) {
		*ret = a.kind == PL_V_UNKNOWN ? a : b;
		return PL_OK;
	}
	a = pl_operator_plain(a);
	b = pl_operator_plain(b);
	switch (rel) {
	case PL_REL_IN:
		return test_in(o, a, b, ret);
	case PL_REL_CONTAINS:
		return test_in(o, b, a, ret);
	case PL_REL_WITHIN:
	case PL_REL_OVERLAPS:
		return test_lists(o, rel == PL_REL_WITHIN, &a, &b, ret);
	case PL_REL_UNDER:
	case PL_REL_COVERS:
	case PL_REL_LIKE:
		return test_set(o, rel, a, b, ret);
	case PL_REL_EQ:
	case PL_REL_NE:
	case PL_REL_LT:
	case PL_REL_LE:
	case PL_REL_GT:
	case PL_REL_GE:
		break;
	}
	return PL_NEVER(true) ? PL_E_INTERNAL : PL_OK;
}

pl_err pl_relation_less(const struct pl_operands *o, struct pl_value a, struct pl_value b, struct pl_value *ret)
{
	if (a.kind == PL_V_ABSENT || b.kind == PL_V_ABSENT) {
		*ret = pl_value_absent();
		return PL_OK;
	}
	if (a.kind == PL_V_UNKNOWN || b.kind == PL_V_UNKNOWN) {
		*ret = a.kind == PL_V_UNKNOWN ? a : b;
		return PL_OK;
	}
	const struct pl_list *left, *right;
	if (PL_NEVER(!is_list(&a) || !is_list(&b)))
		return PL_E_INTERNAL;
	PL_TRY(pl_relation_elements(&a, o->arena, &left));
	PL_TRY(pl_relation_elements(&b, o->arena, &right));
	struct pl_list *kept = pl_arena_zalloc(o->arena, 1, sizeof *kept);
	struct pl_value *items = pl_arena_zalloc(o->arena, left->count, sizeof *items);
	if (!kept || !items)
		return PL_E_MEMORY;
	for (uint32_t i = 0; i < left->count; i++) {
		struct pl_value in, element = pl_operator_plain(left->items[i]);
		PL_TRY(member_of(o, &element, right, &in));
		if (in.kind == PL_V_UNKNOWN) {
			*ret = in;
			return PL_OK;
		}
		if (!in.u.b)
			items[kept->count++] = left->items[i];
	}
	kept->items = items;
	*ret = (struct pl_value){.kind = PL_V_LIST, .of = a.of, .ref = a.ref, .node = PL_NO_NODE, .u.list = kept};
	return PL_OK;
}
