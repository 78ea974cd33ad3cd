/*
 * netserve: the far end of the connections that netload makes.
 *
 *	netserve ADDRESS PORT         prints its port (PORT 0: any free one), and serves
 *	netserve -p N                 prints N ports of 127.0.0.1 that are free now
 *
 * A connection says with its first byte what it is for; a ClientHello before it is passed over.
 *
 *	e             echo: this byte, and all that follow
 *	d AMOUNT      so many bytes are sent down to the client (64 bits, this machine's order)
 *	u AMOUNT      so many come up from it, and one byte is the answer
 */
#include <arpa/inet.h>
#include <err.h>
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#include "stream.h"

enum {
	EVENTS = 256,
	BACKLOG = 4096,
	HELLO_HEAD = 5,
	HELLO_RECORD = 0x16,
};

struct served {
	int fd;
	bool echo;
	size_t head_n, skip; /* skip: what is left of a ClientHello */
	uint8_t head[HEAD];
	uint64_t left; /* of what comes up */
};

static void pass_over_hello(struct served *c)
{
	if (c->head_n == HELLO_HEAD) {
		c->skip = (size_t)c->head[3] << 8 | c->head[4];
		c->head_n = 0;
	}
}

/* The head is whole. Blocks while it sends: no two streams are measured at once. */
static bool begin_stream(struct served *c)
{
	uint64_t amount;

	memcpy(&amount, c->head + 1, sizeof amount);
	c->head_n = 0;
	if (c->head[0] == 'u')
		c->left = amount;
	return c->head[0] == 'u' || (c->head[0] == 'd' && write_amount(c->fd, amount));
}

/* False when the connection has no more use. */
static bool take(struct served *c, const char *bytes, size_t n)
{
	size_t used;

	for (; n && !c->echo; bytes += used, n -= used) {
		used = 1;
		if (c->skip) {
			used = n < c->skip ? n : c->skip;
			c->skip -= used;
		} else if (c->left) {
			used = n < c->left ? n : (size_t)c->left;
			c->left -= used;
			if (c->left == 0 && !write_all(c->fd, "u", 1))
				return false;
		} else if (c->head_n == 0 && *bytes == 'e') {
			c->echo = true;
			used = 0;
		} else {
			c->head[c->head_n++] = (uint8_t)*bytes;
			if (c->head[0] == HELLO_RECORD)
				pass_over_hello(c);
			else if (c->head_n == HEAD && !begin_stream(c))
				return false;
		}
	}
	return n == 0 || write_all(c->fd, bytes, n);
}

static void watch(int epoll, int operation, int fd, uint32_t events, void *data)
{
	struct epoll_event e = {.events = events, .data.ptr = data};

	if (epoll_ctl(epoll, operation, fd, &e) != 0)
		err(1, "epoll_ctl");
}

static void accept_all(int epoll, int listener)
{
	struct served *c;
	int fd, one = 1;

	while ((fd = accept4(listener, NULL, NULL, SOCK_CLOEXEC)) >= 0) {
		setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
		c = calloc(1, sizeof *c);
		if (!c)
			err(1, "memory");
		c->fd = fd;
		watch(epoll, EPOLL_CTL_ADD, fd, EPOLLIN, c);
	}
}

static int listen_at(const char *address, long port, long *bound)
{
	struct sockaddr_in at = {.sin_family = AF_INET, .sin_port = htons((uint16_t)port)};
	socklen_t size = sizeof at;
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0), one = 1;

	if (inet_pton(AF_INET, address, &at.sin_addr) != 1)
		errx(2, "%s is not an address", address);
	setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &one, sizeof one);
	if (fd < 0 || bind(fd, (struct sockaddr *)&at, sizeof at) != 0 ||
		listen(fd, BACKLOG) != 0 || getsockname(fd, (struct sockaddr *)&at, &size) != 0)
		err(1, "%s port %ld", address, port);
	*bound = ntohs(at.sin_port);
	return fd;
}

static _Noreturn void serve(const char *address, long port)
{
	struct epoll_event events[EVENTS];
	int listener = listen_at(address, port, &port), epoll = epoll_create1(EPOLL_CLOEXEC), i, n;
	struct served *c;
	ssize_t got;

	prctl(PR_SET_PDEATHSIG, SIGTERM);
	allow_descriptors();
	watch(epoll, EPOLL_CTL_ADD, listener, EPOLLIN, NULL);
	printf("%ld\n", port);
	fflush(stdout);
	for (;;) {
		n = epoll_wait(epoll, events, EVENTS, -1);
		for (i = 0; i < n; i++) {
			c = events[i].data.ptr;
			if (!c) {
				accept_all(epoll, listener);
				continue;
			}
			got = read(c->fd, chunk, sizeof chunk);
			if (got > 0 && take(c, chunk, (size_t)got))
				continue;
			close(c->fd);
			free(c);
		}
	}
}

static void print_ports(long n)
{
	long i, port;

	/* All stay open until the last is known, so no two are the same. */
	for (i = 0; i < n; i++) {
		listen_at("127.0.0.1", 0, &port);
		printf("%ld\n", port);
	}
}

int main(int argc, char **argv)
{
	if (argc == 3 && strcmp(argv[1], "-p") == 0)
		print_ports(number(argv[2]));
	else if (argc == 3)
		serve(argv[1], number(argv[2]));
	else
		return 2;
	return 0;
}
