/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/* Both ends of golden/all.cdl in one thread, and a server that answers with what it was sent. Whoever waits
 * for an answer reads the clock, and that serves. */
#ifndef CORDON_TESTS_CDL_ALL_H
#define CORDON_TESTS_CDL_ALL_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>
#include "tests/cdl/golden/all.cdl_client.h"
#include "tests/cdl/golden/all.cdl_server.h"

#define NEVER UINT64_MAX
#define COUNT(a) (sizeof(a) / sizeof((a)[0]))
#define LINES 4u
#define BUFS 8u

static const struct cordon_pool_dims dims = { .small = 4, .big = 2, .ro_small = 1, .ro_big = 1 };

static struct cordon_line lines[LINES];
static struct cordon_client client;
static struct cordon_server server;
static struct cordon_pool pool[2]; /* the client's end, the server's */
static _Alignas(64) uint8_t memory[4 * CORDON_BUF_SMALL + 2 * CORDON_BUF_BIG];
static _Alignas(64) uint8_t memory_ro[CORDON_BUF_SMALL + CORDON_BUF_BIG];
static _Alignas(8) uint8_t tables[2][BUFS * 8];
static struct cordon_caller caller;
static struct all_client c;
static struct all_server s;
static unsigned handled; /* calls that reached a handler */
static int result; /* of handlers */
static int silent; /* nobody serves */
static uint64_t ticks;

static inline void serve_all(void)
{
	do
		cordon_serve_all(&server);
	while (cordon_serve(&server, &all_ops, &s, LINES) > 0);
}

static inline uint64_t now(void)
{
	if (!silent)
		serve_all();
	return ++ticks;
}

static const struct all_server_ops handlers;

/* Fresh ends, not connected. */
static inline void open_ends(void)
{
	memset(lines, 0, sizeof(lines));
	memset(memory, 0, sizeof(memory));
	cordon_client_init(&client, lines, LINES);
	cordon_server_init(&server, lines, LINES);
	for (int i = 0; i < 2; i++)
		cordon_pool_init(&pool[i], memory, memory_ro, &dims, tables[i], i == 0);
	caller = (struct cordon_caller){ .client = &client, .now = now };
	all_client_init(&c, &client, &pool[0]);
	cordon_stub_by(&c.stub, &caller, 1000);
	all_server_init(&s, &handlers, NULL, &pool[1]);
	handled = 0;
	result = 0;
	silent = 0;
	ticks = 0;
}

static inline void open_connected(void)
{
	open_ends();
	assert_int_equal(all_connect(&c), 0);
	assert_int_equal(c.stub.version, 3);
}

/* Every buffer is free at the client and the client's at the server. */
static inline void no_buffer_is_missing(void)
{
	for (uint32_t i = 0; i < BUFS; i++) {
		assert_int_equal(pool[0].state[i], CORDON_BUF_FREE);
		assert_int_equal(pool[1].state[i], CORDON_BUF_PEER);
	}
}

/* ---- the server -------------------------------------------------------------------------------- */

static inline int done(void)
{
	handled++;
	return result;
}

static inline int do_open(void *state)
{
	assert_null(state);
	return done();
}

static inline int do_numbers(void *state, uint8_t a, uint16_t b, uint32_t cc, uint64_t d, int8_t e,
			     int16_t f, int32_t g, int64_t h, uint8_t *oa, uint16_t *ob,
			     uint32_t *oc, uint64_t *od, int8_t *oe, int16_t *of, int32_t *og,
			     int64_t *oh)
{
	(void)state;
	*oa = a;
	*ob = b;
	*oc = cc;
	*od = d;
	*oe = e;
	*of = f;
	*og = g;
	*oh = h;
	return done();
}

/* What the ranges' handler says; out of its own range, if a test wants that. */
static uint8_t sum_said;

static inline int do_ranges(void *state, uint32_t mtu, int8_t small, uint64_t large, int64_t least,
			    uint8_t *sum, int16_t *any)
{
	(void)state;
	assert_in_range(mtu, 68, 65521);
	assert_true(small >= -5 && small <= 5);
	assert_true(large >> 63);
	assert_true(least >= -9 && least <= 0);
	*sum = sum_said;
	*any = small;
	return done();
}

static inline int do_kinds(void *state, bool b, enum all_link l, enum all_level v, enum all_plain p,
			   uint32_t f, uint64_t w, bool *ob, enum all_link *ol, enum all_level *ov,
			   enum all_plain *op, uint32_t *of, uint64_t *ow)
{
	(void)state;
	*ob = b;
	*ol = l;
	*ov = v;
	*op = p;
	*of = f;
	*ow = w;
	return done();
}

static inline int do_arrays(void *state, const uint8_t mac[6], const uint16_t ss[2],
			    const bool b[3], const enum all_link l[2], const int32_t i[3],
			    uint8_t omac[6], uint16_t os[2], bool ob[3], enum all_link ol[2],
			    int32_t oi[3])
{
	(void)state;
	memcpy(omac, mac, 6);
	memcpy(os, ss, 4);
	memcpy(ob, b, 3 * sizeof(*b));
	memcpy(ol, l, 2 * sizeof(*l));
	memcpy(oi, i, 12);
	return done();
}

/* A handler that forgets the end of its string. */
static int endless;

static inline int do_text(void *state, const char *line, const char *w, char oline[33], char ow[2])
{
	(void)state;
	assert_true(strlen(line) <= 32);
	assert_true(strlen(w) <= 1);
	strcpy(oline, line);
	strcpy(ow, w);
	if (endless)
		memset(ow, 'x', 2);
	return done();
}

static inline int do_blob(void *state, const uint8_t *key, uint32_t key_len, uint8_t okey[16],
			  uint32_t *okey_len)
{
	(void)state;
	assert_true(key_len <= 16);
	memcpy(okey, key, key_len);
	*okey_len = key_len + (endless ? 100 : 0);
	return done();
}

static inline int do_structs(void *state, const struct all_stats *st, const struct all_name *n,
			     struct all_stats *os, struct all_name *on)
{
	(void)state;
	*os = *st;
	*on = *n;
	return done();
}

static inline int do_plain_one(void *state, const struct all_pair *p, struct all_pair *q)
{
	(void)state;
	*q = *p;
	q->a += endless ? 10 : 0;
	return done();
}

static inline int do_plain_two(void *state, const struct all_point p[2], struct all_point q[2])
{
	(void)state;
	q[0] = p[1];
	q[1] = p[0];
	return done();
}

static inline int do_plain_more(void *state, bool b, const struct all_pair *p,
				const struct all_point *r, struct all_point *t, struct all_pair *q)
{
	(void)state;
	assert_true(p->a >= 1 && p->a <= 10);
	*t = *r;
	*q = *p;
	t->x += b;
	return done();
}

static inline int do_far(void *state, const struct all_group *g, const char *note,
			 struct all_group *og, char onote[301], uint8_t rest[301],
			 uint32_t *rest_len)
{
	(void)state;
	*og = *g;
	strcpy(onote, note);
	memset(rest, 7, 301);
	*rest_len = 301;
	return done();
}

static inline int do_far_out(void *state, uint64_t o[20])
{
	(void)state;
	for (unsigned i = 0; i < 20; i++)
		o[i] = UINT64_MAX - i;
	return done();
}

static inline int do_far_both(void *state, uint8_t x, uint64_t o[20])
{
	(void)state;
	for (unsigned i = 0; i < 20; i++)
		o[i] = x;
	return done();
}

static inline int do_inwards(void *state, const uint64_t i[20], uint64_t *sum)
{
	(void)state;
	*sum = 0;
	for (unsigned k = 0; k < 20; k++)
		*sum += i[k];
	return done();
}

static inline int do_struct_array(void *state, const struct all_stats st[2], struct all_stats os[2])
{
	(void)state;
	memcpy(os, st, 2 * sizeof(*st));
	return done();
}

static inline int do_roster(void *state, const struct all_name names[2], const uint32_t can[2],
			    struct all_name onames[2], uint32_t ocan[2])
{
	(void)state;
	memcpy(onames, names, 2 * sizeof(*names));
	memcpy(ocan, can, 2 * sizeof(*can));
	return done();
}

static inline int do_load(void *state, uint32_t image, uint32_t len)
{
	uint8_t all = 0xff;

	(void)state;
	assert_int_equal(pool[1].state[image], CORDON_BUF_MINE);
	assert_true(len <= cordon_pool_bufsize(&pool[1], image));
	for (uint32_t i = 0; i < len; i++)
		all &= cordon_pool_data(&pool[1], image)[i];
	assert_int_equal(all, 0xff);
	return done();
}

static uint32_t filled; /* how far, as it says */

static inline int do_fill(void *state, uint32_t to, uint32_t *len)
{
	(void)state;
	assert_int_equal(pool[1].state[to], CORDON_BUF_MINE);
	memset(cordon_pool_data(&pool[1], to), 0x77, cordon_pool_bufsize(&pool[1], to));
	*len = filled;
	return done();
}

static inline int do_change(void *state, uint32_t both, uint16_t from, uint16_t len)
{
	(void)state;
	assert_int_equal(pool[1].state[both], CORDON_BUF_MINE);
	memset(cordon_pool_data(&pool[1], both), from, len);
	return done();
}

static int kept; /* a buffer that was given; -1: none */

static inline int do_keep(void *state, uint32_t name, uint32_t image, uint32_t len)
{
	(void)state, (void)len;
	assert_int_equal(pool[1].state[name], CORDON_BUF_MINE);
	assert_int_equal(pool[1].state[image], CORDON_BUF_MINE);
	if (result == 0)
		kept = (int)image;
	return done();
}

static inline int do_fetch(void *state, uint32_t *image, uint32_t *len)
{
	(void)state;
	*image = (uint32_t)kept;
	*len = filled;
	return done();
}

static inline int do_move(void *state, const uint64_t args[8], uint32_t from, uint32_t to,
			  uint64_t out[8])
{
	(void)state;
	memcpy(cordon_pool_data(&pool[1], to), cordon_pool_data(&pool[1], from), 8);
	memcpy(out, args, 64);
	return done();
}

static inline int do_shadow(void *state, uint32_t cc, uint32_t w, uint32_t i, uint32_t ret,
			    uint32_t req, uint32_t rep, uint32_t line, uint32_t nw, uint32_t ss,
			    uint32_t len, uint32_t deadline, uint32_t st, uint32_t *cl,
			    uint32_t *far, uint32_t *lent)
{
	(void)state;
	*cl = cc + w + i + ret;
	*far = req + rep + line + nw;
	*lent = ss + len + deadline + st;
	return done();
}

static unsigned news;

static inline void do_link_state(void *state, bool up, enum all_link how)
{
	(void)state, (void)how;
	news += 1 + up;
}

static inline void do_long_news(void *state, const char *text)
{
	(void)state;
	news += (unsigned)strlen(text);
}

static inline int do_late(void *state, uint32_t a, uint32_t *b)
{
	(void)state;
	*b = a + 1;
	return done();
}

static inline int do_later(void *state, const char *ss)
{
	(void)state, (void)ss;
	return done();
}

static const struct all_server_ops handlers = {
	.open = do_open,
	.run = do_open,
	.close = do_open,
	.numbers = do_numbers,
	.ranges = do_ranges,
	.kinds = do_kinds,
	.arrays = do_arrays,
	.text = do_text,
	.blob = do_blob,
	.structs = do_structs,
	.plain_one = do_plain_one,
	.plain_two = do_plain_two,
	.plain_more = do_plain_more,
	.far = do_far,
	.far_out = do_far_out,
	.far_both = do_far_both,
	.inwards = do_inwards,
	.struct_array = do_struct_array,
	.roster = do_roster,
	.load = do_load,
	.fill = do_fill,
	.change = do_change,
	.keep = do_keep,
	.fetch = do_fetch,
	.move = do_move,
	.shadow = do_shadow,
	.link_state = do_link_state,
	.long_news = do_long_news,
	.late = do_late,
	.later = do_later,
};

#endif
