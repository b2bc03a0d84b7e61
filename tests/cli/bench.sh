#!/bin/sh
# SPDX-License-Identifier: MIT OR GPL-2.0-only
# cordon bench: it measures something of everything, and says what it can't take. How fast things are is
# make bench's.
set -u
# shellcheck source=tests/common
. tests/common
rungs=$build/bench/rungs
[ -x "$rungs" ] || skip_all "bench/rungs is not built"
command -v jq >/dev/null || skip_all "there is no jq"
scratch

# ran STATUS PATTERN ARGUMENT...: it ends so, and says that.
ran() {
	status=$1 says=$2
	shift 2
	timeout -k 5 300 "$cordon" bench "$@" >"$tmp/out" 2>"$tmp/err"
	rc=$?
	[ $rc = "$status" ] && grep -Eq "$says" "$tmp/out" "$tmp/err" && good=1
	why="status $rc"
}
ran 0 '^two-line ping-pong .*adjacent' --list
check what_is_measured_is_listed
"$cordon" bench -l | sed -n 's/^claim: //p' >"$tmp/claims"
[ "$(wc -l <"$tmp/claims")" -gt 20 ] && good=1
check what_is_claimed_is_listed
good=1
for kind in '64 clients' '1 of 1024 channels' '1024 fibers' 'pool of 1048576, all out' '8 domains, all called' \
	'sleep, 100 calls a second'; do
	"$cordon" bench -l | grep -q "^cordon .*$kind" || good=0 why="no $kind"
done
check how_cost_grows_is_listed
ran 2 'rounds 0: not a number' -n 0
check no_rounds_are_refused
ran 1 '0:0: not two CPUs' -c 0:0
check one_CPU_is_refused
ran 1 'nowhere/x.json: No such file' -n 1 -l -o "$tmp/nowhere/x.json"
check a_file_that_can_not_be_written_is_refused_at_once

if [ "$(nproc)" -lt 2 ]; then
	skip measuring "there is one CPU"
	finish
fi
# Every rung, once: answers are checked, sums of streams too.
ran 0 'ping-pong' -n 1 -o "$tmp/x.json"
check every_rung_runs_and_every_answer_is_right
jq -e '(.host | .cpu and .cpus > 1 and .placement and .counters) and (.rows | length > 50) and
	all(.rows[]; .name and .value != null and .unit and has("bound") and has("ok") and .n > 0)' \
	"$tmp/x.json" >"$tmp/out" 2>"$tmp/err" && good=1
check the_results_are_as_files_of_results_are
if command -v gnuplot >/dev/null; then
	bench/plots "$tmp/x.json" >"$tmp/out" 2>"$tmp/err" && [ ! -s "$tmp/err" ] &&
		[ "$(find "$tmp" -name '*.svg' -size +4k | wc -l)" = 9 ] && good=1
	check they_can_be_drawn
else
	skip they_can_be_drawn "there is no gnuplot"
fi
[ -z "$(pgrep -f "^$build/bench/rungs-domain")" ] && good=1
check nothing_is_left_running
finish
