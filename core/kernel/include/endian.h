/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
#ifndef CORDON_KERNEL_ENDIAN_H
#define CORDON_KERNEL_ENDIAN_H

#include <asm/byteorder.h>

#define le16toh(x) le16_to_cpu((__force __le16)(x))

#endif
