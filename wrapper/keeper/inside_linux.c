#include "keeper/inside.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/capability.h>
#include <linux/nsfs.h>
#include <netinet/tcp.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/pass.h"
#include "base/pidfd.h"
#include "keeper/confine.h"
#include "keeper/limits.h"
#include "keeper/loopback.h"
#include "keeper/names.h"

/* What goes with a batch: which of the sockets these are. Or what went wrong. */
struct batch {
	int error;
	char what[48];
	bool v6;
	unsigned n;
	unsigned short which[PASS_MOST];
	unsigned number; /* from who stayed: of the question */
};

/* What is asked of who stayed. */
struct wanted {
	unsigned number;
	unsigned port;
};

static void send_batch(int sock, const struct batch *b, const int *fds)
{
	if (!pass_send(sock, b, sizeof *b, fds, b->n))
		_exit(EXIT_FAILURE);
}

/* --- The child ---------------------------------------------------------------------------------
 */

static _Noreturn void fail(int sock, const char *what)
{
	struct batch b = {.error = errno};
	const int none = -1;

	snprintf(b.what, sizeof b.what, "%s", what);
	send_batch(sock, &b, &none);
	_exit(EXIT_FAILURE);
}

/* The namespace is that of INIT as long as INIT has not ended: its number is nobody else's then.
 * The user namespace is that which owns the network namespace: bwrap makes a second one later. */
static void join(pid_t init, int pidfd, int sock)
{
	char path[64];
	int net, user;

	snprintf(path, sizeof path, "/proc/%d/ns/net", (int)init);
	net = open(path, O_RDONLY | O_CLOEXEC);
	user = net < 0 ? -1 : ioctl(net, NS_GET_USERNS);
	if (user < 0 || pidfd_signal(pidfd, 0) != 0 || setns(user, CLONE_NEWUSER) != 0 ||
		setns(net, CLONE_NEWNET) != 0)
		fail(sock, "join the sandbox's network namespace");
	close(user);
	close(net);
}

static bool add_route(int nl, const char *at, unsigned bits)
{
	union endpoint a;

	return endpoint_read(at, &a) && loopback_route(nl, &a, bits);
}

/* Synthetic addresses, and literal ones that are listed, are local. */
static bool prepare_names(int nl, const struct network *net, int sock)
{
	const struct domain *d;
	union endpoint own;
	bool v6;

	endpoint_read(NAMES_V4_OWN, &own);
	if (!loopback_address(nl, &own, NAMES_V4_BITS))
		fail(sock, "give the sandbox addresses for names");
	/* Programs ask for IPv6 addresses only where there is one (AI_ADDRCONFIG). */
	endpoint_read(NAMES_V6_OWN, &own);
	v6 = loopback_address(nl, &own, 128) && add_route(nl, NAMES_V6, NAMES_V6_BITS);
	if (net->any) {
		add_route(nl, "0.0.0.0", 0);
		add_route(nl, "::", 0);
	}
	vec_each (d, &net->domains)
		if (endpoint_read(d->host, &own))
			loopback_route(nl, &own, own.any.sa_family == AF_INET6 ? 128 : 32);
	return v6;
}

static void make_sockets(int sock, bool v6, const struct listener_spec *specs, unsigned n)
{
	struct batch b = {.v6 = v6};
	int fds[PASS_MOST];
	unsigned i;

	for (i = 0; i < n; i++) {
		int fd = listener_make(&specs[i]);

		if (fd < 0 && specs[i].at.any.sa_family == AF_INET)
			fail(sock, "listen inside the sandbox");
		if (fd < 0)
			continue;
		b.which[b.n] = (unsigned short)i;
		fds[b.n++] = fd;
		if (b.n == PASS_MOST) {
			send_batch(sock, &b, fds);
			while (b.n)
				close(fds[--b.n]);
		}
	}
	send_batch(sock, &b, fds); /* the last one is not full */
}

/* 127.0.0.1, or else ::1, as far as it is known at once. -1: nobody listens. */
static int connect_here(unsigned port)
{
	static const char *const at[] = {"127.0.0.1", "::1"};
	const int on = 1;
	union endpoint a;
	int i, fd;

	for (i = 0; i < 2; i++) {
		endpoint_read(at[i], &a);
		endpoint_set_port(&a, port);
		fd = socket(a.any.sa_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
		if (fd < 0)
			continue;
		setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
		if (connect(fd, &a.any, endpoint_size(&a)) == 0)
			return fd;
		/* On the loopback, what was refused is known when the call returns. */
		if (errno == EINPROGRESS &&
			(connect(fd, &a.any, endpoint_size(&a)) == 0 || errno == EALREADY))
			return fd;
		close(fd);
	}
	return -1;
}

/* Until the keeper is gone. */
static _Noreturn void stay(int sock, const struct network *net)
{
	struct __user_cap_header_struct self = {.version = _LINUX_CAPABILITY_VERSION_3};
	const struct __user_cap_data_struct none[_LINUX_CAPABILITY_U32S_3] = {{0}};
	struct batch b = {0};
	struct wanted w;
	int fd;

	/* The caller's stderr is for what can go wrong at the start: a pipe's reader waits for its
	 * end. The join gave every capability over the sandbox's network. */
	if (dup2(0, STDERR_FILENO) < 0 || syscall(SYS_capset, &self, none) != 0 ||
		(sock > 3 && close_range(3, (unsigned)sock - 1, 0) != 0) ||
		close_range((unsigned)sock + 1, ~0U, 0) != 0 || confine(net))
		_exit(EXIT_FAILURE);
	while (recv(sock, &w, sizeof w, 0) == sizeof w) {
		fd = connect_here(w.port);
		b.n = fd >= 0;
		b.number = w.number;
		send_batch(sock, &b, &fd);
		if (fd >= 0)
			close(fd);
	}
	_exit(EXIT_SUCCESS);
}

static _Noreturn void child(int sock, pid_t init, int pidfd, const struct network *net,
	const struct listener_spec *specs, unsigned n)
{
	int nl;
	bool v6;

	join(init, pidfd, sock);
	nl = loopback_open();
	if (nl < 0 || !loopback_wait(nl, pidfd))
		fail(sock, "wait for the sandbox's loopback");
	v6 = network_transparent(net) && prepare_names(nl, net, sock);
	make_sockets(sock, v6, specs, n);
	if (net->dev_ports.n)
		stay(sock, net);
	_exit(EXIT_SUCCESS);
}

/* --- The keeper --------------------------------------------------------------------------------
 */

/* Takes one batch; false if the child is gone or said what it could not do. */
static bool receive(int sock, struct batch *b, int fds[PASS_MOST])
{
	size_t n = PASS_MOST;

	if (pass_receive(sock, b, sizeof *b, fds, &n, 0) == sizeof *b && n == b->n)
		return true;
	while (n)
		close(fds[--n]);
	return false;
}

static bool receive_all(struct inside *in, int sock, int *fds)
{
	struct batch b = {0};
	int got[PASS_MOST];
	unsigned i;

	do {
		if (!receive(sock, &b, got)) {
			strlcpy(in->trouble, "make the sockets of this run", sizeof in->trouble);
			errno = EPIPE;
			return false;
		}
		if (b.error) {
			strlcpy(in->trouble, b.what, sizeof in->trouble);
			errno = b.error;
			return false;
		}
		in->v6 = b.v6;
		for (i = 0; i < b.n; i++)
			fds[b.which[i]] = got[i];
	} while (b.n == PASS_MOST);
	return true;
}

bool inside_open(struct inside *in, pid_t init, int pidfd, const struct network *net,
	const struct listener_spec *specs, unsigned n, int *fds)
{
	const struct timeval most = {.tv_sec = 1};
	int sock[2];
	pid_t pid;
	unsigned i;
	bool ok;

	*in = (struct inside){
		.dialer.sock = -1,
		.trouble = "start who makes the sockets of this run",
	};
	for (i = 0; i < n; i++)
		fds[i] = -1;
	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, sock) != 0)
		return false;
	pid = fork();
	if (pid < 0)
		return false;
	if (pid == 0)
		child(sock[1], init, pidfd, net, specs, n);
	close(sock[1]);
	ok = receive_all(in, sock[0], fds);
	if (ok && net->dev_ports.n) {
		setsockopt(sock[0], SOL_SOCKET, SO_RCVTIMEO, &most, sizeof most);
		in->dialer.sock = sock[0];
		return true;
	}
	close(sock[0]);
	while (waitpid(pid, NULL, 0) < 0 && errno == EINTR)
		;
	return ok;
}

int inside_connect(struct dialer *d, unsigned port)
{
	struct wanted w = {.number = ++d->asked, .port = port};
	struct batch b = {0};
	int fds[PASS_MOST];

	if (send(d->sock, &w, sizeof w, MSG_NOSIGNAL) < 0)
		return -1;
	/* An answer to an earlier question came too late for who asked it. */
	while (receive(d->sock, &b, fds)) {
		if (b.number == w.number)
			return b.n ? fds[0] : -1;
		if (b.n)
			close(fds[0]);
	}
	return -1;
}
