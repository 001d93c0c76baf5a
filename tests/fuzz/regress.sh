#!/bin/sh
# regress.sh BUILD_DIR - replays every corpus and every past crash (tests/fuzz/corpus/NAME, tests/fuzz/regress/NAME).
cd "$(dirname "$0")/../.." || exit 2
passed=0
failed=0
for target in "$1"/regress/*; do
	[ -x "$target" ] && [ -f "$target" ] || continue
	case "$target" in *.d | *.o) continue ;; esac
	name=$(basename "$target")
	files=$(find "tests/fuzz/corpus/$name" "tests/fuzz/regress/$name" -type f 2> /dev/null)
	if [ -z "$files" ]; then
		echo "FAIL $name: no corpus in tests/fuzz/corpus/$name"
		failed=$((failed + 1))
		continue
	fi
	# shellcheck disable=SC2086
	if "$target" $files > /dev/null; then
		passed=$((passed + $(echo "$files" | wc -l)))
	else
		echo "FAIL $name"
		failed=$((failed + 1))
	fi
done
echo "$passed passed, $failed failed"
[ "$failed" -eq 0 ]
