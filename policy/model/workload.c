/* workload.c - a node of a document into a workload: chooses the reader, keeps the notes, answers the simple questions.
 *
 * A workload always comes to exist; what is malformed is in its notes and makes it `malformed`, so that the evaluator
 * refuses it whichever door it came through. */
#include "reader.h"

#include "note.h"

static pl_err read_platform(struct pl_workload *w)
{
	if (pl_doc_type(w->doc, w->object) != PL_NODE_OBJECT)
		return pl_note_malformed(w, w->object, NULL, (pl_str){NULL, 0}, "must be an object, found %s",
					 pl_note_found(w, w->object, false));
	switch ((enum pl_platform)w->platform) {
	case PL_PLATFORM_KUBERNETES:
		return pl_workload_k8s_read(w);
	case PL_PLATFORM_ECS:
		return pl_workload_ecs_read(w);
	case PL_PLATFORM_NONE:
		break;
	}
	return pl_note_malformed(w, w->object, NULL, (pl_str){NULL, 0},
				 "is neither a Kubernetes object nor an ECS task definition");
}

pl_err pl_workload_read(struct pl_doc *doc, pl_node node, enum pl_platform platform,
			const struct pl_workload_options *options, struct pl_arena *arena,
			struct pl_workload **ret_workload)
{
	struct pl_workload *w = pl_arena_zalloc(arena, 1, sizeof *w);
	if (!w)
		return PL_E_MEMORY;
	w->doc = doc;
	w->arena = arena;
	w->base = w->object = node;
	w->template = w->pod_metadata = w->pod_spec = w->task = PL_NO_NODE;
	w->platform = (uint8_t)platform;
	w->offline = options && options->offline;
	PL_TRY(read_platform(w));
	*ret_workload = w;
	return PL_OK;
}

enum pl_platform pl_workload_platform(const struct pl_workload *w)
{
	return (enum pl_platform)w->platform;
}

pl_str pl_workload_kind(const struct pl_workload *w)
{
	return w->kind;
}

pl_str pl_workload_name(const struct pl_workload *w)
{
	return w->name;
}

pl_str pl_workload_namespace(const struct pl_workload *w)
{
	return w->namespace_;
}

const struct pl_doc *pl_workload_doc(const struct pl_workload *w)
{
	return w->doc;
}

bool pl_workload_has_containers(const struct pl_workload *w)
{
	return w->template != PL_NO_NODE || w->task != PL_NO_NODE;
}

size_t pl_workload_notes(const struct pl_workload *w, const struct pl_note **ret_notes)
{
	*ret_notes = w->notes;
	return w->note_count;
}
