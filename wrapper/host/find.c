#include "host/find.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/fd.h"
#include "base/mutant.h"
#include "base/path.h"
#include "base/strvec.h"
#include "host/facts.h"

/* The readers' own limit; what is larger is cut there and refused by them. */
enum { TEXT_MAX = 256 * 1024 };

/* What is wrong with the open file ST as a law; NULL if nothing. */
static const char *file_fault(const struct stat *st, enum find_owner owner)
{
	if (!S_ISREG(st->st_mode))
		return "is not a regular file; replace it by one";
	if (st->st_uid != geteuid() && !(owner == OWNER_USER_OR_ROOT && st->st_uid == 0))
		return "belongs to somebody else; own it, or run in a project of your own";
	if (WITHOUT(OWNER))
		return NULL;
	if (st->st_nlink != 1)
		return "has a second name (hard link), through which it could be changed; remove "
		       "the link";
	if (st->st_mode & (S_IWGRP | S_IWOTH))
		return "can be written by others; chmod go-w it";
	if (st->st_size > TEXT_MAX)
		return "is larger than 256 KiB; shorten it";
	return NULL;
}

bool host_read_text(const char *path, enum find_owner owner, struct text_file *t,
	struct arena *arena, struct diags *diags)
{
	cleanup_fd int fd = open(path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
	const struct place at = {.file = path};
	const char *fault = NULL;
	struct stat st;
	ssize_t len;
	char *text;

	*t = (struct text_file){0};
	if (fd < 0 && (errno == ENOENT || errno == ENOTDIR))
		return false;
	if (fd < 0) {
		diag_add(diags, at, "%s",
			errno == ELOOP ? "is a symbolic link; put the file itself there"
				       : strerror(errno));
		return false;
	}
	fault = fstat(fd, &st) != 0 ? strerror(errno) : file_fault(&st, owner);
	if (fault) {
		diag_add(diags, at, "%s", fault);
		return false;
	}
	text = arena_alloc(arena, TEXT_MAX + 1);
	len = fd_read_all(fd, text, TEXT_MAX + 1);
	if (len < 0) {
		diag_add(diags, at, "cannot be read: %s", strerror(errno));
		return false;
	}
	*t = (struct text_file){.path = path, .text = text, .len = (size_t)len};
	return true;
}

/*
 * A pipe that nobody may open, or an empty folder, under a name that should be something else:
 * another run's, which keeps the name away while it lasts (launch/placeholders.h). It says nothing
 * about the project.
 */
static bool is_placeholder(const char *path)
{
	struct stat st;
	size_t n = 0;
	DIR *d;

	if (lstat(path, &st) != 0)
		return false;
	if (S_ISFIFO(st.st_mode))
		return (st.st_mode & 07777) == 0;
	if (!S_ISDIR(st.st_mode) || !(d = opendir(path)))
		return false;
	while (n < 3 && readdir(d))
		n++;
	closedir(d);
	return n == 2; /* . and .. */
}

static bool read_manifest(
	const char *path, struct text_file *t, struct arena *arena, struct diags *diags)
{
	return !is_placeholder(path) && host_read_text(path, OWNER_USER, t, arena, diags);
}

/* Whether PATH is there; a machine that cannot say it is a fault, not a no. */
static bool is_there(const char *path, struct diags *diags)
{
	struct stat st;

	if (lstat(path, &st) == 0)
		return !is_placeholder(path);
	if (errno != ENOENT && errno != ENOTDIR && errno != EACCES)
		diag_add(diags, (struct place){.file = path}, "%s", strerror(errno));
	return false;
}

/* A folder that cannot be looked at ends the search, and the run: a manifest may be behind it. */
static bool look_at_folder(const char *dir, struct stat *st, struct diags *diags)
{
	if (stat(dir, st) == 0)
		return true;
	diag_add(diags, (struct place){.file = dir}, "%s", strerror(errno));
	return false;
}

/* A folder in which anybody may put a file is no place for a law. */
static void check_folder(const char *dir, struct diags *diags)
{
	struct stat st;

	if (look_at_folder(dir, &st, diags) && st.st_mode & S_IWOTH)
		diag_add(diags, (struct place){.file = dir},
			"everybody can write in this folder, so its seal.toml counts for nothing; "
			"chmod o-w it");
}

/* Sets the project by the walk; the manifest too, unless LOOK is false. */
static void walk_up(struct facts *f, bool look, struct text_file *manifest, struct arena *arena,
	struct diags *diags)
{
	const char *dir = f->cwd, *top, *path, *git = NULL;
	struct stat first, st;

	f->project = f->cwd;
	if (!look_at_folder(dir, &first, diags))
		return;
	while (strcmp(dir, f->home) != 0 && look_at_folder(dir, &st, diags) &&
		st.st_dev == first.st_dev && st.st_uid == first.st_uid) {
		top = strcmp(dir, "/") ? dir : "";
		path = arena_printf(arena, "%s/seal.toml", top);
		if (look && read_manifest(path, manifest, arena, diags)) {
			check_folder(dir, diags);
			f->project = dir;
			return;
		}
		if (look && diag_any(diags))
			return;
		if (is_there(arena_printf(arena, "%s/.git", top), diags) && !git) {
			/* The search is over; what stands above is only looked for. */
			f->project = git = dir;
			look = false;
		} else if (git && is_there(path, diags)) {
			f->above = path;
			return;
		}
		if (strcmp(dir, "/") == 0)
			return;
		dir = path_parent(arena, dir);
	}
}

void host_find_project(struct facts *f, const char *explicit_file, struct text_file *manifest,
	struct arena *arena, struct diags *diags)
{
	const char *path, *dir;

	*manifest = (struct text_file){0};
	if (!explicit_file) {
		walk_up(f, true, manifest, arena, diags);
		return;
	}
	path = path_absolute(arena, f->cwd, explicit_file);
	dir = path ? host_canonical(path_parent(arena, path), arena) : NULL;
	if (dir)
		path = arena_printf(arena, "%s/%s", strcmp(dir, "/") ? dir : "", path_base(path));
	if (!dir || !host_read_text(path, OWNER_USER, manifest, arena, diags)) {
		if (!diag_any(diags))
			diag_add(diags, (struct place){.file = explicit_file},
				"there is no such manifest; check the name behind -m");
		f->project = f->cwd;
		return;
	}
	check_folder(dir, diags);
	walk_up(f, false, manifest, arena, diags);
	if (path_under(f->cwd, dir))
		f->project = dir;
}

/* readdir(3) tells an error from the end by errno alone. */
static struct dirent *next_entry(DIR *d)
{
	errno = 0;
	return readdir(d);
}

void host_read_folder(
	const char *dir, struct text_files *out, struct arena *arena, struct diags *diags)
{
	const struct place at = {.file = dir};
	struct strvec names = {0};
	struct text_file t;
	struct dirent *e;
	DIR *d = opendir(dir);
	size_t i, n;

	if (!d && errno != ENOENT && errno != ENOTDIR)
		diag_add(diags, at, "%s", strerror(errno));
	if (!d)
		return;
	while ((e = next_entry(d)))
		if ((n = strlen(e->d_name)) > 5 && e->d_name[0] != '.' &&
			strcmp(e->d_name + n - 5, ".toml") == 0)
			strvec_push(arena, &names, arena_printf(arena, "%s/%s", dir, e->d_name));
	if (errno)
		diag_add(diags, at, "%s", strerror(errno));
	closedir(d);
	strvec_sort(&names);
	for (i = 0; i < names.n; i++)
		if (host_read_text(names.v[i], OWNER_USER_OR_ROOT, &t, arena, diags))
			*vec_push(arena, out) = t;
}

/* The value of VARIABLE if it is an absolute path, as the XDG rules want it; else NULL. */
static const char *xdg_folder(const struct facts *f, const char *variable)
{
	const char *folder = facts_variable(f, variable);

	return folder && *folder == '/' ? folder : NULL;
}

static const char *xdg_path(const struct facts *f, const char *variable, const char *fallback,
	const char *name, struct arena *arena)
{
	const char *folder = xdg_folder(f, variable);

	if (folder)
		return arena_printf(arena, "%s/seal-exec/%s", folder, name);
	return arena_printf(arena, "%s/%s/seal-exec/%s", f->home, fallback, name);
}

const char *host_config_path(const struct facts *f, const char *name, struct arena *arena)
{
	return xdg_path(f, "XDG_CONFIG_HOME", ".config", name, arena);
}

const char *host_state_path(const struct facts *f, const char *name, struct arena *arena)
{
	return xdg_path(f, "XDG_STATE_HOME", ".local/state", name, arena);
}

const char *host_runtime_folder(const struct facts *f)
{
	return xdg_folder(f, "XDG_RUNTIME_DIR");
}
