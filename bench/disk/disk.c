// SPDX-License-Identifier: MIT OR GPL-2.0-only
#include "bench/disk/disk.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/fs.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "domains/blk/nbd_proto.h"

static int get(int fd, void *to, size_t n)
{
	ssize_t got;

	for (; n > 0; n -= (size_t)got, to = (char *)to + got) {
		got = read(fd, to, n);
		if (got <= 0)
			return got < 0 ? -errno : -EPIPE;
	}
	return 0;
}

static int put(int fd, const void *from, size_t n)
{
	ssize_t sent;

	for (; n > 0; n -= (size_t)sent, from = (const char *)from + sent) {
		sent = send(fd, from, n, MSG_NOSIGNAL);
		if (sent < 0)
			return -errno;
	}
	return 0;
}

/* The name of the export is empty. */
static int shake_hands(int fd)
{
	uint8_t greeting[18], hello[4 + NBD_OPTION_BYTES], answer[10], *p = hello;
	int ret = get(fd, greeting, sizeof(greeting));

	if (ret < 0)
		return ret;
	p = nbd_put32(p, NBD_FIXED_NEWSTYLE | NBD_NO_ZEROES);
	p = nbd_put64(p, NBD_OPT_MAGIC);
	p = nbd_put32(p, NBD_OPT_EXPORT_NAME);
	nbd_put32(p, 0);
	ret = put(fd, hello, sizeof(hello));
	return ret < 0 ? ret : get(fd, answer, sizeof(answer));
}

/* One answer, to whom it belongs. */
static int receive(struct disk *d)
{
	uint8_t head[NBD_REPLY_BYTES];
	struct disk_user *u;
	uint64_t cookie;
	int ret = get(d->fd, head, sizeof(head));

	if (ret < 0)
		return ret;
	cookie = nbd_get64(head + 8);
	if (nbd_get32(head) != NBD_REPLY_MAGIC || cookie >= DISK_USERS)
		return -EPROTO;
	u = &d->user[cookie];
	u->status = -(int)nbd_get32(head + 4);
	if (u->to && u->status == 0)
		ret = get(d->fd, u->to, u->size);
	if (ret == 0)
		sem_post(&u->answered);
	return ret;
}

static void *receives(void *disk)
{
	struct disk *d = disk;
	int ret;

	do
		ret = receive(d);
	while (ret == 0);
	for (unsigned i = 0; i < DISK_USERS; i++) {
		d->user[i].status = ret;
		sem_post(&d->user[i].answered);
	}
	return NULL;
}

static int dial(struct disk *d, const char *path)
{
	struct sockaddr_un at = { .sun_family = AF_UNIX };
	int ret;

	if (strlen(path) >= sizeof(at.sun_path))
		return -ENAMETOOLONG;
	memcpy(at.sun_path, path, strlen(path));
	d->nbd = 1;
	d->block = 512;
	d->fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (d->fd < 0 || connect(d->fd, (struct sockaddr *)&at, sizeof(at)) < 0)
		return -errno;
	ret = shake_hands(d->fd);
	for (unsigned i = 0; i < DISK_USERS; i++)
		sem_init(&d->user[i].answered, 0, 0);
	pthread_mutex_init(&d->send, NULL);
	return ret < 0 ? ret : -pthread_create(&d->receiver, NULL, receives, d);
}

int disk_open(struct disk *d, const char *path)
{
	struct stat st;
	int block = 0;

	memset(d, 0, sizeof(*d));
	if (stat(path, &st) < 0)
		return -errno;
	if (S_ISSOCK(st.st_mode))
		return dial(d, path);
	d->fd = open(path, O_RDWR | O_DIRECT | O_CLOEXEC);
	if (d->fd < 0 || ioctl(d->fd, BLKSSZGET, &block) < 0)
		return -errno;
	d->block = (uint32_t)block;
	return 0;
}

static int ask(struct disk *d, unsigned user, enum disk_op op, uint64_t offset, void *data,
	       size_t size)
{
	static const uint16_t cmd[] = { NBD_CMD_READ, NBD_CMD_WRITE, NBD_CMD_FLUSH };
	struct disk_user *u = &d->user[user];
	uint8_t head[NBD_REQUEST_BYTES], *p = head;
	int ret;

	p = nbd_put32(p, NBD_REQUEST_MAGIC);
	p = nbd_put16(p, 0);
	p = nbd_put16(p, cmd[op]);
	p = nbd_put64(p, user);
	p = nbd_put64(p, offset);
	nbd_put32(p, (uint32_t)size);
	u->to = op == DISK_READ ? data : NULL;
	u->size = size;
	pthread_mutex_lock(&d->send);
	ret = put(d->fd, head, sizeof(head));
	if (ret == 0 && op == DISK_WRITE)
		ret = put(d->fd, data, size);
	pthread_mutex_unlock(&d->send);
	if (ret < 0)
		return ret;
	while (sem_wait(&u->answered) < 0)
		;
	return u->status;
}

int disk_do(struct disk *d, unsigned user, enum disk_op op, uint64_t offset, void *data,
	    size_t size)
{
	ssize_t n;

	if (d->nbd)
		return ask(d, user, op, offset, data, size);
	if (op == DISK_FLUSH)
		return fdatasync(d->fd) < 0 ? -errno : 0;
	n = op == DISK_READ ? pread(d->fd, data, size, (off_t)offset) :
			      pwrite(d->fd, data, size, (off_t)offset);
	if (n < 0)
		return -errno;
	return (size_t)n == size ? 0 : -EIO;
}
