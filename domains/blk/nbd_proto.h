/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/*
 * The NBD protocol as far as it is spoken here: fixed newstyle handshake, simple replies
 * (https://github.com/NetworkBlockDevice/nbd, doc/proto.md). All numbers are big endian on the wire.
 */
#ifndef CORDON_DOMAINS_BLK_NBD_PROTO_H
#define CORDON_DOMAINS_BLK_NBD_PROTO_H

#include <endian.h>
#include <stdint.h>
#include <string.h>

#define NBD_MAGIC UINT64_C(0x4e42444d41474943) /* "NBDMAGIC" */
#define NBD_OPT_MAGIC UINT64_C(0x49484156454f5054) /* "IHAVEOPT" */
#define NBD_REP_MAGIC UINT64_C(0x0003e889045565a9)
#define NBD_REQUEST_MAGIC 0x25609513u
#define NBD_REPLY_MAGIC 0x67446698u

/* Of the greeting, and the client's answer to it. */
#define NBD_FIXED_NEWSTYLE 0x1u
#define NBD_NO_ZEROES 0x2u

enum nbd_opt {
	NBD_OPT_EXPORT_NAME = 1,
	NBD_OPT_ABORT = 2,
	NBD_OPT_LIST = 3,
	NBD_OPT_INFO = 6,
	NBD_OPT_GO = 7,
};

#define NBD_REP_ACK 1u
#define NBD_REP_SERVER 2u
#define NBD_REP_INFO 3u
#define NBD_REP_ERR_UNSUP 0x80000001u
#define NBD_REP_ERR_INVALID 0x80000003u
#define NBD_REP_ERR_UNKNOWN 0x80000006u
#define NBD_REP_ERR_TOO_BIG 0x80000009u

#define NBD_INFO_EXPORT 0u
#define NBD_INFO_BLOCK_SIZE 3u

/* Of an export. */
#define NBD_F_HAS_FLAGS 0x001u
#define NBD_F_READ_ONLY 0x002u
#define NBD_F_SEND_FLUSH 0x004u
#define NBD_F_SEND_FUA 0x008u
#define NBD_F_SEND_TRIM 0x020u
#define NBD_F_SEND_WRITE_ZEROES 0x040u
#define NBD_F_CAN_MULTI_CONN 0x100u

enum nbd_cmd {
	NBD_CMD_READ,
	NBD_CMD_WRITE,
	NBD_CMD_DISC,
	NBD_CMD_FLUSH,
	NBD_CMD_TRIM,
	NBD_CMD_WRITE_ZEROES = 6,
};

#define NBD_CMD_F_FUA 0x1u
#define NBD_CMD_F_NO_HOLE 0x2u

/* Of replies: Linux's numbers for these. */
#define NBD_EIO 5u
#define NBD_EINVAL 22u
#define NBD_ENOSPC 28u
#define NBD_EPERM 1u
#define NBD_ENOTSUP 95u

#define NBD_OPTION_BYTES 16u /* of an option's header */
#define NBD_REQUEST_BYTES 28u
#define NBD_REPLY_BYTES 16u
#define NBD_NAME_MAX 4096u
/* What a client may send of data for one request, even if that is refused. */
#define NBD_DATA_MAX (32u << 20)

static inline uint64_t nbd_get64(const void *from)
{
	uint64_t v;

	memcpy(&v, from, sizeof(v));
	return be64toh(v);
}

static inline uint32_t nbd_get32(const void *from)
{
	uint32_t v;

	memcpy(&v, from, sizeof(v));
	return be32toh(v);
}

static inline uint16_t nbd_get16(const void *from)
{
	uint16_t v;

	memcpy(&v, from, sizeof(v));
	return be16toh(v);
}

/* Each writes a number at @to and returns what follows it. */
static inline uint8_t *nbd_put64(uint8_t *to, uint64_t v)
{
	v = htobe64(v);
	memcpy(to, &v, sizeof(v));
	return to + sizeof(v);
}

static inline uint8_t *nbd_put32(uint8_t *to, uint32_t v)
{
	v = htobe32(v);
	memcpy(to, &v, sizeof(v));
	return to + sizeof(v);
}

static inline uint8_t *nbd_put16(uint8_t *to, uint16_t v)
{
	v = htobe16(v);
	memcpy(to, &v, sizeof(v));
	return to + sizeof(v);
}

#endif
