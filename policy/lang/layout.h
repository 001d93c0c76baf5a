/* layout.h - words, and where a line may end between them, to lines of at most PL_LAYOUT_WIDTH columns.
 *
 * A declaration is a list of items: words, spaces, groups and breaks. A group that fits on its line has no line end in
 * it. One that does not takes all its breaks (an even group) or only those it needs (a filled one). Everything lives in
 * an arena; when memory is out, `failed` is set and the rest does nothing.
 *
 * Comments: what stands above a word stays on lines above it if a break precedes the word; if not, it moves up to the
 * innermost break before it that takes comments. What stands behind a word stays there where a line can end, and where
 * the line has room for it; if not, it moves up as well. No comment is lost. */
#ifndef PL_LANG_LAYOUT_H
#define PL_LANG_LAYOUT_H

#include "words.h"

#define PL_LAYOUT_WIDTH 96 /* spec: language.md 3.12 */

/* What the offsets of the breaks of a group count from. */
enum pl_layout_base {
	PL_BASE_LINE,  /* the indentation of the line where it begins */
	PL_BASE_ALIGN, /* the column where it begins */
	PL_BASE_SAME,  /* as the group around it */
};

enum {
	PL_BREAK_REMARKS = 1, /* takes comments; breaks where there are any */
	PL_BREAK_OPENING = 2, /* after an opening brace */
	PL_BREAK_CLOSING = 4, /* before a closing brace: comments stand with the elements above it */
	PL_BREAK_COMMA = 8,   /* ends the line with a comma */
	PL_BREAK_SAME = 16,   /* in a filled group: looks as far as the next break of the group, not of any */
};

struct pl_layout_item;

struct pl_layout {
	struct pl_arena *arena;
	struct pl_layout_item *items;
	uint32_t count, cap;
	uint32_t open;		/* the innermost open group */
	uint32_t anchor;	/* the break to which comments move up */
	struct pl_remark *tail; /* comments on lines of their own at the end of the declaration */
	bool failed;
};

/* Begins a declaration; the memory of the last one is used again. */
void pl_layout_begin(struct pl_layout *l);
/* Takes back all items since the mark. */
struct pl_layout_mark {
	uint32_t count, anchor;
};
struct pl_layout_mark pl_layout_mark(const struct pl_layout *l);
void pl_layout_rewind(struct pl_layout *l, struct pl_layout_mark mark);
/* Begins a line. */
void pl_layout_line(struct pl_layout *l, unsigned indent);
/* The next word. It outlives the layout. */
void pl_layout_word(struct pl_layout *l, const struct pl_word *word);
void pl_layout_space(struct pl_layout *l);
/* Opens a group, and gives its index for pl_layout_change. */
uint32_t pl_layout_open(struct pl_layout *l, enum pl_layout_base base, bool even);
void pl_layout_close(struct pl_layout *l);
void pl_layout_change(struct pl_layout *l, uint32_t group, enum pl_layout_base base, bool even);
/* A place where a line may end: `flat` spaces if it does not, else the next line is indented `offset` from the base. */
void pl_layout_break(struct pl_layout *l, unsigned flat, int offset, unsigned flags);
/* Spaces that stand only in a group that is broken; how many is told later. */
uint32_t pl_layout_pad(struct pl_layout *l);
void pl_layout_set_pad(struct pl_layout *l, uint32_t pad, uint32_t width);
/* Columns of the items from `from` on, on one line. */
uint32_t pl_layout_width(const struct pl_layout *l, uint32_t from);
/* Appends the lines, each with its line end. PL_E_MEMORY. */
struct pl_buf;
PL_MUST_USE pl_err pl_layout_print(struct pl_layout *l, struct pl_buf *out);

#endif
