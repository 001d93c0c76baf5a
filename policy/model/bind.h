/* bind.h - ties the tape of a document to the schema: one walk that annotates every key of a known record with its name
 * id and lists everything that is malformed; then look-ups that compare integers.
 *
 * After a walk that found nothing malformed, every known field holds what its type says or is null, every required
 * field is there, no key of a known record or map stands twice, and no list or map is over its cap. */
#ifndef PL_MODEL_BIND_H
#define PL_MODEL_BIND_H

#include "subjects.h"

/* Walks the value at `node` as `record`; notes go to w. Only PL_E_MEMORY and PL_E_INTERNAL. */
PL_MUST_USE pl_err pl_bind_walk(struct pl_workload *w, pl_node node, uint16_t record);

/* The value of a field of an annotated record; PL_NO_NODE when it is missing or null, or when record is no object. */
pl_node pl_bind_field(const struct pl_doc *doc, pl_node record, uint16_t name_id);
/* Elements of an array; 0 for anything else. */
uint32_t pl_bind_count(const struct pl_doc *doc, pl_node list);
/* First element of an array; PL_NO_NODE for anything else. Then pl_doc_next. */
pl_node pl_bind_first(const struct pl_doc *doc, pl_node list);
/* Text of a string field; the empty text when missing, null or empty. ptr may be NULL when memory is out (and then
 * *ret_err is PL_E_MEMORY). */
pl_str pl_bind_text(const struct pl_doc *doc, pl_node record, uint16_t name_id, struct pl_arena *arena,
		    pl_err *ret_err);
/* Value of a bool field, `dflt` when missing. */
bool pl_bind_bool(const struct pl_doc *doc, pl_node record, uint16_t name_id, bool dflt);

#endif
