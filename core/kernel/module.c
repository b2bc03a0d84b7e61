// SPDX-License-Identifier: MIT OR GPL-2.0-only
#include <linux/module.h>
static int __init cordon_init(void){return 0;}
static void __exit cordon_exit(void){}
module_init(cordon_init);
module_exit(cordon_exit);
MODULE_LICENSE("Dual MIT/GPL");
