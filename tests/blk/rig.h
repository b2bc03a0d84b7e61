/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/*
 * The blk front-end and a driver that is a script: side B of the channel in this process, which serves calls
 * whenever the front-end looks at the clock. For front.c, kept.c and nbd.c; what they do repeats exactly.
 */
#ifndef CORDON_TESTS_BLK_RIG_H
#define CORDON_TESTS_BLK_RIG_H

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#include <cmocka.h>

#include "core/memory.h"
#include "domains/blk/blk.cdl_server.h"
#include "domains/blk/class.h"
#include "domains/blk/front.h"

#define BUDGET 32u
#define CAPACITY (UINT64_C(1) << 20)
#define TICK 1000000u /* nanoseconds between two looks at the clock */
#define BUFFERS 384u

/* One incarnation. */
struct life {
	struct cordon_memory chan_mem, pool_mem, ro_mem;
	const uint8_t *ro; /* as the driver maps it */
	struct cordon_chan a, b;
	struct cordon_pool pool, peer;
	uint8_t tables[2][BUFFERS * 8];
};

struct rig {
	struct blk_server server; /* first: blk_ops takes it for the state */
	struct blk_front f;
	struct life *life; /* the one that is attached, or was last */
	struct life *before; /* kept until its successor has begun */
	struct cordon_caller caller;
	/* the driver's script */
	struct blk_info info;
	struct blk_config config; /* as it was told */
	int reply[BLK_OP_COUNT]; /* length of the reply, or -errno */
	uint8_t features; /* bits of the answer to info, forged: those and no others, if it is not 0 */
	uint64_t time;
	uint8_t disk[CAPACITY];
	/* the user's: what was answered, in order */
	uint32_t answered[1024];
	unsigned nanswered;
};

static struct rig rig;

static inline int do_info(void *state, struct blk_info *is)
{
	(void)state;
	*is = rig.info;
	return 0;
}

static inline int do_config(void *state, const struct blk_config *c)
{
	(void)state;
	rig.config = *c;
	return 0;
}

static inline int do_nothing(void *state)
{
	(void)state;
	return 0;
}

static inline int do_stats(void *state, struct blk_stats *s)
{
	(void)state;
	(void)s;
	return 0;
}

static const struct blk_server_ops honest = {
	.info = do_info,
	.config = do_config,
	.start = do_nothing,
	.stop = do_nothing,
	.stats = do_stats,
};

/* What the interface's own server answers, and then the lie. */
static inline int answer(enum blk_op op, const void *req, unsigned len, void *reply)
{
	int ret = blk_ops.op[op].fn(&rig.server, req, len, reply);

	if (op == BLK_OP_INFO && rig.features)
		((uint8_t *)reply)[offsetof(struct blk_info, features)] = rig.features;
	return ret < 0 ? ret : rig.reply[op];
}

#define ANSWER(name)                                                                             \
	static inline int answer_##name(void *state, const void *req, unsigned len, void *reply) \
	{                                                                                        \
		(void)state;                                                                     \
		return answer(BLK_OP_##name, req, len, reply);                                   \
	}
ANSWER(HELLO)
ANSWER(INFO)
ANSWER(CONFIG)
ANSWER(START)
ANSWER(STOP)
ANSWER(STATS)

static const struct cordon_op script_ops[BLK_OP_COUNT] = {
	[BLK_OP_HELLO] = { "hello", answer_HELLO, sizeof(struct cordon_hello),
			   sizeof(struct cordon_hello) },
	[BLK_OP_INFO] = { "info", answer_INFO, 0, 0 },
	[BLK_OP_CONFIG] = { "config", answer_CONFIG, sizeof(struct blk_config_req),
			    sizeof(struct blk_config_req) },
	[BLK_OP_START] = { "start", answer_START, 0, 0 },
	[BLK_OP_STOP] = { "stop", answer_STOP, 0, 0 },
	[BLK_OP_STATS] = { "stats", answer_STATS, 0, 0 },
};

static const struct cordon_ops script = { BLK_OP_COUNT, script_ops };

/* What the driver does while the front-end waits; may be NULL. */
static void (*meanwhile)(void);

static inline uint64_t rig_clock(void)
{
	(void)cordon_serve(&rig.life->b.server, &script, &rig, 1);
	if (meanwhile)
		meanwhile();
	return rig.time += TICK;
}

static inline void rig_answered(void *user, uint32_t slot)
{
	(void)user;
	assert_true(rig.nanswered < 1024);
	rig.answered[rig.nanswered++] = slot;
}

/* ---- incarnations ------------------------------------------------------------------------------ */

static inline struct life *life_new(void)
{
	const struct cordon_class *c = &cordon_class_blk;
	struct life *l = calloc(1, sizeof(*l));
	struct cordon_err e;
	int fd;

	assert_non_null(l);
	assert_int_equal(cordon_memory_make(&l->chan_mem, "chan", cordon_chan_size(&c->chan), &e),
			 0);
	assert_int_equal(cordon_memory_make(&l->pool_mem, "pool", cordon_pool_size(&c->pool), &e),
			 0);
	assert_int_equal(cordon_memory_make(&l->ro_mem, "ro", cordon_pool_ro_size(&c->pool), &e),
			 0);
	fd = cordon_memory_reader(&l->ro_mem, &e);
	assert_true(fd >= 0);
	l->ro = mmap(NULL, l->ro_mem.size, PROT_READ, MAP_SHARED, fd, 0);
	assert_true(l->ro != MAP_FAILED);
	close(fd);
	assert_true(cordon_pool_private_size(&c->pool) <= sizeof(l->tables[0]));
	assert_int_equal(cordon_chan_init_a(&l->a, l->chan_mem.addr, &c->chan), 0);
	assert_int_equal(cordon_chan_init_b(&l->b, l->chan_mem.addr, &c->chan), 0);
	cordon_pool_init(&l->pool, l->pool_mem.addr, l->ro_mem.addr, &c->pool, l->tables[0], 1);
	cordon_pool_init(&l->peer, l->pool_mem.addr, (void *)(uintptr_t)l->ro, &c->pool,
			 l->tables[1], 0);
	return l;
}

static inline void life_drop(struct life *l)
{
	if (!l)
		return;
	munmap((void *)(uintptr_t)l->ro, l->ro_mem.size);
	cordon_memory_drop(&l->chan_mem);
	cordon_memory_drop(&l->pool_mem);
	cordon_memory_drop(&l->ro_mem);
	free(l);
}

/* The next incarnation. What it begins with is the front-end's result. */
static inline int rig_begin(struct cordon_err *e)
{
	int ret;

	e->text[0] = '\0';
	rig.life = life_new();
	blk_server_init(&rig.server, &honest, &rig);
	rig.caller = (struct cordon_caller){ .client = &rig.life->a.client, .now = rig_clock };
	ret = blk_front_start(&rig.f, &rig.life->a, &rig.life->pool, &rig.caller, e);
	assert_int_equal(ret < 0, e->text[0] != '\0');
	return ret;
}

static inline void rig_start(void)
{
	struct cordon_err e;

	assert_int_equal(rig_begin(&e), 0);
	life_drop(rig.before);
	rig.before = NULL;
}

/* The driver dies. As the supervisor has it: of several that never began, the first one's memory is kept. */
static inline void rig_die(void)
{
	blk_front_detach(&rig.f);
	if (rig.before)
		life_drop(rig.life);
	else
		rig.before = rig.life;
	rig.life = NULL;
}

static inline int rig_set_up(void **state)
{
	memset(&rig, 0, sizeof(rig));
	meanwhile = NULL;
	rig.info = (struct blk_info){ .capacity = CAPACITY,
				      .features = BLK_F_DISCARD | BLK_F_ZERO,
				      .block = 512,
				      .max_bytes = BLK_BYTES_MAX,
				      .max_zero = 65536,
				      .discard = 512,
				      .depth = 64 };
	rig.reply[BLK_OP_HELLO] = sizeof(struct cordon_hello_reply);
	rig.reply[BLK_OP_INFO] = sizeof(struct blk_info_rep);
	rig.reply[BLK_OP_STATS] = sizeof(struct blk_stats_rep);
	blk_front_init(&rig.f, rig_answered, NULL);
	*state = &rig;
	return 0;
}

static inline int rig_tear_down(void **state)
{
	(void)state;
	if (rig.life)
		rig_die();
	life_drop(rig.before);
	return 0;
}

/* ---- the driver --------------------------------------------------------------------------------- */

/* The next request; 0: there is none. */
static inline int driver_gets(struct blk_request *r)
{
	uint16_t op = 0;
	int len = cordon_chan_recv(&rig.life->b, &op, r);

	if (len == -EAGAIN)
		return 0;
	assert_int_equal(len, sizeof(*r));
	assert_int_equal(op, BLK_MSG_REQUEST);
	assert_int_equal(r->zero, 0);
	return 1;
}

static inline void driver_says(uint32_t tag, uint32_t len, uint8_t status)
{
	struct cordon_desc d = cordon_desc(tag, len, status);

	assert_int_equal(cordon_stream_put(&rig.life->b.tx, &d, 1), 1);
}

/* It does what it was asked for, to the disk that the rig has. */
static inline void driver_does(const struct blk_request *r)
{
	uint8_t *at = rig.disk + r->offset;
	uint32_t bytes;

	assert_true(r->offset + r->bytes <= CAPACITY);
	if (r->op == BLK_ZERO || r->op == BLK_DISCARD)
		memset(at, 0, r->bytes);
	for (uint32_t k = 0; k < r->nbufs; k++, at += bytes) {
		uint8_t *data = cordon_pool_data(&rig.life->peer, r->buf[k]);

		bytes = blk_segment_bytes(r->bytes, k);
		assert_int_equal(cordon_pool_is_ro(&rig.life->peer, r->buf[k]), r->op == BLK_WRITE);
		if (r->op == BLK_WRITE)
			memcpy(at, data, bytes);
		else
			memcpy(data, at, bytes);
	}
	driver_says(r->tag, r->nbufs ? r->bytes : 0, BLK_S_OK);
}

static inline void driver_works(void)
{
	struct blk_request r;

	while (driver_gets(&r))
		driver_does(&r);
}

/* Both, until neither has anything to do. */
static inline void run(void)
{
	unsigned n;

	do {
		n = blk_front_poll(&rig.f, BUDGET);
		driver_works();
		n += blk_front_poll(&rig.f, BUDGET);
	} while (n);
}

/* ---- the user ------------------------------------------------------------------------------------ */

static inline void fill(uint32_t slot, uint8_t byte)
{
	for (uint32_t k = 0; k < blk_front_request(&rig.f, slot)->nbufs; k++) {
		uint32_t bytes;
		uint8_t *data = blk_front_data(&rig.f, slot, k, &bytes);

		memset(data, byte, bytes);
	}
}

static inline uint32_t ask(enum blk_request_op op, unsigned flags, uint64_t offset, uint32_t bytes)
{
	int i = blk_front_take(&rig.f, op, flags, offset, bytes);

	assert_true(i >= 0);
	return (uint32_t)i;
}

static inline uint32_t write_of(uint64_t offset, uint32_t bytes, uint8_t byte)
{
	uint32_t i = ask(BLK_WRITE, 0, offset, bytes);

	fill(i, byte);
	blk_front_submit(&rig.f, i);
	return i;
}

static inline uint32_t submit(enum blk_request_op op, uint64_t offset, uint32_t bytes)
{
	uint32_t i = ask(op, 0, offset, bytes);

	blk_front_submit(&rig.f, i);
	return i;
}

/* Slot @i was answered so, and is let go. */
static inline void done_with(uint32_t i, enum blk_status status)
{
	for (unsigned n = 0; n < rig.nanswered; n++)
		if (rig.answered[n] == i) {
			rig.answered[n] = rig.answered[--rig.nanswered];
			assert_int_equal(rig.f.slots[i].status, status);
			blk_front_release(&rig.f, i);
			return;
		}
	fail_msg("slot %u was not answered", i);
}

static inline void holds(uint64_t offset, uint32_t bytes, uint8_t byte)
{
	for (uint32_t n = 0; n < bytes; n++)
		if (rig.disk[offset + n] != byte)
			fail_msg("at %llu: %u, not %u", (unsigned long long)offset + n,
				 rig.disk[offset + n], byte);
}

/* Nothing is held, lent or kept. */
static inline void all_is_back(void)
{
	const struct cordon_pool_dims *d = &cordon_class_blk.pool;

	assert_int_equal(rig.f.nfree, BLK_FRONT_SLOTS);
	assert_int_equal(blk_kept_count(&rig.f.kept), 0);
	assert_int_equal(rig.life->pool.nfree[CORDON_SORT_SMALL], d->small);
	assert_int_equal(rig.life->pool.nfree[CORDON_SORT_BIG], d->big);
	assert_int_equal(rig.life->pool.nfree[CORDON_SORT_RO_SMALL], d->ro_small);
	assert_int_equal(rig.life->pool.nfree[CORDON_SORT_RO_BIG], d->ro_big);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, rig_set_up, rig_tear_down)

#endif
