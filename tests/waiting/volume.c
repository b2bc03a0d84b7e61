// SPDX-License-Identifier: MIT OR GPL-2.0-only
/*
 * Two threads on two CPUs that pass messages and sleep without a timeout whenever they may: a wake-up
 * that is lost stops both for good. The moments at which they do so are spread at random.
 *
 * CORDON_WAIT_MESSAGES: how many. CORDON_WAIT_STUCK_MS: after how long without any they are stuck.
 */
#include <errno.h>
#include <poll.h>
#include <pthread.h>
#include <sched.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <cmocka.h>

#include "core/clock.h"
#include "core/sleeper.h"

#define TICK_MS 10

static _Alignas(64) unsigned char mem[(CORDON_LINE_FIRST_CALL + 1 + 16) * CORDON_LINE_SIZE];
static uint64_t messages = 100000, stuck_ms = 10000;
static enum cordon_wait policy;
static atomic_bool give_up;

struct party {
	struct cordon_chan chan;
	struct cordon_sleeper sleeper;
	int bell, cpu;
	bool first; /* begins, and counts the rounds */
	uint64_t seed, busy;
	_Atomic uint64_t passed;
	pthread_t thread;
};

static struct party parties[2];

static uint64_t random_of(struct party *p)
{
	p->seed = p->seed * 6364136223846793005u + 1442695040888963407u;
	return p->seed >> 33;
}

static void dawdle(struct party *p)
{
	for (uint64_t n = random_of(p) % 32; n > 0; n--)
		atomic_signal_fence(memory_order_seq_cst);
}

static void sleep_on_bell(struct party *p)
{
	struct pollfd fd = { .fd = p->bell, .events = POLLIN };
	uint64_t n;

	poll(&fd, 1, -1);
	if (read(p->bell, &n, sizeof(n)) < 0)
		return;
}

static void *play(void *arg)
{
	struct party *p = arg;
	bool mine = p->first;
	uint64_t patience = 0;
	uint16_t op;
	char msg[56];

	while (p->passed < messages && !atomic_load(&give_up)) {
		if (cordon_stream_recv(&p->chan.rx, &op, msg) >= 0) {
			mine = true;
			p->busy++;
		}
		dawdle(p);
		if (mine && cordon_stream_send(&p->chan.tx, 1, NULL, 0) == 0) {
			mine = false;
			/* The answer is to come about when we are about to sleep. */
			patience = random_of(p) % 64;
			atomic_store_explicit(&p->passed, p->passed + 1, memory_order_relaxed);
		}
		(void)cordon_sleeper_look(&p->sleeper);
		if (patience > 0 && patience-- > 0)
			continue;
		if (cordon_sleeper_idle(&p->sleeper, p->busy, cordon_clock_monotonic()) !=
		    CORDON_DOZE_SLEEP)
			continue;
		/* The last message needs no answer. */
		if (p->passed < messages)
			sleep_on_bell(p);
		cordon_sleeper_woke(&p->sleeper, 0);
	}
	return NULL;
}

static int two_cpus(int cpu[2])
{
	cpu_set_t set;
	int n = 0;

	if (sched_getaffinity(0, sizeof(set), &set) < 0)
		return 0;
	for (int i = 0; i < CPU_SETSIZE && n < 2; i++)
		if (CPU_ISSET((size_t)i, &set))
			cpu[n++] = i;
	return n == 2;
}

static void set_up(struct party *p, struct party *other, int cpu, bool first)
{
	const struct cordon_chan_dims dims = { .calls = 1, .ab = 8, .ba = 8 };

	p->first = first;
	p->cpu = cpu;
	p->seed = (uint64_t)cpu + 1;
	p->passed = 0;
	assert_int_equal(first ? cordon_chan_init_a(&p->chan, mem, &dims) :
				 cordon_chan_init_b(&p->chan, mem, &dims),
			 0);
	cordon_sleeper_init(&p->sleeper, &p->chan, policy,
			    policy == CORDON_WAIT_SPIN ? -1 : other->bell);
}

static void start(struct party *p)
{
	pthread_attr_t attr;
	cpu_set_t set;

	CPU_ZERO(&set);
	CPU_SET((size_t)p->cpu, &set);
	pthread_attr_init(&attr);
	pthread_attr_setaffinity_np(&attr, sizeof(set), &set);
	assert_int_equal(pthread_create(&p->thread, &attr, play, p), 0);
	pthread_attr_destroy(&attr);
}

/* Wait for the end, or for nothing going on for long. Not a test of speed: nothing moves by itself any
 * more when a wake-up was lost. */
static bool ends(void)
{
	uint64_t last = 0;
	uint64_t idle = 0;

	while (idle * TICK_MS < stuck_ms) {
		uint64_t now = parties[0].passed + parties[1].passed;

		if (parties[0].passed >= messages && parties[1].passed >= messages)
			return true;
		idle = now == last ? idle + 1 : 0;
		last = now;
		poll(NULL, 0, TICK_MS);
	}
	return false;
}

static void pass_messages(enum cordon_wait how)
{
	bool ended;
	int cpu[2];

	if (!two_cpus(cpu)) {
		print_message("# one CPU only\n");
		skip();
	}
	policy = how;
	memset(mem, 0, sizeof(mem));
	atomic_store(&give_up, false);
	for (int i = 0; i < 2; i++)
		parties[i].bell = eventfd(0, EFD_NONBLOCK);
	set_up(&parties[0], &parties[1], cpu[0], true);
	set_up(&parties[1], &parties[0], cpu[1], false);
	start(&parties[0]);
	start(&parties[1]);
	ended = ends();
	atomic_store(&give_up, true);
	for (int i = 0; i < 2; i++)
		cordon_bell_ring(parties[i].bell);
	for (int i = 0; i < 2; i++)
		pthread_join(parties[i].thread, NULL);
	print_message("# %ju messages, %ju and %ju sleeps, %ju and %ju rings\n",
		      (uintmax_t)(parties[0].passed + parties[1].passed),
		      (uintmax_t)parties[0].sleeper.sleeps, (uintmax_t)parties[1].sleeper.sleeps,
		      (uintmax_t)parties[0].sleeper.rings, (uintmax_t)parties[1].sleeper.rings);
	for (int i = 0; i < 2; i++)
		close(parties[i].bell);
	if (!ended)
		fail_msg("a wake-up was lost");
	assert_true(parties[0].sleeper.sleeps > 0);
}

static void no_wake_up_is_lost_under_sleep(void **state)
{
	(void)state;
	pass_messages(CORDON_WAIT_SLEEP);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(no_wake_up_is_lost_under_sleep),
	};

	if (getenv("CORDON_WAIT_MESSAGES"))
		messages = strtoull(getenv("CORDON_WAIT_MESSAGES"), NULL, 10);
	if (getenv("CORDON_WAIT_STUCK_MS"))
		stuck_ms = strtoull(getenv("CORDON_WAIT_STUCK_MS"), NULL, 10);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
