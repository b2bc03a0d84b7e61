/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/* The device whose driver is played, the orders that its supervisor would give, and frames. */
#ifndef CORDON_TESTS_VM_LOOP_DEVICE_H
#define CORDON_TESTS_VM_LOOP_DEVICE_H

#include "tests/vm/loop/driver.h"

#define DEV "loop0"

/* How the next devices receive. */
extern uint32_t device_receive;
extern int dev_fd;

void ask(int got, int want, const char *what);

void begin(unsigned deadline_ms);
void end(void);
int attach(const struct driver *d);
int order(unsigned long cmd);
/* An honest driver, attached, and all is up. */
struct driver *honest_device(void);

void set_up(int up);
void await_link(const char *state);
/* Wait until @left is 0: 10 s at most. */
int soon(int (*left)(void *), void *arg);
int depth(void *arg); /* for soon(): the driver has frames still */

/* A raw socket at the device, without what others have it send. */
int packets(int vnet);
void patience(int s, unsigned ms); /* of a recv() */
/* Frame number @i, of @len bytes, of a local experiment. */
void fill(uint8_t *frame, unsigned i, unsigned len);
unsigned size_of(unsigned i);
/* A TCP segment of @payload bytes in pieces of @mss, with the header that says so. */
unsigned tcp(uint8_t *to, unsigned payload, unsigned mss);
/* @n frames there and back. */
void there_and_back(unsigned n);

#endif
