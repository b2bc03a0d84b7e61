// SPDX-License-Identifier: MIT OR GPL-2.0-only
#include "bench/ladder/counters.h"

#include <errno.h>
#include <linux/perf_event.h>
#include <stdio.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

static int event_open(uint64_t event, int leader)
{
	struct perf_event_attr attr = {
		.type = PERF_TYPE_HARDWARE,
		.size = sizeof(attr),
		.config = event,
		.read_format = PERF_FORMAT_GROUP,
		/* Always on the CPU, or in error: never extrapolated from a part of the time. */
		.pinned = leader < 0,
		.exclude_kernel = 1,
		.exclude_hv = 1,
	};

	return (int)syscall(SYS_perf_event_open, &attr, 0, -1, leader, PERF_FLAG_FD_CLOEXEC);
}

static const char *reason(int err)
{
	switch (err) {
	case ENOENT:
	case ENODEV:
	case EOPNOTSUPP:
		return "the CPU has none, or the hypervisor hides them";
	case EACCES:
	case EPERM:
		return "not allowed, see /proc/sys/kernel/perf_event_paranoid";
	case ENOSYS:
		return "the kernel was built without";
	default:
		return strerror(err);
	}
}

int counters_open(struct counters *c)
{
	const char *name;
	int err;

	c->instructions = -1;
	c->cycles = event_open(PERF_COUNT_HW_CPU_CYCLES, -1);
	if (c->cycles >= 0)
		c->instructions = event_open(PERF_COUNT_HW_INSTRUCTIONS, c->cycles);
	if (c->instructions >= 0) {
		snprintf(c->text, sizeof(c->text),
			 "hardware counters: cycles and instructions in user mode");
		return 0;
	}
	err = errno;
	counters_close(c);
	name = strerrorname_np(err);
	snprintf(c->text, sizeof(c->text),
		 "no hardware counters here (%s: %s): time-stamp counter instead",
		 name ? name : "?", reason(err));
	return -err;
}

int counters_read(const struct counters *c, struct counts *now)
{
	struct {
		uint64_t n, cycles, instructions;
	} group;
	ssize_t got;

	if (c->cycles < 0)
		return -ENODEV;
	got = read(c->cycles, &group, sizeof(group));
	if (got < 0)
		return -errno;
	/* A pinned group in error is at its end of file. */
	if (got != sizeof(group) || group.n != 2)
		return -EBUSY;
	now->cycles = group.cycles;
	now->instructions = group.instructions;
	return 0;
}

void counters_close(struct counters *c)
{
	if (c->instructions >= 0)
		close(c->instructions);
	if (c->cycles >= 0)
		close(c->cycles);
	c->cycles = c->instructions = -1;
}
