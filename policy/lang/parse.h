/* parse.h - the parser's state, and what the parse*.c files have of one another. Nobody else includes it.
 *
 * Recursive descent with one token of look-ahead (two in four places). The first mistake of a declaration puts the
 * parser into panic: from then on no token matches, every function returns as if something were missing, and the file
 * loop skips to the next declaration. What is wrong but does not confuse the parser is only complained about. spec:
 * language.md 3.4 */
#ifndef PL_LANG_PARSE_H
#define PL_LANG_PARSE_H

#include "lex.h"

#define PL_MAX_NESTING 64 /* of parentheses, braces, brackets, `not` and quantifiers */
#define PL_NONE	       ((pl_str){0})
/* What to know about braces in messages. */
#define PL_BRACE_HELP "a value is written {container.name}, a brace itself {{ or }}"

struct pl_parser {
	struct pl_lexer lx;
	struct pl_arena *arena;
	struct pl_diags *diags;
	struct pl_lexeme cur, ahead;
	bool has_ahead;
	bool panic;
	bool out_of_memory;
	uint16_t source_index;
	unsigned errors; /* of the parser; those of the lexer are in lx */
	unsigned depth;
	struct pl_span before; /* the token before cur */
};

/* --- parse.c: tokens and complaints ----------------------------------------------------------------------------------
 */

/* True when cur is of this kind. Never in panic, so that loops end. */
bool pl_parse_at(const struct pl_parser *p, enum pl_token_kind kind);
/* True when cur is the NAME `word`, which is not reserved. */
bool pl_parse_at_word(const struct pl_parser *p, const char *word);
void pl_parse_advance(struct pl_parser *p);
/* The token after cur. */
const struct pl_lexeme *pl_parse_peek(struct pl_parser *p);
bool pl_parse_accept(struct pl_parser *p, enum pl_token_kind kind);
/* Accepts, or fails with "expected .., found ..". */
bool pl_parse_expect(struct pl_parser *p, enum pl_token_kind kind);
/* Complains and goes on; or complains and panics. */
void pl_parse_complain(struct pl_parser *p, enum pl_code code, struct pl_span at, pl_str label, pl_str note,
		       pl_str help, const char *fmt, ...) PL_PRINTF(7, 8);
void pl_parse_fail(struct pl_parser *p, enum pl_code code, struct pl_span at, pl_str label, pl_str note, pl_str help,
		   const char *fmt, ...) PL_PRINTF(7, 8);
/* Fails with "expected WANTED, found ..." at cur, or after the token before when cur stands on another line. */
void pl_parse_unexpected(struct pl_parser *p, pl_str wanted, pl_str help);
/* Cleared memory; NULL, and panic, when there is none. */
void *pl_parse_alloc(struct pl_parser *p, size_t count, size_t size);
/* Formats a help or note; empty when memory is out. */
pl_str pl_parse_printf(struct pl_parser *p, const char *fmt, ...) PL_PRINTF(2, 3);
/* What has been built in b; empty, and panic, when memory ran out on the way. */
struct pl_buf;
pl_str pl_parse_built(struct pl_parser *p, const struct pl_buf *b);
/* One level of nesting more; fails at the limit. Every enter that succeeds is followed by a leave. */
bool pl_parse_enter(struct pl_parser *p);
void pl_parse_leave(struct pl_parser *p);
/* A NAME, or also a KEBAB; `what` names it in messages ("a parameter"). */
bool pl_parse_name(struct pl_parser *p, bool kebab, const char *what, struct pl_name *ret_name);
/* name { "," name } */
bool pl_parse_names(struct pl_parser *p, const char *what, struct pl_name **ret_names);
/* a-b is where only a name without hyphens can stand. */
void pl_parse_refuse_kebab(struct pl_parser *p);

/* --- parse_value.c
 * ------------------------------------------------------------------------------------------------------ */

struct pl_expr *pl_parse_node(struct pl_parser *p, enum pl_expr_kind kind, struct pl_span at);
/* Makes child an operand of e as far as height and place are concerned; false in panic, which a tree that grows too
 * high causes. A NULL child is none. */
bool pl_parse_adopt(struct pl_parser *p, struct pl_expr *e, const struct pl_expr *child);
/* Appends item to the list of e that ends at *tail. */
bool pl_parse_append(struct pl_parser *p, struct pl_expr *e, struct pl_expr ***tail, struct pl_expr *item);
/* a OP b, both parsed; `op` is the place of OP. */
struct pl_expr *pl_parse_binary(struct pl_parser *p, enum pl_expr_kind kind, struct pl_span op, struct pl_expr *a,
				struct pl_expr *b);
/* NAME "in" sum [ "where" expr ] into name, a, b. */
bool pl_parse_binding(struct pl_parser *p, struct pl_expr *e);
bool pl_parse_at_quantifier(const struct pl_parser *p);
void pl_parse_refuse_quantifier(struct pl_parser *p);
struct pl_expr *pl_parse_sum(struct pl_parser *p);
struct pl_expr *pl_parse_primary(struct pl_parser *p);
/* [ "where" expr ]; NULL when there is none. */
struct pl_expr *pl_parse_where(struct pl_parser *p);

/* --- parse_expr.c
 * ------------------------------------------------------------------------------------------------------ */

/* NULL in panic. */
struct pl_expr *pl_parse_elsex(struct pl_parser *p);
struct pl_expr *pl_parse_expr(struct pl_parser *p);
void pl_parse_refuse_else(struct pl_parser *p);

/* --- parse_text.c
 * ------------------------------------------------------------------------------------------------------ */

/* A STRING, decoded into the arena; `what` names it in messages. */
bool pl_parse_string(struct pl_parser *p, const char *what, pl_str *ret_text);
/* The same of a token at hand. */
pl_str pl_parse_decode(struct pl_parser *p, const struct pl_lexeme *t);
/* A STRING with interpolations. */
bool pl_parse_message(struct pl_parser *p, struct pl_text *ret_text);
/* A TEXT without its common indentation. */
bool pl_parse_block(struct pl_parser *p, pl_str *ret_text);

/* --- parse_decl.c, parse_rule.c, parse_test.c: one declaration each, cur on its keyword
 * ------------------------------------ */

void pl_parse_use(struct pl_parser *p, struct pl_decl *d);
void pl_parse_let(struct pl_parser *p, struct pl_decl *d);
void pl_parse_param(struct pl_parser *p, struct pl_decl *d);
void pl_parse_data(struct pl_parser *p, struct pl_decl *d);
void pl_parse_rollout(struct pl_parser *p, struct pl_decl *d);
void pl_parse_exception(struct pl_parser *p, struct pl_decl *d);
void pl_parse_policy(struct pl_parser *p, struct pl_decl *d);
void pl_parse_rule(struct pl_parser *p, struct pl_decl *d);
void pl_parse_fixture(struct pl_parser *p, struct pl_decl *d);
void pl_parse_test(struct pl_parser *p, struct pl_decl *d);
/* deny, warn or audit. */
bool pl_parse_mode(struct pl_parser *p, uint8_t *ret_mode);

#endif
