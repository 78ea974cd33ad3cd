/*
 * resolve: names to addresses, on the host, by the host's own name servers and /etc/hosts
 * (c-ares: asynchronous, no thread, no plugin of the C library). Every address is judged here, so
 * none that may not be dialled gets further; an answer without one, and any error, is a refusal.
 */
#ifndef SEAL_KEEPER_RESOLVE_H
#define SEAL_KEEPER_RESOLVE_H

#include "keeper/endpoint.h"
#include "keeper/decide.h"
#include "keeper/loop.h"

enum { DETAIL_SIZE = 160 };

/* What is known of a name. */
struct answer {
	enum reason reason;       /* ALLOWED: there is an address */
	char detail[DETAIL_SIZE]; /* what the reason's words leave open; "" for nothing */
	unsigned n;
	union endpoint v[LIMIT_ADDRESSES]; /* the host's order, port 0 */
};

/* Somebody who waits for one. The owner keeps it until it is called or taken back. */
struct question {
	struct question *next;
	struct entry *entry; /* the resolver's own */
	void (*answered)(struct question *q, const struct answer *a);
};

struct resolver;

/*
 * Reads the host's resolver configuration: to be called before the keeper confines itself. OWN is
 * own_open()'s descriptor. NULL if it cannot be had, and WHY.
 */
struct resolver *resolver_open(
	struct loop *loop, const struct network *net, int own, const char **why);

/*
 * Asks for the normalised HOST. GUARDED: addresses that are not public are dropped, but private
 * ones that NET lists; not so for the proxy that the user's own configuration names. Q may be
 * answered before this returns. What is known is remembered for as long as its record says, at
 * least five seconds. Q may be NULL: whoever asks next finds the answer under way.
 */
void resolver_ask(struct resolver *r, const char *host, bool guarded, struct question *q);

/* Q is not to be answered any more. */
void resolver_forget(struct question *q);

/* The answer for an address literal. */
void resolver_literal(const struct resolver *r, const char *host, struct answer *out);

#endif
