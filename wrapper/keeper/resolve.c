#include "keeper/resolve.h"

#include <ares.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "keeper/guard.h"
#include "keeper/own.h"

struct entry {
	struct resolver *resolver;
	char *host;
	bool guarded, pending;
	long long until; /* of loop->now */
	struct question *waiting;
	struct answer answer;
};

/* A socket of c-ares. */
struct ares_watch {
	struct watch watch;
	struct resolver *resolver;
};

struct resolver {
	struct loop *loop;
	const struct network *net;
	ares_channel channel;
	int own;
	struct timer tick;
	unsigned pending;
	struct ares_watch sockets[LIMIT_LOOKUP_SOCKETS];
	struct entry *entries[LIMIT_LOOKUPS];
	unsigned n;
};

static void socket_ready(struct watch *w, unsigned events)
{
	struct ares_watch *a = container(w, struct ares_watch, watch);

	ares_process_fd(a->resolver->channel, events & LOOP_IN ? w->fd : ARES_SOCKET_BAD,
		events & LOOP_OUT ? w->fd : ARES_SOCKET_BAD);
}

/* c-ares opens and closes its sockets itself and says what it waits for. */
static void socket_state(void *user, ares_socket_t fd, int readable, int writable)
{
	struct resolver *r = user;
	struct ares_watch *a, *free_one = NULL;

	for (a = r->sockets; a < r->sockets + LIMIT_LOOKUP_SOCKETS && a->watch.fd != fd; a++)
		if (a->watch.fd < 0 && !free_one)
			free_one = a;
	if (a == r->sockets + LIMIT_LOOKUP_SOCKETS) {
		if (!free_one || (!readable && !writable))
			return;
		a = free_one;
		a->watch.fd = fd;
	}
	loop_watch(r->loop, &a->watch, (readable ? LOOP_IN : 0) | (writable ? LOOP_OUT : 0));
	if (!readable && !writable)
		a->watch.fd = -1;
}

/* c-ares has a clock of its own: it is let look at it while anything is asked. */
static void ticked(struct timer *t)
{
	struct resolver *r = container(t, struct resolver, tick);

	ares_process_fd(r->channel, ARES_SOCKET_BAD, ARES_SOCKET_BAD);
	if (r->pending)
		timer_start(r->loop, &r->tick, TIMER_TICK);
}

struct resolver *resolver_open(
	struct loop *loop, const struct network *net, int own, const char **why)
{
	struct resolver *r = calloc(1, sizeof *r);
	struct ares_options options = {
		.flags = ARES_FLAG_NOSEARCH | ARES_FLAG_NOALIASES,
		.timeout = LIMIT_LOOKUP_MS,
		.tries = LIMIT_LOOKUP_TRIES,
		.sock_state_cb = socket_state,
		.sock_state_cb_data = r,
	};
	int i, status;

	*why = "out of memory";
	if (!r)
		return NULL;
	r->loop = loop;
	r->net = net;
	r->own = own;
	r->tick.fired = ticked;
	for (i = 0; i < LIMIT_LOOKUP_SOCKETS; i++) {
		r->sockets[i].resolver = r;
		r->sockets[i].watch = (struct watch){.fd = -1, .ready = socket_ready};
	}
	status = ares_library_init(ARES_LIB_INIT_ALL);
	if (status == ARES_SUCCESS)
		status = ares_init_options(&r->channel, &options,
			ARES_OPT_FLAGS | ARES_OPT_TIMEOUTMS | ARES_OPT_TRIES |
				ARES_OPT_SOCK_STATE_CB);
	if (status == ARES_SUCCESS)
		return r;
	*why = ares_strerror(status);
	free(r);
	return NULL;
}

/* Adds an address, or says what is wrong with it where nothing is said yet. */
static void judge(
	const struct resolver *r, const union endpoint *a, bool guarded, struct answer *out)
{
	const char *wrong = NULL;
	char text[ADDRESS_TEXT];

	endpoint_text(a, text);
	if (guarded) {
		wrong = guard_address(&a->any, decide_is_listed(r->net, text, 0));
		if (!wrong && own_address(r->own, &a->any))
			wrong = "this machine's own";
	}
	if (wrong && !out->detail[0])
		snprintf(out->detail, sizeof out->detail, "%s, %s", text, wrong);
	else if (!wrong && out->n < LIMIT_ADDRESSES)
		out->v[out->n++] = *a;
}

static void settle(struct answer *a)
{
	a->reason = a->n ? ALLOWED : a->detail[0] ? REFUSED_ADDRESS : REFUSED_RESOLVER;
	if (a->n)
		a->detail[0] = '\0';
}

void resolver_literal(const struct resolver *r, const char *host, struct answer *out)
{
	union endpoint a;

	memset(out, 0, sizeof *out);
	if (endpoint_read(host, &a))
		judge(r, &a, true, out);
	settle(out);
}

/* All who waited; each may ask again, or take its own question back. The entry stays meanwhile. */
static void tell(struct entry *e)
{
	struct question *q;

	e->pending = true;
	while ((q = e->waiting)) {
		e->waiting = q->next;
		q->entry = NULL;
		q->answered(q, &e->answer);
	}
	e->pending = false;
}

static int shortest_ttl(const struct ares_addrinfo *info)
{
	const struct ares_addrinfo_node *node;
	int ttl = LIMIT_TTL_LONGEST;

	for (node = info->nodes; node; node = node->ai_next)
		if (node->ai_ttl < ttl)
			ttl = node->ai_ttl;
	return ttl < LIMIT_TTL_SHORTEST ? LIMIT_TTL_SHORTEST : ttl;
}

static void add_nodes(struct entry *e, const struct ares_addrinfo *info)
{
	const struct ares_addrinfo_node *node;
	union endpoint a;

	for (node = info->nodes; node; node = node->ai_next) {
		if (node->ai_family != AF_INET && node->ai_family != AF_INET6)
			continue;
		memset(&a, 0, sizeof a);
		memcpy(&a, node->ai_addr,
			node->ai_addrlen < sizeof a ? node->ai_addrlen : sizeof a);
		endpoint_unmap(&a);
		judge(e->resolver, &a, e->guarded, &e->answer);
	}
}

static void resolved(void *user, int status, int timeouts, struct ares_addrinfo *info)
{
	struct entry *e = user;
	int seconds = LIMIT_TTL_ERROR;

	(void)timeouts;
	e->resolver->pending--;
	memset(&e->answer, 0, sizeof e->answer);
	if (status == ARES_SUCCESS && info) {
		seconds = shortest_ttl(info);
		add_nodes(e, info);
	}
	settle(&e->answer);
	if (e->answer.reason == REFUSED_RESOLVER)
		snprintf(e->answer.detail, sizeof e->answer.detail, "%s",
			ares_strerror(status == ARES_SUCCESS ? ARES_ENODATA : status));
	e->until = e->resolver->loop->now + seconds * 1000;
	if (info)
		ares_freeaddrinfo(info);
	tell(e);
}

static void ask_host(struct entry *e)
{
	struct resolver *r = e->resolver;
	const struct ares_addrinfo_hints hints = {
		.ai_family = AF_UNSPEC,
		.ai_socktype = SOCK_STREAM,
	};

	e->pending = true;
	r->pending++;
	ares_getaddrinfo(r->channel, e->host, NULL, &hints, resolved, e);
	if (r->pending && !r->tick.next)
		timer_start(r->loop, &r->tick, TIMER_TICK);
}

/* Makes E the entry for HOST, about which nothing is known; false without memory. */
static bool renew(struct entry *e, struct resolver *r, const char *host, bool guarded)
{
	char *copy = strdup(host);

	if (!copy)
		return false;
	free(e->host);
	e->host = copy;
	e->resolver = r;
	e->guarded = guarded;
	e->until = 0;
	return true;
}

/* The entry for HOST; the one that went out of date first makes room. NULL: no room. */
static struct entry *find_entry(struct resolver *r, const char *host, bool guarded)
{
	struct entry *e, *oldest = NULL;
	unsigned i;

	for (i = 0; i < r->n; i++) {
		e = r->entries[i];
		if (e->guarded == guarded && strcmp(e->host, host) == 0)
			return e;
		if (!e->pending && (!oldest || e->until < oldest->until))
			oldest = e;
	}
	if (r->n == LIMIT_LOOKUPS)
		return oldest && renew(oldest, r, host, guarded) ? oldest : NULL;
	e = calloc(1, sizeof *e);
	if (!e || !renew(e, r, host, guarded)) {
		free(e);
		return NULL;
	}
	r->entries[r->n++] = e;
	return e;
}

void resolver_ask(struct resolver *r, const char *host, bool guarded, struct question *q)
{
	static const struct answer busy = {
		.reason = REFUSED_RESOLVER,
		.detail = "too many names are being asked for",
	};
	struct entry *e = find_entry(r, host, guarded);

	if (!e) {
		if (q)
			q->answered(q, &busy);
		return;
	}
	if (q) {
		q->entry = e;
		q->next = e->waiting;
		e->waiting = q;
	}
	if (e->pending)
		return;
	if (e->until > r->loop->now)
		tell(e);
	else
		ask_host(e);
}

void resolver_forget(struct question *q)
{
	struct question **at;

	if (!q->entry)
		return;
	for (at = &q->entry->waiting; *at && *at != q; at = &(*at)->next)
		;
	if (*at)
		*at = q->next;
	q->entry = NULL;
}
