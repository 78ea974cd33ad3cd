#include "launch/spawn.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/die.h"
#include "base/fd.h"

/* What is passed on to the command; the others stop, continue or kill the front as they should. */
static const int forwarded[] = {SIGHUP, SIGINT, SIGQUIT, SIGTERM, SIGUSR1, SIGUSR2};
enum { FORWARDED = sizeof forwarded / sizeof *forwarded };

static int send_signal(int pidfd, int sig)
{
	return (int)syscall(SYS_pidfd_send_signal, pidfd, sig, NULL, 0);
}

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

	sigemptyset(&s->caught);
	sigaddset(&s->caught, SIGCHLD);
	for (i = 0; i < FORWARDED; i++)
		sigaddset(&s->caught, forwarded[i]);
	sigprocmask(SIG_BLOCK, &s->caught, NULL);
	sigemptyset(&none);
	/* Shares the memory until the exec: no copy of the page tables, a fifth of a millisecond.
	 */
	s->bwrap = vfork(); /* NOLINT(clang-analyzer-security.insecureAPI.vfork) */
	if (s->bwrap < 0)
		die_errno("cannot fork");
	if (s->bwrap > 0)
		return;
	/* The child has dispositions and a mask of its own, and writes nothing else. */
	for (i = 0; i < FORWARDED; i++)
		signal(forwarded[i], SIG_IGN);
	signal(SIGCHLD, SIG_DFL);
	sigprocmask(SIG_SETMASK, &none, NULL);
	execve(bwrap, argv, no_environment);
	warn_line("%s: %s", bwrap, strerror(errno));
	_exit(EXIT_REFUSED);
}

pid_t spawn_read_init(int info_fd)
{
	static const char key[] = "\"child-pid\":";
	char text[1024];
	ssize_t n = fd_read_all(info_fd, text, sizeof text - 1);
	const char *p;

	if (n <= 0)
		return 0;
	text[n] = '\0';
	p = strstr(text, key);
	return p ? (pid_t)strtol(p + sizeof key - 1, NULL, 10) : 0;
}

/* Takes inner's "starting", if it is there: the sender's pid is the command's. unix(7). */
static void hear_start(struct spawn *s)
{
	union {
		struct cmsghdr header;
		char bytes[CMSG_SPACE(sizeof(struct ucred))];
	} control;
	char byte = 0;
	struct iovec iov = {.iov_base = &byte, .iov_len = 1};
	struct msghdr msg = {
		.msg_iov = &iov,
		.msg_iovlen = 1,
		.msg_control = &control,
		.msg_controllen = sizeof control,
	};
	struct cmsghdr *c;
	struct ucred from;

	if (s->started || recvmsg(s->sock, &msg, MSG_DONTWAIT) != 1 || byte != 'S')
		return;
	s->started = true;
	c = CMSG_FIRSTHDR(&msg);
	if (!c || c->cmsg_level != SOL_SOCKET || c->cmsg_type != SCM_CREDENTIALS)
		return;
	memcpy(&from, CMSG_DATA(c), sizeof from);
	if (from.pid > 0)
		s->target = (int)syscall(SYS_pidfd_open, from.pid, 0);
}

void spawn_kill(struct spawn *s)
{
	if (s->init >= 0)
		send_signal(s->init, SIGKILL);
	else
		kill(s->bwrap, SIGKILL);
}

/*
 * A signal that the terminal sent went to the command too, which is in the same process group;
 * one that a process sent went to the front alone and is passed on. Before the command runs
 * there is nothing to pass it to: the sandbox ends.
 */
static void pass_on(struct spawn *s, const siginfo_t *info)
{
	if (info->si_code == SI_KERNEL)
		return;
	hear_start(s);
	if (s->target < 0 || send_signal(s->target, info->si_signo) != 0)
		spawn_kill(s);
}

static int exit_code(struct spawn *s, int status)
{
	int code = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);

	hear_start(s);
	if (s->started || code == EXIT_REFUSED)
		return code;
	if (WIFSIGNALED(status) || code > 128)
		return code; /* ended from outside before it could start */
	warn_line("the sandbox could not be made, so the command was not started; see the message "
		  "above and seal-exec(1), DIAGNOSTICS");
	return EXIT_REFUSED;
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
			/* It ends by itself, with 0, once the sandbox has; that may be seen here
			 * before bwrap's own end is. */
			if (pid == s->keeper && status != 0) {
				warn_line("the keeper of this run died, so the run was ended");
				spawn_kill(s);
				return EXIT_REFUSED;
			}
			if (pid == s->bwrap) {
				/* What the command left behind ends with it. */
				spawn_kill(s);
				return exit_code(s, status);
			}
		}
	}
}
