/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/*
 * A pool: buffers of two sizes in shared memory, named by index, never by pointer. Who may touch a
 * buffer is written down in private, by each side for itself:
 *
 *   free   in this side's free list
 *   mine   this side works with it
 *   peer   lent to, or owned by, the other side
 *
 * A buffer changes hands by a descriptor on a stream: lend, then send; receive, then take. Take
 * refuses an index that is out of range or was never lent, so a peer can neither return a buffer
 * twice nor name one that it does not have. What is inside a buffer may change as long as the peer
 * maps it: copy what you check.
 *
 * Where one side is to be believed by nobody, some buffers are in memory that it maps read-only: what
 * the other side puts there stays as it is, and can be sent again to a next one.
 *
 * Small buffers serve ordinary frames; big ones hold a 64 KB segment with its headers, whole. A
 * reader that doesn't know what comes reads into a big one, and copies a small frame on into a
 * small buffer (NIC drivers call it copybreak), so that few big buffers, always warm, are enough.
 *
 * A struct belongs to one thread. Nothing blocks.
 */
#ifndef CORDON_CHANNELS_POOL_H
#define CORDON_CHANNELS_POOL_H

#include <errno.h>
#include <stddef.h>
#include <stdint.h>

#define CORDON_BUF_SMALL 2048u
#define CORDON_BUF_BIG 67584u
#define CORDON_POOL_MAX (1u << 20)

/* How many buffers of each size; up to CORDON_POOL_MAX together, whose tables must find room in the heap
 * of the domain (CORDON_HEAP_BYTES, core/plan.h). Indices are given in this order: big,
 * small, ro_big, ro_small. */
struct cordon_pool_dims {
	uint32_t small;
	uint32_t big;
	uint32_t ro_small; /* that only the owner can write */
	uint32_t ro_big;
};

enum cordon_buf_sort {
	CORDON_SORT_SMALL,
	CORDON_SORT_BIG,
	CORDON_SORT_RO_SMALL,
	CORDON_SORT_RO_BIG
};

struct cordon_pool {
	uint8_t *mem; /* shared */
	uint8_t *ro; /* shared: buffers that only the owner can write; NULL without */
	struct cordon_pool_dims dims;
	uint8_t *state; /* private: enum cordon_buf_state of each buffer */
	uint32_t *free[4]; /* private: stacks of free indices, by enum cordon_buf_sort */
	uint32_t nfree[4];
	uint64_t faults; /* counter: indices refused by take */
};

enum cordon_buf_state { CORDON_BUF_PEER, CORDON_BUF_MINE, CORDON_BUF_FREE };

int cordon_pool_dims_check(const struct cordon_pool_dims *d);

/* Bytes of shared memory, of such that only the owner can write, and of private memory, that a pool of
 * (checked) dimensions @d takes. */
uint64_t cordon_pool_size(const struct cordon_pool_dims *d);
uint64_t cordon_pool_ro_size(const struct cordon_pool_dims *d);
size_t cordon_pool_private_size(const struct cordon_pool_dims *d);

/* Take one end of the pool in @mem and @ro (NULL if there is none). @private: memory for the tables, 8-aligned, of the size above,
 * kept until the end. @owner: all buffers begin free here; otherwise all begin with the peer. */
void cordon_pool_init(struct cordon_pool *p, void *mem, void *ro, const struct cordon_pool_dims *d,
		      void *private, int owner);

static inline uint32_t cordon_pool_count(const struct cordon_pool *p)
{
	return p->dims.small + p->dims.big + p->dims.ro_small + p->dims.ro_big;
}

/* Buffer @i is one that only the owner can write. */
static inline int cordon_pool_is_ro(const struct cordon_pool *p, uint32_t i)
{
	return i >= p->dims.big + p->dims.small;
}

static inline int cordon_pool_is_big(const struct cordon_pool *p, uint32_t i)
{
	uint32_t rw = p->dims.big + p->dims.small;

	return i < rw ? i < p->dims.big : i - rw < p->dims.ro_big;
}

/* The offset in its memory, the address here, and the size in bytes, of buffer @i, which is valid. */
static inline uint64_t cordon_pool_offset(const struct cordon_pool *p, uint32_t i)
{
	int ro = cordon_pool_is_ro(p, i);
	uint32_t big = ro ? p->dims.ro_big : p->dims.big;

	if (ro)
		i -= p->dims.big + p->dims.small;
	if (i < big)
		return (uint64_t)i * CORDON_BUF_BIG;
	return (uint64_t)big * CORDON_BUF_BIG + (uint64_t)(i - big) * CORDON_BUF_SMALL;
}

static inline uint8_t *cordon_pool_data(const struct cordon_pool *p, uint32_t i)
{
	return (cordon_pool_is_ro(p, i) ? p->ro : p->mem) + cordon_pool_offset(p, i);
}

static inline uint32_t cordon_pool_bufsize(const struct cordon_pool *p, uint32_t i)
{
	return cordon_pool_is_big(p, i) ? CORDON_BUF_BIG : CORDON_BUF_SMALL;
}

/* A free buffer of at least @len bytes becomes mine: its index, or -ENOBUFS, or -EMSGSIZE if none
 * is that long. The buffer freed last is taken first. Small requests never take big buffers. _ro: one
 * that only the owner can write. */
int cordon_pool_get(struct cordon_pool *p, uint32_t len);
int cordon_pool_get_ro(struct cordon_pool *p, uint32_t len);

/* Mine becomes free. -EINVAL if it was not mine. */
int cordon_pool_put(struct cordon_pool *p, uint32_t i);

/* Mine becomes the peer's; to be called before the descriptor is sent. -EINVAL if it wasn't mine. */
static inline int cordon_pool_lend(struct cordon_pool *p, uint32_t i)
{
	if (i >= cordon_pool_count(p) || p->state[i] != CORDON_BUF_MINE)
		return -EINVAL;
	p->state[i] = CORDON_BUF_PEER;
	return 0;
}

/* The peer's becomes mine, because a descriptor says so. -EINVAL (counted) if @i is no buffer or
 * was not the peer's to give. @i comes from a private copy. */
static inline int cordon_pool_take(struct cordon_pool *p, uint32_t i)
{
	if (i >= cordon_pool_count(p) || p->state[i] != CORDON_BUF_PEER) {
		p->faults++;
		return -EINVAL;
	}
	p->state[i] = CORDON_BUF_MINE;
	return 0;
}

#endif
