/* yamlscan.h - a look at the bytes of a YAML text before libyaml gets them. */
#ifndef PL_DOC_YAMLSCAN_H
#define PL_DOC_YAMLSCAN_H

#include "plimsoll/diag.h"

/* Refuses what is not UTF-8, what YAML does not allow to stand in a text, and too many tag directives, which libyaml
 * would compare each with each. One pass. *ret_body is the text without a byte order mark; *ret_ascii: every character
 * is a byte. */
PL_MUST_USE pl_err pl_yamlscan_check(pl_str name, pl_str text, pl_str *ret_body, bool *ret_ascii,
				     struct pl_diags *diags);
/* Length of the document at the beginning of body: up to the next line that starts with --- or ... */
size_t pl_yamlscan_document(pl_str body);

#endif
