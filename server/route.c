/* route.c - routes.def as a table. Paths are compared as they were sent, before any %-decoding: `/V1/admit`,
 * `/v1/admit/` and
 * `/v1%2fadmit` are unknown. */
#include "route.h"

#include <string.h>

#include "admission.h"
#include "ecs.h"
#include "health.h"

#define TAKEN  false
#define SPARED true

static const struct pl_route routes[] = {
#define PL_ROUTE(method, path, handler, limit, large) {method, path, handler, large},
#include "routes.def"
#undef PL_ROUTE
};

#define ROUTES (sizeof routes / sizeof routes[0])

const struct pl_route *pl_route_find(pl_str target)
{
	const char *query = target.len ? memchr(target.ptr, '?', target.len) : NULL;
	if (query)
		target.len = (size_t)(query - target.ptr);
	for (size_t i = 0; i < ROUTES; i++)
		if (pl_str_eq(target, pl_str_from(routes[i].path)))
			return &routes[i];
	return NULL;
}

uint64_t pl_route_limit(const struct pl_route *route, const struct pl_config *config)
{
	const uint64_t limits[ROUTES] = {
#define PL_ROUTE(method, path, handler, limit, large) limit,
#include "routes.def"
#undef PL_ROUTE
	};
	return limits[route - routes];
}
