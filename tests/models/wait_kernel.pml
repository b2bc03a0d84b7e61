/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/*
 * The kernel (A) and a domain (B), as the kernel's front-end is to do it. The kernel sleeps as in
 * wait.h, and the domain, having published, enters the doorbell ioctl, which supplies the other
 * fence. The domain sleeps in the await ioctl, which gets the number of kicks that the domain has
 * seen, and returns at once if there were others: so the domain's own look need not be repeated.
 *
 *   -DNO_SLEEP_FENCE      the kernel's, between its announcement and its look
 *   -DNO_DOORBELL_FENCE   in the doorbell ioctl
 *   -DNO_KICK_FENCE       the kernel's, between its kick and its look at who awaits
 *   -DNO_AWAIT_FENCE      in the await ioctl
 */
#include "buffers.pml"

#define PUBLISHED(who) (who)
#define KERNEL_SLEEPS 2
#define KICKS 3
#define DOMAIN_AWAITS 4

active proctype kernel()
{
	byte kicks;

	do
	:: mem[PUBLISHED(B)] > got[A] -> got[A]++
	:: sent[A] < SENDS(A) ->
		sent[A]++;
		store(A, PUBLISHED(A), sent[A]);
		kicks++;
		store(A, KICKS, kicks);
#ifndef NO_KICK_FENCE
		fence(A);
#endif
		if
		:: mem[DOMAIN_AWAITS] -> bell[B] = true
		:: else
		fi
	:: true -> /* sleep */
		store(A, KERNEL_SLEEPS, 1);
#ifndef NO_SLEEP_FENCE
		fence(A);
#endif
		if
		:: mem[PUBLISHED(B)] > got[A]
		:: else ->
end:			if
			:: atomic { bell[A] -> bell[A] = false }
			:: sent[A] < SENDS(A) /* the stack has something */
			fi
		fi;
		store(A, KERNEL_SLEEPS, 0)
	od
}

active proctype domain()
{
	byte seen;

	do
	:: mem[PUBLISHED(A)] > got[B] -> got[B]++
	:: sent[B] < SENDS(B) ->
		sent[B]++;
		store(B, PUBLISHED(B), sent[B]);
		/* ioctl: doorbell */
#ifndef NO_DOORBELL_FENCE
		fence(B);
#endif
		if
		:: mem[KERNEL_SLEEPS] -> bell[A] = true
		:: else
		fi
	:: mem[PUBLISHED(A)] <= got[B] ->
		/* ioctl: await */
		store(B, DOMAIN_AWAITS, 1);
#ifndef NO_AWAIT_FENCE
		fence(B);
#endif
		if
		:: mem[KICKS] != seen
		:: else ->
end:			if
			:: atomic { bell[B] -> bell[B] = false }
			:: sent[B] < SENDS(B) /* its device has something */
			fi
		fi;
		store(B, DOMAIN_AWAITS, 0);
		seen = mem[KICKS]
	od
}

init {
	atomic {
		run drain(A); run drain(B);
		run watch()
	}
}
