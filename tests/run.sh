#!/bin/sh
# run.sh - passes the tests on a fresh machine: installs what is missing, builds with sanitizers, runs every suite.
set -eu
cd "$(dirname "$0")/.."
echo "== packages"
sh tests/tools/packages.sh test
exec make --no-print-directory test
