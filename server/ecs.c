/* ecs.c - a task definition into its verdict. The status tells a shell what happened: `curl -f` fails for everything
 * that is not allowed. spec: ecs.md 1 */
#include "ecs.h"

#include "audit.h"
#include "clock.h"
#include "reply.h"

struct task {
	struct pl_doc *doc;
	unsigned status; /* of the refusal, when there is a problem */
	const char *problem;
};

static const char *form_problem(enum pl_object_form form)
{
	switch (form) {
	case PL_FORM_ECS_REGISTER:
	case PL_FORM_ECS_DESCRIBE:
		return NULL;
	case PL_FORM_KUBERNETES:
	case PL_FORM_LIST:
		return "this is a Kubernetes object; /v1/ecs takes ECS task definitions, plimsoll lint takes both";
	case PL_FORM_REVIEW:
		return "this is an AdmissionReview; POST it to /v1/admit";
	case PL_FORM_UNKNOWN:
		break;
	}
	return "this is no ECS task definition as register-task-definition takes it (containerDefinitions at the top) "
	       "or "
	       "describe-task-definition returns it (an object taskDefinition at the top), in that spelling and "
	       "without the other";
}

static const char *unreadable(struct pl_desk *desk, pl_err err, const struct pl_diags *diags)
{
	if (err != PL_E_SYNTAX || diags->count == 0)
		return pl_err_text(err);
	const struct pl_diag *d = &diags->items[0];
	struct pl_position at = pl_position_of(d->text, d->at.start);
	pl_str text = pl_arena_printf(desk->reply, "not readable as JSON: line %u, column %u: %.*s", at.line, at.column,
				      d->message.len > 512 ? 512 : PL_FMT(d->message));
	return text.ptr ? text.ptr : pl_err_text(PL_E_MEMORY);
}

static void read_task(struct pl_desk *desk, const struct pl_call *call, struct task *ret)
{
	struct pl_arena *arena = pl_evaluator_arena(desk->ev);
	struct pl_diags diags;
	*ret = (struct task){.status = 400};
	if (!call->whole) {
		ret->status = 413;
		ret->problem = "the task definition is too large; AWS itself takes at most 64 KiB";
		return;
	}
	pl_diags_init(&diags, desk->reply);
	pl_err err = pl_doc_read_json(PL_STR("request"), call->body, &pl_doc_json_limits, arena, &ret->doc, &diags);
	if (err != PL_OK) {
		ret->problem = unreadable(desk, err, &diags);
		return;
	}
	ret->problem = form_problem(pl_object_detect(ret->doc, pl_doc_root(ret->doc)));
}

static void judge(const struct pl_service *service, struct pl_desk *desk, const struct pl_policy *policy,
		  const struct task *task, struct pl_ruling *ret)
{
	struct pl_question q = {
		.doc = task->doc,
		.object = pl_doc_root(task->doc),
		.old = PL_NO_NODE,
		.platform = PL_PLATFORM_ECS,
		.context = service->cluster,
	};
	q.context.today = pl_clock_today();
	q.context.now = pl_clock_now();
	if (policy)
		pl_decide_question(desk, policy, &q, ret);
	else
		ret->problem = "no policy is loaded";
}

static void write_verdict(struct pl_desk *desk, const struct pl_ruling *ruling, unsigned status, struct pl_answer *ret)
{
	struct pl_buf *out = pl_text_new(desk->reply);
	if (ruling->verdict) {
		pl_report_json(ruling->workload, ruling->verdict, false, out);
	} else {
		pl_text_add(out, PL_STR("{\"allowed\":false,\"error\":"));
		pl_text_json(out, pl_str_from(ruling->problem));
		pl_text_add(out, PL_STR("}"));
	}
	pl_text_add(out, PL_STR("\n"));
	pl_str body = pl_text_str(out);
	if (body.ptr)
		*ret = (struct pl_answer){.status = status, .body = body};
	else
		pl_service_busy(ret);
}

static void record(const struct pl_service *service, struct pl_desk *desk, const struct pl_policy *policy,
		   const struct pl_ruling *ruling, int64_t started_us)
{
	struct pl_record r = {
		.door = "ecs",
		.allowed = ruling->allowed,
		.verdict = ruling->verdict,
		.problem = ruling->problem,
		.policy = policy ? pl_policy_fingerprint(policy) : NULL,
		.started_us = started_us,
	};
	if (ruling->workload) {
		r.kind = pl_workload_kind(ruling->workload);
		r.name = pl_workload_name(ruling->workload);
	}
	pl_audit_write(service, &r, desk->reply);
}

void pl_ecs_answer(const struct pl_service *service, struct pl_desk *desk, const struct pl_policy *policy,
		   const struct pl_call *call, struct pl_answer *ret_answer)
{
	int64_t started_us = pl_clock_us();
	struct pl_ruling ruling = {0};
	struct task task;
	read_task(desk, call, &task);
	if (task.problem)
		ruling.problem = task.problem;
	else
		judge(service, desk, policy, &task, &ruling);
	unsigned refused = task.problem ? task.status : 403;
	write_verdict(desk, &ruling, ruling.allowed ? 200 : refused, ret_answer);
	record(service, desk, policy, &ruling, started_us);
}
