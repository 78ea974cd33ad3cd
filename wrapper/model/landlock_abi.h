/*
 * landlock_abi: the kernel's numbers, from Documentation/userspace-api/landlock.rst. The headers of
 * Debian 12 know ABI 2 only. Constants and layouts alone: inner, which has no C library, and the
 * keeper both include it.
 */
#ifndef SEAL_MODEL_LANDLOCK_ABI_H
#define SEAL_MODEL_LANDLOCK_ABI_H

#include <stdint.h>

enum landlock_fs {
	FS_EXECUTE = 1 << 0,
	FS_WRITE_FILE = 1 << 1,
	FS_READ_FILE = 1 << 2,
	FS_READ_DIR = 1 << 3,
	FS_REMOVE_DIR = 1 << 4,
	FS_REMOVE_FILE = 1 << 5,
	FS_MAKE_CHAR = 1 << 6,
	FS_MAKE_DIR = 1 << 7,
	FS_MAKE_REG = 1 << 8,
	FS_MAKE_SOCK = 1 << 9,
	FS_MAKE_FIFO = 1 << 10,
	FS_MAKE_BLOCK = 1 << 11,
	FS_MAKE_SYM = 1 << 12,
	FS_REFER = 1 << 13,     /* ABI 2 */
	FS_TRUNCATE = 1 << 14,  /* ABI 3 */
	FS_IOCTL_DEV = 1 << 15, /* ABI 5 */
};

enum landlock_other {
	NET_BIND_TCP = 1 << 0, /* ABI 4 */
	NET_CONNECT_TCP = 1 << 1,
	SCOPE_ABSTRACT_UNIX_SOCKET = 1 << 0, /* ABI 6 */
	SCOPE_SIGNAL = 1 << 1,
	RULE_PATH_BENEATH = 1,
	RULE_NET_PORT = 2,
	CREATE_RULESET_VERSION = 1,
	SYS_LANDLOCK_CREATE_RULESET = 444, /* the same on every architecture */
	SYS_LANDLOCK_ADD_RULE = 445,
	SYS_LANDLOCK_RESTRICT_SELF = 446,
};

/* An older kernel takes the shorter structure of its time. */
struct ruleset_attr {
	uint64_t handled_access_fs, handled_access_net, scoped;
};

struct path_beneath_attr {
	uint64_t allowed_access;
	int32_t parent_fd;
} __attribute__((packed));

struct net_port_attr {
	uint64_t allowed_access, port;
};

/* All rights on files that ABI knows. */
static inline uint64_t landlock_known_fs(int abi)
{
	uint64_t all = ((uint64_t)FS_MAKE_SYM << 1) - 1;

	if (abi >= 2)
		all |= FS_REFER;
	if (abi >= 3)
		all |= FS_TRUNCATE;
	if (abi >= 5)
		all |= FS_IOCTL_DEV;
	return all;
}

#endif
