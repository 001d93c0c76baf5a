/* suite_given.c - the manifests of a test: block or fixture, what `pod` and `task` leave out, `set` and `remove`, and
 * then the reading of the linter. A field that nobody knows is an error here: a typing mistake in a manifest makes a
 * test pass for the wrong reason. */
#include "suite.h"

/* Before any rule sees it. */
struct reading {
	struct pl_suite *s;
	const struct pl_policy_source *source;
	uint8_t form;
	struct pl_span at; /* of the block */
	struct pl_edit edit;
	const struct pl_ast_edit *changes;
};

static pl_err refuse(struct reading *r, struct pl_span at, const char *message, const char *help)
{
	return pl_suite_refuse(r->s, r->source, PL_CODE_E0112, at, pl_str_from(message), pl_str_from(help));
}

/* --- what is left out -----------------------------------------------------------------------------------------------
 */

/* Gives the path this text when nothing stands there. */
static pl_err fill(struct reading *r, const char *path, const char *text)
{
	struct pl_edit value;
	struct pl_edit_fault fault;
	pl_str where = pl_str_from(path);
	pl_node there = pl_edit_find(&r->edit, where);
	if (there != PL_NO_NODE && r->edit.tokens[there].type != PL_NODE_NULL)
		return PL_OK;
	struct pl_span at = {r->at.start, 3};
	PL_TRY(pl_edit_text(pl_str_from(text), at, r->s->arena, &value));
	PL_TRY(pl_edit_set(&r->edit, where, at, &value, &fault));
	return fault.message.len ? pl_suite_refuse(r->s, r->source, PL_CODE_E0112, at, fault.message, fault.help)
				 : PL_OK;
}

/* `pod` is a Pod; whoever means something else says so. */
static pl_err check_kind(struct reading *r)
{
	pl_node kind = pl_edit_find(&r->edit, PL_STR("kind"));
	const struct pl_token *t = kind == PL_NO_NODE ? NULL : &r->edit.tokens[kind];
	bool pod =
		t && t->flags & PL_TOKEN_SIDE && pl_str_eq((pl_str){r->edit.side.ptr + t->pos, t->len}, PL_STR("Pod"));
	return pod ? PL_OK
		   : refuse(r, (struct pl_span){r->at.start, 3}, "`pod` is a manifest of kind Pod",
			    "write `manifest` for an object of another kind");
}

static pl_err fill_in(struct reading *r)
{
	if (r->edit.tokens[0].type != PL_NODE_OBJECT)
		return refuse(r, (struct pl_span){r->at.start, 3}, "this manifest is not an object",
			      "write its fields, as in `spec: {containers: [...]}`");
	if (r->form == 't')
		return fill(r, "family", "test");
	if (r->form != 'p')
		return PL_OK;
	PL_TRY(fill(r, "apiVersion", "v1"));
	PL_TRY(fill(r, "kind", "Pod"));
	if (pl_edit_find(&r->edit, PL_STR("metadata.generateName")) == PL_NO_NODE)
		PL_TRY(fill(r, "metadata.name", "test"));
	return check_kind(r);
}

/* --- set and remove -------------------------------------------------------------------------------------------------
 */

static pl_err apply(struct reading *r, const struct pl_ast_edit *edit)
{
	struct pl_edit value;
	struct pl_edit_fault fault;
	if (edit->what == PL_EDIT_REMOVE) {
		PL_TRY(pl_edit_remove(&r->edit, edit->path, &fault));
	} else {
		PL_TRY(pl_block_read_json(r->source, edit->json, r->s->arena, &value, r->s->diags));
		PL_TRY(pl_edit_set(&r->edit, edit->path, edit->path_at, &value, &fault));
	}
	if (fault.message.len == 0)
		return PL_OK;
	return pl_suite_refuse(r->s, r->source, PL_CODE_E0112, edit->path_at, fault.message, fault.help);
}

static pl_err apply_all(struct reading *r, const struct pl_ast_edit *edits)
{
	pl_err worst = PL_OK;
	for (const struct pl_ast_edit *e = edits; e; e = e->next) {
		pl_err err = e->what == PL_EDIT_WITH ? PL_OK : apply(r, e);
		if (err != PL_OK && err != PL_E_POLICY)
			return err;
		worst = err != PL_OK ? err : worst;
	}
	return worst;
}

/* --- the object -----------------------------------------------------------------------------------------------------
 */

static pl_err find_platform(struct reading *r, const struct pl_doc *doc, enum pl_platform *ret)
{
	struct pl_span at = {r->at.start, 3};
	if (r->form != 'm') {
		*ret = r->form == 'p' ? PL_PLATFORM_KUBERNETES : PL_PLATFORM_ECS;
		return PL_OK;
	}
	switch (pl_object_detect(doc, pl_doc_root(doc))) {
	case PL_FORM_KUBERNETES:
		*ret = PL_PLATFORM_KUBERNETES;
		return PL_OK;
	case PL_FORM_ECS_REGISTER:
	case PL_FORM_ECS_DESCRIBE:
		*ret = PL_PLATFORM_ECS;
		return PL_OK;
	case PL_FORM_LIST:
		return refuse(r, at, "this manifest is a list", "a test judges one object: write the item itself");
	case PL_FORM_REVIEW:
		return refuse(r, at, "this manifest is an AdmissionReview",
			      "write the object itself, and the request as `with request.user = ...`");
	case PL_FORM_UNKNOWN:
		break;
	}
	return refuse(r, at, "nothing here is recognised",
		      "an object of Kubernetes has `apiVersion` and `kind`, a task definition `containerDefinitions`");
}

/* A value that `set` gives is meant as it is written, also when plimsoll does not know it. A name of a field is not. */
static bool is_meant(const struct reading *r, const struct pl_doc *doc, pl_node node, struct pl_span at)
{
	if (node == PL_NO_NODE || doc->tokens[node].flags & PL_TOKEN_KEY)
		return false;
	for (const struct pl_ast_edit *e = r->changes; e; e = e->next) {
		size_t from = e->what == PL_EDIT_SET ? (size_t)(e->json.ptr - r->source->text.ptr) : 0;
		if (e->what == PL_EDIT_SET && at.start >= from && at.start < from + e->json.len)
			return true;
	}
	return false;
}

/* What the linter would only warn of. */
static pl_err refuse_remarks(struct reading *r, const struct pl_workload *w)
{
	const struct pl_note *notes;
	size_t count = pl_workload_notes(w, &notes);
	pl_err err = PL_OK;
	for (size_t i = 0; i < count && err != PL_E_MEMORY; i++) {
		if (notes[i].malformed)
			continue;
		const struct pl_doc *doc = pl_workload_doc(w);
		pl_node node = notes[i].node;
		struct pl_span at = node == PL_NO_NODE ? (struct pl_span){r->at.start, 3} : pl_doc_span(doc, node);
		if (is_meant(r, doc, node, at))
			continue;
		err = pl_suite_refuse(r->s, r->source, PL_CODE_E0112, at, notes[i].message, notes[i].remedy);
	}
	return err;
}

static pl_err finish(struct reading *r, struct pl_workload **ret)
{
	static const struct pl_workload_options linter = {.offline = true};
	enum pl_platform platform = PL_PLATFORM_NONE;
	struct pl_doc *doc = pl_edit_finish(&r->edit, r->source->name, r->source->text);
	if (!doc)
		return PL_E_MEMORY;
	PL_TRY(find_platform(r, doc, &platform));
	PL_TRY(pl_workload_read(doc, pl_doc_root(doc), platform, &linter, r->s->arena, ret));
	return refuse_remarks(r, *ret);
}

/* --- fixtures and tests ---------------------------------------------------------------------------------------------
 */

static struct pl_suite_fixture *find_fixture(struct pl_suite *s, const struct pl_policy_source *source, pl_str name)
{
	for (size_t i = 0; i < s->fixture_count; i++) {
		struct pl_suite_fixture *f = &s->fixtures[i];
		if (&s->full[f->decl->source] == source && pl_str_eq(f->decl->name.text, name))
			return f;
	}
	return NULL;
}

pl_err pl_suite_read_fixture(struct pl_suite *s, struct pl_suite_fixture *f)
{
	struct pl_block block = {&s->full[f->decl->source], f->decl->u.fixture.text, f->decl->u.fixture.text_at};
	struct reading r = {.s = s, .source = block.source, .form = f->decl->u.fixture.form, .at = block.at};
	struct pl_workload *unused;
	PL_TRY(pl_block_read(&block, s->arena, &f->edit, s->diags));
	PL_TRY(pl_edit_copy(&f->edit, s->arena, &r.edit));
	PL_TRY(fill_in(&r));
	PL_TRY(finish(&r, &unused));
	f->ready = true;
	return PL_OK;
}

static pl_err begin_with_fixture(struct reading *r, pl_str name)
{
	const struct pl_suite_fixture *f = find_fixture(r->s, r->source, name);
	if (!f || !f->ready)
		return PL_E_POLICY; /* which has been said */
	r->form = f->decl->u.fixture.form;
	r->at = f->decl->u.fixture.text_at;
	PL_TRY(pl_edit_copy(&f->edit, r->s->arena, &r->edit));
	return fill_in(r);
}

static pl_err begin_with_block(struct reading *r, uint8_t form, pl_str text, struct pl_span at)
{
	struct pl_block block = {r->source, text, at};
	r->form = form;
	r->at = at;
	PL_TRY(pl_block_read(&block, r->s->arena, &r->edit, r->s->diags));
	return fill_in(r);
}

pl_err pl_suite_read_given(struct pl_suite *s, struct pl_suite_test *test)
{
	const struct pl_decl *d = test->decl;
	struct reading r = {.s = s, .source = test->source, .changes = d->u.test.edits};
	if (d->u.test.given.text.len)
		PL_TRY(begin_with_fixture(&r, d->u.test.given.text));
	else
		PL_TRY(begin_with_block(&r, d->u.test.form, d->u.test.text, d->u.test.text_at));
	PL_TRY(apply_all(&r, d->u.test.edits));
	return finish(&r, &test->workload);
}

pl_err pl_suite_read_old(struct pl_suite *s, struct pl_suite_test *test, const struct pl_ast_edit *with)
{
	struct reading r = {.s = s, .source = test->source};
	if (with->form)
		PL_TRY(begin_with_block(&r, with->form, with->text, with->text_at));
	else
		PL_TRY(begin_with_fixture(&r, with->value->u.text));
	return finish(&r, &test->old);
}
