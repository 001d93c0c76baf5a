#!/bin/sh
# names.sh - nothing names a package registry host, this machine's paths, or the design folder outside the project.
. "$(dirname "$0")/lib.sh"
pattern='\.\./shared|/work/(main|shared)|deb\.debian\.org|security\.debian\.org|pypi\.org|crates\.io|proxy\.golang\.org|registry\.npmjs'
hits=$(grep -rnE "$pattern" --include='*' . --exclude-dir=.git --exclude-dir=build --exclude=names.sh 2> /dev/null | head -20)
[ -z "$hits" ] || complain "names something outside the project:
$hits"
finish names
