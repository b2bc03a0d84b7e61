/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/*
 * channels/wait.h and core/sleeper.c between two processes, or two threads: both send, both sleep.
 *
 *   -DNO_ANNOUNCE_FENCE   without the fence of cordon_wait_begin()
 *   -DNO_SEND_FENCE       without the fence of cordon_wait_peer_sleeps()
 *   -DNO_CHECK            sleeping without looking again
 */
#include "buffers.pml"

#define PUBLISHED(who) (who)
#define WORD(who) (2 + who)

/* The next wait word. */
#define say() atomic { word++; store(me, WORD(me), word) }

proctype party(byte me)
{
	byte peer = 1 - me;
	byte word, rung, seen;
	bool due, work, published;

	do
	::	/* One round of the loop. */
		if
		:: atomic { mem[PUBLISHED(peer)] > got[me] -> got[me]++; work = true }
		:: else
		fi;
		if
		:: atomic {
			sent[me] < SENDS(me) ->
			sent[me]++;
			store(me, PUBLISHED(me), sent[me]);
			published = true;
			due = false
		   }
		:: !due
		fi;
		/* cordon_sleeper_look() */
		if
		:: published ->
			if
			:: word % 2 -> say()
			:: else
			fi;
#ifndef NO_SEND_FENCE
			fence(me);
#endif
			atomic {
				seen = mem[WORD(peer)];
				if
				:: seen % 2 && seen != rung -> rung = seen
				:: else -> seen = 0
				fi
			}
			if
			:: seen -> atomic { bell[peer] = true; seen = 0 }
			:: else
			fi
		:: else
		fi;
		/* cordon_sleeper_idle() */
		if
		:: (work || published) && word % 2 -> say()
		:: (work || published) && !(word % 2)
		:: !work && !published && !(word % 2) ->
			say();
#ifndef NO_ANNOUNCE_FENCE
			fence(me);
#endif
#ifdef NO_CHECK
			goto end
#endif
		:: !work && !published && word % 2 ->
end:			if
			:: atomic { bell[me] -> bell[me] = false }
			:: sent[me] < SENDS(me) -> due = true /* its device has something */
			fi;
			say()
		fi;
		atomic { work = false; published = false }
	od
}

init {
	atomic {
		run drain(A); run drain(B);
		run party(A); run party(B);
		run watch()
	}
}
