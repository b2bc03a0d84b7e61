// SPDX-License-Identifier: MIT OR GPL-2.0-only
/* Bells that are system calls on a word or on a descriptor. */
#include "bench/ladder/bell.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/futex.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

/* ---- futex --------------------------------------------------------------------------------------- */

static int futex_make(struct bell *b, const struct place *at, struct bell *first, char *why)
{
	(void)at;
	(void)first;
	(void)why;
	atomic_store(&b->rung, 0);
	return 0;
}

static void futex_ring(struct bell *b)
{
	atomic_store_explicit(&b->rung, 1, memory_order_release);
	if (syscall(SYS_futex, &b->rung, FUTEX_WAKE_PRIVATE, 1, NULL, NULL, 0) < 0)
		rung_broken("futex wake");
}

static void futex_sleep(struct bell *b)
{
	while (!atomic_exchange_explicit(&b->rung, 0, memory_order_acquire))
		if (syscall(SYS_futex, &b->rung, FUTEX_WAIT_PRIVATE, 0, NULL, NULL, 0) < 0 &&
		    errno != EAGAIN && errno != EINTR)
			rung_broken("futex wait");
}

static void futex_drop(struct bell *b)
{
	(void)b;
}

const struct bell_kind bell_futex = { .make = futex_make,
				      .ring = futex_ring,
				      .sleep = futex_sleep,
				      .drop = futex_drop };

/* ---- descriptors: eight bytes through each ------------------------------------------------------- */

static int made(int ret, const char *what, char *why)
{
	if (ret >= 0)
		return 0;
	snprintf(why, WHY_SIZE, "%s: %s", what, strerror(errno));
	return -1;
}

int bell_eventfd_make(struct bell *b, const struct place *at, struct bell *first, char *why)
{
	(void)at;
	(void)first;
	b->fd[0] = eventfd(0, EFD_CLOEXEC);
	b->fd[1] = -1;
	return made(b->fd[0], "eventfd", why);
}

static int pipe_make(struct bell *b, const struct place *at, struct bell *first, char *why)
{
	(void)at;
	(void)first;
	return made(pipe2(b->fd, O_CLOEXEC), "pipe2", why);
}

static int socket_make(struct bell *b, const struct place *at, struct bell *first, char *why)
{
	(void)at;
	(void)first;
	/* Of the kinds, a stream costs least: a write and a read 1.7 us, packets 1.8 us, where tried. */
	return made(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, b->fd), "socketpair", why);
}

static void ring(int fd)
{
	const uint64_t one = 1;
	ssize_t n;

	do
		n = write(fd, &one, sizeof(one));
	while (n < 0 && errno == EINTR);
	if (n != sizeof(one))
		rung_broken("write to a bell");
}

void bell_eventfd_ring(struct bell *b)
{
	ring(b->fd[0]);
}

static void fd_ring(struct bell *b)
{
	ring(b->fd[1]);
}

static void fd_sleep(struct bell *b)
{
	uint64_t got;
	ssize_t n;

	do
		n = read(b->fd[0], &got, sizeof(got));
	while (n < 0 && errno == EINTR);
	if (n != sizeof(got) || got != 1)
		rung_broken("read of a bell");
}

void bell_fd_drop(struct bell *b)
{
	close(b->fd[0]);
	if (b->fd[1] >= 0)
		close(b->fd[1]);
}

const struct bell_kind bell_eventfd = { .make = bell_eventfd_make,
					.ring = bell_eventfd_ring,
					.sleep = fd_sleep,
					.drop = bell_fd_drop };
const struct bell_kind bell_pipe = { .make = pipe_make,
				     .ring = fd_ring,
				     .sleep = fd_sleep,
				     .drop = bell_fd_drop };
const struct bell_kind bell_socket = { .make = socket_make,
				       .ring = fd_ring,
				       .sleep = fd_sleep,
				       .drop = bell_fd_drop };
