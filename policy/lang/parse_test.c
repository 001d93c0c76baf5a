/* parse_test.c - fixtures and tests. spec: language.md 3.4, 3.11
 *
 * Of a manifest only the block is looked at here; its YAML is read when the test runs. */
#include "parse.h"

static char form_at(const struct pl_parser *p)
{
	if (pl_parse_at_word(p, "pod"))
		return 'p';
	if (pl_parse_at_word(p, "task"))
		return 't';
	return pl_parse_at_word(p, "manifest") ? 'm' : 0;
}

static void refuse_manifest(struct pl_parser *p)
{
	if (p->cur.kind == PL_TOKEN_ERROR) {
		p->panic = true;
		return;
	}
	pl_parse_fail(p, PL_CODE_E0112, p->cur.first ? p->before : p->cur.at, PL_NONE, PL_NONE,
		      PL_STR("write pod, task or manifest, and the YAML between two lines of `\"\"\"`"),
		      "a manifest is expected here");
}

/* ( "pod" | "task" | "manifest" ) TEXT */
static bool parse_manifest(struct pl_parser *p, uint8_t *ret_form, pl_str *ret_text, struct pl_span *ret_at)
{
	char form = form_at(p);
	if (!form || pl_parse_peek(p)->kind != PL_TOKEN_TEXT) {
		if (form && pl_parse_peek(p)->kind == PL_TOKEN_ERROR)
			p->panic = true;
		refuse_manifest(p);
		return false;
	}
	pl_parse_advance(p);
	*ret_form = (uint8_t)form;
	*ret_at = p->cur.at;
	return pl_parse_block(p, ret_text);
}

void pl_parse_fixture(struct pl_parser *p, struct pl_decl *d)
{
	pl_parse_advance(p);
	if (pl_parse_name(p, false, "a fixture", &d->name) && pl_parse_expect(p, PL_TOKEN_ASSIGN))
		parse_manifest(p, &d->u.fixture.form, &d->u.fixture.text, &d->u.fixture.text_at);
}

/* --- given
 * ----------------------------------------------------------------------------------------------------------------- */

static bool parse_given(struct pl_parser *p, struct pl_decl *d)
{
	if (!pl_parse_expect(p, PL_TOKEN_GIVEN))
		return false;
	/* A fixture may be called `pod`: only a text block makes it a manifest. */
	bool fixture = pl_parse_at(p, PL_TOKEN_NAME) && !form_at(p);
	if (form_at(p)) {
		enum pl_token_kind next = pl_parse_peek(p)->kind;
		fixture = next == PL_TOKEN_EXPECT || next == PL_TOKEN_WITH || next == PL_TOKEN_SET;
	}
	if (fixture)
		return pl_parse_name(p, false, "a fixture", &d->u.test.given);
	return parse_manifest(p, &d->u.test.form, &d->u.test.text, &d->u.test.text_at);
}

/* --- set, remove, with
 * -------------------------------------------------------------------------------------------------------- */

/* The value of `set`: JSON, which has words and escapes of its own, so that the lexer reads it as one token. */
static bool parse_json(struct pl_parser *p, struct pl_ast_edit *edit)
{
	if (!pl_parse_at(p, PL_TOKEN_ASSIGN)) {
		pl_parse_unexpected(p, PL_STR("`=`"), PL_NONE);
		return false;
	}
	p->before = p->cur.at;
	p->has_ahead = false;
	pl_lex_json(&p->lx, &p->cur);
	if (p->cur.kind != PL_TOKEN_JSON) {
		p->panic = true;
		return false;
	}
	edit->json = p->cur.text;
	pl_parse_advance(p);
	return true;
}

static bool parse_with(struct pl_parser *p, struct pl_ast_edit *edit)
{
	edit->target = pl_parse_primary(p);
	if (!pl_parse_expect(p, PL_TOKEN_ASSIGN))
		return false;
	if (form_at(p) && pl_parse_peek(p)->kind == PL_TOKEN_TEXT)
		return parse_manifest(p, &edit->form, &edit->text, &edit->text_at);
	edit->value = pl_parse_primary(p);
	return edit->value;
}

static bool parse_edit(struct pl_parser *p, struct pl_ast_edit ***tail)
{
	struct pl_ast_edit *edit = pl_parse_alloc(p, 1, sizeof *edit);
	if (!edit)
		return false;
	edit->at = p->cur.at;
	edit->what = pl_parse_at(p, PL_TOKEN_SET)    ? PL_EDIT_SET
		     : pl_parse_at(p, PL_TOKEN_WITH) ? PL_EDIT_WITH
						     : PL_EDIT_REMOVE;
	**tail = edit;
	*tail = &edit->next;
	pl_parse_advance(p);
	if (edit->what == PL_EDIT_WITH)
		return parse_with(p, edit);
	edit->path_at = p->cur.at;
	if (!pl_parse_string(p, "the path of a manifest in quotes", &edit->path))
		return false;
	return edit->what == PL_EDIT_REMOVE || parse_json(p, edit);
}

static bool parse_edits(struct pl_parser *p, struct pl_decl *d)
{
	struct pl_ast_edit **tail = &d->u.test.edits;
	while (pl_parse_at(p, PL_TOKEN_SET) || pl_parse_at_word(p, "remove") || pl_parse_at(p, PL_TOKEN_WITH)) {
		if (!parse_edit(p, &tail))
			return false;
	}
	return !p->panic;
}

/* --- expect
 * ---------------------------------------------------------------------------------------------------------------------
 */

static bool parse_outcome(struct pl_parser *p, struct pl_ast_expect *expect)
{
	if (pl_parse_at_word(p, "allow")) {
		expect->allow = true;
		pl_parse_advance(p);
		return true;
	}
	bool mode = pl_parse_at(p, PL_TOKEN_DENY) || pl_parse_at(p, PL_TOKEN_WARN) || pl_parse_at(p, PL_TOKEN_AUDIT);
	if (!mode && !pl_parse_at_word(p, "excepted")) {
		pl_parse_unexpected(p, PL_STR("`allow`, `deny`, `warn`, `audit` or `excepted`"), PL_NONE);
		return false;
	}
	expect->mode = PL_AST_EXCEPTED;
	if (mode)
		pl_parse_mode(p, &expect->mode);
	else
		pl_parse_advance(p);
	if (!pl_parse_name(p, true, "a rule", &expect->rule))
		return false;
	return !pl_parse_accept(p, PL_TOKEN_AT) ||
	       pl_parse_string(p, "the path of a manifest in quotes", &expect->path);
}

static bool parse_expect(struct pl_parser *p, struct pl_ast_expect ***tail)
{
	struct pl_ast_expect *expect = pl_parse_alloc(p, 1, sizeof *expect);
	if (!expect)
		return false;
	expect->at = p->cur.at;
	**tail = expect;
	*tail = &expect->next;
	pl_parse_advance(p);
	return parse_outcome(p, expect);
}

/* `allow` says that there is nothing else. */
static void complain_allow_and_more(struct pl_parser *p, const struct pl_decl *d)
{
	const struct pl_ast_expect *first = d->u.test.expects;
	for (const struct pl_ast_expect *x = first; x; x = x->next) {
		if (!x->allow || (x == first && !x->next))
			continue;
		pl_parse_complain(p, PL_CODE_E0100, x->at, PL_NONE, PL_NONE,
				  PL_STR("`expect allow` stands alone: it means that no rule has anything to say"),
				  "this test expects both `allow` and something else");
		return;
	}
}

void pl_parse_test(struct pl_parser *p, struct pl_decl *d)
{
	pl_parse_advance(p);
	d->name.at = p->cur.at;
	if (!pl_parse_string(p, "the title of the test in quotes", &d->name.text))
		return;
	if (pl_parse_accept(p, PL_TOKEN_OF) && !pl_parse_names(p, "a rule", &d->u.test.of))
		return;
	if (!parse_given(p, d) || !parse_edits(p, d))
		return;
	if (!pl_parse_at(p, PL_TOKEN_EXPECT) && (p->cur.kind == PL_TOKEN_END || p->cur.first)) {
		pl_parse_fail(p, PL_CODE_E0113, d->name.at, PL_NONE, PL_NONE,
			      PL_STR("end it with `expect allow`, or one `expect deny RULE` for each violation"),
			      "this test expects nothing");
		return;
	}
	struct pl_ast_expect **tail = &d->u.test.expects;
	do {
		if (!pl_parse_at(p, PL_TOKEN_EXPECT))
			pl_parse_unexpected(p, PL_STR("`expect`"), PL_NONE);
		else
			parse_expect(p, &tail);
	} while (pl_parse_at(p, PL_TOKEN_EXPECT));
	complain_allow_and_more(p, d);
}
