/* ecs.h - the Amazon ECS door: POST /v1/ecs, for checks before a deployment. */
#ifndef PL_SERVER_ECS_H
#define PL_SERVER_ECS_H

#include "service.h"

/* A task definition in, a verdict as JSON out: 200 allowed, 403 refused, 400 unreadable, 413 too large. */
pl_handler pl_ecs_answer;

#endif
