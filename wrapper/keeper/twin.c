/*
 * Connections to a port that leads to the run's twin: the porter makes them, which can take the
 * time that a server needs to start, so meanwhile they wait in a list.
 */
#include <errno.h>
#include <stdio.h>
#include <unistd.h>

#include "keeper/flow.h"
#include "keeper/porter.h"

void conn_to_twin(struct conn *c)
{
	struct server *s = c->server;

	c->kind = LISTEN_BRIDGE;
	if (++s->asked == 0)
		s->asked = 1; /* 0 is for who does not wait */
	if (s->porter.fd < 0 || !porter_ask(s->porter.fd, s->asked)) {
		conn_refuse(c, REFUSED_UNREACHED, "the server of this project cannot be asked for");
		return;
	}
	c->awaits = s->asked;
	c->next = s->waiting;
	s->waiting = c;
	timer_start(&s->loop, &c->timer, TIMER_DIAL);
}

/* The connection of the answer NUMBER, taken from the list; NULL if it has not waited for it. */
static struct conn *take_waiting(struct server *s, unsigned number)
{
	struct conn **p = &s->waiting, *c;

	while (*p && (*p)->awaits != number)
		p = &(*p)->next;
	c = *p;
	if (!c)
		return NULL;
	*p = c->next;
	c->awaits = 0;
	timer_stop(&c->timer);
	return c;
}

void conn_forget_twin(struct conn *c)
{
	if (c->awaits)
		take_waiting(c->server, c->awaits);
}

void twin_answered(struct watch *w, unsigned events)
{
	struct server *s = container(w, struct server, porter);
	struct porter_answer a;
	struct conn *c;
	bool gone = false;
	int fd;

	(void)events;
	while (porter_answer(w->fd, &a, &fd, &gone)) {
		c = take_waiting(s, a.number);
		if (c && fd >= 0)
			relay_connect(&c->relay, fd);
		else if (c)
			conn_refuse(c, REFUSED_UNREACHED, a.why);
		else if (fd >= 0)
			close(fd);
	}
	if (!gone)
		return;
	loop_forget(&s->loop, w);
	while (s->waiting)
		conn_refuse(s->waiting, REFUSED_UNREACHED, "the server of this project is gone");
}
