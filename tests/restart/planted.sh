#!/bin/sh
# SPDX-License-Identifier: MIT OR GPL-2.0-only
# A supervisor with a bug put in, which gives the next incarnation its ports without having ended the
# last one: the test that is there to catch it must fail, and must say why.
set -u

name=an_old_incarnation_that_is_not_ended_first_is_caught
program=build/plant-unfenced-past/tests/restart/old_io

echo "1..1"
if [ "${V:-release}" != release ]; then
	echo "ok 1 - $name # SKIP once, with V=release"
	exit 0
fi
if [ "$(id -u)" != 0 ] || build/release/cordon host check | grep -q '^uring *missing'; then
	echo "ok 1 - $name # SKIP needs root and io_uring"
	exit 0
fi
out=$(mktemp) || exit 1
trap 'rm -f "$out"' EXIT
CORDON_IMAGES=build/release CMOCKA_MESSAGE_OUTPUT=TAP timeout -k 5 120 "$program" >"$out" 2>&1
rc=$?
# What it did not end ends with it, a little later, and leaves its groups.
groups() {
	find /sys/fs/cgroup -type d -name 'cordon-old-io*' 2>/dev/null
}
for _ in $(seq 100); do
	groups | xargs -r rmdir 2>/dev/null
	[ -n "$(groups)" ] || break
	sleep 0.05
done
if [ "$rc" -ne 0 ] && grep -q 'a write of life .* landed' "$out"; then
	echo "ok 1 - $name"
	exit 0
fi
echo "not ok 1 - $name"
echo "# $program ended with status $rc"
tail -n 20 "$out" | sed 's/^/# /'
exit 1
