/* str.c - borrowed text and the error catalogue as functions. */
#include "plimsoll/base.h"

#include <string.h>

pl_str pl_str_from(const char *cstr)
{
	return cstr ? (pl_str){cstr, strlen(cstr)} : (pl_str){0};
}

bool pl_str_eq(pl_str a, pl_str b)
{
	return a.len == b.len && (a.len == 0 || memcmp(a.ptr, b.ptr, a.len) == 0);
}

static char lower(char c)
{
	return c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c;
}

bool pl_str_eq_fold(pl_str a, pl_str b)
{
	size_t i = 0;
	while (i < a.len && i < b.len && lower(a.ptr[i]) == lower(b.ptr[i]))
		i++;
	return i == a.len && i == b.len;
}

int pl_str_cmp(pl_str a, pl_str b)
{
	size_t n = a.len < b.len ? a.len : b.len;
	int order = n ? memcmp(a.ptr, b.ptr, n) : 0;
	if (order != 0)
		return order;
	return (a.len > b.len) - (a.len < b.len);
}

bool pl_str_starts(pl_str s, pl_str prefix)
{
	return s.len >= prefix.len && (prefix.len == 0 || memcmp(s.ptr, prefix.ptr, prefix.len) == 0);
}

static const struct {
	enum pl_err_class err_class;
	const char *text;
} errors[PL_ERR_COUNT] = {
#define PL_ERR(name, class, sentence) [name] = {class, sentence},
#include "plimsoll/errors.def"
#undef PL_ERR
};

enum pl_err_class pl_err_class_of(pl_err err)
{
	return (unsigned)err < PL_ERR_COUNT ? errors[err].err_class : PL_CLASS_INTERNAL;
}

const char *pl_err_text(pl_err err)
{
	return (unsigned)err < PL_ERR_COUNT ? errors[err].text : errors[PL_E_INTERNAL].text;
}
