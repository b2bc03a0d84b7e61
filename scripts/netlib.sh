# shellcheck shell=sh
# SPDX-License-Identifier: MIT OR GPL-2.0-only
# What demo and benchmark share: two network namespaces of our own, a domain between them, iperf3.
# To be sourced from the repository root. net_cleanup is to be trapped; it may be called any time.

V=${V:-release}
CORDON=build/$V/cordon
net_id=$$
net_tmp=
net_pid=
net_srv=
net_cli=

net_die() {
	echo "$*" >&2
	exit 1
}

# Kill by number what we started, and wait for it.
net_stop_pid() {
	[ -z "$1" ] || { kill "-${2:-INT}" "$1" 2>/dev/null; wait "$1" 2>/dev/null; } || true
}

net_cleanup() {
	net_stop_pid "$net_cli" KILL
	net_stop_pid "$net_srv" KILL
	net_stop_pid "$net_pid" INT
	net_cli='' net_srv='' net_pid=''
	ip netns del "cda$net_id" 2>/dev/null || true
	ip netns del "cdb$net_id" 2>/dev/null || true
	[ -z "$net_tmp" ] || rm -rf "$net_tmp"
	net_tmp=
}

net_init() {
	[ "$(id -u)" = 0 ] || net_die "run as root: TAP devices and network namespaces need it"
	[ -c /dev/net/tun ] || net_die "/dev/net/tun is not there: this host has no TAP devices"
	net_tmp=$(mktemp -d)
	ip netns add "cda$net_id"
	ip netns add "cdb$net_id"
	# No frames but the measured ones: IPv6 would send its own while a device is still down.
	for ns in "cda$net_id" "cdb$net_id"; do
		ip netns exec "$ns" sysctl -qw net.ipv6.conf.all.disable_ipv6=1 \
			net.ipv6.conf.default.disable_ipv6=1 2>/dev/null || true
	done
}

# The two CPUs of every figure: the one that a domain would take, and the front-end's.
net_cpus() {
	line=$("$CORDON" host check | grep '^core: ') || true
	core=$(echo "$line" | sed -n 's/^core: \([0-9]*\) .*/\1/p')
	peer=$(echo "$line" | sed -n 's/.*front-end CPU \([0-9]*\).*/\1/p')
	if [ -z "$core" ] || [ -z "$peer" ]; then
		net_die "no core for a domain: $line"
	fi
	[ "$core" != "$peer" ] || net_die "one CPU only: there is nothing to compare"
}

# Parts of the fence that this host lacks: given up by name, as the user would have to.
net_without() {
	without=$("$CORDON" host check | sed -n 's/^\([a-z]*\) *missing: .*/--without \1/p' | tr '\n' ' ')
}

# net_up FENCE PEER CORE [OPTION...]: start the domain; device cdf$id in cda$id, cdw$id in cdb$id.
net_up() {
	fence=$1 cpu=$2 dom=$3
	shift 3
	# Or the last domain's word would be taken for this one's.
	: >"$net_tmp/domain"
	# shellcheck disable=SC2086 # a list of options
	"$CORDON" domain run "cd$net_id" --driver tap --front "cdf$net_id" --wire "cdw$net_id" \
		--fence "$fence" --peer "$cpu" --core "$dom" --counters $without "$@" \
		>"$net_tmp/domain" 2>&1 &
	net_pid=$!
	for _ in $(seq 200); do
		grep -q ': serving: ' "$net_tmp/domain" && break
		kill -0 "$net_pid" 2>/dev/null || { cat "$net_tmp/domain" >&2; exit 1; }
		sleep 0.05
	done
	grep -q ': serving: ' "$net_tmp/domain" || net_die "the domain did not start in 10 s"
	ip link set "cdf$net_id" netns "cda$net_id"
	ip link set "cdw$net_id" netns "cdb$net_id"
	ip -n "cda$net_id" addr add 192.0.2.1/24 dev "cdf$net_id"
	ip -n "cdb$net_id" addr add 192.0.2.2/24 dev "cdw$net_id"
	ip -n "cda$net_id" link set "cdf$net_id" up
	ip -n "cdb$net_id" link set "cdw$net_id" up
}

# End the domain; its counters are in $net_tmp/domain afterwards.
net_down() {
	net_stop_pid "$net_pid" INT
	net_pid=
}

net_counter() {
	awk -v n="$1" '$2 == n {print $3}' "$net_tmp/domain"
}

# net_iperf CPU[:CPU] SECONDS [OPTION...]: a client in cda on the one CPU, a server in cdb on the other;
# the client's JSON is in $net_tmp/iperf afterwards.
net_iperf() {
	cpu=$1 secs=$2
	shift 2
	taskset -c "${cpu#*:}" ip netns exec "cdb$net_id" iperf3 -s -1 -J >"$net_tmp/server" 2>&1 &
	net_srv=$!
	for _ in $(seq 100); do
		ip netns exec "cdb$net_id" ss -Hltn 'sport = :5201' | grep -q . && break
		sleep 0.02
	done
	taskset -c "${cpu%:*}" ip netns exec "cda$net_id" iperf3 -c 192.0.2.2 -t "$secs" -J "$@" \
		>"$net_tmp/iperf" 2>&1 &
	net_cli=$!
	wait "$net_cli" || net_die "iperf3: $(jq -r '.error // "failed"' "$net_tmp/iperf" 2>/dev/null)"
	net_cli=
	net_stop_pid "$net_srv" TERM
	net_srv=
}

# The number of the domain's process, from its page (core/page.h); 0: none at the moment.
net_domain() {
	od -An -td4 -j28 -N4 "/run/cordon/cd$net_id/stats" | tr -d ' '
}

# How far the two CPUs are apart, in nanoseconds: the floor of what is measured between them.
net_probe() {
	"build/$V/bench/probe" "$peer" "$core" 1000 | awk '{print $1}'
}

# Whether two such probes are of one regime: 1 or 0.
net_alike() {
	awk -v p="$1" -v q="$2" 'BEGIN {print (p < q * 4 / 3 && q < p * 4 / 3)}'
}

# net_interval BOUND [UPPER]: of the numbers on standard input, the median, its 95 % interval by order
# statistics (ranks n/2 -+ 0.98 sqrt(n)), the verdict (null: inconclusive), and how many there are.
net_interval() {
	sort -n | awk -v bound="$1" -v upper="${2:-}" '
		{v[NR] = $1}
		END {
			n = NR
			if (n < 3) {print "0 0 0 null", n; exit}
			m = n % 2 ? v[(n + 1) / 2] : (v[n / 2] + v[n / 2 + 1]) / 2
			lo = int(n / 2 - 0.98 * sqrt(n)); hi = int(n / 2 + 1 + 0.98 * sqrt(n) + 0.5)
			if (lo < 1) lo = 1
			if (hi > n) hi = n
			ok = "null"
			if (v[lo] >= bound && (upper == "" || v[hi] <= upper)) ok = "true"
			else if (v[hi] < bound || (upper != "" && v[lo] > upper)) ok = "false"
			printf "%.3f %.3f %.3f %s %d\n", m, v[lo], v[hi], ok, n
		}'
}

# One throughput of $net_tmp/iperf, Gbit/s as received; and the sender's retransmissions.
net_gbits() {
	jq -r '.end.sum_received.bits_per_second / 1e9 * 1000 | round / 1000' "$net_tmp/iperf"
}

net_retransmits() {
	jq -r '.end.sum_sent.retransmits // 0' "$net_tmp/iperf"
}

# net_results FILE: write $net_tmp/rows (NAME|VALUE|UNIT|BOUND|OK|N, a line each) as a results file.
net_results() {
	mkdir -p "$(dirname "$1")"
	jq -n --argjson host "$(net_host)" --rawfile rows "$net_tmp/rows" '{host: $host,
		rows: [$rows | split("\n")[] | select(. != "") | split("|") | {name: .[0],
		value: (.[1] | tonumber), unit: .[2],
		bound: (.[3] | if . == "null" then null else tonumber end),
		ok: (.[4] | if . == "null" then null else . == "true" end),
		n: (.[5] | tonumber)}]}' >"$1"
}

net_row() { # NAME VALUE UNIT BOUND OK N
	echo "$1|$2|$3|$4|$5|$6" >>"$net_tmp/rows"
}

# The host as results describe it: one JSON object.
net_host() {
	jq -n --arg cpu "$(sed -n 's/^model name[^:]*: //p' /proc/cpuinfo | head -1)" \
		--arg cpus "$(nproc)" --arg kernel "$(uname -r)" \
		--arg isolated "$(cat /sys/devices/system/cpu/isolated 2>/dev/null)" \
		--arg virt "$(grep -qw hypervisor /proc/cpuinfo && echo yes || echo no)" \
		--arg date "$(date -u +%Y-%m-%dT%H:%M:%SZ)" \
		'{cpu: $cpu, cpus: ($cpus | tonumber), kernel: $kernel, isolated: $isolated,
		  virtual: ($virt == "yes"), date: $date}'
}
