/*
 * connect: the other end of an ssh ProxyCommand, for runs with `proxy = "explicit"`:
 *
 *	ssh -o ProxyCommand='seal-exec connect %h %p' git@example.org
 *
 * Runs inside the sandbox, with no more rights than the command that starts it: asks the proxy that
 * HTTPS_PROXY names for the host by CONNECT (RFC 9110, 9.3.6), and then carries bytes, both ways,
 * each until its own end.
 */
#include <errno.h>
#include <limits.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/die.h"
#include "base/fd.h"
#include "base/pattern.h"
#include "cli/session.h"
#include "keeper/endpoint.h"

enum {
	EXIT_NO_CONNECTION = 1,
	BUFFER = 64 * 1024,
	HEAD_MAX = 16 * 1024, /* of the proxy's answer */
	ANSWER_S = 120,       /* until the proxy has answered: it looks the name up and dials */
};

/* One way: read from `from`, and written to `to`, until its end. */
struct way {
	int from, to;
	char bytes[BUFFER];
	size_t at, len; /* what is still to be written */
	bool ended;     /* nothing more will be read */
	bool gone;      /* nobody is left to take it */
	bool done;      /* it carries no more */
};

/* "HOST:PORT" as CONNECT wants it; ends the process unless both are what they should be. */
static const char *read_target(struct arena *arena, const char *host, const char *port)
{
	size_t n = strlen(host);
	bool v6 = memchr(host, ':', n);
	char clean[256];
	const char *wrong;
	unsigned number;

	if (n > 1 && !v6 && host[n - 1] == '.')
		n--;
	wrong = domain_parse(arena_printf(arena, v6 ? "[%.*s]:%s" : "%.*s:%s", (int)n, host, port),
		clean, &number);
	if (wrong || number == 0 || clean[0] == '*')
		die("'%s' and '%s' are no host and port; write: seal-exec connect example.org 22",
			host, port);
	return arena_printf(arena, v6 ? "[%s]:%u" : "%s:%u", clean, number);
}

/* The address in "http://ADDRESS:PORT/". No names: inside nothing but the proxy is asked for any.
 */
static bool read_proxy(const char *url, union endpoint *to)
{
	char host[256], entry[300];
	unsigned port;

	if (strncasecmp(url, "http://", 7) != 0 || strlen(url + 7) >= sizeof entry)
		return false;
	strlcpy(entry, url + 7, sizeof entry);
	if (entry[0] && entry[strlen(entry) - 1] == '/')
		entry[strlen(entry) - 1] = '\0';
	if (domain_parse(entry, host, &port) || !port || !endpoint_read(host, to))
		return false;
	endpoint_set_port(to, port);
	return true;
}

/* A connection to the proxy; ends the process where there is none. */
static int dial_proxy(void)
{
	const struct timeval limit = {.tv_sec = ANSWER_S};
	const char *url = getenv("HTTPS_PROXY");
	union endpoint to;
	int fd;

	if (!url || !*url)
		url = getenv("https_proxy");
	if (!url || !*url)
		die("connect is for use inside a run with proxy = \"explicit\", where HTTPS_PROXY "
		    "names the proxy; here there is none, and connect goes nowhere without one");
	if (!read_proxy(url, &to))
		die("HTTPS_PROXY is '%s', which is not http://ADDRESS:PORT; leave it as seal-exec "
		    "sets it",
			url);
	fd = socket(to.any.sa_family, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (fd < 0 || setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit) != 0 ||
		connect(fd, &to.any, endpoint_size(&to)) != 0)
		die_errno("cannot connect to the proxy %s", url);
	return fd;
}

static ssize_t receive(int fd, char *to, size_t size)
{
	ssize_t n;

	do
		n = recv(fd, to, size, 0);
	while (n < 0 && errno == EINTR);
	return n;
}

/* The proxy's reason is the first line of the answer's body, else of the answer. */
static _Noreturn void say_refused(int fd, const char *target, char *answer, size_t len, char *body)
{
	const struct timeval limit = {.tv_sec = 1};
	ssize_t n = 1;

	setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit);
	while (!strpbrk(body, "\r\n") && len < HEAD_MAX && n > 0) {
		n = receive(fd, answer + len, HEAD_MAX - len);
		len += n > 0 ? (size_t)n : 0;
		answer[len] = '\0';
	}
	body[strcspn(body, "\r\n")] = '\0';
	answer[strcspn(answer, "\r\n")] = '\0';
	warn_line("%s: the proxy refused: %s", target, *body ? body : answer);
	exit(EXIT_NO_CONNECTION);
}

/* True if LINE is a status line with status 200. RFC 9112, 4. */
static bool is_success(const char *line)
{
	return strncmp(line, "HTTP/1.", 7) == 0 && (line[7] == '0' || line[7] == '1') &&
		strncmp(line + 8, " 200", 4) == 0 && strchr(" \r", line[12]);
}

/* Asks for TARGET. What comes behind the answer's head is the target's already: the first bytes
 * of IN. Ends the process if the proxy says no. */
static void ask_proxy(int fd, const char *target, struct way *in)
{
	struct strbuf request = STRBUF_INIT;
	char answer[HEAD_MAX + 1], *end = NULL;
	size_t len = 0;
	ssize_t n;

	strbuf_addf(&request, "CONNECT %s HTTP/1.1\r\nHost: %s\r\n\r\n", target, target);
	if (send(fd, request.s, request.len, MSG_NOSIGNAL) != (ssize_t)request.len)
		die_errno("cannot write to the proxy");
	strbuf_release(&request);
	while (!end) {
		if (len == HEAD_MAX)
			die("%s: what answers is no HTTP proxy; check HTTPS_PROXY", target);
		n = receive(fd, answer + len, HEAD_MAX - len);
		if (n < 0)
			die_errno("%s: the proxy does not answer", target);
		if (n == 0)
			die("%s: the proxy closed the connection without an answer", target);
		len += (size_t)n;
		end = memmem(answer, len, "\r\n\r\n", 4);
	}
	end += 4;
	answer[len] = '\0';
	if (!is_success(answer))
		say_refused(fd, target, answer, len, end);
	in->len = len - (size_t)(end - answer);
	memcpy(in->bytes, end, in->len);
}

/* Reads what there is; false if the connection broke. */
static bool fill(struct way *w, int sock)
{
	ssize_t n = read(w->from, w->bytes, sizeof w->bytes);

	if (n < 0 && (errno == EINTR || errno == EAGAIN))
		return true;
	w->at = 0;
	w->len = n > 0 ? (size_t)n : 0;
	w->ended = n <= 0;
	return n >= 0 || w->from != sock;
}

/*
 * Writes what fits without waiting: while this waited, the other way would stand still. A pipe
 * that poll(2) calls writable takes PIPE_BUF bytes; to ask more of it would need O_NONBLOCK, which
 * others that share the pipe would see. False if nobody is left to take it.
 */
static bool drain(struct way *w)
{
	size_t left = w->len - w->at;
	ssize_t n = send(w->to, w->bytes + w->at, left, MSG_DONTWAIT | MSG_NOSIGNAL);

	if (n < 0 && errno == ENOTSOCK)
		n = write(w->to, w->bytes + w->at, left < PIPE_BUF ? left : PIPE_BUF);
	w->at += n > 0 ? (size_t)n : 0;
	return n >= 0 || errno == EINTR || errno == EAGAIN;
}

/* All that was read is written: the end is passed on. */
static void finish(struct way *w, int sock)
{
	w->done = true;
	if (w->to == sock)
		shutdown(sock, SHUT_WR);
	else
		close(w->to);
}

/* One step of W, whose descriptor poll(2) has called ready; false if the connection broke. */
static bool carry(struct way *w, int sock)
{
	if (w->at == w->len) {
		if (!fill(w, sock))
			return false;
	} else if (!drain(w)) {
		w->gone = true;
	}
	if (w->gone || (w->ended && w->at == w->len))
		finish(w, sock);
	return true;
}

/*
 * Carries until both ways are done; false if the connection broke before. The descriptors block,
 * but what poll(2) calls ready is not waited for. Where our own reader is gone all ends, as SIGPIPE
 * has it.
 */
static bool relay(int sock, struct way *out, struct way *in)
{
	struct way *ways[] = {out, in};
	struct pollfd p[2];
	int i;

	while ((!out->done || !in->done) && !in->gone) {
		for (i = 0; i < 2; i++) {
			bool full = ways[i]->at < ways[i]->len;

			p[i] = (struct pollfd){
				.fd = ways[i]->done ? -1
					: full      ? ways[i]->to
						    : ways[i]->from,
				.events = full ? POLLOUT : POLLIN,
			};
		}
		if (poll(p, 2, -1) < 0)
			continue;
		for (i = 0; i < 2; i++)
			if (p[i].revents && !carry(ways[i], sock))
				return false;
	}
	return true;
}

int cmd_connect(struct session *s)
{
	struct way out = {.from = STDIN_FILENO}, in = {.to = STDOUT_FILENO};
	struct strbuf text = STRBUF_INIT;
	const char *target;
	int sock;

	opts_read(&s->options, SCOPE_CONNECT, s->options.rest + 1);
	if (s->options.set[OPT_HELP]) {
		opts_help(SCOPE_CONNECT, &text);
		session_print(&text);
		return 0;
	}
	if (!s->options.rest[0] || !s->options.rest[1] || s->options.rest[2])
		die("write: seal-exec connect HOST PORT");
	target = read_target(&s->arena, s->options.rest[0], s->options.rest[1]);
	sock = dial_proxy();
	ask_proxy(sock, target, &in);
	out.to = in.from = sock;
	if (relay(sock, &out, &in))
		return 0;
	warn_line("%s: the connection broke", target);
	return EXIT_NO_CONNECTION;
}
