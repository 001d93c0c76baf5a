/* layout_print.c - a declaration to lines; see layout.h. After D. Oppen, "Prettyprinting" (1980), with the whole
 * declaration at hand: the width of every group is known before the first line is printed, and each decision looks only
 * at what follows up to the next place where a line may end. Linear in the number of items, but for the few rounds that
 * comments need.
 *
 * Same words and same comments, same lines: nothing here looks at how the source was laid out. So formatting what was
 * formatted changes nothing. */
#include "layout_item.h"

#include <string.h>

#include "base/buf.h"

#define REMARK_SPACE 2	/* between a line and the comment behind it */
#define ALIGN_MAX    64 /* beyond this column a group is indented instead of aligned: lines stay short */
#define ROUNDS	     4	/* in which comments move up that do not fit; then all do */

/* --- measuring -----------------------------------------------------------------------------------------------------
 */

/* The break at which the line of word i can end with a comment; PL_LAYOUT_NONE if words follow. A comma goes with the
 * word. */
static uint32_t end_after(const struct pl_layout *l, uint32_t i)
{
	for (i++;; i++) {
		const struct pl_layout_item *item = &l->items[i];
		bool comma = item->kind == PL_ITEM_WORD && item->word->kind == PL_TOKEN_COMMA;
		if (item->kind == PL_ITEM_END || pl_layout_takes_remarks(item))
			return i;
		if (!comma && item->kind != PL_ITEM_OPEN && item->kind != PL_ITEM_CLOSE)
			return PL_LAYOUT_NONE;
		if (comma && item->word->behind)
			return PL_LAYOUT_NONE; /* two comments for one line */
	}
}

/* Decides which comments stay behind their words, and forces the line ends that they need. */
static void settle_behind(struct pl_layout *l, bool all_up)
{
	for (uint32_t i = 0; i < l->count; i++) {
		struct pl_layout_item *item = &l->items[i];
		if (item->kind != PL_ITEM_WORD || !item->word->behind || item->moved)
			continue;
		uint32_t end = all_up || item->word->behind->next ? PL_LAYOUT_NONE : end_after(l, i);
		item->behind = end != PL_LAYOUT_NONE;
		item->moved = !item->behind;
		if (item->moved)
			pl_layout_move_up(l, item->pair, item->word->behind);
		else
			l->items[end].forced = true;
	}
}

static void force_groups(struct pl_layout *l)
{
	for (uint32_t i = 0; i < l->count; i++) {
		struct pl_layout_item *item = &l->items[i];
		if (item->notes)
			item->forced = true;
		if (!item->forced || item->kind != PL_ITEM_BREAK)
			continue;
		for (uint32_t g = item->group; g != PL_LAYOUT_NONE && !l->items[g].forced; g = l->items[g].group)
			l->items[g].forced = true;
	}
}

static bool surely_taken(const struct pl_layout *l, const struct pl_layout_item *item)
{
	const struct pl_layout_item *group = &l->items[item->group];
	return item->forced || (group->forced && group->even);
}

/* Positions from the front, next breaks from the back. */
static void measure(struct pl_layout *l)
{
	uint32_t pos = 0, next = l->count, taken = l->count;
	for (uint32_t i = 0; i <= l->count; i++) {
		l->items[i].pos = pos;
		pos += l->items[i].width;
		if (l->items[i].kind == PL_ITEM_OPEN)
			l->items[i].same = PL_LAYOUT_NONE;
	}
	for (uint32_t i = l->count; i-- > 0;) {
		struct pl_layout_item *item = &l->items[i];
		item->next = next;
		item->taken = taken;
		if (item->kind == PL_ITEM_LINE)
			next = i;
		if (item->kind != PL_ITEM_BREAK)
			continue;
		next = i;
		if (surely_taken(l, item))
			taken = i;
		struct pl_layout_item *group = &l->items[item->group];
		item->same = group->same == PL_LAYOUT_NONE ? l->items[group->pair].next : group->same;
		group->same = i;
	}
}

static bool prepare(struct pl_layout *l, bool all_up)
{
	for (uint32_t i = 0; i < l->count; i++)
		l->items[i].forced = false;
	settle_behind(l, all_up);
	force_groups(l);
	measure(l);
	return !l->failed;
}

/* --- printing ------------------------------------------------------------------------------------------------------
 */

struct printer {
	struct pl_layout *l;
	struct pl_buf *out;
	uint32_t indent, column; /* of the line */
	uint32_t line;
	uint32_t root;	 /* indentation of the clause */
	bool fresh;	 /* nothing stands on the line yet, not even its indentation */
	bool first;	 /* nothing has been printed */
	uint32_t behind; /* the word whose comment will end the line */
	bool again;	 /* a comment had no room */
};

static void print_raw(struct printer *p, pl_str text)
{
	if (p->fresh)
		pl_buf_fill(p->out, ' ', p->indent);
	p->fresh = false;
	p->first = false;
	pl_buf_add(p->out, text);
}

/* A comment without room behind its line will move up in the next round. */
static void print_behind(struct printer *p)
{
	if (p->behind == PL_LAYOUT_NONE)
		return;
	struct pl_layout_item *item = &p->l->items[p->behind];
	pl_str text = item->word->behind->text;
	if (p->column + REMARK_SPACE + pl_layout_columns(text) > PL_LAYOUT_WIDTH) {
		item->behind = false;
		item->moved = true;
		pl_layout_move_up(p->l, item->pair, item->word->behind);
		p->again = true;
	}
	pl_buf_fill(p->out, ' ', REMARK_SPACE);
	pl_buf_add(p->out, text);
	p->behind = PL_LAYOUT_NONE;
}

static void end_line(struct printer *p)
{
	print_behind(p);
	if (!p->fresh)
		pl_buf_addc(p->out, '\n');
	p->fresh = true;
}

static void print_remark(struct printer *p, const struct pl_remark *remark, bool blank, uint32_t indent)
{
	if (blank && !p->first)
		pl_buf_addc(p->out, '\n');
	p->first = false;
	pl_buf_fill(p->out, ' ', indent);
	pl_buf_add(p->out, remark->text);
	pl_buf_addc(p->out, '\n');
}

static void start_line(struct printer *p, const struct pl_layout_item *item, int64_t base)
{
	int64_t indent = base + item->offset;
	bool opening = item->flags & PL_BREAK_OPENING, closing = item->flags & PL_BREAK_CLOSING;
	if (item->flags & PL_BREAK_COMMA) {
		pl_buf_addc(p->out, ',');
		p->column++;
	}
	end_line(p);
	p->line++;
	p->indent = indent > 0 ? (uint32_t)indent : 0;
	for (const struct pl_layout_note *note = item->notes; note; note = note->next)
		print_remark(p, note->remark, note->blank && !(opening && note == item->notes),
			     p->indent + (closing ? 2 : 0));
	if (item->notes && item->blank)
		pl_buf_addc(p->out, '\n');
	p->column = p->indent;
}

static bool is_broken(const struct pl_layout *l, uint32_t group)
{
	return group == PL_LAYOUT_NONE || l->items[group].broken;
}

/* Columns from the end of item i to `end`, or to where the line ends before that. */
static uint32_t reach(const struct pl_layout *l, uint32_t i, uint32_t end)
{
	if (end > l->items[i].taken)
		end = l->items[i].taken;
	const struct pl_layout_item *from = &l->items[i], *to = &l->items[end];
	return to->pos - from->pos - from->width + ((to->flags & PL_BREAK_COMMA) ? 1 : 0);
}

static void print_open(struct printer *p, uint32_t i)
{
	struct pl_layout_item *item = &p->l->items[i];
	uint32_t width =
		p->l->items[item->pair].pos - item->pos + reach(p->l, item->pair, p->l->items[item->pair].next);
	bool far = item->base == PL_BASE_ALIGN && p->column > ALIGN_MAX;
	if (item->base == PL_BASE_SAME)
		item->column = item->group == PL_LAYOUT_NONE ? p->root : p->l->items[item->group].column;
	else
		item->column = item->base == PL_BASE_LINE ? p->indent : far ? p->indent + 2 : p->column;
	item->line = p->line;
	item->broken = is_broken(p->l, item->group) && (item->forced || p->column + width > PL_LAYOUT_WIDTH);
}

/* True if the line ends at the break. In a group that has several lines already, what follows should stay whole. */
static bool takes_break(const struct printer *p, uint32_t i)
{
	const struct pl_layout_item *item = &p->l->items[i];
	const struct pl_layout_item *group = &p->l->items[item->group];
	if (!group->broken)
		return false;
	if (item->forced || group->even)
		return true;
	bool whole = (item->flags & PL_BREAK_SAME) || p->line != group->line;
	uint32_t end = whole ? item->same : item->next;
	return p->column + item->flat + reach(p->l, i, end) > PL_LAYOUT_WIDTH;
}

static void print_break(struct printer *p, uint32_t i)
{
	const struct pl_layout_item *item = &p->l->items[i];
	if (takes_break(p, i)) {
		start_line(p, item, p->l->items[item->group].column);
		return;
	}
	pl_buf_fill(p->out, ' ', item->flat);
	p->column += item->flat;
}

static void print_spaces(struct printer *p, uint32_t n)
{
	pl_buf_fill(p->out, ' ', n);
	p->column += n;
}

static pl_str next_line(pl_str *rest)
{
	const char *end = memchr(rest->ptr, '\n', rest->len);
	pl_str line = {rest->ptr, end ? (size_t)(end - rest->ptr) : rest->len};
	size_t taken = end ? line.len + 1 : line.len;
	rest->ptr += taken;
	rest->len -= taken;
	while (end && line.len && line.ptr[line.len - 1] == '\r')
		line.len--;
	return line;
}

static size_t indent_of(pl_str line)
{
	size_t n = 0;
	while (n < line.len && (line.ptr[n] == ' ' || line.ptr[n] == '\t'))
		n++;
	return n;
}

static size_t common_indent(pl_str text)
{
	size_t common = SIZE_MAX;
	while (text.len) {
		pl_str line = next_line(&text);
		size_t n = indent_of(line);
		if (n < line.len && n < common)
			common = n;
	}
	return common;
}

/* A block keeps its lines; only what they have in common in front of them changes. What stands on the line of the
 * closing quotes is the last line of the text, and stays there. */
static void print_block(struct printer *p, pl_str text)
{
	uint32_t indent = p->root + 2;
	pl_str rest = {text.ptr + 3, text.len - 6};
	pl_buf_adds(p->out, "\"\"\"");
	next_line(&rest);
	size_t common = common_indent(rest);
	bool ended = true;
	while (rest.len) {
		pl_str line = next_line(&rest);
		ended = line.ptr[line.len] == '\n' || line.ptr[line.len] == '\r';
		bool blank = indent_of(line) == line.len;
		if (ended || !blank)
			pl_buf_addc(p->out, '\n');
		if (!blank) {
			pl_buf_fill(p->out, ' ', indent);
			pl_buf_add(p->out, (pl_str){line.ptr + common, line.len - common});
		}
		ended = ended || blank;
	}
	if (ended) {
		pl_buf_addc(p->out, '\n');
		pl_buf_fill(p->out, ' ', indent);
	}
	pl_buf_adds(p->out, "\"\"\"");
	p->column = indent + 3;
}

/* JSON may have several lines, which stay as they are. */
static void print_lines(struct printer *p, pl_str text)
{
	while (text.len) {
		pl_str line = next_line(&text);
		print_raw(p, line);
		p->column += pl_layout_columns(line);
		if (text.len) {
			pl_buf_addc(p->out, '\n');
			p->column = 0;
		}
	}
}

static void print_word(struct printer *p, uint32_t i)
{
	const struct pl_layout_item *item = &p->l->items[i];
	pl_str text = item->word->text;
	print_raw(p, (pl_str){0});
	if (item->word->kind == PL_TOKEN_TEXT)
		print_block(p, text);
	else
		print_lines(p, text);
	if (item->behind)
		p->behind = i;
}

static void print_item(struct printer *p, uint32_t i)
{
	struct pl_layout_item *item = &p->l->items[i];
	switch ((enum pl_layout_kind)item->kind) {
	case PL_ITEM_WORD:
		print_word(p, i);
		break;
	case PL_ITEM_SPACE:
		print_spaces(p, 1);
		break;
	case PL_ITEM_PAD:
		print_spaces(p, is_broken(p->l, item->group) ? item->pair : 0);
		break;
	case PL_ITEM_OPEN:
		print_open(p, i);
		break;
	case PL_ITEM_BREAK:
		print_break(p, i);
		break;
	case PL_ITEM_LINE:
		start_line(p, item, 0);
		p->root = p->indent;
		break;
	case PL_ITEM_CLOSE:
	case PL_ITEM_END:
		break;
	}
}

/* One round; true if a comment has to move, so that another one is needed. */
static bool print_round(struct pl_layout *l, struct pl_buf *out)
{
	struct printer p = {.l = l, .out = out, .fresh = true, .first = true, .behind = PL_LAYOUT_NONE};
	for (uint32_t i = 0; i < l->count; i++)
		print_item(&p, i);
	end_line(&p);
	for (const struct pl_remark *r = l->tail; r; r = r->next)
		print_remark(&p, r, false, 2);
	return p.again;
}

pl_err pl_layout_print(struct pl_layout *l, struct pl_buf *out)
{
	size_t start = out->len;
	if (!pl_layout_end(l))
		return PL_E_MEMORY;
	bool again = true;
	for (unsigned round = 0; again; round++) {
		if (!prepare(l, round >= ROUNDS))
			return PL_E_MEMORY;
		out->len = start;
		again = print_round(l, out);
	}
	return l->failed || out->failed ? PL_E_MEMORY : PL_OK;
}
