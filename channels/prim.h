/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/*
 * The four primitives over which every line of shared memory is touched: load-acquire and
 * store-release of one word, copy in and copy out of a payload. Nothing else in the tree opens a
 * shared line (make lint checks it), so that "copy once, check the copy, use the copy" is a
 * property of this file.
 *
 * Everything here is inline, never blocks, never fails, and needs no libc. User space has C11 atomics
 * below, the kernel its own; callers don't differ.
 */
#ifndef CORDON_CHANNELS_PRIM_H
#define CORDON_CHANNELS_PRIM_H

#if !defined(__KERNEL__)
#include <stdatomic.h>
#endif
#include <stddef.h>
#include <stdint.h>

#if defined(__KERNEL__)
#include <linux/bitops.h>
#include <linux/compiler.h>
#include <asm/barrier.h>
#include <asm/processor.h>
#endif

#define CORDON_LINE_SIZE 64
#define CORDON_PAYLOAD_SIZE 56
#define CORDON_PAYLOAD_WORDS 7

/* Of what runs for each line: a call would come with as many private stores as there are shared ones, and
 * the store buffer holds so many. */
#define CORDON_HOT static inline __attribute__((always_inline))

/* A word of shared memory, and the four ways to touch one. */
#if defined(__KERNEL__)

typedef uint64_t cordon_word;

#define CORDON_LOAD_ACQUIRE(word) smp_load_acquire(word)
#define CORDON_STORE_RELEASE(word, value) smp_store_release(word, value)
#define CORDON_LOAD(word) READ_ONCE(*(word))
#define CORDON_STORE(word, value) WRITE_ONCE(*(word), value)

#else

typedef _Atomic uint64_t cordon_word;

#if defined(CORDON_PLANT_RELAXED_PUBLISH)
#define CORDON_PUBLISH_ORDER memory_order_relaxed
#else
#define CORDON_PUBLISH_ORDER memory_order_release
#endif

#define CORDON_LOAD_ACQUIRE(word) atomic_load_explicit(word, memory_order_acquire)
#define CORDON_STORE_RELEASE(word, value) atomic_store_explicit(word, value, CORDON_PUBLISH_ORDER)
#define CORDON_LOAD(word) atomic_load_explicit(word, memory_order_relaxed)
#define CORDON_STORE(word, value) atomic_store_explicit(word, value, memory_order_relaxed)

#endif

/*
 * One cache line in shared memory. Word 0 is the header, words 1-7 the payload. Opaque: the member
 * is named in this file only.
 */
struct cordon_line {
	_Alignas(CORDON_LINE_SIZE) cordon_word opaque_[8];
};

_Static_assert(sizeof(struct cordon_line) == CORDON_LINE_SIZE, "a line is one cache line");
_Static_assert(sizeof(cordon_word) == 8, "atomic words have no hidden lock");

/* The private copy of a payload. */
union cordon_payload {
	uint64_t word[CORDON_PAYLOAD_WORDS];
	uint8_t byte[CORDON_PAYLOAD_SIZE];
};

/* The header word of @line. Pairs with cordon_publish() of the peer: what the peer wrote before it
 * published is visible to copies made after this load. */
CORDON_HOT uint64_t cordon_peek(const struct cordon_line *line)
{
	return CORDON_LOAD_ACQUIRE(&line->opaque_[0]);
}

/* Have @line fetched, to be written to: read first and written then, it would cross twice. A hint: says
 * nothing of what is in it. */
CORDON_HOT void cordon_fetch(const struct cordon_line *line)
{
#if defined(__x86_64__)
	/* As gcc's builtin has it only with -mprfchw; where there is none, it does nothing. */
	__asm__ __volatile__("prefetchw %0" ::"m"(line->opaque_[0]));
#else
	__builtin_prefetch((const void *)line, 1, 3);
#endif
}

/* Store the header word of @line, after the payload. Pairs with cordon_peek() of the peer. */
CORDON_HOT void cordon_publish(struct cordon_line *line, uint64_t header)
{
	CORDON_STORE_RELEASE(&line->opaque_[0], header);
}

/*
 * A whole payload goes two words at a time where the CPU has registers for that: half as many stores wait
 * for the line, and a core has twice as many lines under way. Each byte is read once; two words of one
 * reading need not be of one moment, as two readings need not be.
 *
 * Private memory is read word by word all the same: a word that was just written can be had from the
 * store buffer, two of two stores only when they have left it, behind all lines that are waited for.
 */
#if defined(__SSE2__) && !defined(__KERNEL__) && !defined(__SANITIZE_THREAD__) && \
	!defined(__SANITIZE_ADDRESS__)
#define CORDON_TWO_WORDS

typedef uint64_t cordon_two __attribute__((vector_size(16), aligned(8), may_alias));
typedef uint64_t cordon_two_private __attribute__((vector_size(16), aligned(1), may_alias));
typedef uint64_t cordon_private __attribute__((aligned(1), may_alias));

CORDON_HOT void cordon_two_in(uint8_t *to, const cordon_word *from)
{
	*(cordon_two_private *)to = *(const volatile cordon_two *)(uintptr_t)from;
}

CORDON_HOT void cordon_two_out(cordon_word *to, const uint8_t *from)
{
	cordon_two two;

	/* The compiler would read both at once. */
	__asm__("movq %1, %0\n\tmovhps %2, %0"
		: "=&x"(two)
		: "m"(*(const cordon_private *)from), "m"(*(const cordon_private *)(from + 8)));
	*(volatile cordon_two *)(uintptr_t)to = two;
}
#endif

CORDON_HOT void cordon_one_in(uint8_t *to, const cordon_word *from)
{
	uint64_t word = CORDON_LOAD(from);

	__builtin_memcpy(to, &word, 8);
}

CORDON_HOT void cordon_one_out(cordon_word *to, const uint8_t *from)
{
	uint64_t word;

	__builtin_memcpy(&word, from, 8);
	CORDON_STORE(to, word);
}

#if !defined(CORDON_TWO_WORDS)
CORDON_HOT void cordon_two_in(uint8_t *to, const cordon_word *from)
{
	cordon_one_in(to, from);
	cordon_one_in(to + 8, from + 1);
}

CORDON_HOT void cordon_two_out(cordon_word *to, const uint8_t *from)
{
	cordon_one_out(to, from);
	cordon_one_out(to + 1, from + 8);
}
#endif

/* The last @len bytes, 1-7. Without a loop, of which the compiler would make something long. */
CORDON_HOT void cordon_tail_in(uint8_t *to, const cordon_word *from, unsigned len)
{
	uint64_t word = CORDON_LOAD(from);

	if (len & 4) {
		__builtin_memcpy(to, &word, 4);
		to += 4;
		word >>= 32;
	}
	if (len & 2) {
		__builtin_memcpy(to, &word, 2);
		to += 2;
		word >>= 16;
	}
	if (len & 1)
		*to = (uint8_t)word;
}

CORDON_HOT void cordon_tail_out(cordon_word *to, const uint8_t *from, unsigned len)
{
	uint64_t word = 0;
	uint32_t four;
	uint16_t two;

	/* From the end, so that each piece is shifted by what comes before it. */
	if (len & 1)
		word = from[len - 1];
	if (len & 2) {
		__builtin_memcpy(&two, from + (len & 4), 2);
		word = word << 16 | two;
	}
	if (len & 4) {
		__builtin_memcpy(&four, from, 4);
		word = word << 32 | four;
	}
	CORDON_STORE(to, word);
}

/* Copy the first @len bytes (0-56) of the payload of @line to private memory, each word read once.
 * Ordered after the cordon_peek() that found the line full. */
CORDON_HOT void cordon_copy_in(void *to, const struct cordon_line *line, unsigned len)
{
	const cordon_word *from = &line->opaque_[1];
	uint8_t *p = (uint8_t *)to;
	unsigned i = 0;

	/* A loop over a length that isn't known costs as much as the rest of a call. */
	if (len == CORDON_PAYLOAD_SIZE) {
		cordon_two_in(p, from);
		cordon_two_in(p + 16, from + 2);
		cordon_two_in(p + 32, from + 4);
		cordon_one_in(p + 48, from + 6);
		return;
	}
	for (; i < len / 8 && i < CORDON_PAYLOAD_WORDS; i++)
		cordon_one_in(p + (size_t)i * 8, from + i);
	if (i < CORDON_PAYLOAD_WORDS && len % 8 != 0)
		cordon_tail_in(p + (size_t)i * 8, from + i, len % 8);
}

/* Copy @len bytes (0-56) of private memory to the payload of @line; the rest of the last word becomes
 * zero. Visible to the peer with the cordon_publish() that follows. */
CORDON_HOT void cordon_copy_out(struct cordon_line *line, const void *from, unsigned len)
{
	cordon_word *to = &line->opaque_[1];
	const uint8_t *p = (const uint8_t *)from;
	unsigned i = 0;

	if (len == CORDON_PAYLOAD_SIZE) {
		cordon_two_out(to, p);
		cordon_two_out(to + 2, p + 16);
		cordon_two_out(to + 4, p + 32);
		cordon_one_out(to + 6, p + 48);
		return;
	}
	for (; i < len / 8 && i < CORDON_PAYLOAD_WORDS; i++)
		cordon_one_out(to + i, p + (size_t)i * 8);
	if (i < CORDON_PAYLOAD_WORDS && len % 8 != 0)
		cordon_tail_out(to + i, p + (size_t)i * 8, len % 8);
}

/* Between an own store and a later load of what the peer stores: the one order that acquire and
 * release don't give, and that only sleeping needs (wait.h). */
static inline void cordon_full_fence(void)
{
#if defined(__KERNEL__)
	smp_mb();
#elif defined(CORDON_PLANT_NO_FENCE)
	atomic_signal_fence(memory_order_seq_cst);
#else
	atomic_thread_fence(memory_order_seq_cst);
#endif
}

/* One turn of a polling loop: tells the core that it is one. */
static inline void cordon_relax(void)
{
#if defined(__KERNEL__)
	cpu_relax();
#elif defined(__x86_64__)
	__builtin_ia32_pause();
#elif defined(__aarch64__)
	__asm__ __volatile__("isb" ::: "memory");
#else
	atomic_signal_fence(memory_order_seq_cst);
#endif
}

/* How many bits of @set are set. */
static inline unsigned cordon_count_bits(uint64_t set)
{
#if defined(__KERNEL__)
	return hweight64(set); /* the builtin may be a call into libgcc */
#else
	return (unsigned)__builtin_popcountll(set);
#endif
}

#endif
