/* cell.h - the text of one value in a data file, as the type that its declaration gives it. */
#ifndef PL_LANG_CELL_H
#define PL_LANG_CELL_H

#include "model/value.h"

struct pl_cell_form {
	uint8_t kind; /* enum pl_type_kind of a scalar, or PL_T_NETWORK */
	bool place;   /* PL_T_IMAGE as an approved place: a registry or repository */
	bool image;   /* of a place: the text is an image reference, which stands for its repository */
};

/* The value of a text. PL_E_SYNTAX: it is none, and *ret_why (static, may be NULL) says more than "it is none".
 * Texts are borrowed, or made in arena. */
PL_MUST_USE pl_err pl_cell_read(pl_str text, struct pl_cell_form form, struct pl_arena *arena, struct pl_value *ret,
				const char **ret_why);
/* What a value of this form is called: "a date"; and how one is written, or NULL. */
const char *pl_cell_noun(struct pl_cell_form form);
const char *pl_cell_example(struct pl_cell_form form);

#endif
