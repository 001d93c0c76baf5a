/* decide.c - the fail-closed rule, on one page: no verdict, no admission.
 *
 * A failed call admits the object where the operator chose failurePolicy: Ignore, so no error leaves here as an error:
 * each becomes a refusal with a reason. spec: server.md 1 */
#include "decide.h"

static pl_err read_workload(struct pl_desk *desk, const struct pl_question *q, pl_node node, struct pl_workload **ret)
{
	static const struct pl_workload_options as_admitted = {.offline = false};
	return pl_workload_read(q->doc, node, q->platform, &as_admitted, pl_evaluator_arena(desk->ev), ret);
}

/* The state before the update, or NULL if it cannot be read: then everything in the new state counts as new. */
static struct pl_workload *read_old(struct pl_desk *desk, const struct pl_question *q)
{
	struct pl_workload *old = NULL;
	if (pl_doc_type(q->doc, q->old) != PL_NODE_OBJECT || read_workload(desk, q, q->old, &old) != PL_OK)
		return NULL;
	return old;
}

static void refuse(struct pl_ruling *ruling, pl_err err)
{
	ruling->allowed = false;
	ruling->verdict = NULL;
	ruling->problem = pl_err_text(err != PL_OK ? err : PL_E_INTERNAL);
}

/* The verdict on a workload that has been read. */
static void judge(struct pl_desk *desk, const struct pl_policy *policy, const struct pl_question *q,
		  struct pl_ruling *ruling)
{
	struct pl_context context = q->context;
	const struct pl_workload *old = read_old(desk, q);
	if (!old)
		context.strict_updates = true;
	pl_err err = pl_decide(desk->ev, policy, ruling->workload, old, &context, &ruling->verdict);
	if (err == PL_OK && ruling->verdict)
		ruling->allowed = ruling->verdict->allowed && ruling->verdict->denied == 0;
	else
		refuse(ruling, err);
}

void pl_decide_question(struct pl_desk *desk, const struct pl_policy *policy, const struct pl_question *question,
			struct pl_ruling *ret_ruling)
{
	struct pl_workload *workload = NULL;
	*ret_ruling = (struct pl_ruling){0};
	pl_err err = read_workload(desk, question, question->object, &workload);
	ret_ruling->workload = err == PL_OK ? workload : NULL;
	if (!ret_ruling->workload)
		refuse(ret_ruling, err);
	else if (pl_workload_kind(workload).len == 0)
		ret_ruling->problem = "the object has no readable apiVersion and kind";
	else if (question->removal && pl_workload_has_containers(workload))
		ret_ruling->allowed = true; /* nothing of it will run */
	else
		judge(desk, policy, question, ret_ruling);
}
