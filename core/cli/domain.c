// SPDX-License-Identifier: MIT OR GPL-2.0-only
/* The verbs that change a domain. */
#include <dirent.h>
#include <errno.h>
#include <limits.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>
#include "core/cgroup.h"
#include "core/cli/command.h"
#include "core/cli/conf.h"
#include "core/cli/daemon.h"
#include "core/cli/notify.h"
#include "core/host.h"

#define ANSWER_MS 60000
/* A supervisor that just starts or ends has no ear: it is tried again for this long. */
#define DEAF_MS 3000
#define TRY_EVERY_MS 20

/* What was said, whole and checked. 0 or the exit status. */
static int say_what(struct cli *c)
{
	/* What can't be a name is in no file's name either. */
	if (cordon_name_check(c->name, &c->err) < 0)
		return CLI_FAILED;
	return cli_conf_read(c) < 0 || cli_domain_finish(c) < 0 ? CLI_USAGE : CLI_OK;
}

int cli_domain_run(struct cli *c)
{
	struct cli_notify notify;
	int ret = say_what(c);

	if (ret != CLI_OK)
		return ret;
	cli_notify_open(&notify);
	c->domain.config.tell = cli_notify_tell;
	c->domain.config.tell_arg = &notify;
	ret = (int)cordon_supervise(&c->domain.config, stdout, &c->err);
	cli_notify_close(&notify);
	return ret;
}

/* A path that holds in another directory too. Never freed: it is used to the end. */
static const char *absolute(const char *path)
{
	char here[PATH_MAX];
	char *whole = NULL;

	if (!path || !path[0] || path[0] == '/' || !getcwd(here, sizeof(here)) ||
	    asprintf(&whole, "%s/%s", here, path) < 0)
		return path;
	return whole;
}

int cli_domain_add(struct cli *c)
{
	struct cordon_config *config = &c->domain.config;
	int ret = say_what(c);

	if (ret != CLI_OK)
		return ret;
	config->image = absolute(config->image);
	config->loader = absolute(config->loader);
	for (const struct cordon_option *o = config->class->options; o->name; o++) {
		const char **value = &config->args.value[o - config->class->options];

		if (o->value && strcmp(o->value, "FILE") == 0)
			*value = absolute(*value);
	}
	return cli_daemon(config, &c->err);
}

/* Whether the name has a directory, whatever is in it. */
static int has_directory(const char *name)
{
	char path[sizeof(CORDON_RUN_DIR) + CORDON_NAME_MAX + 1];

	snprintf(path, sizeof(path), CORDON_RUN_DIR "/%s", name);
	return access(path, F_OK) == 0;
}

static int no_supervisor(int err)
{
	return err == -ENOENT || err == -ECONNREFUSED;
}

/* Give the order @words. 0 with the line in c->answer, else the exit status, or -errno if no
 * supervisor took it, with the line in c->err. */
static int give(struct cli *c, const char *const *words, unsigned n)
{
	const struct timespec nap = { 0, TRY_EVERY_MS * 1000000l };
	char text[CORDON_REPLY_MAX];
	struct cordon_page page;
	int ret;

	for (int ms = 0;; ms += TRY_EVERY_MS) {
		int lives = 0;

		c->err.text[0] = '\0';
		ret = cordon_control_ask(c->name, words, n, ANSWER_MS, text, &c->err);
		if (!no_supervisor(ret) || ms >= DEAF_MS ||
		    cordon_page_read(c->name, &page, &lives, NULL) < 0 || !lives)
			break;
		nanosleep(&nap, NULL);
	}
	if (ret == -ECONNRESET || ret == -EPIPE) {
		c->err.text[0] = '\0';
		ret = cordon_fail(&c->err, -EPROTO, "domain %s: its supervisor ended meanwhile",
				  c->name);
	} else if (ret > 0) {
		c->err.text[0] = '\0';
		cordon_fail(&c->err, -EPROTO, "%s", text);
	} else if (ret == 0) {
		snprintf(c->answer, sizeof(c->answer), "%s", text);
	}
	return ret;
}

/* Why nobody took the order. */
static int nobody(struct cli *c)
{
	struct cordon_page page;
	int lives = 0;
	int ret;

	c->err.text[0] = '\0';
	ret = cordon_page_read(c->name, &page, &lives, &c->err);
	if (ret == 0 && lives)
		cordon_fail(&c->err, -EBUSY, "domain %s: it is starting or ending: try again",
			    c->name);
	else if (ret == 0)
		cordon_fail(&c->err, -ESRCH,
			    "domain %s: its supervisor is gone (cordon domain del %s removes what "
			    "it left, add starts it anew)",
			    c->name, c->name);
	return CLI_FAILED;
}

int cli_domain_order(struct cli *c)
{
	static char driver[64], image[PATH_MAX + 8];
	const char *words[3] = { c->verb->verb, NULL, NULL };
	unsigned n = 1;
	int ret;

	if (cordon_name_check(c->name, &c->err) < 0)
		return CLI_FAILED;
	if (c->domain.driver) {
		snprintf(driver, sizeof(driver), "driver=%s", c->domain.driver);
		words[n++] = driver;
	}
	if (c->domain.config.image) {
		snprintf(image, sizeof(image), "image=%s", absolute(c->domain.config.image));
		words[n++] = image;
	}
	ret = give(c, words, n);
	if (no_supervisor(ret))
		return nobody(c);
	if (ret == 0)
		printf("%s\n", c->answer);
	return ret < 0 ? CLI_FAILED : ret;
}

int cli_domain_trace(struct cli *c)
{
	const char *const words[] = { "trace" };
	char path[sizeof(CORDON_RUN_DIR) + CORDON_NAME_MAX + 8];
	char line[512];
	FILE *f;
	int ret;

	if (cordon_name_check(c->name, &c->err) < 0)
		return CLI_FAILED;
	ret = give(c, words, 1);
	if (no_supervisor(ret))
		return nobody(c);
	if (ret != 0)
		return ret < 0 ? CLI_FAILED : ret;
	snprintf(path, sizeof(path), CORDON_RUN_DIR "/%s/trace", c->name);
	f = fopen(path, "re");
	if (!f) {
		cordon_fail(&c->err, -errno, "domain %s: no backtrace of it was taken (%s: %s)",
			    c->name, path, strerror(errno));
		return CLI_FAILED;
	}
	while (fgets(line, sizeof(line), f))
		fputs(line, stdout);
	fclose(f);
	return CLI_OK;
}

/* Of all its incarnations: cordon-NAME, and cordon-NAME.1 and so on; no name has a full stop. */
static void remove_groups(const char *name)
{
	char parent[PATH_MAX], group[PATH_MAX + NAME_MAX + 2], prefix[CORDON_NAME_MAX + 8];
	const struct dirent *ent;
	size_t len = (size_t)snprintf(prefix, sizeof(prefix), "cordon-%s", name);
	int version;
	DIR *d;

	if (cordon_host_cgroup(parent, sizeof(parent), &version) < 0)
		return;
	d = opendir(parent);
	while (d && (ent = readdir(d))) {
		if (strncmp(ent->d_name, prefix, len) != 0 ||
		    (ent->d_name[len] != '\0' && ent->d_name[len] != '.'))
			continue;
		snprintf(group, sizeof(group), "%s/%s", parent, ent->d_name);
		cordon_cgroup_drop(group);
	}
	if (d)
		closedir(d);
}

/* Remove what a supervisor that is gone left; none may be there. */
static int remove_rest(struct cli *c)
{
	struct cordon_run run;
	int ret = cordon_run_open(&run, c->name, &c->err);

	if (ret < 0)
		return ret;
	/* Its processes died with it, or do right now. */
	remove_groups(c->name);
	cordon_run_close(&run);
	return 0;
}

/* The supervisor of the page, as long as it is the one that holds the lock; -1: none. */
static int open_supervisor(const char *name)
{
	struct cordon_page page;
	int lives = 0;

	if (cordon_page_read(name, &page, &lives, NULL) < 0 || !lives || page.supervisor <= 0)
		return -1;
	return (int)syscall(SYS_pidfd_open, page.supervisor, 0);
}

int cli_domain_del(struct cli *c)
{
	static const char *const words[] = { "del" };
	struct pollfd end = { .events = POLLIN };
	int ret, rest;

	if (cordon_name_check(c->name, &c->err) < 0)
		return CLI_FAILED;
	end.fd = open_supervisor(c->name);
	ret = give(c, words, 1);
	if ((ret == 0 || ret == -EPROTO) && end.fd >= 0 && poll(&end, 1, ANSWER_MS) == 0)
		ret = cordon_fail(&c->err, -ETIMEDOUT, "domain %s: its supervisor does not end",
				  c->name);
	if (end.fd >= 0)
		close(end.fd);
	/* -EPROTO: it ended before it could answer. */
	if (ret != 0 && ret != -EPROTO && !no_supervisor(ret))
		return ret < 0 ? CLI_FAILED : ret;
	if (!has_directory(c->name) && no_supervisor(ret))
		return nobody(c);
	c->err.text[0] = '\0';
	rest = has_directory(c->name) ? remove_rest(c) : 0;
	if (rest == -EBUSY && no_supervisor(ret))
		return nobody(c);
	if (rest == -EBUSY)
		c->err.text[0] = '\0'; /* it has gone, and somebody has added the name again */
	else if (rest < 0)
		return CLI_FAILED;
	printf("domain %s: gone\n", c->name);
	return CLI_OK;
}
