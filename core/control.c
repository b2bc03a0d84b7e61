// SPDX-License-Identifier: MIT OR GPL-2.0-only
#include "core/control.h"

#include <errno.h>
#include <poll.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>
#include "core/clock.h"
#include "core/page.h"

#define BACKLOG 16
/* One who connects and says nothing holds up the others no longer than this. */
#define SILENCE_NS 1000000000u

struct reply {
	int32_t code;
	char text[CORDON_REPLY_MAX];
};

static void address(struct sockaddr_un *a, const char *path)
{
	memset(a, 0, sizeof(*a));
	a->sun_family = AF_UNIX;
	snprintf(a->sun_path, sizeof(a->sun_path), "%s", path);
}

int cordon_control_open(struct cordon_control *c, const char *dir, struct cordon_err *e)
{
	struct sockaddr_un a;
	mode_t mask;
	int ret;

	c->conn_fd = -1;
	snprintf(c->path, sizeof(c->path), "%.80s/control", dir);
	(void)unlink(c->path);
	c->listen_fd = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (c->listen_fd < 0)
		return cordon_fail(e, -errno, "%s: socket: %s", c->path, strerror(errno));
	address(&a, c->path);
	mask = umask(0177);
	ret = bind(c->listen_fd, (struct sockaddr *)&a, sizeof(a)) < 0 ||
			      listen(c->listen_fd, BACKLOG) < 0 ?
		      -errno :
		      0;
	(void)umask(mask);
	if (ret == 0)
		return 0;
	close(c->listen_fd);
	c->listen_fd = -1;
	(void)unlink(c->path);
	return cordon_fail(e, ret, "%s: %s", c->path, strerror(-ret));
}

static void hang_up(struct cordon_control *c)
{
	if (c->conn_fd >= 0)
		close(c->conn_fd);
	c->conn_fd = -1;
}

void cordon_control_close(struct cordon_control *c)
{
	hang_up(c);
	if (c->listen_fd < 0)
		return;
	close(c->listen_fd);
	c->listen_fd = -1;
	(void)unlink(c->path);
}

int cordon_control_fd(const struct cordon_control *c)
{
	return c->conn_fd >= 0 ? c->conn_fd : c->listen_fd;
}

static int from_root(int fd)
{
	struct ucred who = { .uid = (uid_t)-1 };
	socklen_t size = sizeof(who);

	return getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &who, &size) == 0 &&
	       (who.uid == 0 || who.uid == geteuid());
}

/* Words, each with its end; no other control character. */
static int split(struct cordon_request *r, size_t len)
{
	r->n = 0;
	if (len == 0 || r->text[len - 1] != '\0')
		return -EINVAL;
	for (size_t i = 0; i < len; i += strlen(r->text + i) + 1) {
		if (r->n == CORDON_WORDS_MAX)
			return -E2BIG;
		for (const char *p = r->text + i; *p; p++)
			if ((unsigned char)*p < ' ' || *p == 0x7f)
				return -EINVAL;
		r->word[r->n++] = r->text + i;
	}
	return 0;
}

int cordon_control_next(struct cordon_control *c, struct cordon_request *r)
{
	ssize_t n;

	if (c->conn_fd < 0) {
		c->conn_fd = accept4(c->listen_fd, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);
		if (c->conn_fd < 0)
			return 0;
		c->until_ns = cordon_clock_monotonic() + SILENCE_NS;
	}
	/* With MSG_TRUNC the length is that of the message, whatever fits. */
	n = recv(c->conn_fd, r->text, CORDON_REQUEST_MAX, MSG_TRUNC);
	if (n < 0 && (errno == EAGAIN || errno == EINTR)) {
		if (cordon_clock_monotonic() > c->until_ns)
			hang_up(c);
		return 0;
	}
	if (n <= 0) {
		hang_up(c);
		return 0;
	}
	/* Not before it is read: to hang up on what was not would take the answer along. */
	if (!from_root(c->conn_fd)) {
		cordon_control_answer(c, 1, "only root may give orders");
		return 0;
	}
	if (n > CORDON_REQUEST_MAX || split(r, (size_t)n) < 0) {
		cordon_control_answer(c, 1, "not an order: too long, or not words");
		return 0;
	}
	return 1;
}

void cordon_control_answer(struct cordon_control *c, int code, const char *text)
{
	struct reply reply = { .code = code };

	snprintf(reply.text, sizeof(reply.text), "%s", text);
	(void)send(c->conn_fd, &reply, offsetof(struct reply, text) + strlen(reply.text) + 1,
		   MSG_NOSIGNAL | MSG_DONTWAIT);
	hang_up(c);
}

static int join(char *text, const char *const *words, unsigned n)
{
	size_t used = 0;

	for (unsigned i = 0; i < n; i++) {
		size_t len = strlen(words[i]) + 1;

		if (len > CORDON_REQUEST_MAX - used)
			return -E2BIG;
		memcpy(text + used, words[i], len);
		used += len;
	}
	return (int)used;
}

/* Ask at @fd; the length of the answer, or -errno. */
static ssize_t ask(int fd, const char *path, const char *text, size_t len, int timeout_ms,
		   struct reply *reply)
{
	uint64_t until = cordon_clock_monotonic() + (uint64_t)timeout_ms * 1000000u;
	/* With many who ask, even connecting takes its time. */
	struct timeval most = { timeout_ms / 1000, timeout_ms % 1000 * 1000 };
	struct pollfd p = { .fd = fd, .events = POLLIN };
	struct sockaddr_un a;
	uint64_t now;
	ssize_t n;

	address(&a, path);
	if (setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &most, sizeof(most)) < 0 ||
	    connect(fd, (struct sockaddr *)&a, sizeof(a)) < 0 ||
	    send(fd, text, len, MSG_NOSIGNAL) < 0)
		return errno == EAGAIN ? -ETIMEDOUT : -errno;
	do {
		now = cordon_clock_monotonic();
		n = poll(&p, 1, now < until ? (int)((until - now) / 1000000u) + 1 : 0);
	} while (n < 0 && errno == EINTR);
	if (n == 0)
		return -ETIMEDOUT;
	n = recv(fd, reply, sizeof(*reply), 0);
	return n < 0 ? -errno : n;
}

int cordon_control_ask(const char *name, const char *const *words, unsigned n, int timeout_ms,
		       char *text, struct cordon_err *e)
{
	char request[CORDON_REQUEST_MAX];
	char path[108];
	struct reply reply = { .code = -1 };
	int len = join(request, words, n);
	ssize_t got;
	int fd;

	if (len < 0)
		return cordon_fail(e, len, "domain %s: the order is too long", name);
	snprintf(path, sizeof(path), "%s/%s/control", CORDON_RUN_DIR, name);
	fd = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0);
	if (fd < 0)
		return cordon_fail(e, -errno, "socket: %s", strerror(errno));
	got = ask(fd, path, request, (size_t)len, timeout_ms, &reply);
	close(fd);
	if (got == -EACCES || got == -EPERM)
		return cordon_fail(e, (int)got, "%s: %s (run as root)", path, strerror((int)-got));
	if (got == -ECONNREFUSED || got == -ENOENT)
		return cordon_fail(e, (int)got, "domain %s: no supervisor of it runs", name);
	if (got == -ETIMEDOUT)
		return cordon_fail(e, (int)got,
				   "domain %s: its supervisor did not answer for %d ms", name,
				   timeout_ms);
	if (got < 0)
		return cordon_fail(e, (int)got, "%s: %s", path, strerror((int)-got));
	if ((size_t)got <= offsetof(struct reply, text) ||
	    reply.text[(size_t)got - offsetof(struct reply, text) - 1] != '\0' || reply.code < 0)
		return cordon_fail(e, -EPROTO, "domain %s: its supervisor ended meanwhile", name);
	memcpy(text, reply.text, (size_t)got - offsetof(struct reply, text));
	return reply.code;
}
