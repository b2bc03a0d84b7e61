/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/* Both ends of a channel's calls in one thread, and operations to be called: for call*.c. */
#ifndef CORDON_TESTS_CHANNELS_CALL_H
#define CORDON_TESTS_CHANNELS_CALL_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>
#include "channels/call.h"

#define MAX 64u
#define NEVER UINT64_MAX
#define COUNT(a) (sizeof(a) / sizeof((a)[0]))

enum { OP_ECHO, OP_RESULT, OP_HOLE, OP_BOUNDED, OP_NEST, OP_FORGE, OP_FILL };

static struct cordon_line lines[MAX];
static struct cordon_client c;
static struct cordon_server s;
static unsigned handled, nested;

static inline void open_calls(unsigned n)
{
	memset(lines, 0, sizeof(lines));
	cordon_client_init(&c, lines, n);
	cordon_server_init(&s, lines, n);
	handled = nested = 0;
}

static const struct cordon_ops ops;

static inline int op_echo(void *state, const void *req, unsigned len, void *reply)
{
	(void)state;
	handled++;
	memcpy(reply, req, len);
	return (int)len;
}

/* Returns what the request says. */
static inline int op_result(void *state, const void *req, unsigned len, void *reply)
{
	int32_t result;

	(void)state;
	(void)reply;
	handled++;
	assert_int_equal(len, sizeof(result));
	memcpy(&result, req, sizeof(result));
	return result;
}

static inline int op_bounded(void *state, const void *req, unsigned len, void *reply)
{
	(void)state;
	(void)req;
	(void)reply;
	handled++;
	assert_in_range(len, 8, 16);
	return 0;
}

/* Serves the other lines while this one is in service, as another fiber would. */
static inline int op_nest(void *state, const void *req, unsigned len, void *reply)
{
	nested++;
	while (cordon_serve(&s, &ops, state, MAX) > 0)
		;
	return op_echo(state, req, len, reply);
}

/* While this call is in service, its client goes on writing to the line. */
static inline int op_forge(void *state, const void *req, unsigned len, void *reply)
{
	uint32_t turn = s.turn[0];

	handled++;
	for (uint32_t d = 0; d < 8; d++) {
		cordon_publish(&lines[0], cordon_hdr(turn - 4 + d, OP_ECHO, 0, 0));
		assert_int_equal(cordon_serve(&s, &ops, state, MAX), 0);
	}
	memcpy(reply, req, len);
	return (int)len;
}

static inline int op_fill(void *state, const void *req, unsigned len, void *reply)
{
	uint8_t *byte = reply;

	(void)state;
	(void)req;
	for (unsigned i = 0; i < CORDON_PAYLOAD_SIZE; i++) {
		assert_int_equal(byte[i], 0);
		byte[i] = (uint8_t)(i + len);
	}
	return (int)len;
}

static const struct cordon_op table[] = {
	[OP_ECHO] = { "echo", op_echo, 0, 56 }, [OP_RESULT] = { "result", op_result, 4, 4 },
	[OP_HOLE] = { "hole", NULL, 0, 56 },	[OP_BOUNDED] = { "bounded", op_bounded, 8, 16 },
	[OP_NEST] = { "nest", op_nest, 0, 56 }, [OP_FORGE] = { "forge", op_forge, 0, 56 },
	[OP_FILL] = { "fill", op_fill, 0, 56 },
};
static const struct cordon_ops ops = { COUNT(table), table };

static inline int start(uint16_t op, uint64_t arg)
{
	return cordon_call_start(&c, op, &arg, sizeof(arg), NEVER);
}

static inline int poll_line(int line)
{
	uint64_t reply[CORDON_PAYLOAD_WORDS];

	return cordon_call_poll(&c, line, 0, reply, sizeof(reply));
}

static inline void serve_all(void)
{
	/* Those above the mark too, which a round may leave for later. */
	do
		cordon_serve_all(&s);
	while (cordon_serve(&s, &ops, NULL, MAX) > 0);
}

/* The reply on @line must be the echo of @arg. */
static inline void finish(int line, uint64_t arg)
{
	uint64_t reply = ~arg;

	int ret = -EAGAIN;

	/* In a flow, some looks are left out. */
	for (unsigned i = 0; i <= CORDON_PACE_MAX && ret == -EAGAIN; i++)
		ret = cordon_call_poll(&c, line, 0, &reply, sizeof(reply));
	assert_int_equal(ret, sizeof(reply));
	assert_true(reply == arg);
}

/* What the server says to a call that returns @result. */
static inline int outcome(int32_t result)
{
	int line = cordon_call_start(&c, OP_RESULT, &result, sizeof(result), NEVER);

	assert_int_equal(cordon_serve(&s, &ops, NULL, 1), 1);
	return poll_line(line);
}

/* What a hostile server writes in answer to a new call. */
static inline int answer_forged(uint16_t error, uint8_t len)
{
	int line = start(OP_ECHO, 1);

	assert_true(line >= 0);
	cordon_publish(&lines[line], cordon_hdr(c.turn[line] + 1, error, len, 0));
	return poll_line(line);
}

#endif
