// SPDX-License-Identifier: MIT OR GPL-2.0-only
// A driver's image, loaded by the loader's own code but behind no fence, relocates itself, answers
// calls and moves buffers. Under qemu-aarch64 this is the port of the runtime, run as a whole.
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "channels/chan.h"
#include "core/call.h"
#include "core/clock.h"
#include "core/loader/image.c"
#include "core/runtime/runtime.h"
#include "core/stacks.h"
#include "domains/net/net.h"

#define BUFFERS 64u
#define FRAMES 20000u
#define DEADLINE_NS UINT64_C(120000000000)

static const struct cordon_chan_dims chan_dims = { .calls = 4, .ab = 16, .ba = 16 };
static const struct cordon_pool_dims pool_dims = { .small = BUFFERS };
static struct cordon_chan chan;
static struct cordon_pool pool;
static struct cordon_clock wall;
static struct cordon_caller caller;
static pid_t child;

static uint64_t now(void)
{
	return cordon_clock_read(&wall);
}

static void *shared(uint64_t size)
{
	void *p = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);

	assert_true(p != MAP_FAILED);
	return p;
}

/* What the loader does from its step 15 on, but for the filter; on the stack of this process. */
static void __attribute__((noreturn)) become(const char *path, struct cordon_boot *boot)
{
	static _Alignas(64) uint8_t heap[1 << 20];
	struct cordon_stacks stacks;
	int fd = open(path, O_RDONLY);
	uint64_t entry;

	(void)prctl(PR_SET_PDEATHSIG, SIGKILL);
	if (fd < 0 || cordon_stacks_map(4, 65536, &stacks) < 0 || cordon_image_load(fd, &entry) < 0)
		_exit(CORDON_EXIT_LOADER);
	boot->heap = (uintptr_t)heap;
	boot->heap_size = sizeof(heap);
	boot->stacks = (uintptr_t)stacks.base;
	boot->stack_stride = stacks.stride;
	boot->stack_size = stacks.stack_size;
	boot->nstacks = stacks.n;
	((void (*)(const struct cordon_boot *))entry)(boot);
	_exit(CORDON_EXIT_LOADER);
}

static int start(void **state)
{
	struct cordon_boot boot = {
		.size = sizeof(boot),
		.chan_dims = chan_dims,
		.pool_dims = pool_dims,
		.arg = 1, /* echo */
	};
	static uint64_t tables[BUFFERS];
	void *lines = shared(cordon_chan_size(&chan_dims));
	void *buffers = shared(cordon_pool_size(&pool_dims));
	const char *variant = getenv("V");
	char path[64];

	(void)state;
	snprintf(path, sizeof(path), "build/%s/drivers/net-null", variant ? variant : "release");
	assert_true(sizeof(tables) >= cordon_pool_private_size(&pool_dims));
	cordon_pool_init(&pool, buffers, &pool_dims, tables, 1);
	assert_int_equal(cordon_chan_init_a(&chan, lines, &chan_dims), 0);
	cordon_clock_calibrate(&wall);
	caller = (struct cordon_caller){ .client = &chan.client, .now = now };
	boot.chan = (uintptr_t)lines;
	boot.pool = (uintptr_t)buffers;
	boot.clock = wall;
	child = fork();
	if (child == 0)
		become(path, &boot);
	assert_true(child > 0);
	return 0;
}

static int end(void **state)
{
	int status;

	(void)state;
	kill(child, SIGKILL);
	return waitpid(child, &status, 0) == child && WIFSIGNALED(status) ? 0 : 1;
}

static int call(uint16_t op, const void *req, size_t len, void *reply, size_t size)
{
	int ret = cordon_call(&caller, op, req, len, reply, size, DEADLINE_NS);

	assert_int_equal(waitpid(child, NULL, WNOHANG), 0);
	return ret;
}

static void it_answers_calls(void **state)
{
	struct net_config config = { .mtu = 1500 };
	struct net_info info;

	(void)state;
	assert_int_equal(call(NET_OP_INFO, NULL, 0, &info, sizeof(info)), sizeof(info));
	assert_int_equal(info.ports, 0);
	assert_int_equal(call(NET_OP_CONFIG, &config, sizeof(config), NULL, 0), 0);
	assert_int_equal(call(NET_OP_CONFIG, &config, 1, NULL, 0), -EINVAL);
	assert_int_equal(call(NET_OP_COUNT, NULL, 0, NULL, 0), -EOPNOTSUPP);
}

/* Each frame comes back once, its addresses exchanged by the driver, the rest as it was. */
static void frames_come_back(void **state)
{
	uint64_t until = now() + DEADLINE_NS;
	unsigned sent = 0, back = 0;
	struct net_stats stats;

	(void)state;
	while (back < FRAMES) {
		struct cordon_desc d;
		int buf;

		if (sent < FRAMES && cordon_stream_tx_ready(&chan.tx) &&
		    (buf = cordon_pool_get(&pool, 100)) >= 0) {
			uint8_t *data = cordon_pool_data(&pool, (uint32_t)buf);

			memset(data, 0, 100);
			memset(data + NET_HDR_SIZE, 1, 6);
			memset(data + NET_HDR_SIZE + 6, 2, 6);
			memcpy(data + 60, &sent, sizeof(sent));
			assert_int_equal(cordon_pool_lend(&pool, (uint32_t)buf), 0);
			d = cordon_desc((uint32_t)buf, 100, NET_FRAME);
			assert_int_equal(cordon_stream_put(&chan.tx, &d, 1), 1);
			sent++;
		}
		while (cordon_stream_get(&chan.rx, &d, 1) == 1) {
			uint8_t *data;

			assert_int_equal(cordon_pool_take(&pool, d.buf), 0);
			assert_int_equal(cordon_desc_kind(d), NET_FRAME);
			assert_int_equal(cordon_desc_len(d), 100);
			data = cordon_pool_data(&pool, d.buf);
			assert_int_equal(data[NET_HDR_SIZE], 2);
			assert_int_equal(data[NET_HDR_SIZE + 11], 1);
			assert_memory_equal(data + 60, &back, sizeof(back));
			assert_int_equal(cordon_pool_put(&pool, d.buf), 0);
			back++;
		}
		if (back < sent)
			sched_yield();
		assert_true(now() < until);
	}
	assert_int_equal(call(NET_OP_STATS, NULL, 0, &stats, sizeof(stats)), sizeof(stats));
	assert_int_equal(stats.tx_frames, FRAMES);
	assert_int_equal(chan.rx.faults + chan.tx.faults + pool.faults, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(it_answers_calls),
		cmocka_unit_test(frames_come_back),
	};

	return cmocka_run_group_tests(tests, start, end);
}
