/* input.h - names on the command line into files, and files into text. Only rewrite.h, too, touches the file system.
 */
#ifndef PL_CLI_INPUT_H
#define PL_CLI_INPUT_H

#include "output.h"

enum pl_input_kind { PL_INPUT_FILE, PL_INPUT_DIR };

/* What a name stands for; a name that does not exist is a file, whose reading will say so. */
enum pl_input_kind pl_input_kind_of(const char *path);
/* Files of a directory whose names end in one of `endings` (NULL at the end), in byte order. Symbolic links are
 * followed; a directory that is reached twice is walked once. What cannot be read is an error in out. */
struct pl_names pl_input_files(const char *dir, const char *const *endings, bool recursive, struct pl_output *out);
/* The whole file, or standard input for "-", into arena. At most max bytes: a larger one is an error. Errors are in
 * out. */
bool pl_input_read(const char *path, size_t max, struct pl_arena *arena, struct pl_output *out, pl_str *ret_text);
/* The same for a file that need not be there: *ret_there says whether it is, and *ret_modified when it was written, in
 * seconds since 1970. */
bool pl_input_read_if_there(const char *path, size_t max, struct pl_arena *arena, struct pl_output *out,
			    pl_str *ret_text, int64_t *ret_modified, bool *ret_there);
/* The name as reports show it: escaped, and "<stdin>" for "-". */
pl_str pl_input_name(const char *path, struct pl_arena *arena);
bool pl_input_ends(pl_str name, const char *ending);

#endif
