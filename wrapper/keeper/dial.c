#include "keeper/dial.h"

#include <errno.h>
#include <netinet/tcp.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

struct attempt {
	struct watch watch;
	struct dial *dial;
};

struct dial {
	struct garbage garbage;
	struct loop *loop;
	struct timer step;
	dial_done *done;
	void *user;
	union endpoint v[LIMIT_ADDRESSES];
	struct attempt attempts[LIMIT_ADDRESSES];
	unsigned n, next, running;
	int error; /* of the first that failed: the address that the host prefers */
	bool ended;
};

static void release(struct garbage *g)
{
	free(container(g, struct dial, garbage));
}

static void end(struct dial *d)
{
	unsigned i;

	d->ended = true;
	timer_stop(&d->step);
	for (i = 0; i < d->next; i++)
		loop_forget(d->loop, &d->attempts[i].watch);
	loop_drop(d->loop, &d->garbage);
}

void dial_cancel(struct dial *d)
{
	if (d && !d->ended)
		end(d);
}

static void finish(struct dial *d, int fd)
{
	end(d);
	d->done(d->user, fd, fd >= 0 ? 0 : d->error);
}

/* Its descriptor leaves the loop and becomes the caller's. */
static void won(struct dial *d, struct attempt *a)
{
	int fd = a->watch.fd;

	loop_watch(d->loop, &a->watch, 0);
	a->watch.fd = -1;
	finish(d, fd);
}

/* 0 if the connection stands, else its error; EALREADY while nobody knows. */
static int try_connect(int fd, const union endpoint *to)
{
	if (connect(fd, &to->any, endpoint_size(to)) == 0)
		return 0;
	return errno == EINPROGRESS || errno == EINTR ? EALREADY : errno;
}

static void start_next(struct dial *d);

static void failed(struct dial *d, struct attempt *a, int error)
{
	if (!d->error)
		d->error = error;
	loop_forget(d->loop, &a->watch);
	d->running--;
	if (d->next < d->n)
		start_next(d);
	else if (!d->running)
		finish(d, -1);
}

/* The kernel says how it went to who calls connect(2) again. */
static void attempt_ready(struct watch *w, unsigned events)
{
	struct attempt *a = container(w, struct attempt, watch);
	struct dial *d = a->dial;
	int error = 0;
	socklen_t size = sizeof error;

	(void)events;
	if (getsockopt(w->fd, SOL_SOCKET, SO_ERROR, &error, &size) != 0)
		error = errno;
	if (!error)
		error = try_connect(w->fd, &d->v[a - d->attempts]);
	if (error == 0 || error == EISCONN)
		won(d, a);
	else if (error != EALREADY)
		failed(d, a, error);
}

static void step(struct timer *t)
{
	start_next(container(t, struct dial, step)); /* runs only while there is a next one */
}

/*
 * On the loopback a connection stands when the first call returns, though it says "in progress":
 * a second call says so and saves a round of the loop.
 */
static void start_next(struct dial *d)
{
	unsigned i = d->next++;
	struct attempt *a = &d->attempts[i];
	const int on = 1;
	int error;

	timer_stop(&d->step);
	*a = (struct attempt){.dial = d, .watch = {.ready = attempt_ready}};
	d->running++;
	a->watch.fd = socket(d->v[i].any.sa_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	if (a->watch.fd < 0) {
		failed(d, a, errno);
		return;
	}
	setsockopt(a->watch.fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
	error = try_connect(a->watch.fd, &d->v[i]);
	if (error == EALREADY)
		error = try_connect(a->watch.fd, &d->v[i]);
	if (error == 0 || error == EISCONN) {
		won(d, a);
		return;
	}
	if (error != EALREADY) {
		failed(d, a, error);
		return;
	}
	loop_watch(d->loop, &a->watch, LOOP_OUT);
	if (d->next < d->n)
		timer_start(d->loop, &d->step, TIMER_STEP);
}

/* The first address that is not taken, of another family than LAST if there is one. */
static unsigned pick(const union endpoint *v, const bool *taken, unsigned n, sa_family_t last)
{
	unsigned i, first = n;

	for (i = 0; i < n; i++) {
		if (taken[i])
			continue;
		if (v[i].any.sa_family != last)
			return i;
		if (first == n)
			first = i;
	}
	return first;
}

/* The families take turns, beginning with the one that comes first. */
static void interleave(struct dial *d, const union endpoint *v, unsigned n, unsigned port)
{
	bool taken[LIMIT_ADDRESSES] = {false};
	sa_family_t last = AF_UNSPEC;
	unsigned i;

	if (n > LIMIT_ADDRESSES)
		n = LIMIT_ADDRESSES;
	while (d->n < n) {
		i = pick(v, taken, n, last);
		taken[i] = true;
		last = v[i].any.sa_family;
		d->v[d->n] = v[i];
		endpoint_set_port(&d->v[d->n++], port);
	}
}

struct dial *dial_start(struct loop *loop, const union endpoint *v, unsigned n, unsigned port,
	dial_done *done, void *user)
{
	struct dial *d = calloc(1, sizeof *d);

	if (!d) {
		done(user, -1, ENOMEM);
		return NULL;
	}
	d->loop = loop;
	d->done = done;
	d->user = user;
	d->garbage.release = release;
	d->step.fired = step;
	interleave(d, v, n, port);
	if (d->n)
		start_next(d);
	else
		finish(d, -1);
	return d->ended ? NULL : d;
}
