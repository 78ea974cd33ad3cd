#include "keeper/conn.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "keeper/flow.h"
#include "keeper/guard.h"
#include "keeper/inside.h"

static void release(struct garbage *g)
{
	free(container(g, struct conn, garbage));
}

static void stop_reaching(struct conn *c)
{
	resolver_forget(&c->question);
	dial_cancel(c->dial);
	upstream_cancel(c->call);
	conn_forget_twin(c);
	c->dial = NULL;
	c->call = NULL;
}

static void over(struct relay *r)
{
	struct conn *c = conn_of(r);

	timer_stop(&c->timer);
	stop_reaching(c);
	strbuf_release(&c->head);
	conn_count(c);
	strbuf_release(&c->answer);
	free(c->socks);
	free(c->host);
	c->socks = NULL;
	c->host = NULL;
	server_connection_over(c->server);
	loop_drop(r->loop, &c->garbage);
}

void conn_name(struct conn *c, const char *host, unsigned port)
{
	free(c->host);
	c->host = strdup(host);
	c->port = port;
	if (!c->host)
		relay_stop(&c->relay, true);
}

/* --- Reaching the server ------------------------------------------------------------------------
 */

static void connected(struct conn *c, int fd)
{
	if (c->connecting)
		explicit_connected(c);
	else if (conn_awaits_head(c))
		timer_start(c->relay.loop, &c->timer, TIMER_HEAD);
	else
		timer_stop(&c->timer);
	relay_connect(&c->relay, fd);
}

static void tunnelled(void *user, int fd, const char *why)
{
	struct conn *c = user;

	c->call = NULL;
	if (fd < 0)
		conn_refuse(c, REFUSED_UNREACHED, why);
	else
		connected(c, fd);
}

static void not_dialled(struct conn *c, int error)
{
	const bool proxy = c->kind != LISTEN_BRIDGE && c->server->net->upstream.host;
	char detail[DETAIL_SIZE];

	snprintf(detail, sizeof detail, "%s%s", proxy ? "the upstream proxy: " : "",
		strerror(error));
	if (c->kind == LISTEN_BRIDGE && error == ECONNREFUSED)
		conn_refuse(c, REFUSED_CLOSED, NULL);
	else
		conn_refuse(c, REFUSED_UNREACHED, detail);
}

static void dialled(void *user, int fd, int error)
{
	struct conn *c = user;

	c->dial = NULL;
	if (fd < 0)
		not_dialled(c, error);
	else if (c->tunnelled)
		c->call = upstream_connect(&c->server->loop, fd, &c->server->net->upstream, c->host,
			c->port, tunnelled, c);
	else
		connected(c, fd);
}

/* Of a name's addresses, those for this port: a private one only where it is listed itself. */
static unsigned for_port(const struct conn *c, const struct answer *a, union endpoint *out)
{
	char text[ADDRESS_TEXT];
	unsigned i, n = 0;

	for (i = 0; i < a->n; i++) {
		endpoint_text(&a->v[i], text);
		if (!guard_address(&a->v[i].any, false) ||
			decide_is_listed(c->server->net, text, c->port))
			out[n++] = a->v[i];
	}
	return n;
}

static void answered(struct question *q, const struct answer *a)
{
	struct conn *c = container(q, struct conn, question);
	const struct upstream *up = &c->server->net->upstream;
	union endpoint v[LIMIT_ADDRESSES];
	unsigned n;

	if (a->reason != ALLOWED && up->host && !decide_is_literal(c->host)) {
		conn_refuse(c, a->reason, "the upstream proxy's name");
	} else if (a->reason != ALLOWED) {
		conn_refuse(c, a->reason, a->detail[0] ? a->detail : NULL);
	} else if (up->host) {
		c->dial = dial_start(&c->server->loop, a->v, a->n, up->port, dialled, c);
	} else if ((n = for_port(c, a, v)) == 0) {
		conn_refuse(c, REFUSED_ADDRESS, "a private one that is not listed for this port");
	} else {
		c->dial = dial_start(&c->server->loop, v, n, c->port, dialled, c);
	}
}

/* The address of the proxy of the user's company. */
static void reach_upstream(struct conn *c, const char *host)
{
	struct answer a = {.reason = ALLOWED, .n = 1};

	/* What is HTTP by now it is asked for itself; for all else, a tunnel. */
	c->tunnelled = c->connecting || c->speech != SPEECH_HTTP;
	if (endpoint_read(host, &a.v[0]))
		answered(&c->question, &a);
	else
		resolver_ask(c->server->resolver, host, false, &c->question);
}

/* That proxy resolves and dials itself, so what can be judged here without it is: an address
 * literal. */
void conn_reach(struct conn *c)
{
	struct server *s = c->server;
	const char *up = s->net->upstream.host;
	struct answer a = {.reason = ALLOWED};

	c->reached = true;
	c->question.answered = answered;
	timer_start(&s->loop, &c->timer, TIMER_DIAL);
	if (decide_is_literal(c->host))
		resolver_literal(s->resolver, c->host, &a);
	if (up && a.reason == ALLOWED)
		reach_upstream(c, up);
	else if (decide_is_literal(c->host))
		answered(&c->question, &a);
	else
		resolver_ask(s->resolver, c->host, true, &c->question);
}

static bool is_reaching(const struct conn *c)
{
	return c->question.entry || c->dial || c->call || c->awaits;
}

void conn_judged(struct conn *c)
{
	if (c->relay.stopped)
		return;
	timer_stop(&c->timer);
	if (!c->reached)
		conn_reach(c);
	else if (is_reaching(c))
		timer_start(&c->server->loop, &c->timer, TIMER_DIAL);
}

/* --- Refusals -----------------------------------------------------------------------------------
 */

/* What a client that has been refused still says; its end is the connection's. */
static void discard(struct relay *r, const char *bytes, size_t n)
{
	(void)bytes;
	if (n == 0)
		relay_finish(r, SERVER);
}

/* RFC 8446 §6: fatal, and what fits best of the descriptions. */
static void answer_tls(struct relay *r, enum reason why)
{
	enum { ACCESS_DENIED = 49, INTERNAL_ERROR = 80, UNRECOGNIZED_NAME = 112 };
	const bool name = why == REFUSED_SNI || why == REFUSED_NO_SNI || why == REFUSED_ECH;
	const bool ours = reason_rows[why].status >= 500;
	const char alert[] = {21, 3, 3, 0, 2, 2,
		name           ? UNRECOGNIZED_NAME
			: ours ? INTERNAL_ERROR
			       : ACCESS_DENIED};

	relay_send(r, CLIENT, alert, sizeof alert);
}

static void answer_http(struct conn *c, enum reason why, const char *detail)
{
	const struct reason_row *row = &reason_rows[why];
	struct strbuf text = STRBUF_INIT, reply = STRBUF_INIT;

	strbuf_addf(&text,
		c->host && strchr(c->host, ':') ? "seal-exec: [%s]:%u: %s" : "seal-exec: %s:%u: %s",
		c->host ? c->host : "", c->port, row->text);
	if (detail)
		strbuf_addf(&text, ": %s", detail);
	http_refusal(row->status, row->code, text.s, &reply);
	relay_send(&c->relay, CLIENT, reply.s, reply.len);
	strbuf_release(&text);
	strbuf_release(&reply);
}

static void answer_socks(struct conn *c, enum reason why)
{
	int code = why == REFUSED_UNREACHED      ? SOCKS_REFUSED
		: reason_rows[why].status >= 500 ? SOCKS_UNREACHABLE
						 : SOCKS_NOT_ALLOWED;

	socks_reply(c->socks, code);
	relay_send(&c->relay, CLIENT, (const char *)c->socks->reply, c->socks->reply_len);
}

void conn_linger(struct conn *c)
{
	struct relay *r = &c->relay;

	if (r->stopped)
		return;
	stop_reaching(c);
	relay_cut(r);
	r->end[CLIENT].taker = discard;
	relay_hold(r, CLIENT, false);
	timer_start(r->loop, &c->timer, TIMER_LINGER);
	relay_finish(r, CLIENT);
	relay_update(r);
}

void conn_refuse(struct conn *c, enum reason why, const char *detail)
{
	const char *host = c->host ? c->host : "127.0.0.1"; /* the explicit proxy's own */
	struct relay *r = &c->relay;

	if (r->stopped)
		return;
	stop_reaching(c);
	if (c->kind == LISTEN_BRIDGE || c->kind == LISTEN_DEV)
		host = "localhost";
	refusal_tell(&c->server->refusals, why, host, c->port, detail);
	if (c->speech == SPEECH_UNKNOWN) {
		relay_stop(r, true);
		return;
	}
	strbuf_release(&c->head);
	conn_count(c);
	relay_cut(r);
	if (r->stopped)
		return;
	if (c->speech == SPEECH_TLS)
		answer_tls(r, why);
	else if (c->speech == SPEECH_HTTP)
		answer_http(c, why, detail);
	else
		answer_socks(c, why);
	conn_linger(c);
}

void conn_count(struct conn *c)
{
	struct loop *l = &c->server->loop;

	l->kept += c->head.len - c->counted; /* modulo, if it is less than before */
	c->counted = c->head.len;
	if (!c->relay.stopped &&
		(c->head.len > LIMIT_HTTP_HEAD ||
			(l->kept > LIMIT_KEPT && c->head.len > LIMIT_BUFFER_SCARCE)))
		conn_refuse(c, REFUSED_LARGE, NULL);
}

/* One timer: what it means is what the connection waits for. */
static void late(struct timer *t)
{
	struct conn *c = container(t, struct conn, timer);

	if (c->relay.end[CLIENT].taker == discard)
		relay_stop(&c->relay, false);
	else if (conn_awaits_head(c))
		conn_refuse(c, REFUSED_SLOW, NULL);
	else if (is_reaching(c))
		conn_refuse(c, REFUSED_UNREACHED, "no answer in time");
	else
		relay_stop(&c->relay, c->verdict != ALLOWED); /* opened and never used */
}

/* --- What it is for -----------------------------------------------------------------------------
 */

static void to_host(struct conn *c)
{
	const union endpoint loopback[] = {
		{.v4 = {.sin_family = AF_INET, .sin_addr = {htonl(INADDR_LOOPBACK)}}},
		{.v6 = {.sin6_family = AF_INET6, .sin6_addr = IN6ADDR_LOOPBACK_INIT}},
	};

	c->kind = LISTEN_BRIDGE;
	timer_start(&c->server->loop, &c->timer, TIMER_DIAL);
	c->dial = dial_start(&c->server->loop, loopback, 2, c->port, dialled, c);
}

static void to_inside(struct conn *c)
{
	int fd = inside_connect(&c->server->dialer, c->port);

	/* Who came from the host sees it; the run's own user has asked for nothing. */
	if (fd < 0)
		relay_stop(&c->relay, true);
	else
		relay_connect(&c->relay, fd);
}

/* The grant of the bridged PORT, or NULL. */
static const struct port *bridge(const struct network *net, unsigned port)
{
	const struct port *p;

	vec_each (p, &net->host_ports)
		if (p->number == port)
			return p;
	return NULL;
}

/* Listeners are made for granted ports alone, those for names aside. */
static void to_bridged(struct conn *c)
{
	const struct port *p = bridge(c->server->net, c->port);

	if (!p)
		relay_stop(&c->relay, true); /* nobody serves there */
	else if (p->twin)
		conn_to_twin(c);
	else
		to_host(c);
}

static void to_name(struct conn *c, const union endpoint *local)
{
	struct server *s = c->server;
	const char *host = names_at(&s->names, &local->any);
	char text[ADDRESS_TEXT], normal[HOST_SIZE];

	if (!host && endpoint_is_loopback(local)) {
		to_bridged(c);
		return;
	}
	endpoint_text(local, text);
	host = host ? host : text;
	conn_name(c, host, c->port);
	if (c->relay.stopped)
		return;
	c->verdict = decide(s->net, host, strlen(host), c->port, normal);
	c->relay.end[CLIENT].taker = first_taker;
	/* A client that waits for the server to speak is not kept waiting for a refusal. */
	timer_start(&s->loop, &c->timer,
		c->verdict != ALLOWED && !conn_is_web(c) ? TIMER_STEP : TIMER_HEAD);
	if (c->verdict != ALLOWED)
		refusal_tell(&s->refusals, c->verdict, host, c->port, NULL);
	else if (!conn_is_web(c))
		conn_reach(c);
}

void conn_accepted(struct listener *l, int fd)
{
	struct conn *c = calloc(1, sizeof *c);
	union endpoint local = {0};
	socklen_t size = sizeof local;

	if (!c) {
		close(fd);
		return;
	}
	l->server->connections++;
	c->server = l->server;
	c->kind = l->kind;
	c->port = l->port;
	c->garbage.release = release;
	c->timer.fired = late;
	relay_open(&c->relay, &l->server->loop, fd, over);
	switch (l->kind) {
	case LISTEN_BRIDGE:
		to_bridged(c);
		break;
	case LISTEN_DEV:
		to_inside(c);
		break;
	case LISTEN_PROXY:
		c->relay.end[CLIENT].taker = explicit_taker;
		timer_start(&l->server->loop, &c->timer, TIMER_HEAD);
		break;
	default:
		getsockname(fd, &local.any, &size);
		endpoint_unmap(&local);
		to_name(c, &local);
		break;
	}
	relay_update(&c->relay);
}
