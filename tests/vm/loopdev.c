// SPDX-License-Identifier: MIT OR GPL-2.0-only
/*
 * loopdev [SECONDS [SEED [NAME [doorbell]]]]: a network device of cordon.ko whose driver is a thread of this
 * program: honest, lazy, silent, lying, scribbling. Run in a guest by tests/vm/module.sh and
 * bench/campaign-kernel. Frames go in and out by packet sockets. NAME: the tests that have it in theirs;
 * doorbell: all drivers ring.
 */
#include "tests/vm/loop/device.h"
#include "tests/vm/loop/tests.h"

#include <sched.h>

unsigned loop_seconds = 5;

static const struct {
	const char *name;
	void (*run)(void);
} tests[] = {
	{ "frames_there_and_back", frames },
	{ "bursts", bursts },
	{ "offload_both_ways", big_frames },
	{ "a_dead_driver's_frames_are_sent_again_once", again },
	{ "bells_and_a_storm_of_them", bells },
	{ "nothing_is_overlooked_before_a_sleep", unheard },
	{ "all_by_doorbell", doorbell },
	{ "a_driver_that_lies", lies },
	{ "a_driver_that_gives_lengths_past_the_end", lengths },
	{ "a_driver_that_gives_all_back_twice", doubles },
	{ "a_driver_that_forges_headers", forgeries },
	{ "a_driver_that_lies_in_replies", replies },
	{ "a_driver_that_scribbles", scribbles },
	{ "a_driver_that_rings_all_the_time", storm },
	{ "a_driver_whose_domain_closes_in_the_middle", closed },
	{ "silent:_nobody_is_held_up", silent },
	{ "silent:_for_long,_each_system_call_is_prompt", silence },
	{ "MTU_and_address_are_told_to_the_driver", told },
	{ "a_device_that_is_deleted", deleted },
	{ "a_device_that_was_there", taken },
	{ "a_supervisor_that_is_killed", killed },
};

int main(int argc, char **argv)
{
	cpu_set_t zero;

	if (argc > 1)
		loop_seconds = (unsigned)atoi(argv[1]);
	loop_seed = argc > 2 ? (unsigned)strtoul(argv[2], NULL, 0) : 1;
	printf("# seed %u\n", loop_seed);
	/* No frames but ours. */
	(void)!system("echo 1 >/proc/sys/net/ipv6/conf/default/disable_ipv6");
	CPU_ZERO(&zero);
	CPU_SET(0, &zero);
	(void)sched_setaffinity(0, sizeof(zero), &zero);
	if (argc > 4) {
		device_receive = CORDON_K_RECEIVE_DOORBELL;
		driver_manner = SLEEPS;
	}
	if (argc > 3 && strcmp(argv[3], "endless") == 0)
		endless();
	for (unsigned i = 0; i < sizeof(tests) / sizeof(tests[0]); i++)
		if (argc < 4 || strstr(tests[i].name, argv[3]))
			k_test(tests[i].name, tests[i].run);
	return k_failed;
}
