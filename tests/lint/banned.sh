#!/bin/sh
# banned.sh - functions that cut, overrun or read what they should not; and words that say that something is unfinished.
. "$(dirname "$0")/lib.sh"
files=$(find include policy server -name '*.[ch]')
# shellcheck disable=SC2086
hits=$(grep -nE '(^|[^a-zA-Z0-9_])(strcpy|strcat|sprintf|vsprintf|strtok|atoi|atol|alloca|gets|strncpy|strncat|setjmp|longjmp)[[:space:]]*\(' $files)
[ -z "$hits" ] || complain "banned call (use pl_buf, pl_str or a checked parser):
$hits"
# shellcheck disable=SC2086
hits=$(grep -nE '\b(TODO|FIXME|XXX|HACK)\b' $files)
[ -z "$hits" ] || complain "unfinished (finish it or open an issue):
$hits"
finish banned
