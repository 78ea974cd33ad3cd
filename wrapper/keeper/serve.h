/*
 * serve: the network of one run, from the sockets inside to the loop.
 */
#ifndef SEAL_KEEPER_SERVE_H
#define SEAL_KEEPER_SERVE_H

#include <sys/types.h>

#include "keeper/keeper.h"
#include "keeper/server.h"

/*
 * Makes everything that the run's network needs and confines the process; INIT is the sandbox's
 * pid 1, LINES are the pidfds of the front and of INIT, BUS the line of its session bus (-1: none),
 * ERR where refusals are told (-1: nowhere). Returns NULL if that failed, after saying why.
 */
struct server *serve_open(
	const struct keeping *k, pid_t init, const int lines[2], int bus, int err);

/* Why a run is over: one of its ends is, or its bus, or nobody can say. */
enum ended { ENDED_RUN, ENDED_BUS, ENDED_UNSEEN };

/* Serves until one of LINES has ended, or BUS. */
enum ended serve_run(struct server *s);

/*
 * The sandbox has ended. What its programs had sent goes where they sent it, as it would if they
 * had been connected themselves; seconds at most. Tells nobody anything any more.
 */
void serve_rest(struct server *s);

#endif
