/* route.h - which handler a request goes to. */
#ifndef PL_SERVER_ROUTE_H
#define PL_SERVER_ROUTE_H

#include "service.h"

struct pl_route {
	const char *method;
	const char *path;
	pl_handler *handler;
	bool spares_large; /* refuses a body over the limit before it is sent, if the client waits for leave */
};

/* The route of a target as it was sent, up to its '?': compared byte by byte, so that nothing is a second name for it.
 * NULL: 404. Each path has one method. */
const struct pl_route *pl_route_find(pl_str target);
/* Bytes of body the route reads. */
uint64_t pl_route_limit(const struct pl_route *route, const struct pl_config *config);

#endif
