#!/bin/sh
# SPDX-License-Identifier: MIT OR GPL-2.0-only
# The models of sleeping, exhaustively (spin): nobody sleeps over a message. And without each of its
# barriers a model must fail, or it would say nothing about them.
set -u
folder=$PWD/tests/models
tmp=$(mktemp -d) || exit 1
trap 'rm -rf "$tmp"' EXIT
trap 'exit 1' INT TERM
n=0
bad=0

# search MODEL [FLAG]: in the background, each in a directory of its own.
search() {
	mkdir "$tmp/$1.${2:-}"
	# shellcheck disable=SC2086 # no flag is no argument
	(cd "$tmp/$1.${2:-}" && exec >out 2>&1 && spin -a ${2:+-D$2} "$folder/$1.pml" &&
		gcc -w -O2 -DSAFETY -o pan pan.c && timeout 120 ./pan -m100000 && : >complete) &
}
# verify MODEL FLAG: what the search says, in $tmp/out. Fails unless it was complete or found an error.
verify() {
	cp "$tmp/$1.$2/out" "$tmp/out" && [ -e "$tmp/$1.$2/complete" ] &&
		! grep -q 'max search depth too small' "$tmp/out"
}

result() { # GOOD NAME
	n=$((n + 1))
	if [ "$1" = 1 ]; then
		echo "ok $n - $2"
		return
	fi
	echo "not ok $n - $2"
	tail -n 15 "$tmp/out" | sed 's/^/# /'
	bad=1
}

holds() { # MODEL
	good=0
	verify "$1" "" && grep -q 'errors: 0$' "$tmp/out" && good=1
	result $good "$1: nobody sleeps over a message"
}

fails() { # MODEL FLAG
	good=0
	verify "$1" "$2" && grep -q 'errors: 1$' "$tmp/out" &&
		grep -q 'assertion violated .*got.*sent' "$tmp/out" && good=1
	result $good "$1: somebody does with $2"
}

search wait_process
for flag in NO_ANNOUNCE_FENCE NO_SEND_FENCE NO_CHECK; do
	search wait_process $flag
done
search wait_kernel
for flag in NO_SLEEP_FENCE NO_DOORBELL_FENCE NO_KICK_FENCE NO_AWAIT_FENCE; do
	search wait_kernel $flag
done
wait
holds wait_process
fails wait_process NO_ANNOUNCE_FENCE
fails wait_process NO_SEND_FENCE
fails wait_process NO_CHECK
holds wait_kernel
fails wait_kernel NO_SLEEP_FENCE
fails wait_kernel NO_DOORBELL_FENCE
fails wait_kernel NO_KICK_FENCE
fails wait_kernel NO_AWAIT_FENCE
echo "1..$n"
exit $bad
