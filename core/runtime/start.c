// SPDX-License-Identifier: MIT OR GPL-2.0-only
/* The first instructions of a driver's image. The loader jumps here when the fence is complete. */
#include <elf.h>

#include "core/domain.h"
#include "core/runtime/runtime.h"
#include "core/sys.h"

extern const Elf64_Ehdr __ehdr_start __attribute__((visibility("hidden")));
extern const Elf64_Dyn _DYNAMIC[] __attribute__((visibility("hidden")));
extern const struct cordon_driver cordon_driver __attribute__((visibility("hidden")));

static struct cordon_domain domain;

/* A static-pie has relative relocations only; the image does its own, so that the loader has less
 * to parse. */
static void relocate(void)
{
	uint64_t base = (uint64_t)&__ehdr_start;
	const Elf64_Rela *rela = NULL;
	uint64_t size = 0;

	for (const Elf64_Dyn *d = _DYNAMIC; d->d_tag != DT_NULL; d++) {
		if (d->d_tag == DT_RELA)
			rela = (const Elf64_Rela *)(base + d->d_un.d_ptr);
		else if (d->d_tag == DT_RELASZ)
			size = d->d_un.d_val;
	}
	for (uint64_t i = 0; rela && i < size / sizeof(*rela); i++)
		*(uint64_t *)(base + rela[i].r_offset) = base + (uint64_t)rela[i].r_addend;
}

static int live(const struct cordon_boot *boot)
{
	int ret = cordon_domain_init(&domain, &cordon_driver, boot);

	if (ret < 0)
		return CORDON_EXIT_OPEN | (-ret & 127);
	return cordon_domain_run(&domain, NULL) == 0 ? 0 : CORDON_EXIT_DRIVER;
}

void cordon_start(const struct cordon_boot *boot)
{
	int status;

	relocate();
	status = live(boot);
	for (;;)
		cordon_sys3(__NR_exit_group, status, 0, 0);
}
