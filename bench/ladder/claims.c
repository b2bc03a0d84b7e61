// SPDX-License-Identifier: MIT OR GPL-2.0-only
#include "bench/ladder/claims.h"

#define BOTH(fence_row) "cordon process " fence_row, "cordon thread " fence_row
#define FENCE(row)                                         \
	{                                                  \
		"process / thread: " row, BOTH(row), SAME, \
		{                                          \
			0.03, 0.03                         \
		}                                          \
	}

const struct claim claims[] = {
	{ "call / two-line ping-pong", "cordon process call 56 B", 0, OF_FLOOR, { 0.50, 0.45 } },
	{ "call, times faster than rte_ring SPSC",
	  "cordon process call 56 B",
	  "rte_ring sp call 56 B",
	  TIMES_FASTER,
	  { 2.3, 2.5 } },
	{ "call with 100 ns: adds less than rte_ring SPSC",
	  "cordon process call 100 ns",
	  "rte_ring sp call 100 ns",
	  ADDS_LESS,
	  { 1.3, 1.3 } },
	{ "16 in flight / two-line ping-pong",
	  "cordon process 16 in flight",
	  0,
	  OF_FLOOR,
	  { 0.065, 0.065 } },
	{ "64 in flight / two-line ping-pong",
	  "cordon process 64 in flight",
	  0,
	  OF_FLOOR,
	  { 0.031, 0.030 } },
	{ "16 in flight, times faster than rte_ring burst",
	  "cordon process 16 in flight",
	  "rte_ring sp burst 16 in flight",
	  TIMES_FASTER,
	  { 4, 3.5 } },
	{ "64 in flight, times faster than rte_ring burst",
	  "cordon process 64 in flight",
	  "rte_ring sp burst 64 in flight",
	  TIMES_FASTER,
	  { 5, 4.5 } },
	{ "16 fibers / two-line ping-pong",
	  "cordon process 16 fibers",
	  0,
	  OF_FLOOR,
	  { 0.095, 0.06 } },
	{ "64 fibers / two-line ping-pong",
	  "cordon process 64 fibers",
	  0,
	  OF_FLOOR,
	  { 0.095, 0.06 } },
	{ "bare switch / fcontext", "cordon bare switch", "fcontext switch", OF_PEER, { 0.6 } },
	{ "bare switch with FPU / fcontext",
	  "cordon bare switch, FPU",
	  "fcontext switch",
	  OF_PEER,
	  { 0.95 } },
	{ "fiber switch / fcontext", "cordon fiber switch", "fcontext switch", OF_PEER, { 0.6 } },
	{ "fiber switch with FPU / fcontext",
	  "cordon fiber switch, FPU",
	  "fcontext switch",
	  OF_PEER,
	  { 0.95 } },
	{ "blocking call on a fresh fiber, in switches",
	  "cordon fresh fibers",
	  "cordon fiber switch",
	  OF_PEER,
	  { 4 } },
	{ "stream 56 B, times faster than rte_ring 64 B",
	  "cordon process stream 56 B",
	  "rte_ring sp stream 64 B",
	  TIMES_FASTER,
	  { 5 } },
	{ "stream 56 B, times faster than rte_ring 64 B burst 32",
	  "cordon process stream 56 B",
	  "rte_ring sp stream 64 B burst 32",
	  TIMES_FASTER,
	  { 1.8 } },
	{ "stream 8 B, times faster than rte_ring 8 B burst 32",
	  "cordon process stream 8 B",
	  "rte_ring sp stream 8 B burst 32",
	  TIMES_FASTER,
	  { 4 } },
	{ "64 channels, one busy: added to a call / two-line ping-pong",
	  "cordon bare call 1 of 64 channels",
	  "cordon bare call 56 B",
	  ADDED,
	  { 0.05 } },
	{ "kernel to domain / two-line ping-pong", "kernel to domain and back", 0, OF_FLOOR, { 0 } },
	{ "kernel to domain / call",
	  "kernel to domain and back",
	  "cordon process call 56 B",
	  OF_PEER,
	  { 0 } },
	{ "kernel to domain / ioctl", "kernel to domain and back", "ioctl", OF_PEER, { 0 } },
	{ "kernel to domain / system call",
	  "kernel to domain and back",
	  "system call",
	  OF_PEER,
	  { 0 } },
	{ "stub / hand",
	  "cordon bare call by stub",
	  "cordon bare call by hand",
	  SAME,
	  { 0.02, 0.02 } },
	FENCE("call 56 B"),
	FENCE("call 50 ns"),
	FENCE("call 100 ns"),
	FENCE("call 500 ns"),
	FENCE("16 in flight"),
	FENCE("64 in flight"),
	FENCE("16 fibers"),
	FENCE("64 fibers"),
	FENCE("stream 8 B"),
	FENCE("stream 56 B"),
	FENCE("stream 1500 B"),
	FENCE("stream 65536 B"),
	{ 0 },
};

double claim_ratio(const struct claim *c, double a, double b, double floor, double handler)
{
	switch (c->how) {
	case OF_FLOOR:
		return a / floor;
	case TIMES_FASTER:
		return b / a;
	case ADDS_LESS:
		return (b - handler) / (a - handler);
	case ADDED:
		return (a - b) / floor;
	case OF_PEER:
	case SAME:
		break;
	}
	return a / b;
}

int claim_verdict(const struct claim *c, enum regime r, struct interval i)
{
	double bound = c->bound[r], low = -1e9, high = 1e9;

	if (bound == 0)
		return -1;
	if (c->how == SAME) {
		low = 1 - bound;
		high = 1 + bound;
	} else if (c->how == TIMES_FASTER || c->how == ADDS_LESS) {
		low = bound;
	} else {
		high = bound;
	}
	if (i.low >= low && i.high <= high)
		return 1;
	return i.high < low || i.low > high ? 0 : -1;
}
