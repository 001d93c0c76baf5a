/* log.c - events into JSON lines, with a limit on what libraries say: one descriptor shortage makes libmicrohttpd print
 * hundreds of thousands of lines. spec: server.md 4.1, 4.4 */
#include "log.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "clock.h"
#include "plimsoll/report.h"

#define LIBRARY_LINES_A_SECOND 10
#define LINE_MEMORY	       (64u * 1024u)
#define LIBRARY_TEXT_MAX       512

struct pl_log {
	struct pl_sink *sink;
	pthread_mutex_t lock;
	int64_t second; /* of the window */
	unsigned in_window;
	unsigned long suppressed;
};

struct pl_log *pl_log_new(struct pl_sink *sink)
{
	struct pl_log *log = calloc(1, sizeof *log);
	if (!log)
		return NULL;
	log->sink = sink;
	pthread_mutex_init(&log->lock, NULL);
	return log;
}

void pl_log_free(struct pl_log *log)
{
	if (!log)
		return;
	pthread_mutex_destroy(&log->lock);
	free(log);
}

static void add_head(struct pl_buf *line, const char *level, const char *event)
{
	char stamp[PL_STAMP_ROOM];
	pl_clock_stamp(stamp);
	pl_text_printf(line, "{\"time\":\"%s\",\"level\":\"%s\",\"event\":\"%s\"", stamp, level, event);
}

void pl_log_event(struct pl_log *log, const char *level, const char *event, ...)
{
	struct pl_arena *arena = pl_arena_new(LINE_MEMORY, 0);
	struct pl_buf *line = arena ? pl_text_new(arena) : NULL;
	if (line) {
		va_list ap;
		const char *key;
		add_head(line, level, event);
		va_start(ap, event);
		while ((key = va_arg(ap, const char *)) != NULL) {
			pl_text_printf(line, ",\"%s\":", key);
			pl_text_json(line, pl_str_from(va_arg(ap, const char *)));
		}
		va_end(ap);
		pl_text_add(line, PL_STR("}\n"));
		if (pl_text_str(line).ptr)
			pl_sink_put(log->sink, pl_text_str(line));
	}
	pl_arena_free(arena);
}

/* Whether this line may be written; then *ret_suppressed says how many before it were not. */
static bool may_speak(struct pl_log *log, unsigned long *ret_suppressed)
{
	int64_t second = pl_clock_ms() / 1000;
	pthread_mutex_lock(&log->lock);
	if (second != log->second) {
		log->second = second;
		log->in_window = 0;
	}
	bool may = log->in_window < LIBRARY_LINES_A_SECOND;
	*ret_suppressed = log->suppressed;
	if (may) {
		log->in_window++;
		log->suppressed = 0;
	} else {
		log->suppressed++;
	}
	pthread_mutex_unlock(&log->lock);
	return may;
}

void pl_log_library(struct pl_log *log, const char *library, const char *fmt, va_list ap)
{
	char text[LIBRARY_TEXT_MAX], count[24];
	unsigned long suppressed;
	if (!may_speak(log, &suppressed))
		return;
	vsnprintf(text, sizeof text, fmt, ap);
	text[strcspn(text, "\r\n")] = '\0';
	snprintf(count, sizeof count, "%lu", suppressed);
	if (suppressed)
		pl_log_event(log, "warning", "library", "library", library, "message", text, "suppressed_before", count,
			     (char *)NULL);
	else
		pl_log_event(log, "warning", "library", "library", library, "message", text, (char *)NULL);
}
