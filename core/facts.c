// SPDX-License-Identifier: MIT OR GPL-2.0-only
#include "core/facts.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <hwloc.h>
#include <limits.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include "core/cores.h"
#include "core/module.h"

#define CPU_DIR "/sys/devices/system/cpu"
/* Deeper idle states take longer than this to wake up from. */
#define SHALLOW_US 10

struct look {
	const char *root;
	int core;
	struct cordon_fact *fact;
};

__attribute__((format(printf, 3, 4))) static void add(char *text, size_t size, const char *fmt, ...)
{
	size_t len = strlen(text);
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(text + len, size - len, fmt, ap);
	va_end(ap);
}

#define VALUE(l, ...) add((l)->fact->value, sizeof((l)->fact->value), __VA_ARGS__)
#define ADVISE(l, ...) add((l)->fact->advice, sizeof((l)->fact->advice), __VA_ARGS__)

/* The first line of the file that the format names; its length, or -errno. */
__attribute__((format(printf, 4, 5))) static int line_of(const struct look *l, char *text,
							 size_t size, const char *fmt, ...)
{
	char path[PATH_MAX];
	size_t len;
	ssize_t n;
	va_list ap;
	int fd;

	text[0] = '\0';
	len = (size_t)snprintf(path, sizeof(path), "%s", l->root);
	va_start(ap, fmt);
	vsnprintf(path + len, sizeof(path) - len, fmt, ap);
	va_end(ap);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return -errno;
	n = read(fd, text, size - 1);
	if (n < 0)
		n = -errno;
	close(fd);
	text[n > 0 ? n : 0] = '\0';
	text[strcspn(text, "\n")] = '\0';
	return n < 0 ? (int)n : (int)strlen(text);
}

/* What can't be read is not missing: say which. 1 if it was said. */
static int said(struct look *l, int err, const char *if_missing)
{
	if (err >= 0)
		return 0;
	if (err == -ENOENT || err == -ENOTDIR)
		VALUE(l, "%s", if_missing);
	else
		l->fact->readable = 0;
	return 1;
}

static int in_list(const char *list, int cpu)
{
	hwloc_bitmap_t set = hwloc_bitmap_alloc();
	int ret = set && cpu >= 0 && cordon_cpulist_parse(list, set) == 0 &&
		  hwloc_bitmap_isset(set, (unsigned)cpu);

	hwloc_bitmap_free(set);
	return ret;
}

static void isolated(struct look *l)
{
	char list[256];

	if (said(l, line_of(l, list, sizeof(list), CPU_DIR "/isolated"), "unknown to this kernel"))
		return;
	VALUE(l, "%s", list[0] ? list : "none");
	if (l->core >= 0 && !in_list(list, l->core))
		ADVISE(l, "other work may run on CPU %d: see the boot line", l->core);
}

static void tickless(struct look *l)
{
	char list[256];

	if (said(l, line_of(l, list, sizeof(list), CPU_DIR "/nohz_full"),
		 "the kernel can't (NO_HZ_FULL is off)"))
		return;
	if (strcmp(list, "(null)") == 0)
		list[0] = '\0';
	VALUE(l, "%s", list[0] ? list : "none");
	if (l->core >= 0 && !in_list(list, l->core))
		ADVISE(l, "the timer interrupts CPU %d: see the boot line", l->core);
}

static void smt(struct look *l)
{
	char control[32], list[64];
	int ret = line_of(l, control, sizeof(control), CPU_DIR "/smt/control");

	if (said(l, ret, "unknown to this kernel") || l->core < 0)
		return;
	ret = line_of(l, list, sizeof(list), CPU_DIR "/cpu%d/topology/thread_siblings_list",
		      l->core);
	VALUE(l, "%s", control);
	if (ret < 0)
		return;
	if (strpbrk(list, ",-")) {
		VALUE(l, ", CPU %d shares its core: %s", l->core, list);
		ADVISE(l, "leave the sibling idle, or boot with nosmt");
	} else {
		VALUE(l, ", CPU %d has no sibling", l->core);
	}
}

static void idle_states(struct look *l)
{
	char driver[32], name[32], text[32], off[8];
	char deepest[32] = "";
	long latency = -1;

	if (said(l, line_of(l, driver, sizeof(driver), CPU_DIR "/cpuidle/current_driver"),
		 "not managed by this kernel"))
		return;
	for (int i = 0; l->core >= 0 && i < 16; i++) {
		if (line_of(l, name, sizeof(name), CPU_DIR "/cpu%d/cpuidle/state%d/name", l->core,
			    i) < 0)
			break;
		if (line_of(l, off, sizeof(off), CPU_DIR "/cpu%d/cpuidle/state%d/disable", l->core,
			    i) > 0 &&
		    off[0] != '0')
			continue;
		if (line_of(l, text, sizeof(text), CPU_DIR "/cpu%d/cpuidle/state%d/latency",
			    l->core, i) < 0)
			continue;
		latency = strtol(text, NULL, 10);
		snprintf(deepest, sizeof(deepest), "%s", name);
	}
	VALUE(l, "driver %s", driver);
	if (latency >= 0)
		VALUE(l, ", CPU %d down to %s (%ld us to wake)", l->core, deepest, latency);
	if (latency > SHALLOW_US)
		ADVISE(l, "matters where a domain sleeps: processor.max_cstate=1, or --wait spin");
}

static void governor(struct look *l)
{
	char text[32];
	int ret = line_of(l, text, sizeof(text), CPU_DIR "/cpu%d/cpufreq/scaling_governor",
			  l->core >= 0 ? l->core : 0);

	if (said(l, ret, "not managed by this kernel"))
		return;
	VALUE(l, "%s", text);
	if (strcmp(text, "performance") != 0)
		ADVISE(l, "echo performance >" CPU_DIR "/cpu%d/cpufreq/scaling_governor",
		       l->core >= 0 ? l->core : 0);
}

static void mitigations(struct look *l)
{
	char path[PATH_MAX], text[256];
	unsigned mitigated = 0, unaffected = 0, open_ones = 0;
	const struct dirent *ent;
	DIR *d;

	snprintf(path, sizeof(path), "%s" CPU_DIR "/vulnerabilities", l->root);
	d = opendir(path);
	if (!d) {
		(void)said(l, -errno, "unknown to this kernel");
		return;
	}
	while ((ent = readdir(d))) {
		if (ent->d_name[0] == '.' ||
		    line_of(l, text, sizeof(text), CPU_DIR "/vulnerabilities/%s", ent->d_name) < 0)
			continue;
		mitigated += strncmp(text, "Mitigation", 10) == 0;
		unaffected += strcmp(text, "Not affected") == 0;
		if (strncmp(text, "Vulnerable", 10) == 0)
			ADVISE(l, "%s%s", open_ones++ ? ", " : "vulnerable: ", ent->d_name);
	}
	closedir(d);
	VALUE(l, "%u flaws mitigated, %u do not concern this CPU, %u open", mitigated, unaffected,
	      open_ones);
}

static void iommu(struct look *l)
{
	char path[PATH_MAX];
	const struct dirent *ent;
	unsigned groups = 0;
	DIR *d;

	snprintf(path, sizeof(path), "%s/sys/kernel/iommu_groups", l->root);
	d = opendir(path);
	if (!d) {
		(void)said(l, -errno, "unknown to this kernel");
		return;
	}
	while ((ent = readdir(d)))
		groups += ent->d_name[0] != '.';
	closedir(d);
	VALUE(l, "%u groups", groups);
	if (groups == 0)
		ADVISE(l, "no device can be handed to a domain: intel_iommu=on or amd_iommu=on");
}

static void clock_source(struct look *l)
{
	char text[32];

	if (said(l,
		 line_of(l, text, sizeof(text),
			 "/sys/devices/system/clocksource/clocksource0/current_clocksource"),
		 "unknown to this kernel"))
		return;
	VALUE(l, "%s", text);
	if (strcmp(text, "tsc") != 0 && strcmp(text, "arch_sys_counter") != 0 &&
	    strcmp(text, "kvm-clock") != 0)
		ADVISE(l, "the kernel does not trust the cycle counter, which cordon reads");
}

static void tap_devices(struct look *l)
{
	char path[PATH_MAX];

	snprintf(path, sizeof(path), "%s/dev/net/tun", l->root);
	if (said(l, access(path, F_OK) < 0 ? -errno : 0, "/dev/net/tun is not there")) {
		ADVISE(l, "the class net needs it: modprobe tun");
		return;
	}
	VALUE(l, "/dev/net/tun%s",
	      access(path, R_OK | W_OK) < 0 ? ", not for this user (run domains as root)" : "");
}

static void module(struct look *l)
{
	struct cordon_k_info info;
	char path[PATH_MAX], list[256];
	int fd;

	snprintf(path, sizeof(path), "%s%s", l->root, cordon_module_path);
	fd = cordon_module_open(path, &info, NULL);
	if (fd >= 0)
		close(fd);
	if (fd == -EACCES || fd == -EPERM) {
		VALUE(l, "loaded; its cores are told to root alone");
	} else if (fd == -EPROTO) {
		VALUE(l, "of another version of cordon");
		ADVISE(l, "make install-module, and load that one");
	} else if (fd < 0) {
		VALUE(l, "not loaded");
		ADVISE(l, "--frontend netdev needs it: make install-module, modprobe cordon");
	} else if (cordon_module_cores(&info, list, sizeof(list)) == 0) {
		VALUE(l, "loaded, hands out no core");
		ADVISE(l, "reserve some: see the boot line, and add cordon.cores=");
	} else {
		VALUE(l, "loaded, hands out CPU %s", list);
	}
}

/* All CPUs but the core, as a list. */
static int others(const char *online, int core, char *list, size_t size)
{
	hwloc_bitmap_t set = hwloc_bitmap_alloc();
	int n = -1;

	if (set && cordon_cpulist_parse(online, set) == 0) {
		hwloc_bitmap_clr(set, (unsigned)core);
		n = hwloc_bitmap_weight(set);
		hwloc_bitmap_list_snprintf(list, size, set);
	}
	hwloc_bitmap_free(set);
	return n;
}

static void boot_line(struct look *l)
{
	char cmdline[4096], online[256], reserved[256], quiet[256], list[128];
	int tickless_kernel;

	if (l->core < 0 || line_of(l, online, sizeof(online), CPU_DIR "/online") < 0 ||
	    others(online, l->core, list, sizeof(list)) < 1) {
		VALUE(l, "none helps: there is no core to spare");
		return;
	}
	(void)line_of(l, reserved, sizeof(reserved), CPU_DIR "/isolated");
	tickless_kernel = line_of(l, quiet, sizeof(quiet), CPU_DIR "/nohz_full") != -ENOENT;
	if (said(l, line_of(l, cmdline, sizeof(cmdline), "/proc/cmdline"), "unknown"))
		return;
	if (in_list(reserved, l->core) && strstr(cmdline, "irqaffinity=") &&
	    (!tickless_kernel || (in_list(quiet, l->core) && strstr(cmdline, "rcu_nocbs=")))) {
		VALUE(l, "as it should be for CPU %d", l->core);
		return;
	}
	VALUE(l, "isolcpus=domain,managed_irq,%d", l->core);
	if (tickless_kernel)
		VALUE(l, " nohz_full=%d rcu_nocbs=%d", l->core, l->core);
	VALUE(l, " irqaffinity=%s", list);
	ADVISE(l, "reserves CPU %d", l->core);
}

unsigned cordon_facts(const char *root, int core, struct cordon_fact facts[CORDON_FACTS_MAX])
{
	static const struct {
		const char *name;
		void (*look)(struct look *l);
	} all[] = {
		{ "isolated", isolated },
		{ "nohz_full", tickless },
		{ "smt", smt },
		{ "idle", idle_states },
		{ "governor", governor },
		{ "mitigations", mitigations },
		{ "iommu", iommu },
		{ "clock", clock_source },
		{ "tap", tap_devices },
		{ "module", module },
		{ "boot_line", boot_line },
	};
	const unsigned n = sizeof(all) / sizeof(all[0]);

	_Static_assert(sizeof(all) / sizeof(all[0]) <= CORDON_FACTS_MAX, "there is room");
	for (unsigned i = 0; i < n; i++) {
		struct look l = { root, core, &facts[i] };

		facts[i] = (struct cordon_fact){ .name = all[i].name, .readable = 1 };
		all[i].look(&l);
	}
	return n;
}
