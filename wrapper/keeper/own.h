/*
 * own: is an address one of the host's own? The guard knows what addresses are for; whose they are
 * here, only the kernel knows.
 */
#ifndef SEAL_KEEPER_OWN_H
#define SEAL_KEEPER_OWN_H

#include <stdbool.h>
#include <sys/socket.h>

/*
 * The socket to ask through, to be opened before the keeper confines itself; the caller closes it.
 * -1 with errno.
 */
int own_open(void);

/*
 * True if what is sent to ADDRESS, or to an IPv4 address that it carries, would stay on this host
 * or go to more than one: the kernel's route for it is of type local, broadcast, anycast or
 * multicast (rtnetlink(7)). Also true if the kernel does not say; that there is no route at all is
 * an answer, and false. Takes microseconds, at most about a second where the kernel does not
 * answer.
 */
bool own_address(int fd, const struct sockaddr *address);

#endif
