#include "keeper/nameserver.h"

#include <arpa/inet.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>

#include "keeper/dns.h"

enum { CLASS_IN = 1 };

/* HOST is SUFFIX or ends with it behind a dot. */
static bool is_under(const char *host, const char *suffix)
{
	size_t n = strlen(host), m = strlen(suffix);

	return n >= m && strcasecmp(host + n - m, suffix) == 0 &&
		(n == m || host[n - m - 1] == '.');
}

/* What Q is answered with; ADDRESS gets 4 or 16 bytes if *SIZE is set. */
struct reply {
	enum dns_rcode code;
	unsigned char address[16];
	size_t size;
};

static void give(struct reply *r, const struct dns_question *q, const void *v4, const void *v6)
{
	if (q->type == DNS_A) {
		r->size = 4;
		memcpy(r->address, v4, 4);
	} else if (q->type == DNS_AAAA && v6) {
		r->size = 16;
		memcpy(r->address, v6, 16);
	}
}

static void give_name(
	struct server *s, const struct dns_question *q, const char *host, struct reply *r)
{
	int number = names_number(&s->names, host);
	struct in_addr v4;
	struct in6_addr v6;

	if (number < 0) {
		refusal_tell(&s->refusals, REFUSED_NAMES, host, 0, NULL);
		r->code = DNS_REFUSED;
		return;
	}
	names_v4(number, &v4);
	names_v6(number, &v6);
	give(r, q, &v4, s->v6 ? &v6 : NULL);
	/* Whoever asks will connect: its addresses are known by then. */
	if (r->size && !s->net->upstream.host)
		resolver_ask(s->resolver, host, true, NULL);
}

static struct reply judge(struct server *s, const struct dns_question *q)
{
	const struct in6_addr loopback = IN6ADDR_LOOPBACK_INIT;
	const in_addr_t loopback4 = htonl(INADDR_LOOPBACK);
	struct reply r = {.code = DNS_NOERROR};
	char host[HOST_SIZE];
	enum reason why;

	if (q->class != CLASS_IN) {
		r.code = DNS_REFUSED;
	} else if (is_under(q->name, "arpa")) {
		r.code = DNS_NXDOMAIN; /* names of addresses: asked for by the way, not worth a line
					*/
	} else if (is_under(q->name, "localhost")) {
		give(&r, q, &loopback4, &loopback); /* RFC 6761 */
	} else {
		why = decide(s->net, q->name, strlen(q->name), 0, host);
		if (why == ALLOWED && !decide_is_literal(host)) {
			give_name(s, q, host, &r);
		} else {
			r.code = DNS_NXDOMAIN;
			refusal_tell(&s->refusals, why == ALLOWED ? REFUSED_BAD_NAME : why,
				host[0]              ? host
					: q->name[0] ? q->name
						     : ".",
				0, NULL);
		}
	}
	return r;
}

/* The reply to the N bytes at MSG; its length, 0 for none. */
static size_t reply_to(struct server *s, const uint8_t *msg, size_t n, uint8_t out[DNS_REPLY_MAX])
{
	struct dns_question q;
	int code = dns_read(msg, n, &q);
	struct reply r = {.code = (enum dns_rcode)code};

	if (code < 0)
		return 0;
	if (code == DNS_NOERROR)
		r = judge(s, &q);
	return dns_reply(msg, &q, r.code, r.size ? r.address : NULL, r.size, out);
}

void nameserver_datagrams(struct listener *l)
{
	uint8_t msg[DNS_QUERY_MAX], out[DNS_REPLY_MAX];
	union endpoint from;
	socklen_t size;
	ssize_t n;
	int i;

	/* Not for ever: others wait too. */
	for (i = 0; i < 64; i++) {
		size = sizeof from;
		n = recvfrom(l->watch.fd, msg, sizeof msg, MSG_DONTWAIT, &from.any, &size);
		if (n < 0)
			return;
		n = (ssize_t)reply_to(l->server, msg, (size_t)n, out);
		if (n > 0)
			sendto(l->watch.fd, out, (size_t)n, MSG_DONTWAIT, &from.any, size);
	}
}

/* --- Over TCP: two bytes of length before each message (RFC 1035 §4.2.2) ------------------------
 */

struct client {
	struct watch watch;
	struct garbage garbage;
	struct timer timer;
	struct server *server;
	size_t n;
	uint8_t in[2 + DNS_QUERY_MAX];
};

static void release(struct garbage *g)
{
	free(container(g, struct client, garbage));
}

static void end(struct client *c)
{
	c->server->asking--;
	timer_stop(&c->timer);
	loop_forget(&c->server->loop, &c->watch);
	server_connection_over(c->server);
	loop_drop(&c->server->loop, &c->garbage);
}

static void idle(struct timer *t)
{
	end(container(t, struct client, timer));
}

/* Answers the message that stands whole at the beginning; false: none does, or the client has to
 * go, because it says too much or does not take what it gets. */
static bool answer_one(struct client *c)
{
	size_t length = c->n < 2 ? 0 : (size_t)c->in[0] << 8 | c->in[1], n;
	uint8_t out[2 + DNS_REPLY_MAX];

	if (c->n < 2 || (length <= DNS_QUERY_MAX && c->n < 2 + length))
		return false;
	n = length > DNS_QUERY_MAX ? 0 : reply_to(c->server, c->in + 2, length, out + 2);
	out[0] = (uint8_t)(n >> 8);
	out[1] = (uint8_t)n;
	if (n == 0 ||
		send(c->watch.fd, out, n + 2, MSG_NOSIGNAL | MSG_DONTWAIT) != (ssize_t)n + 2) {
		end(c);
		return false;
	}
	c->n -= 2 + length;
	memmove(c->in, c->in + 2 + length, c->n);
	return true;
}

static void client_ready(struct watch *w, unsigned events)
{
	struct client *c = container(w, struct client, watch);
	ssize_t n = recv(w->fd, c->in + c->n, sizeof c->in - c->n, MSG_DONTWAIT);

	(void)events;
	if (n < 0 && (errno == EAGAIN || errno == EINTR))
		return;
	if (n <= 0) {
		end(c);
		return;
	}
	c->n += (size_t)n;
	timer_start(&c->server->loop, &c->timer, TIMER_IDLE);
	while (answer_one(c))
		;
}

void nameserver_accepted(struct listener *l, int fd)
{
	struct client *c = calloc(1, sizeof *c);

	if (!c) {
		close(fd);
		return;
	}
	/* Who has been silent longest makes room. */
	if (l->server->asking == LIMIT_DNS_CLIENTS)
		idle(l->server->loop.queues[TIMER_IDLE].next);
	l->server->asking++;
	l->server->connections++;
	c->server = l->server;
	c->watch = (struct watch){.fd = fd, .ready = client_ready};
	c->timer.fired = idle;
	c->garbage.release = release;
	timer_start(&c->server->loop, &c->timer, TIMER_IDLE);
	loop_watch(&c->server->loop, &c->watch, LOOP_IN);
}
