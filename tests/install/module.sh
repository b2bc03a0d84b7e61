#!/bin/sh
# SPDX-License-Identifier: MIT OR GPL-2.0-only
# make install-module: all that the kernel module is built from and no more, and DKMS builds it from
# that alone, for kernels that don't run here: those of scripts/vm, of which one at least is fetched.
set -u
# shellcheck source=tests/common
. tests/common
scratch
root=$tmp/root
: >"$tmp/mark"

# Not the make that runs this test, nor its options.
unset MAKEFLAGS MAKELEVEL
in_tree() { # TARGET
	make -s "$1" DESTDIR="$root" PREFIX=/usr >"$tmp/out" 2>&1
}
outside() {
	find /usr/src /usr/lib/modules-load.d /var/lib/dkms /lib/modules -newer "$tmp/mark" 2>/dev/null
}
if [ ! -e core/kernel/Kbuild ]; then
	skip install-module "this tree has no kernel module"
	finish
fi

before=$(outside)
in_tree install-module && [ "$before" = "$(outside)" ] && good=1
check it_is_installed_below_DESTDIR_and_nowhere_else
src=$(echo "$root"/usr/src/cordon-*)
version=${src##*/cordon-}
[ -d "$src" ] || finish

# What is included by a name in quotes is there (but for what stubs include in user space), and what is there
# is ours, or was made.
(
	cd "$src" || exit 1
	status=0
	find . -name '*.[ch]' >"$tmp/files"
	while read -r f; do
		for i in $(sed -n 's/^ *# *include "\(.*\)".*/\1/p' "$f"); do
			case $f,$i in *.cdl_client.h,core/stub.h) continue ;; esac
			[ -e "$i" ] || [ -e "${f%/*}/$i" ] || { echo "$f: $i" && status=1; }
		done
		case $f in *.cdl*) made=build/gen/ ;; *) made='' ;; esac
		cmp "$f" "$OLDPWD/$made$f" || status=1
	done <"$tmp/files"
	exit $status
) >"$tmp/out" 2>&1 && cmp "$src/Kbuild" core/kernel/Kbuild >>"$tmp/out" 2>&1 && good=1
check what_its_sources_include_is_installed
grep -qx cordon "$root/usr/lib/modules-load.d/cordon.conf" && good=1
check it_is_loaded_at_boot

# The configuration, as DKMS reads it: the kernel's directory is DKMS's to name.
(
	kernel_source_dir=/kernel dkms_tree=/tree
	: "$kernel_source_dir $dkms_tree"
	# shellcheck disable=SC1091 # it was just made; its [0] is bash's
	sed 's/\[0\]//' "$src/dkms.conf" >"$tmp/conf" && . "$tmp/conf" &&
		[ "$PACKAGE_NAME/$PACKAGE_VERSION" = "cordon/$version" ] &&
		[ "$MAKE" = "'make' -C /kernel M=/tree/cordon/$version/build modules" ] &&
		[ "$AUTOINSTALL" = yes ] && [ "$DEST_MODULE_LOCATION" = /updates/dkms ] &&
		for k in 6.1.0-56-amd64 6.12.117+deb12-amd64 7.0 10.2; do
			echo "$k" | grep -qE "$BUILD_EXCLUSIVE_KERNEL" || exit 1
		done && ! echo 6.0.12-1 | grep -qE "$BUILD_EXCLUSIVE_KERNEL" &&
		! echo 5.16.1 | grep -qE "$BUILD_EXCLUSIVE_KERNEL" && ! grep -q uname "$src/dkms.conf"
) >"$tmp/out" 2>&1 && good=1
check DKMS_is_told_what_it_needs

# ---- DKMS builds it

# DKMS itself: the one that is here, else Debian's package, unpacked and not installed.
dkms=$(command -v dkms)
if [ -z "$dkms" ] && (cd "$tmp" && timeout 60 apt-get download dkms && dpkg -x dkms_*.deb dkms) \
	>"$tmp/out" 2>&1; then
	dkms=$tmp/dkms/usr/sbin/dkms
fi
lacks=
[ "$(id -u)" = 0 ] && unshare -m true 2>/dev/null || lacks="needs root"
[ -n "$dkms" ] || lacks="there is no dkms, and none to be had"
[ -n "$(scripts/vm kernels)" ] || lacks="no kernel was fetched (scripts/vm fetch)"
: >"$tmp/out"

# builds KERNEL: what it says is in $tmp/outKERNEL. The keys that it may make for signing go with a /var/lib of its own.
builds() {
	headers=$(scripts/vm headers --kernel "$1") && release=${headers##*/linux-headers-} || return
	mkdir "$tmp/tree$1" || return
	for verb in add build; do
		# shellcheck disable=SC2016 # for the inner shell
		timeout 500 unshare -m sh -c 'mount -t tmpfs none /var/lib && exec bash "$@"' sh \
			"$dkms" $verb "cordon/$version" -k "$release" --kernelsourcedir "$headers" \
			--dkmstree "$tmp/tree$1" --sourcetree "$root/usr/src" \
			>>"$tmp/out$1" 2>&1 </dev/null || {
			cat "$tmp/tree$1"/cordon/*/build/make.log >>"$tmp/out$1" 2>&1
			return 1
		}
	done
	ko=$(find "$tmp/tree$1" -name 'cordon.ko*')
	modinfo -F vermagic "$ko" >"$tmp/out$1" && grep -q "^$release " "$tmp/out$1" &&
		[ "$(modinfo -F version "$ko")" = "$version" ]
}
has() {
	[ -z "$lacks" ] && scripts/vm kernels | grep -q "^$1 "
}
for k in 6.1 6.12; do
	! has $k || { builds $k && : >"$tmp/built$k"; } &
done
wait
for k in 6.1 6.12; do
	if has $k; then
		cp "$tmp/out$k" "$tmp/out"
		[ -e "$tmp/built$k" ] && good=1
		check "DKMS_builds_it_for_$k"
	else
		skip "DKMS_builds_it_for_$k" "${lacks:-that kernel was not fetched}"
	fi
done

in_tree uninstall-module && [ -z "$(find "$root" ! -type d)" ] && [ ! -e "$src" ] && good=1
[ "$good" = 1 ] || find "$root" >>"$tmp/out"
check uninstall-module_leaves_nothing
finish
