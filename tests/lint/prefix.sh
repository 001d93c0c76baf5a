#!/bin/sh
# prefix.sh LIBRARY - everything with external linkage in the library is called pl_...
. "$(dirname "$0")/lib.sh"
lib=${1:?usage: prefix.sh build/VARIANT/libplimsoll.a}
for symbol in $(nm -g --defined-only "$lib" 2>/dev/null | awk 'NF == 3 && $3 !~ /^(pl_|__odr_asan|_+llvm|_+sancov|\.)/ { print $3 }' | sort -u); do
	complain "$symbol: external symbol without the prefix pl_; make it static or rename it"
done
finish prefix
