#!/bin/sh
# layers.sh - includes go only downwards (policy/README.md). A file may include its own folder, the folders listed for it here, and
# the public headers; the two programs see the public headers only.
. "$(dirname "$0")/lib.sh"
allowed() {
	case "$1" in
	base) echo "" ;;
	doc) echo "base" ;;
	model) echo "base doc" ;;
	lang) echo "base model" ;;
	vm) echo "base doc model lang" ;;
	report) echo "base doc model" ;;
	tools) echo "base doc model lang vm report" ;;
	*) echo "none" ;;
	esac
}
for f in policy/*/*.c policy/*/*.h server/*.c server/*.h; do
	[ -e "$f" ] || continue
	case "$f" in
	policy/cli/* | server/*) layer=client ;;
	*) layer=${f#policy/}; layer=${layer%%/*} ;;
	esac
	for inc in $(sed -n 's/^#include "\(.*\)"/\1/p' "$f"); do
		case "$inc" in
		plimsoll/*) continue ;;
		*/*) ;;
		*) continue ;;
		esac
		if [ "$layer" = client ]; then
			complain "$f: includes $inc; a program includes include/plimsoll/ and its own headers only"
			continue
		fi
		case " $(allowed "$layer") $layer " in
		*" ${inc%%/*} "*) ;;
		*) complain "$f: layer $layer may not include $inc; move the code down or pass the value in" ;;
		esac
	done
done
finish layers
