/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/*
 * Loading of a driver's image: an ELF static-pie that relocates itself. The file is hostile; every
 * number in it is checked with overflow in mind before it is used, on one private copy.
 */
#ifndef CORDON_CORE_LOADER_IMAGE_H
#define CORDON_CORE_LOADER_IMAGE_H

#include <stdint.h>

#define CORDON_IMAGE_FILE_MAX ((uint64_t)16 << 20)
#define CORDON_IMAGE_SPAN_MAX ((uint64_t)64 << 20)
#define CORDON_IMAGE_SEGMENTS 16

/* Where an image was mapped. */
struct cordon_image {
	uint64_t entry; /* address of its first instruction */
	uint64_t base; /* what its address 0 became */
	uint64_t span; /* bytes from there on */
};

/* Map the image in the file @fd, at an address of the kernel's choice, no page both writable and
 * executable. 0 and the place in @at; -ENOEXEC for anything that is not such an
 * image; -errno. Nothing is run. After a failure, leave the process. */
int cordon_image_load(int fd, struct cordon_image *at);

#endif
