#include "served.h"

#include <errno.h>
#include <fcntl.h>
#include <net/if.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/fd.h"
#include "keeper/conn.h"
#include "keeper/loopback.h"
#include "keeper/nameserver.h"
#include "keeper/own.h"

static const char hosts[] = FAR " allowed.test\n" FAR " other.test\n" SILENT " silent.test\n" FAR
				" proxy.test\n127.0.0.1 rebound.test\n";

/* --- Namespaces --------------------------------------------------------------------------------
 */

static bool write_file(const char *path, const char *text)
{
	cleanup_fd int fd = open(path, O_WRONLY | O_CLOEXEC);

	return fd >= 0 && fd_write_all(fd, text, strlen(text));
}

static bool enter(void)
{
	char map[64];

	snprintf(map, sizeof map, "0 %d 1", (int)geteuid());
	return unshare(CLONE_NEWUSER | CLONE_NEWNET | CLONE_NEWNS) == 0 &&
		write_file("/proc/self/setgroups", "deny") &&
		write_file("/proc/self/uid_map", map) &&
		mount("none", "/", NULL, MS_REC | MS_PRIVATE, NULL) == 0;
}

static bool replace_hosts(void)
{
	char path[] = "/tmp/seal-hosts.XXXXXX";
	cleanup_fd int fd = mkstemp(path);
	bool good = fd >= 0 && fchmod(fd, 0644) == 0 && fd_write_all(fd, hosts, strlen(hosts)) &&
		mount(path, "/etc/hosts", NULL, MS_BIND, NULL) == 0;

	unlink(path);
	return good;
}

static bool raise_loopback(void)
{
	static const struct {
		const char *host;
		unsigned bits;
	} addresses[] = {{FAR, 32}, {FAR_V6, 128}, {SILENT, 32}, {NAMES_V4_OWN, NAMES_V4_BITS}};
	struct ifreq lo = {.ifr_name = "lo", .ifr_flags = IFF_UP};
	cleanup_fd int nl = loopback_open();
	union endpoint at;
	size_t i;

	if (nl < 0 || ioctl(nl, SIOCSIFFLAGS, &lo) != 0)
		return false;
	for (i = 0; i < sizeof addresses / sizeof *addresses; i++)
		if (!endpoint_read(addresses[i].host, &at) ||
			!loopback_address(nl, &at, addresses[i].bits))
			return false;
	return true;
}

static int outside; /* asks whose an address is, from where the test came */

void served_enter(void)
{
	outside = own_open();
	if (outside < 0 || !enter() || !raise_loopback() || !replace_hosts()) {
		printf("1..0 # SKIP no namespaces: %s\n", strerror(errno));
		exit(EXIT_SUCCESS);
	}
}

/* --- The server --------------------------------------------------------------------------------
 */

static void listener_ready(struct watch *w, unsigned events)
{
	struct listener *l = container(w, struct listener, watch);
	int fd;

	(void)events;
	if (l->kind == LISTEN_DNS_UDP)
		nameserver_datagrams(l);
	while ((fd = accept4(w->fd, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC)) >= 0)
		if (l->kind == LISTEN_DNS_TCP)
			nameserver_accepted(l, fd);
		else
			conn_accepted(l, fd);
}

void served_listen(struct served *s, enum listener_kind kind, const char *host, unsigned port)
{
	struct listener_spec spec = {.kind = kind};
	struct listener *l = &s->listeners[s->n++];

	endpoint_read(host, &spec.at);
	endpoint_set_port(&spec.at, port);
	*l = (struct listener){
		.watch = {.fd = listener_make(&spec), .ready = listener_ready},
		.server = &s->server,
		.kind = kind,
		.port = port,
	};
	if (l->watch.fd < 0)
		abort();
	loop_watch(&s->server.loop, &l->watch, LOOP_IN);
}

static void allow(struct served *s, const char *host, unsigned port)
{
	struct domain *d = vec_push(&s->arena, &s->net.domains);

	d->host = host;
	d->port = port;
}

struct served *served_new(void)
{
	const char *why;
	struct served *s = calloc(1, sizeof *s);
	int told[2];

	if (!s || pipe2(told, O_NONBLOCK | O_CLOEXEC) != 0)
		abort();
	peers_open(&s->server.loop);
	allow(s, "allowed.test", 0);
	allow(s, "allowed.test", 7777);
	allow(s, "silent.test", 0);
	allow(s, "lost.test", 0);
	allow(s, "rebound.test", 0);
	allow(s, FAR, 0);
	s->told = told[0];
	s->server.net = &s->net;
	s->server.refusals = (struct reporter){.err = told[1], .log = -1};
	s->server.most = 4096;
	s->server.dialer.sock = -1;
	s->server.resolver = resolver_open(&s->server.loop, &s->net, outside, &why);
	names_number(&s->server.names, "allowed.test");
	names_number(&s->server.names, "denied.test");
	names_number(&s->server.names, "silent.test");
	names_number(&s->server.names, "lost.test");
	return s;
}

void served_ready(struct served *s)
{
	peers_settle(&s->server.loop);
	s->descriptors = peers_descriptors();
}

const char *served_left(struct served *s)
{
	static char left[128];
	const char *busy = peers_settle(&s->server.loop) ? "" : "the loop does not sleep; ";
	unsigned descriptors = peers_descriptors();

	if (!*busy && !s->server.connections && !s->server.loop.kept &&
		descriptors == s->descriptors)
		return "";
	snprintf(left, sizeof left, "%s%u connections, %zu bytes, %u descriptors more", busy,
		s->server.connections, s->server.loop.kept, descriptors - s->descriptors);
	return left;
}

const char *served_told(struct served *s)
{
	static char text[4096];
	ssize_t n;

	peers_settle(&s->server.loop);
	n = read(s->told, text, sizeof text - 1);
	text[n > 0 ? n : 0] = '\0';
	return text;
}

/* --- TLS ---------------------------------------------------------------------------------------
 */

static unsigned char *put(unsigned char *at, const void *bytes, size_t n)
{
	memcpy(at, bytes, n);
	return at + n;
}

static unsigned char *put16(unsigned char *at, size_t value)
{
	*at++ = (unsigned char)(value >> 8);
	*at++ = (unsigned char)value;
	return at;
}

size_t served_hello(const char *name, unsigned char out[512])
{
	static const unsigned char body[] = {3, 3, /* 32 bytes of chance: */ 1, 2, 3, 4, 5, 6, 7, 8,
		1, 2, 3, 4, 5, 6, 7, 8, 1, 2, 3, 4, 5, 6, 7, 8, 1, 2, 3, 4, 5, 6, 7, 8,
		/* no session, one suite, no compression: */ 0, 0, 2, 0x13, 1, 1, 0};
	static const unsigned char other[] = {0, 43, 0, 3, 2, 3, 4}; /* supported_versions */
	size_t n = name ? strlen(name) : 0, extensions = sizeof other + (name ? 9 + n : 0);
	size_t message = sizeof body + 2 + extensions;
	unsigned char *at = out;

	at = put(at, "\x16\x03\x01", 3);
	at = put16(at, message + 4);
	at = put(at, "\x01\x00", 2);
	at = put16(at, message);
	at = put(at, body, sizeof body);
	at = put16(at, extensions);
	at = put(at, other, sizeof other);
	if (name) {
		at = put16(put16(put16(at, 0), n + 5), n + 3);
		*at++ = 0;
		at = put(put16(at, n), name, n);
	}
	return (size_t)(at - out);
}
