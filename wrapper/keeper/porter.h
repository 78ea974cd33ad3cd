/*
 * porter: the way from one run into the sandbox of its twin (model/twin.h).
 *
 * There is no port and no socket for it on the host. The porter is a child of the front that stays
 * beside the keeper and is not confined, for it joins namespaces and starts programs; it reads no
 * byte that a guest wrote. All it takes is "connect", from the keeper; it answers with a socket
 * that leads to the twin's port in the twin's own network namespace, made there by a child that has
 * joined it (inside.h). It finds the twin, has one started where there is none, and looks every
 * half minute whether the one that it leads to still takes connections. When the run is over, or
 * its front dies, it ends the twin unless another run uses it (ward.h).
 */
#ifndef SEAL_KEEPER_PORTER_H
#define SEAL_KEEPER_PORTER_H

#include <stdbool.h>

struct porter_orders {
	/* Starts the twin, or finds the one that lives. It writes a line to its standard output,
	 * "running NAME" or "started NAME", and then lets go of that and of its standard error; or
	 * says there what is wrong. */
	const char *program;
	char *const *argv;
	/* Has what it counted written down: a program to which its name is the last word. */
	char *const *count;
	/* Instead of both: the twin of this name, and only as long as it is there. */
	const char *name;
	const char *records; /* the folder of the records */
	const char *grants;  /* with what the names of twins begin that this run may use */
	unsigned port;       /* where the twin listens inside */
};

/* Sockets to the porter. */
struct porter_ends {
	int keeper; /* asks for connections */
	int front;  /* says that the run is over; the porter sees, too, if it ends */
};

/* What a connection can fail of, as text. */
enum { PORTER_WHY = 512 };

/* Of the keeper's question NUMBER; with it goes the socket, or else WHY says why there is none. */
struct porter_answer {
	unsigned number;
	char why[PORTER_WHY];
};

/* Starts the porter and waits until the twin answers. False and WHY (PORTER_WHY bytes) if it does
 * not. */
bool porter_start(const struct porter_orders *orders, struct porter_ends *ends, char *why);

/* The run is over, and nothing of it left inside: waits until the porter has ended the twin, unless
 * another run uses it. Twice is once. */
void porter_end(int front);

/* Asks for a connection; false if nobody can be asked. Does not wait. */
bool porter_ask(int sock, unsigned number);

/* Takes an answer, and in *FD its socket or -1. False if there is none now; *GONE if there never
 * will be one. */
bool porter_answer(int sock, struct porter_answer *answer, int *fd, bool *gone);

#endif
