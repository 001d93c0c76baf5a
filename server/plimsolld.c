/* plimsolld.c - main: settings in, serve until a signal, exit status out.
 *
 * Signals are taken by the main thread only, which waits for them; every other thread has them blocked. The first
 * SIGTERM or SIGINT drains: readiness goes, the grace passes, the listening socket closes, requests in flight are
 * answered. The second ends the process at once. Before serving, errors are plain text for a person; from then on
 * everything is a JSON line. */
#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

#include "app.h"
#include "plimsoll/plimsoll.h"

#define EXIT_REFUSED 2
#define START_MEMORY (1024u * 1024u * 1024u)

static void block_signals(sigset_t *ret_stops)
{
	signal(SIGPIPE, SIG_IGN);
	sigemptyset(ret_stops);
	sigaddset(ret_stops, SIGTERM);
	sigaddset(ret_stops, SIGINT);
	pthread_sigmask(SIG_BLOCK, ret_stops, NULL);
}

/* Waits for a second signal while the server drains; the status it is to end with at once. */
static void *end_at_once(void *stops)
{
	int signal_number;
	if (sigwait(stops, &signal_number) == 0)
		_exit(EXIT_FAILURE);
	return NULL;
}

static void wait_grace(uint64_t grace_ms)
{
	struct timespec left = {(time_t)(grace_ms / 1000), (long)(grace_ms % 1000) * 1000000L};
	while (clock_nanosleep(CLOCK_MONOTONIC, 0, &left, &left) == EINTR)
		;
}

static int serve(struct pl_app *app, const struct pl_config *config, sigset_t *stops)
{
	pthread_t second;
	int signal_number;
	sigwait(stops, &signal_number);
	bool watched = pthread_create(&second, NULL, end_at_once, stops) == 0;
	pl_app_drain(app);
	wait_grace(config->drain_grace);
	bool all_answered = pl_app_stop(app);
	if (watched) {
		pthread_cancel(second);
		pthread_join(second, NULL);
	}
	return all_answered ? EXIT_SUCCESS : EXIT_FAILURE;
}

static int run(int argc, char **argv, struct pl_arena *arena)
{
	struct pl_config config;
	const char *problem = NULL;
	pl_str refusal = {0};
	sigset_t stops;
	switch (pl_config_read(argc, argv, arena, &config, &problem)) {
	case PL_CONFIG_HELP:
		pl_config_help(stdout);
		return EXIT_SUCCESS;
	case PL_CONFIG_VERSION:
		printf("plimsolld %s\n", PL_VERSION);
		return EXIT_SUCCESS;
	case PL_CONFIG_BAD:
		fprintf(stderr, "plimsolld: %s\n", problem);
		return EXIT_REFUSED;
	case PL_CONFIG_READY:
		break;
	}
	block_signals(&stops);
	struct pl_app *app = pl_app_start(&config, arena, &refusal);
	if (app)
		return serve(app, &config, &stops);
	fprintf(stderr, "plimsolld: %.*s\n", PL_FMT(refusal));
	return EXIT_REFUSED;
}

int main(int argc, char **argv)
{
	struct pl_arena *arena = pl_arena_new(START_MEMORY, 0);
	if (!arena) {
		fputs("plimsolld: out of memory\n", stderr);
		return EXIT_REFUSED;
	}
	int status = run(argc, argv, arena);
	pl_arena_free(arena);
	return status;
}
