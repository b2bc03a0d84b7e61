#!/bin/sh
# SPDX-License-Identifier: MIT OR GPL-2.0-only
# docs/porting.md: what it quotes is the source, all of drv_null.c is explained, what it has the
# reader build builds at every step against the installed files, and its line counts are true.
set -u
# shellcheck source=tests/docs/listings.inc
. tests/docs/listings.inc
page=docs/porting.md
# shellcheck source=tests/common
. tests/common
scratch
mkdir "$tmp/listings" "$tmp/own"

# Not the make that runs this test, nor its options.
unset MAKEFLAGS MAKELEVEL
make -s V="${V:-release}" install DESTDIR="$tmp/root" PREFIX=/usr/local >"$tmp/out" 2>&1 && good=1
check it_can_be_installed
PKG_CONFIG_LIBDIR=$tmp/root/usr/local/lib/pkgconfig
export PKG_CONFIG_LIBDIR

build() { # DRIVER
	make -C "$tmp/own" DRIVERS="$1" PKG_CONFIG="pkg-config --define-prefix" \
		CFLAGS="-O2 -g -Wall -Wextra -Werror" >"$tmp/out" 2>&1 && [ -x "$tmp/own/$1" ]
}

row() { # WHAT FILE...
	what=$1
	shift
	echo "| $what | $(lines_of_code "$@") |" >>"$tmp/table"
}
row '`domains/net/drv_null.c`' domains/net/drv_null.c
row '`domains/net/drv_tap.c`' domains/net/drv_tap.c
row '`domains/net/drv_packet.c`' domains/net/drv_packet.c
row '`domains/net/wire.c` and `.h`, which these two share' domains/net/wire.c domains/net/wire.h

listings $page "$tmp/listings" >"$tmp/list"
steps=0
while read -r i lang file; do
	case $lang,$file in
	diff,*/*)
		mkdir -p "$tmp/tree/${file%/*}"
		cp "$file" "$tmp/tree/$file"
		patch -s -F 0 -d "$tmp/tree" -p0 <"$tmp/listings/$i" >"$tmp/out" 2>&1 && good=1
		check "listing_${i}_fits_to_$file"
		;;
	*,*/*)
		case $(cat "$file") in
		*"$(cat "$tmp/listings/$i")"*) good=1 ;;
		*) echo "not in $file as it stands there" >"$tmp/out" ;;
		esac
		[ "$file" != domains/net/drv_null.c ] || cat "$tmp/listings/$i" >>"$tmp/null.c"
		check "listing_${i}_is_a_part_of_$file"
		;;
	*)
		listing_apply "$i" "$lang" "$file" "$tmp/listings" "$tmp/own" >"$tmp/out" 2>&1 &&
			good=1
		check "listing_${i}_is_or_changes_$file"
		[ "$lang" != make ] || continue
		steps=$((steps + 1))
		build "${file%.c}" && good=1
		check "step_${steps}_builds_${file%.c}"
		[ "$file" != answer.c ] || row "\`answer.c\`, step $steps" "$tmp/own/answer.c"
		[ "$file" != through.c ] || row '`through.c`' "$tmp/own/through.c"
		[ "$file" != memide.c ] || row '`memide.c`' "$tmp/own/memide.c"
		;;
	esac
done <"$tmp/list"
# By hand, so that a page without listings is not a good one.
[ "$steps" = 7 ] && good=1
check all_steps_are_there
diff -B domains/net/drv_null.c "$tmp/null.c" >"$tmp/out" && good=1
check all_of_drv_null.c_is_quoted_in_order
sed -n 's/^\(| `.*`.* | [0-9]* |\)$/\1/p' $page | diff - "$tmp/table" >"$tmp/out" && good=1
check the_lines_are_counted_right

# Relative links lead somewhere.
: >"$tmp/out"
for l in $(sed -n 's/[^[]*\[[^]]*\](\([^)#]*\)[^)]*)/\1\n/gp' $page | grep -v '^http'); do
	case $l in *.md | *.c | *.h) [ -e "docs/$l" ] || echo "$l" >>"$tmp/out" ;; esac
done
[ -s "$tmp/out" ] || good=1
check its_links_lead_somewhere
finish
