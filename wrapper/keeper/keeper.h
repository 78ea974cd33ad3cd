/*
 * keeper: the host side of one run.
 *
 * It is the lifeline: it learns which process is the sandbox's pid 1, checks that the sandbox has
 * namespaces of its own, gives inner the word to start the command, and from then on holds pidfds
 * of both ends. Whichever dies, the other is ended: if the front is killed, nobody else would end
 * the sandbox (PR_SET_PDEATHSIG has races that left sandboxes alive), and what a command leaves
 * behind ends when the front does. A pid that was used again cannot be hit (pidfd_open(2)).
 *
 * It is the network, for a run that has any: it gets the listening sockets of the sandbox
 * (inside.h), confines itself (confine.h) and only then gives the word, so the first call of the
 * command finds everything in place and no byte of the sandbox is read before. A run without
 * network runs none of that.
 *
 * Before the word the command cannot run: without a keeper nobody says it, and inner sees the end
 * of its socket and goes. Only bwrap's child can be stuck there, if bwrap is killed between
 * making it and letting it go; it holds inner's end of the socket, and that is how it is found.
 */
#ifndef SEAL_KEEPER_KEEPER_H
#define SEAL_KEEPER_KEEPER_H

#include "model/handover.h"
#include "model/network.h"
#include "model/plan.h"

/* What the front prepares for the keeper. */
struct keeping {
	const struct network *net; /* the plan's */
	const struct mounts *mounts;
	const struct bus *bus;
	const char *bus_args; /* of its proxy, each with its NUL (render/dbus.h) */
	size_t bus_args_len;  /* 0: there is none */
	int log;              /* where refusals go as JSON lines, -1 for nowhere */
	bool quiet;           /* not to stderr */
	int over[2];          /* a pipe: a byte says that the run has ended by itself */
	int *dev;             /* a listening socket of the host for each of net->dev_ports */
	int porter; /* who connects to ports that lead to a twin (keeper/porter.h), -1: there is
		       none */
	int porter_front; /* the front's own socket to it, -1: there is none */
	int record;       /* of the twin that this run is: takes its line "init"; -1: it is none */
};

/*
 * Opens the host's side of dev_server_ports, so that a port in use is known before anything of the
 * run exists. Ends the process (125) then. Memory is ARENA's.
 */
void keeper_prepare(struct keeping *k, const struct plan *plan, struct arena *arena);

/* The run has ended by itself: lets go of these ports at once, and has the keeper serve what the
 * command had sent. (Of a run that was killed, nothing is served.) Ends its twin. */
void keeper_over(const struct keeping *k);

/*
 * Runs the keeper in a child that was just forked; never returns. Leaves the caller's session,
 * terminal, folder and files. Exit 0: the run is over; 125: it refused the run and said why.
 */
_Noreturn void keeper_main(const struct handover *hand);

#endif
