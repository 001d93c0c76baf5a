/* diag.h - what is wrong, where, why and what to write instead: the form of every error and warning of plimsoll.
 *
 * Library functions report here and never print. A pl_diags holds at most PL_DIAGS_MAX errors; further ones are
 * counted. The texts live in the arena of the pl_diags. */
#ifndef PLIMSOLL_DIAG_H
#define PLIMSOLL_DIAG_H

#include "plimsoll/arena.h"

#define PL_DIAGS_MAX 20

/* Bytes [start, start + len) of a source. */
struct pl_span {
	uint32_t start;
	uint32_t len;
};

enum pl_diag_level { PL_DIAG_ERROR, PL_DIAG_WARNING };

struct pl_diag {
	enum pl_diag_level level;
	const char *code;  /* "E0301", or NULL where the catalogue has none */
	pl_str source;	   /* name of the file, as given */
	pl_str text;	   /* its whole text, for the excerpt; may be empty */
	struct pl_span at; /* ignored when text is empty */
	bool cut;	   /* the excerpt shows the place alone: what else the text holds may be nobody's business */
	pl_str message;	   /* one line: what is wrong */
	pl_str label;	   /* beside the caret; may be empty */
	pl_str note;	   /* why; may be empty; '\n' separates several notes */
	pl_str help;	   /* what to write instead; may be empty */
};

struct pl_diags {
	struct pl_arena *arena;
	struct pl_diag items[PL_DIAGS_MAX];
	unsigned count;	   /* kept */
	unsigned errors;   /* reported, kept or not */
	unsigned warnings; /* reported, kept or not */
};

/* An empty list whose texts will live in arena. */
void pl_diags_init(struct pl_diags *diags, struct pl_arena *arena);
/* Appends a copy of d (texts are borrowed); counts it when the list is full; a NULL list swallows it. A warning never
 * takes the place of an error. */
void pl_diags_add(struct pl_diags *diags, const struct pl_diag *d);

/* Where a byte of a text stands: 1-based; the column counts code points. */
struct pl_position {
	uint32_t line;
	uint32_t column;
};
struct pl_position pl_position_of(pl_str text, uint32_t offset);

struct pl_buf;
/* Appends the diagnostic as people read it: message, --> file:line:column, the line with a caret, notes, help. */
void pl_diag_render(const struct pl_diag *d, struct pl_buf *out);

#endif
