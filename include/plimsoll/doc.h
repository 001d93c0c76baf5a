/* doc.h - a document read from JSON or YAML: a flat tape of tokens, each knowing where it stood in the source.
 *
 * spec: RFC 8259 for JSON, YAML 1.1 as sigs.k8s.io/yaml reads it; the decisions where they leave room stand in
 * policy/doc/README.md. A document borrows its source text and lives in the arena it was read into. Memory is at most
 * ten times the source; a YAML document with aliases takes up to four times that and 64 bytes for each value that they
 * bring, of which a stream has at most 100,000. Nodes are indices; PL_NO_NODE is none, and every accessor takes it and
 * answers "nothing". */
#ifndef PLIMSOLL_DOC_H
#define PLIMSOLL_DOC_H

#include "plimsoll/diag.h"

struct pl_doc;
typedef uint32_t pl_node;
#define PL_NO_NODE UINT32_MAX

enum pl_node_type {
	PL_NODE_NONE,
	PL_NODE_NULL,
	PL_NODE_FALSE,
	PL_NODE_TRUE,
	PL_NODE_NUMBER,
	PL_NODE_STRING,
	PL_NODE_PLAIN, /* YAML only: an unquoted scalar, typed by whoever knows the schema */
	PL_NODE_ARRAY,
	PL_NODE_OBJECT,
};

struct pl_doc_limits {
	uint32_t max_bytes; /* at most 1 GiB, YAML 256 MiB */
	uint32_t max_depth;
};
/* 32 MiB and 10,000 levels. */
extern const struct pl_doc_limits pl_doc_json_limits;
/* 10 MiB and 64 levels. */
extern const struct pl_doc_limits pl_doc_yaml_limits;

/* Reads one JSON text. name is for diagnostics. PL_E_SYNTAX, PL_E_LIMIT or PL_E_MEMORY, with one diagnostic. */
PL_MUST_USE pl_err pl_doc_read_json(pl_str name, pl_str text, const struct pl_doc_limits *limits,
				    struct pl_arena *arena, struct pl_doc **ret_doc, struct pl_diags *diags);

/* Reads the documents of a YAML stream one after the other, in linear time: nothing a hostile file does costs more. */
struct pl_yaml;
PL_MUST_USE pl_err pl_yaml_open(pl_str name, pl_str text, const struct pl_doc_limits *limits, struct pl_arena *arena,
				struct pl_yaml **ret_yaml, struct pl_diags *diags);
/* The next document; *ret_doc is NULL at the end of the stream. Empty documents are skipped. After an error the stream
 * is at its end. */
PL_MUST_USE pl_err pl_yaml_next(struct pl_yaml *yaml, struct pl_doc **ret_doc, struct pl_diags *diags);
/* Frees what libyaml holds. NULL is allowed. */
void pl_yaml_close(struct pl_yaml *yaml);

pl_str pl_doc_name(const struct pl_doc *doc);
pl_str pl_doc_source(const struct pl_doc *doc);
/* The outermost value. */
pl_node pl_doc_root(const struct pl_doc *doc);
enum pl_node_type pl_doc_type(const struct pl_doc *doc, pl_node node);
/* Elements of an array, members of an object, else 0. */
uint32_t pl_doc_count(const struct pl_doc *doc, pl_node node);
/* First element of an array or first key of an object; then the next one. PL_NO_NODE at the end. A key's value is
 * pl_doc_value. `parent` of pl_doc_next is the array or object that is being walked. */
pl_node pl_doc_first(const struct pl_doc *doc, pl_node parent);
pl_node pl_doc_next(const struct pl_doc *doc, pl_node parent, pl_node child);
/* The value that belongs to a key. */
pl_node pl_doc_value(const struct pl_doc *doc, pl_node key);
/* The value of a member; PL_NO_NODE when there is none. When the key stands twice, *ret_duplicate (if given) is set and
 * the first value is the answer. */
pl_node pl_doc_get(const struct pl_doc *doc, pl_node object, pl_str key, bool *ret_duplicate);
/* The decoded text of a key, string, number or plain scalar: borrowed from the source where it needs no decoding, else
 * made in arena. Escapes are resolved; lone surrogates and invalid UTF-8 become U+FFFD. ptr is NULL when memory is out,
 * or for other node types. */
pl_str pl_doc_text(const struct pl_doc *doc, pl_node node, struct pl_arena *arena);
/* Where the node stands in the source: a scalar whole (with its quotes), an array or object by its first character. */
struct pl_span pl_doc_span(const struct pl_doc *doc, pl_node node);
/* Appends the path of node below base ("spec.containers[0].image"); keys that are not plain names are written
 * ["a/b"], escaped and cut at 256 code points. A key has the path of its value. Nothing for base itself and for nodes
 * that are not below it. */
struct pl_buf;
void pl_doc_path(const struct pl_doc *doc, pl_node base, pl_node node, struct pl_buf *out);
/* The first key anywhere below node that stands twice in its object (the second of the two), PL_NO_NODE if none. n log
 * n time, whatever the keys are. When the arena is exhausted (objects of more than 32 keys need it) the answer is a
 * key, never a "none" that has not been checked. */
pl_node pl_doc_find_duplicate(const struct pl_doc *doc, pl_node node, struct pl_arena *arena);
/* The same among the members of this object alone, not below it. */
pl_node pl_doc_find_twin(const struct pl_doc *doc, pl_node object, struct pl_arena *arena);
/* Prints the tape, a token a line: for `explain --stage=doc` and goldens. */
void pl_doc_dump(const struct pl_doc *doc, struct pl_buf *out);

#endif
