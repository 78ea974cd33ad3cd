#include "keeper/listeners.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/tcp.h>
#include <string.h>
#include <unistd.h>

#include "keeper/limits.h"

struct list {
	struct listener_spec *v;
	unsigned n;
};

static void add(struct list *l, enum listener_kind kind, const char *address, unsigned port)
{
	struct listener_spec *spec;

	if (l->n == LISTENERS_MAX)
		return;
	spec = &l->v[l->n++];
	spec->kind = kind;
	endpoint_read(address, &spec->at);
	endpoint_set_port(&spec->at, port);
}

static bool serves_names_on(const struct network *net, unsigned port)
{
	const unsigned *p;

	if (!network_transparent(net))
		return false;
	vec_each (p, &net->ports)
		if (*p == port)
			return true;
	return false;
}

unsigned listeners_inside(const struct network *net, struct listener_spec out[LISTENERS_MAX])
{
	struct list l = {.v = out};
	const struct port *p;
	const unsigned *n;

	if (network_proxied(net))
		add(&l, LISTEN_PROXY, "127.0.0.1", PROXY_PORT);
	if (network_transparent(net)) {
		add(&l, LISTEN_DNS_UDP, "127.0.0.1", NAME_SERVER_PORT);
		add(&l, LISTEN_DNS_TCP, "127.0.0.1", NAME_SERVER_PORT);
		vec_each (n, &net->ports) {
			add(&l, LISTEN_NAME, "0.0.0.0", *n);
			add(&l, LISTEN_NAME, "::", *n);
		}
	}
	vec_each (p, &net->host_ports) {
		if (serves_names_on(net, p->number))
			continue;
		add(&l, LISTEN_BRIDGE, "127.0.0.1", p->number);
		add(&l, LISTEN_BRIDGE, "::1", p->number);
	}
	return l.n;
}

/* What an accepted socket has, it has from its listener. */
static bool prepare(int fd, const struct listener_spec *spec)
{
	const int on = 1;

	if (spec->at.any.sa_family == AF_INET6 &&
		setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &on, sizeof on) != 0)
		return false;
	if (spec->kind != LISTEN_DNS_UDP)
		setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
	/* The host's port may still have connections of the last run that are over. */
	if (spec->kind == LISTEN_DEV)
		setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
	if (bind(fd, &spec->at.any, endpoint_size(&spec->at)) != 0)
		return false;
	return spec->kind == LISTEN_DNS_UDP || listen(fd, LIMIT_BACKLOG) == 0;
}

int listener_make(const struct listener_spec *spec)
{
	int type = spec->kind == LISTEN_DNS_UDP ? SOCK_DGRAM : SOCK_STREAM;
	int fd = socket(spec->at.any.sa_family, type | SOCK_NONBLOCK | SOCK_CLOEXEC, 0), error;

	if (fd < 0 || prepare(fd, spec))
		return fd;
	error = errno;
	close(fd);
	errno = error;
	return -1;
}
