/*
 * handover: what the front gives to the keeper when it forks it.
 */
#ifndef SEAL_MODEL_HANDOVER_H
#define SEAL_MODEL_HANDOVER_H

#include <stdbool.h>
#include <sys/types.h>

struct keeping;

/* What the host must be rid of when all inside is dead, if the front has died before it could. */
struct sweep {
	int fd; /* stays open for it; -1: there is nothing */
	void *what;
	void (*now)(void *what);
	/* The same by a process of its own, once FRONT and INIT (pidfds) have ended: for a keeper
	 * that gives up the right to, and has none any more. False with errno if there can be none.
	 */
	bool (*later)(void *what, int front, int init);
};

/* The keeper ended the run because the proxy of its session bus died. */
enum { KEEPER_LOST_BUS = 3 };

/* All descriptors are open in the forked child. */
struct handover {
	int front;        /* pidfd of the front */
	int bwrap;        /* pidfd of bwrap */
	int info;         /* reading end of bwrap's --info-fd */
	int sock;         /* the front's end of the socket to inner */
	int report;       /* a socket to the front: from it a byte when all that the mounts need is
			     there, to it a pidfd of the sandbox's pid 1 */
	ino_t inner_sock; /* inner's end, by its inode number */
	int cgroup_kill;  /* ends all in the run's cgroup by writing "1"; -1 if it has none */
	const struct sweep *sweep;
	const struct keeping
		*keeping; /* what the keeper was given by the front (keeper/keeper.h) */
};

#endif
