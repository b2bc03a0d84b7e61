// SPDX-License-Identifier: MIT OR GPL-2.0-only
/*
 * cordon_cdl.ko: the tests of what cordon-cdl makes, in the kernel: stubs, dispatch and checks as this
 * compiler and these headers have them. They run when it is loaded, which fails if one of them does. Both
 * ends are here; no driver is asked.
 */
#include <linux/init.h>
#include <linux/module.h>
#include <linux/sched.h>
#include <cmocka.h>

#define SHOWN 10u /* of the failures of a test */

static unsigned int failures; /* of the test that runs */

void cdl_failed(const char *file, int line, const char *what)
{
	if (failures++ < SHOWN)
		pr_err("cordon_cdl: %s:%d: not so: %s\n", file, line, what);
}

int cdl_run(const struct CMUnitTest *tests, unsigned int n)
{
	void *none = NULL;
	unsigned int i, bad = 0;

	for (i = 0; i < n; i++) {
		failures = 0;
		tests[i].fn(&none);
		pr_info("cordon_cdl: %s %s\n", failures ? "not ok" : "ok", tests[i].name);
		bad += failures > 0;
		cond_resched();
	}
	return (int)bad;
}

static int __init begin(void)
{
	int bad = cdl_types() + cdl_lies() + cdl_buffers();

	return bad ? -EINVAL : 0;
}

static void __exit end(void)
{
}

module_init(begin);
module_exit(end);
MODULE_DESCRIPTION("Tests of what cordon-cdl makes, in the kernel");
MODULE_LICENSE("Dual MIT/GPL");
