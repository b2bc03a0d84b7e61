/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/* Cores that domains may take. */
#ifndef CORDON_KERNEL_CORES_H
#define CORDON_KERNEL_CORES_H

#include <linux/sched.h>
#include <linux/types.h>
#include "core/kernel/uapi.h"

/* Take the list that the user gave as cordon.cores= (NULL: none). Says in the log which of them can't
 * be had, and why. 0, or -EINVAL if it is no list. May sleep. */
int cordon_cores_init(const char *list);

/* The set of cores that may be taken now. */
void cordon_cores_set(__u64 set[CORDON_K_CPUS / 64]);

/*
 * Take @core for a domain; @unreserved: one of which the kernel runs other things too is as good, and
 * may be shared. 0, or -errno with the words in @why, as uapi.h says of CORDON_K_DOMAIN. May sleep.
 */
int cordon_cores_take(unsigned int core, bool unreserved, char *why);
void cordon_cores_put(unsigned int core, bool unreserved);

/* Linux's own: how many there are to give a queue each, up to @max; and which one's @cpu is, which may be
 * none of them. */
unsigned int cordon_cores_queues(unsigned int max);
unsigned int cordon_cores_queue(unsigned int cpu, unsigned int queues);

/* Let @t run on these alone, but never on @core, which is one of them where none was reserved. */
void cordon_cores_place(struct task_struct *t, unsigned int core);

#endif
