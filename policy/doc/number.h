/* number.h - what a JSON number is, without converting it. */
#ifndef PL_DOC_NUMBER_H
#define PL_DOC_NUMBER_H

#include "plimsoll/base.h"

/* Length of the longest JSON number at p < end; 0 when there is none, and then *ret_fault is the byte that is wrong. A
 * number followed by more number-like bytes (01, 1.2.3) is the caller's to refuse. Sets *ret_inexact for an integer
 * outside int64 and for a number whose double is infinite. */
size_t pl_number_scan(const char *p, const char *end, bool *ret_inexact, const char **ret_fault);

#endif
