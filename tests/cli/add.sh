#!/bin/sh
# SPDX-License-Identifier: MIT OR GPL-2.0-only
# Domains that go on by themselves: how they come to be, or not, whoever is killed meanwhile, and
# that nothing needs to be cleaned up by hand.
# shellcheck disable=SC2317 # functions that "soon" calls
set -u
# shellcheck source=tests/common
. tests/common
needs_root
needs_fence
alone -nm "$@"
own_run

# ---- one that goes on by itself

# The descriptor 9 is one that must not be kept; $(...) ends when our standard output is closed.
out=$(timeout 20 "$cordon" domain add "$dom" --driver null --front "$f" 9>"$tmp/kept" 2>"$tmp/err") &&
	echo "$out" >"$tmp/out" && [ ! -s "$tmp/err" ] && says "^$dom: serving: " && good=1
why="it does not return"
check add_returns_when_the_domain_serves
# While it makes its spare, it has a pipe.
spare_waits() {
	shows "$dom" '.spare_pid != null'
}
soon spare_waits
p=$(value "$dom" supervisor_pid)
[ "$(awk '{print $6}' "/proc/$p/stat")" = "$p" ] && [ "$(readlink "/proc/$p/cwd")" = / ] &&
	[ "$(readlink "/proc/$p/fd/0" "/proc/$p/fd/1" "/proc/$p/fd/2" | sort -u)" = /dev/null ] &&
	! find "/proc/$p/fd" -lname "$tmp/*" | grep -q . && ! find "/proc/$p/fd" -lname 'pipe:*' | grep -q . &&
	good=1
why="process $p: $(ls -l "/proc/$p/fd" "/proc/$p/cwd")"
check it_has_a_session_of_its_own_and_keeps_no_descriptor
does 1 "runs already" domain add "$dom" --driver null --front "$w" && shows "$dom" '.state == "serving"' &&
	good=1
check a_second_one_of_the_name_is_refused
kill -TERM "$p" && soon nothing_left && good=1
why="left: $(left)"
check a_signal_ends_it_in_order

# The same as "run" says and returns.
alike() { # NAME ARGUMENT...
	what=$1
	shift
	timeout 60 "$cordon" domain run "$dom" --driver null "$@" >"$tmp/out2" 2>"$tmp/err2" </dev/null
	as=$?
	does "$as" "$(tail -n 1 "$tmp/err2")" domain add "$dom" --driver null "$@" && [ $as != 0 ] &&
		soon nothing_left && good=1
	[ -n "$good" ] || why="$why; run: status $as, $(cat "$tmp/err2"); left: $(left)"
	check "add_like_run_refuses_$what"
}
once="--on-crash stop --on-exit stop --on-hang stop --deadline 300"
alike no_front-end
alike an_image_that_is_none --front "$f" --image /nonexistent
alike an_option_that_is_wrong --front "$f" --deadline 0
# shellcheck disable=SC2086 # a list of options
{
	alike a_driver_that_exits_in_open --front "$f" --image "$image" --arg 2 $once
	alike a_driver_that_crashes_in_open --front "$f" --image "$image" --arg 4 $once
	# Which of the two deadlines it met first is no matter.
	does 4 "taken for hung" domain add "$dom" --driver null --front "$f" --image "$image" --arg 5 \
		$once && soon nothing_left && good=1
}
check add_refuses_a_driver_that_hangs_in_open
ln -s "$image" "$tmp/image"
(cd "$tmp" && exec "$cordon" domain add "$dom" --driver null --front "$f" --image image --arg 1 \
	>out 2>err </dev/null) && does 0 "" domain show "$dom" && good=1
check a_path_is_meant_from_where_it_was_typed
does 0 "" domain del "$dom" && nothing_left && good=1
why="$why; left: $(left)"
check del_leaves_nothing

# ---- two at once

good=1
for round in 1 2 3; do
	pids=
	for i in 1 2 3 4 5 6; do
		timeout 60 "$cordon" domain add "$dom" --driver null --front "$f" >"$tmp/out$i" \
			2>"$tmp/err$i" </dev/null &
		pids="$pids $!"
	done
	won=0
	for i in $pids; do
		wait "$i"
		case $? in
		0) won=$((won + 1)) ;;
		1) ;;
		*) good= && why="a status that is neither 0 nor 1" ;;
		esac
	done
	[ $won = 1 ] || { good= && why="round $round: $won of six were added: $(cat "$tmp"/err?)"; }
	does 0 "" domain del "$dom" && nothing_left || { good= && why="$why; left: $(left)"; }
done
check of_six_at_once_one_is_added

add "" || echo "# no domain"
"$cordon" domain del "$dom" >"$tmp/out1" 2>"$tmp/err1" &
one=$!
does 0 "" domain del "$dom" || does 1 "$dom" domain del "$dom"
wait $one && good=1
nothing_left || { good= && why="left: $(left)"; }
check of_two_that_delete_each_ends_well

# ---- a full disk

mkdir -p /run/cordon
good=1
# A page and its lock need more than each of these.
for limit in size=4k size=8k nr_inodes=1 nr_inodes=2 nr_inodes=3; do
	mount -t tmpfs -o "$limit" cordon-full /run/cordon
	does 1 "No space left" domain add "$dom" --driver null --front "$f" &&
		[ -z "$(ls /run/cordon)" ] && none_runs || { good= && why="$limit: $why"; }
	umount /run/cordon
done
rmdir /run/cordon 2>/dev/null
check a_full_disk_is_said_to_be_and_nothing_is_left
does 1 "No space left" host check >/dev/full
"$cordon" domain show >/dev/full 2>"$tmp/err"
"$cordon" host check >/dev/full 2>"$tmp/err"
rc=$?
[ $rc = 1 ] && grep -q "standard output" "$tmp/err" && good=1
why="status $rc"
check an_output_that_is_full_is_an_error

# ---- killed in the middle

seed=${CORDON_SEED:-$(od -An -tu4 -N 4 /dev/urandom | tr -d ' ')}
delays() { # COUNT SECONDS: from nothing to a little after the start
	awk -v s="$seed" -v n="$1" -v t="$2" \
		'BEGIN {srand(s); while (n--) printf "%.4f ", rand() * rand() * t}'
}
echo "# seed $seed"

serves_or_gone() {
	none_runs || [ "$(value "$dom" state)" = serving ]
}
good=1
for d in $(delays 20 0.25); do
	"$cordon" domain add "$dom" --driver null --front "$f" >"$tmp/out" 2>"$tmp/err" </dev/null &
	p=$!
	sleep "$d"
	kill -9 $p 2>/dev/null
	wait $p
	soon serves_or_gone || { good= && why="after $d s: neither serving nor gone" && break; }
	[ ! -d "/run/cordon/$dom" ] || does 0 "" domain del "$dom" || good=
	soon none_runs || { good= && why="after $d s: $(left)" && break; }
done
check an_add_that_is_killed_is_done_or_undone
good=1
for d in $(delays 20 0.25); do
	"$cordon" domain add "$dom" --driver null --front "$f" >"$tmp/out" 2>"$tmp/err" </dev/null &
	p=$!
	sleep "$d"
	for s in $(supervisors); do
		[ "$s" = $p ] || kill -9 "$s" 2>/dev/null
	done
	wait $p
	rc=$?
	soon none_runs || { good= && why="after $d s: $(left)" && break; }
	case $rc in
	0 | 1) ;;
	*) good= && why="after $d s: status $rc" && break ;;
	esac
	[ $rc = 0 ] || grep -q "killed by SIGKILL" "$tmp/err" || { good= && break; }
	# What is left takes no hand: the next one takes over.
	add "" && does 0 "" domain del "$dom" && nothing_left ||
		{ good= && why="after $d s: $why; left: $(left)" && break; }
done
check a_supervisor_that_is_killed_leaves_what_the_next_takes_over

# ---- leftovers

# A process that ends keeps its lock for a moment after its name has gone.
is_ended() {
	[ "$(value "$dom" state)" = ended ]
}
stale() { # as a supervisor that was killed leaves it
	add "" || return 1
	p=$(value "$dom" supervisor_pid)
	kill -9 "$p"
	soon none_runs && soon is_ended
}
stale && does 0 "" domain show && says "^$dom +ended" && does 0 "" domain show "$dom" &&
	says "its supervisor is gone \(cordon domain del $dom " && shows "$dom" '.state == "ended"' && good=1
check a_domain_without_supervisor_is_shown_as_ended
for verb in stop start restart replace; do
	does 1 "its supervisor is gone (cordon domain del $dom" domain $verb "$dom" && good=1
	check "${verb}_of_it_says_what_to_do"
done
does 0 "" domain del "$dom" && nothing_left && good=1
why="$why; left: $(left)"
check del_of_it_leaves_nothing
stale && add "" && shows "$dom" '.state == "serving"' && does 0 "" domain del "$dom" && good=1
check add_of_it_takes_over

leftover() { # NAME: /run/cordon/$dom was made; show lives with it; del, then add, clean it up
	what=$1
	"$cordon" domain show >"$tmp/out" 2>"$tmp/err"
	"$cordon" domain show -j >"$tmp/out" 2>>"$tmp/err"
	case $2 in
	del) does 0 "" domain del "$dom" && nothing_left && good=1 ;;
	add) add "" && does 0 "" domain del "$dom" && nothing_left && good=1 ;;
	esac
	[ -n "$good" ] || why="$why; left: $(left)"
	check "${2}_clears_away_$what"
	rm -rf "/run/cordon"
}
for then in del add; do
	mkdir -p "/run/cordon/$dom"
	leftover an_empty_directory $then
	mkdir -p "/run/cordon/$dom" && : >"/run/cordon/$dom/lock"
	leftover a_lock_alone $then
	mkdir -p "/run/cordon/$dom" && : >"/run/cordon/$dom/lock" && : >"/run/cordon/$dom/stats"
	leftover an_empty_page $then
	mkdir -p "/run/cordon/$dom" && : >"/run/cordon/$dom/lock" &&
		head -c 100000 /dev/urandom >"/run/cordon/$dom/stats"
	leftover a_page_of_noise $then
	mkdir -p "/run/cordon/$dom" && : >"/run/cordon/$dom/control"
	leftover a_control_file_that_is_no_socket $then
done

# ---- names and rights

for verb in show stop start restart replace del; do
	does 1 "domain ${dom}x: there is none of that name" domain $verb "${dom}x" && good=1
	check "${verb}_of_a_name_that_nobody_has"
	does 1 "a name is 1 to 31" domain $verb "../$dom" && good=1
	check "${verb}_of_a_name_that_climbs"
	does 2 "one NAME only" domain $verb "$dom" "${dom}x" && good=1
	check "${verb}_of_two_names"
	does 2 "--colour: no such option" domain $verb "$dom" --colour && good=1
	check "${verb}_with_an_option_that_is_none"
done
does 1 "none of that name" channel show "${dom}x" && does 1 "none of that name" top "${dom}x" -n 1 && good=1
check channel_and_top_of_a_name_that_nobody_has
for o in "--delay 0" "--delay x" "--delay 3601" "--count 0" "--count -1" "--count x" "--delay"; do
	# shellcheck disable=SC2086 # an option and its value
	does 2 "${o%% *}" top $o && good=1
	check "top_with_$(echo "$o" | tr ' ' '_')"
done

cp "$cordon" "$tmp/cordon"
add "" || echo "# no domain"
as_nobody() {
	cordon_of_root=$cordon cordon=$tmp/cordon
	[ -x "$tmp/nobody" ] || printf '#!/bin/sh\nexec setpriv --reuid 65534 --regid 65534 --clear-groups %s "$@"\n' \
		"$tmp/cordon" >"$tmp/nobody"
	chmod 755 "$tmp/nobody"
	cordon=$tmp/nobody
	does "$@"
	r=$?
	cordon=$cordon_of_root
	return $r
}
as_nobody 0 "" domain show "$dom" && says "serving" && as_nobody 0 "" channel show &&
	as_nobody 0 "" top -b -n 1 -d 0.1 && good=1
check anybody_may_look
as_nobody 1 "run as root" domain stop "$dom" && as_nobody 1 "run as root" domain del "$dom" &&
	shows "$dom" '.state == "serving"' && good=1
check only_root_may_give_orders
does 0 "" domain del "$dom" && good=1
check and_root_may

# As systemd would start it.
caps=$(sed -n 's/^CapabilityBoundingSet=//p' core/cli/cordon@.service | tr '[:upper:]\n' '[:lower:] ' |
	sed 's/cap_//g; s/ *$//; s/ /,+/g')
setpriv --bounding-set "-all,+$caps" --no-new-privs "$cordon" domain add "$dom" --driver tap \
	--front "$f" --wire "$w" >"$tmp/out" 2>"$tmp/err" && does 0 "" domain restart "$dom" &&
	does 0 "" domain del "$dom" && nothing_left && good=1
why="with $caps: $why"
check the_capabilities_of_the_unit_are_enough
finish
