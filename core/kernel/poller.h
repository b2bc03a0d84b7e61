/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/*
 * The thread of a front-end that stands for the interrupt: on a core of Linux's it looks for what the driver
 * published. It spins while there is work and nothing else to run there, then naps, longer each time, but
 * shortly while the driver owes something that nobody else looks for. A driver that can ring has to, after a
 * while without work, or at once where the front-end says so. It holds no lock while it looks.
 */
#ifndef CORDON_KERNEL_POLLER_H
#define CORDON_KERNEL_POLLER_H

#include "core/kernel/party.h"

/* What the front-end knows. All are called by the thread, and @owner is its; those marked may be NULL. */
struct cordon_poller_ops {
	bool (*is_work)(
		void *owner); /* a guess; a driver that lies must not make it true for ever */
	void (*work)(void *owner); /* take some of it */
	bool (*is_owed)(void *owner); /* or NULL: never; naps stay short */
	bool (*by_bell)(void *owner); /* or NULL: never; sleep as soon as there is nothing */
	u64 (*taken)(
		void *owner); /* or NULL: nobody else takes what came; a count that grows then */
	u64 nap_max_ns;
};

struct cordon_poller {
	const struct cordon_poller_ops *ops;
	void *owner;
	struct cordon_party *party;
	struct task_struct *thread; /* NULL: none */
	bool dozing; /* it sleeps, */
	bool deep; /* for long: who has the driver owe something, and won't look himself, wakes it */
	bool listening; /* the driver does */
	bool heard;
	unsigned int vain; /* times in a row that it rang for nothing */
	u64 deaf_until;
};

/*
 * Start the thread, named after @name, for @party, whose ears and waiter are its until it is stopped. What
 * @owner changes before it reads ->deep, with a full barrier between, the thread sees before it sleeps.
 * 0 or -errno. Both may sleep.
 */
int cordon_poller_start(struct cordon_poller *p, const struct cordon_poller_ops *ops, void *owner,
			struct cordon_party *party, const char *name);
void cordon_poller_stop(struct cordon_poller *p);

/* Between the two: it looks, if it would not for long. */
static inline void cordon_poller_rouse(struct cordon_poller *p)
{
	if (READ_ONCE(p->deep))
		wake_up_process(p->thread);
}

#endif
