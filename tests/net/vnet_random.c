// SPDX-License-Identifier: MIT OR GPL-2.0-only
/*
 * cordon_vnet_check(): random mutations of good frames against a model of what Linux refuses, and
 * such frames against the kernel itself: what we take, its write(2) to a TAP takes too, in a network
 * namespace of its own (root); it may take more.
 */
#include <endian.h>
#include <errno.h>
#include <fcntl.h>
#include <net/if.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tests/net/vnet.h"

/* ---- random mutations ---------------------------------------------------------------------- */

static uint64_t rng_state;

static uint32_t rnd(uint32_t below)
{
	rng_state ^= rng_state >> 12;
	rng_state ^= rng_state << 25;
	rng_state ^= rng_state >> 27;
	return (uint32_t)((rng_state * 0x2545f4914f6cdd1dull >> 32) * below >> 32);
}

/* A 16-bit value that is likely to matter to a frame. */
static unsigned telling(const struct frame *f)
{
	static const uint16_t value[] = { 0,	  1,	  2,	  6,	 8,	14,   16,
					  20,	  34,	  40,	  54,	 74,	94,   0x0800,
					  0x8100, 0x88a8, 0x86dd, 65533, 65534, 65535 };
	const size_t near[] = { f->ip, f->l4, f->payload, f->len, f->len - f->ip, f->len - f->l4 };
	unsigned n = rnd(3);

	if (n == 0)
		return rnd(65536);
	if (n == 1)
		return value[rnd(sizeof(value) / sizeof(value[0]))];
	return ((unsigned)near[rnd(6)] - (rnd(2) ? (unsigned)VH : 0) + rnd(5) - 2) & 0xffff;
}

/* A good frame with up to four changes. The rest of the frame, behind its head, is zero. */
static void mutate(struct frame *f, size_t max_payload)
{
	struct spec s = good[rnd(GOOD)];
	unsigned changes = rnd(5);

	if (rnd(2))
		s.payload = rnd(s.gso && !rnd(8) ? 65536 : 3000);
	if (s.payload > max_payload)
		s.payload = (uint32_t)max_payload;
	build(f, &s);
	while (changes--) {
		size_t at = rnd((uint32_t)peek(f->payload));

		switch (rnd(7)) {
		case 0:
			f->head[rnd(2)] =
				(uint8_t)(rnd(2) ? rnd(256) : rnd(6) | (rnd(2) ? ECN : 0));
			break;
		case 1:
			put16le(f->head + 2 + 2 * rnd(4), telling(f));
			break;
		case 2:
			f->head[at] ^= (uint8_t)(1u << rnd(8));
			break;
		case 3:
			f->head[at] = (uint8_t)rnd(256);
			break;
		case 4:
			put16(f->head + (at & ~1ul), telling(f));
			break;
		case 5:
			f->len = rnd(2) ? rnd((uint32_t)f->len + 1) :
					  rnd((uint32_t)f->payload + 40);
			break;
		case 6: /* a length that fits the frame, or nearly */
			if (f->len > f->ip)
				put16(f->head + f->ip + (rnd(2) ? 2 : 4),
				      (unsigned)(f->len - f->ip) - (rnd(2) ? 40 : 0) + rnd(3) - 1);
			break;
		}
	}
}

/*
 * What Linux 6.18 takes from a stranger, written down from virtio_net_hdr_to_skb(),
 * skb_partial_csum_set() and tun_get_user(): the model that all we take must satisfy.
 */
static bool linux_takes(const uint8_t *head, size_t frame_len)
{
	const unsigned flags = head[0], gso = head[1], type = gso & ~(unsigned)ECN;
	const unsigned gso_size = get16le(head + 4);
	const size_t start = get16le(head + 6), off = get16le(head + 8);
	const size_t l4 = type == TCP4 || type == TCP6 ? 20 : type ? 8 : 0;
	const size_t l3 = type == TCP6 ? 40 : 20;
	size_t len, hdr_len;

	if (frame_len < (size_t)VH + 14)
		return false;
	len = frame_len - (size_t)VH;
	hdr_len = get16le(head + 2);
	if (flags & NEEDS && start + off + 2 > hdr_len)
		hdr_len = (start + off + 2) & 0xffff;
	if (hdr_len > len || (hdr_len && hdr_len < 14))
		return false;
	if (gso && (gso_size == 0 || (type != TCP4 && type != TCP6 && type != 3 && type != USO)))
		return false;
	if (flags & NEEDS) {
		if (start + off + 2 > len || start + l4 > len || start < l3)
			return false;
	} else if (gso && l3 + l4 > len) {
		return false;
	}
	if (type == USO &&
	    (!(flags & NEEDS) || off != 6 || gso & ECN || len - start - 8 > (size_t)gso_size * 128))
		return false;
	if ((type == TCP4 || type == TCP6) && flags & NEEDS && off != 16)
		return false;
	return !gso || gso_size != 0xffff;
}

static void test_mutations(void **state)
{
	const size_t page = (size_t)sysconf(_SC_PAGESIZE);
	unsigned count[CORDON_VNET_VERDICT_COUNT] = { 0 };
	unsigned offloaded = 0;
	uint8_t *wall;

	(void)state;
	wall = mmap(NULL, 2 * page, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	assert_ptr_not_equal(wall, MAP_FAILED);
	wall += page;
	assert_int_equal(mprotect(wall, page, PROT_NONE), 0);
	rng_state = SEED;
	for (int i = 0; i < MUTATIONS; i++) {
		uint32_t features = rnd(4) ? ALL : rnd(256);
		uint32_t mtu = rnd(4) ? MTU : rnd(70000);
		struct frame f;
		size_t n;
		uint8_t *head;
		int v;

		mutate(&f, 65535);
		/* exactly as long as it says: sanitizers see a byte too many, or the wall does */
		n = peek(f.len);
		head = i & 1 ? malloc(n ? n : 1) : wall - n;
		assert_non_null(head);
		memcpy(head, f.head, n);
		v = cordon_vnet_check(head, n, f.len, features, mtu);
		assert_true(v >= 0 && v < CORDON_VNET_VERDICT_COUNT);
		assert_memory_equal(head, f.head, n);
		count[v]++;
		if (!v) {
			offloaded += f.head[0] == NEEDS;
			/* taken by Linux; and with more features and a larger MTU by us */
			assert_true(linux_takes(f.head, f.len));
			assert_int_equal(cordon_vnet_check(head, n, f.len, ALL, mtu + 1), 0);
			assert_true(!f.head[0] || features & CORDON_NET_F_CSUM);
			assert_true(f.len <= CORDON_VNET_MAX_FRAME);
		}
		if (i & 1)
			free(head);
	}
	munmap(wall - page, 2 * page);
	print_message("# seed %#llx, %d frames:", SEED, MUTATIONS);
	for (int v = 0; v < CORDON_VNET_VERDICT_COUNT; v++) {
		print_message(" %s %u", cordon_vnet_reason(v), count[v]);
		assert_true(count[v] > MUTATIONS / 100000);
	}
	print_message(" (ok with offload %u)\n", offloaded);
	assert_true(offloaded > MUTATIONS / 10);
}

/* ---- against the kernel -------------------------------------------------------------------- */

/* Written by the child, read by the test. */
struct result {
	char skip[128]; /* why the kernel wasn't asked */
	char wrong[512]; /* the first frame that we take and the kernel doesn't */
	unsigned frames, both, neither, kernel_only, ours_only, model_differs;
	bool uso;
};

static void give_up(struct result *r, const char *what)
{
	snprintf(r->skip, sizeof(r->skip), "%s: %s", what, strerror(errno));
	_exit(0);
}

/* A TAP that is up, alone in a new network namespace. Ends the process if that can't be had. */
static int lonely_tap(struct result *r)
{
	struct ifreq ifr = { .ifr_flags = IFF_TAP | IFF_NO_PI | IFF_VNET_HDR };
	int le = 1, fd, ctl;

	if (unshare(CLONE_NEWNET))
		give_up(r, "no network namespace");
	fd = open("/dev/net/tun", O_RDWR | O_CLOEXEC);
	if (fd < 0)
		give_up(r, "/dev/net/tun");
	if (ioctl(fd, TUNSETIFF, &ifr) || ioctl(fd, TUNSETVNETLE, &le))
		give_up(r, "no TAP");
	ctl = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	ifr.ifr_flags = IFF_UP;
	if (ctl < 0 || ioctl(ctl, SIOCSIFFLAGS, &ifr))
		give_up(r, "TAP doesn't come up");
	close(ctl);
	/* the kernel takes UDP_L4 since the version that has these two */
	r->uso = !ioctl(fd, TUNSETOFFLOAD, (unsigned long)ALL);
	return fd;
}

static void ask_kernel(struct result *r)
{
	static uint8_t frame[CORDON_VNET_MAX_FRAME + 4096];
	int fd = lonely_tap(r);
	const uint32_t features = r->uso ? ALL : TSO_ALL;

	rng_state = SEED ^ 1;
	for (unsigned i = 0; i < KERNEL_FRAMES; i++) {
		bool ours, model;
		struct frame f;
		ssize_t n;

		if (i < GOOD)
			build(&f, &good[i]);
		else
			mutate(&f, 65000);
		ours = !check(&f, features, MTU);
		model = linux_takes(f.head, f.len);
		memcpy(frame, f.head, sizeof(f.head));
		do
			n = write(fd, frame, f.len);
		while (n < 0 && (errno == EINTR || errno == ENOMEM || errno == ENOBUFS));
		if (n >= 0 && (size_t)n != f.len)
			n = -1;
		r->frames++;
		r->both += ours && n >= 0;
		r->neither += !ours && n < 0;
		r->kernel_only += !ours && n >= 0;
		r->ours_only += ours && n < 0;
		r->model_differs += model != (n >= 0) && (r->uso || (f.head[1] & 0x7f) != USO);
		if (ours && n < 0 && !r->wrong[0]) {
			int at = snprintf(r->wrong, sizeof(r->wrong), "%u, length %zu, %s:", i,
					  f.len, strerror(errno));

			for (size_t b = 0; b < 100; b++)
				at += snprintf(r->wrong + at, sizeof(r->wrong) - (size_t)at,
					       " %02x", f.head[b]);
		}
	}
	_exit(0);
}

static void test_kernel(void **state)
{
	struct result *r;
	int status;
	pid_t pid;

	(void)state;
	r = mmap(NULL, sizeof(*r), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	assert_ptr_not_equal(r, MAP_FAILED);
	memset(r, 0, sizeof(*r));
	fflush(NULL);
	pid = fork();
	assert_true(pid >= 0);
	if (pid == 0)
		ask_kernel(r);
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_int_equal(status, 0);
	if (r->skip[0]) {
		print_message("# kernel not asked: %s\n", r->skip);
		munmap(r, sizeof(*r));
		skip();
	}
	print_message(
		"# seed %#llx, %u frames, %s USO: both take %u, both refuse %u, the kernel alone takes %u, "
		"we alone %u; model and kernel differ on %u\n",
		SEED ^ 1, r->frames, r->uso ? "with" : "without", r->both, r->neither,
		r->kernel_only, r->ours_only, r->model_differs);
	if (r->wrong[0])
		print_message("# taken here, refused by the kernel: %s\n", r->wrong);
	assert_int_equal(r->frames, KERNEL_FRAMES);
	assert_int_equal(r->ours_only, 0);
	assert_true(r->both > KERNEL_FRAMES / 5);
	munmap(r, sizeof(*r));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_mutations),
		cmocka_unit_test(test_kernel),
	};

	return cmocka_run_group_tests_name("vnet_random", tests, NULL, NULL);
}
