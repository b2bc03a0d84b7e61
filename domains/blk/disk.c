// SPDX-License-Identifier: MIT OR GPL-2.0-only
#include "domains/blk/disk.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>
#include "domains/blk/counters.h"

#define FEATURES (BLK_F_FUA | BLK_F_DISCARD | BLK_F_ZERO)

_Static_assert(sizeof(struct blk_front_counters) / sizeof(uint64_t) <= CORDON_K_VALUES,
	       "all counters have room");

static int read_args(struct blk_disk *d, struct blk_setup *s, const struct cordon_args *a,
		     struct cordon_err *e)
{
	const char *name = a->value[BLK_OPT_DISK];
	int ret = blk_setup_read(s, a, e);

	if (ret < 0)
		return ret;
	if (s->nbd)
		return cordon_fail(e, -EINVAL,
				   "--nbd %.60s makes no sense with --frontend disk: the kernel "
				   "is the one who reads and writes it",
				   s->nbd);
	if (name && (!name[0] || strlen(name) >= sizeof(d->name)))
		return cordon_fail(e, -EINVAL, "--disk %.40s: not a name of at most %zu letters",
				   name, sizeof(d->name) - 1);
	if (name)
		memcpy(d->name, name, strlen(name) + 1);
	ret = cordon_kdomain_way(&d->complete, "complete", a->value[BLK_OPT_COMPLETE], e);
	return ret < 0 ? ret : cordon_kdomain_args(&d->k, a, e);
}

static int disk_open(void *state, const struct cordon_args *a, struct cordon_ports *ports,
		     struct cordon_err *e)
{
	struct blk_disk *d = state;
	struct cordon_k_info info = { .queues = 0 };
	struct blk_setup s;
	int ret;

	d->k = (struct cordon_kdomain){ .frontend = "disk",
					.start = BLK_OP_START,
					.stats = BLK_OP_STATS,
					.stop = BLK_OP_STOP };
	ret = read_args(d, &s, a, e);
	if (ret == 0)
		ret = cordon_kdomain_open(&d->k, "nbd", &info, e);
	if (ret < 0)
		return ret;
	ret = blk_disk_open(&s, ports, e);
	if (ret < 0) {
		close(d->k.fd);
		return ret;
	}
	ports->more = info.queues;
	ports->alone = d->complete == CORDON_K_RECEIVE_POLL && !d->k.any_core;
	blk_brief(d->wire_side, sizeof(d->wire_side), s.file);
	return 0;
}

static int disk_place(void *state, const struct cordon_page *page, struct cordon_err *e)
{
	struct blk_disk *d = state;
	struct cordon_k_blk k = { .size = sizeof(k),
				  .complete = d->complete,
				  .deadline_ms = d->k.deadline_ms,
				  .features = FEATURES };
	int ret = cordon_kdomain_place(&d->k, page, e);

	if (ret < 0)
		return ret;
	memcpy(k.name, d->name, sizeof(k.name));
	ret = cordon_kdomain_order(&d->k, CORDON_K_BLK, &k);
	if (ret < 0)
		return cordon_kdomain_refused(e, ret, d->name[0] ? d->name : "disk", k.why);
	k.name[sizeof(k.name) - 1] = '\0';
	memcpy(d->name, k.name, sizeof(d->name));
	blk_brief(d->host_side, sizeof(d->host_side), d->name);
	return 0;
}

static int disk_attach(void *state, const struct cordon_incarnation *inc,
		       struct cordon_caller *caller, struct cordon_err *e)
{
	return cordon_kdomain_attach(&((struct blk_disk *)state)->k, inc, caller, e);
}

static void disk_abort(void *state)
{
	(void)cordon_kdomain_order(&((struct blk_disk *)state)->k, CORDON_K_ABORT, NULL);
}

static int disk_ping(void *state)
{
	return cordon_kdomain_ping(&((struct blk_disk *)state)->k);
}

static int disk_stop(void *state)
{
	return cordon_kdomain_stop(&((struct blk_disk *)state)->k);
}

static int disk_drain(void *state)
{
	return cordon_kdomain_drain(&((struct blk_disk *)state)->k);
}

static void disk_detach(void *state)
{
	cordon_kdomain_detach(&((struct blk_disk *)state)->k);
}

static void disk_gauge(const void *state, struct cordon_gauge *g)
{
	cordon_kdomain_gauge(&((const struct blk_disk *)state)->k, g);
}

/* NBD's, which follow in the list of names, are none of ours. */
static unsigned disk_count(const void *state, uint64_t *values, unsigned n)
{
	unsigned have = sizeof(struct blk_front_counters) / sizeof(uint64_t);

	return cordon_kdomain_count(&((const struct blk_disk *)state)->k, values,
				    have < n ? have : n);
}

static void disk_devices(const void *state, const char **host_side, const char **wire_side)
{
	const struct blk_disk *d = state;

	*host_side = d->host_side;
	*wire_side = d->wire_side;
}

static void disk_close(void *state)
{
	close(((struct blk_disk *)state)->k.fd);
}

static const struct cordon_elsewhere in_the_kernel = {
	.cores = cordon_kdomain_cores,
	.place = disk_place,
	.attach = disk_attach,
	.abort = disk_abort,
};

const struct cordon_class cordon_class_disk = {
	BLK_CLASS_COMMON,
	.frontend = "disk",
	.frontend_help = "a disk of the kernel module's, and the kernel talks to the driver",
	.elsewhere = &in_the_kernel,
	.front_size = sizeof(struct blk_disk),
	.open = disk_open,
	.ping = disk_ping,
	.stop = disk_stop,
	.drain = disk_drain,
	.detach = disk_detach,
	.gauge = disk_gauge,
	.devices = disk_devices,
	.count = disk_count,
	.close = disk_close,
};
