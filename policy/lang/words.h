/* words.h - a policy as the formatter reads it: its tokens as they are written, each with the comments that belong to
 * it.
 *
 * A comment on the line where a token ends stands behind that token, and so do the lines that go on below it in the
 * same column; every other comment stands above the token that follows. Texts borrow from the source. */
#ifndef PL_LANG_WORDS_H
#define PL_LANG_WORDS_H

#include "lex.h"

struct pl_remark {
	pl_str text;	 /* from `#`, without the white space at its end */
	uint32_t at;	 /* offset in the source: comments keep their order */
	uint32_t column; /* from 0, in code points */
	bool blank;	 /* a blank line stands before it */
	struct pl_remark *next;
};

struct pl_word {
	enum pl_token_kind kind;
	bool blank;  /* a blank line stands between it and the comments above */
	pl_str text; /* as written */
	struct pl_remark *above, *behind;
};

struct pl_words {
	struct pl_word *items; /* the last is END */
	uint32_t count;
	uint32_t remarks;
};

/* Reads a source that parses. PL_E_POLICY when it has an error of spelling, PL_E_MEMORY. */
PL_MUST_USE pl_err pl_words_read(const struct pl_policy_source *source, struct pl_arena *arena,
				 struct pl_words *ret_words, struct pl_diags *diags);

#endif
