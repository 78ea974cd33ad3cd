/*
 * inside: sockets in the run's own network namespace, from outside of it.
 *
 * A socket belongs to the network namespace that it was made in (network_namespaces(7)), so a
 * child of the keeper's joins the sandbox's user and network namespaces, prepares the loopback,
 * makes every listener there and hands them back (SCM_RIGHTS). Then it ends; it stays only for a
 * run with dev_server_ports, to make the sockets that connect to servers inside. Nothing inside
 * can see it: it is in no pid namespace of the sandbox.
 */
#ifndef SEAL_KEEPER_INSIDE_H
#define SEAL_KEEPER_INSIDE_H

#include <stdbool.h>
#include <sys/types.h>

#include "keeper/listeners.h"

/* The child that stayed. */
struct dialer {
	int sock;       /* -1: none did */
	unsigned asked; /* questions so far */
};

struct inside {
	bool v6; /* IPv6 works there */
	struct dialer dialer;
	char trouble[48]; /* what could not be done; with errno */
};

/*
 * Prepares the network namespace of process INIT, of which PIDFD is held, for NET and makes the N
 * sockets of SPECS there: FDS gets them, -1 where IPv6 does not work. False if the run cannot have
 * its network.
 */
bool inside_open(struct inside *in, pid_t init, int pidfd, const struct network *net,
	const struct listener_spec *specs, unsigned n, int *fds);

/* A socket that is connected, or about to be, to PORT of 127.0.0.1 or else ::1 inside. -1 if
 * nobody listens there. */
int inside_connect(struct dialer *d, unsigned port);

#endif
