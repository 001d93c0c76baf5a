/* conn.c - a list of connections and the watchdog over it.
 *
 * libmicrohttpd knows only inactivity: a byte every two seconds keeps a connection for ever. Here each phase has an
 * absolute deadline; when it has passed, shutdown() on the socket makes the library close it by its own rules.
 * shutdown() happens under the lock, and a connection leaves the list before its descriptor is closed, so it never
 * meets a descriptor that has been given to someone else. Newest first in the list. spec: server.md 3 (6), 4.3 */
#include "conn.h"

#include <pthread.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <time.h>

#include "clock.h"

#define TICK_MS 100
#define PRESSED_MS                                                                                                     \
	3000 /* a handshake's time when three quarters of the connections are taken: 1 s killed good clients */
#define NO_DEADLINE INT64_MAX

struct pl_conn {
	struct pl_conn *newer, *older;
	int fd;
	enum pl_conn_phase phase;
	int64_t since, deadline;
	bool ended; /* shut down already */
};

struct pl_conns {
	struct pl_conn_limits limits;
	pthread_mutex_t lock;
	pthread_cond_t stop;
	pthread_t watchdog;
	struct pl_conn *newest, *oldest;
	uint64_t count;
	bool stopping;
};

static void end(struct pl_conn *conn)
{
	if (conn->ended)
		return;
	conn->ended = true;
	shutdown(conn->fd, SHUT_RDWR);
}

static void set_phase(struct pl_conns *conns, struct pl_conn *conn, enum pl_conn_phase phase)
{
	conn->phase = phase;
	conn->since = pl_clock_ms();
	switch (phase) {
	case PL_CONN_OPENED:
	case PL_CONN_RECEIVING:
	case PL_CONN_SENDING:
		conn->deadline = conn->since + conns->limits.deadline_ms;
		break;
	case PL_CONN_IDLE:
		conn->deadline = conn->since + conns->limits.idle_ms;
		break;
	case PL_CONN_DECIDING:
		conn->deadline = NO_DEADLINE;
		break;
	}
}

static void end_late(struct pl_conns *conns)
{
	int64_t now = pl_clock_ms();
	bool pressed = conns->count > conns->limits.connections / 4 * 3;
	for (struct pl_conn *c = conns->newest; c; c = c->older)
		if (now >= c->deadline || (pressed && c->phase == PL_CONN_OPENED && now - c->since >= PRESSED_MS))
			end(c);
}

static void *watch(void *arg)
{
	struct pl_conns *conns = arg;
	pthread_mutex_lock(&conns->lock);
	while (!conns->stopping) {
		struct timespec until;
		clock_gettime(CLOCK_MONOTONIC, &until);
		until.tv_nsec += TICK_MS * 1000000L;
		until.tv_sec += until.tv_nsec / 1000000000L;
		until.tv_nsec %= 1000000000L;
		pthread_cond_timedwait(&conns->stop, &conns->lock, &until);
		end_late(conns);
	}
	pthread_mutex_unlock(&conns->lock);
	return NULL;
}

struct pl_conns *pl_conns_new(const struct pl_conn_limits *limits)
{
	pthread_condattr_t monotonic;
	struct pl_conns *conns = calloc(1, sizeof *conns);
	if (!conns)
		return NULL;
	conns->limits = *limits;
	pthread_mutex_init(&conns->lock, NULL);
	pthread_condattr_init(&monotonic);
	pthread_condattr_setclock(&monotonic, CLOCK_MONOTONIC);
	pthread_cond_init(&conns->stop, &monotonic);
	pthread_condattr_destroy(&monotonic);
	if (pthread_create(&conns->watchdog, NULL, watch, conns) == 0)
		return conns;
	free(conns);
	return NULL;
}

void pl_conns_free(struct pl_conns *conns)
{
	if (!conns)
		return;
	pthread_mutex_lock(&conns->lock);
	conns->stopping = true;
	pthread_cond_signal(&conns->stop);
	pthread_mutex_unlock(&conns->lock);
	pthread_join(conns->watchdog, NULL);
	pthread_cond_destroy(&conns->stop);
	pthread_mutex_destroy(&conns->lock);
	free(conns);
}

/* Room for one more: ends the oldest connection that has proven nothing, else the new one. */
static void make_room(struct pl_conns *conns, struct pl_conn *newcomer)
{
	if (conns->count <= conns->limits.connections)
		return;
	for (struct pl_conn *c = conns->oldest; c && c != newcomer; c = c->newer) {
		if (c->phase == PL_CONN_OPENED && !c->ended) {
			end(c);
			return;
		}
	}
	end(newcomer);
}

struct pl_conn *pl_conn_open(struct pl_conns *conns, int fd)
{
	struct pl_conn *conn = calloc(1, sizeof *conn);
	if (!conn)
		return NULL;
	conn->fd = fd;
	pthread_mutex_lock(&conns->lock);
	set_phase(conns, conn, PL_CONN_OPENED);
	conn->older = conns->newest;
	if (conns->newest)
		conns->newest->newer = conn;
	else
		conns->oldest = conn;
	conns->newest = conn;
	conns->count++;
	make_room(conns, conn);
	pthread_mutex_unlock(&conns->lock);
	return conn;
}

void pl_conn_close(struct pl_conns *conns, struct pl_conn *conn)
{
	if (!conn)
		return;
	pthread_mutex_lock(&conns->lock);
	*(conn->newer ? &conn->newer->older : &conns->newest) = conn->older;
	*(conn->older ? &conn->older->newer : &conns->oldest) = conn->newer;
	conns->count--;
	pthread_mutex_unlock(&conns->lock);
	free(conn);
}

void pl_conn_enter(struct pl_conns *conns, struct pl_conn *conn, enum pl_conn_phase phase)
{
	if (!conn)
		return;
	pthread_mutex_lock(&conns->lock);
	set_phase(conns, conn, phase);
	pthread_mutex_unlock(&conns->lock);
}
