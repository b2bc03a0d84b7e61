/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/* A driver that is played, by a thread on CPU 1. */
#ifndef CORDON_TESTS_VM_LOOP_DRIVER_H
#define CORDON_TESTS_VM_LOOP_DRIVER_H

#include "domains/net/net.cdl_server.h"
#include "tests/vm/kdomain.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>

enum mode {
	HONEST, /* sends back what it gets */
	LATE, /* the same after a moment, each time another one */
	KEEPER, /* gives nothing back until it is another mode's turn */
	MUTE, /* not even an answer */
	LIAR,
	SCRIBBLER,
	FORGER, /* frames with random headers */
	DOUBLER, /* gives each buffer back twice */
	STRETCHER, /* frames that are longer than their buffer */
};

struct driver {
	struct net_server server;
	struct k_memory mem;
	struct cordon_chan chan;
	struct cordon_pool pool;
	void *tables;
	pthread_t thread;
	bool runs; /* the thread */
	atomic_int mode;
	atomic_bool end;
	atomic_uint got; /* frames that were kept */
	uint32_t empty[2][512], nempty[2];
	struct cordon_desc kept[1024], out[2048];
	unsigned nkept, nout;
	unsigned seed;
	struct net_stats stats;
	uint32_t features;
	struct net_config config; /* as it was told last */
	atomic_uint configs; /* how often */
	int running;
	int bell, ears; /* -1: it never sleeps */
	bool naps; /* it does sleep; else it only rings */
	unsigned slept, overslept; /* the backstop woke it, and there was work */
};

/* How the next drivers wait. */
enum manner {
	SPINS,
	SLEEPS, /* and rings */
	RINGS, /* but never sleeps */
};
extern enum manner driver_manner;
/* What the next drivers lie in, in their answers to one operation; @op is what none is: in nothing. */
struct lie {
	enum net_op op;
	unsigned at; /* a byte, */
	uint8_t flip; /* and bits of it */
	int result; /* 0: as it is; else another length, or an error */
};
extern struct lie driver_lie;
/* Of all that is random. */
extern unsigned loop_seed;

struct driver *driver_begin(enum mode mode);
/* Its thread ends; what it has can be looked at. */
void driver_stop(struct driver *d);
void driver_end(struct driver *d);

void driver_ring(int fd);

#endif
