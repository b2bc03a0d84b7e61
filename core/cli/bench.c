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
	char path[PATH_MAX], rounds[16];
	const char *argv[10] = { "cordon bench" };
	ssize_t n = readlink("/proc/self/exe", path, sizeof(path) - sizeof(PROGRAM));
	int argc = 1;

	if (n < 0) {
		cordon_fail(&c->err, -errno, "/proc/self/exe: %s", strerror(errno));
		return CLI_FAILED;
	}
	path[n] = '\0';
	strcpy(strrchr(path, '/') + 1, PROGRAM);
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
