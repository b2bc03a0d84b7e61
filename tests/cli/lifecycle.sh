#!/bin/sh
# SPDX-License-Identifier: MIT OR GPL-2.0-only
# From start to end, in order and not: exit status, the line that says why, and nothing left.
# shellcheck disable=SC2317 # functions that "soon" and "trap" call
set -u
# shellcheck source=tests/common
. tests/common
needs_root
needs_fence
alone -nm "$@"
own_run

no_process_or_device() {
	none_runs && [ "$(ip -o link show | wc -l)" = 1 ]
}

# begin SUFFIX ARGUMENT...: a supervisor in the background, in $pid. Signals have their usual effect.
begin() {
	name=$dom$1
	shift
	: >"$tmp/out"
	: >"$tmp/err"
	# One life, and nobody who waits to take over: tests/restart has the others.
	env --default-signal=INT "$cordon" domain run "$name" --no-spare --on-crash stop \
		--on-exit stop --on-hang stop "$@" \
		>"$tmp/out" 2>"$tmp/err" </dev/null &
	pid=$!
	# The shell has its children ignore SIGINT; from the program itself on, it counts.
	spins=0
	while read -r comm <"/proc/$pid/comm" && [ "$comm" != cordon ] &&
		[ $((spins += 1)) -lt 1000000 ]; do
		:
	done 2>/dev/null
}

# The same until it serves; its domain's number is in $child.
serving() {
	begin "$@"
	soon serves_or_ended "$pid"
	child=$(pgrep -P "$pid")
	[ -n "$child" ] && grep -q ': serving: ' "$tmp/out"
}

ended() { # within ten seconds; its status is in $rc
	rc=none
	soon gone "$pid" || return 1
	wait "$pid"
	rc=$?
}

# ended_with STATUS TEXT: TEXT is in the one line on stderr (empty: there is no line).
ended_with() {
	why=
	ended || why="it does not end"
	[ "$rc" = "$1" ] || why="$why; status $rc, not $1"
	if [ -z "$2" ]; then
		[ ! -s "$tmp/err" ] || why="$why; something on stderr"
	else
		[ "$(wc -l <"$tmp/err")" = 1 ] || why="$why; not one line"
		grep -qF -- "$2" "$tmp/err" || why="$why; '$2' is not said"
	fi
	nothing_left || why="$why; left: $(left)"
	[ -z "$why" ]
}

# ---- one domain

for sig in INT TERM HUP; do
	serving "" --driver null --front "$f" --counters && kill -$sig "$pid" &&
		ended_with 0 "" && grep -q "^$dom: tx_frames " "$tmp/out" && good=1
	check "SIG${sig}_ends_it_in_order"
done

serving "" --driver null --front "$f" &&
	timeout 20 "$cordon" domain run "$dom" --driver null --front "$w" >"$tmp/out2" 2>&1
rc=$?
[ $rc = 1 ] && grep -qF "runs already" "$tmp/out2" && kill -0 "$child" &&
	[ "$(setpriv --reuid 65534 --clear-groups od -An -tc -N 8 "/run/cordon/$dom/stats" |
		tr -d ' ')" = cdnpage4 ] && good=1
why="status $rc: $(cat "$tmp/out2")"
check a_second_supervisor_of_the_name_is_refused
kill -INT "$pid" && ended_with 0 "" && good=1
check the_first_one_goes_on

serving "" --driver tap --front "$f" --wire "$w" && kill -9 "$pid" && soon gone "$child" &&
	soon no_process_or_device && good=1
why="left: $(left)"
check a_killed_supervisor_takes_its_domain_and_devices_with_it
stale=$(ls -d "/run/cordon/$dom" 2>&1)
serving "" --driver tap --front "$f" --wire "$w" && kill -INT "$pid" && ended_with 0 "" &&
	[ "$stale" = "/run/cordon/$dom" ] && good=1
check what_a_killed_supervisor_left_is_taken_over_and_removed

# A change of user takes back "die with your parent": it must be asked for afterwards.
serving "" --driver null --front "$f" --without userns --without caps && kill -9 "$pid" &&
	soon gone "$child" && soon no_process_or_device && good=1
why="left: $(left)"
[ -n "$good" ] || kill -9 "$child" 2>/dev/null
check the_same_without_a_user_namespace
serving "" --driver null --front "$f" && kill -INT "$pid" && ended_with 0 "" && good=1
check and_again_it_is_taken_over

serving "" --driver null --front "$f" && kill -9 "$child" &&
	ended_with 3 "domain $dom: killed by SIGKILL" && good=1
check a_domain_killed_from_outside_is_said_to_be

serving "" --driver null --front "$f" --deadline 300 && kill -STOP "$child" &&
	ended_with 4 "no sign of life for 300 ms" && good=1
check a_domain_that_is_stopped_is_taken_for_hung

serving "" --driver null --front "$f" --deadline 3600000 && kill -STOP "$child" &&
	kill -INT "$pid" && ended_with 0 "" && good=1
check a_signal_ends_a_hung_domain_whatever_the_deadline

# ---- drivers that fail

fails() { # NAME NUMBER STATUS TEXT
	begin "" --driver null --image "$image" --arg "$2" --front "$f" --deadline 300
	ended_with "$3" "$4" && good=1
	check "$1"
}
serving "" --driver null --image "$image" --arg 1 --front "$f" && kill -INT "$pid" &&
	ended_with 0 "" && good=1
check another_image_serves
fails a_driver_that_exits_in_open 2 3 "exited with status 7"
fails a_driver_that_fails_in_open 3 3 "the driver failed"
fails a_driver_that_jumps_to_nowhere 4 3 "killed by SIGSEGV"
fails a_driver_that_hangs_in_open 5 4 "taken for hung"
fails a_driver_that_fails_in_poll 6 3 "the driver failed"
fails a_driver_that_exits_with_0 7 3 "exited with status 0"
fails a_driver_that_hangs_in_poll 8 4 "no sign of life for 300 ms"
fails a_driver_that_hangs_in_a_control_operation 9 4 "taken for hung"
fails a_driver_that_hangs_when_asked_for_a_sign_of_life 10 4 "no sign of life for 300 ms"
fails a_driver_that_never_answers 11 4 "taken for hung"
fails a_driver_that_refuses_its_configuration 12 3 "refused its configuration"
fails a_driver_whose_answer_has_the_wrong_length 13 3 "did not say what it is"
fails a_driver_whose_sign_of_life_is_an_error 14 4 "asked for a sign of life"
begin "" --driver null --image "$image" --arg 18 --front "$f" --mtu 9000 --deadline 300
ended_with 4 "taken for hung" &&
	grep -q 'last call: config(c={features=0, mtu=9000, mac=.*}) unanswered' "$tmp/err" && good=1
why="$why $(cat "$tmp/err")"
check what_it_was_asked_last_is_said_by_name_and_value
fails a_driver_that_calls_the_kernel 15 3 "killed by SIGSYS"
serving "" --driver null --image "$image" --arg 16 --front "$f" --deadline 300 &&
	kill -TERM "$pid" && ended_with 0 "" && good=1
check a_driver_that_hangs_in_stop_is_ended_nevertheless
begin "" --driver null --image "$image" --arg 5 --front "$f" --deadline 3600000
soon pgrep -P "$pid" >/dev/null
kill -INT "$pid" && { ended_with 0 "" || [ "$rc" = 130 ]; } && nothing_left && good=1
check a_signal_ends_a_start_that_hangs

# ---- interrupted

# interrupted SIGNAL COUNT: at random moments between nothing and a little after the start.
interrupted() {
	seed=${CORDON_SEED:-$(od -An -tu4 -N 4 /dev/urandom | tr -d ' ')}
	echo "# SIG$1 at $2 moments, seed $seed"
	good=1
	delays=$(awk -v s="$seed" -v n="$2" \
		'BEGIN {srand(s); while (n--) printf "%.4f ", rand() * rand() * 0.25}')
	for d in $delays; do
		begin "" --driver tap --front "$f" --wire "$w"
		sleep "$d"
		kill -"$1" "$pid" 2>/dev/null
		ended
		soon no_process_or_device || good=
		case $1,$rc in
		INT,0 | INT,130) nothing_left || good= ;;
		KILL,137) ;;
		*) good= ;;
		esac
		[ -n "$good" ] || { why="after $d s: status $rc, left: $(left)" && break; }
	done
}
interrupted INT 25
check nothing_is_left_by_a_start_that_is_interrupted
interrupted KILL 25
check nothing_runs_after_a_start_that_is_killed

# Once the group is there, the domain's process waits for its supervisor's word: it must see its end.
serving "" --driver null --front "$f" && group=$(cgroups) && kill -INT "$pid" &&
	ended_with 0 "" && good=1
for _ in $(seq 20); do
	[ -n "$good" ] || break
	begin "" --driver null --front "$f"
	spins=0
	while [ ! -d "$group" ] && [ $((spins += 1)) -lt 300000 ]; do :; done
	kill -9 "$pid"
	ended
	soon no_process_or_device || { good= && why="left: $(left)"; }
	rmdir "$group" || { good= && why="there was no group $group"; }
done
check a_domain_that_was_not_yet_told_to_go_on_ends_with_its_supervisor
serving "" --driver tap --front "$f" --wire "$w" && kill -INT "$pid" && ended_with 0 "" && good=1
check the_next_start_clears_the_rest_away

# ---- many

good=1
for i in $(seq 20); do
	begin "" --driver null --front "$f" --fence "$([ $((i % 5)) = 0 ] && echo thread || echo process)"
	soon serves_or_ended "$pid" && kill -INT "$pid"
	ended_with 0 "" || { good= && why="domain $i: $why" && break; }
done
check twenty_domains_in_a_row_leave_nothing

serving a --driver null --front "$f" --deadline 5000 && first=$pid &&
	serving b --driver tap --front "${f}b" --wire "$w" --deadline 5000 &&
	kill -0 "$first" && good=1
why="they do not serve both"
check two_domains_run_at_once
kill -INT "$pid" && ended && [ "$rc" = 0 ] && pid=$first && kill -INT "$pid" && ended_with 0 "" &&
	good=1
check two_domains_end_one_by_one
finish
