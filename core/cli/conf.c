// SPDX-License-Identifier: MIT OR GPL-2.0-only
#include "core/cli/conf.h"

#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include "core/cli/command.h"

/* The options keep pointers to it; static, so that nobody takes it for a leak. */
static char text[CLI_CONF_MAX + 1];
static char default_path[sizeof(CLI_CONF_DIR) + CORDON_NAME_MAX + 8];

static char *trim(char *s)
{
	size_t n;

	s += strspn(s, " \t\r");
	n = strlen(s);
	while (n > 0 && strchr(" \t\r", s[n - 1]))
		n--;
	s[n] = '\0';
	return s;
}

static int take_line(struct cli *c, char *line)
{
	char typed[64];
	char *value = strchr(line, '=');
	char *name;
	int used = 0;
	int ret;

	if (value)
		*value++ = '\0';
	name = trim(line);
	if (!*name && !value)
		return 0;
	value = value ? trim(value) : NULL;
	if (strcmp(name, "conf") == 0)
		return cordon_fail(&c->err, -EINVAL, "conf: not in a file");
	snprintf(typed, sizeof(typed), "--%s", name);
	ret = cli_take_option(c, typed, value, &used);
	if (ret == 0 && value && !used)
		return cordon_fail(&c->err, -EINVAL, "%s: has no value", name);
	return ret;
}

static int take_text(struct cli *c, size_t len)
{
	char *next = text;

	for (size_t i = 0; i < len; i++)
		if (text[i] == '\0' ||
		    (iscntrl((unsigned char)text[i]) && !strchr("\t\r\n", text[i])))
			return cordon_fail(&c->err, -EINVAL, "%s: has a control character",
					   c->domain.conf);
	for (unsigned n = 1; next; n++) {
		char *line = next;
		int ret;

		next = strchr(line, '\n');
		if (next)
			*next++ = '\0';
		if (line[strspn(line, " \t")] == '#')
			continue;
		c->line = n;
		ret = take_line(c, line);
		if (ret < 0)
			return ret;
	}
	c->line = 0;
	return 0;
}

static int read_text(struct cli *c, const char *path)
{
	struct stat st;
	size_t len = 0;
	ssize_t n = 1;
	int ret = 0;
	int fd;

	/* Whatever it is, a pipe too, is opened and found not to be a file. */
	fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	if (fd < 0)
		return cordon_fail(&c->err, -errno, "%s: %s", path, strerror(errno));
	if (fstat(fd, &st) == 0 && !S_ISREG(st.st_mode))
		ret = cordon_fail(&c->err, -EINVAL, "%s: not a file", path);
	while (ret == 0 && n > 0 && len < sizeof(text)) {
		n = read(fd, text + len, sizeof(text) - len);
		if (n < 0)
			ret = cordon_fail(&c->err, -errno, "%s: %s", path, strerror(errno));
		else
			len += (size_t)n;
	}
	close(fd);
	if (ret == 0 && len > CLI_CONF_MAX)
		ret = cordon_fail(&c->err, -EFBIG, "%s: longer than %d bytes", path, CLI_CONF_MAX);
	if (ret < 0)
		return ret;
	text[len < CLI_CONF_MAX ? len : CLI_CONF_MAX] = '\0';
	return take_text(c, len);
}

int cli_conf_read(struct cli *c)
{
	struct cli_domain *d = &c->domain;

	if (!d->conf && !d->driver && !d->config.image && cordon_name_check(c->name, NULL) == 0) {
		snprintf(default_path, sizeof(default_path), CLI_CONF_DIR "/%s.conf", c->name);
		if (access(default_path, F_OK) == 0)
			d->conf = default_path;
	}
	return d->conf ? read_text(c, d->conf) : 0;
}
