/* clock.c - monotonic time for deadlines and durations, the day for policies, a stamp for logs. Nothing here fails: the
 * clocks used are guaranteed by Linux. The coarse wall clock is read from the vDSO and costs a few nanoseconds. */
#include "clock.h"

#include <string.h>
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

int64_t pl_clock_now(void)
{
	struct timespec now;
	clock_gettime(CLOCK_REALTIME_COARSE, &now);
	return (int64_t)now.tv_sec;
}

int32_t pl_clock_today(void)
{
	return (int32_t)(pl_clock_now() / SECONDS_A_DAY);
}

/* The last n digits of value: strftime and snprintf took longer than writing the line that the stamp begins. */
static void put_digits(char *to, size_t n, int value)
{
	for (; n-- > 0; value /= 10)
		to[n] = (char)('0' + value % 10);
}

void pl_clock_stamp(char ret_stamp[PL_STAMP_ROOM])
{
	struct timespec now;
	struct tm utc = {0};
	clock_gettime(CLOCK_REALTIME, &now);
	gmtime_r(&now.tv_sec, &utc);
	memcpy(ret_stamp, "0000-00-00T00:00:00.000Z", sizeof "0000-00-00T00:00:00.000Z");
	put_digits(ret_stamp, 4, utc.tm_year + 1900);
	put_digits(ret_stamp + 5, 2, utc.tm_mon + 1);
	put_digits(ret_stamp + 8, 2, utc.tm_mday);
	put_digits(ret_stamp + 11, 2, utc.tm_hour);
	put_digits(ret_stamp + 14, 2, utc.tm_min);
	put_digits(ret_stamp + 17, 2, utc.tm_sec);
	put_digits(ret_stamp + 20, 3, (int)(now.tv_nsec / 1000000));
}
