#!/bin/sh
# SPDX-License-Identifier: MIT OR GPL-2.0-only
# Drivers of disks that are killed again and again while clients write and read back: they see no error, no
# other bytes than their own, and overlapping writes in an order that can be; nor does who reads the disk
# afterwards see others. PERCENT (2) of 300 kills of each driver; make campaign-blk does them all.
# shellcheck disable=SC2317 # functions that "soon" calls
set -u
# shellcheck source=tests/common
. tests/common
# shellcheck source=tests/campaign
. tests/campaign
# shellcheck source=tests/blk/kills.inc
. tests/blk/kills.inc
percent=${PERCENT:-2} seed=${SEED:-$(date +%s)}
needs_root
needs_fence
alone -nm "$@"
own_run
# shellcheck source=tests/blk/disk.inc
. tests/blk/disk.inc
has_fio || skip_all "there is no fio with an nbd engine"
command -v nbdcopy >/dev/null || skip_all "there is no nbdcopy"

# survives NAME KILLS OPTION...: of a disk, $size of it used by fio.
survives() {
	what=$1 kills=$(share "$2" 6)
	shift 2
	add_disk --restarts 1000/1 "$@" || { check "$what" && return; }
	load "$tmp/s" --ioengine=nbd --uri="$uri" --size="$size" $fsync
	kill_often "$kills" $client
	rc=$?
	load_ends && [ $rc = 0 ] && load_rows "$what" "$kills" "${BOUND:-null}" &&
		shows "$dom" ".counters | .crashes == $kills and .errors == 0" &&
		shows "$dom" ".class_counters | .errors == 0 and .lost == 0 and .resent + .repeated > 0" && good=1
	check "$what"
	timeout 20 nbdcopy "$uri" "$tmp/b" && does 0 "" domain restart "$dom" && timeout 20 nbdcopy "$uri" "$tmp/c" &&
		cmp "$tmp/b" "$tmp/c" && [ "$(tr -d '\0' <"$tmp/b" | head -c 1 | wc -c)" = 1 ] && good=1
	check "${what}_and_its_content"
}

fsync='' size=7M
survives a_ram_disk 300 --driver mem --size 8M
no_disk_is_left && good=1
check it_leaves_nothing

new_file "$tmp/disk"
fsync=--fsync=32
survives a_file 300 --driver file --file "$tmp/disk"
cmp "$tmp/c" "$tmp/disk" && no_disk_is_left && good=1
check the_file_holds_what_the_client_saw
survives a_file_without_a_ring 150 --driver file --file "$tmp/disk" --without uring
no_disk_is_left && good=1
check and_leaves_nothing_either

# What it has answered and not flushed is lost with it; the front-end has it.
fsync='' size=896k
survives a_volatile_cache 300 --driver volatile --image "$build/tests/blk/img_volatile" --size 1M
shows "$dom" '.class_counters.repeated > 0' && good=1
check what_was_not_flushed_was_repeated
no_disk_is_left && good=1
check which_leaves_nothing
finish
