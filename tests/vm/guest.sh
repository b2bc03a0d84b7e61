#!/bin/sh
# SPDX-License-Identifier: MIT OR GPL-2.0-only
# scripts/vm: what goes into a guest, what comes back, and what is left when it goes wrong. Both
# kernels run at once, so that they could disturb each other.
# shellcheck disable=SC2317 # functions that "trap" and "soon" call
set -u
# shellcheck source=tests/common
. tests/common
# shellcheck source=tests/vm/guests
. tests/vm/guests
needs_guests
mkdir "$tmp/run"
TMPDIR=$tmp/run
export TMPDIR

result() { # GOOD NAME [FILE...]: what to show
	good=$1
	what=$2
	shift 2
	: >"$tmp/out"
	[ $# = 0 ] || tail -n 20 "$@" >"$tmp/out" 2>&1
	check "$what"
}
is() { # NAME FILE TEXT
	result "$([ "$(cat "$2" 2>&1)" = "$3" ] && echo 1)" "$1" "$2"
}
soon() { # COMMAND...: it becomes true within 30 seconds: a guest has to boot
	for _ in $(seq 600); do
		"$@" && return
		sleep 0.05
	done
	return 1
}
left() {
	ls "$TMPDIR"
	pgrep -f "qemu-system.*$TMPDIR/cordon-vm"
}
nothing_left() {
	[ -z "$(left)" ]
}
clean() { # NAME
	left >"$tmp/left"
	result "$(nothing_left && echo 1)" "$1" "$tmp/left"
}
# guest NAME [ARGUMENT...]: sets $rc
guest() {
	name=$1
	shift
	timeout --foreground -k 5 200 "$vm" run --log "$tmp/$name.log" "$@" >"$tmp/$name.out" 2>"$tmp/$name.err" \
		</dev/null
	rc=$?
}

# ---- a module for each kernel, built on the host

three() { # DIRECTORY KERNEL [STATEMENT]
	mkdir -p "$1"
	cat >"$1/three.c" <<-END
		#include <linux/module.h>
		static int __init three(void) { ${3:-} return 0; }
		module_init(three);
		static void __exit done(void) { }
		module_exit(done);
		MODULE_LICENSE("GPL");
	END
	echo "obj-m := three.o" >"$1/Kbuild"
	make -C "$("$vm" headers --kernel "$2")" M="$1" modules >"$1/make" 2>&1 </dev/null
	result "$([ -s "$1/three.ko" ] && echo 1)" "a_module_is_built_for_$2${3:+,_that_oopses}" "$1/make"
}
three "$tmp/6.12" 6.12
three "$tmp/6.1" 6.1
three "$tmp/oops" 6.12 '*(volatile int *)8 = 0;'

# ---- both kernels at once

feed="two
lines
"
head -c 300000 /dev/urandom >"$tmp/6.12/noise"
head -c 300000 /dev/urandom >"$tmp/6.1/noise"
for k in 6.12 6.1; do
	(
		guest $k --kernel $k --reserve 1 --shared "$tmp/$k" -- tests/vm/inside "a  b" "it's" \
			'"$HOME"' "" '\back' "$feed" '*' -- --smp
		echo $rc >"$tmp/$k.rc"
	) &
	guests="$guests $!"
done
# shellcheck disable=SC2086 # a list of words
wait $guests
guests=
for k in 6.12 6.1; do
	d=$tmp/$k
	is "${k}_the_status_comes_back" "$d.rc" 42
	[ "$(cat "$d.rc")" = 42 ] || grep -a '^vm: ' "$d.err" | sed 's/^/# /'
	result "$(cmp -s "$d.out" "$d/noise" && echo 1)" ${k}_the_output_is_intact
	{
		cat "$d/noise"
		echo last
	} >"$tmp/want"
	# Our own lines come before.
	result "$(tail -c "$(wc -c <"$tmp/want")" "$d.err" | cmp -s - "$tmp/want" &&
		[ "$(head -c 4 "$d.err")" = "vm: " ] && echo 1)" ${k}_and_so_are_the_errors
	printf '[a  b][it'\''s]["$HOME"][][\\back][%s][*][--][--smp]' "$feed" >"$tmp/want"
	result "$(cmp -s "$d/arguments" "$tmp/want" && echo 1)" ${k}_arguments_are_intact "$d/arguments"
	is "${k}_there_is_nothing_to_read" "$d/stdin" 0
	is "${k}_is_the_kernel_that_was_asked_for" "$d/release" \
		"$(basename "$("$vm" headers --kernel $k)" | sed 's/linux-headers-//')"
	result "$(grep -q "^${k%.*}\.${k#*.}\." "$d/release" && echo 1)" ${k}_and_of_that_series "$d/release"
	is "${k}_the_reserved_CPU_is_isolated" "$d/isolated" 1
	is "${k}_it_runs_in_this_directory" "$d/directory" "$PWD"
	is "${k}_shares_of_the_host_are_read-only" "$d/written" ""
	is "${k}_modules_of_the_kernel_load" "$d/modules" ""
	result "$(grep -qs '^three ' "$d/module" && [ "$(tail -n 1 "$d/module")" = gone ] && echo 1)" \
		${k}_our_module_loads_and_unloads "$d/module"
	result "$([ "$(grep -cE '^/(proc|sys|dev|dev/pts|run|tmp|sys/fs/cgroup|sys/kernel/debug|sys/kernel/tracing) ' \
		"$d/mounts")" = 9 ] && echo 1)" ${k}_the_usual_file_systems_are_there "$d/mounts"
	is "${k}_loopback_is_up" "$d/lo" 0x9
	is "${k}_groups_have_what_systemd_gives_them" "$d/controllers" "cpuset cpu memory pids"
	result "$(grep -q 'Linux version' "$d.log" && ! grep -q "$(printf '\r')" "$d.log" && echo 1)" \
		${k}_the_log_is_kept "$d.log"
done
clean nothing_is_left_of_them

# ---- guests that go wrong

guest oops --shared "$tmp/oops" -- sh -c 'echo before; insmod /shared/three.ko; echo after'
result "$([ $rc = 125 ] && grep -q 'vm: the guest died' "$tmp/oops.err" &&
	grep -q '| .*RIP: .*three' "$tmp/oops.err" && grep -q 'RIP: .*three' "$tmp/oops.log" &&
	! grep -q "$(printf '\r')" "$tmp/oops.log" &&
	[ "$(cat "$tmp/oops.out")" = before ] && echo 1)" an_oops_ends_it,_and_is_shown "$tmp/oops.err"
guest hang --timeout 8 sleep 1000
result "$([ $rc = 125 ] && grep -q 'not ended after 8 s' "$tmp/hang.err" && echo 1)" a_command_that_hangs_is_ended "$tmp/hang.err"
guest stall --boot 1 --tries 2 --append rdinit=/bin/sh true # it waits for somebody who types
result "$([ $rc = 125 ] && grep -q 'no sign of a boot in 1 s: once more' "$tmp/stall.err" &&
	grep -q 'no sign of a boot in 1 s$' "$tmp/stall.err" && echo 1)" \
	a_guest_that_does_not_boot_is_tried_twice "$tmp/stall.err"
guest device --device nonsense true
result "$([ $rc = 125 ] && grep -q nonsense "$tmp/device.err" && echo 1)" \
	what_QEMU_refuses_is_said "$tmp/device.err"
for a in "--reserve 0" "--reserve 0-1" "--reserve 2" "--smp x" "--kernel 7" "--accel no" "--none 1" \
	"--shared /nonexistent" "--timeout"; do
	# shellcheck disable=SC2086 # two words
	guest wrong $a
	result "$([ $rc = 125 ] && [ "$(wc -l <"$tmp/wrong.err")" = 1 ] && grep -q '^vm: ' "$tmp/wrong.err" &&
		echo 1)" "one_line_for_$(echo "$a" | tr ' ' _)" "$tmp/wrong.err"
done
clean nothing_is_left_of_these

# interrupted SIGNAL STATUS: in the middle of a command
interrupted() {
	mkdir "$tmp/$1"
	env --default-signal=INT "$vm" run --log /dev/null --shared "$tmp/$1" \
		sh -c 'touch /shared/up; exec sleep 1000' >"$tmp/$1.out" 2>"$tmp/$1.err" </dev/null &
	guests=$!
	soon [ -e "$tmp/$1/up" ] && kill -"$1" $guests
	wait $guests
	rc=$?
	guests=
	result "$([ $rc = "$2" ] && nothing_left && echo 1)" "$1_leaves_nothing" "$tmp/$1.err"
}
interrupted INT 130
interrupted TERM 143
env --default-signal=INT "$vm" run --log /dev/null sleep 1000 >"$tmp/kill.out" 2>&1 </dev/null &
guests=$!
soon pgrep -f "qemu-system.*$TMPDIR/cordon-vm" >/dev/null
kill -KILL $guests
wait $guests 2>/dev/null
guests=
no_guest() {
	! pgrep -f "qemu-system.*$TMPDIR/cordon-vm" >/dev/null
}
result "$(soon no_guest && echo 1)" a_guest_dies_with_its_script
rm -rf "$TMPDIR"/cordon-vm.*

# ---- devices, and an output that nobody reads to its end

# shellcheck disable=SC2016 # expanded in the guest
timeout --foreground -k 5 200 "$vm" run --log "$tmp/devices.log" --device nvme --device e1000e --device e1000e -- sh -c '
	modprobe nvme; modprobe e1000e
	until [ -b /dev/nvme0n1 ]; do sleep 0.1; done
	ls -d /dev/nvme0n1 /sys/class/net/eth0 /sys/class/net/eth1
	for d in /sys/class/nvme/nvme0/device /sys/class/net/eth0/device; do
		[ -d $d/iommu_group ] && echo translated
	done
	seq 100000
	touch /dev/kmsg && echo end >/dev/kmsg' 2>"$tmp/devices.err" </dev/null | head -n 5 >"$tmp/devices.out"
is devices_are_there_and_behind_an_IOMMU "$tmp/devices.out" "/dev/nvme0n1
/sys/class/net/eth0
/sys/class/net/eth1
translated
translated"
result "$(grep -q '] end$' "$tmp/devices.log" && echo 1)" a_reader_that_leaves_holds_nobody_up \
	"$tmp/devices.err"
clean nothing_is_left
finish
