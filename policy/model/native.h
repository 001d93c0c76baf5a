/* native.h - the fields of a manifest under their own names: a node and its type in the schema become a typed value.
 *
 * The document has been walked (bind.h) and nothing malformed was found; should a value be wrong nevertheless, it reads
 * as unknown, never as something else. */
#ifndef PL_MODEL_NATIVE_H
#define PL_MODEL_NATIVE_H

#include "subjects.h"

/* Why a damaged text is unknown. */
extern const char pl_native_damaged[];

/* The text as a value; unknown when it holds U+FFFD, since nobody can tell what it was: no allow-list may match it. */
struct pl_value pl_native_string(pl_str text, pl_node node);
/* What stands at node, which is not null, read as kind (and ref: the record of PL_T_RECORD). Lists and maps need their
 * whole type. PL_E_MEMORY, PL_E_INTERNAL. */
PL_MUST_USE pl_err pl_native_read(const struct pl_workload *w, pl_node node, struct pl_type type,
				  struct pl_arena *arena, struct pl_value *ret);
/* A field of the record at node (PL_NO_NODE: an absent record): its value, else its default, else absent. */
PL_MUST_USE pl_err pl_native_field(const struct pl_workload *w, pl_node node, uint16_t record, uint16_t name_id,
				   struct pl_arena *arena, struct pl_value *ret);
/* What the field reads as when it is missing: its default, an empty list or map, or absent. */
struct pl_value pl_native_default(const struct pl_schema_field *field);

#endif
