/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/*
 * A disk for several threads, each with a request of its own: a block device, or an NBD server's UNIX
 * socket. Each function blocks until it is answered.
 */
#ifndef CORDON_BENCH_DISK_DISK_H
#define CORDON_BENCH_DISK_DISK_H

#include <pthread.h>
#include <semaphore.h>
#include <stddef.h>
#include <stdint.h>

#define DISK_USERS 16u

struct disk {
	int fd;
	int nbd;
	uint32_t block; /* bytes, of a logical block */
	/* NBD: who waits for what */
	pthread_t receiver;
	pthread_mutex_t send;
	struct disk_user {
		sem_t answered;
		void *to; /* where what is read goes */
		size_t size;
		int status; /* 0 or -errno */
	} user[DISK_USERS];
};

enum disk_op { DISK_READ, DISK_WRITE, DISK_FLUSH };

/* 0 or -errno. */
int disk_open(struct disk *d, const char *path);

/* By @user, a number of its own. @data is aligned to a page. 0 or -errno. */
int disk_do(struct disk *d, unsigned user, enum disk_op op, uint64_t offset, void *data,
	    size_t size);

#endif
