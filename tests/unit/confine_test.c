/*
 * What a keeper that serves may still do: its filter on both architectures, asked in the
 * interpreter, and the whole of confine() in a child that really tries. The same acts before
 * confine() are the control.
 */
#include <errno.h>
#include <fcntl.h>
#include <linux/audit.h>
#include <netinet/in.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "bpf.h"
#include "keeper/confine.h"
#include "model/syscall_filter.h"
#include "tap.h"

#define ALLOW SECCOMP_RET_ALLOW
#define E(e)  (SECCOMP_RET_ERRNO | (uint32_t)(e))

/* Numbers by hand, x86_64 and aarch64; -1: no such call there. */
static const struct {
	const char *name;
	int x86_64, aarch64;
	uint32_t verdict;
} calls[] = {
	{"recvfrom", 45, 207, ALLOW},
	{"sendto", 44, 206, ALLOW},
	{"accept4", 288, 242, ALLOW},
	{"connect", 42, 203, ALLOW},
	{"epoll_pwait", 281, 22, ALLOW},
	{"epoll_ctl", 233, 21, ALLOW},
	{"openat", 257, 56, ALLOW},
	{"mmap", 9, 222, ALLOW},
	{"pidfd_send_signal", 424, 424, ALLOW},
	{"exit_group", 231, 94, ALLOW},
	{"bind", 49, 200, E(EPERM)},
	{"ioctl", 16, 29, E(EPERM)},
	{"mprotect", 10, 226, E(EPERM)},
	{"execve", 59, 221, E(ENOSYS)},
	{"execveat", 322, 281, E(ENOSYS)},
	{"clone", 56, 220, E(ENOSYS)},
	{"clone3", 435, 435, E(ENOSYS)},
	{"fork", 57, -1, E(ENOSYS)},
	{"ptrace", 101, 117, E(ENOSYS)},
	{"process_vm_readv", 310, 270, E(ENOSYS)},
	{"kill", 62, 129, E(ENOSYS)},
	{"setns", 308, 268, E(ENOSYS)},
	{"unshare", 272, 97, E(ENOSYS)},
	{"unlinkat", 263, 35, E(ENOSYS)},
	{"mkdirat", 258, 34, E(ENOSYS)},
	{"renameat2", 316, 276, E(ENOSYS)},
	{"memfd_create", 319, 279, E(ENOSYS)},
	{"pidfd_open", 434, 434, E(ENOSYS)},
	{"pidfd_getfd", 438, 438, E(ENOSYS)},
	{"io_uring_setup", 425, 425, E(ENOSYS)},
	{"listen", 50, 201, E(ENOSYS)},
	{"setsid", 112, 157, E(ENOSYS)},
};

static uint32_t ask(const struct syscall_filter *f, int nr, uint64_t a0, uint64_t a1, uint64_t a2)
{
	struct seccomp_data data = {.nr = nr, .arch = f->arch, .args = {a0, a1, a2}};

	return bpf_run(f->insns, f->n, &data).verdict;
}

static void test_filter(const struct syscall_filter *f)
{
	const bool x86 = f->arch == AUDIT_ARCH_X86_64;
	const int socket_nr = x86 ? 41 : 198;
	struct seccomp_data foreign = {.nr = 0, .arch = AUDIT_ARCH_I386};
	size_t i;

	ok(!bpf_check(f->insns, f->n), "%s: the kernel takes it (%d instructions)", f->name, f->n);
	for (i = 0; i < sizeof calls / sizeof *calls; i++) {
		int nr = x86 ? calls[i].x86_64 : calls[i].aarch64;

		if (nr >= 0)
			is_int(ask(f, nr, 0, 0, 0), calls[i].verdict, "%s: %s", f->name,
				calls[i].name);
	}
	is_int(ask(f, socket_nr, AF_INET, SOCK_STREAM, 0), ALLOW, "%s: TCP", f->name);
	is_int(ask(f, socket_nr, AF_INET6, SOCK_DGRAM, 17), ALLOW, "%s: UDP over IPv6", f->name);
	is_int(ask(f, socket_nr, AF_INET, SOCK_STREAM, 262), E(EPROTONOSUPPORT), "%s: MPTCP",
		f->name);
	is_int(ask(f, socket_nr, AF_UNIX, SOCK_STREAM, 0), E(EAFNOSUPPORT), "%s: AF_UNIX", f->name);
	is_int(ask(f, socket_nr, AF_NETLINK, SOCK_RAW, 0), E(EAFNOSUPPORT), "%s: AF_NETLINK",
		f->name);
	ok(bpf_run(f->insns, f->n, &foreign).verdict != ALLOW, "%s: a foreign ABI", f->name);
}

/* --- The real thing -----------------------------------------------------------------------------
 */

/* The errno of each act, 0 if it worked. */
struct acts {
	int read_hosts, read_passwd, write_tmp, connect_listed, connect_other, unix_socket, bound,
		forked, killed;
};

/* A connection to a port where nobody listens is refused by the other side, if it gets there. */
static int try_connect(unsigned short port)
{
	struct sockaddr_in to = {.sin_family = AF_INET, .sin_port = htons(port)};
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0), error;

	to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	error = connect(fd, (const struct sockaddr *)&to, sizeof to) == 0 ? 0 : errno;
	close(fd);
	return error == ECONNREFUSED ? 0 : error;
}

static int try_open(const char *path, int flags)
{
	int fd = open(path, flags | O_CLOEXEC, 0600);

	if (fd >= 0)
		close(fd);
	return fd >= 0 ? 0 : errno;
}

static int try_bind(void)
{
	struct sockaddr_in at = {.sin_family = AF_INET};
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0), error;

	error = bind(fd, (const struct sockaddr *)&at, sizeof at) == 0 ? 0 : errno;
	close(fd);
	return error;
}

static int try_fork(void)
{
	pid_t pid = fork();

	if (pid == 0)
		_exit(0);
	if (pid < 0)
		return errno;
	waitpid(pid, NULL, 0);
	return 0;
}

static struct acts try_all(const char *temporary)
{
	struct acts a = {0};
	int fd;

	a.read_hosts = try_open("/etc/hosts", O_RDONLY);
	a.read_passwd = try_open("/etc/passwd", O_RDONLY);
	a.write_tmp = try_open(temporary, O_RDWR);
	a.connect_listed = try_connect(7321);
	a.connect_other = try_connect(7322);
	fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	a.unix_socket = fd < 0 ? errno : 0;
	close(fd);
	a.bound = try_bind();
	a.forked = try_fork();
	a.killed = kill(getpid(), 0) == 0 ? 0 : errno;
	return a;
}

static struct acts in_child(bool confined, const char *temporary)
{
	static unsigned port[] = {7321};
	static struct domain domain = {.host = "a.example", .port = 7321};
	struct network net = {
		.domains = {.v = &domain, .n = 1},
		.ports = {.v = port, .n = 1},
	};
	struct acts a = {0};
	int ends[2];
	pid_t pid;

	if (pipe(ends) != 0 || (pid = fork()) < 0)
		exit(2);
	if (pid == 0) {
		alarm(20);
		if (confined && confine(&net))
			_exit(3);
		a = try_all(temporary);
		_exit(write(ends[1], &a, sizeof a) == sizeof a ? 0 : 2);
	}
	close(ends[1]);
	ok(read(ends[0], &a, sizeof a) == sizeof a, "the child has tried, %s",
		confined ? "confined" : "free");
	close(ends[0]);
	waitpid(pid, NULL, 0);
	return a;
}

int main(void)
{
	char temporary[] = "/tmp/seal-confine.XXXXXX";
	const struct syscall_filter *f;
	struct acts a;
	int fd = mkstemp(temporary);

	for (f = keeper_filters; f->name; f++)
		test_filter(f);
	a = in_child(false, temporary);
	ok(!a.read_passwd && !a.write_tmp && !a.connect_other && !a.unix_socket && !a.bound &&
			!a.forked && !a.killed,
		"control: all of it works before");
	a = in_child(true, temporary);
	is_int(a.read_hosts, 0, "the resolver's files can be read");
	is_int(a.read_passwd, EACCES, "no other file can");
	is_int(a.write_tmp, EACCES, "[SC-24] the keeper too: no file can be written");
	is_int(a.connect_listed, 0, "a granted port can be connected to");
	is_int(a.connect_other, EACCES, "no other port can");
	is_int(a.unix_socket, EAFNOSUPPORT, "no Unix socket");
	is_int(a.bound, EPERM, "nothing is bound");
	is_int(a.forked, ENOSYS, "[SC-24] the keeper too: no process is made");
	is_int(a.killed, ENOSYS, "none is signalled by number");
	close(fd);
	unlink(temporary);
	return done_testing();
}
