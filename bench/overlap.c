// SPDX-License-Identifier: MIT OR GPL-2.0-only
/*
 * overlap DISK [SEED]: writes to the first 128 KB of DISK, a block device or an NBD server's socket, several
 * at once and one over the other; reads meanwhile and afterwards, twice; and says whether that can have come
 * from some order of the writes (bench/disk/history.h). Round after round, until SIGTERM; whoever kills
 * the disk's driver meanwhile wants to know.
 *
 * Prints "NAME VALUE" lines. The longest that a request took is there as it was, and without the time that
 * a thread of ours, which sleeps and goes before all others, a supervisor that restarts too, was late: the
 * machine was not ours then.
 */
#include <inttypes.h>
#include <sched.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "bench/disk/disk.h"
#include "bench/disk/history.h"
#include "core/clock.h"

#define WRITERS 6u
#define EACH 20u /* writes of each, a round */
#define MOST 64u /* sectors of a write */
#define READS 60u /* a round */
#define READER WRITERS
#define SIZE ((size_t)HISTORY_SECTORS * HISTORY_SECTOR)
#define NAP 1000000L /* ns */

static struct disk disk;
static struct history history;
static volatile sig_atomic_t stop;
static atomic_ullong late; /* ns, so far */
static atomic_int failed; /* -errno */

static struct user {
	pthread_t thread;
	unsigned number;
	uint64_t random;
	uint8_t *data; /* SIZE */
	uint64_t longest, longest_net; /* ns */
} users[WRITERS + 1];

static uint32_t below(struct user *u, uint32_t n)
{
	u->random ^= u->random << 13;
	u->random ^= u->random >> 7;
	u->random ^= u->random << 17;
	return (uint32_t)(u->random >> 32) % n;
}

static void *naps(void *unused)
{
	const struct timespec nap = { 0, NAP };
	const struct sched_param first = { .sched_priority = 10 };
	uint64_t before = cordon_clock_monotonic(), now;

	(void)pthread_setschedparam(pthread_self(), SCHED_FIFO, &first);
	for (;; before = now) {
		clock_nanosleep(CLOCK_MONOTONIC, 0, &nap, NULL);
		now = cordon_clock_monotonic();
		/* Timers are a little late anywhere. */
		if (now - before > 5 * NAP)
			atomic_fetch_add(&late, now - before - NAP);
	}
	return unused;
}

static int request(struct user *u, enum disk_op op, uint32_t first, uint32_t n)
{
	uint64_t began = cordon_clock_monotonic(), was_late = atomic_load(&late), took, net;
	int ret = disk_do(&disk, u->number, op, (uint64_t)first * HISTORY_SECTOR, u->data,
			  (size_t)n * HISTORY_SECTOR);

	took = cordon_clock_monotonic() - began;
	net = atomic_load(&late) - was_late;
	net = took > net ? took - net : 0;
	if (took > u->longest)
		u->longest = took;
	if (net > u->longest_net)
		u->longest_net = net;
	if (ret < 0)
		atomic_store(&failed, ret);
	return ret;
}

/* Some sectors, in whole blocks: the first of them. */
static uint32_t some(struct user *u, uint32_t *n)
{
	uint32_t block = disk.block / HISTORY_SECTOR, first;

	*n = (1 + below(u, MOST / block)) * block;
	first = below(u, (HISTORY_SECTORS - *n) / block + 1) * block;
	return first;
}

static int writes(struct user *u, uint32_t first, uint32_t n)
{
	uint32_t i = history_write(&history, first, n, u->data);
	int ret = request(u, DISK_WRITE, first, n);

	history_written(&history, i);
	return ret;
}

static int reads(struct user *u, uint32_t first, uint32_t n)
{
	uint64_t began = cordon_clock_monotonic();
	int ret = request(u, DISK_READ, first, n);

	return ret < 0 ? ret : history_read(&history, began, first, n, u->data);
}

static void *writer(void *user)
{
	struct user *u = user;
	uint32_t first, n;

	for (unsigned i = 0; i < EACH && !atomic_load(&failed); i++) {
		first = some(u, &n);
		if (writes(u, first, n) == 0 && below(u, 8) == 0)
			(void)request(u, DISK_FLUSH, 0, 0);
	}
	return NULL;
}

static void *reader(void *user)
{
	struct user *u = user;
	uint32_t first, n;

	for (unsigned i = 0; i < READS; i++) {
		first = some(u, &n);
		if (reads(u, first, n) < 0)
			break;
	}
	return NULL;
}

/* 0, or -1: it failed, or can't have been. */
static int round_of_all(void)
{
	struct user *r = &users[READER];

	for (unsigned i = 0; i <= WRITERS; i++)
		if (pthread_create(&users[i].thread, NULL, i == READER ? reader : writer,
				   &users[i]))
			abort();
	for (unsigned i = 0; i <= WRITERS; i++)
		pthread_join(users[i].thread, NULL);
	/* Twice: it stays as it is. */
	for (int i = 0; i < 2 && !atomic_load(&failed) && !history.why[0]; i++)
		(void)reads(r, 0, HISTORY_SECTORS);
	if (atomic_load(&failed)) {
		fprintf(stderr, "overlap: %s\n", strerror(-atomic_load(&failed)));
		return -1;
	}
	if (history.why[0] || history_judge(&history) < 0) {
		fprintf(stderr, "overlap: %s\n", history.why);
		return -1;
	}
	return 0;
}

static void on_term(int sig)
{
	stop = sig;
}

static uint64_t most(size_t member)
{
	uint64_t v, max = 0;

	for (unsigned i = 0; i <= WRITERS; i++) {
		memcpy(&v, (const char *)&users[i] + member, sizeof(v));
		max = v > max ? v : max;
	}
	return max / 1000000;
}

int main(int argc, char **argv)
{
	uint64_t rounds = 0, seed, wrote = 0, read = 0;
	const struct sigaction term = { .sa_handler = on_term, .sa_flags = SA_RESTART };
	pthread_t napper;
	int ret;

	if (argc != 2 && argc != 3) {
		fprintf(stderr, "usage: overlap DISK [SEED]\n");
		return 2;
	}
	seed = argc == 3 ? strtoull(argv[2], NULL, 10) : (uint64_t)time(NULL);
	ret = disk_open(&disk, argv[1]);
	if (ret < 0) {
		fprintf(stderr, "overlap: %s: %s\n", argv[1], strerror(-ret));
		return 1;
	}
	sigaction(SIGTERM, &term, NULL);
	history_init(&history, seed);
	for (unsigned i = 0; i <= WRITERS; i++) {
		users[i].number = i;
		users[i].random = (seed + i + 1) * UINT64_C(0x9e3779b97f4a7c15);
		users[i].data = aligned_alloc(4096, SIZE);
		if (!users[i].data)
			abort();
	}
	if (pthread_create(&napper, NULL, naps, NULL))
		abort();
	/* So that all that is read was written. */
	ret = writes(&users[0], 0, HISTORY_SECTORS);
	while (ret == 0 && !stop) {
		ret = round_of_all();
		wrote += history.nwrites;
		read += history.nreads;
		rounds += ret == 0;
		history_forget(&history);
	}
	printf("rounds %" PRIu64 "\nwrites %" PRIu64 "\nreads %" PRIu64 "\ncontested %" PRIu64
	       "\nlongest_ms %" PRIu64 "\nlongest_net_ms %" PRIu64 "\nlate_ms %llu\n",
	       rounds, wrote, read, history.contested, most(offsetof(struct user, longest)),
	       most(offsetof(struct user, longest_net)), atomic_load(&late) / 1000000);
	return ret < 0 || rounds == 0;
}
