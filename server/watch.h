/* watch.h - notices that policy files, data files or the file of namespaces have changed, and puts what they now say in
 * force. */
#ifndef PL_SERVER_WATCH_H
#define PL_SERVER_WATCH_H

#include "load.h"
#include "service.h"

struct pl_watch;
/* Says in the log what rules read and the server does not know, and starts the watcher's thread. `first` is what the
 * policy in force was made of (its texts outlive the watcher), `namespaces_stamp` the state of the file of namespaces.
 * NULL when memory or threads are out. */
struct pl_watch *pl_watch_start(struct pl_service *service, const struct pl_load *first, uint64_t namespaces_stamp);
/* Ends the thread, after a compilation in progress. NULL is allowed. */
void pl_watch_stop(struct pl_watch *watch);

#endif
