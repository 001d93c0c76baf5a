/* admission.c - an AdmissionReview into its answer.
 *
 * Whatever can be said about the request is said with status 200 and the right uid, because any other answer is a
 * failed call, and a failed call admits where failurePolicy is Ignore. Only a review without a recoverable uid gets
 * 400: no answer to it would be accepted. The answer is built in memory of its own, which no request can use up. spec:
 * server.md 1 */
#include "admission.h"

#include "audit.h"
#include "clock.h"
#include "reply.h"
#include "review.h"

static void fill_context(const struct pl_service *service, const struct pl_namespaces *namespaces,
			 const struct pl_review *review, struct pl_context *ret)
{
	*ret = service->cluster;
	ret->request_known = true;
	ret->operation = review->operation;
	ret->user = review->user;
	ret->groups = review->groups;
	ret->group_count = review->group_count;
	ret->dry_run = review->dry_run;
	pl_namespaces_tell(namespaces, review->namespace_name, ret);
	ret->today = pl_clock_today();
	ret->now = pl_clock_now();
}

/* What is judged: the new state; of a removal, what is removed. */
static void judge(const struct pl_service *service, struct pl_desk *desk, const struct pl_policy *policy,
		  const struct pl_namespaces *namespaces, struct pl_review *review, struct pl_ruling *ret)
{
	struct pl_question q = {.doc = review->doc, .object = review->object, .old = PL_NO_NODE};
	q.platform = PL_PLATFORM_KUBERNETES;
	fill_context(service, namespaces, review, &q.context);
	if (pl_str_eq(review->operation, PL_STR("UPDATE")))
		q.old = review->old;
	if (pl_str_eq(review->operation, PL_STR("DELETE")) && q.object == PL_NO_NODE) {
		q.removal = true;
		q.object = review->old;
	}
	if (pl_doc_type(review->doc, q.object) != PL_NODE_OBJECT)
		ret->problem = q.removal ? "request.oldObject is not an object" : "request.object is missing";
	else if (!policy)
		ret->problem = "no policy is loaded";
	else
		pl_decide_question(desk, policy, &q, ret);
}

static void write_answer(struct pl_desk *desk, const struct pl_review *review, const struct pl_ruling *ruling,
			 struct pl_answer *ret)
{
	struct pl_buf *out = pl_text_new(desk->reply);
	struct pl_reply reply = {
		.uid = review->uid,
		.beta = review->beta,
		.allowed = ruling->allowed,
		.verdict = ruling->verdict,
		.problem = pl_str_from(ruling->problem),
	};
	if (out)
		pl_reply_write(&reply, desk->reply, out);
	pl_str body = pl_text_str(out);
	if (body.ptr)
		*ret = (struct pl_answer){.status = 200, .body = body};
	else
		pl_service_busy(ret);
}

static void write_refusal_without_uid(struct pl_desk *desk, const char *problem, struct pl_answer *ret)
{
	struct pl_buf *out = pl_text_new(desk->reply);
	pl_text_add(out, PL_STR("{\"error\":"));
	pl_text_json(out, pl_str_from(problem ? problem
					      : "the review has no request.uid, so no answer to it would be accepted"));
	pl_text_add(out, PL_STR("}\n"));
	*ret = (struct pl_answer){.status = 400, .body = pl_text_str(out)};
}

static void record(const struct pl_service *service, struct pl_desk *desk, const struct pl_policy *policy,
		   const struct pl_review *review, const struct pl_ruling *ruling, int64_t started_us)
{
	struct pl_record r = {
		.door = "admit",
		.uid = review->uid,
		.operation = review->operation,
		.kind = review->kind,
		.namespace_name = review->namespace_name,
		.name = review->name,
		.user = review->user,
		.dry_run = review->dry_run,
		.allowed = ruling->allowed,
		.verdict = ruling->verdict,
		.problem = ruling->problem,
		.policy = policy ? pl_policy_fingerprint(policy) : NULL,
		.started_us = started_us,
	};
	if (ruling->workload && r.kind.len == 0)
		r.kind = pl_workload_kind(ruling->workload);
	if (ruling->workload && r.name.len == 0)
		r.name = pl_workload_name(ruling->workload);
	pl_audit_write(service, &r, desk->reply);
}

void pl_admission_answer(const struct pl_service *service, struct pl_desk *desk, const struct pl_policy *policy,
			 const struct pl_call *call, struct pl_answer *ret_answer)
{
	int64_t started_us = pl_clock_us();
	struct pl_review review;
	struct pl_ruling ruling = {0};
	struct pl_namespaces *namespaces = pl_store_take_namespaces(service->store); /* findings may borrow from it */
	pl_review_read(call->body, call->whole, call->limit, pl_evaluator_arena(desk->ev), desk->reply, &review);
	if (review.uid.len == 0) {
		ruling.problem = review.problem ? review.problem : "no request.uid";
		write_refusal_without_uid(desk, review.problem, ret_answer);
	} else {
		if (review.problem)
			ruling.problem = review.problem;
		else
			judge(service, desk, policy, namespaces, &review, &ruling);
		write_answer(desk, &review, &ruling, ret_answer);
	}
	record(service, desk, policy, &review, &ruling, started_us);
	pl_namespaces_release(namespaces);
}
