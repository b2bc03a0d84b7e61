// SPDX-License-Identifier: MIT OR GPL-2.0-only
#include "bench/campaign/traffic.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <netinet/in.h>
#include <poll.h>
#include <pthread.h>
#include <sched.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>
#define XXH_INLINE_ALL
#include <xxhash.h>
#include "bench/campaign/chance.h"
#include "core/clock.h"

#define LANES 4u
#define CHUNK 65536u
#define LEAST (UINT64_C(1) << 20)
#define MOST (UINT64_C(1) << 27) /* if nothing else is said */
/* Without a byte for so long, a connection is broken: TCP doubles its patience at each loss. */
#define PATIENCE_NS UINT64_C(60000000000)

struct lane {
	int listener, tx, rx; /* -1: none */
	unsigned from; /* the place that sends */
	uint64_t size, sent, received; /* bytes */
	uint64_t chance; /* the generator of the content */
	uint64_t moved_ns; /* when something did last */
	uint8_t chunk[CHUNK]; /* of the content, at hand */
	size_t used; /* of it */
	XXH3_state_t out, in;
};

struct traffic {
	struct place place[2];
	pthread_t thread;
	pthread_mutex_t lock;
	struct traffic_sum sum; /* under lock */
	_Atomic bool stop;
	uint64_t chance, most;
	struct lane lane[LANES];
};

static void drop(int *fd)
{
	if (*fd >= 0)
		close(*fd);
	*fd = -1;
}

static void lane_close(struct lane *l)
{
	drop(&l->listener);
	drop(&l->tx);
	drop(&l->rx);
}

/* A TCP socket that was made in the namespace of @p. The thread stays there. */
static int socket_at(const struct place *p, struct sockaddr_in *a)
{
	*a = (struct sockaddr_in){ .sin_family = AF_INET };
	if (inet_pton(AF_INET, p->address, &a->sin_addr) != 1)
		return -EINVAL;
	if (setns(p->ns, CLONE_NEWNET) < 0)
		return -errno;
	return socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
}

/* Begin the next connection of @l. 0 or -errno. */
static int lane_open(struct traffic *t, struct lane *l)
{
	struct sockaddr_in a;
	socklen_t len = sizeof(a);

	l->from = chance(&t->chance) & 1;
	l->size = LEAST + chance(&t->chance) % (t->most - LEAST);
	l->chance = chance(&t->chance);
	l->sent = l->received = 0;
	l->used = CHUNK;
	l->moved_ns = cordon_clock_monotonic();
	XXH3_64bits_reset(&l->out);
	XXH3_64bits_reset(&l->in);
	l->listener = socket_at(&t->place[!l->from], &a);
	if (l->listener < 0 || bind(l->listener, (struct sockaddr *)&a, len) < 0 ||
	    listen(l->listener, 1) < 0 || getsockname(l->listener, (struct sockaddr *)&a, &len) < 0)
		return -errno;
	l->tx = socket_at(&t->place[l->from], &(struct sockaddr_in){ 0 });
	if (l->tx < 0 || (connect(l->tx, (struct sockaddr *)&a, len) < 0 && errno != EINPROGRESS))
		return -errno;
	return 0;
}

/* The next chunk of the content, 8 bytes at a time. */
static void refill(struct lane *l)
{
	for (size_t i = 0; i < CHUNK; i += 8) {
		uint64_t word = chance(&l->chance);

		memcpy(l->chunk + i, &word, 8);
	}
	l->used = 0;
}

/* 0, or -errno if the connection is broken. */
static int lane_send(struct lane *l)
{
	uint64_t left = l->size - l->sent;
	ssize_t n;

	if (l->used == CHUNK)
		refill(l);
	n = send(l->tx, l->chunk + l->used, left < CHUNK - l->used ? left : CHUNK - l->used,
		 MSG_NOSIGNAL);
	if (n < 0)
		return errno == EAGAIN || errno == ENOTCONN ? 0 : -errno;
	XXH3_64bits_update(&l->out, l->chunk + l->used, (size_t)n);
	l->used += (size_t)n;
	l->sent += (uint64_t)n;
	l->moved_ns = cordon_clock_monotonic();
	if (l->sent == l->size)
		drop(&l->tx);
	return 0;
}

/* 1: at its end; 0; -errno. */
static int lane_receive(struct lane *l)
{
	static _Thread_local uint8_t data[4 * CHUNK];
	ssize_t n = recv(l->rx, data, sizeof(data), 0);

	if (n < 0)
		return errno == EAGAIN ? 0 : -errno;
	XXH3_64bits_update(&l->in, data, (size_t)n);
	l->received += (uint64_t)n;
	l->moved_ns = cordon_clock_monotonic();
	return n == 0;
}

static int lane_accept(struct lane *l)
{
	l->rx = accept4(l->listener, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);
	if (l->rx < 0)
		return errno == EAGAIN ? 0 : -errno;
	drop(&l->listener);
	return 0;
}

/* The connection has ended, by @error or in order: both ends compare what they have. */
static void judge(struct traffic *t, struct lane *l, int error)
{
	int whole = error == 0 && l->sent == l->size && l->received == l->size &&
		    XXH3_64bits_digest(&l->out) == XXH3_64bits_digest(&l->in);

	pthread_mutex_lock(&t->lock);
	if (whole) {
		t->sum.connections++;
		t->sum.bytes += l->received;
	} else if (t->sum.broken++ == 0) {
		snprintf(t->sum.why, sizeof(t->sum.why),
			 "%" PRIu64 " bytes, %" PRIu64 " sent, %" PRIu64 " received: %s", l->size,
			 l->sent, l->received, error ? strerror(-error) : "other content");
	}
	pthread_mutex_unlock(&t->lock);
	lane_close(l);
}

static void lane_step(struct traffic *t, struct lane *l, const struct pollfd *p)
{
	int ret = 0;

	if (p[0].revents && l->tx >= 0)
		ret = lane_send(l);
	if (ret == 0 && p[1].revents)
		ret = l->rx < 0 ? lane_accept(l) : lane_receive(l);
	if (ret == 0 && cordon_clock_monotonic() - l->moved_ns > PATIENCE_NS)
		ret = -ETIMEDOUT;
	if (ret != 0)
		judge(t, l, ret < 0 ? ret : 0);
}

static void *traffic_main(void *arg)
{
	struct traffic *t = arg;
	unsigned open = 1;

	while (open) {
		struct pollfd p[2 * LANES];

		open = 0;
		for (unsigned i = 0; i < LANES; i++) {
			struct lane *l = &t->lane[i];
			int idle = l->tx < 0 && l->rx < 0 && l->listener < 0;

			if (idle && !atomic_load(&t->stop)) {
				int ret = lane_open(t, l);

				if (ret < 0)
					judge(t, l, ret);
			}
			p[2 * i] = (struct pollfd){ .fd = l->tx, .events = POLLOUT };
			p[2 * i + 1] = (struct pollfd){ .fd = l->rx >= 0 ? l->rx : l->listener,
							.events = POLLIN };
			open += p[2 * i + 1].fd >= 0 || !atomic_load(&t->stop);
		}
		(void)poll(p, 2 * LANES, 100);
		for (unsigned i = 0; i < LANES; i++)
			if (p[2 * i + 1].fd >= 0)
				lane_step(t, &t->lane[i], &p[2 * i]);
	}
	return NULL;
}

struct traffic *traffic_start(const struct place place[2], uint64_t seed, uint64_t most,
			      struct cordon_err *e)
{
	struct traffic *t = calloc(1, sizeof(*t));
	int ret = t ? 0 : -ENOMEM;

	if (t) {
		memcpy(t->place, place, sizeof(t->place));
		t->chance = seed;
		t->most = most > LEAST ? most : MOST;
		pthread_mutex_init(&t->lock, NULL);
		for (unsigned i = 0; i < LANES; i++)
			t->lane[i].listener = t->lane[i].tx = t->lane[i].rx = -1;
		ret = -pthread_create(&t->thread, NULL, traffic_main, t);
	}
	if (ret == 0)
		return t;
	free(t);
	cordon_fail(e, ret, "traffic: %s", strerror(-ret));
	return NULL;
}

void traffic_read(struct traffic *t, struct traffic_sum *sum)
{
	pthread_mutex_lock(&t->lock);
	*sum = t->sum;
	pthread_mutex_unlock(&t->lock);
}

void traffic_stop(struct traffic *t, struct traffic_sum *sum)
{
	atomic_store(&t->stop, true);
	pthread_join(t->thread, NULL);
	*sum = t->sum;
	pthread_mutex_destroy(&t->lock);
	free(t);
}
