/* layout.c - declarations as lists of items; see layout.h. layout_print.c turns them into lines. */
#include "layout_item.h"

#include <string.h>

#include "base/invariant.h"

uint32_t pl_layout_columns(pl_str text)
{
	uint32_t width = 0;
	for (size_t i = 0; i < text.len && text.ptr[i] != '\n'; i++)
		width += ((unsigned char)text.ptr[i] & 0xC0) != 0x80;
	return width;
}

void pl_layout_begin(struct pl_layout *l)
{
	l->count = 0;
	l->open = PL_LAYOUT_NONE;
	l->anchor = PL_LAYOUT_NONE;
	l->tail = NULL;
}

struct pl_layout_mark pl_layout_mark(const struct pl_layout *l)
{
	return (struct pl_layout_mark){l->count, l->anchor};
}

void pl_layout_rewind(struct pl_layout *l, struct pl_layout_mark mark)
{
	l->count = mark.count;
	l->anchor = mark.anchor;
}

static bool reserve(struct pl_layout *l)
{
	if (l->count < l->cap)
		return true;
	uint32_t cap = l->cap ? l->cap * 2 : 512;
	struct pl_layout_item *items = l->failed ? NULL : pl_arena_alloc(l->arena, cap * sizeof *items);
	if (!items) {
		l->failed = true;
		return false;
	}
	if (l->count)
		memcpy(items, l->items, l->count * sizeof *items);
	l->items = items;
	l->cap = cap;
	return true;
}

/* The new item, NULL when memory is out. */
static struct pl_layout_item *add(struct pl_layout *l, enum pl_layout_kind kind, uint32_t width)
{
	if (!reserve(l))
		return NULL;
	struct pl_layout_item *item = &l->items[l->count++];
	*item = (struct pl_layout_item){.kind = (uint8_t)kind, .width = width, .group = l->open};
	return item;
}

bool pl_layout_takes_remarks(const struct pl_layout_item *item)
{
	return item->kind == PL_ITEM_LINE || (item->kind == PL_ITEM_BREAK && (item->flags & PL_BREAK_REMARKS));
}

/* Puts a comment where it belongs among those of a break: they keep their order. */
static void add_note(struct pl_layout *l, uint32_t at, const struct pl_remark *remark, bool blank)
{
	struct pl_layout_note *note = pl_arena_zalloc(l->arena, 1, sizeof *note);
	if (!note || PL_NEVER(at == PL_LAYOUT_NONE)) {
		l->failed = true;
		return;
	}
	struct pl_layout_item *item = &l->items[at];
	bool later = item->newest && item->newest->remark->at < remark->at;
	struct pl_layout_note **tail = later ? &item->newest->next : &item->notes;
	while (*tail && (*tail)->remark->at < remark->at)
		tail = &(*tail)->next;
	*note = (struct pl_layout_note){.remark = remark, .blank = blank, .next = *tail};
	*tail = note;
	item->newest = note;
}

void pl_layout_move_up(struct pl_layout *l, uint32_t anchor, const struct pl_remark *first)
{
	for (const struct pl_remark *r = first; r && !l->failed; r = r->next) {
		bool blank = l->items[anchor].blank;
		l->items[anchor].blank = false;
		add_note(l, anchor, r, blank);
	}
}

void pl_layout_line(struct pl_layout *l, unsigned indent)
{
	l->anchor = l->count;
	struct pl_layout_item *item = add(l, PL_ITEM_LINE, 0);
	if (item)
		item->offset = (int8_t)indent;
}

/* The break right before the next word; PL_LAYOUT_NONE if words stand between. */
static uint32_t fresh_break(const struct pl_layout *l)
{
	uint32_t i = l->count;
	while (i > 0 && (l->items[i - 1].kind == PL_ITEM_OPEN || l->items[i - 1].kind == PL_ITEM_CLOSE))
		i--;
	return i > 0 && pl_layout_takes_remarks(&l->items[i - 1]) ? i - 1 : PL_LAYOUT_NONE;
}

static void place_above(struct pl_layout *l, const struct pl_word *word)
{
	uint32_t fresh = fresh_break(l);
	if (fresh == PL_LAYOUT_NONE) {
		pl_layout_move_up(l, l->anchor, word->above);
		return;
	}
	l->items[fresh].blank = fresh == 0 && word->blank;
	for (const struct pl_remark *r = word->above; r && !l->failed; r = r->next)
		add_note(l, fresh, r, r->blank);
}

void pl_layout_word(struct pl_layout *l, const struct pl_word *word)
{
	if (word->above)
		place_above(l, word);
	uint32_t anchor = l->anchor;
	struct pl_layout_item *item = add(l, PL_ITEM_WORD, pl_layout_columns(word->text));
	if (!item)
		return;
	item->word = word;
	item->pair = anchor;
}

void pl_layout_space(struct pl_layout *l)
{
	add(l, PL_ITEM_SPACE, 1);
}

uint32_t pl_layout_open(struct pl_layout *l, enum pl_layout_base base, bool even)
{
	uint32_t index = l->count, anchor = l->anchor;
	struct pl_layout_item *item = add(l, PL_ITEM_OPEN, 0);
	if (!item)
		return PL_LAYOUT_NONE;
	item->base = (uint8_t)base;
	item->even = even;
	item->column = anchor; /* until it is printed: where comments go after the group */
	l->open = index;
	return index;
}

void pl_layout_close(struct pl_layout *l)
{
	uint32_t index = l->count, open = l->open;
	if (!add(l, PL_ITEM_CLOSE, 0) || PL_NEVER(open == PL_LAYOUT_NONE))
		return;
	l->items[index].pair = open;
	l->items[open].pair = index;
	l->anchor = l->items[open].column;
	l->open = l->items[open].group;
}

void pl_layout_change(struct pl_layout *l, uint32_t group, enum pl_layout_base base, bool even)
{
	if (group == PL_LAYOUT_NONE)
		return;
	l->items[group].base = (uint8_t)base;
	l->items[group].even = even;
}

void pl_layout_break(struct pl_layout *l, unsigned flat, int offset, unsigned flags)
{
	uint32_t index = l->count;
	struct pl_layout_item *item = add(l, PL_ITEM_BREAK, flat);
	if (!item)
		return;
	item->flat = (uint8_t)flat;
	item->offset = (int8_t)offset;
	item->flags = (uint8_t)flags;
	if ((flags & PL_BREAK_REMARKS) && !(flags & PL_BREAK_CLOSING))
		l->anchor = index;
}

uint32_t pl_layout_pad(struct pl_layout *l)
{
	uint32_t index = l->count;
	return add(l, PL_ITEM_PAD, 0) ? index : PL_LAYOUT_NONE;
}

void pl_layout_set_pad(struct pl_layout *l, uint32_t pad, uint32_t width)
{
	if (pad != PL_LAYOUT_NONE)
		l->items[pad].pair = width;
}

uint32_t pl_layout_width(const struct pl_layout *l, uint32_t from)
{
	uint32_t width = 0;
	for (uint32_t i = from; i < l->count; i++)
		width += l->items[i].width;
	return width;
}

bool pl_layout_end(struct pl_layout *l)
{
	if (!add(l, PL_ITEM_END, 0))
		return false;
	l->count--;
	return true;
}
