// SPDX-License-Identifier: MIT OR GPL-2.0-only
#include "core/kdomain.h"

#include <errno.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/resource.h>
#include <unistd.h>
#include "core/fence.h"
#include "core/incarnation.h"

_Static_assert(CORDON_K_OPS == CORDON_CALLER_OPS, "each has its place");

#define DEADLINE_MS 1000u
#define DEADLINE_MAX_MS 60000u /* that the module takes */

int cordon_kdomain_order(const struct cordon_kdomain *k, unsigned long what, void *arg)
{
	return ioctl(k->fd, what, arg) < 0 ? -errno : 0;
}

/* One that the driver has a part in: the log says which when it dies meanwhile. */
static int order_driver(struct cordon_kdomain *k, unsigned long what, void *arg, uint16_t op)
{
	int ret;

	k->caller->last_op = op;
	k->caller->waiting = 1;
	ret = cordon_kdomain_order(k, what, arg);
	k->caller->waiting = 0;
	return ret;
}

int cordon_kdomain_refused(struct cordon_err *e, int ret, const char *what, char why[CORDON_K_WHY])
{
	why[CORDON_K_WHY - 1] = '\0';
	return cordon_fail(e, ret, "%s: %s", what, why[0] ? why : strerror(-ret));
}

/* ---- before an incarnation ------------------------------------------------------------------------ */

int cordon_kdomain_args(struct cordon_kdomain *k, const struct cordon_args *a, struct cordon_err *e)
{
	k->deadline_ms = a->deadline_ns ? (uint32_t)(a->deadline_ns / 1000000) : DEADLINE_MS;
	if (k->deadline_ms > DEADLINE_MAX_MS)
		return cordon_fail(e, -EINVAL, "--deadline %u: with --frontend %s at most %u",
				   k->deadline_ms, k->frontend, DEADLINE_MAX_MS);
	k->any_core = (a->without & CORDON_PART_BIT(CORDON_PART_RESERVED)) != 0;
	return 0;
}

int cordon_kdomain_way(uint32_t *way, const char *option, const char *value, struct cordon_err *e)
{
	if (!value)
		*way = CORDON_K_RECEIVE_DEFAULT;
	else if (strcmp(value, "poll") == 0)
		*way = CORDON_K_RECEIVE_POLL;
	else if (strcmp(value, "doorbell") == 0)
		*way = CORDON_K_RECEIVE_DOORBELL;
	else
		return cordon_fail(e, -EINVAL, "--%s %.20s: not poll or doorbell", option, value);
	return 0;
}

/* The module counts what it pins as memory that we lock; and the loop's thread, which gives the order, has
 * no capability. Where the limit can't be raised it may do, or the module says that it doesn't. */
static void allow_pinning(void)
{
	const struct rlimit all = { RLIM_INFINITY, RLIM_INFINITY };

	(void)setrlimit(RLIMIT_MEMLOCK, &all);
}

int cordon_kdomain_open(struct cordon_kdomain *k, const char *instead, struct cordon_k_info *info,
			struct cordon_err *e)
{
	struct cordon_err why = { "" };

	k->fd = cordon_module_open(cordon_module_path, info, &why);
	if (k->fd < 0)
		return cordon_fail(e, k->fd, "%s; or take --frontend %s", why.text, instead);
	allow_pinning();
	return 0;
}

int cordon_kdomain_place(struct cordon_kdomain *k, const struct cordon_page *page,
			 struct cordon_err *e)
{
	struct cordon_k_domain d = { .size = sizeof(d), .core = (uint32_t)page->core };
	int ret;

	if (strcmp(page->fence, cordon_fence_inline.name) == 0)
		return cordon_fail(e, -EINVAL,
				   "--fence inline makes no sense with --frontend %s: there is "
				   "no loop of the front-end's for the driver to run in",
				   k->frontend);
	d.flags = k->any_core ? CORDON_K_UNRESERVED : 0;
	memcpy(d.name, page->name, strnlen(page->name, sizeof(d.name) - 1));
	ret = cordon_kdomain_order(k, CORDON_K_DOMAIN, &d);
	if (ret != -EPERM)
		return ret < 0 ? cordon_kdomain_refused(e, ret, "kernel module", d.why) : 0;
	d.why[CORDON_K_WHY - 1] = '\0';
	return cordon_fail(e, ret, "core %d: %s (--core takes another one, --without reserved any)",
			   page->core, d.why[0] ? d.why : "it is not reserved");
}

/* Of a module that can't be asked, open will tell. */
void cordon_kdomain_cores(char *list, size_t size)
{
	struct cordon_k_info info;
	int fd = cordon_module_open(cordon_module_path, &info, NULL);

	list[0] = '\0';
	if (fd < 0)
		return;
	(void)cordon_module_cores(&info, list, size);
	close(fd);
}

/* ---- orders --------------------------------------------------------------------------------------- */

int cordon_kdomain_attach(struct cordon_kdomain *k, const struct cordon_incarnation *inc,
			  struct cordon_caller *caller, struct cordon_err *e)
{
	const struct cordon_boot *b = &inc->boot;
	struct cordon_k_attach a = { .size = sizeof(a),
				     .calls = b->chan_dims.calls,
				     .ab = b->chan_dims.ab,
				     .ba = b->chan_dims.ba,
				     .more = b->chan_dims.more,
				     .small = b->pool_dims.small,
				     .big = b->pool_dims.big,
				     .ro_small = b->pool_dims.ro_small,
				     .ro_big = b->pool_dims.ro_big,
				     .chan = (uintptr_t)inc->chan.addr,
				     .pool = (uintptr_t)inc->pool.addr,
				     .pool_ro = (uintptr_t)inc->pool_ro.addr,
				     .bell = b->bells.own,
				     .ears = b->bells.peer,
				     .wait = b->wait };
	int ret;

	k->caller = caller;
	ret = order_driver(k, CORDON_K_ATTACH, &a, k->start);
	k->attached = ret == 0;
	return ret < 0 ? cordon_kdomain_refused(e, ret, "the driver did not start", a.why) : 0;
}

int cordon_kdomain_ping(struct cordon_kdomain *k)
{
	return order_driver(k, CORDON_K_PING, NULL, k->stats);
}

int cordon_kdomain_stop(struct cordon_kdomain *k)
{
	return k->attached ? order_driver(k, CORDON_K_STOP, NULL, k->stop) : 0;
}

int cordon_kdomain_drain(struct cordon_kdomain *k)
{
	return k->attached ? cordon_kdomain_order(k, CORDON_K_DRAIN, NULL) : 0;
}

/* Also of one that didn't attach: then there may be nothing to let go of. */
void cordon_kdomain_detach(struct cordon_kdomain *k)
{
	(void)cordon_kdomain_order(k, CORDON_K_DETACH, NULL);
	k->attached = 0;
}

/* ---- what it counts ------------------------------------------------------------------------------- */

static void read_stats(const struct cordon_kdomain *k, struct cordon_k_stats *s)
{
	*s = (struct cordon_k_stats){ .size = sizeof(*s) };
	if (cordon_kdomain_order(k, CORDON_K_STATS, s) < 0)
		s->n = 0;
	if (s->n > CORDON_K_VALUES)
		s->n = CORDON_K_VALUES;
}

void cordon_kdomain_gauge(const struct cordon_kdomain *k, struct cordon_gauge *g)
{
	struct cordon_k_stats s;

	read_stats(k, &s);
	*g = (struct cordon_gauge){ .depth = s.depth,
				    .depth_peak = s.depth_peak,
				    .errors = s.errors,
				    .calls = s.calls,
				    .call_ns = s.call_ns,
				    .call_errors = s.call_errors };
	memcpy(g->by_op, s.by_op, sizeof(g->by_op));
}

unsigned cordon_kdomain_count(const struct cordon_kdomain *k, uint64_t *values, unsigned n)
{
	struct cordon_k_stats s;

	read_stats(k, &s);
	if (s.n < n)
		n = s.n;
	memcpy(values, s.value, n * sizeof(uint64_t));
	return n;
}
