/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/*
 * A class of drivers (net; later blk, safebox) with one of its front-ends: the drivers that it knows,
 * and what the user can say. The supervisor knows classes by this table alone. A class with several
 * front-ends is several tables of one name, which differ in what the front-end does alone.
 *
 * open, close and print run in the control thread while the front-end's loop doesn't run; all
 * others in that loop, but for those that say so.
 */
#ifndef CORDON_CORE_CLASS_H
#define CORDON_CORE_CLASS_H

#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include "channels/chan.h"
#include "channels/decode.h"
#include "channels/pool.h"
#include "core/boot.h"
#include "core/call.h"
#include "core/driver.h"
#include "core/err.h"
#include "core/memory.h"
#include "core/parts.h"

#define CORDON_OPTIONS_MAX 8

/* An option of the class: --NAME VALUE. */
struct cordon_option {
	const char *name;
	/* What the value is called in the help, NULL: the option has none. FILE: a path, which is made to
	 * hold in any directory. */
	const char *value;
	const char *help;
};

/* A driver as it is linked into this program; its image is called CLASS-NAME. */
struct cordon_driver_entry {
	const char *name;
	const struct cordon_driver *driver; /* NULL: there is an image alone */
	const char *help;
};

/* What the user said, in the order of the class's options; NULL: nothing. */
struct cordon_args {
	const char *driver; /* one of the class's, or of any other name: then an image alone */
	const char *value[CORDON_OPTIONS_MAX];
	uint64_t deadline_ns; /* of each call to the driver; 0: the class's default */
	cordon_parts without; /* parts of the fence that are given up */
};

/* What a domain is granted besides its channel and pool. Descriptors are the supervisor's to close. */
struct cordon_ports {
	int fd[CORDON_PORTS_MAX];
	uint64_t size[CORDON_PORTS_MAX]; /* bytes of one that is a file or block device; else 0 */
	unsigned n;
	uint64_t grant_size; /* bytes of memory that outlives its incarnations; 0: none */
	struct cordon_memory grant; /* that memory, the supervisor's */
	uint64_t arg; /* for struct cordon_boot */
	uint32_t more; /* further streams of the channel, as the front-end has threads that send */
	int waits; /* a ring could only wait for them in threads, which a domain can't have */
	int alone; /* nobody interrupts the domain: its core is reserved, and it polls */
};

/* Of the front-end, for the page. */
struct cordon_gauge {
	uint64_t depth, depth_peak; /* pieces of work at the driver: now, most at any moment */
	uint64_t errors; /* what the driver did wrong, all kinds */
	/* Calls that didn't go through a struct cordon_caller of ours; as that one counts them. */
	uint64_t calls, call_ns, call_errors;
	uint64_t by_op[CORDON_CALLER_OPS];
};

struct cordon_incarnation;
struct cordon_page;

/*
 * Of a front-end that runs elsewhere (in the kernel). The loop has nothing to poll then: it sleeps,
 * carries an order there when it gets one, in which it may block, and copies the counters to the
 * page a few times a second. start, poll and device are not used.
 */
struct cordon_elsewhere {
	/* Optional. The cores that it can take, as a list ("1,4-5"; "": it can't say) in @list. In the
	 * control thread, before open. */
	void (*cores)(char *list, size_t size);
	/* Required. Take up its place: @page says name, core, fence and wait policy. In the control
	 * thread, after open and before the loop runs. 0 or -errno with the line in @e. */
	int (*place)(void *front, const struct cordon_page *page, struct cordon_err *e);
	/* Required. In place of start. @inc: its memory and bells. In @caller it notes what is asked
	 * of the driver, and whether that is answered. */
	int (*attach)(void *front, const struct cordon_incarnation *inc,
		      struct cordon_caller *caller, struct cordon_err *e);
	/* Required. Have the order that is under way fail with -ECANCELED; without one, nothing
	 * happens. In the control thread, at any time. Never blocks. */
	void (*abort)(void *front);
};

struct cordon_class {
	const char *name;
	const char *frontend; /* what this front-end is called; NULL: the class has only one */
	const char *frontend_help;
	const struct cordon_elsewhere *elsewhere; /* NULL: it runs in the supervisor's loop */
	const struct cordon_driver_entry *drivers; /* ends with a NULL name */
	const struct cordon_option *options; /* ends with a NULL name */
	struct cordon_chan_dims chan;
	struct cordon_pool_dims pool;
	size_t front_size; /* bytes of the front-end's state, zeroed before open */

	/* Required. Check what the user said, make or open devices, fill in @ports. 0 or -errno with
	 * the line in @e; on failure nothing is left open. Descriptors are blocking ones. */
	int (*open)(void *front, const struct cordon_args *args, struct cordon_ports *ports,
		    struct cordon_err *e);
	/* Required. A new incarnation: its channel (side A), its pool (owner) and the way to call
	 * it. Tells it all that its predecessor was told, and sends again what that one had not
	 * given back (see detach). Blocks the fiber in calls, each with a deadline. 0, or -errno with
	 * the line in @e; then detach follows. */
	int (*start)(void *front, struct cordon_chan *chan, struct cordon_pool *pool,
		     struct cordon_caller *caller, struct cordon_err *e);
	/* Required. The data plane: at most @budget pieces of work; returns how many were done. */
	unsigned (*poll)(void *front, unsigned budget);
	/* Optional. A descriptor that is readable when poll could do something that the driver didn't
	 * bring about; -1: nothing of the kind now. Asked before the loop sleeps. */
	int (*device)(const void *front);
	/* Required. Ask the driver for a sign of life. 0 or -errno; may block like start. */
	int (*ping)(void *front);
	/* Required. Stop the flow in order; may block like start. */
	int (*stop)(void *front);
	/* Required. After stop, and when the port's reads have been cancelled: wait until the driver
	 * has given back all it had. 0, or -ETIMEDOUT; may block like start. */
	int (*drain)(void *front);
	/* Required. The incarnation has ended: take what it had sent, remember what it had not given
	 * back, and touch its channel no more. Its pool stays mapped until start has returned 0.
	 * Never blocks. */
	void (*detach)(void *front);
	/* Required. How it goes. Never blocks. */
	void (*gauge)(const void *front, struct cordon_gauge *g);
	/* Required. Names of control operations and what they carry, for the log and for statistics: made
	 * of the class's .cdl file. */
	const struct cordon_decode *decode;
	/* Required. What the devices are called, for people: at most 15 characters each, "" if there
	 * is none. */
	void (*devices)(const void *front, const char **host_side, const char **wire_side);
	/* Required. Copy the counters to @values, at most @n; returns how many. Never blocks. */
	unsigned (*count)(const void *front, uint64_t *values, unsigned n);
	/* Required. The names of the counters, in the same order; ends with NULL. */
	const char *const *counters;
	/* Optional. The capabilities that close needs (rights.h); NULL: none. */
	uint64_t (*rights)(const void *front);
	/* Optional. The loop has ended for good, and its thread does when this returns: for what that
	 * one alone can do. Ends by itself, after seconds at most. */
	void (*leave)(void *front);
	/* Required. Close what open opened; @ports are closed already. */
	void (*close)(void *front);
};

/*
 * The driver that --driver @name and --image @image mean, of which one may be NULL: the class's of
 * that name; or, with an image, one that the class doesn't know, called @name or as the file is.
 * Its entry is copied to @d; its strings are the class's or the arguments'. Whether there is such a
 * file is not asked. 0, or -EINVAL with the line in @e.
 */
int cordon_class_driver(const struct cordon_class *class, const char *name, const char *image,
			struct cordon_driver_entry *d, struct cordon_err *e);

#endif
