/*
 * listeners: which sockets a run's network needs inside, as data. The keeper's child makes them
 * there, the keeper serves them; both read this list.
 */
#ifndef SEAL_KEEPER_LISTENERS_H
#define SEAL_KEEPER_LISTENERS_H

#include "keeper/endpoint.h"
#include "keeper/limits.h"
#include "model/network.h"

enum listener_kind {
	LISTEN_DNS_UDP,
	LISTEN_DNS_TCP,
	LISTEN_NAME,   /* behind every synthetic address */
	LISTEN_BRIDGE, /* to the host's localhost */
	LISTEN_PROXY,  /* the explicit one */
	LISTEN_DEV,    /* on the host, to a server inside */
};

struct listener_spec {
	enum listener_kind kind;
	union endpoint at;
};

/* The plan's limits: each port by two addresses, the name server's two sockets. */
enum { LISTENERS_MAX = 2 + 2 * NAME_PORTS_MAX + 2 * BRIDGES_MAX };

/*
 * Fills OUT with what NET needs inside, and returns how many. A bridged port on which names are
 * served has no listener of its own: the one for names sees by the local address what is meant.
 */
unsigned listeners_inside(const struct network *net, struct listener_spec out[LISTENERS_MAX]);

/*
 * Makes the socket of SPEC in the network namespace of the caller, non-blocking and listening (or
 * bound, for UDP). -1 with errno.
 */
int listener_make(const struct listener_spec *spec);

#endif
