// SPDX-License-Identifier: MIT OR GPL-2.0-only
#include "core/policy.h"

const char *cordon_end_name(enum cordon_end how)
{
	static const char *const names[CORDON_END_COUNT] = { "crashed", "exited", "hung" };

	return names[how];
}

/* Whether the restart before the last @limit ones is younger than the window. */
static int too_many(const struct cordon_policy *p, uint64_t now_ns)
{
	uint64_t then;

	if (p->limit == 0)
		return 1;
	then = p->limit > p->n ? 0 : p->when[(p->n - p->limit) % p->limit];
	/* Before: a delay was cut short. */
	return p->n >= p->limit && (now_ns < then || now_ns - then < p->window_ns);
}

static uint64_t delay(unsigned short_lives)
{
	uint64_t ns = CORDON_DELAY_FIRST_NS;

	if (short_lives < 3)
		return 0;
	for (unsigned i = 3; i < short_lives && ns < CORDON_DELAY_MAX_NS; i++)
		ns *= 2;
	return ns < CORDON_DELAY_MAX_NS ? ns : CORDON_DELAY_MAX_NS;
}

struct cordon_verdict cordon_policy_decide(struct cordon_policy *p, enum cordon_end how,
					   uint64_t now_ns, uint64_t lived_ns)
{
	struct cordon_verdict v = { .then = p->then[how] };

	if (v.then == CORDON_STOP)
		return v;
	now_ns -= p->delayed_ns;
	if (too_many(p, now_ns)) {
		v.then = CORDON_STOP;
		v.flaps = 1;
		return v;
	}
	p->short_lives = lived_ns < CORDON_SHORT_LIFE_NS ? p->short_lives + 1 : 0;
	v.delay_ns = delay(p->short_lives);
	p->delayed_ns += v.delay_ns;
	p->when[p->n++ % p->limit] = now_ns;
	return v;
}

void cordon_policy_forget(struct cordon_policy *p)
{
	p->n = 0;
	p->short_lives = 0;
	p->delayed_ns = 0;
}
