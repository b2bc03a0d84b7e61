/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/*
 * Orders to a supervisor that runs: /run/cordon/NAME/control, a SOCK_SEQPACKET socket of which only
 * root may make use. One message each way: a few words, then a code and a text. The words are the
 * verbs of the command line (stop, start, restart, replace, del) and NAME=VALUE.
 */
#ifndef CORDON_CORE_CONTROL_H
#define CORDON_CORE_CONTROL_H

#include <stdint.h>
#include "core/err.h"

#define CORDON_WORDS_MAX 16
#define CORDON_REQUEST_MAX 4096 /* bytes, the words with their ends */
#define CORDON_REPLY_MAX 1024

struct cordon_control {
	char path[108];
	int listen_fd; /* -1: closed */
	int conn_fd; /* whose order is awaited or carried out; -1: none */
	uint64_t until_ns; /* CLOCK_MONOTONIC: then a silent connection is closed */
};

struct cordon_request {
	unsigned n;
	const char *word[CORDON_WORDS_MAX]; /* into text */
	char text[CORDON_REQUEST_MAX + 1];
};

/* Open the socket in directory @dir, over what a dead supervisor left. 0 or -errno with the line. */
int cordon_control_open(struct cordon_control *c, const char *dir, struct cordon_err *e);
void cordon_control_close(struct cordon_control *c);

/* The descriptor to poll for input: then call cordon_control_next(). */
int cordon_control_fd(const struct cordon_control *c);

/* Accept, read, and return 1 if a whole order is in @r; 0 if there is none yet. What is too long,
 * ill-formed or not from root is answered here. Never blocks. */
int cordon_control_next(struct cordon_control *c, struct cordon_request *r);

/* Answer the order: @code (0, or an exit status of the command) and @text, one line. Never blocks;
 * the one who asked may have gone. */
void cordon_control_answer(struct cordon_control *c, int code, const char *text);

/*
 * The other end: send @n words to the supervisor of @name and wait for the answer, @timeout_ms at
 * most. Returns the code (0 or more) with @text (CORDON_REPLY_MAX bytes, the caller's), or -errno
 * with the line: -ECONNREFUSED, -ENOENT: no supervisor; -EACCES: not root; -ETIMEDOUT.
 */
int cordon_control_ask(const char *name, const char *const *words, unsigned n, int timeout_ms,
		       char *text, struct cordon_err *e);

#endif
