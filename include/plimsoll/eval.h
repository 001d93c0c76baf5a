/* eval.h - deciding: a workload and a policy in, a verdict with every finding out. */
#ifndef PLIMSOLL_EVAL_H
#define PLIMSOLL_EVAL_H

#include "plimsoll/policy.h"
#include "plimsoll/workload.h"

/* What surrounds the object. A zero context knows nothing. Texts are borrowed. */
struct pl_pair {
	pl_str key, value;
};
struct pl_context {
	bool request_known;
	pl_str operation; /* CREATE, UPDATE, DELETE, CONNECT */
	pl_str user;	  /* empty: absent */
	const pl_str *groups;
	size_t group_count;
	bool dry_run;

	bool namespace_known; /* the name is (an empty one is absent) */
	pl_str namespace_name;
	bool namespace_metadata_known; /* labels and annotations are */
	const struct pl_pair *namespace_labels, *namespace_annotations;
	size_t namespace_label_count, namespace_annotation_count;
	pl_str namespace_why; /* why they are not known, for messages: "it is not in namespaces.json"; may be empty */

	bool cluster_known;
	pl_str cluster_name, cluster_environment, cluster_version, cluster_account, cluster_region,
		cluster_cloud; /* empty: absent */
	bool imds_blocked_pods, imds_blocked_awsvpc, imds_blocked_bridge;
	bool launch_fargate; /* the task is known to be launched on Fargate only */

	int32_t today;	     /* days since 1970-01-01 */
	int64_t now;	     /* seconds since 1970: the age of data files; 0: the first second of today */
	bool lint;	     /* roots not known make a rule "not checked", instead of undecided */
	bool strict_updates; /* an UPDATE is judged like a CREATE */
	bool unknown_warns;  /* undecided findings become warnings; linter only */
};

enum pl_mode { PL_MODE_DENY, PL_MODE_WARN, PL_MODE_AUDIT };
enum pl_severity { PL_SEVERITY_LOW, PL_SEVERITY_MEDIUM, PL_SEVERITY_HIGH, PL_SEVERITY_CRITICAL };
const char *pl_mode_name(enum pl_mode mode);
const char *pl_severity_name(enum pl_severity severity);

enum pl_finding_state {
	PL_FINDING_VIOLATION,
	PL_FINDING_UNDECIDED, /* could not be decided: counts as a violation */
	PL_FINDING_MALFORMED, /* of the built-in rule malformed-document */
	PL_FINDING_ALREADY,   /* was so before this UPDATE: a deny is a warning then */
	PL_FINDING_EXCEPTED,  /* an exception covers it: a record, whatever the mode of its rule */
};

struct pl_finding {
	pl_str rule;
	pl_str title;	  /* may be empty */
	pl_str remedy;	  /* may be empty */
	pl_str message;	  /* one line, escaped */
	pl_str subject;	  /* `container "web"` */
	pl_str path;	  /* in the submitted object: "spec.containers[0]"; empty for the object itself */
	pl_str exception; /* that covers it; empty if none does */
	pl_str note;	  /* who covers it until when, or why an exception that might does not; may be empty */
	const pl_str *refs;
	uint32_t ref_count;
	pl_node node;	     /* in pl_workload_doc */
	struct pl_span span; /* in its source */
	uint16_t check;	     /* which check of the rule, from 0 */
	uint8_t mode;	     /* enum pl_mode, in effect */
	uint8_t severity;    /* enum pl_severity */
	uint8_t state;	     /* enum pl_finding_state */
};

struct pl_verdict {
	bool allowed;
	const struct pl_finding *findings; /* sorted by rule, position in the document, check */
	size_t count;
	size_t denied, warned, audited; /* of them, by mode in effect */
	size_t excepted;		/* of them, covered by an exception: counted here only */
	const pl_str *not_checked;	/* rules whose context was not given (lint), sorted */
	size_t not_checked_count;
};

/* Scratch of one thread: an arena and look-aside buffers, reused from request to request. */
struct pl_evaluator;
struct pl_evaluator *pl_evaluator_new(size_t memory_ceiling); /* NULL when the heap is exhausted */
void pl_evaluator_free(struct pl_evaluator *ev);
/* The arena of the current request; documents and workloads belong in it. */
struct pl_arena *pl_evaluator_arena(struct pl_evaluator *ev);
/* Forgets the last request. */
void pl_evaluator_reset(struct pl_evaluator *ev);

/* Decides about workload; `old` is the state before an UPDATE, or NULL. The verdict lives in the evaluator's arena
 * until its reset. On any error there is no verdict, and the caller must refuse. No heap allocation once warm, no I/O,
 * no clock. */
PL_MUST_USE pl_err pl_decide(struct pl_evaluator *ev, const struct pl_policy *policy,
			     const struct pl_workload *workload, const struct pl_workload *old,
			     const struct pl_context *context, const struct pl_verdict **ret_verdict);
/* The same verdict, and appends to trace (report.h) what each rule did with each subject, those that did not fire
 * included: every condition that was looked at with its outcome and the values it read, and the result. Rules by name,
 * subjects by place. Values of environment variables, and whatever else excerpts mask, are "(hidden)". NULL trace: as
 * pl_decide. */
struct pl_buf;
PL_MUST_USE pl_err pl_decide_traced(struct pl_evaluator *ev, const struct pl_policy *policy,
				    const struct pl_workload *workload, const struct pl_workload *old,
				    const struct pl_context *context, struct pl_buf *trace,
				    const struct pl_verdict **ret_verdict);

/* What to explain, and what there was to be explained. */
struct pl_explain {
	pl_str rule; /* only this rule, which the policy has; empty: all */
	pl_str at;   /* only subjects at this path of the object, in it or around it; empty: all */
	/* filled in: */
	size_t shown;	     /* subjects */
	const pl_str *paths; /* with `at`: of all subjects that were looked at */
	size_t path_count;
};
/* As pl_decide_traced. When one rule is named, only that one is judged, and its conditions are shown part by part, if
 * the policy was compiled with `explained`: every expression with its value, what a `let` stands for, the elements of a
 * quantifier (the first, and the first that matters), what parameters and data files hold. */
PL_MUST_USE pl_err pl_decide_explained(struct pl_evaluator *ev, const struct pl_policy *policy,
				       const struct pl_workload *workload, const struct pl_workload *old,
				       const struct pl_context *context, struct pl_explain *explain,
				       struct pl_buf *trace, const struct pl_verdict **ret_verdict);

#endif
