/* parse.c - from tokens to declarations: the file loop, recovery, complaints, names. Expressions are in parse_expr.c
 * and parse_value.c, the declarations in parse_decl.c, parse_rule.c and parse_test.c, strings in parse_text.c.
 * Contract: ast.h. */
#include "parse.h"

#include <string.h>

#include "base/buf.h"
#include "base/invariant.h"

#define SHOWN 40 /* bytes of a token in a message */
#define DECLARATION_HELP                                                                                               \
	"a declaration begins with policy, use, let, param, data, deny, warn, audit, rollout, exception, fixture or "  \
	"test"

bool pl_parse_at(const struct pl_parser *p, enum pl_token_kind kind)
{
	return !p->panic && p->cur.kind == kind;
}

bool pl_parse_at_word(const struct pl_parser *p, const char *word)
{
	return pl_parse_at(p, PL_TOKEN_NAME) && pl_str_eq(p->cur.text, pl_str_from(word));
}

void pl_parse_advance(struct pl_parser *p)
{
	p->before = p->cur.at;
	if (p->has_ahead)
		p->cur = p->ahead;
	else
		pl_lex_next(&p->lx, &p->cur);
	p->has_ahead = false;
}

const struct pl_lexeme *pl_parse_peek(struct pl_parser *p)
{
	if (!p->has_ahead)
		pl_lex_next(&p->lx, &p->ahead);
	p->has_ahead = true;
	return &p->ahead;
}

bool pl_parse_accept(struct pl_parser *p, enum pl_token_kind kind)
{
	if (!pl_parse_at(p, kind))
		return false;
	pl_parse_advance(p);
	return true;
}

bool pl_parse_expect(struct pl_parser *p, enum pl_token_kind kind)
{
	if (pl_parse_accept(p, kind))
		return true;
	pl_parse_unexpected(p, pl_str_from(pl_token_name(kind)), PL_NONE);
	return false;
}

/* --- complaints
 * --------------------------------------------------------------------------------------------------------- */

/* In an interpolation, "expected .., found .." is a mistake of the interpolation. */
static enum pl_code code_here(const struct pl_parser *p, enum pl_code code)
{
	return p->lx.places && code == PL_CODE_E0100 ? PL_CODE_E0103 : code;
}

void pl_parse_complain(struct pl_parser *p, enum pl_code code, struct pl_span at, pl_str label, pl_str note,
		       pl_str help, const char *fmt, ...)
{
	if (p->panic)
		return;
	p->errors++;
	va_list ap;
	va_start(ap, fmt);
	pl_lang_errorv(p->diags, p->lx.source, code_here(p, code), at, label, note, help, fmt, ap);
	va_end(ap);
}

void pl_parse_fail(struct pl_parser *p, enum pl_code code, struct pl_span at, pl_str label, pl_str note, pl_str help,
		   const char *fmt, ...)
{
	if (p->panic)
		return;
	p->errors++;
	p->panic = true;
	va_list ap;
	va_start(ap, fmt);
	pl_lang_errorv(p->diags, p->lx.source, code_here(p, code), at, label, note, help, fmt, ap);
	va_end(ap);
}

/* What stands at cur, for "found ...". */
static pl_str found(struct pl_parser *p)
{
	const struct pl_lexeme *t = &p->cur;
	if (t->kind == PL_TOKEN_END && p->lx.places)
		return PL_STR("the end of the message");
	if (t->kind == PL_TOKEN_END || t->kind == PL_TOKEN_TEXT || t->kind == PL_TOKEN_JSON)
		return pl_str_from(pl_token_name(t->kind));
	pl_str raw = {p->lx.text.ptr + t->start, t->end - t->start};
	if (raw.len > SHOWN)
		return pl_str_from(pl_token_name(t->kind));
	return pl_parse_printf(p, "`%.*s`", PL_FMT(raw));
}

/* Where something is missing: at cur, or behind the token before when cur stands on another line. */
static struct pl_span missing_at(const struct pl_parser *p)
{
	bool elsewhere = p->cur.first || p->cur.kind == PL_TOKEN_END;
	if (elsewhere && p->before.len)
		return (struct pl_span){p->before.start + p->before.len, 0};
	return p->cur.at;
}

void pl_parse_unexpected(struct pl_parser *p, pl_str wanted, pl_str help)
{
	if (p->panic)
		return;
	if (p->cur.kind == PL_TOKEN_ERROR) {
		p->panic = true; /* the lexer has said it */
		return;
	}
	if (p->cur.kind == PL_TOKEN_ELSE) {
		pl_parse_refuse_else(p);
		return;
	}
	if (p->lx.places && help.len == 0)
		help = p->cur.kind == PL_TOKEN_END ? PL_STR(PL_BRACE_HELP ", a quotation mark \\\"")
						   : PL_STR(PL_BRACE_HELP);
	pl_str what = found(p);
	pl_parse_fail(p, PL_CODE_E0100, missing_at(p), PL_NONE, PL_NONE, help, "expected %.*s, found %.*s",
		      PL_FMT(wanted), PL_FMT(what));
}

/* --- memory and nesting
 * -------------------------------------------------------------------------------------------------- */

void *pl_parse_alloc(struct pl_parser *p, size_t count, size_t size)
{
	void *ptr = pl_arena_zalloc(p->arena, count, size);
	if (!ptr) {
		p->out_of_memory = true;
		p->panic = true;
	}
	return ptr;
}

pl_str pl_parse_printf(struct pl_parser *p, const char *fmt, ...)
{
	struct pl_buf b;
	pl_buf_init(&b, p->arena, 96);
	va_list ap;
	va_start(ap, fmt);
	pl_buf_vaddf(&b, fmt, ap);
	va_end(ap);
	return b.failed ? PL_NONE : pl_buf_str(&b);
}

pl_str pl_parse_built(struct pl_parser *p, const struct pl_buf *b)
{
	if (!b->failed)
		return pl_buf_str(b);
	p->out_of_memory = true;
	p->panic = true;
	return PL_NONE;
}

bool pl_parse_enter(struct pl_parser *p)
{
	if (p->panic)
		return false;
	if (p->depth == PL_MAX_NESTING) {
		pl_parse_fail(p, PL_CODE_E0003, p->cur.at, PL_NONE, PL_NONE,
			      PL_STR("give a part of it a name with `let`"),
			      "this expression is nested more than %d levels deep", PL_MAX_NESTING);
		return false;
	}
	p->depth++;
	return true;
}

void pl_parse_leave(struct pl_parser *p)
{
	PL_ASSERT(p->depth > 0);
	p->depth--;
}

/* --- names
 * ----------------------------------------------------------------------------------------------------------------- */

/* The name with each hyphen replaced. */
static pl_str replaced(struct pl_parser *p, pl_str name, const char *by)
{
	struct pl_buf b;
	pl_buf_init(&b, p->arena, name.len + 16);
	for (size_t i = 0; i < name.len; i++) {
		if (name.ptr[i] == '-')
			pl_buf_adds(&b, by);
		else
			pl_buf_addc(&b, name.ptr[i]);
	}
	return pl_buf_str(&b);
}

void pl_parse_refuse_kebab(struct pl_parser *p)
{
	if (p->panic)
		return;
	pl_str name = p->cur.text;
	bool field = p->lx.text.ptr + p->cur.start > p->lx.text.ptr && p->lx.text.ptr[p->cur.start - 1] == '.';
	pl_str under = replaced(p, name, "_"), apart = replaced(p, name, " - ");
	pl_str help = field ? pl_parse_printf(p, "write [\"%.*s\"] for a key of a map, or `%.*s` to subtract",
					      PL_FMT(name), PL_FMT(apart))
			    : pl_parse_printf(p, "write `%.*s` for the name of a value, or `%.*s` to subtract",
					      PL_FMT(under), PL_FMT(apart));
	pl_parse_fail(p, PL_CODE_E0101, p->cur.at, PL_NONE,
		      PL_STR("only rules, policies and exceptions have names with hyphens; subtraction needs spaces"),
		      help, "`%.*s` is a hyphenated name, and a value cannot have one", PL_FMT(name));
}

static void refuse_name(struct pl_parser *p, const char *what)
{
	pl_str word = p->cur.text;
	bool reserved = pl_token_is_keyword(p->cur.kind) && !p->cur.first;
	if (p->cur.kind == PL_TOKEN_KEBAB)
		pl_parse_refuse_kebab(p);
	else if (reserved)
		pl_parse_fail(p, PL_CODE_E0102, p->cur.at, PL_NONE, PL_NONE,
			      PL_STR("choose another name; after a dot reserved words are fine"),
			      "`%.*s` is a reserved word and cannot be the name of %s", PL_FMT(word), what);
	else if (p->cur.kind == PL_TOKEN_VERSION)
		pl_parse_fail(p, PL_CODE_E0102, p->cur.at, PL_NONE, PL_NONE, PL_STR("choose another name"),
			      "`%.*s` is a version and cannot be the name of %s", PL_FMT(word), what);
	else
		pl_parse_unexpected(p, pl_parse_printf(p, "the name of %s", what), PL_NONE);
}

bool pl_parse_name(struct pl_parser *p, bool kebab, const char *what, struct pl_name *ret_name)
{
	if (p->panic)
		return false;
	if (p->cur.kind != PL_TOKEN_NAME && !(kebab && p->cur.kind == PL_TOKEN_KEBAB)) {
		refuse_name(p, what);
		return false;
	}
	ret_name->text = p->cur.text;
	ret_name->at = p->cur.at;
	ret_name->next = NULL;
	pl_parse_advance(p);
	return true;
}

bool pl_parse_names(struct pl_parser *p, const char *what, struct pl_name **ret_names)
{
	struct pl_name **tail = ret_names;
	do {
		struct pl_name *name = pl_parse_alloc(p, 1, sizeof *name);
		if (!name || !pl_parse_name(p, true, what, name))
			return false;
		*tail = name;
		tail = &name->next;
	} while (pl_parse_accept(p, PL_TOKEN_COMMA));
	return !p->panic;
}

/* --- the file
 * ---------------------------------------------------------------------------------------------------------------- */

static const struct {
	enum pl_token_kind keyword;
	enum pl_decl_kind kind;
	void (*parse)(struct pl_parser *p, struct pl_decl *d);
} declarations[] = {
	{PL_TOKEN_POLICY, PL_DECL_POLICY, pl_parse_policy},
	{PL_TOKEN_USE, PL_DECL_USE, pl_parse_use},
	{PL_TOKEN_LET, PL_DECL_LET, pl_parse_let},
	{PL_TOKEN_PARAM, PL_DECL_PARAM, pl_parse_param},
	{PL_TOKEN_DATA, PL_DECL_DATA, pl_parse_data},
	{PL_TOKEN_DENY, PL_DECL_RULE, pl_parse_rule},
	{PL_TOKEN_WARN, PL_DECL_RULE, pl_parse_rule},
	{PL_TOKEN_AUDIT, PL_DECL_RULE, pl_parse_rule},
	{PL_TOKEN_ROLLOUT, PL_DECL_ROLLOUT, pl_parse_rollout},
	{PL_TOKEN_EXCEPTION, PL_DECL_EXCEPTION, pl_parse_exception},
	{PL_TOKEN_FIXTURE, PL_DECL_FIXTURE, pl_parse_fixture},
	{PL_TOKEN_TEST, PL_DECL_TEST, pl_parse_test},
};
#define DECLARATIONS (sizeof declarations / sizeof *declarations)

static void recover(struct pl_parser *p)
{
	p->panic = false;
	p->depth = 0;
	p->lx.quiet = true;
	while (p->cur.kind != PL_TOKEN_END && !(p->cur.first && pl_token_is_top(p->cur.kind)))
		pl_parse_advance(p);
	p->lx.quiet = false;
}

/* What people coming from other languages write, and what it is called here. */
static const struct {
	const char *word, *keyword;
} synonyms[] = {
	{"rule", "deny"},	  {"block", "deny"},   {"reject", "deny"},	{"refuse", "deny"},
	{"validate", "deny"},	  {"info", "audit"},   {"import", "use"},	{"include", "use"},
	{"const", "let"},	  {"define", "let"},   {"def", "let"},		{"function", "let"},
	{"assert", "require"},	  {"must", "require"}, {"except", "exception"}, {"check", "require"},
	{"description", "title"},
};

/* The keyword that was meant by a word in the place of one; empty if nothing is near. */
static pl_str meant_keyword(pl_str word)
{
	struct pl_nearest nearest = {.word = word};
	for (size_t i = 0; i < sizeof synonyms / sizeof *synonyms; i++) {
		if (pl_str_eq(word, pl_str_from(synonyms[i].word)))
			return pl_str_from(synonyms[i].keyword);
	}
	for (unsigned k = 0; k < PL_TOKEN_COUNT_; k++) {
		if (pl_token_is_keyword((enum pl_token_kind)k))
			pl_nearest_offer(&nearest, pl_str_from(pl_token_spelling((enum pl_token_kind)k)));
	}
	return nearest.best;
}

/* Neither a declaration nor a clause of the one before. On the same line it is more likely a slip in that one. */
static void refuse_declaration(struct pl_parser *p)
{
	if (p->cur.kind == PL_TOKEN_ERROR) {
		p->panic = true;
		return;
	}
	pl_str meant = p->cur.kind == PL_TOKEN_NAME ? meant_keyword(p->cur.text) : PL_NONE;
	pl_str label = meant.len ? pl_parse_printf(p, "did you mean `%.*s`?", PL_FMT(meant)) : PL_NONE;
	pl_str what = found(p);
	if (!p->cur.first)
		pl_parse_fail(p, PL_CODE_E0100, p->cur.at, label, PL_NONE, PL_NONE,
			      "expected the next clause or declaration, found %.*s", PL_FMT(what));
	else if (pl_parse_at_word(p, "allow"))
		pl_parse_fail(
			p, PL_CODE_E0104, p->cur.at, PL_NONE,
			PL_STR("what no rule denies is allowed; exceptions from a rule are declared with `exception`"),
			PL_NONE, "there are no `allow` rules");
	else
		pl_parse_fail(p, PL_CODE_E0104, p->cur.at, label, PL_NONE,
			      meant.len ? PL_NONE : PL_STR(DECLARATION_HELP), "%.*s does not begin a declaration",
			      PL_FMT(what));
}

static void parse_declaration(struct pl_parser *p, struct pl_decl *d)
{
	d->at = p->cur.at;
	d->source = p->source_index;
	for (size_t i = 0; i < DECLARATIONS; i++) {
		if (declarations[i].keyword != p->cur.kind)
			continue;
		d->kind = declarations[i].kind;
		declarations[i].parse(p, d);
		return;
	}
	refuse_declaration(p);
}

/* `policy` names the file, so it stands in front of everything. */
static bool is_misplaced(struct pl_parser *p, const struct pl_decl *d, bool first)
{
	if (d->kind != PL_DECL_POLICY || first)
		return false;
	pl_parse_complain(p, PL_CODE_E0105, d->at, PL_NONE,
			  PL_STR("a file is one policy, and says which before anything else"),
			  PL_STR("move it to the top; two policies are two files"),
			  "`policy` is not the first declaration of its file");
	return true;
}

static void parse_file(struct pl_parser *p, struct pl_decl **ret_decls)
{
	struct pl_decl **tail = ret_decls;
	for (bool first = true; p->cur.kind != PL_TOKEN_END && !p->out_of_memory; first = false) {
		unsigned errors = p->errors + p->lx.errors;
		if (errors >= PL_DIAGS_MAX)
			return;
		struct pl_decl *d = pl_parse_alloc(p, 1, sizeof *d);
		if (!d)
			return;
		parse_declaration(p, d);
		bool misplaced = !p->panic && is_misplaced(p, d, first);
		if (p->panic) {
			recover(p);
		} else if (!misplaced) {
			*tail = d;
			tail = &d->next;
		}
	}
}

static pl_err open_parser(struct pl_parser *p, const struct pl_policy_source *source, uint16_t source_index,
			  struct pl_arena *arena, struct pl_diags *diags)
{
	memset(p, 0, sizeof *p);
	p->arena = arena;
	p->diags = diags;
	p->source_index = source_index;
	PL_TRY(pl_lex_open(&p->lx, source, diags));
	pl_parse_advance(p);
	p->before = (struct pl_span){0};
	return PL_OK;
}

static pl_err result_of(const struct pl_parser *p)
{
	if (p->out_of_memory)
		return PL_E_MEMORY;
	return p->errors + p->lx.errors ? PL_E_POLICY : PL_OK;
}

pl_err pl_parse(const struct pl_policy_source *source, uint16_t source_index, struct pl_arena *arena,
		struct pl_decl **ret_decls, struct pl_diags *diags)
{
	struct pl_parser p;
	struct pl_decl *decls = NULL;
	PL_TRY(open_parser(&p, source, source_index, arena, diags));
	parse_file(&p, &decls);
	pl_err err = result_of(&p);
	if (err != PL_E_MEMORY)
		*ret_decls = decls;
	return err;
}

pl_err pl_parse_value(const struct pl_policy_source *source, struct pl_arena *arena, struct pl_expr **ret_expr,
		      struct pl_diags *diags)
{
	struct pl_parser p;
	PL_TRY(open_parser(&p, source, 0, arena, diags));
	struct pl_expr *e = pl_parse_elsex(&p);
	if (!p.panic && p.cur.kind != PL_TOKEN_END)
		pl_parse_unexpected(&p, PL_STR("the end of the value"), PL_NONE);
	PL_TRY(result_of(&p));
	*ret_expr = e;
	return PL_OK;
}
