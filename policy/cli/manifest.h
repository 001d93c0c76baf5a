/* manifest.h - the text of a file into its documents, and a document into the objects that are judged one by one. */
#ifndef PL_CLI_MANIFEST_H
#define PL_CLI_MANIFEST_H

#include "output.h"

/* The documents of one file. Everything lives in the arena of the file; errors are in out. */
struct pl_manifest;
/* NULL after an error. name is as reports show it; the format is chosen by the ending of the name and by content. */
struct pl_manifest *pl_manifest_open(pl_str name, pl_str text, struct pl_arena *arena, struct pl_output *out);
/* The next document and its number, from 0; NULL at the end and after an error. */
struct pl_doc *pl_manifest_next(struct pl_manifest *manifest, uint32_t *ret_number);
/* True when no error was met so far. */
bool pl_manifest_ok(const struct pl_manifest *manifest);
/* Frees what libyaml holds. */
void pl_manifest_close(struct pl_manifest *manifest);

enum pl_object_state {
	PL_OBJECT_READY,
	PL_OBJECT_UNRECOGNISED, /* nothing that plimsoll knows */
	PL_OBJECT_PROBLEM,	/* an envelope without what should be in it: `problem` says what */
};

struct pl_object {
	enum pl_object_state state;
	enum pl_platform platform;
	pl_node node;	 /* for pl_workload_read */
	pl_node request; /* of an AdmissionReview, else PL_NO_NODE */
	bool in_list;
	pl_str at; /* where it stands in its document: "items[3]", "request.object", "" */
	const char *problem;
};

/* The objects of a document: items of lists one by one, nested lists too, everything else as it is. */
struct pl_object_walk;
/* NULL when memory is out. */
struct pl_object_walk *pl_object_walk_new(const struct pl_doc *doc, struct pl_arena *arena);
/* False at the end. `at` is made in scratch. */
bool pl_object_next(struct pl_object_walk *walk, struct pl_arena *scratch, struct pl_object *ret_object);

#endif
