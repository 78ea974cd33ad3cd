#include "keeper/keeper.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/die.h"

/* Where the two pidfds are moved to, so that everything else can be closed in one call. */
enum { FRONT_FD = 3, INIT_FD = 4, FIRST_OTHER = 5 };

/*
 * Nothing of the caller's stays in use: a pipe that ended up here would keep its reader waiting,
 * a terminal would send its signals, a folder could not be unmounted.
 */
static void leave_caller(int front, int init)
{
	int null = open("/dev/null", O_RDWR | O_CLOEXEC), fd;
	int f = fcntl(front, F_DUPFD, 16), i = fcntl(init, F_DUPFD, 16);

	if (null < 0 || f < 0 || i < 0 || dup2(f, FRONT_FD) < 0 || dup2(i, INIT_FD) < 0)
		_exit(EXIT_REFUSED);
	for (fd = 0; fd < FRONT_FD; fd++)
		if (dup2(null, fd) < 0)
			_exit(EXIT_REFUSED);
	if (close_range(FIRST_OTHER, ~0U, 0) != 0 || chdir("/") != 0)
		_exit(EXIT_REFUSED);
	setsid();
}

void keeper_main(int front, int init)
{
	struct pollfd ends[2];
	sigset_t none;

	leave_caller(front, init);
	prctl(PR_SET_NAME, "seal-keeper");
	prctl(PR_SET_DUMPABLE, 0);
	prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
	ends[0] = (struct pollfd){.fd = FRONT_FD, .events = POLLIN};
	ends[1] = (struct pollfd){.fd = INIT_FD, .events = POLLIN};
	while (poll(ends, 2, -1) < 0 && errno == EINTR)
		;
	/* The death of pid 1 ends everything in its namespace; a second kill of it harms nobody. */
	syscall(SYS_pidfd_send_signal, INIT_FD, SIGKILL, NULL, 0);
	_exit(0);
}
