/* catalogue.c - from a code and a place to a diagnostic; and "did you mean". Texts are formatted in the arena of the
 * diagnostics; when that is full the diagnostic is counted without its text. */
#include "catalogue.h"

#include "base/buf.h"
#include "base/invariant.h"
#include "base/suggest.h"

static const struct {
	const char *name;
	const char *title;
	enum pl_code_stage stage;
} rows[PL_CODE_COUNT_] = {
#define PL_CODE(code, stage, title) [PL_CODE_##code] = {#code, title, PL_CODE_STAGE_##stage},
#include "catalogue.def"
#undef PL_CODE
};

const char *pl_code_name(enum pl_code code)
{
	return PL_ALWAYS((unsigned)code < PL_CODE_COUNT_) ? rows[code].name : "E0000";
}

const char *pl_code_title(enum pl_code code)
{
	return PL_ALWAYS((unsigned)code < PL_CODE_COUNT_) ? rows[code].title : "";
}

enum pl_code_stage pl_code_stage_of(enum pl_code code)
{
	return PL_ALWAYS((unsigned)code < PL_CODE_COUNT_) ? rows[code].stage : PL_CODE_STAGE_LINT;
}

static PL_PRINTF(3, 0) void add(struct pl_diags *diags, struct pl_diag *d, const char *fmt, va_list ap)
{
	struct pl_buf message;
	pl_buf_init(&message, diags->arena, 128);
	pl_buf_vaddf(&message, fmt, ap);
	d->message = pl_buf_str(&message);
	pl_diags_add(diags, d);
}

static struct pl_diag diag_at(enum pl_diag_level level, const struct pl_policy_source *source, enum pl_code code,
			      struct pl_span at)
{
	return (struct pl_diag){
		.level = level,
		.code = pl_code_name(code),
		.source = source->name,
		.text = source->text,
		.at = at,
	};
}

void pl_lang_errorv(struct pl_diags *diags, const struct pl_policy_source *source, enum pl_code code, struct pl_span at,
		    pl_str label, pl_str note, pl_str help, const char *fmt, va_list ap)
{
	if (!diags)
		return;
	struct pl_diag d = diag_at(PL_DIAG_ERROR, source, code, at);
	d.label = label;
	d.note = note;
	d.help = help;
	add(diags, &d, fmt, ap);
}

void pl_lang_data_errorv(struct pl_diags *diags, const struct pl_policy_source *file, enum pl_code code,
			 struct pl_span at, pl_str label, pl_str note, pl_str help, const char *fmt, va_list ap)
{
	if (!diags)
		return;
	struct pl_diag d = diag_at(PL_DIAG_ERROR, file, code, at);
	d.cut = true;
	d.label = label;
	d.note = note;
	d.help = help;
	add(diags, &d, fmt, ap);
}

void pl_lang_error(struct pl_diags *diags, const struct pl_policy_source *source, enum pl_code code, struct pl_span at,
		   pl_str label, pl_str note, pl_str help, const char *fmt, ...)
{
	va_list ap;
	va_start(ap, fmt);
	pl_lang_errorv(diags, source, code, at, label, note, help, fmt, ap);
	va_end(ap);
}

void pl_lang_warning(struct pl_diags *diags, const struct pl_policy_source *source, enum pl_code code,
		     struct pl_span at, pl_str label, pl_str note, pl_str help, const char *fmt, ...)
{
	if (!diags)
		return;
	struct pl_diag d = diag_at(PL_DIAG_WARNING, source, code, at);
	d.label = label;
	d.note = note;
	d.help = help;
	va_list ap;
	va_start(ap, fmt);
	add(diags, &d, fmt, ap);
	va_end(ap);
}

struct pl_span pl_span_join(struct pl_span a, struct pl_span b)
{
	uint32_t start = a.start < b.start ? a.start : b.start;
	uint32_t a_end = a.start + a.len, b_end = b.start + b.len;
	return (struct pl_span){start, (a_end > b_end ? a_end : b_end) - start};
}

void pl_nearest_offer(struct pl_nearest *nearest, pl_str candidate)
{
	/* The better of two, again and again: ties go to the earlier one, as promised. */
	pl_str pair[] = {nearest->best, candidate};
	nearest->best = nearest->best.len ? pl_suggest(nearest->word, pair, 2) : pl_suggest(nearest->word, pair + 1, 1);
}
