#!/bin/sh
# onelib.sh - each third-party library is included by one file, so that it can be replaced.
. "$(dirname "$0")/lib.sh"
only() { # HEADER-PATTERN FILE...
	pattern=$1
	shift
	for f in $(grep -lE "^#include <($pattern)" policy/*/*.c policy/*/*.h policy/*.c server/*.c server/*.h include/plimsoll/*.h 2>/dev/null); do
		case " $* " in
		*" $f "*) ;;
		*) complain "$f: includes <$pattern>; only $* may" ;;
		esac
	done
}
only 'yaml\.h' policy/doc/doc_yaml.c
only 'pcre2\.h' policy/vm/regex.c
only 'gnutls/.*' server/tls.c
only 'microhttpd\.h' server/http.c
only 'jansson\.h' server/config.c
finish onelib
