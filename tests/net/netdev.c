// SPDX-License-Identifier: MIT OR GPL-2.0-only
/*
 * The front-end netdev against a kernel module that this test plays: each structure is looked at field
 * by field, as core/kernel/uapi.h has it, and each error is tried. ioctl() is this program's own; what
 * isn't the module's goes on to the kernel.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "core/fence.h"
#include "core/front.h"
#include "core/incarnation.h"
#include "core/module.h"
#include "domains/net/net.h"
#include "domains/net/netdev.h"

#define PATIENCE 1000 /* times 10 ms */
#define ORDERS 10
#define NR(what) (_IOC_NR(CORDON_K_##what))

/* No holes, so that 32 and 64 bits agree, and nothing of ours leaks. */
_Static_assert(sizeof(struct cordon_k_info) == 16 + CORDON_K_CPUS / 8, "no hole");
_Static_assert(sizeof(struct cordon_k_domain) == 48 + CORDON_K_WHY, "no hole");
_Static_assert(sizeof(struct cordon_k_net) == 48 + CORDON_K_WHY, "no hole");
_Static_assert(sizeof(struct cordon_k_attach) == 80 + CORDON_K_WHY, "no hole");
_Static_assert(sizeof(struct cordon_k_stats) == 8 + 8 * (CORDON_K_VALUES + 6 + CORDON_K_OPS),
	       "no hole");

/* ---- the module that is played ------------------------------------------------------------------ */

static struct module {
	atomic_uint calls[ORDERS];
	int error[ORDERS]; /* that it answers with */
	char why[CORDON_K_WHY];
	uint32_t abi;
	struct cordon_k_domain domain; /* as they came */
	struct cordon_k_net net;
	struct cordon_k_attach attach;
	struct cordon_k_stats stats; /* that it answers with; under the lock while the loop runs */
	atomic_uint deaf; /* orders to give up that come too early, and are lost */
	atomic_int hangs; /* an order waits for the next one to give up */
	const struct cordon_caller *caller;
	uint16_t last_op;
	int waiting; /* as the caller stood in the last order */
	atomic_int thread; /* that gave it */
} module;

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;

static void take(void *to, void *arg, size_t size)
{
	uint32_t said;

	memcpy(&said, arg, sizeof(said));
	assert_int_equal(said, size);
	memcpy(to, arg, size);
}

static int answer(unsigned nr, void *arg)
{
	struct cordon_k_info info = { .size = sizeof(info), .abi = module.abi };

	switch (nr) {
	case NR(INFO):
		info.cores[0] = 6;
		memcpy(arg, &info, sizeof(info));
		break;
	case NR(DOMAIN):
		take(&module.domain, arg, sizeof(module.domain));
		memcpy(((struct cordon_k_domain *)arg)->why, module.why, CORDON_K_WHY);
		break;
	case NR(NET):
		take(&module.net, arg, sizeof(module.net));
		memcpy(((struct cordon_k_net *)arg)->why, module.why, CORDON_K_WHY);
		break;
	case NR(ATTACH):
		take(&module.attach, arg, sizeof(module.attach));
		memcpy(((struct cordon_k_attach *)arg)->why, module.why, CORDON_K_WHY);
		break;
	case NR(STATS):
		pthread_mutex_lock(&lock);
		module.stats.size = sizeof(module.stats);
		memcpy(arg, &module.stats, sizeof(module.stats));
		pthread_mutex_unlock(&lock);
		break;
	default:
		assert_null(arg);
	}
	return module.error[nr];
}

static int play(unsigned nr, void *arg)
{
	unsigned aborts;

	if (nr == NR(ABORT) || nr >= ORDERS) {
		module.calls[nr]++;
		return 0;
	}
	if (module.caller) {
		module.last_op = module.caller->last_op;
		module.waiting = module.caller->waiting;
	}
	if (nr != NR(STATS))
		module.thread = (int)syscall(SYS_gettid);
	module.calls[nr]++;
	if (!module.hangs || nr == NR(STATS) || nr == NR(DETACH))
		return answer(nr, arg);
	/* Those that came before this order began were for none. */
	while (module.calls[NR(ABORT)] < module.deaf)
		sched_yield();
	aborts = module.calls[NR(ABORT)];
	while (module.calls[NR(ABORT)] == aborts)
		sched_yield();
	return -ECANCELED;
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
	assert_true(fd >= 0);
	ret = play(_IOC_NR(request), arg);
	errno = -ret;
	return ret < 0 ? -1 : 0;
}

/* ---- a supervisor, as far as it matters here ------------------------------------------------------ */

static const struct cordon_class *const class = &cordon_class_netdev;
static struct net_netdev dev;
static struct cordon_args args;
static struct cordon_ports ports;
static struct cordon_page page;
static struct cordon_incarnation inc;
static struct cordon_caller caller;
static struct cordon_err err;
static struct cordon_front front;
static int fds_before;

static int open_fds(void)
{
	int n = 0;

	for (int fd = 0; fd < 256; fd++)
		n += fcntl(fd, F_GETFD) >= 0;
	return n;
}

static int set_up(void **state)
{
	(void)state;
	memset(&module, 0, sizeof(module));
	module.abi = CORDON_K_ABI;
	cordon_module_path = "/dev/null";
	memset(&dev, 0, sizeof(dev));
	args = (struct cordon_args){ .driver = "null", .value = { [NET_OPT_FRONT] = "cn0" } };
	memset(&page, 0, sizeof(page));
	strcpy(page.name, "web.1");
	strcpy(page.fence, "process");
	strcpy(page.wait, "spin");
	page.core = 3;
	memset(&caller, 0, sizeof(caller));
	caller.last_op = 99;
	err.text[0] = '\0';
	fds_before = open_fds();
	return 0;
}

static int open_it(void)
{
	err.text[0] = '\0';
	return class->open(&dev, &args, &ports, &err);
}

static int place_it(void)
{
	err.text[0] = '\0';
	return class->elsewhere->place(&dev, &page, &err);
}

/* Open, place, close: 0, or the first error. */
static int begin_and_end(void)
{
	int ret = open_it();

	if (ret < 0)
		return ret;
	ret = place_it();
	class->close(&dev);
	assert_int_equal(open_fds(), fds_before);
	return ret;
}

static void says(const char *text)
{
	if (!strstr(err.text, text))
		fail_msg("'%s' is not in '%s'", text, err.text);
}

static int attach_it(void)
{
	err.text[0] = '\0';
	return class->elsewhere->attach(&dev, &inc, &caller, &err);
}

/* ---- before an incarnation ------------------------------------------------------------------------ */

static void without_the_module_it_says_what_to_do(void **state)
{
	(void)state;
	cordon_module_path = "/nonexistent/cordon";
	assert_int_equal(open_it(), -ENOENT);
	says("/nonexistent/cordon");
	says("modprobe cordon");
	says("make install-module");
	says("--frontend tap");
	assert_int_equal(open_fds(), fds_before);
}

static void another_module_is_refused(void **state)
{
	static const int errors[] = { 0, -ENOTTY, -EINVAL };

	(void)state;
	for (unsigned i = 0; i < 3; i++) {
		module.abi = CORDON_K_ABI + 1;
		module.error[NR(INFO)] = errors[i];
		assert_int_equal(open_it(), -EPROTO);
		says("not the module of this version");
	}
	module.error[NR(INFO)] = -EIO;
	assert_int_equal(open_it(), -EIO);
	assert_int_equal(open_fds(), fds_before);
}

static void the_domain_is_named(void **state)
{
	static const char zeros[sizeof(page.name)];

	(void)state;
	assert_int_equal(begin_and_end(), 0);
	assert_int_equal(module.domain.flags, 0);
	assert_int_equal(module.domain.core, 3);
	assert_int_equal(module.domain.zero, 0);
	assert_string_equal(module.domain.name, "web.1");
	assert_memory_equal(module.domain.name + 5, zeros, sizeof(module.domain.name) - 5);
	memset(page.name, 'n', sizeof(page.name) - 1);
	args.without = CORDON_PART_BIT(CORDON_PART_RESERVED);
	assert_int_equal(begin_and_end(), 0);
	assert_int_equal(module.domain.flags, CORDON_K_UNRESERVED);
	assert_string_equal(module.domain.name, page.name);
	args.without = ~CORDON_PART_BIT(CORDON_PART_RESERVED);
	assert_int_equal(begin_and_end(), 0);
	assert_int_equal(module.domain.flags, 0);
}

static void a_core_that_is_refused_is_explained(void **state)
{
	(void)state;
	strcpy(module.why, "boot with cordon.cores=3");
	module.error[NR(DOMAIN)] = -EPERM;
	assert_int_equal(begin_and_end(), -EPERM);
	says("core 3: boot with cordon.cores=3");
	says("--without reserved");
	module.error[NR(DOMAIN)] = -EBUSY;
	assert_int_equal(begin_and_end(), -EBUSY);
	says("kernel module: boot with");
	module.why[0] = '\0';
	assert_int_equal(begin_and_end(), -EBUSY);
	says(strerror(EBUSY));
	module.error[NR(DOMAIN)] = -EPERM;
	assert_int_equal(begin_and_end(), -EPERM);
	says("not reserved");
	assert_int_equal(module.calls[NR(NET)], 0);
}

static void words_without_an_end_are_cut(void **state)
{
	(void)state;
	memset(module.why, 'w', sizeof(module.why));
	module.error[NR(DOMAIN)] = -EPERM;
	assert_int_equal(begin_and_end(), -EPERM);
	assert_int_equal(strspn(strchr(err.text, 'w'), "w"), CORDON_K_WHY - 1);
	module.error[NR(DOMAIN)] = 0;
	module.error[NR(NET)] = -EEXIST;
	assert_int_equal(begin_and_end(), -EEXIST);
	says("cn0: w");
	assert_int_equal(strspn(strchr(err.text, 'w'), "w"), CORDON_K_WHY - 1);
}

static void the_device_is_as_it_was_asked_for(void **state)
{
	static const uint8_t no_mac[6];
	static const char zeros[16];

	(void)state;
	assert_int_equal(begin_and_end(), 0);
	assert_int_equal(module.net.flags, 0);
	assert_string_equal(module.net.name, "cn0");
	assert_memory_equal(module.net.name + 3, zeros, 13);
	assert_memory_equal(module.net.mac, no_mac, 6);
	assert_int_equal(module.net.zero, 0);
	assert_int_equal(module.net.mtu, 1500);
	assert_int_equal(module.net.receive, CORDON_K_RECEIVE_DEFAULT);
	assert_int_equal(module.net.deadline_ms, 1000);
	assert_int_equal(module.net.features, 0x6f);
	assert_int_equal(module.net.why[0], 0);
	args.value[NET_OPT_FRONT] = "fifteen-letters";
	args.value[NET_OPT_MTU] = "9000";
	args.value[NET_OPT_RECEIVE] = "poll";
	args.deadline_ns = UINT64_C(60000) * 1000000;
	assert_int_equal(begin_and_end(), 0);
	assert_string_equal(module.net.name, "fifteen-letters");
	assert_int_equal(module.net.mtu, 9000);
	assert_int_equal(module.net.receive, CORDON_K_RECEIVE_POLL);
	assert_int_equal(module.net.deadline_ms, 60000);
	args.value[NET_OPT_RECEIVE] = "doorbell";
	assert_int_equal(begin_and_end(), 0);
	assert_int_equal(module.net.receive, CORDON_K_RECEIVE_DOORBELL);
}

static void what_makes_no_sense_is_refused(void **state)
{
	(void)state;
	args.value[NET_OPT_RECEIVE] = "mail";
	assert_int_equal(begin_and_end(), -EINVAL);
	says("--receive mail");
	args.value[NET_OPT_RECEIVE] = NULL;
	args.value[NET_OPT_IN_FLIGHT] = "resend";
	assert_int_equal(begin_and_end(), -EINVAL);
	says("--in-flight");
	args.value[NET_OPT_IN_FLIGHT] = NULL;
	args.deadline_ns = UINT64_C(60001) * 1000000;
	assert_int_equal(begin_and_end(), -EINVAL);
	says("--deadline 60001");
	args.deadline_ns = 0;
	strcpy(page.fence, "inline");
	assert_int_equal(begin_and_end(), -EINVAL);
	says("--fence inline");
	strcpy(page.fence, "thread");
	args.value[NET_OPT_FRONT] = "sixteen-letters-";
	assert_int_equal(begin_and_end(), -EINVAL);
	says("'sixteen-letters-'");
	args.value[NET_OPT_FRONT] = "";
	assert_int_equal(begin_and_end(), -EINVAL);
	args.value[NET_OPT_FRONT] = NULL;
	assert_int_equal(begin_and_end(), -EINVAL);
	says("--front");
	assert_int_equal(module.calls[NR(DOMAIN)], 0);
}

/* ---- orders --------------------------------------------------------------------------------------- */

static void the_memory_is_handed_over(void **state)
{
	static char memory[3];

	(void)state;
	assert_int_equal(open_it(), 0);
	assert_int_equal(place_it(), 0);
	cordon_incarnation_init(&inc);
	inc.chan.addr = &memory[0];
	inc.pool.addr = &memory[1];
	inc.pool_ro.addr = &memory[2];
	inc.boot.chan_dims = (struct cordon_chan_dims){ .calls = 1, .ab = 2, .ba = 3, .more = 8 };
	inc.boot.pool_dims =
		(struct cordon_pool_dims){ .small = 4, .big = 5, .ro_small = 6, .ro_big = 7 };
	assert_int_equal(attach_it(), 0);
	assert_int_equal(module.attach.flags, 0);
	assert_int_equal(module.attach.more, 8);
	assert_int_equal(module.attach.calls, 1);
	assert_int_equal(module.attach.ab, 2);
	assert_int_equal(module.attach.ba, 3);
	assert_int_equal(module.attach.small, 4);
	assert_int_equal(module.attach.big, 5);
	assert_int_equal(module.attach.ro_small, 6);
	assert_int_equal(module.attach.ro_big, 7);
	assert_int_equal(module.attach.chan, (uintptr_t)&memory[0]);
	assert_int_equal(module.attach.pool, (uintptr_t)&memory[1]);
	assert_int_equal(module.attach.pool_ro, (uintptr_t)&memory[2]);
	assert_int_equal(module.attach.bell, -1);
	assert_int_equal(module.attach.ears, -1);
	assert_int_equal(module.attach.wait, CORDON_WAIT_SPIN);
	assert_int_equal(module.attach.epoch, 0);
	class->detach(&dev);
	inc.boot.wait = CORDON_WAIT_SLEEP;
	inc.boot.bells = (struct cordon_bells){ .own = 11, .wake = 12, .peer = 13 };
	assert_int_equal(attach_it(), 0);
	assert_int_equal(module.attach.bell, 11);
	assert_int_equal(module.attach.ears, 13);
	assert_int_equal(module.attach.wait, CORDON_WAIT_SLEEP);
	class->detach(&dev);
	assert_int_equal(module.calls[NR(DETACH)], 2);
	class->close(&dev);
}

static void errors_of_attach_are_told(void **state)
{
	(void)state;
	assert_int_equal(open_it(), 0);
	cordon_incarnation_init(&inc);
	module.error[NR(ATTACH)] = -ETIMEDOUT;
	assert_int_equal(attach_it(), -ETIMEDOUT);
	says("the driver did not start: ");
	says(strerror(ETIMEDOUT));
	memset(module.why, 'w', sizeof(module.why));
	assert_int_equal(attach_it(), -ETIMEDOUT);
	assert_int_equal(strspn(strstr(err.text, "www"), "w"), CORDON_K_WHY - 1);
	/* The supervisor ends each that didn't begin. */
	assert_int_equal(class->stop(&dev), 0);
	assert_int_equal(class->drain(&dev), 0);
	assert_int_equal(module.calls[NR(STOP)] + module.calls[NR(DRAIN)], 0);
	class->detach(&dev);
	assert_int_equal(module.calls[NR(DETACH)], 1);
	class->close(&dev);
}

static void orders_and_their_errors_are_passed_on(void **state)
{
	(void)state;
	assert_int_equal(open_it(), 0);
	cordon_incarnation_init(&inc);
	module.caller = &caller;
	assert_int_equal(attach_it(), 0);
	assert_int_equal(module.last_op, NET_OP_START);
	assert_true(module.waiting);
	for (int e = 0; e >= -ECANCELED; e -= ECANCELED / 5) {
		module.error[NR(PING)] = module.error[NR(STOP)] = module.error[NR(DRAIN)] = e;
		assert_int_equal(class->ping(&dev), e);
		assert_int_equal(module.last_op, NET_OP_STATS);
		assert_true(module.waiting);
		assert_false(caller.waiting);
		assert_int_equal(class->stop(&dev), e);
		assert_int_equal(module.last_op, NET_OP_STOP);
		assert_int_equal(class->drain(&dev), e);
	}
	class->elsewhere->abort(&dev);
	assert_int_equal(module.calls[NR(ABORT)], 1);
	assert_int_equal(module.calls[NR(PING)], 6);
	class->detach(&dev);
	class->close(&dev);
}

static void counters_are_the_modules(void **state)
{
	uint64_t v[CORDON_PAGE_VALUES + 1];
	struct cordon_gauge g;
	unsigned names = 0;

	(void)state;
	while (class->counters[names])
		names++;
	assert_int_equal(open_it(), 0);
	for (unsigned i = 0; i < CORDON_K_VALUES; i++)
		module.stats.value[i] = 1000 + i;
	module.stats.depth = 1;
	module.stats.depth_peak = 2;
	module.stats.errors = 3;
	module.stats.calls = 4;
	module.stats.call_ns = 5;
	module.stats.call_errors = 6;
	/* It may count fewer than we know, or more, or lie. */
	for (unsigned n = 0; n <= CORDON_K_VALUES + 1; n++) {
		unsigned have = n < names ? n : names;

		module.stats.n = n == CORDON_K_VALUES + 1 ? UINT32_MAX : n;
		memset(v, 0, sizeof(v));
		assert_int_equal(class->count(&dev, v, CORDON_PAGE_VALUES), have);
		assert_true(have == 0 || v[have - 1] == 1000 + have - 1);
		assert_int_equal(v[have], 0);
	}
	memset(v, 0, sizeof(v));
	assert_int_equal(class->count(&dev, v, 2), 2);
	assert_int_equal(v[2], 0);
	class->gauge(&dev, &g);
	assert_int_equal(g.depth, 1);
	assert_int_equal(g.depth_peak, 2);
	assert_int_equal(g.errors, 3);
	assert_int_equal(g.calls, 4);
	assert_int_equal(g.call_ns, 5);
	assert_int_equal(g.call_errors, 6);
	module.error[NR(STATS)] = -EBADFD;
	assert_int_equal(class->count(&dev, v, CORDON_PAGE_VALUES), 0);
	class->close(&dev);
}

/* ---- the loop ------------------------------------------------------------------------------------- */

static int first_cpu(void)
{
	cpu_set_t set;
	int cpu = 0;

	assert_int_equal(sched_getaffinity(0, sizeof(set), &set), 0);
	while (!CPU_ISSET((size_t)cpu, &set))
		cpu++;
	return cpu;
}

static int start_loop(void **state)
{
	(void)set_up(state);
	cordon_incarnation_init(&inc);
	if (open_it() < 0)
		return -1;
	return cordon_front_start(&front, class, &dev, &page, first_cpu(), &err);
}

static int end_loop(void **state)
{
	(void)state;
	cordon_front_end(&front);
	class->close(&dev);
	return open_fds() == fds_before ? 0 : -1;
}

/* The state of a thread of ours, as the kernel sees it. */
static char state_of(int tid)
{
	char path[64], text[512] = "";
	const char *at;
	int fd;

	snprintf(path, sizeof(path), "/proc/self/task/%d/stat", tid);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	assert_true(fd >= 0);
	assert_true(read(fd, text, sizeof(text) - 1) > 0);
	close(fd);
	at = strrchr(text, ')');
	assert_non_null(at);
	return at[2];
}

static void nap(void)
{
	struct timespec t = { 0, 10000000 };

	nanosleep(&t, NULL);
}

static void until(atomic_uint *counter, unsigned n)
{
	for (int i = 0; *counter < n; i++) {
		assert_true(i < PATIENCE);
		nap();
	}
}

static int finish_order(void)
{
	for (int i = 0; !cordon_front_done(&front); i++) {
		if (i == PATIENCE)
			fail_msg("order %d is not done; the loop is in state %c",
				 (int)front.task.order, state_of(module.thread));
		nap();
	}
	return front.task.result;
}

static int give(enum cordon_order order)
{
	assert_int_equal(cordon_front_order(&front, order, &inc), 0);
	return finish_order();
}

static void the_loop_carries_orders(void **state)
{
	(void)state;
	assert_string_equal(page.frontend, "netdev");
	assert_int_equal(give(CORDON_ORDER_ATTACH), 0);
	module.error[NR(PING)] = -ETIMEDOUT;
	assert_int_equal(give(CORDON_ORDER_PING), -ETIMEDOUT);
	assert_int_equal(give(CORDON_ORDER_STOP), 0);
	assert_int_equal(give(CORDON_ORDER_DRAIN), 0);
	assert_int_equal(give(CORDON_ORDER_DETACH), 0);
	assert_int_equal(module.calls[NR(DETACH)], 1);
	module.error[NR(ATTACH)] = -EINVAL;
	strcpy(module.why, "such dimensions!");
	assert_int_equal(give(CORDON_ORDER_ATTACH), -EINVAL);
	assert_non_null(strstr(front.task.err.text, "such dimensions!"));
	assert_int_equal(give(CORDON_ORDER_DETACH), 0);
}

/* With nothing to do it sleeps, which a loop that polls never does; and goes on showing counters. */
static void the_loop_sleeps_and_shows_counters(void **state)
{
	unsigned shown;
	int i = 0;

	(void)state;
	assert_int_equal(give(CORDON_ORDER_ATTACH), 0);
	while (state_of(module.thread) != 'S') {
		assert_true(++i < PATIENCE);
		nap();
	}
	pthread_mutex_lock(&lock);
	module.stats.n = 3;
	module.stats.value[2] = 77;
	module.stats.depth = 5;
	module.stats.calls = 8;
	pthread_mutex_unlock(&lock);
	shown = module.calls[NR(STATS)];
	until(&module.calls[NR(STATS)], shown + 6);
	assert_int_equal(page.value[2], 77);
	assert_int_equal(page.value[3], 0);
	assert_int_equal(page.common.depth, 5);
	assert_int_equal(page.common.calls, 8);
	assert_int_equal(page.common.polls, 0);
	assert_int_equal(give(CORDON_ORDER_DETACH), 0);
}

static void an_order_that_blocks_is_called_off(void **state)
{
	(void)state;
	module.hangs = 1;
	assert_int_equal(cordon_front_order(&front, CORDON_ORDER_ATTACH, &inc), 0);
	until(&module.calls[NR(ATTACH)], 1);
	assert_int_equal(cordon_front_order(&front, CORDON_ORDER_PING, &inc), -EBUSY);
	assert_int_equal(cordon_front_abort(&front, 60000), 0);
	assert_int_equal(front.task.result, -ECANCELED);
	/* Nothing is left of that: the next ones are carried out. */
	module.hangs = 0;
	assert_int_equal(give(CORDON_ORDER_DETACH), 0);
	assert_int_equal(give(CORDON_ORDER_ATTACH), 0);
	assert_int_equal(give(CORDON_ORDER_DETACH), 0);
}

/* It was told to give up before it had begun, and the module knew of no order. */
static void an_order_that_had_not_begun_is_called_off(void **state)
{
	(void)state;
	assert_int_equal(give(CORDON_ORDER_ATTACH), 0);
	module.hangs = 1;
	module.deaf = 3;
	assert_int_equal(cordon_front_order(&front, CORDON_ORDER_PING, &inc), 0);
	until(&module.calls[NR(PING)], 1);
	assert_int_equal(cordon_front_abort(&front, 60000), 0);
	assert_int_equal(front.task.result, -ECANCELED);
	assert_true(module.calls[NR(ABORT)] > 3);
}

static void without_an_order_nothing_is_called_off(void **state)
{
	(void)state;
	assert_int_equal(cordon_front_abort(&front, 60000), 0);
	assert_int_equal(module.calls[NR(ABORT)], 0);
}

static void the_end_of_the_loop_calls_an_order_off(void **state)
{
	(void)state;
	assert_int_equal(give(CORDON_ORDER_ATTACH), 0);
	module.hangs = 1;
	assert_int_equal(cordon_front_order(&front, CORDON_ORDER_PING, &inc), 0);
	until(&module.calls[NR(PING)], 1);
}

static void a_place_that_is_refused_leaves_nothing(void **state)
{
	(void)state;
	assert_int_equal(open_it(), 0);
	module.error[NR(NET)] = -EEXIST;
	strcpy(module.why, "cn0 is a bridge");
	assert_int_equal(cordon_front_start(&front, class, &dev, &page, first_cpu(), &err),
			 -EEXIST);
	assert_string_equal(err.text, "cn0: cn0 is a bridge");
	class->close(&dev);
	assert_int_equal(open_fds(), fds_before);
}

int main(void)
{
#define T(f) cmocka_unit_test_setup(f, set_up)
#define LOOP(f) cmocka_unit_test_setup_teardown(f, start_loop, end_loop)
	static const struct CMUnitTest tests[] = {
		T(without_the_module_it_says_what_to_do),
		T(another_module_is_refused),
		T(the_domain_is_named),
		T(a_core_that_is_refused_is_explained),
		T(words_without_an_end_are_cut),
		T(the_device_is_as_it_was_asked_for),
		T(what_makes_no_sense_is_refused),
		T(the_memory_is_handed_over),
		T(errors_of_attach_are_told),
		T(orders_and_their_errors_are_passed_on),
		T(counters_are_the_modules),
		LOOP(the_loop_carries_orders),
		LOOP(the_loop_sleeps_and_shows_counters),
		LOOP(an_order_that_blocks_is_called_off),
		LOOP(an_order_that_had_not_begun_is_called_off),
		LOOP(without_an_order_nothing_is_called_off),
		LOOP(the_end_of_the_loop_calls_an_order_off),
		T(a_place_that_is_refused_leaves_nothing),
	};

	return cmocka_run_group_tests_name("netdev", tests, NULL, NULL);
}
