// SPDX-License-Identifier: MIT OR GPL-2.0-only
/*
 * boost::lockfree::spsc_queue (Tim Blechert; Boost 1.74, libboost-dev), its capacity known when it is
 * compiled. The one file of C++ in the tree. Nothing here throws: it allocates with aligned_alloc(),
 * for the element is wider aligned than what new gives.
 */
#include "bench/ladder/peers/peers.h"

#include <stdlib.h>
#include <string.h>
#include <new>
#include <boost/lockfree/spsc_queue.hpp>

/* Of as many slots as queue.h asks for, which here has to be known before. */
template <unsigned slots>
using spsc = boost::lockfree::spsc_queue<struct cell, boost::lockfree::capacity<slots - 1>>;

template <class Queue> static Queue *make(unsigned)
{
	void *memory = aligned_alloc(128, (sizeof(Queue) + 127) / 128 * 128);

	if (!memory)
		return NULL;
	/* The pages are there before anybody measures. */
	memset(memory, 0, sizeof(Queue));
	return new (memory) Queue;
}

template <class Queue> static void drop(Queue *q)
{
	if (q)
		q->~Queue();
	free(q);
}

template <class Queue> static inline unsigned put(Queue *q, const struct cell *e, unsigned)
{
	return q->push(*e);
}

template <class Queue> static inline unsigned get(Queue *q, struct cell *e, unsigned)
{
	return q->pop(*e);
}

template <class Queue> static inline unsigned put32(Queue *q, const struct cell *e, unsigned n)
{
	return (unsigned)q->push(e, n);
}

template <class Queue> static inline unsigned get32(Queue *q, struct cell *e, unsigned n)
{
	return (unsigned)q->pop(e, n);
}

#define call_make make<spsc<8>>
#define call_drop drop
#define call_put put
#define call_get get
#define Q(x) call_##x
#define ELEM struct cell
#define QUEUE spsc<8>
#define BURST 1
#include "bench/ladder/queue.h"

#define stream_make make<spsc<256>>
#define stream_drop drop
#define stream_put put
#define stream_get get
#define Q(x) stream_##x
#define ELEM struct cell
#define QUEUE spsc<256>
#define BURST 1
#include "bench/ladder/queue.h"

#define burst_make make<spsc<256>>
#define burst_drop drop
#define burst_put put32
#define burst_get get32
#define Q(x) burst_##x
#define ELEM struct cell
#define QUEUE spsc<256>
#define BURST 32
#include "bench/ladder/queue.h"

#define HOW "elements of 64 bytes that begin a cache line, capacity known to the compiler; "

/* In the order of the structure: C++17 has no other way. */
extern "C" const struct rung rungs_boost_spsc[] = {
	{ "boost spsc call 56 B", HOW "two queues of 7, one at a time", 0, 1, 56, 0, 0, NULL,
	  call_call_begin, call_call_run, call_end, NULL, NULL, 0 },
	{ "boost spsc stream 64 B", HOW "255, one at a time", 0, 0, 64, 0, 0, NULL,
	  stream_stream_begin, stream_stream_run, stream_end, NULL, NULL, 0 },
	{ "boost spsc stream 64 B burst 32", HOW "255, ranges of up to 32", 0, 0, 64, 0, 0, NULL,
	  burst_stream_begin, burst_stream_run, burst_end, NULL, NULL, 0 },
	{ NULL, NULL, 0, 0, 0, 0, 0, NULL, NULL, NULL, NULL, NULL, NULL, 0 },
};
