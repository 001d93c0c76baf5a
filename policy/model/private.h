/* private.h - the one list of places of a document that may hold a secret: excerpts mask them, traces hide them.
 *
 * A walk from the top tells the way it goes, member by member; what it is in is an enum pl_private. Places are known by
 * the names around them and not by the schema, so that an object that is malformed elsewhere is covered too; names are
 * compared without case, because a misspelt `Value` is a secret as well. */
#ifndef PL_MODEL_PRIVATE_H
#define PL_MODEL_PRIVATE_H

#include "plimsoll/doc.h"

enum pl_private {
	PL_PRIVATE_NO,
	PL_PRIVATE_PAIRS,  /* a list of environment variables or of headers */
	PL_PRIVATE_PAIR,   /* one of them */
	PL_PRIVATE_LOG,	   /* a log configuration */
	PL_PRIVATE_SECRET, /* an object of kind Secret */
	PL_PRIVATE_SOURCE, /* where a value comes from: a text that is neither ARN nor name may be the value itself */
	PL_PRIVATE_ALL,	   /* everything here */
};

/* What the array or object at node is, when the way to it says `around`. */
enum pl_private pl_private_inside(enum pl_private around, const struct pl_doc *doc, pl_node node,
				  struct pl_arena *arena);
/* What the value of a member is in an object that is `around`. */
enum pl_private pl_private_member(enum pl_private around, pl_str key);
/* What an element is of an array that is `around`. */
enum pl_private pl_private_element(enum pl_private around);
/* Whether the value at node, which is `place`, is kept back: scalars, and all of what is private as a whole. */
bool pl_private_hides(enum pl_private place, const struct pl_doc *doc, pl_node node, struct pl_arena *arena);

/* The annotation in which kubectl keeps a copy of the whole object. */
bool pl_private_is_copy(pl_str key);
/* A field that holds words of a command. */
bool pl_private_is_command(pl_str name);
/* The value of an environment variable, of either platform; of it or of a header. record: PL_NO_RECORD if not known. */
bool pl_private_is_variable(uint16_t record, pl_str name);
bool pl_private_is_value(uint16_t record, pl_str name);
/* The reference to a secret of ECS, which may be the secret. */
bool pl_private_is_source(uint16_t record, pl_str name);

#endif
