// SPDX-License-Identifier: MIT OR GPL-2.0-only
/*
 * A peer that knows everything (which line is looked at next, which turn is awaited, which credits
 * would be true) writes into the shared memory whatever it likes, at full speed, from a process of
 * its own. The side under test uses all of the interface meanwhile, next to guard pages, and
 * compares what it is told with its own books.
 *
 * CORDON_SEED repeats the peer's choices, CORDON_SCRIBBLE_SECONDS says how long.
 */
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
#if __has_feature(address_sanitizer)
#define ASAN 1
#endif
#endif
#if defined(__SANITIZE_ADDRESS__)
#define ASAN 1
#endif

#define SECONDS 3 /* a side */

/* Both fill whole pages, so that guard pages follow and precede at once. */
#define CALLS 60u
#define STREAM 32u
#define BIG 2u
#define SMALL 8u
#define ALL (BIG + SMALL)
#define MOST 32u /* descriptors at once */
#define LONG 256u /* bytes, more than any reply has */

static const struct cordon_chan_dims dims = { .calls = CALLS, .ab = STREAM, .ba = STREAM };
static const struct cordon_pool_dims pool_dims = { .small = SMALL, .big = BIG };

/* What the peer knows. */
struct oracle {
	_Atomic uint64_t sent, credited, taken;
	_Atomic uint32_t turn[CALLS];
};

static struct oracle *oracle;
static void *chan_mem, *pool_mem;
static cpu_set_t cores; /* that the test may run on */
static pid_t peer_pid;

static uint32_t draw(uint64_t *state, uint32_t below)
{
	*state = *state * 6364136223846793005u + 1442695040888963407u;
	return (uint32_t)(*state >> 33) % below;
}

/* ---- the peer -------------------------------------------------------------------------------- */

struct peer {
	volatile uint64_t *words; /* of the channel */
	volatile uint64_t *pool;
	int against_b;
	uint64_t r;
};

static uint32_t pick(struct peer *p, uint32_t below)
{
	return draw(&p->r, below);
}

static uint64_t any_word(struct peer *p)
{
	(void)pick(p, 2);
	return p->r ^ p->r >> 29;
}

static uint64_t plausible_header(struct peer *p, uint32_t turn)
{
	static const uint16_t ops[] = {
		CORDON_STREAM_DESCS, CORDON_STREAM_DESCS, 0, 1, 2, 3, EAGAIN, EINVAL, 4095, 4096
	};
	static const uint8_t lens[] = { 0, 8, 16, 48, 56, 57, 63, 64, 120, 200, 248, 255 };
	uint16_t op = pick(p, 8) ? ops[pick(p, 10)] : (uint16_t)pick(p, 65536);
	uint8_t len = (uint8_t)pick(p, 57);

	if (pick(p, 2))
		len = lens[pick(p, 12)];
	if (pick(p, 8) == 0)
		turn += pick(p, 5) - 2;
	return cordon_hdr(turn, op, len, pick(p, 4) ? 0 : (uint8_t)pick(p, 256));
}

static uint64_t plausible_descriptor(struct peer *p)
{
	uint32_t buf = pick(p, 4) ? pick(p, ALL) :
		       pick(p, 2) ? pick(p, ALL + 3) :
				    (uint32_t)any_word(p);
	uint32_t len = pick(p, 2) ? pick(p, 2049) : pick(p, 1 << 24);

	return (uint64_t)len << 32 | buf;
}

static volatile uint64_t *stream_line(struct peer *p, uint64_t n)
{
	uint32_t first = CORDON_LINE_FIRST_CALL + CALLS + (p->against_b ? 0 : STREAM);

	return p->words + (first + n % STREAM) * 8;
}

static void write_stream_line(struct peer *p, uint64_t n)
{
	volatile uint64_t *line = stream_line(p, n);

	for (unsigned i = 1; i < 8; i++)
		line[i] = plausible_descriptor(p);
	line[0] = plausible_header(p, (uint32_t)(n / STREAM) + 1);
}

/* Change the header between one look and the next. */
static void hammer_stream_line(struct peer *p)
{
	for (unsigned k = 0; k < 64; k++) {
		uint64_t n = atomic_load_explicit(&oracle->taken, memory_order_relaxed);
		volatile uint64_t *line = stream_line(p, n);
		uint32_t turn = (uint32_t)(n / STREAM) + 1;
		uint64_t good = cordon_hdr(turn, CORDON_STREAM_DESCS, 56, 0);
		uint64_t bad = cordon_hdr(turn, CORDON_STREAM_DESCS, 248, 0);

		for (unsigned i = 0; i < 8; i++) {
			line[0] = good;
			line[0] = bad;
		}
	}
}

static void write_call_line(struct peer *p, uint32_t i)
{
	volatile uint64_t *line = p->words + (CORDON_LINE_FIRST_CALL + i) * 8;
	uint32_t turn = atomic_load_explicit(&oracle->turn[i], memory_order_relaxed);

	for (unsigned k = 1; k < 8; k++)
		line[k] = any_word(p);
	for (unsigned k = pick(p, 64) ? 1 : 100; k > 0; k--)
		line[0] = plausible_header(p, turn + 1);
}

static void write_credits(struct peer *p)
{
	uint32_t line = p->against_b ? CORDON_LINE_A_CREDIT : CORDON_LINE_B_CREDIT;
	uint64_t sent = atomic_load_explicit(&oracle->sent, memory_order_relaxed);
	uint64_t credited = atomic_load_explicit(&oracle->credited, memory_order_relaxed);

	if (pick(p, 2))
		p->words[line * 8] = sent;
	else if (pick(p, 4))
		p->words[line * 8] = credited + pick(p, STREAM + 4) - 2;
	else
		p->words[line * 8] = any_word(p);
}

static _Noreturn void scribble(struct peer *p)
{
	uint32_t chan_words = (uint32_t)cordon_chan_size(&dims) / 8;
	uint32_t pool_words = (uint32_t)cordon_pool_size(&pool_dims) / 8;

	for (;;) {
		uint64_t n = atomic_load_explicit(&oracle->taken, memory_order_relaxed);

		switch (pick(p, 8)) {
		case 0:
			p->words[pick(p, chan_words)] = any_word(p);
			break;
		case 1:
			p->pool[pick(p, pool_words)] = any_word(p);
			break;
		case 2:
			for (unsigned i = 0; i < STREAM; i++)
				write_stream_line(p, n + i);
			break;
		case 3:
			write_stream_line(p, n);
			break;
		case 4:
			hammer_stream_line(p);
			break;
		case 5:
			write_credits(p);
			break;
		case 6:
			write_call_line(p, pick(p, 4));
			break;
		default:
			for (uint32_t i = 0; i < CALLS; i++)
				write_call_line(p, i);
		}
	}
}

/* ---- the side under test ----------------------------------------------------------------------- */

struct side {
	struct cordon_chan *chan;
	struct cordon_pool *pool;
	void *tables;
	uint8_t *msg; /* CORDON_PAYLOAD_SIZE bytes, and not one more */
	struct cordon_desc *descs; /* MOST */
	uint8_t *reply; /* LONG */
	int b;
	int packed; /* what the streams are used for in this epoch */
	uint64_t r;
	uint64_t now; /* polls */
	uint8_t buf[ALL]; /* books: the state of each buffer */
	int called[CALLS]; /* books: calls in flight, and until when */
	uint64_t deadline[CALLS];
	unsigned depth; /* handlers that are at it */
	unsigned handled; /* by the outermost */
	uint64_t refused; /* starts in a row */
	uint64_t epochs, steps, messages, descs_taken, descs_refused, answers, timeouts, served,
		lies;
};

static uint32_t some(struct side *s, uint32_t below)
{
	return draw(&s->r, below);
}

static void *map_guarded(size_t size, int flags)
{
	size_t page = (size_t)sysconf(_SC_PAGESIZE);
	size_t whole = (size + page - 1) / page * page;
	uint8_t *mem = mmap(NULL, whole + 2 * page, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	assert_true(mem != MAP_FAILED);
	mem = mmap(mem + page, whole, PROT_READ | PROT_WRITE, MAP_FIXED | MAP_ANONYMOUS | flags, -1,
		   0);
	assert_true(mem != MAP_FAILED);
	return mem + (whole - size);
}

/* Memory that ends where it ends. */
static void *private_memory(size_t size)
{
#if defined(ASAN)
	void *mem = calloc(1, size);

	assert_non_null(mem);
	return mem;
#else
	return map_guarded(size, MAP_PRIVATE);
#endif
}

/* What every side under test starts with. */
static struct side fresh;

static int make_memory(void **state)
{
	(void)state;
	assert_int_equal(cordon_chan_size(&dims) % 4096, 0);
	assert_int_equal(cordon_pool_size(&pool_dims) % 4096, 0);
	oracle = map_guarded((sizeof(*oracle) + 63) / 64 * 64, MAP_SHARED);
	chan_mem = map_guarded(cordon_chan_size(&dims), MAP_SHARED);
	pool_mem = map_guarded(cordon_pool_size(&pool_dims), MAP_SHARED);
	CPU_ZERO(&cores);
	assert_int_equal(sched_getaffinity(0, sizeof(cores), &cores), 0);
	fresh.chan = private_memory(sizeof(*fresh.chan));
	fresh.pool = private_memory(sizeof(*fresh.pool));
	fresh.tables = private_memory((cordon_pool_private_size(&pool_dims) + 7) / 8 * 8);
	fresh.msg = private_memory(CORDON_PAYLOAD_SIZE);
	fresh.reply = private_memory(LONG);
	fresh.descs = private_memory(MOST * sizeof(*fresh.descs));
	return 0;
}

static void new_epoch(struct side *s)
{
	int (*init)(struct cordon_chan *, void *, const struct cordon_chan_dims *) =
		s->b ? cordon_chan_init_b : cordon_chan_init_a;

	s->lies += s->chan->tx.faults + s->chan->rx.faults;
	s->lies += s->b ? s->chan->server.faults : s->chan->client.faults;
	memset(chan_mem, 0, cordon_chan_size(&dims));
	assert_int_equal(init(s->chan, chan_mem, &dims), 0);
	cordon_pool_init(s->pool, pool_mem, NULL, &pool_dims, s->tables, !s->b);
	memset(s->buf, s->b ? CORDON_BUF_PEER : CORDON_BUF_FREE, sizeof(s->buf));
	memset(s->called, 0, sizeof(s->called));
	s->packed = (int)some(s, 2);
	s->refused = 0;
	s->epochs++;
}

static void tell_oracle(struct side *s)
{
	const uint32_t *turn = s->b ? s->chan->server.turn : s->chan->client.turn;

	atomic_store_explicit(&oracle->sent, s->chan->tx.sent, memory_order_relaxed);
	atomic_store_explicit(&oracle->credited, s->chan->tx.credited, memory_order_relaxed);
	atomic_store_explicit(&oracle->taken, s->chan->rx.taken, memory_order_relaxed);
	for (unsigned i = 0; i < CALLS && s->steps % 4 == 0; i++)
		atomic_store_explicit(&oracle->turn[i], turn[i], memory_order_relaxed);
}

static void check_streams(const struct side *s)
{
	assert_true(s->chan->tx.sent - s->chan->tx.credited <= STREAM);
	assert_true(cordon_stream_tx_room(&s->chan->tx) <= STREAM);
	assert_true(s->chan->rx.taken - s->chan->rx.told < STREAM / 4);
	assert_true(s->chan->rx.have <= CORDON_DESCS_PER_LINE);
}

static void put(struct side *s)
{
	uint32_t n = some(s, 12), done, have = 0;
	uint64_t sent = s->chan->tx.sent;

	for (; have < n; have++) {
		int i = cordon_pool_get(s->pool, some(s, 4) ? 1 : CORDON_BUF_BIG);

		if (i < 0)
			break;
		assert_true(i < (int)ALL && s->buf[i] == CORDON_BUF_FREE);
		assert_int_equal(cordon_pool_lend(s->pool, (uint32_t)i), 0);
		s->buf[i] = CORDON_BUF_PEER;
		s->descs[MOST - 12 + have] = cordon_desc((uint32_t)i, 1, 0);
	}
	done = cordon_stream_put(&s->chan->tx, s->descs + MOST - 12, have);
	assert_true(done <= have);
	assert_true(s->chan->tx.sent - sent == (done + 6) / 7);
	for (; done < have; done++) {
		uint32_t i = s->descs[MOST - 12 + done].buf;

		assert_int_equal(cordon_pool_take(s->pool, i), 0);
		assert_int_equal(cordon_pool_put(s->pool, i), 0);
		s->buf[i] = CORDON_BUF_FREE;
	}
}

/* Take what a descriptor names, if it is really there to be taken. */
static void take(struct side *s, struct cordon_desc d)
{
	int right = d.buf < ALL && s->buf[d.buf] == CORDON_BUF_PEER;
	uint32_t len = cordon_desc_len(d);
	uint8_t *data;

	assert_int_equal(cordon_pool_take(s->pool, d.buf), right ? 0 : -EINVAL);
	if (!right) {
		s->descs_refused++;
		return;
	}
	s->descs_taken++;
	data = cordon_pool_data(s->pool, d.buf);
	if (len > 0 && len <= cordon_pool_bufsize(s->pool, d.buf)) {
		s->msg[0] = data[0];
		data[len - 1] = s->msg[0];
	}
	assert_int_equal(cordon_pool_take(s->pool, d.buf), -EINVAL);
	assert_int_equal(cordon_pool_put(s->pool, d.buf), 0);
	assert_int_equal(cordon_pool_put(s->pool, d.buf), -EINVAL);
	s->buf[d.buf] = CORDON_BUF_FREE;
}

static void get(struct side *s)
{
	uint32_t n = some(s, MOST + 1);
	struct cordon_desc *d = s->descs + MOST - n;
	uint64_t taken = s->chan->rx.taken;
	unsigned done = cordon_stream_get(&s->chan->rx, d, n);

	assert_true(done <= n);
	assert_true(s->chan->rx.taken - taken <= 2 * (uint64_t)n);
	for (unsigned i = 0; i < done; i++)
		take(s, d[i]);
}

static void send(struct side *s)
{
	unsigned len = some(s, 60);
	uint64_t sent = s->chan->tx.sent;
	int r;

	r = cordon_stream_send(&s->chan->tx, 1, s->msg + (len <= 56 ? 56 - len : 0), len);
	if (len > CORDON_PAYLOAD_SIZE)
		assert_int_equal(r, -EMSGSIZE);
	else
		assert_true(r == 0 || r == -EAGAIN);
	assert_int_equal(s->chan->tx.sent - sent, r == 0);
}

static void receive(struct side *s)
{
	uint64_t taken = s->chan->rx.taken;
	uint16_t op;
	int r = cordon_stream_recv(&s->chan->rx, &op, s->msg);

	assert_true(r == -EAGAIN || r == -EPROTO || (r >= 0 && r <= CORDON_PAYLOAD_SIZE));
	assert_int_equal(s->chan->rx.taken - taken, r != -EAGAIN);
	s->messages += r >= 0;
}

static void start(struct side *s)
{
	uint32_t len = some(s, 57), inflight = cordon_call_inflight(&s->chan->client);
	uint64_t deadline = s->now + some(s, some(s, 2) ? 1000 : 10);
	int line;

	if (some(s, 16) == 0) {
		line = cordon_call_oneway(&s->chan->client, 1, s->msg, len);
		assert_true(line == 0 || line == -EAGAIN || line == -EPIPE);
		return;
	}
	line = cordon_call_start(&s->chan->client, 1, s->msg + 56 - len, len, deadline);
	if (line >= 0) {
		assert_true(line < (int)CALLS && !s->called[line]);
		s->called[line] = 1;
		s->deadline[line] = deadline;
		s->refused = 0;
		return;
	}
	assert_true(line == -EAGAIN || line == -EPIPE);
	assert_true(line == -EAGAIN || inflight == 0);
	if (line == -EPIPE || ++s->refused > 1000)
		new_epoch(s);
}

static void finish(struct side *s)
{
	for (int line = 0; line < (int)CALLS; line++) {
		uint32_t size = some(s, 8) ? some(s, 57) : LONG;
		uint64_t timeouts = s->chan->client.timeouts;
		int r = cordon_call_poll(&s->chan->client, line, s->now, s->reply + LONG - size,
					 size);

		if (!s->called[line]) {
			assert_int_equal(r, -EINVAL);
			continue;
		}
		assert_true(r >= -4095 && r <= (int)size && r <= CORDON_PAYLOAD_SIZE);
		if (s->now > s->deadline[line])
			assert_int_not_equal(r, -EAGAIN);
		else
			assert_true(s->chan->client.timeouts == timeouts);
		s->timeouts += s->chan->client.timeouts - timeouts;
		s->called[line] = r == -EAGAIN;
		s->answers += r >= 0;
	}
}

static void abandon(struct side *s)
{
	int line = (int)some(s, CALLS + 2) - 1;

	cordon_call_abandon(&s->chan->client, line);
	if (line >= 0 && line < (int)CALLS)
		s->called[line] = 0;
}

static void serve(struct side *s, unsigned budget);

static int op_any(void *state, const void *req, unsigned len, void *reply)
{
	struct side *s = state;
	unsigned in_service = 0;

	assert_true(len <= CORDON_PAYLOAD_SIZE);
	s->handled += s->depth++ == 0;
	for (unsigned i = 0; i < CALLS; i++)
		in_service += s->chan->server.turn[i] & 1;
	assert_int_equal(in_service, s->depth);
	memcpy(s->msg, req, len);
	memset(reply, 0x5a, CORDON_PAYLOAD_SIZE);
	if (s->depth < 4 && some(s, 4) == 0)
		serve(s, some(s, 4));
	s->depth--;
	return some(s, 4) ? (int)some(s, 57) : (int)some(s, 10000) - 5000;
}

static int op_bounded(void *state, const void *req, unsigned len, void *reply)
{
	assert_in_range(len, 8, 16);
	return op_any(state, req, len, reply);
}

static void serve(struct side *s, unsigned budget)
{
	static const struct cordon_op table[] = { { "any", op_any, 0, 56 },
						  { "bounded", op_bounded, 8, 16 },
						  { "hole", NULL, 0, 56 },
						  { "none", op_any, 0, 0 } };
	static const struct cordon_ops ops = { 4, table };
	unsigned before = s->handled, served = cordon_serve(&s->chan->server, &ops, s, budget);

	assert_true(served <= budget);
	if (s->depth == 0)
		assert_true(s->handled - before <= served);
	s->served += served;
}

static void step(struct side *s)
{
	s->now++;
	switch (some(s, 8)) {
	case 0:
		if (s->packed)
			put(s);
		else
			send(s);
		break;
	case 1:
		if (s->b)
			serve(s, some(s, 10));
		else
			start(s);
		break;
	case 2:
		if (s->b)
			serve(s, some(s, 10));
		else
			finish(s);
		break;
	case 3:
		if (!s->b && some(s, 16) == 0)
			abandon(s);
		if (some(s, 16384) == 0)
			new_epoch(s);
		break;
	default:
		if (s->packed)
			get(s);
		else
			receive(s);
	}
	check_streams(s);
	s->steps++;
	tell_oracle(s);
}

static double clock_seconds(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec + (double)t.tv_nsec * 1e-9;
}

static double run_seconds(void)
{
	const char *env = getenv("CORDON_SCRIBBLE_SECONDS");

	return env ? atof(env) : SECONDS;
}

/* The two sides spin: keep them apart, where there are two cores. */
static void pin(int peer)
{
	cpu_set_t one;
	int n = 0;

	if (CPU_COUNT(&cores) < 2)
		return;
	CPU_ZERO(&one);
	for (int core = 0; core < CPU_SETSIZE; core++)
		if (CPU_ISSET(core, &cores) && n++ == peer)
			CPU_SET(core, &one);
	sched_setaffinity(0, sizeof(one), &one);
}

static void start_peer(int against_b, uint64_t seed)
{
	static const int caught[] = { SIGFPE, SIGILL, SIGSEGV, SIGBUS, SIGSYS };
	struct peer p = { chan_mem, pool_mem, against_b, seed };
	pid_t parent = getpid();

	fflush(stdout);
	peer_pid = fork();
	assert_true(peer_pid >= 0);
	pin(peer_pid == 0);
	if (peer_pid > 0)
		return;
	for (size_t i = 0; i < sizeof(caught) / sizeof(caught[0]); i++)
		signal(caught[i], SIG_DFL);
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	if (getppid() != parent)
		_exit(1);
	scribble(&p);
}

static int stop_peer(void **state)
{
	int status;

	(void)state;
	if (peer_pid <= 0)
		return 0;
	kill(peer_pid, SIGKILL);
	waitpid(peer_pid, &status, 0);
	peer_pid = 0;
	return WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL ? 0 : -1;
}

static void withstand(int b)
{
	const char *env = getenv("CORDON_SEED");
	uint64_t seed = env ? strtoull(env, NULL, 0) : (uint64_t)time(NULL);
	struct side s = fresh;
	double end;

	printf("# seed %llu\n", (unsigned long long)seed);
	s.b = b;
	s.r = ~seed;
	memset(s.chan, 0, sizeof(*s.chan));
	new_epoch(&s);
	start_peer(b, seed);
	end = clock_seconds() + run_seconds();
	do {
		for (unsigned i = 0; i < 1000; i++)
			step(&s);
		if (CPU_COUNT(&cores) < 2)
			sched_yield();
	} while (clock_seconds() < end);
	new_epoch(&s);
	printf("# %llu steps, %llu epochs: %llu messages, %llu buffers taken, %llu refused, ",
	       (unsigned long long)s.steps, (unsigned long long)s.epochs,
	       (unsigned long long)s.messages, (unsigned long long)s.descs_taken,
	       (unsigned long long)s.descs_refused);
	printf("%llu answers, %llu timeouts, %llu requests, %llu lies\n",
	       (unsigned long long)s.answers, (unsigned long long)s.timeouts,
	       (unsigned long long)s.served, (unsigned long long)s.lies);
	/* Else nothing was tested. */
	assert_true(s.messages + s.descs_taken > 0);
	assert_true(b ? s.served > 0 : s.answers > 0 && s.timeouts > 0);
	assert_true(s.lies > 0);
}

static void side_a_withstands_a_peer_that_writes_anything(void **state)
{
	(void)state;
	withstand(0);
}

static void side_b_withstands_a_peer_that_writes_anything(void **state)
{
	(void)state;
	withstand(1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_teardown(side_a_withstands_a_peer_that_writes_anything, stop_peer),
		cmocka_unit_test_teardown(side_b_withstands_a_peer_that_writes_anything, stop_peer),
	};

	return cmocka_run_group_tests(tests, make_memory, NULL);
}
