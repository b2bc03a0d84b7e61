// SPDX-License-Identifier: MIT OR GPL-2.0-only
/*
 * probe CPU CPU [BATCHES]: the floor between two CPUs, to bracket measurements with. Two threads
 * pass a word to and fro over two lines, in batches of 32 round trips. Prints the median, the 90th
 * and the 10th percentile of a round trip, in nanoseconds.
 */
#include <errno.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>

#include "channels/prim.h"
#include "core/clock.h"

#define BATCH 32

static struct cordon_line ping, pong;
static unsigned long batches = 400;

static void pin(int cpu)
{
	cpu_set_t set;

	CPU_ZERO(&set);
	CPU_SET((size_t)cpu, &set);
	if (sched_setaffinity(0, sizeof(set), &set) < 0) {
		perror("probe: sched_setaffinity");
		exit(1);
	}
}

static void *echo(void *arg)
{
	pin(*(int *)arg);
	for (uint64_t i = 1; i <= batches * BATCH; i++) {
		while (cordon_peek(&ping) != i)
			cordon_relax();
		cordon_publish(&pong, i);
	}
	return NULL;
}

static int by_size(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return (x > y) - (x < y);
}

int main(int argc, char **argv)
{
	int cpu[2];
	pthread_t thread;
	double *ns;

	if (argc < 3 || argc > 4) {
		fprintf(stderr, "usage: probe CPU CPU [BATCHES]\n");
		return 2;
	}
	cpu[0] = atoi(argv[1]);
	cpu[1] = atoi(argv[2]);
	if (argc == 4)
		batches = strtoul(argv[3], NULL, 10);
	ns = calloc(batches ? batches : 1, sizeof(*ns));
	if (!ns || batches == 0 || pthread_create(&thread, NULL, echo, &cpu[1]) != 0) {
		fprintf(stderr, "probe: no memory, no thread, or no batches\n");
		free(ns);
		return 1;
	}
	pin(cpu[0]);
	for (uint64_t b = 0, i = 1; b < batches; b++) {
		uint64_t start = cordon_clock_monotonic();

		for (int k = 0; k < BATCH; k++, i++) {
			cordon_publish(&ping, i);
			while (cordon_peek(&pong) != i)
				cordon_relax();
		}
		ns[b] = (double)(cordon_clock_monotonic() - start) / BATCH;
	}
	pthread_join(thread, NULL);
	qsort(ns, batches, sizeof(*ns), by_size);
	printf("%.1f %.1f %.1f\n", ns[batches / 2], ns[batches * 9 / 10], ns[batches / 10]);
	free(ns);
	return 0;
}
