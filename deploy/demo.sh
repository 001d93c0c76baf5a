#!/bin/sh
# demo.sh - the main job on a fresh Debian 12 machine, from nothing: installs what is missing, builds, makes development certificates, starts
# the server on loopback, sends it a bad and a good pod and a bad and a good ECS task, and lints the same files.
# Ends with 0 when every verdict was the right one.
set -eu
cd "$(dirname "$0")/.."
approved="approved_images=registry.example.com"
wrong=0
say() { printf '\n== %s\n' "$*"; }

say "packages"
sh tests/tools/packages.sh run
say "build"
make --no-print-directory -s -j"$(nproc)" all
bin=build/release
say "development certificates"
sh certs/gen-dev.sh build/certs

say "start: plimsolld --listen 127.0.0.1:0 --use essentials --set $approved"
work=$(mktemp -d)
$bin/plimsolld --listen 127.0.0.1:0 --cert build/certs/server.crt --key build/certs/server.key --use essentials --set "$approved" \
	> "$work/decisions" 2> "$work/log" &
server=$!
trap 'kill $server 2> /dev/null || true; rm -rf "$work"' EXIT
tries=0
until url=$(sed -n 's/.*"address":"\(127\.0\.0\.1:[0-9]*\)".*/https:\/\/\1/p' "$work/log" 2> /dev/null | head -n 1) && [ -n "$url" ]; do
	kill -0 $server 2> /dev/null || { cat "$work/log" >&2; exit 1; }
	tries=$((tries + 1))
	[ $tries -lt 100 ] || { echo "the server did not start in 10 s" >&2; exit 1; }
	sleep 0.1
done
echo "listening on $url"

admit() { # FILE: the pod in an AdmissionReview, as the API server sends it
	printf '{"kind":"AdmissionReview","apiVersion":"admission.k8s.io/v1","request":{"uid":"demo-%s","kind":{"group":"","version":"v1",
"kind":"Pod"},"resource":{"group":"","version":"v1","resource":"pods"},"namespace":"shop","operation":"CREATE","userInfo":
{"username":"alice"},"object":%s,"oldObject":null,"dryRun":false}}' "$(basename "$1" .json)" "$(cat "$1")" |
		curl -sS --cacert build/certs/ca.crt -H 'Content-Type: application/json' --data-binary @- "$url/v1/admit"
}
task() { # FILE
	curl -sS --cacert build/certs/ca.crt -H 'Content-Type: application/json' --data-binary "@$1" "$url/v1/ecs"
}
expect() { # WANTED ANSWER
	printf '%s\n' "$2"
	case "$2" in
	*"\"allowed\":$1"*) ;;
	*) echo "!! expected allowed: $1"; wrong=$((wrong + 1)) ;;
	esac
}
say "a bad pod"
expect false "$(admit deploy/demo/bad-pod.json)"
say "a good pod"
expect true "$(admit deploy/demo/good-pod.json)"
say "a bad ECS task definition"
expect false "$(task deploy/demo/bad-task.json)"
say "a good ECS task definition"
expect true "$(task deploy/demo/good-task.json)"

say "the same files, offline: plimsoll lint --set $approved deploy/demo"
$bin/plimsoll lint --set "$approved" deploy/demo && code=0 || code=$?
[ "$code" -eq 1 ] || { echo "!! the linter should have found something (exit 1), it left with $code"; wrong=$((wrong + 1)); }

say "stop"
kill $server
wait $server && code=0 || code=$?
[ "$code" -eq 0 ] || { echo "!! the server left with $code"; wrong=$((wrong + 1)); }
echo "what it logged of its decisions:"
cat "$work/decisions"
if [ "$wrong" -eq 0 ]; then
	say "every verdict was the right one"
else
	say "$wrong verdicts were wrong"
	exit 1
fi
