/*
 * flow: what the parts of a connection share. conn.c has its life, first.c judges first bytes,
 * requests.c carries HTTP, explicit.c speaks as a proxy, upstream.c to one.
 */
#ifndef SEAL_KEEPER_FLOW_H
#define SEAL_KEEPER_FLOW_H

#include "base/strbuf.h"
#include "keeper/dial.h"
#include "keeper/http.h"
#include "keeper/relay.h"
#include "keeper/server.h"
#include "keeper/socks.h"
#include "keeper/upstream.h"

/* In which language the client hears of a refusal. */
enum speech {
	SPEECH_UNKNOWN,
	SPEECH_TLS,
	SPEECH_HTTP,
	SPEECH_SOCKS,
};

struct conn {
	struct relay relay;
	struct garbage garbage;
	struct server *server;
	enum listener_kind kind;
	enum speech speech;
	enum reason verdict; /* of decide(), before any byte */
	char *host;          /* normalised, owned; NULL for a bridge */
	unsigned port;
	struct strbuf head; /* bytes of the client that are not judged yet */
	size_t counted;     /* of them, how many are in loop->kept */
	size_t lent;        /* of them, how many the server has all the same (first.c) */
	struct timer timer;
	bool reached;   /* conn_reach() has been called */
	bool tunnelled; /* through the upstream proxy: what is said goes to the server itself */
	struct question question;
	struct dial *dial;
	struct upstream_call *call;
	struct conn *next; /* in server->waiting */
	unsigned awaits;   /* the porter's answer of this number; 0: none */
	/* HTTP: */
	struct http_body body;
	bool in_body;
	bool asked;       /* a request has been sent on */
	bool last;        /* and none may follow it */
	bool one_request; /* an absolute target: the next one may be for another host */
	struct strbuf
		answer; /* of the server to who wants a websocket, until its status is known */
	/* The explicit proxy: */
	struct socks *socks;
	bool connecting; /* the client waits for the word that the tunnel stands */
};

static inline struct conn *conn_of(struct relay *r)
{
	return container(r, struct conn, relay);
}

/* True if the client must speak first and in a language that can be judged. */
static inline bool conn_is_web(const struct conn *c)
{
	return c->port == 443 || c->port == 80;
}

/* True if it waits for the rest of what it has a part of. */
static inline bool conn_awaits_head(const struct conn *c)
{
	return c->head.len > c->lent;
}

/* Names what the connection is for. HOST is copied. */
void conn_name(struct conn *c, const char *host, unsigned port);

/* Resolves, dials and connects. */
void conn_reach(struct conn *c);

/* twin.c: has the porter connect to the twin; what it answers is for who waits. */
void conn_to_twin(struct conn *c);
void conn_forget_twin(struct conn *c);
void twin_answered(struct watch *w, unsigned events);

/* The first bytes have been judged and may go: reaches the server, unless that has begun. */
void conn_judged(struct conn *c);

/* Tells the user and the client, and ends the connection. DETAIL may be foreign text or NULL. */
void conn_refuse(struct conn *c, enum reason why, const char *detail);

/* The client gets the end after what was sent to it, and a moment to take it. */
void conn_linger(struct conn *c);

/*
 * To be called when bytes have been added to or taken from the head: what waits to be judged is
 * memory that clients hold, too. Refuses what is more than a head may be, and sooner when there is
 * much of it.
 */
void conn_count(struct conn *c);

/* The takers of the client's direction. */
relay_taker first_taker;    /* first.c: bytes for c->host */
relay_taker requests_taker; /* requests.c: HTTP for c->host */
relay_taker explicit_taker; /* explicit.c: a proxy's client */

/* explicit.c: the tunnel stands; says so to the client, whose next bytes are judged as first. */
void explicit_connected(struct conn *c);

#endif
