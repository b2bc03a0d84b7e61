// SPDX-License-Identifier: MIT OR GPL-2.0-only
/* A channel with several streams one way: nothing is lost, none is starved, none lies in another. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "channels/chan.h"

#define MORE 3u
#define STREAMS (MORE + 1)

static const struct cordon_chan_dims dims = { .calls = 2, .ab = 8, .ba = 4, .more = MORE };
static uint8_t *mem;
static struct cordon_chan a, b;

static int set_up(void **state)
{
	size_t size = (size_t)cordon_chan_size(&dims);

	(void)state;
	/* What lies behind is seen to be left alone. */
	mem = aligned_alloc(CORDON_LINE_SIZE, size + CORDON_LINE_SIZE);
	assert_non_null(mem);
	memset(mem, 0, size);
	memset(mem + size, 0x5a, CORDON_LINE_SIZE);
	assert_int_equal(cordon_chan_init_a(&a, mem, &dims), 0);
	assert_int_equal(cordon_chan_init_b(&b, mem, &dims), 0);
	return 0;
}

static int clean_up(void **state)
{
	size_t size = (size_t)cordon_chan_size(&dims);

	(void)state;
	for (size_t i = 0; i < CORDON_LINE_SIZE; i++)
		assert_int_equal(mem[size + i], 0x5a);
	free(mem);
	return 0;
}

static struct cordon_stream_tx *stream(unsigned i)
{
	return i ? &a.more_tx[i - 1] : &a.tx;
}

static void dimensions_are_checked(void **state)
{
	struct cordon_chan_dims d = dims;

	(void)state;
	assert_int_equal(cordon_chan_dims_check(&d), 0);
	d.more = CORDON_MORE_MAX;
	assert_int_equal(cordon_chan_dims_check(&d), 0);
	d.more++;
	assert_int_equal(cordon_chan_dims_check(&d), -EINVAL);
	d.more = 1;
	d.ab = 0;
	assert_int_equal(cordon_chan_dims_check(&d), -EINVAL);
}

/* Each full to its last line; no line is another's, nor a call's, nor of the way back. */
static void streams_lie_apart(void **state)
{
	struct cordon_desc d[CORDON_DESCS_PER_LINE], got[64];
	unsigned n[STREAMS] = { 0 };
	unsigned some;

	(void)state;
	for (unsigned i = 0; i < STREAMS; i++)
		for (unsigned line = 0; line < dims.ab; line++) {
			for (unsigned k = 0; k < CORDON_DESCS_PER_LINE; k++)
				d[k] = cordon_desc(i, line, (uint8_t)k);
			assert_int_equal(cordon_stream_put(stream(i), d, CORDON_DESCS_PER_LINE),
					 CORDON_DESCS_PER_LINE);
		}
	for (unsigned i = 0; i < STREAMS; i++)
		assert_int_equal(cordon_stream_put(stream(i), d, 1), 0);
	assert_int_equal(cordon_stream_put(&b.tx, d, 1), 1);
	assert_true(cordon_call_start(&a.client, 0, NULL, 0, UINT64_MAX) >= 0);
	while ((some = cordon_chan_get(&b, got, 10)) > 0)
		for (unsigned k = 0; k < some; k++) {
			unsigned i = got[k].buf;

			assert_true(i < STREAMS);
			assert_int_equal(cordon_desc_len(got[k]), n[i] / CORDON_DESCS_PER_LINE);
			assert_int_equal(cordon_desc_kind(got[k]), n[i] % CORDON_DESCS_PER_LINE);
			n[i]++;
		}
	for (unsigned i = 0; i < STREAMS; i++)
		assert_int_equal(n[i], dims.ab * CORDON_DESCS_PER_LINE);
	for (unsigned i = 0; i < STREAMS; i++)
		assert_int_equal(cordon_stream_put(stream(i), d, 1), 1);
	assert_int_equal(b.rx.faults, 0);
}

/* One that is never empty, and another that has one descriptor. */
static void none_waits_for_anothers_end(void **state)
{
	struct cordon_desc d[CORDON_DESCS_PER_LINE] = { { 0, 0 } }, got;

	(void)state;
	for (unsigned last = 0; last < STREAMS; last++) {
		struct cordon_desc one = cordon_desc(100 + last, 0, 0);
		unsigned tries = 0;

		assert_int_equal(cordon_stream_put(stream(last), &one, 1), 1);
		do {
			(void)cordon_stream_put(stream((last + 1) % STREAMS), d,
						CORDON_DESCS_PER_LINE);
			assert_int_equal(cordon_chan_get(&b, &got, 1), 1);
			assert_true(++tries <= 64);
		} while (got.buf != 100 + last);
		while (cordon_chan_get(&b, &got, 1) == 1)
			;
	}
}

/* What ends a sleep of the peer's is seen on each stream, from both ends. */
static void each_stream_counts_as_published(void **state)
{
	struct cordon_desc d[CORDON_DESCS_PER_LINE] = { { 0, 0 } }, got[64];

	(void)state;
	for (unsigned i = 0; i < STREAMS; i++) {
		uint64_t sent = cordon_chan_published(&a), told = cordon_chan_published(&b);

		for (unsigned line = 0; line < dims.ab; line++)
			(void)cordon_stream_put(stream(i), d, CORDON_DESCS_PER_LINE);
		assert_int_equal(cordon_chan_published(&a), sent + dims.ab);
		while (cordon_chan_get(&b, got, 64) > 0)
			;
		assert_true(cordon_chan_published(&b) > told);
	}
}

int main(void)
{
#define test(name) cmocka_unit_test_setup_teardown(name, set_up, clean_up)
	const struct CMUnitTest tests[] = {
		test(dimensions_are_checked),
		test(streams_lie_apart),
		test(none_waits_for_anothers_end),
		test(each_stream_counts_as_published),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
