/* report_source.h - the inside of pl_source: places found in constant time, and secrets found before a line is shown.
 */
#ifndef PL_REPORT_REPORT_SOURCE_H
#define PL_REPORT_REPORT_SOURCE_H

#include "plimsoll/report.h"

/* Makes the source know what must not be shown of doc, which was read from its text. Remembers the last document. False
 * when memory is out: then nothing of it may be shown. */
bool pl_source_hide(struct pl_source *source, const struct pl_doc *doc);
pl_str pl_source_text(const struct pl_source *source);
/* The first hidden place that ends after offset; its start is UINT32_MAX when there is none. */
struct pl_span pl_source_hidden(const struct pl_source *source, uint32_t offset);

#endif
