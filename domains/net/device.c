// SPDX-License-Identifier: MIT OR GPL-2.0-only
#include "domains/net/device.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/if_ether.h>
#include <linux/if_packet.h>
#include <linux/if_tun.h>
#include <net/if.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <unistd.h>
#include "domains/net/vnet.h"

#ifndef PACKET_IGNORE_OUTGOING
#define PACKET_IGNORE_OUTGOING 23
#endif

/* Room for a burst of 64 KB segments between two turns of the driver. */
#define SOCKET_BUFFER (16 << 20)
#define FEATURES (CORDON_NET_F_CSUM | CORDON_NET_F_TSO4 | CORDON_NET_F_TSO6 | CORDON_NET_F_ECN)

static int check_name(const char *name, struct ifreq *ifr, struct cordon_err *e)
{
	size_t n = strlen(name);

	memset(ifr, 0, sizeof(*ifr));
	if (n == 0 || n >= IFNAMSIZ || strpbrk(name, "/ \t\n:%") || strcmp(name, ".") == 0 ||
	    strcmp(name, "..") == 0)
		return cordon_fail(e, -EINVAL,
				   "interface '%.40s': not a name of 1 to %d characters", name,
				   IFNAMSIZ - 1);
	memcpy(ifr->ifr_name, name, n + 1);
	return 0;
}

int net_device_name(const char *name, struct cordon_err *e)
{
	struct ifreq ifr;

	return check_name(name, &ifr, e);
}

static int if_ioctl(unsigned long what, struct ifreq *ifr)
{
	int s = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	int ret = 0;

	if (s < 0)
		return -errno;
	if (ioctl(s, what, ifr) < 0)
		ret = -errno;
	close(s);
	return ret;
}

/* That of a device which was there already is put back at the end, when the control thread will have
 * left this network namespace. */
static int set_mtu(struct net_device *d, struct ifreq *ifr, uint32_t mtu, struct cordon_err *e)
{
	int ret;

	if (d->mtu_was == (int)mtu)
		return 0;
	if (d->mtu_was > 0) {
		d->control = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
		if (d->control < 0)
			return cordon_fail(e, -errno, "TAP %s: socket: %s", ifr->ifr_name,
					   strerror(errno));
	}
	ifr->ifr_mtu = (int)mtu;
	ret = if_ioctl(SIOCSIFMTU, ifr);
	if (ret == 0)
		return 0;
	d->mtu_was = 0;
	net_device_restore(d);
	return cordon_fail(e, ret, "TAP %s: MTU %u: %s", ifr->ifr_name, mtu, strerror(-ret));
}

static int set_up_tap(struct net_device *d, struct ifreq *ifr, uint32_t mtu, struct cordon_err *e)
{
	int hdr = CORDON_VNET_HDR;
	int little = 1;
	int ret;

	/* The size of the header, its byte order, and then the offloads. */
	if (ioctl(d->fd, TUNSETVNETHDRSZ, &hdr) < 0 || ioctl(d->fd, TUNSETVNETLE, &little) < 0)
		return cordon_fail(e, -errno, "TAP %s: virtio_net_hdr: %s", ifr->ifr_name,
				   strerror(errno));
	ret = net_device_offload(d, FEATURES, NULL);
	if (ret == -EINVAL) {
		d->features &= ~CORDON_NET_F_ECN;
		ret = net_device_offload(d, d->features, e);
	}
	if (ret < 0)
		return ret;
	ret = if_ioctl(SIOCGIFHWADDR, ifr);
	if (ret < 0)
		return cordon_fail(e, ret, "TAP %s: address: %s", ifr->ifr_name, strerror(-ret));
	memcpy(d->mac, ifr->ifr_hwaddr.sa_data, sizeof(d->mac));
	return set_mtu(d, ifr, mtu, e);
}

void net_device_restore(struct net_device *d)
{
	struct ifreq ifr = { .ifr_mtu = d->mtu_was };

	memcpy(ifr.ifr_name, d->name, sizeof(ifr.ifr_name));
	/* If the device or the right is gone, there is nothing that we could do. */
	if (d->control >= 0 && d->mtu_was > 0)
		(void)ioctl(d->control, SIOCSIFMTU, &ifr);
	if (d->control >= 0)
		close(d->control);
	d->control = -1;
}

int net_device_tries(const struct net_device *d)
{
	/* Too short for a frame: refused either way. */
	char one = 0;
	const struct iovec iov = { &one, 1 };

	return pwritev2(d->fd, &iov, 1, -1, RWF_NOWAIT) >= 0 || errno != EOPNOTSUPP;
}

int net_device_tap(struct net_device *d, const char *name, uint32_t mtu, int nonblocking,
		   struct cordon_err *e)
{
	struct ifreq ifr;
	int ret = check_name(name, &ifr, e);

	memset(d, 0, sizeof(*d));
	d->fd = d->control = -1;
	d->features = FEATURES;
	if (ret < 0)
		return ret;
	memcpy(d->name, ifr.ifr_name, sizeof(d->name));
	if (if_ioctl(SIOCGIFMTU, &ifr) == 0)
		d->mtu_was = ifr.ifr_mtu;
	d->fd = open("/dev/net/tun", O_RDWR | O_CLOEXEC | (nonblocking ? O_NONBLOCK : 0));
	if (d->fd < 0)
		return cordon_fail(e, -errno, "/dev/net/tun: %s%s", strerror(errno),
				   errno == EACCES ? " (run as root)" : "");
	ifr.ifr_flags = IFF_TAP | IFF_NO_PI | IFF_VNET_HDR;
	if (ioctl(d->fd, TUNSETIFF, &ifr) < 0) {
		ret = -errno;
		cordon_fail(e, ret, "TAP %s: %s%s", name, strerror(-ret),
			    ret == -EPERM  ? " (needs CAP_NET_ADMIN: run as root)" :
			    ret == -EINVAL ? " (an interface of that name is no plain TAP device)" :
			    ret == -EBUSY  ? " (somebody else uses it)" :
					     "");
		goto fail;
	}
	ret = set_up_tap(d, &ifr, mtu, e);
	if (ret == 0)
		return 0;
fail:
	close(d->fd);
	d->fd = -1;
	return ret;
}

int net_device_offload(struct net_device *d, uint32_t features, struct cordon_err *e)
{
	/* The bits are the same (vnet.h). */
	if (ioctl(d->fd, TUNSETOFFLOAD, (unsigned long)features) < 0)
		return cordon_fail(e, -errno, "TAP: offloads 0x%x: %s", features, strerror(errno));
	return 0;
}

static int set_up_socket(struct net_device *d, const char *name, int index, struct cordon_err *e)
{
	struct packet_mreq promisc = { .mr_ifindex = index, .mr_type = PACKET_MR_PROMISC };
	struct sockaddr_ll addr = { .sll_family = AF_PACKET,
				    .sll_protocol = htons(ETH_P_ALL),
				    .sll_ifindex = index };
	int one = 1;
	int size = SOCKET_BUFFER;

	if (setsockopt(d->fd, SOL_PACKET, PACKET_VNET_HDR, &one, sizeof(one)) < 0 ||
	    setsockopt(d->fd, SOL_PACKET, PACKET_IGNORE_OUTGOING, &one, sizeof(one)) < 0 ||
	    setsockopt(d->fd, SOL_PACKET, PACKET_ADD_MEMBERSHIP, &promisc, sizeof(promisc)) < 0)
		return cordon_fail(e, -errno, "packet socket on %s: %s", name, strerror(errno));
	/* Best effort: without CAP_NET_ADMIN the system's limit holds. */
	(void)setsockopt(d->fd, SOL_SOCKET, SO_RCVBUFFORCE, &size, sizeof(size));
	(void)setsockopt(d->fd, SOL_SOCKET, SO_SNDBUFFORCE, &size, sizeof(size));
	if (bind(d->fd, (struct sockaddr *)&addr, sizeof(addr)) < 0)
		return cordon_fail(e, -errno, "packet socket on %s: %s", name, strerror(errno));
	return 0;
}

int net_device_packet(struct net_device *d, const char *name, uint32_t mtu, struct cordon_err *e)
{
	struct ifreq ifr;
	int index;
	int ret = check_name(name, &ifr, e);

	memset(d, 0, sizeof(*d));
	d->fd = d->control = -1;
	d->features = FEATURES;
	if (ret < 0)
		return ret;
	memcpy(d->name, ifr.ifr_name, sizeof(d->name));
	index = (int)if_nametoindex(name);
	if (index == 0)
		return cordon_fail(e, -ENODEV, "interface %s: there is none of that name", name);
	ret = if_ioctl(SIOCGIFMTU, &ifr);
	if (ret == 0 && ifr.ifr_mtu < (int)mtu)
		return cordon_fail(e, -EINVAL, "interface %s: its MTU of %d is below --mtu %u",
				   name, ifr.ifr_mtu, mtu);
	/* No protocol yet: nothing comes in before all is set. */
	d->fd = socket(AF_PACKET, SOCK_RAW | SOCK_CLOEXEC, 0);
	if (d->fd < 0)
		return cordon_fail(e, -errno, "packet socket: %s%s", strerror(errno),
				   errno == EPERM ? " (needs CAP_NET_RAW: run as root)" : "");
	ret = set_up_socket(d, name, index, e);
	if (ret < 0) {
		close(d->fd);
		d->fd = -1;
	}
	return ret;
}
