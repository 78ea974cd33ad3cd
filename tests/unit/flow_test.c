/*
 * Connections to names: what a server gets of them, byte by byte, and what their clients hear.
 */
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

#include "served.h"
#include "tap.h"

static struct served *s;
static struct loop *loop;
static int http, tls, other; /* listeners of the far server */

#define GET      "GET / HTTP/1.1\r\nHost: allowed.test\r\n\r\n"
#define GET_B    "GET /b HTTP/1.1\r\nHost: allowed.test\r\nX: y\r\n\r\n"
#define GET_EVIL "GET / HTTP/1.1\r\nHost: evil.test\r\n\r\n"
#define ANSWER   "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"
#define WEBSOCKET                                                           \
	"GET /ws HTTP/1.1\r\nHost: allowed.test\r\nConnection: Upgrade\r\n" \
	"Upgrade: websocket\r\n\r\n"

static bool say(int fd, const char *text)
{
	return peers_say(loop, fd, text, strlen(text));
}

static bool hears(int fd, const char *text)
{
	return peers_hears(loop, fd, text);
}

static bool nobody_dialled(int listener)
{
	peers_settle(loop);
	return accept(listener, NULL, NULL) < 0;
}

/* --- HTTP --------------------------------------------------------------------------------------
 */

static void test_http(void)
{
	int client = peers_connect(ALLOWED_AT, 80), server;

	ok(nobody_dialled(http), "nothing is dialled before the client speaks");
	say(client, GET);
	server = peers_accept(loop, http);
	ok(hears(server, GET), "a request comes");
	ok(say(server, ANSWER) && hears(client, ANSWER), "and its answer");
	ok(say(client, GET_B) && hears(server, GET_B), "a second one on the same connection");
	ok(say(server, ANSWER) && hears(client, ANSWER), "and its answer");
	shutdown(client, SHUT_WR);
	is_int(peers_standing(loop, server), ENDED, "the client's end comes");
	is_int(peers_standing(loop, client), STANDS, "and is only that");
	ok(say(server, "rest") && hears(client, "rest"), "the answer may go on");
	served_part(s, client, server);
}

/* Two requests at once, in two pieces, cut everywhere: the server always gets the same. */
static void test_every_cut(void)
{
	static const char both[] = GET GET_B;
	size_t cut;
	int good = 0;

	for (cut = 1; cut < strlen(both); cut++) {
		int client = peers_connect(ALLOWED_AT, 80), server;

		peers_say(loop, client, both, cut);
		peers_settle(loop);
		say(client, both + cut);
		server = peers_accept(loop, http);
		good += hears(server, both) && peers_standing(loop, server) == STANDS;
		close(client);
		close(server);
	}
	is_int(good, (int)strlen(both) - 1, "two requests, cut in two at each byte");
	is_str(served_left(s), "", "nothing is left");
}

/* A request that is refused: STATUS and WHY in the answer, which comes whole, with an end. */
static void refused(const char *request, const char *status, const char *why)
{
	int client = peers_connect(ALLOWED_AT, 80);
	enum standing how;
	const char *answer;

	say(client, request);
	answer = peers_hear_all(loop, client, &how);
	ok(strncmp(answer, status, strlen(status)) == 0 && strstr(answer, why), "%.60s: %s",
		request, why);
	is_int(how, ENDED, "... the answer is whole");
	ok(nobody_dialled(http), "... and nobody was dialled");
	served_part(s, client, -1);
}

static void test_refused_requests(void)
{
	refused(GET_EVIL, "HTTP/1.1 403", "evil.test");
	refused("GET http://evil.test/ HTTP/1.1\r\nHost: evil.test\r\n\r\n", "HTTP/1.1 403",
		"evil.test");
	refused("GET / HTTP/1.1\r\nHost: allowed.test:8080\r\n\r\n", "HTTP/1.1 403", "Host");
	refused("GET / HTTP/1.1\r\nHost: allowed.test\r\nHost: evil.test\r\n\r\n", "HTTP/1.1 400",
		"two Host");
	refused("POST / HTTP/1.1\r\nHost: allowed.test\r\nContent-Length: 1\r\n"
		"Transfer-Encoding: chunked\r\n\r\n",
		"HTTP/1.1 400", "Transfer-Encoding");
	refused(WEBSOCKET "early", "HTTP/1.1 400", "behind a websocket");
	refused("CONNECT evil.test:443 HTTP/1.1\r\nHost: evil.test\r\n\r\n", "HTTP/1.1 400",
		"proxy");
	ok(strstr(served_told(s),
		   "blocked allowed.test:80 (the request's Host is another one: "
		   "evil.test"),
		"the user is told");
}

/* The connection was good until a request was not: the first one's answer came, the second one
 * is not seen, and the server's connection ends. */
static void test_refused_later(void)
{
	int client = peers_connect(ALLOWED_AT, 80), server;
	enum standing how;

	say(client, GET);
	server = peers_accept(loop, http);
	ok(hears(server, GET) && say(server, ANSWER) && hears(client, ANSWER), "one request");
	say(client, GET_EVIL);
	ok(strstr(peers_hear_all(loop, client, &how), "403 Forbidden") && how == ENDED,
		"the next is refused");
	is_int(peers_standing(loop, server), ENDED, "the server hears nothing but the end");
	served_part(s, client, server);
}

/* The client takes nothing, is refused, and ends: it still gets all that was for it. */
static void test_refused_stalled(void)
{
	int client = peers_connect(ALLOWED_AT, 80), server;
	static char text[16 << 20];
	size_t heard;

	say(client, GET);
	server = peers_accept(loop, http);
	ok(hears(server, GET), "one request");
	peers_stuff(loop, server);
	say(client, GET_EVIL);
	shutdown(client, SHUT_WR);
	ok(peers_settle(loop) && loop->kept > 0, "the next is refused, while bytes are kept");
	is_int(peers_end(loop, client, text, sizeof text, &heard), ENDED, "they come, and the end");
	ok(memmem(text, heard, "403 Forbidden", 13), "and the answer");
	served_part(s, client, server);
}

/* The client says much behind what is refused, and reads only then. */
static void test_refused_upload(void)
{
	int client = peers_connect(ALLOWED_AT, 80);
	char *much = calloc(1, 1 << 20);
	enum standing how;

	say(client, "POST / HTTP/1.1\r\nHost: evil.test\r\nContent-Length: 1048576\r\n\r\n");
	ok(peers_say(loop, client, much, 1 << 20), "what follows is taken");
	ok(strstr(peers_hear_all(loop, client, &how), "403 Forbidden") && how == ENDED,
		"and the answer is whole");
	free(much);
	served_part(s, client, -1);
}

static void test_bodies(void)
{
	static const char head[] = "POST /p HTTP/1.1\r\nHost: allowed.test\r\nTransfer-Encoding: "
				   "chunked\r\n",
			  body[] = "\r\n5\r\nhello\r\nA\r\n0123456789\r\n0\r\n\r\n";
	int client = peers_connect(ALLOWED_AT, 80), server;
	enum standing how;
	size_t i;

	say(client, head);
	for (i = 0; i < strlen(body); i++) {
		peers_say(loop, client, body + i, 1);
		peers_round(loop);
	}
	server = peers_accept(loop, http);
	ok(hears(server, head) && hears(server, "Connection: close\r\n") && hears(server, body),
		"a chunked body, byte by byte");
	say(client, GET_EVIL);
	is_int(peers_standing(loop, server), ENDED, "nothing is asked behind it");
	ok(say(server, ANSWER) && hears(client, ANSWER), "the answer comes");
	served_part(s, client, server);

	client = peers_connect(ALLOWED_AT, 80);
	say(client, head);
	say(client, "\r\n5;x=y\r\nhello\r\n");
	ok(strstr(peers_hear_all(loop, client, &how), "400 Bad Request") && how == ENDED,
		"a chunk that is read in two ways is refused");
	server = peers_accept(loop, http);
	ok(server >= 0 && peers_standing(loop, server) != RESET, "the server sees its end");
	served_part(s, client, server);

	client = peers_connect(ALLOWED_AT, 80);
	say(client, "PUT /p HTTP/1.1\r\nHost: allowed.test\r\nContent-Length: 3000000\r\n\r\n");
	server = peers_accept(loop, http);
	ok(hears(server,
		   "PUT /p HTTP/1.1\r\nHost: allowed.test\r\nContent-Length: 3000000\r\n"
		   "Connection: close\r\n\r\n"),
		"a body of a length");
	ok(peers_carry(loop, client, server, 3000000), "comes whole");
	say(client, GET_EVIL);
	is_int(peers_standing(loop, server), ENDED, "and nothing behind it");
	served_part(s, client, server);
}

/* Half a request, then the end: it is not passed on as one. */
static void test_half_request(void)
{
	int client = peers_connect(ALLOWED_AT, 80), server;

	say(client, GET "POST /x HTTP/1.1\r\nHost: allowed.test\r\nContent-Length: 5\r\n\r\nab");
	server = peers_accept(loop, http);
	ok(hears(server, GET), "one request");
	shutdown(client, SHUT_WR);
	peers_settle(loop);
	ok(peers_is_reset(server), "half of a second one is a reset");
	served_part(s, client, server);

	client = peers_connect(ALLOWED_AT, 80);
	say(client, "GET / HTTP/1.1\r\nHost: allo");
	shutdown(client, SHUT_WR);
	peers_settle(loop);
	ok(peers_is_reset(client) && nobody_dialled(http), "half a head too");
	served_part(s, client, -1);
}

static void test_websocket(void)
{
	static const char yes[] = "HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\n"
				  "Upgrade: websocket\r\n\r\n";
	int client = peers_connect(ALLOWED_AT, 80), server;

	say(client, WEBSOCKET);
	server = peers_accept(loop, http);
	ok(hears(server, WEBSOCKET), "a websocket is asked for");
	say(client, "early");
	is_int(peers_standing(loop, server), STANDS, "what follows is not sent yet");
	ok(say(server, "HTTP/1.") && peers_settle(loop), "half an answer");
	is_int(peers_standing(loop, client), STANDS, "is held");
	say(server, yes + 7);
	ok(hears(client, yes) && hears(server, "early"), "101: all passes");
	ok(say(client, GET_EVIL) && hears(server, GET_EVIL), "as it is");
	ok(peers_carry(loop, client, server, 1 << 20) && peers_carry(loop, server, client, 1 << 20),
		"both ways");
	peers_age(loop, TIMER_DIAL);
	peers_age(loop, TIMER_HEAD);
	is_int(peers_standing(loop, client), STANDS, "for as long as they like");
	served_part(s, client, server);

	client = peers_connect(ALLOWED_AT, 80);
	say(client, WEBSOCKET);
	server = peers_accept(loop, http);
	ok(hears(server, WEBSOCKET) && say(client, GET_B GET_EVIL) && say(server, ANSWER),
		"another one is refused by the server");
	ok(hears(client, ANSWER) && hears(server, GET_B), "what follows is HTTP");
	is_int(peers_standing(loop, server), ENDED, "and judged");
	served_part(s, client, server);
}

/* A 101 that says nothing of a websocket: requests go on, so they are judged. */
static void test_other_101(void)
{
	static const char no[] = "HTTP/1.1 101 Switching Protocols\r\n\r\n";
	int client = peers_connect(ALLOWED_AT, 80), server;
	enum standing how;

	say(client, WEBSOCKET);
	server = peers_accept(loop, http);
	ok(hears(server, WEBSOCKET) && say(server, no) && hears(client, no),
		"101 without a reason");
	say(client, GET_EVIL);
	is_int(peers_standing(loop, server), ENDED, "opens nothing");
	served_part(s, client, server);

	client = peers_connect(ALLOWED_AT, 80);
	say(client, WEBSOCKET "early");
	ok(strstr(peers_hear_all(loop, client, &how), "400") && how == ENDED,
		"bytes behind it are refused");
	served_part(s, client, -1);
}

/* A page that reads like the answer to a websocket opens nothing. */
static void test_no_websocket_later(void)
{
	int client = peers_connect(ALLOWED_AT, 80), server;

	say(client, GET);
	server = peers_accept(loop, http);
	ok(hears(server, GET), "a page is asked for");
	say(client, WEBSOCKET);
	ok(hears(server, "GET /ws HTTP/1.1\r\nHost: allowed.test\r\n\r\n"),
		"then a websocket: the server is asked for a page");
	say(server, "HTTP/1.1 101 a page that says so");
	peers_settle(loop);
	say(client, GET_EVIL);
	is_int(peers_standing(loop, server), ENDED, "requests are still judged");
	served_part(s, client, server);
}

/* --- TLS ---------------------------------------------------------------------------------------
 */

static void test_tls(void)
{
	unsigned char hello[512], got[512];
	size_t n = served_hello("allowed.test", hello), i;
	int client = peers_connect(ALLOWED_AT, 443), server;

	for (i = 0; i < n; i++) {
		ok(nobody_dialled(tls), "byte %zu of a ClientHello: nothing is dialled", i);
		peers_say(loop, client, hello + i, 1);
	}
	server = peers_accept(loop, tls);
	ok(peers_hear(loop, server, got, n) == n && memcmp(got, hello, n) == 0,
		"it comes as it was");
	ok(peers_carry(loop, client, server, 1 << 20) && peers_carry(loop, server, client, 1 << 20),
		"and so does all that follows");
	served_part(s, client, server);
}

/* NAME in the ClientHello is refused, by an alert of DESCRIPTION. */
static void refused_tls(const char *name, int description, const char *why)
{
	unsigned char hello[512], alert[16];
	size_t n = served_hello(name, hello);
	int client = peers_connect(ALLOWED_AT, 443);

	peers_say(loop, client, hello, n);
	is_int((long long)peers_hear(loop, client, alert, sizeof alert), 7, "%s: an alert", why);
	ok(alert[0] == 21 && alert[5] == 2 && alert[6] == description, "... that says which");
	is_int(peers_standing(loop, client), ENDED, "... whole");
	ok(strstr(served_told(s), why) && nobody_dialled(tls),
		"... the user is told, nobody dialled");
	served_part(s, client, -1);
}

static void test_refused_tls(void)
{
	enum standing how;
	int client;

	refused_tls("evil.test", 112, "TLS asks for another name: evil.test");
	refused_tls(NULL, 112, "TLS names no host");
	client = peers_connect(ALLOWED_AT, 443);
	say(client, GET);
	ok(strstr(peers_hear_all(loop, client, &how), "403") && how == ENDED,
		"HTTP for port 80 is not for 443");
	served_part(s, client, -1);

	client = peers_connect(ALLOWED_AT, 443);
	say(client, "SSH-2.0-x\r\n");
	is_int(peers_standing(loop, client), RESET, "what is neither is reset");
	ok(strstr(served_told(s), "neither TLS nor HTTP"), "and told");
	served_part(s, client, -1);
}

/* --- Other ports -------------------------------------------------------------------------------
 */

static void test_other(void)
{
	int client = peers_connect(ALLOWED_AT, 7777), server = peers_accept(loop, other);

	ok(say(server, "220 ready\r\n") && hears(client, "220 ready\r\n"), "the server may begin");
	ok(say(client, "EHLO x\r\n") && hears(server, "EHLO x\r\n"), "the client answers");
	ok(say(client, GET_EVIL) && hears(server, GET_EVIL), "that is no HTTP, whatever follows");
	served_part(s, client, server);

	client = peers_connect(ALLOWED_AT, 7777);
	server = peers_accept(loop, other);
	ok(say(client, "x") && hears(server, "x"), "a single byte is not held");
	ok(say(client, "yz") && hears(server, "yz"), "nor are more");
	ok(say(server, "w") && hears(client, "w"), "and they may wait for an answer");
	peers_age(loop, TIMER_HEAD);
	is_int(peers_standing(loop, client), STANDS, "for as long as they like");
	shutdown(client, SHUT_WR);
	is_int(peers_standing(loop, server), ENDED, "their end comes");
	served_part(s, client, server);
}

/* What becomes a request is judged, in however many pieces; PIECES end with NULL. */
static void in_pieces(const char *const *pieces, const char *server_got, enum standing client_is)
{
	int client = peers_connect(ALLOWED_AT, 7777), server = peers_accept(loop, other);
	const char *got;
	enum standing how;

	for (; *pieces; pieces++) {
		peers_settle(loop);
		send(client, *pieces, strlen(*pieces), MSG_NOSIGNAL);
	}
	got = peers_hear_all(loop, server, &how);
	is_str(got, server_got, "the server of a request in pieces");
	ok(how != STANDS, "... hears no more");
	peers_hear_all(loop, client, &how);
	is_int(how, client_is, "... and the client is told as it can be");
	served_part(s, client, server);
}

#define PIECES(...) ((const char *const[]){__VA_ARGS__, NULL})

static void test_other_pieces(void)
{
	in_pieces(PIECES(GET_EVIL), "", ENDED);
	in_pieces(PIECES("G", "ET / HTTP/1.1\r\nHost: evil.test:7777\r\n\r\n"), "", ENDED);
	in_pieces(PIECES("F", "OO / HTTP/1.1\r\nHost: evil.test\r\n\r\n"), "F", RESET);
	in_pieces(PIECES("FOO / HTTP/1.1\r\n", "Host: evil.test\r\n\r\n"), "", ENDED);
	in_pieces(PIECES("FOO /", " HTTP/1.1\r", "\nHost: evil.test\r\n\r\n"), "FOO /", RESET);
	in_pieces(PIECES("\r\n", "GET / HTTP/1.1\r\nHost: evil.test\r\n\r\n"), "", ENDED);
	in_pieces(PIECES(" ", "GET / HTTP/1.1\r\nHost: evil.test\r\n\r\n"), " ", RESET);
	in_pieces(PIECES("get ", "/ HTTP/1.0\r\n\r\n"), "", ENDED);
	in_pieces(PIECES("PUR", "GE / HTTP/1.0\r\nHost: evil.test\r\n\r\n"), "", ENDED);
}

/* A line without an end is not held, however long; if its end says that it was a request, that end
 * is not sent. */
static void test_other_long(void)
{
	enum { LONG = 300 * 1024 };
	int client = peers_connect(ALLOWED_AT, 7777), server = peers_accept(loop, other);
	static char line[LONG + 1], text[LONG + 1];
	enum standing how;
	size_t heard;

	memset(line, 'A', LONG);
	ok(say(client, line) && hears(server, line), "much that is no line yet");
	ok(say(client, "\n" GET_EVIL) && hears(server, "\n" GET_EVIL), "nor was it a request's");
	served_part(s, client, server);

	client = peers_connect(ALLOWED_AT, 7777);
	server = peers_accept(loop, other);
	ok(say(client, line) && hears(server, line), "as much again");
	say(client, " / HTTP/1.1\r\nHost: evil.test\r\n\r\n");
	how = peers_end(loop, server, text, sizeof text, &heard);
	ok(how == RESET && heard == 0, "its end shows a request, and is not sent");
	is_int(peers_end(loop, client, text, sizeof text, &heard), RESET, "the client is reset");
	served_part(s, client, server);

	client = peers_connect(ALLOWED_AT, 7777);
	server = peers_accept(loop, other);
	ok(say(client, line) && say(client, " / HTT") && hears(server, line), "in more pieces");
	say(client, "P/1.1\r\nHost: evil.test\r\n\r\n");
	how = peers_end(loop, server, text, sizeof text, &heard);
	ok(how == RESET && !strstr(text, "P/1.1"), "the same");
	served_part(s, client, server);
}

/* A denied name: no server, and the client is not kept waiting. */
static void test_denied(void)
{
	unsigned char hello[512], alert[16];
	size_t n = served_hello("denied.test", hello);
	int client = peers_connect(DENIED_AT, 80);
	enum standing how;

	ok(strstr(served_told(s),
		   "blocked denied.test:80 (not in domains; to allow: "
		   "[sandbox.os.network] domains = [\"denied.test\"])\n"),
		"told at once");
	say(client, "GET / HTTP/1.1\r\nHost: denied.test\r\n\r\n");
	ok(strstr(peers_hear_all(loop, client, &how), "X-Proxy-Error: not-in-domains") &&
			how == ENDED,
		"403");
	served_part(s, client, -1);

	client = peers_connect(DENIED_AT, 443);
	peers_say(loop, client, hello, n);
	ok(peers_hear(loop, client, alert, sizeof alert) == 7 && alert[6] == 49, "an alert");
	served_part(s, client, -1);

	client = peers_connect(DENIED_AT, 7777);
	peers_settle(loop);
	peers_age(loop, TIMER_STEP);
	is_int(peers_standing(loop, client), RESET, "where the server would begin: a reset, soon");
	served_part(s, client, -1);
	client = peers_connect(DENIED_AT, 7777);
	say(client, "x");
	is_int(peers_standing(loop, client), RESET, "at once if the client begins");
	served_part(s, client, -1);
}

/* --- Servers that do not answer, clients that do not ask ---------------------------------------
 */

static void test_late(void)
{
	int client = peers_connect(ALLOWED_AT, 80);
	enum standing how;

	say(client, "GET / HTTP/1.1\r\n");
	peers_settle(loop);
	peers_age(loop, TIMER_HEAD);
	ok(strstr(peers_hear_all(loop, client, &how), "HTTP/1.1 408") || how == RESET,
		"a head that is too slow");
	served_part(s, client, -1);

	client = peers_connect(ALLOWED_AT, 80);
	peers_settle(loop);
	peers_age(loop, TIMER_HEAD);
	is_int(peers_standing(loop, client), ENDED, "opened and never used");
	served_part(s, client, -1);

	client = peers_connect(ALLOWED_AT, 80);
	say(client, GET_EVIL);
	peers_settle(loop);
	peers_age(loop, TIMER_LINGER);
	is_int(s->server.connections, 0, "a refused client that stays is left");
	ok(strstr(peers_hear_all(loop, client, &how), "403"), "it has its answer all the same");
	served_part(s, client, -1);
}

static void test_unreached(void)
{
	int client = peers_connect(SILENT_AT, 80);
	enum standing how;

	say(client, "GET / HTTP/1.1\r\nHost: silent.test\r\n\r\n");
	ok(strstr(peers_hear_all(loop, client, &how), "HTTP/1.1 502") && how == ENDED,
		"nobody listens: 502");
	ok(strstr(served_told(s), "cannot reach silent.test:80"), "and told");
	served_part(s, client, -1);

	client = peers_connect(LOST_AT, 80);
	say(client, "GET / HTTP/1.1\r\nHost: lost.test\r\n\r\n");
	ok(strstr(peers_hear_all(loop, client, &how), "HTTP/1.1 502") && how == ENDED,
		"nobody knows it: 502");
	served_part(s, client, -1);
}

int main(void)
{
	served_enter();
	s = served_new();
	loop = &s->server.loop;
	http = peers_listen(FAR, 80, NULL);
	tls = peers_listen(FAR, 443, NULL);
	other = peers_listen(FAR, 7777, NULL);
	served_listen(s, LISTEN_NAME, ALLOWED_AT, 80);
	served_listen(s, LISTEN_NAME, ALLOWED_AT, 443);
	served_listen(s, LISTEN_NAME, ALLOWED_AT, 7777);
	served_listen(s, LISTEN_NAME, DENIED_AT, 80);
	served_listen(s, LISTEN_NAME, DENIED_AT, 443);
	served_listen(s, LISTEN_NAME, DENIED_AT, 7777);
	served_listen(s, LISTEN_NAME, SILENT_AT, 80);
	served_listen(s, LISTEN_NAME, LOST_AT, 80);
	served_ready(s);
	test_http();
	test_every_cut();
	test_refused_requests();
	test_refused_later();
	test_refused_stalled();
	test_refused_upload();
	test_bodies();
	test_half_request();
	test_websocket();
	test_other_101();
	test_no_websocket_later();
	test_tls();
	test_refused_tls();
	test_other();
	test_other_pieces();
	test_other_long();
	test_denied();
	test_late();
	test_unreached();
	return done_testing();
}
