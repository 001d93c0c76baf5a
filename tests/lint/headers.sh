#!/bin/sh
# headers.sh - every header compiles on its own, and file names are unique among sources and among headers.
. "$(dirname "$0")/lib.sh"
for h in include/plimsoll/*.h policy/*/*.h server/*.h; do
	[ -e "$h" ] || continue
	printf '#include "%s"\ntypedef int pl_not_empty;\n' "$(basename "$h")" |
		${CC:-cc} -std=c11 -D_GNU_SOURCE -Wall -Wextra -Werror -Iinclude -Ipolicy -I"$(dirname "$h")" -fsyntax-only -x c - ||
		complain "$h: does not compile on its own; include what it uses"
done
for name in $(find policy server -name '*.c' -exec basename {} \; | sort | uniq -d); do
	complain "$name: two files of this name; a backtrace could not tell them apart"
done
for name in $(find include policy server -name '*.h' -exec basename {} \; | sort | uniq -d); do
	complain "$name: two headers of this name"
done
finish headers
