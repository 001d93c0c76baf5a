/* http.c - the only file that speaks to libmicrohttpd.
 *
 * Life of a request: on_uri (the raw target, before anything is decoded) takes an exchange; on_request is called once
 * for the headers, once for each piece of body, once at the end, and queues the answer; on_done gives the exchange
 * back. Each step tells the watchdog (conn.h). The worker that read the request decides it. Traps of 0.9.75 that shape
 * this file (performance.md): epoll spins with TLS, so poll; a response queued before the body was read ends in a reset
 * that can eat it, so refused bodies are read to their end where that is bounded; MHD_stop_daemon drops answers, so
 * pl_http_stop waits for on_done. */
#include "http.h"

#include <microhttpd.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "conn.h"
#include "exchange.h"
#include "frame.h"
#include "route.h"

#define QUIET_MS	 100 /* nothing in flight for so long is taken for the end */
#define TAKE_IN_FACTOR	 8   /* refused bodies are read up to this many times the limit */
#define LIBRARY_IDLE_ADD 5   /* seconds after our own idle limit */

struct pl_http {
	const struct pl_service *service;
	struct MHD_Daemon *daemon;
	struct pl_conns *conns;
	struct pl_exchanges *exchanges;
	unsigned handshake_ms;
};

static struct pl_conn *conn_of(struct MHD_Connection *c)
{
	const union MHD_ConnectionInfo *info = MHD_get_connection_info(c, MHD_CONNECTION_INFO_SOCKET_CONTEXT);
	return info ? info->socket_context : NULL;
}

static void add_header(struct MHD_Response *response, const char *name, const char *value)
{
	(void)MHD_add_response_header(response, name, value); /* out of memory: the answer goes without it */
}

/* Queues bytes that stay where they are until on_done. */
static enum MHD_Result queue(struct pl_http *http, struct MHD_Connection *c, struct pl_str body,
			     const struct pl_answer *answer, const char *allow)
{
	union {
		const char *from;
		void *to;
	} bytes = {.from = body.ptr}; /* the library does not write to it */
	struct MHD_Response *response = MHD_create_response_from_buffer(body.len, bytes.to, MHD_RESPMEM_PERSISTENT);
	if (!response)
		return MHD_NO;
	add_header(response, "Content-Type", "application/json");
	if (answer->retry)
		add_header(response, "Retry-After", "1");
	if (answer->close || atomic_load(&http->service->draining))
		add_header(response, "Connection", "close");
	if (allow)
		add_header(response, "Allow", allow);
	pl_conn_enter(http->conns, conn_of(c), PL_CONN_SENDING);
	enum MHD_Result queued = MHD_queue_response(c, answer->status, response);
	MHD_destroy_response(response);
	return queued;
}

static pl_str refusal_text(unsigned status)
{
	switch (status) {
	case 404:
		return PL_STR("{\"error\":\"no such path; there are POST /v1/admit, POST /v1/ecs, GET /healthz and GET "
			      "/readyz\"}\n");
	case 405:
		return PL_STR("{\"error\":\"wrong method; use POST for /v1/admit and /v1/ecs, GET for /healthz and "
			      "/readyz\"}\n");
	case 411:
		return PL_STR("{\"error\":\"a body needs Content-Length\"}\n");
	case 413:
		return PL_STR("{\"error\":\"the body is too large\"}\n");
	case 501:
		return PL_STR("{\"error\":\"this Transfer-Encoding is not understood\"}\n");
	default:
		return PL_STR("{\"error\":\"the headers of the request are ambiguous\"}\n");
	}
}

static enum MHD_Result refuse(struct pl_http *http, struct MHD_Connection *c, const struct pl_exchange *x, bool close)
{
	struct pl_answer answer = {.status = x->refusal, .close = close};
	if (x->refusal == 503)
		pl_service_busy(&answer);
	else
		answer.body = refusal_text(x->refusal);
	return queue(http, c, answer.body, &answer, x->refusal == 405 && x->route ? x->route->method : NULL);
}

/* Lets the handler answer what has come in. */
static enum MHD_Result handle(struct pl_http *http, struct MHD_Connection *c, struct pl_exchange *x)
{
	const struct pl_service *service = http->service;
	struct pl_desk *desk = pl_desks_mine(service->desks);
	struct pl_answer answer;
	pl_conn_enter(http->conns, x->conn, PL_CONN_DECIDING);
	if (desk) {
		struct pl_call call = {.body = {x->ptr, x->len}, .whole = x->whole, .limit = x->limit};
		const struct pl_policy *policy = pl_store_take(service->store);
		x->route->handler(service, desk, policy, &call, &answer);
		pl_policy_release(policy);
	}
	/* The answer may speak of the body, so it takes its place only now. */
	if (!desk || !answer.body.ptr || !pl_exchange_set(x, answer.body)) {
		pl_service_busy(&answer);
		return queue(http, c, answer.body, &answer, NULL);
	}
	if (!x->whole)
		answer.close = true;
	return queue(http, c, (pl_str){x->ptr, x->len}, &answer, NULL);
}

static enum MHD_Result on_header(void *frame, enum MHD_ValueKind kind, const char *name, size_t name_len,
				 const char *value, size_t value_len)
{
	(void)kind;
	pl_frame_header(frame, (pl_str){name, name_len}, (pl_str){value, value ? value_len : 0});
	return MHD_YES;
}

/* The refusal that must be said before the body, because nobody knows where it ends or nobody wants it; 0 for none. */
static unsigned refusal_now(const struct pl_exchange *x, const struct pl_frame *frame, const char *method,
			    const char *version)
{
	bool posts = strcmp(method, "POST") == 0 || strcmp(method, "PUT") == 0 || strcmp(method, "PATCH") == 0;
	unsigned refusal = pl_frame_refusal(frame, strcmp(version, MHD_HTTP_VERSION_1_1) == 0, posts);
	if (refusal)
		return refusal;
	uint64_t most = (x->limit > 65536 ? x->limit : 65536) * TAKE_IN_FACTOR;
	bool spared = frame->expects && (!x->route || x->route->spares_large);
	return frame->length > (spared ? x->limit : most) ? 413 : 0;
}

static enum MHD_Result on_headers(struct pl_http *http, struct MHD_Connection *c, struct pl_exchange *x,
				  const char *method, const char *version)
{
	struct pl_frame frame = {0};
	x->begun = true;
	if (x->route)
		x->limit = pl_route_limit(x->route, http->service->config);
	MHD_get_connection_values_n(c, MHD_HEADER_KIND, on_header, &frame);
	x->refusal = refusal_now(x, &frame, method, version);
	if (x->refusal)
		return refuse(http, c, x, true);
	if (!x->route)
		x->refusal = 404;
	else if (strcmp(method, x->route->method) != 0)
		x->refusal = 405;
	return MHD_YES;
}

static enum MHD_Result on_request(void *cls, struct MHD_Connection *c, const char *url, const char *method,
				  const char *version, const char *data, size_t *size, void **con_cls)
{
	struct pl_http *http = cls;
	struct pl_exchange *x = *con_cls;
	(void)url; /* decoded; routing looks at what was sent */
	if (!x) {
		struct pl_answer answer;
		pl_service_busy(&answer);
		return *size ? MHD_NO : queue(http, c, answer.body, &answer, NULL);
	}
	if (!x->begun)
		return on_headers(http, c, x, method, version);
	if (*size) {
		pl_exchange_add(http->exchanges, x, (pl_str){data, *size});
		*size = 0;
		return MHD_YES;
	}
	if (x->refusal)
		return refuse(http, c, x, false);
	return handle(http, c, x);
}

/* The first that is heard of a request. What it returns is the request's con_cls. */
static void *on_uri(void *cls, const char *uri, struct MHD_Connection *c)
{
	struct pl_http *http = cls;
	struct pl_exchange *x = pl_exchange_take(http->exchanges);
	struct pl_conn *conn = conn_of(c);
	pl_conn_enter(http->conns, conn, PL_CONN_RECEIVING);
	if (x) {
		x->conn = conn;
		x->route = pl_route_find(pl_str_from(uri));
	}
	return x;
}

static void on_done(void *cls, struct MHD_Connection *c, void **con_cls, enum MHD_RequestTerminationCode why)
{
	struct pl_http *http = cls;
	(void)why;
	pl_conn_enter(http->conns, conn_of(c), PL_CONN_IDLE);
	pl_exchange_give(http->exchanges, *con_cls);
	*con_cls = NULL;
}

static void on_connection(void *cls, struct MHD_Connection *c, void **context, enum MHD_ConnectionNotificationCode what)
{
	struct pl_http *http = cls;
	if (what == MHD_CONNECTION_NOTIFY_CLOSED) {
		pl_conn_close(http->conns, *context);
		*context = NULL;
		return;
	}
	const union MHD_ConnectionInfo *fd = MHD_get_connection_info(c, MHD_CONNECTION_INFO_CONNECTION_FD);
	const union MHD_ConnectionInfo *tls = MHD_get_connection_info(c, MHD_CONNECTION_INFO_GNUTLS_SESSION);
	if (tls && tls->tls_session)
		pl_tls_bound(tls->tls_session, http->handshake_ms);
	if (fd)
		*context = pl_conn_open(http->conns, fd->connect_fd);
}

static void on_log(void *cls, const char *fmt, va_list ap) __attribute__((format(printf, 2, 0)));
static void on_log(void *cls, const char *fmt, va_list ap)
{
	pl_log_library(((struct pl_http *)cls)->service->log, "libmicrohttpd", fmt, ap);
}

static struct MHD_Daemon *start_daemon(struct pl_http *http, const struct pl_tls *tls, int listen_fd, unsigned threads)
{
	const struct pl_config *config = http->service->config;
	unsigned flags = MHD_USE_INTERNAL_POLLING_THREAD | MHD_USE_POLL | MHD_USE_TLS | MHD_USE_ERROR_LOG | MHD_USE_ITC;
	/* The library divides its limit among the threads before it knows how connections spread: ours must bind first.
	 */
	unsigned connections = (unsigned)(config->connections + 64) * threads;
	unsigned idle = (unsigned)(config->idle / 1000) + LIBRARY_IDLE_ADD;
	return MHD_start_daemon(flags, 0, NULL, NULL, on_request, http, MHD_OPTION_EXTERNAL_LOGGER, on_log, http,
				MHD_OPTION_LISTEN_SOCKET, listen_fd, MHD_OPTION_THREAD_POOL_SIZE, threads,
				MHD_OPTION_CONNECTION_LIMIT, connections, MHD_OPTION_CONNECTION_TIMEOUT, idle,
				MHD_OPTION_STRICT_FOR_CLIENT, 1, MHD_OPTION_URI_LOG_CALLBACK, on_uri, http,
				MHD_OPTION_NOTIFY_COMPLETED, on_done, http, MHD_OPTION_NOTIFY_CONNECTION, on_connection,
				http, MHD_OPTION_HTTPS_MEM_CERT, tls->cert, MHD_OPTION_HTTPS_MEM_KEY, tls->key,
				MHD_OPTION_HTTPS_PRIORITIES, PL_TLS_PRIORITY, MHD_OPTION_END);
}

static void free_parts(struct pl_http *http)
{
	pl_conns_free(http->conns);
	pl_exchanges_free(http->exchanges);
	free(http);
}

struct pl_http *pl_http_start(const struct pl_service *service, const struct pl_tls *tls, int listen_fd,
			      unsigned threads)
{
	const struct pl_config *config = service->config;
	struct pl_conn_limits limits = {
		.connections = config->connections,
		.deadline_ms = (int64_t)config->request_deadline,
		.idle_ms = (int64_t)config->idle,
	};
	struct pl_http *http = calloc(1, sizeof *http);
	if (!http)
		return NULL;
	http->service = service;
	http->handshake_ms = (unsigned)config->request_deadline;
	http->conns = pl_conns_new(&limits);
	http->exchanges = pl_exchanges_new(config->in_flight);
	if (http->conns && http->exchanges)
		http->daemon = start_daemon(http, tls, listen_fd, threads);
	if (http->daemon)
		return http;
	free_parts(http);
	return NULL;
}

bool pl_http_stop(struct pl_http *http, int64_t limit_ms)
{
	MHD_socket fd = MHD_quiesce_daemon(http->daemon);
	if (fd != MHD_INVALID_SOCKET)
		close(fd);
	bool quiet = pl_exchanges_wait(http->exchanges, QUIET_MS, limit_ms);
	MHD_stop_daemon(http->daemon);
	free_parts(http);
	return quiet;
}
