/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/*
 * What a driver is, and all that it can reach. A driver is freestanding: it includes this header
 * and its class's (domains/net/net.h, net.cdl_server.h), and links against the runtime alone.
 */
#ifndef CORDON_CORE_DRIVER_H
#define CORDON_CORE_DRIVER_H

#include <errno.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h> /* memcpy, memmove, memset, memcmp: the runtime has these four */
#include "channels/chan.h"
#include "channels/pool.h"
#include "core/io.h"
#include "core/io_file.h"

/* A copy of a few bytes is to be a few instructions; freestanding, it would be a call. */
#if defined(CORDON_IMAGE)
#define memcpy __builtin_memcpy
#define memset __builtin_memset
#endif

struct cordon_domain;

struct cordon_driver {
	/* Bytes of private state; zeroed before open. */
	size_t state_size;
	/* Required. Control operations: the table made of the class's .cdl file (net_ops, blk_ops), which
	 * finds its server at the state's beginning. */
	const struct cordon_ops *control;
	/* Required. Called once, before anything else. 0, or -errno: the domain ends. */
	int (*open)(struct cordon_domain *domain, void *state);
	/* Required. The data plane: do at most @budget pieces of work, return how many were done.
	 * Called over and over; never waits. A negative result ends the domain. 0: there is nothing
	 * to do until the channel or a port brings something (then the domain may sleep); what was
	 * left over counts as nothing only if it waits for that. */
	int (*poll)(void *state, unsigned budget);
	/* Optional. Called at the end of a domain that ends in order (inline and thread only: a
	 * process just goes). */
	void (*close)(void *state);
};

/* Defines the driver that the file is about: domains/net/drv_tap.c says CORDON_DRIVER(tap). An image
 * holds one driver, which the runtime finds by the one name; a program may hold several. */
#if defined(CORDON_IMAGE)
#define CORDON_DRIVER(name) const struct cordon_driver cordon_driver
#else
#define CORDON_DRIVER(name) const struct cordon_driver cordon_driver_##name
#endif

/* The channel to the front-end (side B), the pool, the ports. They live as long as the domain. */
struct cordon_chan *cordon_domain_chan(struct cordon_domain *d);
struct cordon_pool *cordon_domain_pool(struct cordon_domain *d);
struct cordon_io *cordon_domain_io(struct cordon_domain *d);
/* How many ports the domain was granted. */
unsigned cordon_domain_ports(const struct cordon_domain *d);
/* Memory that outlives this incarnation, as the last one left it, zeroed at first; NULL: none was granted.
 * Its bytes in *@size. */
void *cordon_domain_grant(const struct cordon_domain *d, uint64_t *size);
/* The class's argument, or the number given as --arg (tests). */
uint64_t cordon_domain_arg(const struct cordon_domain *d);

/* @size zeroed bytes, 64-aligned, for the life of the domain; NULL when the heap is used up. */
void *cordon_alloc(struct cordon_domain *d, size_t size);

/* Nanoseconds of a clock that never goes back; no system call. */
uint64_t cordon_now(const struct cordon_domain *d);

#endif
