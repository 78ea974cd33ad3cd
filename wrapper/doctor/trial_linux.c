#include "doctor/trial.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "base/die.h"
#include "base/fd.h"

/* What is left behind dies with pid 1 of the sandbox, so at once; the control stays for ever. */
enum { GONE_MS = 250, OUTPUT_MS = 1000 };

/* Reading ends of the process's standard output and error, the writing end of its input. */
struct streams {
	int in, out, err;
	long long deadline;
};

static long long now_ms(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return t.tv_sec * 1000LL + t.tv_nsec / 1000000;
}

static int left_ms(long long deadline)
{
	long long left = deadline - now_ms();

	return left > 0 ? (int)left : 0;
}

/* Appends to TEXT (SIZE bytes with the NUL) what can be read of FD until it ends, or until the line
 * STOP has come (NULL: none), or the deadline. True if it is the end. */
static bool collect(int fd, char *text, size_t size, const char *stop, long long deadline)
{
	struct pollfd p = {.fd = fd, .events = POLLIN};
	size_t n = strlen(text);
	ssize_t got;

	while (n + 1 < size && !(stop && strstr(text, stop))) {
		if (poll(&p, 1, left_ms(deadline)) <= 0)
			return false;
		got = read(fd, text + n, size - 1 - n);
		if (got <= 0)
			return true;
		n += (size_t)got;
		text[n] = '\0';
	}
	return false;
}

static void read_results(struct trial *t, const char *text)
{
	const char *p, *end;
	size_t n;
	int i;

	for (p = text; *p; p = end + (*end == '\n')) {
		end = p + strcspn(p, "\n");
		for (i = 0; i < PROBES; i++) {
			n = strlen(probe_rows[i].code);
			if (strncmp(p, probe_rows[i].code, n) == 0 && p[n] == ' ')
				t->results[i] = (int)strtol(p + n, NULL, 10);
		}
	}
}

/* The process, with pipes in place of the caller's streams. */
static pid_t start(struct streams *s, trial_body *body, void *user, struct trial_shared *shared)
{
	int in[2], out[2], err[2];
	sigset_t none;
	pid_t pid;

	if (pipe2(in, O_CLOEXEC) != 0 || pipe2(out, O_CLOEXEC) != 0 || pipe2(err, O_CLOEXEC) != 0)
		die_errno("cannot make the pipes of a trial");
	pid = fork();
	if (pid < 0)
		die_errno("cannot fork");
	if (pid == 0) {
		sigemptyset(&none);
		sigprocmask(SIG_SETMASK, &none, NULL);
		setpgid(0, 0);
		if (dup2(in[0], 0) != 0 || dup2(out[1], 1) != 1 || dup2(err[1], 2) != 2)
			_exit(EXIT_REFUSED);
		fd_cloexec_from(3);
		close(in[1]);
		exit(body(user, shared));
	}
	close(in[0]);
	close(out[1]);
	close(err[1]);
	*s = (struct streams){.in = in[1], .out = out[0], .err = err[0]};
	return pid;
}

/* Ends it, if it has not ended by its deadline. */
static void finish(pid_t pid, long long deadline)
{
	const struct timespec turn = {.tv_nsec = 2000000};

	while (waitpid(pid, NULL, WNOHANG) == 0) {
		if (left_ms(deadline) == 0) {
			kill(pid, SIGKILL); /* not reaped yet */
			waitpid(pid, NULL, 0);
			return;
		}
		nanosleep(&turn, NULL);
	}
}

static const char *first_line(const char *text, struct arena *arena)
{
	static const char prefix[] = "seal-exec: ";

	if (strncmp(text, prefix, sizeof prefix - 1) == 0)
		text += sizeof prefix - 1;
	return arena_strndup(arena, text, strcspn(text, "\n"));
}

void trial_run(struct trial *t, trial_body *body, void *user, const struct canaries *c, int ms,
	struct arena *arena)
{
	struct trial_shared *shared = mmap(
		NULL, sizeof *shared, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	long long deadline = now_ms() + ms;
	char out[2048] = "", err[2048] = "";
	struct streams s;
	pid_t pid;
	int i;

	if (shared == MAP_FAILED)
		die_errno("cannot make memory for a trial");
	*t = (struct trial){.whole = false};
	for (i = 0; i < PROBES; i++)
		t->results[i] = ACT_NOT_TRIED;
	pid = start(&s, body, user, shared);
	if (!fd_write_all(s.in, c, sizeof *c))
		t->whole = false; /* it has ended: what it says tells why */
	collect(s.out, out, sizeof out, "\nend\n", deadline);
	t->whole = strstr(out, "\nend\n") != NULL;
	finish(pid, deadline);
	read_results(t, out);
	/* Our end of its input is open, so only its death lets go of the other pipe. */
	if (t->whole)
		t->results[PROBE_SURVIVOR] =
			collect(s.out, out, sizeof out, NULL, now_ms() + GONE_MS) ? ESRCH
										  : ACT_DONE;
	collect(s.err, err, sizeof err, "\n", now_ms());
	t->said = first_line(err, arena);
	t->shared = *shared;
	munmap(shared, sizeof *shared);
	close(s.in);
	close(s.out);
	close(s.err);
}

int trial_outside(void *user, struct trial_shared *shared)
{
	char *const argv[] = {(char *)"seal-exec", (char *)"doctor", (char *)"inside", NULL};

	shared->planned = true;
	execv(user, argv);
	return EXIT_REFUSED;
}

void trial_output(const char *file, char *const *argv, char *out, size_t size)
{
	char *const no_environment[] = {NULL};
	int ends[2];
	pid_t pid;

	out[0] = '\0';
	if (pipe2(ends, O_CLOEXEC) != 0)
		return;
	pid = fork();
	if (pid == 0) {
		if (dup2(ends[1], 1) == 1 && dup2(ends[1], 2) == 2)
			execve(file, argv, no_environment);
		_exit(EXIT_REFUSED);
	}
	close(ends[1]);
	collect(ends[0], out, size, NULL, now_ms() + OUTPUT_MS);
	if (pid > 0)
		finish(pid, now_ms() + OUTPUT_MS / 10);
	close(ends[0]);
}
