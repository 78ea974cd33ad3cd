/*
 * porter: the way from one run into the sandbox of its twin (model/twin.h).
 *
 * There is no port and no socket for it on the host. The porter is a child of the front that stays
 * beside the keeper and is not confined, for it joins namespaces and starts programs; it reads no
 * byte that a guest wrote. All it takes is "connect", from the keeper; it answers with a socket
 * that leads to the twin's port in the twin's own network namespace, made there by a child that has
 * joined it (inside.h). It finds the twin, has one started where there is none, and looks every
 * half minute whether the one that it leads to still takes connections.
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
	const char *records; /* the folder of the records */
	unsigned port;       /* where the twin listens inside */
};

/* What a connection can fail of, as text. */
enum { PORTER_WHY = 512 };

/* Of the keeper's question NUMBER; with it goes the socket, or else WHY says why there is none. */
struct porter_answer {
	unsigned number;
	char why[PORTER_WHY];
};

/*
 * Starts the porter and waits until the twin answers: the keeper's end of the socket to it, or -1
 * and WHY. It ends when nobody holds that end any more.
 */
int porter_start(const struct porter_orders *orders, char why[PORTER_WHY]);

/*
 * Starts who ends this process, the front of the twin NAME, when no run has used it for SECONDS.
 * sccache ends when it is idle, too, but what a command has left in there can keep it busy for
 * ever, and nothing of a run shall live much longer than the runs. RECORD is the twin's. False with
 * errno.
 */
bool porter_ward(const char *records, const char *name, int record, unsigned seconds);

/* Asks for a connection; false if nobody can be asked. Does not wait. */
bool porter_ask(int sock, unsigned number);

/* Takes an answer, and in *FD its socket or -1. False if there is none now; *GONE if there never
 * will be one. */
bool porter_answer(int sock, struct porter_answer *answer, int *fd, bool *gone);

#endif
