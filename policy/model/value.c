/* value.c - walking and showing values: lists and maps as they stand in a document, or as constants and context have
 * them, look alike from outside.
 *
 * Elements are typed when they are reached. Maps come in the byte order of their keys, whatever their order in the
 * document. Memory comes from the arena; only its end makes anything fail. */
#include "value.h"

#include <inttypes.h>
#include <string.h>

#include "base/buf.h"
#include "base/invariant.h"
#include "bind.h"
#include "native.h"
#include "scalar.h"
#include "subjects.h"

#define SHOWN_POINTS   256 /* of one text. spec: language.md 7.6 */
#define SHOWN_ELEMENTS 16  /* of one list or map: with their texts about what a message may hold */

/* --- maps in order ------------------------------------------------------------------------------------------------ */

struct ordered {
	pl_str key;
	uint32_t at; /* node of the key, or position */
};

static void sift_down(struct ordered *heap, uint32_t at, uint32_t count)
{
	for (;;) {
		uint32_t child = 2 * at + 1;
		if (child >= count)
			return;
		if (child + 1 < count && pl_str_cmp(heap[child].key, heap[child + 1].key) < 0)
			child++;
		if (pl_str_cmp(heap[at].key, heap[child].key) >= 0)
			return;
		struct ordered t = heap[at];
		heap[at] = heap[child];
		heap[child] = t;
		at = child;
	}
}

/* Heap sort: in place, and n log n whatever the keys are. */
static void sort(struct ordered *items, uint32_t count)
{
	for (uint32_t i = count / 2; i-- > 0;)
		sift_down(items, i, count);
	for (uint32_t n = count; n > 1; n--) {
		struct ordered t = items[0];
		items[0] = items[n - 1];
		items[n - 1] = t;
		sift_down(items, 0, n - 1);
	}
}

static pl_err order_keys(const struct pl_value *map, struct pl_arena *arena, const struct ordered **ret)
{
	const struct pl_doc *doc = map->u.workload->doc;
	uint32_t count = pl_value_count(map), n = 0;
	struct ordered *items = pl_arena_zalloc(arena, count, sizeof(*items));
	if (!items)
		return PL_E_MEMORY;
	for (pl_node key = pl_doc_first(doc, map->node); key != PL_NO_NODE && n < count;
	     key = pl_doc_next(doc, map->node, key)) {
		items[n] = (struct ordered){pl_doc_text(doc, key, arena), key};
		if (!items[n++].key.ptr)
			return PL_E_MEMORY;
	}
	sort(items, n);
	*ret = items;
	return PL_OK;
}

/* --- elements ----------------------------------------------------------------------------------------------------- */

static struct pl_type element_type(const struct pl_value *collection)
{
	return (struct pl_type){.kind = collection->of, .ref = collection->ref};
}

static pl_err read_element(const struct pl_value *collection, pl_node node, struct pl_arena *arena,
			   struct pl_value *ret)
{
	const struct pl_workload *w = collection->u.workload;
	*ret = pl_value_absent();
	return pl_scalar_is_null(w->doc, node) ? PL_OK : pl_native_read(w, node, element_type(collection), arena, ret);
}

uint32_t pl_value_count(const struct pl_value *list)
{
	switch ((enum pl_value_kind)list->kind) {
	case PL_V_NODES:
	case PL_V_NODEMAP:
		return list->node == PL_NO_NODE ? 0 : pl_doc_count(list->u.workload->doc, list->node);
	case PL_V_LIST:
		return list->u.list->count;
	case PL_V_MAP:
		return list->u.map->count;
	case PL_V_ABSENT:
	case PL_V_UNKNOWN:
	case PL_V_BOOL:
	case PL_V_INT:
	case PL_V_NUMBER:
	case PL_V_STRING:
	case PL_V_PATH:
	case PL_V_IMAGE:
	case PL_V_ROLE:
	case PL_V_ARN:
	case PL_V_IP:
	case PL_V_NETWORK:
	case PL_V_IMAGE_BASE:
	case PL_V_VERSION:
	case PL_V_DATE:
	case PL_V_RANGE:
	case PL_V_RECORD:
	case PL_V_SUBJECT:
	case PL_V_ENTRY:
		break;
	}
	return 0;
}

void pl_value_iter_init(struct pl_value_iter *it, const struct pl_value *list)
{
	*it = (struct pl_value_iter){.list = list, .node = PL_NO_NODE};
}

static pl_err make_entry(struct pl_value key, struct pl_value value, struct pl_arena *arena, struct pl_value *ret)
{
	struct pl_value *pair = pl_arena_alloc(arena, 2 * sizeof(*pair));
	if (!pair)
		return PL_E_MEMORY;
	pair[0] = key;
	pair[1] = value;
	*ret = (struct pl_value){.kind = PL_V_ENTRY, .node = key.node, .u.entry = pair};
	return PL_OK;
}

static pl_err next_node(struct pl_value_iter *it, struct pl_arena *arena, struct pl_value *ret)
{
	const struct pl_doc *doc = it->list->u.workload->doc;
	it->node = it->index ? pl_doc_next(doc, it->list->node, it->node) : pl_doc_first(doc, it->list->node);
	return read_element(it->list, it->node, arena, ret);
}

static pl_err next_node_entry(struct pl_value_iter *it, struct pl_arena *arena, struct pl_value *ret)
{
	const struct ordered *order = it->order;
	if (!order)
		PL_TRY(order_keys(it->list, arena, &order));
	it->order = order;
	const struct ordered *at = &order[it->index];
	struct pl_value value;
	PL_TRY(read_element(it->list, pl_doc_value(it->list->u.workload->doc, at->at), arena, &value));
	return make_entry(pl_native_string(at->key, at->at), value, arena, ret);
}

pl_err pl_value_iter_next(struct pl_value_iter *it, struct pl_arena *arena, struct pl_value *ret, bool *ret_done)
{
	const struct pl_value *list = it->list;
	*ret_done = it->index >= pl_value_count(list);
	if (*ret_done)
		return PL_OK;
	pl_err err = PL_OK;
	if (list->kind == PL_V_LIST)
		*ret = list->u.list->items[it->index];
	else if (list->kind == PL_V_MAP)
		err = make_entry(list->u.map->keys[it->index], list->u.map->values[it->index], arena, ret);
	else if (list->kind == PL_V_NODES)
		err = next_node(it, arena, ret);
	else
		err = next_node_entry(it, arena, ret);
	it->index++;
	return err;
}

/* --- maps --------------------------------------------------------------------------------------------------------- */

static struct pl_value find_in_map(const struct pl_map *map, pl_str key)
{
	uint32_t low = 0, high = map->count;
	while (low < high) {
		uint32_t middle = low + (high - low) / 2;
		int order = pl_str_cmp(key, map->keys[middle].u.s);
		if (order == 0)
			return map->values[middle];
		if (order < 0)
			high = middle;
		else
			low = middle + 1;
	}
	return pl_value_absent();
}

pl_err pl_value_index(const struct pl_value *map, pl_str key, struct pl_arena *arena, struct pl_value *ret)
{
	if (map->kind == PL_V_UNKNOWN || map->kind == PL_V_ABSENT) {
		*ret = *map;
		return PL_OK;
	}
	if (map->kind == PL_V_MAP) {
		*ret = find_in_map(map->u.map, key);
		return PL_OK;
	}
	if (PL_NEVER(map->kind != PL_V_NODEMAP))
		return PL_E_INTERNAL;
	*ret = pl_value_absent();
	if (map->node == PL_NO_NODE)
		return PL_OK;
	pl_node node = pl_doc_get(map->u.workload->doc, map->node, key, NULL);
	return node == PL_NO_NODE ? PL_OK : read_element(map, node, arena, ret);
}

pl_err pl_value_map_make(const struct pl_value *keys, const struct pl_value *values, uint32_t count,
			 struct pl_arena *arena, struct pl_value *ret)
{
	struct ordered *order = pl_arena_zalloc(arena, count, sizeof(*order));
	struct pl_value *sorted = pl_arena_zalloc(arena, (size_t)count * 2, sizeof(*sorted));
	struct pl_map *map = pl_arena_alloc(arena, sizeof(*map));
	uint32_t n = 0;
	if (!order || !sorted || !map)
		return PL_E_MEMORY;
	for (uint32_t i = 0; i < count; i++)
		if (keys[i].kind == PL_V_STRING)
			order[n++] = (struct ordered){keys[i].u.s, i};
	sort(order, n);
	for (uint32_t i = 0; i < n; i++) {
		sorted[i] = keys[order[i].at];
		sorted[n + i] = values[order[i].at];
	}
	*map = (struct pl_map){.keys = sorted, .values = sorted + n, .count = n};
	*ret = (struct pl_value){.kind = PL_V_MAP, .of = PL_T_STRING, .node = PL_NO_NODE, .u.map = map};
	return PL_OK;
}

/* --- showing ------------------------------------------------------------------------------------------------------ */

static void show_text(pl_str s, struct pl_buf *out)
{
	if (s.len)
		pl_buf_add_escaped(out, s, SHOWN_POINTS);
	else
		pl_buf_adds(out, "\"\"");
}

/* An amount of unknown kind: nobody asks for a thousand cores, nobody for less than a kilobyte. */
static void show_number(const struct pl_value *v, struct pl_buf *out)
{
	char text[64];
	bool small = v->u.q > -1000 * PL_NANO_ONE && v->u.q < 1000 * PL_NANO_ONE;
	bool cores = v->of == PL_T_CORES || (v->of == PL_T_QUANTITY && small);
	pl_buf_add(out, cores ? pl_quantity_format_cores(v->u.q, text) : pl_quantity_format_bytes(v->u.q, text));
}

/* spec: proleptic Gregorian calendar, counted from 0000-03-01 so that the leap day is the last of its year. */
static void show_date(int64_t days, struct pl_buf *out)
{
	if (days < -719468 || days > 2932896) {
		pl_buf_addf(out, "day %" PRId64, days);
		return;
	}
	int64_t z = days + 719468, era = z / 146097, of_era = z % 146097;
	int64_t year = (of_era - of_era / 1460 + of_era / 36524 - of_era / 146096) / 365;
	int64_t of_year = of_era - (365 * year + year / 4 - year / 100);
	int64_t month = (5 * of_year + 2) / 153, day = of_year - (153 * month + 2) / 5 + 1;
	month = month < 10 ? month + 3 : month - 9;
	pl_buf_addf(out, "%04" PRId64 "-%02" PRId64 "-%02" PRId64, year + era * 400 + (month <= 2), month, day);
}

static void show_network(const struct pl_network *net, struct pl_buf *out)
{
	char text[48];
	pl_str base = pl_ip_format(&net->base, text);
	bool v4 = net->prefix >= 96 && !memchr(base.ptr, ':', base.len);
	pl_buf_add(out, base);
	if (net->prefix < 128)
		pl_buf_addf(out, "/%u", (unsigned)net->prefix - (v4 ? 96u : 0u));
}

static void show_ip(const struct pl_ip *ip, struct pl_buf *out)
{
	char text[48];
	pl_buf_add(out, pl_ip_format(ip, text));
}

static void show_base(const struct pl_image_base *base, struct pl_buf *out)
{
	pl_buf_add(out, base->registry);
	if (base->repository.len)
		pl_buf_addc(out, '/');
	pl_buf_add(out, base->repository);
}

static void show_subject(const struct pl_value *v, struct pl_arena *arena, struct pl_buf *out)
{
	enum pl_subject subject = (enum pl_subject)v->ref;
	if (v->u.workload)
		pl_subject_show(v->u.workload, subject, v->node, arena, out);
	else
		pl_buf_adds(out, pl_subject_name(subject));
}

/* A value that is not a list, map or entry; false for those. */
static bool show_single(const struct pl_value *v, struct pl_arena *arena, struct pl_buf *out)
{
	char text[64];
	switch ((enum pl_value_kind)v->kind) {
	case PL_V_ABSENT:
		pl_buf_adds(out, "not set");
		return true;
	case PL_V_UNKNOWN:
		pl_buf_addf(out, "unknown (%s)", v->u.why);
		return true;
	case PL_V_BOOL:
		pl_buf_adds(out, v->u.b ? "true" : "false");
		return true;
	case PL_V_INT:
		pl_buf_addf(out, "%" PRId64, v->u.i);
		return true;
	case PL_V_NUMBER:
		show_number(v, out);
		return true;
	case PL_V_STRING:
	case PL_V_PATH:
		show_text(v->u.s, out);
		return true;
	case PL_V_IMAGE:
		show_text(v->u.image->text, out);
		return true;
	case PL_V_ROLE:
		show_text(v->u.role->text, out);
		return true;
	case PL_V_ARN:
		show_text(v->u.arn->text, out);
		return true;
	case PL_V_IP:
		show_ip(v->u.ip, out);
		return true;
	case PL_V_NETWORK:
		show_network(v->u.net, out);
		return true;
	case PL_V_IMAGE_BASE:
		show_base(v->u.base, out);
		return true;
	case PL_V_VERSION:
		pl_buf_add(out, pl_version_format(v->u.version, text));
		return true;
	case PL_V_DATE:
		show_date(v->u.i, out);
		return true;
	case PL_V_RANGE:
		pl_buf_addf(out, "%" PRId64 "..%" PRId64, v->u.range.low, v->u.range.high);
		return true;
	case PL_V_RECORD:
		pl_buf_adds(out, "{...}");
		return true;
	case PL_V_SUBJECT:
		show_subject(v, arena, out);
		return true;
	case PL_V_NODES:
	case PL_V_LIST:
	case PL_V_NODEMAP:
	case PL_V_MAP:
	case PL_V_ENTRY:
		break;
	}
	return false;
}

/* What stands in a list: lists inside lists are not spelled out, so nothing here nests. */
static void show_inner(const struct pl_value *v, struct pl_arena *arena, struct pl_buf *out)
{
	if (!show_single(v, arena, out))
		pl_buf_adds(out, "{...}");
}

static void show_entry(const struct pl_value *entry, struct pl_arena *arena, struct pl_buf *out)
{
	show_inner(&entry->u.entry[0], arena, out);
	pl_buf_adds(out, ": ");
	show_inner(&entry->u.entry[1], arena, out);
}

static void show_elements(const struct pl_value *list, struct pl_arena *arena, struct pl_buf *out)
{
	struct pl_value_iter it;
	struct pl_value v;
	bool done;
	uint32_t count = pl_value_count(list);
	pl_value_iter_init(&it, list);
	for (uint32_t i = 0; i < count && i < SHOWN_ELEMENTS; i++) {
		if (pl_value_iter_next(&it, arena, &v, &done) != PL_OK) {
			out->failed = true;
			return;
		}
		pl_buf_adds(out, i ? ", " : "");
		if (v.kind == PL_V_ENTRY)
			show_entry(&v, arena, out);
		else
			show_inner(&v, arena, out);
	}
	if (count > SHOWN_ELEMENTS)
		pl_buf_addf(out, ", and %u more", count - SHOWN_ELEMENTS);
}

void pl_value_show(const struct pl_value *v, struct pl_arena *arena, struct pl_buf *out)
{
	if (show_single(v, arena, out))
		return;
	if (v->kind == PL_V_ENTRY) {
		show_entry(v, arena, out);
		return;
	}
	pl_buf_addc(out, '{');
	show_elements(v, arena, out);
	pl_buf_addc(out, '}');
}
