#!/bin/sh
# SPDX-License-Identifier: MIT OR GPL-2.0-only
# What a supervisor may do once its domain serves: the capabilities that core/rights.h names, in one of
# its threads, and no other anywhere; and that these are enough for all that comes later.
# shellcheck disable=SC2317 # functions that "soon" calls
set -u
# shellcheck source=tests/common
. tests/common
needs_root
needs_fence
alone -nm "$@"
own_run

# Of linux/capability.h.
numbers="dac_override=1 dac_read_search=2 kill=5 setgid=6 setuid=7 setpcap=8 net_admin=12 ipc_lock=14 sys_ptrace=19
	sys_admin=21 sys_nice=23"
fenced="dac_read_search setuid setgid sys_nice"

field() { # STATUS NAME
	sed -n "s/^$2:[[:blank:]]*//p" "$1"
}
mask() { # NAMES: of those that we have
	m=0
	for c in $numbers; do
		case " $1 " in *" ${c%=*} "*) m=$((m | 1 << ${c#*=})) ;; esac
	done
	printf '%016x' $((m & 0x$(field /proc/self/status CapPrm)))
}

# keeps NAMES: the control thread these, the others none, and nobody gains any. The bounding set is the
# control thread's or empty.
keeps() {
	p=$(value "$dom" supervisor_pid)
	want=$(mask "$1")
	none=0000000000000000
	threads=0
	why=
	for t in "/proc/$p/task"/*; do
		s=$t/status
		may=$none
		[ "${t##*/}" != "$p" ] || may=$want
		has="$(field "$s" CapInh) $(field "$s" CapPrm) $(field "$s" CapEff) $(field "$s" CapAmb) \
$(field "$s" NoNewPrivs) $(field "$s" CapBnd)"
		threads=$((threads + 1))
		case $has in
		"$none $may $may $none 1 $want" | "$none $may $may $none 1 $may") ;;
		*) why="$why thread ${t##*/}: $has, not $may;" ;;
		esac
	done
	[ $threads -ge 2 ] || why="$why it has $threads threads"
	[ -z "$why" ]
}

spare_waits() {
	shows "$dom" '.spare_pid != null'
}
mtu_is() {
	ip -o link show "$f" | grep -q " mtu $1 "
}
rt_is() { # while a domain that serves is watched, its control thread goes first
	chrt -p "$(value "$dom" supervisor_pid)" >"$tmp/out" && says "$1"
}

# All that can come: a crash, with a spare and without, a hang, each order, a backtrace.
lives() {
	soon incarnation_is 1 && killed KILL && soon incarnation_is 2 && killed KILL && soon incarnation_is 3 &&
		killed STOP && soon incarnation_is 4 && told 'incarnation 3 hung .*stopped by SIGSTOP' &&
		does 0 "" domain restart "$dom" && incarnation_is 5 &&
		does 0 "" domain replace "$dom" --driver "$1" && incarnation_is 6 &&
		does 0 "" domain stop "$dom" && does 0 "" domain start "$dom" && incarnation_is 7 &&
		soon does 0 "" domain trace "$dom" && says "^fiber " && state_is serving && soon spare_waits &&
		! told 'no spare|warning: dropping'
}

with() { # NAME DRIVER CAPABILITIES OPTION...
	what=$1 driver=$2 caps=$3
	shift 3
	does 0 "" domain add "$dom" --driver "$driver" --front "$f" "$@" && keeps "$caps" && good=1
	check "${what}_keeps_what_is_documented"
	lives "$driver" && keeps "$caps" && good=1
	check "${what}_needs_no_more"
	deleted && good=1
	check "${what}_leaves_nothing"
}
with a_domain_without_a_port null "$fenced"
with one_with_a_ring tap "$fenced ipc_lock" --wire "$w"
with one_with_a_ring_that_sleeps tap "$fenced ipc_lock" --wire "$w" --wait sleep
with one_with_read_and_write tap "$fenced" --wire "$w" --without uring --without ring
with one_without_a_user_namespace tap "$fenced ipc_lock sys_admin setpcap kill sys_ptrace" --wire "$w" \
	--without userns

# What some of them are for.
add "" && soon rt_is SCHED_FIFO && good=1
check the_control_thread_goes_before_the_front-end
deleted
for fence in thread inline; do
	does 0 "" domain add "$dom" --driver tap --front "$f" --wire "$w" --fence $fence && keeps "sys_nice ipc_lock" &&
		does 0 "" domain restart "$dom" && incarnation_is 2 && keeps "sys_nice ipc_lock" && deleted && good=1
	check "fence_${fence}_keeps_what_is_documented"
done
mkdir -m 700 "$tmp/theirs" && cp "$image" "$tmp/theirs/image" && chmod 700 "$tmp/theirs/image" &&
	chown -R 65534 "$tmp/theirs"
add "" --no-spare --arg 1 && does 0 "" domain replace "$dom" --image "$tmp/theirs/image" && killed KILL &&
	soon incarnation_is 3 && does 0 "" domain restart "$dom" && deleted && good=1
check an_image_that_only_its_owner_may_read
ip tuntap add dev "$f" mode tap && ip link set "$f" mtu 1400
does 0 "" domain add "$dom" --driver null --front "$f" --mtu 2000 && mtu_is 2000 &&
	keeps "$fenced net_admin" && does 0 "" domain restart "$dom" && does 0 "" domain del "$dom" && mtu_is 1400 &&
	good=1
check an_MTU_is_put_back
ip tuntap del dev "$f" mode tap

# What ends an incarnation after the drop is still named: its tracer may read it.
add "" --arg 4 && does 1 "old driver serves on" domain replace "$dom" --image "$image" &&
	told 'SIGSEGV \(address 0x0, ' && deleted && good=1
check a_fault_is_named_with_its_address

# As some containers start us; without CAP_SETPCAP not even the bounding set can be told.
printf '#!/bin/sh\nexec setpriv --bounding-set -setpcap,-dac_read_search,-sys_ptrace,-kill %s "$@"\n' "$cordon" \
	>"$tmp/few"
chmod 755 "$tmp/few"
real=$cordon cordon=$tmp/few
add "" --no-spare && cordon=$real && soon incarnation_is 1 && p=$(value "$dom" supervisor_pid) &&
	[ "$(field "/proc/$p/status" CapEff)" = "$(mask "dac_override setuid setgid sys_nice")" ] &&
	[ "$(field "/proc/$p/status" NoNewPrivs)" = 1 ] && killed KILL && soon incarnation_is 2 &&
	does 0 "" domain replace "$dom" --image "$tmp/theirs/image" && deleted && good=1
why="$why $(field "/proc/$p/status" CapEff)"
check one_who_has_few_has_fewer_then
finish
