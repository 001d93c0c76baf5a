/* format_decl.c - declarations, a line for each clause, in the order of the grammar. spec: language.md 3.4, 3.12 */
#include "format.h"

#define CLAUSE	      2
#define OF_A_CHECK    4 /* message, remedy */
#define CLAUSE_ORDERS 6 /* most ranks that clauses of a declaration have */

/* --- clauses that stand in any order -------------------------------------------------------------------------------
 */

/* Where a clause belongs, from 0; -1 for a word that begins none. */
typedef int rank_of(enum pl_token_kind kind);
typedef void format_clause(struct pl_format *f);

/* Walks all clauses once; true if they stand in order. */
static bool walk_clauses(struct pl_format *f, rank_of *rank, format_clause *clause)
{
	bool ordered = true;
	for (int last = 0, now = rank(pl_format_kind(f)); now >= 0; now = rank(pl_format_kind(f))) {
		ordered = ordered && now >= last;
		last = now;
		clause(f);
	}
	return ordered;
}

/* Lays out the clauses of one rank, and takes the words of the others back. */
static void format_rank(struct pl_format *f, rank_of *rank, format_clause *clause, int wanted)
{
	for (int now = rank(pl_format_kind(f)); now >= 0; now = rank(pl_format_kind(f))) {
		struct pl_layout_mark mark = pl_layout_mark(&f->layout);
		clause(f);
		if (now != wanted)
			pl_layout_rewind(&f->layout, mark);
	}
}

static void format_clauses(struct pl_format *f, rank_of *rank, format_clause *clause)
{
	uint32_t start = f->at;
	struct pl_layout_mark mark = pl_layout_mark(&f->layout);
	if (walk_clauses(f, rank, clause))
		return;
	pl_layout_rewind(&f->layout, mark);
	for (int wanted = 0; wanted < CLAUSE_ORDERS; wanted++) {
		f->at = start;
		format_rank(f, rank, clause, wanted);
	}
}

static void start_clause(struct pl_format *f)
{
	pl_layout_line(&f->layout, CLAUSE);
	pl_format_take(f);
}

/* WORD STRING, WORD NAME, ... */
static void format_pair(struct pl_format *f)
{
	start_clause(f);
	pl_format_next(f);
}

static void format_names(struct pl_format *f)
{
	start_clause(f);
	pl_format_list(f);
}

static void format_condition(struct pl_format *f)
{
	start_clause(f);
	pl_format_expr(f, PL_LEAD_WORD);
}

static bool at_guard(const struct pl_format *f)
{
	return pl_format_kind(f) == PL_TOKEN_WHEN || pl_format_kind(f) == PL_TOKEN_UNLESS;
}

/* --- policy, use ---------------------------------------------------------------------------------------------------
 */

static int policy_rank(enum pl_token_kind kind)
{
	if (kind == PL_TOKEN_TITLE)
		return 0;
	if (kind == PL_TOKEN_OWNER)
		return 1;
	return kind == PL_TOKEN_WHEN || kind == PL_TOKEN_UNLESS ? 2 : -1;
}

static void format_policy_clause(struct pl_format *f)
{
	if (at_guard(f))
		format_condition(f);
	else
		format_pair(f);
}

static void format_policy(struct pl_format *f)
{
	pl_format_next(f);
	format_clauses(f, policy_rank, format_policy_clause);
}

/* --- let, param, data ----------------------------------------------------------------------------------------------
 */

/* "=" elsex. A set begins on the line of `=`; other values that do not fit there begin on the next. */
static void format_value(struct pl_format *f)
{
	pl_layout_space(&f->layout);
	pl_format_expect(f, PL_TOKEN_ASSIGN);
	if (pl_format_kind(f) == PL_TOKEN_LBRACE) {
		pl_layout_space(&f->layout);
		pl_format_elsex(f);
		return;
	}
	uint32_t group = pl_layout_open(&f->layout, PL_BASE_LINE, false);
	pl_layout_break(&f->layout, 1, 2, PL_BREAK_REMARKS);
	bool chain = pl_format_elsex(f);
	pl_layout_change(&f->layout, group, PL_BASE_LINE, chain);
	pl_layout_close(&f->layout);
}

static void format_argument(struct pl_format *f)
{
	pl_format_expect(f, PL_TOKEN_NAME);
	if (pl_format_kind(f) != PL_TOKEN_COLON)
		return;
	pl_format_take(f);
	pl_layout_space(&f->layout);
	pl_format_type(f);
}

static void format_parameters(struct pl_format *f)
{
	pl_format_take(f);
	pl_layout_open(&f->layout, PL_BASE_ALIGN, false);
	while (!f->lost && pl_format_kind(f) != PL_TOKEN_RPAREN) {
		format_argument(f);
		if (pl_format_kind(f) != PL_TOKEN_COMMA)
			break;
		pl_format_take(f);
		pl_layout_break(&f->layout, 1, 0, PL_BREAK_REMARKS | PL_BREAK_SAME);
	}
	pl_layout_close(&f->layout);
	pl_format_expect(f, PL_TOKEN_RPAREN);
}

static void format_let(struct pl_format *f)
{
	pl_format_next(f);
	if (pl_format_kind(f) == PL_TOKEN_LPAREN)
		format_parameters(f);
	format_value(f);
}

/* NAME ":" type */
static void format_typed_name(struct pl_format *f)
{
	pl_format_next(f);
	pl_format_expect(f, PL_TOKEN_COLON);
	pl_layout_space(&f->layout);
	pl_format_type(f);
}

/* "by" elsex, and a line for each row. */
static void format_table(struct pl_format *f)
{
	struct pl_format_arrows arrows = {0};
	pl_layout_open(&f->layout, PL_BASE_LINE, false);
	pl_layout_break(&f->layout, 1, 4, PL_BREAK_REMARKS);
	pl_format_expect(f, PL_TOKEN_BY);
	pl_layout_space(&f->layout);
	pl_format_elsex(f);
	pl_layout_close(&f->layout);
	for (bool more = true; more && !f->lost;) {
		more = pl_format_kind(f) == PL_TOKEN_STRING;
		pl_layout_line(&f->layout, CLAUSE);
		uint32_t from = f->layout.count;
		if (more)
			pl_format_take(f);
		else
			pl_format_expect(f, PL_TOKEN_OTHERWISE);
		pl_format_arrow(f, &arrows, from);
		pl_layout_space(&f->layout);
		pl_format_expect(f, PL_TOKEN_ARROW);
		pl_layout_space(&f->layout);
		if (pl_token_is_top(pl_format_kind(f)))
			pl_format_take(f); /* deny, warn, audit */
		else
			pl_format_primary(f);
	}
	pl_format_align(f, &arrows);
}

static void format_param(struct pl_format *f)
{
	format_typed_name(f);
	if (pl_format_kind(f) == PL_TOKEN_ASSIGN)
		format_value(f);
	else
		format_table(f);
}

static void format_data(struct pl_format *f)
{
	pl_layout_open(&f->layout, PL_BASE_LINE, false);
	format_typed_name(f);
	pl_layout_break(&f->layout, 1, 2, PL_BREAK_REMARKS | PL_BREAK_SAME);
	pl_layout_open(&f->layout, PL_BASE_SAME, true);
	pl_format_expect(f, PL_TOKEN_FROM);
	pl_format_next(f);
	if (pl_format_kind(f) == PL_TOKEN_FRESH) {
		pl_layout_break(&f->layout, 1, 2, PL_BREAK_REMARKS);
		pl_format_take(f);
		pl_format_next(f);
		pl_format_next(f);
	}
	pl_layout_close(&f->layout);
	pl_layout_close(&f->layout);
}

static void format_rollout(struct pl_format *f)
{
	pl_format_list(f);
	format_table(f);
}

/* --- rules ---------------------------------------------------------------------------------------------------------
 */

static int meta_rank(enum pl_token_kind kind)
{
	if (kind == PL_TOKEN_TITLE)
		return 0;
	if (kind == PL_TOKEN_SEVERITY)
		return 1;
	return kind == PL_TOKEN_REFS ? 2 : -1;
}

static void format_meta(struct pl_format *f)
{
	if (pl_format_kind(f) == PL_TOKEN_REFS)
		format_names(f);
	else
		format_pair(f);
}

/* The subject, or a further list. */
static void format_scope(struct pl_format *f)
{
	pl_layout_line(&f->layout, CLAUSE);
	pl_layout_open(&f->layout, PL_BASE_LINE, true);
	pl_format_expect(f, PL_TOKEN_FOR);
	pl_layout_space(&f->layout);
	pl_format_expect(f, PL_TOKEN_EACH);
	pl_layout_space(&f->layout);
	pl_format_expect(f, PL_TOKEN_NAME);
	if (pl_format_kind(f) == PL_TOKEN_NAME)
		pl_format_next(f);
	if (pl_format_kind(f) == PL_TOKEN_IN) {
		pl_format_next(f);
		pl_layout_space(&f->layout);
		pl_format_sum(f);
	}
	pl_format_where(f, 2);
	pl_layout_close(&f->layout);
}

static void format_note(struct pl_format *f, enum pl_token_kind word)
{
	if (pl_format_kind(f) != word)
		return;
	pl_layout_line(&f->layout, OF_A_CHECK);
	pl_format_take(f);
	pl_format_next(f);
}

static void format_check(struct pl_format *f)
{
	pl_layout_line(&f->layout, CLAUSE);
	uint32_t group = pl_layout_open(&f->layout, PL_BASE_LINE, false);
	pl_format_take(f);
	bool chain = pl_format_expr(f, PL_LEAD_WORD);
	if (pl_format_kind(f) == PL_TOKEN_IF) {
		pl_layout_change(&f->layout, group, PL_BASE_LINE, chain);
		pl_layout_break(&f->layout, 1, 2, PL_BREAK_REMARKS);
		pl_format_take(f);
		pl_format_next(f);
	}
	pl_layout_close(&f->layout);
	format_note(f, PL_TOKEN_MESSAGE);
	format_note(f, PL_TOKEN_REMEDY);
}

static void format_rule(struct pl_format *f)
{
	pl_format_next(f);
	format_clauses(f, meta_rank, format_meta);
	while (pl_format_kind(f) == PL_TOKEN_FOR)
		format_scope(f);
	while (at_guard(f))
		format_condition(f);
	while (pl_format_kind(f) == PL_TOKEN_REQUIRE || pl_format_kind(f) == PL_TOKEN_FORBID)
		format_check(f);
}

/* --- exceptions ----------------------------------------------------------------------------------------------------
 */

static int exception_rank(enum pl_token_kind kind)
{
	static const enum pl_token_kind order[] = {PL_TOKEN_FROM,   PL_TOKEN_WHERE,  PL_TOKEN_OWNER,
						   PL_TOKEN_REASON, PL_TOKEN_TICKET, PL_TOKEN_EXPIRES};
	for (int i = 0; i < CLAUSE_ORDERS; i++) {
		if (order[i] == kind)
			return i;
	}
	return -1;
}

static void format_exception_clause(struct pl_format *f)
{
	if (pl_format_kind(f) == PL_TOKEN_FROM)
		format_names(f);
	else if (pl_format_kind(f) == PL_TOKEN_WHERE)
		format_condition(f);
	else
		format_pair(f);
}

static void format_exception(struct pl_format *f)
{
	pl_format_next(f);
	format_clauses(f, exception_rank, format_exception_clause);
}

/* --- all of them ---------------------------------------------------------------------------------------------------
 */

static const struct {
	enum pl_token_kind keyword;
	format_clause *format;
} declarations[] = {
	{PL_TOKEN_POLICY, format_policy},
	{PL_TOKEN_USE, pl_format_next},
	{PL_TOKEN_LET, format_let},
	{PL_TOKEN_PARAM, format_param},
	{PL_TOKEN_DATA, format_data},
	{PL_TOKEN_DENY, format_rule},
	{PL_TOKEN_WARN, format_rule},
	{PL_TOKEN_AUDIT, format_rule},
	{PL_TOKEN_ROLLOUT, format_rollout},
	{PL_TOKEN_EXCEPTION, format_exception},
	{PL_TOKEN_FIXTURE, pl_format_fixture},
	{PL_TOKEN_TEST, pl_format_test},
};

void pl_format_decl(struct pl_format *f)
{
	enum pl_token_kind keyword = pl_format_kind(f);
	pl_layout_line(&f->layout, 0);
	for (size_t i = 0; i < sizeof declarations / sizeof *declarations; i++) {
		if (declarations[i].keyword != keyword)
			continue;
		pl_format_take(f);
		declarations[i].format(f);
		return;
	}
	f->lost = true;
}
