#!/bin/sh
# SPDX-License-Identifier: MIT OR GPL-2.0-only
# What is written about the command says what the command does: help, man pages and completion
# against its own table of verbs.
set -u
# shellcheck source=tests/common
. tests/common
scratch
same() { # NAME FILE FILE: of sorted lines
	sort -u "$2" >"$tmp/1"
	sort -u "$3" >"$tmp/2"
	[ -s "$tmp/1" ] && cmp -s "$tmp/1" "$tmp/2" && good=1
	why=$(diff "$tmp/1" "$tmp/2")
	check "$1"
}

"$cordon" help --table >"$tmp/table" || echo "no table" >&2
awk '{print $1, $2}' "$tmp/table" | sort -u >"$tmp/verbs"

# The general help names each verb; each verb's own its options.
"$cordon" --help | awk '$1 == "cordon" && NF > 4 {print $2, ($2 == "top" || $2 == "bench" ? "-" : $3)}' |
	grep -v VERB >"$tmp/help"
same the_help_names_every_verb "$tmp/verbs" "$tmp/help"
while read -r object verb; do
	[ "$verb" = - ] && verb=
	# shellcheck disable=SC2086 # there may be no verb
	"$cordon" $object $verb --help | sed -n 's/^  \(-., \)\?--\([a-z-]*\) .*/\2/p' |
		sed "s/^/$object ${verb:--} /"
	awk -v o="$object" -v v="${verb:--}" '$1 == o && $2 == v && $3 == "option" {n++}
		END {exit n > 0}' "$tmp/table" && echo "$object ${verb:--} none"
done <"$tmp/verbs" >"$tmp/help"
awk '$3 == "option" {print $1, $2, $4; has[$1 " " $2] = 1} {all[$1 " " $2] = 1}
	END {for (v in all) if (!has[v]) print v, "none"}' "$tmp/table" >"$tmp/want"
same each_help_names_every_option "$tmp/want" "$tmp/help"

# A page an object; run and add share their options there.
for object in $(cut -d' ' -f1 "$tmp/table" | uniq); do
	page=docs/man/cordon-$object.8.scd
	sed -n "s/^\*cordon $object \([a-z]*\)\*\$/$object \1/p" "$page" >"$tmp/page"
	case $object in top | bench) echo "$object -" >"$tmp/page" ;; esac
	grep "^$object " "$tmp/verbs" >"$tmp/want"
	same "cordon-$object.8_describes_every_verb" "$tmp/want" "$tmp/page"
	awk -v o="$object" '$1 == o && $3 == "option" {print "--" $4, $5}
		$1 == o && $3 == "short" {print "-" $4}' "$tmp/table" >"$tmp/want"
	# The lines that introduce options: "*-j*, *--json*", "*--core* _CPU_, *--peer* _CPU_".
	grep '^\*-' "$page" | sed 's/, \*/\n*/g' | tr -d '*_' | sed 's/ *$//' >"$tmp/page"
	sed -i 's/ *$//' "$tmp/want"
	same "cordon-$object.8_describes_every_option" "$tmp/want" "$tmp/page"
done
if command -v scdoc >/dev/null; then
	why=
	for f in docs/man/*.scd; do
		scdoc <"$f" >"$tmp/page" 2>"$tmp/err" || why="$why $f: $(cat "$tmp/err")"
	done
	[ -z "$why" ] && good=1
	check the_man_pages_can_be_built
else
	skip the_man_pages_can_be_built "there is no scdoc"
fi

# The unit: what systemd thinks of it, with a program that is there.
if command -v systemd-analyze >/dev/null; then
	sed 's|@bindir@/cordon|/bin/true|' core/cli/cordon@.service >"$tmp/cordon@.service"
	systemd-analyze verify --man=no "$tmp/cordon@.service" >"$tmp/err" 2>&1
	[ $? = 0 ] && [ ! -s "$tmp/err" ] && good=1
	check systemd_understands_the_unit
else
	skip systemd_understands_the_unit "there is no systemd-analyze"
fi

# completed WORD...: what the completion offers for the last one.
completed() {
	bash -c '. core/cli/cordon.bash
		COMP_WORDS=(cordon "${@:2}") COMP_CWORD=$(($# - 1))
		_cordon "$1"
		printf "%s\n" "${COMPREPLY[@]}"' bash "$cordon" "$@"
}
if ! command -v bash >/dev/null; then
	skip completion "there is no bash"
	finish
fi
cut -d' ' -f1 "$tmp/table" >"$tmp/want"
completed "" >"$tmp/page"
same objects_are_completed "$tmp/want" "$tmp/page"
for object in domain channel host; do
	awk -v o="$object" '$1 == o {print $2}' "$tmp/table" >"$tmp/want"
	completed "$object" "" >"$tmp/page"
	same "verbs_of_${object}_are_completed" "$tmp/want" "$tmp/page"
done
while read -r object verb; do
	awk -v o="$object" -v v="$verb" '$1 == o && $2 == v && $3 == "option" {print "--" $4}
		END {print "--help"}' "$tmp/table" >"$tmp/want"
	if [ "$verb" = - ]; then completed "$object" --; else completed "$object" "$verb" --; fi \
		>"$tmp/page"
	same "options_of_${object}_${verb}_are_completed" "$tmp/want" "$tmp/page"
done <"$tmp/verbs"
awk '$3 == "driver" {print $4}' "$tmp/table" >"$tmp/want"
completed domain run x --driver "" >"$tmp/page"
same drivers_are_completed "$tmp/want" "$tmp/page"
awk '$3 == "frontend" {print $4}' "$tmp/table" >"$tmp/want"
completed domain run x --frontend "" >"$tmp/page"
same front-ends_are_completed "$tmp/want" "$tmp/page"
finish
