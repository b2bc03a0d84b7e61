/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/* What a blk front-end counts, in user space and in the kernel alike. */
#ifndef CORDON_DOMAINS_BLK_COUNTERS_H
#define CORDON_DOMAINS_BLK_COUNTERS_H

#include "domains/blk/table.h"

/* X(member, name). */
#define BLK_FRONT_COUNTERS(X)                                            \
	X(reads, "reads") /* answered well, as the next ones */          \
	X(read_bytes, "read_bytes")                                      \
	X(writes, "writes")                                              \
	X(write_bytes, "write_bytes")                                    \
	X(flushes, "flushes")                                            \
	X(zeroes, "zeroes") /* discards too */                           \
	X(errors, "errors") /* answered badly */                         \
	X(stalls, "stalls") /* no slot or buffer: the host waits */      \
	X(resent, "resent") /* a dead driver's, sent again */            \
	X(repeated, "repeated") /* it had answered them, not flushed */  \
	X(own_flushes, "own_flushes") /* to have buffers back */         \
	X(lost, "lost") /* answered, and a repetition or flush failed */ \
	BLK_TABLE_FAULTS(X)                                              \
	X(calls, "calls")                                                \
	X(call_timeouts, "call_timeouts")                                \
	X(call_faults, "call_faults")                                    \
	X(stream_faults, "stream_faults")                                \
	X(driver_reads, "driver_reads") /* as the driver says */         \
	X(driver_writes, "driver_writes")                                \
	X(driver_flushes, "driver_flushes")                              \
	X(driver_zeroes, "driver_zeroes")                                \
	X(driver_errors, "driver_errors")                                \
	X(driver_enters, "driver_enters")

struct blk_front_counters {
#define X(member, name) uint64_t member;
	BLK_FRONT_COUNTERS(X)
#undef X
};

/* Take over what the driver says of itself, from a private copy. */
static inline void blk_front_told(struct blk_front_counters *c, const struct blk_stats *s)
{
	c->driver_reads = s->reads;
	c->driver_writes = s->writes;
	c->driver_flushes = s->flushes;
	c->driver_zeroes = s->zeroes;
	c->driver_errors = s->errors;
	c->driver_enters = s->enters;
}

/* What the driver did wrong, all kinds. */
static inline uint64_t blk_front_errors(const struct blk_front_counters *c)
{
	return c->bad_tags + c->old_tags + c->bad_lengths + c->bad_statuses + c->call_timeouts +
	       c->call_faults + c->stream_faults;
}

#endif
