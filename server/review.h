/* review.h - the envelope of an AdmissionReview, read and checked. */
#ifndef PL_SERVER_REVIEW_H
#define PL_SERVER_REVIEW_H

#include "plimsoll/eval.h"

struct pl_review {
	struct pl_doc *doc;
	pl_str uid; /* empty: none can be recovered, so that no answer would be accepted */
	bool beta;  /* version v1beta1 */
	pl_str operation, kind, group, version, namespace_name, name, user;
	const pl_str *groups;
	size_t group_count;
	bool dry_run;
	pl_node object, old; /* PL_NO_NODE: null or not there */
	const char *problem; /* why it cannot be judged; NULL: it can */
};

/* Reads the body of a request (`whole`), or recovers the uid from its first bytes. Never fails: what is wrong is in
 * `problem`. Texts live in arena, but uid and problem in `reply`, which the body cannot use up. */
void pl_review_read(pl_str body, bool whole, uint64_t limit, struct pl_arena *arena, struct pl_arena *reply,
		    struct pl_review *ret_review);

#endif
