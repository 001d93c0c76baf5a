/* exchange.h - one request on its way in and its answer on its way out: the body, and the budget of all bodies. */
#ifndef PL_SERVER_EXCHANGE_H
#define PL_SERVER_EXCHANGE_H

#include "conn.h"
#include "route.h"

struct pl_exchange {
	struct pl_exchange *next; /* in the list of free ones */
	struct pl_conn *conn;
	const struct pl_route *route; /* NULL: none has this path */
	unsigned refusal;	      /* status decided by the headers or the budget; 0: the handler decides */
	bool begun;		      /* the headers have been looked at */
	bool whole;		      /* the body is within `limit` so far */
	uint64_t limit;		      /* bytes of body that are kept */
	char *ptr;		      /* the body; then the answer */
	size_t len, cap;
	size_t counted; /* bytes of cap in the budget */
};

struct pl_exchanges;
struct pl_exchanges *pl_exchanges_new(uint64_t budget);
/* NULL is allowed. */
void pl_exchanges_free(struct pl_exchanges *exchanges);

/* A cleared exchange; NULL when memory is out. */
struct pl_exchange *pl_exchange_take(struct pl_exchanges *exchanges);
void pl_exchange_give(struct pl_exchanges *exchanges, struct pl_exchange *x);
/* Appends a piece of body. Over the limit, only the first bytes are kept; over the budget, nothing, and refusal is 503.
 */
void pl_exchange_add(struct pl_exchanges *exchanges, struct pl_exchange *x, pl_str piece);
/* Takes the answer in place of the body. False when memory is out. */
bool pl_exchange_set(struct pl_exchange *x, pl_str answer);
/* Waits until no exchange has been taken for quiet_ms, at most for limit_ms. False when time ran out. */
bool pl_exchanges_wait(struct pl_exchanges *exchanges, int64_t quiet_ms, int64_t limit_ms);

#endif
