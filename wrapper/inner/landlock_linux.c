/*
 * The kernel's words for our classes. The kernel is asked what it knows, and what it does not know
 * is left to the mounts.
 */
#include <errno.h>
#include <fcntl.h>
#include <linux/openat2.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/prctl.h>
#include <sys/stat.h>

#include "inner/landlock.h"
#include "inner/sys.h"
#include "model/landlock_abi.h"

static uint64_t class_rights(enum access_class access)
{
	const uint64_t read = FS_EXECUTE | FS_READ_FILE | FS_READ_DIR;
	const uint64_t touch = FS_READ_FILE | FS_READ_DIR | FS_WRITE_FILE | FS_TRUNCATE;

	switch (access) {
	case ACCESS_READ:
		return read;
	case ACCESS_WRITE:
		/* No device nodes: the mounts are nodev, and mknod needs a privilege. */
		return read | touch | FS_REMOVE_DIR | FS_REMOVE_FILE | FS_MAKE_DIR | FS_MAKE_REG |
			FS_MAKE_SOCK | FS_MAKE_FIFO | FS_MAKE_SYM | FS_REFER;
	case ACCESS_DEVICE:
		return touch | FS_IOCTL_DEV;
	case ACCESS_PROC:
		return read | FS_WRITE_FILE;
	case ACCESS_LIST:
		return FS_READ_DIR;
	}
	return 0;
}

int landlock_abi(void)
{
	return (int)SYS3(SYS_LANDLOCK_CREATE_RULESET, NULL, 0, CREATE_RULESET_VERSION);
}

int landlock_begin(int abi, uint64_t net)
{
	struct ruleset_attr attr = {
		.handled_access_fs = landlock_known_fs(abi),
		.handled_access_net = abi >= 4 ? net : 0,
	};
	size_t size = sizeof attr;

	/* An older kernel takes the shorter structure of its time. */
	if (abi >= 6)
		attr.scoped = SCOPE_ABSTRACT_UNIX_SOCKET | SCOPE_SIGNAL;
	else if (abi >= 4)
		size = sizeof attr - sizeof attr.scoped;
	else
		size = sizeof attr.handled_access_fs;
	return (int)SYS3(SYS_LANDLOCK_CREATE_RULESET, &attr, size, 0);
}

int landlock_add_port(int ruleset, uint64_t port)
{
	struct net_port_attr attr = {.allowed_access = NET_CONNECT_TCP, .port = port};

	return (int)SYS4(SYS_LANDLOCK_ADD_RULE, ruleset, RULE_NET_PORT, &attr, 0);
}

/* The rule for what FD is open on. */
static int add_open(int ruleset, uint64_t rights, int fd)
{
	const uint64_t on_files =
		FS_EXECUTE | FS_WRITE_FILE | FS_READ_FILE | FS_TRUNCATE | FS_IOCTL_DEV;
	struct path_beneath_attr attr = {.allowed_access = rights, .parent_fd = fd};
	struct statx st = {0};
	long r = SYS5(SYS_statx, fd, "", AT_EMPTY_PATH, STATX_TYPE, &st);

	if (r != 0)
		return (int)r;
	if (!S_ISDIR(st.stx_mode))
		attr.allowed_access &= on_files;
	return (int)SYS4(SYS_LANDLOCK_ADD_RULE, ruleset, RULE_PATH_BENEATH, &attr, 0);
}

/*
 * The path is that of a mount, so no part of it is a link. If one is, somebody else has put it
 * there since, who can write above the mount from outside, and would have the rule be about another
 * place.
 */
int landlock_add(int ruleset, int abi, enum access_class access, const char *path)
{
	const struct open_how how = {
		.flags = O_PATH | O_CLOEXEC,
		.resolve = RESOLVE_NO_SYMLINKS | RESOLVE_NO_MAGICLINKS,
	};
	long fd = SYS4(SYS_openat2, AT_FDCWD, path, &how, sizeof how);
	int r;

	if (fd < 0)
		return fd == -ENOENT ? 0 : (int)fd;
	r = add_open(ruleset, class_rights(access) & landlock_known_fs(abi), (int)fd);
	SYS1(SYS_close, fd);
	return r;
}

/*
 * `>/dev/stderr` opens again what descriptor 2 is open on, a file or terminal of the host that no
 * rule of the view covers. It may be opened with the rights that the descriptor has, and no more;
 * a file that is open for appending is not to be written over, so it gets none. What cannot have
 * a rule (a pipe, a socket) needs none.
 */
void landlock_add_stdio(int ruleset, int abi)
{
	uint64_t rights;
	long flags;
	int fd;

	for (fd = 0; fd < 3; fd++) {
		struct statx st = {0};

		flags = SYS2(SYS_fcntl, fd, F_GETFL);
		if (flags < 0 || flags & (O_PATH | O_APPEND) ||
			SYS5(SYS_statx, fd, "", AT_EMPTY_PATH, STATX_TYPE, &st) != 0 ||
			S_ISDIR(st.stx_mode))
			continue;
		rights = FS_IOCTL_DEV;
		if ((flags & O_ACCMODE) != O_WRONLY)
			rights |= FS_READ_FILE;
		if ((flags & O_ACCMODE) != O_RDONLY)
			rights |= FS_WRITE_FILE | FS_TRUNCATE;
		add_open(ruleset, rights & landlock_known_fs(abi), fd);
	}
}

int landlock_enforce(int ruleset)
{
	long r = SYS5(SYS_prctl, PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);

	return r ? (int)r : (int)SYS2(SYS_LANDLOCK_RESTRICT_SELF, ruleset, 0);
}
