#include "launch/giveback.h"

#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/mutant.h"
#include "base/process.h"

/* What fcntl(2) lets a holder change. */
enum { CHANGEABLE = O_APPEND | O_NONBLOCK | O_ASYNC | O_DIRECT | O_NOATIME };

static bool is_foreground(int fd)
{
	return fd >= 0 && tcgetpgrp(fd) == getpgrp();
}

void giveback_note(struct giveback *g)
{
	int fd;

	g->tty = -1;
	for (fd = 0; fd < 3; fd++) {
		g->flags[fd] = fcntl(fd, F_GETFL);
		if (g->tty < 0 && is_foreground(fd))
			g->tty = fd;
	}
	/* A command whose standard files are others can open it all the same. */
	if (g->tty < 0)
		g->tty = open("/dev/tty", O_RDWR | O_NOCTTY | O_CLOEXEC);
	if (is_foreground(g->tty) && tcgetattr(g->tty, &g->modes) == 0)
		return;
	if (g->tty > 2)
		close(g->tty);
	g->tty = -1;
}

static bool is_ancestor(pid_t pid)
{
	struct process p;
	pid_t at = getpid();

	for (; at > 1 && at != pid; at = p.parent)
		if (!process_look(at, &p))
			return false;
	return at == pid;
}

/* True if a program beside us, in our group, may be using the terminal. The script that we stand in
 * waits for us. */
static bool is_shared(void)
{
	DIR *d = opendir("/proc");
	bool found = false;
	struct dirent *e;
	struct process p;
	pid_t pid;

	while (d && !found && (e = readdir(d))) {
		pid = isdigit((unsigned char)e->d_name[0]) ? (pid_t)strtol(e->d_name, NULL, 10) : 0;
		found = pid > 0 && pid != getpid() && getpgid(pid) == getpgrp() &&
			process_look(pid, &p) && p.state != 'Z' && !is_ancestor(pid);
	}
	if (d)
		closedir(d);
	return found || !d;
}

static bool is_same(const struct termios *a, const struct termios *b)
{
	return a->c_iflag == b->c_iflag && a->c_oflag == b->c_oflag && a->c_cflag == b->c_cflag &&
		a->c_lflag == b->c_lflag && memcmp(a->c_cc, b->c_cc, sizeof a->c_cc) == 0 &&
		cfgetispeed(a) == cfgetispeed(b) && cfgetospeed(a) == cfgetospeed(b);
}

/* True if we have the terminal, or take it back from a group of which nobody is left: a shell
 * inside makes itself the foreground. Any other group is the caller's, who has put us into the
 * background. */
static bool is_ours(int tty)
{
	pid_t group = tcgetpgrp(tty);

	if (group != getpgrp() && group > 1 && kill(-group, 0) != 0 && errno == ESRCH)
		tcsetpgrp(tty, getpgrp());
	return is_foreground(tty);
}

static void give_terminal(const struct giveback *g)
{
	struct termios now;

	if (WITHOUT(TERMIOS) || !is_ours(g->tty))
		return;
	if (tcgetattr(g->tty, &now) == 0 && !is_same(&now, &g->modes) && !is_shared())
		tcsetattr(g->tty, TCSANOW, &g->modes);
	tcflush(g->tty, TCIFLUSH);
}

void giveback_all(const struct giveback *g)
{
	sigset_t out, was;
	int fd, now;

	sigemptyset(&out);
	sigaddset(&out, SIGTTOU); /* it would stop who changes a terminal from the background */
	sigprocmask(SIG_BLOCK, &out, &was);
	if (g->tty >= 0)
		give_terminal(g);
	for (fd = 0; fd < 3; fd++) {
		now = g->flags[fd] < 0 ? -1 : fcntl(fd, F_GETFL);
		if (now >= 0 && (now ^ g->flags[fd]) & CHANGEABLE &&
			(!isatty(fd) || is_foreground(fd)))
			fcntl(fd, F_SETFL, g->flags[fd]);
	}
	sigprocmask(SIG_SETMASK, &was, NULL);
}
