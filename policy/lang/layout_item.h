/* layout_item.h - what layout.c builds and layout_print.c prints. Nobody else includes it. */
#ifndef PL_LANG_LAYOUT_ITEM_H
#define PL_LANG_LAYOUT_ITEM_H

#include "layout.h"

#define PL_LAYOUT_NONE UINT32_MAX

enum pl_layout_kind {
	PL_ITEM_WORD,
	PL_ITEM_SPACE,
	PL_ITEM_PAD,
	PL_ITEM_OPEN,
	PL_ITEM_CLOSE,
	PL_ITEM_BREAK,
	PL_ITEM_LINE,
	PL_ITEM_END
};

/* A comment above the line that begins at a break. */
struct pl_layout_note {
	const struct pl_remark *remark;
	bool blank; /* after a blank line */
	struct pl_layout_note *next;
};

struct pl_layout_item {
	uint8_t kind;
	uint8_t base;
	uint8_t flags; /* of a break */
	uint8_t flat;  /* spaces of a break on one line */
	int8_t offset;
	bool even;
	bool forced; /* a break with comments, and every group around one */
	bool broken; /* a group, once it is printed */
	bool behind; /* a word with a comment behind it on its line */
	bool moved;  /* a word whose comments have moved up */
	bool blank;  /* of a line: one is empty between its comments and its words */
	uint32_t width;
	uint32_t group;	 /* the group around it */
	uint32_t pair;	 /* of a group: where it is closed. Of a word: the break to which its comments move up */
	uint32_t column; /* of a group: its base */
	uint32_t line;	 /* of a group: where it begins */
	uint32_t pos;	 /* width of all before it, on one line */
	uint32_t next;	 /* the next break after it */
	uint32_t taken;	 /* the next break after it at which the line surely ends */
	uint32_t same;	 /* of a break: the next one of its group, or its end. Of a group: used to find that */
	const struct pl_word *word;
	struct pl_layout_note *notes;  /* of a break */
	struct pl_layout_note *newest; /* the one that was added last: they come in order, again and again */
};

/* Columns of the first line of a text. */
uint32_t pl_layout_columns(pl_str text);
/* True for places to which comments move. */
bool pl_layout_takes_remarks(const struct pl_layout_item *item);
/* Comments that leave their place. They come down upon the words, so that a blank line moves in front of them. */
void pl_layout_move_up(struct pl_layout *l, uint32_t anchor, const struct pl_remark *first);
/* Adds the item behind the last one; it does not count. */
bool pl_layout_end(struct pl_layout *l);

#endif
