/* lex.h - policy text in, tokens out, one at a time. spec: language.md 3.3
 *
 * A lexer allocates nothing: tokens borrow from the text, and strings are decoded by whoever needs them (parse_text.c).
 * What is not well-formed is reported once, where it begins, and becomes a token of kind ERROR. */
#ifndef PL_LANG_LEX_H
#define PL_LANG_LEX_H

#include <stdarg.h>

#include "catalogue.h"

#define PL_MAX_SOURCE (1024u * 1024u) /* bytes; spec: language.md 3.14 */

enum pl_token_kind {
#define PL_TOKEN(id, name)	  PL_TOKEN_##id,
#define PL_PUNCT(id, text)	  PL_TOKEN_##id,
#define PL_KEYWORD(id, text, top) PL_TOKEN_##id,
#include "tokens.def"
#undef PL_TOKEN
#undef PL_PUNCT
#undef PL_KEYWORD
	PL_TOKEN_COUNT_
};

struct pl_lexeme {
	enum pl_token_kind kind;
	bool first;	     /* the first of its line */
	bool ignore_case;    /* REGEX with `i` */
	struct pl_span at;   /* in the source file */
	uint32_t start, end; /* in the text of the lexer, which is not the file in an interpolation */
	pl_str text;	     /* as written; of STRING, TEXT and REGEX what stands between the delimiters, undecoded */
	int64_t low, high;   /* INT, DATE (days since 1970-01-01), DUR (seconds): low; RANGE: both */
};

struct pl_lexer {
	const struct pl_policy_source *source;
	pl_str text;		/* what is read: the source, or a decoded message */
	const uint32_t *places; /* offset in the source of each byte of text and of its end; NULL: they are the same */
	uint32_t pos;
	enum pl_token_kind last; /* decides whether `/` begins a pattern and whether a word is a field */
	struct pl_diags *diags;
	unsigned errors; /* reported */
	bool quiet;	 /* report nothing: a declaration is being skipped */
};

/* Begins to read a source. Refuses one over the limit, one that is not UTF-8, and one that holds control, bidirectional
 * or invisible characters: PL_E_POLICY. */
PL_MUST_USE pl_err pl_lex_open(struct pl_lexer *lx, const struct pl_policy_source *source, struct pl_diags *diags);
/* The next token; END at the end, as often as asked. */
void pl_lex_next(struct pl_lexer *lx, struct pl_lexeme *ret_token);
/* Reads one JSON value instead: text is the value as written. */
void pl_lex_json(struct pl_lexer *lx, struct pl_lexeme *ret_token);

/* "`satisfies`", "a name": how messages call it; static. */
const char *pl_token_name(enum pl_token_kind kind);
/* The bare word or sign of a keyword or punctuation; "" for other kinds. */
const char *pl_token_spelling(enum pl_token_kind kind);
/* Keywords that begin a declaration; all keywords. */
bool pl_token_is_top(enum pl_token_kind kind);
bool pl_token_is_keyword(enum pl_token_kind kind);
/* What kind of control, bidirectional or invisible character a code point is; NULL if it may stand in a policy. */
const char *pl_lex_unseen(uint32_t point);
/* The day of a text YYYY-MM-DD, from 1970-01-01; false when it is none. */
bool pl_lex_day(pl_str text, int64_t *ret_days);
/* Prints the tokens of a source, one a line: for `explain --stage=tokens`. */
struct pl_buf;
PL_MUST_USE pl_err pl_lex_dump(const struct pl_policy_source *source, struct pl_buf *out, struct pl_diags *diags);

/* --- between lex.c, lex_number.c and lex_json.c
 * --------------------------------------------------------------------------------
 */

/* Finishes a token that ends at byte `end` of the text. */
void pl_lex_finish(struct pl_lexer *lx, struct pl_lexeme *t, enum pl_token_kind kind, uint32_t end);
/* Reports that the text from t->start to end is wrong, and makes t an ERROR that ends there. help may be NULL. */
void pl_lex_refuse(struct pl_lexer *lx, struct pl_lexeme *t, enum pl_code code, uint32_t end, const char *help,
		   const char *fmt, ...) PL_PRINTF(6, 7);
/* The byte at pos + ahead, NUL past the end. */
char pl_lex_char(const struct pl_lexer *lx, uint32_t at);
/* Skips white space and comments; true when a line ended, or the text began. */
bool pl_lex_skip_blank(struct pl_lexer *lx);
/* The byte is there and ends no line; and where the line ends. */
bool pl_lex_on_line(const struct pl_lexer *lx, uint32_t at);
uint32_t pl_lex_line_end(const struct pl_lexer *lx, uint32_t at);
/* Letters, digits and underscore. */
bool pl_lex_is_word(char c);
bool pl_lex_is_digit(char c);
/* Reads what begins with a digit at t->start: INT, DECIMAL, QTY, RANGE, DUR or DATE. */
void pl_lex_number(struct pl_lexer *lx, struct pl_lexeme *t);
/* Reads a VERSION; the text at t->start is `v` and digits up to word_end. */
void pl_lex_version(struct pl_lexer *lx, struct pl_lexeme *t, uint32_t word_end);

#endif
