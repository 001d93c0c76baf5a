/* check_message.c - messages and remedies as authors write them: texts with values between. Never the value of an
 * environment variable, however it is reached. spec: language.md 7.6 */
#include "check.h"

#include "model/private.h"

void pl_check_text_add(struct pl_checker *c, struct pl_text_terms *out, pl_str text)
{
	struct pl_piece_term *grown = pl_intern_grow(c->arena, out->pieces, out->count, &out->room, sizeof *grown);
	if (!grown) {
		pl_check_memory(c);
		return;
	}
	out->pieces = grown;
	grown[out->count++] = (struct pl_piece_term){.text = text};
}

void pl_check_text_add_term(struct pl_checker *c, struct pl_text_terms *out, struct pl_term *term)
{
	if (!term)
		return;
	pl_check_text_add(c, out, (pl_str){0});
	if (c->err == PL_OK)
		out->pieces[out->count - 1].term = term;
}

/* spec: 7.6: the value of a variable in the common view, of an entry of `env` and of one of `environment`. */
static bool is_variable_value(const struct pl_term *t)
{
	if (t->kind != PL_TERM_FIELD)
		return false;
	if (t->u.field.step.view)
		return t->u.field.step.id == PL_VIEW_VARIABLE_value;
	return pl_private_is_variable(t->u.field.record, pl_str_from(t->u.field.name));
}

static bool is_private(const struct pl_term *t)
{
	if (t->kind == PL_TERM_VAR)
		return t->private;
	if (t->kind != PL_TERM_FIELD || t->u.field.step.view)
		return is_variable_value(t);
	pl_str name = pl_str_from(t->u.field.name);
	return pl_private_is_command(name) || pl_private_is_value(t->u.field.record, name);
}

static bool has(const struct pl_term *t, bool (*is)(const struct pl_term *))
{
	if (is(t))
		return true;
	for (uint32_t i = 0; i < t->count; i++) {
		if (has(t->items[i], is))
			return true;
	}
	return false;
}

bool pl_check_is_secret(const struct pl_term *t)
{
	return has(t, is_variable_value);
}

bool pl_check_is_private(const struct pl_term *t)
{
	return has(t, is_private);
}

bool pl_check_is_shown(struct pl_type t)
{
	if (t.kind == PL_T_LIST || t.kind == PL_T_MAP)
		return t.elem == PL_T_NONE || pl_type_is_scalar(pl_type_held(t)) || t.elem == PL_T_NETWORK ||
		       t.elem == PL_T_SUBJECT;
	return t.kind == PL_T_SUBJECT || t.kind == PL_T_RANGE || pl_type_is_scalar(t);
}

static bool refuse(struct pl_checker *c, const struct pl_expr *e, pl_str note, pl_str help, const char *what)
{
	pl_check_complain(c, &(struct pl_complaint){.code = PL_CODE_E0103, .at = e->at, .note = note, .help = help},
			  "%s", what);
	return false;
}

/* `{image}` in a rule about each image shows where it stands too. spec: 7.12 */
struct pl_term *pl_check_as_subject(struct pl_checker *c, struct pl_term *t)
{
	if (t->kind != PL_TERM_ROOT || t->subject != PL_SUBJECT_IMAGE)
		return t;
	struct pl_term *copy = pl_check_copy(c, t);
	if (copy)
		copy->type = (struct pl_type){.kind = PL_T_SUBJECT, .ref = PL_SUBJECT_IMAGE};
	return copy;
}

static bool is_context(struct pl_type t)
{
	return t.kind == PL_T_SUBJECT &&
	       (t.ref == PL_SUBJECT_REQUEST || t.ref == PL_SUBJECT_NAMESPACE || t.ref == PL_SUBJECT_CLUSTER);
}

static bool interpolation(struct pl_checker *c, const struct pl_expr *e, struct pl_text_terms *ret)
{
	struct pl_term *t = pl_check_value(c, e);
	if (!t)
		return false;
	if (pl_check_is_secret(t))
		return refuse(
			c, e,
			PL_STR("messages go to logs and to whoever made the request, and the value may be a secret"),
			PL_STR("show the name of the variable: {variable.name}"),
			"a message never shows the value of an environment variable");
	if (!pl_check_is_shown(t->type) || is_context(t->type))
		return refuse(c, e, pl_check_text(c, "this is %.*s", PL_FMT(pl_check_type_text(c, t->type))),
			      PL_STR("show one of its fields"),
			      "a message shows single values, lists of them and subjects");
	pl_check_text_add_term(c, ret, pl_check_as_subject(c, t));
	return c->err == PL_OK;
}

bool pl_check_message(struct pl_checker *c, const struct pl_text *text, struct pl_text_terms *ret)
{
	bool ok = true;
	for (const struct pl_piece *p = text->pieces; p; p = p->next) {
		if (p->expr)
			ok &= interpolation(c, p->expr, ret);
		else
			pl_check_text_add(c, ret, p->text);
	}
	return ok && c->err == PL_OK;
}
