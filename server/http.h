/* http.h - HTTPS in front of the routes. */
#ifndef PL_SERVER_HTTP_H
#define PL_SERVER_HTTP_H

#include "service.h"
#include "tls.h"

struct pl_http;
/* Serves on listen_fd, which it owns from now on. NULL when it cannot start; the log says why. */
struct pl_http *pl_http_start(const struct pl_service *service, const struct pl_tls *tls, int listen_fd,
			      unsigned threads);
/* Accepts no more connections, waits until no request has been in flight for a moment, at most limit_ms, and ends.
 * False when some requests were cut off. */
bool pl_http_stop(struct pl_http *http, int64_t limit_ms);

#endif
