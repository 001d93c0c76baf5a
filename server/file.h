/* file.h - files as the server reads them: regular, bounded, whole; and stamps, which tell whether one has changed. */
#ifndef PL_SERVER_FILE_H
#define PL_SERVER_FILE_H

#include <sys/stat.h>

#include "plimsoll/arena.h"

/* Mixes into a stamp what tells one state of a file from another: its name, size, times and place. st is NULL for a
 * file that is not there. */
uint64_t pl_file_stamp(uint64_t stamp, const char *name, const struct stat *st);
/* The same of the file that is called so now. */
uint64_t pl_file_stamp_path(uint64_t stamp, const char *path);
/* Opens for reading without waiting for whoever writes a pipe; -1: see errno. */
int pl_file_open(const char *path);
/* Whether errno says that there is no such file. */
bool pl_file_is_missing(int error);
/* Reads a descriptor, which it closes, into arena. NULL, or what is wrong, which may be `too_large`. */
const char *pl_file_read(int fd, size_t max, const char *too_large, struct pl_arena *arena, struct stat *ret_st,
			 pl_str *ret_text);

#endif
