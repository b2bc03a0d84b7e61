#!/bin/sh
# SPDX-License-Identifier: MIT OR GPL-2.0-only
# Builds with a bug put in: the test that is there to catch it must fail, and must say why.
set -u

if [ "${V:-release}" != release ]; then
	echo "1..1"
	echo "ok 1 - planted bugs are caught # SKIP once, with V=release"
	exit 0
fi

out=$(mktemp) || exit 1
trap 'rm -f "$out"' EXIT
n=0
bad=0

# The second fetch is a race: until it is lost, or a minute has passed.
export CORDON_SCRIBBLE_SECONDS=30

# caught NAME PROGRAM PATTERN: PROGRAM fails in time, and says something like PATTERN.
caught() {
	n=$((n + 1))
	timeout -k 5 120 "$2" >"$out" 2>&1
	rc=$?
	case $rc in
	0) why="passed" ;;
	124 | 137) why="ran out of time" ;;
	126 | 127) why="can't be run" ;;
	*)
		if grep -Eq "$3" "$out"; then
			echo "ok $n - $1"
			return
		fi
		why="failed with status $rc, but for another reason"
		;;
	esac
	echo "not ok $n - $1"
	echo "# $2 $why"
	tail -n 20 "$out" | sed 's/^/# /'
	bad=1
}

echo "1..3"
caught a_header_published_without_release_is_caught \
	build/plant-relaxed-publish/tests/channels/volume 'ThreadSanitizer: data race'
caught one_credit_too_many_is_caught \
	build/plant-credit-off-by-one/tests/channels/volume 'volume\.c:[0-9]+: not true'
caught a_length_that_is_read_twice_is_caught \
	build/plant-second-fetch/tests/channels/scribble \
	'AddressSanitizer|runtime error|scribble\.c:[0-9]+: error'
exit $bad
