// SPDX-License-Identifier: MIT OR GPL-2.0-only
#include "core/stolen.h"

#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "core/clock.h"

void cordon_stolen_times(struct cordon_stolen *s, const char *schedstat)
{
	uint64_t ran, waited;
	int known = sscanf(schedstat, "%" SCNu64 " %" SCNu64, &ran, &waited) == 2;

	s->ran_ns = known ? ran : 0;
	s->waited_ns = known ? waited : 0;
}

void cordon_stolen_state(struct cordon_stolen *s, const char *status)
{
	const char *state = strstr(status, "\nState:\tR");
	const char *sleeps = strstr(status, "\nvoluntary_ctxt_switches:");
	uint64_t n;

	s->sleeps = sleeps && sscanf(sleeps, " voluntary_ctxt_switches: %" SCNu64, &n) == 1 ? n : 0;
	/* Without a count of sleeps, a ready process may have slept. */
	s->ready = state && s->sleeps > 0;
}

uint64_t cordon_stolen_steal(const char *stat, int core, long ticks_per_s)
{
	char key[16], row[256];
	const char *line;
	uint64_t v[8];

	/* user nice system idle iowait irq softirq steal; the first line is all CPUs together. */
	snprintf(key, sizeof(key), "\ncpu%d ", core);
	line = strstr(stat, key);
	if (!line)
		return 0;
	line += strlen(key);
	/* sscanf() would go on to the next line. */
	snprintf(row, sizeof(row), "%.*s", (int)strcspn(line, "\n"), line);
	if (sscanf(row,
		   "%" SCNu64 " %" SCNu64 " %" SCNu64 " %" SCNu64 " %" SCNu64 " %" SCNu64
		   " %" SCNu64 " %" SCNu64,
		   &v[0], &v[1], &v[2], &v[3], &v[4], &v[5], &v[6], &v[7]) != 8)
		return 0;
	return v[7] * (UINT64_C(1000000000) / (uint64_t)ticks_per_s);
}

static void slurp(const char *path, char *text, size_t size)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	size_t used = 0;
	ssize_t n;

	while (fd >= 0 && used < size - 1 && (n = read(fd, text + used, size - 1 - used)) > 0)
		used += (size_t)n;
	text[used] = '\0';
	if (fd >= 0)
		close(fd);
}

void cordon_stolen_read(struct cordon_stolen *s, pid_t pid, int core)
{
	char path[64];
	char text[65536];

	memset(s, 0, sizeof(*s));
	if (pid > 0) {
		snprintf(path, sizeof(path), "/proc/%d/schedstat", (int)pid);
		slurp(path, text, sizeof(text));
		cordon_stolen_times(s, text);
		snprintf(path, sizeof(path), "/proc/%d/status", (int)pid);
		slurp(path, text, sizeof(text));
		cordon_stolen_state(s, text);
	}
	slurp("/proc/stat", text, sizeof(text));
	s->steal_ns = cordon_stolen_steal(text, core, sysconf(_SC_CLK_TCK));
	s->at_ns = cordon_clock_monotonic();
}

static uint64_t more(uint64_t before, uint64_t after)
{
	return after > before ? after - before : 0;
}

uint64_t cordon_stolen_between(const struct cordon_stolen *before,
			       const struct cordon_stolen *after)
{
	uint64_t passed = more(before->at_ns, after->at_ns);
	uint64_t ran = more(before->ran_ns, after->ran_ns);
	uint64_t waited = more(before->waited_ns, after->waited_ns);
	uint64_t taken;

	if (after->ready && after->sleeps == before->sleeps)
		waited = more(ran, passed);
	taken = waited + more(before->steal_ns, after->steal_ns);
	return taken < passed ? taken : passed;
}
