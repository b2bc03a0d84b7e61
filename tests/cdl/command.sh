#!/bin/sh
# SPDX-License-Identifier: MIT OR GPL-2.0-only
# The command cordon-cdl: what it writes, and that it leaves nothing behind when it can't.
set -u
# shellcheck source=tests/common
. tests/common
scratch
cdl=$PWD/build/cdl/cordon-cdl
golden=tests/cdl/golden/all.cdl
dir=$tmp/dir
mkdir "$dir"

# says STATUS COMMAND...: it ends with that.
says() {
	want=$1
	shift
	"$@" >"$tmp/out" 2>&1
	[ $? = "$want" ]
}
empty() {
	[ -z "$(ls -A "$dir")" ]
}

says 0 "$cdl" -o "$dir" $golden && [ "$(ls -A "$dir" | wc -l)" = 7 ] && good=1
for f in "$dir"/*; do
	cmp "$f" "tests/cdl/golden/${f##*/}" >>"$tmp/out" 2>&1 || good=
done
check all_parts_are_written_and_nothing_else
rm -f "$dir"/*
cp $golden "$dir"
(cd "$dir" && "$cdl" --doc all.cdl && "$cdl" --decode --server "$dir/all.cdl") >"$tmp/out" 2>&1 &&
	[ "$(ls "$dir" | tr '\n' ' ')" = "all.cdl all.cdl.md all.cdl_decode.c all.cdl_server.c " ] && good=1
check parts_are_written_beside_the_source
rm -f "$dir"/*
"$cdl" -o - --header $golden 2>"$tmp/out" | cmp - $golden.h && empty && good=1
check one_part_goes_to_standard_output
"$cdl" -o - --header - <$golden 2>"$tmp/out" | sed 's/stdin\.cdl/all.cdl/' | cmp - $golden.h && good=1
check the_source_may_be_standard_input

says 0 "$cdl" --version && grep -qx 'cordon-cdl [0-9.]*' "$tmp/out" && says 0 "$cdl" --help &&
	grep -q '^usage: ' "$tmp/out" && says 2 "$cdl" && grep -q '^usage: ' "$tmp/out" &&
	says 2 "$cdl" --what $golden && says 2 "$cdl" $golden $golden && says 2 "$cdl" -o - $golden &&
	grep -q 'one part' "$tmp/out" && good=1
check usage

says 2 "$cdl" "$tmp/nothing.cdl" && grep -q "can't open .*nothing.cdl: No such file" "$tmp/out" &&
	says 2 "$cdl" -o "$tmp/nowhere" $golden && grep -q "can't write .*nowhere" "$tmp/out" &&
	says 2 "$cdl" -o "$dir" tests && empty && good=1
check what_cannot_be_read_or_written_is_named

awk '/^```/ { if (n++) exit; next } n' docs/cdl.md >"$tmp/netctl.cdl" && says 0 "$cdl" -o "$dir" "$tmp/netctl.cdl" &&
	[ "$(grep -c '(\*' "$dir/netctl.cdl_server.h")" = 6 ] && good=1
check the_documentations_example_compiles
rm -f "$dir"/*

echo 'interface t 1 { int f(u33 a); };' >"$tmp/bad.cdl"
says 1 "$cdl" -o "$dir" "$tmp/bad.cdl" && grep -q "bad.cdl:1:23: error: there is no type 'u33'" "$tmp/out" &&
	empty && good=1
check errors_are_reported_and_nothing_is_written

# One of them can't be put in its place.
mkdir -p "$dir/all.cdl_decode.c/x"
says 2 "$cdl" -o "$dir" $golden && [ -z "$(find "$dir" -name '.*')" ] && good=1
check no_temporary_file_is_left
rm -rf "$dir"

if [ -c /dev/full ]; then
	"$cdl" -o - --header $golden >/dev/full 2>"$tmp/out"
	[ $? = 2 ] && grep -q "can't write to standard output" "$tmp/out" && good=1
	check a_full_disk_is_an_error
fi
finish
