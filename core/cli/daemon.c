// SPDX-License-Identifier: MIT OR GPL-2.0-only
#include "core/cli/daemon.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <syslog.h>
#include <unistd.h>

/* What the one who waits is sent, a line each, by its first letter. */
#define SAY_OUT 'o'
#define SAY_ERR 'e'
#define SAY_SERVES 's'

struct daemon {
	struct cordon_config *config;
	int fd; /* to the one who waits; -1: nobody does any more */
};

/* One write a line: nothing is cut, and nothing waits in a buffer that a child would inherit. */
static void say(const struct daemon *d, char kind, const char *line, int len)
{
	char text[1024];

	if (d->fd < 0)
		return;
	len = snprintf(text, sizeof(text) - 1, "%c%.*s", kind, len, line);
	if (len >= (int)sizeof(text) - 1)
		len = (int)sizeof(text) - 2;
	text[len++] = '\n';
	if (write(d->fd, text, (size_t)len) < 0)
		return; /* it has gone; so shall we, by signal */
}

/* The stream that the supervisor prints to. */
static ssize_t log_lines(void *arg, const char *buf, size_t size)
{
	const char *end;

	for (size_t at = 0; at < size; at += (size_t)(end - (buf + at)) + 1) {
		const char *line = buf + at;
		int len;

		end = memchr(line, '\n', size - at);
		if (!end)
			end = buf + size;
		len = (int)(end - line);
		if (len > 0) {
			syslog(memmem(line, (size_t)len, ": warning: ", 11) ? LOG_WARNING :
									      LOG_NOTICE,
			       "%.*s", len, line);
			say(arg, SAY_OUT, line, len);
		}
	}
	return (ssize_t)size;
}

static void told(void *arg, enum cordon_state state, const char *text)
{
	struct daemon *d = arg;

	(void)text;
	if (state != CORDON_STATE_SERVING || d->fd < 0)
		return;
	/* From here on it lives by itself, and stays for orders when its domain has failed. */
	d->config->stay = 1;
	prctl(PR_SET_PDEATHSIG, 0);
	say(d, SAY_SERVES, "", 0);
	close(d->fd);
	d->fd = -1;
}

static int usual_signals(void)
{
	sigset_t none;

	for (int s = 1; s < NSIG; s++)
		(void)signal(s, SIG_DFL);
	(void)signal(SIGPIPE, SIG_IGN);
	sigemptyset(&none);
	return sigprocmask(SIG_SETMASK, &none, NULL);
}

/* Leave whoever called us: session, directory, descriptors. Only @fd stays, as 3. */
static int detach(int fd, struct cordon_err *e)
{
	int null = open("/dev/null", O_RDWR | O_CLOEXEC);

	if (null < 0)
		return cordon_fail(e, -errno, "/dev/null: %s", strerror(errno));
	for (int i = 0; i < 3; i++)
		if (dup2(null, i) < 0)
			return cordon_fail(e, -errno, "/dev/null: %s", strerror(errno));
	if (fd != 3 && dup3(fd, 3, O_CLOEXEC) < 0)
		return cordon_fail(e, -errno, "descriptor %d: %s", fd, strerror(errno));
	if (close_range(4, ~0u, 0) < 0)
		return cordon_fail(e, -errno, "close_range: %s", strerror(errno));
	if (setsid() < 0 || chdir("/") < 0 || usual_signals() < 0)
		return cordon_fail(e, -errno, "setsid, chdir /: %s", strerror(errno));
	(void)umask(022);
	return 3;
}

static __attribute__((noreturn)) void supervise(struct cordon_config *config, int fd, pid_t parent)
{
	static const cookie_io_functions_t io = { .write = log_lines };
	struct daemon d = { .config = config, .fd = fd };
	struct cordon_err e = { "" };
	int status = CORDON_REFUSED;
	FILE *out;

	prctl(PR_SET_PDEATHSIG, SIGTERM);
	if (getppid() != parent)
		_exit(status);
	fd = detach(fd, &e);
	d.fd = fd < 0 ? d.fd : fd;
	openlog("cordon", LOG_PID | LOG_NDELAY, LOG_DAEMON);
	out = fopencookie(&d, "w", io);
	if (out && fd >= 0) {
		setvbuf(out, NULL, _IOLBF, 0);
		config->stay = 0;
		config->tell = told;
		config->tell_arg = &d;
		status = (int)cordon_supervise(config, out, &e);
		fclose(out);
	}
	if (e.text[0]) {
		syslog(LOG_ERR, "%s", e.text);
		say(&d, SAY_ERR, e.text, (int)strlen(e.text));
	}
	_exit(status);
}

/* Until it serves, or its end of the pipe is closed because it has ended. */
static int follow(pid_t pid, int fd, const char *name, struct cordon_err *e)
{
	FILE *from = fdopen(fd, "r");
	char *line = NULL;
	size_t room = 0;
	int serves = 0, status = 0;

	while (from && !serves && getline(&line, &room, from) > 0) {
		serves = line[0] == SAY_SERVES;
		if (line[0] == SAY_OUT)
			printf("%s", line + 1);
		else if (line[0] == SAY_ERR)
			cordon_fail(e, -EPIPE, "%.*s", (int)strcspn(line + 1, "\n"), line + 1);
	}
	free(line);
	if (from)
		fclose(from);
	if (serves)
		return 0;
	while (waitpid(pid, &status, 0) < 0 && errno == EINTR)
		;
	if (WIFSIGNALED(status))
		cordon_fail(e, -EPIPE, "domain %s: its supervisor was killed by SIG%s", name,
			    sigabbrev_np(WTERMSIG(status)));
	else if (WEXITSTATUS(status) == 0)
		cordon_fail(e, -EINTR, "domain %s: told to stop before it served", name);
	return WIFEXITED(status) && WEXITSTATUS(status) ? WEXITSTATUS(status) : CORDON_REFUSED;
}

int cli_daemon(struct cordon_config *config, struct cordon_err *e)
{
	pid_t parent = getpid();
	pid_t pid;
	int p[2];

	/* Or its end could not be waited for. */
	(void)signal(SIGCHLD, SIG_DFL);
	if (pipe2(p, O_CLOEXEC) < 0) {
		cordon_fail(e, -errno, "domain %s: pipe: %s", config->name, strerror(errno));
		return CORDON_REFUSED;
	}
	(void)fflush(stdout);
	pid = fork();
	if (pid == 0) {
		close(p[0]);
		supervise(config, p[1], parent);
	}
	close(p[1]);
	if (pid < 0) {
		cordon_fail(e, -errno, "domain %s: fork: %s", config->name, strerror(errno));
		close(p[0]);
		return CORDON_REFUSED;
	}
	return follow(pid, p[0], config->name, e);
}
