// SPDX-License-Identifier: MIT OR GPL-2.0-only
#include "core/report.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>
#include "core/trace.h"

int cordon_report_trace(const char *dir, const char *title, int snapshot, const char *image,
			struct cordon_err *e)
{
	int fd = open(image, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
	char path[96], whole[96];
	FILE *f;
	int ret;

	snprintf(path, sizeof(path), "%.80s/trace.new", dir);
	snprintf(whole, sizeof(whole), "%.80s/trace", dir);
	f = fopen(path, "we");
	ret = f ? 0 : cordon_fail(e, -errno, "%s: %s", path, strerror(errno));
	if (ret == 0) {
		fprintf(f, "%s\n", title);
		ret = cordon_trace_print(snapshot, fd, f, e);
	}
	/* A full file system tells so no later than here. */
	if (f && (fflush(f) != 0 || ferror(f)) && ret == 0)
		ret = cordon_fail(e, -ENOSPC, "%s: it could not be written", path);
	if (f)
		fclose(f);
	if (ret == 0 && rename(path, whole) < 0)
		ret = cordon_fail(e, -errno, "%s: %s", whole, strerror(errno));
	if (ret < 0)
		(void)unlink(path);
	if (fd >= 0)
		close(fd);
	return ret;
}
