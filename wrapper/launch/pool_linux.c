#include "launch/pool.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/fd.h"
#include "model/names.h"

/* So many wait at most, of all kinds. */
enum { POOL_MAX = 256 };

static bool is_kind(const char *name, enum stand_in kind)
{
	size_t n = strlen(stand_in_names[kind]);

	return strncmp(name, stand_in_names[kind], n) == 0 && name[n] == '.';
}

void pool_open(struct pool *p, int state, struct arena *arena)
{
	const struct dirent *e;
	struct stat st;
	int list;
	DIR *dir;

	*p = (struct pool){.fd = -1};
	if (mkdirat(state, "pool", 0700) != 0 && errno != EEXIST)
		return;
	p->fd = openat(state, "pool", O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	/* Who else could write it could have others' things moved. */
	if (p->fd < 0 || fstat(p->fd, &st) != 0 || st.st_uid != geteuid() || st.st_mode & 022) {
		pool_close(p);
		return;
	}
	list = fcntl(p->fd, F_DUPFD_CLOEXEC, 3);
	dir = list < 0 ? NULL : fdopendir(list);
	while (dir && p->names.n < POOL_MAX && (e = readdir(dir)))
		if (e->d_name[0] != '.')
			strvec_push(arena, &p->names, arena_strdup(arena, e->d_name));
	if (dir)
		closedir(dir);
	else if (list >= 0)
		close(list);
}

void pool_close(struct pool *p)
{
	if (p->fd >= 0)
		close(p->fd);
	p->fd = -1;
}

bool pool_take(struct pool *p, enum stand_in kind, int folder, const char *name)
{
	size_t i;

	for (i = 0; p->fd >= 0 && i < p->names.n; i++) {
		const char *from = p->names.v[i];

		if (!from || !is_kind(from, kind))
			continue;
		if (renameat2(p->fd, from, folder, name, RENAME_NOREPLACE) == 0) {
			p->names.v[i] = NULL;
			return true;
		}
		if (errno == EEXIST)
			return false;
		if (errno != ENOENT) {
			pool_close(p); /* another file system, or one that cannot: never here */
			break;
		}
	}
	errno = ENOENT;
	return false;
}

/* True if the folder FD, just opened, holds nothing. If there is more than "." and "..", the first
 * piece of the list shows it. */
static bool is_empty(int fd)
{
	_Alignas(struct dirent64) char bytes[512];
	ssize_t n = getdents64(fd, bytes, sizeof bytes), at = 0;

	while (at < n) {
		const struct dirent64 *e = (const void *)(bytes + at);

		if (strcmp(e->d_name, ".") != 0 && strcmp(e->d_name, "..") != 0)
			return false;
		at += e->d_reclen;
	}
	return n > 0;
}

static bool same_time(const struct stat *a, const struct stat *b)
{
	return a->st_mtim.tv_sec == b->st_mtim.tv_sec && a->st_mtim.tv_nsec == b->st_mtim.tv_nsec;
}

bool pool_put(struct pool *p, enum stand_in kind, int folder, const char *name)
{
	cleanup_fd int fd = -1;
	struct stat before, after;
	char to[64];

	if (p->fd < 0 || p->names.n >= POOL_MAX)
		return false;
	/* Nothing can be put into a socket. */
	if (kind == STAND_SOCKET) {
		if (fstatat(folder, name, &before, AT_SYMLINK_NOFOLLOW) != 0)
			return false;
		snprintf(to, sizeof to, "%s.%llu", stand_in_names[kind],
			(unsigned long long)before.st_ino);
		return renameat2(folder, name, p->fd, to, RENAME_NOREPLACE) == 0;
	}
	fd = openat(folder, name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
	if (fd < 0 || fstat(fd, &before) != 0 || (kind == STAND_FOLDER && !is_empty(fd)))
		return false;
	snprintf(to, sizeof to, "%s.%llu", stand_in_names[kind], (unsigned long long)before.st_ino);
	if (renameat2(folder, name, p->fd, to, RENAME_NOREPLACE) != 0)
		return false;
	if (fstat(fd, &after) != 0) {
		renameat2(p->fd, to, folder, name, RENAME_NOREPLACE);
		return false;
	}
	/* Somebody has put something in at that very moment: it goes back to where he put it. */
	if (same_time(&before, &after) && before.st_size == after.st_size)
		return true;
	return renameat2(p->fd, to, folder, name, RENAME_NOREPLACE) == 0;
}
