/* field.h - checking one scalar against the type of its field. */
#ifndef PL_MODEL_FIELD_H
#define PL_MODEL_FIELD_H

#include "subjects.h"

/* Where a scalar stands. */
struct pl_field_place {
	uint16_t record;		     /* PL_NO_RECORD: nowhere in particular */
	const struct pl_schema_field *field; /* the field of the record that holds it, perhaps within a list or map */
	bool element;			     /* it is an element of that list or map */
};

/* Notes what is wrong with the value at node, which is not null; `kind` and `ref` are those of its type (or of the
 * element). */
PL_MUST_USE pl_err pl_field_check(struct pl_workload *w, pl_node node, enum pl_type_kind kind, uint16_t ref,
				  const struct pl_field_place *place);

#endif
