// SPDX-License-Identifier: MIT OR GPL-2.0-only
/*
 * wakeup CPU CORE POLICY [SAMPLES]: how long does the first call to a domain take that sleeps? In
 * alternation with a wake-up by eventfd between the same two CPUs: a thread on CORE reads it, and
 * stores a word that the caller polls for. Prints "CALL EVENTFD", in nanoseconds, a line each.
 */
#include <limits.h>
#include <pthread.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <time.h>
#include <unistd.h>

#include "core/clock.h"
#include "core/host.h"
#include "core/incarnation.h"
#include "core/sleeper.h"
#include "domains/net/class.h"
#include "domains/net/net.cdl_client.h"

#define SECOND UINT64_C(1000000000)

static struct cordon_incarnation inc;
static struct cordon_spec spec;
static struct cordon_chan chan;
static struct net_client client;
static struct cordon_line word;
static int bell;

static void __attribute__((noreturn)) fail(const char *why)
{
	fprintf(stderr, "wakeup: %s\n", why);
	exit(1);
}

static void pin(int cpu)
{
	cpu_set_t set;

	CPU_ZERO(&set);
	CPU_SET((size_t)cpu, &set);
	if (sched_setaffinity(0, sizeof(set), &set) < 0)
		fail("sched_setaffinity");
}

static void nap(void)
{
	const struct timespec t = { 0, 1000 * 1000 };

	nanosleep(&t, NULL);
}

static void *wait_for_bell(void *arg)
{
	uint64_t n, i = 0;

	pin(*(int *)arg);
	while (read(bell, &n, sizeof(n)) == sizeof(n))
		cordon_publish(&word, ++i);
	return NULL;
}

/* A domain with the driver null, from the folder above that of this program. */
static void start_domain(int core, enum cordon_wait wait)
{
	static char image[PATH_MAX], loader[PATH_MAX];
	const struct cordon_ports none = { .n = 0 };
	char self[PATH_MAX - 32];
	cordon_parts missing = 0;
	struct cordon_err e = { "" };
	ssize_t n = readlink("/proc/self/exe", self, sizeof(self) - 1);
	int ret;

	if (n < 0)
		fail("/proc/self/exe");
	self[n] = '\0';
	*strrchr(self, '/') = '\0';
	snprintf(image, sizeof(image), "%s/../drivers/net-null", self);
	snprintf(loader, sizeof(loader), "%s/../cordon-loader", self);
	(void)cordon_host_check(0, &missing, NULL);
	spec = (struct cordon_spec){ .name = "wakeup",
				     .image = image,
				     .loader = loader,
				     .core = core,
				     .parts = ((1u << CORDON_PART_COUNT) - 1) & ~missing,
				     .memory_limit = (uint64_t)64 << 20,
				     .wait = wait };
	ret = cordon_incarnation_make(&inc, &cordon_fence_process, &spec, &cordon_class_net, &none,
				      -1, &e);
	if (ret == 0)
		ret = cordon_chan_init_a(&chan, inc.chan.addr, &cordon_class_net.chan);
	if (ret == 0)
		ret = inc.fence->go(&inc);
	if (ret < 0)
		fail(e.text);
	chan.waiter.peer_may = wait != CORDON_WAIT_SPIN;
}

static void greet(void)
{
	uint64_t until = cordon_clock_monotonic() + SECOND;
	int line, ret;

	net_client_init(&client, &chan.client);
	line = net_connect_start(&client, until);
	cordon_bell_ring(inc.boot.bells.own);
	while ((ret = net_connect_finish(&client, line, cordon_clock_monotonic())) == -EAGAIN)
		cordon_relax();
	if (ret < 0)
		fail("the driver does not speak our interface");
}

/* How long a call takes, ns. Asked first whether the peer sleeps, it is not rung too often. */
static uint64_t call(void)
{
	uint64_t start = cordon_clock_monotonic();
	struct net_info info;
	int line = net_info_start(&client, start + SECOND);
	int ret;

	if (cordon_wait_peer_sleeps(&chan.waiter))
		cordon_bell_ring(inc.boot.bells.own);
	while ((ret = net_info_finish(&client, line, cordon_clock_monotonic(), &info)) == -EAGAIN)
		cordon_relax();
	if (ret < 0)
		fail("the driver did not answer");
	return cordon_clock_monotonic() - start;
}

static uint64_t wake(uint64_t i)
{
	uint64_t start = cordon_clock_monotonic();

	cordon_bell_ring(bell);
	while (cordon_peek(&word) != i)
		cordon_relax();
	return cordon_clock_monotonic() - start;
}

int main(int argc, char **argv)
{
	unsigned long samples = argc > 4 ? strtoul(argv[4], NULL, 10) : 1000;
	struct cordon_death death;
	int wait = argc > 3 ? cordon_wait_find(argv[3]) : -1;
	pthread_t thread;
	int core;

	if (argc < 4 || argc > 5 || wait < 0) {
		fprintf(stderr, "usage: wakeup CPU CORE spin|adaptive|sleep [SAMPLES]\n");
		return 2;
	}
	core = atoi(argv[2]);
	bell = eventfd(0, EFD_CLOEXEC);
	if (bell < 0 || pthread_create(&thread, NULL, wait_for_bell, &core) != 0)
		fail("no thread");
	start_domain(core, (enum cordon_wait)wait);
	pin(atoi(argv[1]));
	greet();
	call();
	for (uint64_t i = 1; i <= samples; i++) {
		uint64_t first, second;

		nap();
		first = call();
		nap();
		second = wake(i);
		printf("%ju %ju\n", (uintmax_t)first, (uintmax_t)second);
	}
	(void)cordon_incarnation_end(&inc, &death);
	cordon_incarnation_drop(&inc);
	return 0;
}
