/* sink.c - a bounded ring of lines and one thread that writes them, whole lines at a time.
 *
 * A worker that logs never blocks on a full pipe: a log nobody reads must not stop admission. What does not fit is
 * counted, and the count is written as a line of its own when there is room again. The writer rests a moment after it
 * has been woken, so that under load it is woken a few hundred times a second and not once for every decision: waking
 * it for each line cost more than the decision itself. Invariants: `head` and `tail` only grow; tail - head <= RING;
 * between them stand whole records (length, bytes). */
#include "sink.h"

#include <errno.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "clock.h"

#define RING	      (1024u * 1024u)
#define FLUSH_SECONDS 2
#define GATHER_NS     2000000 /* how long a line may wait for company */

struct pl_sink {
	pthread_mutex_t lock;
	pthread_cond_t filled;
	pthread_t writer;
	int fd;
	bool closing;
	bool resting; /* the writer waits to be woken */
	uint64_t lost;
	uint64_t head, tail;
	char ring[RING];
	char batch[2 * PL_SINK_LINE_MAX]; /* of the writer: whole lines */
};

static void ring_in(struct pl_sink *s, const void *from, size_t len)
{
	size_t at = s->tail % RING, first = RING - at < len ? RING - at : len;
	memcpy(s->ring + at, from, first);
	memcpy(s->ring, (const char *)from + first, len - first);
	s->tail += len;
}

static void ring_out(struct pl_sink *s, void *to, size_t len)
{
	size_t at = s->head % RING, first = RING - at < len ? RING - at : len;
	memcpy(to, s->ring + at, first);
	memcpy((char *)to + first, s->ring, len - first);
	s->head += len;
}

void pl_sink_put(struct pl_sink *s, pl_str line)
{
	uint32_t len = (uint32_t)line.len;
	bool wake = false;
	pthread_mutex_lock(&s->lock);
	if (line.len > PL_SINK_LINE_MAX || sizeof len + line.len > RING - (s->tail - s->head)) {
		s->lost++;
	} else {
		ring_in(s, &len, sizeof len);
		ring_in(s, line.ptr, line.len);
		wake = s->resting;
		s->resting = false;
	}
	pthread_mutex_unlock(&s->lock);
	/* Outside the lock, or the writer would wake up only to wait for it. */
	if (wake)
		pthread_cond_signal(&s->filled);
}

static void rest(struct pl_sink *s)
{
	static const struct timespec moment = {.tv_nsec = GATHER_NS};
	bool rested = false;
	while (s->head == s->tail && !s->lost && !s->closing) {
		s->resting = rested = true;
		pthread_cond_wait(&s->filled, &s->lock);
	}
	s->resting = false;
	if (!rested || s->closing)
		return;
	pthread_mutex_unlock(&s->lock);
	nanosleep(&moment, NULL);
	pthread_mutex_lock(&s->lock);
}

/* Length of the record at head; there is one. */
static uint32_t peek(const struct pl_sink *s)
{
	uint32_t len;
	for (size_t i = 0; i < sizeof len; i++)
		((char *)&len)[i] = s->ring[(s->head + i) % RING];
	return len;
}

/* The next lines into s->batch; 0 when the sink is closed and empty. The lock is held. */
static size_t next_lines(struct pl_sink *s)
{
	rest(s);
	size_t filled = 0;
	while (s->head != s->tail && peek(s) <= sizeof s->batch - filled) {
		uint32_t len;
		ring_out(s, &len, sizeof len);
		ring_out(s, s->batch + filled, len);
		filled += len;
	}
	if (filled || !s->lost)
		return filled;
	char stamp[PL_STAMP_ROOM];
	pl_clock_stamp(stamp);
	int len = snprintf(s->batch, sizeof s->batch,
			   "{\"time\":\"%s\",\"level\":\"warning\",\"event\":\"lines-lost\",\"count\":%llu}\n", stamp,
			   (unsigned long long)s->lost);
	s->lost = 0;
	return (size_t)len;
}

static void write_all(int fd, const char *ptr, size_t len)
{
	while (len) {
		ssize_t n = write(fd, ptr, len);
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return; /* nobody is left to tell */
		ptr += n;
		len -= (size_t)n;
	}
}

static void *run_writer(void *arg)
{
	struct pl_sink *s = arg;
	size_t len;
	pthread_mutex_lock(&s->lock);
	while ((len = next_lines(s)) != 0) {
		pthread_mutex_unlock(&s->lock);
		write_all(s->fd, s->batch, len);
		pthread_mutex_lock(&s->lock);
	}
	pthread_mutex_unlock(&s->lock);
	return NULL;
}

struct pl_sink *pl_sink_new(int fd)
{
	struct pl_sink *s = calloc(1, sizeof *s);
	if (!s)
		return NULL;
	s->fd = fd;
	pthread_mutex_init(&s->lock, NULL);
	pthread_cond_init(&s->filled, NULL);
	if (pthread_create(&s->writer, NULL, run_writer, s) != 0) {
		free(s);
		return NULL;
	}
	return s;
}

void pl_sink_free(struct pl_sink *s)
{
	struct timespec until;
	if (!s)
		return;
	pthread_mutex_lock(&s->lock);
	s->closing = true;
	pthread_cond_signal(&s->filled);
	pthread_mutex_unlock(&s->lock);
	clock_gettime(CLOCK_REALTIME, &until);
	until.tv_sec += FLUSH_SECONDS;
	if (pthread_timedjoin_np(s->writer, NULL, &until) != 0)
		return; /* the reader is stuck and the thread still uses the sink: the process is about to end anyway */
	pthread_cond_destroy(&s->filled);
	pthread_mutex_destroy(&s->lock);
	free(s);
}
