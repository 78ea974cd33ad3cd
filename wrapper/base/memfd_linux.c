#include "base/memfd.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/mman.h>
#include <unistd.h>

#include "base/fd.h"

/* Linux 6.3; Debian 12's headers do not know it. */
static const unsigned executable = 0x0010U;

/* Takes FD over. */
static int fill(int new_fd, const void *bytes, size_t len)
{
	cleanup_fd int fd = new_fd;

	if (fd < 0 || !fd_write_file(fd, bytes, len) || lseek(fd, 0, SEEK_SET) != 0)
		return -1;
	if (fcntl(fd, F_ADD_SEALS, F_SEAL_SEAL | F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_WRITE) < 0)
		return -1;
	return fd_steal(&fd);
}

int memfd_bytes(const char *name, const void *bytes, size_t len)
{
	return fill(memfd_create(name, MFD_ALLOW_SEALING), bytes, len);
}

int memfd_program(const char *name, const void *bytes, size_t len)
{
	int fd = memfd_create(name, MFD_ALLOW_SEALING | executable);

	/* An older kernel does not know the flag: there every memory file may be executed. */
	if (fd < 0 && errno == EINVAL)
		fd = memfd_create(name, MFD_ALLOW_SEALING);
	return fill(fd, bytes, len);
}
