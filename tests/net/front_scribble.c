// SPDX-License-Identifier: MIT OR GPL-2.0-only
/*
 * The net front-end: the driver is a process of its own that rewrites the headers of frames while
 * they are being delivered, and everything else that it can reach. See front.h.
 *
 * CORDON_SEED repeats that driver's choices, CORDON_SCRIBBLE_SECONDS says how long.
 */
#include "tests/net/front.h"

/* ---- a driver that scribbles --------------------------------------------------------------- */

/* Between test and driver; the front-end doesn't know it. */
struct control {
	_Atomic uint64_t stop, stopped, go; /* epochs */
};

struct scribbler {
	struct rig *r;
	struct control *c;
	uint64_t random;
	uint64_t epoch;
	uint32_t known[64]; /* buffers lent lately */
	uint32_t nknown;
	uint8_t private[CORDON_BUF_SMALL]; /* for what can't be written to */
};

/* Bytes of the frames of write_tso(), and what makes each of them bad. */
static const struct {
	uint8_t at, value;
} spoil[] = {
	{ 0, 255 }, /* flags */
	{ 0, 2 },	    { 1, 3 }, /* GSO type */
	{ 1, 4 },	    { 2, 1 }, /* hdr_len */
	{ 4, 0xff }, /* gso_size */
	{ 5, 0xff },	    { 6, 33 }, /* csum_start */
	{ 7, 255 },	    { 8, 17 }, /* csum_offset */
	{ ETH + 12, 9 }, /* type */
	{ IP, 0x4f }, /* header length */
	{ IP + 2, 0xff }, /* length */
	{ IP + 6, 0x3f }, /* fragment */
	{ IP + 9, 1 }, /* protocol */
	{ TCP + 12, 0x10 }, /* header length */
};

#define SPOILS (sizeof(spoil) / sizeof(spoil[0]))

static uint32_t pick(struct scribbler *s, uint32_t below)
{
	return draw(&s->random, below);
}

static volatile uint64_t *line_of(struct scribbler *s, uint32_t line)
{
	return (volatile uint64_t *)s->r->chan_mem.addr + (size_t)line * 8;
}

static uint64_t any_word(struct scribbler *s)
{
	(void)pick(s, 2);
	return s->random ^ s->random >> 29;
}

/* Lines of its own stream that the front-end will look at next, with lies that look true. */
static void forge_stream(struct scribbler *s)
{
	uint64_t n = s->r->b.tx.sent + pick(s, 4);
	volatile uint64_t *line =
		line_of(s, CORDON_LINE_FIRST_CALL + CALLS + RING + (uint32_t)(n % RING));

	for (unsigned i = 1; i < 8; i++)
		line[i] = (uint64_t)(pick(s, 4) << 24 | pick(s, 70000)) << 32 | pick(s, ALL + 2);
	line[0] = cordon_hdr((uint32_t)(n / RING) + 1, CORDON_STREAM_DESCS,
			     (uint8_t)(pick(s, 2) ? 56 : pick(s, 256)), 0);
}

static void scribble_channel(struct scribbler *s)
{
	uint32_t lines = CORDON_LINE_FIRST_CALL + CALLS + 2 * RING;

	switch (pick(s, 8)) {
	case 0:
		line_of(s, pick(s, lines))[pick(s, 8)] = any_word(s);
		break;
	case 1:
		*line_of(s, CORDON_LINE_B_CREDIT) = s->r->b.rx.taken + pick(s, 5) - 2;
		break;
	case 2:
		line_of(s, CORDON_LINE_FIRST_CALL + pick(s, CALLS))[0] =
			cordon_hdr(s->r->b.server.turn[0] + 2, (uint16_t)pick(s, 5000),
				   (uint8_t)pick(s, 256), 0);
		break;
	case 3:
		for (uint32_t i = 0; i < lines * 8 && pick(s, 16) == 0; i++)
			line_of(s, 0)[i] = any_word(s);
		break;
	default:
		forge_stream(s);
	}
}

/* Send a few frames, and change their heads to and fro as long as somebody may look at them. */
static void send_and_spoil(struct scribbler *s)
{
	struct cordon_desc d[CORDON_DESCS_PER_LINE];
	volatile uint8_t *byte[CORDON_DESCS_PER_LINE];
	uint8_t good[CORDON_DESCS_PER_LINE], bad[CORDON_DESCS_PER_LINE];
	unsigned n = 1 + pick(s, 3), rounds = 50 + pick(s, 200);

	for (unsigned i = 0; i < n; i++) {
		uint32_t buf = s->nknown ? s->known[--s->nknown] : pick(s, ALL);
		uint8_t *p = cordon_pool_is_ro(&s->r->peer, buf) ? s->private : data_of(s->r, buf);
		uint32_t len = PAYLOAD + pick(s, 1900), k = pick(s, SPOILS);

		write_tso(p, len);
		if (pick(s, 4) == 0)
			memset(p, 0, NET_HDR_SIZE);
		if (pick(s, 8) == 0)
			len = pick(s, 80000);
		byte[i] = p + spoil[k].at;
		good[i] = *byte[i];
		bad[i] = spoil[k].value;
		d[i] = cordon_desc(buf, len, pick(s, 16) ? NET_FRAME : (uint8_t)pick(s, 256));
	}
	(void)cordon_stream_put(&s->r->b.tx, d, n);
	while (rounds-- > 0)
		for (unsigned i = 0; i < n; i++) {
			*byte[i] = bad[i];
			*byte[i] = good[i];
		}
}

static void hear(struct scribbler *s)
{
	struct cordon_desc d[BUDGET];
	unsigned n = cordon_stream_get(&s->r->b.rx, d, BUDGET);

	for (unsigned i = 0; i < n; i++)
		if (s->nknown < 64 && d[i].buf < ALL)
			s->known[s->nknown++] = d[i].buf;
}

/* A new epoch is agreed on, so that nothing of the old one is written to it. */
static void next_epoch(struct scribbler *s)
{
	uint64_t epoch = atomic_load(&s->c->stop);

	if (epoch == s->epoch)
		return;
	atomic_store(&s->c->stopped, epoch);
	while (atomic_load(&s->c->go) != epoch)
		sched_yield();
	s->epoch = epoch;
	s->nknown = 0;
	(void)cordon_chan_init_b(&s->r->b, s->r->chan_mem.addr, &chan_dims);
	net_server_init(&s->r->server, &honest, s->r);
}

static _Noreturn void be_a_scribbler(struct scribbler *s)
{
	for (;;) {
		next_epoch(s);
		s->r->reply[NET_OP_STATS] = pick(s, 8) ? (int)sizeof(struct net_stats_rep) :
							 (int)pick(s, 57);
		(void)cordon_serve(&s->r->b.server, &script, s->r, CALLS);
		hear(s);
		send_and_spoil(s);
		if (pick(s, 64) == 0)
			scribble_channel(s);
	}
}

static pid_t start_scribbler(struct rig *r, struct control *c, uint64_t seed)
{
	struct scribbler s = { .r = r, .c = c, .random = seed };
	static const int caught[] = { SIGFPE, SIGILL, SIGSEGV, SIGBUS, SIGSYS };
	pid_t parent = getpid(), pid;

	fflush(stdout);
	pid = fork();
	assert_true(pid >= 0);
	if (pid > 0)
		return pid;
	for (size_t i = 0; i < sizeof(caught) / sizeof(caught[0]); i++)
		signal(caught[i], SIG_DFL);
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	if (getppid() != parent)
		_exit(1);
	be_a_scribbler(&s);
}

/* Looks at the clock, as clock_of_rig(), but the driver is elsewhere. */
static uint64_t clock_alone(void)
{
	sched_yield();
	return rig.time += TICK;
}

struct tally {
	uint64_t epochs, frames, delivered, refused, lies;
};

static void add_up(struct tally *t, const struct net_front *f)
{
	const struct net_front_counters *c = &f->count;

	t->delivered += c->rx_frames;
	t->refused += refusals(c);
	t->lies +=
		c->bad_buffers + c->bad_kinds + c->bad_lengths + c->call_faults + c->stream_faults;
}

/* What reached the TAP, to the last byte, is what the check takes. */
static uint64_t check_what_came(struct rig *r)
{
	uint64_t n = 0;
	uint32_t len;

	while ((len = host_receive(r)) > 0) {
		int verdict = cordon_vnet_check(got,
						len < CORDON_VNET_PEEK ? len : CORDON_VNET_PEEK,
						len, r->f.features, r->f.mtu);

		if (verdict != CORDON_VNET_OK)
			fail_msg("the TAP got a frame of %u bytes that is refused: %s", len,
				 cordon_vnet_why(verdict));
		n++;
	}
	return n;
}

/* The driver stops, the front-end starts anew, the driver goes on. */
static void scribbled_epoch(struct rig *r, struct control *c, pid_t pid, struct tally *t)
{
	uint64_t epoch = ++t->epochs;
	struct cordon_err e;

	atomic_store(&c->stop, epoch);
	while (atomic_load(&c->stopped) != epoch) {
		assert_int_equal(waitpid(pid, NULL, WNOHANG), 0);
		sched_yield();
	}
	/* Takes what was published last. */
	net_front_close(&r->f);
	t->frames += check_what_came(r);
	add_up(t, &r->f);
	new_epoch(r, r->f.tap, 1500);
	r->caller.now = clock_alone;
	atomic_store(&c->go, epoch);
	(void)net_front_start(&r->f, &r->a, &r->pool, &r->caller, TSO, &e);
}

static double seconds(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec + (double)t.tv_nsec * 1e-9;
}

static pid_t scribbler_pid;

static void withstand(struct rig *r, struct control *c, pid_t pid)
{
	const char *env = getenv("CORDON_SCRIBBLE_SECONDS");
	double end = seconds() + (env ? atof(env) : SECONDS);
	uint64_t last = 0, idle = 0;
	struct tally t = { 0 };

	memset(&r->f.count, 0, sizeof(r->f.count));
	scribbled_epoch(r, c, pid, &t);
	for (uint64_t i = 1; i % 256 != 0 || seconds() < end; i++) {
		int ret = 0;

		poll_front(r);
		check_books(r);
		t.frames += check_what_came(r);
		if (i % 8 == 0)
			(void)host_send(r, NET_FRAME_MIN + (uint32_t)(i % 5000));
		if (i % 4096 == 0 && r->f.running)
			ret = net_front_ping(&r->f);
		idle = r->f.count.rx_frames == last ? idle + 1 : 0;
		last = r->f.count.rx_frames;
		/* Alone on the CPU it would see nothing but an empty stream. */
		if (idle % 64 == 63)
			sched_yield();
		if (!r->f.running || ret == -EPIPE || idle > 4096) {
			scribbled_epoch(r, c, pid, &t);
			idle = 0;
		}
	}
	t.frames += check_what_came(r);
	add_up(&t, &r->f);
	printf("# %llu epochs: %llu frames delivered, %llu refused, %llu lies\n",
	       (unsigned long long)t.epochs, (unsigned long long)t.delivered,
	       (unsigned long long)t.refused, (unsigned long long)t.lies);
	assert_int_equal(t.frames, t.delivered);
	/* Else nothing was tested. */
	assert_true(t.delivered > 100 && t.refused > 100 && t.lies > 100);
}

static void headers_that_change_while_they_are_read_deceive_nobody(void **state)
{
	const char *env = getenv("CORDON_SEED");
	uint64_t seed = env ? strtoull(env, NULL, 0) : (uint64_t)time(NULL);
	struct rig *r = *state;
	struct control *c;

#if defined(TSAN)
	printf("# the driver is another process, which ThreadSanitizer does not see\n");
	skip();
#endif
	printf("# seed %llu\n", (unsigned long long)seed);
	c = mmap(NULL, sizeof(*c), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	assert_true(c != MAP_FAILED);
	r->info.features = TSO;
	r->info.buffers = 1000;
	scribbler_pid = start_scribbler(r, c, seed);
	withstand(r, c, scribbler_pid);
	munmap(c, sizeof(*c));
}

static int end_scribbler(void **state)
{
	int status;

	if (scribbler_pid > 0) {
		kill(scribbler_pid, SIGKILL);
		waitpid(scribbler_pid, &status, 0);
		scribbler_pid = 0;
	}
	return tear_down(state);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(
			headers_that_change_while_they_are_read_deceive_nobody, set_up,
			end_scribbler),
	};

	return cmocka_run_group_tests(tests, make_noise, NULL);
}
