/* scalar.h - what one scalar of a document means under a type of the schema.
 *
 * JSON scalars mean what they are. A plain YAML scalar is typed by the field it stands in (language.md 3.5.2): `yes` is
 * true in a bool field and the text "yes" in a string field. null, `~`, `null`, `Null`, `NULL` and an empty plain
 * scalar are null, which is absent, at every type. No function here fails on input: a wrong type is "false". */
#ifndef PL_MODEL_SCALAR_H
#define PL_MODEL_SCALAR_H

#include "doc/tape.h"
#include "quantity.h"

/* What YAML 1.1, as sigs.k8s.io/yaml reads it, makes of a plain scalar. */
enum pl_plain_kind { PL_PLAIN_TEXT, PL_PLAIN_NULL, PL_PLAIN_BOOL, PL_PLAIN_INT, PL_PLAIN_FLOAT };
enum pl_plain_kind pl_scalar_plain_kind(pl_str text);

/* True for null in all its spellings, and for PL_NO_NODE. */
static inline bool pl_scalar_is_null(const struct pl_doc *doc, pl_node node)
{
	const struct pl_token *t = pl_tape_at(doc, node);
	return !t || t->type == PL_NODE_NULL ||
	       (t->type == PL_NODE_PLAIN && pl_scalar_plain_kind(pl_tape_raw(doc, t)) == PL_PLAIN_NULL);
}
/* True for null and for a string or plain scalar without characters: absent in an optional string field. */
static inline bool pl_scalar_is_blank(const struct pl_doc *doc, pl_node node)
{
	const struct pl_token *t = pl_tape_at(doc, node);
	return pl_scalar_is_null(doc, node) || ((t->type == PL_NODE_STRING || t->type == PL_NODE_PLAIN) && t->len == 0);
}
/* true or false; plain YAML 1.1 booleans too. A string is none. False: it is not a boolean. */
bool pl_scalar_bool(const struct pl_doc *doc, pl_node node, bool *ret);
/* A JSON integer (no point, no exponent) within int64; plain YAML 1.1 integers too (012, 0o12, 0x1F, 0b1, 1_000, +5).
 */
bool pl_scalar_int(const struct pl_doc *doc, pl_node node, int64_t *ret);
/* A quantity written as a string, a number or a plain scalar. Memory running out reads as no quantity. */
bool pl_scalar_quantity(const struct pl_doc *doc, pl_node node, struct pl_arena *arena, pl_nano *ret);
/* The text of a string or plain scalar, or the digits of a number as written. ptr NULL: another type, or memory is out.
 */
pl_str pl_scalar_text(const struct pl_doc *doc, pl_node node, struct pl_arena *arena);
/* The text holds U+FFFD or bytes that were not UTF-8: what it says cannot be told. */
bool pl_scalar_is_damaged(const struct pl_doc *doc, pl_node node);

#endif
