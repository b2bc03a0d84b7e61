// SPDX-License-Identifier: MIT OR GPL-2.0-only
/* The loader's ELF parser against hostile images. Nothing that is mapped here is ever run. */
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

#include "core/loader/image.c"

#define TEXT 0x1000u
#define DATA 0x2000u
#define FILE_SIZE 0x3000u

/* A small image that is right: one page of code, one of data and zeros. */
struct fake {
	Elf64_Ehdr eh;
	Elf64_Phdr ph[3];
};

static uint8_t file[FILE_SIZE];
static struct fake *const f = (struct fake *)file;

static void right(void)
{
	memset(file, 0, sizeof(file));
	memcpy(f->eh.e_ident, ELFMAG, SELFMAG);
	f->eh.e_ident[EI_CLASS] = ELFCLASS64;
	f->eh.e_ident[EI_DATA] = ELFDATA2LSB;
	f->eh.e_type = ET_DYN;
	f->eh.e_machine = MACHINE;
	f->eh.e_phentsize = sizeof(Elf64_Phdr);
	f->eh.e_phnum = 3;
	f->eh.e_phoff = offsetof(struct fake, ph);
	f->eh.e_entry = TEXT + 8;
	f->ph[0] =
		(Elf64_Phdr){ .p_type = PT_LOAD, .p_flags = PF_R, .p_filesz = 256, .p_memsz = 256 };
	f->ph[1] = (Elf64_Phdr){ .p_type = PT_LOAD,
				 .p_flags = PF_R | PF_X,
				 .p_offset = TEXT,
				 .p_vaddr = TEXT,
				 .p_filesz = 64,
				 .p_memsz = 64 };
	f->ph[2] = (Elf64_Phdr){ .p_type = PT_LOAD,
				 .p_flags = PF_R | PF_W,
				 .p_offset = DATA,
				 .p_vaddr = DATA,
				 .p_filesz = 64,
				 .p_memsz = 0x2000 };
	memset(file + DATA, 0x5a, 64);
}

/* Load @size bytes of @data; what was mapped is unmapped again. */
static int load(const uint8_t *data, size_t size, uint64_t *entry)
{
	int fd = memfd_create("image", MFD_CLOEXEC);
	int ret;

	assert_true(fd >= 0);
	assert_int_equal(write(fd, data, size), (ssize_t)size);
	ret = cordon_image_load(fd, entry);
	close(fd);
	return ret;
}

/* The span of the image at hand, as far as its right parts go: for unmapping. */
static void unmap(uint64_t entry, uint64_t e_entry, uint64_t span)
{
	munmap((void *)(uintptr_t)(entry - e_entry), span);
}

static void a_right_image_is_mapped_as_it_says(void **state)
{
	uint64_t entry = 0;
	const uint8_t *base;

	(void)state;
	right();
	assert_int_equal(load(file, FILE_SIZE, &entry), 0);
	base = (const uint8_t *)(uintptr_t)(entry - f->eh.e_entry);
	assert_memory_equal(base, file, 256);
	for (unsigned i = 0; i < 64; i++)
		assert_int_equal(base[DATA + i], 0x5a);
	for (unsigned i = 64; i < 0x2000; i++)
		assert_int_equal(base[DATA + i], 0);
	unmap(entry, f->eh.e_entry, DATA + 0x2000);
}

#define REFUSED(change)                                         \
	do {                                                    \
		uint64_t entry_ = 0;                            \
		right();                                        \
		change;                                         \
		if (load(file, FILE_SIZE, &entry_) != -ENOEXEC) \
			fail_msg("taken: %s", #change);         \
	} while (0)

static void headers_that_lie_are_refused(void **state)
{
	(void)state;
	REFUSED(f->eh.e_ident[0] = 0);
	REFUSED(f->eh.e_ident[EI_CLASS] = ELFCLASS32);
	REFUSED(f->eh.e_ident[EI_DATA] = ELFDATA2MSB);
	REFUSED(f->eh.e_type = ET_EXEC);
	REFUSED(f->eh.e_type = ET_REL);
	REFUSED(f->eh.e_machine = EM_386);
	REFUSED(f->eh.e_phentsize = sizeof(Elf64_Phdr) - 1);
	REFUSED(f->eh.e_phnum = 0);
	REFUSED(f->eh.e_phnum = CORDON_IMAGE_SEGMENTS + 1);
	REFUSED(f->eh.e_phnum = UINT16_MAX);
	REFUSED(f->eh.e_phoff = FILE_SIZE);
	REFUSED(f->eh.e_phoff = FILE_SIZE - sizeof(Elf64_Phdr));
	REFUSED(f->eh.e_phoff = UINT64_MAX - 7);
	REFUSED(f->eh.e_phoff = UINT64_MAX);
	REFUSED(f->eh.e_phoff += 4);
}

static void segments_that_lie_are_refused(void **state)
{
	(void)state;
	REFUSED(f->ph[2].p_offset = FILE_SIZE + 1);
	REFUSED(f->ph[2].p_offset = UINT64_MAX - 8);
	REFUSED(f->ph[2].p_filesz = FILE_SIZE);
	REFUSED(f->ph[2].p_filesz = UINT64_MAX);
	REFUSED(f->ph[2].p_memsz = 63);
	REFUSED(f->ph[2].p_memsz = CORDON_IMAGE_SPAN_MAX);
	REFUSED(f->ph[2].p_memsz = UINT64_MAX);
	REFUSED(f->ph[2].p_memsz = UINT64_MAX - DATA);
	REFUSED(f->ph[2].p_vaddr = CORDON_IMAGE_SPAN_MAX + 1);
	REFUSED(f->ph[2].p_vaddr = UINT64_MAX);
	REFUSED(f->ph[2].p_vaddr = UINT64_MAX - 0x1fff);
	REFUSED(f->ph[2].p_flags = PF_R | PF_W | PF_X);
	REFUSED(f->ph[2].p_flags = PF_W | PF_X);
	REFUSED(f->ph[0].p_type = PT_INTERP);
}

static void segments_that_share_a_page_or_go_back_are_refused(void **state)
{
	(void)state;
	REFUSED(f->ph[2].p_vaddr = TEXT + 64);
	REFUSED(f->ph[2].p_vaddr = TEXT);
	REFUSED(f->ph[2].p_vaddr = 0);
	REFUSED(f->ph[0].p_memsz = TEXT + 1);
}

static void an_entry_outside_of_the_code_is_refused(void **state)
{
	(void)state;
	REFUSED(f->eh.e_entry = 0);
	REFUSED(f->eh.e_entry = TEXT - 1);
	REFUSED(f->eh.e_entry = TEXT + 64);
	REFUSED(f->eh.e_entry = DATA);
	REFUSED(f->eh.e_entry = UINT64_MAX);
	REFUSED(f->ph[1].p_flags = PF_R);
	REFUSED(f->ph[1].p_type = PT_NOTE);
}

static void a_truncated_image_is_refused(void **state)
{
	uint64_t entry;

	(void)state;
	right();
	/* Whole once the last byte that a segment wants is there. */
	for (size_t n = 1; n < DATA + 64; n += n < sizeof(*f) + 8 ? 1 : 61)
		assert_int_equal(load(file, n, &entry), -ENOEXEC);
	assert_int_equal(load(file, DATA + 64, &entry), 0);
	unmap(entry, f->eh.e_entry, DATA + 0x2000);
}

static void files_of_no_size_or_too_large_are_refused(void **state)
{
	int fd = memfd_create("image", MFD_CLOEXEC);
	uint64_t entry;

	(void)state;
	assert_int_equal(cordon_image_load(fd, &entry), -ENOEXEC);
	assert_int_equal(ftruncate(fd, (off_t)CORDON_IMAGE_FILE_MAX + 1), 0);
	assert_int_equal(cordon_image_load(fd, &entry), -ENOEXEC);
	close(fd);
	assert_int_equal(cordon_image_load(-1, &entry), -EBADF);
}

/* Whatever is in the headers: refused, or mapped with its entry in code and nothing W and X. */
static void random_headers_do_no_harm(void **state)
{
	unsigned seed = (unsigned)time(NULL);
	unsigned taken = 0;

	(void)state;
	if (getenv("CORDON_SEED"))
		seed = (unsigned)strtoul(getenv("CORDON_SEED"), NULL, 10);
	printf("# seed %u\n", seed);
	srandom(seed);
	for (unsigned i = 0; i < 20000; i++) {
		unsigned changes = 1 + (unsigned)random() % 4;
		struct image im = { .file = file, .size = FILE_SIZE };
		uint64_t entry = 0;

		right();
		while (changes-- > 0) {
			uint64_t v = (uint64_t)random() << (random() % 34);
			size_t n = 1u << (random() % 4);

			memcpy(file + (size_t)random() % (sizeof(*f) - 8), &v, n);
		}
		if (load(file, FILE_SIZE, &entry) != 0)
			continue;
		taken++;
		assert_int_equal(check(&im), 0);
		assert_true(im.span <= CORDON_IMAGE_SPAN_MAX);
		for (unsigned k = 0; k < im.nph; k++)
			assert_false(im.ph[k].p_type == PT_LOAD && (im.ph[k].p_flags & PF_W) &&
				     (im.ph[k].p_flags & PF_X) && im.ph[k].p_memsz > 0);
		unmap(entry, im.entry, im.span);
	}
	printf("# %u of 20000 taken\n", taken);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_right_image_is_mapped_as_it_says),
		cmocka_unit_test(headers_that_lie_are_refused),
		cmocka_unit_test(segments_that_lie_are_refused),
		cmocka_unit_test(segments_that_share_a_page_or_go_back_are_refused),
		cmocka_unit_test(an_entry_outside_of_the_code_is_refused),
		cmocka_unit_test(a_truncated_image_is_refused),
		cmocka_unit_test(files_of_no_size_or_too_large_are_refused),
		cmocka_unit_test(random_headers_do_no_harm),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
