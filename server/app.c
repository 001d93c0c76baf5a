/* app.c - the parts of the server wired together.
 *
 * The table below is the order of the start; stopping runs it backwards from wherever the start came to. Each step
 * either stands whole or has left nothing. What goes wrong before serving is a text for a person; afterwards it is a
 * line in the log. */
#include "app.h"

#include <errno.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#include "http.h"
#include "listen.h"
#include "plimsoll/plimsoll.h"
#include "service.h"
#include "tls.h"
#include "watch.h"

#define THREADS_MIN 4
#define THREADS_MAX 16
#define SPARE_FILES 64 /* descriptors for everything that is not a connection */

struct pl_app {
	struct pl_config config;
	struct pl_arena *arena; /* for the texts of a failed start */
	pl_str problem;
	struct pl_service service;
	struct pl_sink *errors;
	struct pl_tls tls;
	struct pl_listen listen;
	struct pl_http *http;
	struct pl_load load;	   /* what the policy at start was made of */
	uint64_t namespaces_stamp; /* of the file at start */
	struct pl_watch *watch;
	bool all_answered;
};

static bool fail(struct pl_app *app, const char *what)
{
	pl_str text = pl_arena_printf(app->arena, "%s", what);
	app->problem = text.ptr ? text : PL_STR("out of memory");
	return false;
}

static bool start_log(struct pl_app *app)
{
	app->service.decisions = pl_sink_new(STDOUT_FILENO);
	app->errors = pl_sink_new(STDERR_FILENO);
	app->service.log = app->errors ? pl_log_new(app->errors) : NULL;
	if (app->service.decisions && app->service.log)
		return true;
	pl_log_free(app->service.log);
	pl_sink_free(app->errors);
	pl_sink_free(app->service.decisions);
	return fail(app, "cannot start the threads that write the log");
}

static void stop_log(struct pl_app *app)
{
	pl_log_free(app->service.log);
	pl_sink_free(app->service.decisions);
	pl_sink_free(app->errors);
}

/* Every connection needs a descriptor: without one accept() spins. */
static bool start_limits(struct pl_app *app)
{
	struct rlimit files;
	if (getrlimit(RLIMIT_NOFILE, &files) != 0)
		return fail(app, strerror(errno));
	files.rlim_cur = files.rlim_max;
	(void)setrlimit(RLIMIT_NOFILE, &files);
	if (files.rlim_cur != RLIM_INFINITY && files.rlim_cur < app->config.connections + SPARE_FILES)
		return fail(app, "connections: more than the limit on open files leaves room for; lower it or raise "
				 "`ulimit -n`");
	return true;
}

static bool start_tls(struct pl_app *app)
{
	char problem[PL_TLS_PROBLEM_ROOM];
	if (!pl_tls_load(app->config.cert, app->config.key, &app->tls, problem))
		return fail(app, problem);
	app->service.cert_not_after = app->tls.not_after;
	if (app->tls.key_readable_by_others)
		pl_log_event(app->service.log, "warning", "key-readable", "file", app->config.key, "message",
			     "other users may read the private key; chmod 0600 it", (char *)NULL);
	return true;
}

static void stop_tls(struct pl_app *app)
{
	pl_tls_wipe(&app->tls);
}

static bool start_policy(struct pl_app *app)
{
	pl_load_policy(&app->config, app->arena, &app->load);
	app->problem = app->load.problem;
	if (!app->load.policy)
		return false;
	app->service.store = pl_store_new();
	if (!app->service.store) {
		pl_policy_release(app->load.policy);
		return fail(app, "out of memory");
	}
	pl_store_put(app->service.store, app->load.policy);
	return true;
}

static bool start_namespaces(struct pl_app *app)
{
	struct pl_namespaces_result result;
	if (!*app->config.namespaces)
		return true;
	pl_namespaces_read(app->config.namespaces, app->arena, &result);
	app->namespaces_stamp = result.stamp;
	app->problem = result.problem;
	if (!result.table)
		return false;
	pl_store_put_namespaces(app->service.store, result.table);
	return true;
}

static bool start_watch(struct pl_app *app)
{
	app->watch = pl_watch_start(&app->service, &app->load, app->namespaces_stamp);
	return app->watch || fail(app, "cannot start the thread that watches the policy");
}

static void stop_watch(struct pl_app *app)
{
	pl_watch_stop(app->watch);
}

static void stop_policy(struct pl_app *app)
{
	pl_store_free(app->service.store);
}

static bool start_desks(struct pl_app *app)
{
	app->service.desks = pl_desks_new((size_t)app->config.memory);
	return app->service.desks || fail(app, "out of memory");
}

static void stop_desks(struct pl_app *app)
{
	pl_desks_free(app->service.desks);
}

static bool start_listen(struct pl_app *app)
{
	char problem[PL_LISTEN_PROBLEM_ROOM];
	return pl_listen_open(app->config.listen, &app->listen, problem) || fail(app, problem);
}

static void stop_listen(struct pl_app *app)
{
	if (app->listen.fd >= 0)
		close(app->listen.fd);
}

static unsigned thread_count(const struct pl_config *config)
{
	cpu_set_t cpus;
	int wanted = THREADS_MIN;
	if (config->threads)
		return (unsigned)config->threads;
	CPU_ZERO(&cpus);
	if (sched_getaffinity(0, sizeof cpus, &cpus) == 0)
		wanted = 2 * CPU_COUNT(&cpus);
	return (unsigned)(wanted < THREADS_MIN ? THREADS_MIN : wanted > THREADS_MAX ? THREADS_MAX : wanted);
}

static bool start_http(struct pl_app *app)
{
	char threads[16], rules[24];
	unsigned count = thread_count(&app->config);
	app->http = pl_http_start(&app->service, &app->tls, app->listen.fd, count);
	if (!app->http)
		return fail(app, "the HTTPS server does not start; the log lines above say why");
	app->listen.fd = -1;	/* the server's now */
	pl_tls_wipe(&app->tls); /* GnuTLS has its own copy */
	const struct pl_policy *policy = pl_store_take(app->service.store);
	snprintf(threads, sizeof threads, "%u", count);
	snprintf(rules, sizeof rules, "%zu", pl_policy_rule_count(policy));
	pl_log_event(app->service.log, "info", "listening", "address", app->listen.name, "threads", threads, "policy",
		     pl_policy_fingerprint(policy), "rules", rules, "version", PL_VERSION, (char *)NULL);
	pl_policy_release(policy);
	return true;
}

static void stop_http(struct pl_app *app)
{
	app->all_answered = pl_http_stop(app->http, (int64_t)app->config.drain_deadline);
	pl_log_event(app->service.log, "info", "stopped", "requests", app->all_answered ? "answered" : "cut off",
		     (char *)NULL);
}

static const struct step {
	bool (*start)(struct pl_app *app);
	void (*stop)(struct pl_app *app); /* NULL: nothing to undo */
} steps[] = {
	{start_log, stop_log},	     {start_limits, NULL},     {start_tls, stop_tls},
	{start_policy, stop_policy}, {start_namespaces, NULL}, {start_desks, stop_desks},
	{start_listen, stop_listen}, {start_http, stop_http},  {start_watch, stop_watch},
};

#define STEPS (sizeof steps / sizeof steps[0])

static void stop_from(struct pl_app *app, size_t step)
{
	while (step-- > 0)
		if (steps[step].stop)
			steps[step].stop(app);
}

struct pl_app *pl_app_start(const struct pl_config *config, struct pl_arena *arena, pl_str *ret_problem)
{
	struct pl_app *app = calloc(1, sizeof *app);
	if (!app) {
		*ret_problem = PL_STR("out of memory");
		return NULL;
	}
	app->config = *config;
	app->arena = arena;
	app->service.config = &app->config;
	app->listen.fd = -1;
	app->all_answered = true;
	pl_service_context(&app->config, &app->service.cluster);
	for (size_t i = 0; i < STEPS; i++) {
		if (steps[i].start(app))
			continue;
		stop_from(app, i);
		*ret_problem = app->problem;
		free(app);
		return NULL;
	}
	return app;
}

void pl_app_drain(struct pl_app *app)
{
	atomic_store(&app->service.draining, true);
	pl_log_event(app->service.log, "info", "draining", "message", "still deciding; no longer ready", (char *)NULL);
}

bool pl_app_stop(struct pl_app *app)
{
	stop_from(app, STEPS);
	bool all_answered = app->all_answered;
	free(app);
	return all_answered;
}
