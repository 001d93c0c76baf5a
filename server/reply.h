/* reply.h - the AdmissionReview that goes back. */
#ifndef PL_SERVER_REPLY_H
#define PL_SERVER_REPLY_H

#include "plimsoll/report.h"

struct pl_reply {
	pl_str uid;
	bool beta; /* in version v1beta1 */
	bool allowed;
	const struct pl_verdict *verdict; /* NULL: `problem` says why */
	pl_str problem;			  /* empty when there is a verdict, or nothing had to be judged */
};

/* Appends the review. */
void pl_reply_write(const struct pl_reply *reply, struct pl_arena *arena, struct pl_buf *out);
/* Appends the names of the rules with findings of this mode as JSON strings with commas, each once, at most 32. */
void pl_reply_rules(const struct pl_verdict *verdict, enum pl_mode mode, struct pl_buf *out);
/* Appends {"rule":..,"exception":..} with commas for each rule and each exception that covers it, at most 32. */
void pl_reply_exceptions(const struct pl_verdict *verdict, struct pl_buf *out);

#endif
