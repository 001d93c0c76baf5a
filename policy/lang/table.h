/* table.h - the content of a data file as a constant of the program: a set, or a map to values, sets or rows.
 *
 * Values are put into arrays directly; no term and no token outlives the reading. The result borrows from the text of
 * the file, which must live as long. */
#ifndef PL_LANG_TABLE_H
#define PL_LANG_TABLE_H

#include "catalogue.h"
#include "cell.h"

#define PL_TABLE_MAX	     1000000u /* values or rows of a file, elements of the sets inside it */
#define PL_TABLE_MAX_COLUMNS 64u

struct pl_table_column {
	pl_str name;		  /* of the field; empty where there are no rows */
	struct pl_cell_form form; /* of a value, or of an element */
	bool listed;		  /* each cell is a set */
	bool optional;
};

struct pl_table_form {
	pl_str name; /* of the declaration, for messages */
	bool keyed;  /* a map; else a set */
	bool rows;   /* of several columns, by name; else there is one */
	const struct pl_table_column *columns;
	uint16_t column_count;
};

/* Reads a file: JSON when the table is keyed or the name of the file ends in .json, else one value a line. A row is a
 * map of its columns, in which what is missing is an absent value. PL_E_POLICY after E0329 or E0003 in diags, at most
 * ten for a file. */
PL_MUST_USE pl_err pl_table_read(const struct pl_table_form *form, const struct pl_policy_source *file,
				 struct pl_arena *arena, struct pl_value *ret, struct pl_diags *diags);

#endif
