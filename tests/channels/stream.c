// SPDX-License-Identifier: MIT OR GPL-2.0-only
/* Streams: each promise of channels/stream.h, both ends in one thread. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <cmocka.h>
#include "channels/stream.h"

#define MAX_LINES 64u
#define COUNT(a) (sizeof(a) / sizeof((a)[0]))

/* One stream; the line after the last must never be touched. */
static struct {
	struct cordon_line lines[MAX_LINES + 1];
	struct cordon_line credits;
	struct cordon_stream_tx tx;
	struct cordon_stream_rx rx;
} s;

static const uint32_t sizes[] = { 4, 8, 16, 64 };

static void open_stream(uint32_t size)
{
	memset(&s, 0, sizeof(s));
	cordon_publish(&s.lines[size], 0x5a5a5a5a5a5a5a5a);
	cordon_stream_tx_init(&s.tx, s.lines, size, &s.credits);
	cordon_stream_rx_init(&s.rx, s.lines, size, &s.credits);
}

/* As if @n lines had gone through already. */
static void open_stream_at(uint32_t size, uint64_t n)
{
	open_stream(size);
	s.tx.sent = s.tx.credited = n;
	s.rx.taken = s.rx.told = n;
	cordon_publish(&s.credits, n);
}

static uint64_t seed(void)
{
	const char *env = getenv("CORDON_SEED");
	uint64_t n = env ? strtoull(env, NULL, 0) : (uint64_t)time(NULL);

	printf("# seed %llu\n", (unsigned long long)n);
	return n;
}

static uint32_t draw(uint64_t *state, uint32_t below)
{
	*state = *state * 6364136223846793005u + 1442695040888963407u;
	return (uint32_t)(*state >> 33) % below;
}

static struct cordon_desc nth(uint32_t i)
{
	return cordon_desc(i, i * 3u, (uint8_t)(i * 7u));
}

static void assert_nth(struct cordon_desc d, uint32_t i)
{
	assert_int_equal(d.buf, i);
	assert_int_equal(d.word, nth(i).word);
}

static void send_number(uint64_t n)
{
	assert_int_equal(cordon_stream_send(&s.tx, 1, &n, sizeof(n)), 0);
}

static void recv_number(uint64_t n)
{
	uint64_t msg[CORDON_PAYLOAD_WORDS];
	uint16_t op;

	assert_int_equal(cordon_stream_recv(&s.rx, &op, msg), sizeof(n));
	assert_int_equal(op, 1);
	assert_int_equal(msg[0], n);
}

static void recv_nothing(void)
{
	uint64_t msg[CORDON_PAYLOAD_WORDS];
	uint16_t op;

	assert_int_equal(cordon_stream_recv(&s.rx, &op, msg), -EAGAIN);
}

/* What a hostile producer writes: a line of @len bytes, full for the consumer's next look. */
static void forge(unsigned ahead, uint16_t op, uint8_t len)
{
	uint64_t n = s.rx.taken + ahead;

	cordon_publish(&s.lines[n & (s.rx.size - 1)],
		       cordon_hdr((uint32_t)(n >> s.rx.shift) + 1, op, len, 0));
}

static void a_descriptor_keeps_its_fields(void **state)
{
	struct cordon_desc d = cordon_desc(0xfedcba98, 0xabcdef, 0x42);

	(void)state;
	assert_int_equal(d.buf, 0xfedcba98);
	assert_int_equal(cordon_desc_len(d), 0xabcdef);
	assert_int_equal(cordon_desc_kind(d), 0x42);
	d = cordon_desc(0, 0xffffffff, 0);
	assert_int_equal(cordon_desc_len(d), 0xffffff);
	assert_int_equal(cordon_desc_kind(d), 0);
}

static void an_empty_stream_gives_nothing(void **state)
{
	struct cordon_desc d[4];

	(void)state;
	open_stream(4);
	recv_nothing();
	assert_int_equal(cordon_stream_get(&s.rx, d, 4), 0);
	assert_int_equal(s.rx.taken, 0);
	assert_int_equal(s.rx.faults, 0);
}

static void messages_of_every_length_arrive_whole(void **state)
{
	uint8_t msg[CORDON_PAYLOAD_SIZE], got[CORDON_PAYLOAD_SIZE + 8];
	uint16_t op;

	(void)state;
	open_stream(4);
	for (unsigned len = 0; len <= CORDON_PAYLOAD_SIZE; len++) {
		for (unsigned i = 0; i < len; i++)
			msg[i] = (uint8_t)(len + i);
		memset(got, 0xcc, sizeof(got));
		assert_int_equal(cordon_stream_send(&s.tx, (uint16_t)(len * 1000), msg, len), 0);
		assert_int_equal(cordon_stream_recv(&s.rx, &op, got), len);
		assert_int_equal(op, (uint16_t)(len * 1000));
		assert_memory_equal(got, msg, len);
		for (unsigned i = len; i < sizeof(got); i++)
			assert_int_equal(got[i], 0xcc);
	}
}

static void the_tail_of_the_last_word_is_sent_as_zeros(void **state)
{
	uint8_t msg[CORDON_PAYLOAD_SIZE];
	union cordon_payload dirt, shared;

	(void)state;
	memset(&dirt, 0xee, sizeof(dirt));
	memset(msg, 0xaa, sizeof(msg));
	for (unsigned len = 0; len <= CORDON_PAYLOAD_SIZE; len++) {
		open_stream(4);
		cordon_copy_out(&s.lines[0], &dirt, CORDON_PAYLOAD_SIZE);
		assert_int_equal(cordon_stream_send(&s.tx, 1, msg, len), 0);
		cordon_copy_in(&shared, &s.lines[0], CORDON_PAYLOAD_SIZE);
		for (unsigned i = 0; i < CORDON_PAYLOAD_SIZE; i++) {
			unsigned padded = (len + 7) / 8 * 8;

			assert_int_equal(shared.byte[i], i < len ? 0xaa : i < padded ? 0 : 0xee);
		}
		assert_int_equal(cordon_peek(&s.lines[0]), cordon_hdr(1, 1, (uint8_t)len, 0));
	}
}

static void an_empty_message_needs_no_memory(void **state)
{
	uint16_t op = 0;

	(void)state;
	open_stream(4);
	assert_int_equal(cordon_stream_send(&s.tx, 9, NULL, 0), 0);
	assert_int_equal(cordon_stream_recv(&s.rx, &op, NULL), 0);
	assert_int_equal(op, 9);
}

static void a_message_too_long_is_refused(void **state)
{
	uint8_t msg[256] = { 0 };

	(void)state;
	open_stream(4);
	assert_int_equal(cordon_stream_send(&s.tx, 1, msg, 57), -EMSGSIZE);
	assert_int_equal(cordon_stream_send(&s.tx, 1, msg, 256), -EMSGSIZE);
	assert_int_equal(s.tx.sent, 0);
	recv_nothing();
}

static void a_full_stream_refuses_and_counts(void **state)
{
	uint64_t n = 77;

	(void)state;
	for (size_t k = 0; k < COUNT(sizes); k++) {
		open_stream(sizes[k]);
		for (uint32_t i = 0; i < sizes[k]; i++)
			send_number(i);
		assert_int_equal(cordon_stream_tx_room(&s.tx), 0);
		assert_int_equal(s.tx.full, 0);
		assert_int_equal(cordon_stream_send(&s.tx, 1, &n, sizeof(n)), -EAGAIN);
		assert_int_equal(cordon_stream_send(&s.tx, 1, &n, sizeof(n)), -EAGAIN);
		assert_int_equal(s.tx.full, 2);
		assert_int_equal(s.tx.sent, sizes[k]);
		for (uint32_t i = 0; i < sizes[k]; i++)
			recv_number(i);
		recv_nothing();
		assert_int_equal(cordon_peek(&s.lines[sizes[k]]), 0x5a5a5a5a5a5a5a5a);
	}
}

static void messages_stay_in_order_over_many_laps(void **state)
{
	(void)state;
	for (size_t k = 0; k < COUNT(sizes); k++) {
		open_stream(sizes[k]);
		for (uint64_t i = 0; i < 1000; i++) {
			send_number(i);
			if (i % 2)
				send_number(i + 5000);
			recv_number(i);
			if (i % 2)
				recv_number(i + 5000);
		}
		assert_int_equal(s.tx.faults, 0);
		assert_int_equal(s.rx.faults, 0);
	}
}

static void credits_are_kept_back_for_a_quarter_of_the_ring(void **state)
{
	(void)state;
	for (size_t k = 0; k < COUNT(sizes); k++) {
		uint32_t quarter = sizes[k] / 4;

		open_stream(sizes[k]);
		for (uint32_t i = 0; i < sizes[k]; i++)
			send_number(i);
		for (uint32_t i = 0; i < sizes[k]; i++) {
			recv_number(i);
			assert_int_equal(cordon_peek(&s.credits), (i + 1) / quarter * quarter);
		}
	}
}

static void no_producer_starves_on_credits_kept_back(void **state)
{
	(void)state;
	for (size_t k = 0; k < COUNT(sizes); k++) {
		for (uint64_t offset = 0; offset < sizes[k]; offset++) {
			open_stream(sizes[k]);
			for (uint64_t i = 0; i < offset; i++) {
				send_number(i);
				recv_number(i);
			}
			while (cordon_stream_tx_ready(&s.tx))
				send_number(s.tx.sent);
			while (s.rx.taken < s.tx.sent)
				recv_number(s.rx.taken);
			assert_int_equal(cordon_stream_tx_refresh(&s.tx), 0);
			assert_true(cordon_stream_tx_room(&s.tx) > sizes[k] - sizes[k] / 4);
		}
	}
}

static void credits_are_read_only_when_the_ring_seems_full(void **state)
{
	(void)state;
	open_stream(4);
	cordon_publish(&s.credits, 1000);
	for (uint64_t i = 0; i < 4; i++)
		send_number(i);
	assert_int_equal(s.tx.faults, 0);
	assert_int_equal(cordon_stream_tx_ready(&s.tx), 0);
	assert_int_equal(s.tx.faults, 1);
}

static void every_credit_that_can_be_true_is_taken(void **state)
{
	(void)state;
	for (uint64_t c = 0; c <= 8; c++) {
		open_stream(8);
		for (uint64_t i = 0; i < 8; i++)
			send_number(i);
		cordon_publish(&s.credits, c);
		assert_int_equal(cordon_stream_tx_refresh(&s.tx), 0);
		assert_int_equal(s.tx.credited, c);
		assert_int_equal(cordon_stream_tx_room(&s.tx), c);
		assert_int_equal(s.tx.faults, 0);
	}
}

static void credits_that_lie_are_counted_and_change_nothing(void **state)
{
	/* Of 100 sent, 96 are known to be consumed. */
	static const uint64_t lies[] = {
		0,
		1,
		95,
		101,
		104,
		96 + ((uint64_t)1 << 32),
		100 + ((uint64_t)1 << 32),
		98 + ((uint64_t)1 << 63),
		96 - ((uint64_t)1 << 32),
		UINT64_MAX,
		UINT64_MAX - 1,
		INT64_MAX,
		UINT32_MAX,
	};
	uint64_t n = 0;

	(void)state;
	open_stream_at(4, 96);
	for (uint64_t i = 0; i < 4; i++)
		send_number(i);
	for (size_t k = 0; k < COUNT(lies); k++) {
		cordon_publish(&s.credits, lies[k]);
		assert_int_equal(cordon_stream_tx_refresh(&s.tx), -EPROTO);
		assert_int_equal(s.tx.faults, 2 * k + 1);
		assert_int_equal(s.tx.credited, 96);
		assert_int_equal(cordon_stream_send(&s.tx, 1, &n, sizeof(n)), -EAGAIN);
		assert_int_equal(s.tx.sent, 100);
	}
	cordon_publish(&s.credits, 98);
	assert_int_equal(cordon_stream_tx_refresh(&s.tx), 0);
	assert_int_equal(cordon_stream_tx_room(&s.tx), 2);
	for (uint64_t i = 0; i < 4; i++)
		recv_number(i);
}

static void what_was_not_sent_cannot_be_credited(void **state)
{
	(void)state;
	for (uint64_t sent = 0; sent < 8; sent++) {
		open_stream(8);
		while (s.tx.sent < sent)
			send_number(s.tx.sent);
		cordon_publish(&s.credits, sent + 1);
		assert_int_equal(cordon_stream_tx_refresh(&s.tx), -EPROTO);
		cordon_publish(&s.credits, sent);
		assert_int_equal(cordon_stream_tx_refresh(&s.tx), 0);
		assert_int_equal(cordon_stream_tx_room(&s.tx), 8);
	}
}

static void credits_may_not_be_taken_back(void **state)
{
	(void)state;
	open_stream(8);
	for (uint64_t i = 0; i < 8; i++)
		send_number(i);
	cordon_publish(&s.credits, 6);
	assert_int_equal(cordon_stream_tx_refresh(&s.tx), 0);
	cordon_publish(&s.credits, 5);
	assert_int_equal(cordon_stream_tx_refresh(&s.tx), -EPROTO);
	assert_int_equal(cordon_stream_tx_room(&s.tx), 6);
}

/* Fill, drain and interleave around the point where a cursor or a lap wraps. */
static void run_across(uint32_t size, uint64_t start)
{
	uint64_t sent = 0, got = 0;

	open_stream_at(size, start);
	for (unsigned lap = 0; lap < 6; lap++) {
		while (cordon_stream_tx_ready(&s.tx))
			send_number(sent++);
		while (got < sent)
			recv_number(got++);
		recv_nothing();
	}
	assert_true(sent > 4 * (uint64_t)size);
	assert_int_equal(s.tx.faults, 0);
	assert_int_equal(s.rx.faults, 0);
}

static void laps_wrap_at_32_bits(void **state)
{
	(void)state;
	for (size_t k = 0; k < COUNT(sizes); k++) {
		unsigned shift = (unsigned)__builtin_ctz(sizes[k]);

		run_across(sizes[k], (uint64_t)(UINT32_MAX - 1) << shift);
		run_across(sizes[k], ((uint64_t)UINT32_MAX << shift) - 3);
		run_across(sizes[k], (uint64_t)UINT32_MAX << shift);
		run_across(sizes[k], (((uint64_t)UINT32_MAX + 1) << shift) - 1);
	}
}

static void cursors_wrap_at_64_bits(void **state)
{
	(void)state;
	for (size_t k = 0; k < COUNT(sizes); k++) {
		run_across(sizes[k], UINT64_MAX - sizes[k] + 1);
		run_across(sizes[k], UINT64_MAX - 5);
	}
}

static void credits_that_lie_are_seen_across_the_wrap(void **state)
{
	(void)state;
	open_stream_at(8, UINT64_MAX - 3);
	for (uint64_t i = 0; i < 8; i++)
		send_number(i);
	assert_int_equal(s.tx.sent, 4);
	cordon_publish(&s.credits, UINT64_MAX - 4);
	assert_int_equal(cordon_stream_tx_refresh(&s.tx), -EPROTO);
	cordon_publish(&s.credits, 5);
	assert_int_equal(cordon_stream_tx_refresh(&s.tx), -EPROTO);
	cordon_publish(&s.credits, 1);
	assert_int_equal(cordon_stream_tx_refresh(&s.tx), 0);
	assert_int_equal(cordon_stream_tx_room(&s.tx), 5);
	cordon_publish(&s.credits, UINT64_MAX);
	assert_int_equal(cordon_stream_tx_refresh(&s.tx), -EPROTO);
}

static void a_turn_that_is_not_awaited_is_an_empty_line(void **state)
{
	static const uint32_t turns[] = { 0, 1, 2, 4, 5, 0x80000003, UINT32_MAX };
	struct cordon_desc d[2];

	(void)state;
	open_stream_at(4, 8);
	for (size_t k = 0; k < COUNT(turns); k++) {
		cordon_publish(&s.lines[0], cordon_hdr(turns[k], CORDON_STREAM_DESCS, 16, 0));
		recv_nothing();
		assert_int_equal(cordon_stream_get(&s.rx, d, 2), 0);
	}
	assert_int_equal(s.rx.taken, 8);
	assert_int_equal(s.rx.faults, 0);
	assert_int_equal(cordon_peek(&s.credits), 8);
}

static void lines_published_early_wait_for_their_turn(void **state)
{
	uint64_t msg[CORDON_PAYLOAD_WORDS];
	uint16_t op;

	(void)state;
	open_stream(4);
	forge(1, 11, 0);
	recv_nothing();
	forge(0, 10, 0);
	assert_int_equal(cordon_stream_recv(&s.rx, &op, msg), 0);
	assert_int_equal(op, 10);
	assert_int_equal(cordon_stream_recv(&s.rx, &op, msg), 0);
	assert_int_equal(op, 11);
	recv_nothing();
}

static void lengths_that_lie_are_counted_and_skipped(void **state)
{
	uint8_t msg[256], untouched[256];
	uint16_t op;

	(void)state;
	memset(msg, 0xcc, sizeof(msg));
	memset(untouched, 0xcc, sizeof(untouched));
	open_stream(4);
	for (unsigned len = 57; len <= 255; len++) {
		forge(0, 1, (uint8_t)len);
		assert_int_equal(cordon_stream_recv(&s.rx, &op, msg), -EPROTO);
		assert_int_equal(s.rx.faults, len - 56);
		assert_int_equal(s.rx.taken, len - 56);
	}
	assert_memory_equal(msg, untouched, sizeof(msg));
	forge(0, 5, 0);
	assert_int_equal(cordon_stream_recv(&s.rx, &op, msg), 0);
	assert_int_equal(op, 5);
}

static void descriptors_travel_in_any_number(void **state)
{
	struct cordon_desc d[100], got[100];

	(void)state;
	for (unsigned n = 0; n <= 100; n++) {
		for (unsigned i = 0; i < n; i++)
			d[i] = nth(n * 1000 + i);
		for (unsigned step = 1; step <= 20; step++) {
			unsigned done = 0, some;

			open_stream(16);
			assert_int_equal(cordon_stream_put(&s.tx, d, n), n);
			assert_int_equal(s.tx.sent, (n + 6) / 7);
			while ((some = cordon_stream_get(&s.rx, got, step)) > 0) {
				assert_true(some == step || done + some == n);
				for (unsigned i = 0; i < some; i++)
					assert_nth(got[i], n * 1000 + done + i);
				done += some;
			}
			assert_int_equal(done, n);
			assert_int_equal(s.rx.taken, (n + 6) / 7);
		}
	}
	assert_int_equal(s.rx.faults, 0);
}

static void a_line_of_descriptors_says_how_many(void **state)
{
	struct cordon_desc d[7];

	(void)state;
	for (unsigned n = 1; n <= 7; n++) {
		open_stream(4);
		for (unsigned i = 0; i < n; i++)
			d[i] = nth(i);
		assert_int_equal(cordon_stream_put(&s.tx, d, n), n);
		assert_int_equal(cordon_peek(&s.lines[0]),
				 cordon_hdr(1, CORDON_STREAM_DESCS, (uint8_t)(8 * n), 0));
	}
}

static void a_put_stops_where_the_stream_is_full(void **state)
{
	struct cordon_desc d[40], got[40];

	(void)state;
	for (unsigned i = 0; i < 40; i++)
		d[i] = nth(i);
	open_stream(4);
	assert_int_equal(cordon_stream_put(&s.tx, d, 40), 28);
	assert_int_equal(s.tx.full, 1);
	assert_int_equal(cordon_stream_put(&s.tx, d + 28, 12), 0);
	assert_int_equal(cordon_stream_get(&s.rx, got, 7), 7);
	assert_int_equal(cordon_stream_put(&s.tx, d + 28, 12), 7);
	assert_int_equal(cordon_stream_get(&s.rx, got + 7, 33), 28);
	for (unsigned i = 0; i < 35; i++)
		assert_nth(got[i], i);
	assert_int_equal(cordon_stream_put(&s.tx, d + 35, 5), 5);
	assert_int_equal(cordon_stream_get(&s.rx, got + 35, 33), 5);
	for (unsigned i = 35; i < 40; i++)
		assert_nth(got[i], i);
}

static void no_descriptor_asked_for_costs_no_line(void **state)
{
	struct cordon_desc d = nth(1);

	(void)state;
	open_stream(4);
	assert_int_equal(cordon_stream_put(&s.tx, &d, 0), 0);
	assert_int_equal(s.tx.sent, 0);
	assert_int_equal(cordon_stream_put(&s.tx, &d, 1), 1);
	assert_int_equal(cordon_stream_get(&s.rx, &d, 0), 0);
	assert_int_equal(s.rx.taken, 0);
	assert_int_equal(cordon_stream_get(&s.rx, &d, 1), 1);
}

static void lines_that_hold_no_descriptors_are_counted_and_skipped(void **state)
{
	static const struct {
		uint16_t op;
		uint8_t len;
	} lies[] = {
		{ 0, 8 },
		{ 0xfffe, 56 },
		{ CORDON_STREAM_DESCS, 0 },
		{ CORDON_STREAM_DESCS, 7 },
		{ CORDON_STREAM_DESCS, 55 },
		{ CORDON_STREAM_DESCS, 57 },
		{ CORDON_STREAM_DESCS, 64 },
		{ CORDON_STREAM_DESCS, 248 },
	};
	struct cordon_desc d[8], one = nth(42);

	(void)state;
	for (size_t k = 0; k < COUNT(lies); k++) {
		open_stream(4);
		forge(0, lies[k].op, lies[k].len);
		s.tx.sent = 1;
		assert_int_equal(cordon_stream_put(&s.tx, &one, 1), 1);
		assert_int_equal(cordon_stream_get(&s.rx, d, 8), 1);
		assert_nth(d[0], 42);
		assert_int_equal(s.rx.faults, 1);
		assert_int_equal(s.rx.taken, 2);
	}
}

static void a_get_skips_no_more_lies_than_it_was_asked_for(void **state)
{
	struct cordon_desc d[8];

	(void)state;
	for (unsigned n = 1; n <= 8; n++) {
		open_stream(64);
		for (unsigned i = 0; i < 64; i++)
			forge(i, 3, 8);
		assert_int_equal(cordon_stream_get(&s.rx, d, n), 0);
		assert_int_equal(s.rx.taken, n);
		assert_int_equal(s.rx.faults, n);
	}
}

static void a_lie_does_not_revive_old_descriptors(void **state)
{
	struct cordon_desc d[8] = { { 0, 0 } };

	(void)state;
	open_stream(8);
	assert_int_equal(cordon_stream_put(&s.tx, d, 7), 7);
	assert_int_equal(cordon_stream_get(&s.rx, d, 7), 7);
	forge(0, CORDON_STREAM_DESCS, 200);
	assert_int_equal(cordon_stream_get(&s.rx, d, 8), 0);
	forge(0, CORDON_STREAM_DESCS, 0);
	assert_int_equal(cordon_stream_get(&s.rx, d, 8), 0);
	assert_int_equal(cordon_stream_get(&s.rx, d, 8), 0);
	assert_int_equal(s.rx.faults, 2);
}

static void random_puts_and_gets_lose_nothing(void **state)
{
	struct cordon_desc d[40];
	uint64_t r = seed();
	uint32_t sent = 0, got = 0;

	(void)state;
	for (unsigned round = 0; round < 100000; round++) {
		unsigned n = draw(&r, 41), some;

		if (round % 10000 == 0) {
			open_stream_at(sizes[draw(&r, COUNT(sizes))], draw(&r, 1u << 31));
			sent = got = 0;
		}
		if (draw(&r, 2)) {
			for (unsigned i = 0; i < n; i++)
				d[i] = nth(sent + i);
			some = cordon_stream_put(&s.tx, d, n);
			assert_true(some == n || cordon_stream_tx_room(&s.tx) == 0);
			sent += some;
		} else {
			some = cordon_stream_get(&s.rx, d, n);
			assert_true(some == n || got + some == sent);
			for (unsigned i = 0; i < some; i++)
				assert_nth(d[i], got + i);
			got += some;
		}
		assert_true(s.tx.sent - s.tx.credited <= s.tx.size);
		assert_true(s.tx.credited <= s.rx.taken && s.rx.taken <= s.tx.sent);
	}
	assert_int_equal(s.tx.faults + s.rx.faults, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_descriptor_keeps_its_fields),
		cmocka_unit_test(an_empty_stream_gives_nothing),
		cmocka_unit_test(messages_of_every_length_arrive_whole),
		cmocka_unit_test(the_tail_of_the_last_word_is_sent_as_zeros),
		cmocka_unit_test(an_empty_message_needs_no_memory),
		cmocka_unit_test(a_message_too_long_is_refused),
		cmocka_unit_test(a_full_stream_refuses_and_counts),
		cmocka_unit_test(messages_stay_in_order_over_many_laps),
		cmocka_unit_test(credits_are_kept_back_for_a_quarter_of_the_ring),
		cmocka_unit_test(no_producer_starves_on_credits_kept_back),
		cmocka_unit_test(credits_are_read_only_when_the_ring_seems_full),
		cmocka_unit_test(every_credit_that_can_be_true_is_taken),
		cmocka_unit_test(credits_that_lie_are_counted_and_change_nothing),
		cmocka_unit_test(what_was_not_sent_cannot_be_credited),
		cmocka_unit_test(credits_may_not_be_taken_back),
		cmocka_unit_test(laps_wrap_at_32_bits),
		cmocka_unit_test(cursors_wrap_at_64_bits),
		cmocka_unit_test(credits_that_lie_are_seen_across_the_wrap),
		cmocka_unit_test(a_turn_that_is_not_awaited_is_an_empty_line),
		cmocka_unit_test(lines_published_early_wait_for_their_turn),
		cmocka_unit_test(lengths_that_lie_are_counted_and_skipped),
		cmocka_unit_test(descriptors_travel_in_any_number),
		cmocka_unit_test(a_line_of_descriptors_says_how_many),
		cmocka_unit_test(a_put_stops_where_the_stream_is_full),
		cmocka_unit_test(no_descriptor_asked_for_costs_no_line),
		cmocka_unit_test(lines_that_hold_no_descriptors_are_counted_and_skipped),
		cmocka_unit_test(a_get_skips_no_more_lies_than_it_was_asked_for),
		cmocka_unit_test(a_lie_does_not_revive_old_descriptors),
		cmocka_unit_test(random_puts_and_gets_lose_nothing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
