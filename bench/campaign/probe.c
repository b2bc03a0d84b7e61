// SPDX-License-Identifier: MIT OR GPL-2.0-only
#include "bench/campaign/probe.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <pthread.h>
#include <sched.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

/* An hour of probes: 64 MB, of which only what is used is ever there. */
#define ROOM 3600000u
#define EVERY_NS 1000000
#define PATIENCE_NS INT64_C(60000000000)

struct one {
	_Atomic int64_t sent, arrived; /* 0: not */
};

struct probe {
	int tx, rx;
	pthread_t sender, receiver;
	_Atomic bool stop;
	_Atomic uint64_t n; /* sent */
	_Atomic uint64_t doubled;
	uint64_t late;
	struct one *one;
};

int64_t probe_now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_REALTIME, &t);
	return (int64_t)t.tv_sec * 1000000000 + t.tv_nsec;
}

static void *send_all(void *arg)
{
	struct probe *p = arg;
	struct timespec next;

	clock_gettime(CLOCK_MONOTONIC, &next);
	for (uint64_t i = 0; i < ROOM && !atomic_load(&p->stop); i++) {
		int64_t now = probe_now();

		p->late += i && now - p->one[i - 1].sent > 2 * EVERY_NS;
		atomic_store(&p->one[i].sent, now);
		atomic_store(&p->n, i + 1);
		/* What the queue refuses counts as lost. */
		(void)!send(p->tx, &i, sizeof(i), MSG_DONTWAIT);
		next.tv_nsec += EVERY_NS;
		if (next.tv_nsec >= 1000000000) {
			next.tv_nsec -= 1000000000;
			next.tv_sec++;
		}
		clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &next, NULL);
	}
	return NULL;
}

/* The number in a datagram and its time of arrival; 0 if there is none. */
static int receive_one(int fd, uint64_t *i, int64_t *at)
{
	union {
		struct cmsghdr head;
		char room[CMSG_SPACE(sizeof(struct timespec))];
	} control;
	struct iovec iov = { i, sizeof(*i) };
	struct msghdr m = { .msg_iov = &iov,
			    .msg_iovlen = 1,
			    .msg_control = &control,
			    .msg_controllen = sizeof(control) };
	const struct cmsghdr *c;
	struct timespec t;

	if (recvmsg(fd, &m, 0) != sizeof(*i))
		return 0;
	c = CMSG_FIRSTHDR(&m);
	if (!c || c->cmsg_level != SOL_SOCKET || c->cmsg_type != SCM_TIMESTAMPNS)
		return 0;
	memcpy(&t, CMSG_DATA(c), sizeof(t));
	*at = (int64_t)t.tv_sec * 1000000000 + t.tv_nsec;
	return 1;
}

static void *receive_all(void *arg)
{
	struct probe *p = arg;
	int64_t at, none = 0;
	uint64_t i;

	while (!atomic_load(&p->stop)) {
		if (!receive_one(p->rx, &i, &at) || i >= ROOM)
			continue;
		/* The first copy counts. */
		if (!atomic_compare_exchange_strong(&p->one[i].arrived, &none, at))
			p->doubled++;
		none = 0;
	}
	return NULL;
}

/* The two sockets, each made in its namespace; the caller's is put back. 0 or -errno. */
static int open_sockets(struct probe *p, const struct place place[2], int home)
{
	struct sockaddr_in a = { .sin_family = AF_INET };
	const struct timeval patience = { .tv_usec = 100000 };
	socklen_t len = sizeof(a);
	int room = 1 << 20, one = 1;

	if (inet_pton(AF_INET, place[1].address, &a.sin_addr) != 1)
		return -EINVAL;
	if (setns(place[1].ns, CLONE_NEWNET) < 0)
		return -errno;
	p->rx = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	if (p->rx < 0 || bind(p->rx, (struct sockaddr *)&a, len) < 0 ||
	    getsockname(p->rx, (struct sockaddr *)&a, &len) < 0 ||
	    setsockopt(p->rx, SOL_SOCKET, SO_TIMESTAMPNS, &one, sizeof(one)) < 0 ||
	    setsockopt(p->rx, SOL_SOCKET, SO_RCVBUFFORCE, &room, sizeof(room)) < 0 ||
	    setsockopt(p->rx, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof(patience)) < 0 ||
	    setns(place[0].ns, CLONE_NEWNET) < 0)
		return -errno;
	p->tx = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	if (p->tx < 0 || connect(p->tx, (struct sockaddr *)&a, len) < 0 ||
	    setns(home, CLONE_NEWNET) < 0)
		return -errno;
	return 0;
}

static int start_threads(struct probe *p)
{
	struct sched_param urgent = { .sched_priority = 2 };
	int ret = pthread_create(&p->receiver, NULL, receive_all, p);

	if (ret != 0)
		return -ret;
	ret = pthread_create(&p->sender, NULL, send_all, p);
	if (ret != 0) {
		atomic_store(&p->stop, true);
		pthread_join(p->receiver, NULL);
		return -ret;
	}
	ret = pthread_setschedparam(p->sender, SCHED_FIFO, &urgent);
	if (ret != 0) {
		atomic_store(&p->stop, true);
		pthread_join(p->sender, NULL);
		pthread_join(p->receiver, NULL);
	}
	return -ret;
}

static void drop(struct probe *p)
{
	if (p->tx >= 0)
		close(p->tx);
	if (p->rx >= 0)
		close(p->rx);
	free(p->one);
	free(p);
}

struct probe *probe_start(const struct place place[2], struct cordon_err *e)
{
	struct probe *p = calloc(1, sizeof(*p));
	int home = open("/proc/thread-self/ns/net", O_RDONLY | O_CLOEXEC);
	int ret = -ENOMEM;

	if (!p)
		goto out;
	p->tx = p->rx = -1;
	p->one = calloc(ROOM, sizeof(*p->one));
	if (p->one && home >= 0)
		ret = open_sockets(p, place, home);
	if (ret == 0)
		ret = start_threads(p);
	if (ret < 0) {
		drop(p);
		p = NULL;
	}
out:
	if (home >= 0)
		close(home);
	if (ret < 0)
		cordon_fail(e, ret, "probe: %s", strerror(-ret));
	return p;
}

int64_t probe_first_after(struct probe *p, int64_t t)
{
	const struct timespec nap = { 0, 1000000 };
	int64_t until = probe_now() + PATIENCE_NS;

	while (probe_now() < until) {
		uint64_t n = atomic_load(&p->n), first = n;

		while (first > 0 && p->one[first - 1].sent > t)
			first--;
		for (uint64_t i = first; i < n; i++)
			if (p->one[i].arrived)
				return p->one[i].arrived;
		nanosleep(&nap, NULL);
	}
	return -ETIMEDOUT;
}

void probe_stop(struct probe *p, struct probe_sum *sum)
{
	uint64_t n;

	atomic_store(&p->stop, true);
	pthread_join(p->sender, NULL);
	pthread_join(p->receiver, NULL);
	n = atomic_load(&p->n);
	*sum = (struct probe_sum){ .sent = n, .doubled = p->doubled, .late = p->late };
	for (uint64_t i = 0; i < n; i++)
		sum->lost += p->one[i].arrived == 0;
	drop(p);
}
