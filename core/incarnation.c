// SPDX-License-Identifier: MIT OR GPL-2.0-only
#include "core/incarnation.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <string.h>
#include <unistd.h>
#include "core/bell.h"
#include "core/cgroup.h"
#include "core/clock.h"
#include "core/ring.h"
#include "core/sleeper.h"

void cordon_incarnation_init(struct cordon_incarnation *inc)
{
	memset(inc, 0, sizeof(*inc));
	inc->chan = inc->pool = inc->pool_ro = CORDON_MEMORY_NONE;
	inc->boot.ring.fd = inc->boot.ring.witness = -1;
	inc->boot.ring_ro.fd = inc->boot.ring_ro.witness = -1;
	inc->boot.bells = CORDON_BELLS_NONE;
	inc->death_fd = inc->gate_fd = inc->trace_fd = -1;
}

static int make_memory(struct cordon_incarnation *inc, const struct cordon_class *class,
		       const struct cordon_ports *ports, int node, struct cordon_err *e)
{
	struct cordon_boot *b = &inc->boot;
	int ret;

	b->chan_dims = class->chan;
	b->chan_dims.more = ports->more;
	if (cordon_chan_dims_check(&b->chan_dims) < 0)
		return cordon_fail(e, -EINVAL, "a channel can't have %u further streams",
				   ports->more);
	cordon_memory_near(node);
	ret = cordon_memory_make(&inc->chan, "cordon-channel", cordon_chan_size(&b->chan_dims), e);
	if (ret == 0)
		ret = cordon_memory_make(&inc->pool, "cordon-pool", cordon_pool_size(&class->pool),
					 e);
	if (ret == 0 && cordon_pool_ro_size(&class->pool) > 0)
		ret = cordon_memory_make(&inc->pool_ro, "cordon-pool-ro",
					 cordon_pool_ro_size(&class->pool), e);
	inc->grant = ports->grant_size ? &ports->grant : NULL;
	b->grant_size = ports->grant_size;
	b->size = sizeof(*b);
	b->pool_dims = class->pool;
	b->arg = inc->spec->arg ? inc->spec->arg : ports->arg;
	b->wait = inc->spec->wait;
	b->backstop_ms = CORDON_BACKSTOP_MS;
	cordon_clock_calibrate(&b->clock);
	return ret;
}

static int make_ring(struct cordon_incarnation *inc, struct cordon_ring *ring,
		     const struct cordon_memory *memory, const struct cordon_ports *ports,
		     enum cordon_ring_may may, struct cordon_err *e)
{
	int ret;

	if (!(inc->spec->parts & CORDON_PART_BIT(CORDON_PART_RING)))
		may = CORDON_RING_ANYTHING;
	ret = cordon_ring_make(ring, memory, ports->fd, ports->n, may, e);
	/* Without a process of its own, the domain uses our mapping. */
	if (ret == 0 && !inc->fence->can_wait)
		ret = cordon_ring_map(ring, e);
	return ret;
}

static int drop_rings(struct cordon_incarnation *inc)
{
	int ret = cordon_ring_drop(&inc->boot.ring);
	int ret_ro = cordon_ring_drop(&inc->boot.ring_ro);

	return ret < 0 ? ret : ret_ro;
}

/* A ring takes blocking descriptors and waits for frames by itself; read and write are tried. */
static int prepare_io(struct cordon_incarnation *inc, const struct cordon_ports *ports,
		      struct cordon_err *e)
{
	int uring = (inc->spec->parts & CORDON_PART_BIT(CORDON_PART_URING)) && !ports->waits;
	struct cordon_boot *b = &inc->boot;
	int ret;

	b->nports = ports->n;
	memcpy(b->port_fd, ports->fd, sizeof(b->port_fd));
	memcpy(b->port_size, ports->size, sizeof(b->port_size));
	b->io_mode = ports->n == 0 ? CORDON_IO_NONE : uring ? CORDON_IO_URING : CORDON_IO_RW;
	for (unsigned i = 0; i < ports->n; i++) {
		int flags = fcntl(ports->fd[i], F_GETFL);

		flags = b->io_mode == CORDON_IO_RW ? flags | O_NONBLOCK : flags & ~O_NONBLOCK;
		if (fcntl(ports->fd[i], F_SETFL, flags) < 0)
			return cordon_fail(e, -errno, "port %u: %s", i, strerror(errno));
	}
	if (b->io_mode != CORDON_IO_URING)
		return 0;
	ret = make_ring(inc, &b->ring, &inc->pool, ports,
			cordon_boot_has_file(b) ? CORDON_RING_FILE : CORDON_RING_READ_WRITE, e);
	if (ret == 0 && inc->pool_ro.fd >= 0)
		ret = make_ring(inc, &b->ring_ro, &inc->pool_ro, ports, CORDON_RING_WRITE, e);
	return ret;
}

int cordon_incarnation_make(struct cordon_incarnation *inc, const struct cordon_fence *fence,
			    const struct cordon_spec *spec, const struct cordon_class *class,
			    const struct cordon_ports *ports, int node, struct cordon_err *e)
{
	int ret;

	cordon_incarnation_init(inc);
	inc->fence = fence;
	inc->spec = spec;
	inc->alone = ports->alone;
	ret = make_memory(inc, class, ports, node, e);
	if (ret == 0)
		ret = prepare_io(inc, ports, e);
	if (ret == 0)
		ret = cordon_bells_make(&inc->boot, class->elsewhere != NULL, e);
	if (ret == 0)
		ret = fence->start(inc, e);
	if (ret < 0) {
		(void)drop_rings(inc);
		cordon_incarnation_drop(inc);
	}
	return ret;
}

int cordon_incarnation_end(struct cordon_incarnation *inc, struct cordon_death *death)
{
#if defined(CORDON_PLANT_UNFENCED_PAST)
	memset(death, 0, sizeof(*death));
	return 0;
#endif
	inc->fence->end(inc, death);
	return drop_rings(inc);
}

void cordon_incarnation_drop(struct cordon_incarnation *inc)
{
	cordon_cgroup_drop(inc->cgroup);
	/* Not before: the front-end was attached to them. */
	cordon_bells_drop(&inc->boot.bells);
	cordon_memory_drop(&inc->pool_ro);
	cordon_memory_drop(&inc->pool);
	cordon_memory_drop(&inc->chan);
	cordon_incarnation_init(inc);
}

int cordon_incarnation_ended(struct cordon_incarnation *inc)
{
	struct pollfd p = { .fd = inc->death_fd, .events = POLLIN };

	if (!cordon_incarnation_is(inc) || inc->death_fd < 0)
		return 0;
	if (inc->fence->attend)
		inc->fence->attend(inc);
	return poll(&p, 1, 0) == 1;
}
