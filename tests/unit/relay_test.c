/*
 * relay: two TCP connections and the relay between them. What either peer does, the other one must
 * see as if there were no relay; and whatever they do, the loop sleeps when nothing moves.
 */
#include <errno.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

#include "keeper/relay.h"
#include "peers.h"
#include "tap.h"

struct scene {
	struct loop *loop;
	struct relay relay;
	struct garbage garbage;
	int client, server; /* the peers' ends; what the relay has is not seen */
	int later;          /* the relay's end to the server, where it is not connected yet */
	int overs;
};

static struct loop loop;

static void over(struct relay *r)
{
	container(r, struct scene, relay)->overs++;
}

/* CONNECTED: the server is from the beginning. */
static struct scene *begin(bool connected, bool small)
{
	struct scene *s = calloc(1, sizeof *s);
	int front[2], back[2];

	peers_pair(front, small);
	peers_pair(back, small);
	*s = (struct scene){.loop = &loop, .client = front[0], .server = back[1]};
	relay_open(&s->relay, &loop, front[1], over);
	s->later = back[0];
	if (connected)
		relay_connect(&s->relay, back[0]);
	else
		relay_update(&s->relay);
	return s;
}

/* Both peers are closed: OVERS says how often the relay was over by then. */
static void end(struct scene *s)
{
	if (s->client >= 0)
		close(s->client);
	if (s->server >= 0)
		close(s->server);
	ok(peers_settle(&loop), "... and the loop sleeps");
	is_int(s->overs, 1, "... and it is over, once");
	is_int((long long)loop.kept, 0, "... and nothing is kept");
	free(s);
}

static void test_both_ways(void)
{
	struct scene *s = begin(true, false);

	ok(peers_say(&loop, s->client, "ask", 3) && peers_hears(&loop, s->server, "ask"), "there");
	ok(peers_say(&loop, s->server, "answer", 6) && peers_hears(&loop, s->client, "answer"),
		"and back");
	ok(peers_carry(&loop, s->client, s->server, 3 << 20), "3 MiB there");
	ok(peers_carry(&loop, s->server, s->client, 3 << 20), "3 MiB back");
	is_int(s->overs, 0, "not over");
	end(s);
}

/* The end of one direction leaves the other one alive, whoever is first. */
static void test_half_close(bool client_first)
{
	struct scene *s = begin(true, false);
	int first = client_first ? s->client : s->server;
	int second = client_first ? s->server : s->client;

	ok(peers_say(&loop, first, "last", 4) && shutdown(first, SHUT_WR) == 0, "%s ends",
		client_first ? "client" : "server");
	ok(peers_hears(&loop, second, "last"), "what it said comes");
	is_int(peers_standing(&loop, second), ENDED, "then its end");
	is_int(s->overs, 0, "the connection lives on");
	ok(peers_carry(&loop, second, first, 1 << 20), "the other direction carries 1 MiB");
	is_int(peers_standing(&loop, first), STANDS, "and has not ended");
	ok(peers_settle(&loop), "the loop sleeps");
	shutdown(second, SHUT_WR);
	is_int(peers_standing(&loop, first), ENDED, "then it ends too");
	is_int(s->overs, 1, "and that is the end");
	end(s);
}

static void test_reset(bool client_first)
{
	struct scene *s = begin(true, false);
	int *first = client_first ? &s->client : &s->server;
	int second = client_first ? s->server : s->client;

	peers_carry(&loop, *first, second, 100);
	peers_break(*first);
	*first = -1;
	is_int(peers_standing(&loop, second), RESET, "a reset of the %s is one",
		client_first ? "client" : "server");
	is_int(s->overs, 1, "the relay is over");
	end(s);
}

/* Who has ended can still be reset, and nothing is read from it any more that would tell so. */
static void test_reset_after_end(void)
{
	struct scene *s = begin(true, false);

	shutdown(s->client, SHUT_WR);
	is_int(peers_standing(&loop, s->server), ENDED, "the client has ended");
	peers_break(s->client);
	s->client = -1;
	peers_settle(&loop);
	is_int(s->overs, 1, "its reset is seen all the same");
	ok(peers_is_reset(s->server), "and passed on");
	end(s);

	s = begin(true, false);
	relay_hold(&s->relay, CLIENT, true);
	relay_update(&s->relay);
	peers_break(s->client);
	s->client = -1;
	is_int(peers_standing(&loop, s->server), RESET, "so is that of a client that is held");
	end(s);
}

/* A peer that does not listen stops the other one, and costs one buffer and no work. */
static void test_pressure(bool from_client)
{
	struct scene *s = begin(true, false);
	int from = from_client ? s->client : s->server, to = from_client ? s->server : s->client;
	size_t said = peers_stuff(&loop, from);

	ok(said > 0 && said < 64 << 20, "the %s is stopped after %zu bytes",
		from_client ? "client" : "server", said);
	ok(loop.kept > 0 && loop.kept <= LIMIT_BUFFER, "%zu of them are kept", loop.kept);
	ok(peers_settle(&loop), "the loop sleeps meanwhile");
	ok(peers_carry(&loop, to, from, 100000), "the other direction goes on");
	shutdown(from, SHUT_WR);
	ok(peers_settle(&loop), "it sleeps too when the end waits behind them");
	ok(peers_unstuff(&loop, to, 0, said), "they come as they were");
	is_int(peers_standing(&loop, to), ENDED, "then the end");
	is_int((long long)loop.kept, 0, "and nothing is kept any more");
	end(s);
}

/* One side has ended, the other says much and ends, and nobody hears it: that is a hang-up. */
static void test_stalled_hang_up(void)
{
	struct scene *s = begin(true, false);
	size_t said;

	shutdown(s->client, SHUT_WR);
	is_int(peers_standing(&loop, s->server), ENDED, "the client has ended");
	said = peers_stuff(&loop, s->server);
	close(s->server);
	s->server = -1;
	ok(peers_settle(&loop), "the loop sleeps though the server has hung up");
	ok(peers_unstuff(&loop, s->client, 0, said), "all %zu bytes come", said);
	is_int(peers_standing(&loop, s->client), ENDED, "and the end");
	is_int(s->overs, 1, "and it is over");
	end(s);
}

/* Both are stalled, then one breaks: what is kept is given back. */
static void test_stalled_reset(void)
{
	struct scene *s = begin(true, true);

	while (s->relay.end[SERVER].kept_n == 0)
		peers_stuff(&loop, s->client);
	while (s->relay.end[CLIENT].kept_n == 0)
		peers_stuff(&loop, s->server);
	ok(loop.kept > 0, "%zu bytes are kept", loop.kept);
	ok(peers_settle(&loop), "the loop sleeps");
	peers_break(s->client);
	s->client = -1;
	peers_settle(&loop);
	is_int(s->overs, 1, "a reset ends it");
	end(s);
}

/* Much, and a close at once while most of it is on its way. */
static void test_say_and_close(bool from_client)
{
	int i, whole = 0;

	for (i = 0; i < 10; i++) {
		struct scene *s = begin(true, false);
		int *from = from_client ? &s->client : &s->server;
		int to = from_client ? s->server : s->client;
		size_t said, more;

		whole += peers_carry(&loop, *from, to, 12 << 20);
		said = peers_stuff(&loop, *from);
		close(*from);
		*from = -1;
		whole += peers_unstuff(&loop, to, 0, said);
		whole += peers_end(&loop, to, NULL, 0, &more) == ENDED && more == 0;
		end(s);
	}
	is_int(whole, 30, "all that the %s said comes, ten times",
		from_client ? "client" : "server");
}

/* What is sent before the server is connected waits for it, the end too. */
static void test_connected_later(void)
{
	struct scene *s = begin(false, false);
	size_t said;

	said = peers_stuff(&loop, s->client);
	ok(loop.kept > 0 && loop.kept <= LIMIT_BUFFER, "one buffer is kept: %zu", loop.kept);
	relay_connect(&s->relay, s->later);
	ok(peers_unstuff(&loop, s->server, 0, said), "all %zu bytes come when it is", said);
	end(s);

	s = begin(false, false);
	ok(peers_say(&loop, s->client, "x", 1) && shutdown(s->client, SHUT_WR) == 0, "said, ended");
	peers_settle(&loop);
	is_int(s->overs, 0, "not over");
	relay_connect(&s->relay, s->later);
	ok(peers_hears(&loop, s->server, "x"), "what was said comes");
	is_int(peers_standing(&loop, s->server), ENDED, "and the end");
	end(s);

	s = begin(false, false);
	peers_break(s->client);
	s->client = -1;
	peers_settle(&loop);
	is_int(s->overs, 1, "a reset ends it");
	relay_connect(&s->relay, s->later);
	is_int(peers_standing(&loop, s->server), ENDED, "who comes too late is closed");
	end(s);
}

/* The connection to the server is refused only after the relay has it. */
static void test_refused_later(void)
{
	struct scene *s = begin(false, false);
	union endpoint at;
	unsigned port;
	int listener = peers_listen("127.0.0.1", 0, &port);
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);

	close(listener);
	endpoint_read("127.0.0.1", &at);
	endpoint_set_port(&at, port);
	ok(connect(fd, &at.any, endpoint_size(&at)) < 0, "nobody listens");
	close(s->later);
	relay_connect(&s->relay, fd);
	is_int(peers_standing(&loop, s->client), RESET, "the client hears of it");
	end(s);
}

/* --- Takers ------------------------------------------------------------------------------------
 */

static char taken[64];

static void taker(struct relay *r, const char *bytes, size_t n)
{
	strncat(taken, n ? "" : "|", 2);
	strncat(taken, bytes, n);
	if (n && bytes[0] == 's')
		relay_stop(r, true);
	else if (n && bytes[0] == 'h')
		relay_hold(r, CLIENT, true);
	else if (n)
		relay_send(r, SERVER, "[]", 2);
	else
		relay_finish(r, SERVER);
}

static void test_taker(void)
{
	struct scene *s = begin(true, false);

	taken[0] = '\0';
	s->relay.end[CLIENT].taker = taker;
	ok(peers_say(&loop, s->client, "ab", 2) && peers_hears(&loop, s->server, "[]"),
		"a taker says what goes on");
	peers_say(&loop, s->client, "h", 1);
	peers_settle(&loop);
	peers_say(&loop, s->client, "cd", 2);
	ok(peers_settle(&loop), "who is held is not read");
	is_str(taken, "abh", "the taker got this so far");
	relay_hold(&s->relay, CLIENT, false);
	relay_update(&s->relay);
	ok(peers_hears(&loop, s->server, "[]"), "and the rest later");
	shutdown(s->client, SHUT_WR);
	is_int(peers_standing(&loop, s->server), ENDED, "it passes the end on");
	is_str(taken, "abhcd|", "which it got as nothing");
	end(s);

	s = begin(true, false);
	s->relay.end[CLIENT].taker = taker;
	peers_say(&loop, s->client, "stop", 4);
	is_int(peers_standing(&loop, s->client), RESET, "a taker may end it all");
	end(s);
}

/* A server that is cut off gets nothing more; the client gets what was for it, and an answer. */
static void test_cut(void)
{
	struct scene *s = begin(true, false);
	size_t said = peers_stuff(&loop, s->server);

	relay_cut(&s->relay);
	ok(peers_standing(&loop, s->server) != STANDS, "the server's connection is closed");
	relay_send(&s->relay, SERVER, "never", 5);
	relay_send(&s->relay, CLIENT, "no.", 3);
	relay_finish(&s->relay, CLIENT);
	relay_update(&s->relay);
	ok(peers_settle(&loop) && s->overs == 0, "the client has time");
	ok(said > loop.kept, "of %zu bytes, %zu are kept", said, loop.kept);
	shutdown(s->client, SHUT_WR);
	peers_settle(&loop);
	is_int(s->overs, 0, "its own end changes nothing while bytes wait for it");
	is_int(peers_end(&loop, s->client, NULL, 0, &said), ENDED, "it hears the rest and the end");
	is_int(s->overs, 1, "and then it is over");
	end(s);
}

/* Connections of which nobody hears anything stay within the common limit. */
static void test_many_stalled(void)
{
	enum { MANY = 200 };
	const int size = 256 * 1024; /* so much can be read at once */
	struct scene *s[MANY];
	size_t most = 0, all = 0;
	int overs = 0, i;

	for (i = 0; i < MANY; i++) {
		s[i] = begin(true, true);
		setsockopt(s[i]->relay.end[CLIENT].watch.fd, SOL_SOCKET, SO_RCVBUF, &size,
			sizeof size);
		setsockopt(s[i]->client, SOL_SOCKET, SO_SNDBUF, &size, sizeof size);
	}
	for (i = 0; i < MANY * 4; i++) {
		all += peers_push(s[i % MANY]->client, 0);
		if (i % MANY == MANY - 1)
			peers_settle(&loop);
		most = loop.kept > most ? loop.kept : most;
	}
	ok(most > LIMIT_KEPT - LIMIT_BUFFER, "%zu bytes were kept", most);
	ok(most <= LIMIT_KEPT + LIMIT_BUFFER + (size_t)MANY * LIMIT_BUFFER_SCARCE,
		"of %zu that were said, and not more", all);
	ok(peers_settle(&loop), "the loop sleeps");
	for (i = 0; i < MANY; i++) {
		close(s[i]->client);
		close(s[i]->server);
	}
	peers_settle(&loop);
	for (i = 0; i < MANY; i++) {
		overs += s[i]->overs;
		free(s[i]);
	}
	is_int(overs, MANY, "all are over");
	is_int((long long)loop.kept, 0, "and nothing is kept");
}

int main(void)
{
	unsigned before;

	peers_open(&loop);
	before = peers_descriptors();
	test_both_ways();
	test_half_close(true);
	test_half_close(false);
	test_reset(true);
	test_reset(false);
	test_reset_after_end();
	test_pressure(true);
	test_pressure(false);
	test_stalled_hang_up();
	test_stalled_reset();
	test_say_and_close(true);
	test_say_and_close(false);
	test_connected_later();
	test_refused_later();
	test_taker();
	test_cut();
	test_many_stalled();
	is_int(peers_descriptors(), before, "every descriptor is closed");
	peers_close(&loop);
	return done_testing();
}
