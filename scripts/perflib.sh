# shellcheck shell=sh
# SPDX-License-Identifier: MIT OR GPL-2.0-only
# What scripts/perf-* share: whom to look at, and which events this machine has. To be sourced with the
# script's arguments: perf_whom "$@".

perf_me=${0##*/}
perf_die() {
	echo "$perf_me: $*" >&2
	exit 1
}
perf_say() {
	echo "$perf_me: $*" >&2
}

# perf_whom NAME [SECONDS] | -- COMMAND...: sets what follows; perf_pids is empty for a command, and
# perf_domain where the domain has no process of its own (the fences thread and inline).
perf_pids='' perf_domain='' perf_image='' perf_seconds=5
perf_dir=$(dirname "$0")/../build
perf_whom() {
	command -v perf >/dev/null || perf_die "there is no perf here: scripts/deps trace"
	[ -w "$perf_dir" ] || perf_dir=${TMPDIR:-/tmp}
	case ${1:-} in
	'') perf_die "of whom? usage: $perf_me NAME [SECONDS] | -- COMMAND..." ;;
	--)
		[ $# -ge 2 ] || perf_die "-- without a command"
		return
		;;
	esac
	perf_seconds=${2:-$perf_seconds}
	cordon=${CORDON:-$(dirname "$0")/../build/release/cordon}
	[ -x "$cordon" ] || cordon=cordon
	"$cordon" domain show "$1" --json >/dev/null || exit 1
	perf_pids=$(perf_shown "$1" '.supervisor_pid // empty')
	perf_domain=$(perf_shown "$1" '.driver_pid // empty | select(. > 0)')
	[ -n "$perf_pids" ] || perf_die "$1: nothing of it runs"
	perf_say "$1: supervisor $perf_pids, the domain's process ${perf_domain:-none}"
	perf_pids=$perf_pids${perf_domain:+,$perf_domain}
	perf_image=$(dirname "$(readlink -f "$(command -v "$cordon")")")/drivers/
	perf_image=$perf_image$(perf_shown "$1" '"\(.class)-\(.driver)"')
}
perf_shown() { # NAME FILTER
	"$cordon" domain show "$1" --json | jq -r ".[0] | $2"
}

# Those of EVENT... that count here, with commas.
perf_have() {
	for e; do
		if perf stat -x, -e "$e" true 2>&1 >/dev/null | grep -qE '^[0-9]'; then
			echo "$e"
		fi
	done | paste -sd, -
}

perf_counters() { # whether there are any; it is said if not
	[ -n "$(perf_have cycles)" ] && return
	perf_say "no hardware counters here (a virtual machine without them?): what follows is counted by" \
		"the kernel"
	return 1
}
