#!/bin/sh
# run.sh - runs the tests that stand in policies: those of every shipped pack, which may leave no rule untested, and the
# *.plim beside this file, each of which holds what the language is to mean in one corner.
# usage: run.sh BUILD_DIR
plimsoll=$1/plimsoll
here=$(dirname "$0")
passed=0
failed=0
for policy in "$here"/../../policy/rules/*.plim "$here"/*.plim; do
	out=$("$plimsoll" test --strict "$policy" 2>&1) && status=0 || status=$?
	count=$(printf '%s\n' "$out" | sed -n 's/^\([0-9]*\) tests\{0,1\}, \1 passed;.*/\1/p')
	if [ "$status" -eq 0 ] && [ -n "$count" ]; then
		passed=$((passed + count))
	else
		failed=$((failed + 1))
		printf 'FAIL %s\n%s\n' "$policy" "$out"
	fi
done
echo "$passed passed, $failed failed"
[ "$failed" -eq 0 ]
