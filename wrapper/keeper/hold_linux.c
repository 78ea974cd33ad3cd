#include "keeper/hold.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/mount.h>
#include <linux/nsfs.h>
#include <poll.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/statvfs.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/die.h"
#include "base/exact.h"
#include "base/pidfd.h"
#include "keeper/flags.h"

/* What an empty read-only folder may hold; the kernel rounds up to a page. */
#define MASK_BYTES "4096"

static _Noreturn void fail(const char *what, const char *path)
{
	warn_line("cannot %s %s: %s; the command was not started", what, path,
		errno == ENOENT || errno == ELOOP || errno == ENOTDIR
			? "it was changed while this run started"
			: strerror(errno));
	_exit(EXIT_REFUSED);
}

/* The namespaces are those of INIT as long as it has not ended: its number is nobody else's then.
 * The user namespace is the one that owns the mounts: bwrap makes a second one for the command. */
static void join(pid_t init, int pidfd)
{
	char path[64];
	int mnt, user;

	snprintf(path, sizeof path, "/proc/%d/ns/mnt", (int)init);
	mnt = open(path, O_RDONLY | O_CLOEXEC);
	user = mnt < 0 ? -1 : ioctl(mnt, NS_GET_USERNS);
	if (pidfd_signal(pidfd, 0) != 0) {
		if (errno == ESRCH)
			_exit(EXIT_REFUSED); /* who sees the end says so */
		fail("look at", "the sandbox");
	}
	if (user < 0 || setns(user, CLONE_NEWUSER) != 0 || setns(mnt, CLONE_NEWNS) != 0)
		fail("join", "the sandbox's mount namespace");
}

/* What PATH is now, the link itself if it is one. */
static int open_place(const char *path)
{
	int fd = open_exact(path, O_PATH | O_NOFOLLOW);

	if (fd < 0)
		fail("hold", path);
	return fd;
}

static int clone_of(int fd, const char *path)
{
	int tree = (int)syscall(SYS_open_tree, fd, "",
		OPEN_TREE_CLONE | OPEN_TREE_CLOEXEC | AT_EMPTY_PATH | AT_RECURSIVE);

	if (tree < 0)
		fail("hold", path);
	return tree;
}

/* Read-only with all that is mounted below, or not so. A host's mount that is read-only stays it:
 * the kernel refuses to take that away, and less is no harm. */
static void set_access(int tree, bool write, const char *path)
{
	struct mount_attr attr = {.attr_set = MOUNT_ATTR_RDONLY};
	struct statvfs st;

	if (write) {
		attr = (struct mount_attr){.attr_clr = MOUNT_ATTR_RDONLY};
		if (fstatvfs(tree, &st) != 0 || !(st.f_flag & ST_RDONLY))
			return;
	}
	if (syscall(SYS_mount_setattr, tree, "", AT_EMPTY_PATH | AT_RECURSIVE, &attr,
		    sizeof attr) != 0 &&
		!write)
		fail("hold", path);
}

/* An empty folder that nobody can list. */
static int new_mask(void)
{
	int fs = (int)syscall(SYS_fsopen, "tmpfs", FSOPEN_CLOEXEC), tree = -1;

	if (fs >= 0 && syscall(SYS_fsconfig, fs, FSCONFIG_SET_STRING, "size", MASK_BYTES, 0) == 0 &&
		syscall(SYS_fsconfig, fs, FSCONFIG_SET_STRING, "mode", "0000", 0) == 0 &&
		syscall(SYS_fsconfig, fs, FSCONFIG_CMD_CREATE, NULL, NULL, 0) == 0)
		tree = (int)syscall(SYS_fsmount, fs, FSMOUNT_CLOEXEC,
			MOUNT_ATTR_RDONLY | MOUNT_ATTR_NOSUID | MOUNT_ATTR_NODEV |
				MOUNT_ATTR_NOEXEC);
	if (tree < 0)
		fail("make", "an empty folder to hide another with");
	close(fs);
	return tree;
}

/* An empty file instead, for what is no folder: the sandbox's own null device. */
static int new_file_mask(const char *path)
{
	int null = open_place("/dev/null"), tree = clone_of(null, path);

	set_access(tree, false, path);
	close(null);
	return tree;
}

static void hold(const struct mount *m)
{
	int place = open_place(m->dest), tree;

	if (m->kind == MOUNT_MASK) {
		tree = m->file ? new_file_mask(m->dest) : new_mask();
	} else {
		tree = clone_of(place, m->dest);
		set_access(tree, m->kind == MOUNT_BIND_RW, m->dest);
	}
	if (syscall(SYS_move_mount, tree, "", place, "",
		    MOVE_MOUNT_F_EMPTY_PATH | MOVE_MOUNT_T_EMPTY_PATH) != 0)
		fail("hold", m->dest);
	close(tree);
	close(place);
}

/*
 * Before, the root of the namespace is not yet the view's. Where front or bwrap is killed now, who
 * would say it may be stuck with the socket open: their end counts too.
 */
static void await_inner(const struct handover *hand)
{
	struct pollfd p[3] = {
		{.fd = hand->front, .events = POLLIN},
		{.fd = hand->bwrap, .events = POLLIN},
		{.fd = hand->sock, .events = POLLIN},
	};
	struct word said = {0};
	ssize_t n;
	int ready;

	do
		ready = poll(p, 3, -1);
	while (ready < 0 && errno == EINTR);
	n = ready < 0 ? -1 : recv(hand->sock, &said, sizeof said, MSG_DONTWAIT);
	if (ready > 0 && (p[0].revents || p[1].revents || n == 0))
		_exit(EXIT_REFUSED); /* who sees the end says so */
	if (n < 0)
		fail("wait for", "the sandbox");
	if (n != sizeof said || said.what != WORD_READY)
		_exit(EXIT_REFUSED);
}

static _Noreturn void child(const struct mounts *mounts, const struct flags *outside, pid_t init,
	int pidfd, const struct handover *hand)
{
	struct arena arena = ARENA_INIT;
	const struct mount *m;

	await_inner(hand);
	join(init, pidfd);
	if (outside->any && !flags_restore(outside, mounts, &arena))
		fail("keep", "the flags of a mount");
	/* Parents come before children: what is opened is what the mount above shows. */
	vec_each (m, mounts)
		if (m->held)
			hold(m);
	_exit(EXIT_SUCCESS);
}

bool hold_mounts(const struct mounts *mounts, pid_t init, int pidfd, const struct handover *hand)
{
	struct arena arena = ARENA_INIT;
	struct flags outside = {0};
	int status = -1; /* how no process ends: not heard of */
	pid_t pid;

	if (!flags_read(&outside, &arena)) {
		warn_line("cannot read the mount table: %s; the command was not started",
			strerror(errno));
		return false;
	}
	if (!outside.any && !mounts_any_held(mounts)) {
		arena_release(&arena);
		return true;
	}
	pid = fork();
	if (pid == 0)
		child(mounts, &outside, init, pidfd, hand);
	arena_release(&arena);
	while (pid > 0 && waitpid(pid, &status, 0) < 0 && errno == EINTR)
		;
	if (pid > 0 && WIFEXITED(status) && WEXITSTATUS(status) == EXIT_SUCCESS)
		return true;
	if (pid < 0 || !WIFEXITED(status) || WEXITSTATUS(status) != EXIT_REFUSED)
		warn_line("cannot hold the protected paths, so the command was not started");
	return false;
}
