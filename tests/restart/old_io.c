// SPDX-License-Identifier: MIT OR GPL-2.0-only
/*
 * The old incarnation's I/O never lands after the new one's has begun. A driver posts more writes than
 * its port takes, and is killed with most of them pending; its past is fenced; the next one writes to
 * the same port; and only then somebody reads at the far end, so that all that still pends can go on.
 * After the first word of the new one, none of the old may come.
 */
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>
#include <sched.h>
#include <stdlib.h>
#include <sys/socket.h>

#include "core/clock.h"
#include "core/cores.h"
#include "core/host.h"
#include "core/incarnation.h"
#include "tests/attack/stage.h"
#include "tests/restart/old_io.h"

#define SOON_NS UINT64_C(20000000000)
#define ROUNDS 40
#define NEW 6u /* writes of the new one: they pend too, at first */

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define SANITIZED 1
#else
#define SANITIZED 0
#endif

static const struct cordon_class class = {
	.name = "test",
	.chan = { .calls = 1, .ab = 4, .ba = 4 },
	.pool = { .small = 16, .big = 2 },
};

static struct cordon_spec spec;
static char image[PATH_MAX], loader[PATH_MAX];

static int set_up(void **state)
{
	const char *build = getenv("CORDON_IMAGES"); /* for a build without any */
	struct cordon_cores_ask ask = { .core = NULL };
	struct cordon_cores cores;
	cordon_parts missing = 0;

	(void)state;
	if (SANITIZED || geteuid() != 0)
		return 0;
	(void)cordon_host_check(0, &missing, NULL);
	if ((missing & CORDON_PART_BIT(CORDON_PART_URING)) || cordon_cores_pick(&ask, &cores) < 0)
		return 0;
	if (build) {
		snprintf(image, sizeof(image), "%s/tests/restart/img_old_io", build);
		snprintf(loader, sizeof(loader), "%s/cordon-loader", build);
	} else if (beside(image, sizeof(image), "img_old_io") < 0 ||
		   beside(loader, sizeof(loader), "../../cordon-loader") < 0) {
		return -1;
	}
	spec = (struct cordon_spec){
		.name = "old-io",
		.image = image,
		.loader = loader,
		.core = cores.core,
		.parts = ALL_PARTS & ~missing,
		.memory_limit = (uint64_t)64 << 20,
	};
	return 0;
}

static int can_not(void)
{
	if (!spec.name)
		print_message("# needs root and io_uring, and no sanitizer\n");
	return !spec.name;
}

/* Begin life @life; returns when its writes are all with the kernel. */
static void begin(struct cordon_incarnation *inc, int port, uint32_t life, uint32_t writes)
{
	struct cordon_ports ports = { .fd = { port }, .n = 1 };
	uint64_t end = cordon_clock_monotonic() + SOON_NS;
	struct cordon_err e = { "" };
	struct old_io *shared;

	spec.arg = OLD_IO_ARG(life, writes);
	if (cordon_incarnation_make(inc, &cordon_fence_process, &spec, &class, &ports, -1, &e) < 0)
		fail_msg("%s", e.text);
	shared = (struct old_io *)inc->pool.addr;
	assert_int_equal(inc->fence->go(inc), 0);
	while (atomic_load(&shared->submitted) < writes) {
		assert_false(cordon_incarnation_ended(inc));
		assert_true(cordon_clock_monotonic() < end);
		sched_yield();
	}
}

static void finish(struct cordon_incarnation *inc)
{
	struct cordon_death death;

	assert_int_equal(cordon_incarnation_end(inc, &death), 0);
	cordon_incarnation_drop(inc);
}

/* The next message: the number of its life; 0: there is none. */
static uint32_t read_life(int fd)
{
	uint64_t message[OLD_IO_SIZE / sizeof(uint64_t)];
	ssize_t n = recv(fd, message, sizeof(message), MSG_DONTWAIT);

	if (n <= 0)
		return 0;
	assert_int_equal(n, sizeof(message));
	return (uint32_t)message[0];
}

/* All writes of the new one arrive, and none of the old after them. Returns how many old ones came. */
static unsigned read_all(int far, uint32_t life, struct cordon_incarnation *inc)
{
	uint64_t end = cordon_clock_monotonic() + SOON_NS;
	unsigned young = 0, old = 0;

	while (young < NEW) {
		uint32_t from = read_life(far);

		assert_false(cordon_incarnation_ended(inc));
		assert_true(cordon_clock_monotonic() < end);
		if (from == life)
			young++;
		else if (from != 0 && young > 0)
			fail_msg("a write of life %u landed after one of life %u", from, life);
		else if (from != 0)
			old++;
		else
			sched_yield();
	}
	return old;
}

static void fence_the_past(uint32_t writes, unsigned rounds)
{
	unsigned landed = 0;

	for (unsigned i = 0; i < rounds; i++) {
		struct cordon_incarnation old, young;
		uint32_t life = 2 * i + 1, from;
		int pair[2], size = 1;

		assert_int_equal(socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair), 0);
		/* The least that there is: a few messages. */
		assert_int_equal(setsockopt(pair[0], SOL_SOCKET, SO_SNDBUF, &size, sizeof(size)),
				 0);
		begin(&old, pair[0], life, writes);
		finish(&old);
		begin(&young, pair[0], life + 1, NEW);
		landed += read_all(pair[1], life + 1, &young);
		finish(&young);
		/* Nor later: nobody holds the port any more but us. */
		while ((from = read_life(pair[1])) != 0)
			if (from == life)
				fail_msg("a write of life %u landed at the end", from);
		close(pair[0]);
		assert_int_equal(recv(pair[1], &from, sizeof(from), 0), 0);
		close(pair[1]);
	}
	print_message("# %u of %u writes landed, all in time\n", landed, rounds * writes);
	/* Else nothing pended, or nothing was tried. */
	assert_true(landed >= rounds && landed < rounds * writes);
}

static void writes_of_a_dead_driver_do_not_land_after_those_of_the_next(void **state)
{
	(void)state;
	if (can_not())
		skip();
	fence_the_past(200, ROUNDS);
}

/* More than are cancelled one by one: the ring's end is waited for. */
static void nor_do_those_of_one_that_posted_thousands(void **state)
{
	(void)state;
	if (can_not())
		skip();
	fence_the_past(5000, 4);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(writes_of_a_dead_driver_do_not_land_after_those_of_the_next),
		cmocka_unit_test(nor_do_those_of_one_that_posted_thousands),
	};

	return cmocka_run_group_tests(tests, set_up, NULL);
}
