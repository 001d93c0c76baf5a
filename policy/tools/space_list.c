/* space_list.c - the values of a list or map: with as many elements as conditions can tell apart. What a condition asks
 * about a list is whether some element is so, or all are; k conditions cannot tell a longer list from the best k of its
 * elements. spec: language.md 6.5 */
#include "space.h"

#include <string.h>

#define MAX_ELEMENTS 400 /* different ones */
#define MAX_LENGTH   3

struct elements {
	const struct pl_draft *items[MAX_ELEMENTS];
	unsigned count;
};

/* --- elements -------------------------------------------------------------------------------------------------------
 */

/* One element by the choices of its knobs. */
static struct pl_draft *make_element(struct pl_space *s, const struct pl_knob *list, const uint32_t *at)
{
	const struct pl_knobs *set = list->element;
	if (set->count && set->items[0]->path.len == 0) {
		const struct pl_choice *c = &set->items[0]->choices[at[0]];
		return c->absent ? NULL : pl_draft_copy(s->arena, c->draft);
	}
	struct pl_draft *d = set->count == 0 && set->type.kind != PL_T_RECORD && list->type.kind != PL_T_MAP
				     ? pl_draft_least(s->arena, set->type, PL_STR(""))
				     : pl_draft_new(s->arena, PL_DRAFT_OBJECT, (pl_str){0});
	if (!d || !pl_space_put(s->arena, set, at, d))
		s->err = PL_E_MEMORY;
	return d;
}

static bool advance(const struct pl_knobs *set, uint32_t *at)
{
	for (unsigned i = 0; i < set->count; i++) {
		if (++at[i] < set->items[i]->choice_count)
			return true;
		at[i] = 0;
	}
	return false;
}

static void make_elements(struct pl_space *s, const struct pl_knob *list, struct elements *ret)
{
	uint32_t at[PL_SPACE_KNOBS] = {0};
	ret->count = 0;
	do {
		if (ret->count == MAX_ELEMENTS) {
			pl_space_lack(s, "its elements are of too many kinds", list->path);
			return;
		}
		struct pl_draft *d = make_element(s, list, at);
		if (d)
			ret->items[ret->count++] = d;
	} while (s->err == PL_OK && advance(list->element, at));
}

/* --- lists ----------------------------------------------------------------------------------------------------------
 */

static pl_str key_of(const struct pl_draft *entry)
{
	const struct pl_draft *key = pl_draft_find(entry, PL_STR("key"));
	return key ? key->text : PL_STR("x");
}

static bool add_entry(struct pl_space *s, struct pl_draft *map, const struct pl_draft *entry)
{
	const struct pl_draft *value = pl_draft_find(entry, PL_STR("value"));
	struct pl_draft *least = value ? NULL : pl_draft_new(s->arena, PL_DRAFT_TEXT, PL_STR("x"));
	if (pl_draft_find(map, key_of(entry)))
		return false;
	return pl_draft_put_key(s->arena, map, key_of(entry), value ? value : least);
}

/* Things of one kind have different names. */
static bool name_element(struct pl_space *s, const struct pl_knob *list, struct pl_draft *d, unsigned index)
{
	static const char *const names[] = {"a", "b", "c"};
	struct pl_type type = list->element->type;
	const struct pl_schema_field *f =
		type.kind == PL_T_RECORD ? pl_schema_field_find(type.ref, PL_STR("name")) : NULL;
	if (!f || f->type.kind != PL_T_STRING || pl_draft_find(d, PL_STR("name")))
		return true;
	struct pl_draft *name = pl_draft_new(s->arena, PL_DRAFT_TEXT, pl_str_from(names[index % 3]));
	return name && pl_draft_put_key(s->arena, d, PL_STR("name"), name);
}

/* NULL: there is no such list, since a key would stand twice; or memory is out. */
static struct pl_draft *make_list(struct pl_space *s, const struct pl_knob *k, const struct elements *elements,
				  const unsigned *which, unsigned length)
{
	bool map = k->type.kind == PL_T_MAP;
	struct pl_draft *list = pl_draft_new(s->arena, map ? PL_DRAFT_OBJECT : PL_DRAFT_LIST, (pl_str){0});
	for (unsigned i = 0; list && i < length; i++) {
		const struct pl_draft *e = elements->items[which[i]];
		struct pl_draft *copy = map ? NULL : pl_draft_copy(s->arena, e);
		if (map ? !add_entry(s, list, e) : !copy || !name_element(s, k, copy, i))
			return NULL;
		if (copy)
			pl_draft_append(list, copy);
	}
	return list;
}

/* The next choice of `length` elements, order being no matter. */
static bool next_choice(unsigned *which, unsigned length, unsigned count)
{
	for (unsigned i = length; i-- > 0;) {
		if (which[i] + 1 < count) {
			unsigned value = ++which[i];
			for (unsigned k = i; k < length; k++)
				which[k] = value;
			return true;
		}
	}
	return false;
}

static void choose_lists(struct pl_space *s, struct pl_knob *k, const struct elements *elements, unsigned length)
{
	unsigned which[MAX_LENGTH] = {0};
	if (length && elements->count == 0)
		return;
	do {
		struct pl_draft *list = make_list(s, k, elements, which, length);
		if (list)
			pl_space_choose(s, k, (struct pl_choice){.draft = list});
	} while (s->err == PL_OK && k->choice_count < PL_SPACE_CHOICES && next_choice(which, length, elements->count));
}

/* How many lists there are of up to a length. */
static double count_lists(unsigned elements, unsigned length)
{
	double n = 1, all = 1;
	for (unsigned i = 1; i <= length; i++) {
		n = n * (elements + i - 1) / i;
		all += n;
	}
	return all;
}

/* Containers: there is always one; and where one is the subject, or encloses it, the list is not free. */
static bool is_held(const struct pl_space *s, struct pl_knob *k)
{
	const struct pl_shape *shape = s->shape;
	bool containers =
		pl_str_eq(k->path, PL_STR("spec.containers")) || pl_str_eq(k->path, PL_STR("containerDefinitions"));
	const char *const inside[] = {shape->subject, shape->container, shape->volume};
	k->least = containers;
	for (unsigned i = 0; i < 3; i++) {
		if (inside[i] && k->path.len && pl_str_starts(pl_str_from(inside[i]), k->path))
			return true;
	}
	return false;
}

/* cluster.imds_blocked holds some of three words. */
static void choose_places(struct pl_space *s, struct pl_knob *k)
{
	static const char *const places[] = {"pods", "awsvpc", "bridge"};
	for (unsigned bits = 1; bits < 8; bits++) {
		struct pl_draft *list = pl_draft_new(s->arena, PL_DRAFT_LIST, (pl_str){0});
		for (unsigned i = 0; i < 3 && list; i++) {
			struct pl_draft *d = pl_draft_new(s->arena, PL_DRAFT_TEXT, pl_str_from(places[i]));
			if (d && (bits >> i & 1))
				pl_draft_append(list, d);
		}
		if (list)
			pl_space_choose(s, k, (struct pl_choice){.draft = list});
		else
			s->err = PL_E_MEMORY;
	}
}

/* How long lists are made. */
static unsigned length_of(struct pl_space *s, const struct pl_knob *k, unsigned elements)
{
	unsigned length = k->uses > k->longest ? k->uses : k->longest;
	if (length > MAX_LENGTH) {
		pl_space_lack(s, "too many conditions look at one list", k->path);
		length = MAX_LENGTH;
	}
	for (; length > 1 && count_lists(elements, length) > PL_SPACE_CHOICES; length--)
		pl_space_lack(s, "there are too many lists to try", k->path);
	return length ? length : 1;
}

static void choose_all_lists(struct pl_space *s, struct pl_knob *k)
{
	struct elements *elements = pl_arena_zalloc(s->arena, 1, sizeof *elements);
	if (!elements) {
		s->err = PL_E_MEMORY;
		return;
	}
	pl_space_pool_all(s, k->element);
	if (s->err != PL_OK)
		return;
	make_elements(s, k, elements);
	unsigned length = length_of(s, k, elements->count);
	for (unsigned n = 1; n <= length && s->err == PL_OK; n++)
		choose_lists(s, k, elements, n);
}

void pl_space_pool_list(struct pl_space *s, struct pl_knob *k)
{
	bool held = is_held(s, k);
	if (held)
		pl_space_lack(s, "it reads a list in which its subject stands", k->path);
	if (held || k->least == 0)
		pl_space_choose(s, k, (struct pl_choice){.absent = true});
	if (k->context && k->type.kind == PL_T_MAP)
		pl_space_lack(s, "it goes through what a namespace is labelled with", k->path);
	if (k->context && k->view == PL_VIEW_CLUSTER_imds_blocked)
		choose_places(s, k);
	else if (!held && k->element)
		choose_all_lists(s, k);
}
