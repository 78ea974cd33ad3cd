#include "host/listing.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/magic.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/vfs.h>
#include <unistd.h>

#include "base/exact.h"
#include "base/fd.h"
#include "host/facts.h"

bool listing_open(struct listing *l, const char *path)
{
	l->fd = open_exact(path, O_RDONLY | O_DIRECTORY | O_NONBLOCK);
	l->failed = 0;
	l->at = l->len = 0;
	return l->fd >= 0;
}

void listing_close(struct listing *l)
{
	close(l->fd);
}

enum path_kind listing_kind(const struct listing *l, const char *name)
{
	struct stat st;

	if (fstatat(l->fd, name, &st, AT_SYMLINK_NOFOLLOW) != 0) {
		host_check_answer(name);
		return errno == ENOENT ? PATH_MISSING : PATH_OTHER;
	}
	if (S_ISDIR(st.st_mode))
		return PATH_DIR;
	if (S_ISREG(st.st_mode))
		return PATH_FILE;
	if (S_ISLNK(st.st_mode))
		return PATH_SYMLINK;
	return S_ISSOCK(st.st_mode) ? PATH_SOCKET : PATH_OTHER;
}

/* Others say 1, which is harmless, or what the program behind them makes up. */
static bool counts_links(int fd)
{
	struct statfs fs;

	if (fd < 0 || fstatfs(fd, &fs) != 0)
		return false;
	switch ((unsigned long)fs.f_type) {
	case EXT4_SUPER_MAGIC:
	case F2FS_SUPER_MAGIC:
	case TMPFS_MAGIC:
	case XFS_SUPER_MAGIC:
		return true;
	default:
		return false;
	}
}

bool listing_has_no_folder(struct listing *l, const char *name)
{
	struct stat st;

	if (fstatat(l->fd, name, &st, AT_SYMLINK_NOFOLLOW) != 0 || !S_ISDIR(st.st_mode) ||
		st.st_nlink != 2)
		return false;
	if (st.st_dev != l->asked) {
		cleanup_fd int fd = openat(l->fd, name, O_PATH | O_NOFOLLOW | O_CLOEXEC);

		l->asked = st.st_dev;
		l->is_honest = counts_links(fd);
	}
	return l->is_honest;
}

static enum path_kind kind_of(const struct listing *l, const struct dirent64 *e)
{
	switch (e->d_type) {
	case DT_DIR:
		return PATH_DIR;
	case DT_REG:
		return PATH_FILE;
	case DT_LNK:
		return PATH_SYMLINK;
	case DT_SOCK:
		return PATH_SOCKET;
	case DT_UNKNOWN: /* a file system that does not say */
		return listing_kind(l, e->d_name);
	default:
		return PATH_OTHER;
	}
}

/* Reads more; false at the end. A short read is no end: only nothing is. getdents(2). */
static bool fill(struct listing *l)
{
	long n = syscall(SYS_getdents64, l->fd, l->bytes, sizeof l->bytes);

	l->failed = n < 0 ? errno : 0;
	l->at = 0;
	l->len = n > 0 ? (size_t)n : 0;
	return n > 0;
}

const char *listing_next(struct listing *l, enum path_kind *kind)
{
	const struct dirent64 *e;
	const char *name;

	while (l->at < l->len || fill(l)) {
		e = (const struct dirent64 *)(const void *)(l->bytes + l->at);
		l->at += e->d_reclen;
		name = e->d_name;
		if (name[0] == '.' && (!name[1] || (name[1] == '.' && !name[2])))
			continue;
		*kind = kind_of(l, e);
		return name;
	}
	return NULL;
}
