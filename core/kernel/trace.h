/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/*
 * Tracepoints, in events/cordon of tracefs:
 *
 *   cordon_order    an order of a supervisor's: its ioctl's number, its result
 *   cordon_tx       a frame became the driver's: its queue, buffer and length
 *   cordon_rx       a buffer came back: with a frame (kind 1) or without (2)
 *   cordon_refused  of what came back, what was dropped: the buffer, its length, and why, as the counter
 *                   is called
 *   cordon_bell     the kernel rang the driver (1), or the driver the kernel (0)
 */
#undef TRACE_SYSTEM
#define TRACE_SYSTEM cordon

#if !defined(CORDON_KERNEL_TRACE_H) || defined(TRACE_HEADER_MULTI_READ)
#define CORDON_KERNEL_TRACE_H

#include <linux/if.h>
#include <linux/string.h>
#include <linux/tracepoint.h>

/* clang-format off */
TRACE_EVENT(cordon_order,
	TP_PROTO(const char *domain, unsigned int nr, int result),
	TP_ARGS(domain, nr, result),
	TP_STRUCT__entry(
		__array(char, domain, 32)
		__field(unsigned int, nr)
		__field(int, result)
	),
	TP_fast_assign(
		strscpy(__entry->domain, domain, 32);
		__entry->nr = nr;
		__entry->result = result;
	),
	TP_printk("domain=%s order=%u result=%d", __entry->domain, __entry->nr, __entry->result)
);

TRACE_EVENT(cordon_tx,
	TP_PROTO(const char *dev, unsigned int queue, unsigned int buf, unsigned int len),
	TP_ARGS(dev, queue, buf, len),
	TP_STRUCT__entry(
		__array(char, dev, IFNAMSIZ)
		__field(unsigned int, queue)
		__field(unsigned int, buf)
		__field(unsigned int, len)
	),
	TP_fast_assign(
		strscpy(__entry->dev, dev, IFNAMSIZ);
		__entry->queue = queue;
		__entry->buf = buf;
		__entry->len = len;
	),
	TP_printk("dev=%s queue=%u buf=%u len=%u", __entry->dev, __entry->queue, __entry->buf,
		  __entry->len)
);

TRACE_EVENT(cordon_rx,
	TP_PROTO(const char *dev, unsigned int buf, unsigned int len, unsigned int kind),
	TP_ARGS(dev, buf, len, kind),
	TP_STRUCT__entry(
		__array(char, dev, IFNAMSIZ)
		__field(unsigned int, buf)
		__field(unsigned int, len)
		__field(unsigned int, kind)
	),
	TP_fast_assign(
		strscpy(__entry->dev, dev, IFNAMSIZ);
		__entry->buf = buf;
		__entry->len = len;
		__entry->kind = kind;
	),
	TP_printk("dev=%s buf=%u len=%u kind=%u", __entry->dev, __entry->buf, __entry->len,
		  __entry->kind)
);

TRACE_EVENT(cordon_refused,
	TP_PROTO(const char *dev, unsigned int buf, unsigned int len, const char *why),
	TP_ARGS(dev, buf, len, why),
	TP_STRUCT__entry(
		__array(char, dev, IFNAMSIZ)
		__array(char, why, 24)
		__field(unsigned int, buf)
		__field(unsigned int, len)
	),
	TP_fast_assign(
		strscpy(__entry->dev, dev, IFNAMSIZ);
		strscpy(__entry->why, why, 24);
		__entry->buf = buf;
		__entry->len = len;
	),
	TP_printk("dev=%s buf=%u len=%u why=%s", __entry->dev, __entry->buf, __entry->len,
		  __entry->why)
);

TRACE_EVENT(cordon_bell,
	TP_PROTO(unsigned int core, bool out),
	TP_ARGS(core, out),
	TP_STRUCT__entry(
		__field(unsigned int, core)
		__field(bool, out)
	),
	TP_fast_assign(
		__entry->core = core;
		__entry->out = out;
	),
	TP_printk("core=%u out=%d", __entry->core, __entry->out)
);
/* clang-format on */

#endif

/* clang-format off */
/* Found by -I of the tree that Kbuild is at the top of. */
#undef TRACE_INCLUDE_PATH
#define TRACE_INCLUDE_PATH core/kernel
#undef TRACE_INCLUDE_FILE
#define TRACE_INCLUDE_FILE trace
#include <trace/define_trace.h>
