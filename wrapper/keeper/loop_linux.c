#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <time.h>
#include <unistd.h>

#include "keeper/loop.h"

enum { ROUND = 256 }; /* events of one round */
enum { LOOK_MS = 5 }; /* between two looks at what ends the loop */

static long long clock_ms(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (long long)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

bool loop_open(struct loop *l)
{
	int i;

	memset(l, 0, sizeof *l);
	l->lines[0] = l->lines[1] = -1;
	for (i = 0; i < TIMERS; i++)
		l->queues[i].next = l->queues[i].prev = &l->queues[i];
	l->buffer = malloc(LIMIT_BUFFER);
	l->epoll = epoll_create1(EPOLL_CLOEXEC);
	l->now = clock_ms();
	return l->buffer && l->epoll >= 0;
}

void loop_watch(struct loop *l, struct watch *w, unsigned interest)
{
	struct epoll_event e = {.data.ptr = w};
	int op = !interest ? EPOLL_CTL_DEL : w->added ? EPOLL_CTL_MOD : EPOLL_CTL_ADD;

	if (w->fd < 0 || (interest == w->interest && w->added == (interest != 0)))
		return;
	e.events = (interest & LOOP_IN ? EPOLLIN : 0) | (interest & LOOP_OUT ? EPOLLOUT : 0);
	/* No room for one more watch: whoever waits for it waits until its timer ends it. */
	if ((interest || w->added) && epoll_ctl(l->epoll, op, w->fd, &e) != 0)
		return;
	w->interest = interest;
	w->added = interest != 0;
}

/* Closing alone takes a file out of epoll only if nobody else holds it: who sent a socket here may
 * not have closed his yet. */
void loop_forget(struct loop *l, struct watch *w)
{
	loop_watch(l, w, 0);
	if (w->fd >= 0)
		close(w->fd);
	w->fd = -1;
	w->interest = 0;
	w->added = false;
}

void timer_stop(struct timer *t)
{
	if (!t->next)
		return;
	t->next->prev = t->prev;
	t->prev->next = t->next;
	t->next = t->prev = NULL;
}

void timer_start(struct loop *l, struct timer *t, enum timer_class class)
{
	static const int after[TIMERS] = TIMER_MS;
	struct timer *head = &l->queues[class];

	timer_stop(t);
	t->at = l->now + after[class];
	t->prev = head->prev;
	t->next = head;
	head->prev->next = t;
	head->prev = t;
}

/* Milliseconds until the first timer or the loop's own end, -1 if there is neither. */
static int next_timer(const struct loop *l)
{
	long long first = l->until ? l->until : -1;
	int i;

	for (i = 0; i < TIMERS; i++) {
		const struct timer *t = l->queues[i].next;

		if (t != &l->queues[i] && (first < 0 || t->at < first))
			first = t->at;
	}
	return first < 0 ? -1 : first <= l->now ? 0 : (int)(first - l->now);
}

static void fire_timers(struct loop *l)
{
	int i;

	for (i = 0; i < TIMERS; i++) {
		struct timer *head = &l->queues[i], *t;

		while ((t = head->next) != head && t->at <= l->now) {
			timer_stop(t);
			t->fired(t);
		}
	}
}

void loop_drop(struct loop *l, struct garbage *g)
{
	g->next = l->garbage;
	l->garbage = g;
}

static void take_out(struct loop *l)
{
	struct garbage *g;

	while ((g = l->garbage)) {
		l->garbage = g->next;
		g->release(g);
	}
}

static unsigned meaning(unsigned events)
{
	if (events & (EPOLLERR | EPOLLHUP))
		return LOOP_IN | LOOP_OUT | LOOP_BROKEN;
	return (events & EPOLLIN ? LOOP_IN : 0) | (events & EPOLLOUT ? LOOP_OUT : 0);
}

/* Sets l->over if something of what ends the loop has happened. */
static void look(struct loop *l)
{
	struct pollfd ends[2] = {
		{.fd = l->lines[0], .events = POLLIN},
		{.fd = l->lines[1], .events = POLLIN},
	};

	if (poll(ends, 2, 0) > 0 || (l->until && l->now >= l->until))
		l->over = true;
}

/* The events of one round, or as many as there is time for. */
static void serve_round(struct loop *l, const struct epoll_event *events, int n)
{
	long long looked = l->now;
	int i;

	for (i = 0; i < n && !l->over; i++) {
		struct watch *w = events[i].data.ptr;

		/* What an earlier event of this round has ended says nothing more. */
		if (w && w->fd >= 0 && w->added)
			w->ready(w, meaning(events[i].events));
		l->now = clock_ms();
		if (l->now - looked < LOOK_MS)
			continue;
		looked = l->now;
		look(l);
	}
}

bool loop_lines(struct loop *l, int a, int b)
{
	struct epoll_event e = {.events = EPOLLIN};
	bool ok = true;
	int i;

	for (i = 0; i < 2; i++)
		if (l->lines[i] >= 0)
			epoll_ctl(l->epoll, EPOLL_CTL_DEL, l->lines[i], &e);
	l->lines[0] = a;
	l->lines[1] = b;
	for (i = 0; i < 2 && ok; i++)
		if (l->lines[i] >= 0)
			ok = epoll_ctl(l->epoll, EPOLL_CTL_ADD, l->lines[i], &e) == 0;
	return ok;
}

bool loop_round(struct loop *l, bool wait)
{
	struct epoll_event events[ROUND];
	int n = epoll_wait(l->epoll, events, ROUND, wait ? next_timer(l) : 0);
	bool works = n >= 0 || errno == EINTR;

	l->now = clock_ms();
	look(l);
	serve_round(l, events, n);
	fire_timers(l);
	take_out(l);
	return works;
}

bool loop_run(struct loop *l)
{
	while (!l->over)
		if (!loop_round(l, true))
			return false;
	return true;
}
