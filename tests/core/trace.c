// SPDX-License-Identifier: MIT OR GPL-2.0-only
// Backtraces: of a live driver and a dead one, of one that lies, and of snapshots that are nonsense.
#include <errno.h>
#include <elf.h>
#include <fcntl.h>
#include <sched.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <sys/ptrace.h>

#include <cmocka.h>

#include "core/confine.h"
#include "core/fiber.h"
#include "core/sys.h"
#include "core/trace.h"
#include "core/trace_walk.h"
#include "tests/core/traced.h"
#include "tests/loader/launch.h"

#if defined(__SANITIZE_ADDRESS__)
#define ROUNDS 10000u
#else
#define ROUNDS 40000u
#endif
#define TEXT_ROOM 65536u
#define IMAGE "tests/core/img_traced"

static char text[TEXT_ROOM];

/* ---- a driver, stopped ----------------------------------------------------------------------- */

/* Start it, let both fibers reach their place, and become its tracer. */
static void start(struct launched *l)
{
	unsigned there = 0;

	memset(l, 0, sizeof(*l));
	launch(l, IMAGE, 0);
	while (there < 2)
		assert_int_equal(launch_call(l, TRACED_OP_THERE, NULL, 0, &there, sizeof(there)),
				 sizeof(there));
	assert_int_equal(ptrace(PTRACE_SEIZE, l->pid, NULL, PTRACE_O_TRACEEXIT), 0);
}

static void order(struct launched *l, enum traced_order what)
{
	assert_int_equal(launch_call(l, TRACED_OP_ORDER, &what, sizeof(what), NULL, 0), 0);
}

static int stopped(struct launched *l)
{
	int status = 0;

	assert_int_equal(waitpid(l->pid, &status, 0), l->pid);
	assert_true(WIFSTOPPED(status));
	return status >> 8;
}

static void interrupt(struct launched *l)
{
	assert_int_equal(ptrace(PTRACE_INTERRUPT, l->pid, NULL, NULL), 0);
	assert_int_equal(stopped(l), SIGTRAP | PTRACE_EVENT_STOP << 8);
}

static int print(int snapshot, int image)
{
	struct cordon_err e = { "" };
	FILE *out;
	int ret;

	memset(text, 0, sizeof(text));
	out = fmemopen(text, sizeof(text), "w");
	assert_non_null(out);
	ret = cordon_trace_print(snapshot, image, out, &e);
	fclose(out);
	assert_true((ret < 0) == (e.text[0] != '\0'));
	return ret;
}

/* Capture the stopped driver and print what it did. */
static void trace(struct launched *l)
{
	struct cordon_err e = { "" };
	int image = open(launch_path(IMAGE), O_RDONLY | O_CLOEXEC);
	int snapshot = cordon_trace_capture(l->pid, l->layout, &e);

	assert_string_equal(e.text, "");
	assert_true(snapshot >= 0 && image >= 0);
	assert_int_equal(print(snapshot, image), 0);
	close(image);
	close(snapshot);
}

/* The words are in the text, in this order, each at the beginning of a line. */
static void assert_lines(const char *const *words, size_t n)
{
	const char *at = text;

	for (size_t i = 0; i < n; i++) {
		char line[80];
		const char *found;

		snprintf(line, sizeof(line), "\n%s", words[i]);
		found = at == text && !strncmp(text, words[i], strlen(words[i])) ? text :
										   strstr(at, line);
		if (!found)
			print_message("# no \"%s\" from here on:\n%.500s\n", words[i], at);
		assert_non_null(found);
		at = found + 1;
	}
}

#define ASSERT_LINES(...)                                                 \
	do {                                                              \
		static const char *const words_[] = { __VA_ARGS__ };      \
		assert_lines(words_, sizeof(words_) / sizeof(words_[0])); \
	} while (0)

/* ---- a live one ------------------------------------------------------------------------------ */

/* Stopped between two instructions, one frame may be missing: then look again. */
static void trace_spinning(struct launched *l)
{
	uint16_t op;
	char msg[CORDON_PAYLOAD_SIZE];

	while (cordon_stream_recv(&l->chan.rx, &op, msg) < 0)
		sched_yield();
	for (int i = 0; i < 100; i++) {
		interrupt(l);
		trace(l);
		if (strstr(text, "  spin_in_here"))
			return;
		assert_int_equal(ptrace(PTRACE_CONT, l->pid, NULL, NULL), 0);
	}
}

static void a_live_driver_shows_where_its_fibers_are(void **state)
{
	struct launched l;

	(void)state;
	start(&l);
	order(&l, TRACED_SPIN);
	trace_spinning(&l);
	ASSERT_LINES("fiber 0 blocked, started as sleeper+0x0 (", "  cordon_fiber_block+0x",
		     "  wait_for_ever+0x", "  wait_in_here+0x", "  sleeper+0x", "  fiber_main+0x",
		     "fiber 1 ready, started as yielder+0x0 (", "  switch_to+0x", "  take_turns+0x",
		     "  yielder+0x", "fiber 2 running, started as poller_main+0x0 (",
		     "  spin_in_here+0x", "  traced_poll+0x", "  poller_main+0x",
		     "  fiber_main+0x");
	(void)launch_end(&l);
}

static void the_rest_of_its_life_is_not_disturbed(void **state)
{
	struct launched l;
	unsigned there = 0;

	(void)state;
	start(&l);
	for (int i = 0; i < 100; i++) {
		interrupt(&l);
		trace(&l);
		assert_int_equal(ptrace(PTRACE_CONT, l.pid, NULL, NULL), 0);
		assert_int_equal(launch_call(&l, TRACED_OP_THERE, NULL, 0, &there, sizeof(there)),
				 sizeof(there));
		assert_int_equal(there, 2);
	}
	(void)launch_end(&l);
}

/* ---- a dead one ------------------------------------------------------------------------------ */

static void a_crash_is_found_at_the_signal_and_at_the_end(void **state)
{
	struct launched l;

	(void)state;
	start(&l);
	order(&l, TRACED_FALL);
	assert_int_equal(stopped(&l), SIGSEGV);
	for (int at_end = 0; at_end < 2; at_end++) {
		trace(&l);
		ASSERT_LINES("fiber 2 running", "  fall_down+0x", "  traced_poll+0x");
		assert_int_equal(ptrace(PTRACE_CONT, l.pid, NULL, SIGSEGV), 0);
		if (!at_end)
			assert_int_equal(stopped(&l), SIGTRAP | PTRACE_EVENT_EXIT << 8);
	}
	assert_int_equal(waitpid(l.pid, NULL, 0), l.pid);
	assert_int_equal(cordon_trace_capture(l.pid, l.layout, NULL), -ESRCH);
}

/* A circle of frames, states that are none, functions that are no address of the image. */
static void a_driver_that_lies_gets_a_short_trace(void **state)
{
	struct launched l;

	(void)state;
	start(&l);
	order(&l, TRACED_LIE);
	trace_spinning(&l);
	ASSERT_LINES("fiber 0 blocked, started as 0x4141414141414141 (not in the image)",
		     "  lie+0x", "  the frame pointer leads nowhere",
		     "fiber 1 in no state that there is", "fiber 2 running", "  spin_in_here+0x",
		     "  lie+0x");
	assert_true(strlen(text) < 4096);
	(void)launch_end(&l);
}

static void without_an_image_there_are_addresses(void **state)
{
	struct launched l;
	int snapshot;

	(void)state;
	start(&l);
	interrupt(&l);
	snapshot = cordon_trace_capture(l.pid, l.layout, NULL);
	assert_true(snapshot >= 0);
	assert_int_equal(print(snapshot, -1), 0);
	ASSERT_LINES("fiber 0 blocked, started as (0x", "  (0x");
	assert_null(strstr(text, "wait_for_ever"));
	close(snapshot);
	(void)launch_end(&l);
}

/* ---- what can't be --------------------------------------------------------------------------- */

static void what_is_no_snapshot_is_refused(void **state)
{
	struct cordon_layout big = { .stack_size = (uint64_t)1 << 30, .stack_stride = 1 << 30 };
	struct cordon_layout many = { .stack_size = 65536, .stack_stride = 65536, .nstacks = ~0u };
	int image = open(launch_path(IMAGE), O_RDONLY | O_CLOEXEC);
	int p[2];

	(void)state;
	assert_int_equal(cordon_trace_capture(getpid(), &big, NULL), -EINVAL);
	assert_int_equal(cordon_trace_capture(getpid(), &many, NULL), -EINVAL);
	/* Not stopped, not traced. */
	many.nstacks = 1;
	assert_int_equal(cordon_trace_capture(getpid(), &many, NULL), -ESRCH);
	assert_int_equal(print(image, image), -EINVAL);
	assert_string_equal(text, "");
	assert_int_equal(print(-1, image), -EBADF);
	assert_int_equal(pipe(p), 0);
	assert_int_equal(print(p[0], image), -EINVAL);
	close(p[0]);
	close(p[1]);
	close(image);
}

static uint64_t rng;

static uint64_t draw(void)
{
	rng ^= rng << 13;
	rng ^= rng >> 7;
	rng ^= rng << 17;
	return rng;
}

/* A number that leads somewhere wrong: near an edge, in a stack, or anywhere. */
static uint64_t wild(const struct cordon_layout *l)
{
	static const uint64_t edges[] = { 0, 1, 7, 8, 64, 4096, 65536, UINT32_MAX, UINT64_MAX };
	uint64_t low = cordon_layout_stack(l, (uint32_t)(draw() % (l->nstacks + 1)));

	switch (draw() % 4) {
	case 0:
		return edges[draw() % (sizeof(edges) / sizeof(edges[0]))] - draw() % 2;
	case 1:
		return low + (draw() % 2 ? draw() % l->stack_size : l->stack_size - draw() % 64);
	case 2:
		return l->image + draw() % (l->image_size + 1);
	default:
		return draw();
	}
}

static void put_wild(uint8_t *at, const struct cordon_layout *l)
{
	uint64_t v = wild(l);

	memcpy(at, &v, sizeof(v));
}

/* Frames one above the other, and a fiber that waits at the lowest, on stack @i. */
static void put_frames(uint8_t *snapshot, const struct cordon_layout *l, uint32_t i)
{
	uint64_t low = cordon_layout_stack(l, i), top = low + l->stack_size;
	uint8_t *stack = snapshot + CORDON_SNAPSHOT_HEAD + i * l->stack_size;
	struct cordon_fiber f = { .sp = (void *)(uintptr_t)low, .state = draw() % 6 };
	unsigned step = 16 + 8 * (unsigned)(draw() % 32);

	for (uint64_t at = low; at + step + 64 <= top; at += step) {
		uint64_t record[2] = { at + step, l->image + draw() % l->image_size };

		memcpy(stack + (at - low), record, sizeof(record));
	}
	put_wild(stack + CORDON_SWITCH_PC, l);
	memcpy(stack + CORDON_SWITCH_FRAME, &(uint64_t){ low + step }, 8);
	memcpy(stack + (cordon_fiber_place(top, i) - low), &f, sizeof(f));
}

#define SMALL_STACK 4096u
#define SMALL_STACKS 3u
#define SMALL_BYTES (CORDON_SNAPSHOT_HEAD + (SMALL_STACKS + 1) * SMALL_STACK)

/*
 * Snapshots whose fibers and frames are mostly plausible, and then damaged: header, stacks, the
 * image's tables. Exactly as large as they are, so that ASan sees a step outside.
 */
static void nonsense_leads_nowhere(void **state)
{
	const struct cordon_layout good = {
		.image = 0x550000000000,
		.image_size = 0x10000,
		.stacks = 0x7f0000000000,
		.stack_stride = 2 * SMALL_STACK,
		.stack_size = SMALL_STACK,
		.plain = 0x7f0000100000,
		.nstacks = SMALL_STACKS,
	};
	uint8_t *snapshot = malloc(SMALL_BYTES), *image, *room = malloc(TEXT_ROOM);
	int fd = open(launch_path(IMAGE), O_RDONLY | O_CLOEXEC);
	size_t image_size = (size_t)lseek(fd, 0, SEEK_END);
	unsigned told = 0, longest = 0;
	Elf64_Ehdr eh = { .e_shnum = 0 };

	(void)state;
	image = malloc(image_size);
	assert_true(snapshot && image && room);
	rng = 88172645463325252u;
	for (unsigned round = 0; round < ROUNDS; round++) {
		struct cordon_trace_files f = { snapshot, SMALL_BYTES, image, image_size };
		struct cordon_snapshot head = { CORDON_SNAPSHOT_MAGIC, good, wild(&good),
						wild(&good), wild(&good) };
		size_t size = draw() % 8 ? 32768 : draw() % 64, n;
		uint32_t here = (uint32_t)(draw() % (SMALL_STACKS + 1));

		if (round % 64 == 0) {
			assert_int_equal(pread(fd, image, image_size, 0), image_size);
			memcpy(&eh, image, sizeof(eh));
		}
		/* Damage what say where the symbols are, or a section's header, or the symbols. */
		if (round % 64 > 8)
			put_wild(image + draw() % (sizeof(eh) - 8), &good);
		if (round % 64 > 4)
			put_wild(image + eh.e_shoff + draw() % (eh.e_shnum * 64u - 8), &good);
		put_wild(image + draw() % (image_size - 8), &good);
		memcpy(image, &eh, 16);
		for (size_t at = 0; at < SMALL_BYTES; at += 8)
			put_wild(snapshot + at, &good);
		for (uint32_t i = 0; i < SMALL_STACKS; i++)
			if (draw() % 2)
				put_frames(snapshot, &good, i);
		for (unsigned i = 0; i < 4; i++)
			put_wild(snapshot + draw() % (SMALL_BYTES - 8), &good);
		if (draw() % 2) {
			head.sp = cordon_layout_stack(&good, here) + draw() % SMALL_STACK;
			head.frame = cordon_layout_stack(&good, here + (draw() % 8 == 0)) +
				     draw() % (SMALL_STACK + 16);
			head.frame &= ~(uint64_t)7;
		}
		if (draw() % 8 == 0)
			put_wild((uint8_t *)&head.where + draw() % (sizeof(good) - 8), &good);
		memcpy(snapshot, &head, sizeof(head));
		if (draw() % 16 == 0)
			f.snapshot_size = draw() % SMALL_BYTES;
		memset(room + size, 0x5a, 16);
		n = cordon_trace_walk(&f, (char *)room, size);
		assert_true(n <= size);
		for (size_t i = 0; i < 16; i++)
			assert_int_equal(room[size + i], 0x5a);
		for (size_t i = 0; i < n; i++)
			assert_true(room[i] == '\n' || (room[i] >= ' ' && room[i] <= '~'));
		told += n > 0;
		longest = n > longest ? (unsigned)n : longest;
	}
	print_message("# %u of %u said something, %u bytes at most\n", told, ROUNDS, longest);
	assert_true(told > ROUNDS / 2 && longest > 1000);
	close(fd);
	free(room);
	free(image);
	free(snapshot);
}

/* ---- the process without rights -------------------------------------------------------------- */

static size_t say_hello(void *arg, char *to, size_t room)
{
	(void)arg;
	assert_true(room == 15);
	memcpy(to, "hello\n\x1b[2J\xff\t.\r.", 15);
	return 15;
}

static size_t open_a_file(void *arg, char *to, size_t room)
{
	(void)arg, (void)to, (void)room;
	(void)open("/dev/null", O_RDONLY);
	return 0;
}

static size_t say_and_map(void *arg, char *to, size_t room)
{
	(void)arg, (void)room;
	to[0] = 'x';
	(void)mmap(NULL, 4096, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	return 1;
}

static size_t read_a_descriptor(void *arg, char *to, size_t room)
{
	const int *fd = arg;

	(void)room;
	return cordon_sys3(__NR_read, *fd, (long)to, 1) == -EBADF ? 0 : 1;
}

static size_t spin(void *arg, char *to, size_t room)
{
	(void)arg, (void)to, (void)room;
	for (volatile unsigned i = 0, go = 1; go;)
		i++;
	return 0;
}

/* The pipe is its own; whatever it writes there past the room is dropped. */
static size_t say_too_much(void *arg, char *to, size_t room)
{
	(void)arg;
	memset(to, 'x', room);
	for (unsigned i = 0; i < 10000; i++)
		(void)cordon_sys3(__NR_write, 1, (long)to, (long)room);
	return room;
}

static void it_has_no_rights_and_little_time(void **state)
{
	char word[16];
	struct cordon_err e = { "" };
	int fds[2];

	(void)state;
	assert_int_equal(pipe(fds), 0);
	assert_int_equal(cordon_confine(say_hello, NULL, word, sizeof(word), &e), 15);
	assert_string_equal(word, "hello\n?[2J??.?.");
	assert_int_equal(cordon_confine(read_a_descriptor, &fds[0], word, sizeof(word), &e), 0);
	assert_string_equal(e.text, "");
	assert_int_equal(cordon_confine(open_a_file, NULL, word, sizeof(word), &e), -EPROTO);
	assert_non_null(strstr(e.text, "SIGKILL"));
	assert_int_equal(cordon_confine(say_and_map, NULL, word, sizeof(word), NULL), -EPROTO);
	assert_string_equal(word, "");
	assert_int_equal(cordon_confine(say_too_much, NULL, word, sizeof(word), NULL), 15);
	assert_string_equal(word, "xxxxxxxxxxxxxxx");
	assert_int_equal(cordon_confine(spin, NULL, word, sizeof(word), NULL), -EPROTO);
	close(fds[0]);
	close(fds[1]);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_live_driver_shows_where_its_fibers_are),
		cmocka_unit_test(the_rest_of_its_life_is_not_disturbed),
		cmocka_unit_test(a_crash_is_found_at_the_signal_and_at_the_end),
		cmocka_unit_test(a_driver_that_lies_gets_a_short_trace),
		cmocka_unit_test(without_an_image_there_are_addresses),
		cmocka_unit_test(what_is_no_snapshot_is_refused),
		cmocka_unit_test(nonsense_leads_nowhere),
		cmocka_unit_test(it_has_no_rights_and_little_time),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
