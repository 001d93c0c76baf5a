/* dump.c - the normalised view of a workload as text: every subject with every field of the common view. Stable, so
 * that the golden files of the tests are made of it. Values of variables are not shown. */
#include "plimsoll/eval.h"

#include "base/buf.h"
#include "subjects.h"

static void add_value(const struct pl_workload *w, const struct pl_value *subject, unsigned row, struct pl_arena *arena,
		      struct pl_buf *out)
{
	static const struct pl_context nothing_known = {0};
	struct pl_value value;
	pl_err err = pl_value_step(subject, (struct pl_step){true, (uint16_t)row}, PL_NO_RECORD, &nothing_known, arena,
				   &value);
	if (err != PL_OK) {
		pl_buf_adds(out, pl_err_text(err));
		return;
	}
	if (row == PL_VIEW_VARIABLE_value && value.kind != PL_V_ABSENT) {
		pl_buf_adds(out, "(hidden)");
		return;
	}
	if (value.kind == PL_V_SUBJECT) {
		pl_subject_show(w, (enum pl_subject)value.ref, value.node, arena, out);
		return;
	}
	if (value.kind == PL_V_ABSENT)
		pl_buf_adds(out, "absent");
	else
		pl_value_show(&value, arena, out);
}

static bool is_shown(const struct pl_workload *w, const struct pl_view_field *f, enum pl_subject subject)
{
	enum pl_platforms here = w->platform == PL_PLATFORM_ECS ? PL_ON_ECS : PL_ON_KUBERNETES;
	bool list_of_subjects = f->type.kind == PL_T_LIST && f->type.elem == PL_T_SUBJECT;
	return f->subject == subject && (f->platforms & here) && !list_of_subjects;
}

static void dump_subject(const struct pl_workload *w, enum pl_subject subject, uint32_t index, struct pl_arena *arena,
			 struct pl_buf *out)
{
	struct pl_value value = pl_subject_value(w, subject, index);
	pl_buf_adds(out, "\n");
	pl_buf_adds(out, pl_subject_name(subject));
	pl_buf_adds(out, ": ");
	pl_subject_show(w, subject, index, arena, out);
	pl_buf_adds(out, "\n  at ");
	size_t before = out->len;
	pl_doc_path(w->doc, w->base, pl_subject_node(w, subject, index), out);
	pl_buf_adds(out, out->len == before ? "(the object)\n" : "\n");
	for (unsigned row = 0; row < PL_VIEW_COUNT; row++) {
		if (!is_shown(w, &pl_view_fields[row], subject))
			continue;
		pl_buf_addf(out, "  %s = ", pl_view_fields[row].name);
		add_value(w, &value, row, arena, out);
		pl_buf_addc(out, '\n');
	}
	if (subject == PL_SUBJECT_MOUNT && w->mounts[index].inherited)
		pl_buf_adds(out, "  (inherited through volumesFrom)\n");
}

static void dump_notes(const struct pl_workload *w, struct pl_buf *out)
{
	for (uint32_t i = 0; i < w->note_count; i++) {
		const struct pl_note *n = &w->notes[i];
		pl_buf_adds(out, n->malformed ? "malformed: " : "note: ");
		pl_buf_add(out, n->message);
		pl_buf_addc(out, '\n');
		if (n->remedy.len) {
			pl_buf_adds(out, "  remedy: ");
			pl_buf_add(out, n->remedy);
			pl_buf_addc(out, '\n');
		}
	}
}

void pl_workload_dump(const struct pl_workload *w, struct pl_arena *arena, struct pl_buf *out)
{
	static const enum pl_subject order[] = {
		PL_SUBJECT_OBJECT,
		PL_SUBJECT_WORKLOAD,
		PL_SUBJECT_POD,
		PL_SUBJECT_TASK,
		PL_SUBJECT_VOLUME,
		PL_SUBJECT_CONTAINER,
		PL_SUBJECT_MOUNT,
		PL_SUBJECT_PORT,
		PL_SUBJECT_VARIABLE,
		PL_SUBJECT_IMAGE,
		PL_SUBJECT_SECURITY_CONTEXT,
		PL_SUBJECT_HANDLER,
	};
	static const char *const platforms[] = {"none", "kubernetes", "ecs"};
	pl_buf_addf(out, "platform: %s\n", platforms[w->platform]);
	dump_notes(w, out);
	if (w->malformed)
		return;
	for (unsigned i = 0; i < sizeof order / sizeof *order; i++) {
		uint32_t count = pl_subject_count_of(w, order[i]);
		for (uint32_t index = 0; index < count; index++)
			dump_subject(w, order[i], index, arena, out);
	}
}
