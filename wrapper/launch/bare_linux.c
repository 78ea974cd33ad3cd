#include "launch/bare.h"

#include <dirent.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "base/die.h"
#include "base/fd.h"
#include "base/folder.h"
#include "base/process.h"
#include "launch/cgroup.h"
#include "launch/orders.h"
#include "launch/program.h"
#include "launch/spawn.h"
#include "model/layers.h"

/* How often what was left is looked for, 10 ms apart, and how deep a folder is taken away. */
enum { LEFT_TURNS = 200, SCRATCH_DEPTH = 64 };

const char *bare_scratch(const char *dir, struct arena *arena)
{
	char *path = arena_printf(arena, "%s/seal-exec.XXXXXX", dir);

	return mkdtemp(path);
}

/* Folders that a grant makes; where they cannot be made there is nothing to grant. */
static void make_folders(const struct plan *plan)
{
	const struct mount *m;

	vec_each (m, &plan->mounts)
		if (m->make)
			folder_make(m->source, 0755);
}

int bare_become(const struct plan *plan, uint32_t around, bool verbose)
{
	const struct orders_facts facts = {.around = around, .verbose = verbose};
	char *const no_environment[] = {NULL};
	char number[16];
	const char *argv[] = {"inner", number, NULL};
	int program;

	make_folders(plan);
	snprintf(number, sizeof number, "%d", orders_open(plan, &facts));
	program = program_open();
	fexecve(program, (char *const *)argv, no_environment);
	die_errno("cannot become what starts the command");
}

/* --- The lower tier -----------------------------------------------------------------------------
 */

/* Kills this process's children. One that is not reaped keeps its number. */
static void kill_children(void)
{
	DIR *proc = opendir("/proc");
	const struct dirent *e;
	struct process p;
	pid_t pid;

	while (proc && (e = readdir(proc))) {
		pid = (pid_t)strtol(e->d_name, NULL, 10);
		if (pid > 0 && process_look(pid, &p) && p.parent == getpid())
			kill(pid, SIGKILL); /* not reaped yet */
	}
	if (proc)
		closedir(proc);
}

/*
 * What the command left behind becomes a child of this process when its parent ends (spawn.c makes
 * it the subreaper): killed, its children come next, until there are none.
 */
static void end_left(void)
{
	const struct timespec pause = {.tv_nsec = 10 * 1000 * 1000};
	int turn;
	pid_t pid;

	for (turn = 0; turn < LEFT_TURNS; turn++) {
		while ((pid = waitpid(-1, NULL, WNOHANG)) > 0)
			;
		if (pid < 0)
			return;
		kill_children();
		nanosleep(&pause, NULL);
	}
	warn_line("processes of this run are left: they make others faster than they can be "
		  "killed");
}

/* The folder NAME of DIR itself, readable whatever its mode was; -1. */
static int open_below(int dir, const char *name)
{
	cleanup_fd int at = openat(dir, name, O_PATH | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	char path[64];

	snprintf(path, sizeof path, "/proc/self/fd/%d", at);
	if (at < 0 || chmod(path, 0700) != 0)
		return -1;
	return openat(at, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
}

/* Takes away what is in the folder FD and closes it. Guests wrote it, so no link is followed. */
static bool empty_folder(int fd, int depth)
{
	DIR *dir = depth < SCRATCH_DEPTH ? fdopendir(fd) : NULL;
	const struct dirent *e;
	bool ok = dir;
	int below;

	if (!dir) {
		close(fd);
		return false;
	}
	while ((e = readdir(dir))) {
		if (strcmp(e->d_name, ".") == 0 || strcmp(e->d_name, "..") == 0 ||
			unlinkat(dirfd(dir), e->d_name, 0) == 0)
			continue;
		below = open_below(dirfd(dir), e->d_name);
		ok &= below >= 0 && empty_folder(below, depth + 1) &&
			unlinkat(dirfd(dir), e->d_name, AT_REMOVEDIR) == 0;
	}
	closedir(dir);
	return ok;
}

void bare_discard(const char *scratch)
{
	int fd = open_below(AT_FDCWD, scratch);

	if (fd < 0 || !empty_folder(fd, 0) || rmdir(scratch) != 0)
		warn_line("%s cannot be taken away; look at it", scratch);
}

/* Nobody but this process is outside, so the word is its own: nothing was made that it could have
 * seen. */
static void give_word(int sock)
{
	const struct word go = {WORD_GO, 0};

	if (send(sock, &go, sizeof go, MSG_NOSIGNAL) != sizeof go)
		die_errno("cannot talk to who starts the command");
}

int bare_run(const struct plan *plan, const char *scratch, bool verbose, struct arena *arena)
{
	struct spawn s = {.target = -1, .report = -1, .direct = true};
	const struct orders_facts facts = {.reset = spawn_reset_bits(), .verbose = verbose};
	const char *argv[] = {"inner", NULL, NULL, NULL, NULL};
	int sock[2], on = 1, orders, error, program, code;

	make_folders(plan);
	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, sock) != 0 ||
		setsockopt(sock[0], SOL_SOCKET, SO_PASSCRED, &on, sizeof on) != 0 ||
		!fd_set_cloexec(sock[1], false))
		die_errno("cannot make the socket of this run");
	error = fcntl(STDERR_FILENO, F_DUPFD, 3);
	if (error < 0)
		die_errno("cannot open standard error");
	program = program_open();
	orders = orders_open(plan, &facts);
	argv[1] = arena_printf(arena, "%d", orders);
	argv[2] = arena_printf(arena, "%d", sock[1]);
	argv[3] = arena_printf(arena, "%d", error);
	s.sock = sock[0];
	s.group = cgroup_make(plan, arena);
	give_word(sock[0]);
	spawn_start(&s, arena_printf(arena, "/proc/self/fd/%d", program), (char *const *)argv);
	close(program);
	close(orders);
	close(sock[1]);
	close(error);
	cgroup_entered(&s.group);
	code = spawn_wait(&s);
	end_left();
	cgroup_end(&s.group);
	bare_discard(scratch);
	if (s.refused)
		warn_line("what starts the command ended before it did, so it was not started");
	return spawn_end(&s, code);
}
