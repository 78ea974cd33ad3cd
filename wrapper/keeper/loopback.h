/*
 * loopback: the lo of the caller's network namespace, by rtnetlink(7).
 */
#ifndef SEAL_KEEPER_LOOPBACK_H
#define SEAL_KEEPER_LOOPBACK_H

#include <stdbool.h>

#include "keeper/endpoint.h"

/* A netlink socket that hears when links change; -1 with errno. */
int loopback_open(void);

/* Waits until lo is up: bwrap does that, and the kernel takes no IPv6 route before. False with
 * errno: ETIMEDOUT if it takes too long, ESRCH if the process of the pidfd INIT, who was to do it,
 * has ended. */
bool loopback_wait(int fd, int init);

/* Adds the address A with a prefix of BITS. All of an IPv4 prefix on lo is local then. */
bool loopback_address(int fd, const union endpoint *a, unsigned bits);

/* Makes the prefix of BITS at A local: whatever it is connected to is here. */
bool loopback_route(int fd, const union endpoint *a, unsigned bits);

#endif
