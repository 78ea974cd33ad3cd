/*
 * listeners: which sockets a network needs inside, and what those sockets are.
 */
#include <errno.h>
#include <fcntl.h>
#include <netinet/tcp.h>
#include <unistd.h>

#include "base/strbuf.h"
#include "keeper/limits.h"
#include "keeper/listeners.h"
#include "peers.h"
#include "tap.h"

static struct arena arena;

static struct network *network(
	enum proxy_mode proxy, bool named, const unsigned *names, const unsigned *bridges)
{
	struct network *net = arena_alloc(&arena, sizeof *net);

	net->proxy = proxy;
	if (named)
		vec_push(&arena, &net->domains)->host = "allowed.test";
	for (; *names; names++)
		*vec_push(&arena, &net->ports) = *names;
	for (; *bridges; bridges++)
		vec_push(&arena, &net->host_ports)->number = *bridges;
	return net;
}

#define PORTS(...) ((const unsigned[]){__VA_ARGS__})

/* WANT: "KIND ADDRESS PORT; ..." */
static void needs(const struct network *net, const char *want, const char *what)
{
	static const char *const kinds[] = {"udp", "dns", "name", "bridge", "proxy", "dev"};
	static struct listener_spec specs[LISTENERS_MAX];
	struct strbuf text = STRBUF_INIT;
	char at[ADDRESS_TEXT];
	unsigned n = listeners_inside(net, specs), i;

	for (i = 0; i < n; i++) {
		endpoint_text(&specs[i].at, at);
		strbuf_addf(&text, "%s%s %s %u", i ? "; " : "", kinds[specs[i].kind], at,
			endpoint_port(&specs[i].at));
	}
	is_str(text.s ? text.s : "", want, "%s", what);
	strbuf_release(&text);
}

static void test_lists(void)
{
	static struct listener_spec specs[LISTENERS_MAX];
	struct network *net;
	unsigned i;

	needs(network(PROXY_TRANSPARENT, false, PORTS(0), PORTS(0)), "", "nothing granted");
	needs(network(PROXY_TRANSPARENT, true, PORTS(80, 443, 0), PORTS(0)),
		"udp 127.0.0.1 53; dns 127.0.0.1 53; name 0.0.0.0 80; name :: 80; "
		"name 0.0.0.0 443; name :: 443",
		"names");
	needs(network(PROXY_TRANSPARENT, false, PORTS(0), PORTS(5432, 6379, 0)),
		"bridge 127.0.0.1 5432; bridge ::1 5432; bridge 127.0.0.1 6379; bridge ::1 6379",
		"bridges alone: no name server");
	needs(network(PROXY_TRANSPARENT, true, PORTS(80, 8080, 0), PORTS(8080, 9999, 0)),
		"udp 127.0.0.1 53; dns 127.0.0.1 53; name 0.0.0.0 80; name :: 80; "
		"name 0.0.0.0 8080; name :: 8080; bridge 127.0.0.1 9999; bridge ::1 9999",
		"a port that is both has the listeners for names");
	needs(network(PROXY_EXPLICIT, true, PORTS(80, 443, 0), PORTS(443, 0)),
		"proxy 127.0.0.1 880; bridge 127.0.0.1 443; bridge ::1 443",
		"the explicit proxy serves no name by itself");
	net = network(PROXY_TRANSPARENT, false, PORTS(0), PORTS(0));
	for (i = 1; i <= LISTENERS_MAX; i++)
		vec_push(&arena, &net->host_ports)->number = i;
	is_int(listeners_inside(net, specs), LISTENERS_MAX, "never more than there is room for");
}

static int option(int fd, int level, int name)
{
	int value = -1;
	socklen_t size = sizeof value;

	getsockopt(fd, level, name, &value, &size);
	return value;
}

static struct listener_spec at(enum listener_kind kind, const char *host, unsigned port)
{
	struct listener_spec spec = {.kind = kind};

	endpoint_read(host, &spec.at);
	endpoint_set_port(&spec.at, port);
	return spec;
}

static unsigned port_of(int fd)
{
	union endpoint here;
	socklen_t size = sizeof here;

	return getsockname(fd, &here.any, &size) == 0 ? endpoint_port(&here) : 0;
}

static void test_sockets(void)
{
	struct listener_spec spec = at(LISTEN_NAME, "0.0.0.0", 0);
	int fd = listener_make(&spec), other, client, accepted;

	is_int(option(fd, SOL_SOCKET, SO_ACCEPTCONN), 1, "it listens");
	ok((fcntl(fd, F_GETFL) & O_NONBLOCK) && (fcntl(fd, F_GETFD) & FD_CLOEXEC),
		"does not block, is nobody else's");
	client = peers_connect("127.0.0.1", port_of(fd));
	accepted = accept(fd, NULL, NULL);
	ok(accepted >= 0 && option(accepted, IPPROTO_TCP, TCP_NODELAY) == 1,
		"what it accepts does not wait to fill packets");
	spec = at(LISTEN_NAME, "::", port_of(fd));
	other = listener_make(&spec);
	ok(other >= 0, "IPv6 has the same port beside it: it takes no IPv4");
	is_int(option(other, IPPROTO_IPV6, IPV6_V6ONLY), 1, "it says so");
	close(other);
	spec = at(LISTEN_BRIDGE, "127.0.0.1", port_of(fd));
	other = listener_make(&spec);
	ok(other == -1 && errno == EADDRINUSE, "a port that is taken is an error");
	close(accepted);
	close(client);
	close(fd);

	spec = at(LISTEN_DNS_UDP, "127.0.0.1", 0);
	fd = listener_make(&spec);
	is_int(option(fd, SOL_SOCKET, SO_TYPE), SOCK_DGRAM, "datagrams for names");
	ok(port_of(fd) != 0, "bound");
	close(fd);
}

/* A run that begins when another has just ended: its connections are over and not forgotten. */
static void test_again(void)
{
	struct listener_spec spec = at(LISTEN_DEV, "127.0.0.1", 0);
	int fd = listener_make(&spec), client = peers_connect("127.0.0.1", port_of(fd)), accepted;

	spec = at(LISTEN_DEV, "127.0.0.1", port_of(fd));
	accepted = accept(fd, NULL, NULL);
	ok(client >= 0 && accepted >= 0, "a connection");
	close(accepted); /* first: it is this side that must remember */
	close(client);
	close(fd);
	fd = listener_make(&spec);
	ok(fd >= 0, "the host's port of the last run can be had at once");
	close(fd);
}

int main(void)
{
	test_lists();
	test_sockets();
	test_again();
	arena_release(&arena);
	return done_testing();
}
