#!/bin/sh
# packages.sh TIER - installs the Debian packages that are missing; tiers: run (build and demo), test, bench, fuzz.
# Works as root and with sudo. Says what it does.
set -eu
tier=${1:-run}
packages="build-essential pkg-config libmicrohttpd-dev libgnutls28-dev libjansson-dev libpcre2-dev libyaml-dev openssl curl ca-certificates"
case "$tier" in
run) ;;
test) packages="$packages libcmocka-dev python3 python3-yaml pmccabe clang-format groff-base" ;;
bench) packages="$packages libcmocka-dev python3 wrk" ;;
fuzz) packages="$packages libcmocka-dev clang llvm libclang-rt-14-dev" ;;
*) echo "usage: packages.sh run|test|bench|fuzz" >&2; exit 2 ;;
esac
missing=""
for p in $packages; do
	dpkg-query -W -f '${Status}' "$p" 2> /dev/null | grep -q '^install ok installed' || missing="$missing $p"
done
[ -n "$missing" ] || exit 0
echo "installing Debian packages:$missing"
as_root=""
if [ "$(id -u)" -ne 0 ]; then
	command -v sudo > /dev/null || { echo "these packages are missing, and neither root nor sudo is here to install them:$missing" >&2; exit 2; }
	as_root=sudo
fi
log=$(mktemp)
trap 'rm -f "$log"' EXIT
# shellcheck disable=SC2086
if ! { $as_root apt-get update && $as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends $missing; } > "$log" 2>&1; then
	tail -n 20 "$log" >&2
	echo "apt-get failed; install by hand:$missing" >&2
	exit 2
fi
