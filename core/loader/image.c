// SPDX-License-Identifier: MIT OR GPL-2.0-only
#include "core/loader/image.h"

#include <elf.h>
#include <errno.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#if defined(__x86_64__)
#define MACHINE EM_X86_64
#define PAGE 4096u
#elif defined(__aarch64__)
#define MACHINE EM_AARCH64
/* Kernels use 4, 16 or 64 KiB; images are linked for the largest. */
#define PAGE 65536u
#else
#error "cordon: no images for this architecture"
#endif

struct image {
	const uint8_t *file;
	uint64_t size;
	const Elf64_Phdr *ph;
	unsigned nph;
	uint64_t entry;
	uint64_t span;
};

static uint64_t page_down(uint64_t v)
{
	return v & ~(uint64_t)(PAGE - 1);
}

/* @v is at most CORDON_IMAGE_SPAN_MAX: no overflow. */
static uint64_t page_up(uint64_t v)
{
	return page_down(v + PAGE - 1);
}

/* One loadable segment: within the file, within the span, in order, apart by pages. */
static int check_segment(struct image *im, const Elf64_Phdr *p)
{
	if (p->p_offset > im->size || p->p_filesz > im->size - p->p_offset)
		return -ENOEXEC;
	if (p->p_memsz < p->p_filesz || p->p_vaddr > CORDON_IMAGE_SPAN_MAX ||
	    p->p_memsz > CORDON_IMAGE_SPAN_MAX - p->p_vaddr)
		return -ENOEXEC;
	if (page_down(p->p_vaddr) < im->span)
		return -ENOEXEC;
	if ((p->p_flags & PF_W) && (p->p_flags & PF_X))
		return -ENOEXEC;
	im->span = page_up(p->p_vaddr + p->p_memsz);
	return 0;
}

static int check(struct image *im)
{
	const Elf64_Ehdr *eh = (const Elf64_Ehdr *)im->file;
	int entered = 0;

	if (im->size < sizeof(*eh) || memcmp(eh->e_ident, ELFMAG, SELFMAG) != 0 ||
	    eh->e_ident[EI_CLASS] != ELFCLASS64 || eh->e_ident[EI_DATA] != ELFDATA2LSB ||
	    eh->e_type != ET_DYN || eh->e_machine != MACHINE ||
	    eh->e_phentsize != sizeof(Elf64_Phdr) || eh->e_phnum == 0 ||
	    eh->e_phnum > CORDON_IMAGE_SEGMENTS)
		return -ENOEXEC;
	if (eh->e_phoff % 8 != 0 || eh->e_phoff > im->size ||
	    eh->e_phnum * sizeof(Elf64_Phdr) > im->size - eh->e_phoff)
		return -ENOEXEC;
	im->ph = (const Elf64_Phdr *)(im->file + eh->e_phoff);
	im->nph = eh->e_phnum;
	im->entry = eh->e_entry;
	for (unsigned i = 0; i < im->nph; i++) {
		const Elf64_Phdr *p = &im->ph[i];

		if (p->p_type == PT_INTERP)
			return -ENOEXEC;
		if (p->p_type != PT_LOAD || p->p_memsz == 0)
			continue;
		if (check_segment(im, p) < 0)
			return -ENOEXEC;
		if ((p->p_flags & PF_X) && im->entry >= p->p_vaddr &&
		    im->entry < p->p_vaddr + p->p_filesz)
			entered = 1;
	}
	return entered ? 0 : -ENOEXEC;
}

static int map(const struct image *im, struct cordon_image *at)
{
	uint8_t *base = mmap(NULL, im->span, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	if (base == MAP_FAILED)
		return -errno;
	for (unsigned i = 0; i < im->nph; i++) {
		const Elf64_Phdr *p = &im->ph[i];
		uint64_t start = page_down(p->p_vaddr);
		uint64_t end = page_up(p->p_vaddr + p->p_memsz);
		int prot = (p->p_flags & PF_R ? PROT_READ : 0) |
			   (p->p_flags & PF_W ? PROT_WRITE : 0) |
			   (p->p_flags & PF_X ? PROT_EXEC : 0);

		if (p->p_type != PT_LOAD || p->p_memsz == 0)
			continue;
		/* Prefaulted: a fault that can't be served would look like the driver's. */
		if (mmap(base + start, end - start, PROT_READ | PROT_WRITE,
			 MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED | MAP_POPULATE, -1,
			 0) == MAP_FAILED)
			return -errno;
		memcpy(base + p->p_vaddr, im->file + p->p_offset, p->p_filesz);
		if (mprotect(base + start, end - start, prot) < 0)
			return -errno;
	}
	at->base = (uint64_t)(uintptr_t)base;
	at->entry = at->base + im->entry;
	at->span = im->span;
	return 0;
}

int cordon_image_load(int fd, struct cordon_image *at)
{
	struct image im = { 0 };
	struct stat st;
	void *file;
	int ret;

	if (fstat(fd, &st) < 0)
		return -errno;
	if (st.st_size <= 0 || (uint64_t)st.st_size > CORDON_IMAGE_FILE_MAX)
		return -ENOEXEC;
	/* The file is a sealed memfd: the mapping is the private copy. */
	file = mmap(NULL, (size_t)st.st_size, PROT_READ, MAP_PRIVATE, fd, 0);
	if (file == MAP_FAILED)
		return -errno;
	im.file = file;
	im.size = (uint64_t)st.st_size;
	ret = check(&im);
	if (ret == 0)
		ret = map(&im, at);
	munmap(file, (size_t)st.st_size);
	return ret;
}
