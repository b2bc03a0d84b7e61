#!/bin/sh
# SPDX-License-Identifier: MIT OR GPL-2.0-only
# Domains that sleep: each policy behind each fence, with each kind of port, carries traffic, and
# sleeps when there is none. Several share a core without a warning if all sleep.
# shellcheck disable=SC2317 # functions that "soon" calls
set -u
# shellcheck source=tests/common
. tests/common
needs_root
alone -n "$@"
scratch
dom=slp$$ far=slp$$
pids=
cleanup() {
	for p in $pids; do
		kill -KILL "$p" 2>/dev/null
	done
	ip netns del "$far" 2>/dev/null
	rm -rf "$tmp" /run/cordon/"$dom"*
}
without=$(missing | sed 's/[a-z][a-z]*/--without &/g')

begin() { # SUFFIX OPTION...: a supervisor in $pid, what it says in $out
	out=$tmp/out$1
	: >"$out"
	name=$dom$1
	shift
	# shellcheck disable=SC2086 # a list of options
	env --default-signal=INT "$cordon" domain run "$name" $without --counters "$@" \
		>"$out" 2>&1 </dev/null &
	pid=$!
	pids="$pids $pid"
	soon serves_or_ended "$pid" "$out"
	grep -q ': serving: ' "$out"
}

# Every thread of the supervisor and its domain, all at once; each sleeps most of the time, even if it
# is woken for a moment now and then.
all_asleep() {
	for t in "/proc/$pid/task" $(pgrep -P "$pid" | sed 's,.*,/proc/&/task,'); do
		for s in "$t"/*/status; do
			grep -q '^State:.*(sleeping)' "$s" 2>/dev/null || return 1
		done
	done
}

asleep_three_times() {
	all_asleep && all_asleep && all_asleep
}

# Each after a sleep. If the backstop (a second) had to end it, all would be as slow.
pings() {
	ping -q -c 30 -i 0.02 -W 30 192.0.2.2 >"$tmp/ping" && grep -q ' 0% packet loss' "$tmp/ping" &&
		awk -F'[=/ ]+' '/^rtt/ {exit !($6 < 500)}' "$tmp/ping"
}

# Its process, asleep, is killed; the next one carries and sleeps too. A fence that has none passes.
lives_again() {
	child=$(pgrep -P "$pid" | head -n 1)
	[ -n "$child" ] || return 0
	kill -KILL "$child"
	soon grep -q 'serving again' "$out" && pings && soon asleep_three_times
}

carries() { # NAME OPTION...
	what=$1
	shift
	if begin "" --driver tap --front slpf --wire slpw "$@"; then
		ip netns add "$far"
		ip link set slpw netns "$far"
		ip addr add 192.0.2.1/24 dev slpf
		ip -n "$far" addr add 192.0.2.2/24 dev slpw
		ip link set slpf up
		ip -n "$far" link set slpw up
		pings && soon asleep_three_times && lives_again && good=1
		kill -INT "$pid"
		wait "$pid" || good=
		ip netns del "$far"
	fi
	why=$(cat "$tmp"/out? "$tmp/ping" 2>/dev/null | grep -v " 0$")
	check "$what: pings are answered, then all sleep; so after a crash"
}

carries "sleep" --wait sleep
carries "adaptive" --wait adaptive
carries "sleep, fence thread" --wait sleep --fence thread
carries "adaptive, fence thread" --wait adaptive --fence thread
carries "sleep, read and write" --wait sleep --without uring --without ring

begin "" --driver null --front slpf --fence inline --wait sleep || {
	wait "$pid"
	[ $? = 1 ] && grep -q 'only spins' "$out" && good=1
}
why=$(cat "$tmp"/out? "$tmp/ping" 2>/dev/null | grep -v " 0$")
check "fence inline does not sleep, and says so"

good=1
for i in 1 2 3 4; do
	begin $i --driver null --front slpf$i --wait sleep || good=
	grep -q 'other domains' "$out" && good=
	soon asleep_three_times || good=
	shared="${shared:-} $pid"
done
for p in $shared; do
	kill -INT "$p"
	wait "$p" || good=
done
why=$(cat "$tmp"/out? "$tmp/ping" 2>/dev/null | grep -v " 0$")
check "four domains that sleep live on what cores there are, without a warning"
finish
