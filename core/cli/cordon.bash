# shellcheck shell=bash
# SPDX-License-Identifier: MIT OR GPL-2.0-only
# Completion for bash. What can be completed comes from the command's own table of verbs, so there is
# nothing here to keep up to date. Installed as bash-completion/completions/cordon.

_cordon()
{
	local cur=${COMP_WORDS[COMP_CWORD]} prev=${COMP_WORDS[COMP_CWORD - 1]}
	local table object verb words

	table=$("$1" help --table 2>/dev/null) || return
	object=${COMP_WORDS[1]}
	verb=${COMP_WORDS[2]}
	if ! grep -q "^$object [^-]" <<<"$table"; then
		verb=-
	fi
	if [ "$COMP_CWORD" = 1 ]; then
		words=$(cut -d' ' -f1 <<<"$table")
	elif [ "$COMP_CWORD" = 2 ] && [ "$verb" != - ]; then
		words=$(awk -v o="$object" '$1 == o {print $2}' <<<"$table")
	else
		# The value of an option, by what it is called; else options and names.
		case $(awk -v o="$object" -v v="$verb" -v p="$prev" \
			'$1 == o && $2 == v && $3 == "option" && "--" $4 == p {print $5}' <<<"$table") in
		FILE) mapfile -t COMPREPLY < <(compgen -f -- "$cur"); return ;;
		DRIVER) words=$(awk '$3 == "driver" {print $4}' <<<"$table") ;;
		FRONTEND) words=$(awk '$3 == "frontend" {print $4}' <<<"$table") ;;
		CLASS) words=$(awk '$3 == "driver" {print $5}' <<<"$table") ;;
		FENCE) words="process thread inline" ;;
		HOW) words="spin adaptive sleep" ;;
		THEN) words="restart stop" ;;
		IF) words=$(ls /sys/class/net) ;;
		'')
			words=$(awk -v o="$object" -v v="$verb" '$1 == o && $2 == v {
				if ($3 == "option") print "--" $4
				if ($3 == "short") print "-" $4 }' <<<"$table")
			words="$words --help"
			if grep -q "^$object $verb name .*NAME" <<<"$table"; then
				words="$words $(ls /run/cordon 2>/dev/null)"
			fi ;;
		*) return ;;
		esac
	fi
	mapfile -t COMPREPLY < <(compgen -W "$words" -- "$cur" | sort -u)
}
complete -F _cordon cordon
