/* decide.h - an object in, a ruling out; whatever goes wrong on the way is a refusal. */
#ifndef PL_SERVER_DECIDE_H
#define PL_SERVER_DECIDE_H

#include "desk.h"

struct pl_question {
	struct pl_doc *doc;
	pl_node object; /* to be judged */
	pl_node old;	/* its state before an UPDATE, or PL_NO_NODE */
	enum pl_platform platform;
	bool removal; /* the object is about to be deleted: containers in it will not run */
	struct pl_context context;
};

/* Invariant: `allowed` is true only if there is a verdict that says so, or `removal` of something whose rules are about
 * running. */
struct pl_ruling {
	bool allowed;
	const struct pl_workload *workload; /* NULL: could not be read */
	const struct pl_verdict *verdict;   /* NULL: none was reached */
	const char *problem;		    /* why there is none; NULL otherwise */
};

/* The one place where a verdict becomes yes or no. Everything lives in the desk's evaluator until it is cleared. */
void pl_decide_question(struct pl_desk *desk, const struct pl_policy *policy, const struct pl_question *question,
			struct pl_ruling *ret_ruling);

#endif
