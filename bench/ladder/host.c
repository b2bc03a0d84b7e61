// SPDX-License-Identifier: MIT OR GPL-2.0-only
#include "bench/ladder/host.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/utsname.h>
#include <time.h>
#include <unistd.h>

#include "core/clock.h"
#include "core/cores.h"

#define SYS_CPU "/sys/devices/system/cpu"
#define LINE 512

/* The first line of a file; "" if there is none. */
static void first_line(char line[LINE], const char *path)
{
	FILE *f = fopen(path, "re");

	if (!f || !fgets(line, LINE, f))
		line[0] = '\0';
	line[strcspn(line, "\n")] = '\0';
	if (f)
		fclose(f);
}

static void siblings(char line[LINE], int cpu)
{
	char path[128];

	snprintf(path, sizeof(path), SYS_CPU "/cpu%d/topology/thread_siblings_list", cpu);
	first_line(line, path);
}

bool host_siblings(int a, int b)
{
	hwloc_bitmap_t set = hwloc_bitmap_alloc();
	char line[LINE];
	bool are = false;

	siblings(line, a);
	if (set && cordon_cpulist_parse(line, set) == 0)
		are = hwloc_bitmap_isset(set, (unsigned)b);
	hwloc_bitmap_free(set);
	return are;
}

/* ---- frequencies --------------------------------------------------------------------------------- */

static double tsc_mhz(void)
{
	struct cordon_clock c;

	cordon_clock_calibrate(&c);
	return c.mult ? 0x1p32 * 1000 / (double)c.mult : 0;
}

/* Of registers only: some CPUs take a constant added for no cycle at all. */
#if defined(__x86_64__)
#define ADD "add %1, %0\n\t"
#elif defined(__aarch64__)
#define ADD "add %0, %0, %1\n\t"
#endif
#define CHAIN 1000
#define CHAINS 100
#define STRING_(x) #x
#define STRING(x) STRING_(x)

/* Cycles of the time-stamp counter for CHAIN * CHAINS additions. That they are some 30 us makes the
 * edges, where the counter is read a little early, less than 1 %. */
static uint64_t chain(void)
{
	uint64_t start = cordon_cycles(), x = 1, y = start | 1;

	for (int i = 0; i < CHAINS; i++)
		__asm__ __volatile__(".rept " STRING(CHAIN) "\n\t" ADD ".endr" : "+r"(x) : "r"(y));
	return cordon_cycles() - start;
}

double host_core_mhz(void)
{
	uint64_t best = UINT64_MAX;

	for (int i = 0; i < 200; i++) {
		uint64_t cycles = chain();

		if (cycles < best)
			best = cycles;
	}
	return tsc_mhz() * CHAIN * CHAINS / (double)best;
}

/* ---- the object ---------------------------------------------------------------------------------- */

static void add_string(struct json_object *o, const char *key, const char *value)
{
	json_object_object_add(o, key, json_object_new_string(value));
}

/* To one decimal: more was not measured. */
static void add_mhz(struct json_object *o, const char *key, double mhz)
{
	char text[32];

	snprintf(text, sizeof(text), "%.1f", mhz);
	json_object_object_add(o, key, json_object_new_double_s(mhz, text));
}

static void add_cpu(struct json_object *o)
{
	char line[4096], model[LINE] = "";
	FILE *f = fopen("/proc/cpuinfo", "re");
	bool virtual = false;

	while (f && fgets(line, sizeof(line), f)) {
		char *value = strstr(line, ": ");

		if (line[0] == '\n')
			break; /* the first CPU speaks for all */
		if (!value)
			continue;
		value += 2;
		value[strcspn(value, "\n")] = '\0';
		if (strncmp(line, "model name", 10) == 0)
			snprintf(model, sizeof(model), "%.*s", LINE - 1, value);
		if (strncmp(line, "flags", 5) == 0)
			virtual = strstr(value, " hypervisor") != NULL;
	}
	if (f)
		fclose(f);
	add_string(o, "cpu", model);
	json_object_object_add(o, "virtual", json_object_new_boolean(virtual));
}

static struct json_object *mitigations(void)
{
	struct json_object *o = json_object_new_object();
	DIR *d = opendir(SYS_CPU "/vulnerabilities");
	const struct dirent *e;

	while (d && (e = readdir(d))) {
		char line[LINE], path[LINE];

		if (e->d_name[0] == '.')
			continue;
		snprintf(path, sizeof(path), SYS_CPU "/vulnerabilities/%s", e->d_name);
		first_line(line, path);
		add_string(o, e->d_name, line);
	}
	if (d)
		closedir(d);
	return o;
}

static struct json_object *placement(const struct place *at)
{
	struct json_object *o = json_object_new_object();
	char line[LINE];

	json_object_object_add(o, "cpu", json_object_new_int(at->cpu));
	json_object_object_add(o, "core", json_object_new_int(at->core));
	siblings(line, at->cpu);
	add_string(o, "cpu_siblings", line);
	siblings(line, at->core);
	add_string(o, "core_siblings", line);
	return o;
}

struct json_object *host_describe(const struct place *at, const char *counters)
{
	struct json_object *o = json_object_new_object();
	time_t now = time(NULL);
	struct utsname uts;
	char line[LINE];
	struct tm tm;

	if (!o)
		return NULL;
	add_cpu(o);
	json_object_object_add(o, "cpus", json_object_new_int((int)sysconf(_SC_NPROCESSORS_ONLN)));
	uname(&uts);
	add_string(o, "kernel", uts.release);
	first_line(line, SYS_CPU "/isolated");
	add_string(o, "isolated", line);
	strftime(line, sizeof(line), "%Y-%m-%dT%H:%M:%SZ", gmtime_r(&now, &tm));
	add_string(o, "date", line);
	add_mhz(o, "tsc_mhz", tsc_mhz());
	add_mhz(o, "core_mhz", host_core_mhz());
	json_object_object_add(o, "mitigations", mitigations());
	json_object_object_add(o, "placement", placement(at));
	add_string(o, "counters", counters);
	return o;
}
