// SPDX-License-Identifier: MIT OR GPL-2.0-only
/* cordon bench: runs the program that measures, which lies beside this one. */
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>
#include "core/cli/command.h"

#define PROGRAM "bench/rungs"

int cli_bench(struct cli *c)
{
	char self[PATH_MAX], path[PATH_MAX + 16], rounds[16];
	const char *argv[10] = { "cordon bench" };
	ssize_t n = readlink("/proc/self/exe", self, sizeof(self) - 1);
	int argc = 1;

	if (n < 0) {
		cordon_fail(&c->err, -errno, "/proc/self/exe: %s", strerror(errno));
		return CLI_FAILED;
	}
	self[n] = '\0';
	snprintf(path, sizeof(path), "%.*s/" PROGRAM, (int)(strrchr(self, '/') - self), self);
	if (c->count) {
		snprintf(rounds, sizeof(rounds), "%u", c->count);
		argv[argc++] = "-n";
		argv[argc++] = rounds;
	}
	if (c->cpus) {
		argv[argc++] = "-c";
		argv[argc++] = c->cpus;
	}
	if (c->output) {
		argv[argc++] = "-o";
		argv[argc++] = c->output;
	}
	if (c->list)
		argv[argc++] = "-l";
	/* execv() does not write to its arguments. */
	execv(path, (char *const *)(uintptr_t)argv);
	cordon_fail(&c->err, -errno, "bench: %.200s: %s (make bench builds it)", path,
		    strerror(errno));
	return CLI_FAILED;
}
