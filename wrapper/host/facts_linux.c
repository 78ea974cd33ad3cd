#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <pwd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/xattr.h>
#include <unistd.h>

#include "base/die.h"
#include "base/exact.h"
#include "base/fd.h"
#include "base/path.h"
#include "config.h"
#include "host/facts.h"

/* The account's name: one plain field of passwd, whatever the directory service says. */
static bool is_plain_name(const char *s)
{
	return s && *s && !strpbrk(s, ":/\n ") && strlen(s) < 256;
}

static bool is_answer(int error)
{
	return error == ENOENT || error == ENOTDIR || error == EACCES || error == ELOOP ||
		error == ENAMETOOLONG;
}

void host_check_answer(const char *path)
{
	if (!is_answer(errno))
		die_errno("cannot look at %s", path);
}

/*
 * The caller's line of /etc/passwd, read as a file: a directory service would be a network call,
 * and its plug-ins cannot be loaded into a static program. The entry holds until the next call.
 */
static const struct passwd *own_account(uid_t uid, FILE **accounts)
{
	const struct passwd *pw = NULL;

	*accounts = fopen("/etc/passwd", "re");
	if (!*accounts)
		host_check_answer("/etc/passwd");
	while (*accounts && (pw = fgetpwent(*accounts)) && pw->pw_uid != uid)
		;
	return pw;
}

static const char *read_link(const char *path, struct arena *arena)
{
	char text[PATH_MAX];
	ssize_t n = readlink(path, text, sizeof text);

	return n > 0 && n < (ssize_t)sizeof text ? arena_strndup(arena, text, (size_t)n) : NULL;
}

static const char *canonical_or_clean(const char *path, struct arena *arena)
{
	const char *real = host_canonical(path, arena);

	return real ? real : path_absolute(arena, "/", path);
}

/*
 * The account says who asks; HOME says where his files are, and may say anything: what is refused
 * as a project is refused for both homes (policy/refuse.c).
 */
void host_identity(struct facts *f, const char *const *env, struct arena *arena)
{
	const char *home, *user;
	const struct passwd *pw = NULL;
	FILE *accounts = NULL;
	char cwd[PATH_MAX];

	f->platform = PLATFORM_LINUX;
	f->environ = env;
	home = facts_variable(f, "HOME");
	user = facts_variable(f, "USER");
	f->uid = geteuid();
	f->gid = getegid();
	pw = own_account(f->uid, &accounts);
	if (pw && is_plain_name(pw->pw_name))
		user = pw->pw_name;
	f->nameless = !is_plain_name(user);
	f->user = arena_strdup(arena, f->nameless ? "user" : user);
	if (pw && pw->pw_dir[0] == '/')
		f->account_home = canonical_or_clean(pw->pw_dir, arena);
	if (accounts)
		fclose(accounts);
	f->home = home && *home == '/' ? canonical_or_clean(home, arena) : f->account_home;
	if (!f->home)
		die("you have no home directory; set HOME");
	if (strcmp(f->home, "/") == 0)
		die("your home directory is /; set HOME to a directory of your own");
	/* Accounts of services live in / or nowhere: that says nothing about a project. */
	if (!f->account_home || strcmp(f->account_home, "/") == 0)
		f->account_home = f->home;
	f->program = read_link("/proc/self/exe", arena);
	if (!getcwd(cwd, sizeof cwd) || cwd[0] != '/')
		die_errno("the current directory cannot be named; change to another");
	f->cwd = arena_strdup(arena, cwd);
}

static enum path_kind kind_of(const struct stat *st)
{
	if (S_ISREG(st->st_mode))
		return PATH_FILE;
	if (S_ISDIR(st->st_mode))
		return PATH_DIR;
	if (S_ISLNK(st->st_mode))
		return PATH_SYMLINK;
	return S_ISSOCK(st->st_mode) ? PATH_SOCKET : PATH_OTHER;
}

/* The kernel knows the canonical name of an open file: fewer calls than realpath(3). proc(5). */
static const char *name_of_fd(int fd, struct arena *arena)
{
	const char *name = read_link(arena_printf(arena, "/proc/self/fd/%d", fd), arena);

	if (name)
		return *name == '/' ? name : NULL;
	die_errno("cannot read /proc/self/fd, which says where a path leads");
}

const char *host_canonical(const char *path, struct arena *arena)
{
	cleanup_fd int fd = open(path, O_PATH | O_CLOEXEC);

	if (fd < 0)
		host_check_answer(path);
	return fd < 0 ? NULL : name_of_fd(fd, arena);
}

/* The descriptor stays open: what was looked at is what is bound later. */
static void look_at(struct path_fact *fact, struct arena *arena)
{
	struct stat st;

	fact->fd = open_exact(fact->path, O_PATH);
	if (fact->fd >= 0) {
		fact->canonical = fact->path;
	} else if (errno == ENOENT || errno == ENOTDIR) {
		return; /* PATH_MISSING */
	} else {
		host_check_answer(fact->path);
		fact->unknown = errno != ELOOP;
		if (lstat(fact->path, &st) != 0) {
			host_check_answer(fact->path);
			return;
		}
		fact->kind = kind_of(&st);
		if (fact->kind == PATH_SYMLINK && !(fact->target = read_link(fact->path, arena)))
			die_errno("cannot look at %s", fact->path);
		fact->fd = open(fact->path, O_PATH | O_CLOEXEC);
		if (fact->fd < 0)
			host_check_answer(fact->path);
		fact->unknown = fact->fd < 0 && errno != ENOENT && errno != ENOTDIR;
		fact->canonical = fact->fd < 0 ? NULL : name_of_fd(fact->fd, arena);
	}
	if (!fact->canonical)
		return;
	if (fstat(fact->fd, &st) != 0)
		die_errno("cannot look at %s", fact->path);
	fact->end = kind_of(&st);
	fact->size = (size_t)st.st_size;
	if (fact->kind == PATH_MISSING)
		fact->kind = fact->end;
}

/*
 * True if nothing can be made in the folder of FACT, by the caller or by what he runs: it is on a
 * read-only file system, or somebody else's and not writable. His own he could make writable.
 */
static bool is_closed(const struct path_fact *fact, uid_t uid)
{
	struct stat st;

	if (!fact->canonical || fact->end != PATH_DIR ||
		faccessat(AT_FDCWD, fact->canonical, W_OK, AT_EACCESS) == 0)
		return false;
	return errno == EROFS ||
		(errno == EACCES && stat(fact->canonical, &st) == 0 && st.st_uid != uid);
}

static void look_at_all(struct facts *f, const struct strvec *paths, bool keep, struct arena *arena)
{
	size_t i;

	for (i = 0; i < paths->n; i++) {
		struct path_fact *fact = vec_push(arena, &f->paths);

		fact->path = paths->v[i];
		look_at(fact, arena);
		fact->closed = is_closed(fact, f->uid);
		if (!keep && fact->fd >= 0) {
			close(fact->fd);
			fact->fd = -1;
		}
	}
}

static int by_path(const void *a, const void *b)
{
	return strcmp(((const struct path_fact *)a)->path, ((const struct path_fact *)b)->path);
}

void host_look(
	struct facts *f, const struct strvec *bound, const struct strvec *seen, struct arena *arena)
{
	look_at_all(f, bound, true, arena);
	look_at_all(f, seen, false, arena);
	if (f->paths.n)
		qsort(f->paths.v, f->paths.n, sizeof *f->paths.v, by_path);
}

/* The next place of *PATH, a list as in the environment, that has the program NAME; *PATH moves on.
 * False at the end. */
static bool next_place(
	const char **path, const char *name, struct program_fact *out, struct arena *arena)
{
	const char *dir, *full;
	struct stat st;
	size_t n;

	while (*path && **path) {
		dir = *path;
		n = strcspn(dir, ":");
		*path += n + (dir[n] == ':');
		if (*dir != '/')
			continue;
		full = arena_printf(arena, "%.*s/%s", (int)n, dir, name);
		if (access(full, X_OK) != 0 || stat(full, &st) != 0 || !S_ISREG(st.st_mode))
			continue;
		*out = (struct program_fact){
			.name = name,
			.at = path_absolute(arena, "/", full),
			.real = host_canonical(full, arena),
		};
		return true;
	}
	return false;
}

void host_find_command(struct facts *f, const char *command, struct arena *arena)
{
	const char *path = facts_variable(f, "PATH");
	struct program_fact found = {0};

	if (strchr(command, '/')) {
		f->found_at = path_absolute(arena, f->cwd, command);
		f->found_real = f->found_at ? host_canonical(f->found_at, arena) : NULL;
		if (!f->found_real)
			f->found_at = NULL;
		return;
	}
	if (next_place(&path, command, &found, arena)) {
		f->found_at = found.at;
		f->found_real = found.real;
	}
}

const char *host_which(const struct facts *f, const char *name, struct arena *arena)
{
	const char *path = facts_variable(f, "PATH");
	struct program_fact found = {0};

	return next_place(&path, name, &found, arena) ? found.at : NULL;
}

void host_find_programs(struct facts *f, const struct strvec *names, struct arena *arena)
{
	struct program_fact found;
	const char *path;
	size_t i;

	for (i = 0; i < names->n; i++) {
		path = facts_variable(f, "PATH");
		while (next_place(&path, names->v[i], &found, arena))
			if (found.at && found.real)
				*vec_push(arena, &f->programs) = found;
	}
}

bool host_may_use(const char *path, uid_t uid, const char **why, struct arena *arena)
{
	struct stat st;

	*why = NULL;
	if (stat(path, &st) != 0)
		return false;
	if (!S_ISREG(st.st_mode) || access(path, X_OK) != 0)
		*why = "is no program that you can run; install its package anew";
	else if (st.st_mode & (S_ISUID | S_ISGID))
		*why = "is setuid, and then what it does is not ours to check; remove the bit "
		       "(chmod u-s)";
	else if (getxattr(path, "security.capability", NULL, 0) > 0)
		*why = "has file capabilities, and then what it does is not ours to check; remove "
		       "them (setcap -r)";
	else if ((st.st_uid != 0 && st.st_uid != uid) || st.st_mode & (S_IWGRP | S_IWOTH))
		*why = "can be replaced by others; install it as root";
	if (*why)
		*why = arena_printf(arena, "%s %s", path, *why);
	return true;
}

void host_find_bwrap(struct facts *f, struct arena *arena)
{
	static const char *const places[] = {
		BWRAP_PATH,
		"/usr/bin/bwrap",
		"/usr/local/bin/bwrap",
		"/run/current-system/sw/bin/bwrap",
	};
	size_t i;

	for (i = 0; i < sizeof places / sizeof *places; i++)
		if (host_may_use(places[i], f->uid, &f->bwrap_why, arena)) {
			f->bwrap = f->bwrap_why ? NULL : places[i];
			return;
		}
	f->bwrap_why = "bwrap is not installed; install the package bubblewrap";
}
