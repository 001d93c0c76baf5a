/* buf.h - a text being built: grows in an arena, or fills a fixed area and remembers that it overflowed. */
#ifndef PL_BASE_BUF_H
#define PL_BASE_BUF_H

#include <stdarg.h>

#include "plimsoll/arena.h"

struct pl_buf {
	struct pl_arena *arena; /* NULL: fixed */
	char *ptr;
	size_t len;
	size_t cap;
	bool failed; /* out of memory or room: the text is incomplete */
};

/* Grows in arena, starting with room for `cap` bytes (0: on first use). */
void pl_buf_init(struct pl_buf *b, struct pl_arena *arena, size_t cap);
/* Fills `room` bytes at ptr and no more. */
void pl_buf_init_fixed(struct pl_buf *b, char *ptr, size_t room);
void pl_buf_add(struct pl_buf *b, pl_str s);
void pl_buf_addc(struct pl_buf *b, char c);
void pl_buf_adds(struct pl_buf *b, const char *cstr);
void pl_buf_addf(struct pl_buf *b, const char *fmt, ...) PL_PRINTF(2, 3);
void pl_buf_vaddf(struct pl_buf *b, const char *fmt, va_list ap) PL_PRINTF(2, 0);
/* n times c. */
void pl_buf_fill(struct pl_buf *b, char c, size_t n);
/* What has been built; borrowed from the buffer. */
pl_str pl_buf_str(const struct pl_buf *b);

/* Appends s escaped for people and logs: C0, DEL, C1, bidirectional controls, U+2028/9 and invalid UTF-8 become \n, \t
 * or \u{..}; cut with "…" after `max_points` code points (0: never). spec: language.md 7.6, server.md 4.4 */
void pl_buf_add_escaped(struct pl_buf *b, pl_str s, size_t max_points);
/* Appends s as a JSON string in quotes; beyond RFC 8259 it escapes DEL, C1, bidirectional controls and U+2028/9, and
 * replaces invalid UTF-8 with U+FFFD. */
void pl_buf_add_json(struct pl_buf *b, pl_str s);

#endif
