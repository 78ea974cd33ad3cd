#include "host/envrc.h"

#include <errno.h>
#include <fcntl.h>
#include <sha2.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/die.h"
#include "base/fd.h"
#include "base/path.h"
#include "host/facts.h"

/* What is larger is no list of variables. */
enum { TEXT_MAX = 1024 * 1024 };

const char *envrc_name(const char *path, const char *text, size_t len, struct arena *arena)
{
	char hex[SHA256_DIGEST_STRING_LENGTH];
	SHA2_CTX ctx;

	SHA256Init(&ctx);
	SHA256Update(&ctx, (const uint8_t *)path, strlen(path));
	SHA256Update(&ctx, (const uint8_t *)"\n", 1);
	if (text)
		SHA256Update(&ctx, (const uint8_t *)text, len);
	return arena_strdup(arena, SHA256End(&ctx, hex));
}

/* What is wrong with the open file ST at PATH; NULL if nothing. */
static const char *fault_of(
	const struct facts *f, const char *path, const struct stat *st, struct arena *arena)
{
	const char *real = host_canonical(path, arena);

	if (!real || !path_under(real, f->project))
		return "is a symbolic link that leads out of the project; put the file itself "
		       "there";
	if (st->st_uid != f->uid && st->st_uid != 0)
		return "belongs to somebody else; own it";
	if (st->st_mode & S_IWOTH)
		return "can be written by everybody; chmod o-w it";
	if (st->st_size > TEXT_MAX)
		return "is larger than 1 MiB; shorten it";
	return NULL;
}

static void read_text(struct envrc *e, int fd, struct arena *arena)
{
	char *text = arena_alloc(arena, TEXT_MAX + 1);
	ssize_t n = fd_read_all(fd, text, TEXT_MAX + 1);

	if (n < 0)
		die_errno("cannot read %s", e->path);
	if (n > TEXT_MAX)
		e->fault = "is larger than 1 MiB; shorten it";
	else
		e->approval = envrc_name(e->path, text, (size_t)n, arena);
}

/* True if PATH is what direnv takes for an .envrc, a regular file that can be opened; F->envrc then
 * says which. */
static bool take(struct facts *f, const char *path, struct arena *arena)
{
	cleanup_fd int fd = open(path, O_RDONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
	struct stat st;

	if (fd < 0)
		host_check_answer(path);
	if (fd < 0 || fstat(fd, &st) != 0 || !S_ISREG(st.st_mode))
		return false;
	f->envrc.path = path;
	f->envrc.folder = path_parent(arena, path);
	f->envrc.fault = fault_of(f, path, &st, arena);
	if (!f->envrc.fault)
		read_text(&f->envrc, fd, arena);
	return true;
}

static bool is_there(const char *folder, const char *kind, const char *name, struct arena *arena)
{
	const char *path = arena_printf(arena, "%s/%s/%s", folder, kind, name);
	struct stat st;

	if (stat(path, &st) == 0)
		return true;
	host_check_answer(path);
	return false;
}

/* Where direnv keeps its data, as its own environment would say. */
static const char *data_folder(const struct facts *f, struct arena *arena)
{
	const char *xdg = facts_variable(f, "XDG_DATA_HOME");

	return xdg && *xdg == '/' ? path_absolute(arena, xdg, "direnv")
				  : path_join(arena, f->home, ".local/share/direnv");
}

void host_find_envrc(struct facts *f, struct arena *arena)
{
	const char *dir = f->cwd, *real;
	struct envrc *e = &f->envrc;

	*e = (struct envrc){0};
	while (path_under(dir, f->project) && !take(f, path_join(arena, dir, ".envrc"), arena)) {
		if (strcmp(dir, "/") == 0)
			break;
		dir = path_parent(arena, dir);
	}
	if (!e->path)
		return;
	e->store = data_folder(f, arena);
	real = host_canonical(e->store, arena);
	if (real)
		e->store = real;
	e->denied = is_there(e->store, "deny", envrc_name(e->path, NULL, 0, arena), arena);
	e->allowed = e->approval && is_there(e->store, "allow", e->approval, arena);
}
