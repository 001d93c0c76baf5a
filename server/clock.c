/* clock.c - monotonic time for deadlines and durations, the day for policies, a stamp for logs. Nothing here fails: the
 * clocks used are guaranteed by Linux. The coarse wall clock is read from the vDSO and costs a few nanoseconds. */
#include "clock.h"

#include <stdio.h>
#include <time.h>

#define SECONDS_A_DAY 86400

int64_t pl_clock_us(void)
{
	struct timespec now;
	clock_gettime(CLOCK_MONOTONIC, &now);
	return (int64_t)now.tv_sec * 1000000 + now.tv_nsec / 1000;
}

int64_t pl_clock_ms(void)
{
	return pl_clock_us() / 1000;
}

int32_t pl_clock_today(void)
{
	struct timespec now;
	clock_gettime(CLOCK_REALTIME_COARSE, &now);
	return (int32_t)(now.tv_sec / SECONDS_A_DAY);
}

void pl_clock_stamp(char ret_stamp[PL_STAMP_ROOM])
{
	struct timespec now;
	struct tm utc = {0};
	clock_gettime(CLOCK_REALTIME, &now);
	gmtime_r(&now.tv_sec, &utc);
	size_t len = strftime(ret_stamp, PL_STAMP_ROOM, "%Y-%m-%dT%H:%M:%S", &utc);
	snprintf(ret_stamp + len, PL_STAMP_ROOM - len, ".%03dZ", (int)(now.tv_nsec / 1000000) % 1000);
}
