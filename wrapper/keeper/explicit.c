/*
 * The explicit proxy's clients: CONNECT, absolute requests, SOCKS5, told apart by the first byte.
 * A tunnel's bytes are judged as those of any other connection to its name. An absolute request is
 * the only one of its connection.
 */
#include <stdlib.h>
#include <string.h>

#include "keeper/flow.h"

static void want(struct conn *c, const char *host, size_t n, unsigned port)
{
	char normal[HOST_SIZE], shown[HOST_SIZE];

	c->verdict = decide(c->server->net, host, n, port, normal);
	if (!normal[0]) {
		/* What is no name is shown as it came, as far as it fits. */
		if (n >= sizeof shown)
			n = sizeof shown - 1;
		memcpy(shown, host, n);
		shown[n] = '\0';
		while (strlen(shown) < n)
			shown[strlen(shown)] = '?'; /* a NUL would end it for who reads it */
	}
	conn_name(c, normal[0] ? normal : shown, port);
	if (c->verdict != ALLOWED)
		conn_refuse(c, c->verdict, NULL);
}

/* The client hears first how it went: nothing is read from it until then. */
static void tunnel(struct conn *c)
{
	c->connecting = true;
	relay_hold(&c->relay, CLIENT, true);
	conn_reach(c);
}

void explicit_connected(struct conn *c)
{
	static const char ok[] = "HTTP/1.1 200 Connection established\r\n\r\n";
	struct relay *r = &c->relay;

	timer_stop(&c->timer);
	if (c->speech == SPEECH_SOCKS) {
		socks_reply(c->socks, SOCKS_OK);
		relay_send(r, CLIENT, (const char *)c->socks->reply, c->socks->reply_len);
	} else {
		relay_send(r, CLIENT, ok, sizeof ok - 1);
	}
	if (r->stopped)
		return;
	c->speech = SPEECH_UNKNOWN;
	r->end[CLIENT].taker = first_taker;
	relay_hold(r, CLIENT, false);
	if (conn_is_web(c))
		timer_start(r->loop, &c->timer, TIMER_HEAD);
}

static void take_request(struct conn *c)
{
	struct http_request r;
	const char *why = NULL;

	c->speech = SPEECH_HTTP;
	switch (http_read(c->head.s, c->head.len, &r, &why)) {
	case HTTP_MORE:
		return;
	case HTTP_LARGE:
		conn_refuse(c, REFUSED_LARGE, NULL);
		return;
	case HTTP_HEAD:
		break;
	default:
		conn_refuse(c, REFUSED_REQUEST, why);
		return;
	}
	if (r.form == HTTP_ORIGIN) {
		conn_refuse(c, REFUSED_REQUEST, "this is a proxy: a request names its host");
		return;
	}
	if (r.form == HTTP_CONNECT && c->head.len > r.size) {
		conn_refuse(c, REFUSED_REQUEST, "bytes behind CONNECT before its answer");
		return;
	}
	want(c, r.host.s, r.host.n, r.port);
	if (c->relay.stopped || c->verdict != ALLOWED)
		return;
	if (r.form == HTTP_CONNECT) {
		strbuf_release(&c->head);
		tunnel(c);
		return;
	}
	c->one_request = true;
	c->relay.end[CLIENT].taker = requests_taker;
	requests_taker(&c->relay, NULL, 0);
}

static void take_socks(struct conn *c)
{
	struct socks *s = c->socks;
	enum socks_result found;
	struct strbuf rest = STRBUF_INIT;
	size_t used = 0;

	c->speech = SPEECH_UNKNOWN;
	found = socks_read(s, (const uint8_t *)c->head.s, c->head.len, &used);
	strbuf_add(&rest, c->head.s + used, c->head.len - used);
	strbuf_release(&c->head);
	c->head = rest;
	if (found == SOCKS_GREETED || found == SOCKS_BAD)
		relay_send(&c->relay, CLIENT, (const char *)s->reply, s->reply_len);
	if (found == SOCKS_BAD) {
		conn_linger(c);
	} else if (found == SOCKS_GREETED && c->head.len) {
		take_socks(c);
	} else if (found == SOCKS_ASKED) {
		c->speech = SPEECH_SOCKS;
		if (c->head.len) {
			conn_refuse(c, REFUSED_REQUEST, "bytes behind a SOCKS request");
			return;
		}
		want(c, s->host, s->host_len, s->port);
		if (!c->relay.stopped && c->verdict == ALLOWED)
			tunnel(c);
	}
}

void explicit_taker(struct relay *relay, const char *bytes, size_t n)
{
	struct conn *c = conn_of(relay);

	if (n == 0) {
		relay_stop(relay, false);
		return;
	}
	strbuf_add(&c->head, bytes, n);
	if (!c->socks && (c->head.s[0] == 4 || c->head.s[0] == 5))
		c->socks = calloc(1, sizeof *c->socks);
	if (c->socks)
		take_socks(c);
	else
		take_request(c);
	conn_count(c);
}
