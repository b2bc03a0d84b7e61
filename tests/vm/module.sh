#!/bin/sh
# SPDX-License-Identifier: MIT OR GPL-2.0-only
# cordon.ko on both kernels: it builds without a word, loads and goes, and survives what callers and
# drivers do to it. Both guests run at once.
set -u
# shellcheck source=tests/common
. tests/common
# shellcheck source=tests/vm/guests
. tests/vm/guests
needs_guests

# A tree of its own: all is compiled, and sparse sees all.
sparse=
! command -v sparse >/dev/null || sparse=1
for k in $kernels; do
	rm -rf "build/kernel/$k" "build/kernel/$k-ladder" "build/kernel/$k-cdl"
done
CHECK=$sparse timeout -k 5 300 scripts/module >"$tmp/out" 2>"$tmp/err" </dev/null
[ "$(wc -l <"$tmp/out")" = 2 ] && [ ! -s "$tmp/err" ] && good=1
check "builds_for_both_kernels${sparse:+,_and_sparse_says_nothing}"
CHECK=$sparse timeout -k 5 100 scripts/module -l >"$tmp/out" 2>"$tmp/err" </dev/null
[ "$(wc -l <"$tmp/out")" = 2 ] && [ ! -s "$tmp/err" ] && good=1
check "so_does_the_one_that_measures"
timeout -k 5 100 scripts/module -c >"$tmp/out" 2>"$tmp/err" </dev/null
[ "$(wc -l <"$tmp/out")" = 2 ] && [ ! -s "$tmp/err" ] && good=1
check "so_does_the_one_that_tests_stubs"

in_guests 450 tests/vm/inside-module
finish
