/* output.c - see output.h. Errors are counted even when there is no memory left to describe them, so the exit status is
 * always right. */
#include "output.h"

#include <stdio.h>
#include <string.h>

#include "command.h"

#define SHOWN_PLACES 20 /* of what was not judged; JSON lists all */

bool pl_names_add(struct pl_names *names, struct pl_arena *arena, pl_str name)
{
	if (names->count == names->cap) {
		size_t cap = names->cap ? names->cap * 2 : 16;
		pl_str *more = pl_arena_zalloc(arena, cap, sizeof *more);
		if (!more)
			return false;
		if (names->count)
			memcpy(more, names->items, names->count * sizeof *more);
		names->items = more;
		names->cap = cap;
	}
	names->items[names->count++] = name;
	return true;
}

static void write_str(FILE *to, pl_str s)
{
	if (s.len)
		fwrite(s.ptr, 1, s.len, to);
}

static void out_of_memory(struct pl_output *out)
{
	out->errors++;
	fflush(stdout);
	fprintf(stderr, "plimsoll: %s\n", pl_err_text(PL_E_MEMORY));
}

/* Prints what was built, or says that it could not be built. */
static void print(struct pl_output *out, FILE *to, const struct pl_buf *text)
{
	pl_str s = pl_text_str(text);
	if (!s.ptr) {
		out_of_memory(out);
		return;
	}
	if (to == stderr)
		fflush(stdout);
	write_str(to, s);
}

void pl_output_init(struct pl_output *out, struct pl_arena *arena)
{
	*out = (struct pl_output){.arena = arena, .fail_on = PL_MODE_AUDIT};
}

void pl_output_begin(struct pl_output *out)
{
	if (out->format != PL_OUTPUT_JSON)
		return;
	out->error_list = pl_text_new(out->arena);
	out->warning_list = pl_text_new(out->arena);
	fputs("{\"results\":[", stdout);
}

static void add_sorted(struct pl_output *out, pl_str rule)
{
	struct pl_names *names = &out->not_checked;
	size_t at = 0;
	while (at < names->count && pl_str_cmp(names->items[at], rule) < 0)
		at++;
	if (at < names->count && pl_str_eq(names->items[at], rule))
		return;
	pl_str copy = pl_arena_dup(out->arena, rule);
	if (!copy.ptr || !pl_names_add(names, out->arena, copy)) {
		out_of_memory(out);
		return;
	}
	memmove(names->items + at + 1, names->items + at, (names->count - 1 - at) * sizeof *names->items);
	names->items[at] = copy;
}

static void count_result(struct pl_output *out, const struct pl_result *r)
{
	const struct pl_verdict *v = r->verdict;
	if (pl_workload_has_containers(r->workload))
		out->workloads++;
	else
		out->others++;
	out->findings[PL_MODE_DENY] += v->denied;
	out->findings[PL_MODE_WARN] += v->warned;
	out->findings[PL_MODE_AUDIT] += v->audited;
	out->excepted_findings += v->excepted;
	if (!v->allowed || v->denied)
		out->denied++;
	else if (v->warned)
		out->warned++;
	else if (v->audited)
		out->audited++;
	else if (v->excepted)
		out->excepted++;
	else
		out->clean++;
	const struct pl_note *notes;
	size_t note_count = pl_workload_notes(r->workload, &notes);
	for (size_t i = 0; i < note_count; i++)
		out->warnings += !notes[i].malformed;
	for (size_t i = 0; i < v->not_checked_count; i++)
		add_sorted(out, v->not_checked[i]);
}

static void result_json(struct pl_output *out, const struct pl_result *r, struct pl_buf *text)
{
	pl_text_printf(text, "%s{\"file\":", out->results ? ",\n" : "\n");
	pl_text_json(text, pl_doc_name(pl_workload_doc(r->workload)));
	pl_text_printf(text, ",\"document\":%u,\"object\":", r->document);
	pl_text_json(text, r->at);
	pl_text_printf(text, ",\"verdict\":");
	pl_report_json(r->workload, r->verdict, r->source, text);
	pl_text_printf(text, ",\"warnings\":");
	pl_report_notes_json(r->workload, r->source, text);
	pl_text_printf(text, "}");
}

/* Which object it is, what each rule did with it, and what came of it. */
static void trace_text(const struct pl_output *out, const struct pl_result *r, struct pl_buf *text)
{
	const struct pl_verdict *v = r->verdict;
	pl_text_printf(text, "%sobject: ", out->results ? "---\n" : "");
	pl_text_escaped(text, pl_workload_kind(r->workload));
	pl_text_printf(text, " ");
	pl_text_json(text, pl_workload_name(r->workload));
	if (r->at.len)
		pl_text_printf(text, " at %.*s (paths begin there)", PL_FMT(r->at));
	pl_text_printf(text, "\n%.*s", PL_FMT(pl_text_str(r->trace)));
	if (r->partial)
		return;
	pl_text_printf(text, "verdict: %s (findings: %zu deny, %zu warn, %zu audit", v->allowed ? "allowed" : "refused",
		       v->denied, v->warned, v->audited);
	if (v->excepted)
		pl_text_printf(text, ", %zu excepted", v->excepted);
	pl_text_printf(text, ")\n");
}

static void result_stage(const struct pl_output *out, const struct pl_result *r, struct pl_buf *text)
{
	if (r->trace) {
		trace_text(out, r, text);
		return;
	}
	pl_report_json(r->workload, r->verdict, NULL, text);
	pl_text_printf(text, "\n");
}

void pl_output_result(struct pl_output *out, const struct pl_result *r, struct pl_arena *scratch)
{
	count_result(out, r);
	struct pl_buf *text = pl_text_new(scratch);
	if (!text) {
		out_of_memory(out);
		return;
	}
	switch (out->format) {
	case PL_OUTPUT_TEXT:
		pl_report_text(r->workload, r->verdict, r->source, text);
		pl_report_notes_text(r->workload, r->source, text);
		break;
	case PL_OUTPUT_JSON:
		result_json(out, r, text);
		break;
	case PL_OUTPUT_STAGE:
		result_stage(out, r, text);
		break;
	}
	print(out, stdout, text);
	out->results++;
}

void pl_output_workload(struct pl_output *out, const struct pl_workload *workload, struct pl_arena *scratch)
{
	struct pl_buf *text = pl_text_new(scratch);
	if (!text) {
		out_of_memory(out);
		return;
	}
	pl_workload_dump(workload, scratch, text);
	print(out, stdout, text);
}

void pl_output_not_judged(struct pl_output *out, pl_str place)
{
	pl_str copy = pl_arena_dup(out->arena, place);
	if (!copy.ptr || !pl_names_add(&out->not_judged, out->arena, copy))
		out_of_memory(out);
}

static void member(struct pl_buf *text, const char *before, const char *name, pl_str value)
{
	pl_text_printf(text, "%s\"%s\":", before, name);
	pl_text_json(text, value);
}

/* at is NULL for what stands nowhere. */
static void diag_json(struct pl_output *out, const struct pl_diag *d, const struct pl_position *at)
{
	struct pl_buf *list = d->level == PL_DIAG_ERROR ? out->error_list : out->warning_list;
	pl_str so_far = pl_text_str(list);
	member(list, so_far.len ? ",\n{" : "\n{", "file", d->source);
	if (at)
		pl_text_printf(list, ",\"line\":%u,\"column\":%u", at->line, at->column);
	member(list, ",", "code", pl_str_from(d->code));
	member(list, ",", "message", d->message);
	member(list, ",", "label", d->label);
	member(list, ",", "note", d->note);
	member(list, ",", "help", d->help);
	pl_text_printf(list, "}");
}

static void diag_text(struct pl_output *out, const struct pl_diag *d)
{
	struct pl_buf *text = pl_text_new(out->arena);
	if (!text) {
		out_of_memory(out);
		return;
	}
	pl_diag_render(d, text);
	pl_text_printf(text, "\n");
	print(out, stderr, text);
}

void pl_output_diag(struct pl_output *out, const struct pl_diag *d)
{
	out->errors += d->level == PL_DIAG_ERROR;
	out->warnings += d->level == PL_DIAG_WARNING;
	struct pl_position at = pl_position_of(d->text, d->at.start);
	if (out->error_list)
		diag_json(out, d, d->text.len ? &at : NULL);
	else
		diag_text(out, d);
}

void pl_output_diag_at(struct pl_output *out, const struct pl_diag *d, const struct pl_doc *doc,
		       struct pl_source *source)
{
	out->errors += d->level == PL_DIAG_ERROR;
	struct pl_position at = pl_source_position(source, d->at.start);
	if (out->error_list) {
		diag_json(out, d, &at);
		return;
	}
	struct pl_buf *text = pl_text_new(out->arena);
	if (text)
		pl_report_diag_text(d, doc, source, text);
	print(out, stderr, text);
}

void pl_output_diags(struct pl_output *out, const struct pl_diags *diags)
{
	unsigned errors = 0;
	for (unsigned i = 0; i < diags->count; i++) {
		errors += diags->items[i].level == PL_DIAG_ERROR;
		pl_output_diag(out, &diags->items[i]);
	}
	if (diags->errors <= errors)
		return;
	pl_str more = pl_arena_printf(out->arena, "%u more errors are not shown", diags->errors - errors);
	pl_output_diag(out, &(struct pl_diag){.message = more});
	out->errors += diags->errors - errors - 1;
}

static pl_str escaped(struct pl_arena *arena, pl_str s)
{
	struct pl_buf *text = pl_text_new(arena);
	pl_text_escaped(text, s);
	return pl_text_str(text);
}

void pl_output_error(struct pl_output *out, pl_str name, const char *message, const char *help)
{
	struct pl_diag d = {.source = escaped(out->arena, name), .message = escaped(out->arena, pl_str_from(message))};
	if (help)
		d.help = escaped(out->arena, pl_str_from(help));
	pl_output_diag(out, &d);
}

void pl_output_failure(struct pl_output *out, pl_str name, pl_err err)
{
	pl_output_error(out, name, pl_err_text(err), NULL);
}

static void plural(struct pl_buf *text, size_t n, const char *one, const char *many)
{
	pl_text_printf(text, "%zu %s", n, n == 1 ? one : many);
}

static void list(struct pl_buf *text, const struct pl_names *names, size_t most)
{
	for (size_t i = 0; i < names->count && i < most; i++)
		pl_text_printf(text, "%s%.*s", i ? ", " : "", PL_FMT(names->items[i]));
	if (names->count > most)
		pl_text_printf(text, " and %zu more", names->count - most);
}

/* ", 2 denied": one class of objects of the summary. */
static void tally(struct pl_buf *text, const char **before, size_t objects, const char *what)
{
	if (objects == 0)
		return;
	pl_text_printf(text, "%s%zu %s", *before, objects, what);
	*before = ", ";
}

static void summary_text(const struct pl_output *out, struct pl_buf *text)
{
	plural(text, out->files, "file", "files");
	pl_text_printf(text, ", ");
	plural(text, out->workloads, "workload", "workloads");
	if (out->others) {
		pl_text_printf(text, ", ");
		plural(text, out->others, "other object", "other objects");
	}
	const char *before = ": ";
	tally(text, &before, out->denied, "denied by ");
	if (out->denied)
		plural(text, out->findings[PL_MODE_DENY], "finding", "findings");
	tally(text, &before, out->warned, "warned");
	tally(text, &before, out->audited, "noted");
	tally(text, &before, out->excepted, "excepted");
	tally(text, &before, out->clean, "clean");
	if (before[0] == ',')
		before = "; ";
	tally(text, &before, out->findings[PL_MODE_WARN], "of mode warn");
	tally(text, &before, out->findings[PL_MODE_AUDIT], "of mode audit");
	tally(text, &before, out->excepted_findings,
	      out->excepted_findings == 1 ? "finding excepted" : "findings excepted");
	tally(text, &before, out->warnings, out->warnings == 1 ? "warning" : "warnings");
	tally(text, &before, out->errors, out->errors == 1 ? "error" : "errors");
	pl_text_printf(text, "\n");
}

static void end_text(const struct pl_output *out, struct pl_buf *text)
{
	summary_text(out, text);
	if (out->not_checked.count) {
		plural(text, out->not_checked.count, "rule", "rules");
		pl_text_printf(text, " not checked here for lack of context (--namespace, --user, --cluster, ...): ");
		list(text, &out->not_checked, SIZE_MAX);
		pl_text_printf(text, "\n");
	}
	if (out->not_judged.count) {
		bool one = out->not_judged.count == 1;
		plural(text, out->not_judged.count, "document", "documents");
		pl_text_printf(text, " %s nothing that plimsoll judges: ", one ? "holds" : "hold");
		list(text, &out->not_judged, SHOWN_PLACES);
		pl_text_printf(text, "\n");
	}
}

static void names_json(struct pl_buf *text, const char *name, const struct pl_names *names)
{
	pl_text_printf(text, "],\n\"%s\":[", name);
	for (size_t i = 0; i < names->count; i++) {
		pl_text_printf(text, "%s", i ? "," : "");
		pl_text_json(text, names->items[i]);
	}
}

static void diags_json(struct pl_buf *text, const char *name, const struct pl_buf *list_of_diags)
{
	pl_text_printf(text, "],\n\"%s\":[", name);
	pl_text_add(text, pl_text_str(list_of_diags));
}

static void end_json(const struct pl_output *out, struct pl_buf *text)
{
	diags_json(text, "errors", out->error_list);
	diags_json(text, "warnings", out->warning_list);
	names_json(text, "not_checked", &out->not_checked);
	names_json(text, "not_judged", &out->not_judged);
	pl_text_printf(text,
		       "],\n\"summary\":{\"files\":%zu,\"workloads\":%zu,\"others\":%zu,\"denied\":%zu,\"warned\":%zu,"
		       "\"audited\":%zu,\"excepted\":%zu,\"clean\":%zu,\"findings\":{\"deny\":%zu,\"warn\":%zu,"
		       "\"audit\":%zu,\"excepted\":%zu},"
		       "\"warnings\":%zu,\"errors\":%zu,\"exit\":%d}}\n",
		       out->files, out->workloads, out->others, out->denied, out->warned, out->audited, out->excepted,
		       out->clean, out->findings[PL_MODE_DENY], out->findings[PL_MODE_WARN],
		       out->findings[PL_MODE_AUDIT], out->excepted_findings, out->warnings, out->errors,
		       pl_output_status(out));
}

static void demand_context(struct pl_output *out)
{
	struct pl_buf *text = pl_text_new(out->arena);
	plural(text, out->not_checked.count, "rule", "rules");
	pl_text_printf(text, " could not be checked without context: ");
	list(text, &out->not_checked, SIZE_MAX);
	pl_output_diag(out, &(struct pl_diag){
				    .message = pl_text_str(text),
				    .help = PL_STR("give it with --namespace, --user, --group, --operation, --cluster, "
						   "--data"),
			    });
}

int pl_output_end(struct pl_output *out)
{
	if (out->require_context && out->not_checked.count)
		demand_context(out);
	if (out->format == PL_OUTPUT_STAGE)
		return out->errors ? PL_EXIT_ERROR : PL_EXIT_CLEAN;
	struct pl_buf *text = pl_text_new(out->arena);
	if (out->format == PL_OUTPUT_TEXT) {
		end_text(out, text);
	} else {
		if (!pl_text_str(out->error_list).ptr || !pl_text_str(out->warning_list).ptr)
			out_of_memory(out);
		end_json(out, text);
	}
	print(out, stdout, text);
	return pl_output_status(out);
}

int pl_output_status(const struct pl_output *out)
{
	if (out->errors)
		return PL_EXIT_ERROR;
	for (int mode = PL_MODE_DENY; mode <= (int)out->fail_on; mode++) {
		if (out->findings[mode])
			return PL_EXIT_FINDINGS;
	}
	return out->denied ? PL_EXIT_FINDINGS : PL_EXIT_CLEAN;
}
