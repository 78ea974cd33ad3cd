#include "launch/register.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "base/fd.h"
#include "base/folder.h"
#include "base/path.h"
#include "base/wire.h"
#include "model/names.h"

enum {
	RECORD_BYTES = 64 * 1024 * 1024, /* a larger one is none of ours */
	LOCK_MS = 3000,                  /* a run holds the register for less than one */
	ENTRIES = 400000,                /* of both parts together */
	NUMBERS = 40,                    /* digits of a device and an inode */
	SAME_PID = 1000,                 /* dead runs of one pid, before the next one gives up */
};

static const char head[] = "seal-exec placeholders 1";
static const char tail[] = "complete";
static const char prefix[] = "run-";

/* --- The bytes ---------------------------------------------------------------------------------
 */

static void put(struct strbuf *out, const struct placeholder_list *list, bool done)
{
	const struct placeholder *x;

	vec_each (x, list) {
		strbuf_addf(out, "%s %llu %llu %s", stand_in_names[x->kind],
			done ? (unsigned long long)x->dev : 0,
			done ? (unsigned long long)x->ino : 0, x->path);
		strbuf_addc(out, '\0');
	}
}

void register_put_plan(struct strbuf *out, long long since, const struct placeholder_list *list)
{
	strbuf_add(out, head, sizeof head);
	strbuf_addf(out, "%lld", since);
	strbuf_addc(out, '\0');
	put(out, list, false);
}

void register_put_done(struct strbuf *out, const struct placeholder_list *list)
{
	put(out, list, true);
	strbuf_add(out, tail, sizeof tail);
}

bool register_fits(size_t bytes, size_t entries)
{
	/* The second part says the same again, with two numbers for each. */
	return entries <= ENTRIES / 2 && bytes + entries * NUMBERS <= RECORD_BYTES / 2;
}

/* Takes a decimal number and the character END behind it off *S. */
static bool take_number(const char **s, char end, unsigned long long *n)
{
	char *stop;

	if (**s < '0' || **s > '9')
		return false;
	errno = 0;
	*n = strtoull(*s, &stop, 10);
	if (errno || *stop != end)
		return false;
	*s = end ? stop + 1 : stop;
	return true;
}

static bool parse_one(struct placeholder *x, const char *s, struct arena *arena)
{
	unsigned long long dev, ino;
	const char *clean;
	size_t n = strcspn(s, " ");
	int kind;

	for (kind = STAND_NONE + 1; stand_in_names[kind]; kind++)
		if (strlen(stand_in_names[kind]) == n && strncmp(s, stand_in_names[kind], n) == 0)
			break;
	if (!stand_in_names[kind] || !s[n])
		return false;
	s += n + 1;
	if (!take_number(&s, ' ', &dev) || !take_number(&s, ' ', &ino) || *s != '/')
		return false;
	clean = path_absolute(arena, "/", s);
	if (!clean || strcmp(clean, s) != 0 || strcmp(s, "/") == 0)
		return false;
	*x = (struct placeholder){(enum stand_in)kind, clean, (dev_t)dev, (ino_t)ino};
	return true;
}

/* What was planned and is listed again with its inode, or is known not to have been made. */
static void drop_plans(struct placeholder_list *list, bool complete)
{
	size_t i, j, kept = 0;

	for (i = 0; i < list->n; i++) {
		bool known = complete;

		for (j = i + 1; !known && j < list->n; j++)
			known = strcmp(list->v[i].path, list->v[j].path) == 0;
		if (list->v[i].ino || !known)
			list->v[kept++] = list->v[i];
	}
	list->n = kept;
}

bool register_parse(struct record *r, const char *bytes, size_t len, struct arena *arena)
{
	struct wire w = {.at = bytes, .end = bytes + len};
	const char *s = wire_get_str(&w);
	unsigned long long since;
	struct placeholder x;
	bool complete = false;

	r->list = (struct placeholder_list){0};
	if (!s || strcmp(s, head) != 0)
		return false;
	s = wire_get_str(&w);
	if (!s || !take_number(&s, '\0', &since) || since > LLONG_MAX)
		return false;
	r->since = (long long)since;
	while (!complete && r->list.n < ENTRIES && (s = wire_get_str(&w))) {
		complete = strcmp(s, tail) == 0;
		if (!complete && parse_one(&x, s, arena))
			*vec_push(arena, &r->list) = x;
	}
	drop_plans(&r->list, complete);
	return true;
}

/* --- The files ---------------------------------------------------------------------------------
 */

int register_open(const char *state)
{
	const int flags = O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC;
	cleanup_fd int fd = open(state, flags);
	struct stat st;

	if (fd < 0 && errno == ENOENT && folder_make(state, 0700) == 0)
		fd = open(state, flags);
	if (fd < 0 || fstat(fd, &st) != 0)
		return -1;
	/* Who can write it can have things removed, if only empty ones. */
	if (st.st_uid != geteuid() || st.st_mode & 022) {
		errno = EPERM;
		return -1;
	}
	return fd_steal(&fd);
}

/* A run that is stopped at the wrong moment must not stop all others: hence no endless wait. */
int register_lock(int folder)
{
	const struct timespec pause = {.tv_nsec = 1000000};
	cleanup_fd int fd = openat(folder, "lock", O_RDWR | O_CREAT | O_NOFOLLOW | O_CLOEXEC, 0600);
	int ms;

	for (ms = 0; fd >= 0 && flock(fd, LOCK_EX | LOCK_NB) != 0; ms++) {
		if ((errno != EWOULDBLOCK && errno != EINTR) || ms == LOCK_MS)
			return -1;
		nanosleep(&pause, NULL);
	}
	return fd_steal(&fd);
}

int register_begin(int folder, struct record *r)
{
	cleanup_fd int fd = -1;
	int i, error;

	for (i = 0; fd < 0 && i < SAME_PID; i++) {
		snprintf(r->name, sizeof r->name, "%s%d.%d", prefix, (int)getpid(), i);
		fd = openat(folder, r->name,
			O_RDWR | O_CREAT | O_EXCL | O_APPEND | O_NOFOLLOW | O_CLOEXEC, 0600);
		if (fd < 0 && errno != EEXIST)
			return -1;
	}
	if (fd >= 0 && flock(fd, LOCK_EX | LOCK_NB) != 0) {
		error = errno;
		unlinkat(folder, r->name, 0);
		errno = error;
		return -1;
	}
	return fd_steal(&fd);
}

/* Reads the record called NAME to the list that it belongs to. False with errno if it is there and
 * cannot be read. */
static bool add_record(int folder, const char *name, struct records *live, struct records *dead,
	struct arena *arena)
{
	/* To write: NFS gives nobody else an exclusive lock, flock(2). */
	cleanup_fd int fd = openat(folder, name, O_RDWR | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
	struct record r = {0};
	struct stat st;
	char *bytes;
	ssize_t n;
	bool ended;

	if (fd < 0 && errno != ELOOP)
		return errno == ENOENT;
	if (fd < 0 || fstat(fd, &st) != 0 || !S_ISREG(st.st_mode) || st.st_uid != geteuid() ||
		st.st_size > RECORD_BYTES || strlen(name) >= sizeof r.name)
		return true; /* none of ours */
	ended = flock(fd, LOCK_EX | LOCK_NB) == 0;
	if (!ended && errno != EWOULDBLOCK)
		return false;
	bytes = arena_alloc(arena, (size_t)st.st_size + 1);
	n = fd_read_all(fd, bytes, (size_t)st.st_size);
	if (n < 0)
		return false;
	memcpy(r.name, name, strlen(name) + 1);
	/* A dead run's that says nothing goes all the same: it had made nothing yet. */
	if (register_parse(&r, bytes, (size_t)n, arena) || ended)
		*vec_push(arena, ended ? dead : live) = r;
	return true;
}

bool register_others(int folder, const char *own, struct records *live, struct records *dead,
	struct arena *arena)
{
	int fd = openat(folder, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	DIR *d = fd < 0 ? NULL : fdopendir(fd);
	struct dirent *e;
	bool known = true;

	if (!d) {
		fd_cleanup(&fd);
		return false;
	}
	while (known && (e = readdir(d)))
		if (strncmp(e->d_name, prefix, sizeof prefix - 1) == 0 &&
			strcmp(e->d_name, own) != 0)
			known = add_record(folder, e->d_name, live, dead, arena);
	closedir(d);
	return known;
}

bool register_has(const struct records *records, const struct placeholder *x)
{
	const struct placeholder *y;
	const struct record *r;

	vec_each (r, records)
		vec_each (y, &r->list)
			if (y->ino && y->ino == x->ino && y->dev == x->dev)
				return true;
	return false;
}
