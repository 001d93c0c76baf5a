#!/bin/sh
# embed.sh FILE.plim ...: writes C initialisers {name, text} for the packs shipped in the library.
set -eu
for f in "$@"; do
	printf '{"%s",\n' "$(basename "$f" .plim)"
	sed -e 's/\\/\\\\/g' -e 's/"/\\"/g' -e 's/	/\\t/g' -e 's/^/"/' -e 's/$/\\n"/' "$f"
	printf '},\n'
done
