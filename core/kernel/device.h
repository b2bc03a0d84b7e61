/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/* /dev/cordon, as uapi.h says. */
#ifndef CORDON_KERNEL_DEVICE_H
#define CORDON_KERNEL_DEVICE_H

int cordon_device_init(void);
void cordon_device_exit(void);

#endif
