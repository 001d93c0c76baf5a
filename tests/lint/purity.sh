#!/bin/sh
# purity.sh LIBRARY - the library opens nothing, asks no clock, reads no environment, starts no thread: what it calls is listed in
# purity.txt (a shell pattern a line). libyaml is called by doc_yaml.o alone, PCRE2 by regex.o alone.
. "$(dirname "$0")/lib.sh"
lib=${1:?usage: purity.sh build/VARIANT/libplimsoll.a}
nm -g --defined-only "$lib" 2>/dev/null | awk 'NF == 3 { print $3 }' | sort -u > "$lib.defined"
nm -u "$lib" 2>/dev/null | awk '$1 == "U" { print $2 }' | sort -u | comm -23 - "$lib.defined" > "$lib.calls"
while read -r symbol; do
	known=no
	while read -r pattern; do
		case "$pattern" in '' | '#'*) continue ;; esac
		# shellcheck disable=SC2254
		case "$symbol" in $pattern) known=yes; break ;; esac
	done < tests/lint/purity.txt
	[ "$known" = yes ] || complain "$symbol: the library may not call this; see tests/lint/purity.txt"
done < "$lib.calls"
finish purity
