#include "cli/state.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/die.h"
#include "base/fd.h"
#include "base/folder.h"
#include "base/path.h"
#include "host/facts.h"
#include "host/find.h"

enum { STATE_MAX = 4 * 1024 * 1024 };

static void check_outside(
	const char *path, const char *what, const struct facts *f, struct arena *arena)
{
	const char *real = host_canonical(path_parent(arena, path), arena);

	if (path_under(path, f->project) || (real && path_under(real, f->project)))
		die("%s: %s lies inside the project, which may write it; set XDG_STATE_HOME to a "
		    "folder outside",
			path, what);
}

char *state_read(const struct state_file *file, const struct facts *f, struct arena *arena)
{
	const char *path = host_state_path(f, file->name, arena);
	cleanup_fd int fd = -1;
	struct stat info;
	char *text;
	ssize_t n;

	check_outside(path, file->what, f, arena);
	fd = open(path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
	if (fd < 0 && errno == ENOENT)
		return NULL;
	if (fd < 0 || fstat(fd, &info) != 0)
		die_errno("%s: %s cannot be read", path, file->what);
	/* No link at all: another run has just put a newer one in its place. */
	if (!S_ISREG(info.st_mode) || info.st_uid != f->uid || info.st_nlink > 1 ||
		info.st_mode & 077)
		die("%s: others can change %s; chmod 600 it, or remove it and begin anew", path,
			file->what);
	text = arena_alloc(arena, (size_t)info.st_size + 1);
	n = info.st_size > STATE_MAX ? -1 : fd_read_all(fd, text, (size_t)info.st_size);
	if (n < 0)
		die("%s: %s is too large; remove it and begin anew", path, file->what);
	text[n] = '\0';
	return text;
}

int state_lock(const struct state_file *file, const struct facts *f, struct arena *arena)
{
	const char *folder = path_parent(arena, host_state_path(f, file->name, arena));
	size_t n = folder_make(folder, 0700);
	int fd;

	if (n)
		die_errno("%.*s: cannot make the folder for %s", (int)n, folder, file->what);
	fd = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd < 0 || flock(fd, LOCK_EX) != 0)
		die_errno("%s: cannot lock %s", folder, file->what);
	return fd;
}

void state_write(const struct state_file *file, const struct facts *f, struct arena *arena,
	struct strbuf *text)
{
	const char *path = host_state_path(f, file->name, arena);
	const char *temporary = arena_printf(arena, "%s.%ld", path, (long)getpid());
	cleanup_fd int fd = -1;

	fd = open(temporary, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
	if (fd < 0 || !fd_write_file(fd, text->s, text->len) || fsync(fd) != 0 ||
		rename(temporary, path) != 0) {
		int error = errno;

		unlink(temporary);
		errno = error;
		die_errno("%s: cannot write %s", path, file->what);
	}
	strbuf_release(text);
}

const char *state_word(const char *path, struct arena *arena)
{
	struct strbuf b = STRBUF_INIT;
	const char *word;

	for (; *path; path++) {
		if (*path > ' ' && *path != '%' && *path != 0x7f)
			strbuf_addc(&b, *path);
		else
			strbuf_addf(&b, "%%%02x", (unsigned char)*path);
	}
	word = arena_strdup(arena, b.s);
	strbuf_release(&b);
	return word;
}

const char *state_from_word(const char *word, size_t len, struct arena *arena)
{
	char *text = arena_alloc(arena, len + 1), *out = text;
	size_t i;

	for (i = 0; i < len; i++) {
		char digits[3] = {0};

		if (word[i] != '%' || i + 2 >= len) {
			*out++ = word[i];
			continue;
		}
		memcpy(digits, word + i + 1, 2);
		*out++ = (char)strtol(digits, NULL, 16);
		i += 2;
	}
	*out = '\0';
	return text;
}
