// SPDX-License-Identifier: MIT OR GPL-2.0-only
#include "bench/campaign/left.h"

#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>
#include "core/host.h"
#include "core/page.h"

#define LOOKS 100

/* The number after @key at the beginning of a line of @path; 0 if there is none. */
static uint64_t number_in(const char *path, const char *key)
{
	FILE *f = fopen(path, "re");
	uint64_t n = 0;
	char line[256];

	while (f && fgets(line, sizeof(line), f))
		if (strncmp(line, key, strlen(key)) == 0)
			n = strtoull(line + strlen(key), NULL, 10);
	if (f)
		fclose(f);
	return n;
}

/* Open descriptors of @pid; with @prefix: those that lead to such a name. */
static uint64_t descriptors(int pid, const char *prefix)
{
	char path[64], target[256];
	const struct dirent *ent;
	uint64_t n = 0;
	DIR *d;

	snprintf(path, sizeof(path), "/proc/%d/fd", pid);
	d = opendir(path);
	while (d && (ent = readdir(d))) {
		ssize_t len = readlinkat(dirfd(d), ent->d_name, target, sizeof(target) - 1);

		if (len < 0)
			continue;
		target[len] = '\0';
		n += strncmp(target, prefix, strlen(prefix)) == 0;
	}
	if (d)
		closedir(d);
	return n;
}

static uint64_t children(int pid)
{
	const struct dirent *ent;
	DIR *d = opendir("/proc");
	uint64_t n = 0;
	char path[300];

	while (d && (ent = readdir(d))) {
		if (!isdigit((unsigned char)ent->d_name[0]))
			continue;
		snprintf(path, sizeof(path), "/proc/%s/status", ent->d_name);
		n += number_in(path, "PPid:") == (uint64_t)pid;
	}
	if (d)
		closedir(d);
	return n;
}

/* Groups of the domain; more than one while a spare is there. */
static uint64_t groups(const char *name)
{
	const struct dirent *ent;
	char dir[256], prefix[64];
	uint64_t n = 0;
	int version;
	DIR *d;

	if (cordon_host_cgroup(dir, sizeof(dir), &version) < 0)
		return 0;
	snprintf(prefix, sizeof(prefix), "cordon-%s", name);
	d = opendir(dir);
	while (d && (ent = readdir(d)))
		n += strncmp(ent->d_name, prefix, strlen(prefix)) == 0;
	if (d)
		closedir(d);
	return n;
}

static void look(const char *name, int pid, struct left *l)
{
	char status[64];

	snprintf(status, sizeof(status), "/proc/%d/status", pid);
	*l = (struct left){
		.fds = descriptors(pid, ""),
		.memfds = descriptors(pid, "/memfd:"),
		.threads = number_in(status, "Threads:"),
		.children = children(pid),
		.groups = groups(name),
		.anon = number_in(status, "RssAnon:"),
		.rss = number_in(status, "VmRSS:"),
		.slab = number_in("/proc/meminfo", "SUnreclaim:"),
	};
}

static int same(const struct left *a, const struct left *b)
{
	return a->fds == b->fds && a->memfds == b->memfds && a->threads == b->threads &&
	       a->children == b->children && a->groups == b->groups;
}

int left_count(const char *name, struct left *left, struct cordon_err *e)
{
	const struct timespec nap = { 0, 100000000 };
	struct left last = { 0 };

	for (int i = 0; i < LOOKS; i++) {
		struct cordon_page page;
		int lives = 0;
		int ret = cordon_page_read(name, &page, &lives, e);

		if (ret < 0)
			return ret;
		look(name, page.supervisor, left);
		if (page.state == CORDON_STATE_SERVING && page.spare > 0 && same(left, &last))
			return 0;
		last = *left;
		nanosleep(&nap, NULL);
	}
	return cordon_fail(e, -ETIMEDOUT, "domain %s: does not come to rest, or has no spare",
			   name);
}
