// SPDX-License-Identifier: MIT OR GPL-2.0-only
/* The program: the command line of core, and the classes that there are. */
#include "core/cli/cli.h"
#include "domains/blk/class.h"
#include "domains/net/class.h"

int main(int argc, char **argv)
{
	static const struct cordon_class *const classes[] = {
		&cordon_class_net,  &cordon_class_netdev, &cordon_class_blk,
		&cordon_class_disk, &cordon_class_ublk,	  NULL
	};

	return cordon_cli(argc, argv, classes);
}
