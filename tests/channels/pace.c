// SPDX-License-Identifier: MIT OR GPL-2.0-only
/* When to look, and how far ahead: channels/pace.h. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include "channels/pace.h"

#define GOOD 8u

static struct cordon_pace p;

/* @n lines are full, and the next is not. */
static void a_run(unsigned n, unsigned good)
{
	unsigned first, last;

	while (n--)
		cordon_pace_found(&p, CORDON_AHEAD_MAX, &first, &last);
	cordon_pace_lost(&p, good);
}

/* How many looks are left out now. */
static unsigned left_out(void)
{
	unsigned n = 0;

	while (cordon_pace_skips(&p))
		n++;
	return n;
}

static void nobody_waits_for_a_call_at_a_time(void **state)
{
	(void)state;
	p = (struct cordon_pace){ .run = 0 };
	assert_int_equal(cordon_pace_ahead(1), 0);
	assert_int_equal(cordon_pace_ahead(3), 0);
	for (unsigned i = 0; i < 1000; i++) {
		a_run(1, 0);
		assert_int_equal(left_out(), 0);
	}
}

static void short_runs_make_for_longer_waits_while_that_helps(void **state)
{
	const unsigned waits[] = { 1, 2, 4, 8, 8, 8 };

	(void)state;
	p = (struct cordon_pace){ .run = 0 };
	for (unsigned i = 0; i < 6; i++) {
		a_run(i + 1, GOOD);
		assert_int_equal(left_out(), waits[i]);
	}
	/* Worth it: nothing changes. More than that: less is enough. */
	a_run(GOOD, GOOD);
	assert_int_equal(left_out(), 8);
	a_run(2 * GOOD + 1, GOOD);
	assert_int_equal(left_out(), 4);
}

static void a_wait_that_brings_nothing_ends(void **state)
{
	(void)state;
	p = (struct cordon_pace){ .run = 0 };
	a_run(1, GOOD);
	assert_int_equal(left_out(), 1);
	for (unsigned i = 0; i < CORDON_PACE_HOLD + 1; i++) {
		a_run(1, GOOD);
		assert_int_equal(left_out(), 0);
	}
	/* Until it is tried again. */
	a_run(1, GOOD);
	assert_int_equal(left_out(), 1);
}

static void who_finds_nothing_at_the_first_look_need_not_wait(void **state)
{
	const unsigned waits[] = { 4, 2, 1, 0, 0 };

	(void)state;
	p = (struct cordon_pace){ .run = 0 };
	for (unsigned i = 0; i < 4; i++)
		a_run(i + 1, GOOD);
	assert_int_equal(left_out(), 8);
	for (unsigned i = 0; i < 5; i++) {
		cordon_pace_lost(&p, GOOD);
		a_run(1, GOOD);
		assert_int_equal(left_out(), waits[i]);
	}
}

static void lines_are_fetched_as_far_as_the_last_run_reached(void **state)
{
	unsigned first, last, fetched = 0;

	(void)state;
	p = (struct cordon_pace){ .run = 0 };
	cordon_pace_found(&p, 4, &first, &last);
	assert_true(first > last);
	cordon_pace_lost(&p, 0);
	a_run(10, 0);
	for (unsigned i = 0; i < 20; i++) {
		cordon_pace_found(&p, 4, &first, &last);
		if (first > last)
			continue;
		assert_true(first >= 1 && last <= 4);
		/* Each once, in order. */
		assert_int_equal(i + first, fetched + 1);
		fetched = i + last;
	}
	/* The tenth line, counted from 0. */
	assert_int_equal(fetched, 9);
}

static void nothing_is_fetched_where_few_are_in_use(void **state)
{
	unsigned first, last;

	(void)state;
	p = (struct cordon_pace){ .run = 0 };
	a_run(100, 0);
	for (unsigned i = 0; i < 100; i++) {
		cordon_pace_found(&p, cordon_pace_ahead(3), &first, &last);
		assert_true(first > last);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(nobody_waits_for_a_call_at_a_time),
		cmocka_unit_test(short_runs_make_for_longer_waits_while_that_helps),
		cmocka_unit_test(a_wait_that_brings_nothing_ends),
		cmocka_unit_test(who_finds_nothing_at_the_first_look_need_not_wait),
		cmocka_unit_test(lines_are_fetched_as_far_as_the_last_run_reached),
		cmocka_unit_test(nothing_is_fetched_where_few_are_in_use),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
