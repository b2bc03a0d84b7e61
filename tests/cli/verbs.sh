#!/bin/sh
# SPDX-License-Identifier: MIT OR GPL-2.0-only
# Every verb in every state of a domain, what a dead driver's story reads like, and JSON against its
# schemas.
# shellcheck disable=SC2317 # functions that "soon" calls
set -u
# shellcheck source=tests/common
. tests/common
needs_root
needs_fence
alone -nm "$@"
own_run

# valid SCHEMA FILE: each line of the file; all that is printed is in the schema, and the other way.
valid() {
	if ! python3 -c 'import jsonschema' 2>/dev/null; then
		echo "# no python3-jsonschema: $1 is not validated"
		jq -e . "$2" >/dev/null
		return
	fi
	why=$(python3 - "core/cli/schema/$1.json" "$2" 2>&1 <<-'END'
		import json, jsonschema, sys
		def close(s):
		    if isinstance(s, dict):
		        if "properties" in s:
		            s.setdefault("additionalProperties", False)
		            assert sorted(s["required"]) == sorted(s["properties"]), s["required"]
		        for v in s.values():
		            close(v)
		    elif isinstance(s, list):
		        for v in s:
		            close(v)
		schema = json.load(open(sys.argv[1]))
		jsonschema.Draft7Validator.check_schema(schema)
		close(schema)
		lines = open(sys.argv[2]).read().splitlines()
		assert lines
		for line in lines:
		    for e in jsonschema.Draft7Validator(schema).iter_errors(json.loads(line)):
		        print(e.message)
	END
	)
	[ -z "$why" ] && return
	why="$1: $(echo "$why" | tail -n 3 | tr '\n' ' ')"
	return 1
}
json() { # SCHEMA ARGUMENT...
	schema=$1
	shift
	does 0 "" "$@" && valid "$schema" "$tmp/out"
}
host_json() {
	"$cordon" host check -j >"$tmp/out" 2>"$tmp/err"
	valid host "$tmp/out" && jq -e '.core != null and .facts.boot_line.value != null' "$tmp/out" >/dev/null
}

# ---- no domain at all

does 0 "" domain show && [ ! -s "$tmp/out" ] && does 0 "" channel show && [ ! -s "$tmp/out" ] && good=1
check without_domains_there_is_nothing_to_show
json domain domain show -j && json channel -j channel show && json top top -j -n 1 -d 0.1 && good=1
check and_that_in_JSON
host_json && good=1
check host_check_in_JSON

# ---- each verb while it serves

add "" && add b && good=1
check two_domains_are_added
does 0 "" domain show && says "^NAME +STATE" && says "^$dom +serving .*null +process" &&
	says "^${dom}b +serving" && good=1
check show_has_a_line_for_each
does 0 "" domain show "$dom" && says "^$dom: serving for " && says "driver: null, class net, fence process" &&
	says "devices: front $f\$" && says "processes: supervisor [0-9]+, driver [0-9]+" &&
	says "serving: driver null" && good=1
check show_of_one_says_what_it_is
does 0 "" channel show "$dom" && says "call lines +8" && says "answered" &&
	says "of these +hello 1, info 1, config 1, start 1" && good=1
check channel_show_says_what_it_holds
printf '#!/bin/sh\necho "@calls_ns[1, 6]:"\necho "[8K, 16K) 5 |@@|"\necho "@errors[1, 2, 22]: 6"\n' >"$tmp/fake"
chmod +x "$tmp/fake"
CORDON=$cordon BPFTRACE=$tmp/fake scripts/trace-calls "$dom" >"$tmp/out" 2>"$tmp/err"
says '^@calls_ns\[1, stats\]:$' && says '^\[8K, 16K\) 5 ' && says '^@errors\[1, config, 22\]: 6$' && good=1
check a_trace_has_calls_by_name
does 0 "" top -b -n 2 -d 0.1 && [ "$(grep -c "^$dom " "$tmp/out")" = 2 ] && says "^${dom}b +serving" && good=1
check top_prints_a_table_a_sample
does 0 "" top "$dom" -b -n 1 -d 0.1 && ! grep -q "^${dom}b" "$tmp/out" && good=1
check top_of_one_shows_one
json domain domain show -j && jq -e 'length == 2' "$tmp/out" >/dev/null && json domain domain show "$dom" -j &&
	json domain -j domain show "$dom" && json channel channel show -j && json top top -j -n 3 -d 0.1 &&
	[ "$(wc -l <"$tmp/out")" = 3 ] && good=1
check all_of_it_in_JSON
does 2 "-j: no such option" -j domain stop "$dom" && good=1
check where_there_is_no_JSON_it_is_refused
does 0 "" domain start "$dom" && says "serves already" && good=1
check start_of_one_that_serves
p=$(driver_of)
does 0 "" domain restart "$dom" && shows "$dom" '.state == "serving" and .incarnation > 1' &&
	[ "$(driver_of)" != "$p" ] && good=1
check restart_of_one_that_serves
i=$(value "$dom" incarnation)
does 0 "" domain replace "$dom" --driver null && shows "$dom" ".incarnation > $i and .state == \"serving\"" && good=1
check replace_of_one_that_serves
(cd "${image%/*}" && exec "$cordon" domain replace "$dom" --image img_fails) >"$tmp/out" 2>"$tmp/err" &&
	state_is serving && good=1
why="status $?"
check replace_by_an_image_named_from_here
does 1 "nonexistent" domain replace "$dom" --image /nonexistent && shows "$dom" '.state == "serving"' && good=1
check replace_by_an_image_that_is_none_leaves_it_as_it_is
does 2 "e1000" domain replace "$dom" --driver e1000 && shows "$dom" '.state == "serving"' && good=1
check replace_by_a_driver_that_is_none

# ---- stopped

does 0 "" domain stop "$dom" && says "stopped" && state_is stopped && [ "$(driver_of)" = null ] &&
	ip link show "$f" >/dev/null && shows "${dom}b" '.state == "serving"' && good=1
check stop_keeps_the_device_and_the_others
does 0 "" domain stop "$dom" && says "stopped already" && state_is stopped && good=1
check stop_of_a_stopped_one
does 0 "" domain show "$dom" && says "^$dom: stopped for " && json domain domain show -j &&
	json top top -j -n 1 -d 0.1 && does 0 "" channel show "$dom" && good=1
check show_of_a_stopped_one
does 1 "runs already" domain add "$dom" --driver null --front "$f" && state_is stopped && good=1
check add_of_a_stopped_one
does 0 "" domain start "$dom" && state_is serving && good=1
check start_of_a_stopped_one
does 0 "" domain stop "$dom" && does 0 "" domain restart "$dom" && state_is serving && good=1
check restart_of_a_stopped_one
does 0 "" domain stop "$dom" && does 0 "" domain replace "$dom" --driver null && state_is serving && good=1
check replace_of_a_stopped_one
does 0 "" domain stop "$dom" && does 0 "" domain del "$dom" && ! ip link show "$f" >/dev/null 2>&1 &&
	[ ! -d "/run/cordon/$dom" ] && good=1
check del_of_a_stopped_one
does 0 "" domain del "${dom}b" && nothing_left && good=1
why="$why; left: $(left)"
check del_of_one_that_serves

# ---- a driver that died

add "" --no-spare && killed KILL && soon incarnation_is 2 && does 0 "" domain show "$dom" &&
	says "  1  .*SIGKILL" && says "  2  .*serving" && says "^last death: SIGKILL" &&
	says "crashes +1 " && says "restarts +1 " && good=1
check the_story_of_a_driver_that_came_back
json domain domain show "$dom" -j &&
	shows "$dom" '.last_signal == "KILL" and .counters.crashes == 1 and .event_count >= 3' && good=1
check and_in_JSON
does 0 "" domain del "$dom" && nothing_left && good=1
check it_can_be_removed

add "" --no-spare --on-crash stop && killed KILL && soon state_is failed && does 0 "" domain show "$dom" &&
	says "^$dom: failed for" && says "SIGKILL" && good=1
check a_driver_that_is_not_restarted_has_failed
does 0 "" domain show && says "^$dom +failed .*" && does 0 "" channel show "$dom" && json top top -j -n 1 -d 0.1 && good=1
check and_is_shown_so
does 0 "" domain start "$dom" && state_is serving && good=1
check start_of_a_failed_one
killed KILL && soon state_is failed && does 0 "" domain restart "$dom" && state_is serving && good=1
check restart_of_a_failed_one
killed KILL && soon state_is failed && does 0 "" domain replace "$dom" --driver null && state_is serving && good=1
check replace_of_a_failed_one
killed KILL && soon state_is failed && does 0 "" domain stop "$dom" && state_is stopped && good=1
check stop_of_a_failed_one
does 0 "" domain start "$dom" && killed KILL && soon state_is failed && does 0 "" domain del "$dom" &&
	nothing_left && good=1
check del_of_a_failed_one

add "" --no-spare --on-hang stop --deadline 300 && killed STOP && soon state_is failed && does 0 "" domain show "$dom" &&
	says "no sign of life" && shows "$dom" '.counters.hangs == 1' && does 0 "" domain del "$dom" && good=1
check the_story_of_a_driver_that_hung
add "" --no-spare --restarts 2/3600 && good=1
for i in 2 3; do
	[ -n "$good" ] && killed KILL && soon incarnation_is $i || good=
done
[ -n "$good" ] && killed KILL && good= && soon state_is failed && does 0 "" domain show "$dom" &&
	shows "$dom" '.counters.crashes == 3' && good=1
check a_driver_that_flaps_is_given_up
does 0 "" domain del "$dom" && nothing_left && good=1
check and_can_be_removed

# ---- the log

if command -v python3 >/dev/null; then
	python3 - "$tmp/log" <<-'END' &
		import socket, sys
		s = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
		s.bind("/dev/log")
		with open(sys.argv[1], "ab", 0) as f:
		    while True:
		        f.write(s.recv(4096).rstrip(b"\n\0") + b"\n")
	END
	logger=$!
	soon test -S /dev/log
	logged() {
		grep -qE "cordon\[[0-9]+\]: $1" "$tmp/log"
	}
	add "" --no-spare && killed KILL && soon incarnation_is 2 && does 0 "" domain del "$dom" && soon logged "$dom: .*SIGKILL" &&
		logged "$dom: serving: driver null" && ! logged " $dom: $dom:" && good=1
	[ -n "$good" ] || why="$why; log: $(cat "$tmp/log")"
	check the_log_tells_it_too
fi

# ---- a configuration file

conf() { # TEXT: of the file
	printf '%b' "$1" >"$tmp/conf"
}
run() { # STATUS TEXT: of a domain that $tmp/conf describes
	does "$1" "$2" domain add "$dom" --conf "$tmp/conf"
}
conf "# a comment\n\n driver\t=  null \nfront = $f\r\necho\nrestarts = 3/60\n   # another\nwithout=uring\nmemory = 32"
run 0 "" && shows "$dom" ".driver == \"null\" and .front == \"$f\"" && does 0 "" domain del "$dom" && good=1
check a_file_says_what_a_domain_is
does 0 "" domain add "$dom" --conf "$tmp/conf" --front "$w" && shows "$dom" ".front == \"$w\"" &&
	does 0 "" domain del "$dom" && good=1
check what_is_typed_goes_before
wrong() { # NAME LINE TEXT FILE
	conf "$4"
	run 2 "$tmp/conf:$2: $3" && nothing_left && good=1
	check "a_file_with_$1"
}
wrong an_unknown_option 2 "--colour: no such option" "driver = null\ncolour = red\n"
wrong an_option_without_its_value 1 "--driver: the DRIVER is missing" "driver\n"
wrong an_option_with_a_value_too_many 2 "echo: has no value" "driver = null\necho = yes\n"
wrong an_option_twice 3 "--front: given twice" "driver = null\nfront = a\nfront = b\n"
wrong a_common_option_twice 2 "--core: given twice" "core = 1\ncore = 1\n"
wrong a_number_that_is_none 1 "--memory lots" "memory = lots\n"
wrong a_driver_that_is_none 2 "--driver e1000" "\ndriver = e1000\n"
wrong a_class_that_is_none 1 "--class safebox" "class = safebox\ndriver = null\n"
wrong a_file_in_it 1 "conf: not in a file" "conf = /etc/passwd\n"
wrong no_name_before_the_value 1 "--: no such option" "= x\n"
printf 'driver = null\nfront = a\000b\n' >"$tmp/conf"
run 2 "control character" && good=1
check a_file_with_a_control_character
head -c 70000 /dev/zero | tr '\0' '#' >"$tmp/conf"
run 2 "longer than" && good=1
check a_file_that_is_too_long
rm "$tmp/conf"
run 2 "No such file" && good=1
check a_file_that_is_not_there
mkfifo "$tmp/conf"
run 2 "not a file" && good=1
check a_file_that_is_a_pipe
does 2 "not a file" domain add "$dom" --conf /run && good=1
check a_file_that_is_a_directory

# ---- options of their own

for o in "--on-crash die" "--on-hang restarts" "--restarts 5" "--restarts /5" "--restarts 5/" \
	"--restarts 5/0" "--restarts x/5" "--restarts 1001/5" "--wait nap"; do
	# shellcheck disable=SC2086 # an option and its value
	does 2 "${o%% *}" domain add "$dom" --driver null --front "$f" $o && good=1
	check "add_with_$(echo "$o" | tr ' ' '_')"
done
finish
