/* log.h - what happens to the server itself, as JSON lines on standard error. Decisions are audit.h. */
#ifndef PL_SERVER_LOG_H
#define PL_SERVER_LOG_H

#include <stdarg.h>

#include "sink.h"

struct pl_log;
/* Writes to sink (borrowed, must outlive the log). NULL when memory is out. */
struct pl_log *pl_log_new(struct pl_sink *sink);
void pl_log_free(struct pl_log *log);

/* One line: time, level ("info", "warning", "error"), event, then pairs of key and value, ended by NULL. */
void pl_log_event(struct pl_log *log, const char *level, const char *event, ...) __attribute__((sentinel));
/* One line from a library that speaks printf; at most ten a second, the rest is counted. */
void pl_log_library(struct pl_log *log, const char *library, const char *fmt, va_list ap)
	__attribute__((format(printf, 3, 0)));

#endif
