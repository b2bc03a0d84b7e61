#!/bin/sh
# SPDX-License-Identifier: MIT OR GPL-2.0-only
# Bad arguments: one clear line that names the thing, the documented exit status, nothing changed.
# Runs in a network namespace of its own, so that every device there is one of ours.
set -u
# shellcheck source=tests/common
. tests/common
needs_root
alone -n "$@"
scratch
plain=cad$$ tun=cau$$ kept=cak$$
running=
cleanup() {
	[ -z "$running" ] || kill -9 "$running" 2>/dev/null
	rm -rf "$tmp"
}

# All that a refusal could leave behind.
state() {
	ip -o link show | sed 's/ qdisc.*//'
	find /run -maxdepth 2 -name "*$dom*" 2>/dev/null
	find /sys/fs/cgroup -name "cordon-*$dom*" 2>/dev/null
	pgrep -f "^[^ ]*/cordon domain run.*$dom" || true
}

# refused NAME STATUS TEXT COMMAND...: TEXT is in the one line on stderr.
refused() {
	what=$1 status=$2 text=$3
	shift 3
	before=$(state)
	timeout -k 5 30 "$@" >"$tmp/out" 2>"$tmp/err" </dev/null
	rc=$?
	after=$(state)
	why=
	[ $rc = "$status" ] || why="status $rc, not $status"
	[ "$(wc -l <"$tmp/err")" = 1 ] || why="$why; not one line"
	grep -q '^cordon: ' "$tmp/err" || why="$why; not from cordon"
	grep -qF -- "$text" "$tmp/err" || why="$why; '$text' is not in it"
	grep -qvE '^[a-z]+: missing: ' "$tmp/out" && why="$why; something on stdout"
	[ "$before" = "$after" ] || why="$why; it changed something: $after"
	[ -z "$why" ] && good=1
	check "$what"
}

run() { # NAME STATUS TEXT ARGUMENT...: with a good domain, driver and front-end
	what=$1 status=$2 text=$3
	shift 3
	refused "$what" "$status" "$text" "$cordon" domain run "$dom" --driver null --front "$f" "$@"
}

named() { # NAME DOMAIN
	refused "$1" 1 "a name is 1 to 31" "$cordon" domain run "$2" --driver null --front "$f"
}

# ---- names

named a_name_that_is_empty ""
named a_name_with_a_slash "a/$dom"
named a_name_that_climbs "../$dom"
named a_name_of_two_dots ".."
named a_name_with_a_blank "a $dom"
named a_name_of_32_letters "${dom}aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
refused a_name_that_is_missing 2 "NAME is missing" "$cordon" domain run --driver null --front "$f"
refused two_names 2 "${dom}b" "$cordon" domain run "$dom" "${dom}b" --driver null --front "$f"
refused a_name_with_a_newline 2 "argument 3" "$cordon" domain run "a
$dom" --driver null --front "$f"

# ---- options

run an_unknown_option 2 "--colour" --colour
run an_unknown_short_option 2 "-q" -q
run an_option_with_an_equals_sign 2 "--mtu=1500" --mtu=1500
run two_dashes_alone 2 "--: no such option" --
for o in class driver fence core peer without memory deadline image loader arg front wire wire-type \
	mtu; do
	refused "--${o}_without_its_value" 2 "--$o: the" "$cordon" domain run "$dom" --$o
	refused "--${o}_followed_by_an_option" 2 "--$o: the" "$cordon" domain run "$dom" --$o --echo
done
run a_driver_given_twice 2 "--driver: given twice" --driver tap
run a_core_given_twice 2 "--core: given twice" --core 0 --core 1
run a_front-end_given_twice 2 "--front: given twice" --front "$w"
refused no_driver 2 "--driver" "$cordon" domain run "$dom" --front "$f"
refused an_unknown_driver 2 "e1000" "$cordon" domain run "$dom" --driver e1000 --front "$f"
run an_unknown_class 2 "--class safebox" --class safebox
run an_unknown_fence 2 "--fence jail" --fence jail
run an_unknown_part_of_the_fence 2 "--without moat" --without moat
run an_empty_part_of_the_fence 2 "--without" --without ""
refused no_front-end 1 "--front" "$cordon" domain run "$dom" --driver null
refused a_tap_without_a_wire 1 "--wire" "$cordon" domain run "$dom" --driver tap --front "$f"
run a_wire_for_the_driver_without_one 1 "$w" --wire "$w"
refused an_echo_of_another_driver 1 "--echo" \
	"$cordon" domain run "$dom" --driver tap --front "$f" --wire "$w" --echo
refused a_wire_type_of_a_known_driver 1 "--wire-type" \
	"$cordon" domain run "$dom" --driver tap --front "$f" --wire "$w" --wire-type tap
own() { # NAME TEXT ARGUMENT...: with a driver that the class doesn't know
	what=$1 text=$2
	shift 2
	refused "$what" 1 "$text" \
		"$cordon" domain run "$dom" --front "$f" --image "$build/drivers/net-null" "$@"
}
own a_wire_type_without_a_wire "without --wire" --wire-type tap
own a_wire_type_that_is_none "avian" --wire "$w" --wire-type avian
own a_wire_of_an_own_driver_that_does_not_exist "$w" --driver mine --wire "$w"
own an_echo_of_an_own_driver "net-null can't --echo" --echo
own an_image_without_a_fence "fence inline" --fence inline
refused the_same_device_twice 1 "$f" \
	"$cordon" domain run "$dom" --driver tap --front "$f" --wire "$f"

disk() { # NAME STATUS TEXT ARGUMENT...
	what=$1 status=$2 text=$3
	shift 3
	refused "$what" "$status" "$text" "$cordon" domain run "$dom" --class blk --nbd "$tmp/s" "$@"
}
truncate -s 1000 "$tmp/odd"
mkdir "$tmp/dir"
disk an_option_of_another_class 2 "--front: class blk" --driver mem --front "$f"
disk a_driver_of_another_class 2 "--driver packet" --driver packet
disk a_front-end_of_another_class 2 "--frontend tap" --driver mem --frontend tap
refused a_disk_without_a_socket 1 "--nbd FILE is missing" "$cordon" domain run "$dom" --class blk --driver mem
disk a_socket_for_a_disk_in_the_kernel 1 "--nbd $tmp/s makes no sense with --frontend disk" --driver mem --frontend disk
disk a_name_for_a_disk_of_nbd 1 "--disk d makes no sense without --frontend disk" --driver mem --disk d
disk_in_kernel() { # NAME TEXT OPTION...
	what=$1 text=$2
	shift 2
	refused "$what" 1 "$text" "$cordon" domain run "$dom" --class blk --frontend disk --driver mem "$@"
}
disk_in_kernel a_way_to_complete_that_is_none "--complete mail: not poll or doorbell" --complete mail
disk_in_kernel a_name_for_a_disk_that_is_too_long "not a name of at most 31" --disk 12345678901234567890123456789012
disk a_file_driver_without_a_file 1 "--file FILE is missing" --driver file
disk a_file_for_a_ram_disk 1 "has no file" --driver mem --file "$tmp/odd"
disk a_size_and_a_file 1 "--size 1M makes no sense" --driver file --file "$tmp/odd" --size 1M
disk a_file_of_no_whole_blocks 1 "1000 bytes are no whole blocks of 512" --driver file --file "$tmp/odd"
for v in /nonexistent/x "$tmp/dir" /dev/null; do
	disk "a_file_that_is_$v" 1 "--file $v" --driver file --file "$v"
done
for v in "" 0 1 511 1X 1MM M 2T -1 99999999999999999999; do
	disk "a_size_of_'$v'" 1 "--size $v" --driver mem --size "$v"
done
for v in "" 0 256 1024 512x; do
	disk "a_block_of_'$v'" 1 "--block $v" --driver mem --block "$v"
done
refused a_socket_in_no_directory 1 "/nonexistent/s" \
	"$cordon" domain run "$dom" --class blk --driver mem --nbd /nonexistent/s

# ---- numbers

for v in "" 0 -1 1k 0x 1048577 999999999999999999 " 1" 1.5; do
	run "--memory_of_'$v'" 2 "--memory $v" --memory "$v"
done
for v in "" 0 -1 1s 3600001 999999999999999999; do
	run "--deadline_of_'$v'" 2 "--deadline $v" --deadline "$v"
done
for v in "" -1 1x 18446744073709551616; do
	run "--arg_of_'$v'" 2 "--arg $v" --arg "$v"
done
for v in "" 0 67 65522 -1500 1500x 0x5dc 999999999999999999; do
	run "--mtu_of_'$v'" 1 "--mtu $v" --mtu "$v"
done
for v in "" -1 1x 8192 999999999999999999 0-1; do
	run "--core_of_'$v'" 1 "core" --core "$v"
	run "--peer_of_'$v'" 1 "CPU" --peer "$v"
done
[ "$(nproc)" = 1 ] || run a_core_that_is_the_front-end\'s 1 "core 0" --core 0 --peer 0

# ---- files

head -c 17000000 /dev/zero >"$tmp/big"
: >"$tmp/empty"
echo "not a program" >"$tmp/text"
head -c 600 "$build/drivers/net-null" >"$tmp/cut"
mkfifo "$tmp/fifo"
for o in image loader; do
	for v in /nonexistent/x "$tmp" "$tmp/big" "$tmp/empty" "$tmp/text" "$tmp/fifo" "$tmp/cut"; do
		run "--${o}_that_is_${v##*/}" 1 "$v" --$o "$v"
	done
	run "--${o}_of_''" 1 "" --$o ""
done
run a_loader_that_is_another_program 1 "/bin/true" --loader /bin/true

# ---- devices

ip link add "$plain" type dummy 2>/dev/null || ip link add "$plain" type veth peer name "${plain}p"
ip link set "$plain" mtu 1000
ip tuntap add dev "$tun" mode tun
ip tuntap add dev "$kept" mode tap
ip link set "$kept" mtu 1400
device() { # NAME TEXT FRONT ARGUMENT...
	what=$1 text=$2 front=$3
	shift 3
	refused "$what" 1 "$text" "$cordon" domain run "$dom" --front "$front" "$@"
}
for v in "" . .. a/b "a b" a:b a%d aaaaaaaaaaaaaaaa; do
	device "a_front-end_called_'$v'" "'$v'" "$v" --driver null
done
device a_front-end_that_is_no_tap "$plain" "$plain" --driver null
device a_front-end_that_is_a_tun "$tun" "$tun" --driver null
device a_wire_that_is_no_tap "$plain" "$f" --driver tap --wire "$plain"
device a_wire_that_does_not_exist "$w" "$f" --driver packet --wire "$w"
device an_mtu_above_that_of_the_wire "$plain" "$f" --driver packet --wire "$plain" --mtu 1400
device a_tap_whose_mtu_would_have_changed "$w" "$kept" --driver packet --wire "$w"
device a_tap_kept_when_the_image_is_none "$tmp/text" "$kept" --driver null --image "$tmp/text"
device both_taps_kept_when_the_image_is_none "$tmp/text" "$f" --driver tap --wire "$kept" \
	--image "$tmp/text"

# serving ARGUMENT...: wait until it serves; its number is in $running.
serving() {
	: >"$tmp/out"
	"$cordon" domain run "$@" >"$tmp/out" 2>"$tmp/err" </dev/null &
	running=$!
	soon serves_or_ended "$running" && grep -q ': serving: ' "$tmp/out"
}

stopped() {
	kill -TERM "$running"
	wait "$running"
	rc=$?
	running=
	return $rc
}

# No spare: it would be made behind what is compared.
serving --no-spare --driver null --front "$f" "${dom}o" --arg 0 && good=1
why="it does not serve"
check options_stand_before_and_after_the_name
# The domain that runs holds a name and a TAP device.
device a_tap_that_is_in_use "$f" "$f" --driver null
device a_wire_that_is_in_use "$f" "$w" --driver tap --wire "$f"
refused a_domain_that_runs 1 "runs already" \
	"$cordon" domain run "${dom}o" --driver null --front "$w"
kill -0 "$running" && stopped && good=1
why="status $rc"
check the_domain_that_ran_is_not_disturbed
before=$(state)
serving "$dom" --driver null --front "$kept" --mtu 2000 && stopped &&
	[ "$before" = "$(state)" ] && good=1
why=$(state)
check a_domain_that_ends_puts_the_mtu_back

# ---- rights

cp -r "$cordon" "$cordon-loader" "$build/drivers" "$tmp"
chmod -R go+rX "$tmp"
nobody() { # NAME TEXT ARGUMENT...
	what=$1 text=$2
	shift 2
	refused "$what" 1 "$text" setpriv --reuid 65534 --regid 65534 --clear-groups \
		"$tmp/cordon" domain run "$dom" --driver null --front "$f" "$@"
}
nobody an_unprivileged_user "$dom"
nobody an_unprivileged_user_without_a_memory_limit "run as root" --without cgroup
nobody an_unprivileged_user_without_a_fence "run as root" --fence inline
nobody an_unprivileged_user_with_a_thread "run as root" --fence thread

# ---- commands

unknown() { # NAME ARGUMENT...: the help follows, as nobody knows what was meant
	what=$1
	shift
	"$cordon" "$@" >"$tmp/out" 2>"$tmp/err" </dev/null
	rc=$?
	[ $rc = 2 ] && [ ! -s "$tmp/out" ] && grep -q '^cordon OBJECT VERB' "$tmp/err" && good=1
	[ $# = 0 ] || head -n 1 "$tmp/err" | grep -qF "cordon: $*: no such command" || good=
	why="status $rc"
	check "$what"
}
helps() { # NAME ARGUMENT...
	what=$1
	shift
	before=$(state)
	"$cordon" "$@" >"$tmp/out" 2>"$tmp/err" </dev/null
	rc=$?
	[ $rc = 0 ] && [ -s "$tmp/out" ] && [ ! -s "$tmp/err" ] && [ "$before" = "$(state)" ] &&
		good=1
	why="status $rc"
	check "$what"
}
unknown no_command_at_all
unknown an_unknown_object pony ride
unknown an_unknown_verb domain paint
unknown a_verb_that_is_missing domain
helps the_help_of_cordon --help
helps the_short_help_of_cordon -h
helps the_help_of_an_object domain --help
helps the_help_of_domain_run domain run --help
helps the_help_of_domain_run_after_arguments domain run "$dom" --driver null --front "$f" --help
helps the_help_of_host_check host check --help
refused an_argument_of_host_check 2 "now" "$cordon" host check now
finish
