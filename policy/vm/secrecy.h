/* secrecy.h - which parts of a document a trace must not show: the same that excerpts mask. */
#ifndef PL_VM_SECRECY_H
#define PL_VM_SECRECY_H

#include "lang/code.h"

/* True when the node, or something around it, may be a secret: all of an environment variable but `name` and
 * `valueFrom`, the options of a log configuration, data of a Secret, kubectl's copy of the object. */
bool pl_secrecy_hides(const struct pl_doc *doc, pl_node node, struct pl_arena *arena);
/* True when the path ends in the value of an environment variable, wherever that came from. spec: language.md 7.6 */
bool pl_secrecy_hides_path(const struct pl_path *path);
/* True for the annotation in which kubectl keeps a copy of the whole object. */
bool pl_secrecy_hides_key(pl_str key);

#endif
