#!/bin/sh
# SPDX-License-Identifier: MIT OR GPL-2.0-only
# Drivers that end in every way, and come back or don't: what is said of it, in the log and by "domain
# show"; spares; planned changes, under traffic; and that the fiftieth restart leaves no more than the
# fifth.
# shellcheck disable=SC2317 # functions that "soon" calls
set -u
# shellcheck source=tests/common
. tests/common
needs_root
needs_fence
alone -nm "$@"
own_run

spare_waits() {
	shows "$dom" '.spare_pid != null'
}
# ---- each end, with its line, its counter, and what comes of it

add "" --no-spare && killed KILL && soon incarnation_is 2 &&
	told '^incarnation 1 crashed after [0-9.]+ s: killed by SIGKILL; last call: [a-z]+\(\) (un)?answered' &&
	told '^serving again: incarnation 2, after [0-9.]+ ms' &&
	shows "$dom" '.counters | .crashes == 1 and .restarts == 1 and .exits == 0 and .hangs == 0' && good=1
check a_killed_driver_comes_back
killed STOP && soon incarnation_is 3 && told '^incarnation 2 hung .*no sign of life .*stopped by SIGSTOP' &&
	shows "$dom" '.counters | .crashes == 1 and .hangs == 1' && good=1
check a_stopped_driver_is_taken_for_hung_and_comes_back
deleted && good=1
check and_leaves_nothing

# A core that others have is no hang, be the wait longer than ten deadlines.
spin='import sys, time
open(sys.argv[2], "w")
end = time.monotonic() + float(sys.argv[1])
while time.monotonic() < end: pass'
hog() { # SECONDS: before all else on the domain's core
	domain_core=$(value "$dom" core)
	taskset -c "$domain_core" chrt -f 10 python3 -c "$spin" "$1" "$tmp/hog"
}
if chrt -f 10 true 2>/dev/null; then
	add "" --no-spare --deadline 200 && first=$(value "$dom" incarnation) && hog 3 && soon shows "$dom" '.counters.starved > 0' &&
		told 'no sign of life for [0-9]+ ms, but core [0-9]+ was taken by others for [0-9]+ ms of it: waiting' &&
		shows "$dom" '.counters | .hangs == 0 and .restarts == 0' && soon incarnation_is "$first" &&
		killed STOP && soon incarnation_is $((first + 1)) && shows "$dom" '.counters.hangs == 1' && good=1
	check a_core_that_is_taken_is_no_hang
	deleted && good=1
	check and_leaves_nothing_either
	rm -f "$tmp/hog"
	taskset -c "$domain_core" chrt -f 10 python3 -c "$spin" 3 "$tmp/hog" &
	soon test -e "$tmp/hog" && add "" --no-spare --deadline 200 &&
		shows "$dom" '.counters | .hangs == 0 and .restarts == 0' && state_is serving && good=1
	check nor_is_it_when_a_domain_begins
	wait $!
	deleted && good=1
	check and_leaves_nothing_then
else
	skip a_core_that_is_taken_is_no_hang "no right to SCHED_FIFO"
fi

# Through the supervisor's own output, and its exit status.
run() { # STATUS TEXT OPTION...
	status=$1 text=$2
	shift 2
	does "$status" "$text" domain run "$dom" --no-spare --driver null --front "$f" --image "$image" \
		--deadline 400 "$@"
}
run 3 "killed by SIGSEGV (address 0x0, " --arg 4 --on-crash stop && nothing_left && good=1
check a_fault_is_named_with_its_address
run 3 "read-only memory, or a guard page; at image+0x" --arg 17 --on-crash stop && nothing_left && good=1
check a_write_to_read_only_memory_is_named
run 3 "killed by SIGSYS (system call 39, getpid, " --arg 15 --on-crash stop && nothing_left && good=1
check a_forbidden_system_call_is_named
run 3 "exited with status 0" --arg 7 --on-exit stop && says 'failed: exited; not restarted' &&
	nothing_left && good=1
check an_exit_is_named_with_its_status
run 4 "no sign of life for 400 ms" --arg 8 --on-hang stop && says 'failed: hung; not restarted' &&
	nothing_left && good=1
check a_hang_is_named_with_its_deadline
run 5 "restarted too often" --arg 6 --restarts 3/3600 &&
	says 'failed: more than 3 restarts in 3600 s' && says 'incarnation 4 exited' &&
	nothing_left && good=1
check one_that_flaps_is_given_up
# The first two short lives are not delayed, the others more and more: seven at least 10+20+40+80+160 ms.
begun=$(date +%s%N)
run 5 "restarted too often" --arg 6 --restarts 7/3600 &&
	[ $((($(date +%s%N) - begun) / 1000000)) -ge 310 ] && good=1
check restarts_of_short_lives_are_delayed
# Orders are heard between the restarts of one that never lives.
for arg in 6 8; do
	add "" --image "$image" --arg $arg --no-spare --deadline 100 --restarts 1000/3600 &&
		soon shows "$dom" '.counters.exits + .counters.hangs > 7' && deleted && good=1
	check "one_that_fails_in_way_${arg}_again_and_again_can_be_deleted"
done
run 3 "killed by SIGSEGV" --arg 4 --on-crash stop --without pidns && good=1
check the_same_without_a_pid_namespace

for fence in thread inline; do
	add "" --fence $fence --no-spare && does 0 "" domain restart "$dom" && incarnation_is 2 && deleted && good=1
	check "a_driver_behind_no_fence_is_restarted_by_order_$fence"
done

# ---- spares

add "" && soon spare_waits && spare=$(value "$dom" spare_pid) && killed KILL && soon incarnation_is 2 &&
	[ "$(driver_of)" = "$spare" ] && good=1
why="the spare was $spare, the driver is $(driver_of)"
check the_spare_takes_over
soon spare_waits && spare=$(value "$dom" spare_pid) && kill -9 "$spare" &&
	soon shows "$dom" ".spare_pid != null and .spare_pid != $spare" && incarnation_is 2 && good=1
check a_killed_spare_is_replaced_and_nobody_else_minds
soon spare_waits && spare=$(value "$dom" spare_pid) && kill -9 "$spare" && killed KILL &&
	soon incarnation_is 3 && good=1
check driver_and_spare_killed_at_once
deleted && good=1
check and_both_are_gone

# ---- planned changes to what doesn't work: the old one serves on

# One that hangs has its deadline, and not as many as fit into ten seconds.
for arg in 2 3 4 5 9 11 12 13; do
	add "" --arg $arg --deadline 300 && p=$(driver_of) &&
		does 1 "old driver serves on" domain replace "$dom" --image "$image" && state_is serving &&
		does 0 "" domain restart "$dom" && [ "$(value "$dom" incarnation)" -lt 12 ] && deleted && good=1
	check "a_replacement_that_fails_in_way_${arg}_leaves_the_old_one_serving"
done
printf 'not an image' >"$tmp/none"
add "" && p=$(driver_of) && does 1 "not the image of a driver" domain replace "$dom" --image "$tmp/none" &&
	[ "$(driver_of)" = "$p" ] && deleted && good=1
check what_is_no_image_does_not_even_interrupt_it

# ---- under traffic: numbered frames, of which the planned change may lose, double and reorder none

cat >"$tmp/traffic.py" <<'END'
import socket, subprocess, sys, threading, time
front, wire, cordon, dom, times = sys.argv[1:6]
s = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, 0)
s.bind((front, 0))
r = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, socket.htons(0x88b5))
r.setsockopt(socket.SOL_SOCKET, 33, 64 << 20)  # SO_RCVBUFFORCE
r.bind((wire, 0))
r.settimeout(5)
stop, sent, came = False, 0, []
def send():
    global sent
    while not stop:
        for _ in range(4):
            s.send(b"\xff" * 6 + b"\2\0\0\0\0\1" + b"\x88\xb5" + sent.to_bytes(8, "big") + b"." * 64)
            sent += 1
        time.sleep(0.0005)
def hear():
    try:
        while True:
            came.append(int.from_bytes(r.recv(2048)[14:22], "big"))
            if stop and len(came) == sent:
                return
    except socket.timeout:
        pass
t, h = threading.Thread(target=send), threading.Thread(target=hear)
h.start(); t.start()
ok = True
for _ in range(int(times)):
    start = sent
    while sent < start + 200:
        time.sleep(0.001)
    ok = subprocess.call([cordon, "domain", "replace", dom, "--driver", "tap"], stdout=subprocess.DEVNULL) == 0 and ok
stop = True
t.join(); h.join()
print(f"{sent} sent, {len(came)} came, {len(set(came))} different, in order: {came == sorted(came)}, replaced: {ok}")
sys.exit(not (ok and came == list(range(sent))))
END
name=a_planned_change_under_traffic_loses_doubles_and_reorders_nothing
if command -v python3 >/dev/null; then
	does 0 "" domain add "$dom" --driver tap --front "$f" --wire "$w" &&
		sysctl -qw "net.ipv6.conf.$f.disable_ipv6=1" "net.ipv6.conf.$w.disable_ipv6=1" &&
		ip link set "$f" txqueuelen 20000 up && ip link set "$w" txqueuelen 20000 up &&
		timeout 60 python3 "$tmp/traffic.py" "$f" "$w" "$cordon" "$dom" 8 >"$tmp/out" 2>"$tmp/err" &&
		shows "$dom" '.counters.replacements == 8 and .class_counters.tx_resent == 0 and
			.class_counters.tx_lost == 0' && good=1
	why="$why $(cat "$tmp/out")"
	check $name
	deleted
else
	skip $name "no python3"
fi

# ---- nothing grows

# Descriptors, mappings, children and groups of the supervisor.
size_of() {
	p=$(value "$dom" supervisor_pid)
	echo "$(find "/proc/$p/fd" -type l | wc -l) $(wc -l <"/proc/$p/maps") $(pgrep -P "$p" | wc -l) $(cgroups | wc -l)"
}
restarts() { # FROM TO
	for i in $(seq "$1" "$2"); do
		soon spare_waits && killed KILL && soon incarnation_is "$i" || return 1
	done
	soon spare_waits
}
add "" --restarts 1000/1 && restarts 2 6 && few=$(size_of) && restarts 7 51 && many=$(size_of) &&
	[ "$few" = "$many" ] && good=1
why="descriptors, mappings, children, groups: ${few:-} after 5 restarts, ${many:-} after 50"
check the_fiftieth_restart_leaves_no_more_than_the_fifth
deleted && good=1
check and_all_is_gone_in_the_end
finish
