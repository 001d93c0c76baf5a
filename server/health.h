/* health.h - /healthz and /readyz. */
#ifndef PL_SERVER_HEALTH_H
#define PL_SERVER_HEALTH_H

#include "service.h"

/* 200 while the process answers at all. */
pl_handler pl_health_live;
/* 200 with policy and certificate loaded, 503 before and while draining; details as JSON. */
pl_handler pl_health_ready;

#endif
