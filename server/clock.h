/* clock.h - the only place of the server that asks what time it is. */
#ifndef PL_SERVER_CLOCK_H
#define PL_SERVER_CLOCK_H

#include <stdint.h>

#define PL_STAMP_ROOM 32

/* Since some fixed moment; never goes backwards. */
int64_t pl_clock_ms(void);
int64_t pl_clock_us(void);
/* Seconds since 1970. */
int64_t pl_clock_now(void);
/* Days since 1970-01-01, UTC. */
int32_t pl_clock_today(void);
/* "2026-11-22T10:52:32.123Z", NUL-terminated. */
void pl_clock_stamp(char ret_stamp[PL_STAMP_ROOM]);

#endif
