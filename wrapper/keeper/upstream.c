#include "keeper/upstream.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "base/strbuf.h"
#include "keeper/http.h"

enum { ANSWER_MAX = 8192 };

struct upstream_call {
	struct garbage garbage;
	struct watch watch;
	struct loop *loop;
	struct strbuf request;
	size_t sent;
	upstream_done *done;
	void *user;
	bool ended;
};

static void release(struct garbage *g)
{
	free(container(g, struct upstream_call, garbage));
}

static void end(struct upstream_call *c)
{
	c->ended = true;
	loop_forget(c->loop, &c->watch);
	strbuf_release(&c->request);
	loop_drop(c->loop, &c->garbage);
}

void upstream_cancel(struct upstream_call *c)
{
	if (c && !c->ended)
		end(c);
}

static void fail(struct upstream_call *c, const char *why)
{
	end(c);
	c->done(c->user, -1, why);
}

static void stands(struct upstream_call *c)
{
	int fd = c->watch.fd;

	loop_watch(c->loop, &c->watch, 0);
	c->watch.fd = -1;
	end(c);
	c->done(c->user, fd, NULL);
}

static void send_request(struct upstream_call *c)
{
	ssize_t n = send(c->watch.fd, c->request.s + c->sent, c->request.len - c->sent,
		MSG_NOSIGNAL | MSG_DONTWAIT);

	if (n < 0 && errno != EAGAIN) {
		fail(c, "the upstream proxy has closed");
		return;
	}
	c->sent += n > 0 ? (size_t)n : 0;
	loop_watch(c->loop, &c->watch, c->sent < c->request.len ? LOOP_OUT : LOOP_IN);
}

/* Not before there are N bytes: what was looked at and left would wake the loop for ever. */
static void wake_at(const struct upstream_call *c, int n)
{
	setsockopt(c->watch.fd, SOL_SOCKET, SO_RCVLOWAT, &n, sizeof n);
}

/* The answer's head is looked at where it is, then taken off exactly: what follows it is the
 * server's. */
static void read_answer(struct upstream_call *c)
{
	char text[ANSWER_MAX + 1], why[64];
	ssize_t n = recv(c->watch.fd, text, ANSWER_MAX, MSG_PEEK | MSG_DONTWAIT);
	const char *blank;
	int status;

	if (n < 0 && errno == EAGAIN)
		return;
	if (n <= 0) {
		fail(c, "the upstream proxy has closed");
		return;
	}
	text[n] = '\0';
	blank = memmem(text, (size_t)n, "\r\n\r\n", 4);
	if (!blank && n == ANSWER_MAX) {
		fail(c, "the upstream proxy answers too much");
		return;
	}
	if (!blank) {
		wake_at(c, (int)n + 1);
		return;
	}
	wake_at(c, 1);
	status = http_status(text, (size_t)n);
	if (status != 200) {
		snprintf(why, sizeof why, "the upstream proxy answers %d", status);
		fail(c, why);
		return;
	}
	if (recv(c->watch.fd, text, (size_t)(blank + 4 - text), 0) < 0)
		fail(c, strerror(errno));
	else
		stands(c);
}

static void ready(struct watch *w, unsigned events)
{
	struct upstream_call *c = container(w, struct upstream_call, watch);

	(void)events;
	if (c->sent < c->request.len)
		send_request(c);
	else
		read_answer(c);
}

struct upstream_call *upstream_connect(struct loop *loop, int fd, const struct upstream *upstream,
	const char *host, unsigned port, upstream_done *done, void *user)
{
	struct upstream_call *c = calloc(1, sizeof *c);
	const char *open = strchr(host, ':') ? "[" : "", *close = *open ? "]" : "";
	struct strbuf login = STRBUF_INIT;

	if (!c) {
		loop_forget(loop, &(struct watch){.fd = fd});
		done(user, -1, "out of memory");
		return NULL;
	}
	c->garbage.release = release;
	c->watch = (struct watch){.fd = fd, .ready = ready};
	c->loop = loop;
	c->done = done;
	c->user = user;
	strbuf_addf(&c->request, "CONNECT %s%s%s:%u HTTP/1.1\r\nHost: %s%s%s:%u\r\n", open, host,
		close, port, open, host, close, port);
	if (upstream->login) {
		http_basic(upstream->login, &login);
		strbuf_addf(&c->request, "Proxy-Authorization: %s\r\n", login.s);
		strbuf_release(&login);
	}
	strbuf_adds(&c->request, "\r\n");
	loop_watch(loop, &c->watch, LOOP_OUT);
	return c;
}
