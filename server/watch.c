/* watch.c - a thread that asks every two seconds whether a file has changed: a stat for each, which needs no descriptor
 * and follows what a mounted ConfigMap, a rename and a symbolic link do alike.
 *
 * Files are read once they have rested, so that what is written in place is not read half. What does not compile
 * changes nothing: the last good policy stays in force, the log says why, and readiness mentions it. */
#include "watch.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define LOOK_MS	      2000
#define REST_MS	      250
#define RETRY_LOOKS   15 /* after a failure files are read again even if they look the same: reading may have failed */
#define LOAD_MEMORY   ((size_t)64 << 20)
#define PROBLEM_SHOWN 4000 /* bytes in the log */

struct pl_watch {
	struct pl_service *service;
	pthread_t thread;
	pthread_mutex_t lock;
	pthread_cond_t wake;
	bool stop;		/* under the lock */
	struct pl_arena *arena; /* of `last`; NULL: its texts are the caller's */
	struct pl_load last;
	uint64_t seen;	/* the stamp that `last`, or a failure after it, was made of */
	char *problem;	/* that the log has told last; NULL: none */
	unsigned looks; /* since the last attempt */
};

void pl_watch_tell_missing(struct pl_log *log, const struct pl_load *load, const struct pl_load *before)
{
	for (size_t i = 0; i < load->data_count; i++) {
		const struct pl_load_data *d = &load->data[i];
		bool told = d->there;
		for (size_t k = 0; before && k < before->data_count; k++)
			told |= !before->data[k].there && strcmp(before->data[k].name, d->name) == 0;
		if (!told)
			pl_log_event(log, "warning", "data-missing", "data", d->name, "file", d->path, "message",
				     "rules that read it cannot be decided", (char *)NULL);
	}
}

/* again: nothing had changed, and the same problem has been told. */
static void tell_failure(struct pl_watch *w, pl_str problem, bool again)
{
	char text[PROBLEM_SHOWN];
	snprintf(text, sizeof text, "%.*s", PL_FMT(problem));
	if (again && w->problem && strcmp(w->problem, text) == 0)
		return;
	free(w->problem);
	w->problem = strdup(text);
	pl_log_event(w->service->log, "error", "policy-rejected", "message", "the last good policy stays in force",
		     "problem", text, (char *)NULL);
}

static void put_in_force(struct pl_watch *w, const struct pl_load *load)
{
	char rules[24];
	snprintf(rules, sizeof rules, "%zu", pl_policy_rule_count(load->policy));
	pl_log_event(w->service->log, "info", "policy-reloaded", "policy", pl_policy_fingerprint(load->policy), "rules",
		     rules, (char *)NULL);
	pl_watch_tell_missing(w->service->log, load, &w->last);
	free(w->problem);
	w->problem = NULL;
	pl_store_put(w->service->store, load->policy);
}

/* What is watched from now on. */
static void keep(struct pl_watch *w, struct pl_arena *arena, const struct pl_load *load)
{
	pl_arena_free(w->arena);
	w->arena = arena;
	w->last = *load;
	w->last.policy = NULL; /* the store's */
}

/* `stamp` is that of the files just before. */
static void reload(struct pl_watch *w, uint64_t stamp)
{
	struct pl_load load;
	struct pl_arena *arena = pl_arena_new(LOAD_MEMORY, 0);
	if (!arena)
		return; /* tried again when it is next looked */
	bool again = stamp == w->seen;
	w->looks = 0;
	pl_load_policy(w->service->config, arena, &load);
	atomic_store(&w->service->reload_failed, !load.policy);
	w->seen = load.listed ? load.stamp : stamp; /* once the data files are known, all have been read */
	if (load.policy)
		put_in_force(w, &load);
	else
		tell_failure(w, load.problem, again);
	if (!load.listed) {
		pl_arena_free(arena);
		return;
	}
	keep(w, arena, &load);
}

/* Waits; false when the watcher is to end. */
static bool rest(struct pl_watch *w, unsigned ms)
{
	struct timespec until;
	clock_gettime(CLOCK_MONOTONIC, &until);
	until.tv_sec += ms / 1000;
	until.tv_nsec += (long)(ms % 1000) * 1000000;
	if (until.tv_nsec >= 1000000000) {
		until.tv_sec++;
		until.tv_nsec -= 1000000000;
	}
	pthread_mutex_lock(&w->lock);
	int err = 0;
	while (!w->stop && err == 0)
		err = pthread_cond_timedwait(&w->wake, &w->lock, &until);
	bool go_on = !w->stop;
	pthread_mutex_unlock(&w->lock);
	return go_on;
}

static void *run(void *argument)
{
	struct pl_watch *w = argument;
	unsigned ms = LOOK_MS;
	uint64_t pending = w->seen;
	while (rest(w, ms)) {
		uint64_t now = pl_load_stamp(w->service->config, &w->last);
		bool again = atomic_load(&w->service->reload_failed) && ++w->looks >= RETRY_LOOKS;
		bool changed = now != w->seen || again, rested = now == pending;
		pending = now;
		if (changed && rested)
			reload(w, now);
		ms = changed && !rested ? REST_MS : LOOK_MS;
	}
	return NULL;
}

static bool start(struct pl_watch *w)
{
	pthread_condattr_t attributes;
	pthread_condattr_init(&attributes);
	pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC);
	pthread_mutex_init(&w->lock, NULL);
	pthread_cond_init(&w->wake, &attributes);
	pthread_condattr_destroy(&attributes);
	if (pthread_create(&w->thread, NULL, run, w) == 0)
		return true;
	pthread_cond_destroy(&w->wake);
	pthread_mutex_destroy(&w->lock);
	return false;
}

struct pl_watch *pl_watch_start(struct pl_service *service, const struct pl_load *first)
{
	struct pl_watch *w = calloc(1, sizeof *w);
	if (!w)
		return NULL;
	w->service = service;
	w->last = *first;
	w->last.policy = NULL;
	w->seen = first->stamp;
	if (start(w))
		return w;
	free(w);
	return NULL;
}

void pl_watch_stop(struct pl_watch *w)
{
	if (!w)
		return;
	pthread_mutex_lock(&w->lock);
	w->stop = true;
	pthread_cond_signal(&w->wake);
	pthread_mutex_unlock(&w->lock);
	pthread_join(w->thread, NULL);
	pthread_cond_destroy(&w->wake);
	pthread_mutex_destroy(&w->lock);
	pl_arena_free(w->arena);
	free(w->problem);
	free(w);
}
