/* report_source.c - what excerpts need to know of a source text: where lines begin, and which scalars are secrets.
 *
 * Places: every STEP bytes a checkpoint holds the line and column of that byte, so a look-up reads at most STEP bytes,
 * whether the text has a million lines or one line of 32 MiB. Secrets: what model/private.h lists. Invariant: `hidden`
 * is sorted by start. A walk that ran out of memory leaves the source blind: no excerpts. */
#include "report_source.h"

#include "model/private.h"

#define STEP 4096u

struct checkpoint {
	uint32_t line;	 /* 1-based */
	uint32_t column; /* code points of the line before this byte */
};

struct frame {
	struct frame *up, *down; /* down: kept for the next descent */
	pl_node parent, child;
	enum pl_private place;
};

struct pl_source {
	struct pl_arena *arena;
	pl_str text;
	struct checkpoint *checkpoints;
	const struct pl_doc *doc; /* whose secrets are known */
	struct frame *frames;	  /* the outermost, kept from document to document */
	struct pl_span *hidden;
	size_t hidden_count, hidden_cap;
	bool blind;
};

static bool starts_point(char c)
{
	return ((unsigned char)c & 0xC0) != 0x80;
}

static struct checkpoint advance(struct checkpoint at, pl_str piece)
{
	for (size_t i = 0; i < piece.len; i++) {
		if (piece.ptr[i] == '\n')
			at = (struct checkpoint){at.line + 1, 0};
		else
			at.column += starts_point(piece.ptr[i]);
	}
	return at;
}

struct pl_source *pl_source_new(pl_str text, struct pl_arena *arena)
{
	struct pl_source *source = pl_arena_zalloc(arena, 1, sizeof *source);
	size_t count = text.len / STEP + 1;
	struct checkpoint *points = pl_arena_zalloc(arena, count, sizeof *points);
	if (!source || !points)
		return NULL;
	*source = (struct pl_source){.arena = arena, .text = text, .checkpoints = points};
	points[0] = (struct checkpoint){1, 0};
	for (size_t i = 1; i < count; i++)
		points[i] = advance(points[i - 1], (pl_str){text.ptr + (i - 1) * STEP, STEP});
	return source;
}

struct pl_position pl_source_position(const struct pl_source *source, uint32_t offset)
{
	if (offset > source->text.len)
		offset = (uint32_t)source->text.len;
	uint32_t from = offset / STEP * STEP;
	pl_str piece = {source->text.ptr + from, offset - from};
	struct checkpoint at = advance(source->checkpoints[offset / STEP], piece);
	return (struct pl_position){at.line, at.column + 1};
}

pl_str pl_source_text(const struct pl_source *source)
{
	return source->text;
}

static bool hide(struct pl_source *source, struct pl_span span)
{
	if (source->hidden_count == source->hidden_cap) {
		size_t cap = source->hidden_cap ? source->hidden_cap * 2 : 64;
		struct pl_span *more = pl_arena_zalloc(source->arena, cap, sizeof *more);
		if (!more)
			return false;
		for (size_t i = 0; i < source->hidden_count; i++)
			more[i] = source->hidden[i];
		source->hidden = more;
		source->hidden_cap = cap;
	}
	source->hidden[source->hidden_count++] = span;
	return true;
}

static struct frame *descend(struct pl_source *source, struct frame *up, pl_node parent, enum pl_private place)
{
	const struct pl_doc *doc = source->doc;
	struct frame *f = up ? up->down : source->frames;
	if (!f) {
		f = pl_arena_zalloc(source->arena, 1, sizeof *f);
		if (!f)
			return NULL;
		f->up = up;
		if (up)
			up->down = f;
		else
			source->frames = f;
	}
	f->parent = parent;
	f->child = pl_doc_first(doc, parent);
	f->place = pl_private_inside(place, doc, parent, source->arena);
	return f;
}

/* The value that the walk has come to, and what it is. */
static pl_node current_value(struct pl_source *source, const struct frame *f, enum pl_private *ret_place)
{
	if (pl_doc_type(source->doc, f->parent) == PL_NODE_ARRAY) {
		*ret_place = pl_private_element(f->place);
		return f->child;
	}
	*ret_place = PL_PRIVATE_ALL;
	if (f->place != PL_PRIVATE_ALL)
		*ret_place = pl_private_member(f->place, pl_doc_text(source->doc, f->child, source->arena));
	return pl_doc_value(source->doc, f->child);
}

static bool walk(struct pl_source *source)
{
	const struct pl_doc *doc = source->doc;
	struct frame *f = descend(source, NULL, pl_doc_root(doc), PL_PRIVATE_NO);
	if (!f)
		return false;
	while (f) {
		if (f->child == PL_NO_NODE) {
			f = f->up;
			continue;
		}
		enum pl_private place;
		pl_node value = current_value(source, f, &place);
		f->child = pl_doc_next(doc, f->parent, f->child);
		enum pl_node_type type = pl_doc_type(doc, value);
		if (type == PL_NODE_ARRAY || type == PL_NODE_OBJECT)
			f = descend(source, f, value, place);
		else if (pl_private_hides(place, doc, value, source->arena) && !hide(source, pl_doc_span(doc, value)))
			return false;
		if (f == NULL)
			return false;
	}
	return true;
}

/* Shell's sort: in place, and quick on what is nearly sorted. Aliases of YAML lead back to an earlier place; without
 * them the walk has met everything in order. */
static void sort_hidden(struct pl_span *spans, size_t count)
{
	for (size_t gap = count / 2; gap > 0; gap = gap == 2 ? 1 : gap * 5 / 11) {
		for (size_t i = gap; i < count; i++) {
			struct pl_span moved = spans[i];
			size_t to = i;
			for (; to >= gap && spans[to - gap].start > moved.start; to -= gap)
				spans[to] = spans[to - gap];
			spans[to] = moved;
		}
	}
}

bool pl_source_hide(struct pl_source *source, const struct pl_doc *doc)
{
	if (source->doc == doc)
		return !source->blind;
	source->doc = doc;
	source->hidden_count = 0;
	source->blind = !walk(source);
	if (!source->blind)
		sort_hidden(source->hidden, source->hidden_count);
	return !source->blind;
}

struct pl_span pl_source_hidden(const struct pl_source *source, uint32_t offset)
{
	size_t low = 0, high = source->hidden_count;
	while (low < high) {
		size_t middle = low + (high - low) / 2;
		const struct pl_span *s = &source->hidden[middle];
		if (s->start + s->len > offset)
			high = middle;
		else
			low = middle + 1;
	}
	return low < source->hidden_count ? source->hidden[low] : (struct pl_span){UINT32_MAX, 0};
}
