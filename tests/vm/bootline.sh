#!/bin/sh
# SPDX-License-Identifier: MIT OR GPL-2.0-only
# scripts/bootline: the words for a list of cores, the lists that are refused, and GRUB's file.
set -u
bootline=$PWD/scripts/bootline
tmp=$(mktemp -d) || exit 1
trap 'rm -rf "$tmp"' EXIT
trap 'exit 1' INT TERM HUP

n=0
bad=0
result() { # GOOD NAME
	n=$((n + 1))
	if [ "$1" = 1 ]; then
		echo "ok $n - $2"
	else
		echo "not ok $n - $2"
		sed 's/^/# /' "$tmp/out" "$tmp/err"
		bad=1
	fi
}
run() { # ARGUMENT...: sets $rc; what to say to a question is in $tmp/in
	"$bootline" "$@" >"$tmp/out" 2>"$tmp/err" <"$tmp/in"
	rc=$?
}
: >"$tmp/in"

words() { # NAME PRESENT CORES LIST OTHERS
	run --present "$2" "$3"
	want="isolcpus=domain,managed_irq,$4 nohz_full=$4 rcu_nocbs=$4 irqaffinity=$5 cordon.cores=$4"
	result "$([ $rc = 0 ] && [ ! -s "$tmp/err" ] && [ "$(cat "$tmp/out")" = "$want" ] && echo 1)" "$1"
}
words one_core 0-1 1 1 0
words a_range 0-7 4-7 4-7 0-3
words a_list_in_any_order 0-7 5,2-3,3 2-3,5 0-1,4,6-7
words holes_in_what_is_present 0-2,8-9 8 8 0-2,9
words numbers_of_two_digits 0-31 9-11,30 9-11,30 0-8,12-29,31
words the_last_but_CPU_0 0-3 1-3 1-3 0

refused() { # NAME PRESENT CORES TEXT
	run --present "$2" "$3"
	result "$([ $rc = 1 ] && [ ! -s "$tmp/out" ] && [ "$(wc -l <"$tmp/err")" = 1 ] &&
		grep -q "^bootline: .*$4" "$tmp/err" && echo 1)" "$1"
}
refused CPU_0_with_a_reason 0-3 0 "CPU 0 stays with Linux: "
refused CPU_0_in_a_range 0-3 0-1 "CPU 0 stays with Linux: "
refused all_CPUs 1-2 1-2 "all CPUs"
refused a_CPU_that_is_not_there 0-3 4 "no CPU 4 here, only 0-3"
refused a_CPU_in_a_hole 0-2,8-9 2-8 "no CPU 3 here"
for l in "" x 1- "1," ,1 1,,2 3-2 1-2-3 "1 2" 0x1 1:2 999999999; do
	refused "no_list:_'$l'" 0-3 "$l" "no list of CPUs"
done
run 1 2
result "$([ $rc = 2 ] && grep -q ^usage "$tmp/err" && echo 1)" two_lists_are_misuse

# ---- GRUB's file

root=$tmp/root
drop=$root/etc/default/grub.d/cordon.cfg
run --install --root "$root" --present 0-3 --yes 2-3
result "$([ $rc = 1 ] && grep -q "no GRUB" "$tmp/err" && [ ! -e "$root" ] && echo 1)" without_GRUB_nothing_is_written
mkdir -p "$root/etc/default"
echo 'GRUB_CMDLINE_LINUX_DEFAULT="quiet"' >"$root/etc/default/grub"
line="isolcpus=domain,managed_irq,2-3 nohz_full=2-3 rcu_nocbs=2-3 irqaffinity=0-1 cordon.cores=2-3"
read_as_grub_does() {
	# shellcheck disable=SC1090,SC1091 # of this test
	(. "$root/etc/default/grub" && . "$drop" && echo "$GRUB_CMDLINE_LINUX_DEFAULT")
}
install() {
	run --install --root "$root" --present 0-3 "$@"
}
install 2-3
result "$([ $rc = 1 ] && [ ! -e "$drop" ] && grep -q "^+.*$line" "$tmp/out" && echo 1)" \
	no_answer_changes_nothing_but_the_change_is_shown
echo n >"$tmp/in"
install 2-3
result "$([ $rc = 1 ] && [ ! -e "$drop" ] && echo 1)" nor_does_a_no
echo y >"$tmp/in"
install 2-3
result "$([ $rc = 0 ] && [ "$(read_as_grub_does)" = "quiet $line" ] && echo 1)" a_yes_does
: >"$tmp/in"
install 2-3
result "$([ $rc = 0 ] && grep -q "^nothing to change" "$tmp/out" && echo 1)" again_there_is_nothing_to_do
install --yes 3
result "$([ $rc = 0 ] && grep -q "^-.*$line" "$tmp/out" && [ "$(read_as_grub_does)" = \
	"quiet isolcpus=domain,managed_irq,3 nohz_full=3 rcu_nocbs=3 irqaffinity=0-2 cordon.cores=3" ] &&
	echo 1)" other_cores_take_their_place
before=$(cat "$drop")
install --yes 0
result "$([ $rc = 1 ] && [ "$(cat "$drop")" = "$before" ] && echo 1)" a_list_that_is_refused_changes_nothing
run --remove --root "$root"
result "$([ $rc = 1 ] && [ -e "$drop" ] && echo 1)" remove_asks
run --remove --root "$root" --yes
result "$([ $rc = 0 ] && [ "$(find "$root" -type f)" = "$root/etc/default/grub" ] && echo 1)" \
	remove_leaves_nothing
run --remove --root "$root"
result "$([ $rc = 0 ] && grep -q "^nothing to change" "$tmp/out" && echo 1)" and_can_be_repeated
echo "1..$n"
exit $bad
