/*
 * ends: what a run of the wrapper holds while it lasts, and how long it takes to be over.
 *
 *	ends ROUNDS SEAL-EXEC
 *
 * A round runs SEAL-EXEC -- cat, waits until cat has answered, looks up the wrapper's children
 * and their memory in /proc, and closes cat's input. Then it waits for two ends at once: bwrap's
 * and the wrapper's. Their distance is what the wrapper adds after the command; the shell's prompt
 * comes back no earlier than its end. One line for each number, with the rounds' median:
 *
 *	after MICROSECONDS            from bwrap's end to the wrapper's
 *	front KILOBYTES               the most memory that the wrapper held (VmHWM)
 *	keeper KILOBYTES              and that its other child held, the keeper
 */
#include <dirent.h>
#include <err.h>
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>
#include <fcntl.h>

enum { PATIENCE = 20000 /* milliseconds that a run may take to answer, or to end */ };

struct run {
	pid_t pid, bwrap, keeper;
	int in, out; /* cat's */
};

static void start(struct run *r, char *program)
{
	char *const argv[] = {program, "--", "cat", NULL};
	posix_spawn_file_actions_t actions;
	int in[2], out[2], error;

	if (pipe2(in, O_CLOEXEC) != 0 || pipe2(out, O_CLOEXEC) != 0)
		err(1, "pipe");
	posix_spawn_file_actions_init(&actions);
	posix_spawn_file_actions_adddup2(&actions, in[0], 0);
	posix_spawn_file_actions_adddup2(&actions, out[1], 1);
	error = posix_spawn(&r->pid, program, &actions, NULL, argv, environ);
	if (error)
		errx(1, "%s: %s", program, strerror(error));
	posix_spawn_file_actions_destroy(&actions);
	close(in[0]);
	close(out[1]);
	r->in = in[1];
	r->out = out[0];
}

/* A byte that has gone through cat says that the command runs. */
static void await_answer(const struct run *r)
{
	struct pollfd answer = {.fd = r->out, .events = POLLIN};
	char byte = '.';

	if (write(r->in, &byte, 1) != 1 || poll(&answer, 1, PATIENCE) != 1 ||
		read(r->out, &byte, 1) != 1)
		errx(1, "the command did not start");
}

/* Fields of /proc/PID/stat: pid (name) state parent. The name may hold anything, also ")". */
static bool is_child(const char *pid, pid_t parent, bool *is_bwrap)
{
	char path[64], text[512], *end;
	ssize_t n;
	int fd;

	snprintf(path, sizeof path, "/proc/%.20s/stat", pid);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return false;
	n = read(fd, text, sizeof text - 1);
	close(fd);
	text[n > 0 ? n : 0] = '\0';
	end = strrchr(text, ')');
	if (!end || strlen(end) < 5 || strtol(end + 4, NULL, 10) != parent)
		return false;
	*end = '\0';
	*is_bwrap = strcmp(strchr(text, '(') + 1, "bwrap") == 0;
	return true;
}

static void find_children(struct run *r)
{
	DIR *proc = opendir("/proc");
	struct dirent *e;
	bool is_bwrap;

	if (!proc)
		err(1, "/proc");
	r->bwrap = r->keeper = 0;
	while ((e = readdir(proc)))
		if (e->d_name[0] >= '1' && e->d_name[0] <= '9' &&
			is_child(e->d_name, r->pid, &is_bwrap))
			*(is_bwrap ? &r->bwrap : &r->keeper) = (pid_t)strtol(e->d_name, NULL, 10);
	closedir(proc);
	if (!r->bwrap || !r->keeper)
		errx(1, "the run has no bwrap, or no keeper");
}

/* Kilobytes, see proc(5). */
static double most_memory(pid_t pid)
{
	char path[64], line[256];
	double kb = -1;
	FILE *f;

	snprintf(path, sizeof path, "/proc/%d/status", (int)pid);
	f = fopen(path, "re");
	if (!f)
		err(1, "%s", path);
	while (fgets(line, sizeof line, f))
		if (strncmp(line, "VmHWM:", 6) == 0)
			kb = strtod(line + 6, NULL);
	fclose(f);
	if (kb < 0)
		errx(1, "%s: no VmHWM", path);
	return kb;
}

static int open_pid(pid_t pid)
{
	int fd = (int)syscall(SYS_pidfd_open, pid, 0);

	if (fd < 0)
		err(1, "pidfd_open");
	return fd;
}

static int64_t now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (int64_t)t.tv_sec * 1000000000 + t.tv_nsec;
}

/* Ends cat; microseconds from bwrap's end to the wrapper's. */
static double end(struct run *r)
{
	struct pollfd ends[2] = {
		{.fd = open_pid(r->bwrap), .events = POLLIN},
		{.fd = open_pid(r->pid), .events = POLLIN},
	};
	int64_t at[2] = {0, 0}, t;
	int i, n, status;

	close(r->in);
	for (n = 2; n > 0;) {
		if (poll(ends, 2, PATIENCE) <= 0)
			errx(1, "the run did not end");
		t = now();
		for (i = 0; i < 2; i++)
			if (ends[i].fd >= 0 && ends[i].revents) {
				close(ends[i].fd);
				ends[i].fd = -1;
				at[i] = t;
				n--;
			}
	}
	close(r->out);
	if (waitpid(r->pid, &status, 0) != r->pid || status != 0)
		errx(1, "the run ended badly");
	return (double)(at[1] - at[0]) / 1000;
}

static int by_value(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return (x > y) - (x < y);
}

static void print_median(const char *name, double *v, size_t n)
{
	qsort(v, n, sizeof *v, by_value);
	printf("%s\t%.1f\n", name, v[n / 2]);
}

int main(int argc, char **argv)
{
	size_t rounds = argc == 3 ? strtoul(argv[1], NULL, 10) : 0, i;
	double *after = calloc(rounds + 1, sizeof *after);
	double *front = calloc(rounds + 1, sizeof *front);
	double *keeper = calloc(rounds + 1, sizeof *keeper);
	struct run r;

	if (rounds == 0 || !after || !front || !keeper)
		return 2;
	signal(SIGPIPE, SIG_IGN);
	for (i = 0; i < rounds; i++) {
		start(&r, argv[2]);
		await_answer(&r);
		find_children(&r);
		front[i] = most_memory(r.pid);
		keeper[i] = most_memory(r.keeper);
		after[i] = end(&r);
	}
	print_median("after", after, rounds);
	print_median("front", front, rounds);
	print_median("keeper", keeper, rounds);
	free(after);
	free(front);
	free(keeper);
	return 0;
}
