#!/bin/sh
# SPDX-License-Identifier: MIT OR GPL-2.0-only
# Disks as others see them: nbdinfo, nbdcopy, qemu-img and fio, on each driver, behind each fence.
# shellcheck disable=SC2317 # functions that "soon" calls
set -u
# shellcheck source=tests/common
. tests/common
needs_root
needs_fence
for c in nbdinfo nbdcopy qemu-img; do
	command -v $c >/dev/null || skip_all "there is no $c: scripts/deps test"
done
alone -nm "$@"
own_run
# shellcheck source=tests/blk/disk.inc
. tests/blk/disk.inc

copies() { # there and back
	new_file "$tmp/a" && timeout 60 nbdcopy --flush "$tmp/a" "$uri" 2>"$tmp/err" &&
		timeout 60 nbdcopy "$uri" "$tmp/b" 2>"$tmp/err" && cmp "$tmp/a" "$tmp/b" >"$tmp/out"
}
info() { # TEXT
	timeout 10 nbdinfo "$uri" >"$tmp/out" 2>"$tmp/err" && says "$1"
}

# ---- each driver

add_disk --driver mem --size 8M && info 'export-size: 8388608 ' && says 'can_fua: true' &&
	says 'can_multi_conn: true' && says 'can_zero: true' && says 'block_size_minimum: 512' &&
	says 'block_size_maximum: 524288' && says 'is_read_only: false' && good=1
check nbdinfo_is_told_what_there_is
timeout 10 nbdinfo --list "$uri" >"$tmp/out" 2>"$tmp/err" && says 'export=""' && good=1
check nbdinfo_lists_the_one_export
copies && good=1
check nbdcopy_to_a_ram_disk_and_back
does 0 "" domain restart "$dom" && timeout 60 nbdcopy "$uri" "$tmp/b" && cmp "$tmp/a" "$tmp/b" && good=1
check the_ram_disk_outlives_its_driver
timeout 20 qemu-img compare -f raw -F raw "$tmp/a" "$uri" >"$tmp/out" 2>&1 && says identical && good=1
check qemu-img_finds_it_identical
new_file "$tmp/c" && timeout 20 qemu-img convert -n -f raw -O raw "$tmp/c" "$uri" >"$tmp/out" 2>&1 &&
	timeout 20 nbdcopy "$uri" "$tmp/b" && cmp "$tmp/c" "$tmp/b" && good=1
check qemu-img_converts_to_it
if has_fio; then
	fio_verifies --size=4M && good=1
	check fio_reads_what_it_wrote
	fio_verifies --size=2M --numjobs=3 --offset_increment=2M --fsync=16 && good=1
	check three_of_them_at_once
else
	skip fio_reads_what_it_wrote "this fio has no nbd engine"
	skip three_of_them_at_once "this fio has no nbd engine"
fi
shows "$dom" '.class == "blk" and .frontend == "nbd" and .counters.errors == 0 and
	.class_counters.reads > 0 and .class_counters.driver_reads != null' && good=1
check what_went_on_is_shown
no_disk_is_left && good=1
check and_no_socket_is_left

add_disk --driver null --size 1T --block 4096 && info 'export-size: 1099511627776 ' &&
	says 'block_size_minimum: 4096' && timeout 20 qemu-img info "$uri" >"$tmp/out" 2>&1 &&
	says 'virtual size: 1 TiB' && no_disk_is_left && good=1
check null_is_as_big_as_one_likes

# ---- files, behind each fence

file_disk() { # OPTION...: what a client writes is in the file, and what is in the file is read
	new_file "$tmp/disk" && add_disk --driver file --file "$tmp/disk" "$@" &&
		timeout 20 nbdcopy "$uri" "$tmp/b" && cmp "$tmp/disk" "$tmp/b" >"$tmp/out" && copies &&
		cmp "$tmp/a" "$tmp/disk" >"$tmp/out" && no_disk_is_left
}
file_disk && good=1
check a_file_through_a_ring
file_disk --without uring && good=1
check a_file_by_read_and_write
file_disk --fence thread && good=1
check a_file_behind_fence_thread
file_disk --fence inline && good=1
check a_file_behind_fence_inline
file_disk --wait sleep --block 4096 && good=1
check a_file_whose_driver_sleeps
file_disk --wait adaptive --without uring && good=1
check a_file_whose_driver_sleeps_without_a_ring

new_file "$tmp/disk" && cp --sparse=always "$tmp/disk" "$tmp/c" && add_disk --driver file --file "$tmp/disk" --read-only &&
	info 'is_read_only: true' && ! timeout 20 nbdcopy "$tmp/a" "$uri" 2>"$tmp/err" &&
	cmp "$tmp/disk" "$tmp/c" && no_disk_is_left && good=1
check what_is_read_only_is_not_written
add_disk --driver file --file "$tmp/disk" &&
	does 1 "in use" domain add "${dom}b" --class blk --driver file --file "$tmp/disk" --nbd "$tmp/t" &&
	does 1 "Address already in use" domain add "${dom}b" --class blk --driver null --nbd "$tmp/s" &&
	info 'export-size' && no_disk_is_left && good=1
check neither_file_nor_socket_is_shared
loop=$(losetup -f --show "$tmp/disk" 2>/dev/null)
if [ -n "$loop" ]; then
	add_disk --driver file --file "$loop" && copies && cmp "$tmp/a" "$tmp/disk" && no_disk_is_left && good=1
	losetup -d "$loop"
	check a_block_device
else
	skip a_block_device "no loop device"
fi

# ---- a driver that wants more of the disk than it was granted

greedy() { # NAME WAY TEXT OPTION...
	what=$1 way=$2 text=$3
	shift 3
	new_file "$tmp/disk" && before=$(stat -c '%s %b' "$tmp/disk") && cp "$tmp/disk" "$tmp/c" &&
		does 3 "$text" domain run "$dom" --class blk --driver greedy --image "$build/tests/blk/img_greedy" \
			--file "$tmp/disk" --nbd "$tmp/s" --arg $((disk_size + way * 16)) --no-spare \
			--on-crash stop --on-exit stop "$@" &&
		[ "$(stat -c '%s %b' "$tmp/disk")" = "$before" ] && cmp "$tmp/disk" "$tmp/c" && good=1
	check "$what"
}
greedy no_write_behind_the_end 1 "the driver failed in open: File too large" --without uring
greedy nor_through_a_ring 1 "the driver failed in open: File too large"
for way in 2 3 4 5; do
	greedy "no_allocation_in_way_$way" $way "killed by SIGSYS (system call 285, fallocate"
	greedy "no_allocation_in_way_${way}_without_a_ring" $way "killed by SIGSYS (system call 285, fallocate" \
		--without uring
done
greedy no_truncation 6 "killed by SIGSYS (system call 77, ftruncate"

# ---- a driver that says more than it was asked, and writes wherever it can

add_disk --driver flood --image "$build/tests/blk/img_flood" --size 8M && copies &&
	soon shows "$dom" '.class_counters | .bad_tags > 1000 and .errors == 0' && no_disk_is_left && good=1
check a_flood_of_answers_keeps_nobody_from_his_own

# ---- while there is no driver

add_disk --driver mem --size 8M && copies && does 0 "" domain stop "$dom" && {
	timeout 60 nbdcopy "$uri" "$tmp/c" &
	soon state_is stopped && does 0 "" domain start "$dom" && wait $!
} && cmp "$tmp/a" "$tmp/c" && good=1
check a_client_waits_for_the_next_driver
no_disk_is_left && good=1
check and_nothing_is_left
finish
