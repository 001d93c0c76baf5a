/* watch.h - notices that policy files or data files have changed, and puts what they now say in force. */
#ifndef PL_SERVER_WATCH_H
#define PL_SERVER_WATCH_H

#include "load.h"
#include "service.h"

struct pl_watch;
/* Starts the watcher's thread; `first` is what the policy in force was made of (its texts outlive the watcher). NULL
 * when memory or threads are out. */
struct pl_watch *pl_watch_start(struct pl_service *service, const struct pl_load *first);
/* Ends the thread, after a compilation in progress. NULL is allowed. */
void pl_watch_stop(struct pl_watch *watch);
/* One line in the log for each data file that is not there and was not missing before. `before` may be NULL. */
void pl_watch_tell_missing(struct pl_log *log, const struct pl_load *load, const struct pl_load *before);

#endif
