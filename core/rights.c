// SPDX-License-Identifier: MIT OR GPL-2.0-only
#include "core/rights.h"

#include <cap-ng.h>
#include <errno.h>
#include <string.h>
#include <sys/prctl.h>
#include "core/host.h"

#define ALL_RIGHTS (~UINT64_C(0))
#define FOR_ANOTHER_USER                                                                    \
	(CORDON_RIGHT(CAP_SYS_ADMIN) | CORDON_RIGHT(CAP_SETPCAP) | CORDON_RIGHT(CAP_KILL) | \
	 CORDON_RIGHT(CAP_SYS_PTRACE))

/* Have the library hold, of the rights that we may have, @effective and @permitted. Whether we may
 * change the bounding set. */
static int prepare(uint64_t effective, uint64_t permitted)
{
	uint64_t have = 0;
	int may;

	capng_get_caps_process();
	may = capng_have_capability(CAPNG_EFFECTIVE, CAP_SETPCAP);
	for (unsigned cap = 0; cap <= CAP_LAST_CAP; cap++)
		if (capng_have_capability(CAPNG_PERMITTED, cap))
			have |= CORDON_RIGHT(cap);
	capng_clear(CAPNG_SELECT_ALL);
	for (unsigned cap = 0; cap <= CAP_LAST_CAP; cap++) {
		if (have & permitted & CORDON_RIGHT(cap))
			(void)capng_update(CAPNG_ADD, CAPNG_PERMITTED | CAPNG_BOUNDING_SET, cap);
		if (have & effective & CORDON_RIGHT(cap))
			(void)capng_update(CAPNG_ADD, CAPNG_EFFECTIVE, cap);
	}
	return may;
}

static int apply(capng_select_t sets, struct cordon_err *e)
{
	int ret;

	errno = 0;
	if (capng_apply(sets) == 0)
		return 0;
	ret = errno ? -errno : -EPERM;
	return cordon_fail(e, ret, "dropping capabilities: %s", strerror(-ret));
}

/* Switches of the kernel and of security modules leave it to CAP_SYS_ADMIN: whether @part can be made
 * with the effective rights @keep. All come back. */
static int can_make(enum cordon_part part, uint64_t keep)
{
	char why[160];
	int ret;

	(void)prepare(keep, ALL_RIGHTS);
	ret = apply(CAPNG_SELECT_CAPS, NULL);
	if (ret == 0)
		ret = cordon_host_probe(part, why, sizeof(why));
	(void)prepare(ALL_RIGHTS, ALL_RIGHTS);
	(void)apply(CAPNG_SELECT_CAPS, NULL);
	return ret == 0;
}

/* The lesser of the two; where a container has the other alone, that. */
static uint64_t right_to_read(void)
{
	capng_get_caps_process();
	return capng_have_capability(CAPNG_PERMITTED, CAP_DAC_READ_SEARCH) ?
		       CORDON_RIGHT(CAP_DAC_READ_SEARCH) :
		       CORDON_RIGHT(CAP_DAC_OVERRIDE);
}

uint64_t cordon_rights_needed(const struct cordon_fence *fence, const struct cordon_spec *spec,
			      unsigned nports)
{
	int process = fence == &cordon_fence_process;
	int user = process && spec->parts & CORDON_PART_BIT(CORDON_PART_USERNS);
	int ring = nports > 0 && spec->parts & CORDON_PART_BIT(CORDON_PART_URING);
	uint64_t need = CORDON_RIGHT(CAP_SYS_NICE);

	if (process)
		need |= CORDON_RIGHT(CAP_SETUID) | CORDON_RIGHT(CAP_SETGID) | right_to_read();
	if (process && !user)
		need |= FOR_ANOTHER_USER;
	if (ring)
		need |= CORDON_RIGHT(CAP_IPC_LOCK);
	if (process && spec->parts & CORDON_PART_BIT(CORDON_PART_CGROUP) &&
	    !can_make(CORDON_PART_CGROUP, need))
		need |= CORDON_RIGHT(CAP_DAC_OVERRIDE);
	if ((user && !can_make(CORDON_PART_USERNS, need)) ||
	    (ring && !can_make(CORDON_PART_URING, need)))
		need |= CORDON_RIGHT(CAP_SYS_ADMIN);
	return need;
}

int cordon_rights_keep(uint64_t keep, struct cordon_err *e)
{
	int ret = 0;

	if (prepare(keep, keep))
		ret = apply(CAPNG_SELECT_BOUNDS, e);
	if (ret == 0)
		ret = apply(CAPNG_SELECT_CAPS, e);
	if (ret == 0 && prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0)
		ret = cordon_fail(e, -errno, "no_new_privs: %s", strerror(errno));
	return ret;
}
