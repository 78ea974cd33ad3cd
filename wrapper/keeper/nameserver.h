/*
 * nameserver: answers what is asked inside. An allowed name gets its synthetic addresses, any
 * other one ends at once with NXDOMAIN (a resolver library tries no further then); nothing that
 * is asked leaves the host, but for allowed names, which are looked up there meanwhile.
 */
#ifndef SEAL_KEEPER_NAMESERVER_H
#define SEAL_KEEPER_NAMESERVER_H

#include "keeper/server.h"

/* A UDP socket of the name server has something. */
void nameserver_datagrams(struct listener *l);

/* Takes over the accepted socket FD of its TCP port. */
void nameserver_accepted(struct listener *l, int fd);

#endif
