// SPDX-License-Identifier: MIT OR GPL-2.0-only
/*
 * cordon_ladder.ko: what it costs the kernel to call a domain. For bench/rungs alone: what only measures
 * is not to be in cordon.ko. The calls are cordon.ko's own, with all that is around them there
 * (core/kernel/party.c), which is linked in here.
 */
#include <linux/capability.h>
#include <linux/fs.h>
#include <linux/ktime.h>
#include <linux/miscdevice.h>
#include <linux/module.h>
#include <linux/mutex.h>
#include <linux/slab.h>
#include <linux/uaccess.h>
#include "bench/ladder/kernel/calls.h"
#include "core/kernel/party.h"

/* An emulated domain on a busy host needs a while before it answers the first one. */
#define DEADLINE_NS (5 * NSEC_PER_SEC)

/* An open file. */
struct caller {
	struct mutex lock; /* of all below */
	bool attached;
	struct cordon_party party;
	struct cordon_orders orders; /* none is ever under way */
	struct cordon_kcalls calls;
	u64 seq;
};

static int attach(struct caller *c, const void __user *from)
{
	struct cordon_k_attach a;
	int ret;

	if (c->attached)
		return -EBADFD;
	if (copy_from_user(&a, from, sizeof(a)))
		return -EFAULT;
	if (a.size != sizeof(a) || a.flags)
		return -EINVAL;
	ret = cordon_party_make(&c->party, &a, a.why);
	if (ret < 0)
		return ret;
	c->party.orders = &c->orders;
	c->party.deadline_ns = DEADLINE_NS;
	c->party.calls = &c->calls;
	c->attached = true;
	return 0;
}

static int call(struct caller *c, u16 op)
{
	u64 req[CORDON_PAYLOAD_WORDS] = { 0, ++c->seq };
	u64 reply[CORDON_PAYLOAD_WORDS];
	int ret = cordon_kcall(&c->party, op, req, sizeof(req), reply, sizeof(reply));

	if (ret < 0)
		return ret;
	return ret == sizeof(reply) && reply[1] == c->seq ? 0 : -EPROTO;
}

static int calls(struct caller *c, void __user *at)
{
	struct ladder_k_calls k;
	u64 start;
	int ret = 0;

	if (!c->attached)
		return -EBADFD;
	if (copy_from_user(&k, at, sizeof(k)))
		return -EFAULT;
	if (!k.n || k.n > LADDER_K_CALLS_MAX || k.op > U16_MAX)
		return -EINVAL;
	start = ktime_get_ns();
	for (u32 i = 0; i < k.n && ret == 0; i++)
		ret = call(c, k.op);
	k.ns = ktime_get_ns() - start;
	if (ret < 0)
		return ret;
	return copy_to_user(at, &k, sizeof(k)) ? -EFAULT : 0;
}

static long device_ioctl(struct file *file, unsigned int cmd, unsigned long at)
{
	struct caller *c = file->private_data;
	int ret = -ENOTTY;

	if (mutex_lock_killable(&c->lock))
		return -EINTR;
	if (cmd == LADDER_K_ATTACH)
		ret = attach(c, (const void __user *)at);
	else if (cmd == LADDER_K_CALLS)
		ret = calls(c, (void __user *)at);
	mutex_unlock(&c->lock);
	return ret;
}

static int device_open(struct inode *inode, struct file *file)
{
	struct caller *c;

	if (!capable(CAP_SYS_ADMIN))
		return -EPERM;
	c = kzalloc(sizeof(*c), GFP_KERNEL_ACCOUNT);
	if (!c)
		return -ENOMEM;
	mutex_init(&c->lock);
	file->private_data = c;
	return nonseekable_open(inode, file);
}

static int device_release(struct inode *inode, struct file *file)
{
	struct caller *c = file->private_data;

	if (c->attached)
		cordon_party_free(&c->party);
	kfree(c);
	return 0;
}

static const struct file_operations operations = {
	.owner = THIS_MODULE,
	.open = device_open,
	.release = device_release,
	.unlocked_ioctl = device_ioctl,
};

static struct miscdevice device = {
	.minor = MISC_DYNAMIC_MINOR,
	.name = LADDER_K_DEVICE,
	.fops = &operations,
	.mode = 0600,
};

module_misc_device(device);
MODULE_DESCRIPTION("What it costs the kernel to call a domain of cordon's");
MODULE_LICENSE("Dual MIT/GPL");
