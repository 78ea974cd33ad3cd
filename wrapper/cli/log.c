#include "cli/log.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/die.h"
#include "base/path.h"
#include "host/facts.h"
#include "plan/view.h"

/* N of --log-fd; -1 if it is no number of a descriptor. */
static int number(const char *digits)
{
	int n = 0;
	const char *p;

	for (p = digits; *p >= '0' && *p <= '9' && n <= INT_MAX / 10 - 1; p++)
		n = n * 10 + (*p - '0');
	return *p || p == digits ? -1 : n;
}

void log_check(const struct options *o)
{
	const char *given = o->value[OPT_LOG_FD];
	int fd, flags;

	if (!given)
		return;
	if (o->set[OPT_LOG])
		die("--log and --log-fd are both given; there is one log, so remove one of them");
	fd = number(given);
	if (fd < 0)
		die("--log-fd '%s' is no number of a descriptor; open one: --log-fd 3 3>FILE",
			given);
	if (fd < 3)
		die("--log-fd %d is the command's own too, which could write lines like the log's; "
		    "open another: --log-fd 3 3>FILE",
			fd);
	flags = fcntl(fd, F_GETFL);
	if (flags < 0)
		die("--log-fd %d is not open; open it: --log-fd %d %d>FILE", fd, fd, fd);
	if (flags & O_PATH || (flags & O_ACCMODE) == O_RDONLY)
		die("--log-fd %d is open for reading only; open it for writing: --log-fd %d "
		    "%d>FILE",
			fd, fd, fd);
}

/* Ends the process if the command can write what is at PATH of the host, under any name. */
static void check_reach(struct session *s, const char *path)
{
	const struct mount *m, *at;
	const char *inside;

	vec_each (m, &s->plan.mounts) {
		if (m->kind != MOUNT_BIND_RW || !path_under(path, m->source))
			continue;
		inside = path + strlen(m->source);
		inside = path_absolute(&s->arena, m->dest, inside + strspn(inside, "/"));
		at = mount_above(&s->plan.mounts, inside);
		if (at && at->kind == MOUNT_BIND_RW)
			die("%s: the command can write here, so it could write lines like the "
			    "log's; name a file outside %s",
				path, m->source);
	}
}

/*
 * What is open must be out of the command's reach: it is not what the command has as standard
 * input, output or error (a terminal or /dev/null may be), and a file has one name, to be known by.
 */
static void check_open(struct session *s, int fd, const char *name)
{
	struct stat st, own;
	const char *real;
	int i;

	if (fstat(fd, &st) != 0)
		die_errno("%s", name);
	for (i = 0; i < 3 && !S_ISCHR(st.st_mode); i++)
		if (fstat(i, &own) == 0 && own.st_dev == st.st_dev && own.st_ino == st.st_ino)
			die("%s is the command's descriptor %d too, which could write lines like "
			    "the log's; name another",
				name, i);
	if (!S_ISREG(st.st_mode))
		return;
	if (st.st_nlink > 1)
		die("%s: the log has a second name (hard link), by which the command could write "
		    "it; name a file of its own",
			name);
	real = host_canonical(arena_printf(&s->arena, "/proc/self/fd/%d", fd), &s->arena);
	if (real && st.st_nlink == 1)
		check_reach(s, real);
}

static int open_file(struct session *s, const char *given)
{
	const char *path = path_absolute(&s->arena, s->facts.cwd, given), *folder;
	int fd;

	if (!path || !*given)
		die("--log '%s': name a file, without '..' behind a folder", given);
	folder = host_canonical(path_parent(&s->arena, path), &s->arena);
	if (!folder)
		die_errno("--log %s: its folder cannot be opened", given);
	/* As it is named, and where that leads: links in a writable folder are the command's. */
	check_reach(s, path);
	path = path_absolute(&s->arena, folder, path_base(path));
	check_reach(s, path);
	fd = open(path,
		O_WRONLY | O_APPEND | O_CREAT | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY | O_CLOEXEC,
		0600);
	if (fd < 0 && errno == ELOOP)
		die("--log %s is a symbolic link; name where it leads", given);
	if (fd < 0 && errno == ENXIO)
		die("--log %s: nobody reads what is written there; start its reader first", given);
	if (fd < 0)
		die_errno("--log %s cannot be opened for writing", given);
	return fd;
}

int log_open(struct session *s)
{
	const char *name;
	int fd;

	if (s->options.set[OPT_LOG_FD]) {
		fd = number(s->options.value[OPT_LOG_FD]);
		name = arena_printf(&s->arena, "--log-fd %d", fd);
	} else if (s->options.set[OPT_LOG]) {
		fd = open_file(s, s->options.value[OPT_LOG]);
		name = s->options.value[OPT_LOG];
	} else {
		return -1;
	}
	check_open(s, fd, name);
	return fd;
}
