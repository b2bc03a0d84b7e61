/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/*
 * A domain whose front-end is in the kernel, as its supervisor sees it: a file of the kernel module's by
 * which the front-end gets its orders (core/kernel/uapi.h). For what a class's table has to say of one
 * (struct cordon_elsewhere); the class adds what makes its device.
 */
#ifndef CORDON_CORE_KDOMAIN_H
#define CORDON_CORE_KDOMAIN_H

#include "core/class.h"
#include "core/module.h"
#include "core/page.h"

struct cordon_kdomain {
	int fd; /* of the module: this domain. Closed, the device goes */
	const char *frontend; /* what it is called; as the class says, with: */
	uint16_t start, stats, stop; /* operations that ATTACH, PING and STOP end in, for the log */
	int any_core; /* also one that is not reserved */
	uint32_t deadline_ms; /* of control calls */
	int attached;
	struct cordon_caller *caller; /* for the log: what the driver was asked last */
};

/* What is said to every front-end of the kind: the deadline, what is given up. 0, or -EINVAL. */
int cordon_kdomain_args(struct cordon_kdomain *k, const struct cordon_args *a,
			struct cordon_err *e);

/* --OPTION poll or doorbell; NULL: the module's choice. 0, or -EINVAL. */
int cordon_kdomain_way(uint32_t *way, const char *option, const char *value, struct cordon_err *e);

/* Open the module; @instead: the front-end that does without one. 0, or -errno with the line. */
int cordon_kdomain_open(struct cordon_kdomain *k, const char *instead, struct cordon_k_info *info,
			struct cordon_err *e);

/* Be this domain, on its core. 0, or -errno with the line. */
int cordon_kdomain_place(struct cordon_kdomain *k, const struct cordon_page *page,
			 struct cordon_err *e);

/* An order: 0 or -errno; and the line for one that was refused with words in @why, which are the module's
 * own business. */
int cordon_kdomain_order(const struct cordon_kdomain *k, unsigned long what, void *arg);
int cordon_kdomain_refused(struct cordon_err *e, int ret, const char *what, char why[CORDON_K_WHY]);

/* As struct cordon_class and cordon_elsewhere have them. */
void cordon_kdomain_cores(char *list, size_t size);
int cordon_kdomain_attach(struct cordon_kdomain *k, const struct cordon_incarnation *inc,
			  struct cordon_caller *caller, struct cordon_err *e);
int cordon_kdomain_ping(struct cordon_kdomain *k);
int cordon_kdomain_stop(struct cordon_kdomain *k);
int cordon_kdomain_drain(struct cordon_kdomain *k);
void cordon_kdomain_detach(struct cordon_kdomain *k);
void cordon_kdomain_gauge(const struct cordon_kdomain *k, struct cordon_gauge *g);
unsigned cordon_kdomain_count(const struct cordon_kdomain *k, uint64_t *values, unsigned n);

#endif
