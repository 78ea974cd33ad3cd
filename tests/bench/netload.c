/*
 * netload: makes TCP connections and measures what stands between their ends.
 *
 *	netload serve ADDRESS PORT              the far end; prints its port (PORT 0: any free one)
 *	netload agent HOST PORT [tls NAME | connect NAME:PORT]
 *	netload ports N                         prints N ports of 127.0.0.1 that are free now
 *
 * The agent is the near end. It reads lines, "TEST COUNT", from its standard input and answers each
 * with a number, so one that was started in a sandbox does there all that is measured: what
 *starting it costs is in no number. turns.c asks it. An agent begins each connection with nothing,
 *with a TLS ClientHello that names NAME, or with an HTTP CONNECT and that ClientHello. Nothing else
 *of TLS follows: a filter that reads the first message and then passes bytes on is measured, no
 *cipher.
 *
 *	test      COUNT is             the answer
 *	down, up  MiB, one stream      microseconds for all of it
 *	connect   connections          microseconds each: connect, one byte there and back, close
 *	parallel  connections          the same, eight at a time
 *	first     connections          microseconds to the first byte, the median of them
 *	trip      round trips          microseconds each: 64 bytes there and back
 *	open      connections          microseconds until all, opened at once, have had their byte
 *	hold      connections          0; they are open, and idle, until the next hold
 */
#include <err.h>
#include <errno.h>
#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
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
#include <time.h>
#include <unistd.h>

#include "median.h"
#include "stream.h"

enum {
	PATIENCE = 50000, /* milliseconds in which some connection of many must have got on */
	MIB = 1024 * 1024,
	TRIP = 64, /* bytes */
	SIDE_BY_SIDE = 8,
	EVENTS = 256,
};

static double now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec * 1e6 + (double)t.tv_nsec / 1e3;
}

static void *allocate(size_t n, size_t size)
{
	void *p = calloc(n ? n : 1, size);

	if (!p)
		err(1, "memory");
	return p;
}

static bool read_all(int fd, void *bytes, size_t size)
{
	char *at = bytes;
	ssize_t n;

	for (; size; at += n, size -= (size_t)n) {
		n = read(fd, at, size);
		if (n < 0 && errno == EINTR)
			n = 0;
		else if (n <= 0)
			return false;
	}
	return true;
}

struct target {
	struct sockaddr_storage address;
	socklen_t size;
	int family;
	const char *through;  /* the NAME:PORT of an HTTP CONNECT, or NULL */
	uint8_t opening[512]; /* what each connection begins with, ready to be sent */
	size_t opening_n;
};

static void put(struct target *t, const char *bytes, size_t n)
{
	memcpy(t->opening + t->opening_n, bytes, n);
	t->opening_n += n;
}

static void put16(struct target *t, size_t n)
{
	t->opening[t->opening_n++] = (uint8_t)(n >> 8);
	t->opening[t->opening_n++] = (uint8_t)n;
}

/* RFC 8446 §4.1.2 with one cipher suite and one extension, server_name (RFC 6066 §3). */
static void put_hello(struct target *t, const char *name, size_t n)
{
	static const char until_extensions[34 + 1 + 4 + 2] = {3, 3, [36] = 2, 0x13, 1, 1};
	size_t extension = n + 5, body = sizeof until_extensions + 2 + 4 + extension;

	if (n > 255)
		errx(2, "%s is too long", name);
	put(t, "\x16\3\1", 3);
	put16(t, body + 4);
	put(t, "\1\0", 2);
	put16(t, body);
	put(t, until_extensions, sizeof until_extensions);
	put16(t, 4 + extension);
	put(t, "\0\0", 2);
	put16(t, extension);
	put16(t, n + 3);
	put(t, "\0", 1);
	put16(t, n);
	put(t, name, n);
}

/* One small answer, read until its empty line. */
static void tunnel(int fd, const char *through)
{
	char text[1024];
	size_t n = (size_t)snprintf(
		text, sizeof text, "CONNECT %s HTTP/1.1\r\nHost: %s\r\n\r\n", through, through);
	ssize_t got;

	if (n >= sizeof text || !write_all(fd, text, n))
		errx(1, "CONNECT %s", through);
	for (n = 0; n < 4 || memcmp(text + n - 4, "\r\n\r\n", 4) != 0; n += (size_t)got) {
		got = read(fd, text + n, sizeof text - n);
		if (got <= 0)
			errx(1, "CONNECT %s: no answer", through);
	}
	if (n < 12 || memcmp(text + 8, " 200", 4) != 0)
		errx(1, "CONNECT %s: %.12s", through, text);
}

static int new_socket(const struct target *t, int flags)
{
	int fd = socket(t->family, SOCK_STREAM | SOCK_CLOEXEC | flags, 0), one = 1;

	if (fd < 0)
		err(1, "socket");
	setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
	return fd;
}

static int dial(const struct target *t)
{
	int fd = new_socket(t, 0);

	if (connect(fd, (const struct sockaddr *)&t->address, t->size) != 0)
		err(1, "connect");
	if (t->through)
		tunnel(fd, t->through);
	return fd;
}

/* The opening and the first words go together. */
static void begin(const struct target *t, int fd, const void *words, size_t n)
{
	uint8_t bytes[sizeof t->opening + HEAD];

	memcpy(bytes, t->opening, t->opening_n);
	memcpy(bytes + t->opening_n, words, n);
	if (!write_all(fd, bytes, t->opening_n + n))
		err(1, "write");
}

static void expect_byte(int fd)
{
	char byte;

	if (read(fd, &byte, 1) != 1)
		errx(1, "the connection ended early");
}

/* Returns when the stream has begun. */
static double begin_amount(const struct target *t, int fd, char what, uint64_t amount)
{
	double begun = now();
	char head[HEAD] = {what};

	memcpy(head + 1, &amount, sizeof amount);
	begin(t, fd, head, sizeof head);
	return begun;
}

static double run_down(const struct target *t, long n)
{
	int fd = dial(t);
	uint64_t left = (uint64_t)n * MIB;
	double begun = begin_amount(t, fd, 'd', left);
	ssize_t got;

	for (; left; left -= (uint64_t)got) {
		got = read(fd, chunk, sizeof chunk);
		if (got <= 0)
			errx(1, "the stream ended early");
	}
	begun = now() - begun;
	close(fd);
	return begun;
}

static double run_up(const struct target *t, long n)
{
	int fd = dial(t);
	double begun = begin_amount(t, fd, 'u', (uint64_t)n * MIB);

	if (!write_amount(fd, (uint64_t)n * MIB))
		err(1, "the stream ended early");
	expect_byte(fd);
	begun = now() - begun;
	close(fd);
	return begun;
}

static double run_connect(const struct target *t, long n)
{
	double begun = now();
	long i;
	int fd;

	for (i = 0; i < n; i++) {
		fd = dial(t);
		begin(t, fd, "e", 1);
		expect_byte(fd);
		close(fd);
	}
	return (now() - begun) / (double)n;
}

static double run_first(const struct target *t, long n)
{
	double *v = allocate((size_t)n, sizeof *v), middle;
	long i;
	int fd;

	for (i = 0; i < n; i++) {
		v[i] = now();
		fd = dial(t);
		begin(t, fd, "e", 1);
		expect_byte(fd);
		v[i] = now() - v[i];
		close(fd);
	}
	middle = median(v, (size_t)n);
	free(v);
	return middle;
}

static double run_trip(const struct target *t, long n)
{
	char bytes[TRIP];
	int fd = dial(t);
	double begun = 0;
	long i;

	memset(bytes, 'e', sizeof bytes);
	begin(t, fd, "e", 1);
	expect_byte(fd);
	for (i = -n / 8; i < n; i++) {
		if (i == 0)
			begun = now();
		if (!write_all(fd, bytes, sizeof bytes) || !read_all(fd, bytes, sizeof bytes))
			errx(1, "the connection ended early");
	}
	begun = now() - begun;
	close(fd);
	return begun / (double)n;
}

static void watch(int epoll, int operation, int fd, uint32_t events, void *data)
{
	struct epoll_event e = {.events = events, .data.ptr = data};

	if (epoll_ctl(epoll, operation, fd, &e) != 0)
		err(1, "epoll_ctl");
}

/* Many connections at once. Those that have had their byte are closed, or held until all have. */
struct crowd {
	const struct target *target;
	int epoll, *fds;
	long n, begun, done;
	bool hold;
};

static void begin_one(struct crowd *c)
{
	int *fd = &c->fds[c->begun++];

	*fd = new_socket(c->target, SOCK_NONBLOCK);
	if (connect(*fd, (const struct sockaddr *)&c->target->address, c->target->size) != 0 &&
		errno != EINPROGRESS)
		err(1, "connect");
	watch(c->epoll, EPOLL_CTL_ADD, *fd, EPOLLOUT, fd);
}

static void go_on(struct crowd *c, const struct epoll_event *e)
{
	int *fd = e->data.ptr;

	if (e->events & EPOLLIN) {
		expect_byte(*fd);
		c->done++;
		if (!c->hold)
			close(*fd);
		if (c->begun < c->n)
			begin_one(c);
	} else if (e->events == EPOLLOUT) {
		begin(c->target, *fd, "e", 1);
		watch(c->epoll, EPOLL_CTL_MOD, *fd, EPOLLIN, fd);
	} else {
		errx(1, "a connection of many failed");
	}
}

static void run_crowd(struct crowd *c, long at_once)
{
	struct epoll_event events[EVENTS];
	int i, n;

	if (c->target->through)
		errx(2, "many connections at once, but not through CONNECT");
	c->epoll = epoll_create1(EPOLL_CLOEXEC);
	c->fds = allocate((size_t)c->n, sizeof *c->fds);
	while (c->begun < c->n && c->begun < at_once)
		begin_one(c);
	while (c->done < c->n) {
		n = epoll_wait(c->epoll, events, EVENTS, PATIENCE);
		if (n == 0)
			errx(1, "%ld of %ld connections had no answer", c->n - c->done, c->n);
		for (i = 0; i < n; i++)
			go_on(c, &events[i]);
	}
	close(c->epoll);
}

static void leave_crowd(struct crowd *c)
{
	while (c->hold && c->begun > 0)
		close(c->fds[--c->begun]);
	free(c->fds);
	*c = (struct crowd){0};
}

static double run_parallel(const struct target *t, long n)
{
	struct crowd c = {.target = t, .n = n};
	double begun = now();

	run_crowd(&c, SIDE_BY_SIDE);
	begun = now() - begun;
	leave_crowd(&c);
	return begun / (double)n;
}

static double run_open(const struct target *t, long n)
{
	struct crowd c = {.target = t, .n = n, .hold = true};
	double begun = now();

	run_crowd(&c, n);
	begun = now() - begun;
	leave_crowd(&c);
	return begun;
}

/* Others look at the machine meanwhile. */
static double run_hold(const struct target *t, long n)
{
	static struct crowd held;

	leave_crowd(&held);
	held = (struct crowd){.target = t, .n = n, .hold = true};
	if (n)
		run_crowd(&held, n);
	return 0;
}

static const struct test {
	const char *name;
	double (*run)(const struct target *, long n);
} tests[] = {
	{"down", run_down},
	{"up", run_up},
	{"connect", run_connect},
	{"parallel", run_parallel},
	{"first", run_first},
	{"trip", run_trip},
	{"open", run_open},
	{"hold", run_hold},
};
enum { TESTS = sizeof tests / sizeof *tests };

static void find_target(struct target *t, char **words)
{
	struct addrinfo want = {.ai_socktype = SOCK_STREAM, .ai_family = AF_INET}, *found;
	int error = getaddrinfo(words[0], words[1], &want, &found);

	if (error)
		errx(1, "%s: %s", words[0], gai_strerror(error));
	memcpy(&t->address, found->ai_addr, found->ai_addrlen);
	t->size = found->ai_addrlen;
	t->family = found->ai_family;
	freeaddrinfo(found);
	if (words[2] && strcmp(words[2], "connect") == 0)
		t->through = words[3];
	if (words[2])
		put_hello(t, words[3], strcspn(words[3], ":"));
}

/* Until the way to the far end is there: what stands between may have been started just now. */
static void await_target(const struct target *t)
{
	double begun = now();
	int fd;

	for (;; poll(NULL, 0, 10)) {
		fd = new_socket(t, 0);
		if (connect(fd, (const struct sockaddr *)&t->address, t->size) == 0)
			break;
		if (now() - begun > 1e7)
			err(1, "connect");
		close(fd);
	}
	close(fd);
	run_connect(t, 1);
}

static double run_test(const struct target *t, char *line)
{
	size_t i, n = strcspn(line, " ");

	line[strcspn(line, "\n")] = '\0';
	for (i = 0; i < TESTS; i++)
		if (strncmp(line, tests[i].name, n) == 0 && tests[i].name[n] == '\0' && line[n])
			return tests[i].run(t, number(line + n + 1));
	errx(2, "%s: no such test", line);
}

int main(int argc, char **argv)
{
	static struct target t;
	char line[64];

	if (argc != 3 && argc != 5)
		return 2;
	prctl(PR_SET_PDEATHSIG, SIGTERM);
	allow_descriptors();
	find_target(&t, argv + 1);
	await_target(&t);
	while (fgets(line, sizeof line, stdin)) {
		printf("%.3f\n", run_test(&t, line));
		fflush(stdout);
	}
	return 0;
}
