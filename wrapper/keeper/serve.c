#include "keeper/serve.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#include "base/die.h"
#include "keeper/confine.h"
#include "keeper/conn.h"
#include "keeper/flow.h"
#include "keeper/inside.h"
#include "keeper/nameserver.h"
#include "keeper/own.h"

/* How many connections are taken from one listener before others get their turn. */
enum { ACCEPTS = 64 };

static void watch_listeners(struct server *s, unsigned interest)
{
	unsigned i;

	for (i = 0; i < s->n; i++)
		if (s->listeners[i].kind != LISTEN_DNS_UDP)
			loop_watch(&s->loop, &s->listeners[i].watch, interest);
}

void server_connection_over(struct server *s)
{
	if (s->connections-- == s->most)
		watch_listeners(s, LOOP_IN);
	if (s->ending && s->connections == 0)
		s->loop.over = true;
}

static void rested(struct timer *t)
{
	struct server *s = container(t, struct server, rest);

	if (s->connections < s->most)
		watch_listeners(s, LOOP_IN);
}

/* No descriptor or no memory for who waits: he would be announced again at once, for ever. */
static void rest(struct server *s)
{
	watch_listeners(s, 0);
	s->rest.fired = rested;
	timer_start(&s->loop, &s->rest, TIMER_TICK);
}

static void listener_ready(struct watch *w, unsigned events)
{
	struct listener *l = container(w, struct listener, watch);
	struct server *s = l->server;
	int i, fd;

	(void)events;
	if (l->kind == LISTEN_DNS_UDP) {
		nameserver_datagrams(l);
		return;
	}
	for (i = 0; i < ACCEPTS; i++) {
		/* More wait in the queue of the listener, as they would at a busy server. */
		if (s->connections >= s->most) {
			watch_listeners(s, 0);
			return;
		}
		fd = accept4(w->fd, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);
		if (fd < 0 &&
			(errno == EMFILE || errno == ENFILE || errno == ENOBUFS || errno == ENOMEM))
			rest(s);
		if (fd < 0)
			return;
		if (l->kind == LISTEN_DNS_TCP)
			nameserver_accepted(l, fd);
		else
			conn_accepted(l, fd);
	}
}

/* False with errno if nobody would hear of who comes. */
static bool add_listener(struct server *s, int fd, enum listener_kind kind, unsigned port)
{
	struct listener *l = &s->listeners[s->n++];

	*l = (struct listener){
		.watch = {.fd = fd, .ready = listener_ready},
		.server = s,
		.kind = kind,
		.port = port,
	};
	loop_watch(&s->loop, &l->watch, LOOP_IN);
	return l->watch.added;
}

/* A connection takes two descriptors, and a name's attempts a few. */
static unsigned most_connections(void)
{
	struct rlimit r;
	rlim_t most;

	if (getrlimit(RLIMIT_NOFILE, &r) != 0)
		return 256;
	r.rlim_cur = r.rlim_max;
	setrlimit(RLIMIT_NOFILE, &r);
	most = r.rlim_max < 256 ? 64 : (r.rlim_max - LIMIT_SPARE_FILES) / 3;
	return most < LIMIT_CONNECTIONS ? (unsigned)most : LIMIT_CONNECTIONS;
}

struct sockets {
	struct listener_spec specs[LISTENERS_MAX];
	int fds[LISTENERS_MAX];
	unsigned n;
};

static bool add_listeners(
	struct server *s, const struct keeping *k, pid_t init, int pidfd, struct sockets *p)
{
	struct inside in;
	bool ok = true;
	unsigned i;

	p->n = listeners_inside(s->net, p->specs);
	s->listeners = calloc(p->n + s->net->dev_ports.n + 1, sizeof *s->listeners);
	if (!s->listeners) {
		warn_line("out of memory; the command was not started");
		return false;
	}
	if (!inside_open(&in, init, pidfd, s->net, p->specs, p->n, p->fds)) {
		/* The sandbox has ended: who sees its end says so. */
		if (errno != ESRCH)
			warn_line("cannot %s: %s; the command was not started", in.trouble,
				strerror(errno));
		return false;
	}
	s->v6 = in.v6;
	s->dialer = in.dialer;
	for (i = 0; ok && i < p->n; i++)
		if (p->fds[i] >= 0)
			ok = add_listener(
				s, p->fds[i], p->specs[i].kind, endpoint_port(&p->specs[i].at));
	for (i = 0; ok && i < s->net->dev_ports.n; i++)
		if (k->dev[i] >= 0)
			ok = add_listener(s, k->dev[i], LISTEN_DEV, s->net->dev_ports.v[i].number);
	if (!ok)
		warn_line("cannot wait for connections: %s; the command was not started",
			strerror(errno));
	return ok;
}

static bool open_inside(struct server *s, const struct keeping *k, pid_t init, int pidfd)
{
	struct sockets *p = calloc(1, sizeof *p);
	bool ok = p && add_listeners(s, k, init, pidfd, p);

	if (!p)
		warn_line("out of memory; the command was not started");
	free(p);
	return ok;
}

/* The caller's environment may hold secrets; nothing here reads it. */
static void forget_environment(void)
{
	char **e;

	for (e = environ; e && *e; e++)
		explicit_bzero(*e, strlen(*e));
	if (environ)
		*environ = NULL;
}

static bool open_resolver(struct server *s)
{
	const char *why = NULL;
	int own = own_open();

	if (own < 0)
		why = strerror(errno);
	else
		s->resolver = resolver_open(&s->loop, s->net, own, &why);
	if (!s->resolver)
		warn_line(
			"cannot ask this machine for names: %s; the command was not started", why);
	return s->resolver;
}

static void bus_ended(struct watch *w, unsigned events)
{
	struct server *s = container(w, struct server, bus);

	(void)events;
	s->bus_lost = true;
	s->loop.over = true;
	loop_watch(&s->loop, w, 0);
}

struct server *serve_open(const struct keeping *k, pid_t init, const int lines[2], int bus, int err)
{
	struct server *s = calloc(1, sizeof *s);
	const char *trouble;

	if (!s || !loop_open(&s->loop) || !loop_lines(&s->loop, lines[0], lines[1])) {
		warn_line("cannot start the network of this run: %s", strerror(errno));
		return NULL;
	}
	forget_environment();
	s->net = k->net;
	s->porter = (struct watch){.fd = k->porter, .ready = twin_answered};
	if (k->porter >= 0)
		loop_watch(&s->loop, &s->porter, LOOP_IN);
	s->bus = (struct watch){.fd = bus, .ready = bus_ended};
	if (bus >= 0)
		loop_watch(&s->loop, &s->bus, LOOP_BROKEN);
	if (bus >= 0 && !s->bus.added) {
		warn_line("cannot watch the session bus of this run: %s; the command was not "
			  "started",
			strerror(errno));
		return NULL;
	}
	s->refusals = (struct reporter){.err = err, .terminal = isatty(err) == 1, .log = k->log};
	arc4random_buf(&s->refusals.seed, sizeof s->refusals.seed);
	s->most = most_connections();
	if (!open_inside(s, k, init, lines[1]))
		return NULL;
	if (network_named(s->net) && !open_resolver(s))
		return NULL;
	trouble = confine(s->net);
	if (trouble) {
		warn_line("the keeper cannot %s: %s; the command was not started", trouble,
			strerror(errno));
		return NULL;
	}
	return s;
}

/* --- The end of the run ------------------------------------------------------------------------
 */

enum ended serve_run(struct server *s)
{
	bool ok = loop_run(&s->loop);

	loop_lines(&s->loop, -1, -1);
	if (s->bus.fd >= 0)
		loop_watch(&s->loop, &s->bus, 0); /* its owner closes it */
	return !ok ? ENDED_UNSEEN : s->bus_lost ? ENDED_BUS : ENDED_RUN;
}

void serve_rest(struct server *s)
{
	unsigned i;

	s->ending = true;
	if (s->refusals.log >= 0)
		close(s->refusals.log);
	s->refusals.err = s->refusals.log = -1;
	/* The host's ports are free for the next run; inside, some may not be accepted yet. */
	for (i = 0; i < s->n; i++)
		if (s->listeners[i].kind == LISTEN_DEV)
			loop_forget(&s->loop, &s->listeners[i].watch);
		else
			listener_ready(&s->listeners[i].watch, LOOP_IN);
	s->loop.over = s->connections == 0;
	s->loop.until = s->loop.now + LIMIT_DRAIN_MS;
	loop_run(&s->loop);
}
