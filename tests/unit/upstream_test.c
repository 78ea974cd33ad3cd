/*
 * The proxy of the user's company between us and all servers: what it is asked for, what of its
 * answers reaches clients, and that its password reaches nobody else.
 */
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

#include "served.h"
#include "tap.h"

#define LOGIN        "Proxy-Authorization: Basic dXNlcjpwYXNz\r\n"
#define TUNNEL       "HTTP/1.1 200 OK\r\nVia: x\r\n\r\n"
#define ANSWER       "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"
#define ASKS(target) "CONNECT " target " HTTP/1.1\r\nHost: " target "\r\n" LOGIN "\r\n"

static struct served *s;
static struct loop *loop;
static int proxy; /* its listener */

static bool say(int fd, const char *text)
{
	return peers_say(loop, fd, text, strlen(text));
}

static bool hears(int fd, const char *text)
{
	return peers_hears(loop, fd, text);
}

static void part(int client, int server)
{
	close(client);
	close(server);
	is_str(served_left(s), "", "... nothing is left of it");
}

/* A client that says hello for TLS; the proxy's end of what becomes of it. */
static int begin_tls(int *client, unsigned char hello[512], size_t *n)
{
	*n = served_hello("allowed.test", hello);
	*client = peers_connect(ALLOWED_AT, 443);
	peers_say(loop, *client, hello, *n);
	return peers_accept(loop, proxy);
}

static void test_http(void)
{
	int client = peers_connect(ALLOWED_AT, 80), server = -1, i;

	for (i = 0; i < 2; i++) {
		say(client, "GET /a HTTP/1.1\r\nHost: allowed.test\r\nX: y\r\n\r\n");
		server = i ? server : peers_accept(loop, proxy);
		ok(hears(server,
			   "GET http://allowed.test/a HTTP/1.1\r\nHost: allowed.test\r\n" LOGIN
			   "X: y\r\n\r\n"),
			"request %d: the proxy is asked for it", i);
		ok(say(server, ANSWER) && hears(client, ANSWER), "... and answers");
	}
	part(client, server);
}

static void test_tls(void)
{
	static const char answer[] = TUNNEL "early";
	unsigned char hello[512], got[512];
	int client, server;
	size_t n, i;

	server = begin_tls(&client, hello, &n);
	ok(hears(server, ASKS("allowed.test:443")), "a tunnel is asked for");
	for (i = 0; i < strlen(answer); i++) {
		peers_say(loop, server, answer + i, 1);
		ok(peers_settle(loop), "byte %zu of its answer: the loop sleeps", i);
	}
	ok(peers_hear(loop, server, got, n) == n && memcmp(got, hello, n) == 0,
		"then the ClientHello goes there");
	ok(hears(client, "early"), "what came behind the answer is the server's");
	ok(peers_carry(loop, client, server, 1 << 20) && peers_carry(loop, server, client, 1 << 20),
		"all passes");
	part(client, server);
}

/* Another port: the tunnel stands before the client speaks, so HTTP in it is the server's. */
static void test_other(void)
{
	int client = peers_connect(ALLOWED_AT, 7777), server = peers_accept(loop, proxy);

	ok(hears(server, ASKS("allowed.test:7777")) && say(server, TUNNEL "220\r\n") &&
			hears(client, "220\r\n"),
		"a tunnel, in which the server may begin");
	say(client, "GET / HTTP/1.1\r\nHost: allowed.test:7777\r\n\r\n");
	ok(hears(server, "GET / HTTP/1.1\r\nHost: allowed.test:7777\r\n\r\n"),
		"a request in it has no password with it");
	part(client, server);

	client = peers_connect(ALLOWED_AT, 7777);
	say(client, "GET / HTTP/1.1\r\nHost: allowed.test:7777\r\n\r\n");
	server = peers_accept(loop, proxy);
	ok(hears(server, ASKS("allowed.test:7777")) && say(server, TUNNEL) &&
			hears(server, "GET / HTTP/1.1\r\nHost: allowed.test:7777\r\n\r\n"),
		"nor has one that was there before the tunnel");
	part(client, server);
}

/* The proxy answers with TEXT, and ends if it ENDS: the client gets an alert, the user WHY. */
static void refuses(const char *text, bool ends, const char *why)
{
	unsigned char hello[512], alert[16];
	int client, server;
	size_t n;

	s->server.refusals.seen = s->server.refusals.told = 0;
	server = begin_tls(&client, hello, &n);
	hears(server, ASKS("allowed.test:443"));
	say(server, text);
	if (ends)
		shutdown(server, SHUT_WR);
	ok(peers_hear(loop, client, alert, sizeof alert) == 7 && alert[6] == 80, "%.20s: an alert",
		text);
	ok(strstr(served_told(s), why), "... %s", why);
	part(client, server);
}

static void test_refusals(void)
{
	char *much = calloc(1, 10001);

	memset(much, 'x', 10000);
	refuses("HTTP/1.1 407 Proxy Authentication Required\r\n\r\n", false, "answers 407");
	refuses("HTTP/1.1 200 OK\r\nVia: half", true, "has closed");
	refuses("", true, "has closed");
	refuses("SSH-2.0-x\r\n\r\n", false, "does not speak HTTP");
	refuses(much, false, "answers too much");
	free(much);
}

/* An address that is granted: the proxy is asked for it, and it is never dialled itself. */
static void test_literal(void)
{
	unsigned char hello[512];
	size_t n = served_hello(NULL, hello);
	int client = peers_connect("127.0.0.1", PROXY_PORT), server;

	say(client, "CONNECT 192.0.2.1:443 HTTP/1.1\r\nHost: 192.0.2.1:443\r\n\r\n");
	server = peers_accept(loop, proxy);
	ok(hears(server, ASKS("192.0.2.1:443")), "the proxy is asked for an address");
	ok(say(server, TUNNEL) && hears(client, "HTTP/1.1 200 Connection established\r\n\r\n"),
		"and the client gets our word for it");
	ok(peers_say(loop, client, hello, n) && peers_hear(loop, server, hello, n) == n,
		"TLS without a name passes there");
	peers_settle(loop);
	ok(accept(proxy, NULL, NULL) < 0, "nobody else was dialled");
	part(client, server);
}

int main(void)
{
	static const char *const hosts[] = {FAR, "proxy.test"};
	unsigned i;

	served_enter();
	s = served_new();
	loop = &s->server.loop;
	proxy = peers_listen(FAR, 3128, NULL);
	served_listen(s, LISTEN_NAME, ALLOWED_AT, 80);
	served_listen(s, LISTEN_NAME, ALLOWED_AT, 443);
	served_listen(s, LISTEN_NAME, ALLOWED_AT, 7777);
	served_listen(s, LISTEN_PROXY, "127.0.0.1", PROXY_PORT);
	served_ready(s);
	for (i = 0; i < 2; i++) {
		s->net.upstream = (struct upstream){hosts[i], 3128, "user:pass", {0}};
		test_http();
		test_tls();
		test_other();
		test_refusals();
		test_literal();
	}
	return done_testing();
}
