#include "launch/spawn.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "base/die.h"
#include "base/fd.h"
#include "base/holders.h"
#include "base/mutant.h"
#include "base/pass.h"
#include "base/pidfd.h"
#include "model/handover.h"
#include "model/layers.h"

/* What is passed on to the command; the others stop, continue or kill the front as they should. */
static const int forwarded[] = {SIGHUP, SIGINT, SIGQUIT, SIGTERM, SIGUSR1, SIGUSR2};
enum { FORWARDED = sizeof forwarded / sizeof *forwarded };

/* How long the front waits for what it has killed. */
enum { END_MS = 2000 };

unsigned long long spawn_reset_bits(void)
{
	unsigned long long bits = 0;
	struct sigaction old;
	size_t i;

	for (i = 0; i < FORWARDED; i++)
		if (sigaction(forwarded[i], NULL, &old) == 0 && old.sa_handler != SIG_IGN)
			bits |= 1ULL << (forwarded[i] - 1);
	return bits;
}

void spawn_start(struct spawn *s, const char *bwrap, char *const *argv)
{
	char *const no_environment[] = {NULL};
	sigset_t none;
	size_t i;

	if (pipe2(s->said, O_CLOEXEC) != 0)
		die_errno("cannot make the pipes of this run");
	giveback_note(&s->caller);
	signal(SIGCHLD, SIG_DFL); /* a caller that ignores it would make us wait for ever */
	/* bwrap does not wait for the sandbox's pid 1. In a container whose own pid 1 reaps
	 * nobody, each run would leave a zombie; so it becomes our child. */
	prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0);
	sigemptyset(&s->caught);
	sigaddset(&s->caught, SIGCHLD);
	for (i = 0; i < FORWARDED; i++)
		sigaddset(&s->caught, forwarded[i]);
	sigprocmask(SIG_BLOCK, &s->caught, &s->before);
	sigemptyset(&none);
	/* Shares the memory until the exec: no copy of the page tables, a fifth of a millisecond.
	 */
	s->bwrap = vfork(); /* NOLINT(clang-analyzer-security.insecureAPI.vfork) */
	if (s->bwrap < 0)
		die_errno("cannot fork");
	if (s->bwrap > 0) {
		close(s->said[1]);
		return;
	}
	/* The child has dispositions, a mask and descriptors of its own, and writes nothing else.
	 */
	for (i = 0; i < FORWARDED; i++)
		signal(forwarded[i], SIG_IGN);
	signal(SIGCHLD, SIG_DFL);
	sigprocmask(SIG_SETMASK, &none, NULL);
	if (dup2(s->said[1], STDERR_FILENO) != STDERR_FILENO)
		_exit(EXIT_FAILURE);
	if (s->group.procs >= 0 && write(s->group.procs, "0", 1) != 1) {
		dprintf(STDERR_FILENO, "cannot enter the cgroup of this run: %s\n",
			strerror(errno));
		_exit(EXIT_FAILURE);
	}
	execve(bwrap, argv, no_environment);
	dprintf(STDERR_FILENO, "%s: %s\n", bwrap, strerror(errno));
	_exit(EXIT_FAILURE);
}

/* Takes inner's "starting", if it is there: the sender's pid is the command's. unix(7). */
static void hear_start(struct spawn *s)
{
	union {
		struct cmsghdr header;
		char bytes[CMSG_SPACE(sizeof(struct ucred))];
	} control;
	struct word said = {0};
	struct iovec iov = {.iov_base = &said, .iov_len = sizeof said};
	struct msghdr msg = {
		.msg_iov = &iov,
		.msg_iovlen = 1,
		.msg_control = &control,
		.msg_controllen = sizeof control,
	};
	struct cmsghdr *c;
	struct ucred from;

	/* What comes before is for the keeper. Nobody else reads it by now: a run that has not
	 * started when the front listens is one that ends. */
	do {
		msg.msg_controllen = sizeof control;
		if (s->started || recvmsg(s->sock, &msg, MSG_DONTWAIT) != sizeof said)
			return;
	} while (said.what != WORD_STARTING);
	s->started = true;
	s->active = said.active;
	c = CMSG_FIRSTHDR(&msg);
	if (!c || c->cmsg_level != SOL_SOCKET || c->cmsg_type != SCM_CREDENTIALS)
		return;
	memcpy(&from, CMSG_DATA(c), sizeof from);
	if (from.pid > 0)
		s->target = pidfd_of(from.pid);
}

/*
 * A signal that the terminal sent went to the command too, which is in the same process group;
 * only a hangup goes to the leader of the session alone. One that a process sent went to the
 * front and is passed on. Before the command runs there is nothing to pass it to: it ends the run.
 */
static void pass_on(struct spawn *s, const siginfo_t *info)
{
	bool leader = info->si_signo == SIGHUP && getsid(0) == getpid();

	hear_start(s);
	if (info->si_code == SI_KERNEL)
		s->typed = info->si_signo;
	if (!s->started) {
		s->ended_by = info->si_signo;
		kill(s->bwrap, SIGKILL); /* not reaped yet: the pid is its own */
	} else if (info->si_code != SI_KERNEL || leader) {
		pidfd_signal(s->target, info->si_signo); /* it may have ended: nothing to do */
	}
}

static void die_of(int sig)
{
	sigset_t one;

	signal(sig, SIG_DFL);
	raise(sig); /* blocked until here */
	sigemptyset(&one);
	sigaddset(&one, sig);
	sigprocmask(SIG_UNBLOCK, &one, NULL);
}

static int exit_code(struct spawn *s, int status)
{
	int code = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);

	hear_start(s);
	/* bwrap ends by no signal of its own: it tells the command's in its exit code. */
	if (s->started && !s->direct && WIFSIGNALED(status)) {
		warn_line("bwrap was killed, so the run was ended");
		return EXIT_REFUSED;
	}
	if (s->started)
		return code;
	if (s->ended_by)
		return 128 + s->ended_by;
	s->refused = code != EXIT_REFUSED; /* else it has been said */
	return EXIT_REFUSED;
}

/*
 * The death of pid 1 is the death of everything in its namespace, and is seen only after it.
 * Usually it has ended already, with the command: bwrap's pid 1 stays for what the command left
 * behind.
 */
static void end_inside(struct spawn *s)
{
	int init = pass_take(s->report);

	if (WITHOUT(LIFELINE) || init < 0)
		return; /* the command cannot have started */
	pidfd_signal(init, SIGKILL);
	s->stuck = !pidfd_ended(init, END_MS);
	if (s->stuck)
		warn_line("a process of this run cannot end yet: the kernel holds it, as it does "
			  "while a disk or a file server does not answer; it has been killed");
	close(init);
}

/* The keeper, when it ends, has ended what was being made. If it says that it has refused the run,
 * it has told why, too. */
static void await_keeper(struct spawn *s)
{
	const struct timespec most = {.tv_sec = END_MS / 1000};
	sigset_t child;
	int status = 0;

	sigemptyset(&child);
	sigaddset(&child, SIGCHLD);
	while (s->keeper > 0 && waitpid(s->keeper, &status, WNOHANG) == 0)
		if (sigtimedwait(&child, NULL, &most) < 0 && errno == EAGAIN)
			return;
	if (WIFEXITED(status) && WEXITSTATUS(status) == EXIT_REFUSED)
		s->refused = false;
}

/* Somebody killed the keeper: its work is done here, at once. */
static int end_without_keeper(struct spawn *s, int status)
{
	hear_start(s);
	end_inside(s);
	kill(s->bwrap, SIGKILL); /* not reaped yet: the pid is its own */
	waitpid(s->bwrap, NULL, 0);
	if (s->started)
		giveback_all(&s->caller);
	else
		holders_kill(s->inner_sock);
	if (WIFEXITED(status) && WEXITSTATUS(status) == KEEPER_LOST_BUS)
		warn_line(
			"the session bus of this run died (xdg-dbus-proxy), so the run was ended");
	else if (!WIFEXITED(status) || WEXITSTATUS(status) != EXIT_REFUSED)
		warn_line("the keeper of this run died, so the run was ended");
	return EXIT_REFUSED;
}

static int end_with_bwrap(struct spawn *s, int status)
{
	int code;

	hear_start(s);
	if (!s->started)
		shutdown(s->sock, SHUT_RDWR); /* and from now on it cannot start */
	end_inside(s);
	code = exit_code(s, status);
	if (s->started)
		giveback_all(&s->caller);
	else
		await_keeper(s);
	return code;
}

/* The kernel does not say what became of our children. */
static int end_unseen(struct spawn *s)
{
	warn_line("cannot wait for the sandbox: %s; the run was ended", strerror(errno));
	return end_without_keeper(s, W_EXITCODE(EXIT_REFUSED, 0));
}

int spawn_wait(struct spawn *s)
{
	siginfo_t info;
	int status = 0;
	pid_t pid;

	for (;;) {
		if (sigwaitinfo(&s->caught, &info) < 0)
			continue;
		if (info.si_signo != SIGCHLD) {
			pass_on(s, &info);
			continue;
		}
		while ((pid = waitpid(-1, &status, WNOHANG)) > 0) {
			if (pid == s->bwrap)
				return end_with_bwrap(s, status);
			if (pid != s->keeper)
				continue;
			/* It ends by itself, with 0, once the sandbox has; that may be seen here
			 * before bwrap's own end is. */
			s->keeper = 0;
			if (status != 0)
				return end_without_keeper(s, status);
		}
		if (pid < 0)
			return end_unseen(s);
	}
}

void spawn_abandon(struct spawn *s)
{
	shutdown(s->sock, SHUT_RDWR);
	shutdown(s->report, SHUT_RDWR);
	await_keeper(s);
}

int spawn_end(struct spawn *s, int code)
{
	/* One that is only there in case the front dies has nothing left to do. */
	if (s->keeper > 0 && !s->drains && !s->stuck) {
		kill(s->keeper, SIGKILL);
		await_keeper(s);
	}
	while (waitpid(-1, NULL, WNOHANG) > 0)
		; /* what became ours */
	/* Ctrl-C must end the script or loop that we stand in: its shell asks how we died. */
	if (s->started && s->typed == SIGINT && code == 128 + SIGINT)
		die_of(SIGINT);
	return code;
}

void spawn_forget(const struct spawn *s)
{
	sigprocmask(SIG_SETMASK, &s->before, NULL);
}
