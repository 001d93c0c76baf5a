/* edit.h - a document that is changed by paths: `set` and `remove` of a test.
 *
 * It is a tape (doc/tape.h) whose texts all stand aside, decoded, each with the place in the policy file it came from;
 * so parts of several texts can be one document, and whoever finds fault with a value points at where it was written.
 * What is not changed keeps its type: an unquoted YAML scalar is still typed by the schema. Everything lives in the
 * arena of the edit. */
#ifndef PL_TOOLS_EDIT_H
#define PL_TOOLS_EDIT_H

#include "base/buf.h"
#include "doc/tape.h"

#define PL_EDIT_MAX_STEPS 64

struct pl_edit {
	struct pl_arena *arena;
	struct pl_token *tokens;
	uint32_t count, room;
	struct pl_buf side;
};

/* Where the lines of a text stand in another: offset from[i] of the one is to[i] of the other, and so on up to
 * from[i + 1]. */
struct pl_places {
	const uint32_t *from, *to;
	uint32_t count;
};
struct pl_span pl_places_span(const struct pl_places *places, struct pl_span at);

/* A copy of the document; places of its text are translated. PL_E_MEMORY. */
PL_MUST_USE pl_err pl_edit_take(const struct pl_doc *doc, const struct pl_places *places, struct pl_arena *arena,
				struct pl_edit *ret_edit);
/* A copy that can be changed on its own. PL_E_MEMORY. */
PL_MUST_USE pl_err pl_edit_copy(const struct pl_edit *edit, struct pl_arena *arena, struct pl_edit *ret_copy);
/* A document that is one string. PL_E_MEMORY. */
PL_MUST_USE pl_err pl_edit_text(pl_str text, struct pl_span at, struct pl_arena *arena, struct pl_edit *ret_edit);

/* What is wrong with a change; an empty message: nothing. Texts live in the arena of the edit. */
struct pl_edit_fault {
	pl_str message, help;
};
/* Makes `value` what stands at `path`, which is written as findings print it. Missing objects and lists on the way are
 * made; an index that is the length of its list appends. at: the place of what is made. PL_E_MEMORY; a path that leads
 * nowhere is PL_OK with a fault, and no change. */
PL_MUST_USE pl_err pl_edit_set(struct pl_edit *edit, pl_str path, struct pl_span at, const struct pl_edit *value,
			       struct pl_edit_fault *ret_fault);
/* Takes away what stands at `path`; a fault when nothing does. */
PL_MUST_USE pl_err pl_edit_remove(struct pl_edit *edit, pl_str path, struct pl_edit_fault *ret_fault);
/* The value at a path; PL_NO_NODE if there is none. */
pl_node pl_edit_find(const struct pl_edit *edit, pl_str path);

/* The document, to be read; borrows the edit, which is not changed any more. NULL when memory is out. */
struct pl_doc *pl_edit_finish(const struct pl_edit *edit, pl_str name, pl_str source);

#endif
