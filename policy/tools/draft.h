/* draft.h - a document being made up: a tree of objects, lists and scalars that is changed by paths, and written as
 * JSON or YAML. Everything lives in one arena; NULL and false mean that memory ran out. */
#ifndef PL_TOOLS_DRAFT_H
#define PL_TOOLS_DRAFT_H

#include "base/buf.h"
#include "editpath.h"
#include "model/schema.h"

enum pl_draft_kind { PL_DRAFT_RAW /* number, bool */, PL_DRAFT_TEXT, PL_DRAFT_OBJECT, PL_DRAFT_LIST };

struct pl_draft {
	uint8_t kind;
	pl_str key;  /* in its object */
	pl_str text; /* of a scalar */
	struct pl_draft *first, *last, *next;
};

struct pl_draft *pl_draft_new(struct pl_arena *arena, enum pl_draft_kind kind, pl_str text);
struct pl_draft *pl_draft_copy(struct pl_arena *arena, const struct pl_draft *d);
/* Makes a copy of value what stands at the path below root, with objects and lists on the way; an index at or behind
 * the end of its list appends. Objects that meet are merged. */
bool pl_draft_put(struct pl_arena *arena, struct pl_draft *root, const struct pl_edit_step *steps, uint32_t count,
		  const struct pl_draft *value);
/* The same with one key of the root. */
bool pl_draft_put_key(struct pl_arena *arena, struct pl_draft *root, pl_str key, const struct pl_draft *value);
struct pl_draft *pl_draft_find(const struct pl_draft *object, pl_str key);
void pl_draft_append(struct pl_draft *list, struct pl_draft *item);
/* Takes away a member. */
void pl_draft_drop(struct pl_draft *object, pl_str key);
/* Takes away what stands at the path, if it is a member of an object. */
void pl_draft_cut(struct pl_draft *root, const struct pl_edit_step *steps, uint32_t count);
/* Adds what the platform requires and is missing, here and below. */
bool pl_draft_complete(struct pl_arena *arena, struct pl_draft *d, struct pl_type type);
/* The least value of a type that is well-formed. */
struct pl_draft *pl_draft_least(struct pl_arena *arena, struct pl_type type, pl_str name);

void pl_draft_json(const struct pl_draft *d, struct pl_buf *out);
/* As block of YAML, each line after `indent` spaces. */
void pl_draft_yaml(const struct pl_draft *d, unsigned indent, struct pl_buf *out);

#endif
