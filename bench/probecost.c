// SPDX-License-Identifier: MIT OR GPL-2.0-only
/*
 * probecost CPU: nanoseconds a call that this thread starts, serves and takes back itself, on @CPU: the
 * code of channels/call.c and nothing that waits. bench/probes has it built with the probes in, and
 * without; with PAD more bytes before that code, so that it lies elsewhere.
 */
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include "channels/call.h"

#define BATCH 4096
#define BATCHES 400
#define LINES 8

/* Linked before channels/call.c. */
#define STRING_(x) #x
#define STRING(x) STRING_(x)
__asm__(".text\n\t.skip 64 + " STRING(PAD) "\n\t");

static struct cordon_line lines[LINES];
static struct cordon_client client;
static struct cordon_server server;

static int echo(void *state, const void *req, unsigned len, void *reply)
{
	(void)state;
	__builtin_memcpy(reply, req, CORDON_PAYLOAD_SIZE);
	return (int)len;
}

static const struct cordon_op op = { "echo", echo, CORDON_PAYLOAD_SIZE, CORDON_PAYLOAD_SIZE };
static const struct cordon_ops ops = { 1, &op };

static void call(uint64_t seq)
{
	uint64_t req[CORDON_PAYLOAD_WORDS] = { seq }, reply[CORDON_PAYLOAD_WORDS] = { 0 };
	int line = cordon_call_start(&client, 0, req, sizeof(req), UINT64_MAX);

	while (!cordon_serve(&server, &ops, NULL, 1))
		;
	while (cordon_call_poll(&client, line, 0, reply, sizeof(reply)) == -EAGAIN)
		;
	if (reply[0] == seq)
		return;
	fprintf(stderr, "probecost: an answer is wrong\n");
	exit(1);
}

static double now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec * 1e9 + (double)t.tv_nsec;
}

static int by_size(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return (x > y) - (x < y);
}

int main(int argc, char **argv)
{
	static double ns[BATCHES];
	cpu_set_t set;
	uint64_t seq = 0;

	CPU_ZERO(&set);
	CPU_SET((size_t)atoi(argc > 1 ? argv[1] : "0"), &set);
	if (sched_setaffinity(0, sizeof(set), &set) < 0) {
		perror("probecost: CPU");
		return 1;
	}
	cordon_client_init(&client, lines, LINES);
	cordon_server_init(&server, lines, LINES);
	for (int i = 0; i < BATCHES; i++) {
		double start = now();

		for (int k = 0; k < BATCH; k++)
			call(++seq);
		ns[i] = (now() - start) / BATCH;
	}
	qsort(ns, BATCHES, sizeof(*ns), by_size);
	printf("%.4f\n", ns[BATCHES / 2]);
	return 0;
}
