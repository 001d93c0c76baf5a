/* utf8.h - UTF-8 as RFC 3629 has it: no overlong forms, no surrogates, at most U+10FFFF. */
#ifndef PL_BASE_UTF8_H
#define PL_BASE_UTF8_H

#include "plimsoll/base.h"

/* Decodes the code point at s[0..len). Gives its length in bytes (1-4); 0 when the bytes are not valid UTF-8 there, and
 * then *ret_point is U+FFFD. len must be at least 1. */
unsigned pl_utf8_decode(const char *s, size_t len, uint32_t *ret_point);
/* Writes the code point (up to U+10FFFF) to out; gives the number of bytes, 1 to 4. */
unsigned pl_utf8_encode(uint32_t point, char out[4]);
/* Length of the longest valid prefix. */
size_t pl_utf8_valid_prefix(pl_str s);
/* Code points; an invalid byte counts as one. */
size_t pl_utf8_count(pl_str s);
/* True for U+202A-202E, U+2066-2069, U+200E, U+200F and U+061C: characters that reorder what is shown. */
bool pl_utf8_is_bidi(uint32_t point);

#endif
