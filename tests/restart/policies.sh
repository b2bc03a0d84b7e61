#!/bin/sh
# SPDX-License-Identifier: MIT OR GPL-2.0-only
# Planned changes under TCP connections; hosts that forbid ptrace; and what becomes of a supervisor when
# code of its own address space (the fences thread and inline) crashes. tests/cli/fences.c has the
# policies behind these fences.
# shellcheck disable=SC2317 # functions that "soon" calls
set -u
# shellcheck source=tests/common
. tests/common
needs_root
needs_fence
alone -nm "$@"
own_run

# ---- no fence: a crash ends the supervisor, with what hangs on its descriptors

ended() {
	state_is ended
}
for fence in thread inline; do
	add "" --fence $fence --on-crash restart && p=$(value "$dom" supervisor_pid) && kill -SEGV "$p" &&
		soon gone "$p" && soon ended && ! ip link show "$f" >"$tmp/out" 2>&1 &&
		add "" --fence $fence && incarnation_is 1 && deleted && good=1
	check "a_crash_behind_fence_${fence}_ends_its_supervisor_and_the_next_takes_over"
done

# ---- a planned change under TCP connections: all that is sent comes back whole

cat >"$tmp/echo.py" <<'END'
import socket, threading
def back(c):
    while True:
        d = c.recv(1 << 16)
        if not d:
            break
        c.sendall(d)
    c.shutdown(socket.SHUT_WR)
s = socket.create_server(("192.0.2.2", 7))
while True:
    threading.Thread(target=back, args=(s.accept()[0],), daemon=True).start()
END
cat >"$tmp/talk.py" <<'END'
import hashlib, random, socket, subprocess, sys, threading, time
cordon, dom, image, connections, changes = sys.argv[1:4] + [int(a) for a in sys.argv[4:]]
stop, came, whole = False, [0] * connections, [False] * connections
def connect():
    until = time.monotonic() + 20
    while True:
        try:
            return socket.create_connection(("192.0.2.2", 7), timeout=60)
        except OSError:
            if time.monotonic() > until:
                raise
            time.sleep(0.05)
def talk(i):
    c, sent, heard = connect(), hashlib.sha256(), hashlib.sha256()
    def hear():
        while d := c.recv(1 << 16):
            heard.update(d)
            came[i] += len(d)
    h = threading.Thread(target=hear)
    h.start()
    r, n = random.Random(i), 0
    while not stop:
        d = r.randbytes(50000)
        c.sendall(d)
        sent.update(d)
        n += len(d)
    c.shutdown(socket.SHUT_WR)
    h.join()
    whole[i] = n == came[i] and sent.digest() == heard.digest()
threads = [threading.Thread(target=talk, args=(i,)) for i in range(connections)]
for t in threads:
    t.start()
done = 0
for k in range(changes):
    start, until = list(came), time.monotonic() + 60
    # In the middle of each of them.
    while any(a - b < 500000 for a, b in zip(came, start)) and time.monotonic() < until:
        time.sleep(0.001)
    how = ["--image", image] if k % 2 else ["--driver", "tap"]
    done += subprocess.call([cordon, "domain", "replace", dom] + how, stdout=subprocess.DEVNULL) == 0
stop = True
for t in threads:
    t.join()
print(f"{done} changes, {sum(came)} bytes, {sum(whole)} of {connections} connections whole")
sys.exit(not (all(whole) and done == changes))
END
far=far$$
echoes=
tcp() {
	ip netns add "$far" && ip link set "$w" netns "$far" && ip link set lo up &&
		ip addr add 192.0.2.1/24 dev "$f" && ip link set "$f" up &&
		ip -n "$far" addr add 192.0.2.2/24 dev "$w" && ip -n "$far" link set "$w" up || return 1
	ip netns exec "$far" python3 "$tmp/echo.py" >"$tmp/echo" 2>&1 </dev/null &
	echoes=$!
	timeout 120 python3 "$tmp/talk.py" "$cordon" "$dom" "$build/drivers/net-tap" 6 8 >"$tmp/out" 2>"$tmp/err"
	talked=$?
	kill "$echoes"
	wait "$echoes" 2>/dev/null
	why=$(cat "$tmp/out" "$tmp/echo")
	return $talked
}
name=connections_that_live_through_planned_changes_are_whole
if command -v python3 >/dev/null; then
	does 0 "" domain add "$dom" --driver tap --front "$f" --wire "$w" && tcp &&
		shows "$dom" '.counters.replacements == 8 and .counters.crashes == 0 and
			.class_counters.tx_resent == 0 and .class_counters.tx_lost == 0' && good=1
	check $name
	ip netns del "$far"
	deleted && good=1
	check and_nothing_is_left
else
	skip $name "no python3"
fi

# ---- a host that forbids ptrace: less is known, and all else is the same

# As a container's profile does it: EPERM for ptrace and process_vm_readv.
cat >"$tmp/untraced.py" <<'END'
import ctypes, os, struct, sys
calls = {"x86_64": (101, 310), "aarch64": (117, 270)}[os.uname().machine]
code = [(0x20, 0, 0, 0)] + [(0x15, len(calls) - i, 0, nr) for i, nr in enumerate(calls)]
code += [(0x06, 0, 0, 0x7fff0000), (0x06, 0, 0, 0x00050001)]
insns = ctypes.create_string_buffer(b"".join(struct.pack("HBBI", *c) for c in code))
class Prog(ctypes.Structure):
    _fields_ = [("len", ctypes.c_ushort), ("filter", ctypes.c_void_p)]
prog = Prog(len(code), ctypes.addressof(insns))
libc = ctypes.CDLL(None, use_errno=True)
if libc.prctl(38, 1, 0, 0, 0) or libc.prctl(22, 2, ctypes.byref(prog), 0, 0):
    sys.exit("prctl: " + os.strerror(ctypes.get_errno()))
# It does what it is said to.
if libc.ptrace(0, 0, 0, 0) != -1 or ctypes.get_errno() != 1:
    sys.exit("ptrace is not forbidden")
os.execv(sys.argv[1], sys.argv[1:])
END
real=$cordon
printf '#!/bin/sh\nexec python3 %s/untraced.py %s "$@"\n' "$tmp" "$real" >"$tmp/untraced"
chmod 755 "$tmp/untraced"
run() { # STATUS TEXT OPTION...
	status=$1 text=$2
	shift 2
	does "$status" "$text" domain run "$dom" --driver null --front "$f" --image "$image" \
		--deadline 400 "$@"
}
hides() { # TEXT: nobody says it
	! grep -qF -- "$1" "$tmp/out" "$tmp/err" || { why="'$1' is said" && return 1; }
}
if command -v python3 >/dev/null; then
	cordon=$tmp/untraced
	for spare in "" --no-spare; do
		# shellcheck disable=SC2086 # an option or none
		add "" $spare && cordon=$real && killed KILL && soon incarnation_is 2 &&
			told '^incarnation 1 crashed after [0-9.]+ s: killed by SIGKILL; last call: [a-z]+\(\) (un)?answered' &&
			killed STOP && soon incarnation_is 3 &&
			told '^incarnation 2 hung .*no sign of life for 1000 ms: taken for hung, killed; killed by SIGKILL' &&
			shows "$dom" '.counters | .crashes == 1 and .hangs == 1 and .restarts == 2' &&
			does 0 "" domain restart "$dom" && incarnation_is 4 && deleted && good=1
		check "untraced_it_comes_back_all_the_same$spare"
		cordon=$tmp/untraced
	done
	add "" && cordon=$real && does 1 "it can't be stopped" domain trace "$dom" && state_is serving && deleted && good=1
	check untraced_a_backtrace_is_refused_with_the_reason
	cordon=$tmp/untraced
	run 3 "killed by SIGSEGV (an address that it was not granted)" --arg 4 --on-crash stop &&
		hides 0x0 && nothing_left && good=1
	check untraced_a_fault_has_no_address
	run 3 "killed by SIGSYS (a system call that its filter refuses)" --arg 15 --on-crash stop &&
		hides getpid && nothing_left && good=1
	check untraced_a_forbidden_system_call_has_no_name
	run 3 "exited with status 0" --arg 7 --on-exit stop && nothing_left && good=1
	check untraced_an_exit_is_named
	run 4 "no sign of life for 400 ms" --arg 8 --on-hang stop && nothing_left && good=1
	check untraced_a_hang_is_named
	run 5 "restarted too often" --arg 6 --restarts 3/3600 && says 'incarnation 4 exited' && nothing_left &&
		good=1
	check untraced_one_that_flaps_is_given_up
	cordon=$real
else
	skip untraced_it_comes_back_all_the_same "no python3"
fi

# The domain's user namespace is the supervisor's own, so that it needs no capability to trace it.
printf '#!/bin/sh\nexec setpriv --bounding-set -sys_ptrace %s "$@"\n' "$real" >"$tmp/untraced"
cordon=$tmp/untraced
run 3 "killed by SIGSEGV (address 0x0, " --arg 4 --on-crash stop && nothing_left && good=1
check without_the_capability_it_is_traced_nevertheless
cordon=$real
finish
