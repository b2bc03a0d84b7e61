/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/* Where Linux 6.1 and 6.12 differ. */
#ifndef CORDON_KERNEL_COMPAT_H
#define CORDON_KERNEL_COMPAT_H

#include <linux/eventfd.h>
#include <linux/version.h>

static inline void cordon_eventfd_signal(struct eventfd_ctx *ctx)
{
#if LINUX_VERSION_CODE >= KERNEL_VERSION(6, 8, 0)
	eventfd_signal(ctx);
#else
	eventfd_signal(ctx, 1);
#endif
}

/* Since then virtio_net_hdr_from_skb() knows GSO of UDP. */
#define CORDON_KERNEL_HAS_USO (LINUX_VERSION_CODE >= KERNEL_VERSION(6, 2, 0))

#endif
