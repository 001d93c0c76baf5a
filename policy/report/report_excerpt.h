/* report_excerpt.h - a line of the manifest with a caret under the place. */
#ifndef PL_REPORT_REPORT_EXCERPT_H
#define PL_REPORT_REPORT_EXCERPT_H

#include "base/buf.h"
#include "report_source.h"

/* What one finding or note says, in parts; the texts are borrowed. */
struct pl_excerpt {
	pl_str file;
	struct pl_span at;
	bool has_source; /* false: no excerpt, only the file */
};

/* Appends "--> file:line:column", the line and the caret. Gives the width of the line number, for the lines that
 * follow. */
unsigned pl_excerpt_render(const struct pl_excerpt *e, const struct pl_source *source, struct pl_buf *out);
/* Appends "= what: text" below an excerpt whose line number has this width; nothing for an empty text. */
void pl_excerpt_remark(unsigned width, const char *what, pl_str text, struct pl_buf *out);

#endif
