#!/bin/sh
# ratchet.sh [--update] - the ugliest numbers may only get better. ratchet.txt holds them; run with --update after an improvement.
# Measured with pmccabe over policy/ and server/: longest function (lines), highest complexity, functions above 50 lines,
# functions above complexity 15, longest source file (lines).
. "$(dirname "$0")/lib.sh"
measure() {
	find policy server -name '*.c' -print0 | xargs -0 pmccabe | awk '
		$5 > longest { longest = $5 } $1 > complex { complex = $1 } $5 > 50 { long++ } $1 > 15 { hard++ }
		END { print "longest_function", longest + 0; print "highest_complexity", complex + 0
		      print "functions_above_50_lines", long + 0; print "functions_above_complexity_15", hard + 0 }'
	find policy server -name '*.c' -print0 | xargs -0 wc -l | awk '$2 != "total" && $1 > m { m = $1 } END { print "longest_file", m + 0 }'
}
if [ "${1:-}" = --update ]; then
	measure > tests/lint/ratchet.txt
	cat tests/lint/ratchet.txt
	exit 0
fi
while read -r name now; do
	was=$(awk -v n="$name" '$1 == n { print $2 }' tests/lint/ratchet.txt)
	if [ "$now" -gt "${was:-0}" ]; then
		complain "$name rose from ${was:-0} to $now: split what grew (pmccabe FILE.c shows each function)"
	elif [ "$now" -lt "${was:-0}" ]; then
		echo "$name fell from $was to $now: run tests/lint/ratchet.sh --update to keep it"
	fi
done <<EOF
$(measure)
EOF
finish ratchet
