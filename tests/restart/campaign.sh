#!/bin/sh
# SPDX-License-Identifier: MIT OR GPL-2.0-only
# A short share of make campaign-kill: after each crash the domain comes back, every connection
# arrives whole, and nothing stays behind. No times.
set -u
kills=8 stops=2 crashes=2
why=
if [ "$(id -u)" != 0 ] || ! unshare -n true 2>/dev/null || [ ! -c /dev/net/tun ]; then
	why="needs root and /dev/net/tun"
elif ! "build/${V:-release}/cordon" host check | grep '^core: ' |
	awk '{exit $2 "," == $NF ","}'; then
	why="one CPU only"
fi
if [ -n "$why" ]; then
	printf '1..1\nok 1 - domains come back # SKIP %s\n' "$why"
	exit 0
fi
tmp=$(mktemp -d) || exit 1
trap 'rm -rf "$tmp"' EXIT
bad=0
n=0

# check NAME COMMAND...
check() {
	n=$((n + 1))
	name=$1
	shift
	if "$@"; then
		echo "ok $n - $name"
	else
		echo "not ok $n - $name"
		sed 's/^/# /' "$tmp/out"
		bad=1
	fi
}

# said PATTERN: the campaign did.
said() {
	grep -q "$1" "$tmp/out"
}

# The slab and resident memory have a noise that other work on the machine may exceed: not in a test.
counted() {
	said '^there ' && ! grep -E '^(descriptors|memfds|threads|children|cgroups) .*NOT' "$tmp/out"
}

nothing_left() {
	id=$(sed -n 's/^domain: //p' "$tmp/out")
	[ -n "$id" ] && ! ip netns list | grep -qE "^cd[ab]${id#cd}\b" && [ ! -e "/run/cordon/$id" ] &&
		! pgrep -f "cordon domain run $id " >/dev/null &&
		[ -z "$(find /sys/fs/cgroup -type d -name "cordon-$id*" 2>/dev/null)" ]
}

RESULTS=$tmp DEADLINE=1000 bench/campaign-kill $kills $stops $crashes 1 >"$tmp/out" 2>&1
check "12 times it comes back after it was killed, stopped, or crashed by itself" \
	said "^all, since the kill  *$((kills + stops + crashes)) "
check "every connection arrives whole" said 'all whole, same checksum'
check "descriptors, threads, processes and cgroups are those of the first time" counted
check "nothing of it is left" nothing_left
echo "1..$n"
exit $bad
