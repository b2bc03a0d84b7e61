#!/bin/sh
# SPDX-License-Identifier: MIT OR GPL-2.0-only
# A build without the fences of sleeping: the volume test must fail, and must say why.
set -u

name=a_wake_up_that_is_lost_for_want_of_a_fence_is_noticed
program=build/plant-no-fence/tests/waiting/volume

echo "1..1"
if [ "${V:-release}" != release ]; then
	echo "ok 1 - $name # SKIP once, with V=release"
	exit 0
fi
if [ "$(nproc)" = 1 ]; then
	echo "ok 1 - $name # SKIP one CPU only"
	exit 0
fi
out=$(mktemp) || exit 1
trap 'rm -f "$out"' EXIT
# A race: until it is lost.
CORDON_WAIT_STUCK_MS=3000 CORDON_WAIT_MESSAGES=2000000 CMOCKA_MESSAGE_OUTPUT=TAP timeout -k 5 200 "$program" >"$out" 2>&1
rc=$?
if [ "$rc" -ne 0 ] && grep -q 'a wake-up was lost' "$out"; then
	echo "ok 1 - $name"
	exit 0
fi
echo "not ok 1 - $name"
echo "# $program ended with status $rc"
tail -n 20 "$out" | sed 's/^/# /'
exit 1
