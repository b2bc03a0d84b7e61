#!/bin/sh
# SPDX-License-Identifier: MIT OR GPL-2.0-only
# cordon.ko on both kernels: it builds without a word, loads and goes, and survives what callers and
# drivers do to it. Both guests run at once.
set -u
vm=$PWD/scripts/vm
skip() {
	printf '1..1\nok 1 - cordon.ko in a guest # SKIP %s\n' "$1"
	exit 0
}
[ "$(uname -m)" = x86_64 ] || skip "guests are x86-64"
command -v qemu-system-x86_64 >/dev/null || skip "there is no QEMU: scripts/deps vm"
tmp=$(mktemp -d) || exit 1
pids=
cleanup() {
	# shellcheck disable=SC2086 # a list of words
	[ -z "$pids" ] || kill $pids 2>/dev/null
	wait
	rm -rf "$tmp"
}
trap cleanup EXIT
trap 'exit 1' INT TERM HUP
for k in 6.12 6.1; do
	"$vm" fetch --kernel $k 2>"$tmp/err" </dev/null || skip "$(tail -n 1 "$tmp/err")"
done

n=0
bad=0
result() { # GOOD NAME [FILE]: what to show
	n=$((n + 1))
	if [ "$1" = 1 ]; then
		echo "ok $n - $2"
		return
	fi
	echo "not ok $n - $2"
	[ $# -lt 3 ] || tail -n 20 "$3" | sed 's/^/# /'
	bad=1
}

# A tree of its own: all is compiled, and sparse sees all.
check=
! command -v sparse >/dev/null || check=1
for k in 6.12 6.1; do
	rm -rf "build/kernel/$k"
done
CHECK=$check timeout -k 5 300 scripts/module >"$tmp/built" 2>"$tmp/said" </dev/null
result "$([ "$(wc -l <"$tmp/built")" = 2 ] && [ ! -s "$tmp/said" ] && echo 1)" \
	"builds_for_both_kernels${check:+,_and_sparse_says_nothing}" "$tmp/said"

for k in 6.12 6.1; do
	(timeout -k 5 280 "$vm" run --kernel $k --reserve 1 --smp 2 --log "$tmp/$k.log" -- \
		tests/vm/inside-module "build/kernel/$k/cordon.ko" >"$tmp/$k.out" 2>"$tmp/$k.err" </dev/null
	echo $? >"$tmp/$k.rc") &
	pids="$pids $!"
done
# shellcheck disable=SC2086 # a list of words
wait $pids
pids=
for k in 6.12 6.1; do
	while read -r word rest; do
		case $word in
		ok) result 1 "${k}_$rest" ;;
		not) result 0 "${k}_${rest#ok }" "$tmp/said" ;;
		*) echo "$word $rest" | tee -a "$tmp/said" ;;
		esac
	done <"$tmp/$k.out"
	result "$([ "$(cat "$tmp/$k.rc")" = 0 ] && echo 1)" ${k}_ended_well "$tmp/$k.err"
	grep -E 'WARNING: |BUG: |Oops|INFO: .* (blocked|detected)|NETDEV WATCHDOG|refcount|leak' "$tmp/$k.log" \
		>"$tmp/complaints"
	result "$([ -s "$tmp/$k.log" ] && [ ! -s "$tmp/complaints" ] && echo 1)" \
		${k}_the_kernel_did_not_complain "$tmp/complaints"
done
echo "1..$n"
exit $bad
