/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/* A driver's image in a child process, loaded by the loader's own code but behind no fence, and the
 * front-end's side of its channel here. */
#ifndef CORDON_TESTS_LOADER_LAUNCH_H
#define CORDON_TESTS_LOADER_LAUNCH_H

#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "channels/chan.h"
#include "core/call.h"
#include "core/clock.h"
#include "core/loader/image.c"
#include "core/plan.h"
#include "core/runtime/runtime.h"
#include "core/stacks.h"

#define LAUNCH_BUFFERS 64u
#define LAUNCH_STACKS 4u
#define LAUNCH_STACK_BYTES 65536u
#define LAUNCH_DEADLINE_NS UINT64_C(120000000000)

struct launched {
	pid_t pid;
	struct cordon_chan chan;
	struct cordon_pool pool;
	struct cordon_caller caller;
	struct cordon_layout *layout; /* there as soon as a call was answered */
	uint64_t tables[LAUNCH_BUFFERS];
};

static struct cordon_clock launch_clock;

static uint64_t launch_now(void)
{
	return cordon_clock_read(&launch_clock);
}

/* @name in the build of the variant that is tested. */
static const char *launch_path(const char *name)
{
	static char path[128];
	const char *variant = getenv("V");

	snprintf(path, sizeof(path), "build/%s/%s", variant ? variant : "release", name);
	return path;
}

static void *launch_shared(uint64_t size)
{
	void *p = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);

	assert_true(p != MAP_FAILED);
	return p;
}

/* What the loader does from its step 15 on, but for the filter, and on the stack of this process. */
static void __attribute__((noreturn))
launch_child(const char *path, struct cordon_boot *boot, struct cordon_layout *layout)
{
	static _Alignas(64) uint8_t heap[1 << 20];
	struct cordon_image image;
	struct cordon_stacks stacks;
	uint64_t here = (uintptr_t)__builtin_frame_address(0) & ~(uint64_t)4095;
	int fd = open(path, O_RDONLY);

	/* cmocka's handlers would go on with the tests here. */
	for (int sig = 1; sig < 32; sig++)
		(void)signal(sig, SIG_DFL);
	(void)prctl(PR_SET_PDEATHSIG, SIGKILL);
	if (fd < 0 || cordon_stacks_map(LAUNCH_STACKS, LAUNCH_STACK_BYTES, &stacks) < 0 ||
	    cordon_image_load(fd, &image) < 0)
		_exit(CORDON_EXIT_LOADER);
	boot->heap = (uintptr_t)heap;
	boot->heap_size = sizeof(heap);
	boot->stacks = (uintptr_t)stacks.base;
	boot->stack_stride = stacks.stride;
	boot->stack_size = stacks.stack_size;
	boot->nstacks = stacks.n;
	*layout = (struct cordon_layout){
		.image = image.base,
		.image_size = image.span,
		.stacks = boot->stacks,
		.stack_stride = stacks.stride,
		.stack_size = stacks.stack_size,
		.plain = here + 4096 - stacks.stack_size,
		.nstacks = stacks.n,
	};
	((void (*)(const struct cordon_boot *))image.entry)(boot);
	_exit(CORDON_EXIT_LOADER);
}

/* Start the image called @name in the build, with @arg. */
static void launch(struct launched *l, const char *name, uint64_t arg)
{
	static const struct cordon_chan_dims chan_dims = { .calls = 4, .ab = 16, .ba = 16 };
	static const struct cordon_pool_dims pool_dims = { .small = LAUNCH_BUFFERS };
	struct cordon_boot boot = {
		.size = sizeof(boot),
		.chan_dims = chan_dims,
		.pool_dims = pool_dims,
		.arg = arg,
	};
	void *lines = launch_shared(cordon_chan_size(&chan_dims));
	void *buffers = launch_shared(cordon_pool_size(&pool_dims));

	assert_true(sizeof(l->tables) >= cordon_pool_private_size(&pool_dims));
	cordon_pool_init(&l->pool, buffers, NULL, &pool_dims, l->tables, 1);
	assert_int_equal(cordon_chan_init_a(&l->chan, lines, &chan_dims), 0);
	cordon_clock_calibrate(&launch_clock);
	l->caller = (struct cordon_caller){ .client = &l->chan.client, .now = launch_now };
	l->layout = launch_shared(sizeof(*l->layout));
	boot.chan = (uintptr_t)lines;
	boot.pool = (uintptr_t)buffers;
	boot.clock = launch_clock;
	l->pid = fork();
	if (l->pid == 0)
		launch_child(launch_path(name), &boot, l->layout);
	assert_true(l->pid > 0);
}

static int launch_call(struct launched *l, uint16_t op, const void *req, size_t len, void *reply,
		       size_t size)
{
	return cordon_call(&l->caller, op, req, len, reply, size, LAUNCH_DEADLINE_NS);
}

/* Kill it. 0 if it lived up to now; what it mapped stays, for the few that a test starts. */
static int launch_end(struct launched *l)
{
	int status;

	kill(l->pid, SIGKILL);
	return waitpid(l->pid, &status, 0) == l->pid && WIFSIGNALED(status) &&
			       WTERMSIG(status) == SIGKILL ?
		       0 :
		       1;
}

#endif
