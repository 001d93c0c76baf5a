/* suite_data.c - `with TABLE = ...` as the JSON file that the site would have: a literal of the language, or the YAML
 * of a block. Nothing recurses on the block; a literal is as flat as the parser allows. */
#include "suite.h"

#include "doc/coretag.h"
#include "model/value.h"

/* --- a literal ------------------------------------------------------------------------------------------------------
 */

static void add_date(struct pl_buf *out, const struct pl_policy_source *source, const struct pl_expr *e)
{
	pl_buf_add_json(out, (pl_str){source->text.ptr + e->at.start, e->at.len});
}

static void add_literal(struct pl_buf *out, const struct pl_policy_source *source, const struct pl_expr *e);

static void add_items(struct pl_buf *out, const struct pl_policy_source *source, const struct pl_expr *e)
{
	bool map = e->kind == PL_EXPR_MAP, key = true;
	pl_buf_addc(out, map ? '{' : '[');
	for (const struct pl_expr *item = e->a; item; item = item->next, key = !key) {
		if (item != e->a)
			pl_buf_addc(out, map && !key ? ':' : ',');
		add_literal(out, source, item);
	}
	pl_buf_addc(out, map ? '}' : ']');
}

static void add_literal(struct pl_buf *out, const struct pl_policy_source *source, const struct pl_expr *e)
{
	if (e->kind == PL_EXPR_SET || e->kind == PL_EXPR_MAP)
		add_items(out, source, e);
	else if (e->kind == PL_EXPR_INT)
		pl_buf_addf(out, "%lld", (long long)e->u.integer);
	else if (e->kind == PL_EXPR_BOOL)
		pl_buf_adds(out, e->u.integer ? "true" : "false");
	else if (e->kind == PL_EXPR_DECIMAL)
		pl_buf_add(out, e->u.text);
	else if (e->kind == PL_EXPR_DATE || e->kind == PL_EXPR_RANGE)
		add_date(out, source, e);
	else
		pl_buf_add_json(out, e->u.text);
}

/* --- a block --------------------------------------------------------------------------------------------------------
 */

#define MAX_OPEN 256

struct open {
	uint32_t end;
	bool object;
};

static void add_scalar(const struct pl_doc *doc, const struct pl_token *t, struct pl_buf *out)
{
	pl_str text = pl_tape_raw(doc, t);
	bool raw = t->type != PL_NODE_STRING;
	if (t->type == PL_NODE_PLAIN) {
		enum pl_coretag tag = pl_coretag_of(text);
		raw = tag == PL_CORETAG_FLOAT || (tag == PL_CORETAG_INT && pl_coretag_is_canonical_int(text));
		if (tag == PL_CORETAG_NULL || tag == PL_CORETAG_TRUE || tag == PL_CORETAG_FALSE) {
			text = tag == PL_CORETAG_NULL	? PL_STR("null")
			       : tag == PL_CORETAG_TRUE ? PL_STR("true")
							: PL_STR("false");
			raw = true;
		}
	}
	if (raw && !(t->flags & PL_TOKEN_KEY))
		pl_buf_add(out, text);
	else
		pl_buf_add_json(out, text);
}

/* Closes what ends before token `next`; true when something did. */
static bool close_ended(struct open *open, uint32_t *depth, uint32_t next, struct pl_buf *out)
{
	uint32_t before = *depth;
	while (*depth && open[*depth - 1].end == next)
		pl_buf_addc(out, open[--*depth].object ? '}' : ']');
	return *depth < before;
}

static bool is_container(const struct pl_token *t)
{
	return t->type == PL_NODE_OBJECT || t->type == PL_NODE_ARRAY;
}

/* False: too deep, or memory is out. */
static bool tape_to_json(const struct pl_doc *doc, struct pl_buf *out)
{
	struct open open[MAX_OPEN];
	uint32_t depth = 0;
	for (uint32_t i = 0; i < doc->count; i++) {
		const struct pl_token *t = &doc->tokens[i];
		bool begins = is_container(t), object = t->type == PL_NODE_OBJECT;
		if (t->flags & PL_TOKEN_KEY) {
			add_scalar(doc, t, out);
			pl_buf_addc(out, ':');
			continue;
		}
		if (begins && depth == MAX_OPEN)
			return false;
		if (begins)
			open[depth++] = (struct open){t->next, object};
		if (begins)
			pl_buf_addc(out, object ? '{' : '[');
		else
			add_scalar(doc, t, out);
		if ((close_ended(open, &depth, i + 1, out) || !begins) && depth)
			pl_buf_addc(out, ',');
	}
	return !out->failed;
}

static pl_err block_json(struct pl_suite *s, const struct pl_suite_test *test, const struct pl_ast_edit *with,
			 struct pl_buf *out)
{
	struct pl_block block = {test->source, with->text, with->text_at};
	struct pl_edit edit;
	PL_TRY(pl_block_read(&block, s->arena, &edit, s->diags));
	const struct pl_doc *doc = pl_edit_finish(&edit, test->source->name, test->source->text);
	return doc && tape_to_json(doc, out) ? PL_OK : PL_E_MEMORY;
}

pl_err pl_suite_data_json(struct pl_suite *s, const struct pl_suite_test *test, const struct pl_decl *data,
			  const struct pl_ast_edit *with, pl_str *ret_json)
{
	struct pl_buf out;
	pl_buf_init(&out, s->arena, 256);
	bool empty = !with->form && !with->value->a;
	if (with->form)
		PL_TRY(block_json(s, test, with, &out));
	else if (empty) /* {} is a set to the parser */
		pl_buf_adds(&out, data->u.data.type->form == PL_TYPE_MAP ? "{}" : "[]");
	else
		add_literal(&out, test->source, with->value);
	if (out.failed)
		return PL_E_MEMORY;
	*ret_json = pl_buf_str(&out);
	return PL_OK;
}
