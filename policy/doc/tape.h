/* tape.h - the inside of pl_doc: one flat array of tokens in document order.
 *
 * A token is 16 bytes, and every token but the first takes at least two bytes of source, so a tape is at most eight
 * times the source (the YAML reader refuses what would be more). Invariants (pl_tape_check verifies them): children
 * follow their parent; `next` of a child is the index after its subtree; an object's children alternate key, value; key
 * + 1 is its value. Text is not decoded while reading: PL_TOKEN_ESCAPED and PL_TOKEN_DAMAGED mark tokens whose bytes
 * are not yet their value. Tokens that a YAML alias or merge key brought in keep the position of what they are a copy
 * of. */
#ifndef PL_DOC_TAPE_H
#define PL_DOC_TAPE_H

#include "plimsoll/doc.h"

enum pl_token_flag {
	PL_TOKEN_ESCAPED = 1, /* holds backslash escapes: decode before use */
	PL_TOKEN_DAMAGED = 2, /* holds invalid UTF-8 or a lone surrogate: decodes to U+FFFD */
	PL_TOKEN_SIDE =
		4, /* YAML: the decoded text stands in doc->side at pos, behind a struct pl_span of the source */
	PL_TOKEN_KEY = 8,
	PL_TOKEN_QUOTED = 16,	/* the span has one quote character before and after the text */
	PL_TOKEN_INEXACT = 32,	/* a number that no double or int64 holds exactly */
	PL_TOKEN_REPLACED = 64, /* the decoded text holds U+FFFD, from damage or as written */
};

struct pl_token {
	uint32_t pos;	/* first byte of the text (after an opening quote), or of '{' '[' */
	uint32_t len;	/* bytes of raw text; children of an array, members of an object */
	uint32_t next;	/* index after this subtree; for a key: its value's `next` */
	uint8_t type;	/* enum pl_node_type */
	uint8_t flags;	/* enum pl_token_flag */
	uint16_t field; /* of a key: name id given by the model (schema.h), 0 = not looked up, PL_NAME_UNKNOWN = none */
};

enum pl_doc_format { PL_FORMAT_JSON, PL_FORMAT_YAML };

struct pl_doc {
	pl_str name;
	pl_str source;
	const char *side; /* decoded text of YAML scalars that are not verbatim in the source */
	uint32_t side_len;
	uint32_t count; /* tokens */
	struct pl_token *tokens;
	enum pl_doc_format format;
};

static inline const struct pl_token *pl_tape_at(const struct pl_doc *doc, pl_node node)
{
	return node < doc->count ? &doc->tokens[node] : NULL;
}

/* The bytes of a scalar before decoding. */
static inline pl_str pl_tape_raw(const struct pl_doc *doc, const struct pl_token *t)
{
	const char *base = t->flags & PL_TOKEN_SIDE ? doc->side : doc->source.ptr;
	return (pl_str){base + t->pos, t->len};
}

/* What pl_doc_text gives for a scalar that has text; almost none needs decoding, which is all that costs. */
static inline pl_str pl_tape_text(const struct pl_doc *doc, pl_node node, struct pl_arena *into)
{
	const struct pl_token *t = &doc->tokens[node];
	return t->flags & (PL_TOKEN_ESCAPED | PL_TOKEN_DAMAGED) ? pl_doc_text(doc, node, into) : pl_tape_raw(doc, t);
}

/* True when the decoded text of a key, string, number or plain scalar is s. Needs no memory. */
bool pl_tape_is(const struct pl_doc *doc, const struct pl_token *t, pl_str s);
/* Verifies the invariants above; for tests and fuzzers. */
bool pl_tape_check(const struct pl_doc *doc);

#endif
