/* sets.c - open addressing with a 32-bit tag beside each element; at most half full. The elements are constants of a
 * policy, so nobody who sends an object can choose what collides; elements that say the same stand there once, so that
 * a data file full of them builds in linear time.
 *
 * Images are equal when their digests are, or their tags where neither has one: each stands under what decides. */
#include "sets.h"

#include <stdlib.h>
#include <string.h>

#include "model/path.h"

#define PREFIXES 129 /* of networks */

struct cell {
	uint32_t tag;
	uint32_t item; /* + 1; 0: free */
};

struct pl_set_index {
	const struct pl_value *items;
	const struct cell *cells;
	uint32_t mask;
	uint8_t kind;
	const pl_str *sorted;	 /* of paths */
	const uint8_t *prefixes; /* of networks: those there are, shortest first */
	uint8_t prefix_count;
};

struct pl_map_index {
	const struct cell *cells;
	uint32_t mask;
};

#define FNV_START 0xcbf29ce484222325u
#define FNV_PRIME 0x100000001b3u

static uint64_t add_byte(uint64_t h, char c)
{
	return (h ^ (unsigned char)c) * FNV_PRIME;
}

static uint64_t add_text(uint64_t h, pl_str s)
{
	for (size_t i = 0; i < s.len; i++)
		h = add_byte(h, s.ptr[i]);
	return h;
}

/* Spreads the bits; never 0, which means "no hash". */
static uint64_t finish(uint64_t h)
{
	h ^= h >> 32;
	h *= 0xd6e8feb86659fd93u;
	h ^= h >> 32;
	return h | 1;
}

static uint64_t hash_bytes(const void *bytes, size_t len)
{
	return finish(add_text(FNV_START, (pl_str){bytes, len}));
}

static uint64_t hash_place(pl_str registry, pl_str repository)
{
	uint64_t h = add_byte(add_text(FNV_START, registry), '/');
	return finish(add_text(h, repository));
}

static uint64_t hash_number(pl_nano q)
{
	return hash_bytes(&q, sizeof q);
}

/* --- images ------------------------------------------------------------------------------------------------------- */

/* The part of an image that decides which one it is. */
static pl_str deciding_part(const struct pl_image *image)
{
	if (image->digest.len)
		return image->digest;
	return image->tag.len ? image->tag : PL_STR("latest");
}

static uint64_t hash_image(const struct pl_image *image)
{
	uint64_t h = add_byte(add_text(FNV_START, image->registry), '/');
	h = add_byte(add_text(h, image->repository), image->digest.len ? '@' : ':');
	return finish(add_text(h, deciding_part(image)));
}

/* --- networks ----------------------------------------------------------------------------------------------------- */

static uint64_t hash_network(const struct pl_ip *ip, uint8_t prefix)
{
	uint8_t bytes[sizeof ip->bytes + 1] = {0};
	memcpy(bytes, ip->bytes, prefix / 8);
	if (prefix % 8)
		bytes[prefix / 8] = (uint8_t)(ip->bytes[prefix / 8] & (0xFFu << (8 - prefix % 8)));
	bytes[sizeof ip->bytes] = prefix;
	return hash_bytes(bytes, sizeof bytes);
}

/* --- all kinds ---------------------------------------------------------------------------------------------------- */

uint64_t pl_sets_hash(const struct pl_value *v)
{
	switch ((enum pl_value_kind)v->kind) {
	case PL_V_INT:
		return hash_number((pl_nano)v->u.i * PL_NANO_ONE);
	case PL_V_NUMBER:
		return hash_number(v->u.q);
	case PL_V_DATE:
		return hash_bytes(&v->u.i, sizeof v->u.i);
	case PL_V_STRING:
	case PL_V_PATH:
		return hash_bytes(v->u.s.ptr, v->u.s.len);
	case PL_V_IMAGE:
		return hash_image(v->u.image);
	case PL_V_IMAGE_BASE:
		return hash_place(v->u.base->registry, v->u.base->repository);
	case PL_V_ROLE: /* the account decides between the candidates */
		return hash_bytes(v->u.role->name.ptr, v->u.role->name.len);
	case PL_V_ARN:
		return hash_bytes(v->u.arn->text.ptr, v->u.arn->text.len);
	case PL_V_IP:
		return hash_bytes(v->u.ip, sizeof *v->u.ip);
	case PL_V_VERSION:
		return hash_bytes(&v->u.version, sizeof v->u.version);
	case PL_V_NETWORK:
		return hash_network(&v->u.net->base, v->u.net->prefix);
	case PL_V_ABSENT:
	case PL_V_UNKNOWN:
	case PL_V_BOOL:
	case PL_V_RANGE:
	case PL_V_RECORD:
	case PL_V_SUBJECT:
	case PL_V_NODES:
	case PL_V_LIST:
	case PL_V_NODEMAP:
	case PL_V_MAP:
	case PL_V_ENTRY:
		return 0;
	}
	return 0;
}

static uint8_t class_of(const struct pl_value *v)
{
	return v->kind == PL_V_INT ? PL_V_NUMBER : v->kind;
}

/* The kind all elements share, if it has a hash. */
static uint8_t common_kind(const struct pl_list *list)
{
	uint8_t kind = class_of(&list->items[0]);
	for (uint32_t i = 0; i < list->count; i++) {
		if (class_of(&list->items[i]) != kind || pl_sets_hash(&list->items[i]) == 0)
			return PL_V_ABSENT;
	}
	return kind;
}

/* Two elements under one hash that find the same: the second need not be there. */
static bool is_twin(const struct pl_value *a, const struct pl_value *b)
{
	switch ((enum pl_value_kind)a->kind) {
	case PL_V_STRING:
	case PL_V_PATH:
		return pl_str_eq(a->u.s, b->u.s);
	case PL_V_IMAGE:
		return pl_image_eq(a->u.image, b->u.image);
	case PL_V_IMAGE_BASE:
		return pl_str_eq(a->u.base->registry, b->u.base->registry) &&
		       pl_str_eq(a->u.base->repository, b->u.base->repository);
	case PL_V_ROLE:
		return pl_str_eq(a->u.role->name, b->u.role->name) && pl_str_eq(a->u.role->account, b->u.role->account);
	case PL_V_ARN:
		return pl_str_eq(a->u.arn->text, b->u.arn->text);
	case PL_V_NETWORK:
		return a->u.net->prefix == b->u.net->prefix &&
		       memcmp(&a->u.net->base, &b->u.net->base, sizeof a->u.net->base) == 0;
	case PL_V_ABSENT:
	case PL_V_UNKNOWN:
	case PL_V_BOOL:
	case PL_V_INT:
	case PL_V_NUMBER:
	case PL_V_IP:
	case PL_V_VERSION:
	case PL_V_DATE:
	case PL_V_RANGE:
	case PL_V_RECORD:
	case PL_V_SUBJECT:
	case PL_V_NODES:
	case PL_V_LIST:
	case PL_V_NODEMAP:
	case PL_V_MAP:
	case PL_V_ENTRY:
		return true; /* what was hashed is the value itself */
	}
	return false;
}

/* Numbers and addresses: what collides is very nearly always equal, and is compared by who looks it up. */
static bool is_whole(const struct pl_value *v)
{
	return v->kind == PL_V_INT || v->kind == PL_V_NUMBER || v->kind == PL_V_IP || v->kind == PL_V_VERSION ||
	       v->kind == PL_V_DATE;
}

static bool same_bits(const struct pl_value *a, const struct pl_value *b)
{
	if (a->kind == PL_V_IP)
		return pl_ip_cmp(a->u.ip, b->u.ip) == 0;
	if (a->kind == PL_V_VERSION)
		return pl_version_cmp(a->u.version, b->u.version) == 0;
	pl_nano x = a->kind == PL_V_NUMBER ? a->u.q : (pl_nano)a->u.i * PL_NANO_ONE;
	pl_nano y = b->kind == PL_V_NUMBER ? b->u.q : (pl_nano)b->u.i * PL_NANO_ONE;
	return x == y;
}

/* Puts an element where its hash belongs, unless one that finds the same stands there. */
static void place(struct cell *cells, uint32_t mask, const struct pl_value *items, uint32_t item, uint64_t hash)
{
	uint32_t at = (uint32_t)hash & mask, tag = (uint32_t)(hash >> 32);
	for (; cells[at].item; at = (at + 1) & mask) {
		const struct pl_value *a = &items[item], *b = &items[cells[at].item - 1];
		if (cells[at].tag == tag && (is_whole(a) ? same_bits(a, b) : is_twin(a, b)))
			return;
	}
	cells[at] = (struct cell){tag, item + 1};
}

static const struct cell *fill_cells(const struct pl_list *list, uint32_t mask, struct pl_arena *arena)
{
	struct cell *cells = pl_arena_zalloc(arena, (size_t)mask + 1, sizeof *cells);
	for (uint32_t i = 0; cells && i < list->count; i++) {
		place(cells, mask, list->items, i, pl_sets_hash(&list->items[i]));
	}
	return cells;
}

static int by_text(const void *a, const void *b)
{
	return pl_str_cmp(*(const pl_str *)a, *(const pl_str *)b);
}

static bool sort_paths(const struct pl_list *list, struct pl_arena *arena, struct pl_set_index *index)
{
	pl_str *sorted = pl_arena_alloc(arena, list->count * sizeof *sorted);
	if (!sorted)
		return false;
	for (uint32_t i = 0; i < list->count; i++)
		sorted[i] = list->items[i].u.s;
	qsort(sorted, list->count, sizeof *sorted, by_text);
	index->sorted = sorted;
	return true;
}

static bool list_prefixes(const struct pl_list *list, struct pl_arena *arena, struct pl_set_index *index)
{
	bool there[PREFIXES] = {false};
	uint8_t *prefixes = pl_arena_alloc(arena, PREFIXES);
	if (!prefixes)
		return false;
	for (uint32_t i = 0; i < list->count; i++)
		there[list->items[i].u.net->prefix] = true;
	for (unsigned p = 0; p < PREFIXES; p++) {
		if (there[p])
			prefixes[index->prefix_count++] = (uint8_t)p;
	}
	index->prefixes = prefixes;
	return true;
}

/* A power of two less one, with room for twice as many cells. */
static uint32_t mask_for(uint32_t cells)
{
	uint32_t mask = 31;
	while (mask < cells * 2)
		mask = mask * 2 + 1;
	return mask;
}

const struct pl_list *pl_sets_prepare(const struct pl_list *list, struct pl_arena *arena)
{
	if (list->count <= PL_SETS_SMALL || list->count > UINT32_MAX / 16)
		return list;
	uint8_t kind = common_kind(list);
	if (kind == PL_V_ABSENT)
		return list;
	uint32_t mask = mask_for(kind == PL_V_IMAGE ? list->count * 2 : list->count);
	struct pl_list *copy = pl_arena_alloc(arena, sizeof *copy);
	struct pl_set_index *index = pl_arena_zalloc(arena, 1, sizeof *index);
	const struct cell *cells = fill_cells(list, mask, arena);
	if (!copy || !index || !cells)
		return NULL;
	*index = (struct pl_set_index){.items = list->items, .cells = cells, .mask = mask, .kind = kind};
	if ((kind == PL_V_PATH && !sort_paths(list, arena, index)) ||
	    (kind == PL_V_NETWORK && !list_prefixes(list, arena, index)))
		return NULL;
	*copy = (struct pl_list){list->items, list->count, index};
	return copy;
}

/* --- maps --------------------------------------------------------------------------------------------------------- */

static bool holds_sets(const struct pl_value *values, uint32_t count)
{
	for (uint32_t i = 0; i < count; i++) {
		bool set = values[i].kind == PL_V_LIST && values[i].u.list->count > PL_SETS_SMALL;
		if (set || (values[i].kind == PL_V_MAP && holds_sets(values[i].u.map->values, values[i].u.map->count)))
			return true;
	}
	return false;
}

/* The values of a map or of one of its rows, with indexes for the sets among them; values themselves if there are none.
 * Maps stand in maps one deep. */
static const struct pl_value *prepare_values(const struct pl_value *values, uint32_t count, struct pl_arena *arena)
{
	if (!holds_sets(values, count))
		return values;
	struct pl_value *copy = pl_arena_alloc(arena, count * sizeof *copy);
	for (uint32_t i = 0; copy && i < count; i++) {
		copy[i] = values[i];
		if (values[i].kind == PL_V_LIST) {
			copy[i].u.list = pl_sets_prepare(values[i].u.list, arena);
			if (!copy[i].u.list)
				return NULL;
		} else if (values[i].kind == PL_V_MAP) {
			struct pl_map *row = pl_arena_alloc(arena, sizeof *row);
			if (!row)
				return NULL;
			*row = *values[i].u.map;
			row->values = prepare_values(row->values, row->count, arena);
			if (!row->values)
				return NULL;
			copy[i].u.map = row;
		}
	}
	return copy;
}

static bool index_keys(const struct pl_map *map, struct pl_arena *arena, struct pl_map_index *index)
{
	uint32_t mask = mask_for(map->count);
	struct cell *cells = pl_arena_zalloc(arena, (size_t)mask + 1, sizeof *cells);
	if (!cells)
		return false;
	for (uint32_t i = 0; i < map->count; i++)
		place(cells, mask, map->keys, i, pl_sets_hash(&map->keys[i]));
	*index = (struct pl_map_index){cells, mask};
	return true;
}

const struct pl_map *pl_sets_prepare_map(const struct pl_map *map, struct pl_arena *arena)
{
	struct pl_map *copy = pl_arena_alloc(arena, sizeof *copy);
	if (!copy)
		return NULL;
	*copy = *map;
	copy->values = prepare_values(map->values, map->count, arena);
	if (!copy->values)
		return NULL;
	if (map->count <= PL_SETS_SMALL || map->count > UINT32_MAX / 16)
		return copy;
	struct pl_map_index *index = pl_arena_alloc(arena, sizeof *index);
	if (!index || !index_keys(map, arena, index))
		return NULL;
	copy->index = index;
	return copy;
}

struct pl_value pl_sets_entry(const struct pl_map *map, pl_str key)
{
	const struct pl_map_index *index = map->index;
	uint64_t hash = hash_bytes(key.ptr, key.len);
	uint32_t at = (uint32_t)hash & index->mask;
	for (; index->cells[at].item; at = (at + 1) & index->mask) {
		uint32_t item = index->cells[at].item - 1;
		if (index->cells[at].tag == (uint32_t)(hash >> 32) && pl_str_eq(map->keys[item].u.s, key))
			return map->values[item];
	}
	return pl_value_absent();
}

/* --- looking up --------------------------------------------------------------------------------------------------- */

enum pl_value_kind pl_sets_kind(const struct pl_list *list)
{
	const struct pl_set_index *index = list->index;
	return index ? (enum pl_value_kind)index->kind : PL_V_ABSENT;
}

void pl_sets_find(const struct pl_list *list, uint64_t hash, struct pl_set_cursor *cursor)
{
	const struct pl_set_index *index = list->index;
	*cursor = (struct pl_set_cursor){index, hash, (uint32_t)hash & index->mask};
}

const struct pl_value *pl_sets_next(struct pl_set_cursor *cursor)
{
	const struct pl_set_index *index = cursor->index;
	for (;;) {
		struct cell cell = index->cells[cursor->cell];
		if (cell.item == 0)
			return NULL;
		cursor->cell = (cursor->cell + 1) & index->mask;
		if (cell.tag == (uint32_t)(cursor->hash >> 32))
			return &index->items[cell.item - 1];
	}
}

static bool has_place(const struct pl_list *bases, uint64_t hash, pl_str registry, pl_str repository)
{
	struct pl_set_cursor cursor;
	pl_sets_find(bases, hash, &cursor);
	for (const struct pl_value *v; (v = pl_sets_next(&cursor));) {
		if (pl_str_eq(v->u.base->registry, registry) && pl_str_eq(v->u.base->repository, repository))
			return true;
	}
	return false;
}

bool pl_sets_image_under(const struct pl_list *bases, const struct pl_image *image)
{
	pl_str repository = image->repository;
	uint64_t h = add_byte(add_text(FNV_START, image->registry), '/');
	for (size_t i = 0; i <= repository.len; i++) {
		bool end = i == 0 || i == repository.len || repository.ptr[i] == '/';
		if (end && has_place(bases, finish(h), image->registry, (pl_str){repository.ptr, i}))
			return true;
		if (i < repository.len)
			h = add_byte(h, repository.ptr[i]);
	}
	return false;
}

static bool has_text(const struct pl_list *set, uint64_t hash, pl_str text)
{
	struct pl_set_cursor cursor;
	pl_sets_find(set, hash, &cursor);
	for (const struct pl_value *v; (v = pl_sets_next(&cursor));) {
		if (pl_str_eq(v->u.s, text))
			return true;
	}
	return false;
}

bool pl_sets_path_under(const struct pl_list *paths, pl_str path)
{
	uint64_t h = FNV_START;
	for (size_t i = 0; i < path.len; i++) {
		h = add_byte(h, path.ptr[i]);
		bool end = i + 1 == path.len || path.ptr[i] == '/' || path.ptr[i + 1] == '/';
		if (!end || !has_text(paths, finish(h), (pl_str){path.ptr, i + 1}))
			continue;
		/* what a drive or "//" holds is for path.c to say */
		if (pl_path_under(path, (pl_str){path.ptr, i + 1}))
			return true;
	}
	return false;
}

/* Whether a text comes before everything that is below path. */
static bool is_before(pl_str text, pl_str path)
{
	size_t shared = text.len < path.len ? text.len : path.len;
	int order = memcmp(text.ptr, path.ptr, shared);
	if (order != 0 || text.len <= path.len)
		return order <= 0;
	return path.ptr[path.len - 1] != '/' && (unsigned char)text.ptr[path.len] < '/';
}

static uint32_t first_below(const pl_str *sorted, uint32_t count, pl_str path)
{
	uint32_t low = 0, high = count;
	while (low < high) {
		uint32_t middle = low + (high - low) / 2;
		if (is_before(sorted[middle], path))
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

/* What is below a path begins with it and a '/': it stands together. */
bool pl_sets_path_covers(const struct pl_list *paths, pl_str path)
{
	const struct pl_set_index *index = paths->index;
	if (has_text(paths, hash_bytes(path.ptr, path.len), path))
		return true;
	uint32_t at = path.len ? first_below(index->sorted, paths->count, path) : paths->count;
	bool rooted = path.len && path.ptr[path.len - 1] == '/';
	for (; at < paths->count; at++) {
		pl_str text = index->sorted[at];
		if (!pl_str_starts(text, path) || text.len <= path.len || (!rooted && text.ptr[path.len] != '/'))
			return false;
		if (pl_path_under(text, path))
			return true; /* what a drive or "//" holds is for path.c to say */
	}
	return false;
}

bool pl_sets_network_has(const struct pl_list *networks, const struct pl_ip *ip)
{
	const struct pl_set_index *index = networks->index;
	for (uint8_t i = 0; i < index->prefix_count; i++) {
		struct pl_set_cursor cursor;
		pl_sets_find(networks, hash_network(ip, index->prefixes[i]), &cursor);
		for (const struct pl_value *v; (v = pl_sets_next(&cursor));) {
			if (pl_network_has(v->u.net, ip))
				return true;
		}
	}
	return false;
}
