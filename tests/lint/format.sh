#!/bin/sh
# format.sh [--fix] - the sources are as clang-format lays them out (.clang-format).
. "$(dirname "$0")/lib.sh"
files=$(find policy server tests -name '*.[ch]')
if [ "${1:-}" = --fix ]; then
	# shellcheck disable=SC2086
	clang-format -i $files
fi
# shellcheck disable=SC2086
for f in $(clang-format --dry-run -Werror $files 2>&1 | sed -n 's/^\([^: ]*\.[ch]\):[0-9].*/\1/p' | sort -u); do
	complain "$f: not formatted; run tests/lint/format.sh --fix"
done
finish format
