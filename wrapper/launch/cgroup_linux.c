#include "launch/cgroup.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/die.h"
#include "base/fd.h"
#include "base/mutant.h"
#include "base/process.h"

#define PREFIX "seal-exec-"

/* What has been killed leaves its group in microseconds; whoever does not is left to the next run.
 */
enum { END_MS = 1000, TURN_MS = 20 };

/* The name of the group of the front PID. */
static void group_name(char *out, size_t size, long pid)
{
	struct process p = {0};

	process_look((pid_t)pid, &p);
	snprintf(out, size, PREFIX "%ld-%llu", pid, p.started);
}

/* Groups of runs that were killed. One with anything in it stays: rmdir(2) sees to that. */
static void sweep(int parent)
{
	int copy = openat(parent, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	DIR *d = copy < 0 ? NULL : fdopendir(copy);
	const size_t prefix = sizeof PREFIX - 1;
	struct dirent *e;
	char name[64];

	while (d && (e = readdir(d))) {
		if (strncmp(e->d_name, PREFIX, prefix) != 0)
			continue;
		group_name(name, sizeof name, strtol(e->d_name + prefix, NULL, 10));
		if (strcmp(name, e->d_name) != 0)
			unlinkat(parent, e->d_name, AT_REMOVEDIR);
	}
	if (d)
		closedir(d);
}

static bool put(int group, const char *file, const char *value)
{
	cleanup_fd int fd = openat(group, file, O_WRONLY | O_CLOEXEC);

	return fd >= 0 && fd_write_all(fd, value, strlen(value));
}

static void set_limits(int group, const struct limits *limits, struct arena *arena)
{
	const struct limit *memory = &limits->v[LIMIT_MEMORY];
	const struct limit *processes = &limits->v[LIMIT_PROCESSES];

	if (memory->set && memory->holder == HOLDER_CGROUP) {
		if (!put(group, "memory.max",
			    arena_printf(arena, "%llu", (unsigned long long)memory->value)))
			die_errno("cannot limit the memory of this run in its cgroup");
		/* Swapping would only be slower. Without swap there is no such file. */
		if (!put(group, "memory.swap.max", "0") && errno != ENOENT)
			die_errno("cannot keep this run from swapping in its cgroup");
	}
	if (processes->set && processes->holder == HOLDER_CGROUP &&
		!put(group, "pids.max",
			arena_printf(arena, "%llu",
				(unsigned long long)processes->value + OURS_IN_CGROUP)))
		die_errno("cannot limit the processes of this run in its cgroup");
}

struct cgroup cgroup_make(const struct plan *plan, struct arena *arena)
{
	struct cgroup c = {.parent = -1, .procs = -1, .kill = -1};
	const char *folder = plan->limits.cgroup;
	cleanup_fd int group = -1;

	if (!folder || WITHOUT(LIMITS))
		return c;
	c.parent = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (c.parent < 0)
		die_errno("cannot open %s, where the limits of this run are to be held", folder);
	sweep(c.parent);
	group_name(c.name, sizeof c.name, getpid());
	if (mkdirat(c.parent, c.name, 0755) != 0)
		die_errno("cannot make a cgroup for the limits of this run in %s", folder);
	group = openat(c.parent, c.name, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (group >= 0)
		c.procs = openat(group, "cgroup.procs", O_WRONLY | O_CLOEXEC);
	if (c.procs < 0)
		die_errno("cannot enter the cgroup of this run in %s", folder);
	c.kill = openat(group, "cgroup.kill", O_WRONLY | O_CLOEXEC);
	set_limits(group, &plan->limits, arena);
	return c;
}

void cgroup_entered(struct cgroup *c)
{
	if (c->procs >= 0)
		close(c->procs);
	c->procs = -1;
}

void cgroup_end(struct cgroup *c)
{
	int turns = END_MS / TURN_MS;
	char path[128];

	if (c->parent < 0)
		return;
	if (c->kill >= 0 && write(c->kill, "1", 1) != 1)
		return; /* it has gone already */
	snprintf(path, sizeof path, "%s/cgroup.events", c->name);
	cleanup_fd int events = openat(c->parent, path, O_RDONLY | O_CLOEXEC);
	struct pollfd p = {.fd = events, .events = POLLPRI};

	while (unlinkat(c->parent, c->name, AT_REMOVEDIR) != 0 && errno == EBUSY && turns-- > 0)
		poll(&p, 1, TURN_MS);
}
