/* base.h - borrowed text, the error codes of the library, and the attributes every header uses.
 *
 * Ownership, for the whole library: whoever passes an arena decides how long a result lives. Text is borrowed unless a
 * name says `dup`. Nothing here is freed one by one. */
#ifndef PLIMSOLL_BASE_H
#define PLIMSOLL_BASE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define PL_MUST_USE __attribute__((warn_unused_result))
#define PL_PRINTF(fmt, args) __attribute__((format(printf, fmt, args)))

/* Borrowed bytes; may hold NUL; not terminated. A zero pl_str is the empty text. */
typedef struct pl_str {
	const char *ptr;
	size_t len;
} pl_str;

/* A pl_str of a string literal. */
#define PL_STR(lit) ((pl_str){(lit), sizeof(lit) - 1})
/* Arguments for "%.*s"; texts longer than INT_MAX are cut. */
#define PL_FMT(s) (int)((s).len > INT32_MAX ? INT32_MAX : (s).len), ((s).ptr ? (s).ptr : "")

/* A pl_str of a NUL-terminated string; NULL gives the empty text. */
pl_str pl_str_from(const char *cstr);
/* Byte equality. */
bool pl_str_eq(pl_str a, pl_str b);
/* Equal but for the case of ASCII letters, whatever the locale. */
bool pl_str_eq_fold(pl_str a, pl_str b);
/* Byte order, shorter first when one is a prefix: <0, 0, >0. */
int pl_str_cmp(pl_str a, pl_str b);
bool pl_str_starts(pl_str s, pl_str prefix);

/* What went wrong, as a class that callers branch on. Detail travels in pl_diags. */
enum pl_err_class {
	PL_CLASS_NONE,
	PL_CLASS_INPUT,    /* the document is at fault */
	PL_CLASS_POLICY,   /* the policy text is at fault */
	PL_CLASS_RESOURCE, /* a limit or the memory ceiling was reached */
	PL_CLASS_IO,
	PL_CLASS_INTERNAL, /* a defect of plimsoll */
};

typedef enum pl_err {
#define PL_ERR(name, class, text) name,
#include "plimsoll/errors.def"
#undef PL_ERR
	PL_ERR_COUNT
} pl_err;

/* The class of an error; PL_CLASS_INTERNAL for a number that is none. */
enum pl_err_class pl_err_class_of(pl_err err);
/* One sentence for a person, static. */
const char *pl_err_text(pl_err err);

/* Leaves the function with the error of expr, if it has one. */
#define PL_TRY(expr)                                                                                                   \
	do {                                                                                                           \
		pl_err pl_try_err_ = (expr);                                                                           \
		if (pl_try_err_ != PL_OK)                                                                              \
			return pl_try_err_;                                                                            \
	} while (0)

#endif
