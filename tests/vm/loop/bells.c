// SPDX-License-Identifier: MIT OR GPL-2.0-only
/* Drivers that sleep on a bell, and ring: when it is due, all the time, at the wrong moment. */
#include "tests/vm/loop/device.h"
#include "tests/vm/loop/tests.h"

#include <sched.h>
#include <sys/socket.h>
#include <time.h>

static struct driver *device(enum manner manner)
{
	enum manner old = driver_manner;
	struct driver *d;

	driver_manner = manner;
	d = honest_device();
	driver_manner = old;
	return d;
}

static atomic_bool quiet;

static void *ring_on(void *arg)
{
	while (!atomic_load(&quiet))
		driver_ring(*(int *)arg);
	return NULL;
}

static pthread_t storm_begin(struct driver *d, int cpu)
{
	cpu_set_t one;
	pthread_t t;

	CPU_ZERO(&one);
	CPU_SET(cpu, &one);
	atomic_store(&quiet, false);
	pthread_create(&t, NULL, ring_on, &d->ears);
	(void)pthread_setaffinity_np(t, sizeof(one), &one);
	return t;
}

static void storm_end(pthread_t t)
{
	atomic_store(&quiet, true);
	pthread_join(t, NULL);
}

void bells(void)
{
	struct driver *d = device(SLEEPS);
	pthread_t t;

	for (int i = 0; i < 50 && !k_bad; i++) {
		there_and_back(10);
		usleep(5000); /* both may fall asleep */
	}
	ask(order(CORDON_K_PING), 0, "ping");
	k_check(d->slept > 0 && d->overslept == 0, "it is always rung for", d->overslept);
	t = storm_begin(d, 0);
	there_and_back(200);
	usleep(300000); /* the kernel sleeps, and is woken */
	there_and_back(200);
	ask(order(CORDON_K_STOP), 0, "stop in a storm");
	ask(order(CORDON_K_DRAIN), 0, "drain in a storm");
	ask(order(CORDON_K_DETACH), 0, "detach in a storm");
	storm_end(t);
	end();
	driver_end(d);
}

/* From the driver's own core, for long. */
void storm(void)
{
	time_t until = time(NULL) + loop_seconds;
	struct driver *d = device(SLEEPS);
	pthread_t t = storm_begin(d, 1);
	unsigned n = 0;

	while (time(NULL) < until && !k_bad) {
		there_and_back(50);
		ask(order(CORDON_K_PING), 0, "ping");
		n += 50;
	}
	storm_end(t);
	printf("# %u frames there and back in a storm\n", n);
	there_and_back(50);
	end();
	driver_end(d);
}

/*
 * By doorbell NAPI announces its sleep on a core of Linux's while the driver publishes, and doesn't ring:
 * whoever looks last is to see the other. What is overlooked is found by a work item that looks once a second,
 * so that it arrives, but later than this. A few are late where the machine itself stood still.
 */
#define LATE_MS 300
#define FEW 2

void unheard(void)
{
	time_t until = time(NULL) + loop_seconds;
	unsigned n, late = 0, seed = loop_seed;
	uint8_t frame[64];
	struct driver *d;
	int s;

	device_receive = CORDON_K_RECEIVE_DOORBELL;
	d = device(RINGS);
	atomic_store(&d->mode, LATE);
	s = packets(0);
	patience(s, LATE_MS);
	for (n = 0; time(NULL) < until || n < 1000; n++) {
		fill(frame, n, sizeof(frame));
		(void)send(s, frame, sizeof(frame), 0);
		for (unsigned i = (unsigned)rand_r(&seed) % 2000; i > 0; i--)
			__asm__ volatile("" ::: "memory");
		driver_ring(d->ears); /* NAPI runs here, not on the driver's core */
		if (recv(s, frame, sizeof(frame), 0) == sizeof(frame))
			continue;
		late++;
		patience(s, 10000);
		ask((int)recv(s, frame, sizeof(frame), 0), sizeof(frame), "it arrives");
		patience(s, LATE_MS);
		if (k_bad || late > FEW)
			break;
	}
	printf("# %u frames there and back, %u of them took over %u ms\n", n, late, LATE_MS);
	k_check(late <= FEW, "frames that nobody looked for", late);
	close(s);
	end();
	driver_end(d);
	device_receive = CORDON_K_RECEIVE_POLL;
}

/* The same by doorbell. */
void doorbell(void)
{
	struct driver *d = driver_begin(HONEST);

	device_receive = CORDON_K_RECEIVE_DOORBELL;
	begin(2000);
	ask(attach(d), -EINVAL, "a driver that never rings");
	end();
	driver_end(d);
	driver_manner = SLEEPS;
	frames();
	bursts();
	big_frames();
	bells();
	close_some(6);
	driver_manner = SPINS;
	device_receive = CORDON_K_RECEIVE_POLL;
}
