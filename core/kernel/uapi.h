/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/*
 * /dev/cordon: what a supervisor says to cordon.ko. One open file is one domain, as the kernel sees it:
 *
 *   CORDON_K_INFO     what module is this, and which cores does it hand out
 *   CORDON_K_DOMAIN   this file is domain NAME, on core N                          once, first
 *   CORDON_K_NET      its front-end is a network device                            once
 *   CORDON_K_BLK      or a disk                                                    instead
 *   CORDON_K_ATTACH   an incarnation begins: here is its memory; start the driver
 *   CORDON_K_PING     ask the driver for a sign of life
 *   CORDON_K_STOP     no new work; what the driver has for the wire comes back
 *   CORDON_K_DRAIN    wait until the driver has given back all that it was lent
 *   CORDON_K_DETACH   the incarnation has ended: touch its memory no more, keep what was in flight
 *   CORDON_K_STATS    counters
 *
 * These are the orders that a front-end in user space gets too (core/class.h); they mean the same.
 * ATTACH, PING, STOP and DRAIN block, killable, for the deadline of NET or BLK at most each call they make
 * to the driver. CORDON_K_ABORT, from another thread, has the one that is under way end soon with
 * -ECANCELED; where none is, it does nothing. An ATTACH that failed leaves nothing attached. Somebody may
 * delete the device: then orders are -ENODEV but for DETACH. Closing the file is death: what DETACH does,
 * and the device goes with it, unless it was there before.
 *
 * Every structure begins with its size, which the caller fills in: one that the module doesn't know is
 * -EINVAL. Flags and fields called zero that are not zero are -EINVAL. Calls in another order are
 * -EBADFD, a second order while one is under way -EBUSY; INFO, STATS and ABORT are no orders, and come at
 * any time from any thread. Only CAP_NET_ADMIN and CAP_SYS_ADMIN, in the
 * first user namespace, open the device. Where an error wants words they are in @why, ended by a zero.
 */
#ifndef CORDON_CORE_KERNEL_UAPI_H
#define CORDON_CORE_KERNEL_UAPI_H

#include <linux/ioctl.h>
#include <linux/types.h>

#define CORDON_K_ABI 2
#define CORDON_K_CPUS 1024
#define CORDON_K_VALUES 96
#define CORDON_K_OPS 16
#define CORDON_K_WHY 240

struct cordon_k_info {
	__u32 size;
	__u32 abi; /* out: CORDON_K_ABI */
	__u64 cores[CORDON_K_CPUS / 64]; /* out: set of cores that domains may take */
	__u32 queues; /* out: of a device, one for each core of Linux's (16 at most) */
	__u32 zero;
};

/* Any core that is online, for hosts without a reserved one; domains may share such a core. */
#define CORDON_K_UNRESERVED 1u

struct cordon_k_domain {
	__u32 size;
	__u32 flags; /* CORDON_K_UNRESERVED */
	__u32 core;
	__u32 zero;
	char name[32]; /* 1 to 31 of a-z A-Z 0-9 . _ - */
	char why[CORDON_K_WHY]; /* out: of -EINVAL (no such core, offline), -EPERM (not reserved: with
				 * the boot line that would), -EBUSY (another domain's) */
};

/* How what the driver sends reaches the stack. */
enum cordon_k_receive {
	CORDON_K_RECEIVE_DEFAULT, /* the module's choice: by doorbell, if the domain can ring */
	CORDON_K_RECEIVE_POLL, /* a thread on a housekeeping core polls while there is traffic */
	/* The driver rings. Frames are worked off on its core, in its time; a disk's thread is woken. */
	CORDON_K_RECEIVE_DOORBELL,
};

struct cordon_k_net {
	__u32 size;
	__u32 flags; /* 0 */
	char name[16]; /* of the device: taken if there is a free one of kind cordon, else made */
	__u8 mac[6]; /* all zeros: a random one, or the device's */
	__u16 zero;
	__u32 mtu;
	__u32 receive; /* enum cordon_k_receive */
	__u32 deadline_ms; /* of control calls, 1 to 60000 */
	__u32 features; /* CORDON_NET_F_* that may be negotiated, but for what this kernel can't do */
	char why[CORDON_K_WHY];
};

/*
 * The disk itself appears when its driver first says how big it is, in the first ATTACH, and stays until
 * the file is closed; a later driver that says otherwise is refused. Requests wait while there is none.
 * PING is -ETIMEDOUT, too, when a request has been at the driver for longer than the disk's io_timeout.
 */
struct cordon_k_blk {
	__u32 size;
	__u32 flags; /* 0 */
	char name[32]; /* of the disk: a letter, then as a domain's; "": out: cordonN, the first free */
	__u32 complete; /* enum cordon_k_receive: how answers from the driver are taken */
	__u32 deadline_ms; /* of control calls, 1 to 60000 */
	__u32 features; /* of BLK_F_FUA, DISCARD and ZERO, those that may be negotiated */
	__u32 zero;
	char why[CORDON_K_WHY];
};

struct cordon_k_attach {
	__u32 size;
	__u32 flags; /* 0 */
	__u32 calls, ab, ba, more; /* struct cordon_chan_dims; a further stream for each queue */
	__u32 small, big, ro_small, ro_big; /* struct cordon_pool_dims */
	/* Where the caller maps them, writable, whole pages; pinned until DETACH. Seals are not asked for: what is
	 * pinned stays, whatever becomes of the file. */
	__u64 chan, pool, pool_ro;
	__s32 bell; /* an eventfd that wakes the domain; -1: it never sleeps */
	__s32 ears; /* an eventfd that the domain rings; -1: it never rings */
	__u32 wait; /* enum cordon_wait, of the domain */
	__u32 epoch; /* out: the incarnation's number, from 1 */
	char why[CORDON_K_WHY];
};

struct cordon_k_stats {
	__u32 size;
	__u32 n; /* out: values that are filled in */
	__u64 value[CORDON_K_VALUES]; /* out: as struct net_front_counters or blk_front_counters has them */
	__u64 depth, depth_peak, errors; /* out: struct cordon_gauge */
	__u64 calls, call_ns, call_errors; /* out */
	__u64 by_op[CORDON_K_OPS]; /* out: of calls, by operation; the last: and those behind */
};

#define CORDON_K_INFO _IOWR(0xc0, 0, struct cordon_k_info)
#define CORDON_K_DOMAIN _IOWR(0xc0, 1, struct cordon_k_domain)
#define CORDON_K_NET _IOWR(0xc0, 2, struct cordon_k_net)
#define CORDON_K_ATTACH _IOWR(0xc0, 3, struct cordon_k_attach)
#define CORDON_K_PING _IO(0xc0, 4)
#define CORDON_K_STOP _IO(0xc0, 5)
#define CORDON_K_DRAIN _IO(0xc0, 6)
#define CORDON_K_DETACH _IO(0xc0, 7)
#define CORDON_K_STATS _IOWR(0xc0, 8, struct cordon_k_stats)
#define CORDON_K_ABORT _IO(0xc0, 9)
#define CORDON_K_BLK _IOWR(0xc0, 10, struct cordon_k_blk)

#endif
