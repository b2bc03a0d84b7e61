/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/*
 * Two parties on two cores with store buffers: what a party stores goes into a queue of its own and
 * reaches the memory some time later, in order; what it loads comes from the memory. So a load can
 * overtake an earlier store, as on every processor. (Nobody loads here what it stores itself.)
 */
#define A 0
#define B 1
#define SENDS(who) (2 - who) /* messages: more add states, and no new ways to go wrong */

byte mem[6]; /* the shared words; the model says what they are */
chan buffer[2] = [4] of { byte, byte }; /* address, value */
bool bell[2]; /* of whom; the kernel's, so without a buffer */
byte sent[2], got[2]; /* messages; ghosts, for the property */

#define store(who, at, v) buffer[who] ! at, v
#define fence(who) empty(buffer[who])

/* The hardware. */
proctype drain(byte who)
{
	byte at, v;

end:	do
	:: atomic { buffer[who] ? at, v -> mem[at] = v }
	od
}

/* The property: when nothing moves any more, nobody sleeps over a message. */
proctype watch()
{
	timeout -> assert(got[A] == sent[B] && got[B] == sent[A])
}
