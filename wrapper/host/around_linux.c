#include "host/around.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/magic.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/statfs.h>
#include <sys/statvfs.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/die.h"
#include "base/fd.h"
#include "base/strbuf.h"
#include "model/landlock_abi.h"

/*
 * The answer alone could be another's filter, put there for a reason of its own. The other facts
 * cost two calls, and only where there was an answer.
 */
enum around host_around(void)
{
	enum around around = AROUND_NONE;
	struct statfs st;

	if (prctl(AROUND_QUESTION, 0, 0, 0, 0) != -1)
		return AROUND_NONE;
	if (errno == EISNAM)
		around = AROUND_FULL;
	else if (errno == ENOTNAM)
		around = AROUND_LOWER;
	else
		return AROUND_NONE;
	if (prctl(PR_GET_NO_NEW_PRIVS, 0, 0, 0, 0) != 1 || prctl(PR_GET_SECCOMP, 0, 0, 0, 0) != 2)
		return AROUND_NONE;
	if (around == AROUND_FULL &&
		(statfs("/", &st) != 0 || st.f_type != TMPFS_MAGIC || !(st.f_flags & ST_RDONLY)))
		return AROUND_NONE;
	return around;
}

/* Blanks and the like are octal there: "\\040". proc_pid_mountinfo(5). */
static const char *decode(const char *s, size_t n, struct arena *arena)
{
	char *out = arena_alloc(arena, n + 1), *to = out;
	size_t i = 0;

	while (i < n) {
		if (s[i] == '\\' && i + 3 < n) {
			*to++ = (char)((s[i + 1] - '0') * 64 + (s[i + 2] - '0') * 8 +
				(s[i + 3] - '0'));
			i += 4;
		} else {
			*to++ = s[i++];
		}
	}
	*to = '\0';
	return out;
}

/* One line: number, parent, device, root, PLACE, OPTIONS ... */
static bool add_mount(struct surroundings *s, const char *line, struct arena *arena)
{
	const char *place = NULL, *p = line;
	size_t n = 0, length = 0;
	int field;

	for (field = 0; field < 6; field++) {
		p += n + (n > 0);
		n = strcspn(p, " \n");
		if (n == 0)
			return false;
		if (field == 4) {
			place = p;
			length = n;
		}
	}
	*vec_push(arena, &s->mounts) = (struct seen_mount){
		.at = decode(place, length, arena),
		.read_only = strncmp(p, "ro", 2) == 0 && (n == 2 || p[2] == ','),
	};
	return true;
}

static void read_mounts(struct surroundings *s, struct arena *arena)
{
	cleanup_fd int fd = open("/proc/self/mountinfo", O_RDONLY | O_CLOEXEC);
	struct strbuf text = STRBUF_INIT;
	char bytes[8192];
	const char *line;
	ssize_t n = -1;

	while (fd >= 0 && (n = read(fd, bytes, sizeof bytes)) > 0)
		strbuf_add(&text, bytes, (size_t)n);
	if (n < 0 || !text.len)
		die_errno("the mounts around this run cannot be read, so the command was not "
			  "started");
	for (line = text.s; *line; line += strcspn(line, "\n") + 1)
		if (!add_mount(s, line, arena))
			die("the mounts around this run cannot be understood, so the command was "
			    "not started");
	strbuf_release(&text);
}

/* True if there is nothing to read at PATH: what hides a path looks like that. */
static bool shows_nothing(const char *path)
{
	cleanup_fd int fd = open(path, O_RDONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
	struct statvfs fs;
	struct stat st;

	if (fd < 0)
		return errno == EACCES || errno == ENOENT || errno == ENOTDIR;
	if (fstat(fd, &st) != 0 || fstatvfs(fd, &fs) != 0 || !(fs.f_flag & ST_RDONLY))
		return false;
	return S_ISCHR(st.st_mode) || (S_ISREG(st.st_mode) && st.st_size == 0);
}

void host_surroundings(
	struct surroundings *s, enum around around, const struct strvec *asked, struct arena *arena)
{
	long abi = syscall(SYS_LANDLOCK_CREATE_RULESET, NULL, 0, CREATE_RULESET_VERSION);
	size_t i;

	*s = (struct surroundings){.around = around, .landlock = abi > 0 ? (int)abi : 0};
	read_mounts(s, arena);
	for (i = 0; i < asked->n; i++)
		if (shows_nothing(asked->v[i]))
			strvec_push(arena, &s->hidden, asked->v[i]);
}
