/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/*
 * The device's side of a virtio-net device that VDUSE shows to the kernel: one pair of split queues,
 * polled. The kernel's memory is reached through its bounce buffer, which is mapped here.
 */
#ifndef CORDON_BENCH_VDPA_DEV_H
#define CORDON_BENCH_VDPA_DEV_H

#include <linux/virtio_ring.h>
#include <stdbool.h>
#include <stdint.h>

#define DEV_REGIONS 8

struct dev;

struct queue {
	struct dev *dev;
	unsigned index;
	struct vring ring;
	uint16_t taken; /* of the available entries */
	uint16_t seen; /* where these ended when last looked */
	uint16_t used; /* entries written */
	uint16_t shown; /* and of these, what the driver has been shown */
	bool owed; /* an interrupt that the kernel did not take yet */
	uint64_t interrupts;
};

struct dev {
	const char *name;
	int control, fd;
	bool up;
	uint64_t features; /* as negotiated */
	struct queue rx, tx; /* as the driver sees them */
	struct {
		uint64_t start, last;
		char *va;
	} region[DEV_REGIONS];
	unsigned regions;
};

/* Make the device @name, whose MAC address ends in @mac. 0 or -errno. */
int dev_create(struct dev *d, int control, const char *name, uint8_t mac);

/* It must have been taken off the vDPA bus. 0 or -errno. */
int dev_destroy(struct dev *d);

/* Answer what the kernel asks, if it does. 0 or -errno. */
int dev_serve(struct dev *d);

/* Map the region of @iova; NULL if there is none with @len bytes from there. */
void *dev_map(struct dev *d, uint64_t iova, uint32_t len);

static inline void *dev_at(struct dev *d, uint64_t iova, uint32_t len)
{
	for (unsigned i = 0; i < d->regions; i++) {
		if (iova >= d->region[i].start && iova + len <= d->region[i].last + 1)
			return d->region[i].va + (iova - d->region[i].start);
	}
	return dev_map(d, iova, len);
}

/* Show the driver what is used up, and interrupt it if it wants that. */
void queue_show(struct queue *q);

static inline bool queue_has(struct queue *q, uint16_t n)
{
	if ((uint16_t)(q->seen - q->taken) < n)
		q->seen = __atomic_load_n(&q->ring.avail->idx, __ATOMIC_ACQUIRE);
	return (uint16_t)(q->seen - q->taken) >= n;
}

/* The descriptor at the head of the @n-th entry that queue_has. */
static inline uint16_t queue_head(const struct queue *q, uint16_t n)
{
	return q->ring.avail->ring[(uint16_t)(q->taken + n) & (q->ring.num - 1)] &
	       (q->ring.num - 1);
}

static inline void queue_use(struct queue *q, uint16_t head, uint32_t len)
{
	struct vring_used_elem *e = &q->ring.used->ring[q->used++ & (q->ring.num - 1)];

	e->id = head;
	e->len = len;
	q->taken++;
}

#endif
