#!/bin/sh
# SPDX-License-Identifier: MIT OR GPL-2.0-only
# docs/tracing.md: the program has the probes of its table, with as many arguments, and no others; the
# images have none; the scripts use none that isn't there.
set -u
# shellcheck source=tests/common
. tests/common
page=docs/tracing.md
scratch
echo '#include <sys/sdt.h>' | ${CC:-gcc} -E - >/dev/null 2>&1 ||
	skip_all "there is no sys/sdt.h: systemtap-sdt-dev"

# A probe that was inlined is there more than once.
probes() { # FILE: NAME ARGUMENTS
	readelf -nW "$1" | awk '/Provider: / {ours = $NF == "cordon"} $1 == "Name:" {name = $2}
		$1 == "Arguments:" && ours {print name, NF - 1}' | sort -u
}
sed -nE 's/^\| `([a-z_]+)` \| ([^|]+) \| .*/\1 \2/p' $page |
	awk '{print $1, gsub(/,/, ",") + 1}' | sort >"$tmp/documented"
probes "$cordon" | diff "$tmp/documented" - >"$tmp/out" && [ -s "$tmp/documented" ] && good=1
check the_program_has_what_is_documented

for i in "$build"/drivers/*; do
	probes "$i"
done >"$tmp/out"
[ -s "$tmp/out" ] || good=1
check images_have_none

sed -nE 's/^usdt:\$1:cordon:([a-z_]+).*/\1/p' scripts/trace-*.bt | sort -u >"$tmp/used"
cut -d' ' -f1 "$tmp/documented" | comm -13 - "$tmp/used" >"$tmp/out"
[ -s "$tmp/used" ] && [ ! -s "$tmp/out" ] && good=1
check the_scripts_use_what_is_there
finish
