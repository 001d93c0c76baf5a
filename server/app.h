/* app.h - the server as a whole: what is started, in which order, and stopped in the other. */
#ifndef PL_SERVER_APP_H
#define PL_SERVER_APP_H

#include "config.h"

struct pl_app;
/* Starts everything and serves. NULL and a text for the operator when it refuses to; the text lives in arena. */
struct pl_app *pl_app_start(const struct pl_config *config, struct pl_arena *arena, pl_str *ret_problem);
/* Readiness goes away; answers say Connection: close; everything is still decided. */
void pl_app_drain(struct pl_app *app);
/* Ends after the requests in flight. False when some were cut off. */
bool pl_app_stop(struct pl_app *app);

#endif
