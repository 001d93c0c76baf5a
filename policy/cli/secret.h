/* secret.h - keeping secrets out of the excerpts of files that could not be read. */
#ifndef PL_CLI_SECRET_H
#define PL_CLI_SECRET_H

#include "plimsoll/plimsoll.h"

/* A copy of text in which what may be private in the line that holds offset is replaced by asterisks, byte for byte, so
 * that places stay where they are. The empty text when memory is out: then there is no excerpt. */
pl_str pl_secret_masked(pl_str text, uint32_t offset, struct pl_arena *arena);

#endif
