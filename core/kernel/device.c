// SPDX-License-Identifier: MIT OR GPL-2.0-only
/* Every structure is copied in once, whole, and only the copy is looked at. */
#include "core/kernel/device.h"

#include <linux/capability.h>
#include <linux/fs.h>
#include <linux/miscdevice.h>
#include <linux/module.h>
#include <linux/mutex.h>
#include <linux/slab.h>
#include <linux/uaccess.h>
#include "core/kernel/cores.h"
#include "core/kernel/front.h"
#include "core/kernel/trace.h"
#include "core/kernel/why.h"
#include "core/waiting.h"

#define DEADLINE_MAX_MS 60000u

enum stage { FRESH, NAMED, FRONTED, ATTACHED };

/* An open file: a domain. */
struct domain {
	struct mutex order; /* held by the order that is under way, with all below but: */
	struct cordon_orders orders;
	const struct cordon_kfront *kind; /* of front */
	void *front; /* set once */
	enum stage stage;
	u32 epoch;
	unsigned int core;
	bool unreserved;
	char name[32];
	u64 deadline_ns;
	struct cordon_party party;
};

/* Whatever an ioctl brings or takes away. */
union argument {
	u32 size;
	struct cordon_k_info info;
	struct cordon_k_domain domain;
	struct cordon_k_net net;
	struct cordon_k_blk blk;
	struct cordon_k_attach attach;
	struct cordon_k_stats stats;
};

static int info(struct cordon_k_info *i)
{
	memset(i->cores, 0, sizeof(i->cores));
	i->abi = CORDON_K_ABI;
	i->queues = cordon_cores_queues(CORDON_MORE_MAX);
	i->zero = 0;
	cordon_cores_set(i->cores);
	return 0;
}

static bool good_name(const char *name, size_t size)
{
	size_t n = strnlen(name, size);

	return n > 0 && n < size &&
	       strspn(name, "abcdefghijklmnopqrstuvwxyz"
			    "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._-") == n;
}

static int be_domain(struct domain *d, struct cordon_k_domain *k)
{
	bool unreserved = k->flags & CORDON_K_UNRESERVED;
	int ret;

	if (d->stage != FRESH)
		return -EBADFD;
	if (k->flags & ~CORDON_K_UNRESERVED || k->zero)
		return cordon_why(k->why, -EINVAL, "unknown flags");
	if (!good_name(k->name, sizeof(k->name)))
		return cordon_why(k->why, -EINVAL, "a domain can't have this name");
	ret = cordon_cores_take(k->core, unreserved, k->why);
	if (ret < 0)
		return ret;
	memcpy(d->name, k->name, sizeof(d->name));
	d->core = k->core;
	d->unreserved = unreserved;
	d->stage = NAMED;
	return 0;
}

static int be(struct domain *d, const struct cordon_kfront *kind, void *what, u32 deadline_ms,
	      char *why)
{
	void *front;

	if (deadline_ms < 1 || deadline_ms > DEADLINE_MAX_MS)
		return cordon_why(why, -EINVAL, "deadline: not from 1 to %u ms", DEADLINE_MAX_MS);
	front = kind->open(what, d->name, why);
	if (IS_ERR(front))
		return (int)PTR_ERR(front);
	d->deadline_ns = deadline_ms * 1000000ull;
	d->stage = FRONTED;
	d->kind = kind;
	/* Pairs with stats(). */
	smp_store_release(&d->front, front);
	return 0;
}

static int be_net(struct domain *d, struct cordon_k_net *k)
{
	if (d->stage != NAMED)
		return -EBADFD;
	if (k->flags || k->zero)
		return cordon_why(k->why, -EINVAL, "unknown flags");
	return be(d, &cordon_kfront_net, k, k->deadline_ms, k->why);
}

static int be_blk(struct domain *d, struct cordon_k_blk *k)
{
	if (d->stage != NAMED)
		return -EBADFD;
	if (k->flags || k->zero)
		return cordon_why(k->why, -EINVAL, "unknown flags");
	return be(d, &cordon_kfront_blk, k, k->deadline_ms, k->why);
}

static void end(struct domain *d)
{
	d->kind->detach(d->front, &d->party);
	cordon_party_free(&d->party);
	d->stage = FRONTED;
}

static int attach(struct domain *d, struct cordon_k_attach *k)
{
	int ret;

	if (d->stage != FRONTED)
		return -EBADFD;
	if (k->flags)
		return cordon_why(k->why, -EINVAL, "unknown flags");
	if (k->wait > CORDON_WAIT_SLEEP)
		return cordon_why(k->why, -EINVAL, "no such way to wait");
	ret = cordon_party_make(&d->party, k, k->why);
	if (ret < 0)
		return ret;
	d->party.orders = &d->orders;
	d->party.core = d->core;
	d->party.deadline_ns = d->deadline_ns;
	d->stage = ATTACHED;
	ret = d->kind->start(d->front, &d->party, k->why);
	if (ret < 0) {
		end(d);
		return ret;
	}
	k->epoch = ++d->epoch;
	return 0;
}

static int order(struct domain *d, unsigned int cmd, union argument *a)
{
	switch (cmd) {
	case CORDON_K_DOMAIN:
		return be_domain(d, &a->domain);
	case CORDON_K_NET:
		return be_net(d, &a->net);
	case CORDON_K_BLK:
		return be_blk(d, &a->blk);
	case CORDON_K_ATTACH:
		return attach(d, &a->attach);
	}
	if (d->stage != ATTACHED)
		return -EBADFD;
	switch (cmd) {
	case CORDON_K_PING:
		return d->kind->ping(d->front);
	case CORDON_K_STOP:
		return d->kind->stop(d->front);
	case CORDON_K_DRAIN:
		return d->kind->drain(d->front);
	}
	end(d);
	return 0;
}

static int give_order(struct domain *d, unsigned int cmd, union argument *a)
{
	int ret;

	if (!mutex_trylock(&d->order))
		return -EBUSY;
	WRITE_ONCE(d->orders.now, d->orders.now + 1);
	ret = order(d, cmd, a);
	WRITE_ONCE(d->orders.now, d->orders.now + 1);
	trace_cordon_order(d->name, _IOC_NR(cmd), ret);
	mutex_unlock(&d->order);
	return ret;
}

static int stats(struct domain *d, struct cordon_k_stats *s)
{
	/* Pairs with be(). */
	void *front = smp_load_acquire(&d->front);
	u32 size = s->size;

	if (!front)
		return -EBADFD;
	memset(s, 0, sizeof(*s));
	s->size = size;
	d->kind->stats(front, s);
	return 0;
}

/* What the user gets back besides the result: his structure, with answers or words. */
static char *words(unsigned int cmd, union argument *a)
{
	switch (cmd) {
	case CORDON_K_DOMAIN:
		return a->domain.why;
	case CORDON_K_NET:
		return a->net.why;
	case CORDON_K_BLK:
		return a->blk.why;
	case CORDON_K_ATTACH:
		return a->attach.why;
	}
	return NULL;
}

static int obey(struct domain *d, unsigned int cmd, union argument *a)
{
	switch (cmd) {
	case CORDON_K_INFO:
		return info(&a->info);
	case CORDON_K_STATS:
		return stats(d, &a->stats);
	}
	return give_order(d, cmd, a);
}

static bool known(unsigned int cmd)
{
	switch (cmd) {
	case CORDON_K_INFO:
	case CORDON_K_DOMAIN:
	case CORDON_K_NET:
	case CORDON_K_BLK:
	case CORDON_K_ATTACH:
	case CORDON_K_PING:
	case CORDON_K_STOP:
	case CORDON_K_DRAIN:
	case CORDON_K_DETACH:
	case CORDON_K_STATS:
	case CORDON_K_ABORT:
		return true;
	}
	return false;
}

static long device_ioctl(struct file *file, unsigned int cmd, unsigned long at)
{
	struct domain *d = file->private_data;
	size_t size = _IOC_SIZE(cmd);
	union argument *a;
	char *why;
	int ret;

	if (!known(cmd))
		return -ENOTTY;
	if (cmd == CORDON_K_ABORT) {
		WRITE_ONCE(d->orders.aborted, READ_ONCE(d->orders.now));
		return 0;
	}
	if (!size)
		return give_order(d, cmd, NULL);
	a = kzalloc(sizeof(*a), GFP_KERNEL);
	if (!a)
		return -ENOMEM;
	ret = -EFAULT;
	if (copy_from_user(a, (void __user *)at, size))
		goto out;
	ret = -EINVAL;
	if (a->size != size)
		goto out;
	why = words(cmd, a);
	if (why)
		memset(why, 0, CORDON_K_WHY);
	ret = obey(d, cmd, a);
	/* An order that was carried out stays so, whether he hears it or not. */
	if ((ret == 0 || why) && copy_to_user((void __user *)at, a, size) && ret == 0)
		ret = -EFAULT;
out:
	kfree(a);
	return ret;
}

static int device_open(struct inode *inode, struct file *file)
{
	struct domain *d;

	if (!capable(CAP_NET_ADMIN) || !capable(CAP_SYS_ADMIN))
		return -EPERM;
	d = kzalloc(sizeof(*d), GFP_KERNEL_ACCOUNT);
	if (!d)
		return -ENOMEM;
	mutex_init(&d->order);
	file->private_data = d;
	return nonseekable_open(inode, file);
}

static int device_release(struct inode *inode, struct file *file)
{
	struct domain *d = file->private_data;

	if (d->stage == ATTACHED)
		end(d);
	if (d->front)
		d->kind->close(d->front);
	if (d->stage != FRESH)
		cordon_cores_put(d->core, d->unreserved);
	kfree(d);
	return 0;
}

static const struct file_operations operations = {
	.owner = THIS_MODULE,
	.open = device_open,
	.release = device_release,
	.unlocked_ioctl = device_ioctl,
	.compat_ioctl = compat_ptr_ioctl,
};

static struct miscdevice device = {
	.minor = MISC_DYNAMIC_MINOR,
	.name = "cordon",
	.fops = &operations,
	.mode = 0600,
};

int cordon_device_init(void)
{
	return misc_register(&device);
}

void cordon_device_exit(void)
{
	misc_deregister(&device);
}
