// SPDX-License-Identifier: MIT OR GPL-2.0-only
#include "core/class.h"

#include <errno.h>
#include <string.h>

int cordon_class_driver(const struct cordon_class *class, const char *name, const char *image,
			struct cordon_driver_entry *d, struct cordon_err *e)
{
	const char *slash = image ? strrchr(image, '/') : NULL;

	if (!name && !image)
		return cordon_fail(e, -EINVAL,
				   "--driver DRIVER or --image FILE is missing (cordon domain run "
				   "--help lists the drivers)");
	for (const struct cordon_driver_entry *i = class->drivers; name && i->name; i++)
		if (strcmp(i->name, name) == 0) {
			*d = *i;
			return 0;
		}
	if (!image)
		return cordon_fail(e, -EINVAL,
				   "--driver %.40s: class %s has no such driver (one of your own "
				   "comes as --image FILE)",
				   name, class->name);
	if (!name)
		name = slash && slash[1] ? slash + 1 : image;
	*d = (struct cordon_driver_entry){ .name = name };
	return 0;
}
