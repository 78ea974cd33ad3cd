/*
 * network: what one run may reach, as data. Part of the plan; the keeper enforces it and knows
 * nothing else of the run.
 */
#ifndef SEAL_MODEL_NETWORK_H
#define SEAL_MODEL_NETWORK_H

#include <stdbool.h>

#include "base/arena.h"
#include "model/origin.h"

/* Whether a TLS ClientHello must name the host that the connection was made to. */
enum sni_mode {
	SNI_MATCH, /* from narrow to wide */
	SNI_OFF,
};

/* How clients inside find the filter. */
enum proxy_mode {
	PROXY_TRANSPARENT, /* a name server and listeners behind every name: nothing to set */
	PROXY_EXPLICIT,    /* an HTTP and SOCKS5 proxy, and the variables that name it */
};

/* What decide() compares with. */
struct domain {
	const char *host; /* lower case, "*." in front for a wildcard, or an IP address */
	unsigned port;    /* 0 = the default ports, 443 and 80 */
	struct origin from;
};

struct domains {
	struct domain *v;
	size_t n, cap;
};

struct port {
	unsigned number;
	bool prompt; /* asked for at the start of each run */
	bool twin;   /* not the host's: a server of the project's own (model/twin.h) */
	struct origin from;
};

struct ports {
	struct port *v;
	size_t n, cap;
};

/* The HTTP proxy of the user's company, from the user's own configuration. */
struct upstream {
	const char *host; /* name or address; NULL if there is none */
	unsigned port;
	const char *login; /* "user:password" or NULL; never shown */
	struct origin from;
};

struct network {
	bool any; /* profile "network-allow-all": every public name, on network_any_ports */
	enum sni_mode sni;
	struct origin sni_from;
	enum proxy_mode proxy;
	struct origin proxy_from;
	struct upstream upstream;
	struct domains domains;
	struct domains withheld; /* that the user's file takes from the project's */
	VEC(unsigned)
	ports; /* of names: 443, 80, those that domains name, with any 22 and 9418 too;
		* sorted, unique; none without names */
	struct ports host_ports; /* the host's localhost, reached from inside */
	struct ports dev_ports;  /* the sandbox's localhost, reached from the host's */
};

/* Where the explicit proxy listens inside: below 1024, so that no command is in its place. */
enum { PROXY_PORT = 880 };

/* Where the name server does. */
enum { NAME_SERVER_PORT = 53 };

/* How many listeners a run may ask for: ports for names, bridged ports of either direction. */
enum { NAME_PORTS_MAX = 64, BRIDGES_MAX = 256 };

/* Ports of every public name under "network-allow-all": the web, ssh, git's own protocol. */
enum { ANY_PORTS = 4 };
extern const unsigned network_any_ports[ANY_PORTS];

/* True if the run needs more than loopback of its own. */
static inline bool network_wanted(const struct network *n)
{
	return n->any || n->domains.n || n->host_ports.n || n->dev_ports.n;
}

/* True if it needs names: the name server, the resolver, the listeners for names. */
static inline bool network_named(const struct network *n)
{
	return n->any || n->domains.n;
}

/* True if names are served inside as they stand: by the name server and a listener for each port.
 */
static inline bool network_transparent(const struct network *n)
{
	return network_named(n) && n->proxy == PROXY_TRANSPARENT;
}

/* True if names are reached through the explicit proxy. */
static inline bool network_proxied(const struct network *n)
{
	return network_named(n) && n->proxy == PROXY_EXPLICIT;
}

#endif
