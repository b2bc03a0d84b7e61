/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/*
 * The four primitives over which every line of shared memory is touched: load-acquire and
 * store-release of one word, copy in and copy out of a payload. Nothing else in the tree opens a
 * shared line (make lint checks it), so that "copy once, check the copy, use the copy" is a
 * property of this file.
 *
 * Everything here is inline, never blocks, never fails, and needs no libc. A kernel build replaces
 * the bodies by smp_load_acquire, smp_store_release, READ_ONCE and WRITE_ONCE; callers don't change.
 */
#ifndef CORDON_CHANNELS_PRIM_H
#define CORDON_CHANNELS_PRIM_H

#include <stdatomic.h>
#include <stddef.h>
#include <stdint.h>

#define CORDON_LINE_SIZE 64
#define CORDON_PAYLOAD_SIZE 56
#define CORDON_PAYLOAD_WORDS 7

/*
 * One cache line in shared memory. Word 0 is the header, words 1-7 the payload. Opaque: the member
 * is named in this file only.
 */
struct cordon_line {
	_Alignas(CORDON_LINE_SIZE) _Atomic uint64_t opaque_[8];
};

_Static_assert(sizeof(struct cordon_line) == CORDON_LINE_SIZE, "a line is one cache line");
_Static_assert(sizeof(_Atomic uint64_t) == 8, "atomic words have no hidden lock");

/* The private copy of a payload. */
union cordon_payload {
	uint64_t word[CORDON_PAYLOAD_WORDS];
	uint8_t byte[CORDON_PAYLOAD_SIZE];
};

/* The header word of @line. Pairs with cordon_publish() of the peer: what the peer wrote before it
 * published is visible to copies made after this load. */
static inline uint64_t cordon_peek(const struct cordon_line *line)
{
	return atomic_load_explicit(&line->opaque_[0], memory_order_acquire);
}

#if defined(CORDON_PLANT_RELAXED_PUBLISH)
#define CORDON_PUBLISH_ORDER memory_order_relaxed
#else
#define CORDON_PUBLISH_ORDER memory_order_release
#endif

/* Store the header word of @line, after the payload. Pairs with cordon_peek() of the peer. */
static inline void cordon_publish(struct cordon_line *line, uint64_t header)
{
	atomic_store_explicit(&line->opaque_[0], header, CORDON_PUBLISH_ORDER);
}

/* Copy the first @words words (0-7) of the payload of @line to private memory, each read once.
 * Ordered after the cordon_peek() that found the line full. */
static inline void cordon_copy_in(union cordon_payload *to, const struct cordon_line *line,
				  unsigned words)
{
	for (unsigned i = 0; i < words && i < CORDON_PAYLOAD_WORDS; i++)
		to->word[i] = atomic_load_explicit(&line->opaque_[1 + i], memory_order_relaxed);
}

/* Copy @words words (0-7) of private memory to the payload of @line. Visible to the peer with the
 * cordon_publish() that follows. */
static inline void cordon_copy_out(struct cordon_line *line, const union cordon_payload *from,
				   unsigned words)
{
	for (unsigned i = 0; i < words && i < CORDON_PAYLOAD_WORDS; i++)
		atomic_store_explicit(&line->opaque_[1 + i], from->word[i], memory_order_relaxed);
}

/* Between an own store and a later load of what the peer stores: the one order that acquire and
 * release don't give, and that only sleeping needs (wait.h). In the kernel: smp_mb(). */
static inline void cordon_full_fence(void)
{
#if defined(CORDON_PLANT_NO_FENCE)
	atomic_signal_fence(memory_order_seq_cst);
#else
	atomic_thread_fence(memory_order_seq_cst);
#endif
}

/* One turn of a polling loop: tells the core that it is one. */
static inline void cordon_relax(void)
{
#if defined(__x86_64__)
	__builtin_ia32_pause();
#elif defined(__aarch64__)
	__asm__ __volatile__("isb" ::: "memory");
#else
	atomic_signal_fence(memory_order_seq_cst);
#endif
}

#endif
