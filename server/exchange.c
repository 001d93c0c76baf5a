/* exchange.c - bodies in reused buffers, counted.
 *
 * Bodies up to SMALL bytes are outside the budget (the number of connections bounds them), so that a few large bodies
 * cannot keep ordinary reviews out. Beyond that a buffer doubles as bytes really arrive: a promise in Content-Length
 * reserves nothing. A body over the limit shrinks to its first SMALL bytes, where the uid stands. */
#include "exchange.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "clock.h"

#define SMALL	 (64u * 1024u)
#define FREE_MAX 256u

struct pl_exchanges {
	pthread_mutex_t lock;
	pthread_cond_t changed;
	struct pl_exchange *free;
	size_t free_count;
	uint64_t taken, taken_ever;
	uint64_t budget, counted;
};

struct pl_exchanges *pl_exchanges_new(uint64_t budget)
{
	pthread_condattr_t monotonic;
	struct pl_exchanges *all = calloc(1, sizeof *all);
	if (!all)
		return NULL;
	all->budget = budget;
	pthread_mutex_init(&all->lock, NULL);
	pthread_condattr_init(&monotonic);
	pthread_condattr_setclock(&monotonic, CLOCK_MONOTONIC);
	pthread_cond_init(&all->changed, &monotonic);
	pthread_condattr_destroy(&monotonic);
	return all;
}

static void destroy(struct pl_exchange *x)
{
	free(x->ptr);
	free(x);
}

void pl_exchanges_free(struct pl_exchanges *all)
{
	if (!all)
		return;
	while (all->free) {
		struct pl_exchange *x = all->free;
		all->free = x->next;
		destroy(x);
	}
	pthread_cond_destroy(&all->changed);
	pthread_mutex_destroy(&all->lock);
	free(all);
}

static struct pl_exchange *new_exchange(void)
{
	struct pl_exchange *x = calloc(1, sizeof *x);
	if (!x)
		return NULL;
	x->ptr = malloc(SMALL);
	x->cap = SMALL;
	if (x->ptr)
		return x;
	free(x);
	return NULL;
}

struct pl_exchange *pl_exchange_take(struct pl_exchanges *all)
{
	pthread_mutex_lock(&all->lock);
	struct pl_exchange *x = all->free;
	if (x) {
		all->free = x->next;
		all->free_count--;
	}
	all->taken++;
	all->taken_ever++;
	pthread_mutex_unlock(&all->lock);
	if (!x)
		x = new_exchange();
	if (x) {
		*x = (struct pl_exchange){.ptr = x->ptr, .cap = x->cap, .whole = true};
		return x;
	}
	pthread_mutex_lock(&all->lock);
	all->taken--;
	pthread_mutex_unlock(&all->lock);
	return NULL;
}

static void uncount(struct pl_exchanges *all, struct pl_exchange *x)
{
	if (!x->counted)
		return; /* a small body: no reason to take the lock */
	pthread_mutex_lock(&all->lock);
	all->counted -= x->counted;
	pthread_mutex_unlock(&all->lock);
	x->counted = 0;
}

/* Back to a small buffer that holds the first `keep` bytes. */
static void shrink(struct pl_exchanges *all, struct pl_exchange *x, size_t keep)
{
	x->len = x->len < keep ? x->len : keep;
	if (x->cap > SMALL) {
		char *smaller = realloc(x->ptr, SMALL);
		x->ptr = smaller ? smaller : x->ptr;
		x->cap = SMALL;
	}
	uncount(all, x);
}

void pl_exchange_give(struct pl_exchanges *all, struct pl_exchange *x)
{
	if (!x)
		return;
	shrink(all, x, 0);
	pthread_mutex_lock(&all->lock);
	bool keep = all->free_count < FREE_MAX;
	if (keep) {
		x->next = all->free;
		all->free = x;
		all->free_count++;
	}
	all->taken--;
	if (all->taken == 0)
		pthread_cond_broadcast(&all->changed);
	pthread_mutex_unlock(&all->lock);
	if (!keep)
		destroy(x);
}

static bool count(struct pl_exchanges *all, struct pl_exchange *x, size_t bytes)
{
	pthread_mutex_lock(&all->lock);
	bool fits = bytes <= all->budget && all->counted <= all->budget - bytes;
	if (fits)
		all->counted += bytes;
	pthread_mutex_unlock(&all->lock);
	if (fits)
		x->counted += bytes;
	return fits;
}

/* Room for `need` bytes. */
static bool grow(struct pl_exchanges *all, struct pl_exchange *x, size_t need)
{
	size_t cap = x->cap * 2 > need ? x->cap * 2 : need;
	if (cap > x->limit)
		cap = x->limit > need ? (size_t)x->limit : need;
	if (!count(all, x, cap - x->counted))
		return false;
	char *larger = realloc(x->ptr, cap);
	if (!larger)
		return false;
	x->ptr = larger;
	x->cap = cap;
	return true;
}

void pl_exchange_add(struct pl_exchanges *all, struct pl_exchange *x, pl_str piece)
{
	if (x->refusal)
		return;
	if (!x->whole || piece.len > x->limit - x->len) {
		size_t room = SMALL > x->len ? SMALL - x->len : 0;
		size_t len = x->whole && room < piece.len ? room : piece.len;
		if (x->whole && len)
			memcpy(x->ptr + x->len, piece.ptr, len);
		x->len += x->whole ? len : 0;
		x->whole = false;
		shrink(all, x, SMALL);
		return;
	}
	if (x->len + piece.len > x->cap && !grow(all, x, x->len + piece.len)) {
		x->refusal = 503;
		shrink(all, x, 0);
		return;
	}
	memcpy(x->ptr + x->len, piece.ptr, piece.len);
	x->len += piece.len;
}

bool pl_exchange_set(struct pl_exchange *x, pl_str answer)
{
	if (answer.len > x->cap) {
		char *larger = realloc(x->ptr, answer.len);
		if (!larger)
			return false;
		x->ptr = larger;
		x->cap = answer.len;
	}
	if (answer.len)
		memcpy(x->ptr, answer.ptr, answer.len);
	x->len = answer.len;
	return true;
}

static struct timespec moment(int64_t ms)
{
	return (struct timespec){.tv_sec = (time_t)(ms / 1000), .tv_nsec = (long)(ms % 1000) * 1000000L};
}

bool pl_exchanges_wait(struct pl_exchanges *all, int64_t quiet_ms, int64_t limit_ms)
{
	int64_t end = pl_clock_ms() + limit_ms, now;
	bool quiet = false;
	pthread_mutex_lock(&all->lock);
	while (!quiet && (now = pl_clock_ms()) < end) {
		uint64_t before = all->taken_ever;
		bool busy = all->taken > 0;
		int64_t until = busy || now + quiet_ms > end ? end : now + quiet_ms;
		struct timespec at = moment(until);
		pthread_cond_timedwait(&all->changed, &all->lock, &at);
		quiet = !busy && all->taken == 0 && all->taken_ever == before && pl_clock_ms() >= until;
	}
	pthread_mutex_unlock(&all->lock);
	return quiet;
}
