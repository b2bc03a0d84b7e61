// SPDX-License-Identifier: MIT OR GPL-2.0-only
#include "core/supervisor.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <limits.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/signalfd.h>
#include <unistd.h>
#include "core/clock.h"
#include "core/cores.h"
#include "core/front.h"
#include "core/host.h"
#include "core/page.h"
#include "core/ring.h"

#define PING_EVERY_MS 250
/* Past its own deadline an order is waited for this long: then the front-end's loop itself hangs,
 * which only an inline driver can bring about. The order to stop is waited for no longer, whatever
 * the deadline. */
#define LOOP_GRACE_MS 2000

struct supervisor {
	const struct cordon_config *c;
	FILE *out;
	struct cordon_cores cores;
	char crowded[300]; /* a warning, or empty */
	struct cordon_run run;
	void *front_state;
	struct cordon_ports ports;
	char image[PATH_MAX], loader[PATH_MAX];
	struct cordon_spec spec;
	struct cordon_incarnation inc;
	struct cordon_front front;
	int signal_fd;
	sigset_t old_mask;
	struct cordon_death death;
};

/* Files of ours lie next to the program that runs. */
static int beside(char *path, size_t size, const char *file, struct cordon_err *e)
{
	char self[PATH_MAX];
	ssize_t n = readlink("/proc/self/exe", self, sizeof(self) - 1);
	char *slash;

	if (n < 0)
		return cordon_fail(e, -errno, "/proc/self/exe: %s", strerror(errno));
	self[n] = '\0';
	slash = strrchr(self, '/');
	if (slash)
		*slash = '\0';
	if (snprintf(path, size, "%s/%s", self, file) >= (int)size)
		return cordon_fail(e, -ENAMETOOLONG, "%s/%s: path too long", self, file);
	return access(path, R_OK) < 0 ? cordon_fail(e, -errno, "%s: %s", path, strerror(errno)) : 0;
}

static int find_files(struct supervisor *s, struct cordon_err *e)
{
	const struct cordon_config *c = s->c;
	char file[64];
	int ret = 0;

	if (c->fence != &cordon_fence_process)
		return 0;
	snprintf(file, sizeof(file), "drivers/%s-%s", c->class->name, c->driver->name);
	if (c->image)
		snprintf(s->image, sizeof(s->image), "%s", c->image);
	else
		ret = beside(s->image, sizeof(s->image), file, e);
	if (ret == 0 && c->loader)
		snprintf(s->loader, sizeof(s->loader), "%s", c->loader);
	else if (ret == 0)
		ret = beside(s->loader, sizeof(s->loader), "cordon-loader", e);
	return ret;
}

static int check_host(struct supervisor *s, struct cordon_err *e)
{
	cordon_parts missing = 0;
	char parts[160] = "";
	int ret;

	if (s->c->fence != &cordon_fence_process)
		return 0;
	ret = cordon_host_check(s->c->without, &missing, s->out);
	for (int i = 0; i < CORDON_PART_COUNT; i++)
		if (missing & CORDON_PART_BIT(i))
			snprintf(parts + strlen(parts), sizeof(parts) - strlen(parts), " %s",
				 cordon_part_name((enum cordon_part)i));
	if (ret < 0)
		return cordon_fail(e, ret,
				   "domain %s: parts of the fence are missing here:%s (cordon host "
				   "check says why, --without PART gives one up)",
				   s->c->name, parts);
	return 0;
}

static int pick_cores(struct supervisor *s, struct cordon_err *e)
{
	struct cordon_cores_ask ask = { .core = s->c->core,
					.peer = s->c->peer,
					.share_smt = s->c->share_smt };
	char taken[256];
	int ret;

	cordon_run_taken(s->c->name, taken, sizeof(taken));
	ask.taken = taken[0] ? taken : NULL;
	ret = cordon_cores_pick(&ask, &s->cores);
	if (ask.taken && (ret < 0 || s->cores.core == s->cores.peer)) {
		/* Better slow than not at all; but say so. */
		ask.taken = NULL;
		ret = cordon_cores_pick(&ask, &s->cores);
		if (ret == 0)
			snprintf(s->crowded, sizeof(s->crowded),
				 "other domains spin on CPU %s, and none is left", taken);
	}
	if (ret < 0)
		return cordon_fail(e, ret, "domain %s: %s", s->c->name, s->cores.reason);
	return 0;
}

/* A ring takes blocking descriptors and waits for frames by itself; read and write are tried. */
static int prepare_io(struct supervisor *s, struct cordon_err *e)
{
	struct cordon_boot *b = &s->inc.boot;
	int uring = !(s->c->without & CORDON_PART_BIT(CORDON_PART_URING));

	b->nports = s->ports.n;
	memcpy(b->port_fd, s->ports.fd, sizeof(b->port_fd));
	b->io_mode = s->ports.n == 0 ? CORDON_IO_NONE : uring ? CORDON_IO_URING : CORDON_IO_RW;
	for (unsigned i = 0; i < s->ports.n; i++) {
		int flags = fcntl(s->ports.fd[i], F_GETFL);

		flags = b->io_mode == CORDON_IO_RW ? flags | O_NONBLOCK : flags & ~O_NONBLOCK;
		if (fcntl(s->ports.fd[i], F_SETFL, flags) < 0)
			return cordon_fail(e, -errno, "port %u: %s", i, strerror(errno));
	}
	if (b->io_mode != CORDON_IO_URING)
		return 0;
	return cordon_ring_make(&b->ring, &s->inc.pool, s->ports.fd, s->ports.n,
				!(s->c->without & CORDON_PART_BIT(CORDON_PART_RING)), e);
}

static int make_memory(struct supervisor *s, struct cordon_err *e)
{
	const struct cordon_class *class = s->c->class;
	struct cordon_boot *b = &s->inc.boot;
	int ret;

	cordon_memory_near(s->cores.node);
	ret = cordon_memory_make(&s->inc.chan, "cordon-channel", cordon_chan_size(&class->chan), e);
	if (ret == 0)
		ret = cordon_memory_make(&s->inc.pool, "cordon-pool",
					 cordon_pool_size(&class->pool), e);
	b->size = sizeof(*b);
	b->chan_dims = class->chan;
	b->pool_dims = class->pool;
	b->arg = s->c->arg ? s->c->arg : s->ports.arg;
	cordon_clock_calibrate(&b->clock);
	return ret;
}

static int start_domain(struct supervisor *s, struct cordon_err *e)
{
	const struct cordon_config *c = s->c;
	struct cordon_incarnation *inc = &s->inc;
	int ret;

	s->spec = (struct cordon_spec){
		.name = c->name,
		.driver = c->driver->driver,
		.image = s->image,
		.loader = s->loader,
		.core = s->cores.core,
		.parts = ((1u << CORDON_PART_COUNT) - 1) & ~c->without,
		.memory_limit = c->memory_limit,
	};
	inc->fence = c->fence;
	inc->spec = &s->spec;
	ret = make_memory(s, e);
	if (ret == 0)
		ret = prepare_io(s, e);
	if (ret == 0 && c->fence != &cordon_fence_process && inc->boot.io_mode == CORDON_IO_URING)
		ret = cordon_ring_map(&inc->boot.ring, e);
	return ret < 0 ? ret : c->fence->start(inc, e);
}

static void fill_page(struct supervisor *s)
{
	struct cordon_page *p = s->run.page;

	snprintf(p->name, sizeof(p->name), "%s", s->c->name);
	snprintf(p->class, sizeof(p->class), "%s", s->c->class->name);
	snprintf(p->driver, sizeof(p->driver), "%s", s->c->driver->name);
	snprintf(p->fence, sizeof(p->fence), "%s", s->c->fence->name);
	p->supervisor = getpid();
	p->domain = s->inc.pid;
	p->core = s->cores.core;
	p->peer = s->cores.peer;
	p->incarnation = 1;
	p->magic = CORDON_PAGE_MAGIC;
}

static int readable(int fd)
{
	struct pollfd p = { .fd = fd, .events = POLLIN };

	return poll(&p, 1, 0) == 1;
}

/* Give an order, after the one that is under way, and wait for its end, or for the domain's, or a
 * signal. Returns the order's result; -EINTR for a signal, -EPIPE for death, -EDEADLK if the loop
 * itself hangs. */
static int order(struct supervisor *s, enum cordon_order what, int heed_signals)
{
	struct pollfd p[3] = {
		{ .fd = s->front.done_fd, .events = POLLIN },
		{ .fd = s->inc.death_fd, .events = POLLIN },
		{ .fd = heed_signals ? s->signal_fd : -1, .events = POLLIN },
	};
	uint64_t ms = what == CORDON_ORDER_STOP ? LOOP_GRACE_MS :
						  ((uint64_t)s->c->deadline_ms + LOOP_GRACE_MS) * 4;
	uint64_t end = cordon_clock_monotonic() + ms * 1000000u;
	int ret = -EBUSY;

	while (cordon_clock_monotonic() < end) {
		if (ret == -EBUSY)
			ret = cordon_front_order(&s->front, what);
		if (ret < 0 && ret != -EBUSY)
			return ret;
		(void)poll(p, 3, 100);
		if (cordon_front_done(&s->front) && ret == 0)
			return s->front.task.result;
		if (p[1].revents)
			return -EPIPE;
		if (p[2].revents)
			return -EINTR;
	}
	return -EDEADLK;
}

/* Wait for whatever comes first; ask for a sign of life four times a second. */
static enum cordon_outcome watch(struct supervisor *s, struct cordon_err *e)
{
	struct pollfd p[2] = {
		{ .fd = s->signal_fd, .events = POLLIN },
		{ .fd = s->inc.death_fd, .events = POLLIN },
	};
	int ret;

	for (;;) {
		(void)poll(p, 2, PING_EVERY_MS);
		if (p[1].revents)
			return CORDON_DIED;
		if (p[0].revents)
			return CORDON_RAN;
		ret = order(s, CORDON_ORDER_PING, 1);
		if (ret == -EINTR)
			return CORDON_RAN;
		if (ret == -EPIPE && readable(s->inc.death_fd))
			return CORDON_DIED;
		if (ret < 0) {
			if (ret == -ETIMEDOUT || ret == -EDEADLK)
				cordon_fail(e, ret,
					    "domain %s: no sign of life for %u ms: taken for hung, "
					    "killed",
					    s->c->name, s->c->deadline_ms);
			else
				cordon_fail(e, ret,
					    "domain %s: asked for a sign of life: %s: killed",
					    s->c->name, strerror(-ret));
			return CORDON_HUNG;
		}
	}
}

/* Told to stop. A driver that doesn't is ended by its fence; one without can't be. */
static enum cordon_outcome stop(struct supervisor *s, struct cordon_err *e)
{
	int ret = order(s, CORDON_ORDER_STOP, 0);

	if (s->c->fence == &cordon_fence_process || (ret != -ETIMEDOUT && ret != -EDEADLK))
		return CORDON_RAN;
	cordon_fail(e, ret, "domain %s: told to stop and does not: taken for hung", s->c->name);
	return CORDON_HUNG;
}

static enum cordon_outcome serve(struct supervisor *s, struct cordon_err *e)
{
	const struct cordon_config *c = s->c;
	enum cordon_outcome out;
	int ret;

	ret = order(s, CORDON_ORDER_START, 1);
	if (ret == -EINTR)
		return stop(s, e);
	if (ret == -EPIPE && readable(s->inc.death_fd))
		return CORDON_DIED;
	if (ret < 0) {
		int hung = ret == -ETIMEDOUT || ret == -EDEADLK;

		cordon_fail(e, ret, "domain %s: %s%s", c->name,
			    s->front.task.err.text[0] ? s->front.task.err.text : strerror(-ret),
			    hung ? ": taken for hung, killed" : "");
		return hung ? CORDON_HUNG : CORDON_DIED;
	}
	if (s->cores.warning[0])
		fprintf(s->out, "%s: warning: %s\n", c->name, s->cores.warning);
	if (s->crowded[0])
		fprintf(s->out, "%s: warning: %s\n", c->name, s->crowded);
	if (s->cores.warning[0])
		fprintf(s->out, "%s: warning: %s\n", c->name, s->cores.warning);
	fprintf(s->out, "%s: serving: driver %s, fence %s, %s", c->name, c->driver->name,
		c->fence->name, s->inc.boot.io_mode == CORDON_IO_RW ? "read/write, " : "");
	if (c->fence->own_core)
		fprintf(s->out, "core %d (%s), ", s->cores.core, s->cores.reason);
	fprintf(s->out, "front-end CPU %d\n", s->cores.peer);
	fflush(s->out);
	out = watch(s, e);
	return out == CORDON_RAN ? stop(s, e) : out;
}

static void print_counters(struct supervisor *s)
{
	const struct cordon_page *p = s->run.page;

	for (unsigned i = 0; i < p->count && s->c->class->counters[i]; i++)
		fprintf(s->out, "%s: %s %" PRIu64 "\n", s->c->name, s->c->class->counters[i],
			atomic_load_explicit(&p->value[i], memory_order_relaxed));
}

static int take_signals(struct supervisor *s, struct cordon_err *e)
{
	sigset_t set;

	sigemptyset(&set);
	sigaddset(&set, SIGINT);
	sigaddset(&set, SIGTERM);
	sigaddset(&set, SIGHUP);
	sigaddset(&set, SIGPIPE);
	sigprocmask(SIG_BLOCK, &set, &s->old_mask);
	sigdelset(&set, SIGPIPE);
	s->signal_fd = signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
	return s->signal_fd < 0 ? cordon_fail(e, -errno, "signalfd: %s", strerror(errno)) : 0;
}

/* Without a fence a driver that hangs can't be ended; this process can. */
static void __attribute__((noreturn)) leave(struct supervisor *s, const struct cordon_err *e)
{
	fprintf(s->out, "%s: fence %s: ended with its supervisor\n", s->c->name, s->c->fence->name);
	fflush(s->out);
	fprintf(stderr, "cordon: %s\n", e->text);
	/* Threads still run, and may write to the page: it stays mapped. */
	s->run.page = NULL;
	cordon_run_close(&s->run);
	_exit(CORDON_HUNG);
}

enum cordon_outcome cordon_supervise(const struct cordon_config *c, FILE *out, struct cordon_err *e)
{
	struct supervisor *s = calloc(1, sizeof(*s));
	enum cordon_outcome outcome = CORDON_REFUSED;
	struct signalfd_siginfo info;

	if (!s) {
		cordon_fail(e, -ENOMEM, "domain %s: no memory", c->name);
		return CORDON_REFUSED;
	}
	s->c = c;
	s->out = out;
	s->signal_fd = -1;
	s->inc.chan = s->inc.pool = CORDON_MEMORY_NONE;
	s->inc.boot.ring.fd = -1;
	s->inc.death_fd = -1;
	if (cordon_name_check(c->name, e) < 0 || find_files(s, e) < 0 || check_host(s, e) < 0 ||
	    pick_cores(s, e) < 0)
		goto out_free;
	s->front_state = calloc(1, c->class->front_size);
	if (!s->front_state) {
		cordon_fail(e, -ENOMEM, "domain %s: no memory", c->name);
		goto out_free;
	}
	/* Before anything is made: what a signal ends from here on is cleaned up. */
	if (take_signals(s, e) < 0)
		goto out_state;
	if (cordon_run_open(&s->run, c->name, e) < 0)
		goto out_signals;
	if (c->class->open(s->front_state, &c->args, &s->ports, e) < 0)
		goto out_run;
	if (start_domain(s, e) < 0)
		goto out_memory;
	fill_page(s);
	if (cordon_front_start(&s->front, c->class, s->front_state, &s->inc, s->run.page,
			       s->cores.peer, e) < 0)
		goto out_domain;
	outcome = serve(s, e);
	if (outcome == CORDON_HUNG && c->fence != &cordon_fence_process)
		leave(s, e);
	cordon_front_end(&s->front);
out_domain:
	c->fence->end(&s->inc, &s->death);
	if (outcome == CORDON_DIED)
		cordon_fail(e, -EPIPE, "domain %s: %s", c->name, s->death.text);
	else if (outcome == CORDON_HUNG && c->fence == &cordon_fence_process)
		fprintf(out, "%s: %s\n", c->name, s->death.text);
	if (c->show_counters)
		print_counters(s);
out_memory:
	cordon_ring_drop(&s->inc.boot.ring);
	cordon_memory_drop(&s->inc.pool);
	cordon_memory_drop(&s->inc.chan);
	for (unsigned i = 0; i < s->ports.n; i++)
		close(s->ports.fd[i]);
	c->class->close(s->front_state);
out_run:
	cordon_run_close(&s->run);
out_signals:
	/* Those that came while we were at it have been heeded. */
	while (read(s->signal_fd, &info, sizeof(info)) > 0)
		;
	close(s->signal_fd);
	sigprocmask(SIG_SETMASK, &s->old_mask, NULL);
out_state:
	free(s->front_state);
out_free:
	free(s);
	return outcome;
}
