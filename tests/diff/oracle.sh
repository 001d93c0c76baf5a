#!/bin/sh
# oracle.sh BUILD [CASES...] - our readers against the Go libraries of Kubernetes and of container registries: builds
# tests/diff/go and runs it on BUILD/oracle/oracle_probe. CASES are folders with more manifests to begin with. Without Go, or
# without its modules, nothing is compared, and that is what it says. ORACLE_FLAGS are flags of the program, such as
# "-n 20000 -seed 7 yaml".
set -eu
cd "$(dirname "$0")/../.."
build=${1:?usage: oracle.sh BUILD [CASES...]}
shift
skip() {
	echo "oracle: SKIPPED, nothing was compared: $1"
	exit 0
}
command -v go > /dev/null || skip "there is no Go on this machine"
go -C tests/diff/go mod download > "$build/oracle/download.log" 2>&1 ||
	skip "the Go modules of tests/diff/go cannot be had here (see $build/oracle/download.log)"
go -C tests/diff/go mod verify > /dev/null
go -C tests/diff/go build -mod=readonly -o "$PWD/$build/oracle/oracle" .
cases="-cases tests/rules -cases tests/model -cases tests/fuzz/corpus"
for folder in "$@"; do
	cases="$cases -cases $folder"
done
# shellcheck disable=SC2086
exec "$build/oracle/oracle" "$build/oracle/oracle_probe" $cases ${ORACLE_FLAGS:-}
