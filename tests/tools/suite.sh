#!/bin/sh
# suite.sh BUILD_DIR SUITE... - runs the suites one after the other, shows each one's result and time, and adds up what they count.
# A suite is a line NAME=COMMAND; its output must hold cmocka's "PASSED"/"FAILED" counts or end with "N passed, N failed";
# one that counts nothing has failed, so that a suite which silently runs no test cannot be green.
set -u
build=$1
shift
passed=0
failed=0
count() { # pattern file
	sed -n "s/$1/\1/p" "$2" | awk '{ n += $1 } END { print n + 0 }'
}
for entry in "$@"; do
	name=${entry%%=*}
	log="$build/log/$name.log"
	mkdir -p "${log%/*}"
	start=$(date +%s)
	sh -c "${entry#*=}" > "$log" 2>&1 < /dev/null
	code=$?
	ok=$(($(count '^\[  PASSED  \] \([0-9]*\) test.*' "$log") + $(count '^\([0-9]*\) passed, [0-9]* failed.*' "$log")))
	bad=$(($(count '^\[  FAILED  \] [^:]*: \([0-9]*\) test.*' "$log") + $(count '^[0-9]* passed, \([0-9]*\) failed.*' "$log")))
	if [ "$code" -ne 0 ] && [ "$bad" -eq 0 ]; then bad=1; fi
	if [ "$ok" -eq 0 ] && [ "$bad" -eq 0 ]; then bad=1; fi
	printf '%-28s %6d passed %4d failed  %3ds\n' "$name" "$ok" "$bad" $(($(date +%s) - start))
	if [ "$bad" -ne 0 ]; then
		tail -n "${TAIL:-40}" "$log" | sed 's/^/    /'
		echo "    (all of it: $log)"
	fi
	passed=$((passed + ok))
	failed=$((failed + bad))
done
echo "$passed passed, $failed failed"
[ "$failed" -eq 0 ]
