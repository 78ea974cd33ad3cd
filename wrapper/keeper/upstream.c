#include "keeper/upstream.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "base/strbuf.h"
#include "keeper/http.h"

enum { ANSWER_MAX = LIMIT_PROXY_ANSWER };

struct upstream_call {
	struct garbage garbage;
	struct watch watch;
	struct loop *loop;
	struct strbuf request, answer;
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
	strbuf_release(&c->answer);
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

/* What the head says, which has come whole. */
static void judge(struct upstream_call *c)
{
	int status = http_status(c->answer.s, c->answer.len);
	char why[64];

	if (status / 100 == 2) {
		stands(c);
		return;
	}
	snprintf(why, sizeof why, "the upstream proxy answers %d", status);
	fail(c, status < 0 ? "the upstream proxy does not speak HTTP" : why);
}

/* Bytes are looked at where they are, and those of the head taken off: what follows it is the
 * server's. */
static void read_answer(struct upstream_call *c)
{
	char text[ANSWER_MAX];
	size_t had = c->answer.len, size;
	ssize_t n = recv(c->watch.fd, text, ANSWER_MAX - had, MSG_PEEK | MSG_DONTWAIT);
	const char *blank;

	if (n < 0 && errno == EAGAIN)
		return;
	if (n <= 0) {
		fail(c, "the upstream proxy has closed");
		return;
	}
	strbuf_add(&c->answer, text, (size_t)n);
	blank = memmem(c->answer.s, c->answer.len, "\r\n\r\n", 4);
	size = blank ? (size_t)(blank + 4 - c->answer.s) - had : (size_t)n;
	if (recv(c->watch.fd, text, size, MSG_DONTWAIT) != (ssize_t)size)
		fail(c, "the upstream proxy has closed");
	else if (blank)
		judge(c);
	else if (c->answer.len == ANSWER_MAX)
		fail(c, "the upstream proxy answers too much");
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
