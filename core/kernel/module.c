// SPDX-License-Identifier: MIT OR GPL-2.0-only
/* cordon.ko: the kernel as a party on the channels of domains. */
#include <linux/module.h>
#include "core/kernel/cores.h"
#include "core/kernel/device.h"
#include "core/kernel/front.h"

#define CREATE_TRACE_POINTS
#include "core/kernel/trace.h"

static char *cores;
module_param(cores, charp, 0444);
MODULE_PARM_DESC(cores, "cores that domains may take, like 1 or 2-5,7 (scripts/bootline)");

static int __init cordon_init(void)
{
	int ret = cordon_cores_init(cores);

	if (ret < 0)
		return ret;
	ret = cordon_kfront_net.init();
	if (ret < 0)
		return ret;
	/* Last: then it can be opened. */
	ret = cordon_device_init();
	if (ret < 0)
		cordon_kfront_net.exit();
	return ret;
}

static void __exit cordon_exit(void)
{
	cordon_device_exit();
	cordon_kfront_net.exit();
}

module_init(cordon_init);
module_exit(cordon_exit);
MODULE_DESCRIPTION("Drivers in domains of their own: the kernel's end");
MODULE_VERSION(CORDON_VERSION);
MODULE_LICENSE("Dual MIT/GPL");
