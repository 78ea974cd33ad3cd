/*
 * Connections to the host's localhost: any bytes, whatever either side does.
 */
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#include "served.h"
#include "tap.h"

#define INSIDE "127.0.0.5" /* where the bridge listens here; it leads to 127.0.0.1 and ::1 */

enum { PORT = 9999, NAMED = 8080, DEV = 3000 };

static struct served *s;
static struct loop *loop;

struct both {
	int client, server;
};

static struct both meet(int listener)
{
	struct both b = {.client = peers_connect(INSIDE, PORT)};

	b.server = peers_accept(loop, listener);
	return b;
}

static void part(struct both b)
{
	if (b.client >= 0)
		close(b.client);
	if (b.server >= 0)
		close(b.server);
	is_str(served_left(s), "", "... nothing is left of it");
}

static void test_bytes(int listener)
{
	struct both b = meet(listener);

	ok(peers_carry(loop, b.client, b.server, 16 << 20), "16 MiB there");
	ok(peers_carry(loop, b.server, b.client, 16 << 20), "16 MiB back");
	shutdown(b.client, SHUT_WR);
	is_int(peers_standing(loop, b.server), ENDED, "the client's end");
	ok(peers_carry(loop, b.server, b.client, 100000), "leaves the other direction");
	part(b);

	b = meet(listener);
	ok(peers_say(loop, b.server, "hello", 5) && peers_hears(loop, b.client, "hello"),
		"the server may begin");
	peers_break(b.client);
	b.client = -1;
	is_int(peers_standing(loop, b.server), RESET, "a reset of the client");
	part(b);

	b = meet(listener);
	peers_break(b.server);
	b.server = -1;
	is_int(peers_standing(loop, b.client), RESET, "a reset of the server");
	part(b);
}

/* All that was said comes, and the end, though the one who said it is gone. */
static void test_close(int listener)
{
	int i, whole = 0;
	size_t said, more;

	for (i = 0; i < 20; i++) {
		struct both b = meet(listener);
		int *from = i % 2 ? &b.client : &b.server, to = i % 2 ? b.server : b.client;

		said = peers_stuff(loop, *from);
		close(*from);
		*from = -1;
		whole += peers_unstuff(loop, to, 0, said) &&
			peers_end(loop, to, NULL, 0, &more) == ENDED && more == 0;
		close(to);
	}
	is_int(whole, 20, "twenty times as much as goes, and a close at once");
	is_str(served_left(s), "", "nothing is left");
}

/* What nobody takes costs one buffer; a host that is down a reset, until it is up. */
static void test_down(void)
{
	int client = peers_connect(INSIDE, PORT), listener;
	struct both b;

	is_int(peers_standing(loop, client), RESET, "nothing listens on the host: a reset");
	ok(strstr(served_told(s), "cannot reach localhost:9999 (nothing listens there)"), "told");
	close(client);
	listener = peers_listen("::1", PORT, NULL);
	b = meet(listener);
	ok(peers_carry(loop, b.client, b.server, 1000), "then something does, on ::1");
	close(listener);
	part(b);
}

static void test_many(int listener)
{
	enum { MANY = 1000 };
	struct both *b = calloc(MANY, sizeof *b);
	int i, good = 0;

	for (i = 0; i < MANY; i++)
		b[i].client = peers_connect(INSIDE, PORT);
	for (i = 0; i < MANY; i++) {
		b[i].server = peers_accept(loop, listener);
		good += b[i].client >= 0 && b[i].server >= 0;
	}
	is_int(good, MANY, "a thousand connections at once");
	is_int((long long)loop->kept, 0, "cost no buffer");
	for (i = good = 0; i < MANY; i++)
		send(b[i].client, "hello", 5, MSG_NOSIGNAL);
	for (i = good = 0; i < MANY; i++)
		good += peers_hears(loop, b[i].server, "hello");
	is_int(good, MANY, "each carries");
	ok(peers_settle(loop), "the loop sleeps");
	for (i = 0; i < MANY; i++) {
		if (i % 3)
			close(b[i].client);
		else
			peers_break(b[i].client);
		close(b[i].server);
	}
	is_str(served_left(s), "", "nothing is left of them");
	free(b);
}

/* A port on which names are served too: what the client connected to says which is meant. */
static void test_shared_port(void)
{
	int listener = peers_listen("127.0.0.1", NAMED, NULL);
	struct both b = {.client = peers_connect(INSIDE, NAMED)};

	b.server = peers_accept(loop, listener);
	ok(peers_carry(loop, b.client, b.server, 1000), "a loopback address: the bridge");
	close(listener);
	part(b);
	b = (struct both){peers_connect(INSIDE, NAMED + 1), -1};
	is_int(peers_standing(loop, b.client), RESET, "no bridge there: a reset");
	part(b);
}

/* Nobody makes sockets inside any more. */
static void test_dev(void)
{
	struct both b = {peers_connect(INSIDE, DEV), -1};

	is_int(peers_standing(loop, b.client), RESET, "nothing listens inside: a reset");
	part(b);
}

int main(void)
{
	struct rlimit files;
	int listener;

	getrlimit(RLIMIT_NOFILE, &files);
	files.rlim_cur = files.rlim_max;
	setrlimit(RLIMIT_NOFILE, &files);
	served_enter();
	s = served_new();
	loop = &s->server.loop;
	vec_push(&s->arena, &s->net.host_ports)->number = PORT;
	vec_push(&s->arena, &s->net.host_ports)->number = NAMED;
	served_listen(s, LISTEN_BRIDGE, INSIDE, PORT);
	served_listen(s, LISTEN_NAME, INSIDE, NAMED);
	served_listen(s, LISTEN_NAME, INSIDE, NAMED + 1);
	served_listen(s, LISTEN_DEV, INSIDE, DEV);
	served_ready(s);
	test_down();
	test_shared_port();
	test_dev();
	listener = peers_listen("127.0.0.1", PORT, NULL);
	served_ready(s);
	test_bytes(listener);
	test_close(listener);
	test_many(listener);
	return done_testing();
}
