// SPDX-License-Identifier: MIT OR GPL-2.0-only
// The loader reads hostile images: each is refused or mapped within its span, and nothing is run.
#include <elf.h>
#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>

/* What it maps is seen, and goes away again. */
static struct {
	uint8_t *base;
	size_t size;
	int writable_and_executable;
} seen;

static void *spy_mmap(void *at, size_t size, int prot, int flags, int fd, off_t offset)
{
	void *p = mmap(at, size, prot, flags, fd, offset);

	if (fd < 0 && !(flags & MAP_FIXED) && p != MAP_FAILED) {
		seen.base = p;
		seen.size = size;
	}
	if ((flags & MAP_FIXED) && ((uint8_t *)at < seen.base || size > seen.size ||
				    (size_t)((uint8_t *)at - seen.base) > seen.size - size))
		abort(); /* over somebody else's memory */
	if ((prot & PROT_WRITE) && (prot & PROT_EXEC))
		seen.writable_and_executable = 1;
	return p;
}

static int spy_mprotect(void *at, size_t size, int prot)
{
	if ((uint8_t *)at < seen.base || size > seen.size ||
	    (size_t)((uint8_t *)at - seen.base) > seen.size - size)
		abort();
	if ((prot & PROT_WRITE) && (prot & PROT_EXEC))
		seen.writable_and_executable = 1;
	return mprotect(at, size, prot);
}

#define mmap spy_mmap
#define mprotect spy_mprotect
#include "core/loader/image.c"
#undef mmap
#undef mprotect

/* All of it where reads past an end are seen, and a share elsewhere. */
#if defined(__SANITIZE_ADDRESS__)
#define MUTATIONS 200000
#define STEP 1u
#else
#define MUTATIONS 20000
#define STEP 251u
#endif
#define FILE_BYTES 0x3000u

/* A good image: code, then data, each in pages of its own. */
static struct file {
	Elf64_Ehdr eh;
	Elf64_Phdr ph[CORDON_IMAGE_SEGMENTS + 1];
	uint8_t rest[FILE_BYTES - sizeof(Elf64_Ehdr) -
		     (CORDON_IMAGE_SEGMENTS + 1) * sizeof(Elf64_Phdr)];
} good, bad;

static int memfd = -1;

static void make_good(void)
{
	memset(&good, 0xcc, sizeof(good));
	good.eh = (Elf64_Ehdr){ .e_type = ET_DYN,
				.e_machine = MACHINE,
				.e_version = EV_CURRENT,
				.e_entry = 0x1010,
				.e_phoff = sizeof(Elf64_Ehdr),
				.e_ehsize = sizeof(Elf64_Ehdr),
				.e_phentsize = sizeof(Elf64_Phdr),
				.e_phnum = 3 };
	memcpy(good.eh.e_ident, ELFMAG, SELFMAG);
	good.eh.e_ident[EI_CLASS] = ELFCLASS64;
	good.eh.e_ident[EI_DATA] = ELFDATA2LSB;
	good.eh.e_ident[EI_VERSION] = EV_CURRENT;
	memset(good.ph, 0, sizeof(good.ph));
	good.ph[0] = (Elf64_Phdr){ PT_LOAD, PF_R, 0, 0, 0, 0x800, 0x800, 0x1000 };
	good.ph[1] = (Elf64_Phdr){ PT_LOAD, PF_R | PF_X, 0x1000, 0x1000, 0, 0x800, 0x800, 0x1000 };
	good.ph[2] = (Elf64_Phdr){ PT_LOAD, PF_R | PF_W, 0x2000, 0x2000, 0, 0x100, 0x2800, 0x1000 };
}

/* Load @size bytes of @data. The result; what was mapped is unmapped. */
static int load(const void *data, size_t size, uint64_t *entry)
{
	struct cordon_image at = { 0 };
	int ret;

	assert_int_equal(ftruncate(memfd, 0), 0);
	assert_int_equal(pwrite(memfd, data, size, 0), size);
	memset(&seen, 0, sizeof(seen));
	ret = cordon_image_load(memfd, &at);
	assert_true(ret <= 0);
	assert_false(seen.writable_and_executable);
	if (ret == 0) {
		assert_int_equal(at.base, (uintptr_t)seen.base);
		assert_int_equal(at.span, seen.size);
		assert_in_range(at.entry, at.base, at.base + at.span - 1);
	}
	assert_true(seen.size <= CORDON_IMAGE_SPAN_MAX);
	if (entry)
		*entry = at.entry;
	else if (seen.base)
		assert_int_equal(munmap(seen.base, seen.size), 0);
	return ret;
}

static int load_bad(void)
{
	return load(&bad, sizeof(bad), NULL);
}

/* A field of the good image, changed to @v, is refused. */
#define REFUSES(field, v)                               \
	do {                                            \
		bad = good;                             \
		bad.field = (__typeof__(bad.field))(v); \
		assert_int_equal(load_bad(), -ENOEXEC); \
	} while (0)
#define TAKES(field, v)                                 \
	do {                                            \
		bad = good;                             \
		bad.field = (__typeof__(bad.field))(v); \
		assert_int_equal(load_bad(), 0);        \
	} while (0)

static void a_good_image_is_mapped_as_it_says(void **state)
{
	uint64_t entry = 0;
	const uint8_t *base;

	(void)state;
	assert_int_equal(load(&good, sizeof(good), &entry), 0);
	base = seen.base;
	assert_int_equal(seen.size, 0x5000);
	assert_int_equal(entry, (uintptr_t)base + 0x1010);
	assert_memory_equal(base, &good, 0x800);
	assert_memory_equal(base + 0x1000, (const uint8_t *)&good + 0x1000, 0x800);
	assert_memory_equal(base + 0x2000, (const uint8_t *)&good + 0x2000, 0x100);
	/* The rest of each page is zero: nothing of the file that it did not ask for. */
	for (size_t i = 0x2100; i < 0x5000; i++)
		assert_int_equal(base[i], 0);
	for (size_t i = 0x1800; i < 0x2000; i++)
		assert_int_equal(base[i], 0);
	munmap(seen.base, seen.size);
}

static void each_field_of_the_header_is_checked(void **state)
{
	(void)state;
	for (int i = 0; i < SELFMAG; i++)
		for (int bit = 0; bit < 8; bit++)
			REFUSES(eh.e_ident[i], good.eh.e_ident[i] ^ (1 << bit));
	for (unsigned v = 0; v < 256; v++) {
		if (v != ELFCLASS64)
			REFUSES(eh.e_ident[EI_CLASS], v);
		if (v != ELFDATA2LSB)
			REFUSES(eh.e_ident[EI_DATA], v);
	}
	for (unsigned v = 0; v < 65536; v += STEP) {
		if (v != ET_DYN)
			REFUSES(eh.e_type, v);
		if (v != MACHINE)
			REFUSES(eh.e_machine, v);
		if (v != sizeof(Elf64_Phdr))
			REFUSES(eh.e_phentsize, v);
		if (v == 0 || v > CORDON_IMAGE_SEGMENTS)
			REFUSES(eh.e_phnum, v);
	}
}

static void the_table_of_segments_lies_within_the_file(void **state)
{
	static const uint64_t offsets[] = { 1,
					    63,
					    65,
					    sizeof(bad) - 8,
					    sizeof(bad) - 3 * sizeof(Elf64_Phdr) + 8,
					    sizeof(bad),
					    sizeof(bad) + 8,
					    UINT64_MAX,
					    UINT64_MAX - 7,
					    UINT64_MAX - 3 * sizeof(Elf64_Phdr) + 1,
					    (uint64_t)1 << 63,
					    (uint64_t)1 << 32 };

	(void)state;
	for (unsigned i = 0; i < sizeof(offsets) / sizeof(offsets[0]); i++)
		REFUSES(eh.e_phoff, offsets[i]);
	/* At the very end it is fine. */
	bad = good;
	bad.eh.e_phoff = sizeof(bad) - 3 * sizeof(Elf64_Phdr);
	memcpy((uint8_t *)&bad + bad.eh.e_phoff, good.ph, 3 * sizeof(Elf64_Phdr));
	assert_int_equal(load_bad(), 0);
}

static void each_segment_lies_within_file_and_span(void **state)
{
	static const uint64_t far[] = { CORDON_IMAGE_SPAN_MAX + 1, (uint64_t)1 << 32,
					(uint64_t)1 << 63,	   UINT64_MAX - 0xfff,
					UINT64_MAX - 0x7ff,	   UINT64_MAX };

	(void)state;
	for (unsigned i = 0; i < sizeof(far) / sizeof(far[0]); i++) {
		REFUSES(ph[2].p_offset, far[i]);
		REFUSES(ph[2].p_vaddr, far[i]);
		REFUSES(ph[2].p_filesz, far[i]);
		REFUSES(ph[2].p_memsz, far[i]);
	}
	REFUSES(ph[2].p_offset, sizeof(bad) - 0xff);
	TAKES(ph[2].p_offset, sizeof(bad) - 0x100);
	REFUSES(ph[2].p_filesz, sizeof(bad) - 0x2000 + 1);
	TAKES(ph[2].p_filesz, sizeof(bad) - 0x2000);
	REFUSES(ph[2].p_memsz, 0xff);
	TAKES(ph[2].p_memsz, 0x100);
	REFUSES(ph[2].p_memsz, CORDON_IMAGE_SPAN_MAX - 0x2000 + 1);
	TAKES(ph[2].p_memsz, CORDON_IMAGE_SPAN_MAX - 0x2000);
	REFUSES(ph[2].p_vaddr, CORDON_IMAGE_SPAN_MAX - 0x2800 + 1);
	TAKES(ph[2].p_vaddr, CORDON_IMAGE_SPAN_MAX - 0x2800);
	/* Sums that wrap to something small. */
	bad = good;
	bad.ph[2].p_vaddr = UINT64_MAX - 0x27ff;
	assert_int_equal(load_bad(), -ENOEXEC);
	bad = good;
	bad.ph[2].p_offset = UINT64_MAX - 0xff;
	assert_int_equal(load_bad(), -ENOEXEC);
	bad = good;
	bad.ph[2].p_filesz = bad.ph[2].p_memsz = UINT64_MAX - 0x1fff;
	assert_int_equal(load_bad(), -ENOEXEC);
}

static void segments_do_not_overlap_and_share_no_page(void **state)
{
	(void)state;
	REFUSES(ph[2].p_vaddr, 0);
	REFUSES(ph[2].p_vaddr, 0x1000);
	REFUSES(ph[2].p_vaddr, 0x1800);
	REFUSES(ph[2].p_vaddr, 0x1fff);
	TAKES(ph[2].p_vaddr, 0x2fff);
	REFUSES(ph[0].p_memsz, 0x1001);
	REFUSES(ph[0].p_vaddr, 0x5000);
	/* In order only, and not the same twice. */
	bad = good;
	bad.ph[0] = good.ph[2];
	bad.ph[2] = good.ph[0];
	assert_int_equal(load_bad(), -ENOEXEC);
	bad = good;
	bad.ph[2] = good.ph[1];
	assert_int_equal(load_bad(), -ENOEXEC);
}

static void no_page_is_writable_and_executable(void **state)
{
	(void)state;
	for (unsigned f = 0; f < 8; f++) {
		for (unsigned i = 0; i < 3; i++) {
			bad = good;
			bad.ph[i].p_flags = f;
			if ((f & PF_W) && (f & PF_X))
				assert_int_equal(load_bad(), -ENOEXEC);
			else
				assert_int_equal(load_bad(), i != 1 || (f & PF_X) ? 0 : -ENOEXEC);
		}
	}
	REFUSES(ph[0].p_flags, UINT32_MAX);
}

static void the_entry_lies_in_executable_bytes_of_the_file(void **state)
{
	static const uint64_t outside[] = { 0,	    0x7ff,  0xfff,  0x1800,	0x1fff,
					    0x2000, 0x2010, 0x5000, UINT64_MAX, (uint64_t)1 << 63 };

	(void)state;
	for (unsigned i = 0; i < sizeof(outside) / sizeof(outside[0]); i++)
		REFUSES(eh.e_entry, outside[i]);
	TAKES(eh.e_entry, 0x1000);
	TAKES(eh.e_entry, 0x17ff);
	/* Memory beyond the file's bytes is no code. */
	bad = good;
	bad.ph[1].p_memsz = 0x1000;
	bad.eh.e_entry = 0x1800;
	assert_int_equal(load_bad(), -ENOEXEC);
}

static void an_interpreter_is_refused_and_what_is_unknown_ignored(void **state)
{
	(void)state;
	REFUSES(ph[0].p_type, PT_INTERP);
	bad = good;
	bad.eh.e_phnum = 4;
	bad.ph[3].p_type = PT_INTERP;
	assert_int_equal(load_bad(), -ENOEXEC);
	/* Of others, nothing is believed: nor mapped. */
	bad.ph[3] = (Elf64_Phdr){ PT_GNU_STACK, 7,	    UINT64_MAX, UINT64_MAX, 0,
				  UINT64_MAX,	UINT64_MAX, 0 };
	assert_int_equal(load_bad(), 0);
	bad.ph[3].p_type = PT_DYNAMIC;
	assert_int_equal(load_bad(), 0);
	bad.ph[3].p_type = 0x6fffffff;
	assert_int_equal(load_bad(), 0);
	bad.ph[3] = (Elf64_Phdr){ .p_type = PT_LOAD, .p_filesz = 0, .p_memsz = 0 };
	assert_int_equal(load_bad(), 0);
}

static void sixteen_segments_are_taken(void **state)
{
	(void)state;
	bad = good;
	bad.eh.e_phnum = CORDON_IMAGE_SEGMENTS;
	for (unsigned i = 3; i < CORDON_IMAGE_SEGMENTS; i++)
		bad.ph[i] = (Elf64_Phdr){ PT_LOAD, PF_R, 0, 0x5000 + i * 0x1000u, 0, 16, 16, 0 };
	assert_int_equal(load_bad(), 0);
}

static void an_image_without_anything_to_load_is_none(void **state)
{
	(void)state;
	bad = good;
	for (unsigned i = 0; i < 3; i++)
		bad.ph[i].p_type = PT_NULL;
	assert_int_equal(load_bad(), -ENOEXEC);
	bad = good;
	for (unsigned i = 0; i < 3; i++)
		bad.ph[i].p_memsz = bad.ph[i].p_filesz = 0;
	assert_int_equal(load_bad(), -ENOEXEC);
}

/* What was cut off was needed (the last byte too: it belongs to a segment). */
static void a_file_cut_off_anywhere_is_refused(void **state)
{
	(void)state;
	bad = good;
	bad.ph[2].p_filesz = sizeof(bad) - 0x2000;
	for (size_t n = 1; n < sizeof(bad); n++)
		assert_int_equal(load(&bad, n, NULL), -ENOEXEC);
	assert_int_equal(load(&bad, sizeof(bad), NULL), 0);
}

static void what_is_no_file_of_the_right_size_is_refused(void **state)
{
	struct cordon_image at;
	int p[2];

	(void)state;
	assert_int_equal(ftruncate(memfd, 0), 0);
	assert_int_equal(cordon_image_load(memfd, &at), -ENOEXEC);
	assert_int_equal(pwrite(memfd, &good, sizeof(good), 0), sizeof(good));
	assert_int_equal(ftruncate(memfd, (off_t)CORDON_IMAGE_FILE_MAX + 1), 0);
	assert_int_equal(cordon_image_load(memfd, &at), -ENOEXEC);
	assert_int_equal(cordon_image_load(-1, &at), -EBADF);
	assert_int_equal(pipe(p), 0);
	assert_true(cordon_image_load(p[0], &at) < 0);
	close(p[0]);
	close(p[1]);
}

static uint64_t rng;

static uint64_t random64(void)
{
	rng ^= rng << 13;
	rng ^= rng >> 7;
	rng ^= rng << 17;
	return rng;
}

/* Values near the limits, or anything. */
static uint64_t nasty(void)
{
	static const uint64_t near[] = { 0,
					 1,
					 0xfff,
					 0x1000,
					 CORDON_IMAGE_SPAN_MAX,
					 CORDON_IMAGE_FILE_MAX,
					 INT32_MAX,
					 UINT32_MAX,
					 INT64_MAX,
					 UINT64_MAX,
					 UINT64_MAX - 0xfff };
	uint64_t r = random64();

	switch (r & 3) {
	case 0:
		return random64();
	case 1:
		return random64() & 0xffff;
	default:
		return near[(r >> 8) % (sizeof(near) / sizeof(near[0]))] + ((r >> 40) & 7) - 3;
	}
}

static size_t real_image(uint8_t *to, size_t size)
{
	static const char *const paths[] = { "build/release/drivers/net-null",
					     "build/asan/drivers/net-null",
					     "build/tsan/drivers/net-null" };
	ssize_t n = -1;

	for (unsigned i = 0; n <= 0 && i < sizeof(paths) / sizeof(paths[0]); i++) {
		int fd = open(paths[i], O_RDONLY | O_CLOEXEC);

		if (fd < 0)
			continue;
		n = read(fd, to, size);
		close(fd);
	}
	return n > 0 ? (size_t)n : 0;
}

static void mutations_of_a_real_image_are_refused_or_mapped(void **state)
{
	static uint8_t file[1 << 20], mutant[sizeof(file)];
	size_t size = real_image(file, sizeof(file));
	unsigned mapped = 0;

	(void)state;
	if (size == 0 || size == sizeof(file)) {
		print_message("# no image in build/*/drivers\n");
		skip();
	}
	assert_int_equal(load(file, size, NULL), 0);
	rng = (uint64_t)time(NULL) * 1000003 + (uint64_t)getpid();
	if (getenv("CORDON_SEED"))
		rng = strtoull(getenv("CORDON_SEED"), NULL, 10);
	print_message("# seed %llu\n", (unsigned long long)rng);
	assert_int_equal(pwrite(memfd, file, size, 0), size);
	for (unsigned i = 0; i < MUTATIONS; i++) {
		const Elf64_Ehdr *eh = (const Elf64_Ehdr *)file;
		size_t table = sizeof(*eh) + eh->e_phnum * sizeof(Elf64_Phdr);
		size_t cut = random64() % 8 ? size : 1 + random64() % size;
		struct cordon_image place = { 0 };
		int ret;

		/* Mostly in the headers, where it hurts; whole fields or single bytes. */
		memcpy(mutant, file, table);
		for (unsigned k = 1 + (unsigned)(random64() % 4); k > 0; k--) {
			size_t at = random64() % (table - 8);
			uint64_t v = nasty();

			switch (random64() % 4) {
			case 0:
				mutant[at] = (uint8_t)v;
				break;
			case 1:
				memcpy(mutant + (at & ~(size_t)1), &v, 2);
				break;
			case 2:
				memcpy(mutant + (at & ~(size_t)3), &v, 4);
				break;
			default:
				memcpy(mutant + (at & ~(size_t)7), &v, 8);
				break;
			}
		}
		assert_int_equal(pwrite(memfd, mutant, table, 0), table);
		assert_int_equal(ftruncate(memfd, (off_t)cut), 0);
		memset(&seen, 0, sizeof(seen));
		ret = cordon_image_load(memfd, &place);
		assert_true(ret <= 0);
		assert_false(seen.writable_and_executable);
		assert_true(seen.size <= CORDON_IMAGE_SPAN_MAX);
		if (ret == 0) {
			assert_in_range(place.entry, (uintptr_t)seen.base,
					(uintptr_t)seen.base + seen.size - 1);
			mapped++;
		}
		if (seen.base)
			munmap(seen.base, seen.size);
		if (cut < size)
			assert_int_equal(pwrite(memfd, file + cut, size - cut, (off_t)cut),
					 size - cut);
	}
	print_message("# %u of %u were mapped\n", mapped, MUTATIONS);
	assert_in_range(mapped, 1, MUTATIONS - 1);
}

static int set_up(void **state)
{
	(void)state;
	make_good();
	memfd = memfd_create("image", MFD_CLOEXEC);
	return memfd < 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_good_image_is_mapped_as_it_says),
		cmocka_unit_test(each_field_of_the_header_is_checked),
		cmocka_unit_test(the_table_of_segments_lies_within_the_file),
		cmocka_unit_test(each_segment_lies_within_file_and_span),
		cmocka_unit_test(segments_do_not_overlap_and_share_no_page),
		cmocka_unit_test(no_page_is_writable_and_executable),
		cmocka_unit_test(the_entry_lies_in_executable_bytes_of_the_file),
		cmocka_unit_test(an_interpreter_is_refused_and_what_is_unknown_ignored),
		cmocka_unit_test(sixteen_segments_are_taken),
		cmocka_unit_test(an_image_without_anything_to_load_is_none),
		cmocka_unit_test(a_file_cut_off_anywhere_is_refused),
		cmocka_unit_test(what_is_no_file_of_the_right_size_is_refused),
		cmocka_unit_test(mutations_of_a_real_image_are_refused_or_mapped),
	};

	return cmocka_run_group_tests(tests, set_up, NULL);
}
