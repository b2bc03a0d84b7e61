// SPDX-License-Identifier: MIT OR GPL-2.0-only
#include "bench/disk/history.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "core/clock.h"

#define WORDS (HISTORY_SECTOR / sizeof(uint64_t))

void history_init(struct history *h, uint64_t seed)
{
	memset(h, 0, sizeof(*h));
	pthread_mutex_init(&h->lock, NULL);
	h->seed = seed;
	h->base = 1;
}

/* Each word of a sector says the same in other words, so that no part of another one goes unseen. */
static uint64_t word(const struct history *h, uint32_t number, uint32_t sector, uint32_t i)
{
	uint64_t v = h->seed + ((uint64_t)number << 32 | sector << 8 | i);

	v = (v ^ v >> 31) * UINT64_C(0x9e3779b97f4a7c15);
	return v ^ v >> 29;
}

static void fill(const struct history *h, uint32_t number, uint32_t sector, uint64_t *to)
{
	to[0] = number;
	for (uint32_t i = 1; i < WORDS; i++)
		to[i] = word(h, number, sector, i);
}

uint32_t history_write(struct history *h, uint32_t first, uint32_t n, void *data)
{
	uint32_t i;

	pthread_mutex_lock(&h->lock);
	i = h->nwrites++;
	pthread_mutex_unlock(&h->lock);
	for (uint32_t s = 0; s < n; s++)
		fill(h, h->base + i, first + s, (uint64_t *)data + s * WORDS);
	h->write[i].first = first;
	h->write[i].n = n;
	h->write[i].began = cordon_clock_monotonic();
	return i;
}

void history_written(struct history *h, uint32_t i)
{
	h->write[i].ended = cordon_clock_monotonic();
}

int history_read(struct history *h, uint64_t began, uint32_t first, uint32_t n, const void *data)
{
	uint64_t ended = cordon_clock_monotonic(), want[WORDS];
	uint32_t r;

	pthread_mutex_lock(&h->lock);
	r = h->nreads++;
	pthread_mutex_unlock(&h->lock);
	h->read[r] = (struct history_span){ began, ended, first, n };
	for (uint32_t s = 0; s < n; s++) {
		const uint64_t *got = (const uint64_t *)data + s * WORDS;

		h->saw[r][first + s] = (uint32_t)got[0];
		fill(h, (uint32_t)got[0], first + s, want);
		if (memcmp(got, want, sizeof(want)) == 0)
			continue;
		pthread_mutex_lock(&h->lock);
		(void)snprintf(h->why, sizeof(h->why),
			       "sector %" PRIu32 " is not as write %" PRIu64 " wrote it", first + s,
			       got[0]);
		pthread_mutex_unlock(&h->lock);
		return -1;
	}
	return 0;
}

static int covers(const struct history_span *w, uint32_t sector)
{
	return sector - w->first < w->n;
}

/* A write that ended after @w had, and before @t, when all of it was done already. */
static int is_hidden(const struct history *h, const struct history_span *w, uint32_t sector,
		     uint64_t t)
{
	for (uint32_t i = 0; i < h->nwrites; i++)
		if (covers(&h->write[i], sector) && h->write[i].began > w->ended &&
		    h->write[i].ended < t)
			return 1;
	return 0;
}

static int refuse(struct history *h, uint32_t sector, uint32_t number, const char *why)
{
	(void)snprintf(h->why, sizeof(h->why),
		       "sector %" PRIu32 ": read as of write %" PRIu32 ", %s", sector, number, why);
	return -1;
}

/* @earlier: the last read of this sector before @r; NULL: none. */
static int judge(struct history *h, uint32_t r, uint32_t sector, const uint32_t *earlier)
{
	static const struct history_span first;
	uint32_t number = h->saw[r][sector], i = number - h->base;
	const struct history_span *read = &h->read[r], *w = &first;

	if (number >= h->base && i < h->nwrites) {
		w = &h->write[i];
		if (!covers(w, sector) || w->began > read->ended)
			return refuse(h, sector, number, "which did not write it");
	} else if (number != h->before[sector]) {
		return refuse(h, sector, number, "which was gone long ago");
	}
	if (is_hidden(h, w, sector, read->began))
		return refuse(h, sector, number, "though one that began after its end had ended");
	/* What both had before them has its order by then. */
	if (earlier && h->saw[*earlier][sector] != number && w->ended < h->read[*earlier].began)
		return refuse(h, sector, number,
			      "after another one was read, and it had ended before that");
	return 0;
}

static void count(struct history *h, uint32_t sector)
{
	unsigned n = 0;

	for (uint32_t i = 0; i < h->nwrites; i++)
		n += covers(&h->write[i], sector) &&
		     !is_hidden(h, &h->write[i], sector, UINT64_MAX);
	h->contested += n > 1;
}

int history_judge(struct history *h)
{
	for (uint32_t s = 0; s < HISTORY_SECTORS; s++) {
		const uint32_t *earlier = NULL;
		uint32_t last;

		/* A single reader: they are in order. */
		for (uint32_t r = 0; r < h->nreads; r++) {
			if (!covers(&h->read[r], s))
				continue;
			if (judge(h, r, s, earlier) < 0)
				return -1;
			last = r;
			earlier = &last;
		}
		count(h, s);
	}
	return 0;
}

void history_forget(struct history *h)
{
	memcpy(h->before, h->saw[h->nreads - 1], sizeof(h->before));
	h->base += h->nwrites;
	h->nwrites = 0;
	h->nreads = 0;
}
