// SPDX-License-Identifier: MIT OR GPL-2.0-only
/* Devices that end: closed, deleted, their supervisor killed. */
#include "tests/vm/loop/device.h"
#include "tests/vm/loop/tests.h"

#include <net/if.h>
#include <signal.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>

static int not_told(void *arg)
{
	const struct driver *d = arg;
	static const uint8_t mac[6] = { 2, 0, 0, 0, 0, 0x77 };

	return atomic_load(&d->configs) < 2 || d->config.mtu != 1400 ||
	       memcmp(d->config.mac, mac, sizeof(mac)) != 0;
}

/* The commands don't wait for the driver; it hears of them all the same, and the next one from the start. */
void told(void)
{
	struct driver *d = honest_device();
	struct driver *next;

	k_check(d->config.mtu == 9000, "as it was made", d->config.mtu);
	ask(order(CORDON_K_ABORT), 0, "abort of nothing");
	ask(system("ip link set " DEV " mtu 1400 address 02:00:00:00:00:77"), 0, "set");
	k_check(soon(not_told, d), "told", d->config.mtu);
	atomic_store(&d->mode, MUTE);
	ask(system("ip link set " DEV " mtu 1300"), 0, "set while it is silent");
	ask(order(CORDON_K_DETACH), 0, "detach");
	next = driver_begin(HONEST);
	ask(attach(next), 0, "attach");
	k_check(next->config.mtu == 1300, "the next one", next->config.mtu);
	end();
	driver_end(next);
	driver_end(d);
}

void close_some(unsigned n)
{
	for (unsigned i = 0; i < n; i++) {
		struct driver *d = honest_device();
		uint8_t frame[64];
		int s = packets(0);

		atomic_store(&d->mode, i % 2 ? KEEPER : HONEST);
		fill(frame, 1, 64);
		for (int k = 0; k < 300; k++)
			(void)send(s, frame, 64, MSG_DONTWAIT);
		if (i % 3 == 0)
			ask(order(CORDON_K_DETACH), 0, "detach");
		end();
		close(s);
		driver_end(d);
	}
}

void closed(void)
{
	time_t until = time(NULL) + loop_seconds;

	do
		close_some(6);
	while (time(NULL) < until && !k_bad);
}

void deleted(void)
{
	struct driver *d = honest_device();

	ask(system("rmmod cordon 2>/dev/null") != 0, 1, "the module stays while it is open");
	ask(system("ip link del " DEV), 0, "delete");
	ask(order(CORDON_K_PING), -ENODEV, "ping");
	ask(order(CORDON_K_STOP), -ENODEV, "stop");
	ask(order(CORDON_K_DETACH), 0, "detach");
	ask(attach(d), -ENODEV, "attach");
	end();
	driver_end(d);
}

/* A device that was there stays. */
void taken(void)
{
	struct driver *d = driver_begin(HONEST);

	ask(system("ip link add " DEV " type cordon"), 0, "add");
	begin(2000);
	ask(attach(d), 0, "attach");
	set_up(1);
	await_link("up");
	there_and_back(10);
	close(dev_fd);
	driver_end(d);
	k_check(if_nametoindex(DEV) != 0, "it stays", 0);
	await_link("down");
	ask(system("ip link del " DEV), 0, "delete");
}

/* Killed while it attaches, with the driver in another process's hands: here, none. */
void killed(void)
{
	struct driver *d = driver_begin(MUTE);
	pid_t pid;

	begin(60000);
	pid = fork();
	if (pid == 0) {
		(void)attach(d);
		_exit(0);
	}
	usleep(100000);
	kill(pid, SIGKILL);
	ask(waitpid(pid, NULL, 0) == pid, 1, "dies in spite of a minute's deadline");
	driver_end(d);
	end();
}

/* Traffic until we are killed, which is how this is meant to end. */
void endless(void)
{
	(void)honest_device();
	puts("# flows");
	fflush(stdout);
	for (;;)
		there_and_back(1000);
}
