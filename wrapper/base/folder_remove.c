#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/fd.h"
#include "base/folder.h"

/* The folder NAME in FOLDER, opened for good: what is opened first, and can be anything, is what is
 * changed, whatever stands there meanwhile. */
static int open_closed(int folder, const char *name)
{
	cleanup_fd int there = openat(folder, name, O_PATH | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	char self[32];

	if (there < 0)
		return -1;
	snprintf(self, sizeof self, "/proc/self/fd/%d", there);
	if (chmod(self, S_IRWXU) != 0)
		return -1;
	return openat(there, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
}

/* A folder NAME of FOLDER goes to TOP, with a name that is new there. */
static bool lift(int folder, const char *name, int top, unsigned long long *number)
{
	cleanup_fd int fd = open_closed(folder, name); /* to be moved, it must be writable */
	char there[32];
	struct stat st;

	if (fd < 0)
		return false;
	do
		snprintf(there, sizeof there, "remove.%llu", (*number)++);
	while (fstatat(top, there, &st, AT_SYMLINK_NOFOLLOW) == 0);
	return renameat(folder, name, top, there) == 0;
}

/* Removes what is in FOLDER, and lifts folders to TOP. */
static bool empty(int folder, int top, unsigned long long *number)
{
	int own = openat(folder, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	DIR *d = own < 0 ? NULL : fdopendir(own);
	struct dirent *e;
	bool good = d;

	if (!d)
		fd_cleanup(&own);
	while (good && (e = readdir(d)))
		if (strcmp(e->d_name, ".") != 0 && strcmp(e->d_name, "..") != 0)
			good = unlinkat(folder, e->d_name, 0) == 0 ||
				((errno == EISDIR || errno == EPERM) &&
					lift(folder, e->d_name, top, number));
	if (d)
		closedir(d);
	return good;
}

/* One round: each folder in TOP is emptied and goes. True in *MORE if there are others by now. */
static bool round_of(int top, unsigned long long *number, bool *more)
{
	int own = openat(top, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	DIR *d = own < 0 ? NULL : fdopendir(own);
	struct dirent *e;
	bool good = d;

	*more = false;
	if (!d)
		fd_cleanup(&own);
	while (good && (e = readdir(d))) {
		if (strcmp(e->d_name, ".") == 0 || strcmp(e->d_name, "..") == 0 ||
			unlinkat(top, e->d_name, 0) == 0)
			continue;
		cleanup_fd int folder = open_closed(top, e->d_name);
		*more = true;
		good = folder >= 0 && empty(folder, top, number) &&
			unlinkat(top, e->d_name, AT_REMOVEDIR) == 0;
	}
	if (d)
		closedir(d);
	return good;
}

bool folder_remove(const char *path)
{
	cleanup_fd int top = open_closed(AT_FDCWD, path);
	unsigned long long number = 0;
	bool more = true;

	if (top < 0)
		return errno == ENOENT;
	while (more)
		if (!round_of(top, &number, &more))
			return false;
	return rmdir(path) == 0;
}
