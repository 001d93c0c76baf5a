/* catalogue.h - the codes of every complaint about a policy, and the one way to raise them.
 *
 * The texts of a diagnostic follow language.md 3.13: the message says what is wrong in one line without a full stop,
 * names of the language in back-quotes; the label stands beside the caret; the note says why; the help says what to
 * write instead. */
#ifndef PL_LANG_CATALOGUE_H
#define PL_LANG_CATALOGUE_H

#include <stdarg.h>

#include "ast.h"

enum pl_code {
#define PL_CODE(code, stage, title) PL_CODE_##code,
#include "catalogue.def"
#undef PL_CODE
	PL_CODE_COUNT_
};

enum pl_code_stage { PL_CODE_STAGE_LEX, PL_CODE_STAGE_PARSE, PL_CODE_STAGE_CHECK, PL_CODE_STAGE_LINT };

/* "E0301"; static. */
const char *pl_code_name(enum pl_code code);
/* One sentence about this kind of mistake; static. */
const char *pl_code_title(enum pl_code code);
enum pl_code_stage pl_code_stage_of(enum pl_code code);

/* Reports an error at a place of source. label, note and help may be empty, and are copied. To format one of them:
 * pl_arena_printf(diags->arena, ...). A NULL diags swallows it. */
void pl_lang_error(struct pl_diags *diags, const struct pl_policy_source *source, enum pl_code code, struct pl_span at,
		   pl_str label, pl_str note, pl_str help, const char *fmt, ...) PL_PRINTF(8, 9);
/* The same with the arguments of fmt in ap. */
void pl_lang_errorv(struct pl_diags *diags, const struct pl_policy_source *source, enum pl_code code, struct pl_span at,
		    pl_str label, pl_str note, pl_str help, const char *fmt, va_list ap) PL_PRINTF(8, 0);
/* The same about a data file, of which nothing but the place is shown. */
void pl_lang_data_errorv(struct pl_diags *diags, const struct pl_policy_source *file, enum pl_code code,
			 struct pl_span at, pl_str label, pl_str note, pl_str help, const char *fmt, va_list ap)
	PL_PRINTF(8, 0);
/* The same as a warning: the policy is loaded all the same. */
void pl_lang_warning(struct pl_diags *diags, const struct pl_policy_source *source, enum pl_code code,
		     struct pl_span at, pl_str label, pl_str note, pl_str help, const char *fmt, ...) PL_PRINTF(8, 9);

/* The span from the start of a to the end of b. */
struct pl_span pl_span_join(struct pl_span a, struct pl_span b);

/* pl_suggest (base/suggest.h) for candidates that come one by one. Begin with the word and nothing else, offer
 * candidates, then look at `best`: empty when none is near enough. Of equally near ones the first offered wins. */
struct pl_nearest {
	pl_str word;
	pl_str best;
};
void pl_nearest_offer(struct pl_nearest *nearest, pl_str candidate);

#endif
