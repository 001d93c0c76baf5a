#!/bin/sh
# format.sh [--fix] - the sources are as clang-format lays them out (.clang-format).
. "$(dirname "$0")/lib.sh"
files=$(find policy server tests -name '*.[ch]')
if [ "${1:-}" = --fix ]; then
	# shellcheck disable=SC2086
	clang-format -i $files
fi
for f in $files; do
	clang-format --dry-run -Werror "$f" 2> /dev/null || complain "$f: not formatted; run tests/lint/format.sh --fix"
done
finish format
