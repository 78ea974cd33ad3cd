#include "keeper/keeper.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/die.h"
#include "base/fd.h"
#include "base/holders.h"
#include "keeper/namespaces.h"

/* How long bwrap may take to end once it has failed. */
enum { BWRAP_MS = 500 };

/* Where the descriptors are moved to, so that everything else can be closed in one call. */
enum { FRONT_FD = 3, BWRAP_FD, INFO_FD, SOCK_FD, FIRST_OTHER };

static int send_signal(int pidfd, int sig)
{
	return (int)syscall(SYS_pidfd_send_signal, pidfd, sig, NULL, 0);
}

/* A pidfd is readable when its process has ended; false after MS milliseconds (-1: never). */
static bool has_ended(int pidfd, int ms)
{
	struct pollfd p = {.fd = pidfd, .events = POLLIN};

	return poll(&p, 1, ms) == 1;
}

/*
 * Nothing of the caller's stays in use: a pipe that ended up here would keep its reader waiting,
 * a terminal would send its signals, a folder could not be unmounted. Standard error stays until
 * the word is given.
 */
static void leave_caller(const struct handover *hand)
{
	const int from[] = {hand->front, hand->bwrap, hand->info, hand->sock};
	int null = open("/dev/null", O_RDWR | O_CLOEXEC), high[4], i;

	for (i = 0; i < 4; i++)
		high[i] = fcntl(from[i], F_DUPFD, 16);
	for (i = 0; i < 4; i++)
		if (high[i] < 0 || dup2(high[i], FRONT_FD + i) < 0)
			_exit(EXIT_FAILURE);
	if (null < 0 || dup2(null, 0) < 0 || dup2(null, 1) < 0)
		_exit(EXIT_FAILURE);
	if (close_range(FIRST_OTHER, ~0U, 0) != 0 || chdir("/") != 0)
		_exit(EXIT_FAILURE);
	setsid();
}

/* The pid of the sandbox's init as bwrap wrote it to its --info-fd; 0 if bwrap failed first. */
static pid_t read_init(void)
{
	static const char key[] = "\"child-pid\":";
	char text[1024];
	ssize_t n = fd_read_all(INFO_FD, text, sizeof text - 1);
	const char *p;

	if (n <= 0)
		return 0;
	text[n] = '\0';
	p = strstr(text, key);
	return p ? (pid_t)strtol(p + sizeof key - 1, NULL, 10) : 0;
}

/* The sandbox could not be made, or half of it was killed: nothing of it may stay. */
static _Noreturn void end_beginning(const struct handover *hand, int code)
{
	if (code == EXIT_SUCCESS && has_ended(BWRAP_FD, BWRAP_MS))
		holders_kill(hand->inner_sock); /* it failed by itself: its exit code is its own */
	send_signal(BWRAP_FD, SIGKILL);
	has_ended(BWRAP_FD, -1);
	holders_kill(hand->inner_sock);
	_exit(code);
}

/* Gives the word, if the sandbox is one. Returns a pidfd of its init. */
static int begin(const struct handover *hand)
{
	pid_t pid = read_init();
	int init = pid > 0 ? (int)syscall(SYS_pidfd_open, pid, 0) : -1;
	const char *shared;

	/* bwrap has failed and said why, or has been killed: the front sees its end. */
	if (init < 0 || has_ended(BWRAP_FD, 0))
		end_beginning(hand, EXIT_SUCCESS);
	shared = namespaces_shared(pid);
	if (shared) {
		warn_line("the sandbox shares the host's %s namespace, so the command was not "
			  "started; allow user namespaces (see seal-exec(1), DIAGNOSTICS)",
			shared);
		end_beginning(hand, EXIT_REFUSED);
	}
	if (has_ended(FRONT_FD, 0) || send(SOCK_FD, "G", 1, MSG_NOSIGNAL) != 1)
		end_beginning(hand, EXIT_SUCCESS);
	return init;
}

void keeper_main(const struct handover *hand)
{
	static const int ignored[] = {SIGHUP, SIGINT, SIGQUIT, SIGTERM, SIGUSR1, SIGUSR2, SIGPIPE};
	struct pollfd ends[2];
	sigset_t none;
	size_t i;
	int init;

	leave_caller(hand);
	prctl(PR_SET_NAME, "seal-keeper");
	prctl(PR_SET_DUMPABLE, 0);
	prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
	/* What a terminal or a caller sends to the whole group is not for the keeper. */
	for (i = 0; i < sizeof ignored / sizeof *ignored; i++)
		signal(ignored[i], SIG_IGN);
	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
	init = begin(hand);
	close(SOCK_FD);
	dup2(0, STDERR_FILENO);
	ends[0] = (struct pollfd){.fd = FRONT_FD, .events = POLLIN};
	ends[1] = (struct pollfd){.fd = init, .events = POLLIN};
	while (poll(ends, 2, -1) < 0 && errno == EINTR)
		;
	/* The death of pid 1 ends everything in its namespace; a second kill of it harms nobody.
	 * bwrap goes with it, unless it was the front that died. */
	send_signal(init, SIGKILL);
	send_signal(BWRAP_FD, ends[0].revents ? SIGKILL : 0);
	_exit(EXIT_SUCCESS);
}
