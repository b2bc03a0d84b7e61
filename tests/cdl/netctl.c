// SPDX-License-Identifier: MIT OR GPL-2.0-only
/* An interface that the build makes stubs of, between two threads. */
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>
#include "core/clock.h"
#include "tests/cdl/netctl.cdl_client.h"
#include "tests/cdl/netctl.cdl_server.h"

#define SECOND UINT64_C(1000000000)
#define CALLS 20000u

static const struct cordon_pool_dims dims = { .small = 1, .big = 1 };

struct device {
	struct netctl_server control; /* first: what cordon_serve() hands to the stubs */
	struct cordon_server server;
	struct cordon_pool pool;
	uint8_t mac[6];
	unsigned ups;
	uint32_t sum;
};

static struct cordon_line lines[4];
static _Alignas(64) uint8_t memory[CORDON_BUF_SMALL + CORDON_BUF_BIG];
static _Alignas(8) uint8_t tables[2][64];
static struct cordon_clock the_clock;
static atomic_bool over;

static uint64_t now(void)
{
	return cordon_clock_read(&the_clock);
}

static int set_mac(void *state, const uint8_t mac[6])
{
	struct device *d = state;

	memcpy(d->mac, mac, 6);
	return mac[0] & 1 ? -EADDRNOTAVAIL : 0;
}

static int get_name(void *state, char name[33])
{
	const struct device *d = state;

	memcpy(name, "netctl", 7);
	name[6] = (char)('0' + d->mac[5] % 10);
	name[7] = '\0';
	return 0;
}

static void link_state(void *state, bool up)
{
	struct device *d = state;

	d->ups += up;
}

static int load_firmware(void *state, uint32_t image, uint32_t len)
{
	struct device *d = state;
	const uint8_t *data = cordon_pool_data(&d->pool, image);

	d->sum = 0;
	for (uint32_t i = 0; i < len; i++)
		d->sum += data[i];
	return 0;
}

static const struct netctl_server_ops ops = { .set_mac = set_mac,
					      .get_name = get_name,
					      .link_state = link_state,
					      .load_firmware = load_firmware };

static void *serve(void *arg)
{
	struct device *d = arg;

	while (!atomic_load(&over))
		(void)cordon_serve(&d->server, &netctl_ops, d, 8);
	return NULL;
}

static void calls_between_threads(void **state)
{
	struct cordon_client client;
	struct cordon_caller caller = { .client = &client, .now = now };
	struct netctl_client c;
	struct cordon_pool pool;
	static struct device d;
	pthread_t thread;
	char name[33] = "";
	int image;

	(void)state;
	cordon_clock_calibrate(&the_clock);
	cordon_client_init(&client, lines, 4);
	cordon_server_init(&d.server, lines, 4);
	cordon_pool_init(&pool, memory, NULL, &dims, tables[0], 1);
	cordon_pool_init(&d.pool, memory, NULL, &dims, tables[1], 0);
	netctl_server_init(&d.control, &ops, &d, &d.pool);
	netctl_client_init(&c, &client, &pool);
	cordon_stub_by(&c.stub, &caller, 20 * SECOND);
	assert_int_equal(pthread_create(&thread, NULL, serve, &d), 0);
	assert_int_equal(netctl_connect(&c), 0);
	for (unsigned i = 0; i < CALLS; i++) {
		uint8_t mac[6] = { 2, 0, 0, 0, 0, (uint8_t)i };

		assert_int_equal(netctl_set_mac(&c, mac), 0);
		assert_int_equal(netctl_get_name(&c, name), 0);
		assert_int_equal(name[6], '0' + (uint8_t)i % 10);
		/* One that finds no line is not sent. */
		while (netctl_link_state(&c, i % 2) == -EAGAIN)
			;
	}
	/* An error that it does not list. */
	assert_int_equal(netctl_set_mac(&c, (const uint8_t[6]){ 1 }), -EIO);
	image = cordon_pool_get(&pool, CORDON_BUF_BIG);
	assert_true(image >= 0);
	memset(cordon_pool_data(&pool, (uint32_t)image), 1, CORDON_BUF_BIG);
	assert_int_equal(netctl_load_firmware(&c, (uint32_t)image, CORDON_BUF_BIG), 0);
	assert_int_equal(netctl_load_firmware(&c, (uint32_t)image, CORDON_BUF_BIG + 1), -EINVAL);
	atomic_store(&over, true);
	assert_int_equal(pthread_join(thread, NULL), 0);
	assert_int_equal(d.sum, CORDON_BUF_BIG);
	assert_int_equal(d.ups, CALLS / 2);
	assert_int_equal(c.stub.faults, 0);
	assert_int_equal(cordon_pool_put(&pool, (uint32_t)image), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(calls_between_threads),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
