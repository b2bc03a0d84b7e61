// SPDX-License-Identifier: MIT OR GPL-2.0-only
#include "channels/many.h"

#include <string.h>

void cordon_many_init(struct cordon_many *m, struct cordon_client_of *of, unsigned n)
{
	memset(m, 0, sizeof(*m));
	m->of = of;
	m->n = n;
}

static unsigned serve(struct cordon_many *m, unsigned i, const struct cordon_ops *ops,
		      unsigned budget)
{
	return cordon_serve(&m->of[i].server, ops, m->of[i].state, budget);
}

static bool is_hot(const struct cordon_many *m, unsigned i)
{
	for (unsigned k = 0; k < m->nhot; k++)
		if (m->hot[k].i == i)
			return true;
	return false;
}

/* In place of the one that had nothing for the longest time, if all places are taken; of nobody, if all
 * of these had something. */
static void warm(struct cordon_many *m, unsigned i)
{
	unsigned at = m->nhot;

	if (at < CORDON_MANY_HOT) {
		m->nhot++;
	} else {
		at = 0;
		for (unsigned k = 1; k < CORDON_MANY_HOT; k++)
			if (m->hot[k].idle > m->hot[at].idle)
				at = k;
		if (!m->hot[at].idle)
			return;
	}
	m->hot[at].i = i;
	m->hot[at].idle = 0;
}

static unsigned serve_hot(struct cordon_many *m, const struct cordon_ops *ops, unsigned budget)
{
	unsigned all = 0;

	for (unsigned k = 0; k < m->nhot; k++) {
		unsigned done = serve(m, m->hot[k].i, ops, budget);

		all += done;
		m->hot[k].idle = done ? 0 : m->hot[k].idle + 1;
		/* Its place is the last one's. */
		if (m->hot[k].idle > CORDON_MANY_FORGET)
			m->hot[k--] = m->hot[--m->nhot];
	}
	return all;
}

unsigned cordon_many_serve(struct cordon_many *m, const struct cordon_ops *ops, unsigned budget)
{
	unsigned done = serve_hot(m, ops, budget);
	unsigned others = m->quiet < CORDON_MANY_PATIENCE ? CORDON_MANY_COLD : CORDON_MANY_IDLE;

	/* Where one had something, the next may have, too: all are busy. */
	for (unsigned k = 0; k < others && k < m->n; k++) {
		unsigned i = m->next, some;

		m->next = i + 1 < m->n ? i + 1 : 0;
		if (is_hot(m, i)) {
			others++;
			continue;
		}
		some = serve(m, i, ops, budget);
		if (!some)
			continue;
		warm(m, i);
		done += some;
		others++;
	}
	m->quiet = done ? 0 : m->quiet + 1;
	return done;
}
