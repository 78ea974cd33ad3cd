/*
 * dial: one connection to whichever of some addresses answers first (Happy Eyeballs, RFC 8305):
 * the families take turns, and each address gets a quarter of a second before the next one is
 * tried beside it.
 */
#ifndef SEAL_KEEPER_DIAL_H
#define SEAL_KEEPER_DIAL_H

#include "keeper/endpoint.h"
#include "keeper/loop.h"

struct dial;

/* Called once. FD is connected, non-blocking and the callee's, or -1 and ERROR says why. */
typedef void dial_done(void *user, int fd, int error);

/*
 * Dials PORT of the N addresses (LIMIT_ADDRESSES at most are looked at). DONE may be called before
 * this returns; NULL is returned then, else what dial_cancel() takes until DONE is called.
 */
struct dial *dial_start(struct loop *loop, const union endpoint *v, unsigned n, unsigned port,
	dial_done *done, void *user);

/* Ends it without a call of DONE. */
void dial_cancel(struct dial *d);

#endif
