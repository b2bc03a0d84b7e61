/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/*
 * What the fuzz harness of an interface (NAME.cdl_fuzz.c) is made of. Bytes become requests in a line, as a
 * hostile client would write them there, and the contents of buffers; handlers take their results from
 * them, too. Whatever the bytes, a handler gets what its interface promises, each request is answered,
 * and lent buffers go back. Or they become replies, as a hostile server would write them: whatever they
 * are, a caller gets an error or what is promised, and his buffers are his again.
 */
#ifndef CORDON_CDL_FUZZ_H
#define CORDON_CDL_FUZZ_H

#include <stdlib.h>
#include <string.h>
#include "channels/stub.h"

#define CORDON_FUZZ_SMALL 4u
#define CORDON_FUZZ_BIG 1u
#define CORDON_FUZZ_RO 1u
#define CORDON_FUZZ_BUFS (CORDON_FUZZ_SMALL + CORDON_FUZZ_BIG + CORDON_FUZZ_RO)

static struct cordon_fuzz {
	struct cordon_line line;
	_Alignas(64) uint8_t private[64 * CORDON_FUZZ_BUFS];
	_Alignas(64) uint8_t mem[CORDON_FUZZ_SMALL * CORDON_BUF_SMALL + CORDON_BUF_BIG];
	_Alignas(64) uint8_t ro[CORDON_BUF_SMALL];
	struct cordon_server server;
	struct cordon_client client;
	struct cordon_pool pool;
	const uint8_t *data;
	size_t left;
	uint32_t kept; /* set of buffers that a handler was given */
} cordon_fuzz;

static inline void cordon_fuzz_expect(bool good)
{
	if (!good)
		abort();
}

/* The next bytes of the input; zeros behind its end. */
static inline void cordon_fuzz_bytes(void *to, size_t size)
{
	size_t some = size < cordon_fuzz.left ? size : cordon_fuzz.left;

	memset(to, 0, size);
	if (some)
		memcpy(to, cordon_fuzz.data, some);
	cordon_fuzz.data += some;
	cordon_fuzz.left -= some;
}

static inline unsigned cordon_fuzz_byte(void)
{
	uint8_t byte;

	cordon_fuzz_bytes(&byte, 1);
	return byte;
}

/* For the sanitizer, which looks at a copy as a whole: byte by byte it took most of the time. @size is that of a
 * buffer at most. */
static inline bool cordon_fuzz_readable(const void *p, size_t size)
{
	static uint8_t copy[CORDON_BUF_BIG];

	cordon_fuzz_expect(size <= sizeof(copy));
	if (size)
		memcpy(copy, p, size);
	__asm__ volatile("" : : "r"(copy) : "memory");
	return true;
}

/* A buffer that a handler was given. */
static inline void cordon_fuzz_use(uint32_t buf, bool write)
{
	uint8_t *data;

	cordon_fuzz_expect(buf < CORDON_FUZZ_BUFS &&
			   cordon_fuzz.pool.state[buf] == CORDON_BUF_MINE);
	cordon_fuzz_expect(!write || !cordon_pool_is_ro(&cordon_fuzz.pool, buf));
	data = cordon_pool_data(&cordon_fuzz.pool, buf);
	(void)cordon_fuzz_readable(data, cordon_pool_bufsize(&cordon_fuzz.pool, buf));
	if (write)
		memset(data, 0x55, cordon_pool_bufsize(&cordon_fuzz.pool, buf));
}

/* What a handler returns: mostly success. */
static inline int cordon_fuzz_result(void)
{
	unsigned byte = cordon_fuzz_byte();

	return byte < 192 ? 0 : byte < 250 ? -(int)(byte - 191) : (int)byte * 1000 - 252000;
}

/* Of a handler that is given @buf: it keeps it if it returns success. */
static inline int cordon_fuzz_keep(int result, uint32_t buf)
{
	if (result == 0)
		cordon_fuzz.kept |= 1u << buf;
	return result;
}

/* True: replies are wanted, and the pool is the client's. */
static inline bool cordon_fuzz_begin(const uint8_t *data, size_t size)
{
	static const struct cordon_pool_dims dims = { .small = CORDON_FUZZ_SMALL,
						      .big = CORDON_FUZZ_BIG,
						      .ro_small = CORDON_FUZZ_RO };
	bool replies = size && data[0] & 2;

	memset(&cordon_fuzz, 0, sizeof(cordon_fuzz));
	cordon_fuzz.data = data;
	cordon_fuzz.left = size;
	cordon_server_init(&cordon_fuzz.server, &cordon_fuzz.line, 1);
	cordon_client_init(&cordon_fuzz.client, &cordon_fuzz.line, 1);
	cordon_pool_init(&cordon_fuzz.pool, cordon_fuzz.mem, cordon_fuzz.ro, &dims,
			 cordon_fuzz.private, replies);
	return replies;
}

/* ---- requests ---------------------------------------------------------------------------------- */

/* Request @op of @len bytes (more than 56: a lie), and its answer. */
static inline void cordon_fuzz_call(const struct cordon_ops *ops, void *server, uint32_t turn,
				    uint16_t op, const void *req, uint8_t len)
{
	unsigned some = len < CORDON_PAYLOAD_SIZE ? len : CORDON_PAYLOAD_SIZE;

	cordon_copy_out(&cordon_fuzz.line, req, some);
	cordon_publish(&cordon_fuzz.line, cordon_hdr(turn, op, len, 0));
	cordon_serve_all(&cordon_fuzz.server);
	cordon_fuzz_expect(cordon_serve(&cordon_fuzz.server, ops, server, 1) == 1);
	cordon_fuzz_expect(cordon_hdr_turn(cordon_peek(&cordon_fuzz.line)) == turn + 1);
	cordon_fuzz_expect(cordon_hdr_len(cordon_peek(&cordon_fuzz.line)) <= CORDON_PAYLOAD_SIZE);
}

/* Operation @op as it may be, but for what the input changes: a length that is right; for one whose arguments
 * are in a buffer, one that there is, and @far bytes of the input in it. Returns its length. */
static inline unsigned cordon_fuzz_good(const struct cordon_ops *ops, unsigned op, int far,
					uint8_t *req)
{
	struct cordon_far f;

	if (far < 0) {
		cordon_fuzz_bytes(req, ops->op[op].min);
		return ops->op[op].min;
	}
	f.buf = cordon_fuzz_byte() % CORDON_FUZZ_BUFS;
	f.len = (uint32_t)far;
	cordon_fuzz_bytes(cordon_pool_data(&cordon_fuzz.pool, f.buf), f.len);
	memcpy(req, &f, sizeof(f));
	return sizeof(f);
}

/* @far: by operation, how long arguments in a buffer are; -1: in the line. */
static inline void cordon_fuzz_run(const struct cordon_ops *ops, struct cordon_stub_server *s,
				   const int *far)
{
	const struct cordon_stub_interface *i = s->interface;
	struct cordon_hello hello = { i->id, i->oldest, i->newest };
	uint32_t turn = 1;

	if (cordon_fuzz_byte() & 1) {
		cordon_fuzz_call(ops, s, turn, CORDON_STUB_HELLO, &hello, sizeof(hello));
		cordon_fuzz_expect(s->version == i->newest);
		turn += 2;
	}
	while (cordon_fuzz.left) {
		uint16_t op = (uint16_t)(cordon_fuzz_byte() % (ops->n + 2));
		unsigned len = cordon_fuzz_byte();
		uint8_t req[CORDON_PAYLOAD_SIZE] = { 0 };

		/* Mostly good: else little would get any further. */
		if (len & 0xc0 && op < ops->n)
			len = cordon_fuzz_good(ops, op, far[op], req);
		else
			cordon_fuzz_bytes(req, len < sizeof(req) ? len : sizeof(req));
		cordon_fuzz_call(ops, s, turn, op, req, (uint8_t)len);
		for (uint32_t b = 0; b < CORDON_FUZZ_BUFS; b++)
			cordon_fuzz_expect(cordon_fuzz.pool.state[b] == CORDON_BUF_PEER ||
					   cordon_fuzz.kept >> b & 1);
		turn += 2;
	}
}

/* ---- replies ----------------------------------------------------------------------------------- */

/* A buffer to lend or to give; of what is no buffer, if there is none. */
static inline uint32_t cordon_fuzz_mine(void)
{
	int buf = cordon_pool_get(&cordon_fuzz.pool, CORDON_BUF_SMALL);

	return buf < 0 ? UINT32_MAX : (uint32_t)buf;
}

/* What a server writes in answer to the call on @line (negative: there was none): mostly a success of @len
 * bytes; and @far bytes in the buffer that it was lent. */
static inline void cordon_fuzz_answer(const struct cordon_stub *s, int line, unsigned len,
				      unsigned far)
{
	unsigned how = cordon_fuzz_byte();
	uint16_t error = how & 3 ? 0 : (uint16_t)(how & 4 ? cordon_fuzz_byte() : how << 8);
	uint8_t reply[CORDON_PAYLOAD_SIZE];

	if (line < 0)
		return;
	cordon_fuzz_expect(line == 0);
	if (!(how & 24))
		len = cordon_fuzz_byte();
	cordon_fuzz_bytes(reply, len < sizeof(reply) ? len : sizeof(reply));
	if (far)
		cordon_fuzz_bytes(cordon_pool_data(&cordon_fuzz.pool, s->lent[0].buf[0]), far);
	cordon_copy_out(&cordon_fuzz.line, reply, sizeof(reply));
	cordon_publish(&cordon_fuzz.line,
		       cordon_hdr(cordon_fuzz.client.turn[0] + 1, error, (uint8_t)len, 0));
}

/* A buffer that came with a reply is ours, and goes to the pool. */
static inline void cordon_fuzz_received(uint32_t buf)
{
	cordon_fuzz_use(buf, false);
	cordon_fuzz.kept &= ~(1u << buf);
	cordon_fuzz_expect(cordon_pool_put(&cordon_fuzz.pool, buf) == 0);
}

/* One that was lent is ours again. */
static inline void cordon_fuzz_lent(uint32_t buf)
{
	cordon_fuzz_expect(buf == UINT32_MAX || cordon_pool_put(&cordon_fuzz.pool, buf) == 0);
}

/* One that was given is ours, or the server's. */
static inline void cordon_fuzz_gave(uint32_t buf)
{
	if (buf != UINT32_MAX && cordon_pool_put(&cordon_fuzz.pool, buf) < 0)
		cordon_fuzz.kept |= 1u << buf;
}

/* Between calls: no line is in use, and no buffer but those that the server was given. */
static inline void cordon_fuzz_idle(void)
{
	cordon_fuzz_expect(cordon_fuzz.client.busy == 0);
	for (uint32_t b = 0; b < CORDON_FUZZ_BUFS; b++)
		cordon_fuzz_expect(cordon_fuzz.pool.state[b] == CORDON_BUF_FREE ||
				   cordon_fuzz.kept >> b & 1);
}

#endif
