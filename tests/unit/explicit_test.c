/*
 * The explicit proxy: CONNECT, absolute requests, SOCKS5. What is tunnelled is judged as if it had
 * come by itself.
 */
#include <poll.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

#include "served.h"
#include "tap.h"

#define PROXY "127.0.0.1"

#define TUNNEL     "HTTP/1.1 200 Connection established\r\n\r\n"
#define ANSWER     "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"
#define TO(target) "CONNECT " target " HTTP/1.1\r\nHost: " target "\r\n\r\n"

static struct served *s;
static struct loop *loop;
static int http, tls, other; /* listeners of the far server */

static int begin(const char *said)
{
	int client = peers_connect(PROXY, PROXY_PORT);

	peers_say(loop, client, said, strlen(said));
	return client;
}

static bool say(int fd, const char *text)
{
	return peers_say(loop, fd, text, strlen(text));
}

static bool hears(int fd, const char *text)
{
	return peers_hears(loop, fd, text);
}

static bool nobody_dialled(void)
{
	peers_settle(loop);
	return accept(http, NULL, NULL) < 0 && accept(tls, NULL, NULL) < 0 &&
		accept(other, NULL, NULL) < 0;
}

/* --- CONNECT -----------------------------------------------------------------------------------
 */

static void test_connect(void)
{
	static const char request[] = TO("allowed.test:443");
	unsigned char hello[512], got[512];
	size_t n = served_hello("allowed.test", hello), i;
	int client = peers_connect(PROXY, PROXY_PORT), server;

	for (i = 0; i < strlen(request); i++) {
		peers_say(loop, client, request + i, 1);
		peers_round(loop);
	}
	server = peers_accept(loop, tls);
	ok(hears(client, TUNNEL), "CONNECT, byte by byte");
	peers_say(loop, client, hello, 20);
	is_int(peers_standing(loop, server), STANDS, "half a ClientHello goes nowhere");
	peers_say(loop, client, hello + 20, n - 20);
	ok(peers_hear(loop, server, got, n) == n && memcmp(got, hello, n) == 0, "a whole one does");
	ok(peers_carry(loop, server, client, 1 << 20), "then all passes");
	served_part(s, client, server);

	client = begin(TO("allowed.test:7777"));
	server = peers_accept(loop, other);
	ok(hears(client, TUNNEL) && say(server, "220\r\n") && hears(client, "220\r\n"),
		"another port: the server may begin");
	served_part(s, client, server);

	client = begin(TO("allowed.test:80"));
	ok(hears(client, TUNNEL) && say(client, "GET / HTTP/1.1\r\nHost: allowed.test\r\n\r\n"),
		"HTTP in a tunnel");
	server = peers_accept(loop, http);
	ok(hears(server, "GET / HTTP/1.1\r\nHost: allowed.test\r\n\r\n"), "passes");
	say(client, "GET / HTTP/1.1\r\nHost: evil.test\r\n\r\n");
	is_int(peers_standing(loop, server), ENDED, "and is judged");
	served_part(s, client, server);
}

static void test_fronting(void)
{
	unsigned char hello[512], alert[16];
	size_t n = served_hello("evil.test", hello);
	int client = begin(TO("allowed.test:443")), server = peers_accept(loop, tls);

	ok(hears(client, TUNNEL), "a tunnel to one name");
	peers_say(loop, client, hello, n);
	ok(peers_hear(loop, client, alert, sizeof alert) == 7 && alert[6] == 112,
		"TLS for another one in it: an alert");
	is_int(peers_standing(loop, server), ENDED, "the server hears nothing of it");
	served_part(s, client, server);
}

/* REQUEST is answered with what begins with STATUS and has WHY in it, and nobody is dialled. */
static void refused(const char *request, const char *status, const char *why)
{
	int client = begin(request);
	enum standing how;
	const char *answer = peers_hear_all(loop, client, &how);

	ok(strncmp(answer, status, strlen(status)) == 0 && strstr(answer, why), "%.50s: %s",
		request, why);
	ok(how == ENDED && nobody_dialled(), "... whole, and nobody was dialled");
	served_part(s, client, -1);
}

static void test_refused(void)
{
	refused(TO("denied.test:443"), "HTTP/1.1 403", "not-in-domains");
	refused(TO("allowed.test:22"), "HTTP/1.1 403", "port-not-granted");
	refused(TO("127.0.0.1:443"), "HTTP/1.1 403", "address-not-listed");
	refused(TO("[::1]:443"), "HTTP/1.1 403", "address-not-listed");
	refused(TO("rebound.test:443"), "HTTP/1.1 403", "address-refused");
	refused(TO("allowed.test:443") "early", "HTTP/1.1 400", "behind CONNECT");
	refused("GET / HTTP/1.1\r\nHost: allowed.test\r\n\r\n", "HTTP/1.1 400", "proxy");
	refused("GET http://denied.test/ HTTP/1.1\r\nHost: denied.test\r\n\r\n", "HTTP/1.1 403",
		"not-in-domains");
	refused("GET http://allowed.test/ HTTP/1.1\r\nHost: denied.test\r\n\r\n", "HTTP/1.1 400",
		"Host field");
	refused("GET http://allowed.test@denied.test/ HTTP/1.1\r\nHost: denied.test\r\n\r\n",
		"HTTP/1.1 400", "plain host");
	refused("GET https://allowed.test/ HTTP/1.1\r\nHost: allowed.test\r\n\r\n", "HTTP/1.1 400",
		"http URL");
	refused("\1\2\3\r\n\r\n", "HTTP/1.1 400", "bad-request");
}

static void test_absolute(void)
{
	int client = begin("GET http://allowed.test/a?b HTTP/1.1\r\nHost: allowed.test\r\n"
			   "Proxy-Connection: keep-alive\r\nX: y\r\n\r\n"
			   "GET http://denied.test/ HTTP/1.1\r\nHost: denied.test\r\n\r\n"),
	    server = peers_accept(loop, http);

	ok(hears(server,
		   "GET /a?b HTTP/1.1\r\nHost: allowed.test\r\nConnection: close\r\nX: y\r\n\r\n"),
		"an absolute request in the server's form");
	is_int(peers_standing(loop, server), ENDED, "and nothing of the next one");
	ok(say(server, ANSWER) && hears(client, ANSWER), "the answer comes");
	served_part(s, client, server);

	client = begin("GET http://allowed.test/ HTTP/1.1\r\nHost: allowed.test\r\n"
		       "Connection: Upgrade\r\nUpgrade: websocket\r\n\r\n");
	server = peers_accept(loop, http);
	ok(hears(server, "GET / HTTP/1.1\r\nHost: allowed.test\r\nConnection: close\r\n\r\n"),
		"no websocket that way");
	ok(say(server, ANSWER) && hears(client, ANSWER), "but an answer");
	served_part(s, client, server);
}

/* --- SOCKS -------------------------------------------------------------------------------------
 */

#define GREETING "\5\1\0"
#define GREETED  "\5\0"
#define OK_REPLY "\5\0\0\1\0\0\0\0\0\0"

/* Says the N bytes of a SOCKS request behind a greeting, one at a time if SLOW; hears the code of
 * the reply, -1 for none. */
static int socks(const void *request, size_t n, bool slow, int *client)
{
	unsigned char reply[10];
	char all[64] = GREETING;
	size_t i;

	*client = peers_connect(PROXY, PROXY_PORT);
	memcpy(all + 3, request, n);
	for (i = 0; i < n + 3; i += slow ? 1 : n + 3) {
		peers_say(loop, *client, all + i, slow ? 1 : n + 3);
		peers_round(loop);
	}
	if (peers_hear(loop, *client, reply, 2) != 2 || memcmp(reply, GREETED, 2) != 0)
		return -2;
	return peers_hear(loop, *client, reply, 10) == 10 ? reply[1] : -1;
}

#define SOCKS(bytes, slow, client) socks(bytes, sizeof(bytes) - 1, slow, client)

static void test_socks(void)
{
	unsigned char hello[512], got[512];
	size_t n = served_hello("allowed.test", hello);
	int client, server, slow;

	for (slow = 0; slow < 2; slow++) {
		is_int(SOCKS("\5\1\0\3\14allowed.test\1\273", slow, &client), 0, "SOCKS to a name");
		server = peers_accept(loop, tls);
		peers_say(loop, client, hello, n);
		ok(peers_hear(loop, server, got, n) == n && memcmp(got, hello, n) == 0, "... TLS");
		served_part(s, client, server);
	}
	is_int(SOCKS("\5\1\0\1\300\0\2\1\0\120", false, &client), 0, "to an address");
	say(client, "GET / HTTP/1.1\r\nHost: 192.0.2.1\r\n\r\n");
	server = peers_accept(loop, http);
	ok(hears(server, "GET / HTTP/1.1\r\nHost: 192.0.2.1\r\n\r\n"), "HTTP");
	served_part(s, client, server);
}

static void test_socks_refused(void)
{
	static const char v6[] = "\5\1\0\4\x20\1\r\xb8\0\0\0\0\0\0\0\0\0\0\0\1\1\273";
	int client, i;
	enum standing how;

	is_int(SOCKS("\5\1\0\3\13denied.test\1\273", false, &client), 2,
		"a name that is not allowed");
	is_int(peers_standing(loop, client), ENDED, "then the end");
	served_part(s, client, -1);
	is_int(SOCKS("\5\1\0\1\177\0\0\1\1\273", false, &client), 2, "a loopback address");
	served_part(s, client, -1);
	is_int(socks(v6, sizeof v6 - 1, false, &client), 2, "an IPv6 address that is not listed");
	served_part(s, client, -1);
	is_int(SOCKS("\5\1\0\3\14allowed.test\1\273early", false, &client), 2,
		"bytes behind the request");
	served_part(s, client, -1);
	is_int(SOCKS("\5\2\0\3\14allowed.test\1\273", false, &client), 7, "BIND");
	served_part(s, client, -1);
	is_int(SOCKS("\5\1\0\5\14allowed.test\1\273", false, &client), 8,
		"an unknown address type");
	served_part(s, client, -1);

	client = begin("\5\1\2more and more");
	ok(memcmp(peers_hear_all(loop, client, &how), "\5\xff", 3) == 0 && how == ENDED,
		"a password is asked of us");
	served_part(s, client, -1);
	client = begin("\4\1\1\273\300\0\2\1");
	ok(*peers_hear_all(loop, client, &how) == '\0' && how == ENDED, "SOCKS4: closed");
	served_part(s, client, -1);
	/* The reply breaks the connection: what is done with it after that is nothing. */
	for (i = 0; i < 20; i++)
		peers_break(begin(i % 2 ? "\5\1\2" : "\5\1\2" GREETING));
	peers_settle(loop);
	peers_age(loop, TIMER_LINGER);
	is_str(served_left(s), "", "clients that break while they are answered");
	ok(nobody_dialled(), "of all these, nobody was dialled");
}

/* --- Clients that go while they wait -----------------------------------------------------------
 */

static void test_impatient(void)
{
	struct pollfd p = {.fd = loop->epoll, .events = POLLIN};
	unsigned char hello[512], got[512];
	size_t n = served_hello("silent.test", hello);
	struct silent silent;
	enum standing how;
	int client, server;

	peers_silent(&silent, SILENT, 443);
	client = begin(TO("silent.test:443"));
	peers_settle(loop);
	is_int(peers_standing(loop, client), STANDS, "a server that is silent is waited for");
	peers_age(loop, TIMER_DIAL);
	ok(strstr(peers_hear_all(loop, client, &how), "no answer in time") && how == ENDED,
		"but not for ever");
	close(client);

	client = begin(TO("silent.test:443"));
	peers_settle(loop);
	peers_break(client);
	peers_settle(loop);
	is_int(s->server.connections, 0, "a client that goes meanwhile is gone at once");

	/* What is said before the word is not read before it, and judged then. */
	client = begin(TO("silent.test:443"));
	peers_settle(loop);
	peers_say(loop, client, hello, n);
	is_int(peers_standing(loop, client), STANDS, "who speaks too early is not heard yet");
	peers_wake(&silent);
	server = peers_accept(loop, silent.listener);
	ok(hears(client, TUNNEL) && peers_hear(loop, server, got, n) == n &&
			memcmp(got, hello, n) == 0,
		"but when the tunnel stands");
	close(client);
	close(server);
	peers_gone(&silent);
	peers_silent(&silent, SILENT, 443);

	/* In one round: the server answers, and the client is gone by then. */
	client = begin(TO("silent.test:443"));
	peers_settle(loop);
	peers_wake(&silent);
	ok(poll(&p, 1, 8000) == 1, "the server answers after all");
	peers_break(client);
	peers_settle(loop);
	peers_age(loop, TIMER_HEAD);
	is_int(s->server.connections, 0, "and finds that its client is gone");
	peers_gone(&silent);
	is_str(served_left(s), "", "nothing is left of them");
}

int main(void)
{
	served_enter();
	s = served_new();
	loop = &s->server.loop;
	http = peers_listen(FAR, 80, NULL);
	tls = peers_listen(FAR, 443, NULL);
	other = peers_listen(FAR, 7777, NULL);
	s->net.proxy = PROXY_EXPLICIT;
	served_listen(s, LISTEN_PROXY, PROXY, PROXY_PORT);
	served_ready(s);
	test_connect();
	test_fronting();
	test_refused();
	test_absolute();
	test_socks();
	test_socks_refused();
	test_impatient();
	return done_testing();
}
