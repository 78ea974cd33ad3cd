/*
 * relay: carries bytes between two sockets, both ways, with back-pressure.
 *
 * What is read from one side is given to the other at once; what the other does not take is kept,
 * and nothing more is read until it is gone, so a connection holds memory only while it is
 * stalled. The end of one direction is passed on when everything before it has been (shutdown),
 * and the other direction lives on. A reset on one side is a reset on the other.
 *
 * A taker stands in the way of one direction: it gets what was read and says itself what goes on,
 * with relay_send(). That is how a name is checked before a byte of it leaves.
 */
#ifndef SEAL_KEEPER_RELAY_H
#define SEAL_KEEPER_RELAY_H

#include "keeper/loop.h"

/* The client asks, the server answers; for a port that is opened to the host the client is the
 * host's. */
enum relay_side { CLIENT, SERVER };

struct relay;

/* What FROM sent: N bytes, or its end with N 0. Bytes are valid during the call. */
typedef void relay_taker(struct relay *r, const char *bytes, size_t n);

struct relay_end {
	struct watch watch;
	char *kept; /* bytes for this end that it did not take yet */
	size_t at, kept_n, room;
	bool ended;         /* it sends no more */
	bool finish, shut;  /* its writing side ends after what is kept; has ended */
	bool held;          /* not read for now */
	relay_taker *taker; /* of what it sends; NULL: goes to the other end as it is */
};

struct relay {
	struct loop *loop;
	struct relay_end end[2];
	bool stopped;
	bool cut; /* the server's end is closed for good */
	/* Called once, when both directions have ended or one end broke: the owner frees. */
	void (*over)(struct relay *r);
};

/* A relay whose client is the socket FD (non-blocking, owned from now on) and whose server is not
 * connected yet: what is sent to it is kept. */
void relay_open(struct relay *r, struct loop *loop, int fd, void (*over)(struct relay *));

/* The server is connected: FD, owned from now on (and closed if the relay has stopped). */
void relay_connect(struct relay *r, int fd);

/* Sends N bytes to the end TO. Does nothing when that is closed. */
void relay_send(struct relay *r, enum relay_side to, const char *bytes, size_t n);

/* No more bytes for TO after what was sent. */
void relay_finish(struct relay *r, enum relay_side to);

/* Stops or resumes reading from FROM. */
void relay_hold(struct relay *r, enum relay_side from, bool on);

/* Closes the server's end alone, and what was kept for it: the client still gets an answer. The
 * relay is over when that has been taken and the client has ended. */
void relay_cut(struct relay *r);

/* Closes both ends, with a reset if RESET, and calls over(). Every call that sends may do it. */
void relay_stop(struct relay *r, bool reset);

/* Brings what is watched up to date, after a taker or a hold was changed from outside. */
void relay_update(struct relay *r);

#endif
