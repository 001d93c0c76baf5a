/* yamlplace.h - from libyaml's count of code points to bytes of the source. */
#ifndef PL_DOC_YAMLPLACE_H
#define PL_DOC_YAMLPLACE_H

#include "plimsoll/diag.h"

/* Follows marks through a text. They only go forward, so that following them all costs one pass. */
struct pl_yamlplace {
	pl_str text;	    /* the source */
	size_t start;	    /* where the body begins in it, behind a byte order mark */
	bool ascii;	    /* every code point is a byte */
	size_t point, byte; /* the same place of the body, in both counts */
};

/* Bytes [start, end) of the source. */
struct pl_extent {
	uint32_t start, end;
};

/* The byte of the source at code point `index` of the body. */
uint32_t pl_yamlplace_byte(struct pl_yamlplace *place, size_t index);
/* Without the anchor, the tag, the white space and the comments that stand before a node. */
struct pl_extent pl_yamlplace_skip_properties(const struct pl_yamlplace *place, struct pl_extent e);
/* For a diagnostic: at least one character. */
struct pl_span pl_yamlplace_span(const struct pl_yamlplace *place, struct pl_extent e);

#endif
