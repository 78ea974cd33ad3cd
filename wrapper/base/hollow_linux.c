#include "base/hollow.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stddef.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/fd.h"

static const char ignore[] = ".gitignore", all[] = "*\n";
enum { ALL_BYTES = sizeof all - 1 };

bool hollow_make(int at, const char *name)
{
	cleanup_fd int fd = -1, file = -1;
	int error;

	if (mkdirat(at, name, 0755) != 0)
		return false;
	fd = openat(at, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	if (fd >= 0)
		file = openat(
			fd, ignore, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0644);
	if (file >= 0 && fd_write_file(file, all, ALL_BYTES))
		return true;
	error = errno;
	if (file >= 0)
		unlinkat(fd, ignore, 0);
	unlinkat(at, name, AT_REMOVEDIR);
	errno = error;
	return false;
}

/* 1 if the .gitignore of the folder FD is the one that is made above; 0 if it is another, or none;
 * -1 with errno if that cannot be seen. */
static int is_ours(int fd)
{
	cleanup_fd int file =
		openat(fd, ignore, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
	char bytes[ALL_BYTES + 1];
	struct stat st;
	ssize_t n;

	if (file < 0)
		return errno == ENOENT || errno == ELOOP || errno == ENXIO || errno == EACCES ? 0
											      : -1;
	if (fstat(file, &st) != 0)
		return -1;
	if (!S_ISREG(st.st_mode) || st.st_nlink != 1 || st.st_size != ALL_BYTES)
		return 0;
	n = fd_read_all(file, bytes, sizeof bytes);
	return n < 0 ? -1 : n == ALL_BYTES && memcmp(bytes, all, ALL_BYTES) == 0;
}

/* Just opened. If there is more than what is passed over, the first piece of the list shows it. */
bool hollow_is(int fd)
{
	_Alignas(struct dirent64) char bytes[512];
	ssize_t n = getdents64(fd, bytes, sizeof bytes), at = 0;

	while (at < n) {
		const struct dirent64 *e = (const void *)(bytes + at);

		if (strcmp(e->d_name, ".") != 0 && strcmp(e->d_name, "..") != 0 &&
			(strcmp(e->d_name, ignore) != 0 || is_ours(fd) != 1))
			return false;
		at += e->d_reclen;
	}
	return n > 0;
}

bool hollow_remove(int at, const char *name)
{
	cleanup_fd int fd = openat(at, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	int ours = fd < 0 ? -1 : is_ours(fd);

	if (ours < 0 || (ours && unlinkat(fd, ignore, 0) != 0))
		return false;
	return unlinkat(at, name, AT_REMOVEDIR) == 0;
}
