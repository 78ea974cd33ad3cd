#include "keeper/twins.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "base/fd.h"
#include "base/pidfd.h"
#include "base/process.h"

/* What of a record is locked: its first byte by the twin, its second by the runs that use it, which
 * need not be there. */
static const struct flock by_twin = {.l_whence = SEEK_SET, .l_start = 0, .l_len = 1};
static const struct flock by_runs = {.l_whence = SEEK_SET, .l_start = 1, .l_len = 1};

static bool lock(int fd, struct flock what, short type)
{
	what.l_type = type;
	return fcntl(fd, F_OFD_SETLK, &what) == 0;
}

/* Asking is no taking: two who ask at once do not see each other. */
static bool is_locked(int fd, struct flock what)
{
	what.l_type = F_WRLCK;
	return fcntl(fd, F_OFD_GETLK, &what) == 0 && what.l_type != F_UNLCK;
}

static int open_record(const char *records, const char *name, int flags)
{
	char path[PATH_MAX];

	if ((size_t)snprintf(path, sizeof path, "%s/%s", records, name) >= sizeof path) {
		errno = ENAMETOOLONG;
		return -1;
	}
	return open(path, O_RDWR | O_APPEND | O_NOFOLLOW | O_CLOEXEC | flags, 0600);
}

/* True if FD is the file that is called so now, and not one that its last holder has removed. */
static bool is_named(int fd, const char *records, const char *name)
{
	cleanup_fd int there = open_record(records, name, 0);
	struct stat a, b;

	return there >= 0 && fstat(fd, &a) == 0 && fstat(there, &b) == 0 && a.st_ino == b.st_ino &&
		a.st_dev == b.st_dev;
}

int twin_take(const char *records, const char *name)
{
	struct process self;
	int fd, error;

	for (;;) {
		fd = open_record(records, name, O_CREAT);
		if (fd < 0)
			return -1;
		if (!lock(fd, by_twin, F_WRLCK)) {
			error = errno == EACCES ? EAGAIN : errno;
			close(fd);
			errno = error;
			return -1;
		}
		if (is_named(fd, records, name))
			break;
		close(fd);
	}
	if (ftruncate(fd, 0) == 0 && process_look(getpid(), &self) &&
		dprintf(fd, "front %d %llu %lld\n", (int)getpid(), self.started,
			(long long)time(NULL)) > 0)
		return fd;
	error = errno;
	close(fd);
	errno = error;
	return -1;
}

bool twin_look(const char *records, const char *name, struct twin_record *r)
{
	cleanup_fd int fd = open_record(records, name, 0);
	char text[TWIN_RECORD_MAX];
	ssize_t n;

	*r = (struct twin_record){0};
	if (fd < 0 || !is_locked(fd, by_twin))
		return false;
	n = fd_read_all(fd, text, sizeof text - 1);
	text[n > 0 ? n : 0] = '\0';
	twin_parse(r, text);
	return true;
}

int twin_process(pid_t pid, unsigned long long started)
{
	int fd = pid > 0 ? pidfd_of(pid) : -1;
	struct process now;

	/* Looked at after it is held: a number that was given again has another start. */
	if (fd >= 0 && (!process_look(pid, &now) || now.started != started)) {
		close(fd);
		fd = -1;
	}
	return fd;
}

int twin_use(const char *records, const char *name)
{
	cleanup_fd int fd = open_record(records, name, 0);

	/* Looked at after it is taken: from here on nobody ends it. */
	if (fd < 0 || !lock(fd, by_runs, F_RDLCK) || !is_locked(fd, by_twin) ||
		!is_named(fd, records, name))
		return -1;
	return fd_steal(&fd);
}

enum twin_claim twin_claim(const char *records, const char *name, int *fd)
{
	cleanup_fd int record = open_record(records, name, 0);
	struct flock other = by_runs;

	if (record < 0 || !is_locked(record, by_twin))
		return CLAIM_GONE;
	if (lock(record, by_runs, F_WRLCK)) {
		*fd = fd_steal(&record);
		return CLAIM_MADE;
	}
	other.l_type = F_WRLCK;
	if (fcntl(record, F_OFD_GETLK, &other) != 0 || other.l_type != F_RDLCK)
		return CLAIM_OTHER; /* or nobody by now */
	return CLAIM_USED;
}

bool twin_is_used(const char *records, const char *name)
{
	cleanup_fd int fd = open_record(records, name, 0);

	return fd >= 0 && is_locked(fd, by_runs);
}
