#include "peers.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { WAIT_MS = 5000, QUIET_MS = 20, ROUNDS_MAX = 100000, PIECE = 64 * 1024 };

/* --- The loop ----------------------------------------------------------------------------------
 */

void peers_open(struct loop *l)
{
	if (!loop_open(l))
		abort();
}

void peers_close(struct loop *l)
{
	peers_settle(l);
	close(l->epoll);
	free(l->buffer);
}

void peers_round(struct loop *l)
{
	l->over = false;
	loop_round(l, false);
}

static bool is_ready(int fd, short events, int ms)
{
	struct pollfd p = {.fd = fd, .events = events};

	return poll(&p, 1, ms) == 1;
}

bool peers_settle(struct loop *l)
{
	int i;

	for (i = 0; i < ROUNDS_MAX && is_ready(l->epoll, POLLIN, QUIET_MS); i++)
		peers_round(l);
	return i < ROUNDS_MAX;
}

void peers_age(struct loop *l, enum timer_class class)
{
	struct timer *t;

	for (t = l->queues[class].next; t != &l->queues[class]; t = t->next)
		t->at = 0;
	peers_round(l);
	peers_settle(l);
}

/* The loop works until FD is ready for EVENTS; false if it does not get so in time. */
static bool await(struct loop *l, int fd, short events)
{
	struct pollfd p[2] = {{.fd = fd, .events = events}, {.fd = l->epoll, .events = POLLIN}};
	long long until = l->now + WAIT_MS;

	do {
		poll(p, 2, QUIET_MS); /* a timer of the loop may be what is waited for */
		if (p[0].revents)
			return true;
		peers_round(l);
	} while (l->now < until);
	return false;
}

/* --- Connections -------------------------------------------------------------------------------
 */

static int open_socket(const char *host, unsigned port, union endpoint *at)
{
	const int on = 1;
	int fd;

	if (!endpoint_read(host, at))
		abort();
	endpoint_set_port(at, port);
	fd = socket(at->any.sa_family, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (fd < 0)
		abort();
	setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
	return fd;
}

int peers_listen(const char *host, unsigned port, unsigned *got)
{
	union endpoint at;
	socklen_t size = sizeof at;
	const int on = 1;
	int fd = open_socket(host, port, &at);

	setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
	if (bind(fd, &at.any, endpoint_size(&at)) != 0 || listen(fd, 4096) != 0 ||
		getsockname(fd, &at.any, &size) != 0)
		abort();
	if (got)
		*got = endpoint_port(&at);
	fcntl(fd, F_SETFL, O_NONBLOCK);
	return fd;
}

int peers_accept(struct loop *l, int listener)
{
	if (!await(l, listener, POLLIN))
		return -1;
	return accept4(listener, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);
}

int peers_connect(const char *host, unsigned port)
{
	union endpoint at;
	int fd = open_socket(host, port, &at);

	if (connect(fd, &at.any, endpoint_size(&at)) != 0) {
		close(fd);
		return -1;
	}
	fcntl(fd, F_SETFL, O_NONBLOCK);
	return fd;
}

void peers_silent(struct silent *s, const char *host, unsigned port)
{
	union endpoint at;
	const int on = 1;
	int i;

	s->listener = open_socket(host, port, &at);
	setsockopt(s->listener, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
	if (bind(s->listener, &at.any, endpoint_size(&at)) != 0 || listen(s->listener, 0) != 0)
		abort();
	fcntl(s->listener, F_SETFL, O_NONBLOCK);
	for (i = 0; i < FILLERS; i++) {
		s->fillers[i] = open_socket(host, port, &at);
		fcntl(s->fillers[i], F_SETFL, O_NONBLOCK);
		(void)!connect(s->fillers[i], &at.any, endpoint_size(&at));
	}
}

void peers_wake(struct silent *s)
{
	int i, fd;

	for (i = 0; i < FILLERS; i++) {
		if (s->fillers[i] >= 0)
			close(s->fillers[i]);
		s->fillers[i] = -1;
	}
	while (s->listener >= 0 && (fd = accept(s->listener, NULL, NULL)) >= 0)
		close(fd);
}

void peers_gone(struct silent *s)
{
	peers_wake(s);
	if (s->listener >= 0)
		close(s->listener);
	s->listener = -1;
}

void peers_pair(int out[2], bool small)
{
	const int size = 16 * 1024;
	unsigned port;
	int listener = peers_listen("127.0.0.1", 0, &port), i;

	if (small)
		setsockopt(listener, SOL_SOCKET, SO_RCVBUF, &size, sizeof size);
	out[0] = peers_connect("127.0.0.1", port);
	out[1] = accept4(listener, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);
	close(listener);
	if (out[0] < 0 || out[1] < 0)
		abort();
	for (i = 0; small && i < 2; i++) {
		setsockopt(out[i], SOL_SOCKET, SO_SNDBUF, &size, sizeof size);
		setsockopt(out[i], SOL_SOCKET, SO_RCVBUF, &size, sizeof size);
	}
}

void peers_break(int fd)
{
	const struct linger now = {.l_onoff = 1};

	setsockopt(fd, SOL_SOCKET, SO_LINGER, &now, sizeof now);
	close(fd);
}

/* --- Bytes -------------------------------------------------------------------------------------
 */

bool peers_say(struct loop *l, int fd, const void *bytes, size_t n)
{
	const char *at = bytes;
	ssize_t m;

	while (n) {
		m = send(fd, at, n, MSG_NOSIGNAL);
		if (m < 0 && (errno != EAGAIN || !await(l, fd, POLLOUT)))
			return false;
		at += m > 0 ? m : 0;
		n -= m > 0 ? (size_t)m : 0;
	}
	return true;
}

size_t peers_hear(struct loop *l, int fd, void *out, size_t n)
{
	size_t heard = 0;
	ssize_t m;

	while (heard < n && await(l, fd, POLLIN)) {
		m = recv(fd, (char *)out + heard, n - heard, 0);
		if (m <= 0)
			break;
		heard += (size_t)m;
	}
	return heard;
}

bool peers_hears(struct loop *l, int fd, const char *text)
{
	size_t n = strlen(text), heard;
	char *got = calloc(1, n + 1);
	bool same;

	heard = peers_hear(l, fd, got, n);
	same = heard == n && memcmp(got, text, n) == 0;
	free(got);
	return same;
}

enum standing peers_standing(struct loop *l, int fd)
{
	ssize_t n;
	char byte;

	peers_settle(l);
	n = recv(fd, &byte, 1, MSG_PEEK);
	if (n == 0)
		return ENDED;
	return n < 0 && errno != EAGAIN ? RESET : STANDS;
}

bool peers_is_reset(int fd)
{
	return is_ready(fd, 0, 0);
}

enum standing peers_end(struct loop *l, int fd, char *text, size_t room, size_t *heard)
{
	static char piece[PIECE];
	ssize_t n;
	size_t m;

	if (room)
		*text = '\0';
	for (*heard = 0; await(l, fd, POLLIN); *heard += (size_t)n) {
		n = recv(fd, piece, sizeof piece, 0);
		if (n <= 0)
			return n < 0 ? RESET : ENDED;
		m = *heard + 1 < room ? room - *heard - 1 : 0;
		if (m > (size_t)n)
			m = (size_t)n;
		if (m) {
			memcpy(text + *heard, piece, m);
			text[*heard + m] = '\0';
		}
	}
	return STANDS;
}

unsigned char peers_byte(size_t i)
{
	return (unsigned char)(i * 31 + (i >> 8) * 7 + (i >> 16));
}

static size_t fill(unsigned char *piece, size_t at, size_t n)
{
	size_t i;

	for (i = 0; i < n && i < PIECE; i++)
		piece[i] = peers_byte(at + i);
	return i;
}

static bool is_pattern(const unsigned char *piece, size_t at, size_t n)
{
	size_t i;

	for (i = 0; i < n; i++)
		if (piece[i] != peers_byte(at + i))
			return false;
	return true;
}

const char *peers_hear_all(struct loop *l, int fd, enum standing *how)
{
	static char text[8192];
	size_t heard;

	*how = peers_end(l, fd, text, sizeof text, &heard);
	return text;
}

bool peers_carry(struct loop *l, int from, int to, size_t n)
{
	static unsigned char piece[PIECE];
	size_t said = 0, heard = 0;
	ssize_t m;

	while (heard < n) {
		m = said < n ? send(from, piece, fill(piece, said, n - said), MSG_NOSIGNAL) : 0;
		if (m < 0 && errno != EAGAIN)
			return false;
		said += m > 0 ? (size_t)m : 0;
		peers_round(l);
		m = recv(to, piece, sizeof piece, 0);
		if (m == 0 || (m < 0 && (errno != EAGAIN || (said == n && !await(l, to, POLLIN)))))
			return false;
		if (m > 0 && !is_pattern(piece, heard, (size_t)m))
			return false;
		heard += m > 0 ? (size_t)m : 0;
	}
	return heard == n;
}

size_t peers_push(int fd, size_t at)
{
	static unsigned char piece[PIECE];
	size_t said = 0;
	ssize_t m;

	while ((m = send(fd, piece, fill(piece, at + said, PIECE), MSG_NOSIGNAL)) > 0)
		said += (size_t)m;
	return said;
}

size_t peers_stuff(struct loop *l, int fd)
{
	size_t said = 0;

	do {
		said += peers_push(fd, said);
		peers_settle(l);
	} while (is_ready(fd, POLLOUT, QUIET_MS));
	return said;
}

bool peers_unstuff(struct loop *l, int fd, size_t at, size_t n)
{
	static unsigned char piece[PIECE];
	size_t heard = 0, m;

	while (heard < n) {
		m = peers_hear(l, fd, piece, n - heard < PIECE ? n - heard : PIECE);
		if (m == 0 || !is_pattern(piece, at + heard, m))
			return false;
		heard += m;
	}
	return true;
}

unsigned peers_descriptors(void)
{
	DIR *d = opendir("/proc/self/fd");
	unsigned n = 0;

	while (d && readdir(d))
		n++;
	if (d)
		closedir(d);
	return n;
}
