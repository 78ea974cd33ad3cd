#include "keeper/bus.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/die.h"
#include "base/fd.h"
#include "base/memfd.h"
#include "base/pass.h"
#include "keeper/confine.h"
#include "keeper/keeper.h"

/* How long it may take until it listens. */
enum { READY_MS = 3000 };

bool bus_wanted(const struct keeping *k)
{
	return k->bus_args_len;
}

/* In a child: becomes the proxy. Its messages quote what the command sent it; nobody reads them. */
static _Noreturn void become_proxy(
	const struct bus *bus, pid_t keeper, int folder, int args, int line)
{
	static char *const no_environment[] = {NULL};
	char to[32], from[32];
	const char *argv[] = {"xdg-dbus-proxy", to, from, NULL};

	snprintf(to, sizeof to, "--fd=%d", line);
	snprintf(from, sizeof from, "--args=%d", args);
	fd_cloexec_from(3);
	/* It should look at its line, and need not. */
	if (prctl(PR_SET_PDEATHSIG, SIGKILL) == 0 && getppid() == keeper &&
		dup2(0, STDERR_FILENO) == STDERR_FILENO && fchdir(folder) == 0 &&
		fd_set_cloexec(args, false) && fd_set_cloexec(line, false) &&
		confine_proxy(folder, strncmp(bus->address, "unix:abstract=", 14) == 0))
		execve(bus->proxy, (char *const *)argv, no_environment);
	_exit(EXIT_FAILURE);
}

/* Its byte, before its end, the time's or the run's. */
static bool await_ready(const struct handover *hand, int line)
{
	struct pollfd p[3] = {
		{.fd = line, .events = POLLIN},
		{.fd = hand->front, .events = POLLIN},
		{.fd = hand->bwrap, .events = POLLIN},
	};
	char byte;
	int n;

	do
		n = poll(p, 3, READY_MS);
	while (n < 0 && errno == EINTR);
	return n > 0 && p[0].revents & POLLIN && read(line, &byte, 1) == 1;
}

/* The reading end of the line, as soon as the proxy is a process. -1 with errno. */
static int start(const struct keeping *k, int folder)
{
	cleanup_fd int args = memfd_bytes("bus-proxy-args", k->bus_args, k->bus_args_len);
	pid_t keeper = getpid(), pid;
	int line[2];

	if (args < 0 || pipe2(line, O_CLOEXEC) != 0)
		return -1;
	pid = fork();
	if (pid == 0)
		become_proxy(k->bus, keeper, folder, args, line[1]);
	close(line[1]);
	if (pid > 0)
		return line[0];
	close(line[0]);
	return -1;
}

/* The folder, when who makes it has it; -1 if it has ended, which it has said. */
static int take_folder(int sock)
{
	struct pollfd p = {.fd = sock, .events = POLLIN};
	int n;

	do
		n = poll(&p, 1, -1);
	while (n < 0 && errno == EINTR);
	return pass_take(sock);
}

int bus_start(const struct handover *hand, int sock)
{
	const struct keeping *k = hand->keeping;
	cleanup_fd int folder = take_folder(sock);
	cleanup_fd int line = -1;

	if (folder < 0)
		return -1;
	line = start(k, folder);
	if (line >= 0 && await_ready(hand, line) && send(sock, "R", 1, MSG_NOSIGNAL) == 1)
		return fd_steal(&line);
	if (!k->quiet)
		warn_line("%s did not start, so this run has no session bus", k->bus->proxy);
	return -1;
}
