#include "launch/placeholders.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "base/exact.h"
#include "base/fd.h"
#include "base/path.h"
#include "base/pidfd.h"

/* What STAND_DOT holds. git would do without the slash; libgit2 takes "." for the folder above. */
static const char dot[] = "./\n";
enum { DOT_BYTES = sizeof dot - 1 };

/* --- A folder that something is made in or removed from ----------------------------------------
 */

struct folder {
	const char *path; /* NULL: none is open */
	int fd;
	struct stat before;
	bool changed;
};

/* Our changes do not show in the folder's times. What somebody else changes in the same instant
 * shows neither. */
static void leave(struct folder *f)
{
	const struct timespec times[2] = {f->before.st_atim, f->before.st_mtim};

	if (f->path && f->changed)
		utimensat(f->fd, "", times, AT_EMPTY_PATH); /* another's folder: it stays so */
	if (f->path)
		close(f->fd);
	f->path = NULL;
}

static bool enter(struct folder *f, const char *path)
{
	if (f->path && strcmp(f->path, path) == 0)
		return true;
	leave(f);
	f->fd = open_exact(path, O_PATH | O_DIRECTORY);
	if (f->fd < 0 || fstat(f->fd, &f->before) != 0) {
		fd_cleanup(&f->fd);
		return false;
	}
	f->path = path;
	f->changed = false;
	return true;
}

static bool make_file(int folder, const char *name, size_t bytes)
{
	cleanup_fd int fd =
		openat(folder, name, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0644);
	int error;

	if (fd < 0)
		return false;
	if (fd_write_file(fd, dot, bytes))
		return true;
	error = errno;
	unlinkat(folder, name, 0);
	errno = error;
	return false;
}

/* True if a file system without pipes answers so. */
static bool lacks_pipes(int error)
{
	return error == EPERM || error == EOPNOTSUPP || error == ENOSYS || error == EINVAL;
}

/* False with errno, EEXIST if the name has come to be. */
static bool make_one(struct folder *in, struct placeholder *x)
{
	const char *name = path_base(x->path);
	struct stat st;
	bool made = false;

	switch (x->kind) {
	case STAND_PIPE:
		made = mkfifoat(in->fd, name, 0) == 0;
		if (!made && lacks_pipes(errno)) {
			x->kind = STAND_FOLDER;
			made = mkdirat(in->fd, name, 0755) == 0;
		}
		break;
	case STAND_FOLDER:
		made = mkdirat(in->fd, name, 0755) == 0;
		break;
	case STAND_FILE:
	case STAND_DOT:
		made = make_file(in->fd, name, x->kind == STAND_DOT ? DOT_BYTES : 0);
		break;
	case STAND_NONE:
		break;
	}
	in->changed |= made;
	if (!made)
		return false;
	if (fstatat(in->fd, name, &st, AT_SYMLINK_NOFOLLOW) != 0) {
		int error = errno;

		unlinkat(in->fd, name, x->kind == STAND_FOLDER ? AT_REMOVEDIR : 0);
		errno = error;
		return false;
	}
	x->dev = st.st_dev;
	x->ino = st.st_ino;
	return true;
}

/* What a name is that this run, or a dead one, has made. */
enum state {
	STATE_OURS,  /* it, and nobody has put anything there */
	STATE_OTHER, /* no more: it stays */
	STATE_UNSEEN /* nobody can say now: the next run looks again */
};

static enum state unseen(void)
{
	return errno == ENOENT || errno == ELOOP || errno == EACCES ? STATE_OTHER : STATE_UNSEEN;
}

static enum state holds_dot(int folder, const char *name, const struct stat *is)
{
	cleanup_fd int fd =
		openat(folder, name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
	char bytes[DOT_BYTES + 1];
	struct stat st;
	ssize_t n;

	if (fd < 0)
		return unseen();
	if (fstat(fd, &st) != 0 || (n = fd_read_all(fd, bytes, sizeof bytes)) < 0)
		return STATE_UNSEEN;
	return st.st_ino == is->st_ino && n == DOT_BYTES && memcmp(bytes, dot, DOT_BYTES) == 0
		? STATE_OURS
		: STATE_OTHER;
}

static bool is_of_kind(const struct stat *st, enum stand_in kind)
{
	if (kind == STAND_FOLDER)
		return S_ISDIR(st->st_mode);
	return st->st_nlink == 1 &&
		(kind == STAND_PIPE ? S_ISFIFO(st->st_mode) : S_ISREG(st->st_mode));
}

/*
 * Whether NAME is X; whether a folder is empty, rmdir(2) says. What has no inode in the record must
 * be younger than that (SINCE).
 */
static enum state look(int folder, const char *name, const struct placeholder *x, long long since)
{
	struct stat st;
	bool ours;

	if (fstatat(folder, name, &st, AT_SYMLINK_NOFOLLOW) != 0)
		return unseen();
	/* Some file systems show another owner than who made it. */
	ours = x->ino ? st.st_ino == x->ino && st.st_dev == x->dev
		      : st.st_uid == geteuid() && st.st_ctim.tv_sec >= since;
	if (!ours || !is_of_kind(&st, x->kind))
		return STATE_OTHER;
	if (x->kind == STAND_FOLDER || x->kind == STAND_PIPE)
		return STATE_OURS;
	if (st.st_size != 0)
		return x->kind == STAND_DOT ? holds_dot(folder, name, &st) : STATE_OTHER;
	/* Who makes a STAND_DOT may be killed before it is written, and its inode recorded. */
	return x->kind == STAND_FILE || !x->ino ? STATE_OURS : STATE_OTHER;
}

/* False if X should go and could not. */
static bool take_away(
	struct folder *in, const struct placeholder *x, const char *parent, long long since)
{
	const char *name = path_base(x->path);
	enum state state;

	if (!enter(in, parent))
		return errno == ENOENT || errno == ENOTDIR || errno == ELOOP;
	state = look(in->fd, name, x, since);
	if (state != STATE_OURS)
		return state == STATE_OTHER;
	if (unlinkat(in->fd, name, x->kind == STAND_FOLDER ? AT_REMOVEDIR : 0) != 0)
		return errno == ENOENT || errno == ENOTEMPTY || errno == EEXIST;
	in->changed = true;
	return true;
}

/* What lies in a folder comes before the folder. */
static int deepest_first(const void *a, const void *b)
{
	return strcmp(((const struct placeholder *)b)->path, ((const struct placeholder *)a)->path);
}

/* Removes what R has and none of LIVE, and the record itself unless something must be tried again.
 */
static void clear(int state, struct record *r, const struct records *live, struct arena *arena)
{
	struct folder in = {0};
	const struct placeholder *x;
	bool done = true;

	if (r->list.n)
		qsort(r->list.v, r->list.n, sizeof *r->list.v, deepest_first);
	vec_each (x, &r->list)
		if (!register_has(live, x))
			done &= take_away(&in, x, path_parent(arena, x->path), r->since);
	leave(&in);
	if (done)
		unlinkat(state, r->name, 0);
}

/* --- The beginning -----------------------------------------------------------------------------
 */

static bool has_path(const struct placeholder_list *list, const char *path)
{
	const struct placeholder *x;

	vec_each (x, list)
		if (strcmp(x->path, path) == 0)
			return true;
	return false;
}

/* This run stands on what another has made at PATH or above it. */
static void join(struct placeholders *p, const struct records *live, const char *path)
{
	const struct placeholder *x;
	const struct record *r;
	struct stat st;

	vec_each (r, live)
		vec_each (x, &r->list)
			if (x->ino && path_under(path, x->path) &&
				!has_path(&p->record.list, x->path) &&
				fstatat(AT_FDCWD, x->path, &st, AT_SYMLINK_NOFOLLOW) == 0 &&
				st.st_ino == x->ino && st.st_dev == x->dev)
				*vec_push(p->arena, &p->record.list) = *x;
}

/*
 * What must be made, in the mounts' order: parents first. Also what the plan saw and is gone: it
 * was another run's placeholder, which has ended since.
 */
static void collect(struct placeholders *p, const struct plan *plan, const struct records *live,
	struct placeholder_list *wanted)
{
	const struct mount *m;
	enum stand_in kind;
	struct stat st;

	vec_each (m, &plan->mounts) {
		if (!m->held || !m->source)
			continue;
		kind = m->stand_in;
		if (!kind && m->if_gone && lstat(m->source, &st) != 0 && errno == ENOENT)
			kind = m->if_gone;
		join(p, live, m->source);
		if (kind && !has_path(wanted, m->source) && !has_path(&p->record.list, m->source))
			*vec_push(p->arena, wanted) =
				(struct placeholder){.kind = kind, .path = m->source};
	}
}

static const char *fault(const struct placeholders *p, const char *what, const char *path)
{
	const char *remedy = "start it again", *why = strerror(errno);

	switch (errno) {
	case ENOSPC:
	case EDQUOT:
		remedy = "make room on that disk";
		break;
	case EROFS:
	case EACCES:
	case EPERM:
		remedy = "make its folder writable for you, and for you alone, or set "
			 "XDG_STATE_HOME; or placeholders = false in your config.toml";
		break;
	case EMFILE:
	case ENFILE:
		remedy = "allow more open files (ulimit -n)";
		break;
	case EWOULDBLOCK:
		why = "another run holds its lock, and does not go on";
		remedy = "continue or end that run";
		break;
	case ENOENT:
	case ENOTDIR:
	case ELOOP:
		why = "its folder was changed while this run started";
		break;
	case E2BIG:
		why = "there are too many repositories";
		remedy = "run it in a folder below";
		break;
	default:
		break;
	}
	return arena_printf(p->arena, "%s: %s: %s; %s", path, what, why, remedy);
}

static bool append(int fd, struct strbuf *bytes)
{
	bool good = fd_write_file(fd, bytes->s, bytes->len);
	int error = errno;

	strbuf_release(bytes);
	errno = error;
	return good;
}

static const char unwritten[] = "cannot write down what this run makes";

static const char *make_all(struct placeholders *p, struct placeholder_list *wanted)
{
	static const char what[] = "cannot keep this name away while the command runs";
	struct folder in = {0};
	const char *wrong = NULL;
	struct placeholder *x;

	vec_each (x, wanted) {
		bool made = enter(&in, path_parent(p->arena, x->path)) && make_one(&in, x);

		if (made)
			*vec_push(p->arena, &p->record.list) = *x;
		else if (errno != EEXIST) /* what has come to be is held as it is */
			wrong = fault(p, what, x->path);
		if (wrong)
			break;
	}
	leave(&in);
	return wrong;
}

/* What was made is in the record: this process may have been forked before. */
static void sweep_now(void *what)
{
	struct placeholders *p = what;
	struct record written = {0};
	struct stat st;
	char *bytes;
	ssize_t n;

	if (fstat(p->fd, &st) != 0 || st.st_size <= 0)
		return;
	bytes = arena_alloc(p->arena, (size_t)st.st_size);
	n = pread(p->fd, bytes, (size_t)st.st_size, 0);
	if (n <= 0 || !register_parse(&written, bytes, (size_t)n, p->arena))
		return;
	p->record.list = written.list;
	p->record.since = written.since;
	placeholders_remove(p);
}

/* It reads nothing that anybody wrote, and ends with the run. */
static bool sweep_later(void *what, int front, int init)
{
	struct placeholders *p = what;
	int keep[] = {front, init, p->fd};
	pid_t pid = fork();

	if (pid < 0)
		return false;
	if (pid > 0) {
		close(p->fd);
		p->fd = p->sweep.fd = -1; /* it is the other's */
		return true;
	}
	prctl(PR_SET_NAME, "seal-sweep");
	/* Standard error is the caller's still, and a pipe's reader waits for its end. */
	if (dup2(STDIN_FILENO, STDERR_FILENO) < 0 ||
		!fd_close_others(keep, sizeof keep / sizeof *keep))
		_exit(EXIT_FAILURE);
	pidfd_ended(front, -1);
	pidfd_signal(init, SIGKILL);
	pidfd_ended(init, -1);
	sweep_now(p);
	_exit(EXIT_SUCCESS);
}

static void forget(int *fd)
{
	fd_cleanup(fd);
	*fd = -1;
}

/* The keeper was forked with the lock's descriptor, so it is not enough to close ours. */
static void unlock(struct placeholders *p)
{
	if (p->lock >= 0)
		flock(p->lock, LOCK_UN);
	forget(&p->lock);
	forget(&p->folder);
}

static const char *begin(struct placeholders *p, const struct plan *plan)
{
	struct strbuf bytes = STRBUF_INIT;
	struct records dead = {0};
	const struct placeholder *x;
	struct record *r;
	size_t len = 0;

	p->folder = register_open(p->state);
	p->lock = p->folder < 0 ? -1 : register_lock(p->folder);
	if (p->lock < 0 || !register_others(p->folder, "", &p->live, &dead, p->arena))
		return fault(p, "cannot open the register of placeholders", p->state);
	vec_each (r, &dead)
		clear(p->folder, r, &p->live, p->arena);
	collect(p, plan, &p->live, &p->wanted);
	if (!p->wanted.n && !p->record.list.n)
		return NULL;
	vec_each (x, &p->record.list)
		len += strlen(x->path);
	vec_each (x, &p->wanted)
		len += strlen(x->path);
	if (!register_fits(len, p->record.list.n + p->wanted.n)) {
		errno = E2BIG;
		return fault(p, unwritten, p->state);
	}
	p->record.since = time(NULL);
	p->fd = register_begin(p->folder, &p->record);
	if (p->fd < 0)
		return fault(p, unwritten, p->state);
	register_put_plan(&bytes, p->record.since, &p->wanted);
	if (append(p->fd, &bytes))
		return NULL;
	unlinkat(p->folder, p->record.name, 0);
	forget(&p->fd);
	return fault(p, unwritten, p->state);
}

const char *placeholders_begin(
	struct placeholders *p, const struct plan *plan, const char *state, struct arena *arena)
{
	const char *wrong;
	mode_t mask;

	*p = (struct placeholders){
		.arena = arena, .state = state, .fd = -1, .folder = -1, .lock = -1};
	p->sweep = (struct sweep){-1, p, sweep_now, sweep_later};
	if (!mounts_any_held(&plan->mounts))
		return NULL;
	mask = umask(077); /* a caller's may shut us out for good */
	wrong = begin(p, plan);
	umask(mask);
	p->sweep.fd = p->fd;
	if (p->fd < 0)
		unlock(p);
	return wrong;
}

const char *placeholders_make(struct placeholders *p)
{
	struct strbuf bytes = STRBUF_INIT;
	const char *wrong;
	mode_t mask;

	if (p->fd < 0)
		return NULL;
	mask = umask(0);
	umask(mask & 077); /* a caller's may not shut us out */
	wrong = make_all(p, &p->wanted);
	umask(mask);
	register_put_done(&bytes, &p->record.list);
	if (!append(p->fd, &bytes) && !wrong)
		wrong = fault(p, unwritten, p->state);
	if (wrong) {
		clear(p->folder, &p->record, &p->live, p->arena);
		forget(&p->fd);
	}
	unlock(p);
	return wrong;
}

/* --- The end -----------------------------------------------------------------------------------
 */

void placeholders_remove(struct placeholders *p)
{
	struct records live = {0}, dead = {0};
	cleanup_fd int folder = -1, lock = -1;
	struct stat st;

	if (p->fd < 0)
		return;
	folder = register_open(p->state);
	lock = folder < 0 ? -1 : register_lock(folder);
	/* If it cannot be done now, the next run does it. No link: it has been done. */
	if (lock >= 0 && fstat(p->fd, &st) == 0 && st.st_nlink > 0 &&
		register_others(folder, p->record.name, &live, &dead, p->arena))
		clear(folder, &p->record, &live, p->arena);
	close(p->fd);
	p->fd = -1;
}
