/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/* The tests, by what they are about. */
#ifndef CORDON_TESTS_VM_LOOP_TESTS_H
#define CORDON_TESTS_VM_LOOP_TESTS_H

/* How long each of those goes on that has no end of its own. */
extern unsigned loop_seconds;

/* frames.c */
void frames(void);
void bursts(void);
void big_frames(void);
void again(void);

/* bells.c */
void bells(void);
void storm(void);
void unheard(void);
void doorbell(void);

/* hostile.c */
void lies(void);
void lengths(void);
void doubles(void);
void scribbles(void);
void forgeries(void);
void replies(void);

/* silent.c */
void silent(void);
void silence(void);

/* life.c */
void told(void);
void closed(void);
void close_some(unsigned n); /* devices in the middle of everything */
void deleted(void);
void taken(void);
void killed(void);
void endless(void);

#endif
