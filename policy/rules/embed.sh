#!/bin/sh
# embed.sh FILE.plim ...: writes a row PL_PACK("name", "text") for each pack shipped in the library.
set -eu
for f in "$@"; do
	printf 'PL_PACK("%s",\n' "$(basename "$f" .plim)"
	sed -e 's/\\/\\\\/g' -e 's/"/\\"/g' -e 's/	/\\t/g' -e 's/^/"/' -e 's/$/\\n"/' "$f"
	printf ')\n'
done
