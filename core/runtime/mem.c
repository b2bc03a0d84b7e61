// SPDX-License-Identifier: MIT OR GPL-2.0-only
/* The four functions of <string.h> that compilers and drivers expect. Byte loops are kept from
 * becoming calls to themselves by the Makefile's -fno-builtin and the attribute below. */
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#if defined(__GNUC__) && !defined(__clang__)
#define PLAIN_LOOP __attribute__((optimize("no-tree-loop-distribute-patterns")))
#else
#define PLAIN_LOOP
#endif

/* Eight bytes wherever they lie. */
struct word {
	uint64_t value;
} __attribute__((packed, may_alias));

/* Forward, so that memmove() may use it. */
PLAIN_LOOP void *memcpy(void *restrict to, const void *restrict from, size_t n)
{
	uint8_t *t = to;
	const uint8_t *f = from;
#if defined(__x86_64__)
	size_t words = n / 8;

	/* The processor's own loop, as fast as any where that matters; by words, for those that take it
	 * word by word: emulators, old ones, and short copies. */
	__asm__ __volatile__("rep movsq" : "+D"(t), "+S"(f), "+c"(words)::"memory");
	n %= 8;
#else
	for (; n >= 8; n -= 8, t += 8, f += 8)
		((struct word *)t)->value = ((const struct word *)f)->value;
#endif
	while (n-- > 0)
		*t++ = *f++;
	return to;
}

PLAIN_LOOP void *memmove(void *to, const void *from, size_t n)
{
	uint8_t *t = to;
	const uint8_t *f = from;

	if (t <= f || t >= f + n)
		return memcpy(to, from, n);
	while (n-- > 0)
		t[n] = f[n];
	return to;
}

PLAIN_LOOP void *memset(void *to, int c, size_t n)
{
#if defined(__x86_64__)
	void *t = to;

	__asm__ __volatile__("rep stosb" : "+D"(t), "+c"(n) : "a"(c) : "memory");
#else
	uint8_t *t = to;

	for (; n >= 8; n -= 8, t += 8)
		((struct word *)t)->value = (uint8_t)c * UINT64_C(0x0101010101010101);
	while (n-- > 0)
		*t++ = (uint8_t)c;
#endif
	return to;
}

PLAIN_LOOP int memcmp(const void *a, const void *b, size_t n)
{
	const uint8_t *x = a, *y = b;

	for (size_t i = 0; i < n; i++)
		if (x[i] != y[i])
			return x[i] < y[i] ? -1 : 1;
	return 0;
}
