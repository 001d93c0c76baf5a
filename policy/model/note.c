/* note.c - see note.h. Notes live in the arena of the workload; a hostile document cannot make more than
 * 2 * PL_NOTES_KEPT + 2 of them. */
#include "note.h"

#include "base/buf.h"
#include "base/invariant.h"
#include "doc/coretag.h"
#include "doc/tape.h"

#define SHOWN_POINTS 64
#define CAP	     (2 * PL_NOTES_KEPT + 2)

/* How many notes of that sort there are. */
static uint32_t count_of(const struct pl_workload *w, bool malformed)
{
	uint32_t n = 0;
	for (uint32_t i = 0; i < w->note_count; i++)
		n += w->notes[i].malformed == malformed;
	return n;
}

static void add_path(const struct pl_workload *w, pl_node node, const char *below, struct pl_buf *out)
{
	struct pl_buf path;
	pl_buf_init(&path, w->arena, 0);
	const struct pl_token *t = pl_tape_at(w->doc, node);
	pl_doc_path(w->doc, w->base, t && (t->flags & PL_TOKEN_KEY) ? pl_doc_value(w->doc, node) : node, &path);
	if (below && path.len)
		pl_buf_addc(&path, '.');
	if (below)
		pl_buf_adds(&path, below);
	out->failed = out->failed || path.failed;
	if (path.len == 0) {
		pl_buf_adds(out, "the object ");
		return;
	}
	pl_buf_addc(out, '`');
	pl_buf_add(out, pl_buf_str(&path));
	pl_buf_adds(out, "` ");
}

static pl_err keep(struct pl_workload *w, bool malformed, pl_node node, pl_str message, pl_str remedy)
{
	if (!w->notes) {
		w->notes = pl_arena_zalloc(w->arena, CAP, sizeof *w->notes);
		if (!w->notes)
			return PL_E_MEMORY;
		w->note_cap = CAP;
	}
	if (PL_NEVER(w->note_count == w->note_cap))
		return PL_E_INTERNAL;
	w->notes[w->note_count++] = (struct pl_note){malformed, node, message, remedy};
	return PL_OK;
}

PL_PRINTF(6, 0)
static pl_err add(struct pl_workload *w, bool malformed, pl_node node, const char *below, pl_str remedy,
		  const char *fmt, va_list ap)
{
	uint32_t n = count_of(w, malformed);
	if (n > PL_NOTES_KEPT)
		return PL_OK;
	if (n == PL_NOTES_KEPT)
		return keep(w, malformed, w->object,
			    malformed ? PL_STR("the object has more malformed parts, which are not listed")
				      : PL_STR("the object gives rise to more remarks, which are not listed"),
			    (pl_str){NULL, 0});
	struct pl_buf message;
	pl_buf_init(&message, w->arena, 0);
	add_path(w, node, below, &message);
	pl_buf_vaddf(&message, fmt, ap);
	if (message.failed)
		return PL_E_MEMORY;
	return keep(w, malformed, node, pl_buf_str(&message), remedy);
}

pl_err pl_note_malformed(struct pl_workload *w, pl_node node, const char *below, pl_str remedy, const char *fmt, ...)
{
	w->malformed = true;
	va_list ap;
	va_start(ap, fmt);
	pl_err err = add(w, true, node, below, remedy, fmt, ap);
	va_end(ap);
	return err;
}

pl_err pl_note_remark(struct pl_workload *w, pl_node node, pl_str remedy, const char *fmt, ...)
{
	if (!w->offline)
		return PL_OK;
	va_list ap;
	va_start(ap, fmt);
	pl_err err = add(w, false, node, NULL, remedy, fmt, ap);
	va_end(ap);
	return err;
}

/* A NUL-terminated text: what, then text between two quotes. */
static const char *quoted(struct pl_workload *w, const char *what, pl_str text, const char *quote)
{
	if (count_of(w, true) > PL_NOTES_KEPT)
		return ""; /* nobody will see it */
	struct pl_buf b;
	pl_buf_init(&b, w->arena, 0);
	pl_buf_adds(&b, what);
	pl_buf_adds(&b, quote);
	pl_buf_add_escaped(&b, text, SHOWN_POINTS);
	pl_buf_adds(&b, quote);
	pl_buf_addc(&b, '\0');
	return b.failed ? "" : b.ptr;
}

const char *pl_note_quote(struct pl_workload *w, pl_str text)
{
	return quoted(w, "", text, "\"");
}

static const char *found_string(struct pl_workload *w, pl_node node, bool secret)
{
	return secret ? "a string" : quoted(w, "the string ", pl_doc_text(w->doc, node, w->arena), "\"");
}

static const char *found_number(struct pl_workload *w, pl_node node, bool secret)
{
	return secret ? "a number" : quoted(w, "the number ", pl_doc_text(w->doc, node, w->arena), "");
}

/* An unquoted scalar is called what it would be in JSON, so that every door says the same. */
static const char *found_plain(struct pl_workload *w, pl_node node, bool secret)
{
	switch (pl_coretag_of(pl_doc_text(w->doc, node, w->arena))) {
	case PL_CORETAG_NULL:
		return "null";
	case PL_CORETAG_FALSE:
		return "false";
	case PL_CORETAG_TRUE:
		return "true";
	case PL_CORETAG_INT:
	case PL_CORETAG_FLOAT:
		return found_number(w, node, secret);
	case PL_CORETAG_STR:
		break;
	}
	return found_string(w, node, secret);
}

const char *pl_note_found(struct pl_workload *w, pl_node node, bool secret)
{
	switch (pl_doc_type(w->doc, node)) {
	case PL_NODE_NONE:
		return "nothing";
	case PL_NODE_NULL:
		return "null";
	case PL_NODE_FALSE:
		return "false";
	case PL_NODE_TRUE:
		return "true";
	case PL_NODE_NUMBER:
		return found_number(w, node, secret);
	case PL_NODE_STRING:
		return found_string(w, node, secret);
	case PL_NODE_PLAIN:
		return found_plain(w, node, secret);
	case PL_NODE_ARRAY:
		return "a list";
	case PL_NODE_OBJECT:
		return "an object";
	}
	return "nothing";
}
