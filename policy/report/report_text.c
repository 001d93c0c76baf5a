/* report_text.c - a verdict as people read it in a terminal. spec: language.md 3.13 (layout), 7.6 (escapes) */
#include "report_excerpt.h"

/* On one line: a rule of a shipped pack has many. */
static void render_refs(unsigned width, const struct pl_finding *f, struct pl_buf *out)
{
	if (f->ref_count == 0)
		return;
	pl_buf_fill(out, ' ', width + 1);
	for (uint32_t i = 0; i < f->ref_count; i++) {
		pl_buf_adds(out, i ? ", " : "= see: ");
		pl_buf_add_escaped(out, f->refs[i], 0);
	}
	pl_buf_addc(out, '\n');
}

static void render_finding(const struct pl_workload *w, const struct pl_finding *f, const struct pl_source *source,
			   bool may_show, struct pl_buf *out)
{
	bool excepted = f->state == PL_FINDING_EXCEPTED;
	pl_buf_addf(out, "%s %.*s: ", excepted ? "excepted" : pl_mode_name((enum pl_mode)f->mode), PL_FMT(f->rule));
	pl_buf_add_escaped(out, f->message, 0);
	pl_buf_addc(out, '\n');
	struct pl_excerpt e = {.file = pl_doc_name(pl_workload_doc(w)), .at = f->span, .has_source = may_show};
	unsigned width = pl_excerpt_render(&e, source, out);
	pl_excerpt_remark(width, "path", f->path, out);
	pl_excerpt_remark(width, "note", f->note, out);
	pl_excerpt_remark(width, "help", f->remedy, out);
	render_refs(width, f, out);
}

void pl_report_text(const struct pl_workload *w, const struct pl_verdict *v, struct pl_source *source,
		    struct pl_buf *out)
{
	if (v->count == 0)
		return;
	bool may_show = pl_source_hide(source, pl_workload_doc(w));
	for (size_t i = 0; i < v->count; i++) {
		render_finding(w, &v->findings[i], source, may_show, out);
		pl_buf_addc(out, '\n');
	}
}

void pl_report_diag_text(const struct pl_diag *d, const struct pl_doc *doc, struct pl_source *source,
			 struct pl_buf *out)
{
	pl_buf_adds(out, d->level == PL_DIAG_ERROR ? "error: " : "warning: ");
	pl_buf_add_escaped(out, d->message, 0);
	pl_buf_addc(out, '\n');
	struct pl_excerpt e = {.file = pl_doc_name(doc), .at = d->at, .has_source = pl_source_hide(source, doc)};
	unsigned width = pl_excerpt_render(&e, source, out);
	pl_excerpt_remark(width, "note", d->note, out);
	pl_excerpt_remark(width, "help", d->help, out);
	pl_buf_addc(out, '\n');
}

void pl_report_notes_text(const struct pl_workload *w, struct pl_source *source, struct pl_buf *out)
{
	const struct pl_note *notes;
	size_t count = pl_workload_notes(w, &notes);
	const struct pl_doc *doc = pl_workload_doc(w);
	for (size_t i = 0; i < count; i++) {
		struct pl_diag d = {.level = PL_DIAG_WARNING, .message = notes[i].message, .help = notes[i].remedy};
		d.at = pl_doc_span(doc, notes[i].node);
		if (!notes[i].malformed)
			pl_report_diag_text(&d, doc, source, out);
	}
}
