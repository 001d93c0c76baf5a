/* coretag.h - what YAML 1.1 makes of an unquoted scalar, as far as reading a document needs it: for keys, which are
 * always texts in the end, and for explicit tags. Values are typed by the schema, not here. */
#ifndef PL_DOC_CORETAG_H
#define PL_DOC_CORETAG_H

#include "plimsoll/base.h"

enum pl_coretag {
	PL_CORETAG_STR,
	PL_CORETAG_NULL,
	PL_CORETAG_FALSE,
	PL_CORETAG_TRUE,
	PL_CORETAG_INT,
	PL_CORETAG_FLOAT
};

/* The type of an unquoted scalar. spec: resolve.go of sigs.k8s.io/yaml/goyaml.v2 */
enum pl_coretag pl_coretag_of(pl_str text);
/* True when text has the type that a core tag ("bool", "int") says, by its own look. */
bool pl_coretag_fits(pl_str tag, pl_str text);
/* The text is an integer in the one spelling that is printed again as it stands: 0, 8080, -1. */
bool pl_coretag_is_canonical_int(pl_str text);

#endif
