// SPDX-License-Identifier: MIT OR GPL-2.0-only
// A driver's image, loaded by the loader's own code but behind no fence, relocates itself, answers
// calls and moves buffers. Under qemu-aarch64 this is the port of the runtime, run as a whole.
#include <errno.h>
#include <sched.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "domains/net/net.cdl_client.h"
#include "domains/net/net.h"
#include "tests/loader/launch.h"

#define FRAMES 20000u

static struct launched driver;
static struct net_client client;

static int start(void **state)
{
	(void)state;
	launch(&driver, "drivers/net-null", 1 /* echo */);
	net_client_init(&client, &driver.chan.client);
	cordon_stub_by(&client.stub, &driver.caller, LAUNCH_DEADLINE_NS);
	return 0;
}

static int end(void **state)
{
	(void)state;
	return launch_end(&driver);
}

static int call(uint16_t op, const void *req, size_t len)
{
	return launch_call(&driver, op, req, len, NULL, 0);
}

static void it_answers_calls(void **state)
{
	const struct net_config config = { .mtu = 1500 };
	struct net_info info;

	(void)state;
	assert_int_equal(net_info(&client, &info), -EPROTO);
	assert_int_equal(net_connect(&client), 0);
	assert_int_equal(net_start(&client), -EPERM);
	assert_int_equal(net_info(&client, &info), 0);
	assert_true(info.buffers > 0);
	assert_int_equal(info.ports, 0);
	assert_int_equal(net_config(&client, &config), 0);
	assert_int_equal(call(NET_OP_CONFIG, &config, 1), -EINVAL);
	assert_int_equal(net_start(&client), 0);
	assert_int_equal(call(NET_OP_COUNT, NULL, 0), -EOPNOTSUPP);
}

static void lend_empty(void)
{
	int buf = cordon_pool_get(&driver.pool, CORDON_BUF_SMALL);
	struct cordon_desc d = cordon_desc((uint32_t)buf, 0, NET_EMPTY);

	assert_true(buf >= 0);
	assert_int_equal(cordon_pool_lend(&driver.pool, (uint32_t)buf), 0);
	assert_int_equal(cordon_stream_put(&driver.chan.tx, &d, 1), 1);
}

/* Each frame comes back once, its addresses exchanged by the driver, the rest as it was. */
static void frames_come_back(void **state)
{
	struct cordon_chan *chan = &driver.chan;
	struct cordon_pool *pool = &driver.pool;
	uint64_t until = launch_now() + LAUNCH_DEADLINE_NS;
	unsigned sent = 0, back = 0;
	struct net_stats stats;

	(void)state;
	while (back < FRAMES) {
		struct cordon_desc d;
		int buf;

		/* One to send, and one for it to come back in. */
		if (sent < FRAMES && pool->nfree[0] >= 2 && cordon_stream_tx_ready(&chan->tx)) {
			uint8_t *data;

			lend_empty();
			buf = cordon_pool_get(pool, 100);
			data = cordon_pool_data(pool, (uint32_t)buf);
			memset(data, 0, 100);
			memset(data + NET_HDR_SIZE, 1, 6);
			memset(data + NET_HDR_SIZE + 6, 2, 6);
			memcpy(data + 60, &sent, sizeof(sent));
			assert_int_equal(cordon_pool_lend(pool, (uint32_t)buf), 0);
			d = cordon_desc((uint32_t)buf, 100, NET_FRAME);
			assert_int_equal(cordon_stream_put(&chan->tx, &d, 1), 1);
			sent++;
		}
		while (cordon_stream_get(&chan->rx, &d, 1) == 1) {
			uint8_t *data;

			assert_int_equal(cordon_pool_take(pool, d.buf), 0);
			if (cordon_desc_kind(d) == NET_EMPTY) {
				assert_int_equal(cordon_pool_put(pool, d.buf), 0);
				continue;
			}
			assert_int_equal(cordon_desc_kind(d), NET_FRAME);
			assert_int_equal(cordon_desc_len(d), 100);
			data = cordon_pool_data(pool, d.buf);
			assert_int_equal(data[NET_HDR_SIZE], 2);
			assert_int_equal(data[NET_HDR_SIZE + 11], 1);
			assert_memory_equal(data + 60, &back, sizeof(back));
			assert_int_equal(cordon_pool_put(pool, d.buf), 0);
			back++;
		}
		if (back < sent)
			sched_yield();
		assert_true(launch_now() < until);
	}
	assert_int_equal(net_stats(&client, &stats), 0);
	assert_int_equal(stats.tx_frames, FRAMES);
	assert_int_equal(chan->rx.faults + chan->tx.faults + pool->faults, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(it_answers_calls),
		cmocka_unit_test(frames_come_back),
	};

	return cmocka_run_group_tests(tests, start, end);
}
