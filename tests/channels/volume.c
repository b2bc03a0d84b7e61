// SPDX-License-Identifier: MIT OR GPL-2.0-only
/*
 * Volume: two processes, which map one memfd at different addresses, send each other a hundred
 * million messages, a million calls, and buffers. ThreadSanitizer doesn't see across processes, so
 * there the two sides are threads, and fewer messages do.
 */
#include <pthread.h>
#include <sched.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>
#include <cmocka.h>
#include "channels/chan.h"
#include "channels/pool.h"

#if defined(__has_feature)
#if __has_feature(thread_sanitizer)
#define THREADS 1
#elif __has_feature(address_sanitizer)
#define FEWER 1
#endif
#endif
#if defined(__SANITIZE_THREAD__)
#define THREADS 1
#elif defined(__SANITIZE_ADDRESS__) || defined(CORDON_EMULATED)
#define FEWER 1
#endif

#if defined(THREADS)
#define MESSAGES 200000u
#define CALLS 20000u
#define BUFFERS 20000u
#elif defined(FEWER)
#define MESSAGES 2000000u
#define CALLS 100000u
#define BUFFERS 50000u
#else
#define MESSAGES 100000000u
#define CALLS 1000000u
#define BUFFERS 500000u
#endif
/* One message in ten is a line of its own, the others are packed descriptors. */
#define LINES (MESSAGES / 10)
#define DESCS (MESSAGES - LINES)
#define FULL_ROUNDS 100u

static const struct cordon_chan_dims dims = { .calls = 64, .ab = 4096, .ba = 4096 };
static const struct cordon_pool_dims pool_dims = { .small = 512, .big = 4 };

/* What the two sides tell each other besides, to check what arrives. A writes the first half. */
struct control {
	_Alignas(128) _Atomic uint64_t sent[2]; /* lines by A on its two streams, or calls */
	_Atomic uint64_t full; /* how often the producer had to wait */
	_Atomic uint64_t sum;
	_Atomic int done;
	_Alignas(128) _Atomic uint64_t back; /* lines by B, or replies */
};

struct side {
	struct control *control;
	struct cordon_chan chan[2];
	struct cordon_pool pool;
	unsigned spins;
	void *tables;
};

#define CHECK(x) ((x) ? (void)0 : broken(#x, __LINE__))

/* cmocka's asserts work in the main thread of the first process only. */
static _Noreturn void broken(const char *what, int line)
{
	printf("# %s:%d: not true: %s\n", __FILE__, line, what);
	fflush(stdout);
	_exit(1);
}

static void pause_side(struct side *s)
{
	if (++s->spins % 1024 == 0)
		sched_yield();
	else
		cordon_relax();
}

static uint64_t mix(uint64_t n)
{
	n *= 0x9e3779b97f4a7c15;
	n ^= n >> 32;
	n *= 0xd6e8feb86659fd93;
	return n ^ n >> 32;
}

/* The n-th descriptor, and the n-th line. */
static struct cordon_desc nth_desc(uint64_t n)
{
	return (struct cordon_desc){ (uint32_t)n, (uint32_t)mix(n) };
}

static int same(struct cordon_desc a, struct cordon_desc b)
{
	return a.buf == b.buf && a.word == b.word;
}

static void nth_line(uint64_t n, uint64_t word[CORDON_PAYLOAD_WORDS])
{
	word[0] = n;
	for (unsigned i = 1; i < CORDON_PAYLOAD_WORDS; i++)
		word[i] = mix(n + i);
}

/* @len bytes that only n-th can have. */
static void nth_bytes(uint64_t n, uint8_t *bytes, uint32_t len)
{
	uint64_t word = mix(n);

	for (uint32_t at = 0; at < len; at += 8, word += 0x0123456789abcdef)
		memcpy(bytes + at, &word, len - at < 8 ? len - at : 8);
}

static uint64_t load(_Atomic uint64_t *word)
{
	return atomic_load_explicit(word, memory_order_acquire);
}

static void store(_Atomic uint64_t *word, uint64_t n)
{
	atomic_store_explicit(word, n, memory_order_release);
}

/* Tell the other side how much was sent; what it is told must then be there. Not under
 * ThreadSanitizer: nothing but the channel itself may order the two sides there. */
static void tell(_Atomic uint64_t *word, uint64_t n)
{
#if defined(THREADS)
	(void)word;
	(void)n;
#else
	store(word, n);
#endif
}

static uint64_t told(_Atomic uint64_t *word)
{
#if defined(THREADS)
	(void)word;
	return 0;
#else
	return load(word);
#endif
}

static void tell_sent(struct side *s)
{
	for (int i = 0; i < 2; i++)
		tell(&s->control->sent[i], s->chan[i].tx.sent);
}

/* ---- two sides ------------------------------------------------------------------------------- */

struct job {
	void (*a)(struct side *s);
	void (*b)(struct side *s);
	uint8_t *mem;
};

static size_t memory_size(void)
{
	return 4096 + 2 * cordon_chan_size(&dims) + cordon_pool_size(&pool_dims);
}

static cpu_set_t cores; /* that the test may run on */

/* The two sides spin: keep them apart, where there are two cores. */
static void pin(int b)
{
	cpu_set_t one;
	int n = 0;

	if (CPU_COUNT(&cores) < 2)
		return;
	CPU_ZERO(&one);
	for (int core = 0; core < CPU_SETSIZE; core++)
		if (CPU_ISSET(core, &cores) && n++ == b)
			CPU_SET(core, &one);
	sched_setaffinity(0, sizeof(one), &one);
}

static void run_side(const struct job *job, uint8_t *mem, int b)
{
	struct side s = { .control = (void *)mem };
	uint8_t *chan = mem + 4096;

	pin(b);
	for (int i = 0; i < 2; i++) {
		int (*init)(struct cordon_chan *, void *, const struct cordon_chan_dims *) =
			b ? cordon_chan_init_b : cordon_chan_init_a;

		CHECK(init(&s.chan[i], chan + i * cordon_chan_size(&dims), &dims) == 0);
	}
	s.tables = malloc(cordon_pool_private_size(&pool_dims));
	CHECK(s.tables != NULL);
	cordon_pool_init(&s.pool, chan + 2 * cordon_chan_size(&dims), NULL, &pool_dims, s.tables,
			 !b);
	if (b)
		job->b(&s);
	else
		job->a(&s);
	for (int i = 0; i < 2; i++)
		CHECK(s.chan[i].tx.faults == 0 && s.chan[i].rx.faults == 0);
	CHECK(s.pool.faults == 0);
	free(s.tables);
}

#if defined(THREADS)

const char *__tsan_default_options(void);
const char *__tsan_default_options(void)
{
	return "exitcode=66:halt_on_error=1";
}

static void *thread_b(void *arg)
{
	const struct job *job = arg;

	run_side(job, job->mem, 1);
	return NULL;
}

static void run_both(struct job *job, int fd)
{
	pthread_t b;

	(void)fd;
	assert_int_equal(pthread_create(&b, NULL, thread_b, job), 0);
	run_side(job, job->mem, 0);
	pthread_join(b, NULL);
}

#else

static pid_t fork_side(struct job *job, int fd, int b)
{
	static const int caught[] = { SIGFPE, SIGILL, SIGSEGV, SIGBUS, SIGSYS };
	pid_t parent = getpid();
	uint8_t *mem = job->mem;
	pid_t pid;

	fflush(stdout);
	pid = fork();
	if (pid != 0)
		return pid;
	for (size_t i = 0; i < sizeof(caught) / sizeof(caught[0]); i++)
		signal(caught[i], SIG_DFL);
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	if (getppid() != parent)
		_exit(1);
	if (b) {
		mem = mmap(NULL, memory_size(), PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
		CHECK(mem != MAP_FAILED && mem != job->mem);
	}
	run_side(job, mem, b);
	_exit(0);
}

static void run_both(struct job *job, int fd)
{
	pid_t pid[2] = { fork_side(job, fd, 0), fork_side(job, fd, 1) };
	int bad = 0;

	for (int left = 2; left > 0; left--) {
		int status;
		pid_t ended = waitpid(-1, &status, 0);

		if (ended < 0)
			break;
		if (status != 0 && !bad++) {
			printf("# side %c ended with status %#x\n", ended == pid[0] ? 'A' : 'B',
			       (unsigned)status);
			if (left == 2)
				kill(ended == pid[0] ? pid[1] : pid[0], SIGKILL);
		}
	}
	assert_int_equal(bad, 0);
}

#endif

static int failed; /* a test before this one */

static double now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec + (double)t.tv_nsec * 1e-9;
}

static void run(void (*a)(struct side *), void (*b)(struct side *), uint64_t n)
{
	struct job job = { a, b, NULL };
	int fd;
	double began;

	/* What comes after a failure would only take its time. */
	if (failed)
		skip();
	failed = 1;
	fd = memfd_create("volume", MFD_CLOEXEC);
	assert_true(fd >= 0);
	assert_int_equal(ftruncate(fd, (off_t)memory_size()), 0);
	job.mem = mmap(NULL, memory_size(), PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	assert_true(job.mem != MAP_FAILED);
	began = now();
	run_both(&job, fd);
	printf("# %llu in %.1f s, %.1f ns each\n", (unsigned long long)n, now() - began,
	       (now() - began) * 1e9 / (double)n);
	munmap(job.mem, memory_size());
	close(fd);
	failed = 0;
}

/* ---- a ring filled to the brim, then emptied, again and again --------------------------------- */

static void fill(struct side *s)
{
	struct cordon_desc d[16];
	uint64_t n = 0;

	for (unsigned round = 0; round < FULL_ROUNDS; round++) {
		unsigned some, done;

		do {
			some = 1 + (unsigned)mix(n) % 16;
			for (unsigned i = 0; i < some; i++)
				d[i] = nth_desc(n + i);
			done = cordon_stream_put(&s->chan[0].tx, d, some);
			n += done;
		} while (done == some);
		store(&s->control->sent[0], n);
		while (load(&s->control->back) != n)
			pause_side(s);
	}
	CHECK(s->chan[0].tx.full >= FULL_ROUNDS);
}

static void drain(struct side *s)
{
	struct cordon_desc d[16];
	uint64_t n = 0;

	for (unsigned round = 0; round < FULL_ROUNDS; round++) {
		uint64_t end;
		unsigned some;

		while ((end = load(&s->control->sent[0])) == n)
			pause_side(s);
		while ((some = cordon_stream_get(&s->chan[0].rx, d, 16)) > 0)
			for (unsigned i = 0; i < some; i++, n++)
				CHECK(same(d[i], nth_desc(n)));
		CHECK(n == end);
		store(&s->control->back, n);
	}
}

static void a_full_ring_loses_nothing(void **state)
{
	(void)state;
	run(fill, drain, FULL_ROUNDS);
}

/* ---- messages -------------------------------------------------------------------------------- */

static void produce(struct side *s)
{
	struct cordon_desc d[40];
	uint64_t word[CORDON_PAYLOAD_WORDS];
	uint64_t descs = 0, lines = 0, sum = 0;

	while (descs < DESCS || lines < LINES) {
		uint64_t before = descs + lines;
		unsigned some = 1 + (unsigned)(descs % 40), done;

		if (some > DESCS - descs)
			some = (unsigned)(DESCS - descs);
		for (unsigned i = 0; i < some; i++)
			d[i] = nth_desc(descs + i);
		done = cordon_stream_put(&s->chan[0].tx, d, some);
		for (unsigned i = 0; i < done; i++)
			sum = sum * 3 + d[i].word;
		descs += done;
		while (lines < LINES && lines * 9 <= descs) {
			nth_line(lines, word);
			if (cordon_stream_send(&s->chan[1].tx, (uint16_t)lines, word, 56) != 0)
				break;
			lines++;
		}
		if (descs + lines == before) {
			tell_sent(s);
			atomic_fetch_add_explicit(&s->control->full, 1, memory_order_relaxed);
			pause_side(s);
		}
	}
	store(&s->control->sum, sum);
	tell_sent(s);
	atomic_store_explicit(&s->control->done, 1, memory_order_release);
}

static int is_done(struct side *s)
{
	return atomic_load_explicit(&s->control->done, memory_order_acquire);
}

/* Be slow now and then, until the producer has had to wait. */
static void dawdle(struct side *s)
{
	uint64_t full = atomic_load_explicit(&s->control->full, memory_order_relaxed);

	while (atomic_load_explicit(&s->control->full, memory_order_relaxed) == full && !is_done(s))
		pause_side(s);
}

static void consume(struct side *s)
{
	struct cordon_desc d[64];
	uint64_t word[CORDON_PAYLOAD_WORDS], right[CORDON_PAYLOAD_WORDS];
	uint64_t descs = 0, lines = 0, sum = 0, next = MESSAGES / 200;

	while (descs < DESCS || lines < LINES) {
		uint64_t before = descs + lines;
		uint64_t sent[2] = { told(&s->control->sent[0]), told(&s->control->sent[1]) };
		unsigned some = cordon_stream_get(&s->chan[0].rx, d, 64);
		uint16_t op;
		int len;

		for (unsigned i = 0; i < some; i++, descs++) {
			CHECK(same(d[i], nth_desc(descs)));
			sum = sum * 3 + d[i].word;
		}
		CHECK(some > 0 || s->chan[0].rx.taken >= sent[0]);
		while ((len = cordon_stream_recv(&s->chan[1].rx, &op, word)) >= 0) {
			CHECK(len == 56 && op == (uint16_t)lines);
			nth_line(lines++, right);
			CHECK(memcmp(word, right, sizeof(word)) == 0);
		}
		CHECK(len == -EAGAIN && s->chan[1].rx.taken >= sent[1]);
		if (descs + lines == before)
			pause_side(s);
		if (descs >= next) {
			next += MESSAGES / 200;
			dawdle(s);
		}
	}
	while (!is_done(s))
		pause_side(s);
	CHECK(sum == load(&s->control->sum));
	CHECK(atomic_load_explicit(&s->control->full, memory_order_relaxed) > 100);
	CHECK(descs + lines == MESSAGES);
	CHECK(cordon_stream_get(&s->chan[0].rx, d, 1) == 0);
	CHECK(cordon_stream_recv(&s->chan[1].rx, &(uint16_t){ 0 }, word) == -EAGAIN);
}

static void no_message_is_lost_doubled_reordered_or_torn(void **state)
{
	(void)state;
	run(produce, consume, MESSAGES);
}

/* ---- calls ----------------------------------------------------------------------------------- */

struct seen {
	uint64_t count, sum;
};

static uint32_t request_len(uint64_t n)
{
	return 8 + (uint32_t)(n % 49);
}

static uint32_t reply_len(uint64_t n)
{
	return (uint32_t)(n % 57);
}

static int op_check(void *state, const void *req, unsigned len, void *reply)
{
	struct seen *seen = state;
	uint8_t right[CORDON_PAYLOAD_SIZE];
	uint64_t n;

	memcpy(&n, req, sizeof(n));
	CHECK(n < CALLS && len == request_len(n));
	memcpy(right, &n, sizeof(n));
	nth_bytes(n, right + 8, len - 8);
	CHECK(memcmp(req, right, len) == 0);
	seen->count++;
	seen->sum += mix(n);
	nth_bytes(~n, reply, reply_len(n));
	return (int)reply_len(n);
}

static void call(struct side *s)
{
	struct cordon_client *c = &s->chan[0].client;
	uint8_t req[CORDON_PAYLOAD_SIZE], reply[CORDON_PAYLOAD_SIZE], right[CORDON_PAYLOAD_SIZE];
	uint64_t asked[64];
	uint64_t n = 0, done = 0;
	unsigned most = 0;

	while (done < CALLS) {
		uint64_t before = done + n;
		uint64_t back = told(&s->control->back);
		uint64_t busy;

		for (int line = 0; n < CALLS && line >= 0;) {
			memcpy(req, &n, sizeof(n));
			nth_bytes(n, req + 8, request_len(n) - 8);
			line = cordon_call_start(c, (uint16_t)(n % 2), req, request_len(n),
						 UINT64_MAX);
			CHECK(line == -EAGAIN || (line >= 0 && line < 64));
			if (line >= 0)
				asked[line] = n++;
		}
		busy = c->busy;
		if (cordon_call_inflight(c) > most)
			most = cordon_call_inflight(c);
		for (int line = 0; line < 64; line++) {
			int len;

			if (!(busy >> line & 1))
				continue;
			len = cordon_call_poll(c, line, 0, reply, sizeof(reply));
			if (len == -EAGAIN)
				continue;
			CHECK(len == (int)reply_len(asked[line]));
			nth_bytes(~asked[line], right, (uint32_t)len);
			CHECK(memcmp(reply, right, (size_t)len) == 0);
			done++;
		}
		CHECK(done >= back);
		tell(&s->control->sent[0], n);
		if (done + n == before)
			pause_side(s);
	}
	CHECK(most == 64);
	CHECK(c->calls == CALLS && c->faults == 0 && c->late == 0 && c->timeouts == 0);
	atomic_store_explicit(&s->control->done, 1, memory_order_release);
}

static void serve(struct side *s)
{
	static const struct cordon_op table[] = { { "even", op_check, 8, 56 },
						  { "odd", op_check, 8, 56 } };
	static const struct cordon_ops ops = { 2, table };
	struct cordon_server *server = &s->chan[0].server;
	struct seen seen = { 0, 0 };
	uint64_t sum = 0;
	unsigned idle = 0;

	while (!is_done(s)) {
		uint64_t sent = told(&s->control->sent[0]);

		if (cordon_serve(server, &ops, &seen, 64) > 0) {
			tell(&s->control->back, server->served);
			idle = 0;
			continue;
		}
		/* A scan of all lines is due every so often. */
		CHECK(server->served >= sent || ++idle < 1000);
		pause_side(s);
	}
	for (uint64_t n = 0; n < CALLS; n++)
		sum += mix(n);
	CHECK(seen.count == CALLS && seen.sum == sum);
	CHECK(server->served == CALLS && server->faults == 0 && server->refused == 0);
}

static void every_call_is_served_once_and_answered_right(void **state)
{
	(void)state;
	run(call, serve, CALLS);
}

/* ---- buffers: plain memory, ordered by the descriptors alone ----------------------------------- */

static uint32_t buffer_len(uint64_t n)
{
	return n % 64 == 63 ? CORDON_BUF_BIG - (uint32_t)(n % 1000) : 1 + (uint32_t)(mix(n) % 2048);
}

static uint8_t plain[2][CORDON_BUF_BIG], expected[2][CORDON_BUF_BIG];

static void put_bytes(struct side *s, int b, uint32_t buf, uint64_t n, uint32_t len)
{
	nth_bytes(n, plain[b], len);
	memcpy(cordon_pool_data(&s->pool, buf), plain[b], len);
	CHECK(cordon_pool_lend(&s->pool, buf) == 0);
}

static void take_bytes(struct side *s, int b, struct cordon_desc d, uint64_t n, uint32_t len)
{
	CHECK(cordon_pool_take(&s->pool, d.buf) == 0);
	CHECK(cordon_desc_len(d) == len && cordon_desc_kind(d) == (uint8_t)n);
	memcpy(plain[b], cordon_pool_data(&s->pool, d.buf), len);
	nth_bytes(n, expected[b], len);
	CHECK(memcmp(plain[b], expected[b], len) == 0);
}

static void lend(struct side *s)
{
	struct cordon_desc d;
	uint64_t n = 0, back = 0;

	while (back < BUFFERS) {
		uint32_t len = buffer_len(n);
		uint64_t sent = told(&s->control->back);
		int buf = n < BUFFERS ? cordon_pool_get(&s->pool, len) : -ENOBUFS;

		if (buf >= 0) {
			put_bytes(s, 0, (uint32_t)buf, n, len);
			d = cordon_desc((uint32_t)buf, len, (uint8_t)n);
			CHECK(cordon_stream_put(&s->chan[0].tx, &d, 1) == 1);
			n++;
		}
		if (cordon_stream_get(&s->chan[0].rx, &d, 1) == 1) {
			take_bytes(s, 0, d, ~back, buffer_len(back));
			CHECK(cordon_pool_put(&s->pool, d.buf) == 0);
			back++;
			continue;
		}
		CHECK(back >= sent);
		tell_sent(s);
		if (buf < 0)
			pause_side(s);
	}
	CHECK(s->pool.nfree[0] == pool_dims.small && s->pool.nfree[1] == pool_dims.big);
}

static void give_back(struct side *s)
{
	struct cordon_desc d;

	for (uint64_t n = 0; n < BUFFERS; n++) {
		uint64_t sent = told(&s->control->sent[0]);

		while (cordon_stream_get(&s->chan[0].rx, &d, 1) == 0) {
			CHECK(s->chan[0].rx.taken >= sent);
			tell(&s->control->back, s->chan[0].tx.sent);
			pause_side(s);
			sent = told(&s->control->sent[0]);
		}
		take_bytes(s, 1, d, n, buffer_len(n));
		put_bytes(s, 1, d.buf, ~n, buffer_len(n));
		d = cordon_desc(d.buf, buffer_len(n), (uint8_t)~n);
		CHECK(cordon_stream_put(&s->chan[0].tx, &d, 1) == 1);
	}
}

static void buffers_arrive_with_what_was_written(void **state)
{
	(void)state;
	run(lend, give_back, BUFFERS);
}

static int find_cores(void **state)
{
	(void)state;
	CPU_ZERO(&cores);
	sched_getaffinity(0, sizeof(cores), &cores);
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_full_ring_loses_nothing),
		cmocka_unit_test(no_message_is_lost_doubled_reordered_or_torn),
		cmocka_unit_test(every_call_is_served_once_and_answered_right),
		cmocka_unit_test(buffers_arrive_with_what_was_written),
	};

	return cmocka_run_group_tests(tests, find_cores, NULL);
}
