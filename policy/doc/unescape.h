/* unescape.h - the text that a JSON string stands for. */
#ifndef PL_DOC_UNESCAPE_H
#define PL_DOC_UNESCAPE_H

#include "plimsoll/base.h"

/* Room that a decoded text of raw_len bytes needs at most: a damaged byte becomes the three of U+FFFD. */
#define PL_UNESCAPE_ROOM(raw_len) ((size_t)(raw_len)*3)

/* Decodes the next unit (a plain byte run's first byte, a code point, an escape, a surrogate pair) at p < end of a
 * string that the reader has accepted: writes 1 to 4 bytes to out, *ret_len of them, and gives the number of bytes
 * read. Lone surrogates and invalid bytes become U+FFFD, one each, as encoding/json of Go does. */
size_t pl_unescape_next(const char *p, const char *end, char out[4], unsigned *ret_len);
/* Decodes all of raw into out, which has PL_UNESCAPE_ROOM bytes; gives the length. */
size_t pl_unescape_all(pl_str raw, char *out);
/* True when raw decodes to text. Needs no memory. */
bool pl_unescape_equals(pl_str raw, pl_str text);
/* Appends what raw decodes to, escaped for people, cut after max_points code points (0: never). Needs no memory beyond
 * out's. */
struct pl_buf;
void pl_unescape_print(pl_str raw, size_t max_points, struct pl_buf *out);
/* The value of four hexadecimal digits at p, or -1. */
int32_t pl_unescape_hex4(const char *p);

#endif
