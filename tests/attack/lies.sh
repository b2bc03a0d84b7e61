#!/bin/sh
# SPDX-License-Identifier: MIT OR GPL-2.0-only
# A driver that lies to its front-end (img_liar.c): each lie is counted as what it is, the honest
# frames after it arrive, and the supervisor ends in order.
set -u
# shellcheck source=tests/common
. tests/common
needs_root
alone -n "$@"
scratch
liar=$build/tests/attack/img_liar
name=liar-$$
sup=
cleanup() {
	[ -z "$sup" ] || kill -KILL "$sup" 2>/dev/null
	rm -rf "$tmp"
}

# wants CONDITION...: "counter=N", "counter>N" of the counters in the output.
wants() {
	for c in "$@"; do
		counter=${c%%[=>]*}
		bound=${c##*[=>]}
		value=$(sed -n "s/^$name: $counter //p" "$tmp/out")
		case $c in
		*=*) [ "${value:-none}" = "$bound" ] || return 1 ;;
		*) [ "${value:-0}" -gt "$bound" ] || return 1 ;;
		esac
	done
}

# Honest frames, which come after the lies.
frames_came() {
	frames=$(value "$name" rx_frames)
	gone $sup || [ "${frames:-0}" -gt 5 ]
}

# lie NUMBER NAME STATUS CONDITION...: runs for a while; ends with STATUS ("0|3": either).
lie() {
	number=$1 what=$2 status=$3
	shift 3
	: >"$tmp/out"
	# shellcheck disable=SC2086 # no policy is no argument
	"$cordon" domain run "$name" $policy --no-spare --on-exit stop --on-crash stop \
		--on-hang stop --driver null --front liar0 --image "$liar" \
		--arg "$number" --deadline "$deadline" --counters >"$tmp/out" 2>&1 &
	sup=$!
	soon serves_or_ended $sup
	ip link set liar0 up 2>/dev/null
	case $* in
	*'rx_frames>5'*) soon frames_came ;;
	*) sleep 0.6 ;;
	esac
	# Those that are to end by themselves have time to.
	case $status in 0*) kill -INT $sup 2>/dev/null ;; esac
	soon gone $sup || kill -KILL $sup
	wait $sup
	rc=$?
	sup=
	case "|$status|" in
	*"|$rc|"*) wants "$@" && good=1 ;;
	esac
	why="exit $rc, wanted $status, $*; not 0: $(grep -v ' 0$' "$tmp/out")"
	check "$what: exit $rc, $*"
}

deadline=5000
policy=
honest="bad_lengths=0 bad_kinds=0 call_faults=0 stream_faults=0 rx_frames>5"
lie 1 "no lie" 0 bad_buffers=0 $honest
lie 2 "buffers given back twice" 0 'bad_buffers>90' $honest
lie 3 "buffers out of range" 0 bad_buffers=100 $honest
lie 4 "buffers that were never lent" 0 bad_buffers=100 $honest
lie 5 "lengths beyond the buffer" 0 bad_lengths=100 bad_buffers=0 'rx_frames>5'
lie 6 "unknown kinds" 0 bad_kinds=100 bad_buffers=0 'rx_frames>5'
lie 7 "forged offload headers" 0 refused_short=8 refused_long=8 refused_hdr-len=7 \
	refused_flags=7 refused_csum-place=7 refused_gso-type=7 refused_gso-not-negotiated=7 \
	refused_gso-no-csum=7 refused_gso-size=7 refused_headers=7 refused_ip-header=7 \
	refused_fragment=7 refused_l4-header=7 refused_proto-mismatch=7 'rx_frames>5'
lie 8 "credits" 0 'stream_faults>0' bad_buffers=0
lie 9 "lines of the stream" 0 stream_faults=100 bad_buffers=0 'rx_frames>5'
lie 10 "garbage in everything shared" '0|3|4' 'calls>2'
lie 11 "replies of another length than the interface's" '3|4' call_faults=1
lie 12 "replies longer than a line" '3|4' call_faults=1
lie 13 "errors that are none" '3|4' call_faults=1
lie 14 "EAGAIN as an answer" '3|4' call_faults=1
deadline=1000
lie 15 "no answer" 4 'call_timeouts>0'
deadline=5000
lie 16 "a crash" 3
lie 17 "leaves" 3
lie 18 "a system call" 3
policy="--wait sleep"
lie 19 "rings and a wait word that say nothing" 0 bad_buffers=0 $honest

left=$(find /sys/fs/cgroup -maxdepth 6 -type d -name "cordon-$name*" 2>/dev/null)
left=$left$(ls -d "/run/cordon/$name" 2>/dev/null)$(ip -o link show liar0 2>/dev/null)
[ -z "$left" ] && good=1
why=$left
check "nothing is left"
finish
