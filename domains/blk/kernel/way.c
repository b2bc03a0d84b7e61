// SPDX-License-Identifier: MIT OR GPL-2.0-only
#include "domains/blk/kernel/way.h"

#include <linux/ktime.h>
#include <linux/math64.h>
#include <linux/minmax.h>

/* How many requests another way is tried for, and how many come before that is tried again. */
#define TRY 32u
#define SPAN_MIN 128u
#define SPAN_MAX 4096u
/* Left to the bell: answered so often in a row before the next came, they come one at a time. */
#define ALONE 3u
/* After so many times in vain in a row nobody waits for so many. */
#define LUCK 4
#define PAUSE 64

void disk_way_init(struct disk_way *w)
{
	*w = (struct disk_way){ .wait = true, .span = SPAN_MIN };
}

static void begin(struct disk_way *w, bool wait, bool tried)
{
	w->wait = wait;
	w->tried = tried;
	w->run = w->alone = 0;
}

/* What is in use took @ns each: on with it, or with the other one. */
static void judge(struct disk_way *w, u64 ns)
{
	if (!w->tried) {
		w->ns = ns;
		begin(w, !w->wait, true);
	} else if (ns + ns / 16 < w->ns && w->alone < ALONE) {
		w->span = SPAN_MIN;
		begin(w, w->wait, false);
	} else {
		w->span = min(2 * w->span, SPAN_MAX);
		begin(w, !w->wait, false);
	}
}

bool disk_way_is_lucky(struct disk_way *w)
{
	int luck = READ_ONCE(w->luck);

	if (luck >= 0)
		return true;
	WRITE_ONCE(w->luck, luck + 1);
	begin(w, false, false);
	return false;
}

bool disk_way_waits(struct disk_way *w, bool idle)
{
	if (!disk_way_is_lucky(w))
		return false;
	w->alone = idle && !w->wait ? w->alone + 1 : 0;
	if (!w->run++)
		w->since = ktime_get_mono_fast_ns();
	if (w->run > (w->tried ? TRY : w->span) || w->alone >= ALONE)
		judge(w, div_u64(ktime_get_mono_fast_ns() - w->since, w->run));
	return w->wait;
}

void disk_way_waited(struct disk_way *w, bool came)
{
	int luck = READ_ONCE(w->luck);

	WRITE_ONCE(w->luck, came ? LUCK : luck > 0 ? luck - 1 : -PAUSE);
}
