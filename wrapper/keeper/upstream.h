/*
 * upstream: asks the proxy of the user's company for a tunnel (RFC 9110 §9.3.6).
 */
#ifndef SEAL_KEEPER_UPSTREAM_H
#define SEAL_KEEPER_UPSTREAM_H

#include "keeper/loop.h"
#include "model/network.h"

struct upstream_call;

/* Called once: the tunnel stands (NULL), or why not. */
typedef void upstream_done(void *user, int fd, const char *why);

/*
 * Sends CONNECT HOST:PORT over the connected socket FD and reads the answer's head, no byte more.
 * FD is the call's until DONE. Returns what upstream_cancel() takes until DONE is called.
 */
struct upstream_call *upstream_connect(struct loop *loop, int fd, const struct upstream *upstream,
	const char *host, unsigned port, upstream_done *done, void *user);

/* Ends it without a call of DONE. */
void upstream_cancel(struct upstream_call *c);

#endif
