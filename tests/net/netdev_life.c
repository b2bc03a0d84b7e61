// SPDX-License-Identifier: MIT OR GPL-2.0-only
/*
 * Whole lives of a domain with the front-end netdev: the supervisor, the fence and the driver's image
 * are the real ones; the kernel module is played, in the supervisor's process, by the front-end of user
 * space and a thread that polls it. Its "device" is a socket of this test. Root.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "core/clock.h"
#include "core/control.h"
#include "core/host.h"
#include "core/module.h"
#include "core/page.h"
#include "core/supervisor.h"
#include "domains/net/class.h"
#include "domains/net/front.h"

#if defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer)
#define SANITIZED 1
#endif
#endif
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define SANITIZED 1
#endif

#define PATIENCE 2000 /* times 10 ms */
#define FRAME 100u
#define NR(what) (_IOC_NR(CORDON_K_##what))

/* ---- the module that is played: one order at a time, and a thread that polls in between ----------- */

static struct module {
	pthread_mutex_t lock; /* of all that follows */
	pthread_t thread;
	int runs;
	atomic_bool ends, under_way, cancel;
	struct net_front front;
	struct cordon_chan chan;
	struct cordon_pool pool;
	struct cordon_caller caller;
	void *tables;
	int attached;
	int device; /* our end of the socket */
} module = { .lock = PTHREAD_MUTEX_INITIALIZER, .device = -1 };

static void *poll_device(void *arg)
{
	struct timespec t = { 0, 100000 };

	(void)arg;
	while (!module.ends) {
		unsigned did;

		pthread_mutex_lock(&module.lock);
		did = module.attached ? net_front_poll(&module.front, 32) : 0;
		pthread_mutex_unlock(&module.lock);
		if (!did)
			nanosleep(&t, NULL);
	}
	return NULL;
}

/* While an order waits, frames flow. */
static uint64_t poll_and_look(void)
{
	(void)net_front_poll(&module.front, 32);
	return cordon_clock_monotonic();
}

static int make_device(const struct cordon_k_net *k)
{
	net_front_init(&module.front, module.device, k->mtu, k->mac);
	module.front.deadline_ns = (uint64_t)k->deadline_ms * 1000000;
	module.caller = (struct cordon_caller){ .client = &module.chan.client,
						.now = poll_and_look,
						.cancel = &module.cancel };
	module.runs = pthread_create(&module.thread, NULL, poll_device, NULL) == 0;
	return module.runs ? 0 : -EAGAIN;
}

static int attach(struct cordon_k_attach *k)
{
	struct cordon_chan_dims chan = { .calls = k->calls, .ab = k->ab, .ba = k->ba };
	struct cordon_pool_dims pool = { k->small, k->big, k->ro_small, k->ro_big };
	struct cordon_err e = { "" };
	int ret;

	module.tables = calloc(1, cordon_pool_private_size(&pool));
	ret = cordon_chan_init_a(&module.chan, (void *)(uintptr_t)k->chan, &chan);
	cordon_pool_init(&module.pool, (void *)(uintptr_t)k->pool, (void *)(uintptr_t)k->pool_ro,
			 &pool, module.tables, 1);
	if (ret == 0)
		ret = net_front_start(&module.front, &module.chan, &module.pool, &module.caller, 0,
				      &e);
	snprintf(k->why, sizeof(k->why), "%.*s", CORDON_K_WHY - 1, e.text);
	module.attached = ret == 0;
	return ret;
}

static void detach(void)
{
	net_front_detach(&module.front);
	module.attached = 0;
	free(module.tables);
	module.tables = NULL;
}

static void stats(struct cordon_k_stats *k)
{
	struct cordon_gauge g = { 0 };

	k->n = sizeof(module.front.count) / sizeof(uint64_t);
	memcpy(k->value, &module.front.count, sizeof(module.front.count));
	net_front_gauge(&module.front, &g);
	k->depth = g.depth;
	k->depth_peak = g.depth_peak;
	k->errors = g.errors;
	k->calls = module.caller.answered;
	k->call_ns = module.caller.answer_ns;
	k->call_errors = module.caller.failed;
}

static int carry_out(unsigned nr, void *arg)
{
	struct cordon_k_info *info = arg;

	switch (nr) {
	case NR(INFO):
		info->abi = CORDON_K_ABI;
		return 0;
	case NR(DOMAIN):
		return 0;
	case NR(NET):
		return make_device(arg);
	case NR(ATTACH):
		return attach(arg);
	case NR(PING):
		return net_front_ping(&module.front);
	case NR(STOP):
		return net_front_stop(&module.front);
	case NR(DRAIN):
		return net_front_drain(&module.front);
	case NR(DETACH):
		detach();
		return 0;
	case NR(STATS):
		stats(arg);
		return 0;
	default:
		return -ENOTTY;
	}
}

static int play(unsigned nr, void *arg)
{
	int ret;

	if (nr == NR(ABORT)) {
		module.cancel = module.under_way;
		return 0;
	}
	pthread_mutex_lock(&module.lock);
	module.under_way = true;
	ret = carry_out(nr, arg);
	module.under_way = false;
	module.cancel = false;
	pthread_mutex_unlock(&module.lock);
	return ret;
}

int ioctl(int fd, unsigned long request, ...)
{
	va_list ap;
	void *arg;
	int ret;

	va_start(ap, request);
	arg = va_arg(ap, void *);
	va_end(ap);
	if (_IOC_TYPE(request) != _IOC_TYPE(CORDON_K_INFO))
		return (int)syscall(SYS_ioctl, fd, request, arg);
	ret = play(_IOC_NR(request), arg);
	errno = -ret;
	return ret < 0 ? -1 : 0;
}

/* ---- a supervisor of it, in a child --------------------------------------------------------------- */

static char name[CORDON_NAME_MAX];
static char images[PATH_MAX];
static cordon_parts missing;
static pid_t supervisor;
static int out, host; /* what it says; the host's end of the device */
static char said[16384];
static size_t nsaid;

static int can_not(void)
{
#if defined(SANITIZED)
	print_message("# no process fence with a sanitizer\n");
	return 1;
#endif
	if (geteuid() != 0)
		print_message("# needs root\n");
	return geteuid() != 0;
}

static int supervise(int to)
{
	static char image[PATH_MAX + 32], loader[PATH_MAX + 32];
	const struct cordon_driver_entry *null = &cordon_class_netdev.drivers[0];
	struct cordon_err e = { "" };
	struct cordon_config c = {
		.name = name,
		.class = &cordon_class_netdev,
		.driver = null,
		.args = { .driver = null->name,
			  .value = { [NET_OPT_FRONT] = "cnt0", [NET_OPT_ECHO] = "" },
			  .deadline_ns = UINT64_C(2000000000) },
		.fence = &cordon_fence_process,
		.image = image,
		.loader = loader,
		.without = missing,
		.memory_limit = 64 << 20,
		.deadline_ms = 2000,
		.limit = 20,
		.limit_s = 10,
		.stay = 1,
		.show_counters = 1,
	};
	FILE *f = fdopen(to, "w");
	int ret;

	snprintf(image, sizeof(image), "%s/drivers/net-null", images);
	snprintf(loader, sizeof(loader), "%s/cordon-loader", images);
	cordon_module_path = "/dev/null";
	ret = (int)cordon_supervise(&c, f, &e);
	fprintf(f, "error: %s\n", e.text);
	fclose(f);
	module.ends = true;
	if (module.runs)
		pthread_join(module.thread, NULL);
	return ret;
}

/* Read what it says until @text is there. */
static void hear(const char *text)
{
	struct pollfd p = { .fd = out, .events = POLLIN };
	ssize_t n;

	for (int i = 0; i < PATIENCE && !strstr(said, text); i++) {
		if (poll(&p, 1, 10) <= 0)
			continue;
		n = read(out, said + nsaid, sizeof(said) - 1 - nsaid);
		if (n <= 0)
			break;
		nsaid += (size_t)n;
	}
	if (!strstr(said, text))
		fail_msg("'%s' was not said, but: %s", text, said);
}

static int set_up(void **state)
{
	int fd[2], pair[2];

	(void)state;
	supervisor = 0;
	nsaid = 0;
	memset(said, 0, sizeof(said));
	if (can_not())
		return 0;
	(void)cordon_host_check(0, &missing, NULL);
	snprintf(name, sizeof(name), "nl%d", (int)getpid());
	if (pipe2(fd, O_CLOEXEC) < 0 ||
	    socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC | SOCK_NONBLOCK, 0, pair) < 0)
		return -1;
	fflush(stdout);
	supervisor = fork();
	if (supervisor == 0) {
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		close(fd[0]);
		close(pair[0]);
		module.device = pair[1];
		_exit(supervise(fd[1]));
	}
	close(fd[1]);
	close(pair[1]);
	out = fd[0];
	host = pair[0];
	hear(": serving: ");
	return 0;
}

static int tear_down(void **state)
{
	struct cordon_run run;

	(void)state;
	if (supervisor > 0) {
		kill(supervisor, SIGKILL);
		waitpid(supervisor, NULL, 0);
		close(out);
		close(host);
		/* What it left, when a test has failed. */
		if (cordon_run_open(&run, name, NULL) == 0)
			cordon_run_close(&run);
	}
	return 0;
}

/* Told to end, it ends in good order. */
static void ends(void)
{
	int status = -1;

	assert_int_equal(kill(supervisor, SIGTERM), 0);
	hear("error: ");
	assert_int_equal(waitpid(supervisor, &status, 0), supervisor);
	supervisor = 0;
	close(out);
	close(host);
	assert_non_null(strstr(said, "error: \n"));
	assert_int_equal(status, 0);
}

static void order(const char *verb)
{
	const char *const words[] = { verb };
	char text[CORDON_REPLY_MAX];
	struct cordon_err e = { "" };

	if (cordon_control_ask(name, words, 1, 30000, text, &e) != 0)
		fail_msg("%s: %s %s", verb, text, e.text);
}

static struct cordon_page look(void)
{
	struct cordon_page p;
	int lives;

	assert_int_equal(cordon_page_read(name, &p, &lives, NULL), 0);
	assert_true(lives);
	return p;
}

static uint64_t counter(const struct cordon_page *p, const char *what)
{
	unsigned i = 0;

	while (strcmp(cordon_class_netdev.counters[i], what) != 0)
		i++;
	return p->value[i];
}

/* Frames go out by the device until one comes back. */
static void carries(void)
{
	uint8_t frame[CORDON_VNET_HDR + FRAME] = { 0 }, back[sizeof(frame) + 1];
	struct pollfd p = { .fd = host, .events = POLLIN };

	memset(frame + CORDON_VNET_HDR, 0x5a, FRAME);
	frame[CORDON_VNET_HDR + 12] = 0x88;
	frame[CORDON_VNET_HDR + 13] = 0xb5;
	for (int i = 0; i < PATIENCE; i++) {
		ssize_t n;

		(void)!write(host, frame, sizeof(frame));
		if (poll(&p, 1, 10) <= 0)
			continue;
		while ((n = read(host, back, sizeof(back))) > 0)
			assert_int_equal(n, sizeof(frame));
		return;
	}
	fail_msg("no frame comes back: %s", said);
}

static void until_shown(const char *what)
{
	for (int i = 0; i < PATIENCE; i++) {
		struct cordon_page p = look();

		if (counter(&p, what) > 0)
			return;
		poll(NULL, 0, 10);
	}
	fail_msg("%s is not shown", what);
}

/* ---- lives ---------------------------------------------------------------------------------------- */

static void it_serves_and_is_seen(void **state)
{
	struct cordon_page p;

	(void)state;
	if (can_not())
		skip();
	carries();
	until_shown("rx_frames");
	p = look();
	assert_string_equal(p.class, "net");
	assert_string_equal(p.frontend, "netdev");
	assert_string_equal(p.front, "cnt0");
	assert_int_equal(p.state, CORDON_STATE_SERVING);
	assert_true(p.spare > 0 || !strstr(said, "no spare"));
	assert_true(p.common.calls >= 3);
	assert_true(counter(&p, "tx_frames") > 0);
	assert_int_equal(p.common.errors, 0);
	ends();
	assert_non_null(strstr(said, ": tx_frames "));
}

static void a_driver_that_is_killed_comes_back(void **state)
{
	struct cordon_page p;

	(void)state;
	if (can_not())
		skip();
	for (unsigned i = 1; i <= 5; i++) {
		char text[64];

		p = look();
		carries();
		assert_int_equal(kill(p.domain, SIGKILL), 0);
		snprintf(text, sizeof(text), "serving again: incarnation %u,", i + 1);
		hear(text);
	}
	carries();
	p = look();
	assert_int_equal(p.common.crashes, 5);
	ends();
}

static void it_obeys_orders(void **state)
{
	struct cordon_page p;

	(void)state;
	if (can_not())
		skip();
	carries();
	order("restart");
	carries();
	order("replace");
	carries();
	assert_null(strstr(said, "did not give back"));
	order("stop");
	assert_int_equal(look().state, CORDON_STATE_STOPPED);
	order("start");
	carries();
	assert_int_equal(look().state, CORDON_STATE_SERVING);
	p = look();
	assert_int_equal(p.common.crashes, 0);
	ends();
	assert_null(strstr(said, "did not give back"));
	assert_null(strstr(said, "does not: killed"));
}

/* Its calls are not answered, and what waits for them is called off. */
static void a_driver_that_hangs_is_restarted(void **state)
{
	struct cordon_page p;

	(void)state;
	if (can_not())
		skip();
	p = look();
	assert_int_equal(kill(p.domain, SIGSTOP), 0);
	hear("taken for hung, killed");
	hear("serving again: incarnation 2,");
	carries();
	p = look();
	assert_int_equal(p.common.hangs, 1);
	ends();
}

/* Killed while the module waits for its answer. */
static void a_driver_that_dies_in_a_call_is_restarted(void **state)
{
	struct cordon_page p;

	(void)state;
	if (can_not())
		skip();
	p = look();
	assert_int_equal(kill(p.domain, SIGSTOP), 0);
	/* By the time that it is asked twice. */
	poll(NULL, 0, 600);
	assert_int_equal(kill(p.domain, SIGKILL), 0);
	hear("serving again: incarnation 2,");
	carries();
	ends();
}

int main(void)
{
#define T(f) cmocka_unit_test_setup_teardown(f, set_up, tear_down)
	static const struct CMUnitTest tests[] = {
		T(it_serves_and_is_seen),
		T(a_driver_that_is_killed_comes_back),
		T(it_obeys_orders),
		T(a_driver_that_hangs_is_restarted),
		T(a_driver_that_dies_in_a_call_is_restarted),
	};
	ssize_t n = readlink("/proc/self/exe", images, sizeof(images) - 1);
	char *at;

	/* build/V/tests/net/netdev_life */
	for (int i = 0; n > 0 && i < 3; i++)
		if ((at = strrchr(images, '/')))
			*at = '\0';
	return cmocka_run_group_tests_name("netdev_life", tests, NULL, NULL);
}
