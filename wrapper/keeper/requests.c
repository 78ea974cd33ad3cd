/*
 * HTTP for one name: each request on the connection is read whole, judged, and written anew, so
 * the server sees the requests that were judged and no others. Bodies are counted through.
 */
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "keeper/flow.h"

/* Authorization for the upstream proxy's ears; NULL: the server itself is spoken to. */
static const char *authorization(const struct conn *c, struct strbuf *text)
{
	const struct upstream *up = &c->server->net->upstream;

	if (!up->host || c->tunnelled)
		return NULL;
	if (up->login)
		http_basic(up->login, text);
	return text->s ? text->s : "";
}

/* The host and port that the request names must be those of the connection. */
static bool is_for(const struct conn *c, const struct http_request *r, char *named)
{
	decide_normal(r->host.s ? r->host.s : "", r->host.n, named);
	if (r->host.n == 0 && r->minor == 0)
		return true; /* HTTP/1.0 names none; it gets the right one */
	return strcmp(named, c->host) == 0 && r->port == c->port;
}

/*
 * 1 if the answer at BYTES changes to a websocket, 0 if more of it is needed, -1 if it does not. A
 * 101 that does not say so may be a far end's trick on a box between, which goes on reading
 * requests (RFC 9110 §15.2).
 */
static int changes(const char *bytes, size_t n)
{
	static const char upgrade[] = "\r\nupgrade:";
	const char *end = memmem(bytes, n, "\r\n\r\n", 4), *at;
	int status = http_status(bytes, n);

	if (status == 0 || (status == 101 && !end && n < LIMIT_PROXY_ANSWER))
		return 0;
	for (at = bytes; status == 101 && end && at < end; at++) {
		if (strncasecmp(at, upgrade, sizeof upgrade - 1) != 0)
			continue;
		at += sizeof upgrade - 1;
		at += strspn(at, " \t");
		return strncasecmp(at, "websocket\r\n", 11) == 0 ? 1 : -1;
	}
	return -1;
}

/*
 * The answer to who asked for a websocket: 101, and the bytes are nobody's requests any more. It
 * was the connection's first request, so the first bytes of the server are the answer to it, and
 * not, say, of a page that reads like one.
 */
static void answer_taker(struct relay *relay, const char *bytes, size_t n)
{
	struct conn *c = conn_of(relay);
	int changed;

	strbuf_add(&c->answer, bytes, n);
	changed = n ? changes(c->answer.s, c->answer.len) : -1;
	if (changed == 0)
		return;
	relay->end[SERVER].taker = NULL;
	relay_hold(relay, CLIENT, false);
	if (changed > 0)
		relay->end[CLIENT].taker = NULL;
	relay_send(relay, CLIENT, c->answer.s, c->answer.len);
	strbuf_release(&c->answer);
	if (n == 0)
		relay_finish(relay, CLIENT);
	relay_update(relay);
}

/*
 * No client says more before it has the answer, and what it said would have to be kept. Not through
 * a proxy's request path: who knows whether that proxy takes part in the change?
 */
static bool asks_websocket(const struct conn *c, const struct http_request *r)
{
	return r->websocket && !c->asked && !c->one_request &&
		(!c->server->net->upstream.host || c->tunnelled);
}

static void forward(struct conn *c, struct http_request *r)
{
	struct strbuf head = STRBUF_INIT, login = STRBUF_INIT;

	r->websocket = asks_websocket(c, r);
	http_write(r, c->host, c->port, authorization(c, &login), c->one_request, &head);
	relay_send(&c->relay, SERVER, head.s, head.len);
	c->body = r->body;
	c->in_body = c->asked = true;
	c->last = c->one_request || r->close || r->minor == 0;
	if (r->websocket) {
		relay_hold(&c->relay, CLIENT, true);
		c->relay.end[SERVER].taker = answer_taker;
	}
	strbuf_release(&head);
	strbuf_release(&login);
	conn_judged(c);
}

static void refuse_host(struct conn *c, const struct http_request *r, const char *named)
{
	char other[HOST_SIZE + 8];

	snprintf(other, sizeof other, "%s:%u", named, r->port);
	conn_refuse(c, REFUSED_HOST, strcmp(named, c->host) == 0 ? other : named);
}

/* One request's head at BYTES; returns its size, 0 if it is not whole or was refused. */
static size_t take_head(struct conn *c, const char *bytes, size_t n)
{
	struct http_request r;
	const char *why = NULL;
	char named[HOST_SIZE];

	switch (http_read(bytes, n, &r, &why)) {
	case HTTP_MORE:
		if (!c->timer.next)
			timer_start(c->relay.loop, &c->timer, TIMER_HEAD);
		return 0;
	case HTTP_LARGE:
		conn_refuse(c, REFUSED_LARGE, NULL);
		return 0;
	case HTTP_HEAD:
		break;
	default:
		conn_refuse(c, REFUSED_REQUEST, why);
		return 0;
	}
	if (r.form == HTTP_CONNECT)
		conn_refuse(c, REFUSED_REQUEST, "CONNECT to a server that is no proxy");
	else if (!is_for(c, &r, named))
		refuse_host(c, &r, named);
	else if (asks_websocket(c, &r) && n > r.size)
		conn_refuse(c, REFUSED_REQUEST, "bytes behind a websocket's request");
	else
		forward(c, &r);
	return c->relay.stopped || c->relay.end[CLIENT].taker != requests_taker ? 0 : r.size;
}

/* Body bytes at BYTES; how many, 0 if the coding is broken (and the connection refused). */
static size_t take_body(struct conn *c, const char *bytes, size_t n)
{
	bool done = false;
	long m = http_body_feed(&c->body, bytes, n, &done);

	if (m < 0) {
		conn_refuse(c, REFUSED_REQUEST, "a broken chunked body");
		return 0;
	}
	relay_send(&c->relay, SERVER, bytes, (size_t)m);
	c->in_body = !done;
	return (size_t)m;
}

/* Works through BYTES; returns how many are done with. */
static size_t work(struct conn *c, const char *bytes, size_t n)
{
	size_t at = 0, m;

	while (!c->relay.stopped && c->relay.end[CLIENT].taker == requests_taker) {
		bool idle = !c->in_body;

		if (idle && at == n)
			break;
		if (idle && c->relay.end[CLIENT].held) {
			conn_refuse(c, REFUSED_REQUEST, "bytes behind a request for a websocket");
			break;
		}
		if (idle && c->last) {
			/* The server has been asked to close, and hears so again. */
			relay_finish(&c->relay, SERVER);
			return n;
		}
		m = idle ? take_head(c, bytes + at, n - at) : take_body(c, bytes + at, n - at);
		at += m;
		if (m == 0 && (idle || c->in_body))
			break;
	}
	return at;
}

void requests_taker(struct relay *relay, const char *bytes, size_t n)
{
	struct conn *c = conn_of(relay);
	struct strbuf all = c->head;
	size_t done;

	if (bytes && n == 0) {
		if (c->head.len || c->in_body)
			relay_stop(relay, true); /* half a request is none */
		else
			relay_finish(relay, SERVER);
		return;
	}
	c->head = (struct strbuf)STRBUF_INIT;
	if (all.len && n)
		strbuf_add(&all, bytes, n);
	if (all.len) {
		bytes = all.s;
		n = all.len;
	}
	done = work(c, bytes, n);
	if (!relay->stopped && done < n && relay->end[CLIENT].taker == requests_taker)
		strbuf_add(&c->head, bytes + done, n - done);
	strbuf_release(&all);
	conn_count(c);
}
