// SPDX-License-Identifier: MIT OR GPL-2.0-only
#include "core/kernel/bell.h"

#include <linux/file.h>
#include <linux/fs.h>
#include "core/kernel/compat.h"

int cordon_bell_take(struct cordon_bell *b, int fd)
{
	b->ctx = NULL;
	if (fd != -1)
		b->ctx = eventfd_ctx_fdget(fd);
	if (!IS_ERR(b->ctx))
		return 0;
	fd = (int)PTR_ERR(b->ctx);
	b->ctx = NULL;
	return fd;
}

void cordon_bell_put(struct cordon_bell *b)
{
	if (b->ctx)
		eventfd_ctx_put(b->ctx);
	b->ctx = NULL;
}

void cordon_bell_ring(struct cordon_bell *b)
{
	if (b->ctx)
		cordon_eventfd_signal(b->ctx);
}

static int wake(wait_queue_entry_t *entry, unsigned int mode, int sync, void *key)
{
	struct cordon_ears *e = container_of(entry, struct cordon_ears, entry);

	if (e->heard && key_to_poll(key) & EPOLLIN)
		e->heard(e->arg);
	return 0;
}

static void enter(struct file *file, wait_queue_head_t *head, poll_table *table)
{
	struct cordon_ears *e = container_of(table, struct cordon_ears, table);

	e->head = head;
	add_wait_queue(head, &e->entry);
}

int cordon_ears_take(struct cordon_ears *e, int fd)
{
	struct file *file;

	memset(e, 0, sizeof(*e));
	if (fd == -1)
		return 0;
	file = eventfd_fget(fd);
	if (IS_ERR(file))
		return (int)PTR_ERR(file);
	e->file = file;
	init_waitqueue_func_entry(&e->entry, wake);
	init_poll_funcptr(&e->table, enter);
	vfs_poll(file, &e->table);
	return 0;
}

void cordon_ears_put(struct cordon_ears *e)
{
	if (!e->file)
		return;
	if (e->head)
		remove_wait_queue(e->head, &e->entry);
	fput(e->file);
	memset(e, 0, sizeof(*e));
}

void cordon_ears_set(struct cordon_ears *e, void (*heard)(void *arg), void *arg)
{
	unsigned long flags;

	if (!e->head)
		return;
	/* Who hears holds this lock. */
	spin_lock_irqsave(&e->head->lock, flags);
	e->heard = heard;
	e->arg = arg;
	spin_unlock_irqrestore(&e->head->lock, flags);
}
