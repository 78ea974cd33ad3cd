#include "base/fd.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/close_range.h>
#include <signal.h>
#include <stdlib.h>
#include <unistd.h>

void fd_cleanup(int *fd)
{
	int saved = errno;

	if (*fd >= 0)
		close(*fd);
	errno = saved;
}

int fd_steal(int *fd)
{
	int n = *fd;

	*fd = -1;
	return n;
}

ssize_t fd_read_all(int fd, void *buf, size_t size)
{
	size_t done = 0;
	ssize_t n;

	while (done < size) {
		n = read(fd, (char *)buf + done, size - done);
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return -1;
		if (n == 0)
			break;
		done += (size_t)n;
	}
	return (ssize_t)done;
}

bool fd_write_all(int fd, const void *buf, size_t len)
{
	size_t done = 0;
	ssize_t n;

	while (done < len) {
		n = write(fd, (const char *)buf + done, len - done);
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return false;
		done += (size_t)n;
	}
	return true;
}

bool fd_write_file(int fd, const void *buf, size_t len)
{
	void (*old)(int) = signal(SIGXFSZ, SIG_IGN);
	bool ok = fd_write_all(fd, buf, len);
	int saved = errno;

	signal(SIGXFSZ, old);
	errno = saved;
	return ok;
}

bool fd_fill_stdio(void)
{
	int fd;

	for (fd = 0; fd <= 2; fd++) {
		if (fcntl(fd, F_GETFD) >= 0)
			continue;
		/* open() yields the lowest free number, which is this one. */
		if (open("/dev/null", fd == 0 ? O_RDONLY : O_WRONLY) != fd)
			return false;
	}
	return true;
}

bool fd_set_cloexec(int fd, bool on)
{
	return fcntl(fd, F_SETFD, on ? FD_CLOEXEC : 0) == 0;
}

static int compare(const void *a, const void *b)
{
	return *(const int *)a - *(const int *)b;
}

bool fd_close_others(int *keep, size_t n)
{
	unsigned from = 3;
	size_t i;

	qsort(keep, n, sizeof *keep, compare);
	for (i = 0; i < n; i++) {
		if (keep[i] < (int)from)
			continue; /* none, or twice */
		if (keep[i] > (int)from && close_range(from, (unsigned)keep[i] - 1, 0) != 0)
			return false;
		from = (unsigned)keep[i] + 1;
	}
	return close_range(from, ~0U, 0) == 0;
}

void fd_cloexec_from(int first)
{
	int fd, max;

	if (close_range((unsigned)first, ~0U, CLOSE_RANGE_CLOEXEC) == 0)
		return;
	/* Before Linux 5.11, and elsewhere: one by one. */
	max = (int)sysconf(_SC_OPEN_MAX);
	for (fd = first; fd < max; fd++)
		fcntl(fd, F_SETFD, FD_CLOEXEC);
}
