#!/bin/sh
# SPDX-License-Identifier: MIT OR GPL-2.0-only
# The front-end netdev, as far as a host without the kernel module goes: what is said about it, and what
# is refused. There is no /dev/cordon but what this test puts there (own_run).
set -u
# shellcheck source=tests/common
. tests/common
needs_root
needs_fence
alone -nm "$@"
own_run

# refuses NAME STATUS TEXT ARGUMENT...: and leaves nothing.
refuses() {
	what=$1
	shift
	does "$@" && nothing_left && good=1
	check "$what"
}
netdev() { # NAME STATUS TEXT ARGUMENT...
	what=$1 status=$2 text=$3
	shift 3
	refuses "$what" "$status" "$text" domain run "$dom" --driver null --front "$f" \
		--frontend netdev "$@"
}

# ---- no module

for text in /dev/cordon "modprobe cordon" "make install-module" "--frontend tap"; do
	netdev "without_the_module_it_says_$(echo "$text" | tr ' ' _)" 1 "$text"
done
netdev the_module_is_missed_with_any_core_too 1 "modprobe cordon" --without reserved
refuses domain_add_misses_the_module_too 1 "modprobe cordon" \
	domain add "$dom" --driver null --front "$f" --frontend netdev
ip link add "$w" type veth peer name "${w}p"
does 1 "modprobe cordon" domain run "$dom" --driver packet --front "$f" --wire "$w" --frontend netdev &&
	ip link show "$w" >"$tmp/out" && ! grep -q PROMISC "$tmp/out" && good=1
check its_wire_is_left_alone
ip link del "$w"

host_says() { # TEXT: and exits as without it
	"$cordon" host check >"$tmp/out" 2>"$tmp/err" && says "$1"
}
host_says '^module: not loaded .*modprobe cordon' && host_says '^reserved  .*--frontend netdev' &&
	"$cordon" host check -j >"$tmp/out" && jq -e '.facts.module.value == "not loaded" and
		(.facts.module.advice | contains("make install-module")) and
		.fence_missing.reserved == null' "$tmp/out" >/dev/null && good=1
check host_check_says_that_it_is_not_loaded

# ---- something else in its place

: >/dev/cordon
chmod 600 /dev/cordon
netdev another_file_in_its_place_is_refused 1 "not the module of this version"
host_says '^module: of another version' && good=1
check host_check_says_that_it_is_another
cp "$cordon" "$tmp/cordon"
chmod 755 "$tmp/cordon"
setpriv --reuid 65534 --regid 65534 --clear-groups "$tmp/cordon" host check >"$tmp/out" 2>"$tmp/err"
says '^module: loaded; its cores are told to root alone' && good=1
check host_check_says_what_it_may_not_ask
rm /dev/cordon

# ---- what is said

netdev a_front-end_given_twice 2 "--frontend: given twice" --frontend tap
refuses a_front-end_that_is_none 2 "--frontend bridge: class net has none of that name" \
	domain run "$dom" --driver null --front "$f" --frontend bridge
refuses a_front-end_without_its_name 2 "--frontend: the" domain run "$dom" --frontend
netdev in-flight_of_a_netdev 1 "--in-flight drop makes no sense" --in-flight drop
netdev a_way_to_receive_that_is_none 1 "--receive mail: not poll or doorbell" --receive mail
refuses a_device_name_that_can_not_be 1 "'sixteen-letters-'" \
	domain run "$dom" --driver null --frontend netdev --front sixteen-letters-
refuses a_netdev_without_a_name 1 "--front IF is missing" \
	domain run "$dom" --driver null --frontend netdev
refuses a_way_to_receive_of_a_tap 1 "--receive poll makes no sense without --frontend netdev" \
	domain run "$dom" --driver null --front "$f" --receive poll
printf 'driver = null\nfront = %s\nfrontend = bridge\n' "$f" >"$tmp/bad.conf"
refuses a_front-end_that_is_none_in_a_file 2 "bad.conf:3: --frontend bridge" \
	domain run "$dom" --conf "$tmp/bad.conf"

# ---- the other front-end is as it was

printf 'driver = null\nfront = %s\nfrontend = tap\n' "$f" >"$tmp/good.conf"
does 0 "" domain add "$dom" --conf "$tmp/good.conf" --without reserved &&
	shows "$dom" '.frontend == "tap" and .state == "serving"' &&
	"$cordon" domain show "$dom" >"$tmp/out" && says '^driver: null, .*, front-end tap' &&
	does 0 "" domain del "$dom" && add "" && shows "$dom" '.frontend == "tap"' &&
	does 0 "" domain del "$dom" && nothing_left && good=1
check a_tap_is_the_default_and_minds_no_reserved_core

"$cordon" domain run --help >"$tmp/out" 2>"$tmp/err"
says '^  frontend tap ' && says '^  frontend netdev ' && [ "$(grep -c '^Class net' "$tmp/out")" = 1 ] &&
	good=1
check the_help_has_both_once
finish
