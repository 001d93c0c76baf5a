/* sets.c - open addressing with a 32-bit tag beside each element; at most half full. The elements are constants of a
 * policy, so nobody who sends an object can choose what collides. */
#include "sets.h"

#include "model/path.h"

struct cell {
	uint32_t tag;
	uint32_t item; /* + 1; 0: free */
};

struct pl_set_index {
	const struct pl_value *items;
	const struct cell *cells;
	uint32_t mask;
	uint8_t kind;
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
	case PL_V_IMAGE: /* tag and digest decide between the candidates */
		return hash_place(v->u.image->registry, v->u.image->repository);
	case PL_V_IMAGE_BASE:
		return hash_place(v->u.base->registry, v->u.base->repository);
	case PL_V_ROLE: /* so does the account */
		return hash_bytes(v->u.role->name.ptr, v->u.role->name.len);
	case PL_V_ARN:
		return hash_bytes(v->u.arn->text.ptr, v->u.arn->text.len);
	case PL_V_IP:
		return hash_bytes(v->u.ip, sizeof *v->u.ip);
	case PL_V_VERSION:
		return hash_bytes(&v->u.version, sizeof v->u.version);
	case PL_V_ABSENT:
	case PL_V_UNKNOWN:
	case PL_V_BOOL:
	case PL_V_NETWORK:
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

static const struct cell *fill_cells(const struct pl_list *list, uint32_t mask, struct pl_arena *arena)
{
	struct cell *cells = pl_arena_zalloc(arena, (size_t)mask + 1, sizeof *cells);
	for (uint32_t i = 0; cells && i < list->count; i++) {
		uint64_t hash = pl_sets_hash(&list->items[i]);
		uint32_t at = (uint32_t)hash & mask;
		while (cells[at].item)
			at = (at + 1) & mask;
		cells[at] = (struct cell){(uint32_t)(hash >> 32), i + 1};
	}
	return cells;
}

const struct pl_list *pl_sets_prepare(const struct pl_list *list, struct pl_arena *arena)
{
	if (list->count <= PL_SETS_SMALL || list->count > UINT32_MAX / 8)
		return list;
	uint8_t kind = common_kind(list);
	if (kind == PL_V_ABSENT)
		return list;
	uint32_t mask = 31;
	while (mask < list->count * 2)
		mask = mask * 2 + 1;
	struct pl_list *copy = pl_arena_alloc(arena, sizeof *copy);
	struct pl_set_index *index = pl_arena_alloc(arena, sizeof *index);
	const struct cell *cells = fill_cells(list, mask, arena);
	if (!copy || !index || !cells)
		return NULL;
	*index = (struct pl_set_index){list->items, cells, mask, kind};
	*copy = (struct pl_list){list->items, list->count, index};
	return copy;
}

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
