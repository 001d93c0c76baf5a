/* doc_yaml.c - a YAML stream into tapes, one per document. The only file that knows libyaml.
 *
 * libyaml gives events; this file turns them into tokens, finds the bytes that each stands for, resolves aliases
 * (yamltape.c) and merge keys (mergekey.c), and refuses what Kubernetes tools would not read or would read differently.
 * What libyaml allocates is freed by pl_yaml_close; all else lives in the arena. Time is linear in the text plus a
 * constant: yamlscan.c refuses what libyaml would be slow on, depth is at most 64, anchors and copies are counted.
 * After the first fault, with one diagnostic, the stream is at its end. Decisions: README.md.
 *
 * Positions: libyaml counts code points from the start of the body, and its marks only go forward; `place` follows them
 * in bytes. */
#include "tape.h"

#include <string.h>
#include <yaml.h>

#include "base/buf.h"
#include "base/invariant.h"
#include "coretag.h"
#include "fault.h"
#include "mergekey.h"
#include "yamlplace.h"
#include "yamlscan.h"
#include "yamltape.h"

#define MAX_DOCUMENTS 1000
#define MAX_TEXT      (1u << 30)
#define NONE	      UINT32_MAX
#define CORE	      "tag:yaml.org,2002:"

const struct pl_doc_limits pl_doc_yaml_limits = {.max_bytes = 10u << 20, .max_depth = PL_YAML_MAX_DEPTH};

/* An open sequence or mapping. */
struct frame {
	uint32_t index;
	uint32_t anchor; /* of pl_yamltape.anchors, or NONE */
	bool is_mapping;
	bool wants_key;
	bool merges; /* has a key `<<` */
};

struct pl_yaml {
	yaml_parser_t parser;
	bool open; /* parser holds memory */
	bool ended;
	pl_str name, text, body;
	struct pl_yamlplace place;
	struct pl_arena *arena;
	struct pl_yamltape tape;
	struct pl_doc *doc; /* being read */
	struct frame frames[PL_YAML_MAX_DEPTH];
	uint32_t depth, max_depth;
	uint32_t documents;
	struct pl_diags *diags; /* of the call under way */
};

/* --- faults ------------------------------------------------------------------------------------------------------- */

#define FAULT(y, e, err, help, ...)                                                                                    \
	(pl_fault((y)->diags, (y)->name, (y)->text, pl_yamlplace_span(&(y)->place, e), (help), __VA_ARGS__),           \
	 (pl_err)(err))

static pl_err fail_memory(struct pl_yaml *y)
{
	pl_fault(y->diags, y->name, (pl_str){0}, (struct pl_span){0}, NULL, "no memory left to read the document");
	return PL_E_MEMORY;
}

/* Text of the document, made fit for a message. */
struct quote {
	char text[160];
};

static struct quote quote_of(pl_str s)
{
	struct quote q;
	struct pl_buf b;
	pl_buf_init_fixed(&b, q.text, sizeof q.text - 1);
	pl_buf_add_escaped(&b, s, 30);
	q.text[b.len] = '\0';
	return q;
}

static pl_str name_of(const yaml_char_t *s)
{
	return pl_str_from((const char *)s);
}

/* Says a little more where people often go wrong. */
static const char *advice(const struct pl_yaml *y, uint32_t at)
{
	const char *s = y->text.ptr;
	uint32_t line = at < y->text.len ? at : (uint32_t)y->text.len;
	while (line > 0 && s[line - 1] != '\n')
		line--;
	while (line < at && s[line] == ' ')
		line++;
	if (line < y->text.len && s[line] == '\t')
		return "indent with spaces: YAML does not allow tabs there";
	if (at < y->text.len && at > line && (s[at] == '@' || s[at] == '`' || s[at] == '%'))
		return "put the text in quotes";
	if (at > 0 && at <= y->text.len && (s[at - 1] == '*' || s[at - 1] == '&'))
		return "put text that begins with * or & in quotes";
	return NULL;
}

/* libyaml gave up. */
static pl_err fail_parser(struct pl_yaml *y)
{
	const yaml_parser_t *p = &y->parser;
	if (p->error == YAML_MEMORY_ERROR)
		return fail_memory(y);
	struct pl_extent e = {0, 0};
	if (p->error == YAML_READER_ERROR)
		e.start = (uint32_t)(y->place.start + p->problem_offset);
	else
		e.start = pl_yamlplace_byte(&y->place, p->problem_mark.index);
	const char *help = advice(y, e.start);
	const char *problem = p->problem ? p->problem : "the text is not well-formed";
	/* "while scanning for the next token" tells nothing. */
	if (!p->context || strstr(p->context, "next token"))
		return FAULT(y, e, PL_E_SYNTAX, help, "not YAML: %s", problem);
	uint32_t begin = pl_yamlplace_byte(&y->place, p->context_mark.index);
	return FAULT(y, e, PL_E_SYNTAX, help, "not YAML: %s, %s that begins in line %u", problem, p->context,
		     pl_position_of(y->text, begin).line);
}

/* The tape refused a token at e. */
static pl_err fail_tape(struct pl_yaml *y, pl_err err, struct pl_extent e)
{
	if (err == PL_E_LIMIT)
		return FAULT(y, e, PL_E_LIMIT, "write the values out",
			     "the document has far more values than its length can hold in ordinary YAML");
	return err == PL_E_MEMORY ? fail_memory(y) : err;
}

static struct pl_extent extent_of(struct pl_yaml *y, const yaml_event_t *event)
{
	struct pl_extent e;
	e.start = pl_yamlplace_byte(&y->place, event->start_mark.index);
	e.end = pl_yamlplace_byte(&y->place, event->end_mark.index);
	if (e.end < e.start)
		e.end = e.start;
	return e;
}

/* --- nodes -------------------------------------------------------------------------------------------------------- */

/* The tape as a document, for the accessors. */
static const struct pl_doc *look(struct pl_yaml *y)
{
	pl_yamltape_show(&y->tape, y->doc);
	return y->doc;
}

static struct frame *top(struct pl_yaml *y)
{
	return y->depth ? &y->frames[y->depth - 1] : NULL;
}

static bool is_key_next(struct pl_yaml *y)
{
	const struct frame *f = top(y);
	return f && f->is_mapping && f->wants_key;
}

/* A whole key or value stands on the tape at index: its parent takes note. */
static void attach(struct pl_yaml *y, uint32_t index)
{
	struct frame *f = top(y);
	if (!f)
		return;
	struct pl_token *tokens = y->tape.tokens;
	if (!f->is_mapping) {
		tokens[f->index].len++;
	} else if (f->wants_key) {
		tokens[index].flags |= PL_TOKEN_KEY;
		tokens[f->index].len++;
		f->wants_key = false;
		f->merges = f->merges || pl_mergekey_is(look(y), &tokens[index]);
	} else {
		tokens[index - 1].next = tokens[index].next;
		f->wants_key = true;
	}
}

static pl_err add_anchor(struct pl_yaml *y, const yaml_char_t *anchor, struct pl_extent e, uint32_t *ret_anchor)
{
	*ret_anchor = NONE;
	if (!anchor)
		return PL_OK;
	pl_err err = pl_yamltape_anchor(&y->tape, name_of(anchor), ret_anchor);
	if (err == PL_E_LIMIT)
		return FAULT(y, e, err, "write the values out", "the file has more than %d anchors",
			     PL_YAML_MAX_ANCHORS);
	return err == PL_E_MEMORY ? fail_memory(y) : err;
}

static void complete_anchor(struct pl_yaml *y, uint32_t anchor)
{
	if (anchor != NONE)
		y->tape.anchors[anchor].complete = true;
}

/* --- scalars ------------------------------------------------------------------------------------------------------ */

/* e.start is where the tag, or an anchor before it, begins. What only looks like a tag may be a password. */
static pl_err fail_tag(struct pl_yaml *y, struct pl_extent e, const yaml_char_t *tag)
{
	pl_str name = name_of(tag);
	static const char *const help =
		"remove the tag; !!str, !!int, !!float, !!bool, !!null, !!map and !!seq are read";
	e.end = e.start;
	if (!pl_str_starts(name, PL_STR(CORE)))
		return FAULT(y, e, PL_E_SYNTAX, help, "this tag is none that Kubernetes reads");
	name = (pl_str){name.ptr + sizeof CORE - 1, name.len - (sizeof CORE - 1)};
	return FAULT(y, e, PL_E_SYNTAX, help, "the tag `!!%s` does not fit this value or is none that Kubernetes reads",
		     quote_of(name).text);
}

/* PLAIN or STRING; NONE when the tag is refused. */
static enum pl_node_type scalar_type(const yaml_event_t *event, pl_str text)
{
	pl_str tag = name_of(event->data.scalar.tag);
	if (tag.len == 0)
		return event->data.scalar.style == YAML_PLAIN_SCALAR_STYLE ? PL_NODE_PLAIN : PL_NODE_STRING;
	if (pl_str_eq(tag, PL_STR("!"))) /* `! <<` is a merge key to sigs.k8s.io/yaml, quoted or not */
		return pl_str_eq(text, PL_STR("<<")) ? PL_NODE_NONE : PL_NODE_STRING;
	if (pl_str_eq(tag, PL_STR(CORE "str")))
		return PL_NODE_STRING;
	if (!pl_str_starts(tag, PL_STR(CORE)))
		return PL_NODE_NONE;
	pl_str type = {tag.ptr + sizeof CORE - 1, tag.len - (sizeof CORE - 1)};
	return pl_coretag_fits(type, text) ? PL_NODE_PLAIN : PL_NODE_NONE;
}

/* Where the decoded text stands in the source byte for byte; false: nowhere. */
static bool find_verbatim(const struct pl_yaml *y, const yaml_event_t *event, struct pl_extent e, pl_str text,
			  struct pl_token *token)
{
	yaml_scalar_style_t style = event->data.scalar.style;
	uint32_t quotes = style == YAML_SINGLE_QUOTED_SCALAR_STYLE || style == YAML_DOUBLE_QUOTED_SCALAR_STYLE ? 1 : 0;
	token->pos = e.start + quotes;
	token->len = (uint32_t)text.len;
	if (text.len + 2 * quotes != e.end - e.start)
		return false;
	if (quotes)
		token->flags |= PL_TOKEN_QUOTED;
	return memcmp(y->text.ptr + token->pos, text.ptr, text.len) == 0;
}

/* Fills in where the text is, keeping it aside when the source spells it differently. */
static pl_err place_text(struct pl_yaml *y, const yaml_event_t *event, struct pl_extent e, pl_str text,
			 struct pl_token *token)
{
	if (memmem(text.ptr, text.len, "\xEF\xBF\xBD", 3))
		token->flags |= PL_TOKEN_REPLACED;
	if (find_verbatim(y, event, e, text, token))
		return PL_OK;
	token->flags = (uint8_t)((token->flags & ~PL_TOKEN_QUOTED) | PL_TOKEN_SIDE);
	struct pl_span at = {e.start, e.end - e.start};
	return pl_yamltape_add_side(&y->tape, text, at, &token->pos);
}

/* A key is text in the end, whatever YAML 1.1 makes of it: yes becomes "true", as in Kubernetes tools; what they print
 * differently than it is written, or refuse, is refused. */
static pl_err settle_key(struct pl_yaml *y, struct pl_extent e, pl_str *text)
{
	const char *quote = "write the key in quotes";
	switch (pl_coretag_of(*text)) {
	case PL_CORETAG_STR:
		return PL_OK;
	case PL_CORETAG_FALSE:
		*text = PL_STR("false");
		return PL_OK;
	case PL_CORETAG_TRUE:
		*text = PL_STR("true");
		return PL_OK;
	case PL_CORETAG_NULL:
		return FAULT(y, e, PL_E_SYNTAX, quote, "a key is null");
	case PL_CORETAG_INT:
		if (pl_coretag_is_canonical_int(*text))
			return PL_OK;
		break;
	case PL_CORETAG_FLOAT:
		break;
	}
	return FAULT(y, e, PL_E_SYNTAX, quote,
		     "the key `%s` is a number, which tools spell differently than it stands here",
		     quote_of(*text).text);
}

static pl_err read_scalar(struct pl_yaml *y, const yaml_event_t *event)
{
	struct pl_extent whole = extent_of(y, event), e = whole;
	if (event->data.scalar.anchor || event->data.scalar.tag)
		e = pl_yamlplace_skip_properties(&y->place, e);
	pl_str text = {(const char *)event->data.scalar.value, event->data.scalar.length};
	struct pl_token token = {.next = y->tape.count + 1, .type = (uint8_t)scalar_type(event, text)};
	if (token.type == PL_NODE_NONE)
		return fail_tag(y, whole, event->data.scalar.tag);
	if (token.type == PL_NODE_PLAIN && is_key_next(y))
		PL_TRY(settle_key(y, e, &text));
	pl_err err = place_text(y, event, e, text, &token);
	if (err != PL_OK)
		return fail_tape(y, err, e);
	uint32_t anchor;
	PL_TRY(add_anchor(y, event->data.scalar.anchor, e, &anchor));
	err = pl_yamltape_push(&y->tape, token);
	if (err != PL_OK)
		return fail_tape(y, err, e);
	complete_anchor(y, anchor);
	attach(y, y->tape.count - 1);
	return PL_OK;
}

/* --- sequences and mappings --------------------------------------------------------------------------------------- */

static pl_err fail_depth(struct pl_yaml *y, struct pl_extent e)
{
	return FAULT(y, e, PL_E_LIMIT, "flatten the document", "mappings and sequences are nested more than %u deep",
		     y->max_depth);
}

static pl_err fail_key(struct pl_yaml *y, struct pl_extent e)
{
	return FAULT(y, e, PL_E_SYNTAX, "write keys as plain text; put a template such as {{ name }} in quotes",
		     "a key is a mapping or a sequence");
}

static bool is_collection_tag(const yaml_char_t *tag, bool is_mapping)
{
	pl_str t = name_of(tag);
	return t.len == 0 || pl_str_eq(t, PL_STR("!")) ||
	       pl_str_eq(t, is_mapping ? PL_STR(CORE "map") : PL_STR(CORE "seq"));
}

static pl_err open_collection(struct pl_yaml *y, const yaml_event_t *event, const yaml_char_t *anchor_name,
			      const yaml_char_t *tag, bool is_mapping)
{
	struct pl_extent whole = extent_of(y, event), e = whole;
	if (anchor_name || tag)
		e = pl_yamlplace_skip_properties(&y->place, e);
	struct pl_extent at = {e.start, e.start};
	if (is_key_next(y))
		return fail_key(y, at);
	if (!is_collection_tag(tag, is_mapping))
		return fail_tag(y, whole, tag);
	if (y->depth == y->max_depth)
		return fail_depth(y, at);
	uint32_t anchor;
	PL_TRY(add_anchor(y, anchor_name, at, &anchor));
	struct pl_token token = {.pos = e.start, .type = is_mapping ? PL_NODE_OBJECT : PL_NODE_ARRAY};
	pl_err err = pl_yamltape_push(&y->tape, token);
	if (err != PL_OK)
		return fail_tape(y, err, at);
	y->frames[y->depth++] = (struct frame){
		.index = y->tape.count - 1, .anchor = anchor, .is_mapping = is_mapping, .wants_key = is_mapping};
	return PL_OK;
}

static pl_err resolve_merges(struct pl_yaml *y, uint32_t index)
{
	pl_node bad = index;
	pl_err err = pl_mergekey_resolve(&y->tape, look(y), index, &bad);
	if (err == PL_E_MEMORY)
		return fail_memory(y);
	if (err == PL_OK)
		return PL_OK;
	struct pl_span at = pl_doc_span(look(y), bad);
	return FAULT(y, ((struct pl_extent){at.start, at.start + at.len}), err,
		     "write `<<: *name` or `<<: [*one, *two]`",
		     "the value of `<<` is not a mapping or a list of mappings");
}

static pl_err close_collection(struct pl_yaml *y)
{
	if (PL_NEVER(y->depth == 0))
		return PL_E_INTERNAL;
	struct frame f = y->frames[--y->depth];
	y->tape.tokens[f.index].next = y->tape.count;
	if (f.merges)
		PL_TRY(resolve_merges(y, f.index));
	complete_anchor(y, f.anchor);
	attach(y, f.index);
	return PL_OK;
}

/* --- aliases ------------------------------------------------------------------------------------------------------ */

/* The complete node that an alias names. What no anchor is called may be a password that begins with an asterisk. */
static pl_err find_target(struct pl_yaml *y, pl_str name, struct pl_extent e, pl_node *ret_node)
{
	const struct pl_anchor *a = pl_yamltape_find(&y->tape, name);
	struct quote q = quote_of(name);
	if (!a)
		return FAULT(y, e, PL_E_SYNTAX, "define it with & further up in the same document",
			     "no anchor of this name stands before this place");
	if (!a->complete)
		return FAULT(y, e, PL_E_SYNTAX, "write the value out", "the alias `*%s` stands inside of what it names",
			     q.text);
	if (a->node == PL_NO_NODE)
		return FAULT(y, e, PL_E_SYNTAX, "define the anchor outside of the value of `<<`",
			     "the anchor `&%s` stands on a part that a merge key has taken apart", q.text);
	*ret_node = a->node;
	return PL_OK;
}

static pl_err read_alias(struct pl_yaml *y, const yaml_event_t *event)
{
	struct pl_extent e = extent_of(y, event);
	pl_node node;
	if (is_key_next(y))
		return FAULT(y, e, PL_E_SYNTAX, "write the key out", "a key is an alias");
	PL_TRY(find_target(y, name_of(event->data.alias.anchor), e, &node));
	uint32_t deep = pl_yamltape_depth(&y->tape, node);
	if (y->depth + deep > y->max_depth)
		return fail_depth(y, e);
	uint32_t index = y->tape.count;
	pl_err err = pl_yamltape_copy(&y->tape, node);
	if (err == PL_E_LIMIT)
		return FAULT(y, e, err, "write the values out", "the aliases of the file stand for more than %d values",
			     PL_YAML_MAX_COPIES);
	if (err != PL_OK)
		return fail_memory(y);
	attach(y, index);
	return PL_OK;
}

/* --- documents ---------------------------------------------------------------------------------------------------- */

/* Where the directives of a document begin: the mark of libyaml is at the first of them. */
static pl_err check_directives(struct pl_yaml *y, const yaml_event_t *event)
{
	if (event->data.document_start.tag_directives.start == event->data.document_start.tag_directives.end)
		return PL_OK;
	return FAULT(y, extent_of(y, event), PL_E_SYNTAX, "remove the %TAG line and its tags",
		     "tag directives are not read");
}

static pl_err begin_document(struct pl_yaml *y, const yaml_event_t *event)
{
	struct pl_extent e = extent_of(y, event);
	PL_TRY(check_directives(y, event));
	if (++y->documents > MAX_DOCUMENTS)
		return FAULT(y, e, PL_E_LIMIT, "split the file", "the file has more than %d documents", MAX_DOCUMENTS);
	pl_str rest = {y->text.ptr + e.end, y->text.len - e.end};
	y->doc = pl_arena_zalloc(y->arena, 1, sizeof *y->doc);
	if (!y->doc || pl_yamltape_begin(&y->tape, pl_yamlscan_document(rest)) != PL_OK)
		return fail_memory(y);
	y->doc->name = y->name;
	y->doc->source = y->text;
	y->doc->format = PL_FORMAT_YAML;
	y->depth = 0;
	return PL_OK;
}

/* Nothing but comments, or nothing at all, between two markers. */
static bool is_empty(const struct pl_doc *doc)
{
	const struct pl_token *t = doc->tokens;
	return doc->count == 1 && t->type == PL_NODE_PLAIN && t->len == 0;
}

/* *ret_doc is set when a document that is not empty is whole; *ret_more when there is more to read. */
static pl_err read_event(struct pl_yaml *y, const yaml_event_t *event, bool *ret_more, struct pl_doc **ret_doc)
{
	switch (event->type) {
	case YAML_DOCUMENT_START_EVENT:
		return begin_document(y, event);
	case YAML_ALIAS_EVENT:
		return read_alias(y, event);
	case YAML_SCALAR_EVENT:
		return read_scalar(y, event);
	case YAML_SEQUENCE_START_EVENT:
		return open_collection(y, event, event->data.sequence_start.anchor, event->data.sequence_start.tag,
				       false);
	case YAML_MAPPING_START_EVENT:
		return open_collection(y, event, event->data.mapping_start.anchor, event->data.mapping_start.tag, true);
	case YAML_SEQUENCE_END_EVENT:
	case YAML_MAPPING_END_EVENT:
		return close_collection(y);
	case YAML_DOCUMENT_END_EVENT:
		pl_yamltape_end(&y->tape, y->doc);
		*ret_more = is_empty(y->doc);
		*ret_doc = *ret_more ? NULL : y->doc;
		return PL_OK;
	case YAML_STREAM_END_EVENT:
		y->ended = true;
		*ret_more = false;
		return PL_OK;
	case YAML_NO_EVENT:
	case YAML_STREAM_START_EVENT:
		break;
	}
	return PL_OK;
}

static pl_err read_document(struct pl_yaml *y, struct pl_doc **ret_doc)
{
	bool more = true;
	while (more) {
		yaml_event_t event;
		if (!yaml_parser_parse(&y->parser, &event))
			return fail_parser(y);
		pl_err err = read_event(y, &event, &more, ret_doc);
		yaml_event_delete(&event);
		PL_TRY(err);
	}
	return PL_OK;
}

pl_err pl_yaml_next(struct pl_yaml *yaml, struct pl_doc **ret_doc, struct pl_diags *diags)
{
	struct pl_doc *doc = NULL;
	if (!yaml->ended) {
		yaml->diags = diags;
		pl_err err = read_document(yaml, &doc);
		yaml->diags = NULL;
		if (err != PL_OK) {
			yaml->ended = true;
			return err;
		}
	}
	*ret_doc = doc;
	return PL_OK;
}

static pl_err start(struct pl_yaml *y)
{
	y->open = yaml_parser_initialize(&y->parser);
	if (!y->open)
		return fail_memory(y);
	yaml_parser_set_encoding(&y->parser, YAML_UTF8_ENCODING);
	yaml_parser_set_input_string(&y->parser, (const unsigned char *)y->body.ptr, y->body.len);
	return PL_OK;
}

pl_err pl_yaml_open(pl_str name, pl_str text, const struct pl_doc_limits *limits, struct pl_arena *arena,
		    struct pl_yaml **ret_yaml, struct pl_diags *diags)
{
	uint32_t max_bytes = limits->max_bytes < MAX_TEXT ? limits->max_bytes : MAX_TEXT;
	if (text.len > max_bytes) {
		pl_fault(diags, name, (pl_str){0}, (struct pl_span){0}, "split the file",
			 "the file has %zu bytes; at most %u are read", text.len, max_bytes);
		return PL_E_LIMIT;
	}
	if (!text.ptr)
		text = PL_STR("");
	pl_str body;
	bool ascii;
	PL_TRY(pl_yamlscan_check(name, text, &body, &ascii, diags));
	struct pl_yaml *y = pl_arena_zalloc(arena, 1, sizeof *y);
	if (!y) {
		pl_fault(diags, name, (pl_str){0}, (struct pl_span){0}, NULL, "no memory left to read the document");
		return PL_E_MEMORY;
	}
	y->name = name;
	y->text = text;
	y->body = body;
	y->place = (struct pl_yamlplace){.text = text, .start = (size_t)(body.ptr - text.ptr), .ascii = ascii};
	y->arena = y->tape.arena = arena;
	y->tape.copies = PL_YAML_MAX_COPIES;
	y->max_depth = limits->max_depth < PL_YAML_MAX_DEPTH ? limits->max_depth : PL_YAML_MAX_DEPTH;
	y->diags = diags;
	PL_TRY(start(y));
	y->diags = NULL;
	*ret_yaml = y;
	return PL_OK;
}

void pl_yaml_close(struct pl_yaml *yaml)
{
	if (!yaml || !yaml->open)
		return;
	yaml_parser_delete(&yaml->parser);
	yaml->open = false;
	yaml->ended = true;
}
