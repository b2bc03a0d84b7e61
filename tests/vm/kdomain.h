/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/* A domain of /dev/cordon's, for tests in a guest: its memory, and what a supervisor would say. */
#ifndef CORDON_TESTS_VM_KDOMAIN_H
#define CORDON_TESTS_VM_KDOMAIN_H

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <unistd.h>
#include "channels/chan.h"
#include "channels/pool.h"
#include "core/kernel/uapi.h"
#include "domains/blk/blk.h"
#include "domains/net/counters.h"
#include "domains/net/net.h"

/* A further stream for the one queue that a device has in a guest with one core left to Linux. */
static const struct cordon_chan_dims k_chan_dims = { .calls = 8, .ab = 256, .ba = 256, .more = 1 };
static const struct cordon_pool_dims k_pool_dims = { .small = 256,
						     .big = 16,
						     .ro_small = 256,
						     .ro_big = 16 };

/* Shared memory of one incarnation. */
struct k_memory {
	uint8_t *chan, *pool, *ro;
	size_t nchan, npool, nro;
};

static inline uint8_t *k_map(size_t *size)
{
	int fd = memfd_create("cordon-test", MFD_CLOEXEC);
	uint8_t *p;

	*size = (*size + 4095) & ~(size_t)4095;
	if (fd < 0 || ftruncate(fd, (off_t)*size) < 0)
		abort();
	p = mmap(NULL, *size, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_POPULATE, fd, 0);
	close(fd);
	if (p == MAP_FAILED)
		abort();
	return p;
}

static inline void k_memory_make(struct k_memory *m)
{
	m->nchan = cordon_chan_size(&k_chan_dims);
	m->npool = cordon_pool_size(&k_pool_dims);
	m->nro = cordon_pool_ro_size(&k_pool_dims);
	m->chan = k_map(&m->nchan);
	m->pool = k_map(&m->npool);
	m->ro = k_map(&m->nro);
}

static inline void k_memory_free(struct k_memory *m)
{
	munmap(m->chan, m->nchan);
	munmap(m->pool, m->npool);
	munmap(m->ro, m->nro);
}

static inline struct cordon_k_domain k_domain(const char *name)
{
	struct cordon_k_domain k = { .size = sizeof(k), .core = 1 };

	snprintf(k.name, sizeof(k.name), "%s", name);
	return k;
}

static inline struct cordon_k_net k_net(const char *name)
{
	struct cordon_k_net k = { .size = sizeof(k),
				  .mtu = 9000,
				  .receive = CORDON_K_RECEIVE_POLL,
				  .deadline_ms = 2000,
				  .features = CORDON_NET_F_CSUM | CORDON_NET_F_TSO4 |
					      CORDON_NET_F_TSO6 | CORDON_NET_F_ECN };

	snprintf(k.name, sizeof(k.name), "%s", name);
	return k;
}

static inline struct cordon_k_blk k_blk(const char *name)
{
	struct cordon_k_blk k = { .size = sizeof(k),
				  .complete = CORDON_K_RECEIVE_POLL,
				  .deadline_ms = 2000,
				  .features = BLK_F_FUA | BLK_F_DISCARD | BLK_F_ZERO };

	snprintf(k.name, sizeof(k.name), "%s", name);
	return k;
}

static inline struct cordon_k_attach k_attach(const struct k_memory *m)
{
	return (struct cordon_k_attach){ .size = sizeof(struct cordon_k_attach),
					 .calls = k_chan_dims.calls,
					 .ab = k_chan_dims.ab,
					 .ba = k_chan_dims.ba,
					 .more = k_chan_dims.more,
					 .small = k_pool_dims.small,
					 .big = k_pool_dims.big,
					 .ro_small = k_pool_dims.ro_small,
					 .ro_big = k_pool_dims.ro_big,
					 .chan = (uintptr_t)m->chan,
					 .pool = (uintptr_t)m->pool,
					 .pool_ro = (uintptr_t)m->ro,
					 .bell = -1,
					 .ears = -1 };
}

/* 0 or -errno. */
static inline int k_ioctl(int fd, unsigned long cmd, void *arg)
{
	return ioctl(fd, cmd, arg) < 0 ? -errno : 0;
}

/* What the module has counted. */
static inline struct net_front_counters k_count(int fd)
{
	struct cordon_k_stats s = { .size = sizeof(s) };
	struct net_front_counters c;

	if (k_ioctl(fd, CORDON_K_STATS, &s) < 0 || s.n * sizeof(s.value[0]) < sizeof(c))
		abort();
	memcpy(&c, s.value, sizeof(c));
	return c;
}

/* Results, as TAP without numbers: a check says something only when it fails, a test always. */
int k_bad __attribute__((weak)); /* in this test; one of all files that include this */
int k_failed __attribute__((weak));

static inline void k_check(int good, const char *what, long got)
{
	if (good)
		return;
	printf("# %s: got %ld\n", what, got);
	k_bad = 1;
}

static inline void k_test(const char *name, void (*test)(void))
{
	k_bad = 0;
	test();
	printf("%s %s\n", k_bad ? "not ok" : "ok", name);
	fflush(stdout);
	k_failed |= k_bad;
}

#endif
