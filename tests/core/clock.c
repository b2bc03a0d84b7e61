// SPDX-License-Identifier: MIT OR GPL-2.0-only
// Time without system calls: it never goes back, and it is CLOCK_MONOTONIC's.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <time.h>

#include <cmocka.h>

#include "core/clock.h"

static void it_never_goes_back_in_a_million_reads(void **state)
{
	struct cordon_clock c;
	uint64_t last;

	(void)state;
	cordon_clock_calibrate(&c);
	last = cordon_clock_read(&c);
	for (int i = 0; i < 1000000; i++) {
		uint64_t now = cordon_clock_read(&c);

		assert_true(now >= last);
		last = now;
	}
}

/*
 * Each reading is taken between two of CLOCK_MONOTONIC, however long the thread was away in between;
 * so only the clock's own error counts: its rate was measured over 10 ms, and may be off by a
 * hundredth where that measurement was disturbed on both ends.
 */
static void it_agrees_with_clock_monotonic(void **state)
{
	struct cordon_clock c;

	(void)state;
	cordon_clock_calibrate(&c);
	for (int i = 0; i < 10000; i++) {
		uint64_t before = cordon_clock_monotonic();
		uint64_t now = cordon_clock_read(&c);
		uint64_t after = cordon_clock_monotonic();
		uint64_t slack = (after - c.base) / 100 + 100000;

		assert_true(now + slack >= before);
		assert_true(now <= after + slack);
	}
}

static void it_is_measured_once(void **state)
{
	struct cordon_clock a, b;

	(void)state;
	memset(&a, 0, sizeof(a));
	memset(&b, 1, sizeof(b));
	cordon_clock_calibrate(&a);
	cordon_clock_calibrate(&b);
	assert_memory_equal(&a, &b, sizeof(a));
	assert_true(a.mult > 0);
}

/* A century of cycles fits: the product is taken in 128 bits. */
static void it_does_not_overflow(void **state)
{
	struct cordon_clock c = { 0, 0, 0 };
	const uint64_t century = UINT64_C(100) * 366 * 24 * 3600;

	(void)state;
	c.start = cordon_cycles() - century * 4000000000u;
	c.mult = (uint64_t)1 << 30; /* a quarter of a nanosecond a cycle */
	assert_true(cordon_clock_read(&c) >= century * 1000000000u);
	assert_true(cordon_clock_read(&c) < (century + 3600) * 1000000000u);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(it_never_goes_back_in_a_million_reads),
		cmocka_unit_test(it_agrees_with_clock_monotonic),
		cmocka_unit_test(it_is_measured_once),
		cmocka_unit_test(it_does_not_overflow),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
