// SPDX-License-Identifier: MIT OR GPL-2.0-only
/* A driver that says nothing: nothing waits for it but who wants to. */
#include "tests/vm/loop/device.h"
#include "tests/vm/loop/tests.h"

#include <net/if.h>
#include <sys/socket.h>

static void *pinger(void *arg)
{
	*(int *)arg = order(CORDON_K_PING);
	return NULL;
}

/* And the next one takes over. */
static void take_over(struct driver *d)
{
	struct driver *e = driver_begin(HONEST);

	ask(order(CORDON_K_DETACH), 0, "detach");
	ask(attach(e), 0, "attach");
	await_link("up");
	k_check(soon(depth, NULL), "what was in flight is sent again", 1);
	end();
	driver_end(d);
	driver_end(e);
}

/* More frames than it could have. */
static void load(void)
{
	int s = packets(0);
	uint8_t frame[64];

	fill(frame, 1, 64);
	for (int n = 0; n < 2000; n++)
		(void)send(s, frame, 64, MSG_DONTWAIT);
	close(s);
}

void silent(void)
{
	struct driver *d = honest_device();
	struct ifreq r = { .ifr_name = DEV, .ifr_mtu = 1500 };
	int i = socket(AF_INET, SOCK_DGRAM, 0), result = 0;
	pthread_t t;

	atomic_store(&d->mode, MUTE);
	load();
	ask(ioctl(i, SIOCSIFMTU, &r), 0, "MTU");
	close(i);
	set_up(0);
	set_up(1);
	ask(system("ip link show " DEV " >/dev/null && ethtool -S " DEV " >/dev/null && "
		   "ethtool -K " DEV " tso off >/dev/null"),
	    0, "tools");
	pthread_create(&t, NULL, pinger, &result);
	while (pthread_tryjoin_np(t, NULL) != 0) {
		ask(order(CORDON_K_ABORT), 0, "abort");
		usleep(1000);
	}
	ask(result, -ECANCELED, "a ping that is aborted");
	ask(order(CORDON_K_PING), -ETIMEDOUT, "a ping that is not");
	ask(order(CORDON_K_DRAIN), -ETIMEDOUT, "drain");
	take_over(d);
}

static atomic_bool enough;

static void *asker(void *arg)
{
	(void)arg;
	while (!atomic_load(&enough))
		(void)order(CORDON_K_PING);
	return NULL;
}

/* For long: see promptly.c. */
void silence(void)
{
	struct driver *d = honest_device();
	pthread_t t;
	char cmd[100];

	atomic_store(&d->mode, MUTE);
	load();
	atomic_store(&enough, false);
	pthread_create(&t, NULL, asker, NULL);
	snprintf(cmd, sizeof(cmd), "build/release/tests/vm/promptly " DEV " %u", loop_seconds);
	fflush(stdout);
	ask(system(cmd), 0, "each system call takes less than 10 ms");
	atomic_store(&enough, true);
	ask(order(CORDON_K_ABORT), 0, "abort");
	pthread_join(t, NULL);
	set_up(1);
	take_over(d);
}
