// SPDX-License-Identifier: MIT OR GPL-2.0-only
// When a party may sleep, when it is rung, and what a peer that lies about that can do.
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <cmocka.h>

#include "core/bell.h"
#include "core/sleeper.h"

#define CALLS 8

static _Alignas(64) unsigned char mem[(CORDON_LINE_FIRST_CALL + CALLS + 16) * CORDON_LINE_SIZE];
static struct cordon_chan a, b;
static struct cordon_sleeper sa, sb;
static int bell_a, bell_b;
static uint64_t busy;

static int answer(void *state, const void *req, unsigned len, void *reply)
{
	(void)state, (void)req, (void)len, (void)reply;
	return 0;
}

static const struct cordon_op table[] = { { "answer", answer, 0, 0 } };
static const struct cordon_ops ops = { 1, table };

static int set_up(void **state)
{
	const struct cordon_chan_dims dims = { .calls = CALLS, .ab = 8, .ba = 8 };

	(void)state;
	memset(mem, 0, sizeof(mem));
	assert_int_equal(cordon_chan_init_a(&a, mem, &dims), 0);
	assert_int_equal(cordon_chan_init_b(&b, mem, &dims), 0);
	bell_a = eventfd(0, EFD_NONBLOCK);
	bell_b = eventfd(0, EFD_NONBLOCK);
	cordon_sleeper_init(&sa, &a, CORDON_WAIT_SLEEP, bell_b);
	cordon_sleeper_init(&sb, &b, CORDON_WAIT_SLEEP, bell_a);
	busy = 0;
	return 0;
}

static int clean_up(void **state)
{
	(void)state;
	close(bell_a);
	close(bell_b);
	return 0;
}

/* Rings since the last look. */
static uint64_t rung(int bell)
{
	uint64_t n = 0;

	return read(bell, &n, sizeof(n)) < 0 ? 0 : n;
}

static void publish(struct cordon_chan *c)
{
	assert_int_equal(cordon_stream_send(&c->tx, 1, NULL, 0), 0);
}

static void put_to_sleep(struct cordon_sleeper *s)
{
	assert_int_equal(cordon_sleeper_idle(s, busy, 0), CORDON_DOZE_CHECK);
	assert_int_equal(cordon_sleeper_idle(s, busy, 0), CORDON_DOZE_SLEEP);
}

static void a_sleeper_is_rung_once(void **state)
{
	(void)state;
	put_to_sleep(&sb);
	assert_int_equal(cordon_sleeper_look(&sa), 0);
	assert_int_equal(rung(bell_b), 0);
	for (int i = 0; i < 3; i++) {
		publish(&a);
		assert_int_equal(cordon_sleeper_look(&sa), 1);
	}
	assert_int_equal(cordon_sleeper_look(&sa), 0);
	assert_int_equal(rung(bell_b), 1);
	cordon_sleeper_woke(&sb, 0);
	publish(&a);
	assert_int_equal(cordon_sleeper_look(&sa), 1);
	assert_int_equal(rung(bell_b), 0);
	put_to_sleep(&sb);
	publish(&a);
	assert_int_equal(cordon_sleeper_look(&sa), 1);
	assert_int_equal(rung(bell_b), 1);
	assert_int_equal(sa.rings, 2);
	assert_int_equal(sb.sleeps, 1);
}

/* From the announcement on, not from the sleep on. */
static void who_has_announced_is_rung(void **state)
{
	(void)state;
	assert_int_equal(cordon_sleeper_idle(&sb, busy, 0), CORDON_DOZE_CHECK);
	publish(&a);
	assert_int_equal(cordon_sleeper_look(&sa), 1);
	assert_int_equal(rung(bell_b), 1);
}

/* Each thing that a peer may wait for. */
static void whatever_is_published_rings(void **state)
{
	uint16_t op;
	char msg[56];

	(void)state;
	put_to_sleep(&sb);
	assert_true(cordon_call_start(&a.client, 0, NULL, 0, UINT64_MAX) >= 0);
	assert_int_equal(cordon_sleeper_look(&sa), 1);
	assert_int_equal(rung(bell_b), 1);
	put_to_sleep(&sa);
	cordon_sleeper_woke(&sb, 0);
	assert_int_equal(cordon_serve(&b.server, &ops, NULL, 1), 1);
	assert_int_equal(cordon_sleeper_look(&sb), 1);
	assert_int_equal(rung(bell_a), 1);
	cordon_sleeper_woke(&sa, 0);
	/* Room in a stream that was full. */
	for (int i = 0; i < 8; i++)
		publish(&a);
	assert_int_equal(cordon_sleeper_look(&sa), 1);
	put_to_sleep(&sa);
	while (cordon_stream_recv(&b.rx, &op, msg) >= 0)
		;
	assert_int_equal(cordon_sleeper_look(&sb), 1);
	assert_int_equal(rung(bell_a), 1);
}

static void who_has_no_bell_is_not_rung(void **state)
{
	(void)state;
	put_to_sleep(&sb);
	cordon_sleeper_init(&sa, &a, CORDON_WAIT_SPIN, -1);
	publish(&a);
	assert_int_equal(cordon_sleeper_look(&sa), 1);
	assert_int_equal(rung(bell_b), 0);
}

static void one_that_spins_rings_one_that_sleeps(void **state)
{
	(void)state;
	put_to_sleep(&sb);
	cordon_sleeper_init(&sa, &a, CORDON_WAIT_SPIN, bell_b);
	publish(&a);
	assert_int_equal(cordon_sleeper_look(&sa), 1);
	assert_int_equal(rung(bell_b), 1);
}

static void work_withdraws_the_announcement(void **state)
{
	(void)state;
	assert_int_equal(cordon_sleeper_idle(&sb, busy, 0), CORDON_DOZE_CHECK);
	busy++;
	assert_int_equal(cordon_sleeper_idle(&sb, busy, 0), CORDON_DOZE_CHECK);
	assert_int_equal(cordon_sleeper_idle(&sb, busy, 0), CORDON_DOZE_SLEEP);
}

/* A poll that says "nothing done", and yet sent what was left over from before. */
static void a_round_that_published_is_not_idle(void **state)
{
	(void)state;
	put_to_sleep(&sa);
	assert_int_equal(cordon_sleeper_idle(&sb, busy, 0), CORDON_DOZE_CHECK);
	publish(&b);
	assert_int_not_equal(cordon_sleeper_idle(&sb, busy, 0), CORDON_DOZE_SLEEP);
	assert_int_equal(rung(bell_a), 1);
}

static void adaptive_polls_for_a_while_first(void **state)
{
	uint64_t t = 1000000000;

	(void)state;
	cordon_sleeper_init(&sb, &b, CORDON_WAIT_ADAPTIVE, bell_a);
	busy = 1;
	assert_int_equal(cordon_sleeper_idle(&sb, busy, t), CORDON_DOZE_POLL);
	t += CORDON_ADAPTIVE_NS - 1;
	assert_int_equal(cordon_sleeper_idle(&sb, busy, t), CORDON_DOZE_POLL);
	busy++;
	assert_int_equal(cordon_sleeper_idle(&sb, busy, t), CORDON_DOZE_POLL);
	t += CORDON_ADAPTIVE_NS - 1;
	assert_int_equal(cordon_sleeper_idle(&sb, busy, t), CORDON_DOZE_POLL);
	t++;
	assert_int_equal(cordon_sleeper_idle(&sb, busy, t), CORDON_DOZE_CHECK);
	assert_int_equal(cordon_sleeper_idle(&sb, busy, t), CORDON_DOZE_SLEEP);
}

/* A request on a line that the server doesn't scan in every round. */
static void the_check_before_a_sleep_sees_every_line(void **state)
{
	(void)state;
	for (int i = 0; i < CALLS; i++)
		assert_int_equal(cordon_call_start(&a.client, 0, NULL, 0, UINT64_MAX), i);
	/* A server that has seen nothing yet scans the first line, which another holds here. */
	b.server.turn[0] = 1;
	assert_int_equal(cordon_serve(&b.server, &ops, NULL, CALLS), 0);
	cordon_serve_all(&b.server);
	assert_int_equal(cordon_serve(&b.server, &ops, NULL, CALLS), CALLS - 1);
}

/* ---- lies ---------------------------------------------------------------------------------------- */

/* Its wait word at random: at most one ring a look, whatever it says. */
static void a_peer_that_lies_about_its_sleep_costs_one_ring_a_look(void **state)
{
	struct cordon_line *word = (struct cordon_line *)mem + CORDON_LINE_B_WAIT;
	uint64_t x = 1, looks = 0;
	uint16_t op;
	char msg[56];

	(void)state;
	for (int i = 0; i < 10000; i++) {
		x = x * 6364136223846793005u + 1442695040888963407u;
		cordon_publish(word, x >> 32);
		publish(&a);
		looks += (uint64_t)cordon_sleeper_look(&sa);
		while (cordon_stream_recv(&b.rx, &op, msg) >= 0)
			;
	}
	assert_int_equal(looks, 10000);
	assert_true(sa.rings <= looks);
	assert_true(rung(bell_b) <= looks);
}

static void a_bell_that_is_full_stops_nobody(void **state)
{
	const uint64_t most = UINT64_MAX - 1;

	(void)state;
	assert_int_equal(write(bell_b, &most, sizeof(most)), sizeof(most));
	put_to_sleep(&sb);
	publish(&a);
	assert_int_equal(cordon_sleeper_look(&sa), 1);
	assert_int_equal(rung(bell_b), most);
}

/* ---- the front-end's ears ------------------------------------------------------------------------ */

#define FOREVER 3600000u

static struct cordon_ears ears_of(int bell, int device, int work)
{
	struct cordon_ears e;

	memset(&e, 0, sizeof(e));
	e.bell.fd = bell;
	e.device.fd = device;
	e.work = work;
	return e;
}

static void each_ear_ends_the_sleep(void **state)
{
	int p[2], work = eventfd(0, EFD_NONBLOCK);
	struct cordon_ears e;

	(void)state;
	assert_int_equal(pipe(p), 0);
	e = ears_of(bell_a, p[0], work);
	cordon_bell_ring(bell_a);
	cordon_ears_sleep(&e, 1, 0, FOREVER);
	assert_true(e.bell.heard && !e.device.heard);
	assert_int_equal(rung(bell_a), 0);
	assert_int_equal(write(p[1], "x", 1), 1);
	cordon_ears_sleep(&e, 2, 0, FOREVER);
	assert_true(!e.bell.heard && e.device.heard);
	e.device.fd = -1;
	cordon_bell_ring(work);
	cordon_ears_sleep(&e, 3, 0, FOREVER);
	assert_true(!e.bell.heard && !e.device.heard);
	assert_int_equal(rung(work), 0);
	cordon_ears_sleep(&e, 4, 0, 1);
	assert_int_equal(e.spurious, 0);
	close(p[0]);
	close(p[1]);
	close(work);
}

/* Time stands still here, so that an ear once deaf stays so. */
static void a_driver_that_rings_all_the_time_is_not_listened_to(void **state)
{
	int p[2], work = eventfd(0, EFD_NONBLOCK);
	struct cordon_ears e;
	unsigned heard = 0;

	(void)state;
	assert_int_equal(pipe(p), 0);
	e = ears_of(bell_a, p[0], work);
	for (int i = 0; i < 100; i++) {
		cordon_bell_ring(bell_a);
		cordon_ears_sleep(&e, 0, 1, 1);
		heard += e.bell.heard;
	}
	assert_int_equal(heard, CORDON_VAIN_MAX + 1);
	assert_int_equal(e.spurious, heard);
	/* The others are heard as ever. */
	assert_int_equal(write(p[1], "x", 1), 1);
	cordon_ears_sleep(&e, 0, 1, FOREVER);
	assert_true(e.device.heard);
	e.device.fd = -1;
	cordon_bell_ring(work);
	cordon_ears_sleep(&e, 1, 1, FOREVER);
	/* And it is again, later; the sleep before lasts no longer than the deafness. */
	cordon_ears_sleep(&e, 1, CORDON_DEAF_NS - 1000, FOREVER);
	cordon_ears_sleep(&e, 1, 1 + CORDON_DEAF_NS, FOREVER);
	assert_true(e.bell.heard);
	close(p[0]);
	close(p[1]);
	close(work);
}

static void a_ring_that_brings_work_is_never_in_vain(void **state)
{
	struct cordon_ears e = ears_of(bell_a, -1, -1);

	(void)state;
	for (unsigned i = 0; i < 100 * CORDON_VAIN_MAX; i++) {
		cordon_bell_ring(bell_a);
		/* One in vain after each that was not: what an honest driver does at worst. */
		cordon_ears_sleep(&e, i / 2, i, FOREVER);
		assert_true(e.bell.heard);
	}
}

/* A device that is gone says so for ever. */
static void a_device_that_brings_nothing_is_left_alone_too(void **state)
{
	struct cordon_ears e;
	unsigned heard = 0;
	int p[2];

	(void)state;
	assert_int_equal(pipe(p), 0);
	close(p[1]);
	e = ears_of(bell_a, p[0], -1);
	for (int i = 0; i < 100; i++) {
		cordon_ears_sleep(&e, 0, 1, 1);
		heard += e.device.heard;
	}
	assert_int_equal(heard, CORDON_VAIN_MAX + 1);
	close(p[0]);
}

static void a_bell_that_others_drain_or_fill_blocks_nobody(void **state)
{
	const uint64_t most = UINT64_MAX - 1;
	struct cordon_ears e = ears_of(bell_a, -1, -1);

	(void)state;
	assert_int_equal(write(bell_a, &most, sizeof(most)), sizeof(most));
	cordon_ears_sleep(&e, 0, 1, FOREVER);
	assert_true(e.bell.heard);
	cordon_bell_ring(bell_a);
	assert_int_equal(rung(bell_a), 1);
	cordon_ears_sleep(&e, 1, 1, 1);
	assert_false(e.bell.heard);
}

/* ---- making them ----------------------------------------------------------------------------------- */

static void bells_are_made_for_policies_that_sleep(void **state)
{
	struct cordon_boot boot;
	struct cordon_err e = { "" };
	int before = eventfd(0, 0), after;

	(void)state;
	close(before);
	memset(&boot, 0, sizeof(boot));
	assert_int_equal(cordon_bells_make(&boot, false, &e), 0);
	assert_int_equal(boot.bells.own, -1);
	assert_int_equal(boot.bells.peer, -1);
	/* A front-end that sleeps, and a domain that doesn't. */
	assert_int_equal(cordon_bells_make(&boot, true, &e), 0);
	assert_int_equal(boot.bells.own, -1);
	assert_int_equal(boot.bells.wake, -1);
	assert_true(fcntl(boot.bells.peer, F_GETFL) & O_NONBLOCK);
	cordon_bells_drop(&boot.bells);
	boot.wait = CORDON_WAIT_ADAPTIVE;
	assert_int_equal(cordon_bells_make(&boot, false, &e), 0);
	assert_true(fcntl(boot.bells.own, F_GETFL) & O_NONBLOCK);
	assert_true(fcntl(boot.bells.peer, F_GETFL) & O_NONBLOCK);
	assert_true(fcntl(boot.bells.wake, F_GETFD) & FD_CLOEXEC);
	cordon_bells_drop(&boot.bells);
	/* What can't be listened to (a file) is an error with a line; nothing is left. */
	boot.io_mode = CORDON_IO_RW;
	boot.nports = 1;
	boot.port_fd[0] = open("/proc/self/exe", O_RDONLY);
	assert_true(cordon_bells_make(&boot, false, &e) < 0);
	assert_non_null(strstr(e.text, "doorbells"));
	close(boot.port_fd[0]);
	after = eventfd(0, 0);
	assert_int_equal(after, before);
	close(after);
}

int main(void)
{
#define test(name) cmocka_unit_test_setup_teardown(name, set_up, clean_up)
	const struct CMUnitTest tests[] = {
		test(a_sleeper_is_rung_once),
		test(who_has_announced_is_rung),
		test(whatever_is_published_rings),
		test(who_has_no_bell_is_not_rung),
		test(one_that_spins_rings_one_that_sleeps),
		test(work_withdraws_the_announcement),
		test(a_round_that_published_is_not_idle),
		test(adaptive_polls_for_a_while_first),
		test(the_check_before_a_sleep_sees_every_line),
		test(a_peer_that_lies_about_its_sleep_costs_one_ring_a_look),
		test(a_bell_that_is_full_stops_nobody),
		test(each_ear_ends_the_sleep),
		test(a_driver_that_rings_all_the_time_is_not_listened_to),
		test(a_ring_that_brings_work_is_never_in_vain),
		test(a_device_that_brings_nothing_is_left_alone_too),
		test(a_bell_that_others_drain_or_fill_blocks_nobody),
		test(bells_are_made_for_policies_that_sleep),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
