// SPDX-License-Identifier: MIT OR GPL-2.0-only
#include "bench/vdpa/dev.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/vduse.h>
#include <linux/virtio_config.h>
#include <linux/virtio_ids.h>
#include <linux/virtio_net.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <unistd.h>

#define BIT(n) (UINT64_C(1) << (n))
#define NEEDED \
	(BIT(VIRTIO_F_VERSION_1) | BIT(VIRTIO_F_ACCESS_PLATFORM) | BIT(VIRTIO_NET_F_MRG_RXBUF))
#define OFFERED                                                                                \
	(NEEDED | BIT(VIRTIO_RING_F_EVENT_IDX) | BIT(VIRTIO_RING_F_INDIRECT_DESC) |            \
	 BIT(VIRTIO_NET_F_CSUM) | BIT(VIRTIO_NET_F_GUEST_CSUM) | BIT(VIRTIO_NET_F_HOST_TSO4) | \
	 BIT(VIRTIO_NET_F_HOST_TSO6) | BIT(VIRTIO_NET_F_GUEST_TSO4) |                          \
	 BIT(VIRTIO_NET_F_GUEST_TSO6) | BIT(VIRTIO_NET_F_MAC) | BIT(VIRTIO_NET_F_STATUS) |     \
	 BIT(VIRTIO_NET_F_MTU))
#define SIZE 1024

static int create(int control, const char *name, uint8_t mac)
{
	const struct virtio_net_config net = {
		.mac = { 0x02, 0, 0, 0, 0, mac },
		.status = VIRTIO_NET_S_LINK_UP,
		.max_virtqueue_pairs = 1,
		.mtu = 1500,
	};
	struct vduse_dev_config *c = calloc(1, sizeof(*c) + sizeof(net));
	int ret;

	if (!c)
		return -ENOMEM;
	snprintf(c->name, sizeof(c->name), "%s", name);
	c->device_id = VIRTIO_ID_NET;
	c->features = OFFERED;
	c->vq_num = 2;
	c->vq_align = (uint32_t)sysconf(_SC_PAGESIZE);
	c->config_size = sizeof(net);
	memcpy(c->config, &net, sizeof(net));
	ret = ioctl(control, VDUSE_CREATE_DEV, c) < 0 ? -errno : 0;
	free(c);
	return ret;
}

static int destroy(int control, const char *name)
{
	char n[VDUSE_NAME_MAX];

	snprintf(n, sizeof(n), "%s", name);
	return ioctl(control, VDUSE_DESTROY_DEV, n) < 0 ? -errno : 0;
}

int dev_create(struct dev *d, int control, const char *name, uint8_t mac)
{
	char path[VDUSE_NAME_MAX + 16];
	int ret = create(control, name, mac);

	if (ret < 0)
		return ret;
	*d = (struct dev){ .name = name, .control = control };
	d->rx = (struct queue){ .dev = d, .index = 0 };
	d->tx = (struct queue){ .dev = d, .index = 1 };
	snprintf(path, sizeof(path), "/dev/vduse/%s", name);
	d->fd = open(path, O_RDWR | O_NONBLOCK | O_CLOEXEC);
	if (d->fd < 0) {
		ret = -errno;
		goto err_device;
	}
	for (uint32_t i = 0; i < 2; i++) {
		struct vduse_vq_config q = { .index = i, .max_size = SIZE };

		if (ioctl(d->fd, VDUSE_VQ_SETUP, &q) < 0) {
			ret = -errno;
			goto err_open;
		}
	}
	return 0;

err_open:
	close(d->fd);
err_device:
	destroy(control, name);
	return ret;
}

int dev_destroy(struct dev *d)
{
	close(d->fd);
	return destroy(d->control, d->name);
}

void *dev_map(struct dev *d, uint64_t iova, uint32_t len)
{
	struct vduse_iotlb_entry e = { .start = iova, .last = iova };
	int fd = ioctl(d->fd, VDUSE_IOTLB_GET_FD, &e);
	void *va;

	if (fd < 0)
		return NULL;
	if (iova + len > e.last + 1 || d->regions == DEV_REGIONS) {
		close(fd);
		return NULL;
	}
	va = mmap(NULL, e.last - e.start + 1,
		  PROT_READ | (e.perm & VDUSE_ACCESS_WO ? PROT_WRITE : 0), MAP_SHARED, fd,
		  (off_t)e.offset);
	close(fd);
	if (va == MAP_FAILED)
		return NULL;
	/* First of all, since the last one to be mapped is the bounce buffer. */
	memmove(d->region + 1, d->region, d->regions++ * sizeof(*d->region));
	d->region[0].start = e.start;
	d->region[0].last = e.last;
	d->region[0].va = va;
	return d->region[0].va + (iova - e.start);
}

static void unmap(struct dev *d, uint64_t start, uint64_t last)
{
	unsigned kept = 0;

	for (unsigned i = 0; i < d->regions; i++) {
		if (d->region[i].start > last || d->region[i].last < start)
			d->region[kept++] = d->region[i];
		else
			munmap(d->region[i].va, d->region[i].last - d->region[i].start + 1);
	}
	d->regions = kept;
}

static int queue_start(struct queue *q)
{
	struct vduse_vq_info info = { .index = q->index };
	struct vring *r = &q->ring;

	if (ioctl(q->dev->fd, VDUSE_VQ_GET_INFO, &info) < 0)
		return -errno;
	r->num = info.num;
	r->desc = dev_at(q->dev, info.desc_addr, info.num * sizeof(*r->desc));
	r->avail = dev_at(q->dev, info.driver_addr, sizeof(*r->avail) + (info.num + 1) * 2);
	r->used = dev_at(q->dev, info.device_addr, sizeof(*r->used) + info.num * 8 + 2);
	if (!info.ready || !r->desc || !r->avail || !r->used)
		return -EINVAL;
	q->taken = q->seen = q->used = q->shown = info.split.avail_index;
	/* Nobody needs to call: it's polled. An event that is far behind doesn't come. */
	r->used->flags = VRING_USED_F_NO_NOTIFY;
	vring_avail_event(r) = q->taken + 0x8000;
	return 0;
}

static int set_status(struct dev *d, uint8_t status)
{
	int ret = 0;

	if (status & VIRTIO_CONFIG_S_FEATURES_OK &&
	    ioctl(d->fd, VDUSE_DEV_GET_FEATURES, &d->features) < 0)
		return -errno;
	if (status & VIRTIO_CONFIG_S_FEATURES_OK && ~d->features & NEEDED)
		return -ENOTSUP;
	if (!(status & VIRTIO_CONFIG_S_DRIVER_OK)) {
		d->up = false;
		if (!status)
			unmap(d, 0, UINT64_MAX);
		return 0;
	}
	if (d->up)
		return 0;
	ret = queue_start(&d->rx);
	if (!ret)
		ret = queue_start(&d->tx);
	d->up = !ret;
	return ret;
}

int dev_serve(struct dev *d)
{
	struct vduse_dev_request req;
	struct vduse_dev_response resp = { .result = VDUSE_REQ_RESULT_OK };
	ssize_t n = read(d->fd, &req, sizeof(req));
	int ret = 0;

	if (n < 0)
		return errno == EAGAIN || errno == EINTR ? 0 : -errno;
	switch (req.type) {
	case VDUSE_SET_STATUS:
		ret = set_status(d, req.s.status);
		break;
	case VDUSE_GET_VQ_STATE:
		resp.vq_state.index = req.vq_state.index;
		resp.vq_state.split.avail_index = req.vq_state.index ? d->tx.taken : d->rx.taken;
		break;
	case VDUSE_UPDATE_IOTLB:
		unmap(d, req.iova.start, req.iova.last);
		break;
	default:
		ret = -ENOTSUP;
	}
	if (ret < 0)
		resp.result = VDUSE_REQ_RESULT_FAILED;
	resp.request_id = req.request_id;
	if (write(d->fd, &resp, sizeof(resp)) < 0)
		return -errno;
	return ret;
}

void queue_show(struct queue *q)
{
	struct vring *r = &q->ring;
	uint16_t shown = q->shown;

	if (q->used != shown) {
		__atomic_store_n(&r->used->idx, q->used, __ATOMIC_RELEASE);
		q->shown = q->used;
		vring_avail_event(r) = q->taken + 0x8000;
		/* The driver asks for interrupts, then looks at the index: here it is the reverse. */
		__atomic_thread_fence(__ATOMIC_SEQ_CST);
		if (q->dev->features & BIT(VIRTIO_RING_F_EVENT_IDX))
			q->owed |= vring_need_event(vring_used_event(r), q->used, shown);
		else
			q->owed |= !(r->avail->flags & VRING_AVAIL_F_NO_INTERRUPT);
	}
	/* Refused until the kernel has noted that the driver is ready. */
	if (q->owed && !ioctl(q->dev->fd, VDUSE_VQ_INJECT_IRQ, &q->index)) {
		q->owed = false;
		q->interrupts++;
	}
}
