/* service.h - what the doors share: read-only after start, but for what the members protect themselves. */
#ifndef PL_SERVER_SERVICE_H
#define PL_SERVER_SERVICE_H

#include <stdatomic.h>

#include "config.h"
#include "desk.h"
#include "log.h"
#include "store.h"

struct pl_service {
	const struct pl_config *config;
	struct pl_store *store;
	struct pl_desks *desks;
	struct pl_sink *decisions; /* standard output */
	struct pl_log *log;	   /* standard error */
	int64_t cert_not_after;	   /* seconds since 1970 */
	struct pl_context cluster; /* what the operator asserts; request and namespace are unknown in it */
	atomic_bool draining;	   /* SIGTERM was received */
	atomic_bool reload_failed; /* changed files did not compile: the policy before them is in force */
};

/* A request whose body has come in. */
struct pl_call {
	pl_str body;	/* the whole, or its first bytes */
	bool whole;	/* false: the body is larger than the limit */
	uint64_t limit; /* the body limit of the route, for messages */
};

/* The body lives at the desk until it is cleared. */
struct pl_answer {
	unsigned status;
	pl_str body;
	bool retry; /* with Retry-After: the client may try again at once */
	bool close; /* the connection is of no further use */
};

/* Fills ret_answer; cannot fail. policy is the one in force, held by the caller, or NULL while there is none. */
typedef void pl_handler(const struct pl_service *service, struct pl_desk *desk, const struct pl_policy *policy,
			const struct pl_call *call, struct pl_answer *ret_answer);

/* The answer when there is no memory left even for an answer, or too much to do: retried by the API server. */
void pl_service_busy(struct pl_answer *ret_answer);
/* The context of a decision without its request. */
void pl_service_context(const struct pl_config *config, struct pl_context *ret_context);

#endif
