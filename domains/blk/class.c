// SPDX-License-Identifier: MIT OR GPL-2.0-only
/* The class blk: what its front-ends have in common, and the one in user space (front.c, nbd.c). */
#include "domains/blk/class.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include "core/rights.h"
#include "domains/blk/backing.h"
#include "domains/blk/nbd.h"

#define NULL_SIZE (UINT64_C(1) << 30)
#define MEM_SIZE (UINT64_C(64) << 20)
#define MEM_MAX (UINT64_C(1) << 40)
#define SIZE_MAX_ (UINT64_C(1) << 60)

extern CORDON_DRIVER(blk_null);
extern CORDON_DRIVER(blk_mem);
extern CORDON_DRIVER(blk_file);

const struct cordon_option blk_options[] = {
	[BLK_OPT_NBD] = { "nbd", "FILE", "the socket that NBD clients connect to" },
	[BLK_OPT_FILE] = { "file", "FILE", "file: what the disk is stored in, or a block device" },
	[BLK_OPT_SIZE] = { "size", "BYTES", "null (default 1G), mem (64M); or with K, M, G, T" },
	[BLK_OPT_BLOCK] = { "block", "BYTES", "of a logical block: 512 (default) or 4096" },
	[BLK_OPT_READ_ONLY] = { "read-only", NULL, "nothing is written" },
	[BLK_OPT_DISK] = { "disk", "NAME", "disk: of the block device (default: cordon0 and on)" },
	[BLK_OPT_COMPLETE] = { "complete", "WHEN",
			       "disk: poll, doorbell (default: the kernel module's choice)" },
	[BLK_OPT_COUNT] = { NULL, NULL, NULL },
};

const struct cordon_driver_entry blk_drivers[] = {
	{ "null", &cordon_driver_blk_null, "no medium: answers at once" },
	{ "mem", &cordon_driver_blk_mem, "a RAM disk, which outlives its driver" },
	{ "file", &cordon_driver_blk_file, "a file or block device" },
	{ NULL, NULL, NULL },
};

const char *const blk_counters[] = {
#define X(member, name) name,
	BLK_FRONT_COUNTERS(X) NBD_COUNTERS(X)
#undef X
		NULL
};

/* "64M": digits, and a letter for a power of 1024. 0: it is none. */
static uint64_t bytes_of(const char *text)
{
	static const char letters[] = "KMGT";
	char *end = NULL;
	unsigned long long v;
	const char *letter;
	unsigned shift = 0;

	errno = 0;
	v = strtoull(text, &end, 10);
	if (text[0] < '0' || text[0] > '9' || errno)
		return 0;
	letter = *end ? strchr(letters, *end) : NULL;
	if (letter) {
		shift = 10 * (unsigned)(letter - letters + 1);
		end++;
	}
	return *end || v > SIZE_MAX_ >> shift ? 0 : v << shift;
}

static int size_of(struct blk_setup *s, const struct cordon_args *a, struct cordon_err *e)
{
	const char *size = a->value[BLK_OPT_SIZE];

	if (s->file && size)
		return cordon_fail(e, -EINVAL, "--size %.20s makes no sense with --file", size);
	if (s->file)
		return 0;
	s->grant = strcmp(a->driver, "null") != 0;
	s->size = size ? bytes_of(size) : s->grant ? MEM_SIZE : NULL_SIZE;
	if (s->size == 0 || s->size % s->block != 0 || (s->grant && s->size > MEM_MAX))
		return cordon_fail(
			e, -EINVAL,
			"--size %.20s: not a number of whole blocks of %u bytes, up to %s", size,
			s->block, s->grant ? "1T" : "1048576T");
	return 0;
}

int blk_setup_read(struct blk_setup *s, const struct cordon_args *a, struct cordon_err *e)
{
	const char *block = a->value[BLK_OPT_BLOCK], *d = a->driver;
	int is_file = strcmp(d, "file") == 0;

	memset(s, 0, sizeof(*s));
	s->nbd = a->value[BLK_OPT_NBD];
	s->file = a->value[BLK_OPT_FILE];
	s->read_only = a->value[BLK_OPT_READ_ONLY] != NULL;
	s->block = block && strcmp(block, "4096") == 0 ? 4096 : 512;
	if (block && s->block != 4096 && strcmp(block, "512") != 0)
		return cordon_fail(e, -EINVAL, "--block %.20s: not 512 or 4096", block);
	if (is_file && !s->file)
		return cordon_fail(e, -EINVAL, "driver file: --file FILE is missing");
	if (s->file && (strcmp(d, "null") == 0 || strcmp(d, "mem") == 0))
		return cordon_fail(e, -EINVAL, "driver %s has no file: --file %.60s makes no sense",
				   d, s->file);
	return size_of(s, a, e);
}

int blk_only_with(const struct cordon_args *a, const char *frontend, enum blk_option first,
		  enum blk_option last, struct cordon_err *e)
{
	for (unsigned i = first; i <= (unsigned)last; i++)
		if (a->value[i])
			return cordon_fail(e, -EINVAL,
					   "--%s %.40s makes no sense without --frontend %s",
					   blk_options[i].name, a->value[i], frontend);
	return 0;
}

int blk_disk_open(const struct blk_setup *s, struct cordon_ports *ports, struct cordon_err *e)
{
	struct blk_backing b = { .fd = -1, .size = s->size, .holes = 1 };
	int ret = s->file ? blk_backing_open(&b, s->file, s->block, s->read_only, e) : 0;

	if (ret < 0)
		return ret;
	ports->n = 0;
	if (s->file) {
		ports->fd[0] = b.fd;
		ports->size[0] = b.size;
		ports->n = 1;
	}
	ports->grant_size = s->grant ? s->size : 0;
	ports->arg = b.size | (s->block == 4096 ? BLK_ARG_4096 : 0) |
		     (s->read_only ? BLK_ARG_READ_ONLY : 0) | (b.holes ? BLK_ARG_HOLES : 0);
	return 0;
}

/* ---- the front-end in user space --------------------------------------------------------------- */

struct blk {
	struct blk_front front;
	struct nbd_server nbd;
	char path[128]; /* of the socket */
	char host_side[16], wire_side[16];
};

void blk_brief(char *to, size_t size, const char *path)
{
	const char *slash = path ? strrchr(path, '/') : NULL;

	if (path)
		(void)snprintf(to, size, "%s", slash ? slash + 1 : path);
}

static int front_open(void *state, const struct cordon_args *a, struct cordon_ports *ports,
		      struct cordon_err *e)
{
	struct blk *b = state;
	struct blk_setup s;
	int ret = blk_setup_read(&s, a, e);

	if (ret == 0)
		ret = blk_only_with(a, "disk", BLK_OPT_DISK, BLK_OPT_COMPLETE, e);
	if (ret == 0 && !s.nbd)
		ret = cordon_fail(e, -EINVAL, "driver %s: --nbd FILE is missing", a->driver);
	if (ret == 0)
		ret = blk_disk_open(&s, ports, e);
	if (ret < 0)
		return ret;
	blk_front_init(&b->front, nbd_answered, &b->nbd);
	if (a->deadline_ns)
		b->front.deadline_ns = a->deadline_ns;
	ret = nbd_open(&b->nbd, &b->front, s.nbd, e);
	if (ret < 0 && ports->n)
		close(ports->fd[0]);
	if (ret < 0)
		return ret;
	(void)snprintf(b->path, sizeof(b->path), "%s", s.nbd);
	blk_brief(b->host_side, sizeof(b->host_side), s.nbd);
	blk_brief(b->wire_side, sizeof(b->wire_side), s.file);
	return 0;
}

static int front_start(void *state, struct cordon_chan *chan, struct cordon_pool *pool,
		       struct cordon_caller *caller, struct cordon_err *e)
{
	return blk_front_start(&((struct blk *)state)->front, chan, pool, caller, e);
}

static unsigned front_poll(void *state, unsigned budget)
{
	struct blk *b = state;
	unsigned n = blk_front_poll(&b->front, budget);

	/* Until a start is done, answers lie in the memory of the driver before. */
	if (b->front.chan && !b->front.past.mem)
		n += nbd_poll(&b->nbd, budget);
	return n;
}

static int front_device(const void *state)
{
	const struct blk *b = state;

	return b->front.running ? b->nbd.epoll_fd : -1;
}

static int front_ping(void *state)
{
	return blk_front_ping(&((struct blk *)state)->front);
}

static int front_stop(void *state)
{
	struct blk *b = state;

	return b->front.chan ? blk_front_stop(&b->front) : 0;
}

/* A stop has waited for all that the driver had. */
static int front_drain(void *state)
{
	(void)state;
	return 0;
}

static void front_detach(void *state)
{
	blk_front_detach(&((struct blk *)state)->front);
}

static void front_gauge(const void *state, struct cordon_gauge *g)
{
	blk_front_gauge(&((const struct blk *)state)->front, g);
}

static void front_devices(const void *state, const char **host_side, const char **wire_side)
{
	const struct blk *b = state;

	*host_side = b->host_side;
	*wire_side = b->wire_side;
}

static unsigned front_count(const void *state, uint64_t *values, unsigned n)
{
	const struct blk *b = state;
	uint64_t all[] = {
#define X(member, name) b->front.count.member,
		BLK_FRONT_COUNTERS(X)
#undef X
#define X(member, name) b->nbd.member,
			NBD_COUNTERS(X)
#undef X
	};
	unsigned have = sizeof(all) / sizeof(all[0]);

	if (have > n)
		have = n;
	memcpy(values, all, have * sizeof(all[0]));
	return have;
}

/* The socket may lie in another user's directory, where it is removed. */
static uint64_t front_rights(const void *state)
{
	char dir[sizeof(((struct blk *)NULL)->path)];
	const struct blk *b = state;
	char *slash;
	struct stat st;

	memcpy(dir, b->path, sizeof(dir));
	slash = strrchr(dir, '/');
	if (slash)
		slash[slash == dir] = '\0';
	if (stat(slash ? dir : ".", &st) == 0 && st.st_uid == geteuid())
		return 0;
	return CORDON_RIGHT(CAP_DAC_OVERRIDE);
}

static void front_close(void *state)
{
	struct blk *b = state;

	nbd_close(&b->nbd);
	unlink(b->path);
}

const struct cordon_class cordon_class_blk = {
	BLK_CLASS_COMMON,
	.frontend = "nbd",
	.frontend_help = "an NBD server on a UNIX socket, in the supervisor (default)",
	.front_size = sizeof(struct blk),
	.open = front_open,
	.start = front_start,
	.poll = front_poll,
	.device = front_device,
	.ping = front_ping,
	.stop = front_stop,
	.drain = front_drain,
	.detach = front_detach,
	.gauge = front_gauge,
	.devices = front_devices,
	.count = front_count,
	.rights = front_rights,
	.close = front_close,
};
