/*
 * server: everything that one run's keeper serves with. One thread, no locks.
 */
#ifndef SEAL_KEEPER_SERVER_H
#define SEAL_KEEPER_SERVER_H

#include "keeper/inside.h"
#include "keeper/listeners.h"
#include "keeper/names.h"
#include "keeper/refusal.h"
#include "keeper/resolve.h"

struct conn;
struct server;

struct listener {
	struct watch watch;
	struct server *server;
	enum listener_kind kind;
	unsigned port;
};

struct server {
	struct loop loop;
	const struct network *net;
	struct reporter refusals;
	struct names names;
	struct resolver *resolver; /* NULL if the run has no names */
	struct listener *listeners;
	unsigned n;
	unsigned connections, most; /* now, at most */
	unsigned asking;            /* of these, to the name server */
	struct timer rest;          /* from accepting, while there are no descriptors */
	bool ending;                /* the sandbox has ended; only what it had sent is served */
	struct dialer dialer;       /* who makes sockets inside */
	struct watch porter;        /* who makes them in the twin; its fd is -1 if nobody does */
	struct conn *waiting;       /* for an answer of the porter's */
	unsigned asked;             /* questions to it so far */
	bool v6;                    /* IPv6 works inside */
	struct watch bus;           /* the line of the session bus */
	bool bus_lost;              /* it has ended */
};

/* One connection less: the listeners may be watched again. */
void server_connection_over(struct server *s);

#endif
