/*
 * dial: several addresses of the loopback, of which some answer, some refuse, and some stay silent
 * (a listener whose queue is full: the kernel drops what asks for more).
 */
#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <unistd.h>

#include "keeper/dial.h"
#include "peers.h"
#include "tap.h"

static struct loop loop;
static unsigned port; /* the same on all addresses */

/* What the last dial came to. */
static struct result {
	int calls, fd, error;
} result;

static void done(void *user, int fd, int error)
{
	ok(user == &result, "... told to who asked");
	result.calls++;
	result.fd = fd;
	result.error = error;
}

/* Takes the result's descriptor: the address that it leads to, "" for none. */
static const char *reached(void)
{
	static char text[ADDRESS_TEXT];
	union endpoint at;
	socklen_t size = sizeof at;

	text[0] = '\0';
	if (result.fd >= 0 && getpeername(result.fd, &at.any, &size) == 0)
		endpoint_text(&at, text);
	if (result.fd >= 0)
		close(result.fd);
	result.fd = -1;
	return text;
}

/* Dials the addresses of HOSTS, which ends with NULL. */
static struct dial *start(const char *const *hosts)
{
	union endpoint v[LIMIT_ADDRESSES + 2];
	unsigned n = 0;

	for (; hosts[n]; n++)
		if (!endpoint_read(hosts[n], &v[n]))
			abort();
	result = (struct result){.fd = -1};
	return dial_start(&loop, v, n, port, done, &result);
}

/* --- Tests -------------------------------------------------------------------------------------
 */

static void test_at_once(void)
{
	int listener = peers_listen("127.0.0.2", port, NULL);

	ok(!start((const char *const[]){"127.0.0.2", NULL}), "who answers at once");
	is_int(result.calls, 1, "is told before the start returns");
	is_str(reached(), "127.0.0.2", "and is it");
	ok(!start((const char *const[]){"127.0.0.3", "127.0.0.4", "127.0.0.2", NULL}),
		"who refuses is passed over");
	is_int(result.calls, 1, "told once");
	is_str(reached(), "127.0.0.2", "the third answers");
	ok(!start((const char *const[]){"127.0.0.3", "::1", NULL}), "all refuse");
	ok(result.calls == 1 && result.fd == -1, "told once");
	is_int(result.error, ECONNREFUSED, "the error of the first");
	ok(!start((const char *const[]){NULL}) && result.calls == 1 && result.fd == -1,
		"no address: an error at once");
	close(listener);
	ok(peers_settle(&loop), "the loop sleeps");
}

static void test_silent(void)
{
	int listener = peers_listen("127.0.0.2", port, NULL);
	struct silent s;
	struct dial *d;

	peers_silent(&s, "127.0.0.1", port);
	d = start((const char *const[]){"127.0.0.1", "127.0.0.2", NULL});
	ok(d && result.calls == 0, "who is silent is waited for");
	peers_age(&loop, TIMER_STEP);
	is_int(result.calls, 1, "until the next one gets its turn");
	is_str(reached(), "127.0.0.2", "which answers");

	d = start((const char *const[]){"127.0.0.1", NULL});
	ok(d && result.calls == 0, "the only one is silent");
	peers_age(&loop, TIMER_STEP);
	is_int(result.calls, 0, "nobody has a turn after it");
	dial_cancel(d);
	ok(peers_settle(&loop) && result.calls == 0, "cancelled, it tells nobody");
	peers_gone(&s);
	close(listener);
}

/* Between two families the second address of the list is the third. */
static void test_families(void)
{
	int v4 = peers_listen("127.0.0.2", port, NULL), v6 = peers_listen("::1", port, NULL);
	struct silent s;

	peers_silent(&s, "127.0.0.1", port);
	start((const char *const[]){"127.0.0.1", "127.0.0.2", "::1", NULL});
	peers_age(&loop, TIMER_STEP);
	is_str(reached(), "::1", "the families take turns");
	peers_gone(&s);
	close(v4);
	close(v6);
}

/* The slow one answers after all, beside the others. */
static void test_slow(void)
{
	struct pollfd p = {.fd = loop.epoll, .events = POLLIN};
	struct silent a, b;
	struct dial *d;

	peers_silent(&a, "127.0.0.1", port);
	peers_silent(&b, "127.0.0.2", port);
	d = start((const char *const[]){"127.0.0.1", "127.0.0.2", NULL});
	peers_age(&loop, TIMER_STEP);
	ok(d && result.calls == 0, "both are silent");
	peers_wake(&a);
	poll(&p, 1, 8000);
	peers_settle(&loop);
	is_str(reached(), "127.0.0.1", "then the first one answers");
	is_int(result.calls, 1, "told once");
	peers_gone(&a);
	peers_gone(&b);
}

/* As many as are looked at, and more; the last one's turn comes by a failure, while the timer of
 * turns runs. */
static void test_all(void)
{
	static const char *const hosts[] = {"127.0.0.1", "127.0.0.2", "127.0.0.3", "127.0.0.4",
		"127.0.0.5", "127.0.0.6", "127.0.0.7", "127.0.0.8", "127.0.0.9", NULL};
	struct pollfd p = {.fd = loop.epoll, .events = POLLIN};
	struct silent s[LIMIT_ADDRESSES];
	int listener = peers_listen("127.0.0.9", port, NULL);
	struct dial *d;
	unsigned i;

	for (i = 0; i < LIMIT_ADDRESSES; i++)
		peers_silent(&s[i], hosts[i], port);
	d = start(hosts);
	for (i = 2; i < LIMIT_ADDRESSES; i++)
		peers_age(&loop, TIMER_STEP);
	ok(d && result.calls == 0, "all but the last had their turn");
	peers_gone(&s[0]);
	ok(poll(&p, 1, 8000) == 1, "the first one fails, late");
	peers_settle(&loop);
	is_int(result.calls, 0, "the others are waited for");
	for (i = 0; i < 3; i++)
		peers_age(&loop, TIMER_STEP);
	is_int(result.calls, 0, "nobody beyond the last is dialled");
	dial_cancel(d);
	for (i = 0; i < LIMIT_ADDRESSES; i++)
		peers_gone(&s[i]);
	close(listener);
}

int main(void)
{
	unsigned before;
	int any;

	peers_open(&loop);
	any = peers_listen("0.0.0.0", 0, &port);
	close(any);
	before = peers_descriptors();
	test_at_once();
	test_silent();
	test_families();
	test_slow();
	test_all();
	ok(peers_settle(&loop), "the loop sleeps");
	is_int(peers_descriptors(), before, "every descriptor is closed");
	peers_close(&loop);
	return done_testing();
}
