#include "launch/sources.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/die.h"
#include "base/exact.h"
#include "base/fd.h"
#include "base/folder.h"

/* Links above PATH are followed: the folder is the user's own configuration (~/.cargo may be a link
 * to another disk), and no run can write its parents. */
static int make_folder(const char *path)
{
	size_t n = folder_make(path, 0755);

	if (n)
		die_errno("cannot make %.*s, which the command writes", (int)n, path);
	return open(path, O_PATH | O_DIRECTORY | O_CLOEXEC);
}

/* A pipe that holds DATA whole; the sandbox's small files are far below its capacity. */
static int open_data(const char *data)
{
	int ends[2];

	if (strlen(data) > 4096 || pipe2(ends, O_CLOEXEC) != 0 ||
		!fd_write_all(ends[1], data, strlen(data)))
		die_errno("cannot hand a file of /etc to the sandbox");
	close(ends[1]);
	return ends[0];
}

static int open_source(const struct mount *m)
{
	int fd = -1;

	if (m->held) {
		if (m->make && (fd = make_folder(m->source)) >= 0)
			close(fd);
		return -1;
	}
	switch (m->kind) {
	case MOUNT_BIND_RO:
	case MOUNT_BIND_RW:
		/* One of its own for each mount: bwrap closes it when it has bound it. */
		fd = m->fd >= 0   ? fcntl(m->fd, F_DUPFD, 3)
			: m->make ? make_folder(m->source)
				  : open_exact(m->source, O_PATH);
		break;
	case MOUNT_COPY:
		fd = open_exact(m->source, O_RDONLY | O_NOCTTY);
		if (fd < 0 && errno == EACCES)
			return -1; /* what the caller cannot read, the command does not get */
		break;
	case MOUNT_DATA:
		fd = open_data(m->data);
		break;
	case MOUNT_TMPFS:
	case MOUNT_MASK:
	case MOUNT_DIR:
	case MOUNT_SYMLINK:
	case MOUNT_PROC:
	case MOUNT_DEV:
	case MOUNT_SEAL:
		return -1;
	}
	/* Somebody has put a link there since the plan was made (CVE-2024-42472 is of this kind).
	 */
	if (fd < 0 && errno == ELOOP)
		die("%s became a symbolic link while this run started; look who changed it",
			m->source);
	if (fd < 0 || !fd_set_cloexec(fd, false))
		die_errno("cannot open %s for the sandbox", m->source);
	return fd;
}

int *sources_open(const struct plan *plan, struct arena *arena)
{
	int *fds = arena_calloc(arena, plan->mounts.n + 1, sizeof *fds);
	size_t i;

	for (i = 0; i < plan->mounts.n; i++)
		fds[i] = open_source(&plan->mounts.v[i]);
	return fds;
}
