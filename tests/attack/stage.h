/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/* Starting a hostile image behind the process fence, without a front-end: what the tests of this
 * folder share. A stage belongs to a process of its own: the network namespace doesn't come back. */
#ifndef CORDON_TESTS_ATTACK_STAGE_H
#define CORDON_TESTS_ATTACK_STAGE_H

#include <errno.h>
#include <limits.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>
#include "core/cgroup.h"
#include "core/fence.h"
#include "core/incarnation.h"
#include "core/ring.h"

#define ALL_PARTS (CORDON_PART_BIT(CORDON_PART_COUNT) - 1)

struct stage {
	struct cordon_incarnation inc;
	struct cordon_spec spec;
	char name[32], image[PATH_MAX], loader[PATH_MAX];
	struct cordon_err err;
};

/* How a domain ended. */
struct ending {
	int started; /* 0, or -errno: text says why */
	int status; /* as of waitpid() */
	int late; /* it had to be killed */
	unsigned oom; /* processes killed for memory */
	unsigned uid; /* its user outside */
	char text[200];
};

/* @path: @file in the folder of the running program. */
static inline int beside(char *path, size_t size, const char *file)
{
	char self[PATH_MAX];
	ssize_t n = readlink("/proc/self/exe", self, sizeof(self) - 1);
	char *slash;

	if (n < 0)
		return -errno;
	self[n] = '\0';
	slash = strrchr(self, '/');
	if (slash)
		*slash = '\0';
	return snprintf(path, size, "%s/%s", self, file) < (int)size ? 0 : -ENAMETOOLONG;
}

/* Memory, and I/O in mode @mode on @port (-1: none). 0 or -errno with the line in s->err. */
static inline int stage_open(struct stage *s, cordon_parts parts, int core,
			     enum cordon_io_mode mode, int port)
{
	struct cordon_boot *b = &s->inc.boot;
	int bound = (parts & CORDON_PART_BIT(CORDON_PART_RING)) != 0;
	int ret;

	memset(s, 0, sizeof(*s));
	cordon_incarnation_init(&s->inc);
	ret = beside(s->image, sizeof(s->image), "img_attack");
	if (ret == 0)
		ret = beside(s->loader, sizeof(s->loader), "../../cordon-loader");
	if (ret < 0)
		return cordon_fail(&s->err, ret, "finding the image: %s", strerror(-ret));
	snprintf(s->name, sizeof(s->name), "attack-%d", (int)getpid());
	s->spec = (struct cordon_spec){
		.name = s->name,
		.image = s->image,
		.loader = s->loader,
		.core = core,
		.parts = parts,
		.memory_limit = (uint64_t)32 << 20,
	};
	s->inc.fence = &cordon_fence_process;
	s->inc.spec = &s->spec;
	b->size = sizeof(*b);
	b->chan_dims = (struct cordon_chan_dims){ .calls = 1, .ab = 4, .ba = 4 };
	b->pool_dims = (struct cordon_pool_dims){ .small = 16, .big = 2, .ro_small = 2 };
	ret = cordon_memory_make(&s->inc.chan, "channel", cordon_chan_size(&b->chan_dims), &s->err);
	if (ret == 0)
		ret = cordon_memory_make(&s->inc.pool, "pool", cordon_pool_size(&b->pool_dims),
					 &s->err);
	if (ret == 0)
		ret = cordon_memory_make(&s->inc.pool_ro, "pool-ro",
					 cordon_pool_ro_size(&b->pool_dims), &s->err);
	b->io_mode = mode;
	b->nports = mode == CORDON_IO_NONE ? 0 : 1;
	b->port_fd[0] = port;
	if (ret == 0 && mode == CORDON_IO_URING)
		ret = cordon_ring_make(&b->ring, &s->inc.pool, &port, 1,
				       bound ? CORDON_RING_READ_WRITE : CORDON_RING_ANYTHING,
				       &s->err);
	if (ret == 0 && mode == CORDON_IO_URING)
		ret = cordon_ring_make(&b->ring_ro, &s->inc.pool_ro, &port, 1,
				       bound ? CORDON_RING_WRITE : CORDON_RING_ANYTHING, &s->err);
	return ret;
}

static inline void stage_close(struct stage *s)
{
	cordon_ring_drop(&s->inc.boot.ring_ro);
	cordon_ring_drop(&s->inc.boot.ring);
	cordon_memory_drop(&s->inc.pool_ro);
	cordon_memory_drop(&s->inc.pool);
	cordon_memory_drop(&s->inc.chan);
}

static inline unsigned uid_of(pid_t pid)
{
	char path[64], line[128];
	unsigned uid = 0;
	FILE *f;

	snprintf(path, sizeof(path), "/proc/%d/status", (int)pid);
	f = fopen(path, "re");
	while (f && fgets(line, sizeof(line), f))
		if (sscanf(line, "Uid: %u", &uid) == 1)
			break;
	if (f)
		fclose(f);
	return uid;
}

/* One life: start with @arg, wait for its end for @ms at most. */
static inline void stage_run(struct stage *s, uint64_t arg, int ms, struct ending *end)
{
	struct pollfd p = { .events = POLLIN };
	struct cordon_death death;

	memset(end, 0, sizeof(*end));
	s->inc.boot.arg = arg;
	end->started = s->inc.fence->start(&s->inc, &s->err);
	if (end->started < 0) {
		snprintf(end->text, sizeof(end->text), "%.190s", s->err.text);
		return;
	}
	(void)s->inc.fence->go(&s->inc);
	p.fd = s->inc.death_fd;
	for (end->late = 1; ms > 0 && end->late; ms -= 10) {
		end->late = poll(&p, 1, 10) != 1;
		s->inc.fence->attend(&s->inc);
	}
	end->uid = uid_of(s->inc.pid);
	end->oom = cordon_cgroup_oom_kills(s->inc.cgroup);
	s->inc.fence->end(&s->inc, &death);
	cordon_cgroup_drop(s->inc.cgroup);
	end->status = death.status;
	snprintf(end->text, sizeof(end->text), "%s", death.text);
}

#endif
