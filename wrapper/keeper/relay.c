#include "keeper/relay.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

static struct relay_end *other(struct relay *r, const struct relay_end *e)
{
	return &r->end[e == &r->end[CLIENT] ? SERVER : CLIENT];
}

/* The memory of what was kept: an idle connection holds none. */
static void give_back(struct relay *r, struct relay_end *e)
{
	free(e->kept);
	r->loop->kept -= e->room;
	e->kept = NULL;
	e->at = e->room = 0;
}

/* A reset instead of an end: for what waits there, bytes are missing. */
static void close_end(struct relay *r, struct relay_end *e, bool reset)
{
	const struct linger now = {.l_onoff = 1};

	if (reset && e->watch.fd >= 0)
		setsockopt(e->watch.fd, SOL_SOCKET, SO_LINGER, &now, sizeof now);
	loop_forget(r->loop, &e->watch);
	give_back(r, e);
	e->kept_n = 0;
}

void relay_stop(struct relay *r, bool reset)
{
	if (r->stopped)
		return;
	r->stopped = true;
	close_end(r, &r->end[CLIENT], reset);
	close_end(r, &r->end[SERVER], reset);
	r->over(r);
}

static bool may_read(struct relay *r, struct relay_end *e)
{
	return !e->ended && !e->held && other(r, e)->kept_n == 0;
}

/*
 * Nothing is read from E, nothing of it is on its way, and its writing side is open: a hang-up is
 * a reset then. (With both sides ended it is no news, and would be told for ever.)
 */
static bool may_break(struct relay *r, struct relay_end *e)
{
	return (e->ended || e->held) && !e->shut && other(r, e)->kept_n == 0;
}

/* An end is read while the other one takes what it sends. */
static void watch_end(struct relay *r, struct relay_end *e)
{
	unsigned interest = 0;

	if (may_read(r, e))
		interest |= LOOP_IN;
	if (may_break(r, e))
		interest |= LOOP_BROKEN;
	if (e->kept_n)
		interest |= LOOP_OUT;
	loop_watch(r->loop, &e->watch, interest);
}

void relay_update(struct relay *r)
{
	if (r->stopped)
		return;
	watch_end(r, &r->end[CLIENT]);
	watch_end(r, &r->end[SERVER]);
}

/* Passes the end on when nothing stands before it; with both directions through, all is over. */
static void pass_end(struct relay *r, struct relay_end *e)
{
	bool connected = e->watch.fd >= 0;

	if (e->finish && !e->shut && e->kept_n == 0 && (connected || r->cut)) {
		e->shut = true;
		if (connected)
			shutdown(e->watch.fd, SHUT_WR);
	}
	if (e->shut && other(r, e)->shut)
		relay_stop(r, false);
}

static void keep(struct relay *r, struct relay_end *e, const char *bytes, size_t n)
{
	size_t room = e->kept_n + n;
	char *grown;

	if (n == 0)
		return;
	if (e->at) {
		memmove(e->kept, e->kept + e->at, e->kept_n);
		e->at = 0;
	}
	if (room > e->room || !e->kept) {
		if (room < 2 * e->room)
			room = 2 * e->room;
		grown = realloc(e->kept, room);
		if (!grown) {
			relay_stop(r, true);
			return;
		}
		r->loop->kept += room - e->room;
		e->kept = grown;
		e->room = room;
	}
	memcpy(e->kept + e->kept_n, bytes, n);
	e->kept_n += n;
}

/* How many bytes the end took; -1 if it broke. */
static ssize_t try_send(const struct relay_end *e, const char *bytes, size_t n)
{
	ssize_t sent = send(e->watch.fd, bytes, n, MSG_NOSIGNAL | MSG_DONTWAIT);

	return sent < 0 && (errno == EAGAIN || errno == EINTR) ? 0 : sent;
}

void relay_send(struct relay *r, enum relay_side to, const char *bytes, size_t n)
{
	struct relay_end *e = &r->end[to];
	ssize_t sent = 0;

	if (r->stopped || n == 0 || (to == SERVER && r->cut))
		return;
	if (e->kept_n == 0 && e->watch.fd >= 0)
		sent = try_send(e, bytes, n);
	if (sent < 0)
		relay_stop(r, true);
	else if ((size_t)sent < n)
		keep(r, e, bytes + sent, n - (size_t)sent);
}

void relay_finish(struct relay *r, enum relay_side to)
{
	if (r->stopped)
		return;
	r->end[to].finish = true;
	pass_end(r, &r->end[to]);
}

void relay_cut(struct relay *r)
{
	if (r->stopped)
		return;
	r->cut = true;
	close_end(r, &r->end[SERVER], false);
	if (r->end[CLIENT].ended)
		relay_finish(r, SERVER);
}

void relay_hold(struct relay *r, enum relay_side from, bool on)
{
	r->end[from].held = on;
}

static void flush(struct relay *r, struct relay_end *e)
{
	ssize_t sent = try_send(e, e->kept + e->at, e->kept_n);

	if (sent < 0) {
		relay_stop(r, true);
		return;
	}
	e->at += (size_t)sent;
	e->kept_n -= (size_t)sent;
	if (e->kept_n)
		return;
	give_back(r, e);
	pass_end(r, e);
}

static void take_in(struct relay *r, struct relay_end *e)
{
	size_t most = r->loop->kept >= LIMIT_KEPT ? LIMIT_BUFFER_SCARCE
		: e->taker                        ? LIMIT_TAKEN
						  : LIMIT_BUFFER;
	ssize_t n = recv(e->watch.fd, r->loop->buffer, most, MSG_DONTWAIT);
	enum relay_side to = e == &r->end[CLIENT] ? SERVER : CLIENT;

	if (n < 0 && (errno == EAGAIN || errno == EINTR))
		return;
	if (n < 0) {
		relay_stop(r, true);
		return;
	}
	e->ended = n == 0;
	r->loop->lent = true;
	if (e->taker)
		e->taker(r, r->loop->buffer, (size_t)n);
	else if (n == 0)
		relay_finish(r, to);
	else
		relay_send(r, to, r->loop->buffer, (size_t)n);
	r->loop->lent = false;
}

static void end_ready(struct relay *r, struct relay_end *e, unsigned events)
{
	if (events & LOOP_OUT && e->kept_n)
		flush(r, e);
	if (!r->stopped && events & LOOP_IN && may_read(r, e))
		take_in(r, e);
	else if (!r->stopped && events & LOOP_BROKEN && may_break(r, e))
		relay_stop(r, true);
	relay_update(r);
}

static void client_ready(struct watch *w, unsigned events)
{
	struct relay_end *e = container(w, struct relay_end, watch);
	struct relay *r = container(e, struct relay, end[CLIENT]);

	end_ready(r, e, events);
}

static void server_ready(struct watch *w, unsigned events)
{
	struct relay_end *e = container(w, struct relay_end, watch);
	struct relay *r = container(e, struct relay, end[SERVER]);

	end_ready(r, e, events);
}

void relay_open(struct relay *r, struct loop *loop, int fd, void (*over)(struct relay *))
{
	memset(r, 0, sizeof *r);
	r->loop = loop;
	r->over = over;
	r->end[CLIENT].watch = (struct watch){.fd = fd, .ready = client_ready};
	r->end[SERVER].watch = (struct watch){.fd = -1, .ready = server_ready};
}

void relay_connect(struct relay *r, int fd)
{
	struct relay_end *e = &r->end[SERVER], *client = &r->end[CLIENT];

	if (r->stopped || r->cut) {
		close(fd);
		return;
	}
	e->watch.fd = fd;
	if (e->kept_n)
		flush(r, e);
	if (!r->stopped)
		pass_end(r, e);
	/* Most clients speak first, and on the loopback their words are here by now: they go on
	 * before anything is watched. */
	if (!r->stopped && !client->watch.added && !r->loop->lent && may_read(r, client))
		take_in(r, client);
	relay_update(r);
}
