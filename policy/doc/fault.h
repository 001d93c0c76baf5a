/* fault.h - one diagnostic about a place in a document being read. */
#ifndef PL_DOC_FAULT_H
#define PL_DOC_FAULT_H

#include "plimsoll/diag.h"

/* Reports an error at bytes `at` of text. help may be NULL. The message is cut at 400 bytes; what it quotes from the
 * document must be escaped already. */
void pl_fault(struct pl_diags *diags, pl_str name, pl_str text, struct pl_span at, const char *help, const char *fmt,
	      ...) PL_PRINTF(6, 7) __attribute__((cold));

#endif
