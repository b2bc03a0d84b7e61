// SPDX-License-Identifier: MIT OR GPL-2.0-only
/* Which CPU is chosen, and the reason given, on topologies that hwloc makes up. */
#include "core/cores.h"
#include "core/host.h"

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#define FOUR "pack:1 l3:1 core:4 pu:1"
/* Four cores of two threads, numbered as Linux does on x86: siblings are n and n + 4. */
#define SMT "pack:1 l3:1 core:4 pu:2(indexes=0,4,1,5,2,6,3,7)"
#define NODES "pack:2 [numa] l3:1 core:2 pu:1"
#define CACHES "pack:1 [numa] l3:2 core:2 pu:1"
#define NO_L3 "pack:1 core:4 pu:1"
#define FAR "pack:2 [numa] core:2 pu:1"
#define CROSSED "pack:1 [numa] l3:2 core:2 pu:1(indexes=0,3,1,2)"
#define PAIRS "pack:1 l3:1 core:2 pu:2"
#define TWO "pack:1 l3:1 core:2 pu:1"
#define HALF "pack:1 l3:1 core:1 pu:2"
#define ONE "pack:1 l3:1 core:1 pu:1"

#define OPEN(cpu) "CPU " #cpu " is not isolated: other work may run there"

struct row {
	const char *name;
	const char *topology;
	struct cordon_cores_ask ask;
	int err;
	int core, peer, node; /* ignored on failure: -1 */
	const char *reason;
	const char *warning; /* NULL: none */
};

/* What is asked, and core, peer, node, reason and warning, or error and reason. */
#define ASK(...)            \
	{                   \
		__VA_ARGS__ \
	}
#define NOTHING ASK(.core = NULL)
#define GOOD(name, topology, ask, core, peer, node, reason, warning)      \
	{                                                                 \
		name, topology, ask, 0, core, peer, node, reason, warning \
	}
#define BAD(name, topology, ask, err, reason)                      \
	{                                                          \
		name, topology, ask, err, -1, -1, -1, reason, NULL \
	}

static const struct row rows[] = {
	GOOD("nothing isolated: highest core, next peer", FOUR, NOTHING, 3, 2, 0,
	     "CPU 3: no CPU is isolated, same L3 as the front-end's CPU 2", OPEN(3)),
	GOOD("\"auto\" means no wish", FOUR, ASK(.core = "auto", .peer = "auto", .isolated = "\n"),
	     3, 2, 0, "CPU 3: no CPU is isolated, same L3 as the front-end's CPU 2", OPEN(3)),
	GOOD("an isolated CPU comes first", FOUR, ASK(.isolated = "1"), 1, 3, 0,
	     "CPU 1: isolated at boot, same L3 as the front-end's CPU 3", NULL),
	GOOD("the front-end stays off isolated CPUs", FOUR, ASK(.isolated = "1-3\n"), 3, 0, 0,
	     "CPU 3: isolated at boot, same L3 as the front-end's CPU 0", NULL),
	GOOD("CPU 0 is taken if it is isolated", TWO, ASK(.isolated = "0"), 0, 1, 0,
	     "CPU 0: isolated at boot, same L3 as the front-end's CPU 1", NULL),
	GOOD("all isolated: one goes to the front-end", TWO, ASK(.isolated = "0-1"), 1, 0, 0,
	     "CPU 1: isolated at boot, same L3 as the front-end's CPU 0",
	     "the front-end's CPU 0 is isolated, too"),
	GOOD("isolcpus: affinity without the isolated CPUs is no limit", FOUR,
	     ASK(.isolated = "2-3", .affinity = "0-1"), 3, 1, 0,
	     "CPU 3: isolated at boot, same L3 as the front-end's CPU 1", NULL),
	GOOD("affinity is a preference", FOUR, ASK(.affinity = "0-1"), 1, 0, 0,
	     "CPU 1: no CPU is isolated, same L3 as the front-end's CPU 0", OPEN(1)),
	GOOD("affinity to one CPU is no limit", FOUR, ASK(.affinity = "2"), 3, 2, 0,
	     "CPU 3: no CPU is isolated, same L3 as the front-end's CPU 2", OPEN(3)),
	GOOD("affinity outside of the cpuset is ignored", FOUR,
	     ASK(.cpuset = "0-1", .affinity = "3"), 1, 0, 0,
	     "CPU 1: no CPU is isolated, same L3 as the front-end's CPU 0", OPEN(1)),
	GOOD("the cpuset is the limit", FOUR, ASK(.cpuset = "0-1"), 1, 0, 0,
	     "CPU 1: no CPU is isolated, same L3 as the front-end's CPU 0", OPEN(1)),
	GOOD("isolated CPUs outside of the cpuset are not taken", FOUR,
	     ASK(.cpuset = "0-1", .isolated = "2-3"), 1, 0, 0,
	     "CPU 1: no isolated CPU of the cpuset is free, same L3 as the front-end's CPU 0",
	     OPEN(1)),
	GOOD("a cpuset of one CPU", FOUR, ASK(.cpuset = "2"), 2, 2, 0,
	     "CPU 2: no CPU is isolated, the only CPU left",
	     OPEN(2) "; domain and front-end share CPU 2: expect poor latency"),
	BAD("a cpuset of no online CPU", FOUR, ASK(.cpuset = "7-9"), -ENODEV,
	    "no CPU of the cpuset is online"),
	GOOD("SMT: isolated with its sibling", SMT, ASK(.isolated = "3,7"), 7, 6, 0,
	     "CPU 7: isolated at boot, same L3 as the front-end's CPU 6, SMT sibling CPU 3 left idle",
	     NULL),
	GOOD("SMT: isolated, its sibling not", SMT, ASK(.isolated = "3"), 3, 6, 0,
	     "CPU 3: isolated at boot, same L3 as the front-end's CPU 6, SMT sibling CPU 7 not isolated",
	     "SMT sibling CPU 7 is not isolated: other work may run there"),
	GOOD("SMT: one isolated with its sibling beats one without", SMT, ASK(.isolated = "1,5,7"),
	     5, 6, 0,
	     "CPU 5: isolated at boot, same L3 as the front-end's CPU 6, SMT sibling CPU 1 left idle",
	     NULL),
	GOOD("SMT: the front-end is not the sibling", SMT, NOTHING, 7, 6, 0,
	     "CPU 7: no CPU is isolated, same L3 as the front-end's CPU 6, SMT sibling CPU 3 not isolated",
	     OPEN(7)),
	GOOD("SMT: leave to share is not a wish to", SMT, ASK(.share_smt = true, .peer = "7"), 6, 7,
	     0,
	     "CPU 6: no CPU is isolated, same L3 as the front-end's CPU 7, SMT sibling CPU 2 not isolated",
	     OPEN(6)),
	GOOD("SMT: leave to share is used last", PAIRS, ASK(.share_smt = true), 3, 1, 0,
	     "CPU 3: no CPU is isolated, same L3 as the front-end's CPU 1, SMT sibling CPU 2 not isolated",
	     OPEN(3)),
	GOOD("SMT: a typed core moves the front-end", SMT, ASK(.core = "6", .isolated = "2,6"), 6,
	     7, 0,
	     "CPU 6: as asked, isolated at boot, same L3 as the front-end's CPU 7, SMT sibling CPU 2 left idle",
	     NULL),
	BAD("SMT: typed core and peer are siblings", SMT, ASK(.core = "4", .peer = "0"), -EINVAL,
	    "core 4: SMT sibling of the front-end's CPU 0, and sharing is not allowed"),
	GOOD("SMT: typed siblings, sharing allowed", SMT,
	     ASK(.core = "4", .peer = "0", .share_smt = true, .isolated = "4"), 4, 0, 0,
	     "CPU 4: as asked, isolated at boot, same L3 as the front-end's CPU 0, its SMT sibling",
	     "CPU 4 is an SMT sibling of the front-end's CPU 0"),
	BAD("SMT: only siblings in the cpuset", SMT, ASK(.cpuset = "1,5"), -ENODEV,
	    "CPUs 1,5: domain and front-end would be SMT siblings, and sharing is not allowed"),
	BAD("one core of two threads", HALF, NOTHING, -ENODEV,
	    "CPUs 0-1: domain and front-end would be SMT siblings, and sharing is not allowed"),
	GOOD("one core of two threads, sharing allowed", HALF, ASK(.share_smt = true), 1, 0, 0,
	     "CPU 1: no CPU is isolated, same L3 as the front-end's CPU 0, its SMT sibling",
	     OPEN(1) "; CPU 1 is an SMT sibling of the front-end's CPU 0"),
	GOOD("nodes: near a typed front-end", NODES, ASK(.peer = "0"), 1, 0, 0,
	     "CPU 1: no CPU is isolated, same L3 as the front-end's CPU 0", OPEN(1)),
	GOOD("nodes: the memory node follows the core", NODES, ASK(.isolated = "2"), 2, 3, 1,
	     "CPU 2: isolated at boot, same L3 as the front-end's CPU 3", NULL),
	GOOD("nodes: near beats the highest number", NODES, ASK(.isolated = "1,3", .peer = "0"), 1,
	     0, 0, "CPU 1: isolated at boot, same L3 as the front-end's CPU 0", NULL),
	GOOD("nodes: the front-end goes to CPU 0 to be near", NODES, ASK(.isolated = "1"), 1, 0, 0,
	     "CPU 1: isolated at boot, same L3 as the front-end's CPU 0", NULL),
	GOOD("nodes: isolated and far beats near", NODES, ASK(.isolated = "3", .peer = "1"), 3, 1,
	     1, "CPU 3: isolated at boot, another NUMA node than the front-end's CPU 1",
	     "CPU 3 and the front-end's CPU 1 are on different NUMA nodes"),
	GOOD("caches: same L3 beats same node", CACHES, ASK(.isolated = "1,3", .peer = "0"), 1, 0,
	     0, "CPU 1: isolated at boot, same L3 as the front-end's CPU 0", NULL),
	GOOD("caches: same node", CACHES, ASK(.isolated = "3", .peer = "0"), 3, 0, 0,
	     "CPU 3: isolated at boot, same NUMA node as the front-end's CPU 0", NULL),
	GOOD("nodes: no L3 known", FAR, ASK(.isolated = "1,3", .peer = "0"), 1, 0, 0,
	     "CPU 1: isolated at boot, same NUMA node as the front-end's CPU 0", NULL),
	GOOD("CPU 0 only if no other will do", NODES, ASK(.peer = "1"), 3, 1, 1,
	     "CPU 3: no CPU is isolated, another NUMA node than the front-end's CPU 1",
	     OPEN(3) "; CPU 3 and the front-end's CPU 1 are on different NUMA nodes"),
	GOOD("CPU 0, isolated, is as good as any", NODES, ASK(.isolated = "0,3", .peer = "1"), 0, 1,
	     0, "CPU 0: isolated at boot, same L3 as the front-end's CPU 1", NULL),
	GOOD("the front-end stays off CPU 0, too", CROSSED, NOTHING, 2, 1, 0,
	     "CPU 2: no CPU is isolated, same L3 as the front-end's CPU 1", OPEN(2)),
	GOOD("affinity says nothing about isolated CPUs", CACHES,
	     ASK(.isolated = "1,3", .affinity = "0,3", .peer = "0"), 1, 0, 0,
	     "CPU 1: isolated at boot, same L3 as the front-end's CPU 0", NULL),
	GOOD("no L3 known", NO_L3, NOTHING, 3, 2, 0,
	     "CPU 3: no CPU is isolated, same NUMA node as the front-end's CPU 2", OPEN(3)),
	GOOD("two CPUs", TWO, NOTHING, 1, 0, 0,
	     "CPU 1: no CPU is isolated, same L3 as the front-end's CPU 0", OPEN(1)),
	GOOD("one CPU", ONE, NOTHING, 0, 0, 0, "CPU 0: no CPU is isolated, the only CPU left",
	     OPEN(0) "; domain and front-end share CPU 0: expect poor latency"),
	GOOD("one CPU, typed twice", ONE, ASK(.core = "0", .peer = "0"), 0, 0, 0,
	     "CPU 0: as asked, no CPU is isolated, the only CPU left",
	     OPEN(0) "; domain and front-end share CPU 0: expect poor latency"),
	GOOD("a core of another domain is not taken", FOUR, ASK(.isolated = "2-3", .taken = "3"), 2,
	     1, 0, "CPU 2: isolated at boot, same L3 as the front-end's CPU 1", NULL),
	GOOD("one that the front-end can take", FOUR, ASK(.isolated = "2-3", .wanted = "2"), 2, 1,
	     0, "CPU 2: isolated at boot, same L3 as the front-end's CPU 1", NULL),
	GOOD("another, if there is none", FOUR, ASK(.isolated = "2-3", .taken = "2", .wanted = "2"),
	     3, 1, 0, "CPU 3: isolated at boot, same L3 as the front-end's CPU 1", NULL),
	BAD("what it can take is no list", FOUR, ASK(.wanted = "x"), -EINVAL,
	    "wanted CPUs: \"x\" is not a list of CPUs"),
	GOOD("nor by a front-end", TWO, ASK(.taken = "1"), 0, 0, 0,
	     "CPU 0: no CPU is isolated, the only CPU left",
	     OPEN(0) "; domain and front-end share CPU 0: expect poor latency"),
	GOOD("all isolated CPUs taken", FOUR, ASK(.isolated = "3", .taken = "3"), 2, 1, 0,
	     "CPU 2: no isolated CPU of the cpuset is free, same L3 as the front-end's CPU 1",
	     OPEN(2)),
	BAD("all CPUs taken", TWO, ASK(.taken = "0-1"), -ENODEV,
	    "CPUs 0-1: other domains have them or their SMT siblings"),
	GOOD("SMT: siblings of another domain's core are left", SMT,
	     ASK(.isolated = "2-3,6-7", .taken = "3"), 6, 5, 0,
	     "CPU 6: isolated at boot, same L3 as the front-end's CPU 5, SMT sibling CPU 2 left idle",
	     NULL),
	GOOD("SMT: sibling of another domain's core, sharing allowed", SMT,
	     ASK(.isolated = "3,7", .taken = "7", .share_smt = true), 3, 6, 0,
	     "CPU 3: isolated at boot, same L3 as the front-end's CPU 6, SMT sibling CPU 7 another domain's",
	     "CPU 3 is an SMT sibling of another domain's CPU 7"),
	BAD("a typed core that is taken", FOUR, ASK(.core = "3", .taken = "3"), -EINVAL,
	    "core 3: another domain has it"),
	BAD("SMT: a typed core next to a taken one", SMT, ASK(.core = "3", .taken = "7"), -EINVAL,
	    "core 3: SMT sibling of another domain's CPU 7, and sharing is not allowed"),
	GOOD("typed core and peer", FOUR, ASK(.core = "1", .peer = "3", .isolated = "2"), 1, 3, 0,
	     "CPU 1: as asked, not isolated, same L3 as the front-end's CPU 3", OPEN(1)),
	GOOD("typed: CPU 0 if the user wants it", FOUR, ASK(.core = "0"), 0, 3, 0,
	     "CPU 0: as asked, no CPU is isolated, same L3 as the front-end's CPU 3", OPEN(0)),
	BAD("typed: core is the front-end's", FOUR, ASK(.core = "2", .peer = "2"), -EINVAL,
	    "core 2: is the front-end's CPU"),
	BAD("typed: no such CPU", TWO, ASK(.core = "9"), -EINVAL,
	    "core 9: this machine has CPUs 0-1"),
	BAD("typed: no such CPU, by far", TWO, ASK(.core = "4294967297"), -EINVAL,
	    "core 4294967297: this machine has CPUs 0-1"),
	BAD("typed: outside the cpuset", FOUR, ASK(.core = "3", .cpuset = "0-1"), -EINVAL,
	    "core 3: outside the cpuset (0-1)"),
	BAD("typed: front-end outside the cpuset", FOUR, ASK(.peer = "3", .cpuset = "0-1"), -EINVAL,
	    "front-end's CPU 3: outside the cpuset (0-1)"),
	BAD("typed: a word", TWO, ASK(.core = "fast"), -EINVAL, "core \"fast\": not a CPU number"),
	BAD("typed: nothing", TWO, ASK(.core = ""), -EINVAL, "core \"\": not a CPU number"),
	BAD("typed: negative", TWO, ASK(.peer = "-1"), -EINVAL,
	    "front-end's CPU \"-1\": not a CPU number"),
	BAD("typed: a list", TWO, ASK(.core = "0-1"), -EINVAL, "core \"0-1\": not a CPU number"),
	BAD("typed: a number and more", TWO, ASK(.core = "1 "), -EINVAL,
	    "core \"1 \": not a CPU number"),
	BAD("a malformed cpuset", TWO, ASK(.cpuset = "0-"), -EINVAL,
	    "cpuset: \"0-\" is not a list of CPUs"),
	BAD("malformed isolated CPUs", TWO, ASK(.isolated = "x"), -EINVAL,
	    "isolated CPUs: \"x\" is not a list of CPUs"),
	BAD("a malformed affinity", TWO, ASK(.affinity = "1,,2"), -EINVAL,
	    "affinity: \"1,,2\" is not a list of CPUs"),
	BAD("malformed taken CPUs", TWO, ASK(.taken = "99999"), -EINVAL,
	    "taken CPUs: \"99999\" is not a list of CPUs"),
};

#define ROWS (sizeof(rows) / sizeof(rows[0]))

static void check(const struct row *row, hwloc_topology_t topology)
{
	struct cordon_cores_ask ask = row->ask;
	struct cordon_cores out;

	ask.topology = topology;
	memset(&out, 0xa5, sizeof(out));
	assert_int_equal(cordon_cores_pick(&ask, &out), row->err);
	assert_string_equal(out.reason, row->reason);
	assert_string_equal(out.warning, row->warning ? row->warning : "");
	assert_int_equal(out.core, row->core);
	assert_int_equal(out.peer, row->peer);
	assert_int_equal(out.node, row->node);
}

static void picks(void **state)
{
	const struct row *row = *state;
	hwloc_topology_t topology;

	assert_int_equal(hwloc_topology_init(&topology), 0);
	assert_int_equal(hwloc_topology_set_synthetic(topology, row->topology), 0);
	assert_int_equal(hwloc_topology_load(topology), 0);
	check(row, topology);
	hwloc_topology_destroy(topology);
}

/* CPU 1 is there, but offline. Synthetic topologies can't say so. */
static void offline(void **state)
{
	static const char xml[] =
		"<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
		"<!DOCTYPE topology SYSTEM \"hwloc2.dtd\">\n<topology version=\"2.0\">\n"
		"<object type=\"Machine\" os_index=\"0\" cpuset=\"0x5\" "
		"complete_cpuset=\"0x7\" allowed_cpuset=\"0x5\" nodeset=\"0x1\" "
		"complete_nodeset=\"0x1\" allowed_nodeset=\"0x1\" gp_index=\"1\">\n"
		"<object type=\"NUMANode\" os_index=\"0\" cpuset=\"0x5\" complete_cpuset=\"0x7\" "
		"nodeset=\"0x1\" complete_nodeset=\"0x1\" gp_index=\"2\"/>\n"
		"<object type=\"PU\" os_index=\"0\" cpuset=\"0x1\" complete_cpuset=\"0x1\" "
		"nodeset=\"0x1\" complete_nodeset=\"0x1\" gp_index=\"3\"/>\n"
		"<object type=\"PU\" os_index=\"2\" cpuset=\"0x4\" complete_cpuset=\"0x4\" "
		"nodeset=\"0x1\" complete_nodeset=\"0x1\" gp_index=\"4\"/>\n</object>\n</topology>\n";
	static const struct row typed = { .ask = { .core = "1" },
					  .err = -EINVAL,
					  .core = -1,
					  .peer = -1,
					  .node = -1,
					  .reason = "core 1: is offline; online are CPUs 0,2" };
	static const struct row chosen = {
		.core = 2,
		.reason = "CPU 2: no CPU is isolated, same NUMA node as the front-end's CPU 0",
		.warning = OPEN(2)
	};
	hwloc_topology_t topology;

	(void)state;
	assert_int_equal(hwloc_topology_init(&topology), 0);
	assert_int_equal(hwloc_topology_set_xmlbuffer(topology, xml, sizeof(xml)), 0);
	assert_int_equal(hwloc_topology_load(topology), 0);
	check(&typed, topology);
	check(&chosen, topology);
	hwloc_topology_destroy(topology);
}

/* Texts are cut, not overrun: 200 siblings and long lists. */
static void long_texts(void **state)
{
	char word[400], odd[2048] = "0";
	struct cordon_cores_ask ask = { .core = word };
	struct cordon_cores out;
	hwloc_topology_t topology;

	(void)state;
	for (int i = 2; i < 800; i += 2)
		snprintf(odd + strlen(odd), sizeof(odd) - strlen(odd), ",%d", i);
	memset(word, '7', sizeof(word) - 1);
	word[sizeof(word) - 1] = '\0';
	assert_int_equal(hwloc_topology_init(&topology), 0);
	assert_int_equal(hwloc_topology_set_synthetic(topology, "pack:2 core:200 pu:2"), 0);
	assert_int_equal(hwloc_topology_load(topology), 0);
	ask.topology = topology;
	ask.cpuset = odd;
	assert_int_equal(cordon_cores_pick(&ask, &out), -EINVAL);
	assert_true(strlen(out.reason) < sizeof(out.reason));
	ask.core = "1";
	assert_int_equal(cordon_cores_pick(&ask, &out), -EINVAL);
	assert_memory_equal(out.reason, "core 1: outside the cpuset (0,2,4,", 34);
	ask.core = NULL;
	assert_int_equal(cordon_cores_pick(&ask, &out), 0);
	assert_int_equal(out.core, 798);
	assert_int_equal(out.peer, 796);
	hwloc_topology_destroy(topology);
}

static void lists(void **state)
{
	static const struct {
		const char *text;
		int err;
		const char *set; /* as hwloc prints it */
	} cases[] = {
		{ "", 0, "" },
		{ "\n", 0, "" },
		{ "0", 0, "0" },
		{ "0-3,8", 0, "0-3,8" },
		{ "0-3,8\n", 0, "0-3,8" },
		{ "5-5", 0, "5" },
		{ "8,0-3", 0, "0-3,8" },
		{ "1,1-2", 0, "1-2" },
		{ "007", 0, "7" },
		{ "8191", 0, "8191" },
		{ "8192", -ERANGE, NULL },
		{ "0-8192", -ERANGE, NULL },
		{ "4294967296", -ERANGE, NULL },
		{ "0-99999999999999999999", -ERANGE, NULL },
		{ "3-1", -EINVAL, NULL },
		{ "1,", -EINVAL, NULL },
		{ ",1", -EINVAL, NULL },
		{ "1,,2", -EINVAL, NULL },
		{ "1-", -EINVAL, NULL },
		{ "-1", -EINVAL, NULL },
		{ "1-2-3", -EINVAL, NULL },
		{ "1--2", -EINVAL, NULL },
		{ "1 2", -EINVAL, NULL },
		{ " 1", -EINVAL, NULL },
		{ "1 ", -EINVAL, NULL },
		{ "1\n\n", -EINVAL, NULL },
		{ "1\n2", -EINVAL, NULL },
		{ "\n1", -EINVAL, NULL },
		{ "0x3", -EINVAL, NULL },
		{ "+1", -EINVAL, NULL },
		{ "0-10:2/4", -EINVAL, NULL },
		{ "all", -EINVAL, NULL },
		{ "1,a", -EINVAL, NULL },
		{ "(null)", -EINVAL, NULL },
	};
	hwloc_bitmap_t set = hwloc_bitmap_alloc_full();
	char text[64];

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		int err;

		hwloc_bitmap_fill(set);
		err = cordon_cpulist_parse(cases[i].text, set);
		hwloc_bitmap_list_snprintf(text, sizeof(text), set);
		if (err != cases[i].err || strcmp(text, err ? "" : cases[i].set) != 0)
			fail_msg("\"%s\": %d, {%s}", cases[i].text, err, text);
	}
	hwloc_bitmap_free(set);
}

/* In a child: what @body does to its affinity or cpuset dies with it. */
static int in_child(int (*body)(void))
{
	int status = 0;
	pid_t pid = fork();

	assert_true(pid >= 0);
	if (pid == 0)
		_exit(body());
	assert_int_equal(waitpid(pid, &status, 0), pid);
	return WIFEXITED(status) ? WEXITSTATUS(status) : 255;
}

static int count(void)
{
	unsigned long bits[CORDON_HOST_CPU_LONGS];
	int n = 0;

	if (cordon_host_cpus(bits))
		return 254;
	for (size_t i = 0; i < CORDON_HOST_CPU_LONGS; i++)
		n += __builtin_popcountl(bits[i]);
	return n;
}

static int count_when_narrowed(void)
{
	cpu_set_t was, set;

	sched_getaffinity(0, sizeof(was), &was);
	CPU_ZERO(&set);
	for (int i = 0; !CPU_COUNT(&set); i++)
		if (CPU_ISSET(i, &was))
			CPU_SET(i, &set);
	if (sched_setaffinity(0, sizeof(set), &set) < 0)
		return 253;
	if (count() == 254 || sched_getaffinity(0, sizeof(was), &was) < 0)
		return 252;
	return CPU_EQUAL(&was, &set) ? count() : 251; /* and ours is not touched */
}

static int shared_mappings(void)
{
	FILE *f = fopen("/proc/self/maps", "re");
	char line[1024];
	int n = 0;

	assert_non_null(f);
	while (fgets(line, sizeof(line), f))
		n += strstr(line, "/dev/zero") != NULL;
	fclose(f);
	return n;
}

static void no_memory_kept(void **state)
{
	int was = shared_mappings();

	(void)state;
	assert_in_range(count(), 1, 250);
	assert_int_equal(shared_mappings(), was);
}

/* taskset is no limit. */
static void inherited_affinity(void **state)
{
	(void)state;
	assert_in_range(in_child(count), 1, 250);
	assert_int_equal(in_child(count_when_narrowed), in_child(count));
}

static char group[64]; /* of version 1 */

static int put(const char *dir, const char *name, const char *text)
{
	char path[256];
	int fd;
	ssize_t n;

	snprintf(path, sizeof(path), "%s/%s", dir, name);
	fd = open(path, O_WRONLY | O_CLOEXEC);
	if (fd < 0)
		return -errno;
	n = write(fd, text, strlen(text));
	close(fd);
	return n < 0 ? -errno : 0;
}

static int count_in_cpuset(void)
{
	struct cordon_cores_ask ask = { .core = "0" };
	struct cordon_cores out;

	if (put(group, "cpuset.cpus", "1") || put(group, "cpuset.mems", "0") ||
	    put(group, "cgroup.procs", "0"))
		return 250; /* one CPU, say */
	if (count() != 1)
		return 1;
	if (cordon_cores_pick(&ask, &out) != -EINVAL ||
	    strcmp(out.reason, "core 0: outside the cpuset (1)") != 0)
		return 2;
	ask.core = NULL;
	if (cordon_cores_pick(&ask, &out) || out.core != 1 || out.peer != 1)
		return 3;
	return 0;
}

static void real_cpuset(void **state)
{
	int r;

	(void)state;
	snprintf(group, sizeof(group), "/sys/fs/cgroup/cpuset/cordon-test-%d", (int)getpid());
	if (mkdir(group, 0755) < 0)
		skip();
	r = in_child(count_in_cpuset);
	assert_int_equal(rmdir(group), 0);
	if (r == 250)
		skip();
	assert_int_equal(r, 0);
}

/* This machine, whatever it is: the answer keeps its promises. */
static void this_machine(void **state)
{
	struct cordon_cores_ask ask = { 0 };
	struct cordon_cores out, again;
	unsigned long bits[CORDON_HOST_CPU_LONGS];
	cpu_set_t before, after;
	int err;

	(void)state;
	assert_int_equal(sched_getaffinity(0, sizeof(before), &before), 0);
	assert_int_equal(cordon_host_cpus(bits), 0);
	err = cordon_cores_pick(&ask, &out);
	print_message("# core %d, peer %d, node %d; %s; %s\n", out.core, out.peer, out.node,
		      out.reason, out.warning);
	assert_true(err == 0 || err == -ENODEV);
	assert_true(out.reason[0]);
	assert_int_equal(cordon_cores_pick(&ask, &again), err);
	assert_int_equal(again.core, out.core);
	assert_int_equal(again.peer, out.peer);
	assert_int_equal(sched_getaffinity(0, sizeof(after), &after), 0);
	assert_true(CPU_EQUAL(&before, &after));
	if (err)
		return;
	for (int i = 0; i < 2; i++) {
		int cpu = i ? out.peer : out.core;

		assert_true(bits[cpu / (8 * sizeof(long))] >> (cpu % (8 * sizeof(long))) & 1);
	}
}

int main(void)
{
	static const struct CMUnitTest others[] = {
		cmocka_unit_test(offline),	  cmocka_unit_test(long_texts),
		cmocka_unit_test(lists),	  cmocka_unit_test(inherited_affinity),
		cmocka_unit_test(no_memory_kept), cmocka_unit_test(real_cpuset),
		cmocka_unit_test(this_machine),
	};
	struct CMUnitTest tests[ROWS + sizeof(others) / sizeof(others[0])];

	for (size_t i = 0; i < ROWS; i++)
		tests[i] = (struct CMUnitTest){ rows[i].name, picks, NULL, NULL,
						(void *)(uintptr_t)&rows[i] };
	memcpy(tests + ROWS, others, sizeof(others));
	return cmocka_run_group_tests_name("cores", tests, NULL, NULL);
}
