#!/bin/sh
# SPDX-License-Identifier: MIT OR GPL-2.0-only
# make install, and drivers built and run against nothing but what it installed: the one that
# docs/porting.md has the reader write, and one with a wire. Runs in a network namespace of its own.
set -u
# shellcheck source=tests/docs/listings.inc
. tests/docs/listings.inc
# shellcheck source=tests/common
. tests/common
[ "${1:-}" = inside ] || ! unshare -n true 2>/dev/null || alone -n "$@"
scratch
pid=''
far=''
cleanup() {
	[ -z "$pid" ] || kill -9 "$pid" 2>/dev/null
	[ -z "$far" ] || kill -9 "$far" 2>/dev/null
	rm -rf "$tmp"
}
root=$tmp/root
own=$tmp/own
cordon=$root/usr/local/bin/cordon
mkdir "$tmp/listings" "$own"
# Not the make that runs this test, nor its options.
unset MAKEFLAGS MAKELEVEL
in_tree() { # TARGET
	make -s V="${V:-release}" "$1" DESTDIR="$root" PREFIX=/usr/local >"$tmp/out" 2>&1
}
outside() {
	find /usr/local /etc/cordon -newer "$tmp/listings" 2>/dev/null
}
before=$(outside)
in_tree install && [ "$before" = "$(outside)" ] && [ -x "$cordon" ] && good=1
check it_is_installed_below_DESTDIR_and_nowhere_else
[ -x "$cordon" ] || finish
PKG_CONFIG_LIBDIR=$root/usr/local/lib/pkgconfig
export PKG_CONFIG_LIBDIR
cflags=$(pkg-config --define-prefix --cflags cordon-driver 2>"$tmp/out") && good=1
check pkg-config_knows_it

good=1
for h in $(cd "$root/usr/local/include/cordon" && find . -name '*.h'); do
	echo "#include \"$h\"" >"$tmp/one.c"
	# shellcheck disable=SC2086 # flags
	"${CC:-cc}" $cflags -Wall -Werror -fsyntax-only "$tmp/one.c" 2>>"$tmp/out" || good=
done
check each_header_needs_installed_ones_alone

listings docs/porting.md "$tmp/listings" >"$tmp/list"
while read -r i lang file; do
	case $file in */*) continue ;; esac
	listing_apply "$i" "$lang" "$file" "$tmp/listings" "$own"
done <"$tmp/list"
cp tests/install/img_lossy.c "$own/lossy.c"
sed 's/^static int answer_open.*/int printf(const char *, ...);\n&/
	s/^\ta->chan = .*/\tprintf("here");\n&/' "$own/answer.c" >"$own/talks.c"

build() { # DRIVER
	make -C "$own" DRIVERS="$1" PKG_CONFIG="pkg-config --define-prefix" \
		CFLAGS="-O2 -g -Wall -Wextra -Werror" >"$tmp/out" 2>&1
}
for d in answer through lossy memide; do
	build $d && good=1
	check "driver_${d}_is_built"
done
build talks
grep -q 'link-check: talks.o needs what the runtime does not offer: printf$' "$tmp/out" &&
	[ ! -e "$own/talks" ] && good=1
check a_driver_that_calls_printf_is_refused

uninstalls() {
	in_tree uninstall && [ -z "$(find "$root" ! -type d)" ] && [ -z "$(find "$root" -name 'cordon*')" ] &&
		good=1
	[ -n "$good" ] || find "$root" >>"$tmp/out"
	check uninstall_leaves_nothing
}

# ---- run them

whynot=
if [ "$(id -u)" != 0 ] || [ "${1:-}" != inside ] || [ ! -c /dev/net/tun ]; then
	whynot="needs root and /dev/net/tun"
elif lacks=$(missing) && [ -n "$lacks" ]; then
	whynot="missing here: $lacks"
fi

# runs DRIVER ARGUMENT...: it serves.
runs() {
	d=$1
	shift
	"$cordon" domain run "$dom" --image "$own/$d" --front "$f" --counters "$@" \
		>"$tmp/out" 2>&1 </dev/null &
	pid=$!
	soon serves_or_ended "$pid"
	grep -q ': serving: driver '"$d"', fence process' "$tmp/out"
}
other_namespace() { # PID
	[ "$(readlink "/proc/$1/ns/net")" != "$(readlink "/proc/$$/ns/net")" ]
}
address() { # INTERFACE ADDRESS [COMMAND...]: and no frames but those that are asked for
	i=$1 a=$2
	shift 2
	"$@" sysctl -qw "net.ipv6.conf.$i.disable_ipv6=1" || true
	"$@" ip addr add "$a" dev "$i" && "$@" ip link set "$i" up
}
ends() {
	kill -TERM "$pid" && wait "$pid"
	rc=$?
	pid=
	return $rc
}
counter() {
	awk -v n="$1" '$2 == n {print $3}' "$tmp/out"
}

if [ -n "$whynot" ]; then
	skip its_drivers_run "$whynot"
	uninstalls
	finish
fi

{
	runs answer && address "$f" 192.0.2.1/24 &&
		ping -q -c 5 -i 0.2 -w 10 192.0.2.77 && ends
} >>"$tmp/out" 2>&1 && [ "$(counter driver_rx_frames)" -ge 6 ] &&
	[ "$(counter driver_rx_frames)" = "$(counter rx_frames)" ] && good=1
check the_driver_of_the_page_answers_pings

{
	runs answer && address "$f" 192.0.2.1/24 && ping -q -c 1 -w 10 192.0.2.77 &&
		"$cordon" domain replace "$dom" --image "$own/answer" &&
		ping -q -c 1 -w 10 192.0.2.77 && ends
} >>"$tmp/out" 2>&1 && grep -q ': serving: incarnation 2, .* by order' "$tmp/out" &&
	! grep -q ': it did not give back' "$tmp/out" && good=1
check the_driver_of_the_page_hands_over_in_good_order

# The other end of the wire in a namespace of its own. Every third frame to it is lost.
unshare -n sleep 60 &
far=$!
{
	soon other_namespace "$far" && runs lossy --wire "$w" --wire-type tap --arg 3 &&
		ip link set "$w" netns "$far" &&
		address "$f" 192.0.2.1/24 &&
		address "$w" 192.0.2.2/24 nsenter -t "$far" -n &&
		ping -q -c 9 -i 0.2 -w 20 192.0.2.2 && ends
} >>"$tmp/out" 2>&1 && [ "$(counter tx_frames)" -ge 9 ] &&
	[ "$(counter driver_tx_dropped)" = $(($(counter tx_frames) / 3)) ] &&
	[ "$(counter driver_rx_frames)" = "$(counter rx_frames)" ] &&
	[ "$(counter rx_frames)" -gt 0 ] && good=1
check a_driver_with_a_wire_loses_what_it_is_told_to_lose

serves_disk() {
	"$cordon" domain run "$dom" --class blk --image "$own/memide" --size 4M --nbd "$tmp/d.sock" \
		>"$tmp/out" 2>&1 </dev/null &
	pid=$!
	soon serves_or_ended "$pid"
	grep -q ': serving: driver memide, fence process' "$tmp/out"
}
if command -v nbdcopy >/dev/null; then
	uri="nbd+unix:///?socket=$tmp/d.sock"
	dd if=/dev/urandom of="$tmp/a" bs=64k count=64 status=none
	{
		serves_disk && timeout 60 nbdcopy --flush "$tmp/a" "$uri" && "$cordon" domain restart "$dom" &&
			timeout 60 nbdcopy "$uri" "$tmp/b" && cmp "$tmp/a" "$tmp/b" && ends
	} >>"$tmp/out" 2>&1 && good=1
	check the_disk_of_the_page_outlives_its_driver
else
	skip the_disk_of_the_page_outlives_its_driver "there is no nbdcopy: scripts/deps test"
fi

uninstalls
finish
