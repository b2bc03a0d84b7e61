// SPDX-License-Identifier: MIT OR GPL-2.0-only
#include "core/life.h"

#include <errno.h>
#include <inttypes.h>
#include <poll.h>
#include <sched.h>
#include <stdarg.h>
#include <string.h>
#include <sys/signalfd.h>
#include <unistd.h>
#include "channels/probe.h"
#include "core/clock.h"
#include "core/ring.h"

/* Past its own deadline an order is waited for this long: then the front-end's loop itself hangs,
 * which only an inline driver can bring about. The order to stop is waited for no longer, whatever
 * the deadline. */
#define LOOP_GRACE_MS 2000
/* A core that others have is waited for so long when a domain is to begin. */
#define BEGIN_NS UINT64_C(10000000000)
/* A spare is tried so often, and then no more until something changes. */
#define SPARE_FAILURES 3
/* A spare takes memory: not the last of it. */
#define SPARE_LEAVES 4u

void cordon_life_say(struct cordon_life *l, const char *fmt, ...)
{
	char text[sizeof(l->page->event[0].text)];
	va_list ap;

	va_start(ap, fmt);
	(void)vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	fprintf(l->out, "%s: %s\n", l->c->name, text);
	fflush(l->out);
	cordon_page_event(l->page, "%s", text);
	if (l->c->tell)
		l->c->tell(l->c->tell_arg, (enum cordon_state)l->page->state, text);
}

void cordon_life_state(struct cordon_life *l, enum cordon_state state)
{
	cordon_page_state(l->page, state);
}

/* ---- what is where ------------------------------------------------------------------------------ */

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

int cordon_life_find(struct cordon_life *l, const struct cordon_driver_entry *driver,
		     const char *image, struct cordon_err *e)
{
	const struct cordon_config *c = l->c;
	char found[PATH_MAX];
	char file[64];
	int ret = 0;

	if (c->fence != &cordon_fence_process && image && image[0])
		return cordon_fail(e, -EINVAL,
				   "--image %s: fence %s runs the drivers that cordon was built "
				   "with; an image needs fence process",
				   image, c->fence->name);
	if (c->fence == &cordon_fence_process) {
		snprintf(file, sizeof(file), "drivers/%s-%s", c->class->name, driver->name);
		if (image)
			snprintf(found, sizeof(found), "%s", image);
		else
			ret = beside(found, sizeof(found), file, e);
		if (ret == 0 && c->loader)
			snprintf(l->loader, sizeof(l->loader), "%s", c->loader);
		else if (ret == 0)
			ret = beside(l->loader, sizeof(l->loader), "cordon-loader", e);
		if (ret < 0)
			return ret;
		memcpy(l->image, found, sizeof(l->image));
	}
	if (driver->name != l->driver_name)
		snprintf(l->driver_name, sizeof(l->driver_name), "%s", driver->name);
	l->driver = *driver;
	l->driver.name = l->driver_name;
	l->spec = (struct cordon_spec){
		.name = c->name,
		.driver = driver->driver,
		.image = l->image,
		.loader = l->loader,
		.core = l->cores.core,
		.parts = ((1u << CORDON_PART_COUNT) - 1) & ~c->without,
		.memory_limit = c->memory_limit,
		.wait = c->wait,
		.arg = c->arg,
	};
	return 0;
}

/* ---- the page ----------------------------------------------------------------------------------- */

static void show_domain(struct cordon_life *l)
{
	struct cordon_page *p = l->page;

	cordon_page_begin(p);
	p->domain = l->inc.pid;
	p->spare = l->spare.pid;
	snprintf(p->driver, sizeof(p->driver), "%s", l->driver.name);
	cordon_page_end(p);
}

static void next_incarnation(struct cordon_life *l)
{
	uint32_t n = l->page->incarnation + 1;

	cordon_page_begin(l->page);
	l->page->incarnation = n;
	cordon_page_end(l->page);
	CORDON_PROBE2(restart, n, l->inc.pid);
}

/* ---- orders ------------------------------------------------------------------------------------- */

/* Our children stop and end; whoever it is, they are few. */
static void attend(struct cordon_life *l)
{
	struct signalfd_siginfo info;

	while (read(l->sigchld_fd, &info, sizeof(info)) > 0)
		;
	(void)cordon_incarnation_ended(&l->inc);
	(void)cordon_incarnation_ended(&l->spare);
}

int cordon_life_order(struct cordon_life *l, enum cordon_order what, struct cordon_incarnation *inc,
		      int signal_fd)
{
	struct pollfd p[3] = {
		{ .fd = l->front.done_fd, .events = POLLIN },
		{ .fd = l->sigchld_fd, .events = POLLIN },
		{ .fd = signal_fd, .events = POLLIN },
	};
	uint64_t ms = what == CORDON_ORDER_STOP ? LOOP_GRACE_MS :
						  ((uint64_t)l->c->deadline_ms + LOOP_GRACE_MS) * 4;
	uint64_t end = cordon_clock_monotonic() + ms * 1000000u;
	int ret = -EBUSY;

	while (cordon_clock_monotonic() < end) {
		if (ret == -EBUSY)
			ret = cordon_front_order(&l->front, what, inc);
		if (ret < 0 && ret != -EBUSY)
			return ret;
		(void)poll(p, 3, 100);
		if (p[1].revents)
			attend(l);
		if (cordon_front_done(&l->front) && ret == 0)
			return l->front.task.result;
		if (what != CORDON_ORDER_DETACH && cordon_incarnation_ended(&l->inc))
			return -EPIPE;
		if (p[2].revents)
			return -EINTR;
	}
	return -EDEADLK;
}

/* ---- silence -------------------------------------------------------------------------------------- */

void cordon_life_asked(struct cordon_life *l)
{
	cordon_stolen_read(&l->stolen, l->inc.pid, l->cores.core);
}

int cordon_life_starved(struct cordon_life *l, uint64_t *had_ns)
{
	struct cordon_stolen now;
	uint64_t silent, taken;

	if (!l->c->fence->own_core || l->inc.autopsy.stopped)
		return 0;
	cordon_stolen_read(&now, l->inc.pid, l->cores.core);
	silent = now.at_ns - l->stolen.at_ns;
	taken = cordon_stolen_between(&l->stolen, &now);
	*had_ns += silent > taken ? silent - taken : 0;
	if (*had_ns >= (uint64_t)l->c->deadline_ms * 1000000u)
		return 0;
	cordon_page_count(&l->page->common.starved);
	if (l->silences++ == 0)
		cordon_life_say(l,
				"no sign of life for %" PRIu64
				" ms, but core %d was taken by others for %" PRIu64
				" ms of it: waiting",
				silent / 1000000u, l->cores.core, taken / 1000000u);
	return 1;
}

/* ---- priority ----------------------------------------------------------------------------------- */

/*
 * While it waits for a domain's end, and restarts it, the control thread goes before the front-end's
 * loop, which polls all the time and would keep it from its CPU for milliseconds. It runs for
 * microseconds then. What it starts is not to inherit that. Best effort: without the right, a
 * restart takes longer.
 */
static void urgent(int on)
{
	struct sched_param p = { .sched_priority = on ? 1 : 0 };

	(void)sched_setscheduler(0, (on ? SCHED_FIFO : SCHED_OTHER) | SCHED_RESET_ON_FORK, &p);
}

/* ---- from incarnation to incarnation ------------------------------------------------------------ */

static int make(struct cordon_life *l, struct cordon_incarnation *inc, struct cordon_err *e)
{
	return cordon_incarnation_make(inc, l->c->fence, &l->spec, l->c->class, &l->ports,
				       l->cores.node, e);
}

/* The structure moves, and nobody has seen where it was. */
static void take_spare(struct cordon_life *l)
{
	memcpy(&l->inc, &l->spare, sizeof(l->inc));
	cordon_incarnation_init(&l->spare);
}

void cordon_life_unprepare(struct cordon_life *l)
{
	struct cordon_death death;

	if (!cordon_incarnation_is(&l->spare))
		return;
	(void)cordon_incarnation_end(&l->spare, &death);
	cordon_incarnation_drop(&l->spare);
	show_domain(l);
}

/* What the host could give away, in kilobytes; 0 if it doesn't say. */
static uint64_t memory_available(void)
{
	FILE *f = fopen("/proc/meminfo", "re");
	uint64_t kb = 0;
	char line[128];

	while (f && kb == 0 && fgets(line, sizeof(line), f))
		(void)sscanf(line, "MemAvailable: %" SCNu64, &kb);
	if (f)
		fclose(f);
	return kb;
}

void cordon_life_forget(struct cordon_life *l)
{
	if (!cordon_incarnation_is(&l->past))
		return;
	/* Its group, once empty, is taken over by the next one that is made: it is that one's then. */
	if (strcmp(l->past.cgroup, l->inc.cgroup) == 0 ||
	    strcmp(l->past.cgroup, l->spare.cgroup) == 0)
		l->past.cgroup[0] = '\0';
	cordon_incarnation_drop(&l->past);
}

static void prepare_spare(struct cordon_life *l)
{
	struct cordon_err e = { "" };
	uint64_t need =
		l->inc.chan.size + l->inc.pool.size + l->inc.pool_ro.size + l->c->memory_limit;

	if (cordon_incarnation_ended(&l->spare)) {
		cordon_life_unprepare(l);
		l->spare_failures++;
	}
	if (l->c->no_spare || !l->c->fence->can_wait || cordon_incarnation_is(&l->spare) ||
	    l->spare_failures >= SPARE_FAILURES)
		return;
	if (memory_available() / SPARE_LEAVES < need / 1024) {
		cordon_life_say(l, "no spare: memory is short; a restart will take longer");
		l->spare_failures = SPARE_FAILURES;
		return;
	}
	if (make(l, &l->spare, &e) == 0)
		l->spare_failures = 0;
	else if (++l->spare_failures == SPARE_FAILURES)
		cordon_life_say(l, "no spare: %s; a restart will take longer", e.text);
	show_domain(l);
}

void cordon_life_prepare(struct cordon_life *l)
{
	/* Milliseconds that the front-end, which is in flow again, is not to wait for. */
	urgent(0);
	cordon_life_forget(l);
	prepare_spare(l);
	urgent(1);
}

static int begin(struct cordon_life *l, struct cordon_err *e)
{
	int ret;

	next_incarnation(l);
	l->began_ns = cordon_clock_monotonic();
	ret = l->c->fence->go(&l->inc);
	show_domain(l);
	if (ret < 0 && ret != -EPIPE)
		return cordon_fail(e, ret, "core %d: %s", l->cores.core, strerror(-ret));
	if (ret < 0)
		return cordon_fail(e, ret, "it died before it began");
	cordon_life_asked(l);
	ret = cordon_life_order(l, CORDON_ORDER_ATTACH, &l->inc, l->signal_fd);
	/* Of one that ended, its end will tell. */
	if (ret == -EPIPE)
		return ret;
	if (ret < 0)
		return cordon_fail(e, ret, "%s",
				   l->front.task.err.text[0] ? l->front.task.err.text :
							       strerror(-ret));
	l->attached = 1;
	urgent(1);
	l->silences = 0;
	return 0;
}

static int begin_one(struct cordon_life *l, struct cordon_err *e)
{
	int ret = 0;

	if (cordon_incarnation_ended(&l->spare))
		cordon_life_unprepare(l);
	if (cordon_incarnation_is(&l->spare))
		take_spare(l);
	else
		ret = make(l, &l->inc, e);
	return ret == 0 ? begin(l, e) : ret;
}

/* One that is silent because others have its core has half begun: another one begins instead. Together
 * they have their core for the deadline, no longer: something is always taken. */
int cordon_life_begin(struct cordon_life *l, struct cordon_err *e)
{
	uint64_t until = cordon_clock_monotonic() + BEGIN_NS, had_ns = 0;
	struct cordon_death death;
	int ret;

	l->silences = 0;
	ret = begin_one(l, e);
	while (ret == -ETIMEDOUT && l->c->fence->can_wait && cordon_life_starved(l, &had_ns) &&
	       cordon_clock_monotonic() < until) {
		ret = cordon_life_end(l, &death);
		if (ret == 0)
			ret = begin_one(l, e);
	}
	return ret;
}

int cordon_life_end(struct cordon_life *l, struct cordon_death *death)
{
	int local = !l->c->fence->can_wait;
	int ret;

	memset(death, 0, sizeof(*death));
	if (!cordon_incarnation_is(&l->inc))
		return 0;
	if (cordon_front_abort(&l->front, LOOP_GRACE_MS) < 0)
		return -EDEADLK;
	/* A driver in our own loop is polled no more before it is freed; what a process has sent is
	 * taken when it can't send any more. */
	if (local && cordon_life_order(l, CORDON_ORDER_DETACH, NULL, -1) < 0)
		return -EDEADLK;
	ret = cordon_incarnation_end(&l->inc, death);
	if (!local && cordon_life_order(l, CORDON_ORDER_DETACH, NULL, -1) < 0)
		ret = -EDEADLK;
	if (l->inc.trace_fd >= 0) {
		if (l->trace_fd >= 0)
			close(l->trace_fd);
		l->trace_fd = l->inc.trace_fd;
		l->inc.trace_fd = -1;
		l->trace_of = l->page->incarnation;
	}
	if (l->attached)
		cordon_life_forget(l);
	l->attached = 0;
	/* Of several that never began, the first one's frames are still to be sent again. */
	if (cordon_incarnation_is(&l->past)) {
		cordon_incarnation_drop(&l->inc);
	} else {
		memcpy(&l->past, &l->inc, sizeof(l->past));
		cordon_incarnation_init(&l->inc);
	}
	show_domain(l);
	return ret;
}

int cordon_life_quiesce(struct cordon_life *l)
{
	int ret = cordon_life_order(l, CORDON_ORDER_STOP, NULL, -1);

	if (ret < 0)
		return ret;
	(void)cordon_ring_cancel(&l->inc.boot.ring);
	return cordon_life_order(l, CORDON_ORDER_DRAIN, NULL, -1);
}

/* ---- a planned change --------------------------------------------------------------------------- */

int cordon_life_replace(struct cordon_life *l, const struct cordon_driver_entry *driver,
			const char *image, struct cordon_err *e)
{
	struct cordon_driver_entry old_driver = l->driver;
	char old_image[PATH_MAX], old_name[sizeof(l->driver_name)];
	struct cordon_death death;
	int ret;

	memcpy(old_image, l->image, sizeof(old_image));
	memcpy(old_name, l->driver_name, sizeof(old_name));
	old_driver.name = old_name;
	ret = cordon_life_find(l, driver ? driver : &old_driver,
			       image || driver ? image : old_image, e);
	if (ret < 0)
		return ret;
	/* The new one waits, complete, before the old one is asked to stop. */
	cordon_life_unprepare(l);
	if (l->c->fence->can_wait)
		ret = make(l, &l->spare, e);
	if (ret < 0) {
		(void)cordon_life_find(l, &old_driver, old_image, NULL);
		return ret;
	}
	if (cordon_life_quiesce(l) < 0)
		cordon_life_say(l, "it did not give back all that it had: sent again");
	ret = cordon_life_end(l, &death);
	if (ret < 0)
		return cordon_fail(e, ret, "the old driver's I/O does not end");
	ret = cordon_life_begin(l, e);
	if (ret == 0)
		return 0;
	(void)cordon_life_end(l, &death);
	cordon_fail(e, ret, "the new driver did not begin: %s", death.text);
	(void)cordon_life_find(l, &old_driver, old_image, NULL);
	if (cordon_life_begin(l, NULL) < 0)
		return ret;
	cordon_life_say(l, "the new driver did not begin (%s): back to %s", e->text, old_name);
	return ret;
}
