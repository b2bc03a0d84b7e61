// SPDX-License-Identifier: MIT OR GPL-2.0-only
#include "bench/ladder/domain.h"

#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include "core/host.h"

static const struct cordon_class class = {
	.name = "ladder",
	.chan = { .calls = LADDER_CALLS, .ab = LADDER_LINES, .ba = LADDER_LINES },
	.pool = { .small = LADDER_SMALL, .big = LADDER_BIG },
};

/* Its image lies beside this program, and the loader above it. */
static const char *file(char *path, size_t size, const char *name)
{
	char self[PATH_MAX - 32];
	ssize_t n = readlink("/proc/self/exe", self, sizeof(self) - 1);

	self[n < 0 ? 0 : n] = '\0';
	snprintf(path, size, "%.*s/%s", (int)(strrchr(self, '/') ? strrchr(self, '/') - self : 0),
		 self, name);
	return path;
}

static cordon_parts parts(void)
{
	static cordon_parts missing;
	static int known;

	if (!known) {
		(void)cordon_host_check(0, &missing, NULL);
		known = 1;
	}
	return ((1u << CORDON_PART_COUNT) - 1) & ~missing;
}

int ladder_domain_start(struct ladder_domain *d, const struct cordon_fence *fence,
			const struct place *at, enum cordon_wait wait, enum ladder_sink sink,
			char *why)
{
	static char image[PATH_MAX], loader[PATH_MAX];
	static const struct cordon_ports none = { .n = 0 };
	struct cordon_err e = { "" };
	struct cordon_death death;
	int ret;

	*d = (struct ladder_domain){ .tables = NULL };
	d->spec = (struct cordon_spec){ .name = "ladder",
					.driver = &cordon_driver_ladder,
					.image = file(image, sizeof(image), "rungs-domain"),
					.loader = file(loader, sizeof(loader), "../cordon-loader"),
					.core = at->core,
					.parts = parts(),
					.memory_limit = (uint64_t)64 << 20,
					.wait = wait,
					.arg = sink };
	ret = cordon_incarnation_make(&d->inc, fence, &d->spec, &class, &none, -1, &e);
	if (ret < 0)
		goto fail;
	ret = -ENOMEM;
	d->tables = calloc(1, cordon_pool_private_size(&class.pool));
	if (!d->tables)
		goto end;
	cordon_pool_init(&d->pool, d->inc.pool.addr, NULL, &class.pool, d->tables, 1);
	ret = cordon_chan_init_a(&d->chan, d->inc.chan.addr, &class.chan);
	d->chan.waiter.peer_may = wait != CORDON_WAIT_SPIN;
	if (ret == 0)
		ret = fence->go(&d->inc);
	if (ret == 0)
		return 0;
	free(d->tables);
end:
	(void)cordon_incarnation_end(&d->inc, &death);
	cordon_incarnation_drop(&d->inc);
fail:
	snprintf(why, WHY_SIZE, "%.150s", e.text[0] ? e.text : strerror(-ret));
	return ret;
}

void ladder_domain_end(struct ladder_domain *d)
{
	struct cordon_death death;

	(void)cordon_incarnation_end(&d->inc, &death);
	cordon_incarnation_drop(&d->inc);
	free(d->tables);
}
