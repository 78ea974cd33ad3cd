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
#include "base/pass.h"
#include "base/pidfd.h"
#include "keeper/bus.h"
#include "keeper/flags.h"
#include "keeper/keeper.h"

/* What an empty read-only folder may hold; the kernel rounds up to a page. */
#define MASK_BYTES "4096"

/* And what the bus has: one socket, which takes none. */
#define BUS_BYTES MASK_BYTES

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

/* An empty folder on a file system of its own, which is nowhere yet. */
static int new_folder(const char *bytes, const char *mode, unsigned attr, const char *what)
{
	int fs = (int)syscall(SYS_fsopen, "tmpfs", FSOPEN_CLOEXEC), tree = -1;

	if (fs >= 0 && syscall(SYS_fsconfig, fs, FSCONFIG_SET_STRING, "size", bytes, 0) == 0 &&
		syscall(SYS_fsconfig, fs, FSCONFIG_SET_STRING, "mode", mode, 0) == 0 &&
		syscall(SYS_fsconfig, fs, FSCONFIG_CMD_CREATE, NULL, NULL, 0) == 0)
		tree = (int)syscall(SYS_fsmount, fs, FSMOUNT_CLOEXEC,
			attr | MOUNT_ATTR_NOSUID | MOUNT_ATTR_NODEV | MOUNT_ATTR_NOEXEC);
	if (tree < 0)
		fail("make", what);
	close(fs);
	return tree;
}

/* One that nobody can list. */
static int new_mask(void)
{
	return new_folder(
		MASK_BYTES, "0000", MOUNT_ATTR_RDONLY, "an empty folder to hide another with");
}

/* An empty file instead, for what is no folder: the sandbox's own null device. */
static int new_file_mask(const char *path)
{
	int null = open_place("/dev/null"), tree = clone_of(null, path);

	set_access(tree, false, path);
	close(null);
	return tree;
}

/* Mounts TREE at PLACE, which is PATH, and closes both. */
static void put(int tree, int place, const char *path)
{
	if (syscall(SYS_move_mount, tree, "", place, "",
		    MOVE_MOUNT_F_EMPTY_PATH | MOVE_MOUNT_T_EMPTY_PATH) != 0)
		fail("hold", path);
	close(tree);
	close(place);
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
	put(tree, place, m->dest);
}

/* The folder of the bus goes to who starts the proxy; it is put in its place when that listens, and
 * nobody inside can change what is in it. Without a proxy there is no bus. */
static void hold_bus(int sock)
{
	int tree = new_folder(BUS_BYTES, "0700", 0, "a folder for the session bus");
	char byte;

	if (!pass_fd(sock, tree))
		fail("hand on", "the folder of the session bus");
	if (recv(sock, &byte, 1, 0) != 1)
		return;
	set_access(tree, false, BUS_FOLDER);
	put(tree, open_place(BUS_FOLDER), BUS_FOLDER);
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
	int pidfd, const struct handover *hand, int bus)
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
	if (bus >= 0)
		hold_bus(bus);
	_exit(EXIT_SUCCESS);
}

bool hold_mounts(const struct handover *hand, pid_t init, int pidfd, int *bus)
{
	const struct mounts *mounts = hand->keeping->mounts;
	struct arena arena = ARENA_INIT;
	struct flags outside = {0};
	int status = -1; /* how no process ends: not heard of */
	bool wanted = bus_wanted(hand->keeping);
	int sock[2] = {-1, -1};
	pid_t pid;

	if (!flags_read(&outside, &arena)) {
		warn_line("cannot read the mount table: %s; the command was not started",
			strerror(errno));
		return false;
	}
	if (!outside.any && !mounts_any_held(mounts) && !wanted) {
		arena_release(&arena);
		return true;
	}
	pid = !wanted || socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, sock) == 0 ? fork()
											  : -1;
	if (pid == 0) {
		close(sock[0]);
		child(mounts, &outside, init, pidfd, hand, sock[1]);
	}
	arena_release(&arena);
	close(sock[1]);
	if (pid > 0 && wanted)
		*bus = bus_start(hand, sock[0]);
	close(sock[0]);
	while (pid > 0 && waitpid(pid, &status, 0) < 0 && errno == EINTR)
		;
	if (pid > 0 && WIFEXITED(status) && WEXITSTATUS(status) == EXIT_SUCCESS)
		return true;
	if (pid < 0 || !WIFEXITED(status) || WEXITSTATUS(status) != EXIT_REFUSED)
		warn_line("cannot hold the protected paths, so the command was not started");
	return false;
}
