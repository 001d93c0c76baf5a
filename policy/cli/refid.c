/* refid.c - see refid.h. Case, signs and leading zeros say nothing; a sign between two numbers does. */
#include "refid.h"

static bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

/* ASCII, and every byte of other letters as it is. */
static bool is_letter(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (unsigned char)c >= 0x80;
}

static char lower(char c)
{
	return c >= 'A' && c <= 'Z' ? (char)(c + ('a' - 'A')) : c;
}

/* Vulnerability databases put their own name before the rule's. */
static pl_str without_prefix(pl_str plain)
{
	bool database = plain.len > 3 && pl_str_starts(plain, PL_STR("avd"));
	return database ? (pl_str){plain.ptr + 3, plain.len - 3} : plain;
}

/* Appends the digit at i, unless it is a leading zero; numbers that follow each other stay two. */
static size_t add_digit(pl_str id, size_t i, char *out, size_t n)
{
	bool begins = i == 0 || !is_digit(id.ptr[i - 1]);
	bool more = i + 1 < id.len && is_digit(id.ptr[i + 1]);
	if (begins && n > 0 && is_digit(out[n - 1]))
		out[n++] = '.';
	bool leading = begins || n == 0 || !is_digit(out[n - 1]);
	if (id.ptr[i] == '0' && leading && more)
		return n;
	out[n++] = id.ptr[i];
	return n;
}

pl_str pl_refid_plain(pl_str id, struct pl_arena *arena)
{
	char *out = pl_arena_alloc(arena, id.len * 2 + 1);
	size_t n = 0;
	for (size_t i = 0; out && i < id.len; i++) {
		if (is_letter(id.ptr[i]))
			out[n++] = lower(id.ptr[i]);
		else if (is_digit(id.ptr[i]))
			n = add_digit(id, i, out, n);
	}
	return without_prefix((pl_str){out, n});
}
