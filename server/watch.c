/* watch.c - a thread that asks every two seconds whether a file has changed: a stat for each, which needs no descriptor
 * and follows what a mounted ConfigMap, a rename and a symbolic link do alike.
 *
 * Files are read once they have rested, so that what is written in place is not read half. What cannot be used changes
 * nothing: the last good state stays in force, the log says why, and readiness mentions it. The policy with its data
 * files and the file of namespaces are watched apart from each other: one may be broken while the other changes. */
#include "watch.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "file.h"
#include "gaps.h"

#define LOOK_MS	      2000
#define REST_MS	      250
#define RETRY_LOOKS   15 /* after a failure files are read again even if they look the same: reading may have failed */
#define LOAD_MEMORY   ((size_t)64 << 20)
#define PROBLEM_SHOWN 4000 /* bytes in the log */

/* Files that are read together. */
struct watched {
	uint64_t seen;	  /* the stamp that what is in force, or a failure after it, was made of */
	uint64_t pending; /* that the last look found */
	bool failed;	  /* the last attempt */
	unsigned looks;	  /* since then */
	char *problem;	  /* of these files, that the log has told last; NULL: none */
};

struct pl_watch {
	struct pl_service *service;
	pthread_t thread;
	pthread_mutex_t lock;
	pthread_cond_t wake;
	bool stop;		/* under the lock */
	struct pl_arena *arena; /* of `last`; NULL: its texts are the caller's */
	struct pl_load last;
	struct watched policy, namespaces;
	struct pl_namespaces_info table; /* the one in force */
};

/* --- the log ------------------------------------------------------------------------------------------------------ */

/* One line for each data file that is not there and was not missing before. `before` may be NULL. */
static void tell_missing(struct pl_log *log, const struct pl_load *load, const struct pl_load *before)
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

static void tell_gaps(const struct pl_service *service, const struct pl_policy *policy)
{
	struct pl_gap gaps[PL_GAPS_MAX];
	size_t count = pl_gaps_find(policy, service->config, gaps);
	for (size_t i = 0; i < count; i++) {
		char rules[24], message[160];
		snprintf(rules, sizeof rules, "%zu", gaps[i].rules);
		snprintf(message, sizeof message,
			 "%zu rule%s read%s %s, which this server is not told: undecided, they refuse; give %s",
			 gaps[i].rules, gaps[i].rules == 1 ? "" : "s", gaps[i].rules == 1 ? "s" : "", gaps[i].root,
			 gaps[i].flag);
		pl_log_event(service->log, "warning", "context-unknown", "context", gaps[i].root, "rules", rules,
			     "message", message, (char *)NULL);
	}
}

static void tell_no_namespaces(const struct pl_service *service)
{
	pl_log_event(service->log, "warning", "namespaces-missing", "file", service->config->namespaces, "message",
		     "the file is not there: rules that read labels or annotations of a namespace cannot be decided",
		     (char *)NULL);
}

static void tell_namespaces(const struct pl_service *service, const struct pl_namespaces_info *table)
{
	char count[24];
	snprintf(count, sizeof count, "%zu", table->count);
	pl_log_event(service->log, "info", "namespaces-reloaded", "file", service->config->namespaces, "namespaces",
		     count, (char *)NULL);
}

/* The same problem of the same files is told once. */
static void tell_failure(struct pl_watch *w, struct watched *files, const char *event, pl_str problem)
{
	char text[PROBLEM_SHOWN];
	snprintf(text, sizeof text, "%.*s", PL_FMT(problem));
	if (files->problem && strcmp(files->problem, text) == 0)
		return;
	free(files->problem);
	files->problem = strdup(text);
	pl_log_event(w->service->log, "error", event, "message", "what was there before stays in force", "problem",
		     text, (char *)NULL);
}

/* The outcome of an attempt. */
static void settle(struct pl_watch *w, struct watched *files, uint64_t stamp, bool failed)
{
	if (!failed || stamp != files->seen) {
		free(files->problem);
		files->problem = NULL;
	}
	files->looks = 0;
	files->seen = stamp;
	files->failed = failed;
	atomic_store(&w->service->reload_failed, w->policy.failed || w->namespaces.failed);
}

/* --- the policy --------------------------------------------------------------------------------------------------- */

static void put_in_force(struct pl_watch *w, const struct pl_load *load)
{
	char rules[24];
	pl_store_put(w->service->store, load->policy); /* which holds it until the next one */
	snprintf(rules, sizeof rules, "%zu", pl_policy_rule_count(load->policy));
	pl_log_event(w->service->log, "info", "policy-reloaded", "policy", pl_policy_fingerprint(load->policy), "rules",
		     rules, (char *)NULL);
	tell_missing(w->service->log, load, &w->last);
	tell_gaps(w->service, load->policy);
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
static void reload_policy(struct pl_watch *w, uint64_t stamp)
{
	struct pl_load load;
	struct pl_arena *arena = pl_arena_new(LOAD_MEMORY, 0);
	if (!arena)
		return; /* tried again when it is next looked */
	pl_load_policy(w->service->config, arena, &load);
	/* once the data files are known, all have been read */
	settle(w, &w->policy, load.listed ? load.stamp : stamp, !load.policy);
	if (load.policy)
		put_in_force(w, &load);
	else
		tell_failure(w, &w->policy, "policy-rejected", load.problem);
	if (!load.listed) {
		pl_arena_free(arena);
		return;
	}
	keep(w, arena, &load);
}

/* --- namespaces --------------------------------------------------------------------------------------------------- */

/* A file that is written anew and says the same is not worth a line. */
static void put_table(struct pl_watch *w, struct pl_namespaces *table, bool failed_before)
{
	struct pl_namespaces_info now;
	pl_namespaces_describe(table, &now);
	pl_store_put_namespaces(w->service->store, table);
	if (!now.there && w->table.there)
		tell_no_namespaces(w->service);
	if (now.there && (!w->table.there || failed_before || now.digest != w->table.digest))
		tell_namespaces(w->service, &now);
	w->table = now;
}

static void reload_namespaces(struct pl_watch *w)
{
	struct pl_namespaces_result result;
	bool failed_before = w->namespaces.failed;
	struct pl_arena *arena = pl_arena_new(LOAD_MEMORY, 0);
	if (!arena)
		return; /* tried again when it is next looked */
	pl_namespaces_read(w->service->config->namespaces, arena, &result);
	settle(w, &w->namespaces, result.stamp, !result.table);
	if (result.table)
		put_table(w, result.table, failed_before);
	else
		tell_failure(w, &w->namespaces, "namespaces-rejected", result.problem);
	pl_arena_free(arena);
}

static uint64_t stamp_namespaces(const struct pl_watch *w)
{
	const char *path = w->service->config->namespaces;
	return *path ? pl_file_stamp_path(0, path) : 0;
}

/* --- the thread --------------------------------------------------------------------------------------------------- */

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

/* Whether the files are to be read now; *ret_restless is set when they have changed since the last look. */
static bool is_due(struct watched *files, uint64_t now, bool *ret_restless)
{
	bool again = files->failed && ++files->looks >= RETRY_LOOKS;
	bool changed = now != files->seen || again, rested = now == files->pending;
	files->pending = now;
	*ret_restless |= changed && !rested;
	return changed && rested;
}

static void *run(void *argument)
{
	struct pl_watch *w = argument;
	bool restless = false;
	while (rest(w, restless ? REST_MS : LOOK_MS)) {
		uint64_t policy = pl_load_stamp(w->service->config, &w->last);
		restless = false;
		if (is_due(&w->policy, policy, &restless))
			reload_policy(w, policy);
		if (is_due(&w->namespaces, stamp_namespaces(w), &restless))
			reload_namespaces(w);
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

/* What is in force at the start, and what the log says of it. */
static void begin(struct pl_watch *w)
{
	const struct pl_policy *policy = pl_store_take(w->service->store);
	struct pl_namespaces *table = pl_store_take_namespaces(w->service->store);
	tell_missing(w->service->log, &w->last, NULL);
	tell_gaps(w->service, policy);
	pl_policy_release(policy);
	if (!table)
		return;
	pl_namespaces_describe(table, &w->table);
	pl_namespaces_release(table);
	if (!w->table.there)
		tell_no_namespaces(w->service);
}

struct pl_watch *pl_watch_start(struct pl_service *service, const struct pl_load *first, uint64_t namespaces_stamp)
{
	struct pl_watch *w = calloc(1, sizeof *w);
	if (!w)
		return NULL;
	w->service = service;
	w->last = *first;
	w->last.policy = NULL;
	w->policy.seen = w->policy.pending = first->stamp;
	w->namespaces.seen = w->namespaces.pending = namespaces_stamp;
	begin(w);
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
	free(w->policy.problem);
	free(w->namespaces.problem);
	free(w);
}
