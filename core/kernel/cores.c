// SPDX-License-Identifier: MIT OR GPL-2.0-only
#include "core/kernel/cores.h"

#include <linux/cpumask.h>
#include <linux/mutex.h>
#include <linux/printk.h>
#include <linux/sched/isolation.h>
#include <linux/slab.h>
#include <linux/string.h>
#include "core/kernel/why.h"

static struct cpumask reserved; /* as the user said */
static struct cpumask taken; /* by domains */
static DEFINE_MUTEX(lock); /* of taken */

/* The words are those of scripts/bootline. */
static int refuse(char *why, unsigned int core, const char *what)
{
	static struct cpumask want, rest;
	static DEFINE_MUTEX(words);
	int ret;

	mutex_lock(&words);
	cpumask_copy(&want, &reserved);
	cpumask_set_cpu(core, &want);
	cpumask_andnot(&rest, cpu_present_mask, &want);
	if (core == 0 || cpumask_empty(&rest))
		ret = cordon_why(why, -EPERM,
				 "CPU %u %s, and can't be: Linux needs one itself, and CPU 0", core,
				 what);
	else
		ret = cordon_why(
			why, -EPERM,
			"CPU %u %s: boot with isolcpus=domain,managed_irq,%*pbl nohz_full=%*pbl "
			"rcu_nocbs=%*pbl irqaffinity=%*pbl cordon.cores=%*pbl",
			core, what, cpumask_pr_args(&want), cpumask_pr_args(&want),
			cpumask_pr_args(&want), cpumask_pr_args(&rest), cpumask_pr_args(&want));
	mutex_unlock(&words);
	return ret;
}

/* Besides @core one is left that Linux runs on. */
static bool others_left(unsigned int core)
{
	unsigned int cpu;

	for_each_online_cpu(cpu) if (cpu != core &&
				     housekeeping_test_cpu(cpu, HK_TYPE_DOMAIN)) return true;
	return false;
}

static int check(unsigned int core, bool unreserved, char *why)
{
	if (core >= nr_cpu_ids || core >= CORDON_K_CPUS || !cpu_present(core))
		return cordon_why(why, -EINVAL, "there is no CPU %u", core);
	if (!cpu_online(core))
		return cordon_why(why, -EINVAL, "CPU %u is offline", core);
	if (!others_left(core))
		return cordon_why(why, -EPERM, "CPU %u is the last one that Linux runs on", core);
	if (unreserved)
		return 0;
	if (housekeeping_test_cpu(core, HK_TYPE_DOMAIN))
		return refuse(why, core, "is not isolated");
	if (!cpumask_test_cpu(core, &reserved))
		return refuse(why, core, "is not in cordon.cores");
	return 0;
}

int cordon_cores_init(const char *list)
{
	char why[CORDON_K_WHY];
	unsigned int core;

	if (list && cpulist_parse(list, &reserved) < 0) {
		pr_err("cordon: cores=%s: not a list of CPUs like 1 or 2-5,7\n", list);
		return -EINVAL;
	}
	for_each_cpu(core, &reserved) if (check(core, false, why) < 0)
		pr_notice("cordon: no domain gets CPU %u: %s\n", core, why);
	return 0;
}

void cordon_cores_set(__u64 set[CORDON_K_CPUS / 64])
{
	char why[CORDON_K_WHY];
	unsigned int core;

	for_each_cpu(core, &reserved) if (check(core, false, why) == 0)
		set[core / 64] |= 1ull << core % 64;
}

int cordon_cores_take(unsigned int core, bool unreserved, char *why)
{
	int ret = check(core, unreserved, why);

	if (ret < 0 || unreserved)
		return ret;
	mutex_lock(&lock);
	if (cpumask_test_and_set_cpu(core, &taken))
		ret = cordon_why(why, -EBUSY, "CPU %u is another domain's", core);
	mutex_unlock(&lock);
	return ret;
}

void cordon_cores_put(unsigned int core, bool unreserved)
{
	if (!unreserved)
		cpumask_clear_cpu(core, &taken);
}

unsigned int cordon_cores_queues(unsigned int max)
{
	const struct cpumask *ours = housekeeping_cpumask(HK_TYPE_DOMAIN);
	unsigned int cpu, some = 0;

	for_each_present_cpu(cpu) some += cpumask_test_cpu(cpu, ours);
	return clamp(some, 1u, max);
}

unsigned int cordon_cores_queue(unsigned int cpu, unsigned int queues)
{
	const struct cpumask *ours = housekeeping_cpumask(HK_TYPE_DOMAIN);
	unsigned int other, before = 0;

	for_each_present_cpu(other) before += other < cpu && cpumask_test_cpu(other, ours);
	return before % queues;
}

void cordon_cores_place(struct task_struct *t, unsigned int core)
{
	struct cpumask *cpus = kmalloc(cpumask_size(), GFP_KERNEL);

	if (!cpus)
		return;
	cpumask_copy(cpus, housekeeping_cpumask(HK_TYPE_DOMAIN));
	cpumask_clear_cpu(core, cpus);
	set_cpus_allowed_ptr(t, cpus);
	kfree(cpus);
}
