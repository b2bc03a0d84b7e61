// SPDX-License-Identifier: MIT OR GPL-2.0-only
/* Real traffic: the driver null sends every frame back. See traffic.h. */
#include "tests/net/traffic.h"

#include <linux/if_ether.h>
#include <linux/if_packet.h>

static int packet_socket(void)
{
	struct sockaddr_ll a = { .sll_family = AF_PACKET, .sll_protocol = htons(ETH_P_LOOPBACK) };
	int one = 1;
	int s;

	enter(A);
	s = socket(AF_PACKET, SOCK_RAW | SOCK_CLOEXEC, 0);
	a.sll_ifindex = (int)if_nametoindex(front);
	enter(HOME);
	assert_true(s >= 0);
	setsockopt(s, SOL_PACKET, 23 /* PACKET_IGNORE_OUTGOING */, &one, sizeof(one));
	assert_int_equal(bind(s, (struct sockaddr *)&a, sizeof(a)), 0);
	return s;
}

static void null_echoes_every_frame(void **state)
{
	static const uint8_t eth[14] = { 2, 0, 0, 0, 0, 0xb, 2, 0, 0, 0, 0, 0xa, 0x90, 0 };
	struct run *r = run_of(state);
	uint8_t frame[1514], back[2048];
	unsigned sent = 0, received = 0;
	int s = packet_socket();

	while (received < 2000) {
		struct pollfd p = { .fd = s, .events = POLLIN };

		/* Few at a time: none may be lost in queues. */
		while (sent < 2000 && sent - received < 32) {
			memcpy(frame, eth, sizeof(eth));
			memcpy(frame + 14, pattern + sent, sizeof(frame) - 14);
			assert_true(send(s, frame, 60 + sent % 1455, 0) > 0);
			sent++;
		}
		assert_int_equal(poll(&p, 1, 30000), 1);
		assert_int_equal(recv(s, back, sizeof(back), 0), 60 + received % 1455);
		assert_memory_equal(back, eth + 6, 6);
		assert_memory_equal(back + 6, eth, 6);
		assert_memory_equal(back + 14, pattern + received, 46 + received % 1455);
		received++;
	}
	close(s);
	stop_cordon(r);
	check_clean(r);
	assert_int_equal(counter(r, "tx_frames"), 2000);
	assert_int_equal(counter(r, "rx_frames"), 2000);
	assert_int_equal(counter(r, "driver_tx_frames"), 2000);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		RUN(null_echoes_every_frame, "inline", "inline", "null", .echo = 1),
		RUN(null_echoes_every_frame, "thread", "thread", "null", .echo = 1),
#if !defined(SANITIZER)
		RUN(null_echoes_every_frame, "process", "process", "null", .echo = 1),
#endif
	};

	return cmocka_run_group_tests(tests, prepare, NULL);
}
