/* rewrite.h - puts a new text in the place of a file. */
#ifndef PL_CLI_REWRITE_H
#define PL_CLI_REWRITE_H

#include "output.h"

/* Replaces the content of a file. The text is written to a new file beside it, which then takes its name: whoever reads
 * meanwhile sees the old text or the new one, and an error leaves the old one. Mode and, where allowed, owner are kept;
 * a symbolic link stays one, and the file that it names is replaced. False after an error, which is in out. */
bool pl_rewrite_file(const char *path, pl_str text, struct pl_output *out);

#endif
