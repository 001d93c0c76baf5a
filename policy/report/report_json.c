/* report_json.c - a verdict as one JSON object in one line: what the ECS door answers and what the linter lists.
 *
 * Written by hand and not with jansson: the order of the members is part of the contract (the doors are compared byte
 * for byte), it must not touch the heap on the request path, and pl_buf_add_json escapes what jansson leaves raw (DEL,
 * C1, bidirectional controls). That it is JSON is proven with jansson in report_json_test. */
#include "plimsoll/report.h"

#include "base/buf.h"

static const char *platform_name(enum pl_platform platform)
{
	switch (platform) {
	case PL_PLATFORM_KUBERNETES:
		return "kubernetes";
	case PL_PLATFORM_ECS:
		return "ecs";
	case PL_PLATFORM_NONE:
		break;
	}
	return "none";
}

static const char *state_name(uint8_t state)
{
	switch ((enum pl_finding_state)state) {
	case PL_FINDING_VIOLATION:
		return "violation";
	case PL_FINDING_UNDECIDED:
		return "undecided";
	case PL_FINDING_MALFORMED:
		return "malformed";
	case PL_FINDING_EXCEPTED:
		return "excepted";
	case PL_FINDING_ALREADY:
		return "already";
	}
	return "";
}

/* `"name":"value"` with what separates it from the member before. */
static void member(struct pl_buf *out, const char *before, const char *name, pl_str value)
{
	pl_buf_addf(out, "%s\"%s\":", before, name);
	pl_buf_add_json(out, value);
}

static void strings(struct pl_buf *out, const char *name, const pl_str *items, size_t count)
{
	pl_buf_addf(out, ",\"%s\":[", name);
	for (size_t i = 0; i < count; i++) {
		if (i)
			pl_buf_addc(out, ',');
		pl_buf_add_json(out, items[i]);
	}
	pl_buf_addc(out, ']');
}

static void place(struct pl_buf *out, const struct pl_source *source, uint32_t offset)
{
	struct pl_position at = pl_source_position(source, offset);
	pl_buf_addf(out, ",\"line\":%u,\"column\":%u", at.line, at.column);
}

static void finding(struct pl_buf *out, const struct pl_finding *f, const struct pl_source *source)
{
	member(out, "{", "rule", f->rule);
	member(out, ",", "mode", pl_str_from(pl_mode_name((enum pl_mode)f->mode)));
	member(out, ",", "severity", pl_str_from(pl_severity_name((enum pl_severity)f->severity)));
	member(out, ",", "state", pl_str_from(state_name(f->state)));
	if (f->exception.len)
		member(out, ",", "exception", f->exception);
	member(out, ",", "subject", f->subject);
	member(out, ",", "path", f->path);
	member(out, ",", "message", f->message);
	member(out, ",", "remedy", f->remedy);
	if (f->note.len)
		member(out, ",", "note", f->note);
	strings(out, "refs", f->refs, f->ref_count);
	if (source)
		place(out, source, f->span.start);
	pl_buf_addc(out, '}');
}

void pl_report_json(const struct pl_workload *w, const struct pl_verdict *v, const struct pl_source *source,
		    struct pl_buf *out)
{
	pl_buf_addc(out, '{');
	if (source) {
		member(out, "", "file", pl_doc_name(pl_workload_doc(w)));
		pl_buf_addc(out, ',');
	}
	pl_buf_addf(out, "\"allowed\":%s", v->allowed ? "true" : "false");
	member(out, ",", "platform", pl_str_from(platform_name(pl_workload_platform(w))));
	member(out, ",", "kind", pl_workload_kind(w));
	member(out, ",", "namespace", pl_workload_namespace(w));
	member(out, ",", "name", pl_workload_name(w));
	pl_buf_adds(out, ",\"findings\":[");
	for (size_t i = 0; i < v->count; i++) {
		if (i)
			pl_buf_addc(out, ',');
		finding(out, &v->findings[i], source);
	}
	pl_buf_addc(out, ']');
	strings(out, "not_checked", v->not_checked, v->not_checked_count);
	pl_buf_addc(out, '}');
}

static void note(struct pl_buf *out, const struct pl_doc *doc, const struct pl_note *n, const struct pl_source *source)
{
	member(out, "{", "message", n->message);
	member(out, ",", "remedy", n->remedy);
	place(out, source, pl_doc_span(doc, n->node).start);
	pl_buf_addc(out, '}');
}

void pl_report_notes_json(const struct pl_workload *w, const struct pl_source *source, struct pl_buf *out)
{
	const struct pl_note *notes;
	size_t count = pl_workload_notes(w, &notes);
	const char *before = "";
	pl_buf_addc(out, '[');
	for (size_t i = 0; i < count; i++) {
		if (notes[i].malformed)
			continue;
		pl_buf_adds(out, before);
		note(out, pl_workload_doc(w), &notes[i], source);
		before = ",";
	}
	pl_buf_addc(out, ']');
}
