/*
 * The name server: what it answers over UDP and TCP, to clients in any mood.
 */
#include <sys/socket.h>
#include <unistd.h>

#include "keeper/limits.h"
#include "served.h"
#include "tap.h"

enum { MESSAGE = 12, A = 1, AAAA = 28 };

static struct served *s;
static struct loop *loop;
static unsigned port = 53;

/* A query for NAME with the length that TCP wants in front; its size with that. */
static size_t query(const char *name, int type, unsigned char out[300])
{
	static const unsigned char head[MESSAGE] = {0x12, 0x34, 1, 0, 0, 1};
	size_t n = MESSAGE, label;

	memcpy(out + 2, head, MESSAGE);
	for (; *name; name += label + (name[label] == '.')) {
		label = strcspn(name, ".");
		out[2 + n++] = (unsigned char)label;
		memcpy(out + 2 + n, name, label);
		n += label;
	}
	memcpy(out + 2 + n, (const unsigned char[]){0, 0, (unsigned char)type, 0, 1}, 5);
	n += 5;
	out[0] = (unsigned char)(n >> 8);
	out[1] = (unsigned char)n;
	return n + 2;
}

/* The answer's code, and its last four bytes as an address if it has one. */
static const char *answer(const unsigned char *msg, size_t n)
{
	static char text[64];

	if (n < MESSAGE || msg[0] != 0x12 || msg[1] != 0x34)
		return "none";
	snprintf(text, sizeof text, "%d", msg[3] & 15);
	if (msg[7])
		snprintf(text, sizeof text, "%d.%d.%d.%d", msg[n - 4], msg[n - 3], msg[n - 2],
			msg[n - 1]);
	return text;
}

static const char *ask_tcp(int client, const char *name, int type)
{
	unsigned char q[300], msg[512] = {0};
	size_t n;

	peers_say(loop, client, q, query(name, type, q));
	if (peers_hear(loop, client, msg, 2) != 2)
		return "none";
	n = (size_t)msg[0] << 8 | msg[1];
	return answer(msg, peers_hear(loop, client, msg, n));
}

static void part(int client)
{
	close(client);
	is_str(served_left(s), "", "... nothing is left of it");
}

static void test_udp(void)
{
	int client = socket(AF_INET, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	unsigned char q[300], msg[512] = {0};
	union endpoint at;
	size_t n = query("allowed.test", A, q);
	int i, answers = 0;

	endpoint_read("127.0.0.1", &at);
	endpoint_set_port(&at, port);
	ok(connect(client, &at.any, endpoint_size(&at)) == 0, "a client");
	send(client, q + 2, n - 2, 0);
	is_str(answer(msg, peers_hear(loop, client, msg, n + 14)), "198.18.0.2", "an allowed name");
	send(client, "", 0, 0);
	send(client, q, 5, 0);
	for (i = 0; i < 100; i++)
		send(client, q + 2, n - 2, 0);
	for (i = 0; i < 100; i++)
		answers += peers_hear(loop, client, msg, n + 14) == n + 14;
	is_int(answers, 100, "a hundred at once, behind what is no question");
	part(client);
}

static void test_tcp(void)
{
	unsigned char q[300], msg[512] = {0};
	int client = peers_connect("127.0.0.1", port), answers = 0;
	size_t n, i;

	is_str(ask_tcp(client, "allowed.test", A), "198.18.0.2", "an allowed name");
	is_str(ask_tcp(client, "allowed.test", AAAA), "0", "no IPv6 where there is none");
	is_str(ask_tcp(client, "Allowed.Test", A), "198.18.0.2", "in any case");
	is_str(ask_tcp(client, "evil.test", A), "3", "any other name: NXDOMAIN");
	ok(strstr(served_told(s), "blocked evil.test"), "and told");
	is_str(ask_tcp(client, "x.localhost", A), "127.0.0.1", "localhost");
	n = query("allowed.test", A, q);
	for (i = 0; i < n; i++) {
		peers_say(loop, client, q + i, 1);
		peers_round(loop);
	}
	ok(peers_hear(loop, client, msg, n + 16) == n + 16, "a question, byte by byte");
	for (i = 0; i < 50; i++)
		peers_say(loop, client, q, n);
	for (i = 0; i < 50; i++)
		answers += peers_hear(loop, client, msg, n + 16) == n + 16;
	is_int(answers, 50, "fifty at once");
	part(client);
}

static void test_bad(void)
{
	int client = peers_connect("127.0.0.1", port);

	peers_say(loop, client, "\xff\xff", 2);
	ok(peers_standing(loop, client) != STANDS, "a length that is too much: closed");
	part(client);
	client = peers_connect("127.0.0.1", port);
	peers_say(loop, client, "\0\1x", 3);
	ok(peers_standing(loop, client) != STANDS, "what is no message: closed");
	part(client);
	client = peers_connect("127.0.0.1", port);
	peers_say(loop, client, "\0", 1);
	peers_settle(loop);
	peers_age(loop, TIMER_IDLE);
	ok(peers_standing(loop, client) != STANDS, "who says half a message: closed, in time");
	part(client);
}

static void test_many(void)
{
	int clients[LIMIT_DNS_CLIENTS + 1], i, good = 0;

	for (i = 0; i <= LIMIT_DNS_CLIENTS; i++) {
		clients[i] = peers_connect("127.0.0.1", port);
		good += strcmp(ask_tcp(clients[i], "allowed.test", A), "198.18.0.2") == 0;
		if (i == LIMIT_DNS_CLIENTS - 1)
			ask_tcp(clients[0], "allowed.test", A);
	}
	is_int(good, LIMIT_DNS_CLIENTS + 1, "whoever comes is served");
	for (i = good = 0; i <= LIMIT_DNS_CLIENTS; i++)
		good += peers_standing(loop, clients[i]) == STANDS;
	is_int(good, LIMIT_DNS_CLIENTS, "so many stay");
	ok(peers_standing(loop, clients[1]) != STANDS, "who was silent longest has made room");
	for (i = 0; i <= LIMIT_DNS_CLIENTS; i++)
		close(clients[i]);
	is_str(served_left(s), "", "nothing is left of them");
}

int main(void)
{
	served_enter();
	s = served_new();
	loop = &s->server.loop;
	served_listen(s, LISTEN_DNS_UDP, "127.0.0.1", port);
	served_listen(s, LISTEN_DNS_TCP, "127.0.0.1", port);
	served_ready(s);
	test_udp();
	test_tcp();
	test_bad();
	test_many();
	return done_testing();
}
