/*
 * handover: what the front gives to the keeper when it forks it.
 */
#ifndef SEAL_MODEL_HANDOVER_H
#define SEAL_MODEL_HANDOVER_H

#include <sys/types.h>

struct keeping;

/* All descriptors are open in the forked child. */
struct handover {
	int front;        /* pidfd of the front */
	int bwrap;        /* pidfd of bwrap */
	int info;         /* reading end of bwrap's --info-fd */
	int sock;         /* the front's end of the socket to inner */
	int report;       /* a socket to the front: it gets a pidfd of the sandbox's pid 1 */
	ino_t inner_sock; /* inner's end, by its inode number */
	int cgroup_kill;  /* ends all in the run's cgroup by writing "1"; -1 if it has none */
	const struct keeping
		*keeping; /* what the keeper was given by the front (keeper/keeper.h) */
};

#endif
