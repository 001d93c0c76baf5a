#!/bin/sh
# psa.sh BUILD - the pack pod-security-standards against the checks of k8s.io/pod-security-admission: builds tests/diff/go-psa and
# runs it on BUILD/oracle/psa_probe: random pods, and what makes pods, at random levels and versions; the sets of reasons must be
# equal. Then the upstream fixtures are copied anew and must be those of tests/packs/pss. Without Go, or without its modules,
# nothing is compared, and that is what it says. PSA_FLAGS are flags of the program, such as "-n 1000000 -seed 7".
set -eu
cd "$(dirname "$0")/../.."
build=${1:?usage: psa.sh BUILD}
skip() {
	echo "psa: SKIPPED, nothing was compared: $1"
	exit 0
}
command -v go > /dev/null || skip "there is no Go on this machine"
go -C tests/diff/go-psa mod download > "$build/oracle/psa-download.log" 2>&1 ||
	skip "the Go modules of tests/diff/go-psa cannot be had here (see $build/oracle/psa-download.log)"
go -C tests/diff/go-psa mod verify > /dev/null
go -C tests/diff/go-psa build -mod=readonly -o "$PWD/$build/oracle/psa" .
# shellcheck disable=SC2086
"$build/oracle/psa" ${PSA_FLAGS:-} "$build/oracle/psa_probe"
module=$(go -C tests/diff/go-psa list -mod=readonly -m -f '{{.Dir}}' k8s.io/pod-security-admission)
"$build/oracle/psa" -fixtures "$module/test/testdata" "$build/oracle/fixtures.json"
if ! cmp "$build/oracle/fixtures.json" tests/packs/pss/fixtures.json; then
	echo "psa: the fixtures of the module are others: copy $build/oracle/fixtures.json to tests/packs/pss and read the difference"
	exit 1
fi
echo "psa: tests/packs/pss/fixtures.json is what the module has"
