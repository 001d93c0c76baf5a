/* namespaces.h - labels and annotations of namespaces, which no review brings: a table made of a file of the
 * operator's, immutable, shared by threads, counted. */
#ifndef PL_SERVER_NAMESPACES_H
#define PL_SERVER_NAMESPACES_H

#include "plimsoll/eval.h"

struct pl_namespaces;

struct pl_namespaces_result {
	struct pl_namespaces *table; /* the caller's to release; NULL: see problem */
	pl_str problem;		     /* for the operator; in the arena that was given */
	uint64_t stamp;		     /* of the file that was read, as pl_file_stamp_path gives it */
};
/* Reads the file that `kubectl get namespaces -o json` writes. One that is not there makes an empty table: of no
 * namespace anything is known. */
void pl_namespaces_read(const char *path, struct pl_arena *arena, struct pl_namespaces_result *ret);
struct pl_namespaces *pl_namespaces_retain(struct pl_namespaces *table);
void pl_namespaces_release(struct pl_namespaces *table); /* NULL is allowed */

struct pl_namespaces_info {
	bool there;	  /* the file */
	size_t count;	  /* namespaces */
	int64_t modified; /* seconds since 1970 */
	uint64_t digest;  /* of what the table says */
};
void pl_namespaces_describe(const struct pl_namespaces *table, struct pl_namespaces_info *ret);
/* What a request in this namespace knows of it: labels and annotations, or why they are not known. The texts are the
 * table's. NULL table: the server has none. No allocation. */
void pl_namespaces_tell(const struct pl_namespaces *table, pl_str name, struct pl_context *context);

#endif
