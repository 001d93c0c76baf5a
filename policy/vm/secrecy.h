/* secrecy.h - which parts of a document a trace must not show: the same that excerpts mask. */
#ifndef PL_VM_SECRECY_H
#define PL_VM_SECRECY_H

#include "lang/code.h"

/* True when the node, or something around it, may be a secret: what model/private.h lists. */
bool pl_secrecy_hides(const struct pl_doc *doc, pl_node node, struct pl_arena *arena);
/* True when the path ends in the value of a variable or header, or in a command, wherever that came from. spec:
 * language.md 7.6 */
bool pl_secrecy_hides_path(const struct pl_path *path);

#endif
