/* mutate.h - small changes of a policy text: shared by the mutate*.c files. spec: language.md 6.3 */
#ifndef PL_TOOLS_MUTATE_H
#define PL_TOOLS_MUTATE_H

#include "lang/lex.h"
#include "suite.h"

/* One change: bytes `at` of a source become `text`. */
struct pl_mutation {
	const struct pl_decl *decl; /* that it is in; of a given source */
	struct pl_span at;
	pl_str text;
	bool whole;		     /* all of the declaration */
	bool local;		     /* it can only concern the rules in `rules` */
	const struct pl_name *rules; /* list */
};

struct pl_mutate_token {
	enum pl_token_kind kind;
	struct pl_span at;
};

/* Where changes are being looked for. */
struct pl_mutate {
	struct pl_suite *suite;
	uint16_t source;
	const struct pl_decl *decl;
	pl_str text;
	struct pl_mutate_token *tokens; /* of the active source */
	uint32_t token_count, token_room;
	bool local;
	const struct pl_name *rules;
	pl_str clause; /* what the change is in, for the sentence */
	uint32_t count, room, mutant_room;
	pl_err err;
};

/* Adds a change; `at` is where it is shown to be. The sentence goes on in fmt, and ends with the clause when `where` is
 * set. */
void pl_mutate_add(struct pl_mutate *m, struct pl_span at, pl_str text, bool where, const char *fmt, ...)
	PL_PRINTF(5, 6);
/* What stands there, on one line and not too long. */
pl_str pl_mutate_quote(struct pl_mutate *m, struct pl_span at);
pl_str pl_mutate_slice(const struct pl_mutate *m, struct pl_span at);
/* The token that begins at or after a byte; the one that ends at or before it. NULL if there is none. */
const struct pl_mutate_token *pl_mutate_token_from(const struct pl_mutate *m, uint32_t offset);
const struct pl_mutate_token *pl_mutate_token_before(const struct pl_mutate *m, uint32_t offset);
/* Takes away `where COND`, and changes COND. NULL: there is none. */
void pl_mutate_where(struct pl_mutate *m, const struct pl_expr *cond);

/* mutate_expr.c */
void pl_mutate_condition(struct pl_mutate *m, const struct pl_expr *e);
/* shift: in which direction numbers move. */
void pl_mutate_value(struct pl_mutate *m, const struct pl_expr *e, int shift);
/* A condition, or a value. */
void pl_mutate_either(struct pl_mutate *m, const struct pl_expr *e);

/* mutate_literal.c */
void pl_mutate_literal(struct pl_mutate *m, const struct pl_expr *e, int shift);

#endif
