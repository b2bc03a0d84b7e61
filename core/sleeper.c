// SPDX-License-Identifier: MIT OR GPL-2.0-only
#include "core/sleeper.h"

#include "channels/probe.h"
#include "core/sys.h"

void cordon_sleeper_init(struct cordon_sleeper *s, struct cordon_chan *chan,
			 enum cordon_wait policy, int peer)
{
	*s = (struct cordon_sleeper){ .chan = chan, .policy = policy, .peer = peer };
	s->published = cordon_chan_published(chan);
	chan->waiter.peer_may = peer >= 0;
}

static void withdraw(struct cordon_sleeper *s)
{
	if (s->announced)
		cordon_wait_end(&s->chan->waiter);
	s->announced = false;
}

int cordon_sleeper_look(struct cordon_sleeper *s)
{
	uint64_t published = cordon_chan_published(s->chan);

	if (published == s->published)
		return 0;
	s->published = published;
	withdraw(s);
	if (cordon_wait_peer_sleeps(&s->chan->waiter)) {
		cordon_bell_ring(s->peer);
		s->rings++;
	}
	return 1;
}

enum cordon_doze cordon_sleeper_idle(struct cordon_sleeper *s, uint64_t busy, uint64_t now)
{
	/* Pollers may publish behind the one that looks. */
	if (cordon_sleeper_look(s) || busy != s->busy) {
		withdraw(s);
		s->busy = busy;
		s->since = now;
	}
	if (s->announced) {
		CORDON_PROBE2(sleep, s, now);
		return CORDON_DOZE_SLEEP;
	}
	if (s->policy == CORDON_WAIT_ADAPTIVE && now - s->since < CORDON_ADAPTIVE_NS)
		return CORDON_DOZE_POLL;
	cordon_wait_begin(&s->chan->waiter);
	s->announced = true;
	return CORDON_DOZE_CHECK;
}

void cordon_sleeper_woke(struct cordon_sleeper *s, uint64_t now)
{
	CORDON_PROBE2(wake, s, now);
	withdraw(s);
	s->sleeps++;
	s->since = now;
}

void cordon_bell_ring(int bell)
{
	static const uint64_t one = 1;

	(void)cordon_sys3(__NR_write, bell, (long)&one, sizeof(one));
}
