/* conn.h - every open connection and how long it may still take. */
#ifndef PL_SERVER_CONN_H
#define PL_SERVER_CONN_H

#include "plimsoll/base.h"

enum pl_conn_phase {
	PL_CONN_OPENED,	   /* handshake and first request line still to come */
	PL_CONN_RECEIVING, /* a request line has come */
	PL_CONN_DECIDING,  /* the request is whole: the time is ours */
	PL_CONN_SENDING,   /* the answer is on its way */
	PL_CONN_IDLE,	   /* between requests */
};

struct pl_conn_limits {
	uint64_t connections;
	int64_t deadline_ms; /* of OPENED, RECEIVING and SENDING */
	int64_t idle_ms;
};

struct pl_conn;
struct pl_conns;
/* Starts the watchdog. NULL when memory or threads are out. */
struct pl_conns *pl_conns_new(const struct pl_conn_limits *limits);
/* After the last connection was closed. NULL is allowed. */
void pl_conns_free(struct pl_conns *conns);

/* A connection on socket fd. Over the limit, the oldest that has not sent a request is shut down; if there is none,
 * this one. NULL when memory is out; the other functions take it. */
struct pl_conn *pl_conn_open(struct pl_conns *conns, int fd);
/* Before fd is closed. */
void pl_conn_close(struct pl_conns *conns, struct pl_conn *conn);
/* Enters a phase, which starts its time. */
void pl_conn_enter(struct pl_conns *conns, struct pl_conn *conn, enum pl_conn_phase phase);

#endif
