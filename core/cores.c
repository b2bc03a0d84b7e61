// SPDX-License-Identifier: MIT OR GPL-2.0-only
#include "core/cores.h"
#include "core/host.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

_Static_assert(CORDON_CPU_MAX == CORDON_HOST_CPU_LONGS * 8 * sizeof(unsigned long), "one bound");

/* One online CPU. The objects belong to the topology. */
struct cpu {
	hwloc_obj_t pu; /* NULL: offline */
	hwloc_obj_t core; /* its cpuset: this CPU and its SMT siblings */
	hwloc_obj_t l3; /* NULL: unknown */
	int node; /* -1: unknown */
};

struct view {
	hwloc_topology_t topology;
	bool own; /* we loaded it */
	struct cpu *cpus; /* by CPU number */
	int count;
	hwloc_bitmap_t online, allowed, isolated, affinity, taken, wanted;
};

__attribute__((format(printf, 3, 4))) static void add(char *text, size_t size, const char *fmt, ...)
{
	size_t len = strlen(text);
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(text + len, size - len, fmt, ap);
	va_end(ap);
}

#define REASON(out, ...) add((out)->reason, sizeof((out)->reason), __VA_ARGS__)

__attribute__((format(printf, 2, 3))) static void warn(struct cordon_cores *out, const char *fmt,
						       ...)
{
	size_t len = strlen(out->warning);
	va_list ap;

	if (len) {
		add(out->warning, sizeof(out->warning), "; ");
		len = strlen(out->warning);
	}
	va_start(ap, fmt);
	vsnprintf(out->warning + len, sizeof(out->warning) - len, fmt, ap);
	va_end(ap);
}

/* A number of one to five digits at *@s, which moves behind it. */
static int number(const char **s)
{
	int n = 0, digits = 0;

	for (; **s >= '0' && **s <= '9'; (*s)++) {
		if (++digits > 5)
			return -ERANGE;
		n = n * 10 + (**s - '0');
	}
	if (!digits)
		return -EINVAL;
	return n < CORDON_CPU_MAX ? n : -ERANGE;
}

static int parse_list(const char *s, hwloc_bitmap_t set)
{
	if (*s == '\0' || strcmp(s, "\n") == 0)
		return 0;
	for (;;) {
		int first = number(&s), last = first;

		if (first < 0)
			return first;
		if (*s == '-') {
			s++;
			last = number(&s);
			if (last < 0)
				return last;
			if (last < first)
				return -EINVAL;
		}
		if (hwloc_bitmap_set_range(set, (unsigned)first, last) < 0)
			return -ENOMEM;
		if (*s != ',')
			break;
		s++;
	}
	return *s == '\0' || strcmp(s, "\n") == 0 ? 0 : -EINVAL;
}

int cordon_cpulist_parse(const char *list, hwloc_bitmap_t set)
{
	int err;

	hwloc_bitmap_zero(set);
	err = parse_list(list, set);
	if (err)
		hwloc_bitmap_zero(set);
	return err;
}

/* ---- what there is -------- */

static int load(struct view *v)
{
	/* Disallowed CPUs matter as siblings, and to say what is wrong with a typed number. */
	unsigned long flags = HWLOC_TOPOLOGY_FLAG_INCLUDE_DISALLOWED |
			      HWLOC_TOPOLOGY_FLAG_DONT_CHANGE_BINDING |
			      HWLOC_TOPOLOGY_FLAG_NO_DISTANCES | HWLOC_TOPOLOGY_FLAG_NO_MEMATTRS |
			      HWLOC_TOPOLOGY_FLAG_NO_CPUKINDS;

	if (hwloc_topology_init(&v->topology) < 0)
		return -ENOMEM;
	v->own = true;
	errno = 0;
	if (hwloc_topology_set_flags(v->topology, flags) < 0 ||
	    hwloc_topology_load(v->topology) < 0)
		return errno ? -errno : -EIO;
	return 0;
}

static int ask_kernel_cpuset(hwloc_bitmap_t set)
{
	unsigned long bits[CORDON_HOST_CPU_LONGS];
	int err = cordon_host_cpus(bits);

	if (err)
		return err;
	return hwloc_bitmap_from_ulongs(set, CORDON_HOST_CPU_LONGS, bits) < 0 ? -ENOMEM : 0;
}

static int ask_kernel_isolated(hwloc_bitmap_t set)
{
	char list[4096] = "";
	FILE *f = fopen("/sys/devices/system/cpu/isolated", "re");
	size_t len;

	if (!f)
		return 0; /* a container without sysfs: nothing to take first */
	len = fread(list, 1, sizeof(list) - 1, f);
	list[len] = '\0';
	fclose(f);
	return cordon_cpulist_parse(list, set);
}

static int look_at_cpus(struct view *v)
{
	int last = hwloc_bitmap_last(v->online);
	hwloc_const_bitmap_t nodes = hwloc_topology_get_allowed_nodeset(v->topology);

	if (last < 0 || last >= CORDON_CPU_MAX)
		return -ENODEV;
	v->count = last + 1;
	v->cpus = calloc((size_t)v->count, sizeof(*v->cpus));
	if (!v->cpus)
		return -ENOMEM;
	for (hwloc_obj_t pu = NULL;
	     (pu = hwloc_get_next_obj_by_type(v->topology, HWLOC_OBJ_PU, pu)) != NULL;) {
		struct cpu *cpu = &v->cpus[pu->os_index];

		cpu->pu = pu;
		cpu->core = hwloc_get_ancestor_obj_by_type(v->topology, HWLOC_OBJ_CORE, pu);
		if (!cpu->core)
			cpu->core = pu;
		cpu->l3 = hwloc_get_ancestor_obj_by_type(v->topology, HWLOC_OBJ_L3CACHE, pu);
		cpu->node = pu->nodeset ? hwloc_bitmap_first(pu->nodeset) : -1;
		if (cpu->node >= 0 && !hwloc_bitmap_isset(nodes, (unsigned)cpu->node))
			cpu->node = -1;
	}
	return 0;
}

static int get_list(const char *what, const char *list, hwloc_bitmap_t set,
		    struct cordon_cores *out)
{
	int err = cordon_cpulist_parse(list, set);

	if (err)
		REASON(out, "%s: \"%.64s\" is not a list of CPUs", what, list);
	return err == -ENOMEM ? err : err ? -EINVAL : 0;
}

static void view_free(struct view *v)
{
	free(v->cpus);
	hwloc_bitmap_free(v->online);
	hwloc_bitmap_free(v->allowed);
	hwloc_bitmap_free(v->isolated);
	hwloc_bitmap_free(v->affinity);
	hwloc_bitmap_free(v->taken);
	hwloc_bitmap_free(v->wanted);
	if (v->own)
		hwloc_topology_destroy(v->topology);
}

static int view_init(struct view *v, const struct cordon_cores_ask *ask, struct cordon_cores *out)
{
	int err = 0;

	*v = (struct view){
		.topology = ask->topology,
		.online = hwloc_bitmap_alloc(),
		.allowed = hwloc_bitmap_alloc(),
		.isolated = hwloc_bitmap_alloc(),
		.affinity = hwloc_bitmap_alloc(),
		.taken = hwloc_bitmap_alloc(),
		.wanted = hwloc_bitmap_alloc(),
	};
	if (!v->online || !v->allowed || !v->isolated || !v->affinity || !v->taken || !v->wanted)
		return -ENOMEM;
	if (!v->topology)
		err = load(v);
	if (err)
		return err;
	if (hwloc_bitmap_copy(v->online, hwloc_topology_get_topology_cpuset(v->topology)) < 0)
		return -ENOMEM;
	err = look_at_cpus(v);
	if (err)
		return err;

	if (ask->cpuset)
		err = get_list("cpuset", ask->cpuset, v->allowed, out);
	else if (v->own)
		err = ask_kernel_cpuset(v->allowed);
	else
		hwloc_bitmap_fill(v->allowed);
	if (err)
		return err;
	if (ask->isolated)
		err = get_list("isolated CPUs", ask->isolated, v->isolated, out);
	else if (v->own)
		err = ask_kernel_isolated(v->isolated);
	if (err)
		return err;
	if (ask->affinity)
		err = get_list("affinity", ask->affinity, v->affinity, out);
	else if (!v->own || hwloc_get_cpubind(v->topology, v->affinity, HWLOC_CPUBIND_THREAD) < 0)
		hwloc_bitmap_fill(v->affinity);
	if (!err && ask->taken)
		err = get_list("taken CPUs", ask->taken, v->taken, out);
	if (!err && ask->wanted)
		err = get_list("wanted CPUs", ask->wanted, v->wanted, out);
	else if (!err)
		hwloc_bitmap_fill(v->wanted);
	if (err)
		return err;
	return hwloc_bitmap_and(v->allowed, v->allowed, v->online) < 0 ? -ENOMEM : 0;
}

/* ---- choosing -------- */

static bool has(hwloc_const_bitmap_t set, int cpu)
{
	return hwloc_bitmap_isset(set, (unsigned)cpu);
}

static bool siblings(const struct view *v, int a, int b)
{
	return a != b && v->cpus[a].core == v->cpus[b].core;
}

/* The first SMT sibling of @cpu that is in @set (or, with @outside, that isn't), or -1. */
static int sibling_in(const struct view *v, int cpu, hwloc_const_bitmap_t set, bool outside)
{
	int s = -1;

	while ((s = hwloc_bitmap_next(v->cpus[cpu].core->cpuset, s)) >= 0)
		if (s != cpu && has(set, s) != outside)
			return s;
	return -1;
}

/* May @cpu be a core or a peer at all? */
static bool usable(const struct view *v, const struct cordon_cores_ask *ask, int cpu)
{
	return has(v->allowed, cpu) && !has(v->taken, cpu) &&
	       (ask->share_smt || sibling_in(v, cpu, v->taken, false) < 0);
}

static bool same_l3(const struct view *v, int a, int b)
{
	return v->cpus[a].l3 && v->cpus[a].l3 == v->cpus[b].l3;
}

static bool same_node(const struct view *v, int a, int b)
{
	hwloc_obj_t pa = v->cpus[a].pu, pb = v->cpus[b].pu;

	return pa->nodeset && pb->nodeset && hwloc_bitmap_isequal(pa->nodeset, pb->nodeset);
}

/* The order of the header, as a number. */
static unsigned rank(const struct view *v, int core, int peer)
{
	bool isolated = has(v->isolated, core);
	const bool wish[] = {
		has(v->wanted, core),
		isolated,
		!has(v->isolated, peer),
		!siblings(v, core, peer),
		sibling_in(v, core, v->isolated, true) < 0,
		isolated || core != 0,
		has(v->affinity, peer),
		isolated || has(v->affinity, core),
		same_l3(v, core, peer),
		same_node(v, core, peer),
		core != 0,
		peer != 0,
	};
	unsigned r = 0;

	for (size_t i = 0; i < sizeof(wish) / sizeof(wish[0]); i++)
		r = r * 2 + wish[i];
	return r;
}

/* The CPU that the user typed for @what, -1 for "auto", or -EINVAL (which is below -1). */
static int typed(const struct view *v, const struct cordon_cores_ask *ask, const char *what,
		 const char *text, struct cordon_cores *out)
{
	char list[128];
	int cpu, s;

	if (!text || strcmp(text, "auto") == 0)
		return -1;
	if (!*text || strspn(text, "0123456789") != strlen(text)) {
		REASON(out, "%s \"%.64s\": not a CPU number", what, text);
		return -EINVAL;
	}
	cpu = number(&(const char *){ text });
	if (cpu < 0 || !has(v->online, cpu)) {
		bool offline = cpu >= 0 &&
			       has(hwloc_topology_get_complete_cpuset(v->topology), cpu);

		hwloc_bitmap_list_snprintf(list, sizeof(list), v->online);
		REASON(out, "%s %.16s: %s %s", what, text,
		       offline ? "is offline; online are CPUs" : "this machine has CPUs", list);
		return -EINVAL;
	}
	if (!has(v->allowed, cpu)) {
		hwloc_bitmap_list_snprintf(list, sizeof(list), v->allowed);
		REASON(out, "%s %d: outside the cpuset (%s)", what, cpu, list);
		return -EINVAL;
	}
	if (has(v->taken, cpu)) {
		REASON(out, "%s %d: another domain has it", what, cpu);
		return -EINVAL;
	}
	s = sibling_in(v, cpu, v->taken, false);
	if (s >= 0 && !ask->share_smt) {
		REASON(out,
		       "%s %d: SMT sibling of another domain's CPU %d, and sharing is not allowed",
		       what, cpu, s);
		return -EINVAL;
	}
	return cpu;
}

static void explain(const struct view *v, bool asked, struct cordon_cores *out)
{
	int core = out->core, peer = out->peer;
	bool isolated = has(v->isolated, core);
	int busy = sibling_in(v, core, v->taken, false);
	int open = sibling_in(v, core, v->isolated, true);
	int any = sibling_in(v, core, v->online, false);

	REASON(out, "CPU %d: %s%s", core, asked ? "as asked, " : "",
	       isolated				? "isolated at boot" :
	       hwloc_bitmap_iszero(v->isolated) ? "no CPU is isolated" :
	       asked				? "not isolated" :
						  "no isolated CPU of the cpuset is free");
	if (!isolated)
		warn(out, "CPU %d is not isolated: other work may run there", core);
	if (core == peer) {
		REASON(out, ", the only CPU left");
		warn(out, "domain and front-end share CPU %d: expect poor latency", core);
	} else if (same_l3(v, core, peer)) {
		REASON(out, ", same L3 as the front-end's CPU %d", peer);
	} else if (same_node(v, core, peer)) {
		REASON(out, ", same NUMA node as the front-end's CPU %d", peer);
	} else {
		REASON(out, ", another NUMA node than the front-end's CPU %d", peer);
		warn(out, "CPU %d and the front-end's CPU %d are on different NUMA nodes", core,
		     peer);
	}
	if (core != peer && has(v->isolated, peer))
		warn(out, "the front-end's CPU %d is isolated, too", peer);

	if (siblings(v, core, peer)) {
		REASON(out, ", its SMT sibling");
		warn(out, "CPU %d is an SMT sibling of the front-end's CPU %d", core, peer);
	} else if (busy >= 0) {
		REASON(out, ", SMT sibling CPU %d another domain's", busy);
		warn(out, "CPU %d is an SMT sibling of another domain's CPU %d", core, busy);
	} else if (open >= 0) {
		REASON(out, ", SMT sibling CPU %d not isolated", open);
		if (isolated)
			warn(out, "SMT sibling CPU %d is not isolated: other work may run there",
			     open);
	} else if (any >= 0) {
		REASON(out, ", SMT sibling CPU %d left idle", any);
	}
}

static int choose(const struct view *v, const struct cordon_cores_ask *ask,
		  struct cordon_cores *out)
{
	int core = typed(v, ask, "core", ask->core, out);
	int peer = core < -1 ? -1 : typed(v, ask, "front-end's CPU", ask->peer, out);
	int left = 0, best_core = -1, best_peer = -1;
	unsigned best = 0;
	char list[128];

	if (core < -1 || peer < -1)
		return -EINVAL;
	for (int i = 0; i < v->count; i++)
		left += usable(v, ask, i);
	if (core >= 0 && core == peer && left > 1) {
		REASON(out, "core %d: is the front-end's CPU", core);
		return -EINVAL;
	}
	if (core >= 0 && peer >= 0 && siblings(v, core, peer) && !ask->share_smt) {
		REASON(out,
		       "core %d: SMT sibling of the front-end's CPU %d, and sharing is not allowed",
		       core, peer);
		return -EINVAL;
	}

	for (int c = v->count - 1; c >= 0; c--) {
		if ((core >= 0 && c != core) || !usable(v, ask, c))
			continue;
		for (int p = v->count - 1; p >= 0; p--) {
			unsigned r;

			if ((peer >= 0 && p != peer) || !usable(v, ask, p))
				continue;
			if ((c == p && left > 1) || (siblings(v, c, p) && !ask->share_smt))
				continue;
			r = rank(v, c, p);
			if (best_core >= 0 && r <= best)
				continue;
			best = r;
			best_core = c;
			best_peer = p;
		}
	}
	if (best_core < 0) {
		hwloc_bitmap_list_snprintf(list, sizeof(list), v->allowed);
		if (left)
			REASON(out,
			       "CPUs %s: domain and front-end would be SMT siblings, and sharing is not allowed",
			       list);
		else if (hwloc_bitmap_iszero(v->allowed))
			REASON(out, "no CPU of the cpuset is online");
		else
			REASON(out, "CPUs %s: other domains have them or their SMT siblings", list);
		return -ENODEV;
	}
	out->core = best_core;
	out->peer = best_peer;
	out->node = v->cpus[best_core].node;
	explain(v, core >= 0, out);
	return 0;
}

int cordon_cores_pick(const struct cordon_cores_ask *ask, struct cordon_cores *out)
{
	struct view v;
	int err;

	*out = (struct cordon_cores){ .core = -1, .peer = -1, .node = -1 };
	err = view_init(&v, ask, out);
	if (!err)
		err = choose(&v, ask, out);
	if (err && !out->reason[0])
		REASON(out, "can't see this machine's CPUs: %s", strerror(-err));
	view_free(&v);
	return err;
}
