#include "keeper/keeper.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "base/die.h"
#include "base/fd.h"
#include "base/holders.h"
#include "base/mutant.h"
#include "base/pass.h"
#include "base/pidfd.h"
#include "base/process.h"
#include "keeper/hold.h"
#include "keeper/listeners.h"
#include "keeper/namespaces.h"
#include "keeper/porter.h"
#include "keeper/serve.h"

/* How long bwrap may take to end once it has failed. */
enum { BWRAP_MS = 500 };

static _Noreturn void cannot_begin(void)
{
	warn_line("the keeper cannot leave what the caller has open (%s), so the command was not "
		  "started; a run needs a kernel of 5.9 or later, and memory",
		strerror(errno));
	_exit(EXIT_REFUSED);
}

/*
 * Nothing of the caller's stays in use: a pipe that ended up here would keep its reader waiting,
 * a terminal would send its signals, a folder could not be unmounted. Standard error stays until
 * the word is given, or for the refusals of a run with a network.
 */
static void leave_caller(const struct handover *hand)
{
	const struct keeping *k = hand->keeping;
	int null = open("/dev/null", O_RDWR | O_CLOEXEC);
	int keep[BRIDGES_MAX + 11]; /* the plan has no more ports */
	size_t n = 0, i;

	if (null < 0 || dup2(null, 0) < 0 || dup2(null, 1) < 0)
		cannot_begin();
	keep[n++] = hand->front;
	keep[n++] = hand->bwrap;
	keep[n++] = hand->info;
	keep[n++] = hand->sock;
	keep[n++] = hand->report;
	keep[n++] = hand->cgroup_kill;
	keep[n++] = hand->sweep->fd;
	keep[n++] = k->log;
	keep[n++] = k->over[0];
	keep[n++] = k->porter;
	keep[n++] = k->record;
	for (i = 0; i < k->net->dev_ports.n && i < BRIDGES_MAX; i++)
		keep[n++] = k->dev[i];
	if (!fd_close_others(keep, n))
		cannot_begin();
	if (chdir("/") != 0)
		cannot_begin();
	/* A group of its own gets no signal of the terminal's. A session would be a scheduling
	 * group too (sched(7), autogroup), and each switch between two of these costs 2 us: a tenth
	 * of a relayed round trip. */
	setpgid(0, 0);
}

/* A confined keeper has no dup2(2). Number 2 stays taken: a socket must not get what is warned of.
 */
static void leave_stderr(void)
{
	close(STDERR_FILENO);
	fcntl(0, F_DUPFD, STDERR_FILENO);
}

/*
 * The pid of the sandbox's init as bwrap wrote it to its --info-fd; 0 if bwrap failed first. Killed
 * at the wrong moment, it leaves a child that holds the other end open: its end counts too.
 */
static pid_t read_init(const struct handover *hand)
{
	static const char key[] = "\"child-pid\":";
	struct pollfd from[2] = {
		{.fd = hand->info, .events = POLLIN},
		{.fd = hand->bwrap, .events = POLLIN},
	};
	char text[1024];
	size_t len = 0;
	ssize_t n = 1;
	const char *p;

	while (n > 0 && len < sizeof text - 1) {
		n = poll(from, 2, -1);
		if (n > 0 && from[0].revents)
			n = read(hand->info, text + len, sizeof text - 1 - len);
		else if (n > 0)
			n = 0;
		if (n > 0)
			len += (size_t)n;
		else if (n < 0 && errno == EINTR)
			n = 1;
	}
	text[len] = '\0';
	p = strstr(text, key);
	return p ? (pid_t)strtol(p + sizeof key - 1, NULL, 10) : 0;
}

/* Where the run has a cgroup: one more way that nothing of it is left. While the front lives it is
 * the front's to do: bwrap is in there too, and has an exit code to give. */
static void kill_group(const struct handover *hand)
{
	if (hand->cgroup_kill >= 0 && pidfd_ended(hand->front, 0) &&
		write(hand->cgroup_kill, "1", 1) != 1)
		return; /* the front has taken it away */
}

/* What the front does when all is over, if it is no more. */
static void sweep(const struct handover *hand)
{
	if (hand->sweep->fd >= 0 && pidfd_ended(hand->front, 0))
		hand->sweep->now(hand->sweep->what);
}

/* The sandbox could not be made, or half of it was killed: nothing of it may stay. */
static _Noreturn void end_beginning(const struct handover *hand, int code)
{
	if (code == EXIT_SUCCESS && pidfd_ended(hand->bwrap, BWRAP_MS))
		holders_kill(hand->inner_sock); /* it failed by itself: its exit code is its own */
	/* The front can, where this process cannot. */
	if (pidfd_signal(hand->bwrap, SIGKILL) != 0 && errno != ESRCH) {
		warn_line("the keeper cannot end the sandbox (%s), so the command was not started",
			strerror(errno));
		_exit(EXIT_REFUSED);
	}
	pidfd_ended(hand->bwrap, -1);
	holders_kill(hand->inner_sock);
	kill_group(hand);
	sweep(hand);
	_exit(code);
}

/* The sandbox's init as a pidfd, when it is a sandbox; what it has for itself goes to ACTIVE. */
static int check_sandbox(const struct handover *hand, pid_t *pid, uint32_t *active)
{
	enum layer shared;
	int init;

	*pid = read_init(hand);
	close(hand->info);
	init = *pid > 0 ? pidfd_of(*pid) : -1;
	/* bwrap has failed and said why, or has been killed: the front sees its end. */
	if (init < 0 || pidfd_ended(hand->bwrap, 0))
		end_beginning(hand, EXIT_SUCCESS);
	*active = namespaces_own(*pid);
	shared = layers_missing(LAYERS_NAMESPACES, *active);
	/* What was looked at was its, if it has not ended since: the number is nobody else's then.
	 */
	if (pidfd_signal(init, 0) != 0)
		end_beginning(hand, EXIT_SUCCESS);
	if (shared == LAYERS)
		return init;
	if (pidfd_ended(init, BWRAP_MS))
		end_beginning(hand, EXIT_SUCCESS); /* what is ending cannot be looked at */
	warn_line("the sandbox shares the host's %s namespace, so the command was not started; %s",
		layer_rows[shared].name, layer_rows[shared].remedy);
	end_beginning(hand, EXIT_REFUSED);
}

/* What the held mounts need is made by the front meanwhile. False: it has died, or gives up. */
static bool await_front(const struct handover *hand)
{
	char byte;
	ssize_t n;

	do
		n = recv(hand->report, &byte, 1, 0);
	while (n < 0 && errno == EINTR);
	return n == 1;
}

/* Whoever hears that the command runs can also end it: the front has INIT before the word. */
static void give_word(const struct handover *hand, int init, uint32_t active)
{
	const struct word go = {WORD_GO, active | LAYER_BIT(KEEPER)};

	if (pidfd_ended(hand->front, 0) || !pass_fd(hand->report, init) ||
		send(hand->sock, &go, sizeof go, MSG_NOSIGNAL) != sizeof go)
		end_beginning(hand, EXIT_SUCCESS);
	close(hand->report);
	close(hand->sock);
}

/* The lifeline alone: the whole of a run without network. */
static enum ended wait_for_end(const int lines[2], int bus)
{
	struct pollfd ends[3] = {
		{.fd = lines[0], .events = POLLIN},
		{.fd = lines[1], .events = POLLIN},
		{.fd = bus, .events = POLLIN},
	};
	int n;

	do
		n = poll(ends, 3, -1);
	while (n < 0 && errno == EINTR);
	return n <= 0 ? ENDED_UNSEEN : ends[0].revents || ends[1].revents ? ENDED_RUN : ENDED_BUS;
}

static void be_quiet(void)
{
	/* SIGTTOU: a refusal is told on a terminal that may not want to hear of a background group.
	 */
	static const int ignored[] = {SIGHUP, SIGINT, SIGQUIT, SIGTERM, SIGUSR1, SIGUSR2, SIGPIPE,
		SIGTTIN, SIGTTOU, SIGTSTP};
	sigset_t none;
	size_t i;

	/* What a terminal or a caller sends to the whole group is not for the keeper. */
	for (i = 0; i < sizeof ignored / sizeof *ignored; i++)
		signal(ignored[i], SIG_IGN);
	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
}

/*
 * True if a run of this user's serves PORT: each one that does holds a name that says so, in the
 * host's abstract sockets, which no sandbox can reach (unix(7)). TAKE: this run does from now on.
 */
static bool another_serves(unsigned port, bool take)
{
	struct sockaddr_un name = {.sun_family = AF_UNIX};
	int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0), n;
	bool ours;

	n = snprintf(name.sun_path + 1, sizeof name.sun_path - 1, "seal-exec/dev/%u/%u",
		(unsigned)getuid(), port);
	ours = bind(fd, (const struct sockaddr *)&name,
		       (socklen_t)(offsetof(struct sockaddr_un, sun_path) + 1 + (size_t)n)) == 0;
	if (!ours || !take)
		close(fd); /* else the front holds it to its end */
	return !ours && errno == EADDRINUSE;
}

/* A socket on PORT of the host for the server inside, -1 if another run has it. */
static int open_dev(const struct port *p, bool quiet)
{
	struct listener_spec spec = {.kind = LISTEN_DEV};
	int fd, error;

	endpoint_read("127.0.0.1", &spec.at);
	endpoint_set_port(&spec.at, p->number);
	fd = listener_make(&spec);
	error = errno;
	if (fd >= 0) {
		another_serves(p->number, true);
	} else if (error == EADDRINUSE && another_serves(p->number, false)) {
		/* The second command of a project is no second server. */
		if (!quiet)
			warn_line("port %u of this machine leads to another run, and stays there",
				p->number);
	} else {
		die("%s:%d:%d: dev_server_ports: cannot listen on this machine's 127.0.0.1:%u: %s; "
		    "end who uses it, or take another port",
			p->from.at.file, p->from.at.line, p->from.at.col, p->number,
			strerror(error));
	}
	return fd;
}

void keeper_prepare(struct keeping *k, const struct plan *plan, struct arena *arena)
{
	const struct network *net = &plan->net;
	const struct port *p;
	size_t n = 0;

	k->net = net;
	k->mounts = &plan->mounts;
	k->bus = &plan->bus;
	k->over[0] = k->over[1] = -1;
	if (network_wanted(net) && pipe2(k->over, O_CLOEXEC | O_NONBLOCK) != 0)
		die_errno("cannot make a pipe for the keeper of this run");
	k->dev = arena_calloc(arena, net->dev_ports.n + 1, sizeof *k->dev);
	vec_each (p, &net->dev_ports)
		k->dev[n++] = open_dev(p, k->quiet);
}

void keeper_over(const struct keeping *k)
{
	size_t i;

	if (k->over[1] >= 0 && write(k->over[1], "E", 1) != 1)
		return; /* it has gone already */
	/* The keeper has the same sockets and may be a moment behind; the next run may not wait. */
	for (i = 0; i < k->net->dev_ports.n; i++)
		shutdown(k->dev[i], SHUT_RDWR);
	if (k->porter_front >= 0)
		porter_end(k->porter_front);
}

/* The keeper is confined when this returns: what it cannot do from then on, another does. */
static struct server *open_server(
	const struct handover *hand, pid_t pid, const int lines[2], int bus)
{
	int err = hand->keeping->quiet ? -1 : STDERR_FILENO, init = lines[1];
	struct server *server;

	if (hand->sweep->fd >= 0 && !hand->sweep->later(hand->sweep->what, hand->front, init)) {
		warn_line("cannot start who cleans up after this run: %s; the command was not "
			  "started",
			strerror(errno));
		end_beginning(hand, EXIT_REFUSED);
	}
	server = serve_open(hand->keeping, pid, lines, bus, err);
	if (!server)
		end_beginning(hand, pidfd_ended(init, 0) ? EXIT_SUCCESS : EXIT_REFUSED);
	return server;
}

void keeper_main(const struct handover *hand)
{
	struct server *server = NULL;
	struct process first;
	int init, lines[2], bus = -1;
	enum ended ended;
	uint32_t active;
	char byte;
	pid_t pid;

	leave_caller(hand);
	prctl(PR_SET_NAME, "seal-keeper");
	prctl(PR_SET_DUMPABLE, 0);
	prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
	be_quiet();
	init = check_sandbox(hand, &pid, &active);
	if (!await_front(hand))
		end_beginning(hand, EXIT_SUCCESS);
	if (!hold_mounts(hand, pid, init, &bus))
		/* Else it is bwrap that has said why. */
		end_beginning(
			hand, pidfd_ended(hand->bwrap, BWRAP_MS) ? EXIT_SUCCESS : EXIT_REFUSED);
	active |= LAYER_BIT(HELD);
	lines[0] = hand->front;
	lines[1] = init;
	if (network_wanted(hand->keeping->net)) {
		server = open_server(hand, pid, lines, bus);
		active |= LAYER_BIT(NETWORK);
	}
	give_word(hand, init, active);
	if (hand->keeping->record >= 0 && process_look(pid, &first))
		dprintf(hand->keeping->record, "init %d %llu\n", (int)pid, first.started);
	if (!server || hand->keeping->quiet)
		leave_stderr();
	ended = server ? serve_run(server) : wait_for_end(lines, bus);
	close(bus);
	if (WITHOUT(LIFELINE))
		_exit(EXIT_SUCCESS);
	/* The death of pid 1 ends everything in its namespace; a second kill of it harms nobody.
	 * bwrap goes with it, unless it was the front that died. */
	pidfd_signal(init, SIGKILL);
	pidfd_signal(hand->bwrap, pidfd_ended(hand->front, 0) ? SIGKILL : 0);
	kill_group(hand);
	leave_stderr();
	/* The front may have ended since: it says itself that it was not killed. */
	if (server && (!pidfd_ended(hand->front, 0) || read(hand->keeping->over[0], &byte, 1) == 1))
		serve_rest(server);
	if (ended != ENDED_RUN) /* the front says that the run was ended */
		_exit(ended == ENDED_BUS ? KEEPER_LOST_BUS : EXIT_FAILURE);
	/* A front that cleans up can be killed too; when it has done, it ends this process. */
	if (!server && pidfd_ended(hand->front, -1) && pidfd_ended(init, -1))
		sweep(hand);
	kill_group(hand);
	_exit(EXIT_SUCCESS);
}
