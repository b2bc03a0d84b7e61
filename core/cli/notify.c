// SPDX-License-Identifier: MIT OR GPL-2.0-only
#include "core/cli/notify.h"

#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

void cli_notify_open(struct cli_notify *n)
{
	const char *path = getenv("NOTIFY_SOCKET");
	const char *usec = getenv("WATCHDOG_USEC");
	const char *pid = getenv("WATCHDOG_PID");
	size_t len = path ? strlen(path) : 0;

	*n = (struct cli_notify){ .fd = -1, .to = { .sun_family = AF_UNIX } };
	if (len < 2 || len >= sizeof(n->to.sun_path) || (path[0] != '/' && path[0] != '@'))
		return;
	memcpy(n->to.sun_path, path, len);
	if (path[0] == '@')
		n->to.sun_path[0] = '\0';
	n->len = (socklen_t)(offsetof(struct sockaddr_un, sun_path) + len + (path[0] == '/'));
	n->watchdog = usec && strtoull(usec, NULL, 10) > 0 &&
		      (!pid || strtol(pid, NULL, 10) == (long)getpid());
	n->fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
}

void cli_notify_close(struct cli_notify *n)
{
	if (n->fd >= 0)
		close(n->fd);
	n->fd = -1;
}

static void say(const struct cli_notify *n, const char *text)
{
	(void)sendto(n->fd, text, strlen(text), MSG_NOSIGNAL, (const struct sockaddr *)&n->to,
		     n->len);
}

void cli_notify_tell(void *arg, enum cordon_state state, const char *text)
{
	struct cli_notify *n = arg;
	char status[320];

	if (n->fd < 0)
		return;
	if (!text) {
		if (n->watchdog)
			say(n, "WATCHDOG=1");
		return;
	}
	if (state == CORDON_STATE_SERVING && !n->ready) {
		say(n, "READY=1");
		n->ready = 1;
	}
	if (state == CORDON_STATE_ENDED && !n->stopping) {
		say(n, "STOPPING=1");
		n->stopping = 1;
	}
	snprintf(status, sizeof(status), "STATUS=%s", text);
	say(n, status);
}
