// SPDX-License-Identifier: MIT OR GPL-2.0-only
#include "core/bell.h"

#include <errno.h>
#include <poll.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <unistd.h>

static int listen_to(int set, int fd)
{
	struct epoll_event event = { .events = EPOLLIN | EPOLLET };

	return epoll_ctl(set, EPOLL_CTL_ADD, fd, &event) < 0 ? -errno : 0;
}

/* What the domain sleeps on. */
static int make_wake(struct cordon_boot *boot)
{
	struct cordon_bells *b = &boot->bells;
	int ret;

	b->own = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	b->wake = epoll_create1(EPOLL_CLOEXEC);
	if (b->own < 0 || b->wake < 0)
		return -errno;
	ret = listen_to(b->wake, b->own);
	if (ret == 0 && boot->io_mode == CORDON_IO_URING)
		ret = listen_to(b->wake, boot->ring.fd);
	if (ret == 0 && boot->io_mode == CORDON_IO_URING && boot->ring_ro.fd >= 0)
		ret = listen_to(b->wake, boot->ring_ro.fd);
	/* A file is never waited for: its I/O is done when the call returns. */
	for (unsigned i = 0; ret == 0 && boot->io_mode == CORDON_IO_RW && i < boot->nports; i++)
		if (!cordon_boot_is_file(boot, i))
			ret = listen_to(b->wake, boot->port_fd[i]);
	return ret;
}

int cordon_bells_make(struct cordon_boot *boot, bool front_sleeps, struct cordon_err *e)
{
	struct cordon_bells *b = &boot->bells;
	int ret = 0;

	*b = CORDON_BELLS_NONE;
	if (boot->wait != CORDON_WAIT_SPIN)
		ret = make_wake(boot);
	if (ret == 0 && (front_sleeps || boot->wait != CORDON_WAIT_SPIN)) {
		b->peer = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
		ret = b->peer < 0 ? -errno : 0;
	}
	if (ret == 0)
		return 0;
	cordon_bells_drop(b);
	return cordon_fail(e, ret, "doorbells: %s", strerror(-ret));
}

void cordon_bells_drop(struct cordon_bells *b)
{
	if (b->own >= 0)
		close(b->own);
	if (b->peer >= 0)
		close(b->peer);
	if (b->wake >= 0)
		close(b->wake);
	*b = CORDON_BELLS_NONE;
}

static void judge(struct cordon_ear *ear, bool useful, uint64_t now)
{
	if (useful)
		ear->vain = 0;
	else if (ear->heard && ++ear->vain > CORDON_VAIN_MAX) {
		ear->vain = 0;
		ear->deaf_until = now + CORDON_DEAF_NS;
	}
	ear->heard = false;
}

/* What poll() is given; a deaf ear is tried again in time. */
static struct pollfd open_ear(const struct cordon_ear *ear, uint64_t now, uint64_t *ns)
{
	bool deaf = now < ear->deaf_until;

	if (deaf && ear->fd >= 0 && ear->deaf_until - now < *ns)
		*ns = ear->deaf_until - now;
	return (struct pollfd){ .fd = deaf ? -1 : ear->fd, .events = POLLIN };
}

static void drain(int fd)
{
	uint64_t count;

	/* Drained by somebody else: it was heard nevertheless. */
	if (read(fd, &count, sizeof(count)) < 0)
		return;
}

void cordon_ears_sleep(struct cordon_ears *ears, uint64_t busy, uint64_t now, unsigned ms)
{
	bool useful = busy != ears->busy;
	uint64_t ns = (uint64_t)ms * 1000000u;
	struct pollfd p[3];
	struct timespec timeout;

	ears->busy = busy;
	ears->spurious += ears->bell.heard && !useful;
	judge(&ears->bell, useful, now);
	judge(&ears->device, useful, now);
	p[0] = open_ear(&ears->bell, now, &ns);
	p[1] = open_ear(&ears->device, now, &ns);
	p[2] = (struct pollfd){ .fd = ears->work, .events = POLLIN };
	timeout = (struct timespec){ (time_t)(ns / 1000000000u), (long)(ns % 1000000000u) };
	if (ppoll(p, 3, &timeout, NULL) <= 0)
		return;
	ears->bell.heard = p[0].revents != 0;
	ears->device.heard = p[1].revents != 0;
	if (p[0].revents)
		drain(p[0].fd);
	if (p[2].revents)
		drain(p[2].fd);
}
