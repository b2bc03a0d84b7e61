#!/bin/sh
# SPDX-License-Identifier: MIT OR GPL-2.0-only
# Drivers of disks that are killed again and again while a client writes and reads back: it sees no error
# and no other bytes than its own; nor does who reads the disk afterwards.
# shellcheck disable=SC2317 # functions that "soon" calls
set -u
# shellcheck source=tests/common
. tests/common
needs_root
needs_fence
alone -nm "$@"
own_run
# shellcheck source=tests/blk/disk.inc
. tests/blk/disk.inc
has_fio || skip_all "there is no fio with an nbd engine"
command -v nbdcopy >/dev/null || skip_all "there is no nbdcopy"

# survives NAME SIZE KILLS OPTION...: of a disk of SIZE; fio goes on until it was killed so often.
survives() {
	what=$1 size=$2 kills=$3
	shift 3
	add_disk --restarts 1000/1 "$@" || { check "$what" && return; }
	n_killed=0
	rm -f "$tmp/stop"
	while [ ! -e "$tmp/stop" ]; do
		fio_verifies --size="$size" --randseed=$$ $fsync || break
		: >"$tmp/whole"
		[ ! -e "$tmp/enough" ] || : >"$tmp/stop"
	done &
	client=$!
	while [ $n_killed -lt "$kills" ] && ! gone $client; do
		killed KILL && n_killed=$((n_killed + 1))
		soon shows "$dom" ".counters.crashes >= $n_killed and .state == \"serving\"" || break
	done
	: >"$tmp/enough"
	wait $client
	[ -e "$tmp/stop" ] && [ -e "$tmp/whole" ] && shows "$dom" ".counters | .crashes == $kills and .errors == 0" &&
		shows "$dom" ".class_counters | .errors == 0 and .lost == 0 and .resent + .repeated > 0" && good=1
	why="$why; fio: $(cat "$tmp/fio" 2>/dev/null)"
	check "$what"
	rm -f "$tmp/enough" "$tmp/whole"
	timeout 20 nbdcopy "$uri" "$tmp/b" && does 0 "" domain restart "$dom" && timeout 20 nbdcopy "$uri" "$tmp/c" &&
		cmp "$tmp/b" "$tmp/c" && [ "$(tr -d '\0' <"$tmp/b" | head -c 1 | wc -c)" = 1 ] && good=1
	check "${what}_and_its_content"
}

fsync=
survives a_ram_disk 8M 12 --driver mem --size 8M
no_disk_is_left && good=1
check it_leaves_nothing

new_file "$tmp/disk"
fsync=--fsync=32
survives a_file 8M 12 --driver file --file "$tmp/disk"
cmp "$tmp/c" "$tmp/disk" && no_disk_is_left && good=1
check the_file_holds_what_the_client_saw
survives a_file_without_a_ring 8M 6 --driver file --file "$tmp/disk" --without uring
no_disk_is_left && good=1
check and_leaves_nothing_either

# What it has answered and not flushed is lost with it; the front-end has it.
fsync=
survives a_volatile_cache 1M 12 --driver volatile --image "$build/tests/blk/img_volatile" --size 1M
shows "$dom" '.class_counters.repeated > 0' && good=1
check what_was_not_flushed_was_repeated
no_disk_is_left && good=1
check which_leaves_nothing
finish
