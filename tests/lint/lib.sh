# lib.sh - what the lints share. Source it; call `complain TEXT` for each defect and `finish NAME` at the end.
cd "$(dirname "$0")/../.." || exit 2
defects=0
complain() {
	printf '%s\n' "$*"
	defects=$((defects + 1))
}
finish() {
	if [ "$defects" -eq 0 ]; then
		echo "lint $1: ok"
		exit 0
	fi
	echo "lint $1: $defects defects"
	exit 1
}
