// SPDX-License-Identifier: MIT OR GPL-2.0-only
#include "domains/blk/nbd.h"

#include <errno.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

/* ---- the socket ------------------------------------------------------------------------------- */

/* Whether nobody listens on @at: a supervisor that was killed left it. */
static int is_stale(const struct sockaddr_un *at)
{
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	int stale = fd >= 0 && connect(fd, (const struct sockaddr *)at, sizeof(*at)) < 0 &&
		    errno == ECONNREFUSED;

	if (fd >= 0)
		close(fd);
	return stale;
}

static int bind_to(int fd, const struct sockaddr_un *at)
{
	mode_t mask = umask(0177);
	int ret = bind(fd, (const struct sockaddr *)at, sizeof(*at)) < 0 ? -errno : 0;

	if (ret == -EADDRINUSE && is_stale(at) && unlink(at->sun_path) == 0)
		ret = bind(fd, (const struct sockaddr *)at, sizeof(*at)) < 0 ? -errno : 0;
	umask(mask);
	return ret;
}

static int watch(struct nbd_server *s, int fd, uint32_t events, void *what)
{
	struct epoll_event event = { .events = events | EPOLLET, .data.ptr = what };

	return epoll_ctl(s->epoll_fd, EPOLL_CTL_ADD, fd, &event) < 0 ? -errno : 0;
}

int nbd_open(struct nbd_server *s, struct blk_front *front, const char *path, struct cordon_err *e)
{
	struct sockaddr_un at = { .sun_family = AF_UNIX };
	int bound = 0;
	int ret;

	memset(s, 0, sizeof(*s));
	s->front = front;
	s->listen_fd = s->epoll_fd = -1;
	for (unsigned i = 0; i < NBD_CONNS; i++)
		s->conn[i] = (struct nbd_conn){ .server = s, .fd = -1 };
	if (!path[0] || strlen(path) >= sizeof(at.sun_path))
		return cordon_fail(e, -EINVAL, "--nbd %.40s: not a path of 1 to %zu bytes", path,
				   sizeof(at.sun_path) - 1);
	memcpy(at.sun_path, path, strlen(path));
	s->listen_fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	s->epoll_fd = epoll_create1(EPOLL_CLOEXEC);
	ret = s->listen_fd < 0 || s->epoll_fd < 0 ? -errno : bind_to(s->listen_fd, &at);
	bound = ret == 0;
	if (ret == 0 && listen(s->listen_fd, (int)NBD_CONNS) < 0)
		ret = -errno;
	if (ret == 0)
		ret = watch(s, s->listen_fd, EPOLLIN, s);
	if (ret == 0)
		return 0;
	nbd_close(s);
	if (bound)
		unlink(path);
	return cordon_fail(e, ret, "--nbd %.90s: %s", path, strerror(-ret));
}

static void hang_up(struct nbd_conn *c)
{
	nbd_forget(c);
	close(c->fd);
	c->fd = -1;
}

void nbd_close(struct nbd_server *s)
{
	for (unsigned i = 0; i < NBD_CONNS; i++)
		if (s->conn[i].fd >= 0)
			close(s->conn[i].fd);
	if (s->listen_fd >= 0)
		close(s->listen_fd);
	if (s->epoll_fd >= 0)
		close(s->epoll_fd);
	s->listen_fd = s->epoll_fd = -1;
}

/* ---- reading ---------------------------------------------------------------------------------- */

void nbd_break(struct nbd_conn *c)
{
	c->phase = NBD_BROKEN;
	c->server->broken++;
}

size_t nbd_receive(struct nbd_conn *c, struct iovec *iov, int n)
{
	struct msghdr msg = { .msg_iov = iov, .msg_iovlen = (size_t)n };
	ssize_t got = c->readable ? recvmsg(c->fd, &msg, MSG_DONTWAIT) : -1;

	if (got > 0)
		return (size_t)got;
	if (got < 0 && (!c->readable || errno == EAGAIN || errno == EINTR))
		c->readable = c->readable && errno == EINTR;
	else
		/* What it has sent whole is carried out. */
		c->phase = got == 0 ? NBD_LEAVING : NBD_BROKEN;
	return 0;
}

int nbd_fill(struct nbd_conn *c, void *to, uint32_t size)
{
	while (c->have < size) {
		struct iovec iov = { (uint8_t *)to + c->have, size - c->have };
		size_t n = nbd_receive(c, &iov, 1);

		if (!n)
			return 0;
		c->have += (uint32_t)n;
	}
	c->have = 0;
	return 1;
}

void nbd_drain(struct nbd_conn *c, uint64_t n, enum nbd_phase after)
{
	c->drain = n;
	c->after = after;
	c->phase = NBD_DRAIN;
}

/* ---- rounds ----------------------------------------------------------------------------------- */

static int step(struct nbd_conn *c)
{
	switch (c->phase) {
	case NBD_LEAVING:
	case NBD_BROKEN:
		return 0;
	case NBD_REQUEST:
	case NBD_DATA:
		return nbd_request_step(c);
	case NBD_DRAIN:
		return c->after == NBD_REQUEST ? nbd_request_step(c) : nbd_hello_step(c);
	default:
		return nbd_hello_step(c);
	}
}

static unsigned serve(struct nbd_conn *c, unsigned budget)
{
	unsigned n = 0;

	while (n < budget && nbd_reply(c))
		n++;
	while (c->server->front->running && n < 2 * budget && step(c))
		n++;
	if (c->phase == NBD_BROKEN || (c->phase == NBD_LEAVING && !c->slots && !c->nout)) {
		hang_up(c);
		n++;
	}
	return n;
}

static unsigned let_in(struct nbd_server *s)
{
	unsigned n = 0;

	for (unsigned i = 0; s->knock && s->front->running && i < NBD_CONNS; i++) {
		struct nbd_conn *c = &s->conn[i];
		int fd;

		if (c->fd >= 0)
			continue;
		fd = accept4(s->listen_fd, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);
		if (fd < 0) {
			s->knock = errno != EAGAIN;
			break;
		}
		*c = (struct nbd_conn){ .server = s,
					.fd = fd,
					.readable = 1,
					.writable = 1,
					.first = BLK_NO_SLOT,
					.last = BLK_NO_SLOT };
		s->clients++;
		n++;
		if (watch(s, fd, EPOLLIN | EPOLLOUT, c) < 0)
			nbd_break(c);
		else
			nbd_hello_begin(c);
	}
	return n;
}

static void look(struct nbd_server *s)
{
	struct epoll_event event[NBD_CONNS + 1];
	int n = epoll_wait(s->epoll_fd, event, NBD_CONNS + 1, 0);

	for (int i = 0; i < n; i++) {
		struct nbd_conn *c = event[i].data.ptr;

		if (event[i].data.ptr == s) {
			s->knock = 1;
			continue;
		}
		c->readable |= (event[i].events & (EPOLLIN | EPOLLERR | EPOLLHUP)) != 0;
		c->writable |= (event[i].events & EPOLLOUT) != 0;
		/* Nobody is there to be answered. */
		if (event[i].events & (EPOLLERR | EPOLLHUP) && c->phase == NBD_LEAVING)
			c->phase = NBD_BROKEN;
	}
}

unsigned nbd_poll(struct nbd_server *s, unsigned budget)
{
	unsigned n;

	look(s);
	n = let_in(s);
	for (unsigned i = 0; i < NBD_CONNS; i++)
		if (s->conn[i].fd >= 0)
			n += serve(&s->conn[i], budget);
	return n;
}
