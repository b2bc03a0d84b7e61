/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/*
 * The run directory of a domain, /run/cordon/NAME: a lock that says that its supervisor lives, and
 * the page of counters, which anybody may map read-only. The supervisor alone writes the page; each
 * value is stored whole, values don't belong to one moment.
 */
#ifndef CORDON_CORE_PAGE_H
#define CORDON_CORE_PAGE_H

#include <stdatomic.h>
#include <stddef.h>
#include <stdint.h>
#include "core/err.h"

#define CORDON_RUN_DIR "/run/cordon"
#define CORDON_PAGE_MAGIC UINT64_C(0x31656761706e6463)
#define CORDON_PAGE_VALUES 96
#define CORDON_NAME_MAX 32 /* bytes of a domain's name, with its end */

struct cordon_page {
	uint64_t magic;
	uint32_t count; /* values in use, in the order of the class's counters */
	uint32_t incarnation;
	int32_t supervisor; /* process numbers */
	int32_t domain; /* 0: not a process of its own */
	int32_t core, peer;
	char name[CORDON_NAME_MAX];
	char class[16], driver[16], fence[16];
	_Atomic uint64_t value[CORDON_PAGE_VALUES];
};

struct cordon_run {
	char dir[64];
	int lock_fd; /* -1: no directory */
	struct cordon_page *page;
};

/* 0 if @name may name a domain (letters, digits, - and _, at most 31, no leading -); else -EINVAL
 * with the line. */
int cordon_name_check(const char *name, struct cordon_err *e);

/* Make the directory of @name, or take over that of a supervisor that is gone. -EBUSY if one lives.
 * 0 or -errno with the line; then nothing is left. */
int cordon_run_open(struct cordon_run *run, const char *name, struct cordon_err *e);

/* The cores that living domains other than @name have taken, as a list of CPU numbers in @list
 * ("1,3"; empty if there are none). */
void cordon_run_taken(const char *name, char *list, size_t size);

/* Remove it. */
void cordon_run_close(struct cordon_run *run);

#endif
