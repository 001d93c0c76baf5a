/* report.h - renderings of verdicts, and texts under construction for clients of the library.
 *
 * No rendering holds the value of an environment variable or of a Secret: excerpts of the source show `***` in their
 * place. Everything that came from a document is escaped. A rendering that ran out of memory has a NULL pl_text_str. */
#ifndef PLIMSOLL_REPORT_H
#define PLIMSOLL_REPORT_H

#include "plimsoll/eval.h"

/* A text under construction for clients of the library: grows in an arena. */
struct pl_buf;
struct pl_buf *pl_text_new(struct pl_arena *arena); /* NULL when memory is out; the functions below swallow NULL */
/* What has been built; ptr is NULL when memory ran out on the way, and not when the text is empty. */
pl_str pl_text_str(const struct pl_buf *text);
void pl_text_add(struct pl_buf *text, pl_str s);
void pl_text_printf(struct pl_buf *text, const char *fmt, ...) PL_PRINTF(2, 3);
/* s as a JSON string with quotes, safe for terminals and logs. */
void pl_text_json(struct pl_buf *text, pl_str s);
/* s with everything escaped that a terminal or a log reader would obey. */
void pl_text_escaped(struct pl_buf *text, pl_str s);
/* "Did you mean": the candidate nearest to `given`; the empty text when none is near. */
pl_str pl_text_nearest(pl_str given, const pl_str *candidates, size_t count);

/* What reports need to know of a source text: where its lines begin, and what must not be shown. One for each text,
 * used for all its documents, so that many findings in a large file take linear time. NULL when memory is out. Borrows
 * text; lives in arena. */
struct pl_source;
struct pl_source *pl_source_new(pl_str text, struct pl_arena *arena);
/* As pl_position_of, in constant time. */
struct pl_position pl_source_position(const struct pl_source *source, uint32_t offset);

/* Every finding as people read it: mode, rule, message, file:line:column, excerpt with caret, path, remedy. `source` is
 * of the text that the workload's document was read from. Nothing for a verdict without findings. */
void pl_report_text(const struct pl_workload *w, const struct pl_verdict *v, struct pl_source *source,
		    struct pl_buf *out);
/* The notes of a workload that are not malformed (those are findings), as warnings in the same form. */
void pl_report_notes_text(const struct pl_workload *w, struct pl_source *source, struct pl_buf *out);
/* An error or warning about the place d->at of doc, in the same form; d->source and d->text are not used. */
void pl_report_diag_text(const struct pl_diag *d, const struct pl_doc *doc, struct pl_source *source,
			 struct pl_buf *out);
/* One verdict as a JSON object (no newline at the end). Members in this order: allowed, platform, kind, namespace,
 * name, findings [{rule, mode, severity, state, exception, subject, path, message, remedy, note, refs, line, column}],
 * not_checked; exception and note only where there is one. Both doors that speak JSON and the linter use it, so that the
 * same object gives the same bytes. `source` adds `file` before `allowed`, and line and column; with NULL they are left
 * out. */
void pl_report_json(const struct pl_workload *w, const struct pl_verdict *v, const struct pl_source *source,
		    struct pl_buf *out);
/* The notes as a JSON array [{message, remedy, line, column}]. */
void pl_report_notes_json(const struct pl_workload *w, const struct pl_source *source, struct pl_buf *out);
/* The message of a refusal in one line per finding of mode deny, at most max_bytes, "and N more" when cut: what kubectl
 * shows. Nothing when none is of that mode. */
void pl_report_message(const struct pl_verdict *v, size_t max_bytes, struct pl_buf *out);

#endif
