#!/bin/sh
# run.sh SECONDS [NAME...] - runs each fuzz target that long (build them with `make VARIANT=fuzz fuzzers`). New corpus entries and
# crashes go to build/fuzz/work/NAME; a crash ends with its file name, to be copied to tests/fuzz/regress/NAME.
cd "$(dirname "$0")/../.." || exit 2
seconds=${1:?usage: run.sh SECONDS [NAME...]}
shift
[ $# -gt 0 ] || set -- $(ls tests/fuzz/*_fuzz.c | sed 's|.*/||; s|_fuzz.c||')
status=0
for name in "$@"; do
	work=build/fuzz/work/$name
	mkdir -p "$work/corpus"
	echo "== $name, $seconds s"
	dict=""
	[ -f "tests/fuzz/$name.dict" ] && dict="-dict=tests/fuzz/$name.dict"
	# shellcheck disable=SC2086
	if ! "build/fuzz/fuzz/${name}_fuzz" -max_total_time="$seconds" -timeout=10 -rss_limit_mb=2048 $dict \
		-artifact_prefix="$work/" -print_final_stats=1 "$work/corpus" "tests/fuzz/corpus/$name" > "$work/log" 2>&1; then
		status=1
		tail -n 30 "$work/log"
	fi
	grep -E 'number_of_executed_units|new_units_added|DONE|cov:' "$work/log" | tail -n 4
done
exit $status
