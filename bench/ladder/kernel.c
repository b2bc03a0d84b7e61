// SPDX-License-Identifier: MIT OR GPL-2.0-only
/* The kernel: as the party that calls a domain, and as what is called by ioctl. Both want a module of ours
 * (make bench-guest). */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>
#include "bench/ladder/domain.h"
#include "bench/ladder/kernel/calls.h"
#include "bench/ladder/rungs.h"
#include "core/sys.h"

#define BATCH 32u

struct kernel {
	int fd; /* of the module's device */
	struct ladder_domain domain; /* there if @attached */
	int attached;
};

static struct kernel *open_device(const char *name, char *why)
{
	struct kernel *k = calloc(1, sizeof(*k));
	char path[64];

	if (!k)
		return NULL;
	snprintf(path, sizeof(path), "/dev/%s", name);
	k->fd = open(path, O_RDWR | O_CLOEXEC);
	if (k->fd >= 0)
		return k;
	snprintf(why, WHY_SIZE, "%s: %s (make bench-guest)", path, strerror(errno));
	free(k);
	return NULL;
}

static void end(void *state)
{
	struct kernel *k = state;

	close(k->fd);
	if (k->attached)
		ladder_domain_end(&k->domain);
	free(k);
}

static int attach(struct kernel *k)
{
	const struct cordon_chan_dims *chan = &k->domain.chan.dims;
	const struct cordon_pool_dims *pool = &k->domain.pool.dims;
	struct cordon_k_attach a = { .size = sizeof(a),
				     .calls = chan->calls,
				     .ab = chan->ab,
				     .ba = chan->ba,
				     .small = pool->small,
				     .big = pool->big,
				     .chan = (uintptr_t)k->domain.inc.chan.addr,
				     .pool = (uintptr_t)k->domain.inc.pool.addr,
				     .bell = -1,
				     .ears = -1,
				     .wait = CORDON_WAIT_SPIN };

	return ioctl(k->fd, LADDER_K_ATTACH, &a) < 0 ? -errno : 0;
}

static double timed(void *state, unsigned n)
{
	const struct kernel *k = state;
	struct ladder_k_calls c = { .n = n, .op = LADDER_OP };

	if (ioctl(k->fd, LADDER_K_CALLS, &c) < 0)
		rung_broken("kernel to domain and back");
	return (double)c.ns / n;
}

static void *call_begin(const struct rung *r, const struct place *at, char *why)
{
	struct kernel *k = open_device(LADDER_K_DEVICE, why);
	int ret;

	(void)r;
	if (!k)
		return NULL;
	if (ladder_domain_start(&k->domain, &cordon_fence_process, at, CORDON_WAIT_SPIN,
				LADDER_NOTHING, why) < 0)
		goto fail;
	k->attached = 1;
	ret = attach(k);
	if (ret < 0) {
		snprintf(why, WHY_SIZE, "the kernel does not take the domain: %s", strerror(-ret));
		goto fail;
	}
	/* The first ones find it starting up. */
	for (unsigned i = 0; i < 16; i++)
		(void)timed(k, BATCH);
	return k;
fail:
	end(k);
	return NULL;
}

static void *ioctl_begin(const struct rung *r, const struct place *at, char *why)
{
	(void)r;
	(void)at;
	return open_device("cordon", why);
}

static void ioctl_run(void *state, unsigned n)
{
	const struct kernel *k = state;

	while (n--)
		if (cordon_sys3(__NR_ioctl, k->fd, CORDON_K_ABORT, 0) < 0)
			rung_broken("ioctl");
}

const struct rung rungs_kernel[] = {
	{ .name = "kernel to domain and back",
	  .what = "cordon.ko's call into a process domain, 56 bytes each way, empty handler; the kernel's clock",
	  .batch = BATCH,
	  .begin = call_begin,
	  .timed = timed,
	  .end = end },
	{ .name = "ioctl",
	  .what = "on /dev/cordon, by the bare instruction, the one that looks at one word: CORDON_K_ABORT",
	  .batch = 1024,
	  .local = 1,
	  .begin = ioctl_begin,
	  .run = ioctl_run,
	  .end = end },
	{ .name = NULL },
};
