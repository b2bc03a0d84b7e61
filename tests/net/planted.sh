#!/bin/sh
# SPDX-License-Identifier: MIT OR GPL-2.0-only
# A front-end with a bug put in, which hands the kernel the head of a frame from shared memory and not
# the copy that it checked: the test that is there to catch it must fail, and must say why.
set -u

name=a_head_that_is_checked_in_one_place_and_sent_from_another_is_caught
program=build/plant-no-copy-once/tests/net/front_scribble

echo "1..1"
if [ "${V:-release}" != release ]; then
	echo "ok 1 - $name # SKIP once, with V=release"
	exit 0
fi
out=$(mktemp) || exit 1
trap 'rm -f "$out"' EXIT
# A race: until it is lost, or half a minute has passed.
CORDON_SCRIBBLE_SECONDS=30 CMOCKA_MESSAGE_OUTPUT=TAP timeout -k 5 120 "$program" >"$out" 2>&1
rc=$?
if [ "$rc" -ne 0 ] && grep -q 'the TAP got a frame of .* that is refused' "$out" &&
	[ "$(grep -c '^not ok' "$out")" = 1 ]; then
	echo "ok 1 - $name"
	exit 0
fi
echo "not ok 1 - $name"
echo "# $program ended with status $rc"
tail -n 20 "$out" | sed 's/^/# /'
exit 1
