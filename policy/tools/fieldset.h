/* fieldset.h - the fields at a place of the schema: of a subject, of a record, or at a path from one. */
#ifndef PL_TOOLS_FIELDSET_H
#define PL_TOOLS_FIELDSET_H

#include "model/schema.h"
#include "plimsoll/arena.h"

struct pl_fieldset_row {
	const char *name;
	struct pl_type type;
	enum pl_presence presence;
	const char *dflt; /* NULL: none */
	const char *doc;  /* NULL: none */
};

/* Fields that belong together. */
struct pl_fieldset {
	const char *of; /* subject or record */
	enum pl_platforms platforms;
	bool view;		/* plimsoll's own names; else those of manifests */
	const char *records[4]; /* where native fields of a subject stand */
	unsigned record_count;
	struct pl_fieldset_row *rows; /* by name; the common view in its own order */
	uint32_t count;
	struct pl_fieldset_row field; /* that the path ends with, and whose record this is; name NULL: none */
};

struct pl_fieldset_list {
	struct pl_fieldset *items;
	uint32_t count;
};

/* What stands at a path. PL_E_UNRECOGNISED: nothing, and *ret_near is the nearest path that there is, or empty. */
PL_MUST_USE pl_err pl_fieldset_find(pl_str path, struct pl_arena *arena, struct pl_fieldset_list *ret,
				    pl_str *ret_near);
/* All fields of a subject. */
PL_MUST_USE pl_err pl_fieldset_subject(enum pl_subject subject, struct pl_arena *arena, struct pl_fieldset_list *ret);

#endif
