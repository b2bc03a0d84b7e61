#!/bin/sh
# SPDX-License-Identifier: MIT OR GPL-2.0-only
# A running domain, looked at from outside: what it holds, what it may, where it is. For a driver
# without a port, one with a ring, and one with read and write.
set -u
# shellcheck source=tests/common
. tests/common
needs_root
alone -n "$@"
scratch
name=inside-$$
sup=
cleanup() {
	[ -z "$sup" ] || kill -KILL "$sup" 2>/dev/null
	rm -rf "$tmp"
}

# is NAME WANTED FOUND
is() {
	[ "$2" = "$3" ] && good=1
	why="wanted: $2
found: $(echo "$3" | head -n 20)"
	check "$who: $1"
}

status() { # of field $1, blanks single
	sed -n "s/^$1:[[:space:]]*//p" "/proc/$pid/status" | tr -s '\t ' ' ' | sed 's/ $//'
}

# limit NAME: soft and hard.
limit() { sed -n "s/^$1  *\([^ ]*\)  *\([^ ]*\).*/\1 \2/p" "/proc/$pid/limits"; }

descriptors() {
	for fd in /proc/"$pid"/fd/*; do
		[ -L "$fd" ] && echo "${fd##*/}:$(readlink "$fd")"
	done | sort -n | tr '\n' ' ' | sed 's/ $//'
}

namespaces_shared() {
	for ns in user mnt pid net ipc uts; do
		[ "$(readlink "/proc/$pid/ns/$ns")" != "$(readlink "/proc/$$/ns/$ns")" ] || echo "$ns"
	done
}

# Mappings that are neither private memory, nor the kernel's, nor sealed memory of ours.
foreign_mappings() {
	awk '$6 != "" && $6 !~ /^\[(heap|stack|vdso|vvar|vvar_vclock|vsyscall)\]$/ &&
		$6 !~ /^\/memfd:cordon-(loader|channel|pool)$/ &&
		!($6 == "/memfd:cordon-pool-ro" && $2 == "r--s") &&
		$6 !~ /^anon_inode:\[io_uring\]$/' "/proc/$pid/maps"
}

memory_limit() {
	v1=$(sed -n 's/^[0-9]*:memory://p' "/proc/$pid/cgroup")
	v2=$(sed -n 's/^0:://p' "/proc/$pid/cgroup")
	cat "/sys/fs/cgroup/memory$v1/memory.limit_in_bytes" 2>/dev/null ||
		cat "/sys/fs/cgroup$v2/memory.max" 2>/dev/null
}

begin() { # who, options of "domain run"
	who=$1
	shift
	: >"$tmp/out"
	"$cordon" domain run "$name" --no-spare --front inside0 "$@" >"$tmp/out" 2>&1 &
	sup=$!
	soon serves_or_ended $sup
	grep -q ': serving' "$tmp/out" && pid=$(pgrep -P $sup) && [ -n "$pid" ] && return
	kill -KILL $sup 2>/dev/null
	wait $sup
	why="it does not start: $?"
	sup=
	if grep -q 'missing:' "$tmp/out"; then
		skip "$who" "$(grep -m1 'missing:' "$tmp/out")"
	else
		check "$who"
	fi
	return 1
}

end() {
	kill -INT $sup
	wait $sup
	is "told to stop, it ends in order" 0 $?
	sup=
	is "its process is gone" "" "$(ls -d "/proc/$pid" 2>/dev/null)"
	is "its group, its directory and its device are gone" "" \
		"$(find /sys/fs/cgroup -maxdepth 6 -type d -name "cordon-$name*" 2>/dev/null
		ls -d "/run/cordon/$name" 2>/dev/null
		ip -o link show inside0 2>/dev/null)"
}

look() { # descriptors, pattern of their file
	is "it holds the granted descriptors and no other" "$1" "$(descriptors)"
	is "nothing is writable and executable" "" "$(grep -E '^[^ ]+ .wx' "/proc/$pid/maps")"
	is "no file of the host is mapped" "" "$(foreign_mappings)"
	is "no privilege can be gained" 1 "$(status NoNewPrivs)"
	is "its system calls are filtered" 2 "$(status Seccomp)"
	none=0000000000000000
	is "no capability" "$none $none $none $none $none" "$(status CapInh) $(status CapPrm) \
$(status CapEff) $(status CapBnd) $(status CapAmb)"
	uid=$(status Uid | cut -d' ' -f1)
	is "its user is nobody's" "$uid $uid $uid $uid yes" \
		"$(status Uid) $([ "$uid" -ge 1879048192 ] && echo yes)"
	is "so is its group" "$uid $uid $uid $uid" "$(status Gid)"
	is "it belongs to no other group" "" "$(status Groups)"
	is "one thread" 1 "$(status Threads)"
	is "process 1 of a namespace of its own" "$pid 1" "$(status NSpid)"
	is "no namespace is the supervisor's first" "" "$(namespaces_shared)"
	is "the network namespace has nothing but a loopback that is down" "lo DOWN" \
		"$(nsenter --net="/proc/$pid/ns/net" ip -br link | awk '{print $1, $2}')"
	is "its root directory is empty" "" "$(ls -A "/proc/$pid/root/")"
	is "and it stands there" / "$(readlink "/proc/$pid/cwd")"
	is "one mount, read-only" "/ ro,nosuid,nodev,noexec 1" \
		"$(awk '{print $5, $6; n++} END {print n}' "/proc/$pid/mountinfo" | tr '\n' ' ' |
			sed 's/,relatime//; s/ $//')"
	is "limits" "0 0,0 0,0 0,0 0,0 0" "$(limit 'Max processes'),$(limit 'Max core file size'),\
$(limit 'Max file size'),$(limit 'Max pending signals'),$(limit 'Max msgqueue size')"
	is "no further descriptor" "0 0" "$(limit 'Max open files')"
	is "its memory is bounded" 67108864 "$(memory_limit)"
	is "it runs on its core" "$(sed -n 's/.*, core \([0-9]*\) .*/\1/p' "$tmp/out")" \
		"$(status Cpus_allowed_list)"
	is "the environment is empty" "" "$(tr '\0' ' ' <"/proc/$pid/environ")"
	is "its arguments tell nothing" "cordon-domain " "$(tr '\0' ' ' <"/proc/$pid/cmdline")"
}

if begin "null" --driver null; then
	look ""
	end
fi
if begin "tap with a ring" --driver tap --wire inside1; then
	look "10:anon_inode:[io_uring] 11:anon_inode:[io_uring]"
	end
fi
if begin "tap with a ring, asleep" --driver tap --wire inside3 --wait sleep; then
	look "10:anon_inode:[io_uring] 11:anon_inode:[io_uring] 12:anon_inode:[eventpoll] 13:anon_inode:[eventfd]"
	end
fi
if begin "tap with read and write" --driver tap --wire inside2 --without uring --without ring; then
	look "14:/dev/net/tun"
	end
fi
finish
