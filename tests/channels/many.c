// SPDX-License-Identifier: MIT OR GPL-2.0-only
/* Many channels on one thread: none waits long, whatever the others do. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>
#include "channels/many.h"

#define N 64u
#define LINES 2u

static struct cordon_line lines[N][LINES];
static struct cordon_client client[N];
static struct cordon_client_of of[N];
static unsigned served[N];
static struct cordon_many m;

static int count(void *state, const void *req, unsigned len, void *reply)
{
	(void)req, (void)len, (void)reply;
	(*(unsigned *)state)++;
	return 0;
}

static const struct cordon_op op = { "count", count, 0, 0 };
static const struct cordon_ops ops = { 1, &op };

static int set_up(void **state)
{
	(void)state;
	memset((void *)lines, 0, sizeof(lines));
	memset(served, 0, sizeof(served));
	for (unsigned i = 0; i < N; i++) {
		cordon_client_init(&client[i], lines[i], LINES);
		cordon_server_init(&of[i].server, lines[i], LINES);
		of[i].state = &served[i];
	}
	cordon_many_init(&m, of, N);
	return 0;
}

static void call(unsigned i)
{
	assert_int_equal(cordon_call_oneway(&client[i], 0, NULL, 0), 0);
}

/* Rounds until the call on @i was answered. */
static unsigned rounds_until(unsigned i)
{
	unsigned before = served[i], n = 0;

	while (served[i] == before) {
		(void)cordon_many_serve(&m, &ops, 8);
		assert_true(++n <= 8 * N);
	}
	return n;
}

static void every_channel_is_served(void **state)
{
	(void)state;
	for (unsigned round = 0; round < 3; round++)
		for (unsigned i = 0; i < N; i++) {
			call((i * 37) % N);
			(void)rounds_until((i * 37) % N);
		}
	for (unsigned i = 0; i < N; i++)
		assert_int_equal(served[i], 3);
}

static void a_busy_channel_is_looked_at_in_every_round(void **state)
{
	(void)state;
	call(5);
	(void)rounds_until(5);
	for (unsigned i = 0; i < 1000; i++) {
		call(5);
		assert_int_equal(rounds_until(5), 1);
	}
}

static void busy_channels_do_not_starve_the_others(void **state)
{
	unsigned rounds;

	(void)state;
	for (unsigned quiet = 8; quiet < N; quiet++) {
		call(quiet);
		for (rounds = 0; served[quiet] == 0; rounds++) {
			assert_true(rounds <= 4 * N);
			/* More that are busy than have places. */
			for (unsigned i = 0; i < 8; i++)
				(void)cordon_call_oneway(&client[i], 0, NULL, 0);
			assert_true(cordon_many_serve(&m, &ops, 8) > 0);
		}
	}
}

static void when_all_are_busy_a_round_serves_all(void **state)
{
	(void)state;
	for (unsigned round = 1; round <= 10; round++) {
		for (unsigned i = 0; i < N; i++)
			call(i);
		assert_int_equal(cordon_many_serve(&m, &ops, 8), N);
		for (unsigned i = 0; i < N; i++)
			assert_int_equal(served[i], round);
	}
}

static void a_channel_that_is_quiet_loses_its_place(void **state)
{
	(void)state;
	call(5);
	(void)rounds_until(5);
	assert_int_equal(m.nhot, 1);
	for (unsigned i = 0; i < CORDON_MANY_FORGET; i++)
		assert_int_equal(cordon_many_serve(&m, &ops, 8), 0);
	assert_int_equal(m.nhot, 1);
	assert_int_equal(cordon_many_serve(&m, &ops, 8), 0);
	assert_int_equal(m.nhot, 0);
	call(5);
	assert_in_range(rounds_until(5), 1, N / CORDON_MANY_IDLE + 4);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(every_channel_is_served, set_up),
		cmocka_unit_test_setup(a_busy_channel_is_looked_at_in_every_round, set_up),
		cmocka_unit_test_setup(busy_channels_do_not_starve_the_others, set_up),
		cmocka_unit_test_setup(when_all_are_busy_a_round_serves_all, set_up),
		cmocka_unit_test_setup(a_channel_that_is_quiet_loses_its_place, set_up),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
