/*
 * own: asks the kernel whose an address is, here and in a network namespace of the test's own,
 * where the answers are known. What is the host's here is what getifaddrs() lists.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <ifaddrs.h>
#include <net/if.h>
#include <netinet/in.h>
#include <sched.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "keeper/own.h"
#include "tap.h"

static bool is_own(int fd, const char *text)
{
	struct sockaddr_in v4 = {.sin_family = AF_INET};
	struct sockaddr_in6 v6 = {.sin6_family = AF_INET6};

	if (inet_pton(AF_INET, text, &v4.sin_addr) == 1)
		return own_address(fd, (const struct sockaddr *)&v4);
	if (inet_pton(AF_INET6, text, &v6.sin6_addr) != 1)
		abort();
	return own_address(fd, (const struct sockaddr *)&v6);
}

static void test_here(void)
{
	struct ifaddrs *all = NULL, *i;
	int fd = own_open(), n = 0, own = 0;

	ok(fd >= 0 && (fcntl(fd, F_GETFD) & FD_CLOEXEC), "a socket, not for others");
	ok(getifaddrs(&all) == 0, "the addresses of this machine");
	for (i = all; i; i = i->ifa_next) {
		if (!i->ifa_addr ||
			(i->ifa_addr->sa_family != AF_INET && i->ifa_addr->sa_family != AF_INET6))
			continue;
		n++;
		own += own_address(fd, i->ifa_addr);
	}
	freeifaddrs(all);
	ok(n > 0, "there are %d", n);
	is_int(own, n, "each is the host's own");
	ok(is_own(fd, "127.0.0.1") && is_own(fd, "127.9.9.9"), "so is every loopback address");
	ok(is_own(fd, "::ffff:127.0.0.1") && is_own(fd, "64:ff9b::7f00:1") &&
			is_own(fd, "2002:7f00:1::1"),
		"in each form of IPv6");
	ok(!is_own(fd, "192.0.2.1"), "an address of nobody is not");
	close(fd);
}

static void test_faults(void)
{
	const struct sockaddr none = {.sa_family = AF_UNIX};
	int fd = own_open(), ends[2];

	ok(own_address(fd, &none), "what is no IP address counts as own");
	ok(is_own(-1, "192.0.2.1"), "without a socket everything does");
	close(fd);
	if (pipe(ends) != 0)
		abort();
	ok(is_own(ends[1], "192.0.2.1"), "and so with what is none");
	close(ends[0]);
	close(ends[1]);
}

static void up(const char *name)
{
	struct ifreq r = {.ifr_flags = IFF_UP};
	int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);

	strncpy(r.ifr_name, name, IFNAMSIZ - 1);
	if (fd < 0 || ioctl(fd, SIOCSIFFLAGS, &r) < 0)
		_exit(3);
	close(fd);
}

/* Gives lo another address; the kernel adds its local and its broadcast route. */
static void add_address(const char *text)
{
	struct ifreq r = {.ifr_name = "lo:1"};
	struct sockaddr_in *a = (struct sockaddr_in *)(void *)&r.ifr_addr;
	int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);

	a->sin_family = AF_INET;
	inet_pton(AF_INET, text, &a->sin_addr);
	if (fd < 0 || ioctl(fd, SIOCSIFADDR, &r) < 0)
		_exit(3);
	close(fd);
}

/* Exit 0: as it must be; 2: no namespace to be had; else the number of the check that failed. */
static void in_namespace(void)
{
	int fd;

	if (unshare(CLONE_NEWUSER | CLONE_NEWNET) != 0)
		_exit(2);
	fd = own_open();
	if (fd < 0)
		_exit(3);
	/* No route at all is the kernel's word, not its silence. */
	if (is_own(fd, "198.51.100.7") || is_own(fd, "2001:db8::7"))
		_exit(10);
	up("lo");
	if (!is_own(fd, "127.0.0.1") || !is_own(fd, "::1"))
		_exit(11);
	if (is_own(fd, "198.51.100.7"))
		_exit(12);
	add_address("198.51.100.7");
	if (!is_own(fd, "198.51.100.7") || !is_own(fd, "::ffff:198.51.100.7") ||
		!is_own(fd, "64:ff9b::c633:6407"))
		_exit(13);
	if (is_own(fd, "203.0.113.7") || is_own(fd, "64:ff9b::cb00:7107"))
		_exit(14);
	_exit(0);
}

static void test_namespace(void)
{
	pid_t child = fork();
	int status = 0, code;

	if (child == 0)
		in_namespace();
	if (child < 0 || waitpid(child, &status, 0) != child)
		abort();
	code = WIFEXITED(status) ? WEXITSTATUS(status) : -1;
	if (code == 2 && !getenv("SEAL_MUST_WORK")) {
		ok(true, "no namespace here: skipped");
		return;
	}
	is_int(code, 0, "no route, lo, and an address that comes and is ours");
}

int main(void)
{
	test_here();
	test_faults();
	test_namespace();
	return done_testing();
}
