/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/* How a supervisor tells systemd how it is: the protocol of sd_notify(3), without its library. */
#ifndef CORDON_CORE_CLI_NOTIFY_H
#define CORDON_CORE_CLI_NOTIFY_H

#include <sys/socket.h>
#include <sys/un.h>
#include "core/page.h"

struct cli_notify {
	int fd; /* -1: nobody wants to be told */
	int watchdog; /* signs of life are wanted */
	int ready, stopping; /* have been said */
	struct sockaddr_un to;
	socklen_t len;
};

/* Look for NOTIFY_SOCKET and WATCHDOG_USEC. Where there is none, or one that can't be used, all of
 * this does nothing. */
void cli_notify_open(struct cli_notify *n);
void cli_notify_close(struct cli_notify *n);

/* The tell() of struct cordon_config: READY=1 when it first serves, STATUS= with each text,
 * WATCHDOG=1 with each sign of life, STOPPING=1 at its end. @arg: the struct cli_notify. Never
 * blocks: what can't be sent at once is dropped. */
void cli_notify_tell(void *arg, enum cordon_state state, const char *text);

#endif
