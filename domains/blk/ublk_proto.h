/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/*
 * What the kernel's ublk driver and its server say to each other: linux/ublk_cmd.h, and what that of Debian 12
 * (Linux 6.1) lacks, as in include/uapi/linux/ublk_cmd.h of Linux 6.12.
 */
#ifndef CORDON_DOMAINS_BLK_UBLK_PROTO_H
#define CORDON_DOMAINS_BLK_UBLK_PROTO_H

#include <linux/ioctl.h>
#include <linux/ublk_cmd.h>

/* Commands are encoded as ioctls are. */
#define UBLK_DO(nr) _IOWR('u', nr, struct ublksrv_ctrl_cmd)
#define UBLK_ASK(nr) _IOR('u', nr, struct ublksrv_ctrl_cmd)
#define UBLK_IO(nr) _IOWR('u', nr, struct ublksrv_io_cmd)

#ifndef UBLK_F_CMD_IOCTL_ENCODE
#define UBLK_F_CMD_IOCTL_ENCODE (1UL << 6)
#endif
#ifndef UBLK_F_USER_COPY
#define UBLK_F_USER_COPY \
	(1UL << 7) /* data by pread and pwrite on the character device; Linux 6.5 */
#endif

/* Where the data of request @tag of the first queue lie in the character device. */
#define UBLK_DATA_OF(tag) (UBLKSRV_IO_BUF_OFFSET + ((uint64_t)(tag) << 25))

#endif
