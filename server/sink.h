/* sink.h - lines on their way to a file descriptor: handing one over never waits for the reader. */
#ifndef PL_SERVER_SINK_H
#define PL_SERVER_SINK_H

#include "plimsoll/base.h"

#define PL_SINK_LINE_MAX (32u * 1024u)

struct pl_sink;
/* Starts the writer of fd (borrowed); NULL when memory or threads are out. */
struct pl_sink *pl_sink_new(int fd);
/* Takes a copy of one line (with its newline) or, when the reader is too slow, counts it as lost and says so later. Any
 * thread. */
void pl_sink_put(struct pl_sink *sink, pl_str line);
/* Writes what is left, waiting at most two seconds for the reader. NULL is allowed. */
void pl_sink_free(struct pl_sink *sink);

#endif
