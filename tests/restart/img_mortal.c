// SPDX-License-Identifier: MIT OR GPL-2.0-only
/* mortal: the driver tap, which writes to address 0 at a moment of its life that mortal.h gives. The
 * seed is the domain's --arg. */
#include "core/clock.h"
#include "domains/net/wire.h"
#include "tests/restart/mortal.h"

struct mortal {
	struct wire wire; /* first: net_ops takes it for the state */
	uint64_t death; /* in cycles */
	volatile int *nothing; /* NULL, which the compiler is not to know */
};

static int mortal_open(struct cordon_domain *d, void *state)
{
	struct mortal *m = state;

	m->death = mortal_next(cordon_domain_arg(d), cordon_cycles());
	return wire_open(&m->wire, d, NET_F_CSUM | NET_F_TSO4 | NET_F_TSO6 | NET_F_ECN);
}

static int mortal_poll(void *state, unsigned budget)
{
	struct mortal *m = state;

	if (cordon_cycles() >= m->death)
		*m->nothing = 1;
	return wire_poll(&m->wire, budget);
}

CORDON_DRIVER(mortal) = {
	.state_size = sizeof(struct mortal),
	.control = &net_ops,
	.open = mortal_open,
	.poll = mortal_poll,
};
