#include "keeper/porter.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "base/die.h"
#include "base/fd.h"
#include "base/pass.h"
#include "base/pidfd.h"
#include "keeper/inside.h"
#include "keeper/twins.h"
#include "keeper/ward.h"

enum {
	WATCH_MS = 30000, /* between two looks at the twin */
	ANSWER_MS = 5000, /* for it to take a connection then, and to end it; busy it may be */
	END_MS = 1000,    /* for one to end that is killed */
	COUNT_MS = 2000,  /* for it to say what it has counted */
	OVER_MS = 12000,  /* for all that the porter has to do when its run is over */
	TURN_MS = 10,     /* between two looks at one that is starting */
	LOG_MAX = 1024 * 1024,
	WORDS_MAX = 16, /* of a program that is started */
};

struct porter {
	const struct porter_orders *orders;
	int keeper;                /* the socket to it */
	int front;                 /* and to the front */
	bool used;                 /* the command has had a connection */
	char name[TWIN_NAME_SIZE]; /* the twin in use; it begins with orders->grants */
	struct dialer dialer; /* in the twin's namespaces; its sock is -1 while there is none */
	int init;             /* pidfd of the twin's first process, while there is a dialer */
	int use;              /* says to the twin that it is used, while there is a dialer */
	char *why;            /* PORTER_WHY bytes: what went wrong last */
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

static bool fail(struct porter *p, const char *what, const char *more)
{
	strlcpy(p->why, what, PORTER_WHY);
	if (more && *more) {
		strlcat(p->why, ": ", PORTER_WHY);
		strlcat(p->why, more, PORTER_WHY);
	}
	return false;
}

/* --- Starting one -------------------------------------------------------------------------------
 */

/* What is started belongs to no run, no terminal and no session. */
static _Noreturn void become(const struct porter *p, char *const *argv, int out)
{
	sigset_t none;
	int sig;

	for (sig = 1; sig < NSIG; sig++)
		signal(sig, SIG_DFL);
	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
	if (setsid() < 0 || dup2(out, 1) != 1 || dup2(out, 2) != 2)
		_exit(EXIT_FAILURE);
	execv("/proc/self/exe", argv);
	execv(p->orders->program, argv);
	dprintf(2, "seal-exec: %s: %s\n", p->orders->program, strerror(errno));
	_exit(EXIT_FAILURE);
}

/* What was written to FD until all have let go of it, or until the deadline. */
static void read_report(int fd, char *text, size_t size, long long deadline)
{
	struct pollfd ready = {.fd = fd, .events = POLLIN};
	size_t n = 0;
	ssize_t got = 1;

	while (got > 0 && n + 1 < size && poll(&ready, 1, left_ms(deadline)) > 0) {
		got = read(fd, text + n, size - 1 - n);
		n += got > 0 ? (size_t)got : 0;
	}
	text[n] = '\0';
}

/* Has it started, or found; REPORT is what was said. False if that cannot be done at all. */
static bool call_starter(struct porter *p, char *report, size_t size, long long deadline)
{
	int ends[2];
	pid_t pid;

	if (pipe2(ends, O_CLOEXEC) != 0)
		return fail(p, "cannot make a pipe", strerror(errno));
	pid = fork();
	if (pid == 0) {
		pid = fork();
		if (pid == 0)
			become(p, p->orders->argv, ends[1]); /* nobody's child any more */
		_exit(pid < 0 ? EXIT_FAILURE : EXIT_SUCCESS);
	}
	close(ends[1]);
	if (pid > 0)
		waitpid(pid, NULL, 0);
	read_report(ends[0], report, size, deadline);
	close(ends[0]);
	return pid > 0 || fail(p, "cannot fork", strerror(errno));
}

/* Takes "running NAME" or "started NAME". Everything else is what went wrong, its first line. */
static bool take_name(struct porter *p, char *report, bool *started)
{
	static const char ours[] = "seal-exec: ", words[2][9] = {"running ", "started "};
	char *name = report + sizeof words[0] - 1;

	report[strcspn(report, "\n")] = '\0';
	*started = strncmp(report, words[1], sizeof words[1] - 1) == 0;
	if (!*started && strncmp(report, words[0], sizeof words[0] - 1) != 0) {
		if (strncmp(report, ours, sizeof ours - 1) == 0)
			report += sizeof ours - 1;
		return fail(p, *report ? report : "seal-exec did not say why", NULL);
	}
	if (!twin_is_name(name))
		return fail(p, "no name of a twin", name);
	if (strncmp(p->orders->grants, name, TWIN_GRANTS) != 0)
		return fail(p,
			"what this project grants has changed since this run began; start it anew",
			NULL);
	strlcpy(p->name, name, sizeof p->name);
	return true;
}

/* --- Finding it ---------------------------------------------------------------------------------
 */

static void leave_twin(struct porter *p)
{
	if (p->use >= 0)
		close(p->use);
	p->use = -1;
	if (p->dialer.sock < 0)
		return;
	close(p->dialer.sock); /* and the child in there ends */
	close(p->init);
	p->dialer.sock = p->init = -1;
}

/* Says that this run uses the twin, and sends a child into its namespaces. False if it is not there
 * yet, or no more. */
static bool enter_twin(struct porter *p, const struct twin_record *r)
{
	struct port there = {.number = p->orders->port};
	const struct network net = {.dev_ports = {.v = &there, .n = 1, .cap = 1}};
	struct inside in;
	int init;

	/* Who asks for another, which holds it, could only be in the way of its end. */
	if (p->use < 0 && !p->orders->name)
		p->use = twin_use(p->orders->records, p->name);
	init = p->use < 0 && !p->orders->name ? -1 : twin_process(r->init, r->init_started);
	if (init < 0)
		return false;
	if (!inside_open(&in, r->init, init, &net, NULL, 0, NULL)) {
		fail(p, in.trouble, strerror(errno));
		close(init);
		return false;
	}
	p->dialer = in.dialer;
	p->init = init;
	return true;
}

static void log_path(const struct porter *p, char path[PATH_MAX])
{
	snprintf(path, PATH_MAX, "%s/%s.log", p->orders->records, p->name);
}

/* The last line of the twin's log, in p->why. False if it says nothing: it has been ended. */
static bool tell_log(struct porter *p)
{
	char path[PATH_MAX], text[4096] = "", *line;
	struct stat st;
	ssize_t n = 0;

	log_path(p, path);
	cleanup_fd int fd = open(path, O_RDONLY | O_NOFOLLOW | O_CLOEXEC);
	if (fd >= 0 && fstat(fd, &st) == 0) {
		if (st.st_size > (off_t)sizeof text - 1)
			lseek(fd, -((off_t)sizeof text - 1), SEEK_END);
		n = fd_read_all(fd, text, sizeof text - 1);
	}
	for (n = n > 0 ? n : 0; n > 0 && text[n - 1] == '\n';)
		n--;
	text[n] = '\0';
	line = strrchr(text, '\n');
	line = line ? line + 1 : text;
	if (strncmp(line, "seal-exec: ", 11) == 0)
		line += 11;
	fail(p, *line ? line : "it ended and did not say why", NULL);
	return *line;
}

/* Waits for the twin that has been named: true when it takes a connection, which is closed again.
 * *ENDED: there is no such twin any more, and nobody says why. */
static bool await_twin(struct porter *p, bool started, bool *ended, long long deadline)
{
	const struct timespec turn = {.tv_nsec = TURN_MS * 1000000L};
	struct twin_record r;
	int fd;

	for (;; nanosleep(&turn, NULL)) {
		*ended = !twin_look(p->orders->records, p->name, &r);
		if (*ended) {
			*ended = !started || !tell_log(p);
			return false;
		}
		if (p->dialer.sock >= 0 && pidfd_ended(p->init, 0))
			leave_twin(p);
		if (p->dialer.sock < 0)
			enter_twin(p, &r);
		fd = p->dialer.sock < 0 ? -1 : inside_connect(&p->dialer, p->orders->port);
		if (fd >= 0) {
			close(fd);
			return true;
		}
		if (left_ms(deadline) == 0)
			return fail(p, "it does not answer within 3 seconds", NULL);
	}
}

/* Finds the twin, or has it started, until it answers. One that has ended meanwhile, by itself when
 * it was idle or because the last run that used it has ended it, is one more try. */
static bool reach_twin(struct porter *p)
{
	const long long deadline = now_ms() + TWIN_START_MS;
	char report[PORTER_WHY];
	bool started = false, ended = true;

	leave_twin(p);
	fail(p, "it ended and did not say why", NULL);
	if (p->orders->name) {
		strlcpy(p->name, p->orders->name, sizeof p->name);
		return await_twin(p, false, &ended, deadline);
	}
	while (ended && left_ms(deadline) > 0) {
		if (!call_starter(p, report, sizeof report, deadline) ||
			!take_name(p, report, &started))
			return false;
		if (await_twin(p, started, &ended, deadline))
			return true;
		leave_twin(p);
	}
	return false;
}

/* A socket that leads into the twin, or -1 and p->why. */
static int connect_twin(struct porter *p)
{
	int fd = p->dialer.sock < 0 ? -1 : inside_connect(&p->dialer, p->orders->port);

	if (fd < 0 && reach_twin(p))
		fd = inside_connect(&p->dialer, p->orders->port);
	return fd;
}

/* --- Watching it --------------------------------------------------------------------------------
 */

/*
 * True if it takes a connection and sees its end: the kernel alone would take one for a server that
 * has stopped. Nothing is asked of it, so it is as idle as before.
 */
static bool answers(struct porter *p)
{
	cleanup_fd int fd = inside_connect(&p->dialer, p->orders->port);
	struct pollfd there = {.fd = fd, .events = POLLOUT};
	int error = 0;
	socklen_t size = sizeof error;

	if (fd < 0 || poll(&there, 1, ANSWER_MS) != 1 ||
		getsockopt(fd, SOL_SOCKET, SO_ERROR, &error, &size) != 0 || error != 0)
		return false;
	there.events = POLLIN;
	return shutdown(fd, SHUT_WR) == 0 && poll(&there, 1, ANSWER_MS) == 1;
}

/* What runs in there can write to it. */
static void trim_log(const struct porter *p)
{
	char path[PATH_MAX];
	struct stat st;

	log_path(p, path);
	cleanup_fd int fd = open(path, O_WRONLY | O_NOFOLLOW | O_CLOEXEC);
	if (fd >= 0 && (fstat(fd, &st) != 0 || st.st_size <= LOG_MAX || ftruncate(fd, 0) != 0))
		return; /* it stays as it is */
}

/* One that is there and does not answer is ended, and there is another. One that has ended when it
 * was idle is not missed. */
static void watch_twin(struct porter *p)
{
	struct twin_record r;
	int front;

	trim_log(p);
	if (p->dialer.sock < 0 || answers(p))
		return;
	front = twin_look(p->orders->records, p->name, &r) ? twin_process(r.front, r.front_started)
							   : -1;
	leave_twin(p);
	if (front < 0)
		return;
	pidfd_signal(front, SIGKILL); /* its keeper ends all that is in there */
	pidfd_ended(front, END_MS);
	close(front);
	reach_twin(p);
}

/* --- Its life -----------------------------------------------------------------------------------
 */

/* As the keeper does: nothing of the caller's stays in use. */
static bool leave_caller(int keeper, int front)
{
	int null = open("/dev/null", O_RDWR | O_CLOEXEC), keep[] = {keeper, front};
	int sig;

	if (null < 0 || dup2(null, 0) < 0 || dup2(null, 1) < 0 || dup2(null, 2) < 0 ||
		!fd_close_others(keep, 2) || chdir("/") != 0)
		return false;
	setpgid(0, 0);
	prctl(PR_SET_NAME, "seal-porter");
	prctl(PR_SET_DUMPABLE, 0);
	for (sig = 1; sig < NSIG; sig++)
		if (sig != SIGCHLD)
			signal(sig, SIG_IGN); /* what is sent to the caller's group is not for it */
	signal(SIGCHLD, SIG_IGN);             /* dialers are not waited for */
	return true;
}

static void answer(struct porter *p, unsigned number)
{
	struct porter_answer a = {.number = number};
	int fd;

	p->why = a.why;
	fd = connect_twin(p);
	pass_send(p->keeper, &a, sizeof a, &fd, fd >= 0); /* or nobody asks any more */
	p->used |= number && fd >= 0;
	if (fd >= 0)
		close(fd);
}

/* Has it asked what it has counted, by who writes that down: a run of its own. */
static void count(const struct porter *p)
{
	char *argv[WORDS_MAX + 2] = {NULL};
	size_t n = 0;
	pid_t pid;
	int fd;

	for (; n < WORDS_MAX && p->orders->count[n]; n++)
		argv[n] = p->orders->count[n];
	argv[n] = (char *)p->name;
	pid = fork();
	if (pid == 0)
		become(p, argv, STDOUT_FILENO);
	fd = pid < 0 ? -1 : pidfd_of(pid);
	if (fd >= 0 && !pidfd_ended(fd, COUNT_MS))
		pidfd_signal(fd, SIGKILL); /* its keeper ends the rest */
}

/* The run is over. WHOLE: by itself; nobody waits for one that was killed. */
static _Noreturn void finish(struct porter *p, bool whole)
{
	int init = p->init < 0 ? -1 : fcntl(p->init, F_DUPFD_CLOEXEC, 0);
	bool gone = true;

	if (whole && p->used && p->use >= 0 && p->orders->count)
		count(p);
	leave_twin(p);
	if (p->name[0] && !p->orders->name)
		gone = ward_end(p->orders->records, p->name, init);
	send(p->front, gone ? "E" : "S", 1, MSG_NOSIGNAL);
	_exit(EXIT_SUCCESS);
}

/* The keeper asks. One that has gone is not asked again: it is the front who says that all is over.
 */
static void hear_keeper(struct porter *p)
{
	unsigned number;

	if (recv(p->keeper, &number, sizeof number, 0) == sizeof number) {
		answer(p, number);
		return;
	}
	close(p->keeper);
	p->keeper = -1;
}

static _Noreturn void porter_main(const struct porter_orders *orders, int keeper, int front)
{
	struct porter p = {.orders = orders,
		.keeper = keeper,
		.front = front,
		.dialer.sock = -1,
		.init = -1,
		.use = -1};
	char why[PORTER_WHY], byte;
	long long next_look;
	int n;

	if (!leave_caller(keeper, front))
		_exit(EXIT_FAILURE);
	answer(&p, 0);
	next_look = now_ms() + WATCH_MS;
	for (;;) {
		struct pollfd wait[] = {
			{.fd = p.front, .events = POLLIN},
			{.fd = p.keeper, .events = POLLIN},
			{.fd = p.init, .events = POLLIN},
		};

		p.why = why;
		n = poll(wait, 3, left_ms(next_look));
		if (left_ms(next_look) == 0) { /* however many connections come meanwhile */
			watch_twin(&p);
			next_look = now_ms() + WATCH_MS;
			continue; /* what was heard may be of one that is gone */
		}
		if (n <= 0)
			continue;
		if (wait[0].revents)
			finish(&p, recv(p.front, &byte, 1, 0) == 1);
		if (wait[2].revents)
			leave_twin(&p); /* the namespace goes with it */
		if (wait[1].revents)
			hear_keeper(&p);
	}
}

static bool make_sockets(int keeper[2], int front[2])
{
	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, keeper) != 0)
		return false;
	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, front) == 0)
		return true;
	close(keeper[0]);
	close(keeper[1]);
	return false;
}

bool porter_start(const struct porter_orders *orders, struct porter_ends *ends, char *why)
{
	struct porter_answer first = {0};
	int keeper[2], front[2], fd = -1;
	pid_t pid = -1;
	size_t n = 1;
	bool ok;

	if (make_sockets(keeper, front) && (pid = fork()) == 0) {
		close(keeper[0]);
		close(front[0]);
		porter_main(orders, keeper[1], front[1]);
	}
	if (pid < 0) {
		strlcpy(why, strerror(errno), PORTER_WHY);
		return false;
	}
	close(keeper[1]);
	close(front[1]);
	*ends = (struct porter_ends){.keeper = keeper[0], .front = front[0]};
	ok = pass_receive(keeper[0], &first, sizeof first, &fd, &n, 0) == sizeof first;
	if (n) {
		close(fd);
		return true;
	}
	strlcpy(why, ok && first.why[0] ? first.why : "its porter has died", PORTER_WHY);
	return false;
}

void porter_end(int front)
{
	struct pollfd there = {.fd = front, .events = POLLIN};
	char byte = '\0';

	/* Twice is once: then the socket has ended. */
	if (send(front, "E", 1, MSG_NOSIGNAL) == 1 &&
		(poll(&there, 1, OVER_MS) != 1 || (recv(front, &byte, 1, 0) == 1 && byte != 'E')))
		warn_line("the server of sccache = \"on\" does not end; seal-exec sccache stop "
			  "ends it, if the kernel lets it go");
	shutdown(front, SHUT_RDWR);
}

/* --- The keeper's side --------------------------------------------------------------------------
 */

bool porter_ask(int sock, unsigned number)
{
	return send(sock, &number, sizeof number, MSG_NOSIGNAL | MSG_DONTWAIT) == sizeof number;
}

bool porter_answer(int sock, struct porter_answer *answer, int *fd, bool *gone)
{
	size_t n = 1;
	ssize_t got = pass_receive(sock, answer, sizeof *answer, fd, &n, MSG_DONTWAIT);

	*gone = got == 0 || (got < 0 && errno != EAGAIN);
	if (!n)
		*fd = -1;
	answer->why[PORTER_WHY - 1] = '\0';
	return got == sizeof *answer;
}
