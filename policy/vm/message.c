/* message.c - see message.h. Everything shown may have been written by an attacker: values go through pl_value_show or
 * pl_subject_show, which escape and cut. */
#include "message.h"

#include "base/buf.h"
#include "model/subjects.h"

#define ELLIPSIS "\xe2\x80\xa6"
static const char already[] = " (already so before this change)";

/* At most max bytes, ending in an ellipsis where that cuts something, and never within a code point. */
static pl_str cut(struct pl_buf *b, size_t max)
{
	if (b->len > max) {
		size_t end = max - (sizeof ELLIPSIS - 1);
		while (end > 0 && ((unsigned char)b->ptr[end] & 0xC0) == 0x80)
			end--;
		b->len = end;
		pl_buf_adds(b, ELLIPSIS);
	}
	return pl_buf_str(b);
}

static pl_err finish(struct pl_buf *b, pl_str *ret)
{
	if (b->failed)
		return PL_E_MEMORY;
	*ret = cut(b, PL_MESSAGE_MAX);
	return PL_OK;
}

static void show(struct pl_run *run, const struct pl_value *v, struct pl_buf *out)
{
	if (v->kind == PL_V_SUBJECT && v->ref < PL_SUBJECT_REQUEST)
		pl_subject_show(v->u.workload, (enum pl_subject)v->ref, v->node, run->arena, out);
	else
		pl_value_show(v, run->arena, out);
}

pl_err pl_message_render(struct pl_run *run, const struct pl_template *t, pl_str *ret)
{
	struct pl_buf b;
	pl_buf_init(&b, run->arena, 0);
	for (uint32_t i = 0; i < t->count && b.len <= PL_MESSAGE_MAX; i++) {
		const struct pl_template_piece *piece = &t->pieces[i];
		if (piece->code == PL_NO_CODE) {
			pl_buf_add_escaped(&b, piece->text, 0);
			continue;
		}
		struct pl_value v;
		PL_TRY(pl_run_fragment(run, piece->code, &v));
		show(run, &v, &b);
	}
	return finish(&b, ret);
}

pl_err pl_message_subject(struct pl_run *run, pl_str *ret)
{
	struct pl_buf b;
	pl_buf_init(&b, run->arena, 0);
	pl_subject_show(run->workload, run->subject, run->index, run->arena, &b);
	return finish(&b, ret);
}

pl_err pl_message_undecided(struct pl_run *run, const struct pl_check_code *check, const struct pl_value *unknown,
			    pl_str subject, pl_str *ret)
{
	struct pl_buf b;
	pl_buf_init(&b, run->arena, 0);
	pl_str origin = pl_run_origin(run, unknown);
	if (subject.len) {
		pl_buf_add(&b, subject);
		pl_buf_adds(&b, ": ");
	}
	pl_buf_adds(&b, "could not be decided: ");
	if (origin.len)
		pl_buf_addf(&b, "`%.*s`: ", PL_FMT(origin));
	pl_buf_add_escaped(&b, pl_str_from(unknown->u.why), 0);
	if (check->condition.len) {
		pl_buf_adds(&b, "; the rule: ");
		pl_buf_add_escaped(&b, check->condition, 0);
	}
	return finish(&b, ret);
}

pl_err pl_message_already(struct pl_arena *arena, pl_str message, pl_str *ret)
{
	struct pl_buf b;
	pl_buf_init(&b, arena, message.len + sizeof already);
	pl_buf_add(&b, message);
	if (b.failed)
		return PL_E_MEMORY;
	cut(&b, PL_MESSAGE_MAX - (sizeof already - 1));
	pl_buf_adds(&b, already);
	return finish(&b, ret);
}
